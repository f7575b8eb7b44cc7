"""What the checkers say of a folder with approximation.json, each in a process of its own.

Beside it, or beside claim.json, there may be weights.json, which compares its network with another.
"""

import json
from pathlib import Path
from typing import Any

from verify import polynomial_checker, simplex_checker, target_checker, weights_checker
from verify.formats.network_file import read_bytes
from verify.result import APPROXIMATION, CLAIM, WEIGHTS
from verify.standalone import Check, asked

WEIGHTS_CHECKER = Path(weights_checker.__file__).resolve()
POLYNOMIAL = Path(polynomial_checker.__file__).resolve()
CHECKERS = {  # format -> the checker of such files
    "relucert-approximation": POLYNOMIAL,
    "relucert-box-approximation": Path(simplex_checker.__file__).resolve(),
    "relucert-target-approximation": Path(target_checker.__file__).resolve(),
}


def checked_approximation(folder: Path) -> tuple[str, str]:
    """The answer of the checker of this kind of approximation, and its line."""
    found = asked(checker_of(folder), folder / APPROXIMATION)
    return found.answer, f"{_told(found)} (verify/{found.name})"


def checker_of(folder: Path) -> Path:
    """The checker of this kind of approximation; the first one says what is malformed."""
    kind = _read(folder / APPROXIMATION).get("format")
    return CHECKERS.get(kind, POLYNOMIAL) if isinstance(kind, str) else POLYNOMIAL


def checked_weights(folder: Path) -> tuple[str, str]:
    """The answer of the checker of weights, and its line.

    It is rejected if it speaks of another network than the approximation, or than the right one of
    the claim.
    """
    found = asked(WEIGHTS_CHECKER, folder / WEIGHTS)
    if found.is_accepted:
        *_, compared = _read(folder / WEIGHTS)["networks"]
        named, network = _network_named(folder)
        if network != compared:
            return "rejected", f"{WEIGHTS} speaks of another network than {named}"
    return found.answer, f"{_told(found)} (verify/{found.name})"


def _network_named(folder: Path) -> tuple[str, object]:
    """The claim's file, and the network that it is about: the right one, where there are two."""
    if (folder / APPROXIMATION).is_file():
        return APPROXIMATION, _read(folder / APPROXIMATION).get("network")
    right = _read(folder / CLAIM).get("right")
    if not isinstance(right, dict):
        return CLAIM, None
    return CLAIM, {key: right.get(key) for key in ("file", "sha256")}


def _read(path: Path) -> dict[str, Any]:
    """The object that a file is; the empty one where it is none."""
    try:
        found = json.loads(read_bytes(path))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _told(found: Check) -> str:
    return found.told or "the checker said nothing"
