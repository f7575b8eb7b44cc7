"""Where a relation fails at a point: the outputs to look at, with exact values.

Which outputs these are follows the words of the relation: those that are too far apart, or an
output that leads in f and those that overtake it in g.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.network import ZERO, Vector
from verify.relation import Epsilon, Exact, Margin, Relation, TopK
from verify.report.typesetting import (
    LONGEST_STATED,
    SMALLEST_DYADIC,
    exact_number,
    is_short,
    rounded_number,
    tex_number,
)

_LONGEST_PLAIN = 8  # digits of an output that is printed without its decimal value


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: what it is, in math mode, and its value, in math mode."""

    what: str
    value: str


@dataclass(frozen=True, slots=True)
class Violation:
    """What is printed of a counterexample.

    Attributes:
        lead: The words before the table, in TeX.
        groups: The lines of the table, with a rule between groups.
        omitted: The number of groups that are not printed.
    """

    lead: str
    groups: tuple[tuple[Line, ...], ...]
    omitted: int


def violation_of(relation: Relation, left: Vector, right: Vector, most: int) -> Violation | None:
    """How the relation fails for the outputs of two networks, in at most so many groups.

    None if it does not fail.
    """
    match relation:
        case Exact():
            return _apart(left, right, None, most)
        case Epsilon(epsilon):
            return _apart(left, right, epsilon, most)
        case TopK(k):
            return _overtaken(left, right, ZERO, k, most)
        case Margin(margin):
            return _overtaken(left, right, margin, 1, most)
        case _:
            return _overtaken(left, right, ZERO, 1, most)


def _apart(left: Vector, right: Vector, most_apart: Fraction | None, most: int) -> Violation | None:
    """The outputs that differ, or that differ by more than epsilon."""
    bound = most_apart or ZERO
    found = [
        (number, one, other)
        for number, (one, other) in enumerate(zip(left, right, strict=True), start=1)
        if abs(one - other) > bound
    ]
    if not found:
        return None
    by = "" if most_apart is None else rf" by more than $\varepsilon={_short(bound)}$"
    lead = f"the outputs that differ{by} are"
    groups = [_gap(*entry, most_apart) for entry in found[:most]]
    return Violation(lead, tuple(groups), len(found) - len(groups))


def _gap(
    number: int, left: Fraction, right: Fraction, most_apart: Fraction | None
) -> tuple[Line, ...]:
    f, g = rf"f_{{{number}}}(p)", rf"g_{{{number}}}(p)"
    lines = [Line(f, stated(left)), Line(g, stated(right))]
    if most_apart is None:
        return (*lines, Line(f"{f}-{g}", stated(left - right)))
    distance = abs(left - right)
    return (
        *lines,
        Line(f"|{f}-{g}|", stated(distance)),
        Line(rf"|{f}-{g}|-\varepsilon", stated(distance - most_apart)),
    )


def _overtaken(
    left: Vector, right: Vector, margin: Fraction, k: int, most: int
) -> Violation | None:
    """The first output that leads in f by the margin and that at least k exceed in g."""
    for chosen, value in enumerate(left):
        others = [index for index in range(len(left)) if index != chosen]
        ahead = [index for index in others if right[index] > right[chosen]]
        if len(ahead) >= k and all(value >= left[index] + margin for index in others):
            second = max(others, key=lambda index: left[index])
            ahead.sort(key=lambda index: right[index], reverse=True)
            shown = ahead[: max(1, most - 2)]
            groups = [
                _pair("f", left, chosen, second),
                *(_pair("g", right, index, chosen) for index in shown),
            ]
            told = _told(chosen, second, ahead, margin)
            return Violation(told, tuple(groups), len(ahead) - len(shown))
    return None


def _told(chosen: int, second: int, ahead: Sequence[int], margin: Fraction) -> str:
    by = f" and exceeds the others by ${_short(margin)}$ or more" if margin else ""
    exceed = f"{len(ahead)} outputs of $g$ exceed" if len(ahead) > 1 else "an output of $g$ exceeds"
    return (
        f"output ${chosen + 1}$ of $f$ is largest{by} (the next is output ${second + 1}$), while "
        f"{exceed} its output ${chosen + 1}$:"
    )


def _pair(name: str, values: Vector, high: int, low: int) -> tuple[Line, ...]:
    """Two outputs of a network, the larger one first, and their difference."""
    one, other = (rf"{name}_{{{index + 1}}}(p)" for index in (high, low))
    return (
        Line(one, stated(values[high])),
        Line(other, stated(values[low])),
        Line(f"{one}-{other}", stated(values[high] - values[low])),
    )


def _short(value: Fraction) -> str:
    return tex_number(value, LONGEST_STATED)


def stated(value: Fraction) -> str:
    """A number in math mode, exactly if that is short, with its decimal value if that helps."""
    if not is_short(value, LONGEST_STATED):
        return tex_number(value, LONGEST_STATED)
    if is_short(value, _LONGEST_PLAIN) and value.denominator <= SMALLEST_DYADIC:
        return exact_number(value)
    return rf"{exact_number(value)}\approx {rounded_number(value)}"
