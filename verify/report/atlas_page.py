"""The atlas as a page of Markdown and as a drawing, both made from `theory.atlas`."""

from html import escape
from textwrap import wrap

from theory.atlas import ARCHITECTURES, REDUCTIONS, SEPARATIONS, Architecture, Reduction

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 172, 62, 58, 58, 20
_HEAD = (
    "# The atlas: which architectures contain which\n"
    "\n"
    "Can a trained network of one architecture be rewritten as one of another, the same "
    "function? Where an arrow goes, yes: at the cost that stands there, by the theorem, "
    "with the command, which proves what it writes. Where a separation stands, no: a member"
    " of the first class is none of the second, and its witness is checked by exact "
    "evaluation.\n"
    "\n"
    "This page and the drawing are made by `relucert atlas --page notes/atlas.md --svg "
    "notes/atlas.svg`. `tests/test_atlas.py` runs every command, checks what it writes with"
    " the checker, and checks every witness; `relucert atlas --check` checks the witnesses "
    "alone ([T51](T51-separations.md)).\n"
    "\n"
    "![Classes as boxes, reductions as arrows, separations as dashed lines](atlas.svg)\n"
    "\n"
    "In one paragraph: all feed-forward graphs of affine maps and piecewise linear "
    "functions are ReLU networks, and up to five inputs two hidden layers are enough, for n"
    " inputs ceil(log3((n + 1) / 2)) + 1; beyond that depth buys size, not functions. "
    "Recurrence buys more: a recurrent network of a fixed size is every Turing machine, "
    "which no network without recurrence is, and equality of two of them is undecidable in "
    "general. Products, as in attention, lead out of piecewise affine functions altogether.\n"
)
_TAIL = (
    "\n"
    "## What no finite check shows\n"
    "\n"
    "Softmax attention is in no class of piecewise polynomial functions, since the "
    "exponential is transcendental; a witness that could be evaluated exactly does not "
    "exist, so the atlas has no such separation. Simulation by the recurrent networks of "
    "Turing machines is for every tape ([T46](T46-turing-machines.md)); neural Turing "
    "machines are a random-access memory only where their gates are one-hot "
    "([T47](T47-neural-turing-machines.md)). Attention layers in other bases are the same "
    "function ([T48](T48-attention-gauges.md)), and so are transformer blocks "
    "([T55](T55-transformer-blocks.md)).\n"
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
    return "\n".join(lines) + "\n" + _TAIL


def command_line(one: Reduction) -> str:
    """The command of a reduction as one types it; empty for an inclusion."""
    words = [f'"{word}"' if ";" in word else word for word in one.command]
    return " ".join(("relucert", *words)) if words else ""


def _reduction_line(one: Reduction) -> str:
    command = f"`{command_line(one)}`" if one.command else ""
    return f"| {one.source} | {one.target} | {_cell(one.cost)} | {one.theorem} | {command} |"


def atlas_drawing() -> str:
    """The drawing, SVG: boxes, solid arrows for reductions, dashed lines for separations.

    Theorem: T51 (separations of architectures).
    """
    places = {one.key: one for one in ARCHITECTURES}
    width = (
        2 * _MARGIN + (1 + max(one.column for one in ARCHITECTURES)) * (_WIDTH + _GAP_X) - _GAP_X
    )
    height = 2 * _MARGIN + (1 + max(one.row for one in ARCHITECTURES)) * (_HEIGHT + _GAP_Y) - _GAP_Y
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 30}" '
        'font-family="sans-serif" font-size="11">',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#1b5e9b"/></marker></defs>',
        f'<rect width="{width}" height="{height + 30}" fill="white"/>',
    ]
    for reduction in REDUCTIONS:
        source, target = places[reduction.source], places[reduction.target]
        lines.append(_line(source, target, 'stroke="#1b5e9b" marker-end="url(#head)"', 5))
    for separation in SEPARATIONS:
        larger, smaller = places[separation.larger], places[separation.smaller]
        lines.append(_line(larger, smaller, 'stroke="#b3261e" stroke-dasharray="4 3"', 13))
    lines += [_box(one) for one in ARCHITECTURES]
    lines.append(
        f'<text x="{_MARGIN}" y="{height + 18}">solid arrow: every member of the first is, '
        "rewritten, one of the second, as far as the table says. dashed: some member of one is "
        "none of the other; the table says which.</text>"
    )
    return "\n".join([*lines, "</svg>", ""])


def _corner(one: Architecture) -> tuple[int, int]:
    return _MARGIN + one.column * (_WIDTH + _GAP_X), _MARGIN + one.row * (_HEIGHT + _GAP_Y)


def _box(one: Architecture) -> str:
    x, y = _corner(one)
    lines = [
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="#f4f6f8" '
        'stroke="#44505c"/>',
        f'<text x="{x + _WIDTH // 2}" y="{y + 17}" text-anchor="middle" font-weight="bold">'
        f"{escape(one.key)}</text>",
    ]
    for index, text in enumerate(wrap(one.about, 31)[:3]):
        lines.append(
            f'<text x="{x + _WIDTH // 2}" y="{y + 32 + 12 * index}" text-anchor="middle" '
            f'font-size="10">{escape(text)}</text>'
        )
    return "\n".join(lines)


def _line(source: Architecture, target: Architecture, style: str, shift: int) -> str:
    """A line from the side of one box to the side of another, a little beside the middle."""
    (ax, ay), (bx, by) = _corner(source), _corner(target)
    ax, ay, bx, by = ax + _WIDTH // 2, ay + _HEIGHT // 2, bx + _WIDTH // 2, by + _HEIGHT // 2
    if source.column != target.column:
        side = 1 if target.column > source.column else -1
        ax, bx = ax + side * _WIDTH // 2, bx - side * _WIDTH // 2
        ay, by = ay + side * shift, by + side * shift
    else:
        side = 1 if target.row > source.row else -1
        ay, by = ay + side * _HEIGHT // 2, by - side * _HEIGHT // 2
        ax, bx = ax + side * shift, bx + side * shift
    return f'<line x1="{ax}" y1="{ay}" x2="{bx}" y2="{by}" {style}/>'
