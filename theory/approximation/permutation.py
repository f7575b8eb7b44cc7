"""Networks whose output weights are a permutation of fixed numbers, within epsilon of a function.

With z = (x - low) / (high - low) in [0, 1] and the grid b_i = i / (n - 1), i = 0, ..., n - 1:

    f(x) = offset + scale * sum of p_i relu(z - b_i) + q_i relu(b_i - z)

where the 2n numbers p_i, q_i are the numbers b_i, -b_i in another order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from theory.approximation.block import block_height, block_weights
from theory.errors import DomainError, ShapeError
from theory.network import ZERO, Affine, Network, Vector

Function = Callable[[Fraction], Fraction]
Line = tuple[Fraction, Fraction, Fraction, Fraction]  # from, to, constant, slope


@dataclass(frozen=True, slots=True)
class Pairs:
    """A network of n pairs of units over an equidistant grid.

    Attributes:
        low: The left end of the interval.
        high: The right end, above it.
        forth: The weights p_i of relu(z - b_i).
        back: The weights q_i of relu(b_i - z), as many.
        offset: The output's bias.
        scale: The factor of all weights.
    """

    low: Fraction
    high: Fraction
    forth: Vector
    back: Vector
    offset: Fraction = ZERO
    scale: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise DomainError("pairs: expected an interval with an inside")
        if len(self.forth) != len(self.back) or len(self.forth) < 2:
            raise ShapeError("pairs: expected two weights for each of two points or more")

    @property
    def points(self) -> Vector:
        """The grid in [0, 1]."""
        return grid(len(self.forth))

    @property
    def network(self) -> Network:
        """The network Q -> Q: units relu(z - b_i) first, then relu(b_i - z)."""
        rate = 1 / (self.high - self.low)
        starts = [rate * self.low + point for point in self.points]
        rows = [[rate]] * len(starts) + [[-rate]] * len(starts)
        hidden = Affine.dense(rows, [*(-start for start in starts), *starts])
        row = [self.scale * weight for weight in (*self.forth, *self.back)]
        return Network((hidden, Affine.dense([row], [self.offset])))

    @property
    def lines(self) -> Iterator[Line]:
        """The affine pieces between neighbouring grid points, from left to right."""
        width, points = self.high - self.low, self.points
        constant = sum((q * b for q, b in zip(self.back, points, strict=True)), ZERO)
        slope = -sum(self.back, ZERO)
        weights = zip(self.forth, self.back, points, strict=True)
        for (p, q, start), end in zip(weights, points[1:], strict=False):
            slope, constant = slope + p + q, constant - (p + q) * start
            rate = self.scale * slope / width
            height = self.offset + self.scale * constant - rate * self.low
            yield self.low + width * start, self.low + width * end, height, rate


def grid(count: int) -> Vector:
    """The points 0, 1 / (n - 1), ..., 1.

    Raises:
        ShapeError: n is less than 2.
    """
    if count < 2:
        raise ShapeError(f"grid: expected at least 2 points, got {count}")
    return tuple(Fraction(index, count - 1) for index in range(count))


def initial(low: Fraction, high: Fraction, count: int) -> Pairs:
    """The pairs with p_i = b_i and q_i = -b_i, no offset and the scale 1."""
    points = grid(count)
    return Pairs(low, high, points, tuple(-point for point in points))


def scaled_error(rise: Fraction, count: int) -> Fraction:
    """The bound 6 K / (n - 1) for the network of `scaled`; T61."""
    return 6 * rise / (count - 1)


def enough_points(rise: Fraction, epsilon: Fraction) -> int:
    """The least n, a multiple of 4, with 6 K / (n - 1) <= epsilon.

    K is (high - low) times a Lipschitz constant of the function.

    Theorem: T61 (permuted weights with a scale).

    Raises:
        DomainError: epsilon is not positive.
    """
    if epsilon <= 0:
        raise DomainError(f"epsilon: expected a positive number, got {epsilon}")
    return 4 * max(1, ceil((scaled_error(rise, 2) / epsilon + 1) / 4))


def scaled(function: Function, rise: Fraction, low: Fraction, high: Fraction, count: int) -> Pairs:
    """Pairs with an offset and a scale, within 6 K / (n - 1) of the function on [low, high].

    K, the rise, is (high - low) times a Lipschitz constant of the function.

    Theorem: T61 (permuted weights with a scale). Source: Cai, Chen, Qiao 2024 (arXiv 2407.01033)
    for the architecture and that such networks exist; blocks, rate and n found for this project.

    Raises:
        DomainError: low is not below high, or the function rises more than K allows.
        ShapeError: n is no positive multiple of 4.
    """
    if count < 4 or count % 4:
        raise ShapeError(f"pairs: expected a multiple of 4 points, got {count}")
    points, blocks = grid(count), count // 4
    jump = 4 * (rise or Fraction(1)) * points[1]
    height = block_height((points[0], points[1], points[2], points[3]))
    scale = jump / (2 * height)
    start = function(low)
    values = (function(low + (high - low) * place) for place in gaps(points, 4))
    levels = [floor((value - start) / jump + Fraction(1, 2)) for value in values]
    sides = [_sides(after - before, number) for number, (before, after) in
             enumerate(pairwise(levels))]  # fmt: skip
    found = [_block(points[4 * j : 4 * j + 4], *sides[j]) for j in range(blocks)]
    forth, back = (tuple(w for one in found for w in one[part]) for part in (0, 1))
    offset = start - scale * height * sum(left for left, _ in sides)
    return Pairs(low, high, forth, back, offset, scale)


def gaps(points: Vector, size: int) -> Vector:
    """0, the middles between groups of so many neighbouring points, and 1."""
    inner = range(size, len(points), size)
    middles = [(points[index - 1] + points[index]) / 2 for index in inner]
    return (ZERO, *middles, Fraction(1))


def _sides(change: int, number: int) -> tuple[int, int]:
    """The sides of a block between two levels; constant blocks have one sign and the other."""
    if abs(change) > 1:
        raise DomainError("function: it rises more than its Lipschitz constant allows")
    sign = 1 if number % 2 else -1
    return (-change, change) if change else (sign, sign)


def _block(points: Vector, left: int, right: int) -> tuple[Vector, Vector]:
    first, second, third, fourth = points
    return block_weights((first, second, third, fourth), left, right)
