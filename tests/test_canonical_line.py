"""Canonical form of one input: exact evaluation is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.test_canonical_one_hidden import has_interior
from theory.canonical.line import line_form, points_apart_on_line
from theory.domain import Box, Polytope, Space
from theory.errors import DomainError, ScopeError
from theory.network import Affine, Network
from theory.sawtooth import sawtooth
from verify.testing.strategies import (
    NearPair,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    rationals,
)

ONE = networks(inputs=1)


@given(st.data())
def test_T27_the_form_is_the_network(data: st.DataObject) -> None:
    network = data.draw(ONE)
    domain = data.draw(domains(1))
    assume(has_interior(domain))
    form = line_form(network, domain)
    for _ in range(4):
        point = data.draw(points_in(domain))
        assert form(point[0]) == network(point)
    assert all(
        one.affine != two.affine for one, two in zip(form.pieces, form.pieces[1:], strict=False)
    )
    for place in form.breakpoints:
        step = Fraction(1, 1 << 40)
        values = [network((place + move,)) for move in (-step, 0, step)]
        assert any(a + c != 2 * b for a, b, c in zip(*values, strict=True))


@given(st.data())
def test_T27_equal_networks_have_one_form(data: st.DataObject) -> None:
    left, right = data.draw(equivalent_pairs(ONE))
    domain = data.draw(domains(1))
    assume(has_interior(domain))
    forms = [line_form(network, domain) for network in (left, right)]
    assert forms[0] == forms[1]
    assert forms[0].digest == forms[1].digest
    assert points_apart_on_line(*forms) == ()


@given(st.data())
def test_T27_different_forms_name_a_point_where_the_networks_differ(data: st.DataObject) -> None:
    drawn = networks(1, outputs=data.draw(st.integers(1, 2)), weights=rationals(1, (1,)))
    left, right = data.draw(drawn), data.draw(drawn)
    domain = data.draw(domains(1))
    assume(has_interior(domain))
    forms = [line_form(network, domain) for network in (left, right)]
    points = points_apart_on_line(*forms)
    if forms[0] == forms[1]:
        point = data.draw(points_in(domain))
        assert left(point) == right(point)
    else:
        assert any(point in domain and left(point) != right(point) for point in points)


@given(nearly_equivalent_pairs(ONE))
def test_T27_a_needle_at_one_end_is_found(pair: NearPair) -> None:
    left, right, domain = pair.left, pair.right, pair.domain
    points = points_apart_on_line(*(line_form(network, domain) for network in (left, right)))
    assert any(point in domain and left(point) != right(point) for point in points)


def test_T27_deep_and_shallow_sawtooths_have_one_form() -> None:
    deep = sawtooth(3)
    bends = [Fraction(number, 8) for number in range(1, 8)]
    weights = [Fraction(16 * (-1) ** (number + 1)) for number in range(7)]
    rows = [[1], *([1] for _ in bends)]
    shallow = Network(
        (
            Affine.dense(rows, [0, *(-bend for bend in bends)]),
            Affine.dense([[8, *weights]], [0]),
        )
    )
    unit = Box.cube(1, 0, 1)
    assert line_form(deep, unit) == line_form(shallow, unit)
    assert line_form(deep, unit).breakpoints == tuple(bends)


def test_pieces_are_counted_on_rays_too() -> None:
    network = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))
    ray = Polytope(1, (((Fraction(1),), Fraction(2)),))
    form = line_form(network, ray)
    assert form.end == 2
    assert form.pieces[0].start is None
    assert form.breakpoints == (Fraction(0),)
    assert line_form(network, Space(1)).end is None


def test_what_the_theorem_does_not_cover_is_refused() -> None:
    flat = Network((Affine.dense([[1, 1]], [0]),))
    with pytest.raises(ScopeError, match="has 2"):
        line_form(flat, Space(2))
    with pytest.raises(DomainError, match="fixed"):
        line_form(Network((Affine.dense([[1]], [0]),)), Box.cube(1, 2, 2))
