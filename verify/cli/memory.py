"""relucert memory: with one-hot gates a neural Turing machine's memory is a RAM, proved (T47)."""

from pathlib import Path
from typing import Annotated

import typer

from verify.cli.options import AsJson, Out, Quiet
from verify.cli.terminal import Terminal, counted

_MOST_CELLS = 64
_MOST_SHARPENING = 1000

Cells = Annotated[
    int, typer.Option("--cells", metavar="N", help=f"Cells of the memory, 1 to {_MOST_CELLS}.")
]
Sharpening = Annotated[
    int, typer.Option("--sharpening", metavar="G", help="The exponent that sharpens addresses.")
]


def memory(
    *,
    cells: Cells = 4,
    sharpening: Sharpening = 1,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Prove that a neural Turing machine's memory with one-hot gates is a random-access memory.

    For every cell, move and erase signal: the address, what is read and what is written are
    those of a RAM, for all contents and whatever addressing by content says. OUT gets an ordinary
    claim with its certificate.
    """
    from verify.cli.question import Question
    from verify.cli.settlement import settle
    from verify.errors import InputError
    from verify.prove.architectures.neural_memory import memory_claim
    from verify.result import Run, prepared_folder

    if not 1 <= cells <= _MOST_CELLS:
        raise InputError("--cells", f"expected 1 to {_MOST_CELLS}, got {cells}")
    if not 1 <= sharpening <= _MOST_SHARPENING:
        raise InputError("--sharpening", f"expected 1 to {_MOST_SHARPENING}, got {sharpening}")
    folder: Path | None = None if out is None else prepared_folder(out)
    terminal = Terminal(json, quiet)
    claim = memory_claim(cells, sharpening)
    command = ("relucert", "memory", "--cells", str(cells), "--sharpening", str(sharpening))
    facts: dict[str, object] = {"addresses": 3 * cells, "accesses": 6 * cells}
    run = Run(command, "memory", "T47", facts, {})
    if not json:
        held = counted(cells, "cell", "cells")
        about = f"{3 * cells} addresses and {6 * cells} accesses of {held}, as one claim"
        terminal.tell({}, [f"T47: {about}; not claimed: soft gates, addressing by content"])
    return settle(Question(claim, "merge", None, None, folder), run, terminal)
