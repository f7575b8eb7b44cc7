"""A network of one number beside the function that it is near to: graphs, and its pieces."""

from dataclasses import dataclass
from fractions import Fraction

from theory.approximation.target import Target
from theory.network import Network
from verify.checker import Network as CheckedNetwork
from verify.formats.network_json import network_text
from verify.polynomial_checker import pieces
from verify.report.graph import Curve, Graph, graph_tikz
from verify.report.typesetting import rounded_number, tex_interval, tex_number, tex_polynomial

MOST_PIECES = 400  # of a network whose error is drawn
_MOST_ROWS = 12  # of the table of pieces
_MOST_DOTS = 40
_SAMPLES = 160  # points between knots, all together
_HEIGHT, _LOWER_HEIGHT = Fraction(5), Fraction(16, 5)
_TARGET, _NETWORK = "line width=0.5pt,black", "line width=0.7pt,blue!60!black"
_ERROR = "line width=0.6pt,red!65!black"


@dataclass(frozen=True, slots=True)
class LinePiece:
    """The network on an interval: constant + slope x."""

    start: Fraction
    end: Fraction
    constant: Fraction
    slope: Fraction

    def __call__(self, point: Fraction) -> Fraction:
        """The network's value at a point of the interval."""
        return self.constant + self.slope * point


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A line of the table of pieces, in math mode: where, the network, its error in the middle."""

    where: str
    network: str
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


def graphs(found: tuple[LinePiece, ...], target: Target, epsilon: Fraction) -> tuple[str, str]:
    """The two graphs with the band of epsilon, and the error between its limits.

    Raises:
        DomainError: the function has a pole at a point that is drawn.
    """
    between = max(1, _SAMPLES // len(found))
    places = [(piece, x) for piece in found for x in _places(piece, between)]
    function = [(x, target(x)) for _, x in places]
    network = [(x, piece(x)) for piece, x in places]
    knots = [(piece.start, piece(piece.start)) for piece in found]
    knots.append((found[-1].end, found[-1](found[-1].end)))
    band = tuple([(x, y + side * epsilon) for x, y in function] for side in (-1, 1))
    heights = [y for _, y in (*function, *network)]
    above = Graph(
        (Curve(function, _TARGET), Curve(knots, _NETWORK)),
        _HEIGHT,
        (band[0], band[1]),
        dots=knots if len(knots) <= _MOST_DOTS else (),
        marks=tuple(sorted({min(heights), max(heights)})),
    )
    pairs = zip(function, network, strict=True)
    error = [(x, there - here) for (x, here), (_, there) in pairs]
    below = Graph((Curve(error, _ERROR),), _LOWER_HEIGHT, levels=(-epsilon, Fraction(0), epsilon))
    return graph_tikz(above), graph_tikz(below)


def _places(piece: LinePiece, between: int) -> list[Fraction]:
    """The ends of a piece and so many points between."""
    length = piece.end - piece.start
    return [piece.start + length * Fraction(k, between + 1) for k in range(between + 2)]


def piece_rows(found: tuple[LinePiece, ...], target: Target) -> list[PieceRow]:
    """The table of pieces, if they are few.

    Raises:
        DomainError: the function has a pole at the middle of a piece.
    """
    if len(found) > _MOST_ROWS:
        return []
    rows = []
    for piece in found:
        middle = (piece.start + piece.end) / 2
        error = piece(middle) - target(middle)
        told = rf"\approx {rounded_number(error)}" if target.terms else tex_number(error)
        line = tex_polynomial((piece.constant, piece.slope))
        rows.append(PieceRow(tex_interval(piece.start, piece.end), line, told))
    return rows
