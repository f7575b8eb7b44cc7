"""Flag form of three inputs: exact evaluation is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.proofs import small_network
from tests.test_canonical_one_hidden import has_interior
from theory.canonical.flags import flag_form, points_apart_in_space
from theory.canonical.one_hidden import one_hidden_form
from theory.domain import Box, Domain, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.forms.two_hidden import two_hidden_form
from theory.network import Affine, Network
from verify.testing.strategies import (
    NearPair,
    boxes,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    polytopes,
    rationals,
)

WIDTHS = st.lists(st.integers(1, 3), max_size=3)
DOMAINS = st.one_of(boxes(3), polytopes(3, 2, bounded=True))
CUBE = Box.cube(3, -1, 1)


@given(equivalent_pairs(networks(3, WIDTHS)), DOMAINS)
def test_T34_equal_networks_have_one_form(pair: tuple[Network, Network], domain: Domain) -> None:
    assume(has_interior(domain))
    one, other = (flag_form(network, domain) for network in pair)
    assert one == other
    assert one.digest == other.digest
    assert points_apart_in_space(one, other, domain) == ()


def differ(left: Network, right: Network, domain: Domain) -> bool:
    """Whether the forms name a point of the domain at which the networks differ."""
    one, other = (flag_form(network, domain) for network in (left, right))
    return any(
        point in domain and left(point) != right(point)
        for point in points_apart_in_space(one, other, domain)
    )


@given(st.data())
def test_T34_different_forms_name_a_point_where_the_networks_differ(data: st.DataObject) -> None:
    drawn = networks(3, WIDTHS, data.draw(st.integers(1, 2)), rationals(1, (1,)))
    left, right = data.draw(drawn), data.draw(drawn)
    domain = data.draw(DOMAINS)
    assume(has_interior(domain))
    if flag_form(left, domain) == flag_form(right, domain):
        point = data.draw(points_in(domain))
        assert left(point) == right(point)
    else:
        assert differ(left, right, domain)


@given(nearly_equivalent_pairs(networks(3, WIDTHS)))
def test_T34_a_needle_in_a_corner_is_found(pair: NearPair) -> None:
    assert differ(pair.left, pair.right, pair.domain)


@given(st.data())
def test_T34_the_two_hidden_layer_form_has_the_same_flags(data: st.DataObject) -> None:
    network = data.draw(networks(3, st.lists(st.integers(1, 3), min_size=2, max_size=2)))
    domain = data.draw(DOMAINS)
    assume(has_interior(domain))
    shallow = two_hidden_form(network, domain).network
    assert flag_form(network, domain) == flag_form(shallow, domain)


@given(st.data())
def test_T34_one_hidden_layer_jumps_at_the_boundary_only(data: st.DataObject) -> None:
    network = data.draw(networks(3, st.lists(st.integers(1, 4), max_size=1)))
    form = one_hidden_form(network, CUBE)
    flags = flag_form(network, CUBE)
    assert {line.plane for line in flags.lines} == {hyperplane for hyperplane, _ in form.kinks}
    columns = dict(form.kinks)
    for line in flags.lines:
        column = columns[line.plane]
        (_, jump), (_, after) = line.steps
        assert jump in {column, tuple(-entry for entry in column)}
        assert not any(after)


@pytest.mark.parametrize("widths", [(3, 5, 5, 1), (3, 4, 4, 4, 2)])
def test_T34_one_changed_weight_of_a_wide_form_is_seen(widths: tuple[int, ...]) -> None:
    network = small_network(widths, 3, 9)
    shallow = two_hidden_form(network, CUBE).network
    assert flag_form(shallow, CUBE) == flag_form(network, CUBE)
    *layers, last = shallow.layers
    for number in range(0, len(last.rows[0]), 7):
        row = list(last.rows[0])
        row[number] = (row[number][0], row[number][1] + Fraction(1, 1000))
        changed = Network((*layers, Affine(last.inputs, (tuple(row), *last.rows[1:]), last.bias)))
        assert differ(network, changed, CUBE)


def test_relu_of_a_coordinate_by_hand() -> None:
    network = Network((Affine.dense([[0, 1, 0]], [0]), Affine.dense([[2]], [0])))
    form = flag_form(network, CUBE)
    two, none = (Fraction(2),), (Fraction(0),)
    # on the plane x_2 = 0 the bend is 2 inside the square, whose sides are x_1 = +-1, x_3 = +-1
    low, high = (
        ((Fraction(-1), two), (Fraction(1), none)),
        ((Fraction(-1), (-two[0],)), (Fraction(1), none)),
    )
    assert [(line.plane, line.line, line.steps) for line in form.lines] == [
        ((0, 0, 1, 0), (-1, 0, 0, 1), high),
        ((0, 0, 1, 0), (-1, 1, 0, 0), high),
        ((0, 0, 1, 0), (1, 0, 0, 1), low),
        ((0, 0, 1, 0), (1, 1, 0, 0), low),
    ]


def test_what_the_theorem_does_not_cover_is_refused() -> None:
    flat = Network((Affine.dense([[1, 1]], [0]),))
    with pytest.raises(ScopeError, match="has 2"):
        flag_form(flat, Space(2))
    space = Network((Affine.dense([[1, 1, 1]], [0]),))
    with pytest.raises(ShapeError, match="expected 3"):
        flag_form(space, Space(2))
    with pytest.raises(ScopeError, match="not bounded"):
        flag_form(space, Space(3))
    with pytest.raises(DomainError, match="fixed"):
        flag_form(space, Box.cube(3, 1, 1))
