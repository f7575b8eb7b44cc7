"""The memory of a neural Turing machine, exactly: address, read, write (Graves et al. 2014).

    gate     w_g = g w_c + (1 - g) w        w the address before, w_c the one found by content
    shift    w_s[i] = sum_o s_o w_g[i - o]  o = -1, 0, 1, cells in a circle
    sharpen  w'[i] = w_s[i]^gamma / sum_j w_s[j]^gamma
    read     r = sum_i w'[i] M[i]
    write    M'[i] = M[i] (1 - w'[i] e) + w'[i] a

Where the previous address and the shift are one-hot and g = 0 this is a random-access memory,
whatever it holds. Content addressing is a softmax and is no rational number; it is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Affine, Network, Row, Vector

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Head:
    """What a controller hands to a head besides the address by content.

    Attributes:
        gate: g.
        shift: (s_-1, s_0, s_1).
        sharpening: gamma, a positive integer.
        erase: e, for a memory of one number a cell; wider ones have a head for each number.
    """

    gate: Fraction
    shift: tuple[Fraction, Fraction, Fraction]
    sharpening: int = 1
    erase: Fraction = ZERO

    def __post_init__(self) -> None:
        if self.sharpening < 1:
            raise ScopeError("head: expected a positive integer as sharpening")


def shifted(weights: Sequence[Fraction], shift: Sequence[Fraction]) -> Vector:
    """The circular convolution with (s_-1, s_0, s_1)."""
    count = len(weights)
    return tuple(
        sum((s * weights[(i - o) % count] for o, s in zip((-1, 0, 1), shift, strict=True)), ZERO)
        for i in range(count)
    )


def address(head: Head, before: Sequence[Fraction], content: Sequence[Fraction]) -> Vector:
    """The address w', exactly.

    Theorem: T47 (neural Turing machine addressing).

    Raises:
        ShapeError: the two addresses have different numbers of cells.
        ScopeError: all weights are 0 before sharpening.
    """
    if len(before) != len(content):
        raise ShapeError(f"address: expected {len(before)} weights, got {len(content)}")
    gated = [head.gate * c + (1 - head.gate) * w for c, w in zip(content, before, strict=True)]
    powers = [weight**head.sharpening for weight in shifted(gated, head.shift)]
    total = sum(powers, ZERO)
    if not total:
        raise ScopeError("address: the weights sum up to 0, so they cannot be sharpened")
    return tuple(power / total for power in powers)


def gating_network(head: Head, before: Sequence[Fraction]) -> Network:
    """w_c -> w_s: gate and shift, before sharpening."""
    count = len(before)
    base = shifted([(1 - head.gate) * weight for weight in before], head.shift)
    rows = [
        shifted([head.gate * (place == column) for place in range(count)], head.shift)
        for column in range(count)
    ]
    return Network((Affine.dense(tuple(zip(*rows, strict=True)), base, count),))


def access_network(weights: Sequence[Fraction], erase: Fraction) -> Network:
    """(M, a) -> (M', r) for an address and e; it is affine."""
    count = len(weights)
    rows: list[Row] = []
    for cell, weight in enumerate(weights):
        entries = ((cell, 1 - weight * erase), (count, weight))
        rows.append(tuple((column, entry) for column, entry in entries if entry))
    rows.append(tuple((cell, weight) for cell, weight in enumerate(weights) if weight))
    return Network((Affine(count + 1, tuple(rows), (ZERO,) * (count + 1)),))


def one_hot(cell: int, cells: int) -> Vector:
    """1 in one cell, 0 in the others."""
    return tuple(Fraction(place == cell) for place in range(cells))
