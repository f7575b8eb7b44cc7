"""The chamber table beside a claim: evidence of a second kind, with a checker of its own.

`claim.json` says that left and right are equal, and `certificate.json` proves it. Where right
is the maximum of five or six numbers in two hidden layers, `table.json` proves that it is that
maximum, for all real numbers, by `verify/chamber_table.py` and without the certificate.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from verify import chamber_table
from verify.errors import InputError
from verify.result import TABLE

CHECKER = Path(chamber_table.__file__)
_ANSWERS = {0: "accepted", 1: "rejected", 2: "malformed"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the checker of chamber tables says.

    Attributes:
        answer: `accepted`, `rejected` or `malformed`; `failed` if it said none of these.
        line: What it said about it.
    """

    answer: str
    line: str


def checked(folder: Path) -> Answer:
    """What the checker, in a process of its own, says of OUT/table.json and OUT/right.json."""
    paths = [str(folder / name) for name in (TABLE, "right.json")]
    command = [sys.executable, "-I", "-S", str(CHECKER), *paths]
    try:
        found = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise InputError(str(CHECKER), f"cannot be run, {error.strerror}") from None
    answer = _ANSWERS.get(found.returncode, "failed")
    lines = found.stdout.strip().splitlines()
    return Answer(answer, lines[-1].removeprefix(f"{answer}: ") if lines else "")


def asked(table: bytes, network: bytes) -> Answer:
    """What the checker says of a table and the file of a network, before they are kept."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / TABLE).write_bytes(table)
        (folder / "right.json").write_bytes(network)
        return checked(folder)
