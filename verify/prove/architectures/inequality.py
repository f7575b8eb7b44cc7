"""Inequalities between the units of recurrent networks that may be part of an invariant (T56).

Templates h_i <= h_j, that no joint state which was seen violates; those that do not last are
dropped one by one (Houdini), so that what is left is the strongest invariant of this kind.
"""

from collections.abc import Sequence
from fractions import Fraction

from theory.network import Vector

Inequality = tuple[tuple[tuple[int, Fraction], ...], Fraction]  # row . (h, h') <= end
MOST = 120  # inequalities that are tried


def candidates(states: Sequence[Vector]) -> list[Inequality]:
    """Order relations h_i <= h_j that hold in all joint states and are equations in not all.

    Theorem: T56 (invariants with inequalities).
    """
    columns = list(zip(*states, strict=True))
    found: list[Inequality] = []
    for i, lower in enumerate(columns):
        for j, upper in enumerate(columns):
            if i != j and _is_below(lower, upper) and any(lower):
                row = ((i, Fraction(1)), (j, Fraction(-1)))
                found.append((tuple(sorted(row)), Fraction(0)))
    return found[:MOST]


def _is_below(lower: Sequence[Fraction], upper: Sequence[Fraction]) -> bool:
    """Whether one is never above the other, and not always the same."""
    return lower != upper and all(a <= b for a, b in zip(lower, upper, strict=True))


def holding(inequalities: Sequence[Inequality], state: Vector) -> list[Inequality]:
    """Those that a joint state does not violate."""
    return [
        (row, end) for row, end in inequalities if sum(w * state[place] for place, w in row) <= end
    ]


def listed(inequalities: Sequence[Inequality]) -> dict[str, object]:
    """Their value in invariant.json."""
    rows = [[part for place, w in row for part in (place, str(w))] for row, _ in inequalities]
    return {"bias": [str(end) for _, end in inequalities], "rows": rows}
