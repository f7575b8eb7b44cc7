"""Whether a polynomial has a zero on an interval, by Sturm's chain: exact, nothing is isolated."""

from fractions import Fraction
from itertools import pairwise

from theory.approximation.polynomial import polynomial, scaled, value
from theory.network import Vector


def derivative(p: Vector) -> Vector:
    """The derivative p'."""
    return polynomial([power * entry for power, entry in enumerate(p)][1:])


def remainder(p: Vector, divisor: Vector) -> Vector:
    """What is left of p after division by a polynomial that is not 0."""
    rest, degree = list(p), len(divisor) - 1
    while len(rest) > degree:
        factor, start = rest.pop() / divisor[-1], len(rest) - degree
        for place, entry in enumerate(divisor[:-1]):
            rest[start + place] -= factor * entry
    return polynomial(rest)


def has_zero(p: Vector, low: Fraction, high: Fraction) -> bool:
    """Whether p(x) = 0 for a real x with low <= x <= high.

    Multiple zeros do no harm: the chain of p is that of p / gcd(p, p') times gcd(p, p'), which
    has no zero at the ends, as p has none there.

    Theorem: T68 (exact errors in one dimension). Source: Sturm 1829.
    """
    if not p or not value(p, low) or not value(p, high):
        return True
    chain = [p, derivative(p)]
    while chain[-1]:
        rest = remainder(chain[-2], chain[-1])
        size = max(map(abs, rest), default=Fraction(1))
        chain.append(scaled(rest, -1 / size))
    changes = []
    for x in (low, high):
        signs = [number > 0 for one in chain if (number := value(one, x))]
        changes.append(sum(one != other for one, other in pairwise(signs)))
    return changes[0] != changes[1]
