"""The golden files: certificates with the verdict that every checker must give on them.

A file tests/certificates/VERDICT/name.json holds one case: {"comment": what it shows or which
attack it is, "says": a part of the checker's answer, "claim", "left", "right": files, and
"certificate": the lines of a file}. A text is a file or line as it stands, which can say what
no JSON value says; every other value is written in the canonical form. In both, "*" stands for
the digest of the file that is named there; a case that writes a digest out means that one.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from errno import ENOENT
from pathlib import Path

from verify import checker
from verify.claim import json_bytes
from verify.zonotope_checker import ZonotopeProof

FOLDER = Path(__file__).resolve().parent / "certificates"
VERDICTS = ("accepted", "rejected", "malformed")  # the exit status of the checker


@dataclass(frozen=True, slots=True)
class Case:
    """Four files, and what the checker says of them."""

    name: str
    verdict: str
    comment: str
    says: str
    files: dict[str, bytes]

    def write(self, folder: Path) -> list[str]:
        """Write the files; the two paths that the checker is called with."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return [str(folder / name) for name in ("claim.json", "certificate.json")]

    def answer(self, kind: type[checker.Proof] = ZonotopeProof) -> tuple[str, str]:
        """The verdict of the checker in Python, and its reason; the files stay in memory."""
        try:
            checker.check(self.lines, "claim.json", "certificate.json", kind)
        except checker.RejectedError as error:
            return "rejected", str(error)
        except (checker.MalformedError, OSError) as error:
            return "malformed", str(error)
        return "accepted", ""

    def lines(self, name: str) -> Iterable[bytes]:
        """The lines of a file, as `open` gives them."""
        if name not in self.files:
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT), name)
        return io.BytesIO(self.files[name])


def content_of(value: object) -> bytes:
    """The bytes of a file or line; surrogates in a text stand for bytes that are not UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return json_bytes(value)


def signed(content: bytes, *named: bytes) -> bytes:
    """The bytes with each "*" replaced by the digest of the next of the files it names."""
    for other in named:
        content = content.replace(b'"*"', b'"%s"' % hashlib.sha256(other).hexdigest().encode(), 1)
    return content


def read_case(path: Path) -> Case:
    """The case in a file."""
    value = json.loads(path.read_text(encoding="utf-8"))
    left, right = content_of(value["left"]), content_of(value["right"])
    claim = signed(content_of(value["claim"]), left, right)
    certificate = signed(b"".join(map(content_of, value["certificate"])), claim)
    files = {
        "claim.json": claim,
        "left.json": left,
        "right.json": right,
        "certificate.json": certificate,
    }
    return Case(path.stem, path.parent.name, value["comment"], value["says"], files)


def cases(*verdicts: str) -> tuple[Case, ...]:
    """All cases with these verdicts, all of them by default."""
    folders = [FOLDER / verdict for verdict in verdicts or VERDICTS]
    return tuple(read_case(path) for folder in folders for path in sorted(folder.glob("*.json")))
