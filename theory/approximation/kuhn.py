"""Interpolants on Kuhn triangulations: a hat for every vertex of a grid, as a ReLU network.

    g = sum_v f(v) relu(1 - (max(0, z_1, ..., z_n) - min(0, z_1, ..., z_n))),    z = u - v

where u are the coordinates in steps of the grid, between 0 and the number of steps. g is f at the
vertices and affine on every simplex w, w + e_p(1), w + e_p(1) + e_p(2), ... of a cell with first
vertex w, p a permutation. Units that several hats need are built once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

from theory.domain import Box
from theory.errors import DomainError, ShapeError
from theory.network import ZERO, Affine, Network, Vector

Function = Callable[[Vector], Fraction]
Cell = tuple[int, ...]  # numbers of steps
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class KuhnGrid:
    """A grid on a box: steps[a] steps of one length along side a; 1 where the side is a point.

    Raises:
        DomainError: a number of steps is below 1.
        ShapeError: there is not one for each side.
    """

    box: Box
    steps: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.steps) != self.box.inputs:
            raise ShapeError(f"steps: expected {self.box.inputs} numbers, got {len(self.steps)}")
        if min(self.steps) < 1:
            raise DomainError("steps: expected at least one step on every side")

    @property
    def free(self) -> tuple[int, ...]:
        """The sides that are no points."""
        fixed = self.box.fixed
        return tuple(axis for axis in range(self.box.inputs) if axis not in fixed)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of steps on the free sides."""
        return tuple(self.steps[axis] for axis in self.free)

    def vertices(self) -> Iterator[Cell]:
        """All vertices, by their numbers of steps on the free sides."""
        return product(*(range(count + 1) for count in self.sizes))

    def point(self, vertex: Cell) -> Vector:
        """The point of a vertex."""
        found = list(self.box.lower)
        for axis, number in zip(self.free, vertex, strict=True):
            found[axis] += number * self.length(axis)
        return tuple(found)

    def length(self, axis: int) -> Fraction:
        """The length of a step."""
        return (self.box.upper[axis] - self.box.lower[axis]) / self.steps[axis]

    @property
    def coordinates(self) -> Affine:
        """The map x -> u, Q^inputs -> Q^k, k the number of free sides."""
        rows = tuple(((axis, 1 / self.length(axis)),) for axis in self.free)
        bias = tuple(-self.box.lower[axis] / self.length(axis) for axis in self.free)
        return Affine(self.box.inputs, rows, bias)


def kuhn_depth(sides: int) -> int:
    """The number of hidden layers: 0, 1, 2 for 0, 1, 2 sides, else ceil(log2(n + 1)) + 1.

    Theorem: T59 (Kuhn hats).
    """
    return sides if sides < 3 else sides.bit_length() + 1


def kuhn_widths(steps: Sequence[int]) -> tuple[int, ...]:
    """The units of the hidden layers, for at most three sides, if f is 0 at no vertex.

    With one side at most that: fewer, where neighbouring chords have one slope.

    Theorem: T59 (Kuhn hats).

    Raises:
        ShapeError: there are more than three sides.
    """
    vertices = 1
    for count in steps:
        vertices *= count + 1
    match list(steps):
        case []:
            return ()
        case [m]:
            return (m,)
        case [m, n]:
            return (2 * (m + n) - 1, vertices)
        case [m, n, k]:
            return (m + n + k + 1, m + 2 * vertices, vertices)
        case _:
            raise ShapeError(f"widths: expected at most 3 sides, got {len(steps)}")


def kuhn_error(curvature: Fraction, grid: KuhnGrid) -> Fraction:
    """M (h_1^2 + ... + h_n^2) / 8: an interpolant on steps of these lengths is so near.

    M bounds the second derivative of f along every line, for lines with a direction of length 1.
    Attained by x y on squares.

    Theorem: T59 (Kuhn hats).
    """
    return curvature * sum((grid.length(axis) ** 2 for axis in grid.free), ZERO) / 8


def kuhn_interpolant(function: Function, grid: KuhnGrid) -> Network:
    """The network Q^n -> Q that on the box is the interpolant of f on the grid.

    f is asked at the vertices alone. Outside the box the network is something else.

    Theorem: T59 (Kuhn hats). Source: He, Li, Xu 2021, arXiv 2105.04156, for hats by maxima.
    """
    values = {vertex: function(grid.point(vertex)) for vertex in grid.vertices()}
    if len(grid.sizes) < 2 or len(set(values.values())) == 1:
        return _line(values, grid)
    layers = _Layers(grid.sizes)
    total: dict[int, Fraction] = {}
    for vertex, value in values.items():
        if value:
            hat = layers.relu(
                _planar(layers, vertex) if len(vertex) == 2 else _deep(layers, vertex)
            )
            (unit,) = hat.weights
            total[unit] = total.get(unit, ZERO) + value
    return layers.network(total, grid.coordinates)


