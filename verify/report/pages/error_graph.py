"""A network or step function of one number beside the function it is near to, and its pieces.

Where values of that function are rounded, so are the curves; nothing is decided here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

from theory.network import Network, Vector
from verify.checker import Network as CheckedNetwork
from verify.formats.network_json import network_text
from verify.polynomial_checker import pieces
from verify.report.graph import Curve, Graph, Points, graph_tikz
from verify.report.typesetting import rounded_number, tex_interval, tex_number, tex_polynomial

MOST_PIECES = 400  # of a network whose error is drawn
_MOST_ROWS = 12  # of the table of pieces
_MOST_DOTS = 40
_LONGEST = 10  # digits of a number in the table
_SAMPLES = 160  # points between knots, all together
_HEIGHT, _LOWER_HEIGHT = Fraction(22, 5), Fraction(14, 5)
_FUNCTION, _NEAR = "line width=0.5pt,black", "line width=0.7pt,blue!60!black"
_ERROR = "line width=0.6pt,red!65!black"
Value = Callable[[Fraction], Fraction]


@dataclass(frozen=True, slots=True)
class LinePiece:
    """What is near on an interval: constant + slope x."""

    start: Fraction
    end: Fraction
    constant: Fraction
    slope: Fraction

    def __call__(self, point: Fraction) -> Fraction:
        """The value at a point of the interval."""
        return self.constant + self.slope * point

    @property
    def ends(self) -> Points:
        """The graph's two ends."""
        return (self.start, self(self.start)), (self.end, self(self.end))


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A line of the table of pieces, in math mode: where, the value, its error in the middle."""

    where: str
    value: str
    error: str


def line_pieces(network: Network, low: Fraction, high: Fraction) -> tuple[LinePiece, ...]:
    """The affine pieces of a network of one input and one output on an interval."""
    read = CheckedNetwork(network_text(network).encode(), "network")
    found: list[LinePiece] = []
    for start, end, ((constant, slope),) in pieces(read, low, high):
        parts = Fraction(constant, read.scale), Fraction(slope, read.scale)
        if found and (found[-1].constant, found[-1].slope) == parts:
            start = found.pop().start
        found.append(LinePiece(start, end, *parts))
    return tuple(found)


def step_pieces(
    base: Fraction, steps: tuple[Vector, ...], low: Fraction, high: Fraction
) -> tuple[LinePiece, ...]:
    """Where base + the heights of all steps so far is constant on an interval."""
    value, start, found = base, low, list[LinePiece]()
    for place, height in steps:
        if place > high:
            break
        if place > start:
            found.append(LinePiece(start, place, value, Fraction(0)))
            start = place
        value += height
    if start < high or not found:
        found.append(LinePiece(start, high, value, Fraction(0)))
    return tuple(found)


def graphs(found: tuple[LinePiece, ...], function: Value, epsilon: Fraction) -> tuple[str, str]:
    """The two graphs with the band of epsilon, and the error between its limits.

    Raises:
        DomainError: the function has no value at a point that is drawn.
    """
    between = max(1, _SAMPLES // len(found))
    drawn = [[(x, function(x), piece(x)) for x in _places(piece, between)] for piece in found]
    curve = [(x, value) for points in drawn for x, value, _ in points]
    knots = [found[0].ends[0], *(piece.ends[1] for piece in found)]
    heights = [y for points in drawn for _, *values in points for y in values]
    joined = list(_joined(found))
    lower, upper = ([(x, y + side * epsilon) for x, y in curve] for side in (-1, 1))
    above = Graph(
        (
            Curve(curve, _FUNCTION),
            *(Curve([p for piece in run for p in piece.ends], _NEAR) for run in joined),
        ),
        _HEIGHT,
        (lower, upper),
        dots=knots if len(knots) <= _MOST_DOTS and len(joined) == 1 else (),
        marks=tuple(sorted({min(heights), max(heights)})),
    )
    errors = [[(x, near - value) for x, value, near in points] for points in drawn]
    runs = iter(errors)
    below = Graph(
        tuple(Curve([p for _ in run for p in next(runs)], _ERROR) for run in joined),
        _LOWER_HEIGHT,
        levels=(-epsilon, Fraction(0), epsilon),
    )
    return graph_tikz(above), graph_tikz(below)


def _joined(found: tuple[LinePiece, ...]) -> Iterator[list[LinePiece]]:
    """The pieces in runs without a jump between neighbours."""
    numbers, number = [0], 0
    for one, other in pairwise(found):
        number += one.ends[1] != other.ends[0]
        numbers.append(number)
    for _, run in groupby(zip(numbers, found, strict=True), key=lambda pair: pair[0]):
        yield [piece for _, piece in run]


def _places(piece: LinePiece, between: int) -> list[Fraction]:
    """The ends of a piece and so many points between."""
    length = piece.end - piece.start
    return [piece.start + length * Fraction(k, between + 1) for k in range(between + 2)]


def piece_rows(found: tuple[LinePiece, ...], function: Value, is_exact: bool) -> list[PieceRow]:
    """The table of pieces, if they are few.

    Raises:
        DomainError: the function has no value in the middle of a piece.
    """
    if len(found) > _MOST_ROWS:
        return []
    rows = []
    for piece in found:
        middle = (piece.start + piece.end) / 2
        error = piece(middle) - function(middle)
        told = tex_number(error, _LONGEST) if is_exact else rf"\approx {rounded_number(error)}"
        line = tex_polynomial((piece.constant, piece.slope), _LONGEST)
        rows.append(PieceRow(tex_interval(piece.start, piece.end), line, told))
    return rows
