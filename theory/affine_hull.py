"""The affine hull of points: some coordinates are free, the others are affine in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat

from theory.errors import ShapeError
from theory.network import Affine, Vector


@dataclass(frozen=True, slots=True)
class AffineHull:
    """{v : the other coordinates of v are dependent(free coordinates of v)}.

    Attributes:
        free: Coordinates, increasing.
        dependent: Free coordinates -> the others, in their order.
    """

    free: tuple[int, ...]
    dependent: Affine

    @property
    def dimension(self) -> int:
        """The dimension of the space."""
        return len(self.free)

    def point(self, values: Sequence[Fraction]) -> Vector:
        """The point of the space with these free coordinates."""
        others = iter(self.dependent(values))
        chosen = dict(zip(self.free, values, strict=True))
        count = len(self.free) + self.dependent.outputs
        return tuple(chosen[place] if place in chosen else next(others) for place in range(count))

    def __contains__(self, point: Sequence[Fraction]) -> bool:
        return self.point([point[place] for place in self.free]) == tuple(point)


def affine_hull(points: Sequence[Vector]) -> AffineHull:
    """The smallest affine space with these points; null spaces give its equations.

    Raises:
        ShapeError: there are no points, or they have different dimensions.
    """
    if not points or len(set(map(len, points))) != 1:
        raise ShapeError("hull: expected points of one dimension, at least one")
    base, count = points[0], len(points[0])
    rows = [_reduced(row) for row in _directions(points)]
    free = tuple(next(i for i, entry in enumerate(row) if entry) for row in rows)
    others = [place for place in range(count) if place not in set(free)]
    weights = [[row[place] for row in rows] for place in others]
    bias = [
        base[place] - sum((w * base[axis] for w, axis in zip(row, free, strict=True)), Fraction(0))
        for place, row in zip(others, weights, strict=True)
    ]
    return AffineHull(free, Affine.dense(weights, bias, len(free)))


def _directions(points: Sequence[Vector]) -> list[list[fmpq]]:
    """A reduced basis of the differences from the first point."""
    base, count = points[0], len(points[0])
    differences = [
        [fmpq(d.numerator, d.denominator) for d in map(Fraction.__sub__, point, base)]
        for point in points[1:]
    ]
    if not differences or not count:
        return []
    reduced, rank = fmpq_mat(
        len(differences), count, [entry for row in differences for entry in row]
    ).rref()
    return [[reduced[row, column] for column in range(count)] for row in range(rank)]


def _reduced(row: list[fmpq]) -> Vector:
    return tuple(Fraction(int(entry.p), int(entry.q)) for entry in row)
