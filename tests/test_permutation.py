"""T61, T62: networks whose output weights are a permutation of fixed numbers."""

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import pytest
import sympy
import z3
from hypothesis import given
from hypothesis import strategies as st

from theory.approximation.block import block_height, block_weights
from theory.approximation.distance import distance
from theory.approximation.expression import target_of
from theory.approximation.permutation import (
    Pairs,
    enough_points,
    gaps,
    grid,
    initial,
    scaled,
    scaled_error,
)
from theory.approximation.polynomial import polynomial, value
from theory.approximation.superblock import Arrangement, enough_superblocks, unscaled
from theory.approximation.target import Target
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import relu

F = Fraction
Real = Any  # z3 and sympy give their expressions no types
SIDES = list(product((1, -1), repeat=2))
NUMBERS = st.fractions(min_value=-2, max_value=2, max_denominator=6)
STEPS = st.fractions(min_value=0, max_value=2, max_denominator=6)
EXAMPLE = (F(1, 4), F(-1, 2), F(1))  # x^2 - x/2 + 1/4
QUADRATICS = st.lists(NUMBERS, max_size=3).map(polynomial)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Fraction, Fraction]:
    """Ends of intervals with an inside."""
    low = draw(NUMBERS)
    return low, low + draw(STEPS.filter(bool))


def rise_of(p: Sequence[Fraction], low: Fraction, high: Fraction) -> Fraction:
    """(high - low) times the least Lipschitz constant of a polynomial of degree at most 2."""
    slopes = (value(tuple(k * c for k, c in enumerate(p))[1:], x) for x in (low, high))
    return (high - low) * max(map(abs, slopes))


def function_of(p: Sequence[Fraction]) -> Callable[[Fraction], Fraction]:
    return lambda x: value(tuple(p), x)


def quadratic_error(pairs: Pairs, p: Sequence[Fraction]) -> Fraction:
    """The distance from a polynomial of degree at most 2: it is at ends of pieces and vertices."""
    found = F(0)
    slope, bend = (p[k] if k < len(p) else F(0) for k in (1, 2))
    for start, end, constant, rate in pairs.lines:
        vertex = (rate - slope) / (2 * bend) if bend else start
        places = (start, end, min(max(vertex, start), end))
        errors = (abs(value(tuple(p), x) - constant - rate * x) for x in places)
        found = max(found, *errors)
    return found


def multiset(pairs: Pairs) -> Counter[Fraction]:
    return Counter((*pairs.forth, *pairs.back))


def symbolic_points(b: Real, d: Real, e: Real) -> Any:
    return b, b + d, b + e, b + d + e


def slopes(left: int, right: int, d: Real, e: Real) -> tuple[Real, Real, Real]:
    """The slopes between b_1 and b_4: the statement of the lemma."""
    direction = (right - left) // 2
    return direction * (d + e), direction * 2 * d, direction * (d + e)


@pytest.mark.parametrize(("left", "right"), SIDES)
def test_T61_the_block_lemma_as_polynomial_identities(left: int, right: int) -> None:
    b, d, e, x = sympy.symbols("b d e x")
    points = symbolic_points(b, d, e)
    forth, back = block_weights(points, left, right)
    height: Real = block_height(points)
    rates = (0, *slopes(left, right, d, e), 0)
    expected = [left * height]  # from left to right, each piece from where the last one ended
    for place, (rate, start) in enumerate(zip(rates[1:], points, strict=True)):
        expected.append(expected[place].subs(x, start) + rate * (x - start))
    assert sympy.expand(height - 2 * d * e) == 0
    assert sympy.expand(expected[-1] - right * height) == 0
    for active, wanted in enumerate(expected):  # the points b_1, ..., b_active are left of x
        found = sum(p * (x - t) for p, t in zip(forth[:active], points[:active], strict=True))
        found += sum(q * (t - x) for q, t in zip(back[active:], points[active:], strict=True))
        assert sympy.expand(found - wanted) == 0


def piece(points: Any, forth: Any, back: Any, x: Real) -> Real:
    """The block with relu spelled out."""
    terms = []
    for p, q, t in zip(forth, back, points, strict=True):
        terms.append(z3.If(x >= t, p * (x - t), q * (t - x)))
    return z3.Sum(terms)


