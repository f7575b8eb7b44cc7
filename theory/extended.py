"""Networks with weights in the extended reals: a semantics of its own, never mixed with Network.

A weight is a pair: a finite part a and a coefficient c of infinity, c <= 0. A unit reads values
v_j >= 0 through the weights a_j + c_j inf, and

    relu(sum (a_j + c_j inf) v_j + b)  =  0                       if c_j v_j < 0 for some j,
                                       =  relu(sum a_j v_j + b)   otherwise.

These are the conventions inf * 0 = 0, c inf = -inf for c < 0, finite - inf = -inf and
relu(-inf) = 0. The type rules out the rest: inputs, which may be negative, and outputs have
finite weights only, and no coefficient is positive. So no value is +inf, inf - inf never
arises, and a network is a function Q^n -> Q^m at every point, in general not a continuous one.
Only the sign of a coefficient counts; its size counts in `ExtendedNetwork.with_infinity`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ShapeError
from theory.network import ZERO, Affine, Network, Row, Vector, relu


@dataclass(frozen=True, slots=True)
class ExtendedRational:
    """The number finite + infinite * inf."""

    finite: Fraction
    infinite: Fraction = ZERO

    @property
    def is_finite(self) -> bool:
        """Whether there is no infinity in it."""
        return not self.infinite

    def relu(self) -> Fraction:
        """max(0, value): 0 for -inf.

        Raises:
            ShapeError: the number is +inf.
        """
        if self.infinite > 0:
            raise ShapeError("extended number: +inf has no finite relu")
        return relu(self.finite) if self.is_finite else ZERO


@dataclass(frozen=True, slots=True)
class ExtendedAffine:
    """v -> (W + C inf) v + b with C <= 0, for v >= 0 where C is not zero.

    Attributes:
        finite: The map v -> W v + b.
        infinite: The rows of C: per output (column, negative coefficient), columns increasing.
    """

    finite: Affine
    infinite: tuple[Row, ...]

    def __post_init__(self) -> None:
        if len(self.infinite) != self.finite.outputs:
            raise ShapeError(
                f"extended layer: expected {self.finite.outputs} rows of infinite weights, "
                f"got {len(self.infinite)}"
            )
        Affine(self.inputs, self.infinite, (ZERO,) * self.outputs)  # columns are checked there
        if any(weight > 0 for row in self.infinite for _, weight in row):
            raise ShapeError("extended layer: expected no positive coefficient of infinity")

    @staticmethod
    def of(layer: Affine) -> "ExtendedAffine":
        """A layer without infinite weights."""
        return ExtendedAffine(layer, ((),) * layer.outputs)

    @property
    def inputs(self) -> int:
        """The dimension of v."""
        return self.finite.inputs

    @property
    def outputs(self) -> int:
        """The number of units."""
        return self.finite.outputs

    @property
    def is_finite(self) -> bool:
        """Whether no weight is infinite."""
        return not any(self.infinite)

    def weight(self, unit: int, column: int) -> ExtendedRational:
        """The weight through which a unit reads a value."""
        finite, infinite = dict(self.finite.rows[unit]), dict(self.infinite[unit])
        return ExtendedRational(finite.get(column, ZERO), infinite.get(column, ZERO))

    def __call__(self, values: Sequence[Fraction]) -> tuple[ExtendedRational, ...]:
        """(W + C inf) values + b.

        Raises:
            ShapeError: there are too few or too many values, or a negative one meets infinity.
        """
        finite = self.finite(values)
        found = []
        for value, row in zip(finite, self.infinite, strict=True):
            if any(values[column] < 0 for column, _ in row):
                raise ShapeError("extended layer: expected values >= 0 where weights are infinite")
            infinite = sum((weight * values[column] for column, weight in row), ZERO)
            found.append(ExtendedRational(value, infinite))
        return tuple(found)

    def with_infinity(self, value: Fraction) -> Affine:
        """The layer with a number in the place of infinity: v -> (W + value C) v + b."""
        rows = []
        for finite, infinite in zip(self.finite.rows, self.infinite, strict=True):
            total = dict(finite)
            for column, weight in infinite:
                total[column] = total.get(column, ZERO) + value * weight
            rows.append(tuple((column, total[column]) for column in sorted(total) if total[column]))
        return Affine(self.inputs, tuple(rows), self.finite.bias)


@dataclass(frozen=True, slots=True)
class ExtendedNetwork:
    """Extended affine layers with ReLU between them, Q^inputs -> Q^outputs.

    The first and the last layer are finite.
    """

    layers: tuple[ExtendedAffine, ...]

    def __post_init__(self) -> None:
        if not self.layers:
            raise ShapeError("extended network: expected at least one layer")
        for index, (before, after) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            if before.outputs != after.inputs:
                raise ShapeError(
                    f"layer {index + 1}: expected {before.outputs} inputs, got {after.inputs}"
                )
        if not (self.layers[0].is_finite and self.layers[-1].is_finite):
            raise ShapeError("extended network: expected finite weights at inputs and outputs")

    @property
    def inputs(self) -> int:
        """The n of g : Q^n -> Q^m."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """The m of g : Q^n -> Q^m."""
        return self.layers[-1].outputs

    @property
    def hidden_layers(self) -> int:
        """The number of ReLU layers."""
        return len(self.layers) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Inputs, units of every hidden layer, outputs."""
        return (self.inputs, *(layer.outputs for layer in self.layers))

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """g(point), exactly, at every point.

        Raises:
            ShapeError: the point has another dimension.
        """
        return self.layers[-1].finite(self.activations(point)[-1])

    def activations(self, point: Sequence[Fraction]) -> tuple[Vector, ...]:
        """The point followed by the values of every hidden layer at it, all finite."""
        values = [tuple(point)]
        for layer in self.layers[:-1]:
            values.append(tuple(number.relu() for number in layer(values[-1])))
        return tuple(values)

    def with_infinity(self, values: Sequence[Fraction]) -> Network:
        """The ordinary network with a number for infinity in each layer.

        At every point it has the same value as this network once the numbers are large enough,
        chosen layer by layer; how large depends on the point (for a grid of points: T23).

        Raises:
            ShapeError: there is not one number per layer.
        """
        if len(values) != len(self.layers):
            raise ShapeError(f"infinity: expected {len(self.layers)} numbers, got {len(values)}")
        return Network(
            tuple(
                layer.with_infinity(value) for layer, value in zip(self.layers, values, strict=True)
            )
        )
