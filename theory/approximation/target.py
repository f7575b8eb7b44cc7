"""What is approximated: f = P / Q + sum of weight * (exp, sin or cos)(shift + slope x) on Q.

P and Q are polynomials over Q; so quotients are exact, and what is not rational is replaced by a
Taylor polynomial whose remainder is bounded (T52).
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, factorial

from theory.approximation.polynomial import ONE_POLYNOMIAL, product, scaled, total, value
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Vector

FUNCTIONS = ("exp", "sin", "cos")
_MOST_DEGREE = 200
_SIGNS = {"exp": (1, 1, 1, 1), "sin": (0, 1, 0, -1), "cos": (1, 0, -1, 0)}


@dataclass(frozen=True, slots=True)
class Term:
    """The function x -> weight * function(shift + slope x), and a Taylor degree for it."""

    function: str
    weight: Fraction
    shift: Fraction
    slope: Fraction
    degree: int = 0

    @property
    def taylor(self) -> Vector:
        """The polynomial weight * (Taylor polynomial at 0 of this degree)(shift + slope x)."""
        found: Vector = ()
        argument = total((self.shift,), (ZERO, self.slope))
        for k in reversed(range(self.degree + 1)):
            entry = Fraction(_SIGNS[self.function][k % 4], factorial(k))
            found = total(product(found, argument), scaled(ONE_POLYNOMIAL, entry))
        return scaled(found, self.weight)

    def remainder(self, low: Fraction, high: Fraction) -> Fraction:
        """A bound on |this function - its Taylor polynomial| on [low, high].

        Theorem: T52 (approximation certificates), the remainders.
        """
        ends = [self.shift + self.slope * x for x in (low, high)]
        above = ceil(max(ZERO, *ends))
        if self.function == "exp" and above > _MOST_DEGREE:
            raise DomainError(f"exp: expected arguments of at most {_MOST_DEGREE} on the domain")
        growth = 3**above if self.function == "exp" else 1
        size = max(map(abs, ends)) ** (self.degree + 1)
        return abs(self.weight) * growth * size / factorial(self.degree + 1)

    def within(self, low: Fraction, high: Fraction, bound: Fraction) -> "Term":
        """The term with the least degree whose remainder on [low, high] is at most the bound.

        Raises:
            ScopeError: degree 200 is not enough.
        """
        for degree in range(_MOST_DEGREE + 1):
            found = replace(self, degree=degree)
            if found.remainder(low, high) <= bound:
                return found
        raise ScopeError(f"{self.function}: a Taylor degree above {_MOST_DEGREE} would be needed")


@dataclass(frozen=True, slots=True)
class Target:
    """The function numerator / denominator + sum of terms.

    Attributes:
        numerator: Coefficients of P, the constant first.
        denominator: Coefficients of Q, which is not 0.
        terms: What is not rational.
    """

    numerator: Vector
    denominator: Vector = ONE_POLYNOMIAL
    terms: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        if not self.denominator:
            raise DomainError("target: division by zero")

    def within(self, low: Fraction, high: Fraction, bound: Fraction) -> "Target":
        """The same function with Taylor degrees for remainders of at most `bound` together."""
        share = bound / max(1, len(self.terms))
        sign = 1 if value(self.denominator, low) > 0 else -1
        return Target(
            scaled(self.numerator, Fraction(sign)),
            scaled(self.denominator, Fraction(sign)),
            tuple(term.within(low, high, share) for term in self.terms),
        )

    @property
    def rational(self) -> tuple[Vector, Vector]:
        """The numerator and denominator of P / Q + the Taylor polynomials of the terms."""
        found = self.numerator
        for term in self.terms:
            found = total(found, product(self.denominator, term.taylor))
        return found, self.denominator

    def __call__(self, point: Fraction) -> Fraction:
        """P / Q + the Taylor polynomials of the terms at a point: f itself without terms.

        Raises:
            DomainError: the point is a pole.
        """
        below = value(self.denominator, point)
        if not below:
            raise DomainError(f"target: it has a pole at {point}")
        smooth = sum((value(term.taylor, point) for term in self.terms), ZERO)
        return value(self.numerator, point) / below + smooth

    @property
    def is_constant(self) -> bool:
        """Whether it is one number as it is written."""
        return len(self.denominator) == 1 and len(self.numerator) <= 1 and not self.terms

    @property
    def polynomial(self) -> Vector | None:
        """The coefficients, if it is written as a polynomial."""
        if self.terms or len(self.denominator) > 1:
            return None
        return scaled(self.numerator, 1 / self.denominator[0])

    def plus(self, other: "Target") -> "Target":
        """The sum."""
        terms = self.terms + other.terms
        if self.denominator == other.denominator:
            return Target(total(self.numerator, other.numerator), self.denominator, terms)
        left = product(self.numerator, other.denominator)
        right = product(other.numerator, self.denominator)
        return Target(total(left, right), product(self.denominator, other.denominator), terms)

    def times(self, other: "Target") -> "Target":
        """The product.

        Raises:
            ScopeError: exp, sin or cos would be multiplied by what is no number.
        """
        if other.terms:
            self, other = other, self
        if self.terms and not other.is_constant:
            raise ScopeError("target: exp, sin and cos may be multiplied by numbers alone")
        terms = self.terms
        if terms:
            factor = other(ZERO)
            terms = tuple(replace(one, weight=factor * one.weight) for one in terms)
        numerator = product(self.numerator, other.numerator)
        return Target(numerator, product(self.denominator, other.denominator), terms)

    def over(self, other: "Target") -> "Target":
        """The quotient.

        Raises:
            DomainError: it is a division by zero.
            ScopeError: exp, sin or cos in the divisor.
        """
        if other.terms:
            raise ScopeError("target: exp, sin and cos may not stand in a divisor")
        return self.times(Target(other.denominator, other.numerator))