def blocks(left: int, right: int) -> tuple[z3.Solver, Real, Real, Real, Real, Real, Callable[..., Real]]:  # noqa: E501  # fmt: skip
    """A solver with 0 < d <= e, the numbers, and the block as a function of x."""
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    b, d, e = z3.Reals("b d e")
    solver.add(d > 0, e >= d)
    points = symbolic_points(b, d, e)
    forth, back = block_weights(points, left, right)
    return solver, b, d, e, points, 2 * d * e, lambda x: piece(points, forth, back, x)


@pytest.mark.parametrize(("left", "right"), SIDES)
def test_T61_the_block_lemma_for_all_real_numbers(left: int, right: int) -> None:
    solver, _, d, e, points, height, block = blocks(left, right)
    x = z3.Real("x")
    rates = slopes(left, right, d, e)
    places: list[tuple[list[Real], Real]] = [([x <= points[0]], left * height)]
    level = left * height
    for rate, (start, end) in zip(rates, pairwise(points), strict=True):
        places.append(([start <= x, x <= end], level + rate * (x - start)))
        level = level + rate * (end - start)
    places.append(([x >= points[3]], right * height))
    for where, wanted in places:
        solver.push()
        solver.add(*where, block(x) != wanted)
        assert solver.check() == z3.unsat
        solver.pop()


def test_T61_a_wrong_block_would_be_seen() -> None:
    solver, _, _, _, points, height, block = blocks(1, -1)
    x = z3.Real("x")
    solver.add(x >= points[3], block(x) != height)
    assert solver.check() == z3.sat


@given(NUMBERS, STEPS, STEPS, st.sampled_from(SIDES), st.lists(NUMBERS, max_size=4))
def test_T61_blocks_reach_their_heights_and_are_monotone(
    b: Fraction, d: Fraction, e: Fraction, sides: tuple[int, int], places: list[Fraction]
) -> None:
    d, e = sorted((d, e))  # 0 and equal steps included
    points = symbolic_points(b, d, e)
    forth, back = block_weights(points, *sides)
    assert Counter((*forth, *back)) == Counter((*points, *(-point for point in points)))
    height = block_height(points)

    def block(x: Fraction) -> Fraction:
        rows = zip(forth, back, points, strict=True)
        return sum((p * relu(x - t) + q * relu(t - x) for p, q, t in rows), F(0))

    found = [block(x) for x in sorted([*points, *(5 * place for place in places)])]
    assert block(b - 3) == block(b) == sides[0] * height
    assert block(points[3] + 3) == block(points[3]) == sides[1] * height
    assert found in (sorted(found), sorted(found, reverse=True))


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (2, 1), (1, -3)])
def test_T61_blocks_have_sides_of_one(sides: tuple[int, int]) -> None:
    with pytest.raises(DomainError):
        block_weights(symbolic_points(F(0), F(1), F(2)), *sides)


@given(QUADRATICS, intervals(), st.integers(1, 12), st.lists(st.integers(0, 60), max_size=3))
def test_T61_within_six_rises_over_n_less_one(
    p: tuple[Fraction, ...], ends: tuple[Fraction, Fraction], quarter: int, places: list[int]
) -> None:
    low, high = ends
    rise, count = rise_of(p, low, high), 4 * quarter
    pairs = scaled(function_of(p), rise, low, high, count)
    assert multiset(pairs) == multiset(initial(low, high, count))
    network = pairs.network
    assert network.widths == (1, 2 * count, 1)
    bound = scaled_error(rise, count)
    error = quadratic_error(pairs, p)
    assert error <= bound
    if count <= 16:
        assert distance(network, Target(p), low, high).high == error
    for place in places:
        x = low + (high - low) * F(place, 60)
        assert abs(network([x])[0] - value(p, x)) <= bound


