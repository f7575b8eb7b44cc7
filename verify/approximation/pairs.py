"""The fewest pairs of units with permuted weights within epsilon of a function (T61, T62)."""

from fractions import Fraction
from math import ceil, floor, log10

from theory.approximation.permutation import Line, Pairs, enough_points, scaled, scaled_error
from theory.approximation.superblock import Arrangement, enough_superblocks, side_sums, unscaled
from theory.approximation.tree import Tree
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Network
from verify.approximation.curve import Curve
from verify.approximation.lipschitz import lipschitz_bound
from verify.target_checker import Question

MOST_POINTS = 4096  # the checker's time grows with the square; here it takes some ten seconds
_VALUES = Fraction(1, 2**10)  # of epsilon: how near values are that are not exact
_RATIONAL = {"+", "*", "/", "^", "abs", "min", "max"}
_CLEARLY = 1 + 2**-20  # times epsilon: what a float is believed to be above it
_FINE = 64  # the error is told up to a 64th of itself


def _is_rational(tree: Tree | int) -> bool:
    """Whether values at rational points are rational, for a reason that is seen in the tree."""
    if not isinstance(tree, tuple):
        return True
    return tree[0] in _RATIONAL and all(map(_is_rational, tree[1:]))


def _rounded(number: Fraction) -> Fraction:
    """The least decimal fraction of four digits or more that is not below the number."""
    unit = Fraction(10) ** (floor(log10(number)) - 3) if number else Fraction(1)
    return ceil(number / unit) * unit


