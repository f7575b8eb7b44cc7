"""The fan formula: a germ in the plane as a sum of straight lines and lines with one bend.

Near a vertex a piecewise affine function of the plane bends along rays. Let h be a line
through the vertex along one of the rays, and let r be a ray above it (h > 0) with normal l.
For a ray t below it,

    relu(l + w relu(-h)),   w = l(t) / h(t),

bends along r above and along t below, and otherwise only along h. Subtracting such bent lines
leaves bends on h and on one ray below; those cancel there, so what remains is affine up to
relu(h).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from theory.germ_chart import Chart, Slope, all_units, chart_of
from theory.unit import Number, Unit, UnitSum, affine_sum, relu_of, weighted_sum

Direction = tuple[int, int]
Weights = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Ray:
    """A ray from the vertex with the bends of all functions across it.

    Attributes:
        direction: Primitive.
        bends: For each function the k with gradient jump k * normal, counterclockwise.
    """

    direction: Direction
    bends: Weights

    @property
    def normal(self) -> Direction:
        """The gradient of the form that is zero on the ray and positive counterclockwise."""
        return -self.direction[1], self.direction[0]


@dataclass(frozen=True, slots=True)
class BentLine:
    """The functions weights * relu(line + bend * relu(side)), all of them linear forms."""

    line: Direction
    side: Direction
    bend: Fraction
    weights: Weights

    def gradient(self, direction: Direction) -> tuple[Fraction, Fraction]:
        """The gradient of relu(line + bend * relu(side)) near a direction where it is affine."""
        bend = self.bend if _dot(self.side, direction) > 0 else Fraction(0)
        slope = (self.line[0] + bend * self.side[0], self.line[1] + bend * self.side[1])
        return slope if _dot(slope, direction) > 0 else (Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class _Sector:
    """The directions between two rays, counterclockwise, and the slope of every unit there."""

    start: Direction
    end: Direction
    slopes: Mapping[Unit, Slope]


def _dot(slope: Sequence[Number], direction: Direction) -> Number:
    return slope[0] * direction[0] + slope[1] * direction[1]


def _cross(left: Direction, right: Direction) -> int:
    return left[0] * right[1] - left[1] * right[0]


def _opposite(direction: Direction) -> Direction:
    return -direction[0], -direction[1]


def fan_sums(terms: Sequence[Mapping[Unit, Number]]) -> tuple[UnitSum, ...]:
    """Sums of units with rank-two germs as sums of lines and lines with one bend.

    Theorem: T16 (fan formula in the plane), found for this project.

    Args:
        terms: Weighted units, not all empty; all forms inside vanish on one flat, where n - 2
            coordinates do not matter.

    Returns:
        Sums that are equal to the terms on R^n, of depth 2, each unit with one inner line.
    """
    units = [unit for term in terms for unit in term]
    chart = chart_of(units)
    sectors = _sectors(all_units(units), chart)
    gradients = [[_combined(term, sector.slopes) for term in terms] for sector in sectors]
    rays = _rays(sectors, gradients)
    lines, bent = _straight(rays)
    bent_lines = [*lines, *_fan(bent, len(terms))]
    inside = _generic(sectors[0], bent_lines)
    return tuple(
        _assembled_sum(chart, index, gradient, bent_lines, inside)
        for index, gradient in enumerate(gradients[0])
    )


def _combined(term: Mapping[Unit, Number], slopes: Mapping[Unit, Slope]) -> Weights:
    found = [Fraction(0), Fraction(0)]
    for unit, weight in term.items():
        for index in (0, 1):
            found[index] += weight * slopes[unit][index]
    return tuple(found)


def _sectors(units: Iterable[Unit], chart: Chart) -> list[_Sector]:
    """The sectors around the vertex on which all units are linear, counterclockwise."""
    axes: tuple[Direction, ...] = ((1, 0), (0, 1), (-1, 0), (0, -1))
    sectors = [_Sector(axes[i], axes[(i + 1) % 4], {}) for i in range(4)]
    for unit in units:
        base = chart.slope(unit.form)
        sectors = [part for sector in sectors for part in _cut(sector, unit, base)]
    return sectors


def _cut(sector: _Sector, unit: Unit, base: Slope) -> Iterable[_Sector]:
    """The sector cut where the unit bends, with the unit's slopes."""
    slope = (base[0], base[1])
    for inner, weight in unit.inner:
        known = sector.slopes[inner]
        slope = (slope[0] + weight * known[0], slope[1] + weight * known[1])
    first, last = _dot(slope, sector.start), _dot(slope, sector.end)
    off, on = {**sector.slopes, unit: (0, 0)}, {**sector.slopes, unit: slope}
    if first >= 0 and last >= 0:
        return (_Sector(sector.start, sector.end, on),)
    if first <= 0 and last <= 0:
        return (_Sector(sector.start, sector.end, off),)
    a, b = abs(int(last)), abs(int(first))
    middle = _primitive(
        (a * sector.start[0] + b * sector.end[0], a * sector.start[1] + b * sector.end[1])
    )
    halves = (on, off) if first > 0 else (off, on)
    return (
        _Sector(sector.start, middle, halves[0]),
        _Sector(middle, sector.end, halves[1]),
    )


