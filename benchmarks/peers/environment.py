"""Virtual environments of peers: one for each, below a folder that git ignores."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / ".environments"
_MADE = "made.txt"


class SetUpError(Exception):
    """An environment could not be made."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment by name, and what is installed in it."""

    name: str
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where it is."""
        return FOLDER / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def is_made(self) -> bool:
        """Whether all its requirements were installed."""
        made = self.folder / _MADE
        return made.exists() and made.read_text("utf-8") == "\n".join(self.requirements)

    def make(self) -> None:
        """Make it anew, from the package registry that pip is configured for.

        Raises:
            SetUpError: a command fails; the text has the last line that it said.
        """
        _ran([sys.executable, "-m", "venv", "--clear", str(self.folder)])
        _ran([str(self.python), "-m", "pip", "install", "--quiet", *self.requirements])
        (self.folder / _MADE).write_text("\n".join(self.requirements), "utf-8")


def _ran(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SetUpError(f"{' '.join(command)}: {words}")
