"""Networks built from networks: x -> (f(x), g(x)), and what is computed from their outputs.

Exact, and made of the same layers: units of f and g side by side. A network with fewer hidden
layers waits: its outputs pass through the missing layers as the pairs relu(y), relu(-y).
"""

from collections.abc import Sequence
from fractions import Fraction

from theory.errors import ShapeError
from theory.network import Affine, Network, Row

_ONE = Fraction(1)


def mapped(network: Network, outer: Affine) -> Network:
    """The map outer(network(x)), Q^n -> Q^k, in the same hidden units.

    Raises:
        ShapeError: the outer map has another number of inputs than the network has outputs.
    """
    return Network((*network.layers[:-1], outer.after(network.layers[-1])))


def joined(left: Network, right: Network) -> Network:
    """The network (left(x), right(x)), Q^n -> Q^(l + r).

    Raises:
        ShapeError: the networks have different numbers of inputs.
    """
    if left.inputs != right.inputs:
        raise ShapeError(f"network: expected {left.inputs} inputs, got {right.inputs}")
    depth = max(left.hidden_layers, right.hidden_layers)
    pairs = list(zip(_waiting(left, depth).layers, _waiting(right, depth).layers, strict=True))
    first = Affine(
        left.inputs, pairs[0][0].rows + pairs[0][1].rows, pairs[0][0].bias + pairs[0][1].bias
    )
    return Network((first, *(_beside(one, other) for one, other in pairs[1:])))


def _beside(one: Affine, other: Affine) -> Affine:
    """(x, y) -> (one(x), other(y))."""
    moved = tuple(tuple((column + one.inputs, w) for column, w in row) for row in other.rows)
    return Affine(one.inputs + other.inputs, one.rows + moved, one.bias + other.bias)


def _waiting(network: Network, depth: int) -> Network:
    """The same function with so many hidden layers."""
    layers = list(network.layers)
    while len(layers) <= depth:
        count = layers[-1].outputs
        both = [row for index in range(count) for row in (((index, _ONE),), ((index, -_ONE),))]
        pair = Affine(count, tuple(both), (Fraction(0),) * (2 * count))
        back: list[Row] = [((2 * i, _ONE), (2 * i + 1, -_ONE)) for i in range(count)]
        layers[-1:] = [
            pair.after(layers[-1]),
            Affine(2 * count, tuple(back), (Fraction(0),) * count),
        ]
    return Network(tuple(layers))


def violation(network: Network, sets: Sequence[Affine]) -> Network:
    """The network max(0, least entry of A(network(x))), an output for every A, Q^n -> Q^k.

    Output k is positive exactly where every entry of the k-th map is: where the point solves the
    k-th system of strict inequalities.

    Theorem: T39 (questions as ordinary claims).

    Raises:
        ShapeError: there is no map, one has no entry, or does not fit the network's outputs.
    """
    if not sets or not all(one.outputs for one in sets):
        raise ShapeError("violation: expected sets of at least one inequality")
    rows = tuple(row for one in sets for row in one.rows)
    bias = tuple(entry for one in sets for entry in one.bias)
    layers = list(mapped(network, Affine(network.outputs, rows, bias)).layers)
    groups, start = [], 0
    for one in sets:
        groups.append([((start + index, _ONE),) for index in range(one.outputs)])
        start += one.outputs
    read: list[list[Row]] = [list(group) for group in groups]
    while any(len(group) > 1 for group in read):
        layer, read = _halved(layers[-1].outputs, read)
        layers.append(layer)
    last = tuple(group[0] for group in read)
    return Network((*layers, Affine(layers[-1].outputs, last, (Fraction(0),) * len(last))))


def _halved(width: int, groups: Sequence[Sequence[Row]]) -> tuple[Affine, list[list[Row]]]:
    """A layer that takes minima of pairs: min(a, b) = a - relu(a - b), relu(a) = a for a >= 0."""
    rows: list[Row] = []
    found: list[list[Row]] = []
    for group in groups:
        minima: list[Row] = []
        for index in range(0, len(group), 2):
            place = len(rows)
            rows.append(group[index])
            if index + 1 < len(group):
                rows.append(_difference(group[index], group[index + 1]))
                minima.append(((place, _ONE), (place + 1, -_ONE)))
            else:
                minima.append(((place, _ONE),))
        found.append(minima)
    return Affine(width, tuple(rows), (Fraction(0),) * len(rows)), found


def _difference(one: Row, other: Row) -> Row:
    total = dict(one)
    for column, weight in other:
        total[column] = total.get(column, Fraction(0)) - weight
    return tuple((column, weight) for column, weight in sorted(total.items()) if weight)
