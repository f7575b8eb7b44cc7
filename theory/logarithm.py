"""Rational bounds of logarithm and exponential: lower <= ln x <= upper, as close as wanted.

    ln x = k ln 2 + 2 (t + t^3/3 + t^5/5 + ...),   x = 2^k y,   2/3 <= y <= 4/3,   t = (y-1) / (y+1)

so |t| <= 1/5, and the terms from t^j/j on are together at most |t|^j / (j (1 - t^2)) in size.
Every bound is a rational number with a proof by that inequality; no float occurs.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.errors import NumberError

_ONE = Fraction(1)
_LARGEST = 2**20  # of an exponent: beyond, e^x has more digits than anyone reads


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Rational numbers lower <= value <= upper around a real number."""

    lower: Fraction
    upper: Fraction

    def plus(self, other: "Enclosure") -> "Enclosure":
        """What encloses the sum."""
        return Enclosure(self.lower + other.lower, self.upper + other.upper)

    def times(self, factor: int) -> "Enclosure":
        """What encloses the value times an integer."""
        ends = (factor * self.lower, factor * self.upper)
        return Enclosure(min(ends), max(ends))

    def rounded(self, bits: int) -> "Enclosure":
        """What encloses the value with ends that are multiples of 2^-bits."""
        scale = Fraction(2) ** bits
        return Enclosure(self.lower * scale // 1 / scale, -(-self.upper * scale // 1) / scale)


def logarithm(value: Fraction, bits: int = 64) -> Enclosure:
    """Rational lower <= ln(value) <= upper with upper - lower < 2^-bits (1 + log2 size of value).

    Theorem: T39 (questions as ordinary claims).

    Raises:
        NumberError: the value is not positive.
    """
    if value <= 0:
        raise NumberError(f"logarithm: expected a positive number, got {value}")
    shift = value.numerator.bit_length() - value.denominator.bit_length()
    reduced = value / Fraction(2) ** shift
    while reduced > Fraction(4, 3):
        shift, reduced = shift + 1, reduced / 2
    while reduced < Fraction(2, 3):
        shift, reduced = shift - 1, reduced * 2
    digits = bits + 8
    two = _near_one(Fraction(4, 3), digits).plus(_near_one(Fraction(3, 2), digits))
    return _near_one(reduced, digits).plus(two.times(shift)).rounded(bits + 4)


def _near_one(value: Fraction, bits: int) -> Enclosure:
    """ln(value) for 2/3 <= value <= 3/2, where |t| <= 1/5, by the series of 2 artanh(t)."""
    t = (value - 1) / (value + 1)
    square, power, number, total = t * t, t, 1, Fraction(0)
    rest = abs(2 * t) / (1 - square)
    bound = Fraction(1, 2**bits)
    while rest >= bound:
        total += 2 * power / number
        power, number = power * square, number + 2
        rest = abs(2 * power) / (number * (1 - square))
    return Enclosure(total - rest, total + rest)


def exponential(value: Fraction, bits: int = 64) -> Enclosure:
    """Rational lower <= e^value <= upper, 0 < lower, upper <= lower (1 + 2^-bits) roughly.

    Theorem: T39 (questions as ordinary claims).

    Raises:
        NumberError: |value| is larger than 2^20.
    """
    if abs(value) > _LARGEST:
        raise NumberError(f"exponential: expected at most {_LARGEST} in size, got {value}")
    halvings = max(0, (abs(value).__ceil__()).bit_length())
    digits = bits + 2 * halvings + 8
    small = Enclosure(value, value).rounded(digits + 8)
    scale = Fraction(2) ** halvings
    found = Enclosure(
        _series(small.lower / scale, digits).lower, _series(small.upper / scale, digits).upper
    )
    for _ in range(halvings):
        found = _relatively_rounded(
            Enclosure(found.lower * found.lower, found.upper * found.upper), digits
        )
    return found


def _series(value: Fraction, bits: int) -> Enclosure:
    """e^value for |value| <= 1: what follows a term is at most twice the next one in size."""
    term, number, total = _ONE, 0, Fraction(0)
    while abs(term) * 2 >= Fraction(1, 2**bits):
        total += term
        number += 1
        term = term * value / number
    rest = 2 * abs(term)
    return Enclosure(max(total - rest, Fraction(1, 3)), total + rest)  # e^value > 1/3


def _relatively_rounded(value: Enclosure, bits: int) -> Enclosure:
    """What encloses the positive value, with ends of about so many bits."""
    size = value.lower.numerator.bit_length() - value.lower.denominator.bit_length()
    return value.rounded(bits - size)
