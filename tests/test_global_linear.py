"""The global linear approximation: its counts, where it is right, and that it is not equal."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.proofs import small_network
from theory.domain import Box, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.explanation import explanation
from theory.forms.global_linear import (
    all_pattern_widths,
    global_linear_form,
    holding,
    is_settled,
    violation,
)
from theory.network import Affine, Network, Vector
from theory.region import count_regions, regions
from theory.strip import measure, strip
from verify.testing.strategies import networks, vectors

PAIRS = Network(
    (
        Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4),
        Affine.dense([[1, -1, 1, 0], [0, 1, -2, 1], [1, 1, -1, -1]], [0, 1, 0]),
        Affine.dense([[1, -1, 2]], [0]),
    )
)
SLOPES = st.sampled_from([Fraction(1), Fraction(100), Fraction(10**6)])
SMALL = networks(st.integers(1, 2), st.lists(st.integers(1, 3), max_size=2))


def interesting_points(network: Network, box: Box) -> list[Vector]:
    points: dict[Vector, None] = {}
    for region in regions(network, box):
        points[region.cell.interior_point()] = None
        points.update(dict.fromkeys(region.cell.vertices))
    return list(points)


@given(SMALL, SLOPES, st.sampled_from(["all", "regions"]), st.data())
@example(PAIRS, Fraction(100), "regions", None)
@example(PAIRS, Fraction(100), "all", None)
def test_T25_k_times_the_network_where_k_patterns_hold(
    network: Network, slope: Fraction, patterns: str, data: st.DataObject | None
) -> None:
    box = Box.cube(network.inputs, -2, 2)
    form = global_linear_form(network, box, slope, patterns)
    assert form.network.hidden_layers == 2
    points = interesting_points(network, box)[:8]
    if data is not None:
        points.append(data.draw(vectors(network.inputs)))
    for point in points:
        holds = list(holding(form, point))
        if all(-2 <= entry <= 2 for entry in point):
            assert holds
        for pattern in holds:
            value = Affine.dense(
                [f[1:] for f in pattern.outputs], [f[0] for f in pattern.outputs], network.inputs
            )
            assert value(point) == network(point)
        if is_settled(form, point):
            expected = tuple(len(holds) * value for value in network(point))
            assert form.network(point) == expected


@given(SMALL, st.sampled_from(["all", "regions"]))
@example(PAIRS, "all")
def test_T25_the_number_of_units_does_not_depend_on_the_slope(
    network: Network, patterns: str
) -> None:
    box = Box.cube(network.inputs, -1, 1)
    forms = [global_linear_form(network, box, Fraction(m), patterns) for m in (1, 1000)]
    assert forms[0].network.widths == forms[1].network.widths == forms[0].trace.widths
    trace = forms[0].trace
    assert all(a <= b for a, b in zip(trace.widths, trace.theorem_widths, strict=True))
    if patterns == "all":
        assert trace.theorem_widths == all_pattern_widths(network)
        is_generic = trace.patterns == 2**network.units  # no preactivation is the zero form
        assert (trace.widths == trace.theorem_widths) == is_generic
    else:
        assert trace.patterns == count_regions(network, box).patterns
        assert trace.widths[2] == trace.theorem_widths[2] == 2 * network.outputs * trace.patterns


def test_T25_counts_of_a_generic_network() -> None:
    network = small_network((2, 3, 3, 1), 1)
    box = Box.cube(2, -4, 4)
    every = global_linear_form(network, box, patterns="all").trace
    assert every.theorem_widths == every.widths == (2, 54 + 4, 128, 1)
    few = global_linear_form(network, box).trace
    assert few.widths == (2, 12 + 4, 12, 1)
    assert few.theorem_widths == (2, 2 * 9 + 4, 12, 1)
    assert all_pattern_widths(small_network((4, 5, 2, 3), 1)) == (4, 2 * (5 + 2 * 32) + 8, 768, 3)


def test_T25_strips_become_thin_but_errors_do_not_become_small() -> None:
    """Exact areas: a hundredfold slope gives about a hundredth; the error stays the same."""
    network = small_network((2, 3, 3, 1), 3)
    box = Box.cube(2, -4, 4)
    found = [
        strip(network, global_linear_form(network, box, Fraction(m)).network, box)
        for m in (100, 10_000, 1_000_000)
    ]
    shares = [one.share for one in found]
    assert Fraction(1, 42) < shares[0] < Fraction(1, 40)
    assert 90 < shares[0] / shares[1] < 110
    assert 99 < shares[1] / shares[2] < 101
    assert [one.largest_error for one in found] == [26, 26, 26]


@given(SMALL)
def test_T25_on_facets_the_error_is_the_network_itself(network: Network) -> None:
    box = Box.cube(network.inputs, -2, 2)
    region = next(iter(regions(network, box)))
    found = explanation(network, region.cell.interior_point())
    assume(found.neighbours)
    point = found.neighbours[0].facet.witness
    assume(all(-2 < entry < 2 for entry in point))
    slope = Fraction(1)
    form = global_linear_form(network, box, slope)
    while not is_settled(form, point):
        slope *= 1000
        form = global_linear_form(network, box, slope)
    count = len(list(holding(form, point)))
    assert count >= 2
    error = [a - b for a, b in zip(form.network(point), network(point), strict=True)]
    assert error == [(count - 1) * value for value in network(point)]


def test_zero_preactivations_do_not_count_a_region_twice() -> None:
    zero = Network((Affine.dense([[0], [1]], [0, 0]), Affine.dense([[1, 1]], [5])))
    for patterns in ("all", "regions"):
        form = global_linear_form(zero, Space(1), patterns=patterns)
        assert form.network((Fraction(3),)) == zero((Fraction(3),))
    assert global_linear_form(zero, Space(1), patterns="all").trace.patterns == 2


def test_affine_networks_are_reproduced() -> None:
    affine = Network((Affine.dense([[1, -2], [0, 0]], [1, 3]),))
    for patterns in ("all", "regions"):
        form = global_linear_form(affine, Box.cube(2, -1, 1), patterns=patterns)
        assert strip(affine, form.network, Box.cube(2, -1, 1)).share == 0


def test_wrong_arguments_are_refused() -> None:
    box = Box.cube(2, -1, 1)
    network = small_network((2, 3, 3, 1), 1)
    with pytest.raises(DomainError, match="positive"):
        global_linear_form(network, box, Fraction(0))
    with pytest.raises(ScopeError, match="all or regions"):
        global_linear_form(network, box, patterns="some")
    with pytest.raises(ScopeError, match="at most 12 units, got 14"):
        global_linear_form(small_network((2, 7, 7, 1), 1), box, patterns="all")
    with pytest.raises(ScopeError, match="one or two inputs"):
        strip(small_network((3, 1), 1), small_network((3, 1), 1), Box.cube(3, 0, 1))
    with pytest.raises(ShapeError):
        strip(network, small_network((2, 1, 2), 1), box)


@given(networks(2, st.lists(st.integers(1, 4), max_size=2)))
def test_cells_measure_up_to_the_box(network: Network) -> None:
    box = Box((Fraction(-1), Fraction(1, 3)), (Fraction(2), Fraction(1, 2)))
    assert sum(measure(region.cell) for region in regions(network, box)) == Fraction(1, 2)


def test_a_strip_by_hand() -> None:
    """relu(x) against relu(x) + 2 relu(x - 3/4) on [-1, 1]: an eighth of the length."""
    left = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    right = Network((Affine.dense([[1], [1]], [0, Fraction(-3, 4)]), Affine.dense([[1, 2]], [0])))
    found = strip(left, right, Box.cube(1, -1, 1))
    assert (found.share, found.largest_error, found.place) == (
        Fraction(1, 8),
        Fraction(1, 2),
        (Fraction(1),),
    )


def test_violations_vanish_where_patterns_hold() -> None:
    form = global_linear_form(PAIRS, Box.cube(2, -1, 1))
    steps = [Fraction(k, 4) for k in range(-4, 5)]
    for point in product(steps, repeat=2):
        assert all(violation(one, point) >= 0 for one in form.patterns)
        assert list(holding(form, point))
