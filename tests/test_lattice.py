"""The lattice form: exact evaluation is the oracle; the unsafe short way is kept as a trap."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.proofs import TRIANGLE, claim_of, small_network
from tests.test_canonical_one_hidden import has_interior
from theory import order_cells
from theory.cone import Cone, box_cone
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, ScopeError
from theory.form import Form
from theory.forms.lattice import lattice_form, max_min, most_layers, most_units
from theory.germ_chart import all_units
from theory.interior import value_of
from theory.network import Affine, Network, Vector
from theory.order_cells import holds_one, irredundant_cover, order_sets
from theory.region import regions
from verify.prove.strategy import prove
from verify.testing.strategies import boxes, domains, networks, points_in, vectors
from verify.verdict import Equivalent

SMALL = networks(widths=st.lists(st.integers(1, 3), max_size=2))


@given(st.data())
def test_T21_the_form_is_the_network(data: st.DataObject) -> None:
    network = data.draw(SMALL)
    domain = data.draw(domains(network.inputs))
    assume(has_interior(domain))
    form = lattice_form(network, domain)
    assert form.network.widths == form.trace.widths
    for _ in range(4):
        point = data.draw(points_in(domain))
        assert form.network(point) == network(point)
    for terms in form.trace.terms:
        assert form.network.hidden_layers <= max(map(most_layers, form.trace.terms))
        assert len(terms) >= 1
    assert form.trace.units <= sum(map(most_units, form.trace.terms))


@given(st.data())
def test_T21_boxes_with_fixed_inputs(data: st.DataObject) -> None:
    network = data.draw(SMALL)
    box = data.draw(boxes(network.inputs))
    form = lattice_form(network, box).network
    point = data.draw(points_in(box))
    assert form(point) == network(point)


CASES: list[tuple[tuple[int, ...], int, Domain]] = [
    ((2, 3, 3, 1), 1, Space(2)),
    ((2, 4, 4, 2), 1, Box.cube(2, -1, 1)),
    ((2, 4, 3, 1), 5, TRIANGLE),
    ((3, 4, 3, 1), 1, Space(3)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_T21_the_form_is_proved_equal(case: tuple[tuple[int, ...], int, Domain]) -> None:
    widths, seed, domain = case
    network = small_network(widths, seed, 9)
    form = lattice_form(network, domain)
    assert isinstance(prove(claim_of(network, form.network, domain)), Equivalent)


def test_T21_the_sizes_of_the_formula() -> None:
    form = lattice_form(small_network((2, 5, 5, 1), 1, 9), Box.cube(2, -1, 1))
    (terms,) = form.trace.terms
    assert len(terms) > 20
    assert form.trace.units <= most_units(terms)
    assert form.network.hidden_layers <= most_layers(terms)


# f = min(0, -y/2, |x| - y), twice: five convex linear regions, of which {y <= 0} is one
PIECES: tuple[Form, ...] = ((0, -2, -2), (0, 0, -1), (0, 0, 0), (0, 2, -2))
REGIONS: tuple[tuple[Form, tuple[Form, ...]], ...] = (
    ((0, 0, 0), ((0, 0, -1),)),
    ((0, 0, -1), ((0, 0, 1), (0, 2, -1))),
    ((0, 0, -1), ((0, 0, 1), (0, -2, -1))),
    ((0, 2, -2), ((0, 1, 0), (0, -2, 1))),
    ((0, -2, -2), ((0, -1, 0), (0, 2, 1))),
)


def function(point: Vector) -> Fraction:
    """2 min(0, -y/2, |x| - y)."""
    x, y = point
    return min(Fraction(0), -y, 2 * (abs(x) - y))


def cells() -> list[tuple[Cone, Form]]:
    """The five regions over a box."""
    whole = box_cone(Box.cube(2, -3, 3))
    found = []
    for piece, walls in REGIONS:
        cone = whole.clip(walls)
        assert cone is not None
        found.append((cone, piece))
    return found


def max_of_mins(terms: Sequence[Sequence[Form]], point: Vector) -> Fraction:
    """The value of a lattice expression."""
    return max(min(value_of(piece, point) for piece in term) for term in terms)


def short_way() -> list[list[Form]]:
    """For each linear region the pieces that lie above f on all of it."""
    return [
        [
            piece
            for piece in PIECES
            if min(cone.values(tuple(a - b for a, b in zip(piece, own, strict=True)))) >= 0
        ]
        for cone, own in cells()
    ]


def test_T21_the_short_way_by_whole_regions_is_wrong() -> None:
    point = (Fraction(0), Fraction(1))
    assert sorted(short_way()[0]) == [(0, 0, -1), (0, 0, 0)]
    assert function(point) == -2
    assert max_of_mins(short_way(), point) == -1


@given(vectors(2))
def test_T21_unique_order_cells_are_right_where_the_short_way_is_wrong(point: Vector) -> None:
    sets = order_sets(cells())
    assert sets.pieces == tuple(sorted(PIECES))
    chosen = irredundant_cover(sets.above, sets.below)
    terms = [
        [piece for index, piece in enumerate(sets.pieces) if mask >> index & 1] for mask in chosen
    ]
    assert max_of_mins(terms, point) == function(point)
    assert max_min(sets.pieces, chosen)(point) == function(point)
    # all pieces above f, none dropped, are right as well
    full = [
        [piece for index, piece in enumerate(sets.pieces) if mask >> index & 1]
        for mask in sets.above
    ]
    assert max_of_mins(full, point) == function(point)
    assert sorted(map(len, full)) == [3, 3]


@given(vectors(2))
def test_T21_the_trap_as_a_network(point: Vector) -> None:
    # min(0, -y, 2 |x| - 2 y) = -relu(y + relu(y - 2 |x|))
    identity = Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4)
    inner = Affine.dense([[-2, -2, 1, -1], [0, 0, 1, -1], [0, 0, -1, 1]], [0] * 3)
    outer = Affine.dense([[1, 1, -1]], [0])
    network = Network((identity, inner, outer, Affine.dense([[-1]], [0])))
    assert network(point) == (function(point),)
    assert lattice_form(network, Space(2)).network(point) == (function(point),)


@pytest.mark.parametrize("sizes", [(1,), (4,), (1, 1), (2, 3), (3, 1, 5), (2, 2, 2, 2)])
def test_T21_the_formula_of_the_size_is_met(sizes: tuple[int, ...]) -> None:
    """Terms without a common piece, and pieces in general position: no two units are equal."""
    pieces = [(k**3, k, k * k) for k in range(sum(sizes))]
    places = iter(range(len(pieces)))
    terms = [sum(1 << next(places) for _ in range(size)) for size in sizes]
    found = max_min(pieces, terms)
    assert len(all_units(found.units)) == most_units(sizes)
    assert found.depth <= most_layers(sizes)


def test_a_cover_is_minimal() -> None:
    above = (0b0111, 0b1011)
    below = (0b0100, 0b1000, 0b0011)
    # no single set below f lies in both; each must meet every D
    assert irredundant_cover((0b1111,), below) in {(0b1101,), (0b1110,)}
    assert irredundant_cover(above, (0b0111, 0b1011)) in {(0b0001,), (0b0010,)}


@given(st.data())
def test_T21_the_sets_are_those_of_all_points(data: st.DataObject) -> None:
    """At a point, the pieces above the function contain a set U, those below it a set D."""
    network = data.draw(SMALL)
    box = data.draw(boxes(network.inputs))
    assume(not box.fixed)
    cells = [(region.cell, region.outputs[0]) for region in regions(network, box)]
    sets = order_sets(cells)
    for _ in range(6):
        point = data.draw(points_in(box))
        values = [value_of(piece, point) for piece in sets.pieces]
        here = next(value_of(piece, point) for cone, piece in cells if is_inside(cone, point))
        for known, signs in ((sets.above, 1), (sets.below, -1)):
            mask = sum(1 << i for i, value in enumerate(values) if signs * (value - here) >= 0)
            assert holds_one(mask, known)
    for known in (sets.above, sets.below):
        assert not any(one != other and not one & ~other for one in known for other in known)


@given(networks(1, st.lists(st.integers(2, 4), min_size=1, max_size=2), 1))
def test_T21_on_a_line_the_sets_are_those_of_all_order_cells(network: Network) -> None:
    """Between two neighbouring places where pieces meet nothing changes: a point each will do."""
    box = Box.cube(1, -3, 3)
    cells = [(region.cell, region.outputs[0]) for region in regions(network, box)]
    sets = order_sets(cells)
    meetings = {Fraction(-3), Fraction(3)}
    for one, other in combinations(sets.pieces, 2):
        if one[1] != other[1]:
            meetings.add(Fraction(other[0] - one[0], one[1] - other[1]))
    above, below = set(), set()
    for start, end in pairwise(sorted(place for place in meetings if -3 <= place <= 3)):
        point = ((start + end) / 2,)
        values = [value_of(piece, point) for piece in sets.pieces]
        here = next(value_of(piece, point) for cone, piece in cells if is_inside(cone, point))
        above.add(sum(1 << i for i, value in enumerate(values) if value >= here))
        below.add(sum(1 << i for i, value in enumerate(values) if value <= here))
    for known, found in ((sets.above, above), (sets.below, below)):
        minimal = {one for one in found if not any(two != one and not two & ~one for two in found)}
        assert len(known) == len(minimal)
        assert set(known) == minimal


@pytest.mark.parametrize(("widths", "seed"), [((2, 3, 2, 1), 4), ((2, 3, 3, 1), 4)])
def test_T21_cells_that_are_given_up_had_nothing_to_add(
    widths: tuple[int, ...], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box.cube(2, -2, 2)
    cells = [
        (region.cell, region.outputs[0]) for region in regions(small_network(widths, seed), box)
    ]
    found = order_sets(cells)
    monkeypatch.setattr(order_cells._Search, "_known", lambda self, up, down: False)
    whole = order_sets(cells)
    assert found.cells < whole.cells
    assert set(found.above) == set(whole.above)
    assert set(found.below) == set(whole.below)


def is_inside(cone: Cone, point: Vector) -> bool:
    return all(value_of(facet, point) >= 0 for facet in cone.facets)


def test_T21_what_later_sets_make_redundant_is_left_out() -> None:
    """{2} is taken for {0, 2}, but {0} and {1}, which are taken for others, do its work."""
    assert irredundant_cover((0b0101, 0b0110, 0b1001, 0b0010), (0b1111,)) == (0b0001, 0b0010)


MASKS = st.lists(st.integers(1, 63), min_size=1, max_size=5)


@given(MASKS, MASKS)
def test_T21_covers_are_valid_and_nothing_of_them_can_be_left_out(
    above: list[int], below: list[int]
) -> None:
    assume(all(up & down for up in above for down in below))
    cover = irredundant_cover(above, below)
    assert all(mask & down for mask in cover for down in below)
    assert all(holds_one(up, cover) for up in above)
    for mask in cover:
        others = [other for other in cover if other != mask]
        assert not all(holds_one(up, others) for up in above)
        for bit in range(6):
            smaller = mask & ~(1 << bit)
            assert smaller == mask or not all(smaller & down for down in below)


def test_too_many_order_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_cells, "MOST_ORDER_CELLS", 50)
    with pytest.raises(ScopeError, match="more than 50 cells on which the"):
        lattice_form(small_network((2, 5, 5, 1), 1, 9), Space(2))
    edge = Polytope(2, (*TRIANGLE.halfspaces, ((Fraction(1), Fraction(0)), Fraction(-1))))
    with pytest.raises(DomainError, match="no interior"):
        lattice_form(small_network((2, 2, 1), 1), edge)
