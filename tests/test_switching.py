"""T66: biases of random units that switch slopes, exact at the nodes."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.approximation.interpolant import interpolant
from theory.approximation.switching import (
    ShortageError,
    enough_units,
    increment,
    suitable_share,
    switched,
)
from theory.errors import ScopeError, ShapeError
from theory.network import Vector
from theory.random_weights import (
    GRID,
    RandomUnit,
    drawn,
    enough_draws,
    initial_network,
    random_units,
)

F = Fraction
NUMBERS = st.fractions(-3, 3, max_denominator=4)


def unit(outer: Fraction | int, inner: Fraction | int) -> RandomUnit:
    return RandomUnit((F(inner),), (F(outer),))


@st.composite
def nodes(draw: st.DrawFn) -> tuple[Vector, Vector]:
    """Nodes at any places, often one or two, with values; slopes that repeat included."""
    found = sorted(draw(st.sets(NUMBERS, min_size=1, max_size=6)))
    if draw(st.booleans()):
        slope, start = draw(NUMBERS), draw(NUMBERS)
        return tuple(found), tuple(start + slope * x for x in found)
    return tuple(found), tuple(draw(NUMBERS) for _ in found)


@given(nodes(), st.integers(0, 10**6), st.sampled_from([F(0), F(1, 16)]))
def test_T66_the_values_at_the_nodes_are_exact_and_the_bounds_hold(
    table: tuple[Vector, Vector], seed: int, least: Fraction
) -> None:
    places, values = table
    units = random_units(seed, 150, 1, 1, F(4))
    try:
        found = switched(units, places, values, least)
    except ShortageError:  # nodes that are close have large slopes
        wanted = [abs((v - y) / (u - x)) for (x, y), (u, v) in pairwise(zip(*table, strict=True))]
        assert max(wanted) > 20
        return
    network = found.network
    assert [network([x])[0] for x in places] == list(values)
    assert found.used <= found.bound
    before = initial_network(units, 1, 1)
    assert [one.rows for one in before.layers] == [one.rows for one in found.network.layers]
    assert found.network.layers[-1].bias == (F(0),)
    chords = interpolant(dict(zip(*table, strict=True)).__getitem__, places)
    corners = [x for x, _ in found.corners]
    assert set(places) <= set(corners)
    assert [network([x])[0] for x in corners] == [y for _, y in found.corners]
    errors = [abs(network([x])[0] - chords([x])[0]) for x in corners]
    assert max(errors) == found.overshoot
    for x, y in pairwise(corners):  # nothing bends in between
        middle = network([(x + y) / 2])[0]
        assert 2 * middle == network([x])[0] + network([y])[0]


@given(nodes(), st.integers(0, 10**6))
def test_T66_unused_units_are_off_on_the_interval(table: tuple[Vector, Vector], seed: int) -> None:
    places, values = table
    units = random_units(seed, 60, 1, 1, F(4))
    try:
        found = switched(units, places, values)
    except ShortageError:
        return
    ends = [found.network.layers[0]([x]) for x in (places[0], places[-1])]
    on = sum(max(pair) > 0 for pair in zip(*ends, strict=True))
    assert on <= found.used


@given(st.lists(NUMBERS, max_size=5), st.integers(1, 4), st.integers(4, 9))
def test_T66_the_bound_counts_every_change(changes: list[Fraction], least: int, most: int) -> None:
    count = enough_units(changes, F(least), F(most))
    assert count >= 2 + sum(-(-(abs(change) + most) // least) for change in changes)
    assert count == enough_units([-change for change in changes], F(least), F(most))


def test_T66_a_kind_that_runs_out_is_named() -> None:
    places, values = (F(0), F(1), F(2)), (F(0), F(1), F(0))
    for kind, units in {
        "output weight > 0": [unit(-1, 1)],
        "output weight < 0": [unit(1, 1), unit(2, 1)],
        "inner weight > 0 and outer weight < 0": [unit(9, 1), unit(-9, 1), unit(-1, -2)],
        "inner weight < 0 and outer weight < 0": [unit(9, 1), unit(-9, 1), unit(-1, 2)],
    }.items():
        with pytest.raises(ShortageError, match=kind):
            switched(units, places, values)
    with pytest.raises(ShortageError):
        switched([], places, values)


def test_T66_steps_can_be_followed_by_hand() -> None:
    """The pair has slope 0; one unit makes 3 of slope 2 over [1, 2], one -4 of it to the left."""
    units = [unit(9, 1), unit(-9, 1), unit(1, 3), unit(-1, -4), unit(0, 1), unit(0, 0)]
    found = switched(units, (F(0), F(1), F(2)), (F(-2), F(0), F(2)))
    assert found.network.layers[0].bias[2] == -4  # slope 0, then 3: 2 in all
    assert found.network.layers[0].bias[3] == 2  # slope 4 up to 1/2, then 0: 2 in all
    assert [x for x, _ in found.corners] == [0, F(1, 2), 1, F(4, 3), 2]
    assert (found.used, found.overshoot) == (4, F(1))
    assert [found.network([F(x)])[0] for x in (0, 1, 2)] == [-2, 0, 2]


def test_T66_shapes_that_do_not_fit_are_refused() -> None:
    units = [unit(1, 1), unit(-1, 1)]
    for places, values in (((), ()), ((F(0),), ()), ((F(1), F(0)), (F(0), F(0))),
                           ((F(0), F(0)), (F(0), F(0)))):  # fmt: skip
        with pytest.raises(ShapeError):
            switched(units, places, values)
    flat = switched(units, (F(0), F(1)), (F(7), F(7)))
    assert flat.used == 2
    assert switched(units, (F(5),), (F(-1, 3),)).network([F(5)]) == (F(-1, 3),)


@given(st.integers(0, 10**9), st.integers(1, 64))
def test_T66_the_share_of_suitable_draws_is_that_of_the_law(seed: int, half: int) -> None:
    """Counted exactly over the whole grid: large and of one sign."""
    limit, theta = F(2 * half, GRID), F(1, 4)
    values = [F(2 * k + 1 - 2 * half, GRID) for k in range(2 * half)]
    large = sum(value >= theta * limit for value in values)
    assert F(large, len(values)) ** 2 == suitable_share(theta, limit)
    if half % 4 == 0:  # theta R is a multiple of 2 / GRID
        assert suitable_share(theta, limit) == (1 - theta) ** 2 / 4
    assert all(value in values for value in drawn(Random(seed), 5, limit))


def test_T66_the_formula_holds_over_seeds() -> None:
    """So many draws as the formula says, with probability 9/10: no seed of 20 is short."""
    places = tuple(F(k, 8) for k in range(9))
    values = tuple(4 * x * x * (1 - x) + F(1, 3) for x in places)
    slopes = [(v - u) * 8 for u, v in pairwise(values)]
    changes = [*(b - a for a, b in pairwise(slopes)), F(4), F(4)]  # two more for the pair's slope
    count = enough_draws(
        enough_units(changes, F(1, 16), F(1)), F(1, 10), suitable_share(F(1, 4), F(1))
    )
    assert count == 21122
    for seed in range(20):
        found = switched(random_units(seed, 128, 1, 1, F(1)), places, values, F(1, 16))
        assert found.used <= found.bound <= count


def test_draws_are_reproducible_odd_and_extend_each_other() -> None:
    for limit in (F(1), F(3, 2), F(2, GRID)):
        few, many = (random_units(7, count, 2, 3, limit) for count in (4, 9))
        assert many[:4] == few
        for one in many:
            for value in (*one.inner, *one.outer):
                assert abs(value) <= limit
                assert value.denominator == GRID
    assert random_units(1, 3, 1, 1, F(1)) != random_units(2, 3, 1, 1, F(1))
    for limit in (F(0), F(-1), F(1, 3), F(1, GRID)):
        with pytest.raises(ScopeError, match="range"):
            random_units(1, 1, 1, 1, limit)
    assert increment(unit(-2, -3)) == -6
