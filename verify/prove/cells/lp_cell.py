"""Cells by linear programs, where there are too many vertices: HiGHS, warm-started.

Floats propose: a sign, and multipliers from the duals. Where a minimum is not clearly positive
the multipliers are solved for exactly on the active rows; a lemma that does not hold then is
never written, since `verify.prove.cells.lemma` tries every one in integers.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, islice, product
from math import lcm

import highspy
import numpy as np
from numpy.typing import NDArray

from theory.domain import Box
from theory.form import Form, coordinate_forms, negated
from theory.network import Vector
from verify.prove.cells.cell import LemmaError, Signs, Weights
from verify.prove.cells.vertex_cell import scaled, solved

Floats = NDArray[np.float64]

CLEAR = 1.0 / (1 << 24)  # a scaled minimum above this is taken for positive
_MOST_AXES = 8
_MOST_POINTS = 256
_MOST_GROUPS = 256
_DUAL = 1 << 60
_SHORT = 1 << 10  # the largest denominator of a dual that is taken for exact


class BoxProgram:
    """One linear program over a box, whose rows follow what is asked."""

    def __init__(self, box: Box) -> None:
        self.lower = np.array([float(end) for end in box.lower])
        self.upper = np.array([float(end) for end in box.upper])
        self._rows: list[Form] = []
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.silent()
        for low, high in zip(self.lower, self.upper, strict=True):
            self._solver.addVar(low, high)

    def minimum(self, form: Form, rows: Sequence[Form]) -> tuple[float, Floats, Floats]:
        """The least value of a scaled form where all rows are >= 0, a minimiser, row duals.

        The minimiser has a first entry 1, as forms have a constant.

        Raises:
            LemmaError: the solver gives no optimum.
        """
        self._follow(rows)
        entries = scaled(form)
        columns = np.arange(len(entries) - 1, dtype=np.int32)
        self._solver.changeColsCost(len(columns), columns, np.array(entries[1:]))
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise LemmaError
        solution = self._solver.getSolution()
        point = np.clip(np.array(solution.col_value), self.lower, self.upper)
        value = self._solver.getInfo().objective_function_value + entries[0]
        return float(value), np.concatenate([[1.0], point]), np.array(solution.row_dual)

    def _follow(self, rows: Sequence[Form]) -> None:
        common = 0
        while common < min(len(rows), len(self._rows)) and rows[common] == self._rows[common]:
            common += 1
        if common < len(self._rows):
            gone = np.arange(common, len(self._rows), dtype=np.int32)
            self._solver.deleteRows(len(gone), gone)
        for row in rows[common:]:
            constant, *gradient = scaled(row)
            columns = np.arange(len(gradient), dtype=np.int32)
            self._solver.addRow(
                -constant, highspy.kHighsInf, len(gradient), columns, np.array(gradient)
            )
        self._rows = list(rows)


class LpCell:
    """The part of a box where all rows are nonnegative."""

    def __init__(self, box: Box, rows: tuple[Form, ...]) -> None:
        self._box = box
        self._rows = rows
        self._own: BoxProgram | None = None
        self._seen: list[Floats] = []

    @staticmethod
    def of_box(box: Box) -> "LpCell":
        """The whole box."""
        return LpCell(box, ())

    def enter(self) -> bool:
        """Begin with points that are furthest along some axes; whether the last row is not flat.

        The solver is a new one, since a used one answers differently where optima are not unique.
        """
        self._own = None
        self._seen = []
        axes = coordinate_forms(self._box.inputs)[:_MOST_AXES]
        ends = [form for axis in axes for form in (axis, negated(axis))]
        try:
            for form in ends:
                self._least(form)
            return all(self._least(negated(row)) < -CLEAR for row in self._rows[-1:])
        except LemmaError:
            return False

    @property
    def _program(self) -> BoxProgram:
        """The program of this cell, made when it is first needed."""
        if self._own is None:
            self._own = BoxProgram(self._box)
        return self._own

    def _least(self, form: Form) -> float:
        value, point, _ = self._program.minimum(form, self._rows)
        self._seen.append(point)
        return value

    def signs(self, forms: Sequence[Form]) -> list[int]:
        """Signs as the programs see them; points that were met save most programs."""
        return [self._sign(form) for form in forms]

    def _sign(self, form: Form) -> int:
        values = self._values(form)
        if values.min() < -CLEAR and values.max() > CLEAR:
            return 0
        for sign, one in ((1, form), (-1, negated(form))):
            if (sign * values).min() > -CLEAR and self._least(one) > -CLEAR and self._holds(one):
                return sign
        return 0

    def _holds(self, form: Form) -> bool:
        try:
            self.weights(form)
        except LemmaError:
            return False
        return True

    def _values(self, form: Form) -> Floats:
        values: Floats = np.array(self._seen[-_MOST_POINTS:]) @ np.array(scaled(form))
        return values

    def parts(self, form: Form) -> "tuple[LpCell, LpCell]":
        """The parts above and below; whether they have an interior is seen on entering them."""
        above, below = ((*self._rows, one) for one in (form, negated(form)))
        return LpCell(self._box, above), LpCell(self._box, below)

    def weights(self, form: Form) -> Weights:
        """Duals of the rows; exact ones on the active rows where the minimum is about zero."""
        return self._weights(form, self._rows)

    def side_weights(self, form: Form, side: Form) -> Weights:
        """The same with the side as a row."""
        return self._weights(form, (*self._rows, side))

    def _weights(self, form: Form, rows: tuple[Form, ...]) -> Weights:
        value, point, duals = self._program.minimum(form, rows)
        if value < -CLEAR:
            raise LemmaError
        active = [index for index, dual in enumerate(duals) if dual > CLEAR / 64]
        proposed = [(rows[index], float(duals[index])) for index in active]
        if value > CLEAR:
            return _clear(form, proposed)
        found = _short(form, proposed)
        if self._suffices(form, found):
            return found
        tight = [row for row in rows if abs(point @ np.array(scaled(row))) < CLEAR]
        first = {row for row, _ in proposed}
        tight.sort(key=lambda row: row not in first)
        return self._exact(form, point, tight)

    def _exact(self, form: Form, point: Floats, tight: list[Form]) -> Weights:
        """Weights of tight rows that cancel the form on all inputs that are off their bounds.

        Where many rows meet at the minimiser, no choice of as many rows as inputs that are off
        their bounds need be independent; there the duals are most often short fractions.
        """
        lower, upper = self._program.lower + CLEAR, self._program.upper - CLEAR
        here = point[1:]
        off = [int(index) + 1 for index in np.flatnonzero((lower < here) & (here < upper))]
        wanted = tuple([form[column] for column in off])
        for rows in islice(combinations(tight, len(off)), _MOST_GROUPS):
            gradients = [tuple([row[column] for column in off]) for row in rows]
            found = solved(rows, gradients, wanted)
            if found is not None and self._suffices(form, found):
                return found
        raise LemmaError

    def _suffices(self, form: Form, weights: Weights) -> bool:
        """Whether form - sum of weight * row is nonnegative on the whole box."""
        total = [weights.denominator * entry for entry in form]
        for row, weight in weights.terms:
            total = [a - weight * b for a, b in zip(total, row, strict=True)]
        box = self._box
        ends = zip(total[1:], box.lower, box.upper, strict=True)
        return sum(slope * (low if slope > 0 else high) for slope, low, high in ends) >= -total[0]

    def sided(self, forms: Sequence[Form], lines: Sequence[Form]) -> list[set[Signs]]:
        """The signs that no point that was met contradicts."""
        found: list[set[Signs]] = []
        for form, line in zip(forms, lines, strict=True):
            values, slopes = self._values(form), self._values(line)
            found.append(
                {
                    (sign, side)
                    for sign, side in product((1, -1), repeat=2)
                    if not ((sign * values < -CLEAR) & (side * slopes > CLEAR)).any()
                }
            )
        return found

    def balance(self, form: Form, others: Sequence[Form]) -> tuple[int, int]:
        """How unevenly the points that were met lie."""
        values = self._values(form)
        above, below = int((values > CLEAR).sum()), int((values < -CLEAR).sum())
        return max(above, below), len(others)

    def corners(self) -> list[Vector]:
        """Minimisers that were met."""
        return self.points()[1:]

    def points(self) -> list[Vector]:
        """Minimisers that were met, and their middle."""
        if not self._seen and not self.enter():
            return []
        found = [point[1:] for point in self._seen[-32:]]
        middle = np.mean(found, axis=0)
        return [tuple(Fraction(float(value)) for value in point) for point in (middle, *found)]


def _clear(form: Form, duals: list[tuple[Form, float]]) -> Weights:
    """The duals of the program of scaled forms as weights of the forms, nearly."""
    largest = max(map(abs, form))
    greatest = [max(map(abs, row)) for row, _ in duals]
    shift = max((entry.bit_length() for entry in greatest), default=0)
    terms = [
        (row, (int(dual * _DUAL) * largest << shift) // entry)
        for (row, dual), entry in zip(duals, greatest, strict=True)
    ]
    return Weights(terms, _DUAL << shift)


def _short(form: Form, duals: list[tuple[Form, float]]) -> Weights:
    """The duals as weights that are short fractions."""
    largest = max(map(abs, form))
    weights = [
        (Fraction(dual) * Fraction(largest, max(map(abs, row)))).limit_denominator(_SHORT)
        for row, dual in duals
    ]
    scale = lcm(*(weight.denominator for weight in weights))
    terms = [(row, int(weight * scale)) for (row, _), weight in zip(duals, weights, strict=True)]
    return Weights(terms, scale)