def _line(values: Mapping[Cell, Fraction], grid: KuhnGrid) -> Network:
    """The interpolant where one side is free, or f is constant: one hidden layer, or none."""
    heights = list(values.values())
    slopes = [ZERO, *(after - before for before, after in pairwise(heights))]
    bends = [(k, after - before) for k, (before, after) in enumerate(pairwise(slopes))]
    units = [(k, bend) for k, bend in bends if bend]
    if not units:
        return Network((Affine(grid.box.inputs, ((),), (heights[0],)),))
    first = Affine(1, tuple(((0, _ONE),) for _ in units), tuple(Fraction(-k) for k, _ in units))
    last = Affine.dense([[bend for _, bend in units]], [heights[0]])
    return Network((first.after(grid.coordinates), last))


@dataclass(frozen=True, slots=True)
class _Sum:
    """constant + sum of weight * unit of a layer, layer 0 being the coordinates."""

    level: int
    constant: Fraction
    weights: Mapping[int, Fraction]

    def plus(self, other: "_Sum", factor: int = 1) -> "_Sum":
        found = dict(self.weights)
        for unit, weight in other.weights.items():
            found[unit] = found.get(unit, ZERO) + factor * weight
        kept = {unit: weight for unit, weight in found.items() if weight}
        return _Sum(self.level, self.constant + factor * other.constant, kept)


class _Layers:
    """Hidden layers that grow by the units that are asked for, each of them once."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self.units: list[dict[tuple[Fraction, tuple[tuple[int, Fraction], ...]], int]] = []

    def coordinate(self, axis: int, number: int) -> _Sum:
        """The number u - v of a vertex on a side."""
        return _Sum(0, Fraction(-number), {axis: _ONE})

    def unit(self, inner: _Sum) -> int:
        """The unit relu(inner) of the next layer."""
        while len(self.units) <= inner.level:
            self.units.append({})
        layer = self.units[inner.level]
        key = (inner.constant, tuple(sorted(inner.weights.items())))
        return layer.setdefault(key, len(layer))

    def lifted(self, inner: _Sum) -> _Sum:
        """The same by units of the next layer; coordinates and units are not negative."""
        units = {
            self.unit(_Sum(inner.level, ZERO, {old: _ONE})): weight
            for old, weight in inner.weights.items()
        }
        return _Sum(inner.level + 1, inner.constant, units)

    def relu(self, inner: _Sum) -> _Sum:
        """The relu, which is the sum itself or 0 where the coordinates already say its sign."""
        if inner.level == 0:
            ends = [weight * self.sizes[axis] for axis, weight in inner.weights.items()]
            if inner.constant + sum(end for end in ends if end < 0) >= 0:
                return self.lifted(inner)
            if inner.constant + sum(end for end in ends if end > 0) <= 0:
                return _Sum(1, ZERO, {})
        return _Sum(inner.level + 1, ZERO, {self.unit(inner): _ONE})

    def network(self, total: Mapping[int, Fraction], coordinates: Affine) -> Network:
        """The network of the layers, then the sum of weight * unit of the last one."""
        layers, inputs = list[Affine](), coordinates.outputs
        for units in self.units:
            rows = tuple(weights for _, weights in units)
            layers.append(Affine(inputs, rows, tuple(constant for constant, _ in units)))
            inputs = len(units)
        row = tuple(sorted((unit, weight) for unit, weight in total.items() if weight))
        layers.append(Affine(inputs, (row,), (ZERO,)))
        return Network((layers[0].after(coordinates), *layers[1:]))


def _planar(layers: _Layers, vertex: Cell) -> _Sum:
    """1 - (max - min) of 0, z_1, z_2 after one layer: 1 + z_1 - (z_1)+ - (z_2)+ - (z_1 - z_2)+."""
    first, second = (layers.coordinate(axis, number) for axis, number in enumerate(vertex))
    found = layers.lifted(_Sum(0, 1 + first.constant, first.weights))
    for part in (first, second, first.plus(second, -1)):
        found = found.plus(layers.relu(part), -1)
    return found


def _deep(layers: _Layers, vertex: Cell) -> _Sum:
    """1 - (max - min) of 0, z_1, ..., z_n by two trees of pairs whose first layer is shared."""
    zero = _Sum(0, ZERO, {})
    numbers = [zero, *(layers.coordinate(axis, number) for axis, number in enumerate(vertex))]
    greatest, least = numbers, numbers
    while len(greatest) > 1:
        greatest = [_greater(layers, pair) for pair in _pairs(greatest)]
        least = [_lesser(layers, pair) for pair in _pairs(least)]
    one = _Sum(greatest[0].level, _ONE, {})
    return one.plus(greatest[0], -1).plus(least[0])


def _pairs(numbers: Sequence[_Sum]) -> list[Sequence[_Sum]]:
    return [numbers[start : start + 2] for start in range(0, len(numbers), 2)]


def _greater(layers: _Layers, pair: Sequence[_Sum]) -> _Sum:
    """max(p, q) = p + (q - p)+; p alone is carried."""
    if len(pair) == 1:
        return layers.lifted(pair[0])
    p, q = pair
    return layers.lifted(p).plus(layers.relu(q.plus(p, -1)))


def _lesser(layers: _Layers, pair: Sequence[_Sum]) -> _Sum:
    """min(p, q) = q - (q - p)+ in the first layer, where `_greater` has that unit, p - (p - q)+."""
    if len(pair) == 1:
        return layers.lifted(pair[0])
    p, q = pair if pair[0].level == 0 else (pair[1], pair[0])
    return layers.lifted(q).plus(layers.relu(q.plus(p, -1)), -1)
