"""With one-hot gates a neural Turing machine's memory is a random-access memory: the claims."""

from collections.abc import Sequence
from fractions import Fraction

from theory.domain import Space
from theory.network import ZERO, Affine, Network, Row
from theory.recurrence.neural_memory import (
    ONE,
    Head,
    access_network,
    address,
    gating_network,
    one_hot,
)
from verify.claim import Claim, NamedNetwork

_SHIFTS = {
    -1: (ONE, ZERO, ZERO),
    0: (ZERO, ONE, ZERO),
    1: (ZERO, ZERO, ONE),
}


def addressing_claims(cells: int) -> dict[tuple[int, int], Claim]:
    """By cell and move: gate 0 and shift give the neighbour, whatever the address by content.

    Theorem: T47 (neural Turing machine addressing).
    """
    found = {}
    for cell in range(cells):
        for move, shift in _SHIFTS.items():
            gating = gating_network(Head(ZERO, shift), one_hot(cell, cells))
            goal = one_hot((cell + move) % cells, cells)
            constant = Network((Affine(cells, ((),) * cells, goal),))
            sides = NamedNetwork.of("gate and shift", gating), NamedNetwork.of("move", constant)
            found[cell, move] = Claim(*sides, Space(cells))
    return found


def access_claims(cells: int, sharpening: int = 1) -> dict[tuple[int, int, int], Claim]:
    """By cell, move and e: reading and writing are those of a RAM, whatever it holds.

    The left side uses the address that `theory.recurrence.neural_memory.address` gives, the right
    side the number of the cell.

    Theorem: T47 (neural Turing machine addressing).
    """
    found = {}
    for cell in range(cells):
        for move, shift in _SHIFTS.items():
            for erase in (0, 1):
                head = Head(ZERO, shift, sharpening, Fraction(erase))
                weights = address(head, one_hot(cell, cells), (ZERO,) * cells)
                sides = (
                    NamedNetwork.of("head", access_network(weights, head.erase)),
                    NamedNetwork.of("RAM", ram_network(cells, (cell + move) % cells, erase)),
                )
                found[cell, move, erase] = Claim(*sides, Space(cells + 1))
    return found


def memory_claim(cells: int, sharpening: int = 1) -> Claim:
    """All of them as one claim, over all (w_c, M, a) of Q^(2 cells + 1).

    Its outputs are, cell by cell and move by move: the addresses, then (M', r) for e = 0, 1.

    Theorem: T47 (neural Turing machine addressing).
    """
    addressing = [(claim, 0) for claim in addressing_claims(cells).values()]
    access = [(claim, cells) for claim in access_claims(cells, sharpening).values()]
    parts, inputs = addressing + access, 2 * cells + 1
    left = _stacked([(claim.left.network, first) for claim, first in parts], inputs)
    right = _stacked([(claim.right.network, first) for claim, first in parts], inputs)
    sides = NamedNetwork.of("one-hot neural memory", left), NamedNetwork.of("RAM", right)
    return Claim(*sides, Space(inputs))


def _stacked(parts: Sequence[tuple[Network, int]], inputs: int) -> Network:
    """Affine networks side by side, each of which reads the inputs from its own first one on."""
    rows: list[Row] = []
    bias: list[Fraction] = []
    for network, first in parts:
        (layer,) = network.layers
        rows += [tuple((first + column, entry) for column, entry in row) for row in layer.rows]
        bias += layer.bias
    return Network((Affine(inputs, tuple(rows), tuple(bias)),))


def ram_network(cells: int, cell: int, erase: int) -> Network:
    """(M, a) -> (M', r): the cell becomes a, or M + a if nothing is erased; r is what it held."""
    rows: list[Row] = [((place, ONE),) for place in range(cells)]
    rows[cell] = ((cells, ONE),) if erase else ((cell, ONE), (cells, ONE))
    rows.append(((cell, ONE),))
    return Network((Affine(cells + 1, tuple(rows), (ZERO,) * (cells + 1)),))
