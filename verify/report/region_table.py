"""The affine maps of a network: for each linear region its cell and its map."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import comb

from theory.domain import Box, Domain
from theory.errors import TheoryError
from theory.form import Form, primitive
from theory.network import Network
from theory.region import LinearRegion, regions
from verify.report.typesetting import exact_number, is_short, rounded_number, tex_sum

MOST_OUTPUTS = 4
LONGEST_COEFFICIENT = 7  # digits
_MOST_FIRST_CELLS = 6000


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A linear region as it is printed.

    Attributes:
        number: Its number from 1.
        conditions: What holds in its cell beside x in D, in math mode.
        maps: The outputs there, in math mode.
        is_exact: Whether every printed number is exact.
    """

    number: int
    conditions: tuple[str, ...]
    maps: tuple[str, ...]
    is_exact: bool


def few_regions(network: Network, domain: Domain, most: int) -> tuple[LinearRegion, ...] | None:
    """All linear regions over the domain if there are at most so many, else None.

    None too where they cannot be listed at all, or not in a moment.
    """
    if most_first_cells(network) > _MOST_FIRST_CELLS:
        return None
    try:
        found = tuple(islice(regions(network, domain), most + 1))
    except TheoryError:
        return None
    return found if len(found) <= most else None


def most_first_cells(network: Network) -> int:
    """A bound for the number of parts into which the units of one layer cut a cell."""
    widest = max(network.widths[1:-1], default=0)
    return sum(comb(widest, k) for k in range(network.inputs + 1))


def region_rows(found: Sequence[LinearRegion], domain: Domain) -> tuple[RegionRow, ...]:
    """The regions as they are printed, numbered in their order."""
    fixed = domain.fixed if isinstance(domain, Box) else ()
    free = [index for index in range(domain.inputs) if index not in fixed]
    known = set() if fixed else {primitive(form) for form in domain.forms if any(form[1:])}
    return tuple(
        _region_row(number, region, free, known) for number, region in enumerate(found, start=1)
    )


def _region_row(
    number: int, region: LinearRegion, free: Sequence[int], known: set[Form]
) -> RegionRow:
    walls = [form for form in region.cell.facets if any(form[1:]) and primitive(form) not in known]
    conditions = [_condition(form, free) for form in walls]
    maps = [_map(form, region.scale, free) for form in region.outputs[:MOST_OUTPUTS]]
    return RegionRow(
        number,
        tuple(text for text, _ in conditions),
        tuple(text for text, _ in maps),
        all(exact for _, exact in (*conditions, *maps)),
    )


def _condition(form: Form, free: Sequence[int]) -> tuple[str, bool]:
    """The condition form >= 0 with leading coefficient 1."""
    leading = next(entry for entry in form[1:] if entry)
    row = [(free[index], Fraction(entry, leading)) for index, entry in enumerate(form[1:]) if entry]
    bound = Fraction(-form[0], leading)
    sign = r"\ge" if leading > 0 else r"\le"
    exact = all(is_short(x, LONGEST_COEFFICIENT) for x in (bound, *(weight for _, weight in row)))
    left, _ = tex_sum(Fraction(0), tuple(row), exact=exact)
    right = exact_number(bound) if exact else rounded_number(bound)
    return rf"{left}{sign} {right}", exact


def _map(form: Form, scale: int, free: Sequence[int]) -> tuple[str, bool]:
    row = [(free[index], Fraction(entry, scale)) for index, entry in enumerate(form[1:]) if entry]
    return tex_sum(Fraction(form[0], scale), tuple(row), longest=LONGEST_COEFFICIENT)