@given(QUADRATICS, intervals(), st.integers(1, 8), st.integers(0, 60))
def test_T61_the_lines_are_the_network(
    p: tuple[Fraction, ...], ends: tuple[Fraction, Fraction], quarter: int, place: int
) -> None:
    low, high = ends
    pairs = scaled(function_of(p), rise_of(p, low, high), low, high, 4 * quarter)
    lines = list(pairs.lines)
    assert (lines[0][0], lines[-1][1], len(lines)) == (low, high, 4 * quarter - 1)
    assert all(one[1] == other[0] for one, other in pairwise(lines))
    for start, end, constant, slope in lines:
        x = start + (end - start) * F(place, 60)
        assert pairs.network([x])[0] == constant + slope * x


@given(STEPS, st.fractions(F(1, 100), 3, max_denominator=100))
def test_T61_the_number_of_points_is_the_least_by_the_bound(
    rise: Fraction, epsilon: Fraction
) -> None:
    count = enough_points(rise, epsilon)
    assert count % 4 == 0
    assert scaled_error(rise, count) <= epsilon
    assert count == 4 or scaled_error(rise, count - 4) > epsilon


def test_T61_the_worked_example() -> None:
    target, third = function_of(EXAMPLE), F(3, 2)
    for count, error, bound in (
        (64, F(439, 7938), F(1, 7)),
        (184, F(670, 33489), F(3, 61)),
        (1024, F(422, 116281), F(3, 341)),
    ):
        pairs = scaled(target, third, F(0), F(1), count)
        assert scaled_error(third, count) == bound
        assert quadratic_error(pairs, EXAMPLE) == error < bound
    assert enough_points(third, F(1, 20)) == 184
    pairs = scaled(target, third, F(0), F(1), 8)
    assert (pairs.scale, pairs.offset) == (F(21, 4), F(31, 28))  # K (n - 1) / 2
    assert pairs.forth == tuple(F(k, 7) for k in (-3, 2, 1, 0, -4, 5, 6, -7))
    assert pairs.back == tuple(F(k, 7) for k in (3, -2, -1, 0, 7, -6, -5, 4))


@pytest.mark.parametrize("constant", [F(0), F(7, 3)])
def test_T61_constants_are_met_exactly(constant: Fraction) -> None:
    pairs = scaled(lambda _: constant, F(0), F(-1), F(3), 8)
    assert enough_points(F(0), F(1, 10**9)) == 4
    assert distance(pairs.network, Target(polynomial([constant])), F(-1), F(3)).high == 0
    assert pairs.forth != initial(F(-1), F(3), 8).forth


def test_T61_functions_with_kinks() -> None:
    pairs = scaled(abs, F(2), F(-1), F(1), 64)
    bound = scaled_error(F(2), 64)
    points = [F(k, 97) for k in range(-97, 98)]
    assert max(abs(pairs.network([x])[0] - abs(x)) for x in points) <= bound
    fast = scaled(lambda x: 1000 * x, F(1000), F(0), F(1), 4)  # K (n - 1) / 2 is large
    assert distance(fast.network, target_of("1000*x"), F(0), F(1)).high <= 2000


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 6, 7, 33, -4])
def test_T61_n_is_a_multiple_of_four(count: int) -> None:
    with pytest.raises(ShapeError):
        scaled(lambda x: x, F(1), F(0), F(1), count)


def test_T61_what_is_refused() -> None:
    with pytest.raises(DomainError, match="Lipschitz"):
        scaled(lambda x: 5 * x, F(1), F(0), F(1), 16)
    for low, high in ((F(0), F(0)), (F(1), F(0))):
        with pytest.raises(DomainError, match="inside"):
            scaled(lambda x: x, F(1), low, high, 8)
    for epsilon in (F(0), F(-1)):
        with pytest.raises(DomainError, match="positive"):
            enough_points(F(1), epsilon)
        with pytest.raises(DomainError, match="positive"):
            enough_superblocks(F(1), F(0), epsilon)
    for count in (1, 0, -1):
        with pytest.raises(ShapeError):
            grid(count)
    with pytest.raises(ShapeError):
        Pairs(F(0), F(1), (F(0), F(1)), (F(0),))


def test_T61_the_first_point_is_zero_and_its_weights_are_none() -> None:
    pairs = scaled(lambda x: x, F(1), F(0), F(1), 4)
    assert multiset(pairs)[F(0)] == 2
    assert pairs.network.widths == (1, 8, 1)
    assert len(pairs.network.layers[1].rows[0]) == 6  # zeros are left out
    assert gaps(grid(8), 4) == (F(0), F(1, 2), F(1))


