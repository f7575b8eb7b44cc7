"""Polynomials of several variables over Q: monomials and their coefficients, none of them 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from theory.domain import Box
from theory.network import ZERO

Powers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A polynomial Q^inputs -> Q.

    Attributes:
        inputs: The number of variables.
        entries: Pairs of powers (one for each variable) and coefficient, by increasing powers.
    """

    inputs: int
    entries: tuple[tuple[Powers, Fraction], ...]

    @staticmethod
    def of(inputs: int, coefficients: Mapping[Powers, Fraction]) -> "Polynomial":
        """The polynomial with these coefficients."""
        return Polynomial(inputs, tuple(sorted((p, c) for p, c in coefficients.items() if c)))

    @staticmethod
    def constant(inputs: int, value: Fraction | int) -> "Polynomial":
        """The polynomial that is one number."""
        return Polynomial.of(inputs, {(0,) * inputs: Fraction(value)})

    @staticmethod
    def variable(inputs: int, index: int) -> "Polynomial":
        """The polynomial x_index, counted from 0."""
        powers = tuple(int(place == index) for place in range(inputs))
        return Polynomial.of(inputs, {powers: Fraction(1)})

    @property
    def degree(self) -> int:
        """The total degree; 0 for the polynomial 0."""
        return max((sum(powers) for powers, _ in self.entries), default=0)

    @property
    def number(self) -> Fraction | None:
        """The number that it is, if it is constant."""
        if self.degree:
            return None
        return self.entries[0][1] if self.entries else ZERO

    def plus(self, other: "Polynomial") -> "Polynomial":
        """The sum."""
        found = dict(self.entries)
        for powers, entry in other.entries:
            found[powers] = found.get(powers, ZERO) + entry
        return Polynomial.of(self.inputs, found)

    def times(self, other: "Polynomial") -> "Polynomial":
        """The product."""
        found: dict[Powers, Fraction] = {}
        for (left, a), (right, b) in product(self.entries, other.entries):
            powers = tuple(map(sum, zip(left, right, strict=True)))
            found[powers] = found.get(powers, ZERO) + a * b
        return Polynomial.of(self.inputs, found)

    def scaled(self, factor: Fraction | int) -> "Polynomial":
        """The polynomial factor * p."""
        found = {powers: factor * entry for powers, entry in self.entries}
        return Polynomial.of(self.inputs, found)

    def __call__(self, point: Sequence[Fraction]) -> Fraction:
        """The number p(point), exactly."""
        return sum(
            (
                entry * prod(x**power for x, power in zip(point, powers, strict=True) if power)
                for powers, entry in self.entries
            ),
            ZERO,
        )

    def bounds(self, box: Box) -> tuple[Fraction, Fraction]:
        """Two numbers between which it is on a box, monomial by monomial."""
        parts = [_monomial_bounds(powers, entry, box) for powers, entry in self.entries]
        return sum((low for low, _ in parts), ZERO), sum((high for _, high in parts), ZERO)

    def magnitude(self, box: Box) -> Fraction:
        """A bound on its absolute value on a box."""
        return max(map(abs, self.bounds(box)))


def _monomial_bounds(powers: Powers, entry: Fraction, box: Box) -> tuple[Fraction, Fraction]:
    low = high = entry
    for power, start, end in zip(powers, box.lower, box.upper, strict=True):
        ends = [start**power, end**power]
        if power and power % 2 == 0 and start < 0 < end:
            ends.append(ZERO)
        found = [side * value for side in (low, high) for value in ends]
        low, high = min(found), max(found)
    return low, high
