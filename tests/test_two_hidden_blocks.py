"""Two hidden layers for four and five inputs; exact evaluation of the network is the oracle."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from theory.depth import DepthReduction, rank_of
from theory.domain import Box, Domain, Space
from theory.errors import ScopeError
from theory.forms.max_recursion import units_of_blocks
from theory.forms.two_hidden import TwoHiddenForm, two_hidden_form
from theory.germ_reduction import reduced_unit
from theory.maxima import BLOCKS
from theory.network import Affine, Network, Vector
from theory.unit import Unit, UnitSum, affine_sum, relu_of, weighted_sum
from verify.claim import Claim, NamedNetwork
from verify.formats.network_file import read_network
from verify.prove.strategy import prove
from verify.testing.strategies import boxes, networks, points_in, vectors
from verify.verdict import Equivalent

SMALL = st.integers(-2, 2).map(Fraction)
DEEP = st.lists(st.integers(1, 3), min_size=3, max_size=4)


@st.composite
def small_networks(draw: st.DrawFn) -> Network:
    """Deep networks with four or five inputs, many degenerate."""
    weights = draw(st.sampled_from((SMALL, SMALL, None)))
    return draw(networks(draw(st.integers(4, 5)), DEEP, st.integers(1, 2), weights))


def require_equal(network: Network, form: TwoHiddenForm, points: list[Vector]) -> None:
    assert form.network.hidden_layers <= 2
    assert form.trace.widths == form.network.widths
    for point in points:
        assert form.network(point) == network(point)


def require_size(form: TwoHiddenForm, domain: Domain, outputs: int) -> None:
    """The size formula of T05 and T20: lines and units of the second layer, and what passes."""
    trace = form.trace
    if form.network.hidden_layers == 2:
        _, first, second, _ = trace.widths
        passing = domain.inputs * (1 if isinstance(domain, Box) else 2)
        assert trace.lines <= first <= trace.lines + passing
        units = trace.bends + trace.nested
        assert units <= second <= units + 2 * outputs


@given(small_networks(), st.data())
def test_T20_equal_on_a_box(network: Network, data: st.DataObject) -> None:
    box = data.draw(boxes(network.inputs))
    form = two_hidden_form(network, box)
    require_equal(network, form, [data.draw(points_in(box)) for _ in range(4)])
    require_size(form, box, network.outputs)


@settings(max_examples=25)
@given(small_networks(), st.integers(0, 4), st.data())
def test_T20_equal_on_all_of_space(network: Network, decade: int, data: st.DataObject) -> None:
    space = Space(network.inputs)
    form = two_hidden_form(network, space)
    points = [data.draw(vectors(network.inputs)) for _ in range(4)]
    points += [tuple(10**decade * entry for entry in point) for point in points]
    require_equal(network, form, points)
    require_size(form, space, network.outputs)


def random_network(widths: tuple[int, ...], seed: int) -> Network:
    random = Random(seed)

    def number() -> Fraction:
        return Fraction(random.randint(-8, 8), random.randint(1, 4))

    return Network(
        tuple(
            Affine.dense([[number() for _ in range(a)] for _ in range(b)], [number()] * b, a)
            for a, b in pairwise(widths)
        )
    )


def random_points(inputs: int, largest: int, count: int = 10) -> list[Vector]:
    random = Random(7)
    return [
        tuple(largest * Fraction(random.randint(-16, 16), 16) for _ in range(inputs))
        for _ in range(count)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("widths", [(4, 4, 3, 3, 1), (4, 4, 4, 4, 2), (5, 4, 4, 3, 1)])
def test_T20_generic_networks(widths: tuple[int, ...]) -> None:
    network = random_network(widths, 1)
    for domain, largest in ((Box.cube(widths[0], -1, 1), 1), (Space(widths[0]), 1000)):
        form = two_hidden_form(network, domain)
        require_equal(network, form, random_points(widths[0], largest))
        require_size(form, domain, widths[-1])


@pytest.mark.parametrize(
    ("widths", "seed"),
    [((4, 4, 2, 2, 1), 24), pytest.param((5, 4, 3, 2, 1), 6, marks=pytest.mark.slow)],
)
def test_T20_is_proved_like_any_other_form(widths: tuple[int, ...], seed: int) -> None:
    network = random_network(widths, seed)
    box = Box.cube(widths[0], -1, 1)
    form = two_hidden_form(network, box)
    assert "T20" in dict(form.trace.reductions)
    sides = (NamedNetwork.of("network", network), NamedNetwork.of("form", form.network))
    assert isinstance(prove(Claim(*sides, box)), Equivalent)


@pytest.mark.slow
def test_T20_a_deep_controller_with_five_inputs(data: Path) -> None:
    network = read_network(data / "arch-comp" / "acc_5_20.onnx").network
    centre = (Fraction(30), Fraction(7, 5), Fraction(30), Fraction(80), Fraction(2))
    box = Box(tuple(x - 2 for x in centre), tuple(x + 2 for x in centre))
    form = two_hidden_form(network, box)
    assert network.widths == (5, 20, 20, 20, 20, 20, 1)
    assert (form.trace.cells, form.trace.theorem) == (33, "T20")
    assert form.network.widths == (5, 34, 80, 1)
    moves = random_points(5, 2)
    points = [tuple(x + dx for x, dx in zip(centre, move, strict=True)) for move in moves]
    require_equal(network, form, points)


LINES = st.lists(st.tuples(*[st.integers(-2, 2)] * 4), min_size=2, max_size=5)


@st.composite
def deep_units(draw: st.DrawFn) -> Unit:
    """A unit of depth three or more whose forms have no constant, over R^4."""
    pool: list[UnitSum] = [relu_of(affine_sum((0, *form))) for form in draw(LINES)]
    for _ in range(draw(st.integers(2, 3))):
        terms = [(affine_sum((0, *draw(st.tuples(*[st.integers(-2, 2)] * 4)))), 1)]
        terms += [(term, draw(st.integers(-2, 2))) for term in pool]
        pool.append(relu_of(weighted_sum(terms, 5)))
    units = [unit for term in pool for unit in term.units if unit.depth >= 3]
    assume(bool(units))
    return max(units)


@settings(max_examples=8)
@given(deep_units(), st.lists(vectors(4), min_size=6, max_size=6))
def test_T20_deep_units_of_four_directions(unit: Unit, points: list[Vector]) -> None:
    found, theorem = reduced_unit(unit)
    assert found.depth <= 2
    assert (theorem == "T20") <= (rank_of(unit) >= 4)
    for point in points:
        assert found(point) == unit(point)


def test_T20_a_unit_of_five_directions_takes_a_maximum_of_six() -> None:
    """relu(x1 + relu(x2 + relu(x3 + ...))) = max(0, x1, x1 + x2, ...): a maximum of six."""
    nest = affine_sum((0,) * 6)
    for index in range(5, 0, -1):
        form = tuple(int(entry == index) for entry in range(6))
        nest = relu_of(weighted_sum([(affine_sum(form), 1), (nest, 1)], 6))
    (unit,) = nest.units
    assert unit.depth == 5
    reduction = DepthReduction(maxima=BLOCKS)
    found = reduction.unit(unit, 2)
    assert reduction.arities == {6: 1}
    assert sum(part.depth == 2 for part in found.units) == units_of_blocks(6, 2) - 12 == 66
    for point in random_points(5, 3, 20):
        partial = [sum(point[:count], Fraction(0)) for count in range(6)]
        assert unit(point) == found(point) == max(partial)


def test_T20_has_no_formula_for_six_directions() -> None:
    nest = affine_sum((0,) * 7)
    for index in range(6, 0, -1):
        form = tuple(int(entry == index) for entry in range(7))
        nest = relu_of(weighted_sum([(affine_sum(form), 1), (nest, 1)], 7))
    (unit,) = nest.units
    with pytest.raises(ScopeError, match="depend on 6 directions"):
        reduced_unit(unit)
