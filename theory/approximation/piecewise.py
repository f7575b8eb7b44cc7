"""Piecewise polynomials on an interval: networks, and what stands in for functions."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from theory.approximation.polynomial import polynomial, product, scaled, total, value
from theory.canonical.line import line_form
from theory.domain import Box
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import ZERO, Network, Vector

Part = tuple[Fraction, Fraction, Vector]  # from, to, the polynomial there


@dataclass(frozen=True, slots=True)
class PiecewisePolynomial:
    """The function that is pieces[i] from knots[i] to knots[i + 1]; it may jump at knots.

    Attributes:
        knots: The ends of the interval and what is between, increasing; one point stands twice.
        pieces: One polynomial fewer.
    """

    knots: Vector
    pieces: tuple[Vector, ...]

    def __post_init__(self) -> None:
        if not self.pieces or len(self.knots) != len(self.pieces) + 1:
            raise ShapeError(f"piecewise: expected {len(self.pieces) + 1} knots, at least two")
        is_point = len(self.knots) == 2 and self.knots[0] == self.knots[1]
        if not is_point and not all(one < other for one, other in pairwise(self.knots)):
            raise DomainError("piecewise: expected increasing knots")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pieces with their ends, from left to right."""
        return tuple(
            (start, end, piece)
            for (start, end), piece in zip(pairwise(self.knots), self.pieces, strict=True)
        )

    def __call__(self, point: Fraction) -> Fraction:
        """The value at a point of the interval; at a knot that of the piece after it.

        Raises:
            DomainError: the point is outside.
        """
        if not self.knots[0] <= point <= self.knots[-1]:
            raise DomainError(f"point: expected {self.knots[0]} <= x <= {self.knots[-1]}")
        number = min(bisect_right(self.knots, point), len(self.pieces)) - 1
        return value(self.pieces[number], point)

    def minus(self, other: "PiecewisePolynomial") -> "PiecewisePolynomial":
        """The difference of two functions on one interval.

        Raises:
            DomainError: the intervals differ.
        """
        return self._combined(other, lambda p, q: total(p, scaled(q, Fraction(-1))))

    def plus(self, p: Vector) -> "PiecewisePolynomial":
        """The sum with one polynomial."""
        return PiecewisePolynomial(self.knots, tuple(total(one, p) for one in self.pieces))

    def _combined(
        self, other: "PiecewisePolynomial", operation: Callable[[Vector, Vector], Vector]
    ) -> "PiecewisePolynomial":
        if (self.knots[0], self.knots[-1]) != (other.knots[0], other.knots[-1]):
            raise DomainError("piecewise: expected functions on one interval")
        if self.knots[0] == self.knots[-1]:
            return PiecewisePolynomial(self.knots, (operation(self.pieces[0], other.pieces[0]),))
        knots = sorted({*self.knots, *other.knots})
        found = []
        for start in knots[:-1]:
            places = (bisect_right(one.knots, start) - 1 for one in (self, other))
            mine, theirs = (one.pieces[k] for one, k in zip((self, other), places, strict=True))
            found.append(operation(mine, theirs))
        return PiecewisePolynomial(tuple(knots), tuple(found))

    @property
    def integral_of_square(self) -> Fraction:
        """The integral of the function's square over the interval: its L2 norm squared.

        Theorem: T68 (exact errors in one dimension).
        """
        return _sum([_integral(product(p, p), start, end) for start, end, p in self.parts])


def _integral(p: Vector, low: Fraction, high: Fraction) -> Fraction:
    primitive = (ZERO, *(entry / (power + 1) for power, entry in enumerate(p)))
    return value(primitive, high) - value(primitive, low)


def _sum(numbers: list[Fraction]) -> Fraction:
    """The sum, by halves, since denominators that have nothing in common become long."""
    if len(numbers) < 2:
        return numbers[0] if numbers else ZERO
    middle = len(numbers) // 2
    return _sum(numbers[:middle]) + _sum(numbers[middle:])


def pieces_of(network: Network, low: Fraction, high: Fraction) -> PiecewisePolynomial:
    """The network on [low, high] as its affine pieces, neighbours different.

    Theorem: T27 (canonical form of one variable).

    Raises:
        DomainError: high is below low.
        ScopeError: the network has more than one input or output.
    """
    if (network.inputs, network.outputs) != (1, 1):
        found = f"{network.inputs} and {network.outputs}"
        raise ScopeError(f"distance: expected a network with one input and one output, got {found}")
    if low == high:
        return PiecewisePolynomial((low, high), (polynomial(network((low,))),))
    form = line_form(network, Box((low,), (high,)))
    pieces = tuple(polynomial(piece.affine[0]) for piece in form.pieces)
    return PiecewisePolynomial((low, *form.breakpoints, high), pieces)
