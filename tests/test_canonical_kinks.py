"""Kink form of two inputs: exact evaluation is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.proofs import TRIANGLE, small_network
from tests.test_canonical_one_hidden import has_interior
from theory.canonical.kinks import KinkForm, kink_form, points_apart_in_plane
from theory.canonical.one_hidden import one_hidden_form
from theory.domain import Box, Domain, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.forms.two_hidden import two_hidden_form
from theory.network import Affine, Network
from verify.testing.strategies import (
    NearPair,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    rationals,
)

TWO = networks(inputs=2)


@given(st.data())
def test_T28_bends_are_second_differences(data: st.DataObject) -> None:
    network = data.draw(TWO)
    domain = data.draw(domains(2))
    assume(has_interior(domain))
    form = kink_form(network, domain)
    for line in form.lines:
        rest = KinkForm(tuple(other for other in form.lines if other != line), form.germ)
        here, high, low = points_apart_in_plane(form, rest, domain)
        assert all(point in domain for point in (here, high, low))
        c, a, b = line.line
        assert c + a * here[0] + b * here[1] == 0
        height = c + a * high[0] + b * high[1]
        values = zip(network(high), network(here), network(low), strict=True)
        bend = line.steps[0][1]
        assert tuple(x - 2 * y + z for x, y, z in values) == tuple(k * height for k in bend)


@given(st.data())
def test_T28_equal_networks_have_one_form(data: st.DataObject) -> None:
    left, right = data.draw(equivalent_pairs(TWO))
    domain = data.draw(domains(2))
    assume(has_interior(domain))
    one, other = (kink_form(network, domain) for network in (left, right))
    assert one == other
    assert one.digest == other.digest
    assert points_apart_in_plane(one, other, domain) == ()


@given(st.data())
def test_T28_the_two_hidden_layer_form_has_the_same_kinks(data: st.DataObject) -> None:
    network = data.draw(networks(2, st.lists(st.integers(1, 4), min_size=2, max_size=3)))
    domain = data.draw(domains(2))
    assume(has_interior(domain))
    shallow = two_hidden_form(network, domain).network
    assert kink_form(network, domain) == kink_form(shallow, domain)


def differ(left: Network, right: Network, domain: Domain) -> bool:
    """Whether the forms name a point of the domain at which the networks differ."""
    one, other = (kink_form(network, domain) for network in (left, right))
    return any(
        point in domain and left(point) != right(point)
        for point in points_apart_in_plane(one, other, domain)
    )


@given(st.data())
def test_T28_different_forms_name_a_point_where_the_networks_differ(data: st.DataObject) -> None:
    drawn = networks(2, outputs=data.draw(st.integers(1, 2)), weights=rationals(1, (1,)))
    left, right = data.draw(drawn), data.draw(drawn)
    domain = data.draw(domains(2))
    assume(has_interior(domain))
    if kink_form(left, domain) == kink_form(right, domain):
        point = data.draw(points_in(domain))
        assert left(point) == right(point)
    else:
        assert differ(left, right, domain)


@given(nearly_equivalent_pairs(TWO))
def test_T28_a_needle_in_a_corner_is_found(pair: NearPair) -> None:
    left, right, domain = pair.left, pair.right, pair.domain
    assert differ(left, right, domain)


@given(st.data())
def test_T28_one_hidden_layer_bends_along_whole_lines(data: st.DataObject) -> None:
    network = data.draw(networks(2, st.lists(st.integers(1, 4), max_size=1)))
    plane = Space(2)
    kinks = kink_form(network, plane)
    form = one_hidden_form(network, plane)
    assert [(line.line, line.steps) for line in kinks.lines] == [
        (hyperplane, ((None, column),)) for hyperplane, column in form.kinks
    ]


@pytest.mark.parametrize("domain", [Box.cube(2, -1, 1), TRIANGLE, Space(2)], ids=repr)
@pytest.mark.parametrize("widths", [(2, 6, 6, 1), (2, 5, 5, 5, 2)])
def test_T28_one_changed_weight_of_a_wide_form_is_seen(
    widths: tuple[int, ...], domain: Domain
) -> None:
    network = small_network(widths, 3, 9)
    shallow = two_hidden_form(network, domain).network
    *layers, last = shallow.layers
    row = list(last.rows[0])
    column, weight = row[len(row) // 2]
    row[len(row) // 2] = (column, weight + Fraction(1, 1000))
    changed = Network((*layers, Affine(last.inputs, (tuple(row), *last.rows[1:]), last.bias)))
    assert kink_form(shallow, domain) == kink_form(network, domain)
    assert kink_form(changed, domain) != kink_form(network, domain)
    assert differ(network, changed, domain)


def test_the_maximum_of_three_has_three_rays() -> None:
    # max(0, x, y) = relu(x + relu(y - x))
    identity = Affine.dense([[1, 0], [-1, 0], [-1, 1]], [0, 0, 0])
    network = Network((identity, Affine.dense([[1, -1, 1]], [0]), Affine.dense([[1]], [0])))
    form = kink_form(network, Space(2))
    one, none = (Fraction(1),), (Fraction(0),)
    assert [(line.line, line.steps) for line in form.lines] == [
        ((0, 0, 1), ((0, one),)),
        ((0, 1, -1), ((0, one),)),
        ((0, 1, 0), ((None, one), (0, none))),
    ]


def test_what_the_theorem_does_not_cover_is_refused() -> None:
    flat = Network((Affine.dense([[1, 1, 1]], [0]),))
    with pytest.raises(ScopeError, match="has 3"):
        kink_form(flat, Space(3))
    plane = Network((Affine.dense([[1, 1]], [0]),))
    with pytest.raises(ShapeError, match="expected 2"):
        kink_form(plane, Space(3))
    with pytest.raises(DomainError, match="fixed"):
        kink_form(plane, Box((Fraction(0),) * 2, (Fraction(0), Fraction(1))))
