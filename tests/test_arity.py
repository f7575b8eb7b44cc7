"""Arity reduction: the maximum itself, evaluated exactly, is the oracle."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations

import pytest
from flint import fmpz_mat
from hypothesis import given
from hypothesis import strategies as st

from theory.arity import (
    MaximumTerms,
    circuits,
    radon_terms,
    reduced_terms,
    triangulation_terms,
    units_of,
)
from theory.errors import TheoryError
from theory.form import Form
from theory.network import Vector
from theory.triangulation import regular_triangulation
from verify.testing.strategies import vectors


def value(form: Form, point: Vector) -> Fraction:
    return form[0] + sum((a * x for a, x in zip(form[1:], point, strict=True)), Fraction(0))


def maximum(functions: Iterable[Form], point: Vector) -> Fraction:
    return max(value(form, point) for form in functions)


def rank_of(functions: Iterable[Form]) -> int:
    """The affine dimension of the gradients."""
    return int(fmpz_mat([[1, *form[1:]] for form in functions]).rank()) - 1


@st.composite
def function_sets(draw: st.DrawFn) -> tuple[Form, ...]:
    """Affine functions, many of them parallel, equal or homogeneous."""
    inputs = draw(st.integers(1, 4))
    largest = draw(st.sampled_from((1, 2, 9)))
    entries = st.integers(-largest, largest)
    constants = draw(st.sampled_from((st.just(0), entries)))
    forms = st.tuples(constants, *[entries] * inputs)
    return tuple(draw(st.lists(forms, min_size=1, max_size=9)))


@st.composite
def points(draw: st.DrawFn, functions: tuple[Form, ...]) -> list[Vector]:
    """Points near and far, one where two functions meet if there is one."""
    found = draw(st.lists(vectors(len(functions[0]) - 1), min_size=3, max_size=3))
    found.append(tuple(1000 * entry for entry in found[0]))
    return found


def require_sum(terms: MaximumTerms, functions: tuple[Form, ...], where: list[Vector]) -> None:
    for point in where:
        total = sum(c * maximum(part, point) for part, c in terms.items())
        assert total == maximum(functions, point)
    assert all(set(part) <= set(functions) for part in terms)


@given(function_sets(), st.data())
def test_T08_radon_identity(functions: tuple[Form, ...], data: st.DataObject) -> None:
    for circuit in circuits(tuple(sorted(set(functions)))):
        others = [f for f in functions if f not in circuit.rising + circuit.falling]
        for point in data.draw(points(functions)):
            highest = maximum(circuit.rising, point)
            assert highest >= min(value(form, point) for form in circuit.falling)
            total = Fraction(0)
            for size in range(len(circuit.falling)):
                sign = (-1) ** (len(circuit.falling) - size + 1)
                for part in combinations(circuit.falling, size):
                    total += sign * maximum((*circuit.rising, *part, *others), point)
            assert total == maximum(functions, point)


@given(function_sets(), st.data())
def test_T08_radon_terms(functions: tuple[Form, ...], data: st.DataObject) -> None:
    terms = radon_terms(functions)
    require_sum(terms, functions, data.draw(points(functions)))
    for part in terms:
        assert rank_of(part) == len(part) - 1
    assert sum(terms.values()) == 1


@given(function_sets(), st.integers(0, 3), st.data())
def test_T08_valuation_formula(functions: tuple[Form, ...], seed: int, data: st.DataObject) -> None:
    terms = triangulation_terms(functions, seed)
    require_sum(terms, functions, data.draw(points(functions)))
    for part in terms:
        assert rank_of(part) == len(part) - 1
    assert sum(terms.values()) == 1


@given(function_sets(), st.integers(1, 8), st.data())
def test_T08_reduced_terms(functions: tuple[Form, ...], enough: int, data: st.DataObject) -> None:
    terms = reduced_terms(functions, enough)
    require_sum(terms, functions, data.draw(points(functions)))
    inputs = len(functions[0]) - 1
    assert all(len(part) <= max(enough, rank_of(functions) + 1, 1) for part in terms)
    assert rank_of(functions) <= inputs
    if len(set(functions)) > enough:
        assert units_of(terms) <= units_of(triangulation_terms(functions))


def test_T08_worked_example() -> None:
    """max(0, x, 2x - 1, 3x - 3): the note's example on the line."""
    functions = ((0, 0), (0, 1), (-1, 2), (-3, 3))
    expected = {
        (functions[1], functions[0]): 1,
        (functions[2], functions[1]): 1,
        (functions[3], functions[2]): 1,
        (functions[1],): -1,
        (functions[2],): -1,
    }
    ordered = {tuple(sorted(part)): sign for part, sign in expected.items()}
    assert triangulation_terms(functions) == ordered
    assert radon_terms(functions) == ordered


def test_a_square_has_two_triangulations() -> None:
    square = [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert regular_triangulation(square, [0, 0, 0, 1]).interior == (
        (0, 1, 3),
        (0, 2, 3),
        (0, 3),
    )
    assert regular_triangulation(square, [0, 1, 1, 0]).simplices == ((0, 1, 2), (1, 2, 3))
    flat = regular_triangulation(square, [0] * 4)
    assert len(flat.simplices) == 2
    assert flat.dimension == 2


@pytest.mark.parametrize("length", [10, 1000, 10**6])
@pytest.mark.parametrize("seed", range(3))
def test_heights_decide_however_little_they_differ(length: int, seed: int) -> None:
    """The middle point lies above the others' line by 1 / (2 length + 1)."""
    line = [(0,), (length,), (2 * length + 1,)]
    assert regular_triangulation(line, [0, 1, 2], seed).simplices == ((0, 1), (1, 2))


@given(
    st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=9),
    st.integers(0, 5),
)
def test_triangles_cover_the_hull_once(drawn: list[tuple[int, int]], seed: int) -> None:
    found = regular_triangulation(drawn, [-x * x - y * y for x, y in drawn], seed)
    if found.dimension < 2:
        return
    area = sum(_doubled_area([drawn[index] for index in part]) for part in found.simplices)
    assert area == _hull_area(drawn)


def _doubled_area(corners: list[tuple[int, int]]) -> int:
    (a, b), (c, d), (e, f) = corners
    return abs((c - a) * (f - b) - (d - b) * (e - a))


def _hull_area(drawn: list[tuple[int, int]]) -> int:
    """Twice the area of the convex hull, by its support in all edge directions."""
    corners = sorted(set(drawn))
    chains: list[list[tuple[int, int]]] = []
    for order in (corners, corners[::-1]):
        chain: list[tuple[int, int]] = []
        for x, y in order:
            while len(chain) > 1:
                (a, b), (c, d) = chain[-2:]
                if (c - a) * (y - b) - (d - b) * (x - a) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        chains.append(chain[:-1])
    around = chains[0] + chains[1]
    turned = around[1:] + around[:1]
    return abs(sum(a * d - b * c for (a, b), (c, d) in zip(around, turned, strict=True)))


def test_no_functions_have_no_maximum() -> None:
    with pytest.raises(TheoryError, match="at least one"):
        reduced_terms(())
    with pytest.raises(TheoryError, match="at least one"):
        regular_triangulation([], [])
