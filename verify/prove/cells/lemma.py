"""Lemmas: short nonnegative multipliers that show a form to be nonnegative on a cell.

A cell gives weights with  form = constant + sum of weight * facet  (theorem T12). They are
rounded to about as few bits as still prove the form nonnegative, since the minimum over the box
absorbs the residual; where the form vanishes somewhere on the cell they stay exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, lcm
from operator import mul

from theory.form import Form, content, primitive
from verify.checker import Expression
from verify.prove.cells.cell import Cell, LemmaError, Weights
from verify.prove.state import SearchState

Lemma = list[object]

SIDE = -1


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the proof: `multiple` times a facet in the coordinates of the cell.

    Attributes:
        number: Its place in the proof; -1 for the side of a lemma.
        known: The row as the proof has it; rows of cells have no symbols.
        form: It as a form.
        facet: Its primitive form in the coordinates of the cell.
        multiple: The row is so many times the facet.
        size: Bits of its greatest value on the box; 0 without a box.
    """

    number: int
    known: Expression
    form: Form
    facet: Form
    multiple: int
    size: int


Multiplier = tuple[Row, int]  # with the numerator of its weight
Short = tuple[int, list[int]]  # weights in units of 2^shift, which comes first


class LemmaWriter:
    """Writes lemmas for the current cell of a proof.

    `free` names the inputs that the cell's coordinates are; the others are fixed by the box.
    """

    def __init__(self, proof: SearchState, free: Sequence[int]) -> None:
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
        row = Row(SIDE, {}, side, short, 1, self._size(side))
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
            form = self.proof.parted(rows[number])[0]
            short, size = self.projected(form), self._size(form)
            row = Row(number, rows[number], form, primitive(short), content(short), size)
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
        low = self.proof.least(form)
        return low is not None and low >= 0

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
        blend = Blend(self.proof, form, [row for row, _ in exact])
        least = blend.least(denominator, [weight for _, weight in exact])
        if least is None or least < 0:
            raise LemmaError
        if least and self.proof.claim.box:
            greatest = max(weight for _, weight in exact).bit_length()
            enough = greatest - least.bit_length() + max(row.size for row, _ in exact)
            if enough < greatest:
                found = _rounded(blend, exact, denominator, enough)
                if found is not None:
                    return found
        return _exact(exact, denominator)


class Blend:
    """A form and rows of the proof, to be blended with weights."""

    def __init__(self, proof: SearchState, form: Form, rows: Sequence[Row]) -> None:
        self._least = proof.least
        self._columns = tuple(zip(form, *(row.form for row in rows), strict=True))

    def least(self, factor: int, weights: Sequence[int]) -> int | None:
        """The minimum over the box of factor * form - sum of weight * row."""
        signed = (factor, *[-weight for weight in weights])
        return self._least([sum(map(mul, signed, column)) for column in self._columns])

    def suffices(self, shift: int, weights: Sequence[int]) -> bool:
        """Whether the weights, times 2^shift, prove the form nonnegative."""
        right = max(shift, 0)
        least = self.least(1 << max(-shift, 0), [weight << right for weight in weights])
        return least is not None and least >= 0


def _rounded(blend: Blend, exact: list[Multiplier], denominator: int, enough: int) -> Lemma | None:
    """A lemma of few bits, tried downwards from what should be enough, or upwards."""
    rows, weights = [row for row, _ in exact], [weight for _, weight in exact]
    size = max(weights).bit_length() - denominator.bit_length()

    def tried(bits: int) -> Short | None:
        shift = bits - size
        short = [_quotient(weight, denominator, shift) for weight in weights]
        return (-shift, short) if blend.suffices(-shift, short) else None

    bits, step, found = max(enough - 1, 1), 2, None
    while bits > 0 and (short := tried(bits)) is not None:
        found, bits, step = short, bits - step, 2 * step
    if found is None:
        more = (tried(bits + extra) for extra in (2, 4, 6))
        found = next((short for short in more if short is not None), None)
    return None if found is None else _thinned(blend, rows, *found)


def _thinned(blend: Blend, rows: Sequence[Row], shift: int, weights: list[int]) -> Lemma:
    """The lemma without the rows, light ones first, that the box makes good for."""
    order = sorted(range(len(rows)), key=lambda i: weights[i].bit_length() + rows[i].size)
    for index in order:
        fewer = [0 if i == index else weight for i, weight in enumerate(weights)]
        if weights[index] and blend.suffices(shift, fewer):
            weights = fewer
    multipliers = list(zip(rows, weights, strict=True))
    return [1 << -shift if shift < 0 else -shift or 1, *_flat(multipliers)]


def _quotient(numerator: int, denominator: int, shift: int) -> int:
    """The nearest integer to 2^shift * numerator / denominator."""
    if shift >= 0:
        numerator <<= shift
    else:
        denominator <<= -shift
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
