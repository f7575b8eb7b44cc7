"""ONNX graphs with branches, pools and gadgets mean what onnxruntime computes."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from onnx import NodeProto, helper

from tests.onnx_models import (
    Array,
    Runtime,
    Sizes,
    check_against_runtime,
    model_of,
    network_of,
    whole_numbers,
)
from verify.errors import InputError

GENERATOR = np.random.default_rng(11)


def whole(*shape: int) -> Array:
    return whole_numbers(GENERATOR, *shape)


def node(
    operator: str, *inputs: str, output: str | Sequence[str] = "Y", **attributes: Any
) -> NodeProto:
    outputs = [output] if isinstance(output, str) else list(output)
    name = f"my_{operator}_{outputs[0]}".lower()
    return helper.make_node(operator, inputs, outputs, name, **attributes)


EIGHTHS = np.array([0.5, -2, 0, 1], np.float32)
IMAGE = [1, 2, 4, 4]


def integers(*values: int) -> Array:
    return np.array(values, np.int64)


# operator, shape of X, constants, attributes, order of the operands, opset, hidden layers
ONE_NODE: list[tuple[str, Sizes, dict[str, Any], dict[str, Any], str, int, int]] = [
    ("Abs", [1, 4], {}, {}, "X", 13, 1),
    ("LeakyRelu", [1, 4], {}, {"alpha": 0.25}, "X", 13, 1),
    ("PRelu", [2, 4], {"C": EIGHTHS}, {}, "X C", 13, 1),
    ("PRelu", [1, 2, 2, 2], {"C": EIGHTHS[:2].reshape(2, 1, 1)}, {}, "X C", 13, 1),
    ("Clip", [1, 4], {"C": np.float32(-2), "D": np.float32(3)}, {}, "X C D", 13, 1),
    ("Clip", [1, 4], {"C": np.float32(0)}, {}, "X C", 13, 1),
    ("Clip", [1, 4], {"C": np.float32(0), "D": np.float32(np.inf)}, {}, "X C D", 13, 1),
    ("Clip", [1, 4], {"D": np.float32(2)}, {}, "X  D", 13, 1),
    ("Clip", [1, 4], {}, {}, "X", 13, 0),
    ("Clip", [1, 4], {}, {"min": -1.0, "max": 2.0}, "X", 7, 1),
    ("Clip", [1, 4], {}, {"max": 2.0}, "X", 7, 1),
    ("HardSigmoid", [1, 4], {}, {"alpha": 0.25, "beta": 0.5}, "X", 13, 1),
    ("HardSigmoid", [1, 4], {}, {"alpha": -0.25, "beta": 0.5}, "X", 13, 1),
    ("Shrink", [1, 4], {}, {"lambd": 1.5, "bias": 1.5}, "X", 13, 1),
    ("ThresholdedRelu", [1, 4], {}, {"alpha": 0.0}, "X", 13, 1),
    ("Max", [1, 4], {"C": EIGHTHS}, {}, "X C", 13, 1),
    ("Max", [3, 4], {"C": whole(4), "D": whole(3, 1)}, {}, "C X D", 13, 2),
    ("Min", [1, 4], {"C": np.float32(1)}, {}, "X C", 13, 1),
    ("Max", [1, 4], {}, {}, "X", 13, 0),
    ("Min", [1, 4], {}, {}, "X X", 13, 1),
    ("Sum", [3, 4], {"C": whole(4), "D": whole(3, 1)}, {}, "C X D X", 13, 0),
    ("Mean", [1, 4], {"C": whole(4)}, {}, "X C", 13, 0),
    ("Add", [1, 4], {}, {}, "X X", 13, 0),
    ("Sub", [2, 2], {}, {}, "X X", 13, 0),
    ("Gemm", [2, 2], {"C": whole(2, 2)}, {"alpha": 2.0, "beta": -0.5}, "X C X", 13, 0),
    ("Concat", [1, 2, 2], {"C": whole(1, 3, 2)}, {"axis": 1}, "X C X", 13, 0),
    ("Concat", [2, 2], {"C": whole(2, 0)}, {"axis": -1}, "C X C", 13, 0),
    ("Slice", [3, 5], {"S": integers(1, -4), "E": integers(9, -1)}, {}, "X S E", 13, 0),
    (
        "Slice",
        [3, 5],
        {"S": integers(-1), "E": integers(-9), "A": integers(1), "T": integers(-2)},
        {},
        "X S E A T",
        13,
        0,
    ),
    ("Slice", [3, 5], {}, {"starts": [1], "ends": [3], "axes": [1]}, "X", 9, 0),
    ("Gather", [3, 4], {"C": integers(2, 0, -1)}, {"axis": 1}, "X C", 13, 0),
    ("Gather", [3, 4], {"C": np.array(1)}, {}, "X C", 13, 0),
    ("Expand", [3, 1], {"C": integers(2, 1, 4)}, {}, "X C", 13, 0),
    ("Pad", [2, 3], {"C": integers(1, 0, 0, 2), "D": np.float32(3)}, {}, "X C D", 13, 0),
    ("Pad", [2, 3], {"C": integers(0, 1, 1, 2)}, {"mode": "reflect"}, "X C", 13, 0),
    ("Pad", [2, 3], {"C": integers(1, 0, 0, 2)}, {"mode": "edge"}, "X C", 13, 0),
    ("Pad", [3, 3], {"C": integers(-1, 1, 0, -2)}, {}, "X C", 13, 0),
    (
        "Pad",
        [2, 3],
        {"C": integers(1, 2), "D": np.float32(0), "A": integers(1)},
        {},
        "X C D A",
        18,
        0,
    ),
    ("Pad", [2, 3], {}, {"pads": [1, 0, 0, 2], "value": 2.0}, "X", 9, 0),
    ("Upsample", [1, 1, 2, 3], {"C": np.array([1, 1, 2, 3], np.float32)}, {}, "X C", 9, 0),
    ("Resize", [1, 1, 2, 3], {"C": np.array([1, 1, 2, 2], np.float32)}, {}, "X  C", 13, 0),
    (
        "Resize",
        [1, 1, 2, 3],
        {"C": np.array([1, 1, 3, 0.5], np.float32)},
        {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        "X  C",
        13,
        0,
    ),
    (
        "Resize",
        [1, 1, 3, 3],
        {"C": integers(1, 1, 5, 2)},
        {"coordinate_transformation_mode": "align_corners", "nearest_mode": "ceil"},
        "X   C",
        13,
        0,
    ),
    ("Resize", [1, 1, 2, 3], {"C": np.array([1, 1, 2, 2], np.float32)}, {}, "X C", 10, 0),
    ("Tile", [2, 3], {"C": integers(2, 3)}, {}, "X C", 13, 0),
    ("DepthToSpace", [1, 8, 2, 3], {}, {"blocksize": 2}, "X", 13, 0),
    ("DepthToSpace", [2, 4, 2, 3], {}, {"blocksize": 2, "mode": "CRD"}, "X", 13, 0),
    ("SpaceToDepth", [1, 2, 4, 6], {}, {"blocksize": 2}, "X", 13, 0),
    ("ReduceMean", IMAGE, {}, {"axes": [2, 3], "keepdims": 0}, "X", 13, 0),
    ("ReduceSum", [2, 3], {"C": integers(-1)}, {}, "X C", 13, 0),
    ("ReduceSum", [2, 3], {}, {"noop_with_empty_axes": 1}, "X", 13, 0),
    ("ReduceSum", [2, 3], {}, {}, "X", 13, 0),
    ("ReduceMax", [2, 3], {}, {"axes": [1]}, "X", 13, 2),
    ("ReduceMin", [2, 4], {}, {"axes": [0, 1], "keepdims": 0}, "X", 13, 3),
    ("GlobalAveragePool", IMAGE, {}, {}, "X", 13, 0),
    ("GlobalMaxPool", [1, 2, 2, 3], {}, {}, "X", 13, 3),
    ("AveragePool", IMAGE, {}, {"kernel_shape": [2, 2], "strides": [2, 2]}, "X", 13, 0),
    ("AveragePool", [1, 1, 1, 1], {}, {"kernel_shape": [1, 1]}, "X", 13, 0),
    ("AveragePool", [1, 1, 5], {}, {"kernel_shape": [2], "strides": [3]}, "X", 13, 0),
    ("MaxPool", IMAGE, {}, {"kernel_shape": [2, 2], "strides": [2, 2]}, "X", 13, 2),
    ("MaxPool", [1, 1, 1, 1], {}, {"kernel_shape": [1, 1]}, "X", 13, 0),
    ("MaxPool", [1, 1, 7], {}, {"kernel_shape": [2], "strides": [3], "dilations": [2]}, "X", 13, 1),
    ("MaxPool", [1, 1, 3, 3], {}, {"kernel_shape": [3, 3], "pads": [2, 2, 2, 2]}, "X", 13, 4),
]


@pytest.mark.parametrize(
    ("operator", "shape", "constants", "attributes", "order", "opset", "layers"), ONE_NODE
)
def test_one_operator(
    operator: str,
    shape: Sizes,
    constants: dict[str, Array],
    attributes: dict[str, Any],
    order: str,
    opset: int,
    layers: int,
) -> None:
    nodes = [node(operator, *order.split(" "), **attributes)]
    model = model_of(nodes, constants, shape, opset=opset)
    assert check_against_runtime(model, shape).hidden_layers == layers


def check_near_runtime(model: onnx.ModelProto) -> None:
    """Compare with onnxruntime where quotients are no floats."""
    network, runtime = network_of(model), Runtime(model)
    generator = np.random.default_rng(1)
    point = [Fraction(int(value)) for value in generator.integers(-9, 10, network.inputs)]
    for exact, rounded in zip(network(point), runtime(point), strict=True):
        assert abs(exact - rounded) <= Fraction(1, 2**18)


def has_an_empty_window(model: onnx.ModelProto) -> bool:
    """Whether the model is refused since a window holds nothing but padding."""
    try:
        network_of(model)
    except InputError as error:
        return "a window holds nothing but padding" in str(error)
    return False


@st.composite
def pools(draw: st.DrawFn, dilated: bool) -> tuple[dict[str, Any], list[int]]:
    axes = draw(st.integers(1, 2))
    kernel = draw(st.lists(st.integers(1, 3), min_size=axes, max_size=axes))
    sizes = draw(st.lists(st.integers(1, 5), min_size=axes, max_size=axes))
    strides = draw(st.lists(st.integers(1, 4), min_size=axes, max_size=axes))
    dilations = draw(st.lists(st.integers(1, 2 if dilated else 1), min_size=axes, max_size=axes))
    attributes: dict[str, Any] = {"kernel_shape": kernel, "strides": strides}
    if dilated:
        attributes["dilations"] = dilations
    if draw(st.booleans()):
        assume(all(step <= size for step, size in zip(strides, kernel, strict=True)))
        attributes["auto_pad"] = draw(st.sampled_from(["SAME_UPPER", "SAME_LOWER"]))
        assume(max(dilations) == 1)
        return attributes, [1, draw(st.integers(1, 2)), *sizes]
    pads = [draw(st.integers(0, size - 1)) for size in [*kernel, *kernel]]
    extents = [(size - 1) * gap + 1 for size, gap in zip(kernel, dilations, strict=True)]
    for axis in range(axes):
        assume(sizes[axis] + pads[axis] + pads[axes + axis] >= extents[axis])
    attributes |= {"pads": pads, "ceil_mode": int(draw(st.booleans()))}
    return attributes, [1, draw(st.integers(1, 2)), *sizes]


@given(pools(dilated=True))
def test_T42_maximum_pools(case: tuple[dict[str, Any], list[int]]) -> None:
    attributes, shape = case
    model = model_of([node("MaxPool", "X", **attributes)], {}, shape)
    if not has_an_empty_window(model):
        check_against_runtime(model, shape, points=2)


@given(pools(dilated=False), st.booleans())
def test_T42_average_pools(case: tuple[dict[str, Any], list[int]], counted: bool) -> None:
    attributes, shape = case
    attributes["count_include_pad"] = int(counted)
    model = model_of([node("AveragePool", "X", **attributes)], {}, shape)
    if not has_an_empty_window(model):
        check_near_runtime(model)


@st.composite
def transposed(draw: st.DrawFn) -> tuple[onnx.ModelProto, list[int]]:
    axes = draw(st.integers(1, 2))
    kernel = draw(st.lists(st.integers(1, 3), min_size=axes, max_size=axes))
    sizes = draw(st.lists(st.integers(1, 3), min_size=axes, max_size=axes))
    strides = draw(st.lists(st.integers(1, 3), min_size=axes, max_size=axes))
    dilations = draw(st.lists(st.integers(1, 2), min_size=axes, max_size=axes))
    pads = draw(st.lists(st.integers(0, 1), min_size=2 * axes, max_size=2 * axes))
    more = [draw(st.integers(0, step - 1)) for step in strides]
    group, share, part = (draw(st.integers(1, 2)) for _ in range(3))
    for axis in range(axes):
        reach = strides[axis] * (sizes[axis] - 1) + (kernel[axis] - 1) * dilations[axis] + 1
        assume(reach + more[axis] > pads[axis] + pads[axes + axis])
    generator = np.random.default_rng(draw(st.integers(0, 99)))
    constants: dict[str, Array] = {"W": whole_numbers(generator, group * share, part, *kernel)}
    if draw(st.booleans()):
        constants["B"] = whole_numbers(generator, group * part)
    shape = [1, group * share, *sizes]
    attributes: dict[str, Any] = {
        "strides": strides,
        "dilations": dilations,
        "pads": pads,
        "group": group,
    }
    nodes = [node("ConvTranspose", "X", *constants, output_padding=more, **attributes)]
    return model_of(nodes, constants, shape), shape


@given(transposed())
def test_T42_transposed_convolutions(case: tuple[onnx.ModelProto, list[int]]) -> None:
    model, shape = case
    check_against_runtime(model, shape, points=1)


def test_a_depthwise_convolution() -> None:
    constants = {"W": whole(3, 1, 2, 2)}
    model = model_of([node("Conv", "X", "W", group=3)], constants, [1, 3, 3, 3])
    check_against_runtime(model, [1, 3, 3, 3])


@pytest.mark.parametrize(("opset", "sizes"), [(11, [1, 3]), (13, [1, 3]), (13, [0, 4]), (13, None)])
def test_split_into_named_parts(opset: int, sizes: list[int] | None) -> None:
    """One part passes a ReLU, the other does not."""
    constants: dict[str, Array] = {}
    attributes: dict[str, Any] = {"axis": 1}
    if sizes is not None and opset < 13:
        attributes["split"] = sizes
    elif sizes is not None:
        constants["S"] = integers(*sizes)
    nodes = [
        node("Split", "X", *constants, output=["a", "b"], **attributes),
        node("Relu", "a", output="c"),
        node("Concat", "b", "c", "b", axis=1),
    ]
    check_against_runtime(model_of(nodes, constants, [1, 4], opset=opset), [1, 4])


def test_uneven_parts_since_opset_18() -> None:
    nodes = [node("Split", "X", output=["a", "b"], num_outputs=2), node("Neg", "b")]
    assert check_against_runtime(model_of(nodes, {}, [5], opset=18), [5]).widths == (5, 2)


def residual(first: Array, second: Array) -> list[NodeProto]:
    return [
        node("MatMul", "X", "W", output="a"),
        node("Relu", "a", output="b"),
        node("MatMul", "b", "V", output="c"),
        node("Add", "X", "c"),
    ]


def test_T42_a_residual_block() -> None:
    """Four units of its own, and a pair for each of three inputs."""
    constants = {"W": whole(3, 4), "V": whole(4, 3)}
    model = model_of(residual(*constants.values()), constants, [1, 3])
    assert check_against_runtime(model, [1, 3]).widths == (3, 10, 3)


def test_T42_a_dense_network() -> None:
    constants = {f"W{n}": whole(2 + 3 * n, 3) for n in range(3)} | {"V": whole(11, 1)}
    nodes, values = [], ["X"]
    for number in range(3):
        nodes += [
            node("Concat", *values, output=f"c{number}", axis=1),
            node("MatMul", f"c{number}", f"W{number}", output=f"p{number}"),
            node("Relu", f"p{number}", output=f"r{number}"),
        ]
        values.append(f"r{number}")
    nodes += [node("Concat", *values, output="all", axis=1), node("MatMul", "all", "V")]
    network = check_against_runtime(model_of(nodes, constants, [1, 2]), [1, 2])
    assert network.widths == (2, 7, 10, 5, 1)


def test_T42_weights_may_be_shared_by_branches() -> None:
    """The two towers of a Siamese network and the distance of what they say."""
    constants = {"W": whole(2, 3), "V": whole(3, 1), "S": integers(2, 2)}
    nodes = [node("Split", "X", "S", output=["left", "right"], axis=1)]
    for side in ("left", "right"):
        nodes += [
            node("MatMul", side, "W", output=f"{side}1"),
            node("Relu", f"{side}1", output=f"{side}2"),
            node("MatMul", f"{side}2", "V", output=f"{side}3"),
        ]
    nodes += [node("Sub", "left3", "right3", output="d"), node("Abs", "d")]
    assert check_against_runtime(model_of(nodes, constants, [1, 4]), [1, 4]).widths == (4, 6, 2, 1)


BATCH = {
    "scale": np.array([2, -1], np.float32),
    "shift": np.array([3, 1], np.float32),
    "mean": np.array([1, -2], np.float32),
    "variance": np.array([3.75, 0.75], np.float32),
}


def test_T42_batch_normalisation_before_a_padded_convolution() -> None:
    """Padding inserts 0 after the normalisation, so folding its shift into a bias is wrong."""
    constants = {**BATCH, "W": whole(1, 2, 3, 3)}
    nodes = [
        node("BatchNormalization", "X", *BATCH, output="n", epsilon=0.25),
        node("Conv", "n", "W", pads=[1, 1, 1, 1]),
    ]
    network = check_against_runtime(model_of(nodes, constants, [1, 2, 3, 3]), [1, 2, 3, 3])
    assert len(set(network.layers[0].bias)) > 1  # a convolution of its own has one bias


def irrational() -> onnx.ModelProto:
    constants = {**BATCH, "variance": np.array([1.5, 0.3], np.float32)}
    return model_of([node("BatchNormalization", "X", *constants)], constants, [1, 2])


def test_T42_rounded_roots() -> None:
    """The float64 nearest to scale / sqrt(variance + epsilon), with its sign."""
    from verify.formats.onnx_reader import parse_onnx

    model = irrational()
    model.graph.output[0].type.tensor_type.shape.SetInParent()
    content = model.SerializeToString()
    with pytest.raises(InputError, match="read FILE#rounded-roots"):
        parse_onnx(content, "model.onnx")
    network, notes = parse_onnx(content, "model.onnx", frozenset(["rounded-roots"]))
    assert any("nearest float64" in note for note in notes)
    epsilon = Fraction(float(np.float32(1e-5)))
    for index, (scale, variance) in enumerate([(2, 1.5), (-1, 0.3)]):
        factor = network.layers[0].weight[index][index]
        square = scale**2 / (Fraction(float(np.float32(variance))) + epsilon)
        assert (factor > 0) == (scale > 0)
        below, above = (np.nextafter(float(factor), end) for end in (-np.inf, np.inf))
        middles = [(factor + Fraction(float(end))) / 2 for end in (below, above)]
        assert min(middle**2 for middle in middles) < square < max(m**2 for m in middles)


def test_T42_shapes_are_computed() -> None:
    """What exporters write for x.view(x.size(0), -1)."""
    nodes = [
        node("Shape", "X", output="s"),
        node("Gather", "s", "zero", output="n"),
        node("Unsqueeze", "n", "axes", output="u"),
        node("Concat", "u", "rest", output="t", axis=0),
        node("Reshape", "X", "t"),
    ]
    constants = {"zero": np.array(0), "axes": integers(0), "rest": integers(-1)}
    assert check_against_runtime(model_of(nodes, constants, [2, 3, 2]), [2, 3, 2]).inputs == 12


def test_T42_whole_quotients_of_constants() -> None:
    """What an exporter writes for chunk(2): half the size, rounded towards 0."""
    nodes = [
        node("Div", "C", "two", output="half"),
        node("Slice", "X", "half", "end"),
    ]
    constants = {"C": integers(-5), "two": integers(2), "end": integers(9)}
    assert check_against_runtime(model_of(nodes, constants, [5]), [5]).outputs == 2


def test_constants_pass_gadgets() -> None:
    nodes = [
        node("Abs", "C", output="a"),
        node("Max", "a", "C", output="b"),
        node("Min", "b", "D", output="c"),
        node("Concat", "c", "c", output="d", axis=0),
        node("Add", "X", "d"),
    ]
    check_against_runtime(model_of(nodes, {"C": whole(2), "D": whole(2)}, [4]), [4])


# the nodes, constants, shape, part of the message
REFUSED: list[tuple[list[NodeProto], dict[str, Any], Sizes, str]] = [
    (
        [node("Softmax", "X")],
        {},
        [1, 2],
        "(Softmax): is not piecewise linear; where it is the last",
    ),
    ([node("Sigmoid", "X")], {}, [1, 2], "(Sigmoid): is not piecewise linear"),
    ([node("HardSwish", "X")], {}, [2], "(HardSwish): multiplies functions of the input"),
    (
        [node("HardSigmoid", "X", output="a"), node("Mul", "X", "a")],
        {},
        [2],
        "(Mul): multiplies two values that depend on the input",
    ),
    ([node("Sign", "X")], {}, [2], "(Sign): jumps, and ReLU networks are continuous"),
    ([node("ThresholdedRelu", "X")], {}, [2], "(ThresholdedRelu): has a jump at alpha = 1"),
    ([node("Shrink", "X")], {}, [2], "(Shrink): has a jump: lambd is 1/2 and bias 0"),
    ([node("PRelu", "X", "C")], {"C": whole(2, 2)}, [1, 2], "(PRelu): slopes [2, 2] do not fit"),
    ([node("Clip", "X", "C")], {"C": whole(2)}, [2], "(Clip): expected one number as min"),
    ([node("Clip", "X", "C")], {"C": np.float32(np.nan)}, [2], "is nan, not a number"),
    ([node("Clip", "X", "C")], {"C": np.float32(np.inf)}, [2], "is inf, not a number"),
    ([node("Concat", "X", "C", axis=0)], {"C": whole(2, 2)}, [1, 3], "(Concat): "),
    ([node("Concat", "X", "C", axis=5)], {"C": whole(1, 3)}, [1, 3], "(Concat): "),
    (
        [node("Slice", "X", "S", "E", "A")],
        {"S": integers(0), "E": integers(1), "A": integers(2)},
        [2, 2],
        "(Slice): there is no axis 2 in [2, 2]",
    ),
    (
        [node("Split", "X", "S", output=["Y", "b"])],
        {"S": integers(1, 2)},
        [4],
        "(Split): parts [1, 2] do not fit axis 0 of [4]",
    ),
    ([node("Split", "X", output=["Y", "b"])], {}, [3], "3 places do not make 2 equal parts"),
    ([node("Gather", "X", "C")], {"C": integers(4)}, [4], "an index is outside of axis 0 of [4]"),
    ([node("Pad", "X", "C")], {"C": integers(1)}, [4], "(Pad): expected 2 pads, got 1"),
    (
        [node("Pad", "X", "C", "D")],
        {"C": integers(1, 1), "D": whole(2)},
        [4],
        "(Pad): expected one number as constant_value",
    ),
    (
        [node("Pad", "X", "C", "D")],
        {"C": integers(1, 1), "D": np.array(0.0)},
        [4],
        "(Pad): operands have the element types FLOAT and DOUBLE",
    ),
    ([node("Clip", "X", "C")], {"C": np.array(0)}, [2], "the element types FLOAT and INT64"),
    (
        [node("Pad", "X", "C", mode="odd")],
        {"C": integers(1, 1)},
        [4],
        "(Pad): unknown mode 'odd'",
    ),
    (
        [node("Resize", "X", "", "C", mode="linear")],
        {"C": np.array([1, 1, 2, 2], np.float32)},
        [1, 1, 2, 2],
        "(Resize): only the mode 'nearest' is read",
    ),
    (
        [node("Resize", "X", "", "C", coordinate_transformation_mode="tf_crop_and_resize")],
        {"C": np.array([1, 1, 2, 2], np.float32)},
        [1, 1, 2, 2],
        "'tf_crop_and_resize' is not read",
    ),
    (
        [node("ConvTranspose", "X", "W", auto_pad="SAME_UPPER")],
        {"W": whole(1, 1, 2, 2)},
        [1, 1, 2, 2],
        "is read with pads, not with output_shape or auto_pad",
    ),
    (
        [node("ConvTranspose", "X", "W")],
        {"W": whole(2, 1, 2, 2)},
        [1, 1, 2, 2],
        "does not fit the weights [2, 1, 2, 2]",
    ),
    (
        [node("ConvTranspose", "X", "W", pads=[1, 1, 1, 1])],
        {"W": whole(1, 1, 1, 1)},
        [1, 1, 2, 2],
        "its result would have the sizes [0, 0]",
    ),
    ([node("MaxPool", "X", kernel_shape=[2])], {}, [1, 4], "(MaxPool): expected an input with"),
    ([node("MaxPool", "X", kernel_shape=[3])], {}, [1, 1, 2], "the kernel [3] is larger than"),
    (
        [node("MaxPool", "X", kernel_shape=[1], pads=[1, 1])],
        {},
        [1, 1, 2],
        "(MaxPool): a window holds nothing but padding",
    ),
    (
        [node("AveragePool", "X", kernel_shape=[1], pads=[1, 1])],
        {},
        [1, 1, 2],
        "(AveragePool): a window holds nothing but padding",
    ),
    ([node("DepthToSpace", "X", blocksize=2)], {}, [1, 3, 1, 1], "3 channels do not make squares"),
    ([node("SpaceToDepth", "X", blocksize=2)], {}, [1, 1, 3, 2], "3 x 2 pixels do not make"),
    ([node("SpaceToDepth", "X", blocksize=2)], {}, [1, 4], "expected images with channels"),
    ([node("Tile", "X", "C")], {"C": integers(1)}, [1, 4], "expected a number of copies for each"),
    (
        [node("Slice", "X", "S", "S", output="e"), node("ReduceSum", "e", "T")],
        {"S": integers(0), "T": integers(1)},
        [2, 3],
        "the output does not depend on the input",
    ),
    ([node("GlobalMaxPool", "X")], {}, [1, 4], "expected an input with spatial axes"),
    ([node("ReduceMax", "X", axes=[3])], {}, [1, 4], "there are no axes [3] in [1, 4]"),
]


@pytest.mark.parametrize(("nodes", "constants", "shape", "message"), REFUSED)
def test_refusals(
    nodes: list[NodeProto], constants: dict[str, Array], shape: Sizes, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        network_of(model_of(nodes, constants, shape))
    assert message in str(caught.value)
