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
Witness = tuple[Fraction, ...]
Label = tuple[bool, float | None]  # is there a constant piece; offset, None at its end
MOST_PIECES = 1000
_SHARES = (1 - 2**-10, 1 - 2**-7, 1 - 2**-4, 0.5)  # of epsilon, for the proposal
_OFFSETS = tuple(k / 4 for k in range(-4, 5))  # times epsilon, of values at knots
_ROUNDING = 14  # bits finer than epsilon
_CLEARLY = 1 + 2**-20


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
    """Indices and values: from each offset at each knot, pieces go as far as they can.

    Among paths of fewest pieces one with a constant piece is taken, which saves a unit.
    """
    last = len(samples.places) - 1
    start: Label = (False, 0.0)
    reached: dict[Label, tuple[int, float, Label]] = {
        (False, end): (0, samples.ys[0] + end * epsilon, start) for end in _OFFSETS
    }
    levels = [reached]
    while all(index < last for index, _, _ in reached.values()):
        if len(levels) > MOST_PIECES:
            raise ScopeError(f"epsilon: more than {MOST_PIECES} pieces are needed")
        further: dict[Label, tuple[int, float, Label]] = {}
        for before, (index, value, _) in reached.items():
            for label, (end, height) in _furthest(samples, index, value, epsilon).items():
                if label[0] and before[0]:
                    continue  # one constant piece is enough
                after = (before[0] or label[0], label[1])
                if end > further.get(after, (-1, 0.0, start))[0]:
                    further[after] = (end, height, before)
        reached = further
        levels.append(reached)
    label = min((label for label in reached if reached[label][0] == last), key=_preference)
    path = []
    for level in reversed(levels):
        index, value, label = level[label]
        path.append((index, value))
    return path[::-1]


def _preference(label: Label) -> tuple[bool, float]:
    return not label[0], abs(label[1] or 0.0)


def _furthest(
    samples: Samples, start: int, value: float, epsilon: float
) -> dict[Label, tuple[int, float]]:
    """The last index, and the value there, that a chord from a point reaches at each offset.

    And how far a constant goes.
    """
    xs, ys = samples.xs, samples.ys
    least, greatest = -math.inf, math.inf  # slopes that pass all points so far
    found: dict[Label, tuple[int, float]] = {}
    for index in range(start + 1, len(xs)):
        run, rise = xs[index] - xs[start], ys[index] - value
        for end in _OFFSETS:
            if least <= (rise + end * epsilon) / run <= greatest:
                found[False, end] = (index, ys[index] + end * epsilon)
        least = max(least, (rise - epsilon) / run)
        greatest = min(greatest, (rise + epsilon) / run)
        if least <= 0 <= greatest:
            found[True, None] = (index, value)
        if least > greatest:
            break
    return found


def forced_bends(curve: Curve, samples: Samples) -> tuple[Witness, ...]:
    """Triples of points, side by side, at which no affine function is within epsilon.

    As many as are found from left to right, each of them proved. If a pair of points before or
    after them, or both, shows that there is one unit more than bends, it is among them.
    """
    triples = _triples(curve, samples, 0)
    if len(triples) == 1:
        both = _both_sides(curve, samples)
        if both is not None:
            return both
    signs = {curve.excluded(_points(samples, triple)) for triple in triples} or {1, -1}
    for sign in signs if len(signs) == 1 or not triples else ():
        first = _rise(samples, range(len(samples.places)), -sign * 2 * float(curve.epsilon))
        if first is not None and curve.excluded(_points(samples, first)) == -sign:
            after = _triples(curve, samples, first[1])
            if len(after) == len(triples):
                return tuple(_points(samples, one) for one in (first, *after))
        backwards = range(len(samples.places) - 1, -1, -1)
        last = _rise(samples, backwards, -sign * 2 * float(curve.epsilon))
        if last is not None and (not triples or triples[-1][2] <= last[1]):
            pair = last[::-1]
            if curve.excluded(_points(samples, pair)) == sign:
                return tuple(_points(samples, one) for one in (*triples, pair))
    return tuple(_points(samples, triple) for triple in triples)


def _both_sides(curve: Curve, samples: Samples) -> tuple[Witness, ...] | None:
    """A triple with a pair on each side, if there are such: a single unit has a constant side."""
    size, count = 2 * float(curve.epsilon), len(samples.places)
    starts = [_rise(samples, range(count), sign * size) for sign in (1, -1)]
    ends = [_rise(samples, range(count - 1, -1, -1), sign * size) for sign in (1, -1)]
    first = min((one for one in starts if one is not None), key=lambda one: one[1], default=None)
    last = max((one for one in ends if one is not None), key=lambda one: one[1], default=None)
    if first is None or last is None:
        return None
    inner = next((one for one in _triples(curve, samples, first[1]) if one[2] <= last[1]), None)
    if inner is None:
        return None
    found = tuple(_points(samples, one) for one in (first, inner, last[::-1]))
    return found if all(map(curve.excluded, found)) else None


def _points(samples: Samples, indices: Sequence[int]) -> Witness:
    return tuple(samples.places[k] for k in indices)


def _rise(samples: Samples, order: range, size: float) -> tuple[int, int] | None:
    """The first indices in an order between which values rise by more, or fall if negative."""
    sign = 1.0 if size > 0 else -1.0
    least = order[0]
    for index in order:
        if sign * samples.ys[index] < sign * samples.ys[least]:
            least = index
        if sign * (samples.ys[index] - samples.ys[least]) > abs(size) * _CLEARLY:
            return least, index
    return None


def _triples(curve: Curve, samples: Samples, start: int) -> list[tuple[int, int, int]]:
    """Indices of triples from left to right, each as early as it can be."""
    found: list[tuple[int, int, int]] = []
    while start < len(samples.places) - 2 and len(found) < MOST_PIECES:
        end = _shortest_span(samples, start, 2 * float(curve.epsilon))
        triple = next(_proved(curve, samples, start, end), None)
        if triple is None:
            break
        found.append(triple)
        start = triple[2]
    return found


def _proved(curve: Curve, samples: Samples, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Triples from a span and some that are a little longer, if they are exact witnesses."""
    for longer in (0, 1, 2, 4, 8):
        if end + longer >= len(samples.places):
            return
        _, triple = _width(samples, start, end + longer)
        is_rising = triple[0] < triple[1] < triple[2]
        if is_rising and curve.excluded(_points(samples, triple)):
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
