"""Points of a curve that lie so close that chords between them are near it: for proposals alone."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from verify.approximation.curve import Curve

_FIRST = 128  # intervals
_FINEST = 60  # halvings of one of them
_FEW, _MOST = 4_000, 40_000
_SHARES = (2**-13, 2**-9)  # of epsilon; the second one where the first one needs many points


@dataclass(frozen=True, slots=True)
class Samples:
    """Exact places, and about what the function is there.

    Attributes:
        places: Increasing; the first and last one are the ends of the interval.
        xs: The same as floats.
        ys: About the values.
    """

    places: tuple[Fraction, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]


@lru_cache(maxsize=4)
def sampled(curve: Curve) -> Samples:
    """Points of a curve, halved until the middle of every chord is near it."""
    if curve.low == curve.high:
        return Samples((curve.low,), (float(curve.low),), (curve.near_value(float(curve.low)),))
    for share in _SHARES:
        found = _halved(curve, float(curve.epsilon) * share)
        if len(found.places) <= _FEW:
            break
    return found


def _halved(curve: Curve, near: float) -> Samples:
    width = curve.high - curve.low
    starts = [curve.low + width * Fraction(k, _FIRST) for k in range(_FIRST + 1)]
    places, values = [starts[0]], [curve.near_value(float(starts[0]))]
    for end in starts[1:]:
        waiting = [(end, curve.near_value(float(end)), 0)]
        while waiting:  # the nearest one last
            place, value, depth = waiting[-1]
            middle = (places[-1] + place) / 2
            between = curve.near_value(float(middle))
            is_near = abs(between - (values[-1] + value) / 2) <= near
            is_fine = float(middle) in (float(places[-1]), float(place)) or depth >= _FINEST
            if is_near or is_fine or len(places) > _MOST:
                places.append(place)
                values.append(value)
                waiting.pop()
            else:
                waiting[-1] = (place, value, depth + 1)
                waiting.append((middle, between, depth + 1))
    return Samples(tuple(places), tuple(map(float, places)), tuple(values))
