"""The table that proves a block formula: what is left of every block in every chamber.

In the chamber x_(1) > x_(2) > ... > x_(n) every pair maximum is the number that comes first, so
a side of a block is a sum of two numbers, and the block is linear, or linear with one kink:

    max(A, B) = B + relu(A - B),   A - B = x_(i) + x_(j) - x_(k) - x_(l),   i < k <= l < j.

The kinks of distinct forms A - B are linearly independent modulo linear functions on the open
chamber, since each of the forms vanishes somewhere inside it. So a formula is the maximum if and
only if in every chamber each kink has the sum 0 and the linear part is x_(1).

Chambers that a symmetry of the formula exchanges behave alike: one of each orbit is enough.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from theory.forms.max_blocks import Block, BlockFormula, Permutation, Side

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: how often a function occurs in the blocks of every orbit.

    Attributes:
        function: Coefficients of x_(1), ..., x_(n): of the number itself in the linear part, of
            the form A - B for a kink.
        counts: One per orbit of blocks.
    """

    function: Numbers
    counts: Numbers


@dataclass(frozen=True, slots=True)
class Chamber:
    """A chamber x_order[0] > x_order[1] > ..., and all blocks in it.

    Attributes:
        order: The indices, that of the greatest number first.
        size: How many chambers the symmetries make of it, itself included.
        linear: For x_(1), ..., x_(n) in turn.
        kinks: For the kinks that occur, in decreasing order of their forms.
    """

    order: Permutation
    size: int
    linear: tuple[Line, ...]
    kinks: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ChamberTable:
    """A block formula in one chamber of every orbit."""

    formula: BlockFormula
    chambers: tuple[Chamber, ...]

    @property
    def defects(self) -> tuple[tuple[Permutation, Numbers, Fraction], ...]:
        """Order, function and sum for every line whose sum is not that of the maximum.

        There are none if and only if the formula is the maximum on all of Q^n.

        Theorem: T17 (maximum of five), T18 (maximum of six): the block calculus.
        """
        weights = [orbit.coefficient for orbit in self.formula.orbits]
        return tuple(
            (chamber.order, line.function, total - wanted)
            for chamber in self.chambers
            for index, line in enumerate((*chamber.linear, *chamber.kinks))
            for total in (sum(c * w for c, w in zip(line.counts, weights, strict=True)),)
            for wanted in (Fraction(not index),)
            if total != wanted
        )

    def text(self) -> str:
        """The table as JSON, with all blocks, for `verify/chamber_table.py` and other readers."""
        formula = self.formula
        orbits = [
            {"blocks": formula.images(orbit.block), "coefficient": str(orbit.coefficient)}
            for orbit in formula.orbits
        ]
        chambers = [
            {
                "kinks": [[line.function, line.counts] for line in chamber.kinks],
                "linear": [line.counts for line in chamber.linear],
                "order": chamber.order,
                "size": chamber.size,
            }
            for chamber in self.chambers
        ]
        table = {
            "chambers": chambers,
            "count": formula.count,
            "format": "relucert-chamber-table",
            "orbits": orbits,
            "symmetries": formula.symmetries,
            "version": 1,
        }
        return json.dumps(table, sort_keys=True, separators=(",", ":")) + "\n"


def chamber_table(formula: BlockFormula) -> ChamberTable:
    """The table of a formula.

    Theorem: T17 (maximum of five), T18 (maximum of six): the block calculus, found for this
    project.
    """
    chambers = tuple(_chamber(formula, order, size) for order, size in orders(formula))
    return ChamberTable(formula, chambers)


def orders(formula: BlockFormula) -> Iterator[tuple[Permutation, int]]:
    """One order of the numbers of every orbit, the least, with the size of the orbit."""
    known: set[Permutation] = set()
    for order in permutations(range(formula.count)):
        if order in known:
            continue
        orbit = {order}
        waiting = [order]
        while waiting:
            current = waiting.pop()
            for symmetry in formula.symmetries:
                image = tuple(symmetry[index] for index in current)
                if image not in orbit:
                    orbit.add(image)
                    waiting.append(image)
        known |= orbit
        yield order, len(orbit)


def _chamber(formula: BlockFormula, order: Permutation, size: int) -> Chamber:
    places = {index: place for place, index in enumerate(order)}
    number = len(formula.orbits)
    linear = [[0] * number for _ in order]
    kinks: Counter[tuple[Numbers, int]] = Counter()
    for column, orbit in enumerate(formula.orbits):
        for block in formula.images(orbit.block):
            part, kink = restriction(block, places)
            for place, entry in enumerate(part):
                linear[place][column] += entry
            if kink is not None:
                kinks[kink, column] += 1
    return Chamber(
        order,
        size,
        tuple(
            Line(tuple(int(place == other) for other in range(len(order))), tuple(counts))
            for place, counts in enumerate(linear)
        ),
        tuple(
            Line(form, tuple(kinks[form, column] for column in range(number)))
            for form in sorted({form for form, _ in kinks}, reverse=True)
        ),
    )


def restriction(block: Block, places: Mapping[int, int]) -> tuple[Numbers, Numbers | None]:
    """The linear part of a block in a chamber, and the form of its kink if there is one.

    Args:
        block: A block.
        places: The place of every index in the order of the chamber, 0 for the greatest number.
    """
    left, right = (_leading(side, places) for side in block)
    rise = tuple(a - b for a, b in zip(left, right, strict=True))
    partial = [sum(rise[: place + 1]) for place in range(len(rise))]
    if min(partial) >= 0:
        return left, None
    if max(partial) <= 0:
        return right, None
    if next(entry for entry in rise if entry) > 0:
        return right, rise
    return left, tuple(-entry for entry in rise)


def _leading(side: Side, places: Mapping[int, int]) -> Numbers:
    """What a side is in a chamber: a sum of two of the numbers, by place."""
    total = [0] * len(places)
    for a, b in side:
        total[min(places[a], places[b])] += 1
    return tuple(total)
