"""What part of the plane a picture shows, and the exact map from there to centimetres."""

from collections.abc import Sequence
from fractions import Fraction

from theory.domain import Box, Domain
from theory.network import Vector
from theory.region import LinearRegion

WIDTH = Fraction(9)  # centimetres
_THINNEST = Fraction(2, 5)
_MARGIN = Fraction(1, 5)
_MANY = 20


def window_of(found: Sequence[LinearRegion], domain: Domain, mark: Vector | None) -> Box:
    """The domain if it is a box, else a box around all vertices, or most if some lie far out.

    Over an unbounded domain the window has a margin around the vertices.
    """
    if isinstance(domain, Box):
        return domain
    is_bounded = all(region.cell.is_bounded for region in found)
    points = [vertex for region in found for vertex in region.cell.vertices]
    ends = [_ends(sorted(entries), is_bounded) for entries in zip(*points, strict=True)]
    if mark is not None:
        marked = zip(ends, mark, strict=True)
        ends = [(min(low, x), max(high, x)) for (low, high), x in marked]
    span = max(high - low for low, high in ends) or Fraction(2)
    margin = Fraction(0) if is_bounded else span * _MARGIN
    lower, upper = [], []
    for low, high in ends:
        extra = margin + (Fraction(0) if high > low else span / 2)
        lower.append(_rounded(low - extra, span, -1))
        upper.append(_rounded(high + extra, span, 1))
    return Box(tuple(lower), tuple(upper))


def _ends(entries: list[Fraction], is_bounded: bool) -> tuple[Fraction, Fraction]:
    """The least and the greatest entry, a tenth left out on both sides if there are many."""
    spare = 0 if is_bounded or len(entries) < _MANY else len(entries) // 10
    return entries[spare], entries[-1 - spare]


def _rounded(value: Fraction, span: Fraction, direction: int) -> Fraction:
    """A short decimal at or beyond the value, at most a fortieth of the span away."""
    step = Fraction(1)
    while step * 40 > span:
        step /= 10
    while step * 400 <= span:
        step *= 10
    steps = -(-value // step) if direction > 0 else value // step
    return Fraction(steps) * step


class Frame:
    """The map from a window to centimetres; a square stays one, a thin window is stretched.

    With a size it is stretched to that, as for a graph, whose axes have units of their own.
    """

    def __init__(self, window: Box, size: tuple[Fraction, Fraction] | None = None) -> None:
        self.window = window
        across, up = (high - low for low, high in zip(window.lower, window.upper, strict=True))
        longest = max(across, up)
        self.area = across * up
        natural = tuple(WIDTH * max(side / longest, _THINNEST) for side in (across, up))
        self.width, self.height = natural if size is None else size
        self.scales = (self.width / across, self.height / up)

    def place(self, point: Vector) -> str:
        """(x,y) in centimetres."""
        return "({},{})".format(*self.coordinates(point))

    def coordinates(self, point: Vector) -> tuple[str, str]:
        """The place of a point in centimetres, to four decimals."""
        entries = zip(point, self.window.lower, self.scales, strict=True)
        across, up = (decimal((x - low) * scale) for x, low, scale in entries)
        return across, up

    def inward(self, point: Vector) -> str:
        """A short step from the point towards the middle of the window, in centimetres."""
        middles = (
            (low + high) / 2 for low, high in zip(self.window.lower, self.window.upper, strict=True)
        )
        steps = ("-0.3" if x > middle else "0.3" for x, middle in zip(point, middles, strict=True))
        return "(" + ",".join(steps) + ")"


def decimal(value: Fraction) -> str:
    """The value rounded to four decimals."""
    digits = round(value * 10_000)
    return f"{'-' if digits < 0 else ''}{abs(digits) // 10_000}.{abs(digits) % 10_000:04d}"
