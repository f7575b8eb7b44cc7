"""The largest absolute value of a piecewise polynomial, enclosed as narrowly as wished.

On [l, h] a polynomial of degree d is sum b_i B_i with B_i >= 0, sum B_i = 1 (Bernstein): so it
lies between its least and its largest b_i, and b_0, b_d are its values at the ends. The part
whose bound is the largest is halved until the bounds are near a value that is attained.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import comb, lcm

from theory.approximation.piecewise import Part, PiecewisePolynomial
from theory.approximation.polynomial import value
from theory.errors import DomainError
from theory.network import Vector

_MOST_DIGITS = 18  # of the denominator of a rounded point


@dataclass(frozen=True, slots=True)
class Supremum:
    """Where a supremum lies.

    Attributes:
        point: A rational point.
        low: The absolute value there; so the supremum is at least this.
        high: What no absolute value exceeds.
    """

    point: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Bernstein:
    """A polynomial on [low, high]: the coefficients b_i times a positive integer `scale`."""

    low: Fraction
    high: Fraction
    coefficients: tuple[int, ...]
    scale: int

    @staticmethod
    def of(p: Vector, low: Fraction, high: Fraction) -> "Bernstein":
        """The coefficients of p on [low, high].

        b_i = sum_k C(i, k) a_k / C(d, k), where p(low + (high - low) y) = sum_k a_k y^k.
        """
        degree = max(len(p) - 1, 0)
        unit = lcm(low.denominator, high.denominator)
        first, length = int(low * unit), int((high - low) * unit)
        below = lcm(1, *(entry.denominator for entry in p))
        moved = [int(entry * below) * unit ** (degree - k) for k, entry in enumerate(p)] or [0]
        for start in range(degree):
            for place in reversed(range(start, degree)):
                moved[place] += first * moved[place + 1]
        share = lcm(*(comb(degree, k) for k in range(degree + 1)))
        found = [e * length**k * (share // comb(degree, k)) for k, e in enumerate(moved)]
        for start in range(1, degree + 1):
            for place in reversed(range(start, degree + 1)):
                found[place] += found[place - 1]
        return Bernstein(low, high, tuple(found), below * unit**degree * share)

    @property
    def bound(self) -> Fraction:
        """The polynomial is at most this in absolute value on [low, high]."""
        return Fraction(max(map(abs, self.coefficients)), self.scale)

    @property
    def halves(self) -> "tuple[Bernstein, Bernstein]":
        """The same polynomial on both halves of the interval (de Casteljau)."""
        row, left, right = list(self.coefficients), list[int](), list[int]()
        for power in reversed(range(len(row))):
            left.append(row[0] << power)
            right.append(row[-1] << power)
            row = [one + other for one, other in pairwise(row)]
        middle, scale = (self.low + self.high) / 2, self.scale << (len(left) - 1)
        return (
            Bernstein(self.low, middle, tuple(left), scale),
            Bernstein(middle, self.high, tuple(reversed(right)), scale),
        )


def supremum(function: PiecewisePolynomial, width: Fraction) -> Supremum:
    """A rational point and bounds of sup |function| with high <= (1 + width) low.

    Exact, low = high, where all pieces have degree at most 2, and for the function 0.

    Theorem: T68 (exact errors in one dimension).

    Raises:
        DomainError: the width is not positive.
    """
    if width <= 0:
        raise DomainError(f"width: expected a positive number, got {width}")
    best = max((Fraction(-1), function.knots[0]), *_values(function))
    waiting = [
        (-part.bound, number, part)
        for number, part in enumerate(Bernstein.of(p, a, b) for a, b, p in _curved(function))
    ]
    heapify(waiting)
    count, enough = len(waiting), 1 + width / 2
    while waiting and -waiting[0][0] > enough * best[0]:
        _, _, part = heappop(waiting)
        for half in part.halves:
            best = max(best, (Fraction(abs(half.coefficients[0]), half.scale), half.low))
            heappush(waiting, (-half.bound, count, half))
            count += 1
    high = max(best[0], -waiting[0][0]) if waiting else best[0]
    point = best[1] if high == best[0] else _short(function, best[1], high / (1 + width))
    return Supremum(point, max(abs(function(point)), best[0] * (point == best[1])), high)


def _curved(function: PiecewisePolynomial) -> list[Part]:
    """The pieces of degree above 2."""
    return [part for part in function.parts if len(part[2]) > 3]


def _values(function: PiecewisePolynomial) -> Iterator[tuple[Fraction, Fraction]]:
    """Absolute values and their places: at all ends, and where parabolas turn."""
    for start, end, piece in function.parts:
        places = [start, end]
        if len(piece) == 3:
            places += [x for x in [-piece[1] / (2 * piece[2])] if start < x < end]
        yield from ((abs(value(piece, x)), x) for x in places)


def _short(function: PiecewisePolynomial, point: Fraction, enough: Fraction) -> Fraction:
    """A point with a short denominator near another one, where enough is attained as well."""
    for digits in range(1, _MOST_DIGITS + 1):
        found = min(max(point.limit_denominator(10**digits), function.knots[0]), function.knots[-1])
        if abs(function(found)) >= enough:
            return found
    return point
