"""How far a network with one input is from a function on an interval: sup norm and L2 norm.

The difference is a piecewise polynomial, or within a proved gap of one. Its square is integrated
piece by piece, which is a rational number; its largest absolute value is enclosed between the
value at a rational point and a bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, isqrt

from theory.approximation.piecewise import PiecewisePolynomial, pieces_of
from theory.approximation.stand_in import stand_in
from theory.approximation.supremum import supremum
from theory.approximation.target import Target
from theory.errors import DomainError
from theory.network import ZERO, Network

WIDTH = Fraction(1, 1000)
_GAPS = tuple(Fraction(1, 2**bits) for bits in (16, 32, 64, 128))


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of a network g from a function f on an interval.

    Attributes:
        pieces: The number of affine pieces of g.
        point: A rational point with |g - f| >= low.
        low: So the distance in the sup norm is at least this.
        high: |g - f| is at most this everywhere; low where that is known exactly.
        least_square: The integral of (g - f)^2 over the interval is at least this,
        largest_square: and at most this; the same rational number for polynomials and networks.
        target: f with Taylor degrees that are enough to show `high`; None if f is no
            such function.
    """

    pieces: int
    point: Fraction
    low: Fraction
    high: Fraction
    least_square: Fraction
    largest_square: Fraction
    target: Target | None

    def is_within(self, width: Fraction) -> bool:
        """Whether no upper bound is more than (1 + width) times the lower one."""
        squares = self.largest_square <= (1 + width) * self.least_square
        return squares and self.high <= (1 + width) * self.low


def distance(
    network: Network,
    target: Target | Network,
    low: Fraction,
    high: Fraction,
    width: Fraction = WIDTH,
) -> Distance:
    """How far a network Q -> Q is from a function, or another network, on [low, high].

    The integral of the square is exact for polynomials and networks; the sup norm is for networks
    and polynomials of degree at most 2. Otherwise they are enclosed, high <= (1 + width) low,
    unless something stands in for the function and that takes gaps below 2^-128.

    Theorem: T68 (exact errors in one dimension).

    Raises:
        DomainError: the function has a pole on the interval, high is below low, or the width is
            not positive.
        ScopeError: a network has several inputs or outputs, or a Taylor degree is too large.
    """
    if width <= 0 or low > high:
        raise DomainError("distance: expected low <= high, and a positive width")
    own = pieces_of(network, low, high)
    if isinstance(target, Network):
        return _enclosed(own, pieces_of(target, low, high), ZERO, width)
    enclosures = _enclosures(own, target, width)
    found = next(enclosures)
    while not found.is_within(width):
        better = next(enclosures, None)
        if better is None:
            break
        found = better
    return found


def distance_near(
    network: Network, function: PiecewisePolynomial, gap: Fraction, width: Fraction = WIDTH
) -> Distance:
    """How far a network is from any function that is within the gap of a piecewise polynomial.

    Theorem: T68 (exact errors in one dimension).

    Raises:
        DomainError: the width is not positive.
        ScopeError: the network has several inputs or outputs.
    """
    own = pieces_of(network, function.knots[0], function.knots[-1])
    return _enclosed(own, function, gap, width)


def _enclosures(own: PiecewisePolynomial, target: Target, width: Fraction) -> Iterator[Distance]:
    """The distance, if it is exact, or enclosures with smaller and smaller gaps."""
    for bound in _GAPS:
        other = stand_in(target, own.knots[0], own.knots[-1], bound)
        found = _enclosed(own, other.function, other.gap, width)
        low = max(ZERO, abs(own(found.point) - other.target(found.point)) - other.remainder)
        yield replace(found, low=low, target=other.target)
        if not other.gap:
            return


def _enclosed(
    own: PiecewisePolynomial, function: PiecewisePolynomial, gap: Fraction, width: Fraction
) -> Distance:
    """The distance up to the gap: the L2 norms differ by at most gap * sqrt(length)."""
    difference, length = own.minus(function), own.knots[-1] - own.knots[0]
    largest, square = supremum(difference, width / 2), difference.integral_of_square
    mixed, rest = 2 * gap * _root_above(square * length), gap * gap * length
    low, high = max(ZERO, largest.low - gap), largest.high + gap
    if high > low:
        high = _rounded(high, max((1 + width) * low, high + gap))
    squares = max(ZERO, square - mixed), square + mixed + rest
    return Distance(len(own.pieces), largest.point, low, high, *squares, None)


def _root_above(number: Fraction) -> Fraction:
    """A rational number a little above the square root; the root of 0 is 0."""
    if not number:
        return number
    bits = max(64, 64 + number.denominator.bit_length() - number.numerator.bit_length())
    return Fraction(isqrt(ceil(number * 4**bits)) + 1, 2**bits)


def _rounded(number: Fraction, most: Fraction) -> Fraction:
    """The shortest decimal fraction between a number and a greater one."""
    scale = 1
    while (found := Fraction(ceil(number * scale), scale)) > most:
        scale *= 10
    return found
