"""A canonical form as one line of text, and its SHA-256: short enough to be compared by hand."""

import hashlib
from fractions import Fraction

Nested = int | Fraction | None | tuple["Nested", ...]


def text_of_form(value: Nested) -> str:
    """Nested tuples of exact numbers as text: (1,-1/2,(0,3)), None as a minus sign."""
    if isinstance(value, tuple):
        return f"({','.join(map(text_of_form, value))})"
    return "-" if value is None else str(value)


def fingerprint(value: Nested) -> str:
    """The SHA-256 of the text, in hexadecimal."""
    return hashlib.sha256(text_of_form(value).encode("ascii")).hexdigest()
