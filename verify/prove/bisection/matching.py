"""Units of two networks of equal depth that do the same: which ones, and how much larger.

A copy of a network has its units in another order, each multiplied by a positive number that
the next layer divides by, and then perhaps rounded or pruned. Layer by layer the rows of the
right network, written in the units of the left one that are matched already, are compared with
the left network's rows by direction; the ratio of their lengths is the scale. Any matching is
sound: it only says whose difference is worth bounding.

Theorem: T37 (matched units; what a matching may be).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import frexp, ldexp

import numpy as np

from theory.network import Affine, Network
from verify.prove.floats import Array, nearest_float, nearest_floats

_LEAST_COSINE = 0.5
_MOST_PAIRS = 1 << 22
_ROUNDINGS = ((1, 3.0), (4, 1.05), (8, 1.05), (16, 1.05), (24, 1.05), (44, 1.05))


@dataclass(frozen=True, slots=True)
class Match:
    """Unit `right` of a layer of the right network is about scale * unit `left` of the left's."""

    left: int
    right: int
    scale: Fraction


Matching = tuple[tuple[Match, ...], ...]  # for every hidden layer, in the order of `right`


def unmatched(left: Network, right: Network) -> Matching:
    """No units matched."""
    return ((),) * min(left.hidden_layers, right.hidden_layers)


def matched(left: Network, right: Network) -> Matching:
    """The units of hidden layers that have nearly the same direction; none if depths differ."""
    if left.hidden_layers != right.hidden_layers:
        return unmatched(left, right)
    found: list[tuple[Match, ...]] = []
    columns = tuple(Match(index, index, Fraction(1)) for index in range(left.inputs))
    for ours, theirs in zip(left.layers[:-1], right.layers[:-1], strict=True):
        if ours.outputs * theirs.outputs > _MOST_PAIRS:
            return unmatched(left, right)
        columns = _layer_matches(_rows(ours), _translated(theirs, columns, ours.inputs))
        found.append(columns)
    return tuple(found)


def _rows(layer: Affine) -> Array:
    """The rows of a layer in floats, each with its bias at the end."""
    found = np.zeros((layer.outputs, layer.inputs + 1))
    for index, row in enumerate(layer.rows):
        for column, weight in row:
            found[index, column] = nearest_float(weight)
    found[:, -1] = nearest_floats(layer.bias)
    return found


def _translated(layer: Affine, columns: Sequence[Match], inputs: int) -> Array:
    """The rows of the right layer, as if they read the left network's units."""
    rows = _rows(layer)
    found = np.zeros((layer.outputs, inputs + 1))
    for match in columns:
        found[:, match.left] = rows[:, match.right] * nearest_float(match.scale)
    found[:, -1] = rows[:, -1]
    return found


def _layer_matches(ours: Array, theirs: Array) -> tuple[Match, ...]:
    """Pairs of rows, the most alike first; of equals those with the same number."""
    lengths = [np.linalg.norm(rows, axis=1) for rows in (ours, theirs)]
    safe = [np.where(length > 0, length, 1.0) for length in lengths]
    cosines = (theirs / safe[1][:, None]) @ (ours / safe[0][:, None]).T
    right, left = np.nonzero(cosines >= _LEAST_COSINE)
    order = np.lexsort((right, left != right, -np.round(cosines[right, left], 12)))
    taken: dict[int, int] = {}
    free = set(range(len(ours)))
    for i, j in zip(right[order].tolist(), left[order].tolist(), strict=True):
        if i not in taken and j in free:
            taken[i] = j
            free.remove(j)
    return tuple(Match(j, i, _scale(ours[j], theirs[i])) for i, j in sorted(taken.items()))


def _scale(ours: Array, theirs: Array) -> Fraction:
    """The shortest number about as good as the best one in theirs = scale * ours."""
    best = float(theirs @ ours) / float(ours @ ours)
    least = float(np.linalg.norm(theirs - best * ours))
    blur = 1e-15 * float(np.linalg.norm(theirs))
    for bits, worse in _ROUNDINGS:
        scale = _rounded(best, bits)
        rest = float(np.linalg.norm(theirs - nearest_float(scale) * ours))
        if rest <= max(worse * least, blur):
            return scale
    return _rounded(best, _ROUNDINGS[-1][0])


def _rounded(value: float, bits: int) -> Fraction:
    """A positive float, to so many significant bits."""
    mantissa, exponent = frexp(value)
    return Fraction(round(ldexp(mantissa, bits))) * Fraction(2) ** (exponent - bits)
