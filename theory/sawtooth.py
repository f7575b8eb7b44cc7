"""Depth separation: a narrow deep network that no wide shallow one can copy.

    s(x) = relu(2 x) - relu(4 x - 2) on [0, 1] goes up to 1 and down again; s o ... o s, k times,
has 2^k affine pieces on [0, 1] and k hidden layers of two units.
"""

from math import prod

from theory.errors import ScopeError, ShapeError
from theory.network import Affine, Network


def sawtooth(times: int) -> Network:
    """The tent map composed k times with itself: k hidden layers of 2 units, 2^k pieces on [0, 1].

    Theorem: T32 (depth separation by the sawtooth). Source: Telgarsky 2015, arXiv 1509.08101, and
    2016, arXiv 1602.04485.

    Raises:
        ScopeError: k is less than 1.
    """
    if times < 1:
        raise ScopeError(f"sawtooth: expected at least one composition, got {times}")
    first = Affine.dense([[2], [4]], [0, -2])
    between = Affine.dense([[2, -2], [4, -4]], [0, -2])
    last = Affine.dense([[1, -1]], [0])
    return Network((first, *(between,) * (times - 1), last))


def most_pieces(hidden: tuple[int, ...]) -> int:
    """The most affine pieces on a line of a network with hidden layers of these widths.

    The product of n_l + 1: every hidden layer cuts each piece at most once per unit.

    Theorem: T32 (depth separation by the sawtooth), the upper bound. For widths of at least
    2 it is `theory.counting.serra` with n = 1, else that bound is less.

    Raises:
        ShapeError: a width is negative.
    """
    if any(width < 0 for width in hidden):
        raise ShapeError("pieces: expected widths that are not negative")
    return prod(width + 1 for width in hidden)


def least_width(layers: int, pieces: int) -> int:
    """The least w for which `layers` hidden layers of w units may have so many pieces.

    A network with fewer units in every layer differs from each function with that many pieces.

    Theorem: T32 (depth separation by the sawtooth).

    Raises:
        ScopeError: there is no hidden layer, or there are no pieces.
    """
    if layers < 1 or pieces < 1:
        raise ScopeError("width: expected at least one hidden layer and one piece")
    low, high = 0, pieces  # (high + 1)^layers > pieces
    while low < high:
        middle = (low + high) // 2
        if (middle + 1) ** layers < pieces:
            low = middle + 1
        else:
            high = middle
    return low
