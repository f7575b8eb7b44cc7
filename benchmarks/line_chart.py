"""Line charts as SVG text, without any package: the same bytes for the same numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import log10

WIDTH, HEIGHT = 460, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 34, 74
COLOURS = ("#1b6ca8", "#c8553d", "#3c7a3c", "#7a4b9c")
DASHES = ("none", "6 3", "2 3", "8 3 2 3")
PERCENT = tuple((value, f"{value} %") for value in range(0, 101, 20))


@dataclass(frozen=True, slots=True)
class Line:
    """A name and a height, 0 to 100, for every place on the horizontal axis."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A title, names for the places on the horizontal axis, what they are, and lines.

    Heights are percentages, unless `marks` says which heights stand for what.
    """

    title: str
    places: tuple[str, ...]
    axis: str
    lines: tuple[Line, ...]
    marks: tuple[tuple[float, str], ...] = PERCENT

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.values) != len(self.places):
                raise ValueError(f"{line.name}: expected {len(self.places)} values")
            if not all(0 <= value <= 100 for value in line.values):
                raise ValueError(f"{line.name}: expected percentages, 0 to 100")


def decades(lowest: int, highest: int) -> tuple[tuple[float, str], ...]:
    """Marks of a logarithmic axis from 10^lowest to 10^highest; `height` says where numbers are."""
    steps = range(highest - lowest + 1)
    return tuple((100 * k / (highest - lowest), f"1e{lowest + k}") for k in steps)


def height(value: float, lowest: int, highest: int) -> float:
    """Where a positive number is on the axis of `decades`."""
    return 100 * (log10(value) - lowest) / (highest - lowest)


def chart(panels: Sequence[Panel], columns: int | None = None) -> str:
    """The panels beside each other, or in rows of so many columns, an SVG file."""
    columns = columns or len(panels)
    width, high = WIDTH * min(columns, len(panels)), HEIGHT * -(-len(panels) // columns)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{high}" '
        f'viewBox="0 0 {width} {high}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{high}" fill="white"/>',
    ]
    for index, panel in enumerate(panels):
        row, column = divmod(index, columns)
        parts.append(f'<g transform="translate({WIDTH * column} {HEIGHT * row})">')
        parts += [*_frame(panel), *_lines(panel), *_legend(panel), "</g>"]
    return "\n".join((*parts, "</svg>", ""))


def _across(panel: Panel, place: int) -> float:
    room = WIDTH - LEFT - RIGHT
    return LEFT + room * (place + 0.5) / len(panel.places)


def _up(value: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / 100


def _text(across: float, up: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{across:.1f}" y="{up:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _frame(panel: Panel) -> Iterator[str]:
    yield _text(WIDTH / 2, TOP - 14, panel.title)
    for value, name in panel.marks:
        up = _up(value)
        yield f'<path d="M{LEFT} {up:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>'
        yield _text(LEFT - 6, up + 4, name, "end")
    for place, name in enumerate(panel.places):
        yield _text(_across(panel, place), HEIGHT - BOTTOM + 18, name)
    yield _text(WIDTH / 2, HEIGHT - BOTTOM + 36, panel.axis)


def _lines(panel: Panel) -> Iterator[str]:
    styles = zip(panel.lines, COLOURS, DASHES, strict=False)
    for line, colour, dashes in styles:
        points = [
            f"{_across(panel, place):.1f} {_up(value):.1f}"
            for place, value in enumerate(line.values)
        ]
        yield (
            f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dashes}"/>'
        )
        for point in points:
            across, up = point.split()
            yield f'<circle cx="{across}" cy="{up}" r="3" fill="{colour}"/>'


def _legend(panel: Panel) -> Iterator[str]:
    room = (WIDTH - LEFT - RIGHT) / max(1, len(panel.lines))
    for index, (line, colour) in enumerate(zip(panel.lines, COLOURS, strict=False)):
        across = LEFT + room * index
        yield f'<circle cx="{across + 4:.1f}" cy="{HEIGHT - 18}" r="4" fill="{colour}"/>'
        yield _text(across + 12, HEIGHT - 14, line.name, "start")
