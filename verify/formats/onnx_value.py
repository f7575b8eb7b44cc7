"""The values of an ONNX graph: constants, and the one running value of a chain.

A tensor is read as the vector of its elements, row by row (the last axis runs fastest). The
running value is an affine function of the activations after the last ReLU; every operator
that is affine is composed into it exactly, and a ReLU closes a layer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from theory.network import Affine, Network, Row
from verify.errors import FormatError, UnsupportedError

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

MOST_ENTRIES = 2**23

FLOATS = (TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.FLOAT, TensorProto.DOUBLE)
INTEGERS = (TensorProto.INT8, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64)
NATURALS = (TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64)
KINDS = (*FLOATS, *INTEGERS, *NATURALS, TensorProto.BOOL)


def kind_name(kind: int) -> str:
    """The name of an element type: FLOAT, INT64, ..."""
    known = kind in TensorProto.DataType.values()
    return str(TensorProto.DataType.Name(kind)) if known else f"number {kind}"


def fractions(values: Iterable[Fraction], shape: Shape) -> Array:
    """An array of exact numbers with this shape."""
    numbers = list(values)
    found = np.empty(len(numbers), dtype=object)
    found[:] = numbers
    return found.reshape(shape)


def exact_array(values: Any) -> Array:
    """Exact numbers as an array: numpy makes a lone number of an array without axes."""
    return np.asarray(values, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A tensor that does not depend on the input.

    Attributes:
        values: Stored numbers as they are in the file, or computed ones as `Fraction`.
        kind: The element type, as in `onnx.TensorProto`.
        place: Where it is, for messages.
    """

    values: Array
    kind: int
    place: str

    @property
    def shape(self) -> Shape:
        """The sizes of the axes."""
        return self.values.shape

    @property
    def exact(self) -> Array:
        """The numbers as an array of `Fraction`: every float is the rational that it is.

        Raises:
            FormatError: a number is infinite or not a number.
        """
        if self.values.dtype == object:
            return self.values
        if self.kind not in FLOATS:
            return fractions((Fraction(int(value)) for value in self.values.flat), self.shape)
        doubles = self.values.astype(np.float64)  # exact: no float type here is wider
        finite = np.isfinite(doubles)
        if not finite.all():
            place = [int(axis) for axis in np.argwhere(~finite)[0]]
            raise FormatError(self.place, f"entry {place} is {doubles[tuple(place)]}, not a number")
        return fractions(map(Fraction, doubles.ravel().tolist()), self.shape)

    @property
    def integers(self) -> tuple[int, ...]:
        """The numbers of a list of sizes or axes.

        Raises:
            FormatError: they are not integers.
        """
        if self.kind in FLOATS or self.values.ndim > 1:
            raise FormatError(self.place, "expected a list of integers")
        return tuple(int(value) for value in self.values.flat)

    def scaled(self, factor: Fraction) -> "Constant":
        """The constant times a number."""
        if factor == 1:
            return self
        return Constant(exact_array(self.exact * factor), self.kind, self.place)


@dataclass(frozen=True, slots=True)
class Flow:
    """The running value of a chain.

    Attributes:
        shape: The sizes of its axes.
        kind: Its element type, as in `onnx.TensorProto`.
        width: The number of activations after the last ReLU, or of inputs before the first.
        layers: The layers that are closed by a ReLU.
        pending: The affine map from those activations to the elements; None is the identity.
    """

    shape: Shape
    kind: int
    width: int
    layers: tuple[Affine, ...] = ()
    pending: Affine | None = None

    @property
    def index(self) -> Array:
        """The number of every element, in an array of this shape."""
        return np.arange(prod(self.shape)).reshape(self.shape)

    def mapped(self, rows: Sequence[Row], bias: Sequence[Fraction], shape: Shape) -> "Flow":
        """The value after an affine map of the elements to a tensor of the shape."""
        affine = Affine(prod(self.shape), tuple(rows), tuple(bias))
        pending = affine if self.pending is None else affine.after(self.pending)
        return Flow(shape, self.kind, self.width, self.layers, pending)

    def arranged(self, index: Array) -> "Flow":
        """The value whose elements are those with these numbers."""
        order = index.ravel().tolist()
        if order == list(range(prod(self.shape))):
            return Flow(index.shape, self.kind, self.width, self.layers, self.pending)
        rows = [((source, Fraction(1)),) for source in order]
        return self.mapped(rows, [Fraction(0)] * len(order), index.shape)

    def rectified(self) -> "Flow":
        """The value after a ReLU; one directly after another changes nothing."""
        if self.layers and self.pending is None:
            return self
        layers = (*self.layers, self._closing)
        return Flow(self.shape, self.kind, prod(self.shape), layers)

    @property
    def network(self) -> Network:
        """The network from the input's elements to this value's elements."""
        return Network((*self.layers, self._closing))

    @property
    def _closing(self) -> Affine:
        if self.pending is not None:
            return self.pending
        rows = tuple(((column, Fraction(1)),) for column in range(self.width))
        return Affine(self.width, rows, (Fraction(0),) * self.width)


Value = Constant | Flow


def refuse_large(entries: int, place: str) -> None:
    """Raise where an exact tensor or map would not fit into memory.

    Raises:
        UnsupportedError: there are more than 2^23 entries.
    """
    if entries > MOST_ENTRIES:
        raise UnsupportedError(place, f"{entries} numbers; at most {MOST_ENTRIES} are read exactly")
