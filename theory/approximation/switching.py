"""Slope switching: random units of one input as slope increments at places that biases choose.

    a relu(w x + b) bends at -b / w, where its slope changes by a |w|: the increment is drawn, its
    place is free.

Two units that are on everywhere give the value at the middle node. From there units with w > 0
make the slopes to the right, and units with w < 0 those to the left. Where the slope s has to
become d over a piece of length h, unused units of one sign are taken until the slope passes d,
s' say, and all bend at the point where the function comes out right at the end of the piece.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Network, Vector
from theory.random_weights import (
    GRID,
    RandomUnit,
    network_of,
    off_bias,
    on_bias,
    require_limit,
)


class ShortageError(ScopeError):
    """The units of one kind are used up: more are to be drawn."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A network with random weights that is right at the nodes.

    Attributes:
        network: All units, those that are off included.
        used: How many are not off.
        bound: How many units T66 says are enough, for what was to be switched here.
        overshoot: How far the network is from the chords between the nodes.
        bends: The points between nodes where it bends, increasing.
    """

    network: Network
    used: int
    bound: int
    overshoot: Fraction
    bends: Vector


def increment(unit: RandomUnit) -> Fraction:
    """By how much the slope changes where the unit bends: a |w|."""
    return unit.outer[0] * abs(unit.inner[0])


def enough_units(changes: Sequence[Fraction], least: Fraction, most: Fraction) -> int:
    """2 + sum of ceil((|change| + most) / least): so many units switch these changes of slope.

    Increments lie between `least` and `most` in size.

    Theorem: T66 (slope switching), 3.
    """
    return 2 + sum(ceil((abs(change) + most) / least) for change in changes)


def suitable_share(theta: Fraction, limit: Fraction) -> Fraction:
    """The probability that a draw has wanted signs of a and w, both at least theta R in size.

    (1 - theta)^2 / 4 if theta R is a multiple of 2^-15; the increment is at least theta^2 R^2.

    Theorem: T66 (slope switching), 4.

    Raises:
        ScopeError: R is no positive multiple of 2^-15.
    """
    require_limit(limit)
    most, least = int(limit * GRID), ceil(theta * limit * GRID)
    least += 1 - least % 2  # the least odd number that is large enough
    return Fraction(max(0, most + 1 - least) // 2, most) ** 2


def switched(
    units: Sequence[RandomUnit], nodes: Vector, values: Vector, least: Fraction = ZERO
) -> Switched:
    """Biases for which the random units give the values at the nodes, exactly.

    Increments below `least` in size are not used, but for the two units that are on.

    Theorem: T66 (slope switching).

    Raises:
        ShapeError: the nodes do not increase, or there are not as many values.
        ShortageError: the units of a kind are used up.
    """
    if not nodes or len(nodes) != len(values) or any(x >= y for x, y in pairwise(nodes)):
        raise ShapeError("switching: expected increasing nodes, with a value for each")
    return _Switching(units, nodes, values, least).found()


class _Switching:
    """The biases so far; all units are off until they are taken."""

    def __init__(
        self, units: Sequence[RandomUnit], nodes: Vector, values: Vector, least: Fraction
    ) -> None:
        self.units, self.nodes, self.values = units, nodes, values
        self.box = Box((nodes[0],), (nodes[-1],))
        self.biases = [off_bias(unit.inner, self.box) for unit in units]
        self.used, self.overshoot = 2, ZERO
        self.bends: list[Fraction] = []
        self.changes: list[Fraction] = []
        pair = self._pair()
        self.pool: dict[tuple[bool, bool], list[tuple[Fraction, int]]] = {}
        for index, unit in enumerate(units):
            size = abs(increment(unit))
            if index not in pair and size >= least and size:
                kind = (unit.inner[0] > 0, unit.outer[0] > 0)
                insort(self.pool.setdefault(kind, []), (size, index))
        self.sizes = [size for kind in self.pool.values() for size, _ in kind]
        self.start = len(nodes) // 2
        self.slope = self._turned_on(pair)

    def found(self) -> Switched:
        """Everything switched, to the right and to the left of the middle node."""
        right = range(self.start, len(self.nodes) - 1)
        left = range(self.start - 1, -1, -1)
        self._switched([(k, k + 1) for k in right], self.slope, True)
        self._switched([(k + 1, k) for k in left], self.slope, False)
        network = network_of(self.units, 1, tuple(self.biases), (ZERO,))
        ends = (min(self.sizes), max(self.sizes)) if self.sizes else (Fraction(1), ZERO)
        bound = enough_units(self.changes, *ends)
        bends = tuple(sorted(self.bends))
        return Switched(network, self.used, bound, self.overshoot, bends)

    def _pair(self) -> tuple[int, int]:
        """The units that are on: of either sign of a, the one with the least |w| for its |a|."""
        found = []
        for sign in (1, -1):
            places = [k for k, unit in enumerate(self.units) if sign * unit.outer[0] > 0]
            if not places:
                raise ShortageError(f"no unit with an output weight {'><'[sign < 0]} 0 is left")
            found.append(min(places, key=self._steepness))
        return found[0], found[1]

    def _steepness(self, place: int) -> tuple[Fraction, int]:
        unit = self.units[place]
        return abs(unit.inner[0] / unit.outer[0]), place

    def _turned_on(self, pair: tuple[int, int]) -> Fraction:
        """Give the pair its biases: the value at the middle node is right; the slope."""
        middle, wanted = self.nodes[self.start], self.values[self.start]
        outer = [self.units[place].outer[0] for place in pair]
        inner = [self.units[place].inner[0] for place in pair]
        least = [on_bias(self.units[place].inner, self.box) for place in pair]
        rest = [wanted - a * (w * middle + b) for a, w, b in zip(outer, inner, least, strict=True)]
        first = rest[1] / outer[0] - inner[0] * middle  # its bias, if the other one is the least
        if first >= least[0]:
            biases = (first, least[1])
        else:
            biases = (least[0], rest[0] / outer[1] - inner[1] * middle)
        for place, bias in zip(pair, biases, strict=True):
            self.biases[place] = bias
        return outer[0] * inner[0] + outer[1] * inner[1]

    def _switched(self, pieces: list[tuple[int, int]], slope: Fraction, is_right: bool) -> None:
        """Make the slopes of the pieces, one after the other, away from the middle node."""
        wanted = slope
        for near, far in pieces:
            length = self.nodes[far] - self.nodes[near]  # negative to the left
            before, wanted = wanted, (self.values[far] - self.values[near]) / length
            self.changes.append(wanted - before)
            if slope == wanted:
                continue
            gap = wanted - slope if is_right else slope - wanted
            taken, total = self._taken(abs(gap), (is_right, gap > 0))
            after = slope + (total if gap > 0 else -total) * (1 if is_right else -1)
            share = (wanted - after) / (slope - after)  # of the piece that keeps the slope
            place = self.nodes[near] + length * share
            for unit in taken:
                self.biases[unit] = -self.units[unit].inner[0] * place
            self.bends.append(place)
            self.used += len(taken)
            error = abs(length * share * (slope - wanted))
            self.overshoot = max(self.overshoot, error)
            slope = after

    def _taken(self, gap: Fraction, kind: tuple[bool, bool]) -> tuple[list[int], Fraction]:
        """Unused units of a kind whose increments add up to the gap or more, and their sum.

        Always the largest that fits, and at the end the smallest that is enough.
        """
        left, taken, total = self.pool.get(kind, []), list[int](), ZERO
        while total < gap:
            if not left:
                told = " and ".join(
                    f"{name} weight {'>' if sign else '<'} 0"
                    for name, sign in zip(("inner", "outer"), kind, strict=True)
                )
                raise ShortageError(f"the units with {told} are used up")
            place = bisect_right(left, (gap - total, len(self.units)))
            size, unit = left.pop(max(0, place - 1))
            taken.append(unit)
            total += size
        return taken, total
