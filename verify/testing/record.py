"""The finished chunks of a sweep, in a file: one line for the question, then one a chunk.

Lines are only ever added. A last line that was cut off when the program ended is left out; a
file that belongs to another question, or to another state of the transform, is refused.
"""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from verify.claim import json_bytes
from verify.errors import InputError
from verify.formats.strict_json import Json, object_of, read_json
from verify.testing.tally import Tally

_FORMAT, _VERSION = "relucert-sweep", 1


def source_digest(transform: str) -> str:
    """The SHA-256 of the file that holds the transform `module:function`; empty if none does."""
    found = find_spec(transform.partition(":")[0])
    if found is None or found.origin is None or not Path(found.origin).is_file():
        return ""
    return hashlib.sha256(Path(found.origin).read_bytes()).hexdigest()


class Record:
    """The results of a sweep in a file.

    Attributes:
        file: Where it is.
    """

    def __init__(self, file: Path, question: Json, source: str) -> None:
        """The record of a question; nothing is read or written yet.

        Args:
            file: Where it is.
            question: What the sweep asks.
            source: The digest of the file that holds the transform.
        """
        self.file = file
        self._head = json_bytes(
            {"format": _FORMAT, "question": question, "source": source, "version": _VERSION}
        )

    def read(self) -> dict[int, Tally]:
        """The tallies of the chunks that are finished; the file is begun if there is none.

        Raises:
            InputError: it belongs to another question, or is no record.
        """
        try:
            if not self.file.exists():
                self.file.write_bytes(self._head)
                return {}
            content = self.file.read_bytes()
        except OSError as error:
            raise InputError(str(self.file), f"{error.strerror or error}") from None
        if not content.startswith(self._head):
            what = "it belongs to another sweep, or the transform was changed: remove it"
            raise InputError(str(self.file), what)
        *lines, torn = content[len(self._head) :].split(b"\n")
        if torn:
            self.file.write_bytes(content[: len(content) - len(torn)])
        return dict(self._chunk(line, number) for number, line in enumerate(lines, start=2))

    def _chunk(self, line: bytes, number: int) -> tuple[int, Tally]:
        where = f"{self.file}, line {number}"
        fields = object_of(read_json(line, where), ("chunk", "tally"), where)
        try:
            return int(str(fields["chunk"])), Tally.of_json(fields["tally"], where)
        except ValueError as error:
            raise InputError(where, str(error)) from None

    def append(self, chunk: int, tally: Tally) -> None:
        """Keep the tally of a chunk.

        Raises:
            InputError: the file cannot be written.
        """
        line = json.dumps({"chunk": chunk, "tally": tally.json}, separators=(",", ":"))
        try:
            with self.file.open("ab") as stream:
                stream.write(line.encode("ascii") + b"\n")
        except OSError as error:
            raise InputError(str(self.file), f"{error.strerror or error}") from None
