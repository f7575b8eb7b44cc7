"""A piecewise polynomial that stands in for a function on an interval, with a proved gap.

exp, sin, cos become Taylor polynomials (T52); a quotient P / Q becomes, on parts of the interval,
its power series h about the middle, cut off and rounded. |P / Q - h| = |P - h Q| / Q is then at
most a bound of |P - h Q| over one of Q, both from Bernstein coefficients; parts on which that is
not small enough are halved.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.approximation.piecewise import PiecewisePolynomial
from theory.approximation.polynomial import polynomial, product, scaled, total, value
from theory.approximation.sturm import has_zero
from theory.approximation.supremum import Bernstein
from theory.approximation.target import Target
from theory.errors import DomainError
from theory.network import ZERO, Vector

_DEGREE = 12  # of the power series of quotients


@dataclass(frozen=True, slots=True)
class StandIn:
    """What stands in for a function, and how far it is away.

    Attributes:
        target: The function, with Taylor degrees.
        function: The piecewise polynomial.
        remainder: What those Taylor polynomials leave, at most.
        gap: |target - function| is at most this on the interval; 0 for polynomials.
    """

    target: Target
    function: PiecewisePolynomial
    remainder: Fraction
    gap: Fraction


def stand_in(target: Target, low: Fraction, high: Fraction, bound: Fraction) -> StandIn:
    """A piecewise polynomial within the bound of the function on [low, high].

    Theorem: T68 (exact errors in one dimension).

    Raises:
        DomainError: the function has a pole there, high is below low, or the bound is not positive.
        ScopeError: a Taylor degree would be too large.
    """
    if low > high or bound <= 0:
        raise DomainError("distance: expected low <= high, and a positive bound")
    if has_zero(target.denominator, low, high):
        raise DomainError(
            f"target: it has a pole (its denominator a zero) between {low} and {high}"
        )
    found = target.within(low, high, bound / 2)
    left = sum((term.remainder(low, high) for term in found.terms), ZERO)
    smooth: Vector = ()
    for term in found.terms:
        smooth = total(smooth, term.taylor)
    if len(found.denominator) == 1:
        whole = total(scaled(found.numerator, 1 / found.denominator[0]), smooth)
        return StandIn(found, PiecewisePolynomial((low, high), (whole,)), left, left)
    quotient = _quotient(found.numerator, found.denominator, low, high, bound / 2)
    return StandIn(found, quotient.plus(smooth), left, left + bound / 2)


def _quotient(
    numerator: Vector, denominator: Vector, low: Fraction, high: Fraction, bound: Fraction
) -> PiecewisePolynomial:
    """A piecewise polynomial within the bound of a quotient with a positive denominator."""
    if low == high:
        exact = value(numerator, low) / value(denominator, low)
        return PiecewisePolynomial((low, high), (polynomial([exact]),))
    knots, pieces, waiting = [low], list[Vector](), [(low, high)]
    while waiting:
        start, end = waiting.pop()
        series = _series(numerator, denominator, start, end, bound / 8)
        missed = total(numerator, scaled(product(denominator, series), Fraction(-1)))
        below = Bernstein.of(denominator, start, end)
        least = Fraction(min(below.coefficients), below.scale)
        if Bernstein.of(missed, start, end).bound <= bound * least:
            knots.append(end)
            pieces.append(series)
        else:
            middle = (start + end) / 2
            waiting += [(middle, end), (start, middle)]
    return PiecewisePolynomial(tuple(knots), tuple(pieces))


def _series(
    numerator: Vector, denominator: Vector, start: Fraction, end: Fraction, bound: Fraction
) -> Vector:
    """The power series of P / Q about the middle of a part, cut off and rounded.

    With x = middle + radius y, -1 <= y <= 1, rounding its coefficients costs the bound at most.
    """
    middle, radius, step = (start + end) / 2, (end - start) / 2, bound / (_DEGREE + 1)
    above, below = (_composed(p, (middle, radius)) for p in (numerator, denominator))
    found: list[Fraction] = []
    for k in range(_DEGREE + 1):
        known = sum((below[j] * found[k - j] for j in range(1, min(k, len(below) - 1) + 1)), ZERO)
        exact = ((above[k] if k < len(above) else ZERO) - known) / below[0]
        found.append(step * round(exact / step))
    return _composed(polynomial(found), (-middle / radius, 1 / radius))


def _composed(p: Vector, inner: Vector) -> Vector:
    """The polynomial p(inner(x))."""
    found: Vector = ()
    for entry in reversed(p):
        found = total(product(found, inner), polynomial([entry]))
    return found
