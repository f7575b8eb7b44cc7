"""Edits of a hidden layer that leave the function as it is.

A hidden layer is seen by the rest of the network only through sums v_i relu(h_i), so

    relu(c h) = c relu(h)  for c > 0,     v relu(h) = (s v) relu(h) + (v - s v) relu(h),
    v relu(h) = 0          where h <= 0,  and the order of the sum does not matter.

Every function here returns a network g with g(x) = f(x) for every x in Q^n (for every x of
the box where `padded` is told one). Source: the symmetries are folklore (Hecht-Nielsen 1990
for permutations; Neyshabur, Salakhutdinov and Srebro 2015, arXiv 1506.02617, for rescaling).
"""

from collections.abc import Sequence
from fractions import Fraction
from random import Random

from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Affine, Network, Row, relu, sparse_row

FACTORS = tuple(Fraction(p, q) for p, q in ((1, 2), (2, 1), (3, 1), (1, 3), (3, 2), (5, 4), (7, 5)))
POWERS_OF_TWO = tuple(Fraction(2) ** exponent for exponent in (-2, -1, 0, 1, 2))
Interval = tuple[Fraction | None, Fraction | None]  # None: unbounded on that side

_SHARES = (Fraction(1, 2), Fraction(2), Fraction(-1))  # s and 1 - s stay exact in floats
_DEAD_WEIGHTS = (Fraction(-1), Fraction(-1, 2), ZERO)


def permuted(network: Network, layer: int, order: Sequence[int]) -> Network:
    """The network whose unit i of a hidden layer is the unit order[i] of the given one.

    Theorem: T02 (permutation preserves the function).

    Raises:
        ShapeError: there is no such hidden layer, or `order` is no permutation of its units.
    """
    before, after = _around(network, layer)
    if sorted(order) != list(range(before.outputs)):
        raise ShapeError(f"order: expected a permutation of {before.outputs} units")
    position = {unit: index for index, unit in enumerate(order)}
    rows = tuple(before.rows[unit] for unit in order)
    bias = tuple(before.bias[unit] for unit in order)
    outgoing = tuple(
        tuple(sorted((position[column], weight) for column, weight in row)) for row in after.rows
    )
    return _replaced(
        network,
        layer,
        Affine(before.inputs, rows, bias),
        Affine(after.inputs, outgoing, after.bias),
    )


def rescaled(network: Network, layer: int, factors: Sequence[Fraction]) -> Network:
    """The network with unit i of a hidden layer multiplied by factors[i], made good after it.

    Theorem: T02 (positive rescaling preserves the function).

    Raises:
        ShapeError: there is no such hidden layer, or not one factor per unit.
        ScopeError: a factor is not positive.
    """
    before, after = _around(network, layer)
    if len(factors) != before.outputs:
        raise ShapeError(f"factors: expected {before.outputs}, got {len(factors)}")
    if any(factor <= 0 for factor in factors):
        raise ScopeError("factors: expected positive rationals, since relu(-t) is not -relu(t)")
    rows = tuple(
        tuple((column, weight * factor) for column, weight in row)
        for row, factor in zip(before.rows, factors, strict=True)
    )
    bias = tuple(value * factor for value, factor in zip(before.bias, factors, strict=True))
    outgoing = tuple(
        tuple((column, weight / factors[column]) for column, weight in row) for row in after.rows
    )
    return _replaced(
        network,
        layer,
        Affine(before.inputs, rows, bias),
        Affine(after.inputs, outgoing, after.bias),
    )


def duplicated(
    network: Network, layer: int, unit: int, share: Fraction = Fraction(1, 2)
) -> Network:
    """The network with a copy of a hidden unit at the end of its layer.

    The unit keeps `share` times its outgoing weights and the copy gets the rest; the share
    is any rational, also negative or 0.

    Theorem: T02 (duplication preserves the function).

    Raises:
        ShapeError: there is no such hidden layer or unit.
    """
    before, after = _around(network, layer)
    if not 0 <= unit < before.outputs:
        raise ShapeError(f"unit: expected one of {before.outputs}, got {unit}")
    outgoing = tuple(_shared_row(row, unit, before.outputs, share) for row in after.rows)
    return _replaced(
        network,
        layer,
        _with_row(before, before.rows[unit], before.bias[unit]),
        Affine(after.inputs + 1, outgoing, after.bias),
    )


