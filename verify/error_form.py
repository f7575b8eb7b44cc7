"""Errors of a layer's values as linear forms in shared unknowns, so that they may cancel.

The error of value i is shared_i . s + own_i t_i for some unknown s in [-1, 1]^k and t_i in
[-1, 1]; what is computed from such errors by an affine map is again a form in the same
unknowns. Adding absolute values layer by layer would lose all cancellation, and its bound grows
with the product of the norms of the weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat

from theory.network import ZERO, Affine, Vector

Interval = tuple[Fraction, Fraction]

_LARGEST = 2_000_000  # entries; beyond, the unknowns are not shared any more


@dataclass(frozen=True, slots=True)
class ErrorForms:
    """The errors of some values.

    Attributes:
        shared: Coefficients of the shared unknowns, a row for every value.
        own: The size of every value's own unknown.
    """

    shared: tuple[Vector, ...]
    own: Vector

    @staticmethod
    def independent(sizes: Sequence[Fraction]) -> "ErrorForms":
        """Errors of at most these sizes, of which nothing more is known."""
        return ErrorForms(((),) * len(sizes), tuple(sizes))

    @property
    def sizes(self) -> Vector:
        """A bound on the absolute value of every error."""
        return tuple(
            sum(map(abs, row), own) for row, own in zip(self.shared, self.own, strict=True)
        )

    def through(self, layer: Affine) -> "ErrorForms":
        """The errors of W x, where these are the errors of x."""
        known = len(self.shared[0]) if self.shared else 0
        if layer.outputs * (known + layer.inputs) > _LARGEST:
            sizes = self.sizes
            return ErrorForms.independent(
                [sum((abs(w) * sizes[column] for column, w in row), ZERO) for row in layer.rows]
            )
        moved = _product(layer, self.shared, known)
        scaled = [
            tuple(weight * own for weight, own in zip(row, self.own, strict=True) if own)
            for row in layer.weight
        ]
        shared = tuple((*old, *new) for old, new in zip(moved, scaled, strict=True))
        return ErrorForms(shared, (ZERO,) * layer.outputs)

    def plus(self, sizes: Sequence[Fraction]) -> "ErrorForms":
        """With further errors of at most these sizes."""
        own = tuple(old + new for old, new in zip(self.own, sizes, strict=True))
        return ErrorForms(self.shared, own)

    def rectified(self, ranges: Sequence[Interval]) -> "ErrorForms":
        """The errors of relu(x), where x lies in these ranges.

        relu(x + e) - relu(x) = q e with q in [0, 1]; q = 1 where x and x + e cannot be negative,
        q = 0 where they cannot be positive, else q e = e/2 + (q - 1/2) e.
        """
        rows, own = [], []
        for row, size, old, (low, high) in zip(
            self.shared, self.sizes, self.own, ranges, strict=True
        ):
            half = Fraction(1) if low >= size else Fraction(0 if high <= -size else 1, 2)
            rows.append(row if half == 1 else tuple(half * entry for entry in row))
            own.append(old if half == 1 else half * (old + size))
        return ErrorForms(tuple(rows), tuple(own))


def _product(layer: Affine, forms: Sequence[Vector], columns: int) -> list[Vector]:
    """The rows of W F, exactly."""
    if not columns:
        return [()] * layer.outputs
    weight = fmpq_mat(layer.outputs, layer.inputs, [_fmpq(w) for row in layer.weight for w in row])
    shared = fmpq_mat(layer.inputs, columns, [_fmpq(entry) for row in forms for entry in row])
    return [
        tuple(Fraction(int(entry.p), int(entry.q)) for entry in row)
        for row in (weight * shared).table()
    ]


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)
