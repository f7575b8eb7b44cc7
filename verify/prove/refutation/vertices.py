"""Exact points on faces of a polytope: a linear program proposes, exact arithmetic disposes.

The program's float optimum x tells which inequalities are tight; solving these exactly, with
the coordinates that they leave free taken from x, gives a rational point, which counts only if
it lies in the polytope exactly.
"""

from collections.abc import Sequence
from fractions import Fraction

import flint
import highspy
import numpy as np

from theory.domain import Polytope
from theory.network import ZERO, Vector
from verify.prove.floats import Array, nearest_float, nearest_floats

Halfspace = tuple[Vector, Fraction]

_TIGHT = 1e-6
_FREE_GRID = 1 << 20


def vertices(polytope: Polytope, directions: Array, radius: int) -> tuple[Vector, ...]:
    """Distinct exact points of the polytope, |x_i| <= radius, that lie furthest along directions.

    There is none where the polytope has no such point, or none that floats find.
    """
    halfspaces = _used(polytope)
    cut = Polytope(polytope.inputs, (*halfspaces, *_cube(polytope.inputs, radius)))
    program = _program(halfspaces, polytope.inputs, radius)
    found: dict[Vector, None] = {}
    for direction in directions:
        optimum = _furthest(program, direction)
        if optimum is None:
            break
        point = _exact_point(cut.halfspaces, optimum)
        if point is not None and point in cut:
            found[point] = None
    return tuple(found)


def _used(polytope: Polytope) -> tuple[Halfspace, ...]:
    """The halfspaces divided by their greatest entries, so that one tolerance fits all."""
    found = []
    for normal, offset in polytope.halfspaces:
        greatest = max(map(abs, normal)) or Fraction(1)
        found.append((tuple(entry / greatest for entry in normal), offset / greatest))
    return tuple(found)


def _cube(inputs: int, radius: int) -> tuple[Halfspace, ...]:
    return tuple(
        (tuple(Fraction(sign * (column == index)) for column in range(inputs)), Fraction(radius))
        for index in range(inputs)
        for sign in (1, -1)
    )


def _program(halfspaces: Sequence[Halfspace], inputs: int, radius: int) -> highspy.Highs:
    program = highspy.Highs()  # type: ignore[no-untyped-call]
    program.setOptionValue("output_flag", False)
    program.setOptionValue("threads", 1)
    ends = np.full(inputs, float(radius))
    program.addVars(inputs, -ends, ends)
    program.changeObjectiveSense(highspy.ObjSense.kMaximize)
    columns = np.arange(inputs, dtype=np.int32)
    for normal, offset in halfspaces:
        program.addRow(
            -highspy.kHighsInf, nearest_float(offset), inputs, columns, nearest_floats(normal)
        )
    return program


def _furthest(program: highspy.Highs, direction: Array) -> Array | None:
    columns = np.arange(len(direction), dtype=np.int32)
    program.changeColsCost(len(direction), columns, direction)
    program.run()
    if program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(program.getSolution().col_value, dtype=np.float64)


def _exact_point(halfspaces: Sequence[Halfspace], near: Array) -> Vector | None:
    """The solution of the equations that are tight next to a float point; None without one."""
    tight = [
        (*normal, offset)
        for normal, offset in halfspaces
        if abs(nearest_floats(normal) @ near - nearest_float(offset)) < _TIGHT
    ]
    free = [Fraction(round(float(value) * _FREE_GRID), _FREE_GRID) for value in near]
    if not tight:
        return tuple(free)
    rows = [[flint.fmpq(entry.numerator, entry.denominator) for entry in row] for row in tight]
    reduced, rank = flint.fmpq_mat(rows).rref()
    for index in reversed(range(rank)):
        row = [Fraction(int(entry.p), int(entry.q)) for entry in reduced.tolist()[index]]
        pivot = next(column for column, entry in enumerate(row) if entry)
        if pivot == len(near):
            return None
        rest = zip(row[pivot + 1 : -1], free[pivot + 1 :], strict=True)
        free[pivot] = row[-1] - sum((a * x for a, x in rest), ZERO)
    return tuple(free)
