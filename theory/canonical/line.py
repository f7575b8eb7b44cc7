"""The canonical form of a network with one input: its affine pieces from left to right.

A piecewise affine function of one variable is known by its pieces, neighbours being
different. The form holds for any depth, and its length is the number of pieces: a measure
of what a network of given widths can do at most (T32).
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.canonical.fingerprint import fingerprint
from theory.cone import Cone
from theory.domain import Domain
from theory.errors import ScopeError
from theory.interior import Interior, value_of
from theory.network import Network, Vector
from theory.region import LinearRegion, Visit, nothing, regions

End = Fraction | None


@dataclass(frozen=True, slots=True)
class LinePiece:
    """One affine piece.

    Attributes:
        start: Where it begins; None for minus infinity.
        affine: For every output the pair (c, g) of x -> c + g x.
    """

    start: End
    affine: tuple[Vector, ...]


@dataclass(frozen=True, slots=True)
class LineForm:
    """A piecewise affine map from an interval to Q^m, in canonical form.

    Attributes:
        pieces: From left to right, neighbours different.
        end: Where the last one ends; None for infinity.
    """

    pieces: tuple[LinePiece, ...]
    end: End

    @property
    def digest(self) -> str:
        """SHA-256 of the form."""
        return fingerprint((tuple((one.start, one.affine) for one in self.pieces), self.end))

    @property
    def breakpoints(self) -> tuple[Fraction, ...]:
        """Where the slope changes, inside the interval."""
        return tuple(piece.start for piece in self.pieces[1:] if piece.start is not None)

    def __call__(self, point: Fraction) -> Vector:
        """The value at a point of the interval, exactly."""
        number = sum(1 for start in self.breakpoints if start <= point)
        return tuple(value_of(form, (point,)) for form in self.pieces[number].affine)


def line_form(network: Network, domain: Domain, visit: Visit = nothing) -> LineForm:
    """The canonical form of a network with one input over an interval, a ray or the line.

    Two networks with one input are equal on the domain if and only if their forms are equal.

    Args:
        network: With one input.
        domain: With interior.
        visit: Called for every cell, so that a caller can count them, or stop by raising.

    Theorem: T27 (canonical form of one variable).

    Raises:
        ScopeError: the network has several inputs.
        DomainError: the domain has no interior.
    """
    if network.inputs != 1:
        raise ScopeError(f"one input: the network has {network.inputs}")
    Interior.of(domain)  # no interior: an error
    ends: list[tuple[End, End, LinearRegion]] = []
    for region in regions(network, domain):
        visit()
        ends.append((*_ends(region.cell), region))
    ends.sort(key=lambda one: (one[0] is not None, one[0]))
    pieces: list[LinePiece] = []
    for start, _, region in ends:
        rows = zip(region.outputs, (region.scale,) * network.outputs, strict=True)
        affine = tuple(tuple(Fraction(entry, scale) for entry in form) for form, scale in rows)
        if not pieces or pieces[-1].affine != affine:
            pieces.append(LinePiece(start, affine))
    return LineForm(tuple(pieces), ends[-1][1])


def _ends(cell: Cone) -> tuple[End, End]:
    """The two ends of an interval."""
    points = [Fraction(x, x0) for x0, x in cell.generators if x0]
    rays = [x for x0, x in cell.generators if not x0]
    if not rays:
        return min(points), max(points)
    return (None, points[0]) if rays[0] < 0 else (points[0], None)


def points_apart_on_line(left: LineForm, right: LineForm) -> tuple[Vector, ...]:
    """Points of the interval, at one of which at least the two functions differ.

    None if the forms, both over the same domain, are equal: then so are the functions.

    Theorem: T27 (canonical form of one variable).
    """
    if left == right:
        return ()
    number = 0
    while left.pieces[number] == right.pieces[number]:
        number += 1
        if number == min(len(left.pieces), len(right.pieces)):
            # One function goes on with its last piece where the other one turns.
            longer = left if len(left.pieces) > number else right
            return _two_inside(longer, number, None)
    one, other = left.pieces[number], right.pieces[number]
    if one.start == other.start:
        ends = [form.breakpoints[number] for form in (left, right) if len(form.pieces) > number + 1]
        return _two_inside(left, number, min(ends, default=None))
    starts = [start for start in (one.start, other.start) if start is not None]
    first = left if one.start == min(starts) else right
    return _two_inside(first, number, max(starts))


def _two_inside(form: LineForm, number: int, before: End) -> tuple[Vector, ...]:
    """Two points inside a piece and left of a bound, where two different pieces cross once."""
    last = number + 1 == len(form.pieces)
    start, end = form.pieces[number].start, form.end if last else form.pieces[number + 1].start
    if before is not None and (end is None or before < end):
        end = before
    if start is None:
        start = (Fraction(1) if end is None else end) - 3
    if end is None:
        end = start + 3
    return tuple((start + part * (end - start) / 3,) for part in (1, 2))
