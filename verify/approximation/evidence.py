"""What the checkers say of a folder with approximation.json, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from verify import polynomial_checker
from verify.formats.network_file import read_bytes
from verify.result import APPROXIMATION

_ANSWERS = {0: "accepted", 1: "rejected", 2: "malformed"}
CHECKERS = {  # format -> the checker of such files; the first one also says what is malformed
    "relucert-approximation": Path(polynomial_checker.__file__).resolve(),
}


def checked_approximation(folder: Path) -> tuple[str, str]:
    """The answer of the checker of this kind of approximation, and its line."""
    evidence = folder / APPROXIMATION
    checker = CHECKERS.get(_format(evidence), CHECKERS["relucert-approximation"])
    return checked_by(checker, evidence)


def checked_by(checker: Path, evidence: Path) -> tuple[str, str]:
    """The answer of a standalone checker on one file, and its line."""
    command = [sys.executable, "-I", "-S", str(checker), str(evidence)]
    found = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    answer = _ANSWERS.get(found.returncode, "failed")
    lines = found.stdout.strip().splitlines()
    line = lines[-1].removeprefix(f"{answer}: ") if lines else "the checker said nothing"
    return answer, f"{line} (verify/{checker.name})"


def _format(evidence: Path) -> str:
    """The format that a file names, if it is one."""
    try:
        found = json.loads(read_bytes(evidence))
    except (ValueError, RecursionError):
        return ""
    kind = found.get("format") if isinstance(found, dict) else None
    return kind if isinstance(kind, str) else ""
