"""The atlas as a drawing: where classes stand and arrows end; SVG, and the same for TikZ."""

from dataclasses import dataclass
from html import escape
from textwrap import wrap

from theory.architectures.atlas import ARCHITECTURES, REDUCTIONS, SEPARATIONS, Architecture


@dataclass(frozen=True, slots=True)
class Segment:
    """A line from the side of one box to the side of another; y points down."""

    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of a drawing, in units of its own; y points down.

    Attributes:
        width: Of a box.
        height: Of a box.
        gap_x: Between boxes side by side.
        gap_y: Between boxes above one another.
        margin: Around all.
        letters: Of a line of text in a box.
    """

    width: int
    height: int
    gap_x: int
    gap_y: int
    margin: int
    letters: int

    @property
    def size(self) -> tuple[int, int]:
        """The width and height of the drawing."""
        columns = 1 + max(one.column for one in ARCHITECTURES)
        rows = 1 + max(one.row for one in ARCHITECTURES)
        width = 2 * self.margin + columns * (self.width + self.gap_x) - self.gap_x
        return width, 2 * self.margin + rows * (self.height + self.gap_y) - self.gap_y

    def corner(self, one: Architecture) -> tuple[int, int]:
        """The upper left corner of a class's box."""
        across, down = self.width + self.gap_x, self.height + self.gap_y
        return self.margin + one.column * across, self.margin + one.row * down

    def about(self, one: Architecture) -> list[str]:
        """What a class holds, as the lines of its box."""
        return wrap(one.about, self.letters)[:_LINES]

    def segment(self, source: str, target: str, shift: int) -> Segment:
        """The line between two classes, by their keys, a little beside the middle of the sides."""
        places = {one.key: one for one in ARCHITECTURES}
        one, other = places[source], places[target]
        (ax, ay), (bx, by) = self.corner(one), self.corner(other)
        ax, ay = ax + self.width // 2, ay + self.height // 2
        bx, by = bx + self.width // 2, by + self.height // 2
        if one.column != other.column:
            side = 1 if other.column > one.column else -1
            ax, bx = ax + side * self.width // 2, bx - side * self.width // 2
            ay, by = ay + side * shift, by + side * shift
        else:
            side = 1 if other.row > one.row else -1
            ay, by = ay + side * self.height // 2, by - side * self.height // 2
            ax, bx = ax + side * shift, bx + side * shift
        return Segment((ax, ay), (bx, by))


_LINES = 3  # of text below the name of a class
_SVG = Layout(172, 62, 58, 58, 20, 31)
_REDUCTION, _SEPARATION = 5, 13  # beside the middle of a side


def atlas_drawing() -> str:
    """The drawing, SVG: boxes, solid arrows for reductions, dashed lines for separations.

    Theorem: T51 (separations of architectures).
    """
    width, height = _SVG.size
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 30}" '
        'font-family="sans-serif" font-size="11">',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#1b5e9b"/></marker></defs>',
        f'<rect width="{width}" height="{height + 30}" fill="white"/>',
    ]
    for reduction in REDUCTIONS:
        found = _SVG.segment(reduction.source, reduction.target, _REDUCTION)
        lines.append(_line(found, 'stroke="#1b5e9b" marker-end="url(#head)"'))
    for separation in SEPARATIONS:
        found = _SVG.segment(separation.larger, separation.smaller, _SEPARATION)
        lines.append(_line(found, 'stroke="#b3261e" stroke-dasharray="4 3"'))
    lines += [_box(one) for one in ARCHITECTURES]
    lines.append(
        f'<text x="{_SVG.margin}" y="{height + 18}">solid arrow: every member of the first is, '
        "rewritten, one of the second, as far as the table says. dashed: some member of one is "
        "none of the other; the table says which.</text>"
    )
    return "\n".join([*lines, "</svg>", ""])


def _box(one: Architecture) -> str:
    x, y = _SVG.corner(one)
    lines = [
        f'<rect x="{x}" y="{y}" width="{_SVG.width}" height="{_SVG.height}" rx="6" fill="#f4f6f8" '
        'stroke="#44505c"/>',
        f'<text x="{x + _SVG.width // 2}" y="{y + 17}" text-anchor="middle" font-weight="bold">'
        f"{escape(one.key)}</text>",
    ]
    for index, text in enumerate(_SVG.about(one)):
        lines.append(
            f'<text x="{x + _SVG.width // 2}" y="{y + 32 + 12 * index}" text-anchor="middle" '
            f'font-size="10">{escape(text)}</text>'
        )
    return "\n".join(lines)


def _line(found: Segment, style: str) -> str:
    (ax, ay), (bx, by) = found.start, found.end
    return f'<line x1="{ax}" y1="{ay}" x2="{bx}" y2="{by}" {style}/>'
