"""Which numbers, and so which networks, are floats without rounding."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from theory.network import Affine, Network


class Exactness(IntEnum):
    """The least kind of number that holds a value without rounding."""

    FLOAT32 = 0
    FLOAT64 = 1
    RATIONAL = 2

    @property
    def text(self) -> str:
        """`float32`, `float64` or `rational`."""
        return self.name.lower()


def exactness(value: Fraction) -> Exactness:
    """The least kind that holds the number; subnormal floats count as floats."""
    if value.denominator & (value.denominator - 1):
        return Exactness.RATIONAL
    try:
        double = float(value)
        if Fraction(double) != value:
            return Exactness.RATIONAL
        single = struct.unpack("<f", struct.pack("<f", double))[0]
    except OverflowError:
        return Exactness.RATIONAL if abs(value) > _LARGEST_FLOAT64 else Exactness.FLOAT64
    return Exactness.FLOAT32 if single == double else Exactness.FLOAT64


_LARGEST_FLOAT64 = (2 - Fraction(1, 2**52)) * 2**1023


@dataclass(frozen=True, slots=True)
class Entry:
    """A weight or bias and its place; column None is the bias."""

    layer: int
    row: int
    column: int | None
    value: Fraction

    @property
    def place(self) -> str:
        """`layer 0, row 3, column 2` or `layer 0, row 3, bias`."""
        column = "bias" if self.column is None else f"column {self.column}"
        return f"layer {self.layer}, row {self.row}, {column}"


def entries(layer: Affine, number: int) -> Iterator[Entry]:
    """The nonzero weights and the biases of a layer, with their places."""
    for index, (row, bias) in enumerate(zip(layer.rows, layer.bias, strict=True)):
        for column, weight in row:
            yield Entry(number, index, column, weight)
        yield Entry(number, index, None, bias)


def layer_exactness(layer: Affine) -> Exactness:
    """The least kind that holds every number of the layer."""
    return max((exactness(entry.value) for entry in entries(layer, 0)), default=Exactness.FLOAT32)


def network_exactness(network: Network) -> Exactness:
    """The least kind that holds every number of the network."""
    return max(map(layer_exactness, network.layers))


def inexact_entries(network: Network, kind: Exactness) -> tuple[Entry, ...]:
    """The weights and biases that this kind of number does not hold."""
    return tuple(
        entry
        for number, layer in enumerate(network.layers)
        for entry in entries(layer, number)
        if exactness(entry.value) > kind
    )
