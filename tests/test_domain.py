"""Domains hold the points that their inequalities say, and malformed ones are refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space, box_scale
from theory.errors import DomainError, ShapeError
from verify.testing.strategies import boxes, domains, points_in, rationals, vectors

ONE = Fraction(1)


@given(domains(), st.data())
def test_forms_are_nonnegative_exactly_on_the_domain(domain: Domain, data: st.DataObject) -> None:
    point = data.draw(st.one_of(points_in(domain), vectors(domain.inputs, rationals(4))))
    values = [
        constant + sum(a * x for a, x in zip(gradient, point, strict=True))
        for constant, *gradient in domain.forms
    ]
    assert (point in domain) == all(value >= 0 for value in values)
    assert all(isinstance(entry, int) for form in domain.forms for entry in form)


@given(boxes(), st.data())
def test_a_box_holds_what_lies_between_its_ends(box: Box, data: st.DataObject) -> None:
    point = data.draw(vectors(box.inputs, rationals(4)))
    between = [low <= x <= high for low, x, high in zip(box.lower, point, box.upper, strict=True)]
    assert (point in box) == all(between)
    assert box.lower in box
    assert box.upper in box
    assert (*box.lower, ONE) not in box


@given(boxes())
def test_fixed_inputs_are_those_with_one_value(box: Box) -> None:
    moved = {i for i in range(box.inputs) if box.lower[i] < box.upper[i]}
    assert set(box.fixed) | moved == set(range(box.inputs))
    assert not set(box.fixed) & moved


@given(boxes())
def test_the_scale_of_a_box_makes_its_ends_whole(box: Box) -> None:
    scale, ends = box_scale(box)
    assert [(Fraction(low, scale), Fraction(high, scale)) for low, high in ends] == list(
        zip(box.lower, box.upper, strict=True)
    )


def test_the_space_holds_every_point_of_its_dimension() -> None:
    assert (ONE, ONE) in Space(2)
    assert (ONE,) not in Space(2)
    assert Space(2).forms == ()


def test_a_cube() -> None:
    assert Box.cube(2, -1, ONE / 2) == Box((-ONE, -ONE), (ONE / 2, ONE / 2))


def test_malformed_domains_are_refused() -> None:
    with pytest.raises(ShapeError, match="upper ends"):
        Box((ONE,), ())
    with pytest.raises(DomainError, match="at least one input"):
        Box((), ())
    with pytest.raises(DomainError, match="input 1 is empty, 1 > 0"):
        Box((ONE, ONE), (ONE, Fraction(0)))
    with pytest.raises(DomainError, match="at least one input"):
        Polytope(0, ())
    with pytest.raises(ShapeError, match="halfspace 0: expected 2 coefficients, got 1"):
        Polytope(2, (((ONE,), ONE),))
    with pytest.raises(DomainError, match="at least one input"):
        Space(0)
