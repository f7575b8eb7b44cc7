"""Bounds of units by backward linear relaxation, with slopes that are optimised for each of them.

A unit y = relu(z) that changes sign on z in [l, u] lies above alpha z for every alpha in [0, 1] and
below its chord. Going back layer by layer, a sum of units is bounded from below by chords where
their weights are negative and by alpha z where they are positive, until a form in the inputs is
left. alpha climbs along the gradient of that bound. Floats propose: what is kept are multipliers
of y >= 0 and y - z >= 0, with which a checker bounds the sum again.

Source: H. Zhang et al. 2018, arXiv 1811.00866 (CROWN); K. Xu et al. 2021, arXiv 2011.13824 (slopes
that are optimised); that these reach the linear program of the relaxation, of which they are the
dual: H. Salman et al. 2019, arXiv 1902.08722.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.domain import Box
from theory.network import Network
from theory.stability import Layers, Stability, zonotope_ranges
from theory.zonotope import Range
from verify.prove.floats import Array, FloatNetwork, nearest_float, nearest_floats

_ROUNDS = 40
_CLEAR = 1.0 / (1 << 20)  # a bound nearer to zero, in parts of the range, decides nothing
_LIGHT = 1.0 / (1 << 20)  # multipliers that are smaller, in parts of the greatest, are left out

# layer, unit, of y >= 0, of y - z >= 0, of chord - y >= 0 where the certificate shows the chord
Multiplier = tuple[int, int, float, float, float]


@dataclass(frozen=True, slots=True)
class Proposal:
    """sign * (argument of a unit) - sum of multiplier * nonnegative >= 0, by chords and the box.

    `is_bound` says that it is to give a lower bound that may be negative, not a sign.
    """

    layer: int
    unit: int
    sign: int
    multipliers: tuple[Multiplier, ...]
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class RelaxedLayer:
    """Arguments z = W x + b of units; those that bend lie below slope z + lift."""

    weight: Array
    bias: Array
    slope: Array
    lift: Array
    bends: NDArray[np.bool_]


class Relaxation:
    """A network on a box, of which each hidden layer is relaxed as far as signs are not known."""

    def __init__(self, network: Network, box: Box) -> None:
        self._network, self._box = network, box
        floats = FloatNetwork.of(network)
        pairs = zip(floats.matrices, network.widths, strict=False)
        self._weights = [matrix.times(np.eye(width)).T for matrix, width in pairs]
        self._biases = floats.biases
        low, high = nearest_floats(box.lower), nearest_floats(box.upper)
        self._centre, self._radius = (low + high) / 2, (high - low) / 2

    def proposals(self, known: Layers, layer: int, units: Sequence[int]) -> list[Proposal]:
        """Signs of units of a layer, each with its multipliers, where the bounds show one."""
        ranges = zonotope_ranges(self._network, self._box, known)
        pairs = zip(known[:layer], ranges, strict=False)
        before = [
            self.relaxed(signs, index, *float_ends(ends))
            for index, (signs, ends) in enumerate(pairs)
        ]
        goals = [(unit, sign) for unit in units for sign in (1, -1)]
        if not goals or not before:
            return []
        signs = np.array([[sign] for _, sign in goals])
        chosen = [unit for unit, _ in goals]
        rows = signs * self._weights[layer][chosen]
        constants = signs[:, 0] * self._biases[layer][chosen]
        found = _climbed(before, (self._centre, self._radius), rows, constants)
        spans = np.array(
            [nearest_float(ranges[layer][unit][1] - ranges[layer][unit][0]) for unit in chosen]
        )
        return [
            Proposal(layer, *goals[index], tuple(_multipliers(before, found, int(index))))
            for index in np.flatnonzero(found.bound > _CLEAR * spans)
        ]

    def argument(self, layer: int, unit: int, sign: int) -> tuple[Array, float]:
        """The weights and the bias of a unit, times a sign."""
        return sign * self._weights[layer][unit], sign * float(self._biases[layer][unit])

    def relaxed(
        self, units: Sequence[Stability], index: int, low: Array, high: Array
    ) -> RelaxedLayer:
        """A hidden layer whose units have these signs, or arguments between these ends."""
        sign = np.array([unit.sign for unit in units])
        bends = sign == 0
        chord = high / np.where(bends, high - low, 1.0)
        slope = np.where(bends, chord, np.where(sign > 0, 1.0, 0.0))
        lift = np.where(bends, -chord * low, 0.0)
        return RelaxedLayer(self._weights[index], self._biases[index], slope, lift, bends)


def float_ends(ranges: Sequence[Range]) -> tuple[Array, Array]:
    """The lower and the upper ends, each as the float64 next to it."""
    return nearest_floats([low for low, _ in ranges]), nearest_floats([high for _, high in ranges])


@dataclass(frozen=True, slots=True)
class _Bounds:
    """For every goal its lower bound, and for every layer the weights and slopes that gave it."""

    bound: Array
    weights: tuple[Array, ...]
    slopes: tuple[Array, ...]


def _climbed(
    layers: Sequence[RelaxedLayer], box: tuple[Array, Array], rows: Array, constants: Array
) -> _Bounds:
    """The best bounds that were met while the slopes climbed."""
    alphas = [np.tile(np.where(layer.slope > 1 / 2, 1.0, 0.0), (len(rows), 1)) for layer in layers]
    best = _bounded(layers, box, rows, constants, alphas)[0]
    for index in range(_ROUNDS):
        found, gradients = _bounded(layers, box, rows, constants, alphas)
        better = found.bound > best.bound
        best = _Bounds(
            np.where(better, found.bound, best.bound),
            _picked(better, found.weights, best.weights),
            _picked(better, found.slopes, best.slopes),
        )
        step = 1 / (2 + index / 4)
        for alpha, gradient in zip(alphas, gradients, strict=True):
            largest = np.abs(gradient).max(axis=1, keepdims=True, initial=0.0)
            alpha += step * gradient / np.where(largest > 0, largest, 1.0)
            np.clip(alpha, 0.0, 1.0, out=alpha)
    return best


def _picked(
    better: NDArray[np.bool_], new: tuple[Array, ...], old: tuple[Array, ...]
) -> tuple[Array, ...]:
    pairs = zip(new, old, strict=True)
    return tuple(np.where(better[:, None], one, other) for one, other in pairs)


def _bounded(
    layers: Sequence[RelaxedLayer],
    box: tuple[Array, Array],
    rows: Array,
    constants: Array,
    alphas: Sequence[Array],
) -> tuple[_Bounds, list[Array]]:
    """The bounds with these slopes, and how they grow with each slope."""
    weights: list[Array] = []
    slopes: list[Array] = []
    total, low = rows, constants.copy()
    for layer, alpha in zip(reversed(layers), reversed(alphas), strict=True):
        slope = np.where(layer.bends & (total > 0), alpha, layer.slope)
        weights.insert(0, total)
        slopes.insert(0, slope)
        low += (np.minimum(total, 0.0) * layer.lift).sum(axis=1)
        low += (total * slope) @ layer.bias
        total = (total * slope) @ layer.weight
    low += total @ box[0] - np.abs(total) @ box[1]
    point = box[0] - np.sign(total) * box[1]
    gradients = []
    for layer, weight, slope in zip(layers, weights, slopes, strict=True):
        argument = point @ layer.weight.T + layer.bias
        gradients.append(np.where(layer.bends & (weight > 0), weight * argument, 0.0))
        point = slope * argument + np.where(weight < 0, layer.lift, 0.0)
    return _Bounds(low, tuple(weights), tuple(slopes)), gradients


def _multipliers(layers: Sequence[RelaxedLayer], found: _Bounds, goal: int) -> Iterator[Multiplier]:
    """What to subtract for the bound of one goal."""
    largest = max(float(np.abs(weight[goal]).max(initial=0.0)) for weight in found.weights)
    for index, layer in enumerate(layers):
        for unit in np.flatnonzero(layer.bends):
            weight = float(found.weights[index][goal, unit])
            if weight > _LIGHT * largest:
                slope = float(found.slopes[index][goal, unit])
                yield index, int(unit), weight * (1 - slope), weight * slope, 0.0