def _primitive(direction: Direction) -> Direction:
    divisor = gcd(*direction)
    return direction[0] // divisor, direction[1] // divisor


def _rays(sectors: Sequence[_Sector], gradients: Sequence[Sequence[Weights]]) -> list[Ray]:
    """The rays between sectors along which some function bends."""
    found = []
    for index, sector in enumerate(sectors):
        normal = (-sector.start[1], sector.start[0])
        pivot = 0 if normal[0] else 1
        bends = tuple(
            (after[pivot] - before[pivot]) / normal[pivot]
            for before, after in zip(gradients[index - 1], gradients[index], strict=True)
        )
        if any(bends):
            found.append(Ray(sector.start, bends))
    return found


def _straight(rays: Sequence[Ray]) -> tuple[list[BentLine], list[Ray]]:
    """The lines whose two rays have the same bends, and the rays left."""
    known = {ray.direction: ray for ray in rays}
    lines = []
    for ray in rays:
        other = known.get(_opposite(ray.direction))
        if other is not None and other.bends == ray.bends:
            del known[ray.direction], known[other.direction]
            lines.append(BentLine(ray.normal, ray.normal, Fraction(0), ray.bends))
    return lines, list(known.values())


def _fan(rays: Sequence[Ray], functions: int) -> list[BentLine]:
    """Bent lines and one straight line with all the bends of the rays."""
    if not rays:
        return []
    axis = max(rays, key=lambda ray: sum(not _cross(ray.direction, o.direction) for o in rays))
    along = axis.direction
    above = [ray for ray in rays if _cross(along, ray.direction) > 0]
    below = [ray for ray in rays if _cross(along, ray.direction) < 0]
    if not above:
        along, above, below = _opposite(along), below, []
    side: Direction = (-along[1], along[0])
    bent = _bent_lines(above, below, side) if above else []
    rest = [Fraction(0)] * functions
    for ray in rays:
        if ray.direction == along:
            rest = list(ray.bends)
    for line in bent:
        # Where line > 0 on the axis, relu(line + bend relu(-side)) bends there as relu(side) does.
        if _dot(line.line, along) > 0:
            rest = [a - line.bend * w for a, w in zip(rest, line.weights, strict=True)]
    return [*bent, BentLine(side, side, Fraction(0), tuple(rest))]


def _bent_lines(above: Sequence[Ray], below: Sequence[Ray], side: Direction) -> list[BentLine]:
    """Lines along the rays above, continued below along one ray, and along the other rays below.

    The first ray above takes up the continuations of the rays below, the first ray below those
    of the rays above.
    """
    first = above[0]
    goal = below[0].direction if below else _opposite(first.direction)
    taken = list(first.bends)
    found = []
    for ray in below[1:]:
        bend = -_ratio(ray.normal, side, first.direction)
        found.append(BentLine(ray.normal, side, bend, ray.bends))
        continued = tuple(a + bend * b for a, b in zip(ray.normal, side, strict=True))
        pivot = 0 if first.normal[0] else 1
        factor = abs(continued[pivot] / first.normal[pivot])
        taken = [a - factor * b for a, b in zip(taken, ray.bends, strict=True)]
    for ray in above:
        weights = tuple(taken) if ray is first else ray.bends
        if any(weights):
            bend = _ratio(ray.normal, side, goal)
            found.append(BentLine(ray.normal, _opposite(side), bend, weights))
    return found


def _ratio(line: Direction, side: Direction, direction: Direction) -> Fraction:
    return Fraction(_dot(line, direction)) / _dot(side, direction)


def _generic(sector: _Sector, lines: Sequence[BentLine]) -> Direction:
    """A direction inside the sector along which no line bends."""
    weight = 1
    while True:
        direction = (
            sector.start[0] + weight * sector.end[0],
            sector.start[1] + weight * sector.end[1],
        )
        if all(_is_off(line, direction) for line in lines):
            return direction
        weight += 1


def _is_off(line: BentLine, direction: Direction) -> bool:
    side = _dot(line.side, direction)
    value = _dot(line.line, direction) + (line.bend * side if side > 0 else 0)
    return bool(side and value)


def _assembled_sum(
    chart: Chart, index: int, gradient: Weights, lines: Sequence[BentLine], inside: Direction
) -> UnitSum:
    """The sum of bent lines for one function, with the linear part that it needs."""
    rest = list(gradient)
    terms: list[tuple[UnitSum, Number]] = []
    for line in lines:
        weight = line.weights[index]
        if not weight:
            continue
        own = line.gradient(inside)
        rest = [a - weight * b for a, b in zip(rest, own, strict=True)]
        inner = relu_of(affine_sum(chart.lifted(line.side)))
        argument = ((affine_sum(chart.lifted(line.line)), 1), (inner, line.bend))
        size = len(chart.dual[0])
        terms.append((relu_of(weighted_sum(argument, size)), weight))
    terms.append((affine_sum(chart.lifted(rest)), 1))
    return weighted_sum(terms, len(chart.dual[0]))
