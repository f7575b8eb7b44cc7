"""Continuous piecewise linear functions of one number, as one hidden layer that is exact on Q.

    f(x) = f(k_1) - s_0 relu(k_1 - x) + s_1 relu(x - k_1)
           + (s_2 - s_1) relu(x - k_2) + ... + (s_m - s_(m-1)) relu(x - k_m)

for knots k_1 < ... < k_m and slopes s_0, ..., s_m, one left of all knots and one right of each.
A unit with weight 0 is left out, so there are at most m + 1 units. Activation functions that
networks use besides relu are splines (`theory.graphs.gadget`).
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from theory.errors import ShapeError
from theory.network import Affine, Network, Vector

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Term:
    """The function x -> outer * relu(facing * x + shift), Q -> Q, facing 1 or -1."""

    outer: Fraction
    facing: Fraction
    shift: Fraction


@dataclass(frozen=True, slots=True)
class Spline:
    """The function Q -> Q with these slopes that has a value at the first knot.

    Attributes:
        knots: At least one, increasing.
        slopes: One more than knots, from left to right.
        value: What the function is at the first knot.
    """

    knots: Vector
    slopes: Vector
    value: Fraction

    def __post_init__(self) -> None:
        if not self.knots or not all(one < other for one, other in pairwise(self.knots)):
            raise ShapeError("spline: expected one knot or more, increasing")
        if len(self.slopes) != len(self.knots) + 1:
            raise ShapeError(
                f"spline: expected {len(self.knots) + 1} slopes, got {len(self.slopes)}"
            )

    def __call__(self, point: Fraction) -> Fraction:
        """f(point), walked from the first knot; this is the definition, without relu."""
        if point <= self.knots[0]:
            return self.value - self.slopes[0] * (self.knots[0] - point)
        found, ends = self.value, (*self.knots[1:], None)
        for knot, end, slope in zip(self.knots, ends, self.slopes[1:], strict=True):
            if end is None or point <= end:
                return found + slope * (point - knot)
            found += slope * (end - knot)
        return found

    @property
    def terms(self) -> tuple[Term, ...]:
        """The hidden units: f(x) is the value at the first knot plus their sum.

        Theorem: T41 (activation gadgets).
        """
        first, left, right = self.knots[0], self.slopes[0], self.slopes[1]
        found = [Term(right, _ONE, -first), Term(-left, -_ONE, first)]
        bends = zip(self.knots[1:], pairwise(self.slopes[1:]), strict=True)
        found += [Term(after - before, _ONE, -knot) for knot, (before, after) in bends]
        return tuple(term for term in found if term.outer)

    @property
    def network(self) -> Network:
        """The function as a network Q -> Q with one hidden layer.

        Theorem: T41 (activation gadgets).
        """
        terms = self.terms
        hidden = Affine.dense([[t.facing] for t in terms], [t.shift for t in terms], 1)
        return Network((hidden, Affine.dense([[t.outer for t in terms]], [self.value])))

    @property
    def least(self) -> Fraction | None:
        """The least value on all of Q; None if there is none."""
        if self.slopes[0] > 0 or self.slopes[-1] < 0:
            return None
        return min(map(self, self.knots))


def through(
    points: tuple[tuple[Fraction, Fraction], ...], left: Fraction, right: Fraction
) -> Spline:
    """The spline through points (x, y) with increasing x, with these slopes outside of them.

    Raises:
        ShapeError: there is no point, or x does not increase.
    """
    knots = tuple(x for x, _ in points)
    if not points or not all(one < other for one, other in pairwise(knots)):
        raise ShapeError("spline: expected one point or more, x increasing")
    inner = tuple((v - y) / (u - x) for (x, y), (u, v) in pairwise(points))
    return Spline(knots, (left, *inner, right), points[0][1])
