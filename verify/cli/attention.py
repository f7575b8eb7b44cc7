"""relucert attention LEFT RIGHT: are two attention layers the same function?"""

from typing import Annotated

import typer

from verify.cli.options import AsJson, Out, Quiet
from verify.cli.terminal import Terminal, vector

Left = Annotated[str, typer.Argument(metavar="LEFT", help="A .json file relucert-attention-layer.")]
Right = Annotated[str, typer.Argument(metavar="RIGHT", help="Another one.")]


def attention(
    left: Left, right: Right, *, out: Out = None, json: AsJson = False, quiet: Quiet = False
) -> int:
    """Prove that two attention layers are equal for every number of tokens, or tell them apart.

    Softmax stays uninterpreted: layers are proved equal if their scores and values agree as
    matrices, whatever bases, biases and order of heads they are written in.
    """
    from verify.formats.attention_json import read_attention
    from verify.prove.architectures.attention import (
        SameAttention,
        TellingTokens,
        compared_attention,
    )
    from verify.recurrent_evidence import write_recurrent_evidence
    from verify.result import prepared_folder

    terminal = Terminal(json, quiet)
    sides = read_attention(left), read_attention(right)
    folder = None if out is None else prepared_folder(out)
    found = compared_attention(*sides)
    if isinstance(found, SameAttention):
        lines = [f"equivalent: {found.about}"]
        if folder is not None:
            written = write_recurrent_evidence(folder, found.files)
            lines.append(f"written: {out}/{{{','.join(written)}}} (relucert check {out})")
        terminal.tell({"verdict": "equivalent", "about": found.about}, lines)
        return 0
    if isinstance(found, TellingTokens):
        lines = ["different: at these tokens, exactly"]
        lines += [f"  x_{i} = {vector(token)}" for i, token in enumerate(found.tokens, start=1)]
        lines += [
            f"  {side} {' '.join(map(vector, outputs))}"
            for side, outputs in (("left", found.left), ("right", found.right))
        ]
        tokens = [[str(entry) for entry in token] for token in found.tokens]
        terminal.tell({"verdict": "different", "tokens": tokens}, lines)
        return 1
    terminal.tell({"verdict": "unknown", "reason": found.reason}, [f"unknown: {found.reason}"])
    return 2
