"""Ascent in float64, many points at once: towards a difference, or towards switching a unit on.

The functions are piecewise linear, so from a point the search goes along the segment to the
corner that its gradient points to, then along a chord of the search space, and zooms in.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from verify.prove.floats import Array, FloatNetwork, Indices
from verify.prove.refutation.search_space import SearchSpace

_STEPS = np.concatenate(([0.0], np.exp2(-np.arange(12, -1, -1.0))))
_ZOOM = np.linspace(0.0, 1.0, 9)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long an ascent goes on: rounds, and zooms into every segment."""

    rounds: int
    zooms: int

    @staticmethod
    def thorough(space: SearchSpace) -> "Effort":
        """Twice along every coordinate where these are few."""
        return Effort(min(max(6, 2 * space.dimension), 16), 6)

    @property
    def evaluations(self) -> int:
        """How often an ascent evaluates each function."""
        return self.rounds * (len(_STEPS) + (2 * self.zooms - 1) * len(_ZOOM))


COARSE = Effort(rounds=2, zooms=2)


class Objective(Protocol):
    """One function to maximise for each of m points."""

    def values(self, points: Array) -> Array:
        """The values of function i at points[i, k]: (m, k, n) -> (m, k)."""

    def gradients(self, points: Array) -> Array:
        """The gradient of function i at points[i]: (m, n) -> (m, n)."""


@dataclass(frozen=True, slots=True)
class UnitObjective:
    """sign_i times the preactivation of unit_i of layer_i."""

    network: FloatNetwork
    layer: Indices
    unit: Indices
    sign: Array

    def chosen(self, rows: Indices) -> "UnitObjective":
        """Some of the functions."""
        return UnitObjective(self.network, self.layer[rows], self.unit[rows], self.sign[rows])

    def values(self, points: Array) -> Array:
        """The values of function i at points[i, k]."""
        size, count, inputs = points.shape
        found = np.empty((size, count))
        preactivations = self.network.preactivations(points.reshape(-1, inputs))
        for layer in np.unique(self.layer):
            rows = np.flatnonzero(self.layer == layer)
            values = preactivations[layer].reshape(size, count, -1)
            found[rows] = self.sign[rows, None] * values[rows, :, self.unit[rows]]
        return found

    def gradients(self, points: Array) -> Array:
        """The gradient of function i at points[i]."""
        preactivations = self.network.preactivations(points)
        seeds: list[Array | None] = [None] * len(preactivations)
        for layer in np.unique(self.layer):
            rows = np.flatnonzero(self.layer == layer)
            seed = np.zeros_like(preactivations[layer])
            seed[rows, self.unit[rows]] = self.sign[rows]
            seeds[int(layer)] = seed
        return self.network.gradients(preactivations, seeds)


@dataclass(frozen=True, slots=True)
class DifferenceObjective:
    """sign_i times left - right in output_i."""

    left: FloatNetwork
    right: FloatNetwork
    output: Indices
    sign: Array

    def values(self, points: Array) -> Array:
        """The values of function i at points[i, k]."""
        size, count, inputs = points.shape
        flat = points.reshape(-1, inputs)
        difference = self.left.outputs(flat) - self.right.outputs(flat)
        chosen = difference.reshape(size, count, -1)[np.arange(size), :, self.output]
        return self.sign[:, None] * chosen

    def gradients(self, points: Array) -> Array:
        """The gradient of function i at points[i]."""
        return self._gradients(self.left, points) - self._gradients(self.right, points)

    def _gradients(self, network: FloatNetwork, points: Array) -> Array:
        preactivations = network.preactivations(points)
        seed = np.zeros_like(preactivations[-1])
        seed[np.arange(len(points)), self.output] = self.sign
        return network.gradients(preactivations, [*[None] * (len(preactivations) - 1), seed])


def ascended(objective: Objective, space: SearchSpace, coordinates: Array, effort: Effort) -> Array:
    """Coordinates at which the functions are no smaller than at the given ones."""
    current = coordinates
    values = objective.values(space.points(current)[:, None, :])[:, 0]
    for turn in range(effort.rounds):
        gradients = objective.gradients(space.points(current))
        uphill = _Segments(current, space.extremes(gradients, current), _STEPS)
        current, values = _best_on(objective, space, uphill, effort.zooms, (current, values))
        across = _Segments(*space.chords(current, turn), _ZOOM)
        current, values = _best_on(objective, space, across, effort.zooms, (current, values))
    return current


@dataclass(frozen=True, slots=True)
class _Segments:
    start: Array
    end: Array
    steps: Array

    def at(self, shares: Array) -> Array:
        """The coordinates at the given shares of the way, (m, k) -> (m, k, d)."""
        start = self.start[:, None, :]
        found: Array = start + shares[:, :, None] * (self.end[:, None, :] - start)
        return found


def _best_on(
    objective: Objective,
    space: SearchSpace,
    segments: _Segments,
    zooms: int,
    best: tuple[Array, Array],
) -> tuple[Array, Array]:
    """The best coordinates and values seen on segments, or those given."""
    current, values = best
    shares = np.tile(segments.steps, (len(current), 1))
    rows = np.arange(len(current))
    for _ in range(zooms):
        tried = segments.at(shares)
        points = space.points(tried.reshape(-1, tried.shape[2])).reshape(*tried.shape[:2], -1)
        found = np.nan_to_num(objective.values(points), nan=-np.inf)
        top = np.argmax(found, axis=1)
        better = found[rows, top] > values
        current = np.where(better[:, None], tried[rows, top], current)
        values = np.where(better, found[rows, top], values)
        low = shares[rows, np.maximum(top - 1, 0)]
        high = shares[rows, np.minimum(top + 1, shares.shape[1] - 1)]
        shares = low[:, None] + (high - low)[:, None] * _ZOOM
    return current, values
