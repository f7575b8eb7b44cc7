"""Lemmas: short nonnegative multipliers that show a form to be nonnegative on a cell.

A form q that is nonnegative on a polyhedron with vertices takes its minimum at a vertex v, and
    q = q(v) + sum of m_i * facet_i  over facets through v,  m_i >= 0
(Farkas 1902; theorem T12). The multipliers are rounded to as few bits as still prove q >= 0,
since the minimum over the box absorbs the residual; where q(v) = 0 they stay exact.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
from flint import fmpq, fmpz_mat

from theory.cone import Cone
from theory.form import Form, content, primitive
from verify.checker import Proof

Lemma = list[object]
Multiplier = tuple[int, Fraction, Form]  # row of the proof (-1 the side), weight, the row's form
SIDE = -1
_BITS = (2, 5, 8, 12, 16, 24, 40, 64)


class LemmaError(Exception):
    """No multipliers were found: the form is negative somewhere on the cell."""


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

    def _row_of(self, facet: Form) -> tuple[int, int] | None:
        """The row of the proof that is a positive multiple of a facet, and that multiple."""
        rows = self.proof.rows
        common = min(len(rows), len(self._known))
        if self._known[:common] != rows[:common] or len(self._known) > len(rows):
            self._known, self._rows, common = [], {}, 0
        for index in range(common, len(rows)):
            short = self.projected(rows[index])
            self._rows.setdefault(primitive(short), (index, content(short)))
            self._known.append(rows[index])
        return self._rows.get(facet)

    def lemma(self, cone: Cone, form: Form) -> Lemma:
        """The lemma for form >= 0 on the cell."""
        if self._suffices(form, []):
            return []
        return self._written(form, self._multipliers(cone, self.projected(form)))

    def side_lemma(self, cone: Cone, form: Form, side: Form) -> Lemma | None:
        """The lemma for form >= 0 on the part of the cell where side >= 0; None if it fails.

        There is a weight w >= 0 with form - w * side >= 0 on the whole cell.
        """
        if self._suffices(form, []):
            return []
        short, short_side = self.projected(form), self.projected(side)
        weight = _weight(cone.values(short), cone.values(short_side))
        if weight is None:
            return None
        p, q = weight.numerator, weight.denominator
        rest = tuple(q * a - p * b for a, b in zip(short, short_side, strict=True))
        found = [(row, value / q, known) for row, value, known in self._multipliers(cone, rest)]
        if weight:
            found.append((SIDE, weight, side))
        return self._written(form, found)

    def _multipliers(self, cone: Cone, form: Form) -> list[Multiplier]:
        """Rows and exact weights; facets that are no rows are bounds of the box or infinity."""
        found: list[Multiplier] = []
        for facet, weight in vertex_multipliers(cone, form):
            row = self._row_of(facet)
            if row is not None and weight:
                index, multiple = row
                found.append((index, weight / multiple, self.proof.rows[index]))
        return found

    def _written(self, form: Form, multipliers: list[Multiplier]) -> Lemma:
        if not multipliers:
            raise LemmaError
        largest = max(weight for _, weight, _ in multipliers)
        size = largest.numerator.bit_length() - largest.denominator.bit_length()
        for bits in _BITS:
            shift = size - bits
            unit = Fraction(1 << shift) if shift >= 0 else Fraction(1, 1 << -shift)
            rounded = [(row, round(weight / unit), known) for row, weight, known in multipliers]
            if self._suffices(form, rounded, shift):
                return [shift, *_flat(rounded)]
        scale = 1
        for _, weight, _ in multipliers:
            scale = scale * weight.denominator // _gcd(scale, weight.denominator)
        exact = [(row, int(weight * scale), known) for row, weight, known in multipliers]
        if not self._suffices(form, exact, 0, scale):
            raise LemmaError
        return [[scale], *_flat(exact)]

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


def _flat(multipliers: list[tuple[int, int, Form]]) -> list[int]:
    flat: list[int] = []
    for row, weight, _ in multipliers:
        if weight:
            flat += (row, weight)
    return flat


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def weight_range(values: list[int], side: list[int]) -> tuple[Fraction, Fraction | None] | None:
    """The weights w >= 0 with values - w * side >= 0 everywhere, as (low, high or None)."""
    low, high = Fraction(0), None
    for value, slope in zip(values, side, strict=True):
        if slope > 0:
            bound = Fraction(value, slope)
            high = bound if high is None or bound < high else high
        elif slope < 0:
            if value < 0:
                low = max(low, Fraction(value, slope))
        elif value < 0:
            return None
    return None if high is not None and high < low else (low, high)


def _weight(values: list[int], side: list[int]) -> Fraction | None:
    """A short weight well inside the range, where the range has an inside."""
    found = weight_range(values, side)
    if found is None:
        return None
    low, high = found
    if not low:
        return low
    if high is None:
        return _short(low, 2 * low)
    return _short(low, high)


def _short(low: Fraction, high: Fraction) -> Fraction:
    """A dyadic number near the middle of an interval, with as few bits as fit."""
    middle = (low + high) / 2
    if low == high:
        return middle
    width = (high - low) / 4
    shift = width.numerator.bit_length() - width.denominator.bit_length() - 1
    unit = Fraction(1 << shift) if shift >= 0 else Fraction(1, 1 << -shift)
    return round(middle / unit) * unit


def vertex_multipliers(cone: Cone, form: Form) -> list[tuple[Form, Fraction]]:
    """Facets and weights with form = minimum + sum weight * facet; it must be >= 0 on the cone.

    Raises:
        LemmaError: the form is negative at some generator.
    """
    values = cone.values(form)
    best = -1
    for index, (value, generator) in enumerate(zip(values, cone.generators, strict=True)):
        if value < 0:
            raise LemmaError
        if generator[0] and (
            best < 0 or value * cone.generators[best][0] < values[best] * generator[0]
        ):
            best = index
    mask = cone.incidence[best]
    tight = [facet for index, facet in enumerate(cone.facets) if mask >> index & 1]
    found = _plane_weights(tight, form) if len(form) == 3 else _weights(tight, form)
    if found is None:
        raise LemmaError
    return found


def _plane_weights(tight: list[Form], form: Form) -> list[tuple[Form, Fraction]] | None:
    (_, a, b), (_, c, d) = tight
    determinant = a * d - b * c
    first = Fraction(form[1] * d - form[2] * c, determinant)
    second = Fraction(a * form[2] - b * form[1], determinant)
    return [(tight[0], first), (tight[1], second)]


def _weights(tight: list[Form], form: Form) -> list[tuple[Form, Fraction]] | None:
    """Nonnegative weights of n independent facets through the vertex; floats order the tries."""
    inputs = len(form) - 1
    target = np.array([float(entry) for entry in _scaled(form)])
    gradients = [np.array([float(entry) for entry in _scaled(facet)]) for facet in tight]
    doubtful: list[tuple[int, ...]] = []
    for group in combinations(range(len(tight)), inputs):
        matrix = np.array([gradients[index] for index in group]).T
        try:
            proposal = np.linalg.solve(matrix, target)
        except np.linalg.LinAlgError:
            continue
        if proposal.min() >= -1 / 1024:
            found = _exact_weights([tight[index] for index in group], form)
            if found is not None:
                return found
        else:
            doubtful.append(group)
    for group in doubtful:
        found = _exact_weights([tight[index] for index in group], form)
        if found is not None:
            return found
    return None


def _scaled(form: Form) -> list[float]:
    largest = max(map(abs, form[1:])) or 1
    return [entry / largest for entry in form[1:]]


def _exact_weights(facets: list[Form], form: Form) -> list[tuple[Form, Fraction]] | None:
    inputs = len(facets)
    matrix = fmpz_mat([[facet[row + 1] for facet in facets] for row in range(inputs)])
    if matrix.det() == 0:
        return None
    solution = matrix.solve(fmpz_mat([[entry] for entry in form[1:]]))
    weights = [_fraction(solution[index, 0]) for index in range(inputs)]
    if min(weights) < 0:
        return None
    return list(zip(facets, weights, strict=True))


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
