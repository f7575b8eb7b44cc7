"""The ReLU interpolant of a function of one number: one hidden layer, a unit for each piece.

    g(x) = f(x_0) + s_1 relu(x - x_0) + sum_{i=1}^{N-1} (s_(i+1) - s_i) relu(x - x_i)

where s_i is the slope of the chord over the i-th piece. T53 says how far it is from f, how many
equidistant pieces are enough, and how many pieces every network needs at least.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import isqrt

from theory.approximation.polynomial import value
from theory.errors import DomainError, ScopeError, ShapeError
from theory.graphs.spline import through
from theory.network import ZERO, Affine, Network, Vector

Function = Callable[[Fraction], Fraction]


def interpolant(function: Function, knots: Vector) -> Network:
    """The network Q -> Q that is f at the knots and affine between neighbouring ones.

    At most len(knots) - 1 units, fewer where neighbouring chords have one slope.

    Theorem: T53 (interpolants). Source: folklore.

    Raises:
        ShapeError: there is no knot, or they do not increase.
    """
    points = tuple((knot, function(knot)) for knot in knots)
    slopes = [(v - y) / (u - x) if u > x else None for (x, y), (u, v) in pairwise(points)]
    if not points or None in slopes:
        raise ShapeError("interpolant: expected one knot or more, increasing")
    last = slopes[-1] if slopes else None
    return through(points, ZERO, ZERO if last is None else last).network


def economical(points: tuple[tuple[Fraction, Fraction], ...]) -> Network:
    """The network through points (x, y): N - 1 units for N pieces if one is constant, else N.

    Units face away from the constant piece, where all of them are 0.

    Theorem: T53 (interpolants), 8.

    Raises:
        ShapeError: there is no point, or x does not increase.
    """
    flat = next((k for k, ((_, y), (_, v)) in enumerate(pairwise(points)) if y == v), None)
    if flat is None:
        return interpolant(dict(points).__getitem__, tuple(x for x, _ in points))
    slopes = through(points, ZERO, ZERO).slopes[1:-1]
    knots, bends = [x for x, _ in points[1:-1]], [v - u for u, v in pairwise(slopes)]
    rows = [Fraction(-1 if k < flat else 1) for k in range(len(knots))]
    kept = [k for k, bend in enumerate(bends) if bend]
    hidden = Affine.dense([[rows[k]] for k in kept], [-rows[k] * knots[k] for k in kept], 1)
    outer = Affine.dense([[bends[k] for k in kept]], [points[flat][1]], len(kept))
    return Network((hidden, outer))


def equidistant(low: Fraction, high: Fraction, pieces: int) -> Vector:
    """The knots of N pieces of one length on [low, high]; of one point where low = high.

    Raises:
        DomainError: high is below low, or N is less than 1.
    """
    if high < low or pieces < 1:
        raise DomainError("knots: expected low <= high and at least one piece")
    if low == high:
        return (low,)
    return tuple(low + (high - low) * Fraction(k, pieces) for k in range(pieces + 1))


def interpolation_error(curvature: Fraction, length: Fraction) -> Fraction:
    """h^2 M / 8: an interpolant on pieces of length h is so near, if |f''| <= M; T53.

    Attained by quadratic polynomials, at the middle of every piece.
    """
    return curvature * length * length / 8


def enough_pieces(low: Fraction, high: Fraction, curvature: Fraction, epsilon: Fraction) -> int:
    """The least N >= 1 with M ((high - low) / N)^2 / 8 <= epsilon: so many pieces are enough.

    For quadratic polynomials with |f''| = M no fewer equidistant pieces interpolate within epsilon.

    Theorem: T53 (interpolants).

    Raises:
        DomainError: epsilon is not positive.
    """
    return _least_count(curvature * (high - low) ** 2 / 8, epsilon)


def necessary_pieces(low: Fraction, high: Fraction, curvature: Fraction, epsilon: Fraction) -> int:
    """The least N >= 1 with m ((high - low) / N)^2 / 16 <= epsilon: no fewer pieces are enough.

    For any piecewise affine function, where f'' >= m on the interval, or f'' <= -m. A network with
    one hidden layer has at most one piece more than it has units.

    Theorem: T53 (interpolants).

    Raises:
        DomainError: epsilon is not positive.
    """
    return _least_count(curvature * (high - low) ** 2 / 16, epsilon)


def best_quadratic(polynomial: Vector, low: Fraction, high: Fraction, epsilon: Fraction) -> Network:
    """A network within epsilon of p, of degree 2, on [low, high], with the fewest affine pieces.

    No piecewise affine function within epsilon has fewer. One unit a piece, one fewer where the
    first piece is constant; a network of one hidden layer needs one fewer than it has pieces.

    Theorem: T53 (interpolants), 6.

    Raises:
        DomainError: epsilon is not positive, or high is below low.
        ScopeError: the degree is not 2.
    """
    if len(polynomial) != 3:
        raise ScopeError("best: expected a polynomial of degree 2")
    pieces = necessary_pieces(low, high, 2 * abs(polynomial[2]), epsilon)
    shift = polynomial[2] * ((high - low) / pieces) ** 2 / 8  # half of what the chords are off
    knots = equidistant(low, high, pieces)
    return interpolant(lambda x: value(polynomial, x) - shift, knots)


def _least_count(size: Fraction, epsilon: Fraction) -> int:
    """The least N >= 1 with size / N^2 <= epsilon."""
    if epsilon <= 0:
        raise DomainError(f"epsilon: expected a positive number, got {epsilon}")
    floor = size // epsilon
    square = floor if floor == size / epsilon else floor + 1
    return max(1, isqrt(square - 1) + 1) if square > 0 else 1
