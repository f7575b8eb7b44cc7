"""A network in float64, for many points at once: it proposes, exact arithmetic disposes.

Nothing here reaches a verdict. Layers with few entries for their size (the shallow forms of
deep networks are wide) are kept sparse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from theory.network import Affine, Network

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_DENSE_ENTRIES = 1 << 20
_BLOCK_ENTRIES = 1 << 22
_UNIT_COST = 8  # a ReLU moves memory, measured in multiplications


def nearest_float(value: Fraction) -> float:
    """The float64 next to a rational; the greatest one with its sign where it overflows."""
    try:
        return float(value)
    except OverflowError:
        return float(np.finfo(np.float64).max) * (1 if value > 0 else -1)


def nearest_floats(values: Sequence[Fraction]) -> Array:
    """The float64 next to each rational."""
    return np.array([nearest_float(value) for value in values], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class SparseMatrix:
    """A matrix in compressed rows, Q^columns -> Q^rows, in float64."""

    starts: Indices
    columns: Indices
    weights: Array

    @staticmethod
    def of(rows: Sequence[Sequence[tuple[int, float]]]) -> "SparseMatrix":
        """The matrix with the given (column, weight) rows."""
        counts = [len(row) for row in rows]
        return SparseMatrix(
            np.concatenate(([0], np.cumsum(counts))).astype(np.intp),
            np.array([column for row in rows for column, _ in row], dtype=np.intp),
            np.array([weight for row in rows for _, weight in row], dtype=np.float64),
        )

    def times(self, points: Array) -> Array:
        """The matrix times every row of points."""
        result = np.zeros((len(points), len(self.starts) - 1))
        filled = np.flatnonzero(np.diff(self.starts))
        if not len(filled):
            return result
        block = max(1, _BLOCK_ENTRIES // len(self.columns))
        for first in range(0, len(points), block):
            products = points[first : first + block, self.columns] * self.weights
            sums = np.add.reduceat(products, self.starts[filled], axis=1)
            result[first : first + block, filled] = sums
        return result


@dataclass(frozen=True, slots=True)
class DenseMatrix:
    """A matrix with its zeros, in float64."""

    entries: Array

    def times(self, points: Array) -> Array:
        """The matrix times every row of points."""
        return points @ self.entries.T


Matrix = SparseMatrix | DenseMatrix


def _matrices(affine: Affine) -> tuple[Matrix, Matrix]:
    """The weight matrix and its transpose."""
    rows = [[(column, nearest_float(weight)) for column, weight in row] for row in affine.rows]
    if affine.inputs * affine.outputs <= _DENSE_ENTRIES:
        entries = np.zeros((affine.outputs, affine.inputs))
        for index, row in enumerate(rows):
            for column, weight in row:
                entries[index, column] = weight
        return DenseMatrix(entries), DenseMatrix(np.ascontiguousarray(entries.T))
    columns: list[list[tuple[int, float]]] = [[] for _ in range(affine.inputs)]
    for index, row in enumerate(rows):
        for column, weight in row:
            columns[column].append((index, weight))
    return SparseMatrix.of(rows), SparseMatrix.of(columns)


@dataclass(frozen=True, slots=True)
class FloatNetwork:
    """A network in float64: preactivations and gradients of many points at once.

    Attributes:
        matrices: One per layer.
        transposes: The same, transposed.
        biases: One per layer.
        cost: About how many multiplications one point takes.
    """

    matrices: tuple[Matrix, ...]
    transposes: tuple[Matrix, ...]
    biases: tuple[Array, ...]
    cost: int

    @staticmethod
    def of(network: Network) -> "FloatNetwork":
        """The network with every weight rounded to the nearest float64."""
        pairs = [_matrices(layer) for layer in network.layers]
        return FloatNetwork(
            tuple(matrix for matrix, _ in pairs),
            tuple(transpose for _, transpose in pairs),
            tuple(nearest_floats(layer.bias) for layer in network.layers),
            network.parameters + _UNIT_COST * network.units + 1,
        )

    def preactivations(self, points: Array) -> list[Array]:
        """For every layer the values before its ReLU, the outputs last; one row per point."""
        found: list[Array] = []
        values = points
        for matrix, bias in zip(self.matrices, self.biases, strict=True):
            if found:
                values = np.maximum(found[-1], 0.0)
            found.append(matrix.times(values) + bias)
        return found

    def outputs(self, points: Array) -> Array:
        """The outputs, one row per point."""
        return self.preactivations(points)[-1]

    def gradients(self, preactivations: Sequence[Array], seeds: Sequence[Array | None]) -> Array:
        """At every point the gradient of sum_l seeds_l . preactivations_l.

        Args:
            preactivations: As returned for the points.
            seeds: For every layer the weights of its preactivations, one row per point; None
                stands for zeros.
        """
        flowing: Array | None = None
        for layer in reversed(range(len(self.matrices))):
            if flowing is not None:
                flowing = np.where(preactivations[layer] > 0, flowing, 0.0)
            seed = seeds[layer]
            if seed is not None:
                flowing = seed if flowing is None else flowing + seed
            if flowing is not None:
                flowing = self.transposes[layer].times(flowing)
        if flowing is None:
            return np.zeros_like(preactivations[0][:, :0])
        return flowing
