"""How far a network is from a function given as a tree, as sqrt(abs(x)): the checker decides (T68).

Chords that are near the function, as `verify.target_checker` finds, stand in for it: so both
norms are enclosed up to their gap. In the sup norm floats then look for a worse point, and the
checker is asked for a bound that is hardly larger than the difference there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from theory.approximation.distance import Distance, distance_near
from theory.approximation.piecewise import PiecewisePolynomial
from theory.approximation.polynomial import polynomial
from theory.approximation.tree import Tree
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Network
from verify.approximation.curve import Curve, Source
from verify.approximation.line import LineApproximation
from verify.checker import RejectedError

_SHARE = Fraction(1, 128)  # of the error: what chords may be away
_LEAST = Fraction(1, 2**24)  # what chords may be away in any case
_MOST_PARTS = 2000
_GRID, _FINEST = 2**40, Fraction(1, 2**30)  # of a search for a worse point


@dataclass(frozen=True, slots=True)
class CurveDistance:
    """A distance, and the claim of its upper bound, which the checker accepted."""

    distance: Distance
    claim: LineApproximation


def curve_distance(
    network: Network, tree: Tree, low: Fraction, high: Fraction, width: Fraction
) -> CurveDistance:
    """How far a network Q -> Q is from a function on [low, high], and the claim that says so.

    The sup norm is enclosed within the width where floats find a point that is bad enough and the
    error is not tiny; else, and in L2, within what the chords that stand in allow.

    Theorem: T68 (exact errors in one dimension).

    Raises:
        DomainError: the interval has no inside, or the function is not defined on it.
        ScopeError: the network has several inputs or outputs, or too many chords are needed.
    """
    if low >= high:
        raise DomainError("distance: expected an interval with an inside for such a function")
    source = Source(tree)
    chords, found = _enclosed(network, source, (low, high), width)
    near = Curve(source, low, high, found.high)
    start, end = _around(chords, found.point)

    def miss(point: Fraction) -> Fraction:
        least, largest = near.question.enclosed(point)
        value = network((point,))[0]
        return max(ZERO, value - largest, least - value)

    point = max(found.point, _worst(miss, start, end), key=miss)
    low_bound = max(found.low, miss(point))
    for bound in _bounds(low_bound, found.high, width):
        claim = LineApproximation(network, Curve(source, low, high, bound))
        try:
            claim.judged()
        except RejectedError:
            continue
        return CurveDistance(replace(found, point=point, low=low_bound, high=bound), claim)
    raise ScopeError("distance: no bound was accepted")


def _enclosed(
    network: Network, source: Source, interval: tuple[Fraction, Fraction], width: Fraction
) -> tuple[PiecewisePolynomial, Distance]:
    """Chords whose gap is small against the error, and the distance up to that gap."""
    gap = Fraction(1, 16)
    while True:
        chords = _chords(Curve(source, *interval, gap))
        found = distance_near(network, chords, gap, width)
        if gap <= found.low * _SHARE or gap <= _LEAST:
            return chords, found
        gap = min(gap / 4, max(_LEAST, found.low * _SHARE))


def _chords(curve: Curve) -> PiecewisePolynomial:
    """Chords that are near the curve, by halving.

    Raises:
        ScopeError: there would be too many.
    """
    knots, pieces, waiting = [curve.low], [], [(curve.low, curve.high)]
    while waiting:
        start, end = waiting.pop()
        first, last = curve.value(start), curve.value(end)
        slope = (last - first) / (end - start)
        if curve.is_near(start, end, first - slope * start, slope):
            knots.append(end)
            pieces.append(polynomial([first - slope * start, slope]))
        elif len(knots) + len(waiting) > _MOST_PARTS:
            raise ScopeError(f"distance: more than {_MOST_PARTS} chords would be needed")
        else:
            middle = (start + end) / 2
            waiting += [(middle, end), (start, middle)]
    return PiecewisePolynomial(tuple(knots), tuple(pieces))


def _around(chords: PiecewisePolynomial, point: Fraction) -> tuple[Fraction, Fraction]:
    """The chords beside a point: from the knot before it to the one after it."""
    places = [pair for pair in pairwise(chords.knots) if pair[0] <= point <= pair[1]]
    return places[0][0], places[-1][1]


def _worst(miss: Callable[[Fraction], Fraction], start: Fraction, end: Fraction) -> Fraction:
    """A point with a large difference, by thirds; the largest if there is one hill."""
    while end - start > _FINEST:
        thirds = ((2 * start + end) / 3, (start + 2 * end) / 3)
        first, second = (Fraction(round(x * _GRID), _GRID) for x in thirds)
        start, end = (first, end) if miss(first) < miss(second) else (start, second)
    return min(max(Fraction(round(start * _GRID), _GRID), start), end)


def _bounds(low: Fraction, high: Fraction, width: Fraction) -> list[Fraction]:
    """Larger and larger bounds to be tried, the last one certainly true."""
    found, share = [], width
    while low and (bound := low * (1 + share)) < high:
        found.append(_short(bound, low * (1 + share / 2)))
        share *= 2
    return [*found, high]


def _short(most: Fraction, least: Fraction) -> Fraction:
    """A decimal fraction between two numbers."""
    scale = 10
    while (found := Fraction(int(most * scale), scale)) < least:
        scale *= 10
    return found
