"""Sums of canonical units and the networks assembled from them; exact evaluation is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.assembly import assembled
from theory.domain import Box, Space
from theory.errors import ShapeError
from theory.network import ZERO, Vector
from theory.unit import UnitSum, affine_sum, maximum, relu_of, value_at, weighted_sum
from verify.testing.strategies import points_in, rationals, vectors

WEIGHTS = st.sampled_from([Fraction(n, d) for n in (1, -1, 2, -2, 3) for d in (1, 2)])


@st.composite
def unit_sums(draw: st.DrawFn, inputs: int, depth: int = 3) -> UnitSum:
    """Sums of nested units, many of them degenerate."""
    form = draw(st.tuples(*[st.integers(-2, 2)] * (inputs + 1)))
    terms: list[tuple[UnitSum, int | Fraction]] = [(affine_sum(form), draw(st.integers(0, 1)))]
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        terms.append((relu_of(draw(unit_sums(inputs, depth - 1))), draw(WEIGHTS)))
    return weighted_sum(terms, inputs + 1)


def require_canonical(term: UnitSum) -> None:
    for unit, weight in term.units.items():
        assert weight
        assert any(unit.form[1:]) or unit.inner
        assert unit.depth == 1 + max((inner.depth for inner, _ in unit.inner), default=0)
        require_canonical(UnitSum(unit.form, dict(unit.inner)))


@given(st.data(), st.integers(1, 3))
def test_relu_and_maximum_of_sums_are_exact(data: st.DataObject, inputs: int) -> None:
    left, right = data.draw(unit_sums(inputs)), data.draw(unit_sums(inputs))
    for _ in range(4):
        point = data.draw(vectors(inputs))
        assert relu_of(left)(point) == max(ZERO, left(point))
        assert maximum(left, right)(point) == max(left(point), right(point))
    require_canonical(relu_of(left))


@given(st.data(), st.integers(1, 3), rationals(3, (1, 2), positive=True))
def test_scaled_and_negated_arguments_make_one_unit(
    data: st.DataObject, inputs: int, factor: Fraction
) -> None:
    argument = data.draw(unit_sums(inputs))
    size = inputs + 1
    scaled = relu_of(weighted_sum(((argument, factor),), size))
    negated = relu_of(weighted_sum(((argument, -factor),), size))
    once = relu_of(argument)
    assert weighted_sum(((scaled, 1), (once, -factor)), size) == affine_sum((0,) * size)
    # relu(z) - relu(-z) = z, unit by unit
    difference = weighted_sum(((scaled, 1), (negated, -1), (argument, -factor)), size)
    assert difference == affine_sum((0,) * size)


@given(st.data(), st.sampled_from((1, -1)))
def test_a_sum_of_lines_with_one_sign_needs_no_unit(data: st.DataObject, sign: int) -> None:
    """Also where a line has become its opposite: relu(-h) = relu(h) - h."""
    forms = data.draw(st.lists(st.tuples(*[st.integers(-3, 3)] * 4), max_size=5))
    weights = [data.draw(st.integers(1, 4)) * sign for _ in forms]
    terms = [(relu_of(affine_sum(form)), w) for form, w in zip(forms, weights, strict=True)]
    constant = data.draw(st.integers(0, 3)) * sign
    argument = weighted_sum((*terms, (affine_sum((constant, 0, 0, 0)), 1)), 4)
    point = data.draw(vectors(3))
    assert relu_of(argument).depth <= 1
    assert set(relu_of(argument).units) <= set(argument.units)
    assert relu_of(argument)(point) == max(ZERO, argument(point))


def test_units_of_one_variable_need_one_layer() -> None:
    line = relu_of(affine_sum((-1, 1)))
    for slope in range(-3, 4):
        bent = relu_of(weighted_sum(((affine_sum((-slope, slope)), 1), (line, 2)), 2))
        assert bent.depth <= 1
        for value in (-2, 0, 1, 3):
            below = slope * (value - 1)
            assert bent((Fraction(value),)) == max(0, below + 2 * max(0, value - 1))


@given(st.data(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 4))
def test_assembled_networks_compute_their_sums(
    data: st.DataObject, inputs: int, outputs: int, scale: int
) -> None:
    sums = [data.draw(unit_sums(inputs)) for _ in range(outputs)]
    box = Box.cube(inputs, Fraction(-3, 2), 2)
    for domain in (box, Space(inputs)):
        network = assembled(sums, domain, scale)
        assert network.hidden_layers == max(term.depth for term in sums)
        for _ in range(3):
            point = data.draw(points_in(domain))
            values = tuple(value / scale for value in value_at(sums, point))
            assert network(point) == values


def test_a_remainder_passes_the_cheaper_way() -> None:
    """x - y passes as one pair, a line that is read alone as itself, the output as one pair."""
    lines = [relu_of(affine_sum((k, 1, k))) for k in range(1, 8)]
    middle = relu_of(weighted_sum(((affine_sum((0, 1, -1)), 1), (lines[0], 1)), 3))
    top = relu_of(weighted_sum(((affine_sum((-1, 0, 0)), 1), (lines[1], 1), (middle, 1)), 3))
    term = weighted_sum([(top, 1), *((line, 1) for line in lines)], 3)
    network = assembled([term], Space(2))
    assert network.widths == (2, 9, 4, 3, 1)
    point: Vector = (Fraction(1, 2), Fraction(-3))
    assert network(point) == (term(point),)


def bent(form: tuple[int, ...], inner: UnitSum) -> UnitSum:
    return relu_of(weighted_sum(((affine_sum(form), 1), (inner, 1)), len(form)))


SPACE, CUBE = Space(3), Box.cube(3, -1, 1)


@pytest.mark.parametrize(
    ("remainders", "outputs", "domain", "passing"),
    [
        ([(0, 1, -1, 0)], [], SPACE, 2),  # a pair; x and y alone would take 4
        ([(0, 1, -1, 0)], [], CUBE, 2),
        ([(0, 1, -1, 0), (0, 0, 1, -1)], [], SPACE, 4),  # pairs; three inputs would take 6
        ([(0, 1, -1, 0), (0, 0, 1, -1)], [], CUBE, 3),  # inputs
        ([(0, 1, 0, 0), (0, 0, 1, 0)], [(0, 1, 1, 1)], SPACE, 6),
        ([(0, 1, 0, 0), (0, 0, 1, 0)], [(0, 1, 1, 1)], CUBE, 3),  # z besides x and y
        ([(0, 1, 0, 0)], [(0, 1, 1, 1)], SPACE, 4),  # x + y + z as a pair besides x
        ([], [(0, 1, 1, 0), (0, 1, 2, 0)], CUBE, 2),
    ],
)
def test_what_the_second_layer_passes_on_takes_the_cheaper_way(
    remainders: list[tuple[int, ...]],
    outputs: list[tuple[int, ...]],
    domain: Box | Space,
    passing: int,
) -> None:
    """A unit of depth two, and units above it that also read affine remainders."""
    middle = bent((0, 0, 0, 1), relu_of(affine_sum((2, 1, 1, 5))))
    units = [bent(form, middle) for form in remainders] or [middle]
    sums = [weighted_sum([(affine_sum(form), 1), *((u, 1) for u in units)], 4) for form in outputs]
    sums = sums or units
    network = assembled(sums, domain)
    assert network.widths[2] == 1 + passing
    point: Vector = (Fraction(1, 2), Fraction(-1, 3), Fraction(1, 5))
    assert network(point) == value_at(sums, point)


def test_sums_over_other_inputs_are_refused() -> None:
    with pytest.raises(ShapeError, match="over 2 inputs"):
        assembled([affine_sum((1, 2))], Space(2))
