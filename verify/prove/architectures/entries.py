"""The inputs of recurrent networks: random ones of a domain, a box inside, sequences as points."""

import random
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

from theory.domain import Box, Polytope, Space
from theory.interior import Interior
from theory.network import Vector

_EIGHTHS = 8
_FAR = Fraction(100)  # how far from the inner point of an unbounded polytope


class Entries:
    """Inputs of a domain, one at a time; the same ones in every run.

    Raises:
        DomainError: a polytope has no interior.
    """

    def __init__(self, domain: Box | Polytope | Space | None, inputs: int) -> None:
        self.domain, self.inputs = domain, inputs
        self.random = random.Random(0)
        self.middle = Interior.of(domain).point if isinstance(domain, Polytope) else ()

    def drawn(self) -> Vector:
        """A random input: eighths of a box or of a chord; whole numbers where there are no ends."""
        if isinstance(self.domain, Box):
            pairs = zip(self.domain.lower, self.domain.upper, strict=True)
            return tuple(a + (b - a) * self._share() for a, b in pairs)
        size = self.random.choice((1, 3, 10, 100))
        found = tuple(Fraction(self.random.randint(-size, size)) for _ in range(self.inputs))
        if isinstance(self.domain, Polytope) and any(found):
            step = self._share() * _reach(self.domain, self.middle, found)
            return tuple(x + step * d for x, d in zip(self.middle, found, strict=True))
        return self.middle if isinstance(self.domain, Polytope) else found

    def _share(self) -> Fraction:
        return Fraction(self.random.randint(0, _EIGHTHS), _EIGHTHS)

    @cached_property
    def inner_ends(self) -> tuple[Vector, Vector]:
        """The ends of a box of inputs of the domain; with an interior if the domain has one."""
        if isinstance(self.domain, Box):
            return self.domain.lower, self.domain.upper
        if not isinstance(self.domain, Polytope):
            return (Fraction(0),) * self.inputs, (Fraction(2),) * self.inputs
        rooms = [
            (end - _dot(row, self.middle)) / sum(map(abs, row))
            for row, end in self.domain.halfspaces
            if any(row)
        ]
        room = min(rooms, default=Fraction(1))
        lower, upper = (tuple(x + side * room for x in self.middle) for side in (-1, 1))
        return lower, upper


def power(domain: Box | Polytope | Space, steps: int) -> Box | Polytope | Space:
    """The domain of all inputs of so many steps, as one point."""
    if isinstance(domain, Space):
        return Space(domain.inputs * steps)
    if isinstance(domain, Box):
        return Box(domain.lower * steps, domain.upper * steps)
    zeros, count = (Fraction(0),) * domain.inputs, steps - 1
    halfspaces = [
        (zeros * step + tuple(row) + zeros * (count - step), end)
        for step in range(steps)
        for row, end in domain.halfspaces
    ]
    return Polytope(domain.inputs * steps, tuple(halfspaces))


def _reach(domain: Polytope, point: Vector, direction: Sequence[Fraction]) -> Fraction:
    """How far one may go from a point of the polytope, `_FAR` at most."""
    speeds = [(_dot(row, direction), end - _dot(row, point)) for row, end in domain.halfspaces]
    return min([_FAR, *(room / speed for speed, room in speeds if speed > 0)])


def _dot(row: Sequence[Fraction], point: Sequence[Fraction]) -> Fraction:
    return sum((a * x for a, x in zip(row, point, strict=True)), Fraction(0))
