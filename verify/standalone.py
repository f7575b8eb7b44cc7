"""What a standalone checker says of a file, asked in a process of its own.

Checkers answer by their exit status and one line. Each is a file that Python runs without any
package installed; some read others of `verify/` beside them, which are named with it.
"""

import ast
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from verify.errors import InputError

_ANSWERS = {0: "accepted", 1: "rejected", 2: "malformed"}
_PACKAGE = "verify"


@dataclass(frozen=True, slots=True)
class Part:
    """A file that a checker consists of.

    Attributes:
        name: The file's own name.
        sha256: Its digest.
        lines: Its number of lines.
    """

    name: str
    sha256: str
    lines: int


@dataclass(frozen=True, slots=True)
class Check:
    """What a standalone checker said.

    Attributes:
        answer: `accepted`, `rejected` or `malformed`; `failed` if it said none of these.
        line: The line that it printed.
        seconds: The time of the whole process.
        parts: The checker's own file, then those of this project that it reads.
    """

    answer: str
    line: str
    seconds: float
    parts: tuple[Part, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the checker accepted."""
        return self.answer == "accepted"

    @property
    def told(self) -> str:
        """The line without the answer that it begins with."""
        return self.line.removeprefix(f"{self.answer}: ")

    @property
    def name(self) -> str:
        """The name of the checker's own file."""
        return self.parts[0].name

    @property
    def sha256(self) -> str:
        """Its digest."""
        return self.parts[0].sha256

    @property
    def lines(self) -> int:
        """Its number of lines."""
        return self.parts[0].lines


def asked(checker: Path, *files: Path) -> Check:
    """The answer of a checker on files, run as `python -I -S` in a process of its own.

    Raises:
        InputError: there is no checker at that path, or it cannot be run.
    """
    parts = tuple(_parts(checker))
    command = [sys.executable, "-I", "-S", str(checker), *map(str, files)]
    start = perf_counter()
    try:
        found = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise InputError(str(checker), f"cannot be run, {error.strerror}") from None
    seconds = perf_counter() - start
    lines = found.stdout.strip().splitlines()
    line, answer = lines[-1] if lines else "", _ANSWERS.get(found.returncode, "failed")
    if not line.startswith(answer):  # Python ends with 1, too, where a program breaks down
        answer = "failed"
    return Check(answer, line, seconds, parts)


def _parts(checker: Path) -> Iterator[Part]:
    """The checker's file, and those of the package beside it that it imports, each once."""
    waiting, seen = [checker], {checker}
    while waiting:
        path = waiting.pop(0)
        try:
            source = path.read_bytes()
        except OSError as error:
            raise InputError(str(path), f"cannot be read, {error.strerror}") from None
        yield Part(path.name, hashlib.sha256(source).hexdigest(), len(source.splitlines()))
        for module in _imported(source):
            other = checker.with_name(f"{module}.py")
            if other not in seen and other.is_file():
                seen.add(other)
                waiting.append(other)


def _imported(source: bytes) -> list[str]:
    """The modules of the package that a file imports at its top."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return []
    found: list[str] = []
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name.split(".")[1] for name in found if name.startswith(f"{_PACKAGE}.")]
