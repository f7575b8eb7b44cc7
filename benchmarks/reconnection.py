"""Training by permutation (LaPerm), and free training, of small networks 1-..-1, in numpy.

LaPerm (Qiu, Suda 2020): an inner optimiser, here Adam on all samples, moves the weights freely;
every few steps each row is replaced by its initial numbers in the order of the current ones. So a
trained row is a permutation of the initial one. The learning rate falls to 0 as half a cosine.
What is found depends on the order in which a machine adds floats; so the networks that a note
speaks of are committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_DECAYS, _SMALL = (0.9, 0.999), 1e-8  # of Adam, as published


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train: Adam's first learning rate, steps, and steps between replacements (or 0)."""

    rate: float
    steps: int
    every: int

    @property
    def is_permuting(self) -> bool:
        """Whether rows stay permutations."""
        return self.every > 0

    def rate_at(self, step: int) -> float:
        """The learning rate."""
        return float(self.rate * (1 + np.cos(np.pi * step / self.steps)) / 2)


class Adam:
    """Kingma, Ba 2015; changes its parameters in place."""

    def __init__(self, parameters: Sequence[Array]) -> None:
        self.parameters = parameters
        self.moments = [(np.zeros_like(one), np.zeros_like(one)) for one in parameters]
        self.count = 0

    def step(self, slopes: Sequence[Array], rate: float) -> None:
        """One step against the slopes."""
        self.count += 1
        for one, slope, moments in zip(self.parameters, slopes, self.moments, strict=True):
            found = []
            for moment, decay, power in zip(moments, _DECAYS, (1, 2), strict=True):
                moment *= decay
                moment += (1 - decay) * slope**power
                found.append(moment / (1 - decay**self.count))
            one -= rate * found[0] / (np.sqrt(found[1]) + _SMALL)


def in_rank_order(ordered: Array, current: Array) -> Array:
    """Every row of `ordered`, which increase, in the order of the same row of `current`."""
    found = np.empty_like(current)
    np.put_along_axis(found, np.argsort(current, axis=1, kind="stable"), ordered, axis=1)
    return found


@dataclass(frozen=True, slots=True)
class Weighed:
    """Weights of pairs of units, and the offset and scale of the output."""

    weights: Array
    offset: float
    scale: float


def features(count: int, points: Array) -> Array:
    """What the units relu(x - b_i), then relu(b_i - x), are at the points."""
    grid = np.arange(count) / (count - 1)
    before = points[:, None] - grid
    return np.concatenate([np.maximum(before, 0), np.maximum(-before, 0)], axis=1)


def multiset(count: int) -> Array:
    """The numbers b_i, then -b_i."""
    grid = np.arange(count) / (count - 1)
    return np.concatenate([grid, -grid])


def train_pairs(count: int, points: Array, values: Array, seed: int, recipe: Recipe) -> Weighed:
    """Pairs over the grid of so many points, which start in a random order.

    When rows are permuted, offset and scale are those of least squares after each replacement.
    """
    known, weights = features(count, points), multiset(count)
    ordered = np.sort(weights)[None]
    weights = np.random.default_rng(seed).permutation(weights)
    offset, scale = _fitted(known @ weights, values) if recipe.is_permuting else (0.0, 1.0)
    rest = np.array([offset])
    inner = Adam((weights, rest))
    for step in range(recipe.steps):
        missed = rest + scale * (known @ weights) - values
        slopes = (2 * scale / len(points) * (known.T @ missed), np.array([2 * missed.mean()]))
        inner.step(slopes, recipe.rate_at(step))
        last = step + 1 == recipe.steps
        if recipe.is_permuting and ((step + 1) % recipe.every == 0 or last):
            weights[:] = in_rank_order(ordered, weights[None])[0]
            rest[0], scale = _fitted(known @ weights, values)
    return Weighed(weights, float(rest[0]), scale)


