"""T55, searched for false acceptances: programs made at random, and graphs that are unusual."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.onnx_models import model_of
from tests.test_onnx_transformer import MATRICES, SCORES, check_values, constants
from tests.test_transformer import accepted
from tests.transformer_blocks import F
from theory.architectures.token_program import Product, TokenProgram
from theory.network import Affine
from verify.errors import InputError, UnsupportedError
from verify.formats.onnx_transformer import parse_onnx_transformer


def test_T55_a_square_whose_factors_list_their_terms_in_another_order() -> None:
    # the values 2 and 3 are y and x: (x + y)(y + x) is no x^2 + 4 x y
    one = Affine.dense([[F(0), F(0)]] * 2, [F(1)] * 2)
    copies = Product(Affine.dense([[F(0), F(1)], [F(1), F(0)]], [F(0)] * 2), one)
    sides = [
        Affine.dense([row], [F(0)]) for row in ([F(1), F(1), F(0), F(0)], [F(0), F(0), F(1), F(1)])
    ]
    output = Affine.dense([[F(0)] * 4 + [F(1)]], [F(0)])
    square = TokenProgram(2, (copies, Product(*sides)), output)
    left = Affine.dense([[F(1), F(0)], [F(1), F(0)], [F(0), F(1)]], [F(0)] * 3)
    right = Affine.dense([[F(1), F(0)], [F(0), F(1)], [F(0), F(1)]], [F(0)] * 3)
    for weights, is_same in (((1, 2, 1), True), ((1, 4, 0), False), ((0, 4, 1), False)):
        output = Affine.dense([[F(0), F(0), *map(F, weights)]], [F(0)])
        assert accepted(square, TokenProgram(2, (Product(left, right),), output)) == is_same


SCORED = [*SCORES, helper.make_node("Shape", ["s"], ["sizes"], start=1)]
Listed = list[tuple[str, str, str, dict[str, Any]]]
MASK: Listed = [
    ("Expand", "one sizes", "ones", {}),
    ("Trilu", "ones", "lower", {"upper": 0}),
    ("Equal", "lower zero", "is_later", {}),
    ("Where", "is_later five zero", "mask", {}),
]
HEADS: Listed = [("Softmax", "t", "w", {"axis": -1}), ("MatMul", "w v", "Y", {})]
ROUND: Listed = [("Cast", "X", "i", {"to": TensorProto.INT64}), ("Cast", "i", "Y", {"to": 1})]
TRUTH: Listed = [("Cast", "mask", "c", {"to": TensorProto.BOOL}), ("Cast", "c", "d", {"to": 1})]
SUMMED: Listed = [("ReduceMean", "y axis", "z", {}), ("Add", "y z", "Y", {})]
NUMBERS: dict[str, Any] = {
    "one": np.float32(1),
    "zero": np.float32(0),
    "five": np.float32(5),
    "later": np.triu(np.full((3, 3), 4, np.float32), 1),
    "stacked": np.triu(np.full((1, 1, 3, 3), -4, np.float32), 1),
    "axis": np.array([1]),
    "second": np.array([2]),
    "twice": np.array([0, 0]),
    "minus": np.array([-3]),
    "many": np.array([300, 1]),
    "parts": np.array([2049, 3], np.float32) / np.float32(1024),
    "squares": np.array([4, 2], np.float32),
    "stack": np.array([[[1, 2], [3, 5]]], np.float32),
    "exponent": np.full((1, 1, 1), 2, np.float32),
}
GRAPHS: dict[str, tuple[Listed, bool]] = {
    "a mask is subtracted": ([("Sub", "s later", "t", {}), *HEADS], True),
    "scores are subtracted from a mask": ([("Sub", "later s", "t", {}), *HEADS], False),
    "scores are subtracted from 0": ([("Sub", "zero s", "t", {}), *HEADS], False),
    "a computed mask is subtracted": ([*MASK, ("Sub", "s mask", "t", {}), *HEADS], True),
    "a mask of truth values": ([*MASK, *TRUTH, ("Sub", "s d", "t", {}), *HEADS], True),
    "a mask with more axes": (
        [
            *(("Add", "s stacked", "t", {}), HEADS[0], ("MatMul", "w v", "y", {})),
            *(("ReduceMean", "y second", "z", {}), ("Add", "y z", "Y", {})),
        ],
        False,
    ),
    "values become integers": (ROUND, False),
    "a constant becomes a truth value": (
        [("Cast", "many", "b", {"to": 9}), ("Cast", "b", "c", {"to": 1}), ("Mul", "X c", "Y", {})],
        True,
    ),
    "a constant that overflows": (
        [("Cast", "many", "b", {"to": 3}), ("Cast", "b", "c", {"to": 1}), ("Mul", "X c", "Y", {})],
        False,
    ),
    "a constant becomes a half": (
        [
            *(("Cast", "parts", "b", {"to": 10}), ("Cast", "b", "c", {"to": 1})),
            ("Mul", "X c", "Y", {}),
        ],
        True,
    ),
    "a quotient of integers below 0": (
        [("Div", "minus second", "p", {}), ("Gather", "X p", "Y", {"axis": 2})],
        False,
    ),
    "a remainder below 0": (
        [("Mod", "minus second", "p", {"fmod": 1}), ("Gather", "X p", "Y", {"axis": 2})],
        False,
    ),
    "some factors are irrational": (
        [("Sqrt", "squares", "r", {}), ("Mul", "X r", "m", {}), ("Relu", "m", "Y", {})],
        False,
    ),
    "axes are kept, or are they": (
        [("ReduceMean", "X second", "m", {"keepdims": 2}), ("Add", "X m", "Y", {})],
        False,
    ),
    "an axis that is new twice": ([("Unsqueeze", "X twice", "Y", {})], False),
    "a slice without numbers": ([("Slice", "X second axis second", "Y", {})], False),
}
FLAT: dict[str, Listed] = {
    "a stack of one matrix": [("MatMul", "X stack", "y", {}), *SUMMED],
    "an exponent with more axes": [("Pow", "X exponent", "y", {}), *SUMMED],
}


def graph_of(nodes: Listed, is_fixed: bool, sizes: Sequence[Any]) -> onnx.ModelProto:
    made = [
        helper.make_node(kind, inputs.split(), [output], **attributes)
        for kind, inputs, output, attributes in nodes
    ]
    return model_of(
        [*SCORED, *made] if is_fixed else made, constants(**MATRICES, **NUMBERS), sizes, opset=18
    )


@pytest.mark.parametrize("kind", list(GRAPHS))
def test_T55_unusual_graphs_are_read_as_they_compute_or_refused(kind: str) -> None:
    nodes, is_read = GRAPHS[kind]
    count = "tokens" if any(output == "mask" for _, _, output, _ in nodes) else 3
    model = graph_of(nodes, True, [1, count, 2])
    if is_read:
        check_values(model, (1, 3, 2), 3)
        return
    with pytest.raises(InputError):
        check_values(model, (1, 3, 2), 3)


@pytest.mark.parametrize("kind", list(FLAT))
def test_T55_constants_that_would_add_axes_are_refused(kind: str) -> None:
    with pytest.raises(UnsupportedError, match="more axes"):
        check_values(graph_of(FLAT[kind], False, ["tokens", 2]), (3, 2), 3)


def test_T55_epsilon_that_is_left_out_is_the_stored_default() -> None:
    programs = []
    choices: tuple[dict[str, Any], ...] = ({}, {"epsilon": 1e-5})
    for attributes in choices:
        node = helper.make_node("LayerNormalization", ["X", "parts"], ["Y"], **attributes)
        model = model_of([node], constants(**NUMBERS), [1, "tokens", 2], opset=18)
        model.graph.output[0].type.tensor_type.shape.SetInParent()
        programs.append(parse_onnx_transformer(model.SerializeToString(), "model.onnx")[0])
    assert programs[0] == programs[1]
