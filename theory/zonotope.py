"""Zonotopes in integers: what the units of a network do on a box, with what they share.

A unit is enclosed by an affine form in noise values, each in [-1, 1], that all units share:

    |scale * unit - (v_0 + sum of v_j eps_j)| <= slack.

Affine layers map such forms exactly. A unit that changes sign on the box gets a new noise value,
since relu(z) - S z lies in [0, t] for z in [l, u], 0 <= S <= 1 and t = max(-S l, (1 - S) u).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from flint import fmpz_mat

from theory.domain import Box, box_scale
from theory.form import IntegerLayer, integer_layer
from theory.network import Affine

Range = tuple[Fraction, Fraction]

_SLOPE_BITS = 16  # of the slope S
_MOST_BITS = 160  # of an entry; longer ones are rounded, and the slack makes good for it


@dataclass(frozen=True, slots=True)
class Zonotopes:
    """Enclosures of the units of one layer over a box.

    Attributes:
        scale: What the units are multiplied by.
        rows: For every unit v_0, v_1, ...; all rows have the same length.
        slack: For every unit how far its form may be from it.
    """

    scale: Fraction
    rows: tuple[tuple[int, ...], ...]
    slack: tuple[int, ...]

    @staticmethod
    def of_box(box: Box) -> "Zonotopes":
        """The inputs; those that are not fixed have a noise value of their own."""
        scale, ends = box_scale(box)
        free = [index for index, (low, high) in enumerate(ends) if low < high]
        place = {index: 1 + position for position, index in enumerate(free)}
        rows = []
        for index, (low, high) in enumerate(ends):
            row = [0] * (1 + len(free))
            row[0] = low + high
            if index in place:
                row[place[index]] = high - low
            rows.append(tuple(row))
        return Zonotopes(Fraction(2 * scale), tuple(rows), (0,) * len(rows))

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Exact bounds of every unit."""
        found = []
        for (centre, *noise), slack in zip(self.rows, self.slack, strict=True):
            radius = sum(map(abs, noise)) + slack
            found.append((Fraction(centre - radius), Fraction(centre + radius)))
        return tuple((low / self.scale, high / self.scale) for low, high in found)

    def through(self, affine: Affine) -> "Zonotopes":
        """The values of an affine layer of these units."""
        layer, factor = integer_layer(affine)
        width = len(self.rows[0]) if self.rows else 1
        product = _product(layer, self.rows, width)
        slack = [sum(abs(w) * self.slack[c] for c, w in row) for row in layer.rows]
        for index, bias in enumerate(layer.bias):
            constant = bias * self.scale
            product[index][0] += floor(constant)
            slack[index] += constant.denominator != 1
        return _rounded(self.scale * factor, product, slack)

    def relu(self, known: Sequence[Range]) -> "Zonotopes":
        """The relus of these units, of which bounds are known."""
        factor = 1 << _SLOPE_BITS
        scale = self.scale * factor
        rows: list[list[int]] = []
        slack: list[int] = []
        noise: list[tuple[int, int]] = []  # unit, radius of its new noise
        for index, (row, own, ends) in enumerate(zip(self.rows, self.slack, known, strict=True)):
            low, high = (end * self.scale for end in ends)
            slope, lift = _chord(floor(low), ceil(high))
            rows.append([slope * entry for entry in row])
            slack.append(slope * own)
            if lift:
                rows[-1][0] += lift
                noise.append((index, lift))
        for fresh in rows:
            fresh += [0] * len(noise)
        first = len(self.rows[0]) if self.rows else 1
        for position, (index, lift) in enumerate(noise, first):
            rows[index][position] = lift
        return _rounded(scale, rows, slack)


def _chord(low: int, high: int) -> tuple[int, int]:
    """The slope S * 2^16 and half the width of relu(z) - S z over [low, high], times 2^16."""
    factor = 1 << _SLOPE_BITS
    if low >= 0:
        return factor, 0
    if high <= 0:
        return 0, 0
    slope = factor * high // (high - low)
    return slope, (max(-slope * low, (factor - slope) * high) + 1) >> 1


def _product(layer: IntegerLayer, rows: Sequence[Sequence[int]], width: int) -> list[list[int]]:
    """The rows of the layer's matrix times these rows."""
    if not layer.rows or not rows:
        return [[0] * width for _ in layer.rows]
    if sum(1 for row in rows for entry in row if entry) <= 2 * len(rows):
        return [_sparse_row(row, rows, width) for row in layer.rows]
    left = [[0] * len(rows) for _ in layer.rows]
    for dense, row in zip(left, layer.rows, strict=True):
        for column, weight in row:
            dense[column] = weight
    table = (fmpz_mat(left) * fmpz_mat([list(row) for row in rows])).tolist()
    return [[int(entry) for entry in row] for row in table]


def _sparse_row(
    row: Sequence[tuple[int, int]], rows: Sequence[Sequence[int]], width: int
) -> list[int]:
    """A row times rows with hardly any entries: those of the inputs of a box."""
    total = [0] * width
    for column, weight in row:
        for index, entry in enumerate(rows[column]):
            if entry:
                total[index] += weight * entry
    return total


def _rounded(scale: Fraction, rows: list[list[int]], slack: list[int]) -> Zonotopes:
    """The zonotopes with shorter entries where they have become long."""
    longest = max((entry.bit_length() for row in rows for entry in row), default=0)
    drop = longest - _MOST_BITS
    if drop > 0:
        slack = [-(-own >> drop) + len(row) for row, own in zip(rows, slack, strict=True)]
        rows = [[entry >> drop for entry in row] for row in rows]
        scale /= 1 << drop
    return Zonotopes(scale, tuple(map(tuple, rows)), tuple(slack))
