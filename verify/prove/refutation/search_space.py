"""Where refutation searches: a box, or the hull of exact points of a polytope.

A search space has float coordinates z: for a box z = x, for a hull x = sum_k z_k v_k with
z >= 0 and sum z = 1. Steps between two of its points never leave it, and `exact` turns z into
an exact point of the domain whose numbers are as short as the given number of bits allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, frexp

import numpy as np

from theory.domain import Box, Domain, Polytope, Space
from theory.network import ZERO, Vector
from verify.prove.floats import Array, nearest_float, nearest_floats
from verify.prove.refutation.vertices import vertices

_RADII = (1, 16, 1024, 1 << 20)
_FINEST = 40


@dataclass(frozen=True)
class BoxSpace:
    """A box; coordinates are the inputs."""

    box: Box

    @property
    def dimension(self) -> int:
        """The number of coordinates."""
        return self.box.inputs

    @cached_property
    def low(self) -> Array:
        """The lower ends."""
        return nearest_floats(self.box.lower)

    @cached_property
    def high(self) -> Array:
        """The upper ends."""
        return nearest_floats(self.box.upper)

    @cached_property
    def width(self) -> Array:
        """The lengths of the intervals."""
        ends = zip(self.box.lower, self.box.upper, strict=True)
        return nearest_floats([high - low for low, high in ends])

    def points(self, coordinates: Array) -> Array:
        """The points x with the given coordinates."""
        return coordinates

    def spread(self, count: int, random: np.random.Generator) -> Array:
        """Random coordinates: uniform, and near corners at many scales."""
        shares = random.random((count, len(self.low)))
        near = random.integers(0, 2, shares.shape)
        scales = np.exp2(-random.integers(1, 12, (count, 1)).astype(np.float64))
        shares[::3] = np.abs(near - shares * scales)[::3]
        return self.low + shares * (self.high - self.low)

    def corners(self, count: int, random: np.random.Generator) -> Array:
        """All corners, or `count` random ones if there are more."""
        free = np.flatnonzero(self.high > self.low)
        if len(free) < 16 and 1 << len(free) <= count:
            bits = (np.arange(1 << len(free))[:, None] >> np.arange(len(free))) & 1
        else:
            bits = random.integers(0, 2, (count, len(free)))
        found = np.tile(self.low, (len(bits), 1))
        found[:, free] = np.where(bits > 0, self.high[free], self.low[free])
        return found

    def extremes(self, gradients: Array, coordinates: Array) -> Array:
        """The coordinates that go furthest along the gradients; zero entries stay."""
        ends = np.where(gradients > 0, self.high, self.low)
        return np.where(gradients == 0, coordinates, ends)

    def chords(self, coordinates: Array, turn: int) -> tuple[Array, Array]:
        """The ends of one segment through each of the coordinates, along the inputs in turn."""
        chosen = turn % len(self.low)
        start, end = coordinates.copy(), coordinates.copy()
        start[:, chosen] = self.low[chosen]
        end[:, chosen] = self.high[chosen]
        return start, end

    def rounded(self, coordinates: Array, bits: Sequence[int]) -> Array:
        """The points that `exact` gives for each number of bits, in float64."""
        width = self.width
        found = []
        for count in bits:
            grid = np.exp2(count - np.frexp(np.where(width > 0, width, 1.0))[1].astype(np.float64))
            least, most = np.ceil(self.low * grid), np.floor(self.high * grid)
            near = np.clip(np.round(coordinates * grid), least, most) / grid
            fits = (least <= most) & (count < _FINEST)
            found.append(np.where(fits, near, np.clip(coordinates, self.low, self.high)))
        return np.array(found)

    def exact(self, coordinates: Array, bits: int) -> Vector:
        """A point of the box next to the coordinates, on a grid of 2^bits steps where it fits."""
        return tuple(
            _grid_value(low, float(value), high, bits)
            for low, value, high in zip(self.box.lower, coordinates, self.box.upper, strict=True)
        )


def _grid_value(low: Fraction, value: float, high: Fraction, bits: int) -> Fraction:
    """The value in [low, high] next to a float that is a multiple of about 2^-bits (high - low)."""
    if low == high:
        return low
    exact = min(max(Fraction(value), low), high)
    if bits >= _FINEST:
        return exact
    grid = Fraction(2) ** (bits - frexp(nearest_float(high - low))[1])
    least, most = ceil(low * grid), floor(high * grid)
    if least > most:
        return exact
    return min(max(round(exact * grid), least), most) / grid


@dataclass(frozen=True)
class HullSpace:
    """The convex hull of exact points of a polytope; coordinates are the weights of the points."""

    polytope: Polytope
    vertices: tuple[Vector, ...]

    @property
    def dimension(self) -> int:
        """The number of coordinates."""
        return len(self.vertices)

    @cached_property
    def corner_points(self) -> Array:
        """The vertices in float64, one per row."""
        return np.array([nearest_floats(vertex) for vertex in self.vertices])

    def points(self, coordinates: Array) -> Array:
        """The points x with the given coordinates."""
        return coordinates @ self.corner_points

    def spread(self, count: int, random: np.random.Generator) -> Array:
        """Random coordinates: most weight on many vertices, or on few."""
        weights = random.exponential(size=(count, len(self.vertices)))
        weights **= np.exp2(random.integers(0, 5, (count, 1)).astype(np.float64))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)

    def corners(self, count: int, random: np.random.Generator) -> Array:
        """The vertices, or `count` random ones if there are more."""
        size = len(self.vertices)
        chosen = np.arange(size) if size <= count else random.integers(0, size, count)
        found = np.zeros((len(chosen), size))
        found[np.arange(len(chosen)), chosen] = 1.0
        return found

    def extremes(self, gradients: Array, coordinates: Array) -> Array:
        """The coordinates of the vertex that lies furthest along the gradient."""
        furthest = np.argmax(gradients @ self.corner_points.T, axis=1)
        found = np.zeros_like(coordinates)
        found[np.arange(len(found)), furthest] = 1.0
        return found

    def chords(self, coordinates: Array, turn: int) -> tuple[Array, Array]:
        """The ends of one segment from each of the coordinates to the vertices in turn."""
        end = np.zeros_like(coordinates)
        end[:, turn % len(self.vertices)] = 1.0
        return coordinates, end

    def rounded(self, coordinates: Array, bits: Sequence[int]) -> Array:
        """The points that `exact` gives for each number of bits, in float64."""
        return np.array([nearest_floats(self.exact(coordinates, count)) for count in bits])

    def exact(self, coordinates: Array, bits: int) -> Vector:
        """A point of the polytope near the coordinates; a point on a grid of 2^-bits if it can."""
        near = self.points(coordinates[None, :])[0]
        grid = 1 << bits
        short = tuple(Fraction(round(Fraction(float(value)) * grid), grid) for value in near)
        if short in self.polytope:
            return short
        weights = [round(float(weight) * grid) for weight in coordinates]
        if not any(weights):
            weights[int(np.argmax(coordinates))] = 1
        return _mean(weights, self.vertices)


def _mean(weights: Sequence[int], points: Sequence[Vector]) -> Vector:
    total = sum(weights)
    sums = [ZERO] * len(points[0])
    for weight, point in zip(weights, points, strict=True):
        if weight:
            sums = [value + weight * entry for value, entry in zip(sums, point, strict=True)]
    return tuple(value / total for value in sums)


SearchSpace = BoxSpace | HullSpace


def search_spaces(domain: Domain, directions: Array) -> tuple[SearchSpace, ...]:
    """Search spaces inside a domain; none where no point of a polytope was found.

    Args:
        domain: Unbounded ones are cut off at several distances.
        directions: Gradients, one per row; a hull gets the vertices that lie furthest along them.
    """
    match domain:
        case Box():
            return (BoxSpace(domain),)
        case Space(inputs):
            return tuple(BoxSpace(Box.cube(inputs, -radius, radius)) for radius in _RADII)
        case Polytope():
            return _hulls(domain, directions)


def _hulls(polytope: Polytope, directions: Array) -> tuple[SearchSpace, ...]:
    """The hull inside the greatest radius, and inside smaller ones if that one cuts."""
    found: list[SearchSpace] = []
    for radius in reversed(_RADII):
        points = vertices(polytope, directions, radius)
        if points:
            found.append(HullSpace(polytope, points))
            if not any(abs(value) == radius for point in points for value in point):
                break
        if found and radius == _RADII[0]:
            break
    return tuple(found)
