"""Cells by their exact vertices: floats propose signs at the vertices, integers decide."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

import numpy as np
from flint import fmpq_mat, fmpz_mat
from numpy.typing import NDArray

from theory.cone import Cone
from theory.form import Form
from theory.network import Vector
from verify.prove.cells.cell import LemmaError, Signs, Weights

Floats = NDArray[np.float64]

DOUBT = 1.0 / (1 << 30)  # closer to zero than this, a float proposes both signs


@lru_cache(1 << 16)
def scaled(form: Form) -> tuple[float, ...]:
    """The entries divided by the largest one; integers of any size fit into floats so."""
    largest = max(map(abs, form)) or 1
    return tuple([entry / largest for entry in form])


class VertexCell:
    """A cone of exact generators."""

    def __init__(self, cone: Cone) -> None:
        self.cone = cone
        self._vertices = np.array([scaled(generator) for generator in cone.generators]).T

    def _values(self, forms: Sequence[Form]) -> Floats:
        values: Floats = np.array([scaled(form) for form in forms]) @ self._vertices
        return values

    def enter(self) -> bool:
        """True: cones have an interior."""
        return True

    def signs(self, forms: Sequence[Form]) -> list[int]:
        """The signs, exact."""
        values = self._values(forms)
        low, high = values.min(1), values.max(1)
        found = [0] * len(forms)
        for index in np.flatnonzero((low > -DOUBT) | (high < DOUBT)):
            exact = self.cone.values(forms[int(index)])
            found[index] = 1 if min(exact) >= 0 else -1 if max(exact) <= 0 else 0
        return found

    def parts(self, form: Form) -> "tuple[VertexCell | None, VertexCell | None]":
        """The parts above and below a hyperplane."""
        above, below = self.cone.split(form)
        return (
            None if above is None else VertexCell(above),
            None if below is None else VertexCell(below),
        )

    def weights(self, form: Form) -> Weights:
        """Weights of facets through a vertex where the form is least."""
        return vertex_weights(self.cone, form)

    def side_weights(self, form: Form, side: Form) -> Weights:
        """A short weight of the side, well inside its range, and weights of facets."""
        values, slopes = self.cone.values(form), self.cone.values(side)
        p, q = _weight(values, slopes).as_integer_ratio()
        rest = tuple([q * a - p * b for a, b in zip(form, side, strict=True)])
        least = [q * a - p * b for a, b in zip(values, slopes, strict=True)]
        found = _vertex_weights(self.cone, rest, least)
        terms = [*found.terms, (side, p * found.denominator)]
        return Weights(terms, q * found.denominator)

    def sided(self, forms: Sequence[Form], lines: Sequence[Form]) -> list[set[Signs]]:
        """Whether there is a weight, by floats, with the doubtful cases included."""
        values, slopes = self._values(forms), self._values(lines)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = values / slopes
        above, below = slopes > DOUBT, slopes < -DOUBT
        level = np.where(above | below, 0.0, values)
        found: list[set[Signs]] = [set() for _ in forms]
        for sign in (1, -1):
            flat = (sign * level).min(1) > -DOUBT
            for side, own, other in ((1, above, below), (-1, below, above)):
                slope = sign * side * ratios
                high = np.where(own, slope, np.inf).min(1)
                low = np.where(other, slope, 0.0).max(1).clip(0.0)
                for index in np.flatnonzero(flat & (high >= low - DOUBT * (1 + low))):
                    found[int(index)].add((sign, side))
        return found

    def balance(self, form: Form, others: Sequence[Form]) -> tuple[int, int]:
        """Crossings counted at the vertices of both parts, by floats."""
        cut = np.array(scaled(form)) @ self._vertices
        values = self._values(others)
        up, down = cut > 0, cut < 0
        middle = (
            values[:, up][:, :, None] * -cut[down]
            + values[:, down][:, None, :] * (cut[up][:, None])
        )
        middle = middle.reshape(len(others), -1)
        counts = []
        for part in (up, down):
            ends = np.concatenate([values[:, part], middle], axis=1)
            counts.append(int(((ends.min(1) < -DOUBT) & (ends.max(1) > DOUBT)).sum()))
        return max(counts), sum(counts)

    def corners(self) -> list[Vector]:
        """The vertices."""
        return list(self.cone.vertices)

    def points(self) -> list[Vector]:
        """Weighted sums of the generators."""
        generators = self.cone.generators
        found = []
        for power in range(4):
            weights = [(index + 2) ** power for index in range(len(generators))]
            for order in (weights, weights[::-1]):
                entries = [
                    sum(weight * entry for weight, entry in zip(order, column, strict=True))
                    for column in zip(*generators, strict=True)
                ]
                found.append(tuple(Fraction(entry, entries[0]) for entry in entries[1:]))
        return found


def _weight(values: list[int], side: list[int]) -> Fraction:
    """A weight w >= 0 with values - w * side >= 0 everywhere.

    Raises:
        LemmaError: there is none.
    """
    low, high = (0, 1), (1, 0)  # numerator, positive denominator; none for infinity
    for value, slope in zip(values, side, strict=True):
        if slope > 0:
            if value * high[1] < high[0] * slope:
                high = value, slope
        elif value < 0:
            if not slope:
                raise LemmaError
            if value * low[1] < low[0] * slope:
                low = -value, -slope
    if high[0] * low[1] < low[0] * high[1]:
        raise LemmaError
    if not low[0]:
        return Fraction(0)
    least = Fraction(*low)
    return _short(least, Fraction(*high) if high[1] else 2 * least)


def _short(low: Fraction, high: Fraction) -> Fraction:
    """A dyadic number near the middle of an interval, with as few bits as fit."""
    middle = (low + high) / 2
    if low == high:
        return middle
    width = (high - low) / 4
    shift = width.numerator.bit_length() - width.denominator.bit_length() - 1
    unit = Fraction(1 << shift) if shift >= 0 else Fraction(1, 1 << -shift)
    return round(middle / unit) * unit


def vertex_weights(cone: Cone, form: Form) -> Weights:
    """Facets and weights with form = minimum + sum of weight * facet.

    Theorem: T12 (Farkas with box minimum; at a vertex where the form is least, it is a
    nonnegative combination of the facets through that vertex, plus its value there).

    Raises:
        LemmaError: the form is negative at some generator.
    """
    return _vertex_weights(cone, form, cone.values(form))


def _vertex_weights(cone: Cone, form: Form, values: list[int]) -> Weights:
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
    size = len(form) - 1
    groups = list(combinations(tight, size)) if len(tight) > size else [tuple(tight)]
    if len(groups) > 1:
        groups.sort(key=lambda group: _reluctance(group, form))
    for group in groups:
        found = solved(group, [facet[1:] for facet in group], form[1:])
        if found is not None:
            return found
    raise LemmaError


def _reluctance(facets: Sequence[Form], form: Form) -> float:
    """How far the float solution is from being nonnegative."""
    matrix = np.array([scaled(facet)[1:] for facet in facets]).T
    try:
        return max(0.0, -float(np.linalg.solve(matrix, np.array(scaled(form)[1:])).min()))
    except np.linalg.LinAlgError:
        return float("inf")


def solved(facets: Sequence[Form], gradients: Sequence[Form], wanted: Form) -> Weights | None:
    """The weights of n facets whose gradients give the wanted one, if unique and all >= 0."""
    solve = {2: _solved_in_the_plane, 3: _solved_in_space}.get(len(facets), _solved)
    denominator, numerators = solve(gradients, wanted)
    if denominator < 0:
        denominator, numerators = -denominator, [-entry for entry in numerators]
    if not denominator or any(entry < 0 for entry in numerators):
        return None
    return Weights(list(zip(facets, numerators, strict=True)), denominator)


def _solved_in_the_plane(rows: Sequence[Form], right: Form) -> tuple[int, list[int]]:
    (a, b), (c, d) = rows
    return a * d - b * c, [right[0] * d - right[1] * c, a * right[1] - b * right[0]]


def _solved_in_space(rows: Sequence[Form], right: Form) -> tuple[int, list[int]]:
    """Cramer's rule: the i-th numerator is right . (cross product of the other two rows)."""
    first, second, third = rows
    normals = [_cross(second, third), _cross(third, first), _cross(first, second)]
    return _product(first, normals[0]), [_product(right, normal) for normal in normals]


def _cross(one: Form, other: Form) -> Form:
    (a, b, c), (x, y, z) = one, other
    return b * z - c * y, c * x - a * z, a * y - b * x


def _product(one: Form, other: Form) -> int:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _solved(rows: Sequence[Form], right: Form) -> tuple[int, list[int]]:
    matrix = fmpq_mat(fmpz_mat(list(map(list, zip(*rows, strict=True)))))
    try:
        solution = matrix.solve(fmpq_mat(fmpz_mat([[entry] for entry in right])))
    except ZeroDivisionError:
        return 0, []
    numerators, denominator = solution.numer_denom()
    return int(denominator), [int(numerators[i, 0]) for i in range(len(rows))]
