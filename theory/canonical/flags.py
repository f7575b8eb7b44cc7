"""The canonical form of a network with three inputs on a bounded domain, of any depth.

The bend of f across a plane is a piecewise constant function on the plane. Set to zero outside
the domain it has bounded support, so it is known by its jumps across the lines of the plane; and
the jump across a line is a step function of the place along the line. So f is known by a step
function for every plane and line in it, and the affine map next to one point.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.canonical.fingerprint import fingerprint
from theory.canonical.parts import Part, SharedFacet, parts, shared_facets
from theory.canonical.steps import End, Steps, StepSums, first_difference, free_place
from theory.canonical.witness import across, affine_points
from theory.cone import domain_cones
from theory.domain import Domain
from theory.errors import ScopeError, ShapeError
from theory.form import Form, oriented
from theory.interior import Interior, moved, slope_of, value_of
from theory.network import ZERO, Network, Vector
from theory.region import Visit, nothing, region_of

Flag = tuple[Form, Form]


@dataclass(frozen=True, slots=True)
class FlagLine:
    """The jumps across a line of a plane of the bend across that plane.

    Attributes:
        plane: An oriented primitive form; its pivot is its first coordinate with an entry.
        line: An oriented primitive form without that coordinate; it is zero on the line, and
            the jump is the bend where it is positive minus the bend where it is negative.
        steps: Pairs (start, jump), starts increasing: the place is the last coordinate that is
            the pivot of neither form.
    """

    plane: Form
    line: Form
    steps: Steps


@dataclass(frozen=True, slots=True)
class FlagForm:
    """A piecewise affine map from a bounded domain of space to Q^m, in canonical form.

    Attributes:
        lines: Sorted by plane and line.
        germ: For every output the (c, g_1, g_2, g_3) of the piece that holds the points
            p + (e, e^2, e^3) for all small e > 0, p the point of `theory.interior.Interior`.
    """

    lines: tuple[FlagLine, ...]
    germ: tuple[Vector, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the form."""
        lines = tuple((one.plane, one.line, one.steps) for one in self.lines)
        return fingerprint((lines, self.germ))


def flag_form(network: Network, domain: Domain, visit: Visit = nothing) -> FlagForm:
    """The canonical form of a network with three inputs over a bounded domain.

    Two networks with three inputs are equal on the domain if and only if their forms are equal.

    Args:
        network: With three inputs and any number of hidden layers.
        domain: Bounded, with interior.
        visit: Called for every cell, so that a caller can count them, or stop by raising.

    Theorem: T34 (flag form of three variables).

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        ScopeError: the network does not have three inputs, or the domain is not bounded.
        DomainError: the domain has no interior.
    """
    if network.inputs != 3:
        raise ScopeError(f"three inputs: the network has {network.inputs}")
    if domain.inputs != 3:
        raise ShapeError(f"domain: expected 3 inputs, got {domain.inputs}")
    interior = Interior.of(domain)
    if not all(cone.is_bounded for cone in domain_cones(domain)):
        raise ScopeError("three inputs: the domain is not bounded, and the flag form needs that")
    jumps: StepSums[Flag] = StepSums(network.outputs)
    found, scale = parts(network, domain, visit)
    for part in found:
        _add_jumps(jumps, part)
    piece = region_of(network, interior.point)
    germ = tuple(tuple(Fraction(entry, piece.scale) for entry in form) for form in piece.outputs)
    lines = (FlagLine(*flag, steps) for flag, steps in jumps.finished(scale))
    return FlagForm(tuple(lines), germ)


def _add_jumps(jumps: StepSums[Flag], part: Part) -> None:
    """Add the jumps of a part, facet by facet and edge by edge."""
    for facet in shared_facets(part.cells):
        if facet.above == facet.below:
            continue
        plane = oriented(facet.form)[0]
        bend = part.total(facet.bends)
        opposite = [-entry for entry in bend]
        for wall, (one, other) in _edges(facet):
            line, inside = _in_plane(plane, wall)
            axis = _free_axis(plane, line)
            places = sorted(Fraction(end[axis], end[0]) for end in (one, other))
            jumps.add((plane, line), (places[0], places[1]), bend if inside > 0 else opposite)


