"""Points at which two piecewise affine functions must differ, read off their canonical forms.

Let F be the difference of the two. If F bends by k across the hyperplane h = 0 at p and is
affine on both sides nearby, then F(p + d) - 2 F(p) + F(p - d) = k |h(p + d)| for short d: it is not
zero, so F is not zero at one of three points. If F is affine and not zero, then it is
not zero at one of n + 1 points in general position.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import count

from theory.errors import TheoryError
from theory.form import Form
from theory.interior import Interior, moved, slope_of, value_of
from theory.network import Vector


def across(interior: Interior, form: Form, point: Vector, others: Sequence[Form]) -> list[Vector]:
    """The points p, p + d and p - d, d orthogonal to the hyperplane and short of all others.

    Args:
        interior: Of the domain.
        form: The hyperplane form = 0.
        point: p, an interior point on it and on none of the others.
        others: Hyperplanes at which the functions may bend.
    """
    direction = [Fraction(entry) for entry in form[1:]]
    back = [-entry for entry in direction]
    step = min(interior.room(point, way, others) for way in (direction, back))
    return [point, moved(point, step, direction), moved(point, step, back)]


def affine_points(interior: Interior) -> list[Vector]:
    """Interior points in general position, n + 1 of them, `interior.point` first."""
    found = [interior.point]
    size = len(interior.point)
    for index in range(size):
        axis = [Fraction(int(column == index)) for column in range(size)]
        found.append(moved(interior.point, interior.room(interior.point, axis, ()), axis))
    return found


def point_on(interior: Interior, form: Form, others: Sequence[Form]) -> Vector:
    """An interior point with form = 0 and no other form 0; the others are not multiples of it.

    Raises:
        TheoryError: the hyperplane misses the interior.
    """
    start = interior.on(form)
    if start is None:
        raise TheoryError("witness: the hyperplane misses the interior of the domain")
    through = [other for other in others if not value_of(other, start)]
    for trial in count(1):
        # A point of the moment curve in the hyperplane: few trials can fail for each form.
        direction = _along(form, trial)
        if all(slope_of(other, direction) for other in through):
            break
    return moved(start, interior.room(start, direction, others), direction)


def _along(form: Form, trial: int) -> list[Fraction]:
    """The sum of t^i (g_p e_i - g_i e_p) over i != p, a direction in the hyperplane; g_p != 0."""
    pivot = next(index for index, entry in enumerate(form[1:]) if entry)
    direction = [Fraction(0)] * (len(form) - 1)
    power = 1
    for index, entry in enumerate(form[1:]):
        if index != pivot:
            direction[index] += power * form[pivot + 1]
            direction[pivot] -= power * entry
            power *= trial
    return direction
