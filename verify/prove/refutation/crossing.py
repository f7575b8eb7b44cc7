"""Units that change sign on a domain, shown by points: for them no proof of a sign can be found.

Floats propose points, exact evaluation says which units have both signs at them.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from theory.domain import Box
from theory.form import IntegerNetwork, integer_network
from theory.network import Network
from theory.stability import Layers
from verify.prove.floats import Array, FloatNetwork, nearest_floats

Flags = NDArray[np.bool_]

_SAMPLES = 2048
_MOST_POINTS = 64  # that are evaluated exactly
_CLEAR = 1.0 / (1 << 20)


def crossing_units(network: Network, box: Box, known: Layers) -> Flags:
    """Which hidden units, layer after layer, are > 0 at one point of the box and < 0 at another.

    Units of the first layer that intervals leave undecided all are: intervals are exact there.
    """
    count = sum(map(len, known))
    found = np.zeros(count, dtype=bool)
    undecided = np.array([not unit.sign for units in known for unit in units], dtype=bool)
    first = len(known[0]) if known else 0
    found[:first] = undecided[:first]
    if not undecided[first:].any():
        return found
    points = _samples(network, box)
    floats = FloatNetwork.of(network).preactivations(points)[:-1]
    values = np.concatenate(floats, axis=1)
    clear = _CLEAR * np.abs(values).max(axis=0, initial=1.0 / (1 << 30))
    likely = undecided & (values.max(axis=0) > clear) & (values.min(axis=0) < -clear)
    likely[:first] = False
    above, below = found.copy(), found.copy()
    integers = integer_network(network)
    for index in _chosen(values, likely, clear):
        point = _inside(points[index], box)
        signs = _signs(integers, point)
        above |= signs > 0
        below |= signs < 0
    both: Flags = (above & below & undecided) | found
    return both


def _samples(network: Network, box: Box) -> Array:
    """Random points and corners."""
    low, high = nearest_floats(box.lower), nearest_floats(box.upper)
    random = np.random.default_rng(0)
    inside = low + (high - low) * random.random((_SAMPLES, len(low)))
    corners = np.where(random.random((_SAMPLES, len(low))) < 1 / 2, low, high)
    return np.concatenate([inside, corners])


def _chosen(values: Array, likely: Flags, clear: Array) -> list[int]:
    """Points at which, together, as many likely units as possible have both signs."""
    columns = np.flatnonzero(likely)
    shown = np.concatenate(
        [values[:, columns] > clear[columns], values[:, columns] < -clear[columns]], axis=1
    )
    missing = np.ones(shown.shape[1], dtype=bool)
    chosen: list[int] = []
    while missing.any() and len(chosen) < _MOST_POINTS:
        gain = (shown & missing).sum(axis=1)
        best = int(np.argmax(gain))
        if not gain[best]:
            break
        chosen.append(best)
        missing &= ~shown[best]
    return chosen


def _inside(point: Array, box: Box) -> tuple[Fraction, ...]:
    """The point in exact numbers, moved into the box where rounding has left it."""
    ends = zip(point, box.lower, box.upper, strict=True)
    return tuple(min(max(Fraction(float(value)), low), high) for value, low, high in ends)


def _signs(network: IntegerNetwork, point: Sequence[Fraction]) -> NDArray[np.int8]:
    """The exact signs of all hidden units at a point."""
    common = lcm(*(value.denominator for value in point))
    values = [int(value * common) for value in point]
    found: list[int] = []
    for layer in network.layers[:-1]:
        values = [
            sum((weight * values[column] for column, weight in row), common * bias)
            for row, bias in zip(layer.rows, layer.bias, strict=True)
        ]
        found += [(value > 0) - (value < 0) for value in values]
        values = [max(value, 0) for value in values]
    return np.array(found, dtype=np.int8)
