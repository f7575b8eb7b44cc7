"""Canonical form of one hidden layer: exact evaluation is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.proofs import TRIANGLE
from theory.canonical.one_hidden import OneHiddenForm, one_hidden_form, points_apart
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import Affine, Network
from verify.testing.strategies import (
    NearPair,
    boxes,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    polytopes,
    rationals,
)

WIDTHS = st.lists(st.integers(1, 4), max_size=1)


def has_interior(domain: Domain) -> bool:
    """Whether canonical forms over the domain exist."""
    try:
        one_hidden_form(Network((Affine.dense([[0] * domain.inputs], [0]),)), domain)
    except DomainError:
        return False
    return True


@given(st.data())
def test_T26_the_form_is_the_network(data: st.DataObject) -> None:
    network = data.draw(networks(widths=WIDTHS))
    domain = data.draw(domains(network.inputs))
    assume(has_interior(domain))
    form = one_hidden_form(network, domain)
    for _ in range(4):
        point = data.draw(points_in(domain))
        assert form(point) == network(point)


@given(st.data())
def test_T26_equal_networks_have_one_form(data: st.DataObject) -> None:
    left, right = data.draw(equivalent_pairs(networks(widths=WIDTHS)))
    domain = data.draw(domains(left.inputs))
    assume(has_interior(domain))
    one, other = (one_hidden_form(network, domain) for network in (left, right))
    assert one == other
    assert one.digest == other.digest
    assert points_apart(one, other, domain) == ()


def shows(left: Network, right: Network, domain: Domain, forms: list[OneHiddenForm]) -> bool:
    """Whether the forms name a point of the domain at which the networks differ."""
    return any(
        point in domain and left(point) != right(point)
        for point in points_apart(forms[0], forms[1], domain)
    )


@given(st.data())
def test_T26_different_forms_name_a_point_where_the_networks_differ(data: st.DataObject) -> None:
    size, outputs = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2))
    drawn = networks(size, WIDTHS, outputs, rationals(1, (1,)))
    left, right = data.draw(drawn), data.draw(drawn)
    domain = data.draw(st.one_of(boxes(size), polytopes(size), st.just(Space(size))))
    assume(has_interior(domain))
    forms = [one_hidden_form(network, domain) for network in (left, right)]
    if forms[0] == forms[1]:
        point = data.draw(points_in(domain))
        assert left(point) == right(point)
    else:
        assert shows(left, right, domain, forms)
        assert forms[0].digest != forms[1].digest


@given(nearly_equivalent_pairs(networks(widths=WIDTHS)))
def test_T26_a_needle_in_a_corner_is_found(pair: NearPair) -> None:
    left, right, domain = pair.left, pair.right, pair.domain
    forms = [one_hidden_form(network, domain) for network in (left, right)]
    assert shows(left, right, domain, forms)


def many(units: int, inputs: int, seed: int) -> Network:
    """A network with many small whole weights."""
    state = [seed]

    def number() -> int:
        state[0] = (1103515245 * state[0] + 12345) % (1 << 31)
        return (state[0] >> 16) % 7 - 3

    first = Affine.dense([[number() for _ in range(inputs)] for _ in range(units)], [1] * units)
    return Network((first, Affine.dense([[number() for _ in range(units)]], [0])))


def test_T26_many_inputs_are_no_obstacle() -> None:
    left = many(40, 60, 3)
    last = left.layers[-1]
    units = last.inputs
    # relu(h) = relu(-h) + h, with h = relu(h) - relu(-h) written out as two more units
    flipped = Affine(
        60,
        (*left.layers[0].rows, *(tuple((c, -w) for c, w in row) for row in left.layers[0].rows)),
        (*left.layers[0].bias, *(-bias for bias in left.layers[0].bias)),
    )
    dense = last.weight[0]
    right = Network((flipped, Affine.dense([[*dense, *([0] * units)]], [0])))
    for domain in (Space(60), Box.cube(60, -1, 1)):
        forms = [one_hidden_form(network, domain) for network in (left, right)]
        assert forms[0] == forms[1]
        assert len(forms[0].kinks) > 30
    changed = Network((left.layers[0], Affine.dense([[dense[0] + 1, *dense[1:]]], [0])))
    for domain in (Space(60), Box.cube(60, -1, 1)):
        forms = [one_hidden_form(network, domain) for network in (left, changed)]
        assert shows(left, changed, domain, forms)


def test_a_hyperplane_that_misses_the_interior_is_no_kink() -> None:
    network = Network((Affine.dense([[1], [1]], [1, -1]), Affine.dense([[2, 5]], [0])))
    form = one_hidden_form(network, Box.cube(1, -1, 1))
    assert form == OneHiddenForm((), ((Fraction(2), Fraction(2)),))
    assert len(one_hidden_form(network, Space(1)).kinks) == 2


def test_what_the_theorem_does_not_cover_is_refused() -> None:
    deep = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    with pytest.raises(ScopeError, match="the network has 2"):
        one_hidden_form(deep, Space(1))
    flat = Network((Affine.dense([[1, 1]], [0]),))
    with pytest.raises(ShapeError, match="expected 2 inputs"):
        one_hidden_form(flat, Space(1))
    with pytest.raises(DomainError, match="fixed"):
        one_hidden_form(flat, Box((Fraction(0), Fraction(0)), (Fraction(0), Fraction(1))))
    line = Polytope(2, (((Fraction(1), Fraction(0)), Fraction(0)),) * 1)
    both = Polytope(2, (*line.halfspaces, ((Fraction(-1), Fraction(0)), Fraction(0))))
    with pytest.raises(DomainError, match="no interior"):
        one_hidden_form(flat, both)
    assert one_hidden_form(flat, TRIANGLE).kinks == ()
