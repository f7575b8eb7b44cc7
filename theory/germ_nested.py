"""Units of depth three rewritten in depth two.

A generic vertex of a deep network with three inputs has a germ with three nested units,

    N = relu(v + b relu(h) + c relu(u + a relu(h))),

which is a signed sum of maxima of four of the five affine forms 0, p, q, r, s that N is made of.
Every line that the first layer needs for it is a real kink line of N; only the second layer
has a bend that N does not have, where p = s or q = r.
"""

from dataclasses import dataclass

from theory.form import Form
from theory.unit import Unit, UnitSum, affine_sum, maximum, relu_of, weighted_sum


@dataclass(frozen=True, slots=True)
class Nest:
    """relu(v + b relu(h) + c relu(u + a relu(h))), with integers a, b, c != 0."""

    v: Form
    b: int
    c: int
    u: Form
    a: int
    h: Form


def nest_of(unit: Unit) -> Nest | None:
    """The parts of a unit with three nested units; None if it has another shape."""
    lines = [(inner, weight) for inner, weight in unit.inner if inner.depth == 1]
    bent = [(inner, weight) for inner, weight in unit.inner if inner.depth == 2]
    if unit.depth != 3 or len(bent) != 1 or len(bent[0][0].inner) != 1:
        return None
    middle, c = bent[0]
    innermost, a = middle.inner[0]
    if any(line != innermost for line, _ in lines):
        return None
    b = lines[0][1] if lines else 0
    return Nest(unit.form, b, c, middle.form, a, innermost.form)


def nested_sum(nest: Nest) -> UnitSum:
    """The nested unit as a sum of depth two, at most two of its units with two inner lines.

    On h <= 0 it is max(0, p, q) and on h >= 0 it is max(0, r, s), where p = v, q = v + c u and
    r, s are p, q plus multiples of h (for c > 0).

    Theorem: T06 (three nested units), found for this project.
    """
    if nest.c < 0:
        return _mirrored(nest)
    size = len(nest.v)
    p = affine_sum(nest.v)
    q = weighted_sum(((p, 1), (affine_sum(nest.u), nest.c)), size)
    first, second = nest.b, nest.b + nest.c * nest.a
    h = affine_sum(nest.h)
    r = weighted_sum(((p, 1), (h, first)), size)
    s = weighted_sum(((q, 1), (h, second)), size)
    return weighted_sum(_maxima((p, q, r, s), first, second), size)


def _mirrored(nest: Nest) -> UnitSum:
    """relu(z) = z + relu(-z): the case c < 0."""
    size = len(nest.v)
    line = relu_of(affine_sum(nest.h))
    middle = relu_of(weighted_sum(((affine_sum(nest.u), 1), (line, nest.a)), size))
    opposite = Nest(tuple(-entry for entry in nest.v), -nest.b, -nest.c, nest.u, nest.a, nest.h)
    parts = ((affine_sum(nest.v), 1), (line, nest.b), (middle, nest.c))
    return weighted_sum((*parts, (nested_sum(opposite), 1)), size)


def _maxima(
    corners: tuple[UnitSum, UnitSum, UnitSum, UnitSum], first: int, second: int
) -> tuple[tuple[UnitSum, int], ...]:
    """The signed maxima for r - p = first * h and s - q = second * h."""
    p, q, r, s = corners
    zero = affine_sum((0,) * len(p.form))

    def top(a: UnitSum, b: UnitSum, c: UnitSum, d: UnitSum) -> UnitSum:
        return maximum(maximum(a, b), maximum(c, d))

    low, high = maximum(maximum(p, q), zero), maximum(maximum(r, s), zero)
    if first * second > 0:
        across = maximum(maximum(p, zero), s)  # its line p = 0 is real, p = s would not be
        around = ((top(p, r, s, zero), 1), (top(q, s, p, zero), 1), (across, -1))
        if first > 0:
            return around
        return ((low, 1), (high, 1), *((term, -sign) for term, sign in around))
    if not first * second:
        one = top(q, s, p, zero) if not first else top(p, r, q, zero)
        if first >= 0 and second >= 0:
            return ((one, 1),)
        return ((low, 1), (high, 1), (one, -1))
    if first < 0:
        return ((top(q, s, r, zero), 1), (top(p, r, q, zero), -1), (low, 1))
    return ((top(p, r, s, zero), 1), (top(q, s, p, zero), -1), (low, 1))
