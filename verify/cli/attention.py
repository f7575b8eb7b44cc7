"""relucert attention LEFT RIGHT: are two attention layers or transformer blocks the same?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, Out, Quiet
from verify.cli.terminal import Terminal, vector

if TYPE_CHECKING:
    from verify.prove.architectures.attention import OpenAttention, SameAttention
    from verify.prove.architectures.transformer import (
        OpenPrograms,
        SamePrograms,
        TellingPrograms,
    )

    Found = SameAttention | OpenAttention | SamePrograms | TellingPrograms | OpenPrograms

Left = Annotated[
    str,
    typer.Argument(
        metavar="LEFT",
        help="A .json file relucert-attention-layer, or a transformer block: .onnx or "
        "relucert-token-program.",
    ),
]
Right = Annotated[str, typer.Argument(metavar="RIGHT", help="Another one.")]


def attention(
    left: Left, right: Right, *, out: Out = None, json: AsJson = False, quiet: Quiet = False
) -> int:
    """Prove that two attention layers are equal for every number of tokens, or tell them apart.

    Softmax stays uninterpreted: layers are proved equal if their scores and values agree as
    matrices, whatever bases, biases and order of heads they are written in. So are transformer
    blocks from ONNX, with norms, residual sums and feed-forward units; those that differ are
    told apart by enclosures of both outputs.
    """
    from verify.formats.attention_json import read_attention
    from verify.prove.architectures.attention import TellingTokens, compared_attention
    from verify.result import prepared_folder

    terminal = Terminal(json, quiet)
    if _is_program(left) or _is_program(right):
        return _blocks(left, right, out, terminal)
    sides = read_attention(left), read_attention(right)
    if out is not None:
        prepared_folder(out)
    found = compared_attention(*sides)
    if isinstance(found, TellingTokens):
        lines = ["different: at these tokens, exactly"]
        lines += [f"  x_{i} = {vector(token)}" for i, token in enumerate(found.tokens)]
        lines += [
            f"  {side} {' '.join(map(vector, outputs))}"
            for side, outputs in (("left", found.left), ("right", found.right))
        ]
        tokens = [[str(entry) for entry in token] for token in found.tokens]
        lines += _written(found.files, out)
        terminal.tell({"verdict": "different", "tokens": tokens}, lines)
        return 1
    return _told(found, out, terminal)


def _is_program(path: str) -> bool:
    """Whether the file is an ONNX graph or a program on tokens, by its name and beginning."""
    from verify.formats.network_file import read_bytes
    from verify.formats.token_json import FORMAT

    return Path(path).suffix.lower() == ".onnx" or FORMAT.encode() in read_bytes(Path(path))[:200]


def _blocks(left: str, right: str, out: str | None, terminal: Terminal) -> int:
    """Compare two programs on tokens."""
    from verify.errors import InputError
    from verify.formats.token_json import read_program
    from verify.prove.architectures.transformer import compared_programs
    from verify.result import prepared_folder

    (one, first), (other, second) = read_program(left), read_program(right)
    if None not in (first, second) and first != second:
        raise InputError(right, f"is for {second} tokens, and the left for {first}")
    if out is not None:
        prepared_folder(out)
    count = first or second
    note = f"  so for the {count} tokens that the file fixes" if count else ""
    return _told(compared_programs(one, other, count), out, terminal, note)


def _told(found: "Found", out: str | None, terminal: Terminal, note: str = "") -> int:
    """Write the evidence, tell what was found, and return the exit status."""
    from verify.prove.architectures.attention import OpenAttention, SameAttention
    from verify.prove.architectures.transformer import OpenPrograms, SamePrograms

    if isinstance(found, OpenAttention | OpenPrograms):
        terminal.tell({"verdict": "unknown", "reason": found.reason}, [f"unknown: {found.reason}"])
        return 2
    if isinstance(found, SameAttention | SamePrograms):
        status, lines = 0, [f"equivalent: {found.about}", *([note] if note else [])]
        facts: dict[str, object] = {"verdict": "equivalent", "about": found.about}
    else:
        where = found.about.removeprefix("different ")
        status, lines = 1, [f"different: {where}", f"  {found.part}", "  at the tokens"]
        lines += [f"  x_{i} = {vector(token)}" for i, token in enumerate(found.tokens)]
        tokens = [[str(entry) for entry in token] for token in found.tokens]
        facts = {"verdict": "different", "about": found.about, "part": found.part}
        facts["tokens"] = tokens
    terminal.tell(facts, [*lines, *_written(found.files, out)])
    return status


def _written(files: dict[str, bytes], out: str | None) -> list[str]:
    """Write the files, if there are any and a folder is asked for; the line that says so."""
    from verify.recurrent_evidence import write_recurrent_evidence

    if out is None or not files:
        return []
    written = write_recurrent_evidence(Path(out), files)
    return [f"written: {out}/{{{','.join(written)}}} (relucert check {out})"]
