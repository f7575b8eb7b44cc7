"""Cones: what splitting keeps, against brute force over all intersections of hyperplanes."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from flint import fmpq_mat, fmpz_mat
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.cone import (
    Cone,
    box_cone,
    domain_cones,
    homogeneous,
    independent,
    polytope_cones,
    start_cones,
)
from theory.domain import Box, Polytope, Space
from theory.errors import DomainError, ScopeError
from theory.form import Form, negated, primitive
from theory.network import Vector
from verify.testing.strategies import polytopes

ENTRIES = st.integers(-3, 3)


def forms(inputs: int) -> st.SearchStrategy[Form]:
    return st.tuples(*[ENTRIES] * (inputs + 1))


@st.composite
def arrangements(draw: st.DrawFn) -> tuple[int, list[Form], bool]:
    inputs = draw(st.integers(1, 4))
    planes = draw(st.lists(forms(inputs), max_size=4 if inputs == 4 else 6))
    return inputs, planes, draw(st.booleans())


def cut(cones: Sequence[Cone], planes: Sequence[Form]) -> list[Cone]:
    found = list(cones)
    for plane in planes:
        if any(plane):
            found = [part for cone in found for part in cone.split(plane) if part is not None]
    return found


def value(form: Sequence[int], generator: Sequence[int]) -> int:
    return sum(a * x for a, x in zip(form, generator, strict=True))


def require_sound(cone: Cone) -> None:
    """Generators, incidence and facets say the same, nothing is redundant."""
    inputs = cone.inputs
    assert len(set(cone.generators)) == len(cone.generators)
    assert len(set(cone.facets)) == len(cone.facets)
    for generator, mask in zip(cone.generators, cone.incidence, strict=True):
        assert generator == primitive(generator)
        assert generator[0] >= 0
        values = [value(facet, generator) for facet in cone.facets]
        assert min(values) >= 0
        assert mask == sum(1 << index for index, entry in enumerate(values) if not entry)
    for index, facet in enumerate(cone.facets):
        assert facet == primitive(facet)
        members = [
            list(generator)
            for generator, mask in zip(cone.generators, cone.incidence, strict=True)
            if mask >> index & 1
        ]
        assert fmpz_mat(members).rank() == inputs
    if inputs == 2:
        for index, facet in enumerate(cone.facets):
            following = cone.generators[(index + 1) % len(cone.generators)]
            assert value(facet, cone.generators[index]) == 0 == value(facet, following)


def brute_vertices(constraints: Sequence[Form], inputs: int) -> set[tuple[Fraction, ...]]:
    """All points where n independent constraints are tight and all hold."""
    found = set()
    for chosen in combinations(constraints, inputs):
        matrix = fmpq_mat(fmpz_mat([list(form[1:]) for form in chosen]))
        if matrix.det() == 0:
            continue
        solution = matrix.solve(fmpq_mat(fmpz_mat([[-form[0]] for form in chosen])))
        point = tuple(Fraction(int(solution[i, 0].p), int(solution[i, 0].q)) for i in range(inputs))
        if all(value(form, homogeneous(point)) >= 0 for form in constraints):
            found.add(point)
    return found


@given(arrangements())
def test_T03_splitting_keeps_cones_sound(drawn: tuple[int, list[Form], bool]) -> None:
    inputs, planes, bounded = drawn
    starts = (box_cone(Box.cube(inputs, -1, 2)),) if bounded else start_cones(planes, inputs)
    for cone in cut(starts, planes):
        require_sound(cone)
        inside = homogeneous(cone.interior_point())
        assert all(value(facet, inside) > 0 for facet in cone.facets)
        assert all(value(plane, inside) for plane in planes if any(plane))
        assert cone.is_bounded or not bounded


@given(arrangements(), st.lists(st.fractions(-4, 4, max_denominator=97), min_size=4, max_size=4))
def test_T03_the_parts_tile(
    drawn: tuple[int, list[Form], bool], coordinates: list[Fraction]
) -> None:
    inputs, planes, bounded = drawn
    box = Box.cube(inputs, -1, 2)
    starts = (box_cone(box),) if bounded else start_cones(planes, inputs)
    cones = cut(starts, planes)
    inside = homogeneous(coordinates[:inputs])
    closed = [c for c in cones if all(value(facet, inside) >= 0 for facet in c.facets)]
    opened = [c for c in closed if all(value(facet, inside) > 0 for facet in c.facets)]
    assert bool(closed) == (not bounded or tuple(coordinates[:inputs]) in box)
    assert len(opened) <= 1
    assert len(closed) == 1 or not opened


def polytope_of(constraints: Sequence[Form], inputs: int) -> Polytope:
    halfspaces = [(tuple(Fraction(-g) for g in f[1:]), Fraction(f[0])) for f in constraints]
    return Polytope(inputs, tuple(halfspaces))


@given(arrangements())
def test_vertices_are_those_of_brute_force(drawn: tuple[int, list[Form], bool]) -> None:
    inputs, planes, bounded = drawn
    assume(inputs < 4)
    kept = [plane for plane in planes if any(plane)]
    box = Box.cube(inputs, -2, 1)
    constraints = list(box.forms)
    cone: Cone | None = box_cone(box)
    if not bounded:
        constraints = [*box.forms[: 2 * inputs : 2]]
        cone = polytope_cones(polytope_of(constraints, inputs))[0]
    for plane in kept:
        part = cone.split(plane)[0] if cone is not None else None
        if part is not None:
            cone = part
            constraints.append(plane)
    assert cone is not None
    assert set(cone.vertices) == brute_vertices(constraints, inputs)


@given(arrangements())
def test_bounded_complexes_have_euler_characteristic_one(
    drawn: tuple[int, list[Form], bool],
) -> None:
    inputs, planes, _ = drawn
    found: dict[frozenset[Form], int] = {}
    for cone in cut([box_cone(Box.cube(inputs, -1, 1))], planes):
        faces = cone.faces()
        assert faces[-1] == (inputs, tuple(range(len(cone.generators))))
        assert len(set(faces)) == len(faces)
        for dimension, members in faces:
            generators = [list(cone.generators[member]) for member in members]
            assert fmpz_mat(generators).rank() == dimension + 1
            found[frozenset(cone.generators[member] for member in members)] = dimension
    counts = Counter(found.values())
    assert sum((-1) ** dimension * count for dimension, count in counts.items()) == 1


@given(polytopes(st.integers(1, 3)))
def test_polytopes_become_cones_with_their_interior(polytope: Polytope) -> None:
    try:
        cones = polytope_cones(polytope)
    except DomainError:
        return
    for cone in cones:
        require_sound(cone)
        inside = cone.interior_point()
        assert inside in polytope
        assert all(value(form, homogeneous(inside)) > 0 for form in polytope.forms if any(form))
    bounds = [form for form in polytope.forms if any(form[1:])]
    if len(independent(bounds, polytope.inputs)) == polytope.inputs:
        assert len(cones) == 1


def point(*entries: int) -> Vector:
    return tuple(Fraction(entry) for entry in entries)


def test_both_sides_of_a_square() -> None:
    square = box_cone(Box.cube(2, 0, 1))
    above, below = square.split((0, -2, 2))
    assert above is not None
    assert below is not None
    assert (0, -1, 1) in above.facets
    assert (0, 1, -1) in below.facets
    assert set(above.vertices) == {point(0, 0), point(0, 1), point(1, 1)}
    assert len(below.facets) == 3


def test_a_hyperplane_that_only_touches_cuts_nothing() -> None:
    square = box_cone(Box.cube(2, 0, 1))
    assert square.split((0, 1, 1)) == (square, None)
    assert square.split((0, -1, -1)) == (None, square)
    assert square.split((1, 0, 0)) == (square, None)
    assert square.split((0, 0, 0)) == (square, square)
    assert square.clip([(0, 1, 1), (-1, 0, 0)]) is None


def test_start_cones_take_real_hyperplanes_first() -> None:
    planes = ((0, 2, 0), (1, 1, 0), (3, 1, 1))
    cones = start_cones(planes, 2)
    assert len(cones) == 4
    walls = {facet for cone in cones for facet in cone.facets if any(facet[1:])}
    assert walls == {(0, 1, 0), (0, -1, 0), (3, 1, 1), negated((3, 1, 1))}
    assert {vertex for cone in cones for vertex in cone.vertices} == {point(0, -3)}


def test_the_plane_at_infinity_is_a_facet_only_where_it_holds_enough_rays() -> None:
    quadrant = next(cone for cone in start_cones((), 2) if (0, 1, 0) in cone.facets)
    assert (1, 0, 0) in quadrant.facets
    strip = quadrant.split((1, -1, 0))[0]
    assert strip is not None
    assert (1, 0, 0) not in strip.facets
    assert sum(not generator[0] for generator in strip.generators) == 1


def test_boxes_that_cannot_be_cones() -> None:
    with pytest.raises(DomainError, match="input 1 is fixed"):
        box_cone(Box((Fraction(0), Fraction(1)), (Fraction(1), Fraction(1))))
    with pytest.raises(ScopeError, match="too many"):
        box_cone(Box.cube(40, 0, 1))
    with pytest.raises(ScopeError, match="too many"):
        domain_cones(Space(40))


def test_polytopes_without_interior_are_refused() -> None:
    line = ((Fraction(1), Fraction(1)), Fraction(0))
    back = ((Fraction(-1), Fraction(-1)), Fraction(0))
    with pytest.raises(DomainError, match="no interior"):
        domain_cones(Polytope(2, (line, back)))
