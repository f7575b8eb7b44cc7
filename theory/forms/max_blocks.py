"""Maxima of five and six numbers as sums of blocks, which two hidden layers compute.

    block(x) = max(m_ab + m_cd, m_ef + m_gh),   m_ij = max(x_i, x_j),   m_ii = x_i

Pair maxima take the first hidden layer, the maximum of their sums the second. A formula lists
one block of every orbit under a group of permutations of the indices; all images of the block
have the same coefficient.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from theory.errors import ShapeError, TheoryError
from theory.unit import Number, UnitSum, maximum, weighted_sum

Pair = tuple[int, int]
Side = tuple[Pair, Pair]
Block = tuple[Side, Side]
Permutation = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Orbit:
    """A coefficient, and one of the blocks that have it; indices count from 0."""

    coefficient: Fraction
    block: Block


@dataclass(frozen=True, slots=True)
class BlockFormula:
    """The sum of coefficient * block over all images of the given blocks: Q^count -> Q.

    Attributes:
        count: How many numbers x_0, ..., x_(count - 1) there are.
        symmetries: Permutations that generate the group; i is sent to symmetry[i].
        orbits: One block of every orbit, with its coefficient.
        theorem: Which theorem says that the sum is the maximum.
    """

    count: int
    symmetries: tuple[Permutation, ...]
    orbits: tuple[Orbit, ...]
    theorem: str

    def __post_init__(self) -> None:
        everything = list(range(self.count))
        if any(sorted(symmetry) != everything for symmetry in self.symmetries):
            raise ShapeError(f"block formula: expected permutations of {self.count} indices")
        found = [function_of(block) for block, _ in self.terms]
        if len(set(found)) != len(found):
            raise TheoryError("block formula: two of the blocks lie in one orbit")

    def images(self, block: Block) -> tuple[Block, ...]:
        """The orbit of a block under the group, equal functions once, in increasing order."""
        found = self._moved(block)
        return tuple(sorted({function_of(image): image for image in found}.values()))

    def _moved(self, block: Block) -> list[Block]:
        """All images of a block, greatest first."""
        found = {canonical(block)}
        waiting = list(found)
        while waiting:
            known = waiting.pop()
            for symmetry in self.symmetries:
                image = moved(known, symmetry)
                if image not in found:
                    found.add(image)
                    waiting.append(image)
        return sorted(found, reverse=True)

    @property
    def terms(self) -> tuple[tuple[Block, Fraction], ...]:
        """Every block with its coefficient."""
        return _terms(self)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs i < j whose maxima occur: as many units has the first hidden layer."""
        found = {pair for block, _ in self.terms for side in block for pair in side}
        return tuple(sorted(pair for pair in found if pair[0] < pair[1]))

    def __call__(self, point: Sequence[Fraction]) -> Fraction:
        """The value of the sum at a point, exactly."""
        total = Fraction(0)
        for block, coefficient in self.terms:
            total += coefficient * max(sum(max(point[i], point[j]) for i, j in s) for s in block)
        return total

    def sum(self, pair_maximum: Callable[[Pair], UnitSum]) -> UnitSum:
        """The formula with sums in place of the pair maxima, one layer above them.

        Args:
            pair_maximum: max(x_i, x_j) for i < j, and x_i for the pair (i, i).
        """
        known = cache(pair_maximum)
        terms: list[tuple[UnitSum, Number]] = []
        for block, coefficient in self.terms:
            left, right = (_added([known(pair) for pair in side]) for side in block)
            terms.append((maximum(left, right), coefficient))
        return weighted_sum(terms, len(terms[0][0].form))


@cache
def _terms(formula: BlockFormula) -> tuple[tuple[Block, Fraction], ...]:
    return tuple(
        (block, orbit.coefficient)
        for orbit in formula.orbits
        for block in formula.images(orbit.block)
    )


def _added(sums: Sequence[UnitSum]) -> UnitSum:
    return weighted_sum([(term, 1) for term in sums], len(sums[0].form))


def canonical(block: Block) -> Block:
    """The block with its pairs and sides in increasing order; the function is the same."""
    left, right = (_ordered(side) for side in block)
    return (left, right) if left <= right else (right, left)


