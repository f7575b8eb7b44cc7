"""Which affine pieces lie above a piecewise affine function where: the sets of its max-min form.

At a point x let U(x) be the pieces with a value >= f(x), and D(x) those with a value <= f(x).
On a unique-order cell, a linear region cut further by the places where another piece meets the
one that is f there, both are constant. A set T of pieces lies below f, min T <= f, if and only
if it meets every D(x); and the maximum of min T over some sets T reaches f everywhere if and
only if every U(x) contains one of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from theory.cone import Cone
from theory.errors import ScopeError
from theory.form import Form

MOST_ORDER_CELLS = 100_000

Mask = int  # bit i is set where piece i belongs to the set


@dataclass(frozen=True, slots=True)
class OrderSets:
    """The minimal sets of pieces above and below a function, over all unique-order cells.

    Attributes:
        pieces: The distinct affine pieces.
        above: The inclusion-minimal sets U.
        below: The inclusion-minimal sets D.
        cells: How many unique-order cells were visited.
    """

    pieces: tuple[Form, ...]
    above: tuple[Mask, ...]
    below: tuple[Mask, ...]
    cells: int


def order_sets(cells: Iterable[tuple[Cone, Form]]) -> OrderSets:
    """The sets U and D of a function that is given by its cells.

    Theorem: T21 (lattice form), the part on unique-order cells.

    Args:
        cells: Cells with disjoint interiors that cover a convex domain, each with its piece.

    Raises:
        ScopeError: there are more than `MOST_ORDER_CELLS` unique-order cells.
    """
    known = list(cells)
    pieces = tuple(sorted({piece for _, piece in known}))
    number = {piece: index for index, piece in enumerate(pieces)}
    search = _Search(pieces)
    for cone, piece in known:
        search.visit(cone, number[piece])
    return OrderSets(pieces, tuple(search.above), tuple(search.below), search.cells)


class _Search:
    """Cuts cells into unique-order cells and gathers their sets.

    A cell is given up where it can only lead to sets that contain others that are known.
    """

    def __init__(self, pieces: Sequence[Form]) -> None:
        self.pieces = pieces
        self.above: list[Mask] = []
        self.below: list[Mask] = []
        self.cells = 0

    def visit(self, cone: Cone, own: int) -> None:
        """Cut one cell, on which the function is the piece `own`."""
        here = self.pieces[own]
        rises = [tuple(a - b for a, b in zip(one, here, strict=True)) for one in self.pieces]
        stack = [(cone, 0, 1 << own, 1 << own)]
        while stack:
            part, index, up, down = stack.pop()
            if self._known(up, down):
                continue
            while index < len(rises):
                rise, bit = rises[index], 1 << index
                index += 1
                if not any(rise):
                    continue
                high, low = part.split(rise)
                if high is None:
                    down |= bit
                elif low is None:
                    up |= bit
                else:
                    stack.append((low, index, up, down | bit))
                    part, up = high, up | bit
            self._note(up, down)

    def _known(self, up: Mask, down: Mask) -> bool:
        return holds_one(up, self.above) and holds_one(down, self.below)

    def _note(self, up: Mask, down: Mask) -> None:
        self.cells += 1
        if self.cells > MOST_ORDER_CELLS:
            raise ScopeError(
                f"lattice form: more than {MOST_ORDER_CELLS} cells on which the {len(self.pieces)} "
                "affine pieces are in one order"
            )
        for known, new in ((self.above, up), (self.below, down)):
            if not holds_one(new, known):
                known[:] = [old for old in known if new & ~old]
                known.append(new)


def holds_one(mask: Mask, sets: Iterable[Mask]) -> bool:
    """Whether a set contains one of the sets."""
    outside = ~mask
    return any(not known & outside for known in sets)


def irredundant_cover(above: Sequence[Mask], below: Sequence[Mask]) -> tuple[Mask, ...]:
    """Sets T that each meet every D, such that every U contains one; none can be left out.

    Each T is minimal: without any of its pieces it would miss a D.

    Theorem: T21 (lattice form), the part on redundant pieces.

    Args:
        above: Sets U, each of which meets every D.
        below: Sets D.
    """
    found: list[Mask] = []
    for wanted in sorted(above, key=lambda one: (one.bit_count(), one)):
        if not holds_one(wanted, found):
            found.append(_shrunk(wanted, above, below))
    for mask in sorted(found, key=lambda one: -one.bit_count()):
        rest = [other for other in found if other != mask]
        if all(holds_one(wanted, rest) for wanted in above):
            found = rest
    return tuple(sorted(found))


def _shrunk(wanted: Mask, above: Sequence[Mask], below: Sequence[Mask]) -> Mask:
    """A minimal part of a set that meets every D; rare pieces are dropped first."""
    bits = [index for index in range(wanted.bit_length()) if wanted >> index & 1]
    bits.sort(key=lambda index: sum(mask >> index & 1 for mask in above))
    for index in bits:
        smaller = wanted & ~(1 << index)
        if all(mask & smaller for mask in below):
            wanted = smaller
    return wanted
