"""The values of an ONNX graph: constants, and tensors that depend on the network's input.

A tensor is read as the vector of its elements, row by row (the last axis runs fastest). Each
element is an affine function of the values of one circuit (`theory.graphs.circuit`): every operator
that is affine is composed exactly, and a ReLU or a gadget adds units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from theory.graphs.spline import Spline
from theory.graphs.wiring import Bundle, Wiring
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
        with np.errstate(invalid="ignore"):  # a signalling NaN, which is refused below
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
    """A tensor that depends on the network's input.

    Attributes:
        shape: The sizes of its axes.
        kind: Its element type, as in `onnx.TensorProto`.
        wiring: The circuit that all of the graph is built into.
        bundle: The elements, as affine functions of the values of the circuit.
    """

    shape: Shape
    kind: int
    wiring: Wiring
    bundle: Bundle

    @property
    def index(self) -> Array:
        """The number of every element, in an array of this shape."""
        return np.arange(prod(self.shape)).reshape(self.shape)

    def of(self, bundle: Bundle, shape: Shape) -> "Flow":
        """Another tensor of the same circuit and element type."""
        return Flow(shape, self.kind, self.wiring, bundle)

    def mapped(self, rows: Sequence[Row], bias: Sequence[Fraction], shape: Shape) -> "Flow":
        """The value after an affine map of the elements to a tensor of the shape."""
        return self.of(self.bundle.mapped(Affine(self.size, tuple(rows), tuple(bias))), shape)

    def arranged(self, index: Array) -> "Flow":
        """The value whose elements are those with these numbers."""
        return self.of(self.bundle.picked(index.ravel().tolist()), index.shape)

    def scaled(self, factor: Fraction) -> "Flow":
        """The value times a number."""
        if factor == 1:
            return self
        rows = tuple(((entry, factor),) if factor else () for entry in range(self.size))
        return self.mapped(rows, (Fraction(0),) * self.size, self.shape)

    def rectified(self) -> "Flow":
        """The value after a ReLU; one directly after another changes nothing."""
        return self.of(self.wiring.rectified(self.bundle), self.shape)

    def curved(self, functions: Sequence[Spline]) -> "Flow":
        """The value after one spline of each element."""
        return self.of(self.wiring.splines(self.bundle, functions), self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.bundle.size

    @property
    def network(self) -> Network:
        """The network from the input's elements to this value's elements."""
        return self.wiring.network(self.bundle)


Value = Constant | Flow


def refuse_large(entries: int, place: str) -> None:
    """Raise where an exact tensor or map would not fit into memory.

    Raises:
        UnsupportedError: there are more than 2^23 entries.
    """
    if entries > MOST_ENTRIES:
        raise UnsupportedError(place, f"{entries} numbers; at most {MOST_ENTRIES} are read exactly")
