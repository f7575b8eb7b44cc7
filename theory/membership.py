"""Is a piecewise affine function one hidden layer? A decision, with evidence both ways.

A function A + sum c_h relu(h) bends by the same c_h all along the hyperplane h = 0, and a function
that does so on every hyperplane is of this form. So take the bend at one facet for each
hyperplane, and look whether some place on the hyperplane bends otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.canonical.parts import shared_facets
from theory.cone import Cone, point_of
from theory.domain import Domain
from theory.form import Form, integer_network, oriented
from theory.network import ZERO, Network, Vector
from theory.region import LinearRegion, Visit, nothing, regions
from theory.unit import UnitSum, affine_sum, relu_of, weighted_sum


@dataclass(frozen=True, slots=True)
class Bend:
    """By how much a function bends across a hyperplane at a point.

    Attributes:
        point: A point of the hyperplane; near it the function is affine on both sides.
        value: For every output the k with f(above) - f(below) = k h nearby.
    """

    point: Vector
    value: Vector


@dataclass(frozen=True, slots=True)
class Member:
    """The function is one hidden layer on the domain.

    Attributes:
        sums: Its outputs as sums of units of depth 1.
        hyperplanes: The number of hyperplanes at which it bends: no fewer units will do.
        cells: The number of cells that were looked at.
    """

    sums: tuple[UnitSum, ...]
    hyperplanes: int
    cells: int


@dataclass(frozen=True, slots=True)
class NonMember:
    """The function is no network with one hidden layer, on this domain or a larger one.

    Attributes:
        hyperplane: h, an oriented primitive form.
        here: A bend across h = 0.
        there: Another one; a network with one hidden layer would bend equally at both.
    """

    hyperplane: Form
    here: Bend
    there: Bend


@dataclass(frozen=True, slots=True)
class _Facet:
    """A facet between two cells, and the bend there times the network's scale."""

    hyperplane: Form
    point: Vector
    bend: tuple[int, ...]


def membership(network: Network, domain: Domain, visit: Visit = nothing) -> Member | NonMember:
    """Whether the function is that of a network with one hidden layer on the domain.

    Args:
        network: Of any depth.
        domain: With interior.
        visit: Called for every cell, so that a caller can count them, or stop by raising.

    Theorem: T30 (one-hidden-layer membership). That max(0, x, y) is no such function: Mukherjee
    and Basu 2017, arXiv 1711.03073; the test was written for this project.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain has no interior, or an input of a box is fixed.
        ScopeError: there are too many inputs.
    """
    cells: list[LinearRegion] = []
    for region in regions(network, domain):
        visit()
        cells.append(region)
    scale = integer_network(network).scale
    chosen: dict[Form, _Facet] = {}
    for facet in _facets(cells):
        first = chosen.setdefault(facet.hyperplane, facet)
        if first.bend != facet.bend:
            return _apart(first, facet, scale)
    bent = {form: facet for form, facet in chosen.items() if any(facet.bend)}
    for cell in cells:
        for facet in bent.values():
            values = cell.cell.values(facet.hyperplane)
            if min(values) < 0 < max(values):
                unbent = _Facet(facet.hyperplane, _zero(cell.cell, values), (0,) * network.outputs)
                return _apart(facet, unbent, scale)
    return Member(_sums(cells[0], bent, network.inputs + 1), len(bent), len(cells))


def _apart(here: _Facet, there: _Facet, scale: int) -> NonMember:
    bends = [
        Bend(facet.point, tuple(Fraction(entry, scale) for entry in facet.bend))
        for facet in (here, there)
    ]
    return NonMember(here.hyperplane, *bends)


def _facets(cells: Sequence[LinearRegion]) -> Iterator[_Facet]:
    """The facets between two cells; where the affine maps are equal the bend is 0."""
    for facet in shared_facets((region.cell, region.outputs) for region in cells):
        middle = point_of(tuple(map(sum, zip(*facet.generators, strict=True))))
        yield _Facet(oriented(facet.form)[0], middle, tuple(facet.bends))


def _zero(cell: Cone, values: Sequence[int]) -> Vector:
    """A point of the cell's interior where a form vanishes that has these values."""
    total = sum(values)
    weights = [1] * len(values)
    # Weigh the generators on the lighter side until the form is zero at their sum.
    heavy = sum(value for value in values if (value > 0) == (total > 0) and value)
    light = total - heavy
    for index, value in enumerate(values):
        if value:
            weights[index] = abs(light) if (value > 0) == (total > 0) else abs(heavy)
    rows = zip(*cell.generators, strict=True)
    return point_of([sum(w * x for w, x in zip(weights, row, strict=True)) for row in rows])


def _sums(region: LinearRegion, bent: Mapping[Form, _Facet], size: int) -> tuple[UnitSum, ...]:
    """The outputs as sums of units: the bends, and what is left of the maps on one region."""
    sums = []
    for output, form in enumerate(region.outputs):
        terms = [(affine_sum(form), Fraction(1, region.scale))]
        for hyperplane, facet in bent.items():
            weight = Fraction(facet.bend[output], region.scale)
            if weight:
                terms.append((relu_of(affine_sum(hyperplane)), weight))
                if sum(region.cell.values(hyperplane)) > 0:
                    terms.append((affine_sum(hyperplane), -weight))
        sums.append(weighted_sum(terms, size))
    return tuple(sums)


def bend_at(network: Network, form: Form, point: Vector) -> Vector:
    """By how much a network bends at a point across the hyperplane form = 0, output by output.

    The two one-sided derivatives along the gradient, added and divided by its square: what a
    reader recomputes to check the evidence of `NonMember`.
    """
    direction = tuple(Fraction(entry) for entry in form[1:])
    square = sum((entry * entry for entry in direction), ZERO)
    forth = _derivative(network, point, direction)
    back = _derivative(network, point, tuple(-entry for entry in direction))
    return tuple((a + b) / square for a, b in zip(forth, back, strict=True))


def _derivative(network: Network, point: Vector, direction: Vector) -> Vector:
    """The one-sided derivative of the outputs, exactly: relu turns where its argument is zero."""
    values, rates = tuple(point), tuple(direction)
    for index, layer in enumerate(network.layers):
        values = layer(values)
        pairs = zip(layer(rates), layer.bias, strict=True)
        rates = tuple(rate - bias for rate, bias in pairs)
        if index < network.hidden_layers:
            on = [
                value > 0 or (not value and rate > 0)
                for value, rate in zip(values, rates, strict=True)
            ]
            values, rates = (
                tuple(entry if bit else ZERO for entry, bit in zip(line, on, strict=True))
                for line in (values, rates)
            )
    return rates
