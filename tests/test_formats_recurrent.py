"""ONNX models with an RNN node: what is read is what onnxruntime computes; others are refused."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from theory.domain import Box
from theory.recurrence.unrolling import unrolled
from verify.cli import main
from verify.errors import FormatError, InputError
from verify.formats.onnx_recurrent import parse_onnx_recurrent
from verify.prove.architectures.invariant import AlwaysEqual, compared_forever

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "recurrent"
UNITS, INPUTS, OUTPUTS = 3, 2, 2
GENERATOR = np.random.default_rng(5)


def eighths(*shape: int) -> np.ndarray:
    return (GENERATOR.integers(-8, 9, shape) / 8).astype(np.float32)


WEIGHTS = {
    "W": eighths(1, UNITS, INPUTS),
    "R": eighths(1, UNITS, UNITS) / np.float32(2),
    "B": eighths(1, 2 * UNITS),
    "h": eighths(1, 1, UNITS),
    "C": eighths(UNITS, OUTPUTS),
    "c": eighths(OUTPUTS),
    "axis": np.array([1], dtype=np.int64),
    "axes_h": np.array([0], dtype=np.int64),
}


def model(
    later: Sequence[onnx.NodeProto],
    names: Sequence[str] = ("x", "W", "R", "B", "", "h"),
    results: Sequence[str] = ("Y",),
    before: Sequence[onnx.NodeProto] = (),
    **attributes: Any,
) -> bytes:
    """A model with these nodes after one RNN node."""
    given = {"hidden_size": UNITS, "activations": ["Relu"], **attributes}
    node = helper.make_node("RNN", list(names), list(results), name="rnn", **given)
    graph = helper.make_graph(
        [*before, node, *later],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["T", 1, INPUTS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in WEIGHTS.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    found: bytes = made.SerializeToString()
    return found


AFFINE = [
    helper.make_node("Squeeze", ["Y", "axis"], ["s"]),
    helper.make_node("MatMul", ["s", "C"], ["m"]),
    helper.make_node("Add", ["m", "c"], ["y"]),
]
LAST = [
    helper.make_node("Squeeze", ["Yh", "axes_h"], ["s"]),
    helper.make_node("Gemm", ["s", "C", "c"], ["y"]),
]
EXCHANGED = [
    helper.make_node("Squeeze", ["Y", "axis"], ["s"]),
    helper.make_node("Transpose", ["s"], ["t"], perm=[1, 0, 2]),
    helper.make_node("MatMul", ["t", "C"], ["y"]),
]
MODELS = {
    "affine": model(AFFINE),
    "without a start": model(AFFINE, names=("x", "W", "R", "B")),
    "without a bias": model(AFFINE, names=("x", "W", "R")),
    "states": model([helper.make_node("Identity", ["Y"], ["y"])]),
    "states themselves": model([], results=("y",)),
    "last": model(LAST, results=("", "Yh")),
    "batch first": model(EXCHANGED),
}


@pytest.mark.parametrize("name", list(MODELS))
def test_outputs_are_those_of_onnxruntime(name: str) -> None:
    content = MODELS[name]
    network = parse_onnx_recurrent(content, name)
    points = (GENERATOR.integers(-4, 5, (4, INPUTS)) / 4).astype(np.float32)
    session = onnxruntime.InferenceSession(content)
    (found,) = session.run(None, {"x": points.reshape(4, 1, INPUTS)})
    exact = network([tuple(map(Fraction, point)) for point in points.tolist()])
    expected = exact[-1:] if name == "last" else exact
    values = [float(value) for output in expected for value in output]
    assert np.allclose(found.ravel(), values, rtol=0, atol=2**-12)


def test_a_trained_network_is_read_as_onnxruntime_runs_it() -> None:
    path = EXAMPLES / "digit_rows.onnx"
    network = parse_onnx_recurrent(path.read_bytes(), path.name)
    assert (network.inputs, network.units, network.outputs) == (8, 12, 10)
    rows = (GENERATOR.integers(0, 17, (8, 1, 8)) / 16).astype(np.float32)
    (found,) = onnxruntime.InferenceSession(path).run(None, {"rows": rows})
    exact = network([tuple(map(Fraction, row)) for row in rows[:, 0].tolist()])
    values = [[float(value) for value in output] for output in exact]
    assert np.allclose(found[:, 0], values, rtol=0, atol=2**-12)
    assert unrolled(network, 8)(tuple(map(Fraction, rows.ravel().tolist()))) == exact[-1]


def test_a_trained_network_and_its_permuted_copy_are_always_equal() -> None:
    left, right = (
        parse_onnx_recurrent((EXAMPLES / f"digit_rows{kind}.onnx").read_bytes(), kind)
        for kind in ("", "_permuted")
    )
    assert isinstance(compared_forever(left, right, Box.cube(8, 0, 1)), AlwaysEqual)


REFUSED = {
    "Tanh": model(AFFINE, activations=["Tanh"]),
    "reverse": model(AFFINE, direction="reverse"),
    "clip": model(AFFINE, clip=1.0),
    "initial state computed": model(
        AFFINE,
        names=("x", "W", "R", "B", "", "z"),
        before=[helper.make_node("Add", ["h", "h"], ["z"])],
    ),
    "lengths": model(AFFINE, names=("x", "W", "R", "B", "axis", "h")),
    "relu after it": model([*AFFINE[:2], helper.make_node("Relu", ["m"], ["y"])]),
    "sum over time": model(
        [*AFFINE[:2], helper.make_node("ReduceMean", ["m"], ["y"], axes=[0], keepdims=1)]
    ),
    "two outputs used": model(
        [
            helper.make_node("Squeeze", ["Y", "axis"], ["s"]),
            helper.make_node("Squeeze", ["Yh", "axes_h"], ["l"]),
            helper.make_node("Add", ["s", "l"], ["y"]),
        ],
        results=("Y", "Yh"),
    ),
    "times exchanged with units": model(
        [
            helper.make_node("Squeeze", ["Y", "axis"], ["s"]),
            helper.make_node("Transpose", ["s"], ["y"], perm=[2, 1, 0]),
        ]
    ),
    "no input": model(
        AFFINE, before=[helper.make_node("Relu", ["x"], ["r"])], names=("r", "W", "R")
    ),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_not_read_exactly_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        parse_onnx_recurrent(REFUSED[name], name)


def test_a_bias_for_each_time_is_refused() -> None:
    node = helper.make_node("Add", ["Y", "late"], ["y"])
    content = onnx.load_from_string(model([node]))
    late = np.zeros((2, 1, 1, UNITS), dtype=np.float32)
    late[1] = 1
    content.graph.initializer.append(numpy_helper.from_array(late, "late"))
    with pytest.raises(InputError, match="unlike"):
        parse_onnx_recurrent(content.SerializeToString(), "late")


def test_no_model_is_refused() -> None:
    with pytest.raises(FormatError):
        parse_onnx_recurrent(b"\xff\xff", "nothing")


def test_two_models_are_proved_equal_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = [2, 0, 1]
    content = onnx.load_from_string(MODELS["affine"])
    for tensor in content.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if tensor.name == "R":
            value = value[:, order][:, :, order]
        elif tensor.name == "B":
            value = value[:, [*order, *(unit + UNITS for unit in order)]]
        elif tensor.name in ("W", "h"):
            value = value[:, order] if tensor.name == "W" else value[:, :, order]
        elif tensor.name == "C":
            value = value[order]
        tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), tensor.name))
    left, right = tmp_path / "left.onnx", tmp_path / "right.onnx"
    left.write_bytes(MODELS["affine"])
    right.write_bytes(content.SerializeToString())
    out = tmp_path / "out"
    assert main(["prove", str(left), str(right), "--domain", "all", "-o", str(out)]) == 0
    assert main(["check", str(out)]) == 0
    assert main(["transform", "unroll", str(left), "--steps", "2"]) == 0
    assert "equal outputs at every time" in capsys.readouterr().out
