"""Cells by their exact vertices: floats propose signs at the vertices, integers decide."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
from flint import fmpz_mat
from numpy.typing import NDArray

from theory.cone import Cone
from theory.form import Form
from theory.network import Vector
from verify.prove.cell import LemmaError, Weights

Floats = NDArray[np.float64]

DOUBT = 1.0 / (1 << 30)  # closer to zero than this, a float proposes both signs


def scaled(form: Form) -> list[float]:
    """The entries divided by the largest one; integers of any size fit into floats so."""
    largest = max(map(abs, form)) or 1
    return [entry / largest for entry in form]


class VertexCell:
    """A cone of exact generators."""

    def __init__(self, cone: Cone) -> None:
        self.cone = cone
        self._vertices = np.array([scaled(generator) for generator in cone.generators]).T

    def signs(self, forms: Sequence[Form]) -> list[int]:
        """The signs, exact."""
        values = np.array([scaled(form) for form in forms]) @ self._vertices
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

    def side_weight(self, form: Form, side: Form) -> Fraction | None:
        """A short weight well inside its range."""
        return _weight(self.cone.values(form), self.cone.values(side))

    def may_be_sided(self, forms: Sequence[Form], sides: Sequence[Form]) -> list[bool]:
        """Whether there is a weight, by floats, with the doubtful cases included."""
        values = np.array([scaled(form) for form in forms]) @ self._vertices
        slopes = np.array([scaled(side) for side in sides]) @ self._vertices
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = values / slopes
        high = np.where(slopes > DOUBT, ratios, np.inf).min(1)
        low = np.where(slopes < -DOUBT, ratios, 0.0).max(1).clip(0.0)
        level = np.where(np.abs(slopes) <= DOUBT, values, 0.0).min(1)
        feasible = (level > -DOUBT) & (high >= low - DOUBT * (1 + low))
        return [bool(flag) for flag in feasible]

    def balance(self, form: Form, others: Sequence[Form]) -> tuple[int, int]:
        """Crossings counted at the vertices of both parts, by floats."""
        cut = np.array(scaled(form)) @ self._vertices
        values = np.array([scaled(other) for other in others]) @ self._vertices
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


def _weight(values: list[int], side: list[int]) -> Fraction | None:
    """A weight w >= 0 with values - w * side >= 0 everywhere."""
    low, high = Fraction(0), None
    for value, slope in zip(values, side, strict=True):
        if slope > 0:
            bound = Fraction(value, slope)
            high = bound if high is None or bound < high else high
        elif value < 0:
            if not slope:
                return None
            low = max(low, Fraction(value, slope))
    if high is not None and high < low:
        return None
    if not low:
        return low
    return _short(low, 2 * low if high is None else high)


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


def _plane_weights(tight: list[Form], form: Form) -> Weights:
    (_, a, b), (_, c, d) = tight
    determinant = a * d - b * c
    first = Fraction(form[1] * d - form[2] * c, determinant)
    second = Fraction(a * form[2] - b * form[1], determinant)
    return [(tight[0], first), (tight[1], second)]


def _weights(tight: list[Form], form: Form) -> Weights | None:
    """Nonnegative weights of n independent facets through the vertex; floats order the tries."""
    groups = list(combinations(range(len(tight)), len(form) - 1))
    if len(groups) > 1:
        groups.sort(key=lambda group: _reluctance([tight[index] for index in group], form))
    for group in groups:
        found = _exact_weights([tight[index] for index in group], form)
        if found is not None:
            return found
    return None


def _reluctance(facets: list[Form], form: Form) -> float:
    """How far the float solution is from being nonnegative."""
    matrix = np.array([scaled(facet)[1:] for facet in facets]).T
    try:
        return max(0.0, -float(np.linalg.solve(matrix, np.array(scaled(form)[1:])).min()))
    except np.linalg.LinAlgError:
        return float("inf")


def _exact_weights(facets: list[Form], form: Form) -> Weights | None:
    inputs = len(facets)
    matrix = fmpz_mat([[facet[row + 1] for facet in facets] for row in range(inputs)])
    if matrix.det() == 0:
        return None
    solution = matrix.solve(fmpz_mat([[entry] for entry in form[1:]]))
    weights = [Fraction(int(solution[i, 0].p), int(solution[i, 0].q)) for i in range(inputs)]
    return list(zip(facets, weights, strict=True)) if min(weights) >= 0 else None
