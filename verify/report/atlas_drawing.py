"""The atlas as a drawing: where classes stand and arrows end; SVG, and the same for TikZ."""

from dataclasses import dataclass
from html import escape
from textwrap import wrap

from theory.atlas import ARCHITECTURES, REDUCTIONS, SEPARATIONS, Architecture

BOX_WIDTH, BOX_HEIGHT = 172, 62
_GAP_X, _GAP_Y, _MARGIN = 58, 58, 20
_ACROSS, _LINES = 31, 3  # letters of a line in a box, lines
REDUCTION_SHIFT, SEPARATION_SHIFT = 5, 13  # beside the middle of a side


@dataclass(frozen=True, slots=True)
class Segment:
    """A line from the side of one box to the side of another; y points down."""

    start: tuple[int, int]
    end: tuple[int, int]


def size() -> tuple[int, int]:
    """The width and height of the drawing."""
    columns = 1 + max(one.column for one in ARCHITECTURES)
    rows = 1 + max(one.row for one in ARCHITECTURES)
    width = 2 * _MARGIN + columns * (BOX_WIDTH + _GAP_X) - _GAP_X
    return width, 2 * _MARGIN + rows * (BOX_HEIGHT + _GAP_Y) - _GAP_Y


def corner(one: Architecture) -> tuple[int, int]:
    """The upper left corner of a class's box."""
    return _MARGIN + one.column * (BOX_WIDTH + _GAP_X), _MARGIN + one.row * (BOX_HEIGHT + _GAP_Y)


def about_lines(one: Architecture) -> list[str]:
    """What a class holds, as the lines of its box."""
    return wrap(one.about, _ACROSS)[:_LINES]


def segment(source: str, target: str, shift: int) -> Segment:
    """The line between two classes, by their keys, a little beside the middle of the sides."""
    places = {one.key: one for one in ARCHITECTURES}
    one, other = places[source], places[target]
    (ax, ay), (bx, by) = corner(one), corner(other)
    ax, ay = ax + BOX_WIDTH // 2, ay + BOX_HEIGHT // 2
    bx, by = bx + BOX_WIDTH // 2, by + BOX_HEIGHT // 2
    if one.column != other.column:
        side = 1 if other.column > one.column else -1
        ax, bx = ax + side * BOX_WIDTH // 2, bx - side * BOX_WIDTH // 2
        ay, by = ay + side * shift, by + side * shift
    else:
        side = 1 if other.row > one.row else -1
        ay, by = ay + side * BOX_HEIGHT // 2, by - side * BOX_HEIGHT // 2
        ax, bx = ax + side * shift, bx + side * shift
    return Segment((ax, ay), (bx, by))


def atlas_drawing() -> str:
    """The drawing, SVG: boxes, solid arrows for reductions, dashed lines for separations.

    Theorem: T51 (separations of architectures).
    """
    width, height = size()
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 30}" '
        'font-family="sans-serif" font-size="11">',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#1b5e9b"/></marker></defs>',
        f'<rect width="{width}" height="{height + 30}" fill="white"/>',
    ]
    for reduction in REDUCTIONS:
        found = segment(reduction.source, reduction.target, REDUCTION_SHIFT)
        lines.append(_line(found, 'stroke="#1b5e9b" marker-end="url(#head)"'))
    for separation in SEPARATIONS:
        found = segment(separation.larger, separation.smaller, SEPARATION_SHIFT)
        lines.append(_line(found, 'stroke="#b3261e" stroke-dasharray="4 3"'))
    lines += [_box(one) for one in ARCHITECTURES]
    lines.append(
        f'<text x="{_MARGIN}" y="{height + 18}">solid arrow: every member of the first is, '
        "rewritten, one of the second, as far as the table says. dashed: some member of one is "
        "none of the other; the table says which.</text>"
    )
    return "\n".join([*lines, "</svg>", ""])


def _box(one: Architecture) -> str:
    x, y = corner(one)
    lines = [
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="#f4f6f8" '
        'stroke="#44505c"/>',
        f'<text x="{x + BOX_WIDTH // 2}" y="{y + 17}" text-anchor="middle" font-weight="bold">'
        f"{escape(one.key)}</text>",
    ]
    for index, text in enumerate(about_lines(one)):
        lines.append(
            f'<text x="{x + BOX_WIDTH // 2}" y="{y + 32 + 12 * index}" text-anchor="middle" '
            f'font-size="10">{escape(text)}</text>'
        )
    return "\n".join(lines)


def _line(found: Segment, style: str) -> str:
    (ax, ay), (bx, by) = found.start, found.end
    return f'<line x1="{ax}" y1="{ay}" x2="{bx}" y2="{by}" {style}/>'
