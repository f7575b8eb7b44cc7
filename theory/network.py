"""The ground type: a ReLU network with exact rational weights, Q^n -> Q^m.

    f(x) = W_L relu(W_(L-1) ... relu(W_1 x + b_1) ... + b_(L-1)) + b_L,   relu(t) = max(0, t)

Layers are affine maps with sparse rows, since the shallow forms of deep networks are wide
and read few of their inputs. There is a ReLU between layers and none after the last, so a
network with one layer is affine. Networks are immutable and compare structurally.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ShapeError

Vector = tuple[Fraction, ...]
Row = tuple[tuple[int, Fraction], ...]

ZERO = Fraction(0)


def relu(value: Fraction) -> Fraction:
    """max(0, value)."""
    return value if value > 0 else ZERO


def sparse_row(entries: Iterable[Fraction]) -> Row:
    """The nonzero entries of a dense row as (column, weight) pairs."""
    return tuple((column, weight) for column, weight in enumerate(entries) if weight)


@dataclass(frozen=True, slots=True)
class Affine:
    """An affine map x -> W x + b, Q^inputs -> Q^outputs, rows sparse.

    Attributes:
        inputs: The dimension of x.
        rows: One tuple of (column, nonzero weight) per output, columns increasing.
        bias: One rational per output.
    """

    inputs: int
    rows: tuple[Row, ...]
    bias: Vector

    def __post_init__(self) -> None:
        if len(self.rows) != len(self.bias):
            raise ShapeError(f"affine: expected {len(self.rows)} biases, got {len(self.bias)}")
        for index, row in enumerate(self.rows):
            columns = [column for column, _ in row]
            if columns != sorted(set(columns)) or not all(weight for _, weight in row):
                raise ShapeError(f"affine row {index}: expected increasing columns, no zero weight")
            if row and (columns[0] < 0 or columns[-1] >= self.inputs):
                raise ShapeError(f"affine row {index}: expected columns below {self.inputs}")

    @staticmethod
    def dense(
        weight: Sequence[Sequence[Fraction | int]],
        bias: Sequence[Fraction | int],
        inputs: int | None = None,
    ) -> "Affine":
        """The map x -> weight x + bias from a dense matrix; `inputs` is needed without rows.

        Raises:
            ShapeError: the rows have different lengths, or there is no way to tell their length.
        """
        width = inputs if inputs is not None else (len(weight[0]) if weight else None)
        if width is None or any(len(row) != width for row in weight):
            raise ShapeError(f"affine: expected every row of length {width}")
        rows = tuple(sparse_row(Fraction(entry) for entry in row) for row in weight)
        return Affine(width, rows, tuple(Fraction(value) for value in bias))

    @property
    def outputs(self) -> int:
        """The dimension of W x + b."""
        return len(self.bias)

    @property
    def weight(self) -> tuple[Vector, ...]:
        """The matrix W with its zeros."""
        return tuple(self._dense_row(row) for row in self.rows)

    def _dense_row(self, row: Row) -> Vector:
        entries = [ZERO] * self.inputs
        for column, weight in row:
            entries[column] = weight
        return tuple(entries)

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """W point + b, exactly.

        Raises:
            ShapeError: the point has another dimension.
        """
        if len(point) != self.inputs:
            raise ShapeError(f"point: expected {self.inputs} coordinates, got {len(point)}")
        return tuple(
            sum((weight * point[column] for column, weight in row), bias)
            for row, bias in zip(self.rows, self.bias, strict=True)
        )

    def after(self, before: "Affine") -> "Affine":
        """The composed map x -> self(before(x)), exactly.

        Raises:
            ShapeError: the outputs of `before` are not the inputs of this map.
        """
        if before.outputs != self.inputs:
            raise ShapeError(f"affine: expected {self.inputs} outputs before, got {before.outputs}")
        bias = tuple(
            sum((weight * before.bias[column] for column, weight in row), value)
            for row, value in zip(self.rows, self.bias, strict=True)
        )
        return Affine(before.inputs, tuple(_composed(row, before.rows) for row in self.rows), bias)


def _composed(row: Row, rows: tuple[Row, ...]) -> Row:
    """The sum of weight * rows[column] over the entries of a row."""
    if len(row) == 1 and row[0][1] == 1:
        return rows[row[0][0]]
    total: dict[int, Fraction] = {}
    for through, factor in row:
        for column, weight in rows[through]:
            total[column] = total.get(column, ZERO) + factor * weight
    return tuple((column, weight) for column, weight in sorted(total.items()) if weight)


@dataclass(frozen=True, slots=True)
class Network:
    """A ReLU network: affine layers with ReLU between them, Q^inputs -> Q^outputs."""

    layers: tuple[Affine, ...]

    def __post_init__(self) -> None:
        if not self.layers:
            raise ShapeError("network: expected at least one layer")
        for index, (before, after) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            if before.outputs != after.inputs:
                raise ShapeError(
                    f"layer {index + 1}: expected {before.outputs} inputs, got {after.inputs}"
                )

    @property
    def inputs(self) -> int:
        """The n of f : Q^n -> Q^m."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """The m of f : Q^n -> Q^m."""
        return self.layers[-1].outputs

    @property
    def hidden_layers(self) -> int:
        """The number of ReLU layers."""
        return len(self.layers) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Inputs, units of every hidden layer, outputs: 2-16-16-1 is (2, 16, 16, 1)."""
        return (self.inputs, *(layer.outputs for layer in self.layers))

    @property
    def units(self) -> int:
        """The number of hidden units."""
        return sum(self.widths[1:-1])

    @property
    def parameters(self) -> int:
        """The number of nonzero weights and biases."""
        return sum(
            sum(map(len, layer.rows)) + sum(1 for bias in layer.bias if bias)
            for layer in self.layers
        )

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """f(point), exactly: this is the semantics that every claim speaks about.

        Raises:
            ShapeError: the point has another dimension.
        """
        return self.layers[-1](self.activations(point)[-1])

    def activations(self, point: Sequence[Fraction]) -> tuple[Vector, ...]:
        """The point followed by the values of every hidden layer at it."""
        values = [tuple(point)]
        for layer in self.layers[:-1]:
            values.append(tuple(relu(value) for value in layer(values[-1])))
        return tuple(values)
