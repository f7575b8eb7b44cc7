"""Lemmas: short nonnegative multipliers that show a form to be nonnegative on a cell.

A cell gives weights with  form = constant + sum of weight * facet  (theorem T12). They are
rounded to about as few bits as still prove the form nonnegative, since the minimum over the box
absorbs the residual; where the form vanishes somewhere on the cell they stay exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, lcm

from theory.form import Form, content, primitive
from verify.checker import Expression, Proof
from verify.prove.cell import Cell, LemmaError, Weights

Lemma = list[object]

SIDE = -1


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the proof: `multiple` times a facet in the coordinates of the cell.

    Attributes:
        number: Its place in the proof; -1 for the side of a lemma.
        known: The row as the proof has it.
        facet: Its primitive form in the coordinates of the cell.
        multiple: The row is so many times the facet.
        size: Bits of its greatest value on the box; 0 without a box.
    """

    number: int
    known: Expression
    facet: Form
    multiple: int
    size: int

    @property
    def form(self) -> Form:
        """The row as a form; rows of cells have no symbols."""
        return self.known[0]


Multiplier = tuple[Row, int]  # with the numerator of its weight
Short = tuple[int, list[Multiplier]]  # weights in units of 2^shift, which comes first


class LemmaWriter:
    """Writes lemmas for the current cell of a proof.

    `free` names the inputs that the cell's coordinates are; the others are fixed by the box.
    """

    def __init__(self, proof: Proof, free: Sequence[int]) -> None:
        self.proof = proof
        self.free = tuple(free)
        self._is_whole = self.free == tuple(range(proof.claim.inputs))
        self._rows: list[Row] = []
        self._places: dict[Form, Row] = {}

    def projected(self, form: Form) -> Form:
        """The form in the coordinates of the cell."""
        return form if self._is_whole else (form[0], *(form[index + 1] for index in self.free))

    def lemma(self, cell: Cell, form: Form) -> Lemma:
        """The lemma for form >= 0 on the cell.

        Raises:
            LemmaError: none was found.
        """
        if self._is_plain(form):
            return []
        weights = cell.weights(self.projected(form))
        return self._written(form, *self._multipliers(weights, {}))

    def side_lemma(self, cell: Cell, form: Form, side: Form) -> Lemma | None:
        """The lemma for form >= 0 on the part of the cell where side >= 0; None if it fails."""
        if self._is_plain(form):
            return []
        short = self.projected(side)
        row = Row(SIDE, (side, {}), short, 1, self._size(side))
        try:
            weights = cell.side_weights(self.projected(form), short)
            return self._written(form, *self._multipliers(weights, {short: row}))
        except LemmaError:
            return None

    # -- rows of the proof

    def _size(self, form: Form) -> int:
        claim = self.proof.claim
        greatest = abs(form[0]) * claim.unit
        for entry, ends in zip(form[1:], claim.box, strict=False):
            greatest += abs(entry) * max(map(abs, ends))
        return greatest.bit_length()

    def _follow(self) -> None:
        """Know the rows of the proof, which grow and shrink like a stack."""
        rows = self.proof.rows
        while self._rows and (
            len(self._rows) > len(rows) or self._rows[-1].known is not rows[len(self._rows) - 1]
        ):
            gone = self._rows.pop()
            if self._places[gone.facet] is gone:
                del self._places[gone.facet]
        for number in range(len(self._rows), len(rows)):
            form = rows[number][0]
            short = self.projected(form)
            row = Row(number, rows[number], primitive(short), content(short), self._size(form))
            self._rows.append(row)
            self._places.setdefault(row.facet, row)

    def _multipliers(
        self, weights: Weights, sides: dict[Form, Row]
    ) -> tuple[list[Multiplier], int]:
        """Rows with the numerators of their weights, and the common denominator.

        Facets that are no rows are bounds of the box or infinity.
        """
        self._follow()
        found = []
        for facet, numerator in weights.terms:
            row = sides.get(facet) or self._places.get(facet)
            if numerator and row is not None:
                found.append((row, numerator))
        scale = lcm(*(row.multiple for row, _ in found))
        multipliers = [(row, numerator * (scale // row.multiple)) for row, numerator in found]
        return multipliers, weights.denominator * scale

    # -- multipliers

    def _is_plain(self, form: Form) -> bool:
        low = self.proof.minimum(form, {})
        return low is not None and low >= 0

    def _least(self, form: Form, factor: int, multipliers: Sequence[Multiplier]) -> int | None:
        """The minimum over the box of factor * form - sum of multiplier * row."""
        total = [factor * entry for entry in form]
        for row, weight in multipliers:
            total = [a - weight * b for a, b in zip(total, row.form, strict=True)]
        return self.proof.minimum(total, {})

    def _written(self, form: Form, multipliers: list[Multiplier], denominator: int) -> Lemma:
        """The lemma with these weights, rounded where the form is positive enough for it.

        Raises:
            LemmaError: they prove nothing.
        """
        if not multipliers:
            raise LemmaError
        divisor = gcd(denominator, *(weight for _, weight in multipliers))
        exact = [(row, weight // divisor) for row, weight in multipliers]
        denominator //= divisor
        least = self._least(form, denominator, exact)
        if least is None or least < 0:
            raise LemmaError
        if least and self.proof.claim.box:
            greatest = max(weight for _, weight in exact).bit_length()
            enough = greatest - least.bit_length() + max(row.size for row, _ in exact)
            if enough < greatest:
                found = self._rounded(form, exact, denominator, enough)
                if found is not None:
                    return found
        return _exact(exact, denominator)

    def _rounded(
        self, form: Form, exact: list[Multiplier], denominator: int, enough: int
    ) -> Lemma | None:
        """A lemma of few bits, tried downwards from what should be enough, or upwards."""
        size = max(weight for _, weight in exact).bit_length() - denominator.bit_length()

        def tried(bits: int) -> Short | None:
            return self._tried(form, exact, denominator, size - bits)

        bits, step, found = max(enough - 1, 1), 2, None
        while bits > 0 and (short := tried(bits)) is not None:
            found, bits, step = short, bits - step, 2 * step
        if found is None:
            more = (tried(bits + extra) for extra in (2, 4, 6))
            found = next((short for short in more if short is not None), None)
        return None if found is None else self._thinned(form, *found)

    def _tried(
        self, form: Form, exact: list[Multiplier], denominator: int, shift: int
    ) -> Short | None:
        """The weights rounded to multiples of 2^shift, if they prove the form."""
        left, right = max(-shift, 0), max(shift, 0)
        short = [(row, _quotient(weight << left, denominator << right)) for row, weight in exact]
        least = self._least(form, 1 << left, [(row, weight << right) for row, weight in short])
        return None if least is None or least < 0 else (shift, short)

    def _thinned(self, form: Form, shift: int, short: list[Multiplier]) -> Lemma:
        """The lemma without the rows, light ones first, that the box makes good for."""
        left, right = max(-shift, 0), max(shift, 0)
        kept = [(row, weight) for row, weight in short if weight]
        for one in sorted(kept, key=lambda pair: pair[1].bit_length() + pair[0].size):
            fewer = [other for other in kept if other is not one]
            least = self._least(form, 1 << left, [(row, weight << right) for row, weight in fewer])
            if least is not None and least >= 0:
                kept = fewer
        return [1 << left if left else -right or 1, *_flat(kept)]


def _quotient(numerator: int, denominator: int) -> int:
    """The nearest integer to numerator / denominator."""
    return (2 * numerator + denominator) // (2 * denominator)


def _exact(multipliers: list[Multiplier], denominator: int) -> Lemma:
    """The lemma with the weights as they are, over a denominator in lowest terms."""
    if denominator > 1:
        return [denominator, *_flat(multipliers)]
    shift = min((weight & -weight).bit_length() - 1 for _, weight in multipliers)
    return [-shift or 1, *_flat([(row, weight >> shift) for row, weight in multipliers])]


def _flat(multipliers: list[Multiplier]) -> list[int]:
    flat: list[int] = []
    for row, weight in multipliers:
        if weight:
            flat += (row.number, weight)
    return flat
