"""An interpolant of two variables as a drawing: its triangles, values and errors; SVG, no package.

Numbers in it are floats: the drawing shows what the certificate says, and proves nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from theory.approximation.kuhn import KuhnGrid
from theory.network import Vector
from verify.approximation.interpolants import Interpolants

MOST_TRIANGLES = 5000
_SIZE, _LEFT, _TOP, _GAP, _BOTTOM = 300, 40, 40, 70, 84
_FINE = 6  # a triangle is sampled at the points whose barycentric coordinates are k / 6
_EDGE = 'stroke="#8894a0" stroke-width="0.4"'
_PAPER, _BLUE, _RED = (247, 248, 250), (22, 82, 140), (190, 62, 38)

Colour = tuple[int, int, int]
Triangle = tuple[Vector, Vector, Vector]
Corners = list[tuple[float, float]]


def triangles(grid: KuhnGrid) -> Iterator[Triangle]:
    """The triangles of a grid on a box with two sides."""
    for i, j in grid.vertices():
        if i < grid.sizes[0] and j < grid.sizes[1]:
            for side in ((i + 1, j), (i, j + 1)):
                yield grid.point((i, j)), grid.point(side), grid.point((i + 1, j + 1))


def picture(interpolants: Interpolants, steps: tuple[int, ...], title: str) -> str:
    """The drawing, an SVG file: values of the interpolant on the left, errors on the right."""
    grid = KuhnGrid(interpolants.box, steps)
    found = list(triangles(grid))
    shapes = [[_place(grid, corner) for corner in triangle] for triangle in found]
    values = [sum(map(float, map(interpolants.value, one))) / 3 for one in found]
    errors = [_error(interpolants, triangle) for triangle in found]
    width, high = 2 * _SIZE + _GAP + 2 * _LEFT, _SIZE + _TOP + _BOTTOM
    far = f"distance, at most {max(errors):.3g} at samples"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{high}" '
        f'viewBox="0 0 {width} {high}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{high}" fill="white"/>',
        "<g>",
        *_Panel(f"interpolant of {title}", values, _BLUE).drawn(grid, shapes),
        f'</g><g transform="translate({_SIZE + _GAP} 0)">',
        *_Panel(far, errors, _RED).drawn(grid, shapes),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _place(grid: KuhnGrid, point: Vector) -> tuple[float, float]:
    """Where a point is in a panel."""
    low, high = grid.box.lower, grid.box.upper
    across, up = (float((x - a) / (b - a)) for x, a, b in zip(point, low, high, strict=True))
    return _LEFT + _SIZE * across, _TOP + _SIZE * (1 - up)


def _error(interpolants: Interpolants, triangle: Triangle) -> float:
    """The largest distance of the interpolant from the function at samples."""
    heights = [float(interpolants.value(corner)) for corner in triangle]
    corners = [tuple(map(float, corner)) for corner in triangle]
    found = 0.0
    for i in range(_FINE + 1):
        for j in range(_FINE + 1 - i):
            shares = (i / _FINE, j / _FINE, (_FINE - i - j) / _FINE)
            point = tuple(
                sum(share * corner[axis] for share, corner in zip(shares, corners, strict=True))
                for axis in range(2)
            )
            near = sum(share * height for share, height in zip(shares, heights, strict=True))
            found = max(found, abs(interpolants.near(point) - near))
    return found


@dataclass(frozen=True, slots=True)
class _Panel:
    """A title, a number for every triangle, and the colour of the largest one."""

    title: str
    values: list[float]
    colour: Colour

    def drawn(self, grid: KuhnGrid, shapes: list[Corners]) -> Iterator[str]:
        """The square with its title, its scale and the ends of the sides."""
        low, high = min(self.values), max(self.values)
        yield f'<text x="{_LEFT}" y="{_TOP - 14}">{escape(self.title)}</text>'
        for shape, value in zip(shapes, self.values, strict=True):
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape)
            shade = _mixed(self.colour, (value - low) / (high - low) if high > low else 0.0)
            yield f'<polygon points="{points}" fill="{shade}" {_EDGE}/>'
        yield from _ends(grid)
        yield from _scale(low, high, self.colour)


def _ends(grid: KuhnGrid) -> Iterator[str]:
    """The ends of both sides."""
    (left, below), (right, above) = grid.box.lower, grid.box.upper
    bottom = _TOP + _SIZE
    for x, text in ((_LEFT, left), (_LEFT + _SIZE, right)):
        yield f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{text}</text>'
    for y, text in ((bottom, below), (_TOP + 10, above)):
        yield f'<text x="{_LEFT - 6}" y="{y}" text-anchor="end">{text}</text>'


def _scale(low: float, high: float, colour: Colour) -> Iterator[str]:
    """What the shades stand for."""
    y, step = _TOP + _SIZE + 34, _SIZE / 20
    for k in range(20):
        shade = _mixed(colour, (k + 0.5) / 20)
        yield (
            f'<rect x="{_LEFT + k * step:.1f}" y="{y}" width="{step:.1f}" height="12" '
            f'fill="{shade}"/>'
        )
    yield f'<text x="{_LEFT}" y="{y + 28}">{low:.3g}</text>'
    yield f'<text x="{_LEFT + _SIZE}" y="{y + 28}" text-anchor="end">{high:.3g}</text>'


def _mixed(colour: Colour, share: float) -> str:
    """A colour between that of paper and this one."""
    parts = (round(a + (b - a) * share) for a, b in zip(_PAPER, colour, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)
