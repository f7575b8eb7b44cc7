"""A picture of the linear regions of a network with two inputs, as TikZ.

Every cell is an exact polygon, clipped exactly to the window; only the coordinates that are
printed are rounded, to four decimals of a centimetre. The picture illustrates, it proves
nothing. The shade of a cell is the value of the first output at its centroid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from theory.cone import Cone
from theory.domain import Box, Domain
from theory.errors import ScopeError
from theory.network import Network, Vector
from theory.region import LinearRegion, regions
from verify.report.shade import STEPS, colours, shade
from verify.report.template import rendered
from verify.report.typesetting import is_short, rounded_number, tex_decimal, tex_number
from verify.report.window import Frame, decimal, window_of

MOST_CELLS = 3000
MOST_LABELS = 60
_DARK = Fraction(3, 5)
_SMALLEST_LABELLED = Fraction(1, 150)  # of the area of the window


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A polygon of the picture, in centimetres.

    Attributes:
        corners: Their coordinates.
        shade: The step of the colour scale.
        label: The number of the region, or an empty text where there is no room for it.
        centre: Where the label stands.
        is_dark: Whether the label must be light.
    """

    corners: tuple[tuple[str, str], ...]
    shade: int
    label: str
    centre: str
    is_dark: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The linear regions of a network with two inputs over a window of its domain.

    Attributes:
        tikz: A tikzpicture environment.
        cells: The number of cells.
        window: The part of the domain that is shown.
        is_clipped: Whether the domain reaches beyond the window.
        low: The least value of the first output at the centroid of a cell.
        high: The greatest one.
    """

    tikz: str
    cells: int
    window: Box
    is_clipped: bool
    low: Fraction
    high: Fraction


def regions_picture(
    network: Network,
    domain: Domain,
    mark: Vector | None = None,
    most: int = MOST_CELLS,
    symbol: str = "f_1",
) -> Picture:
    """The picture of all linear regions over the domain.

    Args:
        network: f : Q^2 -> Q^m with at least one output.
        domain: A box or polytope with interior, or the plane.
        mark: A point to be marked.
        most: The greatest number of cells that are drawn.
        symbol: How the first output is called, in math mode.

    Raises:
        ScopeError: the network has not two inputs, or there are too many cells.
        DomainError: the domain has no interior.
    """
    if network.inputs != 2 or not network.outputs:
        raise ScopeError(f"picture: expected two inputs and an output, got {network.widths}")
    if isinstance(domain, Box) and domain.fixed:
        raise ScopeError("picture: the box has no interior")
    found = tuple(islice(regions(network, domain), most + 1))
    if len(found) > most:
        raise ScopeError(f"picture: there are more than {most} cells")
    return picture_of(found, domain, mark, symbol)


def picture_of(
    found: Sequence[LinearRegion],
    domain: Domain,
    mark: Vector | None = None,
    symbol: str = "f_1",
) -> Picture:
    """The picture of linear regions that are known already, numbered from 1 in their order."""
    window = window_of(found, domain, mark)
    shown = [(number, region, region.cell.clip(window.forms))
             for number, region in enumerate(found, start=1)]  # fmt: skip
    drawn = [(number, region, cell) for number, region, cell in shown if cell is not None]
    values = [_value(region, centroid(cell.vertices)) for _, region, cell in drawn]
    low, high = min(values), max(values)
    frame = Frame(window)
    most = MOST_LABELS if len(found) <= MOST_LABELS else 0
    cells = tuple(
        _drawn_cell(frame, number if number <= most else 0, cell, _share(low, value, high))
        for (number, _, cell), value in zip(drawn, values, strict=True)
    )
    tikz = rendered(
        "regions.tikz.jinja",
        cells=cells,
        right=decimal(frame.width),
        top=decimal(frame.height),
        ends=[_tick(end) for end in (*window.lower, *window.upper)],
        mark=frame.place(mark) if mark is not None else None,
        mark_label=frame.inward(mark) if mark is not None else "",
        colours=colours(),
        bar=[
            (decimal(frame.height * step / STEPS), decimal(frame.height * (step + 1) / STEPS))
            for step in range(STEPS)
        ],
        bar_left=decimal(frame.width + Fraction(1, 2)),
        bar_right=decimal(frame.width + Fraction(3, 4)),
        symbol=symbol,
        values=[rounded_number(value) for value in (low, high)],
    )
    return Picture(tikz, len(found), window, _is_clipped(found, window), low, high)


def picture_document(network: Network, domain: Domain) -> str:
    """A TeX document of its own with the picture and a caption.

    Raises:
        ScopeError: the network has not two inputs, or there are too many cells.
        DomainError: the domain has no interior.
    """
    picture = regions_picture(network, domain)
    return rendered("picture.tex.jinja", picture=picture, widths=network.widths)


def centroid(vertices: Sequence[Vector]) -> Vector:
    """The mean of the vertices of a polygon."""
    return tuple(
        sum(entries, Fraction(0)) / len(vertices) for entries in zip(*vertices, strict=True)
    )


def area(vertices: Sequence[Vector]) -> Fraction:
    """The exact area of a polygon whose vertices go around."""
    following = (*vertices[1:], vertices[0])
    doubled = sum(
        (a[0] * b[1] - a[1] * b[0] for a, b in zip(vertices, following, strict=True)), Fraction(0)
    )
    return abs(doubled) / 2


def _value(region: LinearRegion, point: Vector) -> Fraction:
    constant, *gradient = region.outputs[0]
    total = sum((g * x for g, x in zip(gradient, point, strict=True)), Fraction(constant))
    return total / region.scale


def _tick(value: Fraction) -> str:
    return tex_number(value, 8) if is_short(value, 4) else tex_decimal(value)


def _is_clipped(found: Sequence[LinearRegion], window: Box) -> bool:
    return not all(
        region.cell.is_bounded and all(vertex in window for vertex in region.cell.vertices)
        for region in found
    )


def _share(low: Fraction, value: Fraction, high: Fraction) -> Fraction:
    return (value - low) / (high - low) if high > low else Fraction(1, 2)


def _drawn_cell(frame: Frame, number: int, cell: Cone, share: Fraction) -> DrawnCell:
    corners = cell.vertices
    is_labelled = number > 0 and area(corners) >= frame.area * _SMALLEST_LABELLED
    return DrawnCell(
        tuple(map(frame.coordinates, corners)),
        shade(share),
        str(number) if is_labelled else "",
        frame.place(centroid(corners)),
        share > _DARK,
    )
