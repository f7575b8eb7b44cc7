"""Cells of the case tree: what they say about forms is true, whichever kind of cell says it."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.proofs import claim_of
from theory.cone import box_cone
from theory.domain import Box
from theory.form import Form, negated, primitive
from theory.network import Affine, Network
from verify.prove.cells.cell import Cell, LemmaError, Weights
from verify.prove.cells.lp_cell import LpCell
from verify.prove.cells.vertex_cell import VertexCell
from verify.prove.strategy import decided_by_cells
from verify.verdict import Equivalent

ENTRY = st.integers(-9, 9)


def forms(inputs: int) -> st.SearchStrategy[Form]:
    """Forms that are not constant."""
    entries = st.tuples(*[ENTRY] * (inputs + 1))
    return entries.filter(lambda form: any(form[1:])).map(primitive)


def minimum_over(box: Box, form: Sequence[Fraction | int]) -> Fraction:
    """The least value of a form on a box."""
    low = Fraction(form[0])
    for entry, ends in zip(form[1:], zip(box.lower, box.upper, strict=True), strict=True):
        low += min(entry * end for end in ends)
    return low


def holds(box: Box, form: Form, weights: Weights) -> bool:
    """Whether the weights are >= 0 and prove form >= 0 where their facets are (theorem T12)."""
    rest = [Fraction(weights.denominator * entry) for entry in form]
    for facet, weight in weights.terms:
        rest = [a - weight * b for a, b in zip(rest, facet, strict=True)]
    signs = [weight >= 0 for _, weight in weights.terms]
    return all(signs) and weights.denominator > 0 and minimum_over(box, rest) >= 0


def cut(cell: Cell, forms: Sequence[Form]) -> Cell | None:
    """The part of a cell where all forms are nonnegative, if it has an interior."""
    for form in forms:
        part = cell.parts(form)[0]
        if part is None:
            return None
        cell = part
    return cell


def cells(box: Box, forms: Sequence[Form]) -> tuple[VertexCell, LpCell]:
    """The same part of a box as both kinds of cells; it must have an interior."""
    exact = cut(VertexCell(box_cone(box)), forms)
    floating = cut(LpCell.of_box(box), forms)
    assume(exact is not None and floating is not None)
    assert isinstance(exact, VertexCell)
    assert isinstance(floating, LpCell)
    assume(floating.enter())
    return exact, floating


def values(cell: VertexCell, form: Form) -> list[int]:
    """The values of a form at the vertices."""
    return cell.cone.values(form)


@given(st.integers(1, 4), st.data())
def test_T12_both_kinds_of_cells_find_weights_exactly_where_there_are_any(
    inputs: int, data: st.DataObject
) -> None:
    box = Box.cube(inputs, -2, 3)
    pair = cells(box, data.draw(st.lists(forms(inputs), max_size=4)))
    form = data.draw(forms(inputs))
    for cell in pair:
        is_nonnegative = min(values(pair[0], form)) >= 0
        try:
            weights = cell.weights(form)
        except LemmaError:
            assert not is_nonnegative
        else:
            assert is_nonnegative
            assert holds(box, form, weights)


@given(st.integers(1, 4), st.data())
def test_T13_forms_on_one_side_of_a_line(inputs: int, data: st.DataObject) -> None:
    box = Box.cube(inputs, -2, 3)
    pair = cells(box, data.draw(st.lists(forms(inputs), max_size=3)))
    form, line = data.draw(forms(inputs)), data.draw(forms(inputs))
    for cell in pair:
        (likely,) = cell.sided([form], [line])
        for sign in (1, -1):
            for side in (1, -1):
                wanted, half = (
                    one if factor > 0 else negated(one)
                    for one, factor in ((form, sign), (line, side))
                )
                part = pair[0].parts(half)[0]
                if part is None:
                    continue
                is_true = min(values(part, wanted)) >= 0
                assert (sign, side) in likely or not is_true
                try:
                    weights = cell.side_weights(wanted, half)
                except LemmaError:
                    assert not is_true
                else:
                    assert is_true
                    assert holds(box, wanted, weights)


def maxima(inputs: int, count: int, turn: int) -> Network:
    """A sum of maxima of three forms, each as c + relu(b - c + relu(a - b)), the forms turned."""
    first: list[list[int]] = []
    for index in range(count):
        triple = [
            [
                (7 * index + 5 * part + 3 * entry * (part + 2)) % 19 - 9
                for entry in range(inputs + 1)
            ]
            for part in range(3)
        ]
        a, b, c = triple[turn:] + triple[:turn]
        first += [
            [p - q for p, q in zip(one, other, strict=True)]
            for one, other in ((a, b), (b, c), (c, b))
        ]
        first += [c, [-entry for entry in c]]
    second: list[list[int]] = []
    for index in range(count):
        for columns in ((0, 1, -2), (3,), (4,)):
            row = [0] * (5 * count)
            for column in columns:
                row[5 * index + abs(column)] = -1 if column < 0 else 1
            second.append(row)
    signs = [(-1) ** index for index in range(count) for _ in range(3)]
    last = [sign * part for sign, part in zip(signs, (1, 1, -1) * count, strict=True)]
    return Network(
        (
            Affine.dense([row[1:] for row in first], [row[0] for row in first]),
            Affine.dense(second, [0] * len(second)),
            Affine.dense([last], [0]),
        )
    )


@pytest.mark.parametrize(("inputs", "count"), [(5, 4), (6, 5), (8, 5)])
def test_programs_decompose_bends_as_vertices_do(inputs: int, count: int) -> None:
    """Where a weight must be exact, floats alone miss it, and the tree grows many times over."""
    claim = claim_of(maxima(inputs, count, 0), maxima(inputs, count, 1), Box.cube(inputs, -1, 1))
    verdict = decided_by_cells(claim)
    assert isinstance(verdict, Equivalent), verdict
    assert verdict.leaves <= 3 * 2**count
