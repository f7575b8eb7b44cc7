"""T55, searched for false acceptances: programs made at random, and graphs that are unusual."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod
from operator import mul
from random import Random
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from tests.onnx_models import model_of
from tests.test_onnx_transformer import MATRICES, SCORES, check_values, constants
from tests.test_transformer import accepted
from tests.transformer_blocks import F
from theory.architectures.token_program import Product, TokenProgram
from theory.network import Affine, Vector
from verify import transformer_checker
from verify.checker import MalformedError
from verify.errors import InputError, UnsupportedError
from verify.formats.onnx_transformer import parse_onnx_transformer
from verify.invariant_checker import read_domain
from verify.recurrent_claims import Map
from verify.transformer_checker import Atoms, Program, Step


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


def stand_in(name: str, number: Fraction) -> Fraction:
    """A function for each name; the theorem holds whatever they are, but for relu."""
    return max(number, F(0)) if name == "relu" else 1 / (1 + number * number + len(name))


def weighed(name: str, scores: list[Fraction], place: int, later: Fraction | None) -> Vector:
    """Rational weights in place of softmax: they sum to 1, and only differences count."""
    if name != "softmax":
        return tuple(max(score, F(0)) if name == "relu" else score for score in scores)
    seen = [s + (later or F(0)) * (j > place) for j, s in enumerate(scores)]
    seen = seen[: place + 1] if later is None else seen
    shares = [1 / (1 + max(seen) - score) for score in seen]
    return tuple(share / sum(shares) for share in shares)


def image(map_: Map, values: Sequence[Fraction]) -> Vector:
    pairs = zip(map_.rows, map_.bias, strict=True)
    return tuple(sum((w * values[c] for c, w in row.items()), bias) for row, bias in pairs)


def mixed(weights: Vector, values: Sequence[Sequence[Fraction]]) -> Vector:
    columns = zip(*values[: len(weights)], strict=True)
    return tuple(sum(map(mul, weights, column), F(0)) for column in columns)


def evaluated(program: Program, tokens: Sequence[Vector]) -> list[Vector]:
    """The outputs at all tokens, step by step."""
    values = list(tokens)
    for step in program.steps:
        sides = [[image(map_, at) for at in values] for map_ in step.maps]
        if step.kind == "attention":
            queries, keys, given_ = sides
            scores = [[step.scale * sum(map(mul, a, b), F(0)) for b in keys] for a in queries]
            weights = [weighed(step.name, s, i, step.later) for i, s in enumerate(scores)]
            new = [mixed(row, given_) for row in weights]
        elif step.kind == "function":
            new = [tuple(stand_in(step.name, entry) for entry in at) for at in sides[0]]
        else:
            new = [tuple(map(mul, a, b)) for a, b in zip(*sides, strict=True)]
        values = [(*at, *more) for at, more in zip(values, new, strict=True)]
    return [image(program.output, at) for at in values]


class Meaning:
    """What the atoms of the checker are at given tokens."""

    def __init__(self, atoms: Atoms, tokens: Sequence[Vector]) -> None:
        self.keys = {number: key for key, number in atoms.numbers.items()}
        self.tokens = tokens

    def form(self, below: int, weights: Iterable[tuple[int, int]]) -> Vector:
        parts = [(Fraction(w, below), self.atom(atom)) for atom, w in weights]
        places = range(len(self.tokens))
        return tuple(sum((w * values[i] for w, values in parts), F(0)) for i in places)

    def atom(self, number: int) -> Vector:
        key: Any = self.keys[number]
        places = range(len(self.tokens))
        match key:
            case "1":
                return tuple(F(1) for _ in places)
            case ("token", place):
                return tuple(token[place] for token in self.tokens)
            case ("product", factors):
                columns = zip(*map(self.atom, factors), strict=True)
                return tuple(prod(column, start=F(1)) for column in columns)
            case ("total", atom):
                return (sum(self.atom(atom), F(0)),) * len(self.tokens)
            case ("under", head, atom):
                return self.under(self.keys[head], self.atom(atom))
            case (name, argument):
                return tuple(stand_in(name, entry) for entry in self.form(*argument))
            case _:
                raise AssertionError(key)

    def under(self, head: Any, values: Vector) -> Vector:
        name, later, listed = head
        parts = [(self.atom(a), self.atom(b), w) for (a, b), w in listed]
        places, found = range(len(values)), []
        for i in places:
            scores = [sum((w * a[i] * b[j] for a, b, w in parts), F(0)) for j in places]
            found.append(mixed(weighed(name.split()[0], scores, i, later), [(v,) for v in values]))
        return tuple(entry for (entry,) in found)


def drawn_map(random: Random, inputs: int, outputs: int) -> Map:
    """Few numbers, zeros among the written ones."""
    picks = [
        sorted(random.sample(range(inputs), random.randint(0, min(inputs, 2))))
        for _ in range(outputs)
    ]
    rows = tuple({c: F(random.choice((1, -1, 2, 0, 1))) for c in row} for row in picks)
    return Map(inputs, rows, tuple(F(random.choice((0, 0, 1, -2))) for _ in range(outputs)))


def drawn_program(random: Random) -> Program:
    """Steps of all kinds; values once more as other numbers, so that terms change their order."""
    values = inputs = random.choice((1, 2, 3))
    steps: list[Step] = []
    for _ in range(random.randint(1, 4)):
        kind = random.choice(("attention", "function", "product", "product", "copy", "turned"))
        size = random.choice((1, 2))
        one, other = drawn_map(random, values, size), drawn_map(random, values, size)
        if kind == "attention":
            name = random.choice(("softmax", "softmax", "relu", "linear"))
            later = random.choice((F(0), None, F(-3))) if name == "softmax" else F(0)
            maps = one, other, drawn_map(random, values, random.choice((1, 2)))
            steps.append(Step(kind, name, maps, F(random.choice((1, -2, 0, 3)), 2), later))
        elif kind == "function":
            steps.append(Step(kind, random.choice(("relu", "relu", "erf")), (one,)))
        elif kind == "copy":
            rows = tuple({place: F(1)} for place in random.choices(range(values), k=2))
            ones = Map(values, ({}, {}), (F(1), F(random.choice((1, 2)))))
            steps.append(Step("product", "", (Map(values, rows, (F(0), F(0))), ones)))
        elif kind == "turned":  # a square, one of whose factors has its terms in another order
            copied, weights = random.choices(range(values), k=2), (F(1), F(random.choice((1, 2))))
            rows = tuple({place: F(1)} for place in copied)
            ones = Map(values, ({}, {}), (F(1), F(1)))
            steps.append(Step("product", "", (Map(values, rows, (F(0), F(0))), ones)))
            again = sorted(zip(copied, weights, strict=True))
            left = dict(again) if len(set(copied)) == 2 else {copied[0]: sum(weights, F(0))}
            right = {values: weights[0], values + 1: weights[1]}
            values += 2
            sides = [Map(values, (row,), (F(0),)) for row in (left, right)]
            steps.append(Step("product", "", (sides[0], sides[1])))
        else:
            steps.append(Step(kind, "", (one, random.choice((one, other)))))
        values += len(steps[-1].maps[-1].bias)
    return Program(inputs, tuple(steps), drawn_map(random, values, 2))


@given(st.integers(0, 10**9), st.sampled_from([0, 3, 4096]))
def test_T55_every_value_is_its_form_whatever_the_functions_are(seed: int, large: int) -> None:
    random = Random(seed)
    one = drawn_program(random)
    tokens = [
        tuple(F(random.randint(-3, 3), random.choice((1, 2))) for _ in range(one.inputs))
        for _ in range(random.randint(1, 3))
    ]
    atoms = Atoms()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transformer_checker, "LARGE", large)
        forms = atoms.outputs(one)
    meaning = Meaning(atoms, tokens)
    found = [meaning.form(form.below, form.weights.items()) for form in forms]
    assert list(zip(*found, strict=True)) == evaluated(one, tokens)


def test_T56_a_halfspace_without_numbers_is_malformed() -> None:
    for inputs in (0, 1):
        domain: object = (("box", []), ("halfspaces", [[]]))
        with pytest.raises(MalformedError, match="halfspaces"):
            read_domain(domain, inputs)
