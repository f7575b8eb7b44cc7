"""Regular triangulations of integer points: the upper hull of the points lifted by heights.

The lifted points (p_k, c_k) are seen from above as a roof over the convex hull of the points.
Its facets project to a subdivision of the hull, and, where heights are in general position,
to a triangulation. Heights are put in general position by adding infinitesimal ones. Facets
are found by gift wrapping: a facet is the graph of an affine function that lies above all
lifted points and meets those of a simplex; to cross a ridge, tilt the function about it until
it meets the next point. All numbers are integers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from random import Random

from flint import fmpq_mat, fmpz_mat

from theory.errors import TheoryError

Point = tuple[int, ...]
Simplex = tuple[int, ...]

_NOISE = 1 << 20
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Triangulation:
    """A regular triangulation of points in the affine space that they span.

    Attributes:
        dimension: The dimension of that space.
        simplices: The full-dimensional simplices, each the increasing indices of its points.
        interior: The simplices of any dimension that do not lie in the boundary of the hull.
    """

    dimension: int
    simplices: tuple[Simplex, ...]
    interior: tuple[Simplex, ...]


class _TieError(Exception):
    """Two points are met at once: the heights are not in general position."""


def regular_triangulation(
    points: Sequence[Point], heights: Sequence[int], seed: int = 0
) -> Triangulation:
    """The triangulation that the heights induce, ties between them broken by a seed.

    Args:
        points: Points of Z^n; equal points count once, with their greatest height.
        heights: One integer per point.
        seed: Which of the triangulations that refine the subdivision by heights to take.

    Raises:
        TheoryError: there are no points.
    """
    if not points:
        raise TheoryError("triangulation: expected at least one point")
    chart = _chart(points)
    local = [(1, *(point[axis] for axis in chart)) for point in points]
    for attempt in range(_ATTEMPTS):
        perturbed = _general_heights(local, heights, seed + 1000 * attempt)
        try:
            simplices = _Roof(local, perturbed).simplices()
        except _TieError:
            continue
        return Triangulation(len(chart), simplices, _interior(simplices, len(chart)))
    raise TheoryError("triangulation: equal points with equal heights")


def _chart(points: Sequence[Point]) -> tuple[int, ...]:
    """Coordinates that are an affine chart of the space spanned by the points."""
    first = points[0]
    offsets = [[a - b for a, b in zip(point, first, strict=True)] for point in points[1:]]
    return pivots(offsets, len(first))


def pivots(rows: Sequence[Sequence[int]], columns: int) -> tuple[int, ...]:
    """The pivot columns of an integer matrix: they number as many as its rank."""
    if not rows or not columns:
        return ()
    echelon, _, rank = fmpz_mat(rows).rref()
    return tuple(
        next(column for column in range(columns) if echelon[row, column] != 0)
        for row in range(rank)
    )


def _general_heights(local: Sequence[Point], heights: Sequence[int], seed: int) -> tuple[int, ...]:
    """N c_k + d_k, with N so large that d_k decides only where c_k does not.

    d is a strictly convex function of the points, but for noise. Where the c_k leave a
    polytope undivided, its triangulation then uses no points but its vertices.
    """
    random = Random(seed)
    size = len(local[0]) + 1
    squares = [random.randrange(1, 64) for _ in local[0]]
    offsets = [
        sum(square * entry * entry for square, entry in zip(squares, point, strict=True))
        * _NOISE
        * _NOISE
        + random.randrange(_NOISE)
        for point in local
    ]
    largest = max(max(map(abs, point)) for point in local)
    factor = 1 + factorial(size) * largest ** (size - 1) * max(offsets)
    return tuple(factor * height + offset for height, offset in zip(heights, offsets, strict=True))


class _Roof:
    """The upper hull of lifted points (1, p) in general position, walked facet by facet.

    Gaps say how far the points lie under an affine function, up to a positive factor.
    """

    def __init__(self, points: Sequence[Point], heights: Sequence[int]) -> None:
        self._points = points
        self._heights = heights
        self._matrix = fmpz_mat(points)
        self._column = fmpz_mat([[height] for height in heights])

    def simplices(self) -> tuple[Simplex, ...]:
        """All facets, found from one of them by crossing ridges."""
        found: set[Simplex] = set()
        waiting = [self._first()]
        while waiting:
            simplex = waiting.pop()
            if simplex in found:
                continue
            found.add(simplex)
            gaps = self._gaps(simplex)
            for index in simplex:
                ridge = tuple(other for other in simplex if other != index)
                met = self._next(gaps, self._tilt(ridge, index))
                if met is not None:
                    waiting.append(tuple(sorted((*ridge, met))))
        return tuple(sorted(found))

    def _first(self) -> Simplex:
        """One facet: let a horizontal roof down onto the highest point, then tilt it."""
        highest = max(self._heights)
        gaps = [highest - height for height in self._heights]
        simplex = [gaps.index(0)]
        while len(simplex) < len(self._points[0]):
            tilt = self._normal(simplex)
            met = self._next(gaps, tilt)
            if met is None:
                tilt = [-value for value in tilt]
                met = self._next(gaps, tilt)
            if met is None:
                raise _TieError
            step, fall = gaps[met], -tilt[met]
            gaps = [fall * gap + step * value for gap, value in zip(gaps, tilt, strict=True)]
            simplex.append(met)
        return tuple(sorted(simplex))

    def _gaps(self, simplex: Simplex) -> list[int]:
        """The gaps under the affine function through a facet."""
        matrix = fmpq_mat([self._points[index] for index in simplex])
        lifted = fmpz_mat([[self._heights[index]] for index in simplex])
        inverse, scale = matrix.inv().numer_denom()
        gaps = self._matrix * (inverse * lifted) - self._column * scale
        sign = 1 if scale > 0 else -1
        return [sign * int(gap) for gap in gaps.entries()]

    def _normal(self, indices: Sequence[int]) -> list[int]:
        """The values at all points of an affine function that vanishes at some, not at all."""
        null, _ = fmpz_mat([self._points[index] for index in indices]).nullspace()
        normal = fmpz_mat([[null[row, 0]] for row in range(null.nrows())])
        return [int(value) for value in (self._matrix * normal).entries()]

    def _tilt(self, ridge: Sequence[int], above: int) -> list[int]:
        """The same for a ridge, positive at the vertex `above` on its one side."""
        if not ridge:
            return [1] * len(self._points)
        values = self._normal(ridge)
        return values if values[above] > 0 else [-value for value in values]

    def _next(self, gaps: Sequence[int], tilt: Sequence[int]) -> int | None:
        """The point met first when the roof sinks where the tilt is negative."""
        met: int | None = None
        step, fall = 0, 1
        for index, value in enumerate(tilt):
            if value >= 0:
                continue
            order = gaps[index] * fall + step * value
            if met is None or order < 0:
                met, step, fall = index, gaps[index], -value
            elif not order:
                raise _TieError
        return met


def _interior(simplices: Iterable[Simplex], dimension: int) -> tuple[Simplex, ...]:
    """All faces of the simplices but those in the boundary of the hull."""
    everything = tuple(simplices)
    ridges = Counter(ridge for simplex in everything for ridge in combinations(simplex, dimension))
    outer = {
        face
        for ridge, count in ridges.items()
        if count == 1
        for size in range(1, dimension + 1)
        for face in combinations(ridge, size)
    }
    faces = {
        face
        for simplex in everything
        for size in range(1, dimension + 2)
        for face in combinations(simplex, size)
    }
    return tuple(sorted(faces - outer))
