"""Exact numbers: every text or float becomes the rational that it is.

A decimal text means its decimal value (`0.1` is 1/10); a float means its dyadic value
(`0.1` as a float64 is 3602879701896397/36028797018963968).
"""

import math
import re
from fractions import Fraction

from theory.errors import NumberError

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+/[0-9]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?)",
    re.ASCII,
)
_LONGEST = 4000


def rational(text: str) -> Fraction:
    """The rational number that a text denotes: `3`, `-1/2`, `0.25`, `1e-3`.

    Raises:
        NumberError: the text is no such number, too long, or divides by zero.
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST or not _NUMBER.fullmatch(stripped):
        raise NumberError(f"number: expected 3, -1/2, 0.25 or 1e-3, got {text[:60]!r}")
    try:
        return Fraction(stripped)
    except ZeroDivisionError:
        raise NumberError(f"number: division by zero in {text[:60]!r}") from None


def rational_of_float(value: float) -> Fraction:
    """The dyadic rational that a finite float is.

    Raises:
        NumberError: the float is infinite or not a number.
    """
    if not math.isfinite(value):
        raise NumberError(f"number: expected a finite float, got {value}")
    return Fraction(value)


def text_of(value: Fraction) -> str:
    """The shortest exact text of a rational: `p` or `p/q` in lowest terms."""
    return str(value)