def _edges(facet: SharedFacet) -> Iterator[tuple[Form, tuple[Form, Form]]]:
    """The edges of a facet: a form that is zero on the edge and >= 0 on the facet, and its ends."""
    cone = facet.cone
    ends: dict[int, list[Form]] = {}
    for generator, mask in zip(cone.generators, cone.incidence, strict=True):
        if not mask >> facet.index & 1:
            continue
        others = mask & ~(1 << facet.index)
        while others:
            low = others & -others
            ends.setdefault(low.bit_length() - 1, []).append(generator)
            others ^= low
    for index, pair in ends.items():
        if len(pair) == 2:  # one common generator is a corner that another facet touches
            yield cone.facets[index], (pair[0], pair[1])


def _in_plane(plane: Form, wall: Form) -> tuple[Form, int]:
    """The canonical form, without the plane's pivot, of a line in the plane, and its sign."""
    pivot = _pivot(plane)
    a, b = plane[pivot], wall[pivot]  # a > 0, since the plane's form is oriented
    return oriented(tuple(a * x - b * y for x, y in zip(wall, plane, strict=True)))


def _pivot(form: Form) -> int:
    return next(index for index, entry in enumerate(form) if index and entry)


def _free_axis(plane: Form, line: Form) -> int:
    """The coordinate along the line: the one that is no pivot."""
    return 6 - _pivot(plane) - _pivot(line)


# ----------------------------------------------------------------------- where forms differ


def points_apart_in_space(left: FlagForm, right: FlagForm, domain: Domain) -> tuple[Vector, ...]:
    """Points of the domain, at one of which at least the two functions differ.

    None if the forms, both over this domain, are equal: then so are the functions.

    Theorem: T34 (flag form of three variables).
    """
    if left == right:
        return ()
    interior = Interior.of(domain)
    jumps, others = (
        {(one.plane, one.line): one.steps for one in form.lines} for form in (left, right)
    )
    flags = sorted({*jumps, *others})
    for flag in flags:
        one, other = jumps.get(flag, ()), others.get(flag, ())
        if one != other:
            return tuple(_around(interior, flag, flags, first_difference(one, other)))
    return tuple(affine_points(interior))


def _around(
    interior: Interior, flag: Flag, flags: Sequence[Flag], stretch: tuple[End, End]
) -> list[Vector]:
    """Points across the plane of a flag, on either side of its line, next to a stretch of it."""
    plane, line = flag
    planes = sorted({other for other, _ in flags} - {plane})
    walls = [*planes, *(other for base, other in flags if base == plane and other != line)]
    base, along = _point_at(plane, line, ZERO), _point_at(plane, line, Fraction(1))
    along = tuple(b - a for a, b in zip(base, along, strict=True))
    rates = [(value_of(wall, base), slope_of(wall, along)) for wall in walls]
    place = free_place(*stretch, [-value / rate for value, rate in rates if rate])
    point = moved(base, place, along)
    found: list[Vector] = []
    for sign in (1, -1):
        direction = tuple(sign * entry for entry in _sideways(plane, line))
        if any(
            not value_of(form, point) and slope_of(form, direction) < 0
            for form in interior.domain.forms
        ):
            continue  # the line lies in the boundary of the domain, which ends on this side
        beside = moved(point, interior.room(point, direction, walls), direction)
        found += across(interior, plane, beside, planes)
    return found


def _point_at(plane: Form, line: Form, place: Fraction) -> Vector:
    """The point of a line at a place."""
    first, second, axis = _pivot(plane), _pivot(line), _free_axis(plane, line)
    entries = [Fraction(1), ZERO, ZERO, ZERO]
    entries[axis] = place
    entries[second] = -(line[0] + line[axis] * place) / line[second]
    rest = sum((plane[index] * entries[index] for index in (0, second, axis)), ZERO)
    entries[first] = -rest / plane[first]
    return tuple(entries[1:])


def _sideways(plane: Form, line: Form) -> list[Fraction]:
    """A direction in the plane across the line, towards line >= 0."""
    first, second = _pivot(plane), _pivot(line)
    entries = [ZERO] * 4
    entries[second] = Fraction(1)
    entries[first] = Fraction(-plane[second], plane[first])
    return entries[1:]
