"""T41: every gadget is its definition, for all inputs and all parameters at once, and by proof."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.proofs import claim_of
from theory.domain import Polytope, Space
from theory.errors import ScopeError, ShapeError
from theory.graphs import gadget
from theory.graphs.spline import Spline, through
from theory.network import Affine, Network
from verify import checker
from verify.prove.solver.unknown_number import Path, Unknown, runs, term_of
from verify.prove.strategy import prove
from verify.testing.strategies import affine_layers, networks, rationals, vectors
from verify.verdict import Equivalent

Real = Any  # z3 gives its expressions no types

NUMBERS = rationals(4, (1, 2, 3))


def cases(*branches: tuple[z3.BoolRef, Real], otherwise: Real) -> Real:
    """The value of the first branch whose condition holds."""
    found = otherwise
    for condition, value in reversed(branches):
        found = z3.If(condition, value, found)
    return found


def clipped(x: Real, low: Real, high: Real) -> Real:
    """PyTorch's and ONNX's definition: min(high, max(low, x))."""
    inner = z3.If(x < low, low, x)
    return z3.If(inner > high, high, inner)


# name: parameters, gadget, definition by cases, where the definition is meant
Premise = Callable[..., Sequence[z3.BoolRef]]
GADGETS: dict[str, tuple[int, Callable[..., Spline], Callable[..., Real], Premise]] = {
    "identity": (0, gadget.identity, lambda x: x, lambda: ()),
    "leaky ReLU": (
        1,
        gadget.leaky_relu,
        lambda x, a: cases((x >= 0, x), otherwise=a * x),
        lambda a: (),
    ),
    "absolute value": (
        0,
        gadget.absolute_value,
        lambda x: cases((x >= 0, x), otherwise=-x),
        lambda: (),
    ),
    "negative part": (
        0,
        gadget.negative_part,
        lambda x: cases((x <= 0, x), otherwise=z3.RealVal(0, x.ctx)),
        lambda: (),
    ),
    "clip": (2, gadget.clip, clipped, lambda low, high: ()),
    "clip below": (
        1,
        lambda low: gadget.clip(low, None),
        lambda x, low: cases((x < low, low), otherwise=x),
        lambda low: (),
    ),
    "clip above": (
        1,
        lambda high: gadget.clip(None, high),
        lambda x, high: cases((x > high, high), otherwise=x),
        lambda high: (),
    ),
    "hard tanh": (0, gadget.hard_tanh, lambda x: clipped(x, -1, 1), lambda: ()),
    "ReLU6": (0, gadget.relu6, lambda x: clipped(x, 0, 6), lambda: ()),
    "saturated linear": (0, gadget.saturated_linear, lambda x: clipped(x, 0, 1), lambda: ()),
    "hard sigmoid": (
        2,
        gadget.hard_sigmoid,
        lambda x, a, b: clipped(a * x + b, 0, 1),
        lambda a, b: (),
    ),
    "hard sigmoid of PyTorch": (
        0,
        lambda: gadget.hard_sigmoid(Fraction(1, 6), Fraction(1, 2)),
        lambda x: clipped(x + 3, 0, 6) / 6,
        lambda: (),
    ),
    "hard sigmoid of ONNX": (
        0,
        lambda: gadget.hard_sigmoid(Fraction(1, 5), Fraction(1, 2)),
        lambda x: clipped(x / 5 + z3.Q(1, 2, x.ctx), 0, 1),
        lambda: (),
    ),
    "soft shrink": (
        1,
        gadget.soft_shrink,
        lambda x, t: cases((x > t, x - t), (x < -t, x + t), otherwise=z3.RealVal(0, x.ctx)),
        lambda t: (t >= 0,),
    ),
}


def value(spline: Spline, x: Real, path: Path) -> Real:
    """What the hidden layer of the gadget computes, as a term."""
    zero = z3.RealVal(0, path.context)
    found = term_of(spline.value, path)
    for term in spline.terms:
        inner = term_of(term.facing, path) * x + term_of(term.shift, path)
        found += term_of(term.outer, path) * z3.If(inner > 0, inner, zero)
    return found


def counterexample(
    build: Callable[..., Spline], meant: Callable[..., Real], count: int, premise: Premise
) -> bool:
    """Whether gadget and definition differ for some input and some parameters, by Z3."""
    context = z3.Context()
    x = z3.Real("x", context)
    parameters = [z3.Real(f"p{index}", context) for index in range(count)]
    premises = tuple(premise(*parameters))

    def program(path: Path) -> Real:
        unknowns: list[Any] = [Unknown(term, path) for term in parameters]
        try:
            return value(build(*unknowns), x, path)
        except ScopeError:
            return None

    found = False
    for path, result in runs(program, premises, context):
        if result is None:
            continue
        solver = z3.Solver(ctx=context)
        solver.set("timeout", 20_000)
        solver.add(*premises, *path.conditions, result != meant(x, *parameters))
        answer = solver.check()
        assert answer != z3.unknown, solver.reason_unknown()
        found = found or bool(answer == z3.sat)
    return found


@pytest.mark.parametrize("name", GADGETS)
def test_T41_gadgets_for_all_inputs_and_parameters(name: str) -> None:
    count, build, meant, premise = GADGETS[name]
    assert not counterexample(build, meant, count, premise)


def test_T41_a_wrong_gadget_would_be_seen() -> None:
    """The two hard sigmoids are two functions; a leaky ReLU bends at 0."""
    torch = GADGETS["hard sigmoid of PyTorch"]
    onnx = GADGETS["hard sigmoid of ONNX"]
    assert counterexample(torch[1], onnx[2], 0, onnx[3])
    shifted = lambda a: Spline((Fraction(1),), (a, Fraction(1)), Fraction(1))  # noqa: E731
    assert counterexample(shifted, GADGETS["leaky ReLU"][2], 1, lambda a: ())


def outputs(network: Network, inputs: Sequence[Real]) -> list[Real]:
    """What a network computes, as terms."""
    values: Sequence[Real] = inputs
    for number, layer in enumerate(network.layers):
        if number:
            values = [z3.If(value > 0, value, z3.RealVal(0)) for value in values]
        values = [
            z3.Sum(z3.RealVal(str(bias)), *(z3.RealVal(str(w)) * values[n] for n, w in row))
            for row, bias in zip(layer.rows, layer.bias, strict=True)
        ]
    return list(values)


def differs(network: Network, meant: Callable[..., Real], *premises: z3.BoolRef) -> bool:
    """Whether a network of two inputs differs somewhere from what is meant, by Z3."""
    a, b = z3.Reals("a b")
    solver = z3.Solver()
    solver.add(*premises, outputs(network, (a, b))[0] != meant(a, b))
    answer = solver.check()
    assert answer != z3.unknown
    return bool(answer == z3.sat)


def test_T41_minimum_and_maximum_for_all_inputs() -> None:
    def greater(a: Real, b: Real) -> Real:
        return z3.If(a > b, a, b)

    def less(a: Real, b: Real) -> Real:
        return z3.If(a < b, a, b)

    b = z3.Real("b")
    assert not differs(gadget.maximum(), greater)
    assert not differs(gadget.minimum(), less)
    assert not differs(gadget.maximum_above_zero(), greater, b >= 0)
    assert differs(gadget.maximum_above_zero(), greater)
    assert differs(gadget.maximum(), less)
    pieces = Affine.dense([[1, 0], [0, 1], [1, 1]], [0, 0, -1])
    assert not differs(gadget.maxout(pieces), lambda a, b: greater(greater(a, b), a + b - 1))


UNITS = [
    (gadget.identity(), 2),
    (gadget.leaky_relu(Fraction(1, 100)), 2),
    (gadget.leaky_relu(Fraction(0)), 1),
    (gadget.absolute_value(), 2),
    (gadget.negative_part(), 1),
    (gadget.clip(Fraction(-2), Fraction(1, 3)), 2),
    (gadget.clip(None, None), 2),
    (gadget.clip(Fraction(1), None), 1),
    (gadget.clip(None, Fraction(1)), 1),
    (gadget.clip(Fraction(1), Fraction(1)), 0),
    (gadget.clip(Fraction(2), Fraction(1)), 0),
    (gadget.hard_tanh(), 2),
    (gadget.relu6(), 2),
    (gadget.saturated_linear(), 2),
    (gadget.hard_sigmoid(Fraction(1, 6), Fraction(1, 2)), 2),
    (gadget.hard_sigmoid(Fraction(-1, 5), Fraction(1, 2)), 2),
    (gadget.hard_sigmoid(Fraction(0), Fraction(1, 2)), 0),
    (gadget.soft_shrink(Fraction(1, 2)), 2),
    (gadget.soft_shrink(Fraction(0)), 2),
]


@pytest.mark.parametrize(("spline", "units"), UNITS)
def test_T41_units(spline: Spline, units: int) -> None:
    assert spline.network.widths == (1, units, 1)


@st.composite
def splines(draw: st.DrawFn) -> Spline:
    knots = sorted(draw(st.sets(NUMBERS, min_size=1, max_size=4)))
    slopes = draw(st.lists(NUMBERS, min_size=len(knots) + 1, max_size=len(knots) + 1))
    return Spline(tuple(knots), tuple(slopes), draw(NUMBERS))


@given(splines(), NUMBERS)
def test_T41_the_network_of_a_spline_is_the_spline(spline: Spline, point: Fraction) -> None:
    assert spline.network([point]) == (spline(point),)
    assert len(spline.terms) <= len(spline.knots) + 1


@given(splines(), NUMBERS)
def test_T41_the_least_value(spline: Spline, point: Fraction) -> None:
    if spline.least is None:
        far = [Fraction(10**6), Fraction(-(10**6))]
        assert min(map(spline, far)) < min(map(spline, spline.knots))
    else:
        assert spline.least <= spline(point)
        assert spline.least in map(spline, spline.knots)


@given(st.dictionaries(NUMBERS, NUMBERS, min_size=1, max_size=4), NUMBERS, NUMBERS)
def test_T41_splines_through_points(
    points: dict[Fraction, Fraction], left: Fraction, right: Fraction
) -> None:
    ends = sorted(points)
    spline = through(tuple((x, points[x]) for x in ends), left, right)
    assert [spline(x) for x in ends] == [points[x] for x in ends]
    assert spline(ends[0] - 2) == points[ends[0]] - 2 * left
    assert spline(ends[-1] + 2) == points[ends[-1]] + 2 * right


@settings(max_examples=15)
@given(splines(), st.integers(1, 3))
def test_T41_another_first_knot_is_proved_equal(spline: Spline, distance: int) -> None:
    """(1) starts at the first knot; one more knot on the left gives other units."""
    first = spline.knots[0] - distance
    other = Spline((first, *spline.knots), (spline.slopes[0], *spline.slopes), spline(first))
    claim = claim_of(spline.network, other.network, Space(1))
    assert isinstance(prove(claim), Equivalent)


def test_malformed_splines() -> None:
    one = Fraction(1)
    for knots, slopes in (((), (one,)), ((one, one), (one,) * 3), ((one,), (one,))):
        with pytest.raises(ShapeError):
            Spline(knots, slopes, one)
    with pytest.raises(ShapeError):
        through((), one, one)
    with pytest.raises(ShapeError):
        through(((one, one), (one, one)), one, one)
    with pytest.raises(ScopeError, match="at least 0"):
        gadget.soft_shrink(-one)
    with pytest.raises(ShapeError):
        gadget.maxout(Affine(2, (), ()))


def composed(*layers: tuple[list[list[int | Fraction]], list[int | Fraction]]) -> Network:
    return Network(tuple(Affine.dense(weight, bias) for weight, bias in layers))


THIRD = Fraction(1, 3)

# gadgets against another way to compute the same: nested clips, a line plus one bend
PROVED: dict[str, tuple[Network, Network]] = {
    "leaky": (
        gadget.leaky_relu(THIRD).network,
        composed(([[1], [1], [-1]], [0, 0, 0]), ([[1 - THIRD, THIRD, -THIRD]], [0])),
    ),
    "absolute": (
        gadget.absolute_value().network,
        composed(([[1], [-1], [2]], [0, 0, 0]), ([[-1, 1, 1]], [0])),
    ),
    "clip": (  # u - relu(u - max(l, x))
        gadget.clip(Fraction(-1), THIRD).network,
        composed(([[1]], [1]), ([[-1]], [THIRD + 1]), ([[-1]], [THIRD])),
    ),
    "relu6": (
        gadget.relu6().network,
        composed(([[1]], [0]), ([[-1]], [6]), ([[-1]], [6])),
    ),
    "hard sigmoid": (
        gadget.hard_sigmoid(Fraction(1, 6), Fraction(1, 2)).network,
        composed(([[Fraction(1, 6)]], [Fraction(1, 2)]), ([[-1]], [1]), ([[-1]], [1])),
    ),
    "soft shrink": (  # x - clip(x, -1/3, 1/3)
        gadget.soft_shrink(THIRD).network,
        composed(([[1], [-1], [1], [1]], [0, 0, THIRD, -THIRD]), ([[1, -1, -1, 1]], [THIRD])),
    ),
    "maximum": (
        gadget.maximum(),
        composed(([[-1, 1], [1, 0], [-1, 0]], [0, 0, 0]), ([[1, 1, -1]], [0])),
    ),
    "minimum": (
        gadget.minimum(),
        composed(([[1, -1], [1, 0], [-1, 0]], [0, 0, 0]), ([[-1, 1, -1]], [0])),
    ),
    "maxout": (
        gadget.maxout(Affine.dense([[1, 0], [0, 1], [-1, -1]], [0, 1, 0])),
        gadget.maxout(Affine.dense([[-1, -1], [0, 1], [1, 0]], [0, 1, 0])),
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_T41_certificates_over_all_of_space(name: str) -> None:
    left, right = PROVED[name]
    claim = claim_of(left, right, Space(left.inputs))
    verdict = prove(claim)
    assert isinstance(verdict, Equivalent)
    files = {"claim": claim.data, "certificate": verdict.certificate.data} | claim.network_files
    proof = checker.check(
        lambda name: files[name].splitlines(keepends=True), "claim", "certificate"
    )
    assert proof.finished


def test_T41_the_maximum_above_zero() -> None:
    above = Polytope(2, (((Fraction(0), Fraction(-1)), Fraction(0)),))
    claim = claim_of(gadget.maximum(), gadget.maximum_above_zero(), above)
    assert isinstance(prove(claim), Equivalent)
    point = [Fraction(-2), Fraction(-1)]
    assert gadget.maximum_above_zero()(point) != gadget.maximum()(point)


@given(affine_layers(3, 5), vectors(3))
def test_T41_maxout(pieces: Affine, point: tuple[Fraction, ...]) -> None:
    assume(pieces.outputs)
    network = gadget.maxout(pieces)
    assert network(point) == (max(pieces(point)),)
    assert network.hidden_layers == (pieces.outputs - 1).bit_length()
    most, count = 0, pieces.outputs
    while count > 1:  # a pair makes three units, a number that is left over two
        most += 3 * (count // 2) + 2 * (count % 2)
        count = (count + 1) // 2
    assert network.units <= most


@given(networks(inputs=2, outputs=2), vectors(2))
def test_T41_minimum_and_maximum(network: Network, point: tuple[Fraction, ...]) -> None:
    values = network(point)
    assert gadget.maximum()(values) == (max(values),)
    assert gadget.minimum()(values) == (min(values),)
