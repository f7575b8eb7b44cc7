"""Two networks and the differences of their matched units, as float64 matrices.

For matched units the difference d = right - scale * left is affine in what comes before:

    d = A D + B a + C b + e,    D = b[matched] - scale * a[matched]

with a, b what the units of the layer before send on in the left and right network, C zero for
matched units. B = W_right scale - scale W_left is made exactly before it is rounded, since for
a copy that was rounded it is what the whole difference rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from theory.network import ZERO, Affine, Network
from verify.prove.bisection.matching import Match, Matching
from verify.prove.floats import Array, Indices, nearest_float, nearest_floats


@dataclass(frozen=True, slots=True)
class Layer:
    """x -> matrix x + bias, the bias a column."""

    matrix: Array
    bias: Array

    @staticmethod
    def of(affine: Affine) -> "Layer":
        """The nearest float64 matrix."""
        matrix = np.zeros((affine.outputs, affine.inputs))
        for index, row in enumerate(affine.rows):
            for column, weight in row:
                matrix[index, column] = nearest_float(weight)
        return Layer(matrix, nearest_floats(affine.bias)[:, None])


@dataclass(frozen=True, slots=True)
class DifferenceLayer:
    """The differences of the matched units of a layer.

    Attributes:
        left: Those units of the left network.
        right: Those of the right one.
        scale: right is about scale * left; a column.
        inner: The matrix A; without columns where no units before are matched.
        outer: The matrix B.
        foreign: The matrix C, or None where all units before are matched.
        bias: The vector e; a column.
    """

    left: Indices
    right: Indices
    scale: Array
    inner: Array
    outer: Array
    foreign: Array | None
    bias: Array


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two networks in floats, with the differences of their matched units.

    Attributes:
        left: The layers of the left network.
        right: Those of the right one.
        differences: One for every hidden layer that both have; the last one is that of outputs.
    """

    left: tuple[Layer, ...]
    right: tuple[Layer, ...]
    differences: tuple[DifferenceLayer, ...]

    @property
    def has_matches(self) -> bool:
        """Whether differences of hidden units are bounded by themselves."""
        return any(len(layer.left) for layer in self.differences[:-1])


def aligned(left: Network, right: Network, matching: Matching) -> Alignment:
    """The networks in floats with the differences that a matching asks for."""
    inputs = tuple(Match(index, index, Fraction(1)) for index in range(left.inputs))
    outputs = tuple(Match(index, index, Fraction(1)) for index in range(left.outputs))
    before, is_input, found = inputs, True, []
    for layer, matches in enumerate(matching):
        ends = left.layers[layer], right.layers[layer]
        found.append(_difference(*ends, before, matches, is_input=is_input))
        before, is_input = matches, False
    if left.hidden_layers != right.hidden_layers:
        before = ()
    is_input = not left.hidden_layers and not right.hidden_layers
    ends = left.layers[-1], right.layers[-1]
    found.append(_difference(*ends, before, outputs, is_input=is_input))
    ours, theirs = (tuple(map(Layer.of, network.layers)) for network in (left, right))
    return Alignment(ours, theirs, tuple(found))


def _difference(
    ours: Affine,
    theirs: Affine,
    before: Sequence[Match],
    matches: Sequence[Match],
    *,
    is_input: bool,
) -> DifferenceLayer:
    inner = np.zeros((len(matches), 0 if is_input else len(before)))
    outer = np.zeros((len(matches), ours.inputs))
    foreign = np.zeros((len(matches), theirs.inputs))
    known = {match.right: (place, match) for place, match in enumerate(before)}
    for index, match in enumerate(matches):
        rest = {column: -match.scale * weight for column, weight in ours.rows[match.left]}
        for column, weight in theirs.rows[match.right]:
            if column not in known:
                foreign[index, column] = nearest_float(weight)
                continue
            place, same = known[column]
            rest[same.left] = rest.get(same.left, ZERO) + weight * same.scale
            if not is_input:
                inner[index, place] = nearest_float(weight)
        for column, weight in rest.items():
            outer[index, column] = nearest_float(weight)
    bias = [theirs.bias[m.right] - m.scale * ours.bias[m.left] for m in matches]
    return DifferenceLayer(
        np.array([match.left for match in matches], dtype=np.intp),
        np.array([match.right for match in matches], dtype=np.intp),
        nearest_floats([match.scale for match in matches])[:, None],
        inner,
        outer,
        foreign if foreign.any() else None,
        nearest_floats(bias)[:, None],
    )