class PairSearch:
    """Which networks of `theory.approximation.permutation` are within epsilon of a curve."""

    def __init__(self, curve: Curve) -> None:
        self.curve, self.low, self.high = curve, curve.low, curve.high
        if self.low >= self.high:
            raise DomainError(
                f"domain: expected an interval with an inside, got {self.low} to {self.high}"
            )
        shape = curve.source.shape
        is_exact = isinstance(shape, Network) or _is_rational(shape)
        self.gap = ZERO if is_exact else curve.epsilon * _VALUES
        self.rise = (self.high - self.low) * lipschitz_bound(shape, self.low, self.high)
        self._place = 0.0  # where a piece was too far; that is a good place to look first

    @property
    def enough_points(self) -> int:
        """The number of pairs for which T61 promises epsilon, also with values that are near."""
        return enough_points(self.rise, self.curve.epsilon - 4 * self.gap)

    @property
    def enough_superblocks(self) -> Arrangement:
        """The arrangement for which T62 promises epsilon; values are taken for exact."""
        return enough_superblocks(self.rise, self.curve.value(self.low), self.curve.epsilon)

    def scaled(self, count: int) -> Pairs:
        """The network of T61; neighbouring values may be off by twice the gap."""
        rise = self.rise + self.gap * (count - 1) / 2
        return scaled(self.curve.value, rise, self.low, self.high, count)

    def scaled_error(self, count: int) -> Fraction:
        """The bound for it: 6 K / (n - 1), and 4 times the gap."""
        return scaled_error(self.rise, count) + 4 * self.gap

    def unscaled(self, arrangement: Arrangement) -> Pairs:
        """The network of T62."""
        return unscaled(self.curve.value, self.low, self.high, arrangement)

    def unscaled_error(self, arrangement: Arrangement) -> Fraction:
        """The bound for it, and the gap."""
        return arrangement.error(self.rise) + self.gap

    def fewest_scaled(self) -> Pairs:
        """The network of T61 with the fewest pairs that is within epsilon.

        Every smaller multiple of 4 is tried.

        Raises:
            ScopeError: it has more than 4096 pairs; told at once where 4096 are far too few.
        """
        if self.enough_points > MOST_POINTS:
            self._require_hope(self.scaled(MOST_POINTS))
        for count in range(4, min(self.enough_points, MOST_POINTS) + 1, 4):
            found = self.scaled(count)
            if self.is_within(found):
                return found
        raise self._too_many(self.enough_points)

    def fewest_unscaled(self) -> Arrangement:
        """The arrangement of fewest superblocks, of least width, that is within epsilon.

        Every smaller number of superblocks is tried; the width is found by bisection.

        Raises:
            ScopeError: it has more than 4096 pairs.
        """
        enough = self.enough_superblocks
        for count in range(1, min(enough.count, MOST_POINTS // 4) + 1):
            most = min(enough.width, MOST_POINTS // (4 * count))
            found = self._narrowest(count, most)
            if found is None:  # more superblocks have fewer levels, with so many pairs at most
                break
            if self.is_within(self.unscaled(found)):
                return found
        raise self._too_many(enough.points)

    def fitting(self, count: int) -> Arrangement:
        """The possible arrangement of count = 4 k points with the least bound.

        Or, where its network is not within epsilon, the next one whose network is, if any.

        Raises:
            ScopeError: none is possible.
        """
        quarter = count // 4
        divisors = (width for width in range(1, quarter + 1) if quarter % width == 0)
        choices = [Arrangement(width, quarter // width) for width in divisors]
        ordered = sorted(choices, key=lambda one: one.error(self.rise))
        possible = [one for one in ordered if self._is_possible(one)]
        if not possible:
            raise ScopeError(f"n: {count} pairs without a scale do not reach this function")
        within = (one for one in possible if self.is_within(self.unscaled(one)))
        return next(within, possible[0])

    def is_within(self, pairs: Pairs) -> bool:
        """Whether every piece is within epsilon of the function; cheap tests first."""
        lines = list(pairs.lines)
        start = int(self._place * len(lines))
        order = (*range(start, len(lines)), *range(start))
        missed = next((k for k in order if self._is_far(lines[k])), None)
        if missed is None:
            missed = next((k for k in order if not self._is_near(lines[k])), None)
        if missed is not None:
            self._place = missed / len(lines)
        return missed is None

    def error(self, pairs: Pairs) -> Fraction:
        """A bound of the distance, decided exactly; at most a 64th more than a sample of it.

        More where the function turns between the places that are looked at, never above epsilon
        for a network that is within it.
        """
        left, near = list(pairs.lines), self.curve.near_value
        seen = max(abs(near(x) - self._at(line, x)) for line in left for x in self._places(line))
        question = self.curve.question
        for step in range(1, _FINE):
            bound = min(_rounded(Fraction(seen) * (1 + Fraction(step, _FINE))), question.epsilon)
            looser = Question((self.low, self.high), bound, question.parts, question.roots)
            left = [one for one in left if not looser.is_within((one[0], one[1], one[2:]))]
            if not left:
                return bound
        return question.epsilon

    def _is_far(self, line: Line) -> bool:
        """Whether the line is seen to be too far at an end or in the middle."""
        near, most = self.curve.near_value, float(self.curve.epsilon) * _CLEARLY
        for x in self._places(line):
            value, there = near(x), self._at(line, x)
            if abs(value - there) > most + max(1.0, abs(value), abs(there)) / 2**40:
                return True
        return False

    @staticmethod
    def _places(line: Line) -> tuple[float, float, float]:
        return float(line[0]), float((line[0] + line[1]) / 2), float(line[1])

    @staticmethod
    def _at(line: Line, x: float) -> float:
        return float(line[2]) + float(line[3]) * x

    def _is_near(self, line: Line) -> bool:
        return self.curve.is_near(*line)

    def _narrowest(self, count: int, most: int) -> Arrangement | None:
        """The arrangement of so many superblocks of least width, where it is at most `most`."""
        below, above = 0, most
        if most < 1 or not self._is_possible(Arrangement(most, count)):
            return None
        while above - below > 1:
            middle = (below + above) // 2
            possible = self._is_possible(Arrangement(middle, count))
            below, above = (below, middle) if possible else (middle, above)
        return Arrangement(above, count)

    def _is_possible(self, arrangement: Arrangement) -> bool:
        try:
            side_sums(self.curve.value, self.low, self.high, arrangement)
        except ScopeError:
            return False
        return True

    def _require_hope(self, pairs: Pairs) -> None:
        """Refuse where even the largest network is seen to be off by twice epsilon."""
        seen = max(
            abs(self.curve.near_value(x) - self._at(line, x))
            for line in pairs.lines
            for x in self._places(line)
        )
        if seen > 2 * self.curve.epsilon:
            raise ScopeError(
                f"epsilon: {len(pairs.forth)} pairs, the most that are checked, are off by "
                f"{seen:.3g}; by the formula {self.enough_points} are enough"
            )

    def _too_many(self, promised: int) -> ScopeError:
        return ScopeError(
            f"epsilon: more than {MOST_POINTS} pairs are needed, the most that are checked; "
            f"by the formula {promised} are enough"
        )
