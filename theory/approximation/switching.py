"""Slope switching: random units of one input as slope increments at places that biases choose.

    a relu(w x + b) bends at -b / w, where its slope changes by a |w|: the increment is drawn, its
    place is free.

Two units that are on everywhere give the value at the middle node. From there units with w > 0
make the slopes to the right, and units with w < 0 those to the left. Where the slope s has to
become d over a piece of length h, unused units of one sign are taken until the slope passes d,
s' say, and all bend at the point where the function comes out right at the end of the piece.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
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

Kind = tuple[bool, bool]  # whether w > 0, whether a > 0
Function = Callable[[Fraction], Fraction]
Nearness = Callable[[Fraction, Fraction], bool]  # of a point of the graph


class ShortageError(ScopeError):
    """The units of one kind are used up: more are to be drawn."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A network with random weights that is right at the nodes.

    Attributes:
        units: All units, those that are off included.
        biases: Their biases.
        used: How many are not off.
        bound: How many units T66 says are enough, for what was to be switched here.
        overshoot: How far the network is from the chords between the nodes.
        corners: The nodes and the points between them where it bends, with its values there.
    """

    units: Sequence[RandomUnit]
    biases: Vector
    used: int
    bound: int
    overshoot: Fraction
    corners: tuple[tuple[Fraction, Fraction], ...]

    @property
    def network(self) -> Network:
        """The network; between neighbouring corners it is affine."""
        return network_of(self.units, 1, self.biases, (ZERO,))


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
    if not nodes or len(nodes) != len(values):
        raise ShapeError("switching: expected nodes, with a value for each")
    table = dict(zip(nodes, values, strict=True))
    found = _Switching(Pool(units, nodes[0], nodes[-1], least), nodes, table.__getitem__)
    return found.all()


class Pool:
    """The units as they are before nodes are known: by kind, all off, but for two that are on."""

    def __init__(
        self, units: Sequence[RandomUnit], low: Fraction, high: Fraction, least: Fraction = ZERO
    ) -> None:
        self.units, self.low, self.high = units, low, max(low, high)
        self.box = Box((low,), (self.high,))
        self.biases = tuple(off_bias(unit.inner, self.box) for unit in units)
        self.pair = self._pair()
        kinds: dict[Kind, list[tuple[Fraction, int]]] = {}
        for index, unit in enumerate(units):
            size = abs(increment(unit))
            if index not in self.pair and size >= least and size:
                kind = (unit.inner[0] > 0, unit.outer[0] > 0)
                kinds.setdefault(kind, []).append((size, index))
        self.kinds = {kind: tuple(sorted(listed)) for kind, listed in kinds.items()}
        sizes = [size for listed in self.kinds.values() for size, _ in (listed[0], listed[-1])]
        self.extremes = (min(sizes), max(sizes)) if sizes else (Fraction(1), ZERO)

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

    @property
    def slope(self) -> Fraction:
        """The slope of the two units that are on."""
        return sum((self.units[k].outer[0] * self.units[k].inner[0] for k in self.pair), ZERO)

    def turned_on(self, middle: Fraction, wanted: Fraction) -> tuple[Fraction, Fraction]:
        """Biases of the pair that keep it on, for which its sum has a value at a point."""
        outer = [self.units[place].outer[0] for place in self.pair]
        inner = [self.units[place].inner[0] for place in self.pair]
        least = [on_bias(self.units[place].inner, self.box) for place in self.pair]
        rest = [wanted - a * (w * middle + b) for a, w, b in zip(outer, inner, least, strict=True)]
        first = rest[1] / outer[0] - inner[0] * middle  # its bias, if the other one is the least
        if first >= least[0]:
            return first, least[1]
        return least[0], rest[0] / outer[1] - inner[1] * middle

    def switched(self, nodes: Vector, function: Function, is_near: Nearness) -> Switched | None:
        """Biases for which the units give the function at the nodes; None where a bend is not near.

        Nothing more is looked at once a bend, of which there is one between two nodes at most, is
        not near.

        Theorem: T66 (slope switching).

        Raises:
            ShapeError: the nodes do not increase from one end to the other.
            ShortageError: the units of a kind are used up.
        """
        if not nodes or (nodes[0], nodes[-1]) != (self.low, self.high):
            raise ShapeError(f"switching: expected nodes from {self.low} to {self.high}")
        found = _Switching(self, nodes, function)
        return found.all() if all(is_near(*bend) for bend in found.bends()) else None


class _Switching:
    """The biases so far; all units are off until they are taken."""

    def __init__(self, pool: Pool, nodes: Vector, function: Function) -> None:
        if any(x >= y for x, y in pairwise(nodes)):
            raise ShapeError("switching: expected increasing nodes")
        self.pool, self.nodes, self.value = pool, nodes, cache(function)
        self.biases = list(pool.biases)
        self.left = {kind: list(listed) for kind, listed in pool.kinds.items()}
        self.used, self.overshoot = 2, ZERO
        self.changes: list[Fraction] = []
        self.found: list[tuple[Fraction, Fraction]] = []
        self.remaining = self._switched()

    def bends(self) -> Iterator[tuple[Fraction, Fraction]]:
        """The points at which it bends between nodes, one after the other, as they are made."""
        for bend in self.remaining:
            self.found.append(bend)
            yield bend

    def all(self) -> Switched:
        """Everything switched."""
        self.found += self.remaining
        middle = self.nodes[len(self.nodes) // 2]
        on = self.pool.turned_on(middle, self.value(middle))
        for place, bias in zip(self.pool.pair, on, strict=True):
            self.biases[place] = bias
        bound = enough_units(self.changes, *self.pool.extremes)
        known = ((node, self.value(node)) for node in self.nodes)
        corners = tuple(sorted({*known, *self.found}))
        units, biases = self.pool.units, tuple(self.biases)
        return Switched(units, biases, self.used, bound, self.overshoot, corners)

    def _switched(self) -> Iterator[tuple[Fraction, Fraction]]:
        """Switch slopes to the right of the middle node, then to the left; tell the bends."""
        start = len(self.nodes) // 2
        yield from self._outward([(k, k + 1) for k in range(start, len(self.nodes) - 1)], True)
        yield from self._outward([(k + 1, k) for k in range(start - 1, -1, -1)], False)

    def _outward(
        self, pieces: list[tuple[int, int]], is_right: bool
    ) -> Iterator[tuple[Fraction, Fraction]]:
        """Make the slopes of the pieces, one after the other, away from the middle node."""
        slope = wanted = self.pool.slope
        for near, far in pieces:
            here, value = self.nodes[near], self.value(self.nodes[near])
            length = self.nodes[far] - here  # negative to the left
            before, wanted = wanted, (self.value(self.nodes[far]) - value) / length
            self.changes.append(wanted - before)
            if slope == wanted:
                continue
            gap = wanted - slope if is_right else slope - wanted
            taken, total = self._taken(abs(gap), (is_right, gap > 0))
            after = slope + (total if gap > 0 else -total) * (1 if is_right else -1)
            kept = length * (wanted - after) / (slope - after)  # of the piece, with the slope
            for unit in taken:
                self.biases[unit] = -self.pool.units[unit].inner[0] * (here + kept)
            self.used += len(taken)
            self.overshoot = max(self.overshoot, abs(kept * (slope - wanted)))
            yield here + kept, value + kept * slope
            slope = after

    def _taken(self, gap: Fraction, kind: Kind) -> tuple[list[int], Fraction]:
        """Unused units of a kind whose increments add up to the gap or more, and their sum.

        Always the largest that fits, and at the end the smallest that is enough.
        """
        left, taken, total = self.left.get(kind, []), list[int](), ZERO
        while total < gap:
            if not left:
                told = " and ".join(
                    f"{name} weight {'>' if sign else '<'} 0"
                    for name, sign in zip(("inner", "outer"), kind, strict=True)
                )
                raise ShortageError(f"the units with {told} are used up")
            place = bisect_right(left, (gap - total, len(self.pool.units)))
            size, unit = left.pop(max(0, place - 1))
            taken.append(unit)
            total += size
        return taken, total
