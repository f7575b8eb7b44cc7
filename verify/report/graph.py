"""Graphs of functions of one number as TikZ: curves, a band, and lines to compare them with.

Points are exact and placed exactly; only the coordinates that are printed are rounded, to four
decimals of a centimetre. A graph illustrates, it proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from theory.domain import Box
from theory.network import Vector
from verify.report.template import rendered
from verify.report.typesetting import is_short, tex_decimal, tex_number
from verify.report.window import Frame, decimal

Points = Sequence[tuple[Fraction, Fraction]]
WIDTH = Fraction(12)  # centimetres
_MARGIN = Fraction(1, 16)  # of what is shown, above and below


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve through points from left to right, and the TikZ options that draw it."""

    points: Points
    style: str


@dataclass(frozen=True, slots=True)
class Graph:
    """What one picture shows.

    Attributes:
        curves: The last one is drawn above the others.
        height: Of the picture, in centimetres.
        band: The lower and the upper edge of a shaded band, or nothing.
        levels: Heights at which a dashed line is drawn and its value printed.
        dots: Points that are marked.
        marks: Heights whose values are printed, besides those of the levels.
    """

    curves: tuple[Curve, ...]
    height: Fraction
    band: tuple[Points, Points] | None = None
    levels: Vector = ()
    dots: Points = ()
    marks: Vector = ()


def graph_tikz(graph: Graph) -> str:
    """A tikzpicture environment."""
    frame = Frame(_window(graph), (WIDTH, graph.height))
    band = None
    if graph.band is not None:
        lower, upper = graph.band
        band = [frame.place(point) for point in (*lower, *reversed(upper))]
    left, right = frame.window.lower[0], frame.window.upper[0]
    return rendered(
        "graph.tikz.jinja",
        curves=[(curve.style, list(map(frame.place, curve.points))) for curve in graph.curves],
        band=band,
        dots=list(map(frame.place, graph.dots)),
        levels=[frame.coordinates((left, level))[1] for level in graph.levels],
        marks=[
            (frame.coordinates((left, level))[1], _tick(level))
            for level in (*graph.levels, *graph.marks)
        ],
        ends=(_tick(left), _tick(right)),
        right=decimal(frame.width),
        top=decimal(frame.height),
    )


def _window(graph: Graph) -> Box:
    """All that is drawn, with a margin above and below."""
    edges = graph.band or ()
    points = list(chain(*(curve.points for curve in graph.curves), *edges))
    heights = [y for _, y in points] + list(graph.levels)
    low, high = min(heights), max(heights)
    span = (high - low) or Fraction(1)
    places = [x for x, _ in points]
    left, right = min(places), max(places)
    if left == right:
        left, right = left - 1, right + 1
    return Box((left, low - span * _MARGIN), (right, high + span * _MARGIN))


def _tick(value: Fraction) -> str:
    return tex_number(value, 8) if is_short(value, 5) else tex_decimal(value)
