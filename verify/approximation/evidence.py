"""What the checkers say of a folder with approximation.json, each in a process of its own."""

import json
from pathlib import Path

from verify import polynomial_checker
from verify.formats.network_file import read_bytes
from verify.result import APPROXIMATION
from verify.standalone import Check, asked

POLYNOMIAL = Path(polynomial_checker.__file__).resolve()
CHECKERS = {"relucert-approximation": POLYNOMIAL}  # format -> the checker of such files


def checked_approximation(folder: Path) -> tuple[str, str]:
    """The answer of the checker of this kind of approximation, and its line."""
    found = asked(checker_of(folder), folder / APPROXIMATION)
    return found.answer, f"{_told(found)} (verify/{found.name})"


def checker_of(folder: Path) -> Path:
    """The checker of this kind of approximation; the first one says what is malformed."""
    try:
        found = json.loads(read_bytes(folder / APPROXIMATION))
    except (ValueError, RecursionError):
        return POLYNOMIAL
    kind = found.get("format") if isinstance(found, dict) else None
    return CHECKERS.get(kind, POLYNOMIAL) if isinstance(kind, str) else POLYNOMIAL


def _told(found: Check) -> str:
    return found.told or "the checker said nothing"
