"""A domain in words and formulas, complete where that is short."""

from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box, Domain, Polytope, Space
from theory.network import Vector, sparse_row
from verify.report.typesetting import (
    LONGEST_STATED,
    is_short,
    tex_interval,
    tex_number,
    tex_product,
    tex_space,
    tex_sum,
)

MOST_FACTORS = 6
MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class DomainView:
    """How a domain is printed.

    Attributes:
        words: A noun phrase.
        formula: What D equals, in math mode.
        lead: The beginning of a sentence that the conditions complete, in TeX.
        rows: Conditions that belong to the formula, in math mode.
        omitted: The number of conditions that are not printed.
        is_exact: Whether every printed number is exact.
    """

    words: str
    formula: str
    lead: str = ""
    rows: tuple[str, ...] = ()
    omitted: int = 0
    is_exact: bool = True


def domain_view(domain: Domain) -> DomainView:
    """The domain as it is printed."""
    match domain:
        case Space(inputs):
            return DomainView("the whole space", tex_space(inputs))
        case Box(lower, upper):
            return _box_view(lower, upper)
        case Polytope(inputs, halfspaces):
            shown = [_condition(normal, offset) for normal, offset in halfspaces[:MOST_ROWS]]
            return DomainView(
                "the polyhedron",
                rf"\{{\,x\in {tex_space(inputs)} : Ax\le b\,\}}",
                r"The inequalities $Ax\le b$ are",
                tuple(row for row, _ in shown),
                len(halfspaces) - len(shown),
                all(exact for _, exact in shown),
            )


def _box_view(lower: Vector, upper: Vector) -> DomainView:
    intervals = list(zip(lower, upper, strict=True))
    exact = all(is_short(end, LONGEST_STATED) for end in (*lower, *upper))
    if len(set(intervals)) == 1 or len(intervals) <= MOST_FACTORS:
        return DomainView("the box", tex_product(lower, upper), is_exact=exact)
    rows = [
        rf"x_{{{index}}}\in{tex_interval(low, high)}"
        for index, (low, high) in enumerate(intervals[:MOST_ROWS], start=1)
    ]
    formula = rf"I_1\times\dots\times I_{{{len(intervals)}}}"
    return DomainView("the box", formula, "Here", tuple(rows), len(intervals) - len(rows), exact)


def _condition(normal: Vector, offset: Fraction) -> tuple[str, bool]:
    left, exact = tex_sum(Fraction(0), sparse_row(normal), longest=LONGEST_STATED)
    right = tex_number(offset, LONGEST_STATED)
    return rf"{left}\le {right}", exact and is_short(offset, LONGEST_STATED)
