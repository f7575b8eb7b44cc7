"""The canonical form of a network with two inputs, of any depth: its kinks line by line.

    for every line h = 0: the bend of f across it, a step function of the place along the line

and the affine map next to one point. The bend of f at a point of the line is the k with
f(above) - f(below) = k h nearby. It is linear in f, so the form of a sum is the sum of the forms:
a wide shallow network is taken unit by unit and its many regions are never enumerated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.canonical.fingerprint import fingerprint
from theory.canonical.kink_lines import Bends, Cell, End, KinkLine, Steps
from theory.canonical.witness import across, affine_points
from theory.composition import unit_sums
from theory.cone import Cone, domain_cones
from theory.domain import Box, Domain
from theory.errors import ScopeError, ShapeError
from theory.form import Form
from theory.interior import Interior
from theory.network import Network, Vector
from theory.region import Visit, nothing, region_of, regions
from theory.settling import settled
from theory.unit import Number, Unit, UnitSum


@dataclass(frozen=True, slots=True)
class KinkForm:
    """A piecewise affine map from a domain of the plane to Q^m, in canonical form.

    Attributes:
        lines: Sorted by line.
        germ: For every output the (c, g_1, g_2) of the piece that holds the points
            p + (e, e^2) for all small e > 0, p the point of `theory.interior.Interior`.
    """

    lines: tuple[KinkLine, ...]
    germ: tuple[Vector, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the form."""
        return fingerprint((tuple((one.line, one.steps) for one in self.lines), self.germ))


def kink_form(network: Network, domain: Domain, visit: Visit = nothing) -> KinkForm:
    """The canonical form of a network with two inputs over a domain.

    Two networks with two inputs are equal on the domain if and only if their forms are equal.

    Args:
        network: With two inputs and any number of hidden layers.
        domain: With interior.
        visit: Called for every cell, so that a caller can count them, or stop by raising.

    Theorem: T28 (kink form of two variables).

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        ScopeError: the network does not have two inputs.
        DomainError: the domain has no interior.
    """
    if network.inputs != 2:
        raise ScopeError(f"two inputs: the network has {network.inputs}")
    if domain.inputs != 2:
        raise ShapeError(f"domain: expected 2 inputs, got {domain.inputs}")
    interior = Interior.of(domain)
    bends = Bends(network.outputs)
    sums, scale = unit_sums(network)
    if isinstance(domain, Box):
        sums = settled(sums, domain)
    if _is_wide(sums):
        for unit, weights in _weighted(sums).items():
            visit()
            bends.add(_cells_of(unit, domain), (weights,))
    else:
        one = [tuple(int(i == j) for j in range(network.outputs)) for i in range(network.outputs)]
        bends.add(_cells(network, domain, visit), one)
    piece = region_of(network, interior.point)
    germ = tuple(tuple(Fraction(entry, piece.scale) for entry in form) for form in piece.outputs)
    return KinkForm(bends.lines(scale), germ)


def _cells(network: Network, domain: Domain, visit: Visit) -> Iterator[Cell]:
    for region in regions(network, domain):
        visit()
        yield region.cell, region.outputs


# ------------------------------------------------------------------------------ unit by unit


def _weighted(sums: Sequence[UnitSum]) -> dict[Unit, tuple[Number, ...]]:
    """The units of the sums, each with its weight in every output."""
    units = dict.fromkeys(unit for term in sums for unit in term.units)
    return {unit: tuple(term.units.get(unit, 0) for term in sums) for unit in units}


def _is_wide(sums: Sequence[UnitSum]) -> bool:
    """Whether units one by one have fewer cells than all of them together, by a rough count.

    k lines cut the plane into about k^2 / 2 cells.
    """
    units = {unit for term in sums for unit in term.units}
    if any(unit.depth > 2 for unit in units):
        return False
    lines = {inner for unit in units for inner, _ in unit.inner}
    return sum((2 + len(unit.inner)) ** 2 for unit in units) < len(lines | units) ** 2


def _cells_of(unit: Unit, domain: Domain) -> Iterator[Cell]:
    """The cells of one unit of depth 1 or 2 over the domain, with its form on each."""
    lines = [inner.form for inner, _ in unit.inner]
    parts = [(cone, unit.form) for cone in domain_cones(domain, [*lines, unit.form])]
    for inner, weight in unit.inner:
        cut: list[tuple[Cone, Form]] = []
        for cone, form in parts:
            above, below = cone.split(inner.form)
            if above is not None:
                on = tuple(a + weight * b for a, b in zip(form, inner.form, strict=True))
                cut.append((above, on))
            if below is not None:
                cut.append((below, form))
        parts = cut
    for cone, form in parts:
        above, below = cone.split(form) if any(form) else (None, cone)
        if above is not None:
            yield above, (form,)
        if below is not None:
            yield below, ((0,) * len(form),)


# ----------------------------------------------------------------------- where forms differ


def points_apart_in_plane(left: KinkForm, right: KinkForm, domain: Domain) -> tuple[Vector, ...]:
    """Points of the domain, at one of which at least the two functions differ.

    None if the forms, both over this domain, are equal: then so are the functions.

    Theorem: T28 (kink form of two variables).
    """
    if left == right:
        return ()
    interior = Interior.of(domain)
    kinks, others = ({one.line: one.steps for one in form.lines} for form in (left, right))
    lines = {*kinks, *others}
    for line in sorted(lines):
        one, other = kinks.get(line, ()), others.get(line, ())
        if one != other:
            rest = sorted(lines - {line})
            start, end = _first_difference(one, other)
            return tuple(across(interior, line, _free_point(line, rest, start, end), rest))
    return tuple(affine_points(interior))


def _first_difference(left: Steps, right: Steps) -> tuple[End, End]:
    """The first stretch of a line on which two different step functions are different."""
    number = 0
    while left[number : number + 1] == right[number : number + 1]:
        number += 1
    starts = [steps[number][0] for steps in (left, right) if len(steps) > number]
    start = None if None in starts else min(place for place in starts if place is not None)
    after = [
        place
        for steps in (left, right)
        for place, _ in steps[number:]
        if place is not None and (start is None or place > start)
    ]
    return start, min(after, default=None)


def _free_point(line: Form, others: Sequence[Form], start: End, end: End) -> Vector:
    """A point of a stretch of a line that lies on none of the other lines."""
    crossings = [place for other in others if (place := _crossing(line, other)) is not None]
    if start is None:
        inside = [place for place in crossings if end is None or place < end]
        place = (min(inside) if inside else Fraction(1) if end is None else end) - 1
    else:
        ends = [place for place in crossings if place > start]
        ends += [end] if end is not None else []
        place = (start + min(ends)) / 2 if ends else start + 1
    c, a, b = line
    square = a * a + b * b
    return ((-c * a - b * place) / square, (-c * b + a * place) / square)


def _crossing(line: Form, other: Form) -> End:
    """The place along a line where it meets another; None if they are parallel."""
    c, a, b = line
    slope = other[2] * a - other[1] * b
    if not slope:
        return None
    square = a * a + b * b
    return Fraction(c * (other[1] * a + other[2] * b) - other[0] * square, slope)
