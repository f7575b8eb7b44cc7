"""One mutant against the tests, in a copy of the project of its own."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.mutation.suite import ROOT

COPIED = ("theory", "verify", "tests", "benchmarks", "examples", "notes", "pyproject.toml")
LONGEST = 300.0
_PASSED, _FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Result:
    """What the tests said.

    Attributes:
        is_caught: Whether a test failed, or went on for ever.
        by: The first test that failed, or how else the mutant was noticed.
        seconds: How long it took.
    """

    is_caught: bool
    by: str
    seconds: float


class Copy:
    """A copy of the project in which modules are changed and changed back."""

    def __init__(self, root: Path = ROOT) -> None:
        self._folder = TemporaryDirectory(prefix="relucert-mutation-")
        self.path = Path(self._folder.name) / "project"
        self.path.mkdir()
        for name in COPIED:
            source = root / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.aux", "*.vo", ".hypothesis")
                shutil.copytree(source, self.path / name, ignore=ignored)
            elif source.exists():
                shutil.copy(source, self.path / name)

    def close(self) -> None:
        """Remove the copy."""
        self._folder.cleanup()

    def result(self, module: str, source: str, tests: tuple[str, ...], longest: float) -> Result:
        """What the tests say of a module with another source; it is changed back afterwards."""
        file = self.path / module
        original = file.read_text(encoding="utf-8")
        file.write_text(source, encoding="utf-8")
        try:
            return self.tested(tests, longest)
        finally:
            file.write_text(original, encoding="utf-8")

    def tested(self, tests: tuple[str, ...], longest: float = LONGEST) -> Result:
        """What the tests say of the copy as it is."""
        words = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-m", "not slow"]
        words += ["-p", "no:cacheprovider", "--no-header", "--tb=no", "-rfE", *tests]
        variables = {
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONPATH": str(self.path),
            "RELUCERT_PROFILE": "unshrunk",
        }
        started = time.monotonic()
        try:
            found = subprocess.run(
                words,
                cwd=self.path,
                env=variables,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=longest,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Result(True, f"no end after {longest:.0f} s", time.monotonic() - started)
        seconds = time.monotonic() - started
        if found.returncode == _PASSED:
            return Result(False, "", seconds)
        return Result(True, _first_failure(found), seconds)


def _first_failure(found: "subprocess.CompletedProcess[str]") -> str:
    for line in found.stdout.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            return line.split(" ", 1)[1].split(" - ")[0].removeprefix("tests/")
    return f"pytest ends with {found.returncode}"
