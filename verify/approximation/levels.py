"""Step functions within epsilon of a curve with few steps, and steps that none can do without.

Floats propose; the checker's exact tests decide (T57).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

from theory.approximation.interpolant import equidistant
from theory.approximation.step import StepNetwork
from theory.errors import ScopeError
from theory.network import ZERO, Vector
from verify.approximation.curve import Curve
from verify.approximation.samples import Samples

Pair = tuple[Fraction, Fraction]
Place = tuple[float, float]
MOST_STEPS = 1000
_SHARES = (1.0, 1 - 2**-8, 1 - 2**-5, 0.75)  # of epsilon, for the proposal
_CLOSE = (2**-40, 2**-26, 2**-13, 2**-8)  # relative distances from a crossing
_ROUNDING = 14  # bits finer than epsilon


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of a curve from one place to another.

    Attributes:
        place: Where the difference of two values first exceeds the bound, about; None if nowhere.
        lowest, highest: Where the least and the greatest value before it are, about.
    """

    place: float | None
    lowest: float
    highest: float


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator with low <= it <= high."""
    whole = ceil(low)
    if whole <= high:
        return Fraction(whole)
    return whole - 1 + 1 / simplest(1 / (high - whole + 1), 1 / (low - whole + 1))


def few_steps(curve: Curve, samples: Samples) -> StepNetwork:
    """Steps within epsilon of the curve, each piece as long as it can be, from the left.

    Raises:
        ScopeError: there would be more than a thousand.
    """
    places: list[Fraction] = []
    values: list[Fraction] = []
    start = curve.low
    while True:
        end, value = _piece(curve, samples, start)
        values.append(value)
        if end == curve.high:
            return StepNetwork(tuple(places), tuple(values))
        places.append(end)
        start = end
        if len(places) > MOST_STEPS:
            raise ScopeError(f"epsilon: more than {MOST_STEPS} steps are needed")


def equal_steps(curve: Curve, samples: Samples) -> StepNetwork:
    """The fewest equidistant pieces of which every one has a value within epsilon.

    Raises:
        ScopeError: a thousand are not enough.
    """
    for count in range(1, MOST_STEPS + 1):
        knots = equidistant(curve.low, curve.high, count)
        spans = list(pairwise(knots)) or [(curve.low, curve.high)]
        if any(_run(curve, samples, *span, 1.001).place is not None for span in spans):
            continue
        found = [_value(curve, samples, *span) for span in spans]
        values = tuple(value for value in found if value is not None)
        if len(values) == len(found):
            return StepNetwork(knots[1:-1], values)
    raise ScopeError(f"epsilon: more than {MOST_STEPS} equidistant pieces are needed")


def given_steps(curve: Curve, samples: Samples, knots: Vector) -> StepNetwork:
    """Steps at the inner knots, about in the middle of what the curve does between them."""
    values = []
    for start, end in pairwise(knots):
        found = next(_values(curve, _run(curve, samples, start, end, 1e300), start, end))
        values.append(found)
    return StepNetwork(knots[1:-1], tuple(values))


def forced_steps(curve: Curve, samples: Samples) -> tuple[Pair, ...]:
    """Two points each, side by side, at which no constant is within epsilon; each is proved."""
    found: list[Pair] = []
    while len(found) < MOST_STEPS:
        start = found[-1][1] if found else curve.low
        pair = next(_proved(curve, samples, start), None)
        if pair is None:
            break
        found.append(pair)
    return tuple(found)


def _proved(curve: Curve, samples: Samples, start: Fraction) -> Iterator[Pair]:
    """Pairs from a place on, if they are exact witnesses, the shortest first."""
    run = _run(curve, samples, start, curve.high, 1.0)
    if run.place is None:
        return
    for close in _CLOSE:
        reach = run.place + close * (run.place - float(start))
        end = min(curve.high, max(Fraction(reach), start))
        for other in (run.lowest, run.highest):
            pair = (max(start, Fraction(other)), end)
            if pair[0] < end and curve.excluded(pair):
                yield pair


def _piece(curve: Curve, samples: Samples, start: Fraction) -> tuple[Fraction, Fraction]:
    """The end of a long piece with a value within epsilon, and that value.

    Raises:
        ScopeError: no piece is found.
    """
    for share in _SHARES:
        run = _run(curve, samples, start, curve.high, share)
        for end in _ends(run.place, start, curve.high):
            value = _value(curve, samples, start, end)
            if value is not None:
                return end, value
    raise ScopeError("steps: a piece is too short for this epsilon")


def _ends(place: float | None, start: Fraction, high: Fraction) -> Iterator[Fraction]:
    """Ends to try: a simple number near the crossing, then numbers a little before it."""
    if place is None:
        yield high
        return
    length = Fraction(place) - start
    for close in map(Fraction, _CLOSE):
        if length > 0:
            yield min(high, simplest(start + length * (1 - close), start + length * (1 + close)))
            yield min(
                high, simplest(start + length * (1 - 2 * close), start + length * (1 - close))
            )


def _value(curve: Curve, samples: Samples, start: Fraction, end: Fraction) -> Fraction | None:
    """A value within epsilon of the curve from start to end, if one is found."""
    run = _run(curve, samples, start, end, 1e300)
    found = _values(curve, run, start, end)
    return next((value for value in found if curve.is_near(start, end, value, ZERO)), None)


def _values(curve: Curve, run: Run, start: Fraction, end: Fraction) -> Iterator[Fraction]:
    """About the middle of all values, and that of the values at the ends, if it is rational."""
    middle = Fraction(curve.near_value(run.lowest) + curve.near_value(run.highest)) / 2
    close = curve.epsilon / 2**_ROUNDING
    yield simplest(middle - close, middle + close)
    ends = [curve.exact(start), curve.exact(end)]
    exact = sum(value for value in ends if value is not None) / Fraction(2)
    if None not in ends and abs(exact - middle) <= close:
        yield exact


def _run(curve: Curve, samples: Samples, start: Fraction, end: Fraction, share: float) -> Run:
    """Where two values from `start` on first differ by more than twice a share of epsilon."""
    bound = 2 * share * float(curve.epsilon)
    points = _points(curve, samples, float(start), float(end))
    before, value = next(points)
    lowest = highest = (before, value)
    for x, y in points:
        lower, higher = min(lowest, (x, y), key=_height), max(highest, (x, y), key=_height)
        if higher[1] - lower[1] > bound:
            place = _crossing(curve, (before, x), (lowest[1], highest[1]), bound)
            return Run(place, lowest[0], highest[0])
        lowest, highest, before = lower, higher, x
    return Run(None, lowest[0], highest[0])


def _points(curve: Curve, samples: Samples, start: float, end: float) -> Iterator[Place]:
    """The sampled points from start to end, and both ends."""
    yield start, curve.near_value(start)
    for index in range(bisect_right(samples.xs, start), bisect_left(samples.xs, end)):
        yield samples.xs[index], samples.ys[index]
    yield end, curve.near_value(end)


def _height(point: Place) -> float:
    return point[1]


def _crossing(curve: Curve, ends: Place, spread: Place, bound: float) -> float:
    """Where between two places the spread first exceeds the bound, by bisection."""
    good, bad = ends
    for _ in range(60):
        middle = (good + bad) / 2
        y = curve.near_value(middle)
        is_good = max(spread[1], y) - min(spread[0], y) <= bound
        good, bad = (middle, bad) if is_good else (good, middle)
    return bad
