"""Polynomials of one variable over Q: tuples of coefficients, the constant first, no zero last."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from theory.network import ZERO, Vector

ONE_POLYNOMIAL: Vector = (Fraction(1),)


def polynomial(coefficients: Sequence[Fraction]) -> Vector:
    """The polynomial with these coefficients, zeros at its end left out."""
    size = len(coefficients)
    while size and not coefficients[size - 1]:
        size -= 1
    return tuple(coefficients[:size])


def total(p: Vector, q: Vector) -> Vector:
    """The sum p + q."""
    size = max(len(p), len(q))
    left, right = ((*one, *(ZERO,) * (size - len(one))) for one in (p, q))
    return polynomial([a + b for a, b in zip(left, right, strict=True)])


def product(p: Vector, q: Vector) -> Vector:
    """The product p q."""
    found = [ZERO] * (len(p) + len(q))
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            found[i + j] += a * b
    return polynomial(found)


def scaled(p: Vector, factor: Fraction) -> Vector:
    """The polynomial factor * p."""
    return polynomial([factor * entry for entry in p])


def value(p: Vector, point: Fraction) -> Fraction:
    """The number p(point), exactly."""
    scale, below = lcm(*(entry.denominator for entry in p)), point.denominator
    found, power = 0, 1  # integers, since fractions would be reduced at every step
    for entry in reversed(p):
        found = found * point.numerator + entry.numerator * (scale // entry.denominator) * power
        power *= below
    return Fraction(found * below, scale * power)
