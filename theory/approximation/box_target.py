"""What is approximated on boxes: f = N / Q on Q^n, N with exp, sin and cos of polynomials.

N is a sum of polynomials times such factors, Q a polynomial. A factor becomes the Taylor
polynomial in its argument, whose remainder on a box is bounded (T60); N is then a polynomial.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import ceil, factorial

from theory.approximation.multivariate import Polynomial
from theory.domain import Box
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Vector

MOST_DEGREE = 200  # of a Taylor polynomial, and the largest argument of exp
FUNCTIONS = ("exp", "sin", "cos")
_SIGNS = {"exp": (1, 1, 1, 1), "sin": (0, 1, 0, -1), "cos": (1, 0, -1, 0)}
_SAMPLES = 4  # steps on each side, where a denominator is looked at


@dataclass(frozen=True, slots=True)
class Factor:
    """The function x -> function(argument(x)), and a Taylor degree for it."""

    function: str
    argument: Polynomial
    degree: int = 0

    @property
    def taylor(self) -> Polynomial:
        """The Taylor polynomial at 0 of this degree, of the argument."""
        inputs = self.argument.inputs
        found = Polynomial(inputs, ())
        for k in reversed(range(self.degree + 1)):
            entry = Fraction(_SIGNS[self.function][k % 4], factorial(k))
            found = found.times(self.argument).plus(Polynomial.constant(inputs, entry))
        return found

    def bounds(self, box: Box) -> tuple[Fraction, Fraction]:
        """Bounds of the function and of its distance from the Taylor polynomial on a box.

        Theorem: T60 (approximation certificates on simplices), the remainders.

        Raises:
            DomainError: the argument of exp is too large there.
        """
        low, high = self.argument.bounds(box)
        above = max(0, ceil(high)) if self.function == "exp" else 0
        if above > MOST_DEGREE:
            raise DomainError(f"exp: expected arguments of at most {MOST_DEGREE} on the domain")
        size = max(abs(low), abs(high)) ** (self.degree + 1) / factorial(self.degree + 1)
        return Fraction(3**above), size * 3**above


@dataclass(frozen=True, slots=True)
class Summand:
    """A polynomial times factors."""

    weight: Polynomial
    factors: tuple[Factor, ...] = ()

    @property
    def polynomial(self) -> Polynomial:
        """The product with the Taylor polynomials of the factors."""
        found = self.weight
        for factor in self.factors:
            found = found.times(factor.taylor)
        return found

    def remainder(self, box: Box) -> Fraction:
        """A bound on |this function - `polynomial`| on a box."""
        exact = wide = Fraction(1)
        for factor in self.factors:
            bound, remainder = factor.bounds(box)
            exact, wide = exact * bound, wide * (bound + remainder)
        return self.weight.magnitude(box) * (wide - exact)

    def within(self, box: Box, bound: Fraction) -> "Summand":
        """The summand with Taylor degrees for a remainder of at most the bound on a box.

        First the least degree that is enough for all factors, then less for each where that does.

        Raises:
            DomainError: the argument of exp is too large there.
            ScopeError: degree 200 is not enough.
        """
        for degree in range(MOST_DEGREE + 1):
            found = replace(self, factors=tuple(replace(f, degree=degree) for f in self.factors))
            if found.remainder(box) <= bound:
                break
        else:
            raise ScopeError(f"target: a Taylor degree above {MOST_DEGREE} would be needed")
        for index in range(len(found.factors)):
            while (less := found.lowered(index)) and less.remainder(box) <= bound:
                found = less
        return found

    def lowered(self, index: int) -> "Summand | None":
        """The summand with one degree less for a factor, if there is one."""
        factor = self.factors[index]
        if not factor.degree:
            return None
        less = replace(factor, degree=factor.degree - 1)
        return replace(self, factors=(*self.factors[:index], less, *self.factors[index + 1 :]))


@dataclass(frozen=True, slots=True)
class BoxTarget:
    """The function sum of summands / denominator, Q^inputs -> Q, with Taylor polynomials.

    Raises:
        DomainError: the denominator is 0.
    """

    summands: tuple[Summand, ...]
    denominator: Polynomial

    def __post_init__(self) -> None:
        if not self.denominator.entries:
            raise DomainError("target: division by zero")

    @staticmethod
    def of(polynomial: Polynomial) -> "BoxTarget":
        """The target that is a polynomial."""
        summands = (Summand(polynomial),) if polynomial.entries else ()
        return BoxTarget(summands, Polynomial.constant(polynomial.inputs, 1))

    @staticmethod
    def function(name: str, argument: Polynomial) -> "BoxTarget":
        """The target that is exp, sin or cos of a polynomial.

        Raises:
            ScopeError: another name.
        """
        if name not in FUNCTIONS:
            raise ScopeError(f"target: expected one of {', '.join(FUNCTIONS)}, got {name[:60]!r}")
        one = Polynomial.constant(argument.inputs, 1)
        return BoxTarget((Summand(one, (Factor(name, argument),)),), one)

    @property
    def inputs(self) -> int:
        """The number of variables."""
        return self.denominator.inputs

    @property
    def polynomial(self) -> Polynomial | None:
        """The polynomial that it is, if it is written as one."""
        number = self.denominator.number
        if number is None or any(one.factors for one in self.summands):
            return None
        return self.numerator.scaled(1 / number)

    @property
    def numerator(self) -> Polynomial:
        """N with Taylor polynomials for its factors."""
        found = Polynomial(self.inputs, ())
        for one in self.summands:
            found = found.plus(one.polynomial)
        return found

    def __call__(self, point: Vector) -> Fraction:
        """The number N / Q at a point, with Taylor polynomials.

        Raises:
            DomainError: Q is 0 there.
        """
        below = self.denominator(point)
        if not below:
            raise DomainError(f"target: it has a pole at {', '.join(map(str, point))}")
        return self.numerator(point) / below

    def plus(self, other: "BoxTarget") -> "BoxTarget":
        """The sum."""
        left, right, below = self.summands, other.summands, self.denominator
        if self.denominator != other.denominator:
            left = _times(left, (Summand(other.denominator),))
            right = _times(right, (Summand(self.denominator),))
            below = below.times(other.denominator)
        return BoxTarget(_merged((*left, *right)), below)

    def times(self, other: "BoxTarget") -> "BoxTarget":
        """The product."""
        found = _merged(_times(self.summands, other.summands))
        return BoxTarget(found, self.denominator.times(other.denominator))

    def over(self, other: "BoxTarget") -> "BoxTarget":
        """The quotient.

        Raises:
            DomainError: it is a division by zero.
            ScopeError: exp, sin or cos in the divisor.
        """
        if any(one.factors for one in other.summands):
            raise ScopeError("target: exp, sin and cos may not stand in a divisor")
        return self.times(BoxTarget((Summand(other.denominator),), other.numerator))

    def remainder(self, box: Box) -> Fraction:
        """A bound on what N loses by its Taylor polynomials on a box."""
        return sum((one.remainder(box) for one in self.summands), ZERO)

    def within(self, box: Box, bound: Fraction) -> "BoxTarget":
        """The same function with Taylor degrees for a distance of about `bound` on a box.

        At most that where Q is constant; else Q is looked at in some points only. The sign of Q
        is positive at the lower corner.

        Raises:
            DomainError: Q is 0 in a point, or the argument of exp too large.
            ScopeError: degree 200 is not enough.
        """
        values = [self.denominator(point) for point in _samples(box)]
        if min(values) <= 0 <= max(values):
            raise DomainError("target: it has a pole (its denominator a zero) on the domain")
        sign = 1 if values[0] > 0 else -1
        count = sum(1 for one in self.summands if one.factors)
        share = bound * min(map(abs, values)) / max(1, count)
        return BoxTarget(
            tuple(
                replace(one, weight=one.weight.scaled(sign)).within(box, share)
                for one in self.summands
            ),
            self.denominator.scaled(sign),
        )


def _times(left: tuple[Summand, ...], right: tuple[Summand, ...]) -> tuple[Summand, ...]:
    return tuple(
        Summand(a.weight.times(b.weight), (*a.factors, *b.factors)) for a, b in product(left, right)
    )


def _merged(summands: tuple[Summand, ...]) -> tuple[Summand, ...]:
    """The summands, those with equal factors together, zeros left out."""
    found: dict[tuple[Factor, ...], Polynomial] = {}
    for one in summands:
        factors = tuple(sorted(one.factors, key=lambda f: (f.function, f.argument.entries)))
        old = found.get(factors)
        found[factors] = one.weight if old is None else old.plus(one.weight)
    return tuple(Summand(weight, factors) for factors, weight in found.items() if weight.entries)


def _samples(box: Box) -> list[Vector]:
    """Points of a grid, the lower corner first."""
    sides = [
        [low + (high - low) * Fraction(k, _SAMPLES) for k in range(_SAMPLES + 1)]
        for low, high in zip(box.lower, box.upper, strict=True)
    ]
    return list(product(*sides))
