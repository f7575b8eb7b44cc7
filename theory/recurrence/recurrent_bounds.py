"""Intervals that hold all states of a recurrent network, for inputs from a box."""

from collections.abc import Sequence
from fractions import Fraction

from theory.domain import Box
from theory.network import Affine
from theory.recurrence.recurrent import RecurrentNetwork, activated

Interval = tuple[Fraction, Fraction]
Intervals = tuple[Interval, ...]
_ROUNDS, _TRIES = 24, 8  # steps of iteration; after each so many of them a wider box is tried
_GRID = 2**20  # ends are rounded outward to this
_WIDER = (Fraction(1, 8), Fraction(1), Fraction(8))


def inductive_bounds(network: RecurrentNetwork, domain: Box | None) -> Intervals | None:
    """Intervals, one for each unit, that hold h_1, h_2, ... and that a step does not leave.

    None where none were found; by interval arithmetic, so there may be some all the same.
    `domain` is None for a network without inputs.

    Theorem: T44 (inductive invariants for recurrent networks), part 2.
    """
    points = () if domain is None else tuple(zip(domain.lower, domain.upper, strict=True))
    start = tuple((value, value) for value in network.start)
    found = _rounded(image(network, start, points))
    for count in range(1, _ROUNDS + 1):
        after = image(network, found, points)
        if is_within(after, found):
            return found
        if count % _TRIES == 0:
            for wider in (_widened(found, share) for share in _WIDER):
                if is_within(image(network, wider, points), wider):
                    return wider
        found = _rounded(_hull(found, after))
    return None


def image(network: RecurrentNetwork, states: Intervals, points: Intervals) -> Intervals:
    """Intervals that hold the next state, where the given ones hold the state and the input."""
    values = _affine_image(network.step, (*states, *points))
    kind = network.activation
    return tuple((activated(kind, low), activated(kind, high)) for low, high in values)


def _affine_image(layer: Affine, intervals: Sequence[Interval]) -> Intervals:
    found = []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        low = high = bias
        for column, weight in row:
            ends = [weight * end for end in intervals[column]]
            low, high = low + min(ends), high + max(ends)
        found.append((low, high))
    return tuple(found)


def is_within(inner: Intervals, outer: Intervals) -> bool:
    """Whether every interval lies in the other one of its unit."""
    pairs = zip(inner, outer, strict=True)
    return all(low >= least and high <= most for (low, high), (least, most) in pairs)


def _hull(one: Intervals, other: Intervals) -> Intervals:
    pairs = zip(one, other, strict=True)
    return tuple((min(a, c), max(b, d)) for (a, b), (c, d) in pairs)


def _widened(intervals: Intervals, share: Fraction) -> Intervals:
    """Wider by a share of the width on both sides."""
    return _rounded(
        tuple((low - share * (high - low), high + share * (high - low)) for low, high in intervals)
    )


def _rounded(intervals: Intervals) -> Intervals:
    """The intervals with short ends, outward."""
    return tuple(
        (Fraction(low * _GRID // 1, _GRID), Fraction(-(-high * _GRID // 1), _GRID))
        for low, high in intervals
    )
