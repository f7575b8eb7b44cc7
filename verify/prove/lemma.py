"""Lemmas: short nonnegative multipliers that show a form to be nonnegative on a cell.

A cell gives weights with  form = constant + sum of weight * facet  (theorem T12). They are
rounded to as few bits as still prove the form nonnegative, since the minimum over the box
absorbs the residual; where the form vanishes somewhere on the cell they stay exact.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from theory.form import Form, content, primitive
from verify.checker import Proof
from verify.prove.cell import Cell, LemmaError, Weights

Lemma = list[object]
Multiplier = tuple[int, Fraction, Form]  # row of the proof (-1 the side), weight, the row's form

SIDE = -1
_BITS = (2, 5, 8, 12, 16, 24, 40, 64)


class LemmaWriter:
    """Writes lemmas for the current cell of a proof.

    `free` names the inputs that the cell's coordinates are; the others are fixed by the box.
    """

    def __init__(self, proof: Proof, free: Sequence[int]) -> None:
        self.proof = proof
        self.free = tuple(free)
        self._known: list[Form] = []
        self._rows: dict[Form, tuple[int, int]] = {}

    def projected(self, form: Form) -> Form:
        """The form in the coordinates of the cell."""
        return (form[0], *(form[index + 1] for index in self.free))

    def lemma(self, cell: Cell, form: Form) -> Lemma:
        """The lemma for form >= 0 on the cell.

        Raises:
            LemmaError: none was found.
        """
        if self._suffices(form, []):
            return []
        return self._written(form, self._multipliers(cell.weights(self.projected(form))))

    def side_lemma(self, cell: Cell, form: Form, side: Form) -> Lemma | None:
        """The lemma for form >= 0 on the part of the cell where side >= 0; None if it fails.

        There is a weight w >= 0 with form - w * side >= 0 on the whole cell.
        """
        if self._suffices(form, []):
            return []
        short, short_side = self.projected(form), self.projected(side)
        weight = cell.side_weight(short, short_side)
        if weight is None:
            return None
        p, q = weight.numerator, weight.denominator
        rest = tuple(q * a - p * b for a, b in zip(short, short_side, strict=True))
        try:
            found = self._multipliers(cell.weights(rest))
            multipliers = [(row, value / q, known) for row, value, known in found]
            return self._written(form, [*multipliers, (SIDE, weight, side)])
        except LemmaError:
            return None

    def _row_of(self, facet: Form) -> tuple[int, int] | None:
        """The row of the proof that is a positive multiple of a facet, and that multiple."""
        rows = [row[0] for row in self.proof.rows]
        common = min(len(rows), len(self._known))
        if len(self._known) > len(rows) or self._known[:common] != rows[:common]:
            self._known, self._rows, common = [], {}, 0
        for index in range(common, len(rows)):
            short = self.projected(rows[index])
            self._rows.setdefault(primitive(short), (index, content(short)))
            self._known.append(rows[index])
        return self._rows.get(facet)

    def _multipliers(self, weights: Weights) -> list[Multiplier]:
        """Rows and exact weights; facets that are no rows are bounds of the box or infinity."""
        found: list[Multiplier] = []
        for facet, weight in weights:
            row = self._row_of(facet)
            if row is not None and weight:
                index, multiple = row
                found.append((index, weight / multiple, self.proof.rows[index][0]))
        return found

    def _written(self, form: Form, multipliers: list[Multiplier]) -> Lemma:
        multipliers = [multiplier for multiplier in multipliers if multiplier[1]]
        if not multipliers:
            raise LemmaError
        largest = max(weight for _, weight, _ in multipliers)
        size = largest.numerator.bit_length() - largest.denominator.bit_length()
        for bits in _BITS:
            shift = size - bits
            rounded = [(row, _shifted(weight, shift), known) for row, weight, known in multipliers]
            if self._suffices(form, rounded, shift):
                return [-shift if shift > 0 else 1 << -shift, *_flat(rounded)]
        scale = lcm(*(weight.denominator for _, weight, _ in multipliers))
        exact = [(row, int(weight * scale), known) for row, weight, known in multipliers]
        if not self._suffices(form, exact, 0, scale):
            raise LemmaError
        return [scale, *_flat(exact)]

    def _suffices(
        self,
        form: Form,
        multipliers: list[tuple[int, int, Form]],
        shift: int = 0,
        factor: int = 1,
    ) -> bool:
        left, right = max(-shift, 0), max(shift, 0)
        total = [(factor * entry) << left for entry in form]
        for _, weight, known in multipliers:
            weight <<= right
            total = [a - weight * b for a, b in zip(total, known, strict=True)]
        low = self.proof.minimum(tuple(total), {})
        return low is not None and low >= 0


def _shifted(weight: Fraction, shift: int) -> int:
    """The nearest integer to weight / 2^shift."""
    numerator, denominator = weight.numerator, weight.denominator
    if shift >= 0:
        denominator <<= shift
    else:
        numerator <<= -shift
    return (2 * numerator + denominator) // (2 * denominator)


def _flat(multipliers: list[tuple[int, int, Form]]) -> list[int]:
    flat: list[int] = []
    for row, weight, _ in multipliers:
        if weight:
            flat += (row, weight)
    return flat
