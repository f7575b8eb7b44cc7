"""The ONNX operators Upsample and Resize to the nearest place: copies of elements.

The place is computed exactly from the scale that is stored; where two places are equally near,
float32 evaluation may choose the other one.
"""

from fractions import Fraction
from math import prod

import numpy as np
from onnx import TensorProto

from verify.formats.onnx_node import Node
from verify.formats.onnx_value import Constant, Shape, Value, refuse_large

_ZERO = Fraction(0)


def upsampling(node: Node) -> Value:
    """The element at floor(place / scale) of every axis."""
    if node.optional(1) is None:
        values = np.asarray(node.attributes.get("scales", ()), np.float32)
        return _nearest(node, Constant(values, TensorProto.FLOAT, node.place))
    return _nearest(node, node.constant(1))


def resizing(node: Node) -> Value:
    """The nearest element, by scales or sizes, in the coordinates that the node names."""
    if node.integer("antialias", 0) or "axes" in node.attributes:
        raise node.unsupported("antialias and axes are not read")
    if node.word("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise node.unsupported("only the policy 'stretch' is read")
    scales = node.optional(1 if node.opset < 11 else 2)
    if scales is not None and 0 not in scales.shape:
        return _nearest(node, node.constant(1 if node.opset < 11 else 2))
    sizes, shape = node.constant(3).integers, node.operand(0).shape
    if len(sizes) != len(shape) or 0 in shape:
        raise node.malformed(f"sizes {list(sizes)} do not fit {list(shape)}")
    factors = [Fraction(new, old) for new, old in zip(sizes, shape, strict=True)]
    return _copied(node, factors, sizes)


def _nearest(node: Node, scales: Constant) -> Value:
    factors, shape = list(scales.exact.flat), node.operand(0).shape
    if len(factors) != len(shape) or min(factors) <= 0:
        raise node.malformed(f"expected a positive scale for each axis of {list(shape)}")
    sizes = tuple(int(size * factor) for size, factor in zip(shape, factors, strict=True))
    return _copied(node, factors, sizes)


def _copied(node: Node, scales: list[Fraction], sizes: Shape) -> Value:
    flow = node.flow(0)
    if node.word("mode", "nearest") != "nearest":
        raise node.unsupported("only the mode 'nearest' is read")
    if min(sizes, default=0) < 1:
        raise node.malformed(f"its result would have the sizes {list(sizes)}")
    refuse_large(prod(sizes), node.place)
    rule = _Nearest(node)
    places = [
        [rule.place(n, old, new, scale) for n in range(new)]
        for old, new, scale in zip(flow.shape, sizes, scales, strict=True)
    ]
    return flow.arranged(flow.index[np.ix_(*places)])


class _Nearest:
    """Where the element of a new place comes from."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._coordinates, self._rounding = "asymmetric", "floor"
        if node.opset >= 11:
            self._coordinates = node.word("coordinate_transformation_mode", "half_pixel")
            self._rounding = node.word("nearest_mode", "round_prefer_floor")

    def place(self, number: int, old: int, new: int, scale: Fraction) -> int:
        """The old place of a new one."""
        exact = self._coordinate(Fraction(number), old, new, scale)
        return min(max(self._rounded(exact), 0), old - 1)

    def _coordinate(self, number: Fraction, old: int, new: int, scale: Fraction) -> Fraction:
        half = Fraction(1, 2)
        match self._coordinates:
            case "asymmetric":
                return number / scale
            case "half_pixel":
                return (number + half) / scale - half
            case "pytorch_half_pixel":
                return (number + half) / scale - half if new > 1 else _ZERO
            case "align_corners":
                return number * (old - 1) / (new - 1) if new > 1 else _ZERO
            case _:
                pass
        raise self._node.unsupported(
            f"the coordinate_transformation_mode {self._coordinates!r} is not read"
        )

    def _rounded(self, value: Fraction) -> int:
        half = Fraction(1, 2)
        match self._rounding:
            case "floor":
                return value.__floor__()
            case "ceil":
                return value.__ceil__()
            case "round_prefer_floor":
                return (value - half).__ceil__()
            case "round_prefer_ceil":
                return (value + half).__floor__()
            case _:
                pass
        raise self._node.malformed(f"unknown nearest_mode {self._rounding!r}")