def _ordered(side: Side) -> Side:
    (a, b), (c, d) = side
    first, second = (min(a, b), max(a, b)), (min(c, d), max(c, d))
    return (first, second) if first <= second else (second, first)


def moved(block: Block, symmetry: Permutation) -> Block:
    """The canonical form of the block with every index i replaced by symmetry[i]."""
    left, right = (tuple((symmetry[a], symmetry[b]) for a, b in side) for side in block)
    return canonical(((left[0], left[1]), (right[0], right[1])))


def function_of(block: Block) -> Hashable:
    """A key that blocks share that are one maximum of four numbers, differently paired."""
    (a, b), (c, d) = block
    return frozenset((*a, *c)) if a == b and c == d else block


def _twice(left: Pair, right: Pair) -> Block:
    """max(2 m_left, 2 m_right), a maximum of four numbers or fewer."""
    return canonical(((left, left), (right, right)))


def _formula(
    theorem: str,
    count: int,
    symmetries: Iterable[Permutation],
    orbits: Iterable[tuple[Fraction, Block]],
) -> BlockFormula:
    listed = tuple(Orbit(coefficient, canonical(block)) for coefficient, block in orbits)
    return BlockFormula(count, tuple(symmetries), listed, theorem)


# x1, ..., x5 of the note are 0, ..., 4 here. The symmetries reverse them, and swap within {0, 1}
# and {3, 4} at once.
MAX_OF_FIVE = _formula(
    "T17",
    5,
    [(4, 3, 2, 1, 0), (1, 0, 2, 4, 3)],
    [
        (Fraction(1, 2), _twice((0, 1), (3, 4))),
        (Fraction(1, 4), _twice((0, 1), (2, 2))),
        (Fraction(-1, 2), (((0, 1), (2, 3)), ((0, 2), (3, 4)))),
        (Fraction(1, 2), (((0, 2), (2, 4)), ((1, 2), (2, 3)))),
    ],
)

# The symmetries are those of three unordered pairs {0, 1}, {2, 3}, {4, 5}: swap two members of a
# pair, swap two pairs, rotate the three.
PAIRS_OF_SIX = ((1, 0, 2, 3, 4, 5), (2, 3, 0, 1, 4, 5), (2, 3, 4, 5, 0, 1))
MAX_OF_SIX = _formula(
    "T18",
    6,
    PAIRS_OF_SIX,
    [
        (Fraction(1, 12), _twice((0, 2), (1, 4))),
        (Fraction(1, 12), (((0, 2), (1, 2)), ((2, 5), (3, 4)))),
        (Fraction(-1, 12), (((0, 3), (1, 3)), ((2, 4), (2, 5)))),
        (Fraction(-1, 12), (((0, 3), (2, 4)), ((0, 4), (1, 5)))),
    ],
)

# Symmetric under all permutations: many more blocks, but one chamber proves it.
ALL_OF_FIVE = ((1, 0, 2, 3, 4), (1, 2, 3, 4, 0))
SYMMETRIC_MAX_OF_FIVE = _formula(
    "T17",
    5,
    ALL_OF_FIVE,
    [
        (Fraction(1, 5), _twice((0, 1), (2, 3))),
        (Fraction(1, 30), (((0, 0), (0, 0)), ((1, 2), (3, 4)))),
        (Fraction(-1, 30), (((0, 1), (0, 2)), ((1, 2), (3, 4)))),
    ],
)
ALL_OF_SIX = ((1, 0, 2, 3, 4, 5), (1, 2, 3, 4, 5, 0))
SYMMETRIC_MAX_OF_SIX = _formula(
    "T18",
    6,
    ALL_OF_SIX,
    [
        (Fraction(1, 15), _twice((0, 1), (2, 3))),
        (Fraction(1, 90), (((0, 1), (0, 2)), ((0, 3), (4, 5)))),
        (Fraction(-1, 180), (((0, 1), (0, 2)), ((3, 4), (3, 5)))),
        (Fraction(-1, 90), (((0, 1), (2, 3)), ((0, 2), (4, 5)))),
    ],
)
