"""One-hidden-layer membership: exact evaluation, and bends recomputed by derivatives."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.proofs import claim_of, small_network
from tests.test_canonical_one_hidden import has_interior
from theory.domain import Box, Domain, Space
from theory.errors import DomainError, ScopeError
from theory.forms.max_tree import maximum_network
from theory.forms.one_hidden import equation, one_hidden_network
from theory.interior import value_of
from theory.membership import Member, NonMember, bend_at, membership
from theory.network import Affine, Network
from verify.prove.strategy import prove
from verify.testing.strategies import boxes, domains, networks, points_in
from verify.verdict import Equivalent

SMALL = networks(widths=st.lists(st.integers(1, 3), max_size=3))


def is_evidence(found: NonMember, network: Network, domain: Domain) -> bool:
    """Whether a reader who recomputes the two bends finds them as stated."""
    return found.here.value != found.there.value and all(
        bend.point in domain
        and not value_of(found.hyperplane, bend.point)
        and bend_at(network, found.hyperplane, bend.point) == bend.value
        for bend in (found.here, found.there)
    )


@given(st.data())
def test_T30_the_answer_has_evidence(data: st.DataObject) -> None:
    network = data.draw(SMALL)
    domain = data.draw(domains(network.inputs))
    assume(has_interior(domain))
    found = membership(network, domain)
    if isinstance(found, NonMember):
        assert is_evidence(found, network, domain)
        return
    form = one_hidden_network(network, domain)
    assert form.network.hidden_layers <= 1
    assert form.trace.hyperplanes == found.hyperplanes
    for _ in range(3):
        point = data.draw(points_in(domain))
        assert form.network(point) == network(point)


@given(st.data())
def test_T30_one_hidden_layer_is_recognised(data: st.DataObject) -> None:
    network = data.draw(networks(widths=st.lists(st.integers(1, 4), max_size=1)))
    domain = data.draw(domains(network.inputs))
    assume(has_interior(domain))
    found = membership(network, domain)
    assert isinstance(found, Member)
    assert found.hyperplanes <= network.units
    widths = one_hidden_network(network, domain).network.widths
    inputs = network.inputs * (1 if isinstance(domain, Box) else 2)
    affine = min(2 * network.outputs, inputs)
    assert len(widths) == 2 or widths[1] <= found.hyperplanes + affine


@given(st.data())
def test_T30_boxes_with_fixed_inputs(data: st.DataObject) -> None:
    network = data.draw(networks(widths=st.lists(st.integers(1, 3), max_size=1)))
    box = data.draw(boxes(network.inputs))
    form = one_hidden_network(network, box).network
    point = data.draw(points_in(box))
    assert form(point) == network(point)
    assert form.inputs == network.inputs


@pytest.mark.parametrize("count", [3, 4])
def test_T30_the_maximum_of_three_and_zero_is_not_one_hidden_layer(count: int) -> None:
    network = maximum_network(count)
    found = membership(network, Space(count))
    assert isinstance(found, NonMember)
    assert is_evidence(found, network, Space(count))


def test_T30_walls_without_a_bend_count() -> None:
    # max(0, x, y), with cells that x = 0, y = 0 and x = y cut all along
    first = Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1], [-1, 1], [1, -1]], [0] * 6)
    network = Network((first, Affine.dense([[1, -1, 0, 0, 1, 0]], [0]), Affine.dense([[1]], [0])))
    found = membership(network, Space(2))
    assert isinstance(found, NonMember)
    assert is_evidence(found, network, Space(2))


def test_T30_a_wall_of_one_output_is_no_wall_of_the_other() -> None:
    """relu(x) beside y and 3: each hyperplane bends some outputs and leaves the others."""
    first = Affine.dense([[1, 0], [0, 1], [0, -1]], [0, 0, 1])
    network = Network((first, Affine.dense([[1, 0, 0], [0, 1, 2], [0, 0, 0]], [0, 0, 3])))
    found = membership(network, Space(2))
    assert isinstance(found, Member)
    assert found.hyperplanes == 3
    form = one_hidden_network(network, Space(2)).network
    for point in ((2, 3), (-2, 3), (2, -3), (-2, -3), (1, 1)):
        exact = tuple(map(Fraction, point))
        assert form(exact) == network(exact)


@given(st.data())
def test_T30_where_a_bend_ends_is_shown_inside_a_cell(data: st.DataObject) -> None:
    """relu(y + w relu(h)): where h > 0 the line y = 0 crosses a cell in which nothing bends."""
    a, b, c = (data.draw(st.integers(-3, 3)) for _ in range(3))
    weight = data.draw(st.sampled_from([-3, -2, -1, 1, 2]))
    assume(a)
    first = Affine.dense([[a, b], [0, 1], [0, -1]], [c, 0, 0])
    network = Network((first, Affine.dense([[weight, 1, -1]], [0]), Affine.dense([[1]], [0])))
    box = data.draw(boxes(2))
    assume(not box.fixed)
    found = membership(network, box)
    if isinstance(found, NonMember):
        assert is_evidence(found, network, box)


SHIFTS = st.tuples(*[st.integers(-2, 2)] * 2)
TURNS = ((1, 0, 0, 1), (2, 1, 1, 1), (1, -1, 2, 1), (0, 1, -3, 2), (1, 2, -2, 1))


@given(st.sampled_from(TURNS), SHIFTS, st.data())
def test_T30_a_bend_that_is_equal_on_all_facets_may_still_end(
    turn: tuple[int, ...], shift: tuple[int, int], data: st.DataObject
) -> None:
    """relu(y + relu(-x)) + relu(-y + relu(-x)), in other coordinates.

    It bends along x = 0 by 1 everywhere, and along y = 0 by 2 where x > 0; where x < 0 that line
    runs inside a region, as do y = x and y = -x where x > 0. y passes the first layer by units
    that bend far away.
    """
    a, b, c, d = turn
    first = Affine.dense([[-a, -b], [c, d], [-c, -d]], [-shift[0], shift[1] + 90, -shift[1] - 90])
    inner = Affine.dense([[1, 1, -1], [1, -1, 1]], [-90, 90])
    network = Network((first, inner, Affine.dense([[1, 1]], [0])))
    ends = data.draw(st.tuples(*[st.integers(6, 9)] * 4))
    box = Box(tuple(Fraction(-end) for end in ends[:2]), tuple(Fraction(end) for end in ends[2:]))
    found = membership(network, box)
    assert isinstance(found, NonMember)
    assert is_evidence(found, network, box)
    assert not any(found.there.value)


def test_T30_the_maximum_of_two_is() -> None:
    found = membership(maximum_network(2), Space(2))
    assert isinstance(found, Member)
    assert found.hyperplanes == 1


def test_T30_on_a_part_of_the_domain_a_deep_network_may_be_one() -> None:
    # max(0, x, y) bends along three rays; next to one of them it is relu
    network = Network(
        (
            Affine.dense([[1, 0], [-1, 0], [-1, 1]], [0, 0, 0]),
            Affine.dense([[1, -1, 1]], [0]),
            Affine.dense([[1]], [0]),
        )
    )
    assert isinstance(membership(network, Space(2)), NonMember)
    away = Box((Fraction(-1), Fraction(-2)), (Fraction(1), Fraction(-1)))
    form = one_hidden_network(network, away)
    assert form.network.widths == (2, 1, 1)
    verdict = prove(claim_of(network, form.network, away))
    assert isinstance(verdict, Equivalent)


def test_T30_a_deep_disguise_of_one_hidden_layer_is_seen_through() -> None:
    # |x| + |y| by three hidden layers, with relu(t) = t where t >= 0
    network = Network(
        (
            Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4),
            Affine.dense([[1, 1, 0, 0], [0, 0, 1, 1]], [0, 0]),
            Affine.dense([[1, 1], [-1, -1]], [0, 0]),
            Affine.dense([[1, 7]], [0]),
        )
    )
    form = one_hidden_network(network, Space(2))
    assert form.trace.hyperplanes == 2
    verdict = prove(claim_of(network, form.network, Space(2)))
    assert isinstance(verdict, Equivalent)


def test_a_refusal_says_where() -> None:
    with pytest.raises(ScopeError, match=r"Across x_\d - x_\d = 0 the function bends by \("):
        one_hidden_network(maximum_network(3), Space(3))
    assert equation((3, 2, -1)) == "2 x_1 - x_2 + 3 = 0"
    assert equation((-1, 0, 1)) == "x_2 - 1 = 0"
    assert equation((0, 1, -5)) == "x_1 - 5 x_2 = 0"


def test_a_domain_without_interior_is_refused() -> None:
    with pytest.raises(DomainError, match="fixed"):
        membership(small_network((2, 2, 1), 1), Box.cube(2, 1, 1))