def _fitted(found: Array, values: Array) -> tuple[float, float]:
    """Offset and scale of least squares."""
    columns = np.stack([np.ones_like(found), found], axis=1)
    offset, scale = np.linalg.lstsq(columns, values, rcond=None)[0]
    return float(offset), float(scale)


def exchanged(
    count: int, points: Array, values: Array, weights: Array, most: int = 1000
) -> Weighed:
    """Two weights change places, always those that lower the squared error most, while any do.

    With the offset and the scale of least squares, the error is |y|^2 - (y . s)^2 / |s|^2 for the
    centred samples y and sums s.
    """
    known, weights = features(count, points), weights.copy()
    centred, wanted = known - known.mean(axis=0), values - values.mean()
    gram, shares = centred.T @ centred, centred.T @ wanted
    spread = np.diag(gram)[:, None] + np.diag(gram) - 2 * gram
    for _ in range(most):
        sums = centred @ weights
        change = weights[None] - weights[:, None]  # of the first, when i and j are exchanged
        along = centred.T @ sums
        squares = sums @ sums + 2 * change * (along[:, None] - along) + change**2 * spread
        products = wanted @ sums + change * (shares[:, None] - shares)
        gains = np.where(squares > 0, products**2 / np.where(squares > 0, squares, 1), 0)
        i, j = np.unravel_index(np.argmax(gains), gains.shape)
        if gains[i, j] <= gains[0, 0] * (1 + 1e-9):
            break
        weights[[i, j]] = weights[[j, i]]
    return Weighed(weights, *_fitted(known @ weights, values))


Layers = list[tuple[Array, Array]]  # matrices and biases, inputs first


def started(widths: Sequence[int], seed: int, fine: int) -> Layers:
    """Uniform on +-sqrt(6 / inputs) (He), biases on +-1; multiples of 1/fine."""
    generator, found = np.random.default_rng(seed), []
    for before, after in pairwise(widths):
        bound = np.sqrt(6 / before)
        matrix = generator.uniform(-bound, bound, (after, before))
        bias = generator.uniform(-1, 1, after)
        found.append((np.round(matrix * fine) / fine, np.round(bias * fine) / fine))
    return found


def train_rows(first: Layers, points: Array, values: Array, recipe: Recipe) -> Layers:
    """All layers of a network; when rows are permuted, biases are free, also those inside."""
    layers = [(matrix.copy(), bias.copy()) for matrix, bias in first]
    ordered = [np.sort(matrix, axis=1) for matrix, _ in first]
    inner = Adam([one for layer in layers for one in layer])
    for step in range(recipe.steps):
        inner.step(_slopes(layers, points, values), recipe.rate_at(step))
        last = step + 1 == recipe.steps
        if recipe.is_permuting and ((step + 1) % recipe.every == 0 or last):
            for (matrix, _), rows in zip(layers, ordered, strict=True):
                matrix[:] = in_rank_order(rows, matrix)
    return layers


def _slopes(layers: Layers, points: Array, values: Array) -> list[Array]:
    """The derivatives of the mean squared error, in the order of the parameters."""
    seen = [points[:, None]]
    for index, (matrix, bias) in enumerate(layers):
        before = seen[-1] @ matrix.T + bias
        seen.append(before if index + 1 == len(layers) else np.maximum(before, 0))
    found: list[Array] = []
    slope = 2 / len(points) * (seen[-1] - values[:, None])
    for index in reversed(range(len(layers))):
        found[:0] = [slope.T @ seen[index], slope.sum(axis=0)]
        slope = (slope @ layers[index][0]) * (seen[index] > 0)
    return found


def outputs(layers: Layers, points: Array) -> Array:
    """What the network is at the points."""
    found = points[:, None]
    for index, (matrix, bias) in enumerate(layers):
        before = found @ matrix.T + bias
        found = before if index + 1 == len(layers) else np.maximum(before, 0)
    return found[:, 0]