@given(QUADRATICS, intervals(), st.integers(1, 6), st.integers(1, 4))
def test_T62_within_a_height_and_a_rise_where_it_is_possible(
    p: tuple[Fraction, ...], ends: tuple[Fraction, Fraction], width: int, count: int
) -> None:
    low, high = ends
    small = tuple(entry / 20 for entry in p)  # few blocks do not reach far
    arrangement = Arrangement(width, count)
    try:
        pairs = unscaled(function_of(small), low, high, arrangement)
    except ScopeError:
        return
    points = grid(arrangement.points)
    corner = points[0], points[width], points[2 * width], points[3 * width]
    assert block_height(corner) == arrangement.height
    assert (pairs.scale, pairs.offset) == (F(1), F(0))
    assert multiset(pairs) == multiset(initial(low, high, arrangement.points))
    assert quadratic_error(pairs, small) <= arrangement.error(rise_of(small, low, high))


@given(QUADRATICS, intervals(), st.sampled_from([F(8), F(2), F(1), F(1, 2)]), st.integers(1, 6))
def test_T62_the_formula_gives_an_arrangement_that_is_possible(
    p: tuple[Fraction, ...], ends: tuple[Fraction, Fraction], epsilon: Fraction, part: int
) -> None:
    low, high = ends
    small = tuple(entry / (8 * part) for entry in p)
    rise = rise_of(small, low, high)
    found = enough_superblocks(rise, value(small, low), epsilon)
    steps = 4 * found.count - 1
    assert found.error(rise) <= F(4, steps**2) + 4 * rise / steps <= epsilon
    before = steps - 4
    assert found.count == 1 or F(4, before**2) + 4 * rise / before > epsilon
    if found.points <= 600:
        pairs = unscaled(function_of(small), low, high, found)
        assert multiset(pairs) == multiset(initial(low, high, found.points))
        assert quadratic_error(pairs, small) <= epsilon


def test_T62_the_worked_example() -> None:
    target, rise = function_of(EXAMPLE), F(3, 2)
    for arrangement, error, bound in (
        (Arrangement(13, 4), F(5375, 171396), F(16822, 42849)),
        (Arrangement(26, 8), F(14569, 920748), F(132340, 690561)),
        (Arrangement(59, 8), F(504293, 14243076), F(681922, 3560769)),
    ):
        pairs = unscaled(target, F(0), F(1), arrangement)
        assert arrangement.error(rise) == bound
        assert quadratic_error(pairs, EXAMPLE) == error < bound
    with pytest.raises(ScopeError):
        unscaled(target, F(0), F(1), Arrangement(2, 8))
    assert enough_superblocks(rise, F(1, 4), F(1, 5)) == Arrangement(59, 8)


def test_T62_constants_have_parity() -> None:
    zero = unscaled(lambda _: F(0), F(0), F(1), Arrangement(1, 1)).network
    assert zero([F(1, 5)]) == (F(4, 9),)
    pairs = unscaled(lambda _: F(1, 3), F(0), F(1), Arrangement(9, 4))
    arrangement = Arrangement(9, 4)
    values = {pairs.network([F(k, 50)])[0] for k in range(51)}
    (one,) = values
    assert one % arrangement.height == 0
    assert abs(one - F(1, 3)) <= arrangement.height == arrangement.error(F(0))


@pytest.mark.parametrize(("width", "count"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
def test_T62_arrangements_are_positive(width: int, count: int) -> None:
    with pytest.raises(ShapeError):
        Arrangement(width, count)


def test_T62_what_is_out_of_reach() -> None:
    for function, arrangement in (
        (lambda x: F(100), Arrangement(3, 3)),
        (lambda x: 9 * x, Arrangement(2, 4)),
        (lambda x: -9 * x, Arrangement(2, 4)),
        (lambda x: -F(100), Arrangement(1, 1)),
    ):
        with pytest.raises(ScopeError, match="out of reach"):
            unscaled(function, F(0), F(1), arrangement)
    with pytest.raises(DomainError, match="inside"):
        unscaled(lambda x: F(0), F(0), F(0), Arrangement(1, 1))
