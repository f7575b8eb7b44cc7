"""Few bends within epsilon of a curve, and bends that nothing within epsilon can do without (T53).

Floats propose on sampled points; the checker's exact tests decide.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from theory.errors import ScopeError
from verify.approximation.curve import Curve
from verify.approximation.samples import Samples

Point = tuple[Fraction, Fraction]
Triple = tuple[Fraction, Fraction, Fraction]
MOST_PIECES = 1000
_SHARES = (1 - 2**-10, 1 - 2**-7, 1 - 2**-4, 0.5)  # of epsilon, for the proposal
_OFFSETS = tuple(k / 4 for k in range(-4, 5))  # times epsilon, of values at knots
_ROUNDING = 14  # bits finer than epsilon


def few_pieces(curve: Curve, samples: Samples) -> tuple[Point, ...]:
    """The knots and values of a continuous piecewise affine function within epsilon.

    Raises:
        ScopeError: none with at most a thousand pieces is found.
    """
    for share in _SHARES:
        path = _path(samples, float(curve.epsilon) * share)
        unit = 2 ** (_ROUNDING + max(0, math.ceil(1 / curve.epsilon).bit_length()))
        points = tuple((samples.places[k], Fraction(round(y * unit), unit)) for k, y in path)
        if all(_is_near(curve, one, other) for one, other in pairwise(points)):
            return points
    raise ScopeError("knots: none were found for this epsilon, try equidistant ones")


def _is_near(curve: Curve, one: Point, other: Point) -> bool:
    """Whether the chord between two points is within epsilon of the curve."""
    slope = (other[1] - one[1]) / (other[0] - one[0])
    return curve.is_near(one[0], other[0], one[1] - slope * one[0], slope)


def _path(samples: Samples, epsilon: float) -> list[tuple[int, float]]:
    """Indices and values: from each offset at each knot, pieces go as far as they can."""
    last = len(samples.places) - 1
    reached = dict.fromkeys(_OFFSETS, (0, -1.0))  # index, offset before
    levels = [reached]
    while all(index < last for index, _ in reached.values()):
        if len(levels) > MOST_PIECES:
            raise ScopeError(f"epsilon: more than {MOST_PIECES} pieces are needed")
        further: dict[float, tuple[int, float]] = {}
        for before, (index, _) in reached.items():
            for offset, end in _furthest(samples, index, before, epsilon).items():
                if end > further.get(offset, (-1, 0.0))[0]:
                    further[offset] = (end, before)
        reached = further
        levels.append(reached)
    ends = [offset for offset, (index, _) in reached.items() if index == last]
    offset, path = min(ends, key=abs), []
    for level in reversed(levels):
        index, before = level[offset]
        path.append((index, samples.ys[index] + offset * epsilon))
        offset = before
    return path[::-1]


def _furthest(samples: Samples, start: int, offset: float, epsilon: float) -> dict[float, int]:
    """The last index that a chord from a point reaches at each offset."""
    x, y = samples.xs[start], samples.ys[start] + offset * epsilon
    least, greatest = -math.inf, math.inf  # slopes that pass all points so far
    found: dict[float, int] = {}
    for index in range(start + 1, len(samples.xs)):
        run, rise = samples.xs[index] - x, samples.ys[index] - y
        if run <= 0:
            continue
        for end in _OFFSETS:
            if least <= (rise + end * epsilon) / run <= greatest:
                found[end] = index
        least = max(least, (rise - epsilon) / run)
        greatest = min(greatest, (rise + epsilon) / run)
        if least > greatest:
            break
    return found


def forced_bends(curve: Curve, samples: Samples) -> tuple[Triple, ...]:
    """Three points each, side by side, at which no affine function is within epsilon.

    As many as are found from left to right, each of them proved.
    """
    found: list[Triple] = []
    start, last = 0, len(samples.places) - 1
    while start < last - 1 and len(found) < MOST_PIECES:
        end = _shortest_span(samples, start, 2 * float(curve.epsilon))
        triple = next(_proved(curve, samples, start, end), None)
        if triple is None:
            break
        found.append(tuple(samples.places[k] for k in triple))  # type: ignore[arg-type]
        start = triple[2]
    return tuple(found)


def _proved(curve: Curve, samples: Samples, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Triples from a span and some that are a little longer, if they are exact witnesses."""
    for longer in (0, 1, 2, 4, 8):
        if end + longer >= len(samples.places):
            return
        _, triple = _width(samples, start, end + longer)
        points = [samples.places[k] for k in triple]
        is_rising = triple[0] < triple[1] < triple[2]
        if is_rising and curve.question.deviation(points) > 2 * curve.epsilon:
            yield triple


def _shortest_span(samples: Samples, start: int, size: float) -> int:
    """The least end with a triple that is off by more than the size; the last index if none is."""
    last = len(samples.places) - 1
    step = 2
    while start + step < last and _width(samples, start, start + step)[0] <= size:
        step *= 2
    good, bad = start + step // 2, min(start + step, last)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (good, middle) if _width(samples, start, middle)[0] > size else (middle, bad)
    return bad


def _width(samples: Samples, start: int, end: int) -> tuple[float, tuple[int, int, int]]:
    """How far a point is from the chord over two others at most, and these three."""
    above, below = (_hull(samples, start, end, sign) for sign in (1.0, -1.0))
    found = (0.0, (start, start, end))
    for vertices, edges in ((above, below), (below, above)):
        left = 0
        for index in vertices[1:-1]:
            while samples.xs[edges[left + 1]] < samples.xs[index]:
                left += 1
            one, other = edges[left], edges[left + 1]
            share = (samples.xs[index] - samples.xs[one]) / (samples.xs[other] - samples.xs[one])
            chord = samples.ys[one] + share * (samples.ys[other] - samples.ys[one])
            found = max(found, (abs(samples.ys[index] - chord), (one, index, other)))
    return found


def _hull(samples: Samples, start: int, end: int, sign: float) -> Sequence[int]:
    """The vertices of the upper (sign 1) or lower convex hull of points from left to right."""
    found: list[int] = []
    xs, ys = samples.xs, samples.ys
    for k in range(start, end + 1):
        while len(found) > 1:
            i, j = found[-2:]
            turn = (xs[j] - xs[i]) * (ys[k] - ys[i]) - (xs[k] - xs[i]) * (ys[j] - ys[i])
            if turn * sign < 0:
                break
            found.pop()
        found.append(k)
    return found
