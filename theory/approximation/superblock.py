"""Permuted weights without offset and scale: blocks that share a stretch of the grid make levels.

A *superblock* is 4w neighbouring grid points, which are w interleaved blocks {r, r + w, r + 2w,
r + 3w}. Each block has h or -h on either side, so w of them reach w + 1 levels on each side.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from theory.approximation.block import block_weights
from theory.approximation.permutation import Function, Pairs, grid
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import ZERO, Vector


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How n = 4 * width * count grid points are taken: count superblocks of width blocks."""

    width: int
    count: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.count < 1:
            raise ShapeError("superblocks: expected at least one, of at least one block")

    @property
    def points(self) -> int:
        """The number n of grid points."""
        return 4 * self.width * self.count

    @property
    def height(self) -> Fraction:
        """What a block is on either side: h = 4 w^2 / (n - 1)^2."""
        return Fraction(2 * self.width, self.points - 1) ** 2

    def error(self, rise: Fraction) -> Fraction:
        """The bound h + 4 K w / (n - 1) for the network of `unscaled`.

        Theorem: T62 (permuted weights alone).
        """
        return self.height + rise * Fraction(4 * self.width, self.points - 1)


def enough_superblocks(rise: Fraction, start: Fraction, epsilon: Fraction) -> Arrangement:
    """An arrangement that is possible and has a bound of at most epsilon.

    The least M with 4 / (4M - 1)^2 + 4 K / (4M - 1) <= epsilon, and then w = ceil(4M C) + 3 with
    C = |f(low)| + K; the rise K is (high - low) times a Lipschitz constant of f, start is f(low).

    Theorem: T62 (permuted weights alone).

    Raises:
        DomainError: epsilon is not positive.
    """
    if epsilon <= 0:
        raise DomainError(f"epsilon: expected a positive number, got {epsilon}")

    def is_enough(count: int) -> bool:
        steps = Fraction(4 * count - 1)
        return 4 / steps**2 + 4 * rise / steps <= epsilon

    above = 1
    while not is_enough(above):
        above *= 2
    below = above // 2  # not enough, or 0
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if is_enough(middle) else (middle, above)
    return Arrangement(ceil(4 * above * (abs(start) + rise)) + 3, above)


def unscaled(function: Function, low: Fraction, high: Fraction, arrangement: Arrangement) -> Pairs:
    """Pairs with offset 0 and scale 1, within arrangement.error(K) of the function on [low, high].

    K is (high - low) times any Lipschitz constant of the function; the network does not depend on
    it.

    Theorem: T62 (permuted weights alone). Source: Cai, Chen, Qiao 2024 (arXiv 2407.01033) that
    such networks exist; superblocks, bound and n found for this project.

    Raises:
        DomainError: low is not below high.
        ScopeError: the levels are out of reach of so few blocks.
    """
    points, width = grid(arrangement.points), arrangement.width
    weights = [ZERO] * len(points), [ZERO] * len(points)
    for number, sums in enumerate(side_sums(function, low, high, arrangement)):
        _fill(points, weights, 4 * width * number, width, sums)
    forth, back = weights
    return Pairs(low, high, tuple(forth), tuple(back))


def side_sums(
    function: Function, low: Fraction, high: Fraction, arrangement: Arrangement
) -> list[tuple[int, int]]:
    """What the left sides and the right sides of every superblock add up to.

    Theorem: T62 (permuted weights alone), the condition (1).

    Raises:
        ScopeError: the levels are out of reach of so few blocks.
    """
    width, count, steps = arrangement.width, arrangement.count, arrangement.points - 1
    inner = (Fraction(8 * width * number - 1, 2 * steps) for number in range(1, count))
    places = (ZERO, *inner, Fraction(1))
    values = [function(low + (high - low) * place) / arrangement.height for place in places]
    parity = width * count % 2
    levels = [2 * floor((value - parity) / 2 + Fraction(1, 2)) + parity for value in values]
    changes = [after - before for before, after in pairwise(levels)]
    sums = _left_sums(levels[0], changes, width)
    return [(left, left + change) for left, change in zip(sums, changes, strict=True)]


def _left_sums(start: int, changes: list[int], width: int) -> list[int]:
    """What the left sides of every superblock add up to, so that all together are the start.

    They have the parity of the width, and leave room for the change within the superblock.
    """
    least = [max(-width, -width - change) for change in changes]
    most = [min(width, width - change) for change in changes]
    missing = start - sum(least)
    if any(abs(change) > 2 * width for change in changes) or not 0 <= missing <= sum(most) - sum(
        least
    ):
        raise ScopeError("superblocks: the function is out of reach of so few blocks")
    found = []
    for low, high in zip(least, most, strict=True):
        more = min(missing, high - low)
        found.append(low + more)
        missing -= more
    return found


def _fill(points: Vector, weights: tuple[list[Fraction], list[Fraction]], first: int, width: int,
          sums: tuple[int, int]) -> None:  # fmt: skip
    """Write the weights of a superblock, whose sides add up to the two sums.

    The blocks with 1 on a side are the first ones, so that all changes are in one direction.
    """
    ups = [(total + width) // 2 for total in sums]
    for block in range(width):
        one, two, three, four = (first + block + width * k for k in range(4))
        left, right = (1 if block < up else -1 for up in ups)
        four_points = points[one], points[two], points[three], points[four]
        for side, part in zip(weights, block_weights(four_points, left, right), strict=True):
            for index, weight in zip((one, two, three, four), part, strict=True):
                side[index] = weight
