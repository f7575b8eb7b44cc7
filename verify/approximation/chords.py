"""Which knots are enough for an interpolant within epsilon of a function, decided exactly (T53)."""

from collections.abc import Iterator
from fractions import Fraction

from theory.approximation.interpolant import equidistant
from theory.errors import ScopeError
from theory.network import Vector
from verify.approximation.curve import Curve

MOST_PIECES = 1000


class Chords:
    """Which chords of a curve are within epsilon of it, decided exactly.

    Chords meet the function at their ends, or are as near to it there as `Curve.value` is.

    Attributes:
        is_decided: Whether every chord that was refused so far is proved to be too far.
    """

    def __init__(self, curve: Curve) -> None:
        self.curve, self.low, self.high = curve, curve.low, curve.high
        self.is_decided = True

    def is_far(self, start: Fraction, end: Fraction) -> bool:
        """Whether the chord is seen to be too far in the middle; floats say where to look."""
        middle, near = (start + end) / 2, self.curve.near_value
        first, last = near(float(start)), near(float(end))
        if abs(near(float(middle)) - (first + last) / 2) <= self.curve.epsilon or start == end:
            return False
        below, above = self.curve.question.deviation((start, middle, end))
        return max(below, -above) > self.curve.epsilon

    def is_near(self, start: Fraction, end: Fraction) -> bool:
        """Whether the chord over [start, end] is within epsilon of the function there."""
        if self.is_far(start, end):
            return False
        first, last = self.curve.value(start), self.curve.value(end)
        slope = (last - first) / (end - start) if end > start else Fraction(0)
        found = self.curve.is_near(start, end, first - slope * start, slope)
        if not found and None in (self.curve.exact(start), self.curve.exact(end)):
            self.is_decided = False
        return found

    def fewest(self) -> Vector:
        """The equidistant knots of the fewest pieces with which every chord is near.

        Every smaller number is tried, so there are no fewer where `is_near` decides.

        Raises:
            ScopeError: a thousand pieces are not enough.
        """
        place = Fraction(0)  # where a chord was too far; that is a good place to look first
        for count in range(1, MOST_PIECES + 1):
            start = int(place * count) % count
            width = (self.high - self.low) / count
            if self.is_far(self.low + start * width, self.low + (start + 1) * width):
                place = Fraction(2 * start + 1, 2 * count)
                continue
            knots = equidistant(self.low, self.high, count)
            if len(knots) == 1:
                return knots
            order = [*range(start, count), *range(start)]
            missed = next(self._missed(knots, order), None)
            if missed is None:
                return knots
            place = Fraction(2 * missed + 1, 2 * count)
        raise ScopeError(f"epsilon: more than {MOST_PIECES} equidistant pieces are needed")

    def _missed(self, knots: Vector, order: list[int]) -> Iterator[int]:
        """The pieces whose chords are not near; cheap tests first."""
        yield from (k for k in order if self.is_far(knots[k], knots[k + 1]))
        yield from (k for k in order if not self.is_near(knots[k], knots[k + 1]))

    def greedy(self, steps: int) -> Vector:
        """Knots from left to right, each as far as a chord is near by bisection, on a grid.

        The fewest with knots on the grid if near chords stay near on every part of them, as they
        do for convex and concave functions (T53).

        Raises:
            ScopeError: a chord over one step is too far, or there are too many pieces.
        """
        grid = equidistant(self.low, self.high, steps)
        found, end = [0], len(grid) - 1
        while found[-1] < end:
            start, good, bad = found[-1], found[-1], end + 1
            while bad - good > 1:
                middle = (good + bad) // 2
                near = self.is_near(grid[start], grid[middle])
                good, bad = (middle, bad) if near else (good, middle)
            if good == start or len(found) > MOST_PIECES:
                raise ScopeError("knots: the grid is too coarse for epsilon, or it is too small")
            found.append(good)
        return tuple(grid[index] for index in found)
