"""Where a verb speaks: lines for people or one JSON object, and progress on a terminal."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

import typer

from theory.network import Vector
from verify.errors import one_line

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Terminal:
    """How the user wants to be told."""

    as_json: bool
    is_quiet: bool

    def tell(self, value: dict[str, object], lines: list[str]) -> None:
        """Say the same thing as an object or as lines, whichever is wanted."""
        if self.as_json:
            typer.echo(json.dumps(value, sort_keys=True))
        elif not self.is_quiet:
            for line in lines:
                typer.echo(one_line(line))

    def note(self, text: str) -> None:
        """Say something that is no part of the answer, on standard error."""
        if not self.is_quiet:
            typer.echo(f"relucert: {one_line(text)}", err=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[str], None] | None]:
        """Show what goes on while it lasts; only on a terminal, and gone afterwards."""
        if self.as_json or self.is_quiet or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console

        with Console(stderr=True).status(title) as status:
            yield lambda text: status.update(f"{title}: {text}")


def decimal(value: Fraction) -> str:
    """A rational as a reader takes it in: itself if short, else its decimals, marked by ~."""
    try:
        text = str(value)
    except ValueError:  # longer than Python writes
        text = ""
    if text and len(text) <= _LONGEST // 4:
        return text
    try:
        return f"~{float(value):.9g}"
    except OverflowError:
        return f"a number with {len(text) or 'thousands of'} digits"


def vector(values: Vector) -> str:
    """(a, b, c), each as `decimal` writes it."""
    return "(" + ", ".join(map(decimal, values)) + ")"


def sizes(widths: tuple[int, ...]) -> str:
    """2-16-16-1."""
    return "-".join(map(str, widths))


def counted(number: int, one: str, many: str) -> str:
    """1 leaf, 2 leaves."""
    return f"{number} {one if number == 1 else many}"
