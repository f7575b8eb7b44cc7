"""T42: graphs that PyTorch exported are read as what onnxruntime computes, and rewritten."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from tests.onnx_models import model_of
from tests.proofs import claim_of
from theory.domain import Box, Space
from theory.forms.two_hidden import two_hidden_form
from theory.network import Affine, Network
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.network_file import read_network
from verify.formats.onnx_reader import parse_onnx
from verify.formats.onnx_writer import write_onnx
from verify.prove.strategy import prove
from verify.verdict import Different, Equivalent

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "graphs"
README = (FOLDER.parent / "README.md").read_text(encoding="utf-8")

# the view, the sizes of the input, the widths of the layered network
GRAPHS: dict[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {
    "cancer_residual": ("", (1, 2), (2, 9, 7, 1)),
    "digits_convolutions": ("", (1, 1, 8, 8), (64, 64, 64, 10)),
    "digits_pools": (
        "#cut-softmax",
        (1, 1, 8, 8),
        (64, 192, 192, 96, 192, 138, 78, 48, 26, 10),
    ),
    "digits_residual": ("", (1, 1, 8, 8), (64, 96, 192, 96, 10)),
    "digits_residual_permuted": ("", (1, 1, 8, 8), (64, 96, 192, 96, 10)),
    "operators": ("#rounded-roots", (1, 2, 2, 2), (8, 98, 196, 98, 98, 11, 5)),
}


def read(name: str) -> Network:
    return read_network(FOLDER / f"{name}.onnx{GRAPHS[name][0]}").network


def without_softmax(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model up to what a softmax at its end is taken of."""
    if model.graph.node[-1].op_type == "Softmax":
        softmax = model.graph.node.pop()
        del model.graph.output[:]
        value = helper.make_tensor_value_info(softmax.input[0], TensorProto.FLOAT, None)
        model.graph.output.append(value)
    return model


