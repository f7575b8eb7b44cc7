"""Where two networks differ, measured exactly: for one or two inputs, as a share of a box."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from theory.cone import Cone, point_of
from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.form import Form
from theory.network import ZERO, Network, Vector
from theory.region import regions, regions_within


@dataclass(frozen=True, slots=True)
class Strip:
    """The set of a box where two networks differ.

    Attributes:
        share: Its length or area, divided by that of the box.
        largest_error: The maximum over the box of |left - right|, any output.
        place: A point where it is attained.
        cells: The common linear regions that were measured.
    """

    share: Fraction
    largest_error: Fraction
    place: Vector
    cells: int


def strip(left: Network, right: Network, box: Box) -> Strip:
    """The part of a box where two networks differ, exactly.

    Raises:
        ShapeError: the networks have different numbers of inputs or outputs.
        ScopeError: there are more than two inputs, or one is fixed.
    """
    if (left.inputs, left.outputs) != (right.inputs, right.outputs):
        raise ShapeError("strip: expected networks of the same inputs and outputs")
    if box.inputs > 2 or box.fixed:
        raise ScopeError("strip: areas are measured for one or two inputs, none of them fixed")
    size, cells, error, place = ZERO, 0, ZERO, box.lower
    for cell in regions(left, box):
        for part in regions_within(right, [cell.cell]):
            cells += 1
            gaps = [
                tuple(a * part.scale - b * cell.scale for a, b in zip(*pair, strict=True))
                for pair in zip(cell.outputs, part.outputs, strict=True)
            ]
            if any(map(any, gaps)):
                size += measure(part.cell)
                worst = _worst(part.cell, gaps, cell.scale * part.scale)
                error, place = max((error, place), worst)
    return Strip(size / _measure_of(box), error, place, cells)


def _worst(cell: Cone, gaps: Sequence[Form], scale: int) -> tuple[Fraction, Vector]:
    """The largest |gap| over the cell, which a vertex attains."""
    return max(
        (Fraction(abs(value), generator[0] * scale), point_of(generator))
        for gap in gaps
        for generator, value in zip(cell.generators, cell.values(gap), strict=True)
    )


def measure(cell: Cone) -> Fraction:
    """The length or area of a bounded cell of one or two inputs.

    Raises:
        ScopeError: it is unbounded or has more inputs.
    """
    if not cell.is_bounded or cell.inputs > 2:
        raise ScopeError("measure: expected a bounded cell of one or two inputs")
    corners = cell.vertices
    if cell.inputs == 1:
        (one,), (other,) = corners
        return abs(one - other)
    around = pairwise((*corners, corners[0]))
    return abs(sum((a[0] * b[1] - a[1] * b[0] for a, b in around), ZERO)) / 2


def _measure_of(box: Box) -> Fraction:
    size = Fraction(1)
    for low, high in zip(box.lower, box.upper, strict=True):
        size *= high - low
    return size
