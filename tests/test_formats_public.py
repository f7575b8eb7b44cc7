"""Networks from public sources are read, and agree with onnxruntime up to float32 rounding."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.onnx_models import Runtime, network_of
from theory.domain import Box
from theory.network import Affine, Network, Vector
from verify.floating import UNIT_ROUNDOFF, float32_bound_at, float32_bound_over
from verify.formats.exactness import Exactness, network_exactness
from verify.formats.network_file import read_network
from verify.formats.onnx_reader import parse_onnx
from verify.formats.onnx_writer import onnx_model

WIDTHS = {
    "acc_5_20": (5, 20, 20, 20, 20, 20, 1),
    "double_pendulum_less_robust": (4, 25, 25, 2),
    "double_pendulum_more_robust": (4, 25, 25, 2),
    "single_pendulum": (2, 25, 25, 1),
    "tora": (4, 100, 100, 100, 1, 1),
    "unicycle": (4, 500, 2, 2),
}


@pytest.mark.parametrize("name", WIDTHS)
def test_controllers_are_read(data: Path, name: str) -> None:
    assert read_network(data / "arch-comp" / f"{name}.onnx").network.widths == WIDTHS[name]


def float32_points(count: int, inputs: int) -> Iterator[Vector]:
    generator = np.random.default_rng(1)
    for _ in range(count):
        values = generator.uniform(-1, 1, inputs).astype(np.float32)
        yield tuple(Fraction(float(value)) for value in values)


def compare(model: onnx.ModelProto, network: Network, count: int) -> None:
    """Check the bound of T15 at random points."""
    runtime = Runtime(model)
    for point in float32_points(count, network.inputs):
        bounds = float32_bound_at(network, point)
        for value, exact, bound in zip(runtime(point), network(point), bounds, strict=True):
            assert abs(value - exact) <= bound


def float32_files(data: Path) -> list[Path]:
    """All but the one whose operators are composed when it is read."""
    small = [*(data / "arch-comp").glob("*.onnx"), *(data / "pairs").glob("*.onnx")]
    return sorted(path for path in small if path.stem != "acc_5_20")


def test_T15_onnxruntime_stays_within_the_bound(data: Path) -> None:
    for path in float32_files(data):
        network = read_network(path).network
        assert network_exactness(network) is Exactness.FLOAT32
        compare(onnx.load(path), network, 3)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["acasxu-isomorphic", "mnist"])
def test_T15_onnxruntime_stays_within_the_bound_on_larger_networks(data: Path, folder: str) -> None:
    for path in sorted((data / folder).rglob("*.onnx")):
        compare(onnx.load(path), read_network(path).network, 1)


def test_pruned_networks_are_read(data: Path) -> None:
    files = sorted((data / "acasxu-isomorphic").rglob("*.onnx"))
    assert len(files) == 20
    for path in files:
        assert read_network(path).network.widths == (5, 50, 50, 50, 50, 50, 50, 5)


def modern(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same function for onnxruntime, which runs neither opset 6 nor a Gemm with four axes."""
    found = onnx.ModelProto()
    found.CopyFrom(model)
    found.opset_import[0].version = 13
    for node in found.graph.node:
        for attribute in [entry for entry in node.attribute if entry.name == "broadcast"]:
            node.attribute.remove(attribute)
    for value in (*found.graph.input, *found.graph.output):
        sizes = value.type.tensor_type.shape.dim
        del sizes[: max(len(sizes) - 2, 0)]
    for tensor in found.graph.initializer:
        del tensor.dims[: max(len(tensor.dims) - 2, 0)]
    return found


def without_first_node(model: onnx.ModelProto) -> onnx.ModelProto:
    found = onnx.ModelProto()
    found.CopyFrom(model)
    found.graph.node[1].input[0] = found.graph.node[0].input[0]
    del found.graph.node[0]
    return found


def test_T15_a_subtraction_before_the_first_layer(data: Path) -> None:
    path = data / "arch-comp" / "acc_5_20.onnx"
    whole, model = read_network(path).network, modern(onnx.load(path))
    assert network_of(model) == whole
    after = network_of(without_first_node(model))
    (mean,) = (tensor for tensor in model.graph.initializer if list(tensor.dims) == [1, 5])
    means = [Fraction(float(entry)) for entry in onnx.numpy_helper.to_array(mean).ravel()]
    runtime = Runtime(model)
    for point in float32_points(20, 5):
        shifted = tuple(entry - mean for entry, mean in zip(point, means, strict=True))
        assert after(shifted) == whole(point)
        rounding = [abs(entry) * UNIT_ROUNDOFF for entry in shifted]
        (bound,) = float32_bound_at(after, shifted, rounding)
        assert abs(runtime(point)[0] - whole(point)[0]) <= bound


def test_written_files_are_read_as_the_same_network(data: Path) -> None:
    for path in float32_files(data):
        network = read_network(path).network
        model = onnx_model(network)
        assert parse_onnx(model.SerializeToString(), "written.onnx")[0] == network
        compare(model, network, 1)


def test_the_bound_is_of_use(data: Path) -> None:
    """A controller's outputs are of the order of 1; its bound over a box is below 2^-12."""
    network = read_network(data / "arch-comp" / "single_pendulum.onnx").network
    (bound,) = float32_bound_over(network, Box.cube(2, -1, 1))
    assert bound < Fraction(1, 2**12)


def test_layers_are_those_of_the_file(data: Path) -> None:
    path = data / "pairs" / "A_base.onnx"
    stored = {
        tensor.name: onnx.numpy_helper.to_array(tensor)
        for tensor in onnx.load(path).graph.initializer
    }
    for number, layer in enumerate(read_network(path).network.layers):
        weight = [[Fraction(float(v)) for v in row] for row in stored[f"W{number}"].T]
        bias = [Fraction(float(v)) for v in stored[f"B{number}"]]
        assert layer == Affine.dense(weight, bias)
