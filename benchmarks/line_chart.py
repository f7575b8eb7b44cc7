"""Line charts as SVG text, without any package: the same bytes for the same numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 460, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 34, 74
COLOURS = ("#1b6ca8", "#c8553d", "#3c7a3c", "#7a4b9c")
DASHES = ("none", "6 3", "2 3", "8 3 2 3")


@dataclass(frozen=True, slots=True)
class Line:
    """A name and a percentage for every place on the horizontal axis."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A title, names for the places on the horizontal axis, what they are, and lines."""

    title: str
    places: tuple[str, ...]
    axis: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.values) != len(self.places):
                raise ValueError(f"{line.name}: expected {len(self.places)} values")
            if not all(0 <= value <= 100 for value in line.values):
                raise ValueError(f"{line.name}: expected percentages")


def chart(panels: Sequence[Panel]) -> str:
    """The panels beside each other, an SVG file."""
    width = WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
        f'viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{HEIGHT}" fill="white"/>',
    ]
    for index, panel in enumerate(panels):
        parts.append(f'<g transform="translate({WIDTH * index} 0)">')
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
    for value in range(0, 101, 20):
        up = _up(value)
        yield f'<path d="M{LEFT} {up:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>'
        yield _text(LEFT - 6, up + 4, f"{value} %", "end")
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