def padded(
    network: Network,
    layer: int,
    row: Row,
    bias: Fraction,
    outgoing: Sequence[Fraction],
    *,
    box: Box | None = None,
) -> Network:
    """The network with one more unit relu(row . y + bias) at the end of a hidden layer.

    The unit must be seen to be dead: nothing reads it (`outgoing` is zero), or interval
    bounds show that row . y + bias <= 0, over Q^n or, where a box is given, over that box.

    Theorem: T02 (dead units do not matter).

    Raises:
        ShapeError: there is no such hidden layer, or not one outgoing weight per unit after it.
        ScopeError: the unit is read and the bounds do not show it dead.
    """
    before, after = _around(network, layer)
    if len(outgoing) != after.outputs:
        raise ShapeError(f"outgoing: expected {after.outputs} weights, got {len(outgoing)}")
    grown = _with_row(before, row, bias)
    if any(outgoing) and not _is_dead(network, layer, row, bias, box):
        raise ScopeError("padding: the unit is read and its bounds do not show it dead")
    rows = tuple(
        (*old, (after.inputs, weight)) if weight else old
        for old, weight in zip(after.rows, outgoing, strict=True)
    )
    return _replaced(network, layer, grown, Affine(after.inputs + 1, rows, after.bias))


def disguised(network: Network, seed: int, factors: Sequence[Fraction] = FACTORS) -> Network:
    """The network with every hidden layer duplicated in one unit, padded, rescaled, permuted.

    Equal seeds give equal results. With `factors` = POWERS_OF_TWO, weights that are floats
    stay floats.

    Theorem: T02 (symmetries preserve the function).
    """
    random = Random(seed)
    for layer in range(network.hidden_layers):
        if network.layers[layer].outputs:
            unit = random.randrange(network.layers[layer].outputs)
            network = duplicated(network, layer, unit, random.choice(_SHARES))
        network = _padded_at_random(network, layer, random)
        width = network.layers[layer].outputs
        network = rescaled(network, layer, [random.choice(factors) for _ in range(width)])
        network = permuted(network, layer, random.sample(range(width), width))
    return network


def _padded_at_random(network: Network, layer: int, random: Random) -> Network:
    before, after = _around(network, layer)
    row: Row = ()
    if layer:  # activations are nonnegative, so nonpositive weights keep a unit dead
        row = sparse_row(random.choice(_DEAD_WEIGHTS) for _ in range(before.inputs))
    outgoing = [Fraction(random.randint(-2, 2)) for _ in range(after.outputs)]
    return padded(network, layer, row, random.choice(_DEAD_WEIGHTS), outgoing)


def _around(network: Network, layer: int) -> tuple[Affine, Affine]:
    if not 0 <= layer < network.hidden_layers:
        raise ShapeError(f"layer: expected one of {network.hidden_layers} hidden, got {layer}")
    return network.layers[layer], network.layers[layer + 1]


def _replaced(network: Network, layer: int, before: Affine, after: Affine) -> Network:
    return Network((*network.layers[:layer], before, after, *network.layers[layer + 2 :]))


def _with_row(affine: Affine, row: Row, bias: Fraction) -> Affine:
    return Affine(affine.inputs, (*affine.rows, row), (*affine.bias, bias))


def _shared_row(row: Row, unit: int, copy: int, share: Fraction) -> Row:
    weights = dict(row)
    weight = weights.get(unit, ZERO)
    weights[unit] = share * weight
    weights[copy] = weight - share * weight
    return tuple((column, value) for column, value in sorted(weights.items()) if value)


def _is_dead(network: Network, layer: int, row: Row, bias: Fraction, box: Box | None) -> bool:
    """Whether interval bounds show row . y + bias <= 0 for the activations y before a layer."""
    values: list[Interval] = [(None, None)] * network.inputs
    if box is not None:
        values = list(zip(box.lower, box.upper, strict=True))
    for affine in network.layers[:layer]:
        values = [
            _activation(one_row, one_bias, values)
            for one_row, one_bias in zip(affine.rows, affine.bias, strict=True)
        ]
    highest = _greatest(row, bias, values)
    return highest is not None and highest <= 0


def _activation(row: Row, bias: Fraction, values: Sequence[Interval]) -> Interval:
    """An interval of relu(row . y + bias) over the intervals."""
    low, high = _least(row, bias, values), _greatest(row, bias, values)
    return (ZERO if low is None else relu(low), None if high is None else relu(high))


def _greatest(row: Row, bias: Fraction, values: Sequence[Interval]) -> Fraction | None:
    """The largest value of row . y + bias over the intervals; None stands for infinity."""
    total = bias
    for column, weight in row:
        end = values[column][1 if weight > 0 else 0]
        if end is None:
            return None
        total += weight * end
    return total


def _least(row: Row, bias: Fraction, values: Sequence[Interval]) -> Fraction | None:
    negated = tuple((column, -weight) for column, weight in row)
    highest = _greatest(negated, -bias, values)
    return None if highest is None else -highest
