"""The atlas as a page of Markdown, made from `theory.architectures.atlas`."""

from theory.architectures.atlas import ARCHITECTURES, REDUCTIONS, SEPARATIONS, Reduction

QUESTION = (
    "Can a trained network of one architecture be rewritten as one of another, the same "
    "function? Where an arrow goes, yes: at the cost that stands there, by the theorem, "
    "with the command, which proves what it writes. Where a separation stands, no: a member"
    " of the first class is none of the second, and its witness is checked by exact "
    "evaluation."
)
SUMMARY = (
    "In one paragraph: all feed-forward graphs of affine maps and piecewise linear "
    "functions are ReLU networks, and up to five inputs two hidden layers are enough, for n"
    " inputs ceil(log3((n + 1) / 2)) + 1; beyond that depth buys size, not functions. "
    "Recurrence buys more: a recurrent network of a fixed size is every Turing machine, "
    "which no network without recurrence is, and equality of two of them is undecidable in "
    "general. Products, as in attention, lead out of piecewise affine functions altogether."
)
_HEAD = (
    "# The atlas: which architectures contain which\n"
    "\n"
    f"{QUESTION}\n"
    "\n"
    "This page and the drawing are made by `relucert atlas --page notes/atlas.md --svg "
    "notes/atlas.svg`. `tests/test_atlas.py` runs every command, checks what it writes with"
    " the checker, and checks every witness; `relucert atlas --check` checks the witnesses "
    "alone ([T51](T51-separations.md)), and `relucert atlas --report OUT` writes all of this as "
    "a PDF.\n"
    "\n"
    "![Classes as boxes, reductions as arrows, separations as dashed lines](atlas.svg)\n"
    "\n"
    f"{SUMMARY}\n"
)
UNCHECKED = (
    "Softmax attention is in no class of piecewise polynomial functions, since the "
    "exponential is transcendental; a witness that could be evaluated exactly does not "
    "exist, so the atlas has no such separation. Simulation by the recurrent networks of "
    "Turing machines is for every tape ([T46](T46-turing-machines.md)); neural Turing "
    "machines are a random-access memory only where their gates are one-hot "
    "([T47](T47-neural-turing-machines.md)). Attention layers in other bases are the same "
    "function ([T48](T48-attention-gauges.md)), and so are transformer blocks "
    "([T55](T55-transformer-blocks.md))."
)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def atlas_page() -> str:
    """The page, Markdown.

    Theorem: T51 (separations of architectures).
    """
    lines = [_HEAD, "## Classes", "", "| class | what it holds |", "|---|---|"]
    lines += [f"| {one.key} | {one.about} |" for one in ARCHITECTURES]
    lines += ["", "## Reductions", "", "| from | to | cost | theorem | command |"]
    lines += ["|---|---|---|---|---|"]
    lines += [_reduction_line(one) for one in REDUCTIONS]
    lines += ["", "Those without a command are inclusions.", "", "## Separations", ""]
    lines += ["| in | not in | witness | theorem |", "|---|---|---|---|"]
    lines += [
        f"| {one.larger} | {one.smaller} | {_cell(one.witness)} | {one.theorem} |"
        for one in SEPARATIONS
    ]
    return "\n".join([*lines, "", "## What no finite check shows", "", UNCHECKED, ""])


def command_line(one: Reduction) -> str:
    """The command of a reduction as one types it; empty for an inclusion."""
    words = [f'"{word}"' if ";" in word else word for word in one.command]
    return " ".join(("relucert", *words)) if words else ""


def _reduction_line(one: Reduction) -> str:
    command = f"`{command_line(one)}`" if one.command else ""
    return f"| {one.source} | {one.target} | {_cell(one.cost)} | {one.theorem} | {command} |"