def doubled(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same weights as float64 numbers."""
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(tensor).astype(np.float64)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "value" and attribute.t.data_type == TensorProto.FLOAT:
                values = numpy_helper.to_array(attribute.t).astype(np.float64)
                attribute.t.CopyFrom(numpy_helper.from_array(values))
            if attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
    return model


def points(shape: tuple[int, ...], count: int) -> list[np.ndarray]:
    generator = np.random.default_rng(3)
    return [generator.integers(-16, 17, shape).astype(np.float32) / 16 for _ in range(count)]


def values(network: Network, point: np.ndarray) -> list[float]:
    return list(map(float, network([Fraction(float(entry)) for entry in point.ravel()])))


def test_the_folder_is_what_is_tested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.onnx")) == sorted(GRAPHS)
    assert [name for name in GRAPHS if f"`{name}.onnx`" not in README] == []


@pytest.mark.parametrize("name", GRAPHS)
def test_T42_exported_graphs_agree_with_onnxruntime(name: str) -> None:
    _, shape, widths = GRAPHS[name]
    network = read(name)
    assert network.widths == widths
    model = without_softmax(onnx.load(FOLDER / f"{name}.onnx"))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    for point in points(shape, 3):
        (found,) = session.run(None, {"input": point})
        assert np.abs(np.ravel(found) - values(network, point)).max() < 1e-4


@pytest.mark.parametrize("name", [name for name in GRAPHS if name != "operators"])
def test_T42_exported_graphs_agree_with_float64_evaluation(name: str) -> None:
    """The reference evaluator of the onnx package, with the weights as float64 numbers."""
    network = read(name)
    model = doubled(without_softmax(onnx.load(FOLDER / f"{name}.onnx")))
    evaluator = ReferenceEvaluator(model)
    for point in points(GRAPHS[name][1], 2):
        (found,) = evaluator.run(None, {"input": point.astype(np.float64)})
        assert np.abs(np.ravel(found) - values(network, point)).max() < 1e-12


def test_T42_a_permuted_residual_network_is_proved_equal() -> None:
    left, right = read("digits_residual"), read("digits_residual_permuted")
    verdict = prove(claim_of(left, right, Space(64)))
    assert isinstance(verdict, Equivalent)
    assert verdict.certificate.steps == (["="],)


def test_T42_a_residual_network_with_another_weight_is_refuted() -> None:
    left = read("digits_residual")
    last = left.layers[-1]
    shifted = Affine(last.inputs, last.rows, (last.bias[0] + 1, *last.bias[1:]))
    claim = claim_of(left, Network((*left.layers[:-1], shifted)), Space(64))
    assert isinstance(prove(claim), Different)


def test_T42_a_residual_network_with_two_hidden_layers() -> None:
    network, box = read("cancer_residual"), Box.cube(2, -1, 1)
    form = two_hidden_form(network, box).network
    assert isinstance(prove(claim_of(network, form, box)), Equivalent)


@pytest.mark.parametrize("name", ["digits_residual", "digits_convolutions"])
def test_T42_a_graph_is_written_as_a_chain(name: str, tmp_path: Path) -> None:
    """The layered network as a file of Gemm and Relu, which onnxruntime runs as well."""
    network, path = read(name), tmp_path / "chain.onnx"
    write_onnx(network, path)
    assert read_network(path).network == network
    sessions = [onnxruntime.InferenceSession(file) for file in (FOLDER / f"{name}.onnx", path)]
    for point in points(GRAPHS[name][1], 3):
        (found,) = sessions[0].run(None, {"input": point})
        (chained,) = sessions[1].run(None, {"input": point.reshape(1, -1)})
        assert np.abs(found - chained).max() < 1e-4


def test_a_softmax_is_refused_and_can_be_cut_off() -> None:
    with pytest.raises(UnsupportedError, match="FILE#cut-softmax reads the scores"):
        read_network(FOLDER / "digits_pools.onnx")
    source = read_network(FOLDER / "digits_pools.onnx#cut-softmax")
    assert source.name == "digits_pools.onnx#cut-softmax"
    assert any("the softmax at the output is left out" in note for note in source.notes)
    with pytest.raises(UnsupportedError, match="#cut-softmax: the last node is no softmax"):
        read_network(FOLDER / "digits_residual.onnx#cut-softmax")


def test_T42_scores_and_softmax_have_the_same_greatest_entry() -> None:
    network = read("digits_pools")
    session = onnxruntime.InferenceSession(FOLDER / "digits_pools.onnx")
    for point in points((1, 1, 8, 8), 20):
        (shares,) = session.run(None, {"input": point})
        assert int(np.argmax(shares)) == int(np.argmax(values(network, point)))


@pytest.mark.parametrize("operator", ["Softmax", "LogSoftmax"])
def test_a_softmax_before_an_identity_is_the_last(operator: str, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Relu", ["X"], ["a"]),
        helper.make_node(operator, ["a"], ["b"]),
        helper.make_node("Identity", ["b"], ["Y"]),
    ]
    model = model_of(nodes, {}, [1, 3])
    model.graph.output[0].type.tensor_type.shape.SetInParent()
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    assert read_network(f"{path}#cut-softmax").network.widths == (3, 3, 3)


WHOLE = st.sampled_from((-(2**63), -3, -1, 0, 1, 2, 5, 2**40))
OTHERS = ("MaxPool", "Concat", "Pad", "Slice", "Split", "PRelu", "ReduceMax", "Resize", "Tile")


@given(st.data())
def test_graphs_with_other_nodes_are_refused_or_read(data: st.DataObject) -> None:
    """An attribute, an operator or an operand is another one; every error is one line."""
    model = onnx.load(FOLDER / "operators.onnx")
    names = [name for node in model.graph.node for name in node.output]
    for _ in range(data.draw(st.integers(1, 2))):
        node = model.graph.node[data.draw(st.integers(0, len(model.graph.node) - 1))]
        attributes = [one for one in node.attribute if one.type == onnx.AttributeProto.INTS]
        match data.draw(st.integers(0, 2)):
            case 0 if attributes:
                place = data.draw(st.integers(0, len(attributes[0].ints) - 1))
                attributes[0].ints[place] = data.draw(WHOLE)
            case 1:
                node.op_type = data.draw(st.sampled_from(OTHERS))
            case _:
                node.input.append(data.draw(st.sampled_from(names)))
    with suppress(InputError):
        parse_onnx(model.SerializeToString(), "model.onnx", frozenset(["rounded-roots"]))


def test_views_that_there_are_not() -> None:
    path = FOLDER / "digits_pools.onnx"
    for view in ("#softmax", "#cut-softmax,normalised", "#"):
        with pytest.raises((FormatError, UnsupportedError)):
            read_network(f"{path}{view}")
    both = read_network(f"{path}#rounded-roots,cut-softmax")
    assert len(both.notes) == 3
