"""T15: float32 evaluation, in any order of summation, stays within the bound."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import Affine, Network, Vector
from verify.error_form import ErrorForms
from verify.floating import (
    SMALLEST_NORMAL,
    UNIT_ROUNDOFF,
    float32_bound_at,
    float32_bound_over,
    float32_gap_over,
    gamma,
)

numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 3.0, 2.0**-60, -(2.0**-70), 2.0**-120]),
    st.floats(-4, 4, width=32),
).map(Fraction)


@st.composite
def float32_networks(draw: st.DrawFn, inputs: int = 2, outputs: int = 2) -> Network:
    """Networks with float32 numbers, some of them so small that products underflow."""
    widths = [inputs, *draw(st.lists(st.integers(1, 5), max_size=3)), outputs]
    layers = []
    for before, after in pairwise(widths):
        rows = [[draw(numbers) for _ in range(before)] for _ in range(after)]
        layers.append(Affine.dense(rows, [draw(numbers) for _ in range(after)], before))
    return Network(tuple(layers))


def float32(value: float) -> np.float32:
    return np.float32(value)


def evaluate(
    network: Network, point: Vector, random: np.random.Generator, *, flush: bool, dense: bool
) -> list[Fraction]:
    """A float32 evaluation in a random order of summation.

    Args:
        network: The network.
        point: The float32 input.
        random: Decides the order: two random terms are added until one is left.
        flush: Take results below the normal range for zero, as some processors do.
        dense: Add the products with zero weights, too.
    """

    def rounded(value: np.float32) -> np.float32:
        small = flush and abs(Fraction(float(value))) < SMALLEST_NORMAL
        return np.float32(0) if small else np.float32(value)

    values = [float32(float(entry)) for entry in point]
    for number, layer in enumerate(network.layers):
        if number:
            values = [max(value, np.float32(0)) for value in values]
        found = []
        for row, bias in zip(layer.weight, layer.bias, strict=True):
            terms = [float32(float(bias))]
            for weight, value in zip(row, values, strict=True):
                if weight or dense:
                    terms.append(rounded(float32(float(weight)) * value))
            while len(terms) > 1:
                first = terms.pop(int(random.integers(len(terms))))
                second = terms.pop(int(random.integers(len(terms))))
                terms.append(rounded(first + second))
            found.append(terms[0])
        values = found
    return [Fraction(float(value)) for value in values]


def is_within(found: list[Fraction], exact: Vector, bound: Vector) -> bool:
    return all(
        abs(value - truth) <= error for value, truth, error in zip(found, exact, bound, strict=True)
    )


@given(st.data())
def test_T15_every_order_of_summation_stays_within_the_bound(data: st.DataObject) -> None:
    network = data.draw(float32_networks())
    point = (data.draw(numbers), data.draw(numbers))
    bound = float32_bound_at(network, point)
    for seed in range(4):
        random = np.random.default_rng(seed)
        found = evaluate(network, point, random, flush=False, dense=bool(seed % 2))
        assert is_within(found, network(point), bound)


@given(st.data())
def test_T15_flushing_to_zero_stays_within_the_bound(data: st.DataObject) -> None:
    network = data.draw(float32_networks())
    point = (data.draw(numbers), data.draw(numbers))
    found = evaluate(network, point, np.random.default_rng(0), flush=True, dense=False)
    assert is_within(found, network(point), float32_bound_at(network, point))


@given(st.data())
def test_T15_the_bound_over_a_box_holds_in_it(data: st.DataObject) -> None:
    network = data.draw(float32_networks())
    ends = [sorted((data.draw(numbers), data.draw(numbers))) for _ in range(2)]
    box = Box(tuple(end[0] for end in ends), tuple(end[1] for end in ends))
    bound = float32_bound_over(network, box)
    for seed in range(4):
        random = np.random.default_rng(seed)
        point = tuple(
            Fraction(float(float32(random.uniform(float(low), float(high))))) for low, high in ends
        )
        if point in box:
            found = evaluate(network, point, random, flush=False, dense=True)
            assert is_within(found, network(point), bound)
    for corner in (box.lower, box.upper):
        found = evaluate(network, corner, np.random.default_rng(9), flush=False, dense=False)
        assert is_within(found, network(corner), bound)


@given(st.data())
def test_T15_inputs_that_are_rounded_themselves(data: st.DataObject) -> None:
    network = data.draw(float32_networks())
    point = tuple(data.draw(st.fractions(-4, 4, max_denominator=50)) for _ in range(2))
    near = tuple(Fraction(float(float32(float(entry)))) for entry in point)
    errors = [abs(entry - float_entry) for entry, float_entry in zip(point, near, strict=True)]
    found = evaluate(network, near, np.random.default_rng(0), flush=False, dense=False)
    assert is_within(found, network(point), float32_bound_at(network, point, errors))


@given(st.data())
def test_T15_equal_networks_differ_by_no_more_than_the_gap(data: st.DataObject) -> None:
    left = data.draw(float32_networks())
    first, *rest = left.layers
    order = list(range(first.outputs))[::-1]
    if rest:
        turned = Affine(2, tuple(first.rows[k] for k in order), tuple(first.bias[k] for k in order))
        weight = [[row[k] for k in order] for row in rest[0].weight]
        right = Network((turned, Affine.dense(weight, rest[0].bias, first.outputs), *rest[1:]))
    else:
        right = left
    gap = float32_gap_over(left, right, Box.cube(2, -4, 4))
    point = (data.draw(numbers), data.draw(numbers))
    found = [
        evaluate(network, point, np.random.default_rng(seed), flush=False, dense=True)
        for seed, network in enumerate((left, right))
    ]
    assert left(point) == right(point)
    assert is_within(found[0], tuple(found[1]), gap)


def test_one_unit_by_hand() -> None:
    """3 x + 5 at x = 2: one product and one sum, two roundings of at most 11 together."""
    network = Network((Affine.dense([[3]], [5]),))
    (bound,) = float32_bound_at(network, (Fraction(2),))
    exact = gamma(2) * 11 + 2 * (1 + gamma(1)) * SMALLEST_NORMAL
    assert exact <= bound <= exact * (1 + Fraction(1, 2**60))
    assert gamma(2) == 2 * UNIT_ROUNDOFF / (1 - 2 * UNIT_ROUNDOFF)


def test_errors_that_cancel() -> None:
    """relu(y) - relu(y) of the same unit: what the rounding of y costs cancels."""
    unit = Affine.dense([[2**20, -(2**20)]], [7])
    copies = Network((unit, Affine.dense([[1], [1]], [0, 0]), Affine.dense([[1, -1]], [0])))
    single = Network((unit, Affine.dense([[1]], [0])))
    point = (Fraction(1), Fraction(1))
    (difference,) = float32_bound_at(copies, point)
    (alone,) = float32_bound_at(single, point)
    assert 1000 * difference < alone


small = st.integers(-2, 2).map(Fraction)


@st.composite
def small_layers(draw: st.DrawFn, inputs: int, outputs: int) -> Affine:
    rows = [[draw(small) for _ in range(inputs)] for _ in range(outputs)]
    return Affine.dense(rows, [draw(small) for _ in range(outputs)])


@given(st.data())
def test_error_forms_hold_errors_through_layers(data: st.DataObject) -> None:
    """Move the inputs of x -> B relu(A x + a) + b: the sizes hold what its outputs do."""
    inputs, units = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 3))
    first = data.draw(small_layers(inputs, units))
    second = data.draw(small_layers(units, 2))
    value = tuple(data.draw(small) for _ in range(inputs))
    sizes = [abs(data.draw(small)) for _ in range(inputs)]
    slack = data.draw(st.sampled_from([0, 1]))
    ranges = [(entry - slack, entry + slack) for entry in first(value)]
    forms = ErrorForms.independent(sizes).through(first).rectified(ranges).through(second)
    network = Network((first, second))
    steps = [Fraction(-1), Fraction(-1, 2), Fraction(1, 3), Fraction(1)]
    for corner in product(steps, repeat=inputs):
        moved = tuple(v + s * t for v, s, t in zip(value, sizes, corner, strict=True))
        for old, new, size in zip(network(value), network(moved), forms.sizes, strict=True):
            assert abs(new - old) <= size


def test_wide_layers_do_not_share_unknowns() -> None:
    width = 1500
    rows = tuple(((column, Fraction(1)),) for column in range(width))
    layer = Affine(width, rows, (Fraction(0),) * width)
    forms = ErrorForms.independent([Fraction(1)] * width).through(layer)
    assert forms.shared == ((),) * width
    assert forms.sizes == (Fraction(1),) * width


def test_what_the_bound_does_not_cover() -> None:
    third = Network((Affine.dense([[Fraction(1, 3)]], [0]),))
    with pytest.raises(ScopeError, match="1 numbers are no float32, layer 0, row 0, column 0"):
        float32_bound_at(third, (Fraction(1),))
    double = Network((Affine.dense([[1]], [2**24 + 1]),))
    with pytest.raises(ScopeError, match="layer 0, row 0, bias"):
        float32_bound_over(double, Box.cube(1, 0, 1))
    large = Network((Affine.dense([[2**100]], [0]),))
    with pytest.raises(ScopeError, match="overflow"):
        float32_bound_at(large, (Fraction(2**40),))
    unit = Network((Affine.dense([[1]], [0]),))
    with pytest.raises(DomainError, match="expected float32 coordinates"):
        float32_bound_at(unit, (Fraction(1, 3),))
    with pytest.raises(ScopeError, match="too many"):
        gamma(2**24)


def test_shapes_that_do_not_fit() -> None:
    unit = Network((Affine.dense([[1]], [0]),))
    with pytest.raises(ShapeError):
        float32_bound_at(unit, (Fraction(1), Fraction(1)))
    with pytest.raises(ShapeError):
        float32_bound_at(unit, (Fraction(1),), (Fraction(0), Fraction(0)))
    with pytest.raises(ShapeError):
        float32_bound_over(unit, Box.cube(2, 0, 1))
    with pytest.raises(ShapeError):
        float32_gap_over(unit, Network((Affine.dense([[1], [1]], [0, 0]),)), Box.cube(1, 0, 1))


def test_layers_without_units() -> None:
    network = Network((Affine(2, (), ()), Affine(0, ((),), (Fraction(1, 2),))))
    (bound,) = float32_bound_over(network, Box.cube(2, -1, 1))
    assert bound <= UNIT_ROUNDOFF
