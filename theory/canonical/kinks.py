"""The canonical form of a network with two inputs, of any depth: its kinks line by line.

    for every line h = 0: the bend of f across it, a step function of the place along the line

and the affine map next to one point. The bend of f at a point of the line is the k with
f(above) - f(below) = k h nearby. It is linear in f, so the form of a sum is the sum of the forms:
a wide shallow network is taken unit by unit and its many regions are never enumerated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from theory.canonical.fingerprint import fingerprint
from theory.canonical.parts import Part, parts, shared_facets
from theory.canonical.steps import End, StepSums, first_difference, free_place
from theory.canonical.witness import across, affine_points
from theory.domain import Domain
from theory.errors import ScopeError, ShapeError
from theory.form import Form, oriented
from theory.interior import Interior
from theory.network import Network, Vector
from theory.region import Visit, nothing, region_of


@dataclass(frozen=True, slots=True)
class KinkLine:
    """The bends along one line h = 0, h = (c, a, b) an oriented primitive form.

    Attributes:
        line: h.
        steps: Pairs (start, bend), starts increasing: from the place `start` on, where the place
            of (x, y) is a y - b x, every output bends by its entry of `bend`. The first start
            is None for minus infinity. Before the first step nothing bends.
    """

    line: Form
    steps: tuple[tuple[End, Vector], ...]


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
    bends: StepSums[Form] = StepSums(network.outputs)
    found, scale = parts(network, domain, visit)
    for part in found:
        _add_bends(bends, part)
    piece = region_of(network, interior.point)
    germ = tuple(tuple(Fraction(entry, piece.scale) for entry in form) for form in piece.outputs)
    lines = tuple(KinkLine(line, steps) for line, steps in bends.finished(scale))
    return KinkForm(lines, germ)


def _add_bends(bends: StepSums[Form], part: Part) -> None:
    """Add the bends of a part, edge by edge."""
    for edge in shared_facets(part.cells):
        if edge.above != edge.below:
            line = oriented(edge.form)[0]
            bends.add(line, _places(line, edge.generators), part.total(edge.bends))


def _places(line: Form, ends: Iterable[Form]) -> tuple[End, End]:
    """The places of an edge's ends along its line, the first one less; None is infinite."""
    _, a, b = line
    found: list[Fraction] = []
    ray = 0
    for x0, x, y in ends:
        along = a * y - b * x
        if x0:
            found.append(Fraction(along, x0))
        else:
            ray = along
    if len(found) == 2:
        return min(found), max(found)
    return (None, found[0]) if ray < 0 else (found[0], None)


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
            met = [place for form in rest if (place := _crossing(line, form)) is not None]
            place = free_place(*first_difference(one, other), met)
            return tuple(across(interior, line, _point_at(line, place), rest))
    return tuple(affine_points(interior))


def _point_at(line: Form, place: Fraction) -> Vector:
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
