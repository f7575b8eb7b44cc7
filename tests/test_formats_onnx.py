"""ONNX operators mean what onnxruntime computes: compared where float arithmetic is exact."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tests.onnx_models import (
    Array,
    Sizes,
    check_against_runtime,
    model_of,
    network_of,
    whole_numbers,
)
from theory.network import Affine

GENERATOR = np.random.default_rng(7)


def whole(*shape: int) -> Array:
    return whole_numbers(GENERATOR, *shape)


def node(operator: str, *inputs: str, **attributes: Any) -> NodeProto:
    return helper.make_node(operator, inputs, ["Y"], operator.lower(), **attributes)


MATRIX, ROW, COLUMN = whole(3, 4), whole(4), whole(3, 1)
POWERS = np.array([2, -4, 0.5, 1], np.float32)

# operator, shape of X, constants, attributes, order of the operands
ONE_NODE = [
    ("Relu", [1, 4], {}, {}, "X"),
    ("Neg", [1, 4], {}, {}, "X"),
    ("Identity", [4], {}, {}, "X"),
    ("Add", [1, 4], {"C": ROW}, {}, "X C"),
    ("Add", [1, 4], {"C": ROW}, {}, "C X"),
    ("Add", [1, 4], {"C": np.float32(3)}, {}, "X C"),
    ("Add", [3, 4], {"C": COLUMN}, {}, "X C"),
    ("Add", [1, 4], {"C": COLUMN}, {}, "C X"),
    ("Sub", [1, 4], {"C": ROW}, {}, "X C"),
    ("Sub", [1, 4], {"C": ROW}, {}, "C X"),
    ("Mul", [1, 4], {"C": ROW}, {}, "X C"),
    ("Mul", [2, 3, 4], {"C": MATRIX}, {}, "C X"),
    ("Div", [1, 4], {"C": POWERS}, {}, "X C"),
    ("MatMul", [4], {"C": MATRIX}, {}, "C X"),
    ("MatMul", [3], {"C": MATRIX}, {}, "X C"),
    ("MatMul", [1, 3], {"C": MATRIX}, {}, "X C"),
    ("MatMul", ["N", 3], {"C": MATRIX}, {}, "X C"),
    ("MatMul", [2, 3], {"C": MATRIX}, {}, "X C"),
    ("MatMul", [4, 2], {"C": MATRIX}, {}, "C X"),
    ("MatMul", [4, 3], {"C": ROW}, {}, "C X"),
    ("MatMul", [4], {"C": ROW}, {}, "C X"),
    ("MatMul", [2, 3, 3], {"C": MATRIX}, {}, "X C"),
    ("MatMul", [4, 2], {"C": whole(2, 3, 4)}, {}, "C X"),
    ("MatMul", [2, 1, 2, 3], {"C": whole(5, 3, 2)}, {}, "X C"),
    ("Gemm", [1, 3], {"C": MATRIX}, {}, "X C"),
    ("Gemm", [1, 3], {"C": MATRIX, "D": ROW}, {}, "X C D"),
    ("Gemm", [1, 4], {"C": MATRIX, "D": whole(1)}, {"transB": 1}, "X C D"),
    ("Gemm", [3, 2], {"C": MATRIX, "D": whole(2, 1)}, {"transA": 1}, "X C D"),
    ("Gemm", [4, 2], {"C": MATRIX, "D": whole(3, 2)}, {"alpha": -0.5, "beta": 2.0}, "C X D"),
    ("Gemm", [2, 4], {"C": MATRIX}, {"alpha": 2.0, "transB": 1}, "C X"),
    ("Gemm", [1, 3], {"C": MATRIX, "D": ROW}, {"alpha": 0.25, "beta": 0.0}, "X C D"),
    ("Flatten", [1, 2, 3], {}, {}, "X"),
    ("Flatten", [2, 3, 1], {}, {"axis": 0}, "X"),
    ("Flatten", [2, 3, 1], {}, {"axis": -1}, "X"),
    ("Reshape", [1, 2, 3], {"C": np.array([0, -1])}, {}, "X C"),
    ("Reshape", [6], {"C": np.array([3, 2, 1])}, {}, "X C"),
    ("Transpose", [2, 3], {}, {}, "X"),
    ("Transpose", [2, 3, 2], {}, {"perm": [1, 2, 0]}, "X"),
    ("Squeeze", [1, 2, 1], {}, {}, "X"),
    ("Squeeze", [1, 2, 1], {"C": np.array([-1])}, {}, "X C"),
    ("Unsqueeze", [2], {"C": np.array([0, -1])}, {}, "X C"),
    ("Dropout", [1, 4], {}, {}, "X"),
    ("Dropout", [1, 4], {"C": np.float32(0.5), "D": np.array(False)}, {}, "X C D"),
    ("Cast", [1, 4], {}, {"to": TensorProto.FLOAT}, "X"),
]


@pytest.mark.parametrize(("operator", "shape", "constants", "attributes", "order"), ONE_NODE)
def test_one_operator(
    operator: str,
    shape: Sizes,
    constants: dict[str, Array],
    attributes: dict[str, object],
    order: str,
) -> None:
    model = model_of([node(operator, *order.split(), **attributes)], constants, shape)
    network = check_against_runtime(model, shape)
    assert network.hidden_layers == (operator == "Relu")


@pytest.mark.parametrize(
    ("operator", "constants", "attributes"),
    [
        ("Add", {"C": whole(3)}, {"broadcast": 1, "axis": 1}),
        ("Mul", {"C": whole(2, 3)}, {"broadcast": 1, "axis": 0}),
        ("Sub", {"C": whole(4)}, {"broadcast": 1}),
        ("Squeeze", {}, {}),
        ("Reshape", {"C": np.array([2, -1])}, {}),
        ("Dropout", {}, {"is_test": 1}),
    ],
)
def test_meanings_before_opset_7(
    operator: str, constants: dict[str, Array], attributes: dict[str, object]
) -> None:
    inputs = ["X", *constants]
    model = model_of([node(operator, *inputs, **attributes)], constants, [2, 3, 4], opset=6)
    network = network_of(model)
    x = np.arange(24).reshape(2, 3, 4)
    if operator in {"Add", "Mul", "Sub"}:
        c = constants["C"].astype(int)
        c = c.reshape(c.shape + (1,) * (3 - c.ndim - int(str(attributes.get("axis", 2)))))
        x = {"Add": x + c, "Mul": x * c, "Sub": x - c}[operator]
    expected = tuple(Fraction(int(value)) for value in x.ravel())
    assert network([Fraction(value) for value in range(24)]) == expected


def test_axes_as_attributes_before_opset_13() -> None:
    for operator, shape in (("Squeeze", [1, 3, 1]), ("Unsqueeze", [3])):
        model = model_of([node(operator, "X", axes=[0, 2])], {}, shape, opset=11)
        check_against_runtime(model, shape)


def test_gemm_before_opset_7_takes_further_axes_as_columns() -> None:
    weight = whole(2, 3)
    nodes = [node("Gemm", "X", "W", "B", broadcast=1, transB=1)]
    model = model_of(nodes, {"W": weight, "B": whole(2)}, [1, 1, 1, 3], opset=6)
    expected = Affine.dense(weight.astype(int).tolist(), [0, 0]).weight
    assert network_of(model).layers[0].weight == expected


def chain(*steps: Sequence[str]) -> list[NodeProto]:
    """Nodes one after another; each step is an operator and its constants, `*` the value."""
    nodes, value = [], "X"
    for number, (operator, *inputs) in enumerate(steps):
        name = "Y" if number == len(steps) - 1 else f"v{number}"
        operands = [value if entry == "*" else entry for entry in inputs]
        nodes.append(helper.make_node(operator, operands, [name], f"{operator}{number}"))
        value = name
    return nodes


def test_affine_operators_are_composed_between_relus() -> None:
    nodes = chain(
        ("Sub", "*", "mean"),
        ("Div", "*", "range"),
        ("MatMul", "*", "W"),
        ("Add", "B", "*"),
        ("Relu", "*"),
        ("Relu", "*"),
        ("Transpose", "*"),
        ("MatMul", "V", "*"),
        ("Neg", "*"),
    )
    constants = {"mean": whole(3), "range": np.array([2, 4, 8], np.float32), "W": whole(3, 5)}
    constants |= {"B": whole(5), "V": whole(2, 5)}
    network = check_against_runtime(model_of(nodes, constants, [1, 3]), [1, 3])
    assert network.widths == (3, 5, 2)


def test_relu_first_and_last() -> None:
    model = model_of(
        chain(("Relu", "*"), ("Add", "*", "B"), ("Relu", "*")), {"B": whole(3)}, [1, 3]
    )
    network = check_against_runtime(model, [1, 3])
    assert network.widths == (3, 3, 3, 3)


def test_constants_are_computed_exactly() -> None:
    weight = np.array([[1 + 2.0**-20, 2.0**-30]], np.float32)
    nodes = [
        helper.make_node("Constant", [], ["s"], value=numpy_helper.from_array(np.array([1, 2]))),
        helper.make_node("Constant", [], ["c"], value_floats=[0.1]),
        helper.make_node("Constant", [], ["f"], value_float=0.5),
        helper.make_node("ConstantOfShape", ["s"], ["o"]),
        helper.make_node("Mul", ["W", "W"], ["square"]),
        helper.make_node("Sub", ["square", "o"], ["p"]),
        helper.make_node("Div", ["p", "f"], ["q"]),
        helper.make_node("Neg", ["q"], ["r"]),
        helper.make_node("Transpose", ["r"], ["t"]),
        helper.make_node("Relu", ["c"], ["b"]),
        helper.make_node("MatMul", ["X", "t"], ["y"]),
        helper.make_node("Add", ["y", "b"], ["Y"]),
    ]
    network = network_of(model_of(nodes, {"W": weight}, [1, 2]))
    exact = [-2 * Fraction(float(entry)) ** 2 for entry in weight[0]]
    assert network.layers[0].rows == (tuple(enumerate(exact)),)
    assert network.layers[0].bias == (Fraction(float(np.float32(0.1))),)


def test_products_of_constants() -> None:
    nodes = [
        helper.make_node("MatMul", ["A", "B"], ["W"]),
        helper.make_node("MatMul", ["X", "W"], ["Y"]),
    ]
    check_against_runtime(model_of(nodes, {"A": whole(3, 2), "B": whole(2, 4)}, [1, 3]), [1, 3])


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64], ids=["float16", "float32", "float64"]
)
def test_every_float_is_the_rational_that_it_is(dtype: type[np.floating]) -> None:
    info = np.finfo(dtype)
    numbers = [0.1, -1 / 3, float(info.max), float(info.tiny), float(info.smallest_subnormal)]
    stored = np.array(numbers, dtype)
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    network = network_of(model_of([node("Add", "X", "C")], {"C": stored}, [5], kind=kind))
    assert network.layers[0].bias == tuple(Fraction(float(value)) for value in stored)


def test_bfloat16_weights() -> None:
    tensor = helper.make_tensor("C", TensorProto.BFLOAT16, [2], [0.1, -3.0])
    model = model_of([node("Add", "X", "C")], {}, [2], kind=TensorProto.BFLOAT16)
    model.graph.initializer.append(tensor)
    bias = network_of(model).layers[0].bias
    assert bias[1] == -3
    assert bias[0].denominator in {2**11, 2**12}
    assert abs(bias[0] - Fraction(1, 10)) < Fraction(1, 2000)


def test_widening_casts_are_the_identity() -> None:
    nodes = [
        helper.make_node("Cast", ["X"], ["x"], to=TensorProto.DOUBLE),
        helper.make_node("Cast", ["W"], ["w"], to=TensorProto.DOUBLE),
        helper.make_node("MatMul", ["x", "w"], ["Y"]),
    ]
    assert network_of(model_of(nodes, {"W": whole(3, 2)}, [1, 3])).widths == (3, 2)


def test_batch_normalisation_with_rational_roots() -> None:
    constants = {
        "scale": whole(3),
        "shift": whole(3),
        "mean": whole(3),
        "variance": np.array([3.75, 0.75, 0], np.float32),
    }
    model = model_of(
        [node("BatchNormalization", "X", *constants, epsilon=0.25)], constants, [2, 3, 2]
    )
    check_against_runtime(model, [2, 3, 2])


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[onnx.ModelProto, list[int]]:
    axes = draw(st.integers(1, 2))
    group = draw(st.integers(1, 2))
    kernel = draw(st.lists(st.integers(1, 3), min_size=axes, max_size=axes))
    sizes = draw(st.lists(st.integers(1, 5), min_size=axes, max_size=axes))
    strides = draw(st.lists(st.integers(1, 2), min_size=axes, max_size=axes))
    dilations = draw(st.lists(st.integers(1, 2), min_size=axes, max_size=axes))
    share, outputs = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    attributes: dict[str, object] = {"strides": strides, "group": group}
    mode = draw(st.sampled_from(["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]))
    pads = [0] * (2 * axes)
    if mode == "NOTSET":
        pads = draw(st.lists(st.integers(0, 2), min_size=2 * axes, max_size=2 * axes))
        attributes |= {"pads": pads, "dilations": dilations, "kernel_shape": kernel}
    else:
        dilations = [1] * axes
        attributes |= {"auto_pad": mode}
    if not mode.startswith("SAME"):
        assume(
            all(
                sizes[axis] + pads[axis] + pads[axes + axis] > (kernel[axis] - 1) * dilations[axis]
                for axis in range(axes)
            )
        )
    generator = np.random.default_rng(draw(st.integers(0, 99)))
    constants: dict[str, Array] = {"W": whole_numbers(generator, outputs * group, share, *kernel)}
    if draw(st.booleans()):
        constants["B"] = whole_numbers(generator, outputs * group)
    shape = [draw(st.integers(1, 2)), share * group, *sizes]
    return model_of([node("Conv", "X", *constants, **attributes)], constants, shape), shape


@given(convolutions())
def test_convolutions(case: tuple[onnx.ModelProto, list[int]]) -> None:
    model, shape = case
    check_against_runtime(model, shape, points=1)


def test_nodes_that_nothing_depends_on_are_passed_over() -> None:
    nodes = [helper.make_node("Softmax", ["X"], ["unused"]), node("Neg", "X")]
    assert (
        network_of(model_of(nodes, {}, [2])).layers[0].weight
        == Affine.dense([[-1, 0], [0, -1]], [0, 0]).weight
    )


def test_initializers_that_are_inputs_too() -> None:
    model = model_of([node("Add", "X", "C")], {"C": whole(2)}, [2])
    model.graph.input.append(helper.make_tensor_value_info("C", TensorProto.FLOAT, [2]))
    check_against_runtime(model, [2])
