"""How few steps a grid needs so that its Kuhn interpolant is within epsilon of a function (T59).

Floats propose edges in whose middle an interpolant is too far; exact numbers decide there, and
where none is found the checker decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import floor, isfinite, prod

from theory.approximation.box_target import BoxTarget
from theory.approximation.kuhn import Cell, KuhnGrid, kuhn_interpolant
from theory.approximation.multivariate import Polynomial
from theory.domain import Box
from theory.errors import DomainError, ScopeError
from theory.network import Vector
from verify import simplex_checker
from verify.approximation.box_claim import BoxApproximation, checked_target
from verify.checker import RejectedError
from verify.homogeneous_forms import reaches
from verify.simplex_checker import FarError

MOST_VERTICES = 5000
MOST_SIDES = 3
REMAINDER_SHARE = Fraction(1, 32)  # of epsilon, for Taylor polynomials


@dataclass(frozen=True, slots=True)
class Fewest:
    """What the search found.

    Attributes:
        approximation: The claim, which the checker accepts.
        is_least: Whether with every smaller number of steps the interpolant is too far somewhere;
            with Taylor polynomials, as far as their remainders allow to say so. Else the checker
            could not see for one of them whether it is near.
    """

    approximation: BoxApproximation
    is_least: bool


class Interpolants:
    """The Kuhn interpolants of a function on a box, and which are within epsilon of it."""

    def __init__(self, target: BoxTarget, box: Box, epsilon: Fraction) -> None:
        """Taylor degrees are chosen here.

        Raises:
            DomainError: epsilon is not positive, or the target has a pole.
            ScopeError: n is too large, or a Taylor degree.
        """
        if epsilon <= 0:
            raise DomainError(f"epsilon: expected a positive number, got {epsilon}")
        sides = box.inputs - len(box.fixed)
        if sides > MOST_SIDES:
            raise ScopeError(f"n too large: expected at most {MOST_SIDES} inputs, got {sides}")
        self.box, self.epsilon = box, epsilon
        self.target = target.within(box, epsilon * REMAINDER_SHARE)
        self.numerator, self.denominator = self.target.numerator, self.target.denominator
        self.lost = self.target.remainder(box)
        self._require_positive()
        self.value = lru_cache(maxsize=2 * MOST_VERTICES)(self._value)
        self.place: Vector | None = None  # where an interpolant was too far
        self.guess = _floating(self.numerator), _floating(self.denominator)

    def _require_positive(self) -> None:
        """Refuse a denominator that is not seen to be positive everywhere on the box."""
        sides = list(zip(self.box.lower, self.box.upper, strict=True))
        grid = simplex_checker.Grid(checked_target(self.target), sides, [1] * len(sides), 1)
        for corners, forms in grid.simplices():
            sizes = [corner[0] for corner in corners]
            if not reaches(forms[0], grid.degree - 1, sizes, 1, lambda _: None):
                raise DomainError("target: it has a pole on the domain, or is too near to one")

    def _value(self, point: Vector) -> Fraction:
        """N / Q at a point, with Taylor polynomials."""
        below = self.denominator(point)
        if below <= 0:
            raise DomainError(f"target: it has a pole (its denominator {below}) on the domain")
        return self.numerator(point) / below

    def approximation(self, steps: tuple[int, ...]) -> BoxApproximation:
        """The claim for the interpolant on this grid.

        Raises:
            DomainError, ShapeError: these are no steps.
            ScopeError: there are too many vertices.
        """
        grid = KuhnGrid(self.box, steps)
        if prod(count + 1 for count in grid.sizes) > MOST_VERTICES:
            raise ScopeError(f"steps: expected at most {MOST_VERTICES} vertices")
        network = kuhn_interpolant(self.value, grid)
        return BoxApproximation(network, self.target, self.box, steps, self.epsilon)

    def fewest(self) -> Fewest:
        """The least number of steps, the same on every side, whose interpolant is accepted.

        Raises:
            ScopeError: more vertices than 5000 would be needed.
        """
        free, is_least, steps = KuhnGrid(self.box, (1,) * self.box.inputs).free, True, 1
        while (steps + 1) ** max(1, len(free)) <= MOST_VERTICES:
            counts = tuple(steps if axis in free else 1 for axis in range(self.box.inputs))
            if not self.is_far(KuhnGrid(self.box, counts)):
                found = self.approximation(counts)
                try:
                    return Fewest(found.accepted(), is_least)
                except FarError:
                    pass
                except RejectedError:
                    is_least = False
            steps += 1
        raise ScopeError(f"epsilon: no interpolant of up to {steps - 1} steps a side is accepted")

    def is_far(self, grid: KuhnGrid) -> bool:
        """Whether the interpolant is too far in the middle of an edge that floats propose.

        First around the place where one was the last time, since that is a good place to look.
        """
        if self.place is not None and self.is_far_among(grid, self._cells_near(grid, self.place)):
            return True
        return self.is_far_among(grid, list(grid.vertices()))

    def is_far_among(self, grid: KuhnGrid, vertices: list[Cell]) -> bool:
        """The same for the edges between some vertices."""
        worst, size = None, -1.0
        for ends in self.edges(grid, vertices):
            excess = self.excess_guess(*ends)
            if excess > size:
                worst, size = ends, excess
        if worst is None:
            return False
        first, last = worst
        middle = tuple((a + b) / 2 for a, b in zip(first, last, strict=True))
        distance = abs(self.value(middle) - (self.value(first) + self.value(last)) / 2)
        if distance <= self.epsilon - self.lost / self.denominator(middle):
            return False
        self.place = middle
        return True

    def _cells_near(self, grid: KuhnGrid, place: Vector) -> list[Cell]:
        """The vertices at most two steps away from a point, on every side."""
        ranges = [
            range(max(0, floor(u) - 1), min(count, floor(u) + 2) + 1)
            for u, count in zip(grid.coordinates(place), grid.sizes, strict=True)
        ]
        return list(product(*ranges))

    def edges(self, grid: KuhnGrid, chosen: list[Cell]) -> Iterator[tuple[Vector, Vector]]:
        """The ends of all edges between these vertices."""
        moves = list(product((0, 1), repeat=len(grid.free)))[1:]
        vertices = {vertex: grid.point(vertex) for vertex in chosen}
        for vertex, point in vertices.items():
            for move in moves:
                other = vertices.get(tuple(map(sum, zip(vertex, move, strict=True))))
                if other is not None:
                    yield point, other

    def excess_guess(self, first: Vector, last: Vector) -> float:
        """About how far the interpolant is away in the middle of an edge; 0 where floats fail."""
        a, b = (tuple(map(float, end)) for end in (first, last))
        middle = tuple((x + y) / 2 for x, y in zip(a, b, strict=True))
        try:
            values = [self.near(point) for point in (a, b, middle)]
        except (OverflowError, ZeroDivisionError):
            return 0.0
        found = abs(values[2] - (values[0] + values[1]) / 2)
        return found if isfinite(found) else 0.0

    def near(self, point: tuple[float, ...]) -> float:
        """The function by floats.

        Raises:
            OverflowError, ZeroDivisionError: floats fail.
        """
        return self.guess[0](point) / self.guess[1](point)


def _floating(polynomial: Polynomial) -> Callable[[tuple[float, ...]], float]:
    """The polynomial on floats."""
    entries = [(powers, float(entry)) for powers, entry in polynomial.entries]

    def value(point: tuple[float, ...]) -> float:
        return sum(
            entry * prod(x**power for x, power in zip(point, powers, strict=True) if power)
            for powers, entry in entries
        )

    return value
