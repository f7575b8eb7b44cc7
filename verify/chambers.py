"""The chamber table beside a claim: evidence of a second kind, with a checker of its own.

`claim.json` says that left and right are equal, and `certificate.json` proves it. Where right
is the maximum of five or six numbers in two hidden layers, `table.json` proves that it is that
maximum, for all real numbers, by `verify/chamber_table.py` and without the certificate.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from verify import chamber_table, standalone
from verify.result import TABLE

CHECKER = Path(chamber_table.__file__)


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
    check = standalone.asked(CHECKER, folder / TABLE, folder / "right.json")
    return Answer(check.answer, check.told)


def asked(table: bytes, network: bytes) -> Answer:
    """What the checker says of a table and the file of a network, before they are kept."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / TABLE).write_bytes(table)
        (folder / "right.json").write_bytes(network)
        return checked(folder)
