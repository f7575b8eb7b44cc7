"""Linear regions of a ReLU network: full-dimensional cells on each of which it is affine.

The cells of the first layer are cut by the preactivation forms of the second, and so on. All
forms are integers (see `theory.form`) and cells are cones of integers, so no linear program is
solved and nothing is rounded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter, mul

from theory.cone import Cone, domain_cones, homogeneous
from theory.domain import Box, Domain
from theory.errors import ShapeError
from theory.form import (
    Form,
    IntegerLayer,
    coordinate_forms,
    integer_layer,
    integer_network,
    negated,
    primitive,
)
from theory.network import Affine, Network, Vector
from theory.restriction import restricted


@dataclass(frozen=True, slots=True)
class ActivationPattern:
    """Which units of every hidden layer are active, layer by layer."""

    layers: tuple[tuple[bool, ...], ...]

    def __str__(self) -> str:
        return "|".join("".join("01"[unit] for unit in layer) for layer in self.layers)


@dataclass(frozen=True, slots=True)
class LinearPiece:
    """What a network is under one activation pattern: an affine map.

    Attributes:
        pattern: The active units.
        preactivations: For each hidden layer the forms of its units, each a positive multiple of
            the true preactivation (the layer's scale in `theory.form.IntegerNetwork`).
        outputs: scale times the true output forms.
        scale: A positive integer.
    """

    pattern: ActivationPattern
    preactivations: tuple[tuple[Form, ...], ...]
    outputs: tuple[Form, ...]
    scale: int

    @property
    def inequalities(self) -> tuple[Form, ...]:
        """Primitive forms, distinct and not constant, that are >= 0 where the pattern holds."""
        found: dict[Form, None] = {}
        for forms, layer in zip(self.preactivations, self.pattern.layers, strict=True):
            for form, active in zip(forms, layer, strict=True):
                if any(form[1:]):
                    found[primitive(form if active else negated(form))] = None
        return tuple(found)

    @property
    def affine(self) -> Affine:
        """The exact affine map Q^n -> Q^m."""
        return Affine.dense(
            [[Fraction(entry, self.scale) for entry in form[1:]] for form in self.outputs],
            [Fraction(form[0], self.scale) for form in self.outputs],
            len(self.outputs[0]) - 1 if self.outputs else None,
        )


@dataclass(frozen=True, slots=True)
class LinearRegion(LinearPiece):
    """An affine piece with the full-dimensional cell on which the network is that piece."""

    cell: Cone


@dataclass(frozen=True, slots=True)
class RegionCount:
    """How many cells, activation patterns and distinct affine maps there are.

    There may be more cells than patterns only over all of R^n and over unbounded polytopes,
    where the walls of the start cones can cut a pattern's region; several patterns may have
    the same affine map.
    """

    cells: int
    patterns: int
    pieces: int


class _Rows:
    """An integer layer prepared for many evaluations, with dense rows where that is faster."""

    def __init__(self, layer: IntegerLayer, width: int) -> None:
        self.layer = layer
        self.dense: tuple[tuple[int, ...], ...] | None = None
        if 2 * sum(map(len, layer.rows)) >= width * len(layer.rows):
            self.dense = tuple(self._dense_row(row, width) for row in layer.rows)

    @staticmethod
    def _dense_row(row: Sequence[tuple[int, int]], width: int) -> tuple[int, ...]:
        entries = [0] * width
        for column, weight in row:
            entries[column] = weight
        return tuple(entries)

    def forms(self, values: Sequence[Form], size: int) -> tuple[Form, ...]:
        """The preactivation forms over the activation forms, as `IntegerLayer.forms`."""
        live = [index for index, value in enumerate(values) if any(value)]
        if self.dense is None or len(live) < 2:
            return self.layer.forms(values, size)
        pick = itemgetter(*live)
        constants, *gradients = zip(*pick(values), strict=True)
        found = []
        for row, bias in zip(self.dense, self.layer.bias, strict=True):
            picked = pick(row)
            entries = [sum(map(mul, picked, column)) for column in gradients]
            found.append((sum(map(mul, picked, constants)) + bias, *entries))
        return tuple(found)


def _cut(cell: Cone, forms: Sequence[Form]) -> list[tuple[Cone, tuple[bool, ...]]]:
    """The cell cut by all forms in turn; the zero form cuts nothing and counts as inactive."""
    parts: list[tuple[Cone, tuple[bool, ...]]] = [(cell, ())]
    for form in forms:
        if not any(form):
            parts = [(part, (*bits, False)) for part, bits in parts]
            continue
        key = primitive(form)
        cut: list[tuple[Cone, tuple[bool, ...]]] = []
        for part, bits in parts:
            above, below = part.split(key)
            if above is not None:
                cut.append((above, (*bits, True)))
            if below is not None:
                cut.append((below, (*bits, False)))
        parts = cut
    return parts


def first_hyperplanes(network: Network) -> tuple[Form, ...]:
    """The forms of the first layer's units; none for an affine network."""
    if not network.hidden_layers:
        return ()
    first, _ = integer_layer(network.layers[0])
    return first.forms(coordinate_forms(network.inputs), network.inputs + 1)


def regions(network: Network, domain: Domain) -> Iterator[LinearRegion]:
    """All linear regions of the network over the domain, as cells with disjoint interiors.

    The cells form a face-to-face complex. A unit whose preactivation vanishes on all of a cell
    is inactive there and cuts nothing. Over a box with fixed inputs the cells and all forms are
    over the free inputs, in their order; `theory.restriction` maps them back.

    Theorem: T03 (enumeration of linear regions by homogenised cones).

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain has no interior (fixed inputs of a box aside).
        ScopeError: there are too many inputs.
    """
    if domain.inputs != network.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if isinstance(domain, Box) and domain.fixed:
        restriction = restricted(network, domain)
        network, domain = restriction.network, restriction.box
    return _enumerated(network, domain_cones(domain, first_hyperplanes(network)))


def _enumerated(network: Network, starts: Sequence[Cone]) -> Iterator[LinearRegion]:
    whole = integer_network(network)
    size = network.inputs + 1
    zero = (0,) * size
    widths = network.widths
    rows = [_Rows(layer, width) for layer, width in zip(whole.layers, widths, strict=False)]
    inputs = coordinate_forms(network.inputs)
    stack: list[tuple[Cone, tuple[Form, ...], tuple[tuple[Form, ...], ...], ActivationPattern]]
    stack = [(cone, inputs, (), ActivationPattern(())) for cone in reversed(starts)]
    while stack:
        cell, values, before, pattern = stack.pop()
        depth = len(before)
        forms = rows[depth].forms(values, size)
        if depth == network.hidden_layers:
            yield LinearRegion(pattern, before, forms, whole.scale, cell)
            continue
        for part, bits in reversed(_cut(cell, forms)):
            active = tuple(form if bit else zero for form, bit in zip(forms, bits, strict=True))
            deeper = ActivationPattern((*pattern.layers, bits))
            stack.append((part, active, (*before, forms), deeper))


Visit = Callable[[], object]


def nothing() -> None:
    """What a construction does at every cell if its caller has no wish."""


def count_regions(network: Network, domain: Domain) -> RegionCount:
    """The numbers of cells, patterns and distinct affine maps over the domain."""
    cells = 0
    patterns: set[ActivationPattern] = set()
    pieces: set[tuple[Form, ...]] = set()
    for region in regions(network, domain):
        cells += 1
        patterns.add(region.pattern)
        pieces.add(region.outputs)
    return RegionCount(cells, len(patterns), len(pieces))


def pattern_at(network: Network, point: Vector) -> ActivationPattern:
    """The units whose preactivation is positive at the point."""
    values = network.activations(point)
    return ActivationPattern(tuple(tuple(value > 0 for value in layer) for layer in values[1:]))


def regions_within(network: Network, cells: Sequence[Cone]) -> Iterator[LinearRegion]:
    """The given cells cut into the linear regions of the network.

    Raises:
        ShapeError: a cell has another dimension.
    """
    if any(cell.inputs != network.inputs for cell in cells):
        raise ShapeError(f"cells: expected them in {network.inputs} dimensions")
    return _enumerated(network, cells)


def region_of(network: Network, point: Vector) -> LinearPiece:
    """The affine piece of the region that holds the point, for any number of inputs.

    On a boundary it is the region of the points p + (e, e^2, ..., e^n) for all small e > 0: it
    is full-dimensional and holds p, although a unit that is zero at p may be active in it.

    Raises:
        ShapeError: the point has another dimension.
    """
    return PieceFinder(network).piece(point)


class PieceFinder:
    """A network prepared for finding the pieces at many points."""

    def __init__(self, network: Network) -> None:
        self._whole = integer_network(network)
        self._rows = [
            _Rows(layer, width)
            for layer, width in zip(self._whole.layers, network.widths, strict=False)
        ]

    def piece(
        self, point: Vector, direction: Sequence[int] = (), near: LinearPiece | None = None
    ) -> LinearPiece:
        """The affine piece of a region that holds the point, as `region_of`.

        Args:
            point: The point.
            direction: Which region of several: that of the points p + t d + t^2 (e, ..., e^n)
                for all t > 0 and e > 0 that are small enough.
            near: A piece that shares its first layers, to save work; any piece is right.

        Raises:
            ShapeError: the point or the direction has another dimension.
        """
        inputs = self._whole.inputs
        if {len(point), len(direction) or inputs} != {inputs}:
            raise ShapeError(f"point: expected {inputs} coordinates, got {len(point)}")
        place = homogeneous(point)
        zero = (0,) * (inputs + 1)
        before: list[tuple[Form, ...]] = []
        pattern: list[tuple[bool, ...]] = []
        forms = _first_forms(self._whole.layers[0], inputs + 1)
        for depth, rows in enumerate(self._rows[1:]):
            bits = tuple(_is_active(form, place, direction) for form in forms)
            before.append(forms)
            pattern.append(bits)
            if near is not None and bits == near.pattern.layers[depth]:
                forms = (*near.preactivations, near.outputs)[depth + 1]
                continue
            near = None
            active = tuple(form if bit else zero for form, bit in zip(forms, bits, strict=True))
            forms = rows.forms(active, inputs + 1)
        found = ActivationPattern(tuple(pattern))
        return LinearPiece(found, tuple(before), forms, self._whole.scale)


def _first_forms(layer: IntegerLayer, size: int) -> tuple[Form, ...]:
    """The preactivation forms over the inputs themselves."""
    found = []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        entries = [bias] + [0] * (size - 1)
        for column, weight in row:
            entries[column + 1] = weight
        found.append(tuple(entries))
    return tuple(found)


def _is_active(form: Form, place: Form, direction: Sequence[int]) -> bool:
    value = sum(map(mul, form, place)) or sum(map(mul, form[1:], direction))
    return (value or next((entry for entry in form[1:] if entry), 0)) > 0
