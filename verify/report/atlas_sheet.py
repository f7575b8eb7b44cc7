"""The atlas as a sheet of TeX: the graph with numbered edges, their costs, and the witnesses.

Every witness is checked again, by exact evaluation, while the sheet is written.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from theory.architectures.atlas import ARCHITECTURES, REDUCTIONS, SEPARATIONS, Architecture
from verify.report.atlas_drawing import Layout, Segment
from verify.report.atlas_page import QUESTION, SUMMARY, UNCHECKED, command_line
from verify.report.template import rendered
from verify.report.typesetting import tex_text
from verify.report.window import decimal

_SHEET = Layout(292, 124, 72, 172, 4, 22)  # hundredths of a centimetre
_REDUCTION, _SEPARATION = 12, 28  # beside the middle of a side
_TENTHS = (4, 3, 5, 2, 6, 1, 7, 8, 9)  # of an edge, where its number may stand; best first
_APART = 24  # of numbers, and of a number and a box
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")  # of Markdown
_WHOLE = 10_000  # characters: none of these texts is cut short


Point = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Box:
    """A class as it is drawn: its sides and its middle in centimetres."""

    left: str
    bottom: str
    right: str
    top: str
    middle: str
    height: str
    key: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A numbered line of the graph: places in centimetres."""

    start: str
    end: str
    label: str
    number: int


def atlas_sheet() -> tuple[str, bool]:
    """The TeX source, and whether every witness shows what it is to show.

    Theorem: T51 (separations of architectures).
    """
    checked = [one.check() for one in SEPARATIONS]
    reduced, separated = _edges()
    source = rendered(
        "atlas.tex.jinja",
        orientation="landscape",
        question=tex_text(QUESTION, _WHOLE),
        summary=tex_text(SUMMARY, _WHOLE),
        unchecked=tex_text(_LINK.sub(r"\1", UNCHECKED), _WHOLE),
        boxes=[_box(one) for one in ARCHITECTURES],
        reductions=[
            (edge, one, command_line(one)) for one, edge in zip(REDUCTIONS, reduced, strict=True)
        ],
        separations=list(zip(separated, SEPARATIONS, checked, strict=True)),
        failed=checked.count(False),
    )
    return source, all(checked)


def _segments() -> tuple[list[Segment], list[Segment]]:
    """The edges of reductions and of separations."""
    return (
        [_SHEET.segment(one.source, one.target, _REDUCTION) for one in REDUCTIONS],
        [_SHEET.segment(one.larger, one.smaller, _SEPARATION) for one in SEPARATIONS],
    )


def _edges() -> tuple[list[Edge], list[Edge]]:
    """Those of reductions and of separations, with their numbers where there is room."""
    taken: list[Point] = []
    found: list[list[Edge]] = []
    for segments in _segments():
        found.append([])
        for number, one in enumerate(segments, start=1):
            label = _label(one, taken)
            taken.append(label)
            found[-1].append(Edge(_place(one.start), _place(one.end), _place(label), number))
    return found[0], found[1]


def _label(one: Segment, taken: list[Point]) -> Point:
    """Where the number of an edge stands: on no box and on no other number, if possible."""
    (ax, ay), (bx, by) = one.start, one.end
    shares = [Fraction(tenths, 10) for tenths in _TENTHS]
    places = [(ax + (bx - ax) * share, ay + (by - ay) * share) for share in shares]
    free = (place for place in places if not _is_covered(place) and not _is_near(place, taken))
    return next(free, places[0])


def _is_near(place: Point, taken: list[Point]) -> bool:
    return any(abs(place[0] - x) < _APART and abs(place[1] - y) < _APART for x, y in taken)


def _is_covered(place: Point) -> bool:
    for one in ARCHITECTURES:
        left, top = _SHEET.corner(one)
        across = left - _APART // 2 < place[0] < left + _SHEET.width + _APART // 2
        if across and top - _APART // 2 < place[1] < top + _SHEET.height + _APART // 2:
            return True
    return False


def _box(one: Architecture) -> Box:
    x, y = _SHEET.corner(one)
    left, top = _centimetres((x, y))
    right, bottom = _centimetres((x + _SHEET.width, y + _SHEET.height))
    middle = _centimetres((x + _SHEET.width // 2, y + _SHEET.height // 2))
    return Box(left, bottom, right, top, *middle, one.key, tuple(_SHEET.about(one)))


def _place(point: Point | tuple[int, int]) -> str:
    """(x,y) in centimetres, y upward."""
    return "({},{})".format(*_centimetres(point))


def _centimetres(point: Point | tuple[int, int]) -> tuple[str, str]:
    x, y = point
    _, height = _SHEET.size
    return decimal(Fraction(x) / 100), decimal(Fraction(height - y) / 100)
