"""ONNX operators that join, cut, pad and repeat tensors: no arithmetic, elements only move."""

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import prod

import numpy as np
from onnx import TensorProto

from theory.graphs.wiring import Bundle
from theory.network import Row
from verify.formats.onnx_arrangement import arranged
from verify.formats.onnx_elementwise import broadcast_shape, refuse_mixed_kinds
from verify.formats.onnx_node import Node
from verify.formats.onnx_value import Array, Constant, Flow, Shape, Value, refuse_large

_ZERO, _ONE = Fraction(0), Fraction(1)
_MODES = ("constant", "reflect", "edge", "wrap")


def shape_of(node: Node) -> Value:
    """The sizes of the axes, as a constant."""
    shape = node.operand(0).shape
    start, end = node.integer("start", 0), node.integer("end", len(shape))
    sizes = np.asarray(shape, np.int64)[slice(start, end)]
    return Constant(sizes, TensorProto.INT64, node.place)


def concatenation(node: Node) -> Value:
    """The operands one after the other along an axis; empty ones add nothing."""
    operands = [node.operand(number) for number in range(max(1, len(node.operands)))]
    for operand in operands[1:]:
        refuse_mixed_kinds(node, operands[0], operand)
    axis = node.integer("axis", 1 if node.opset < 4 else 0)
    flow = next((operand for operand in operands if isinstance(operand, Flow)), None)
    starts = [sum(prod(one.shape) for one in operands[:n]) for n in range(len(operands))]
    indices = [
        np.arange(start, start + prod(one.shape)).reshape(one.shape)
        for start, one in zip(starts, operands, strict=True)
    ]
    try:
        order = np.concatenate(indices, axis)
    except (ValueError, OverflowError) as error:
        raise node.malformed(str(error)) from None
    if flow is None:
        return _joined_constants(node, operands, order)
    joined = reduce(Bundle.joined, map(_bundle, operands))
    return flow.of(joined.picked(order.ravel().tolist()), order.shape)


def _joined_constants(node: Node, operands: Sequence[Value], order: Array) -> Constant:
    parts = [one for one in operands if isinstance(one, Constant)]
    exact = any(part.values.dtype == object for part in parts)
    values = np.concatenate([(part.exact if exact else part.values).ravel() for part in parts])
    return Constant(values[order], parts[0].kind, node.place)


def _bundle(operand: Value) -> Bundle:
    if isinstance(operand, Flow):
        return operand.bundle
    values = tuple(operand.exact.flat)
    return Bundle(((),) * len(values), values, 0)


def slicing(node: Node) -> Value:
    """Some places of some axes: from starts to before ends in steps."""
    shape = node.operand(0).shape
    if node.opset < 10:
        starts, ends = node.integers("starts") or (), node.integers("ends") or ()
        axes, steps = node.integers("axes"), None
    else:
        starts, ends = node.constant(1).integers, node.constant(2).integers
        axes = None if node.optional(3) is None else node.constant(3).integers
        steps = None if node.optional(4) is None else node.constant(4).integers
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = (1,) * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise node.malformed("starts, ends, axes and steps do not fit")
    cuts = [slice(None)] * len(shape)
    for axis, *cut in zip(axes, starts, ends, steps, strict=True):
        cuts[_axis(node, axis, shape)] = slice(*cut)
    return arranged(node, lambda index: index[tuple(cuts)])


def _axis(node: Node, axis: int, shape: Shape) -> int:
    if not -len(shape) <= axis < len(shape):
        raise node.malformed(f"there is no axis {axis} in {list(shape)}")
    return axis % len(shape)


def splitting(node: Node) -> tuple[Value, ...]:
    """The parts of a tensor along an axis, one for each output."""
    shape = node.operand(0).shape
    axis = _axis(node, node.integer("axis", 0), shape)
    sizes = node.integers("split")
    if node.optional(1) is not None:
        sizes = node.constant(1).integers
    if sizes is None:
        largest = -(-shape[axis] // node.results)
        last = shape[axis] - largest * (node.results - 1)
        if last < 0 or (node.opset < 18 and last != largest):
            raise node.malformed(f"{shape[axis]} places do not make {node.results} equal parts")
        sizes = (*(largest,) * (node.results - 1), last)
    if len(sizes) != node.results or sum(sizes) != shape[axis] or min(sizes) < 0:
        raise node.malformed(f"parts {list(sizes)} do not fit axis {axis} of {list(shape)}")
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    return tuple(
        _part(node, axis, slice(end - size, end)) for size, end in zip(sizes, ends, strict=True)
    )


def _part(node: Node, axis: int, places: slice) -> Value:
    return arranged(node, lambda index: index[(*(slice(None),) * axis, places)])


def gathering(node: Node) -> Value:
    """The places of an axis that constant indices name."""
    shape, places = node.operand(0).shape, node.constant(1)
    axis = _axis(node, node.integer("axis", 0), shape)
    if places.values.dtype.kind not in "iuO":
        raise node.malformed("expected integers as indices")
    chosen = np.asarray([int(entry) for entry in places.values.flat], np.int64)
    if not all(-shape[axis] <= entry < shape[axis] for entry in chosen.tolist()):
        raise node.malformed(f"an index is outside of axis {axis} of {list(shape)}")
    return arranged(node, lambda index: index.take(chosen.reshape(places.shape), axis))


def expansion(node: Node) -> Value:
    """The tensor repeated to a shape that it stretches to."""
    shape = broadcast_shape(node, node.operand(0).shape, node.constant(1).integers)
    return arranged(node, lambda index: np.broadcast_to(index, shape))


def tiling(node: Node) -> Value:
    """The tensor repeated along every axis."""
    repeats, shape = node.constant(1).integers, node.operand(0).shape
    if len(repeats) != len(shape) or min(repeats, default=0) < 0:
        raise node.malformed(f"expected a number of copies for each axis of {list(shape)}")
    refuse_large(prod(shape) * prod(repeats), node.place)
    return arranged(node, lambda index: np.tile(index, repeats))


def depth_to_space(node: Node) -> Value:
    """Channels spread over squares of pixels, as sub-pixel convolutions end."""
    (count, channels, rows, columns), size = _squares(node)
    if channels % size**2:
        raise node.malformed(f"{channels} channels do not make squares of {size} x {size}")
    depth = channels // size**2
    if node.word("mode", "DCR") == "DCR":
        shape, order = (count, size, size, depth, rows, columns), (0, 3, 4, 1, 5, 2)
    else:
        shape, order = (count, depth, size, size, rows, columns), (0, 1, 4, 2, 5, 3)
    wide = (count, depth, rows * size, columns * size)
    return arranged(node, lambda index: index.reshape(shape).transpose(order).reshape(wide))


def space_to_depth(node: Node) -> Value:
    """Squares of pixels gathered in channels."""
    (count, channels, rows, columns), size = _squares(node)
    if rows % size or columns % size:
        raise node.malformed(f"{rows} x {columns} pixels do not make squares of {size} x {size}")
    shape = (count, channels, rows // size, size, columns // size, size)
    deep = (count, channels * size**2, rows // size, columns // size)
    order = (0, 3, 5, 1, 2, 4)
    return arranged(node, lambda index: index.reshape(shape).transpose(order).reshape(deep))


def _squares(node: Node) -> tuple[Shape, int]:
    shape, size = node.operand(0).shape, node.integer("blocksize", 0)
    if len(shape) != 4 or size < 1:
        raise node.malformed("expected images with channels and a blocksize of at least 1")
    return shape, size


def padding(node: Node) -> Value:
    """The tensor with more places around it, constant or copies; negative pads cut off."""
    flow = node.flow(0)
    pads, number = _pads(node)
    mode = node.word("mode", "constant")
    if mode not in _MODES:
        raise node.malformed(f"unknown mode {mode!r}")
    more = [(max(0, one), max(0, other)) for one, other in pads]
    refuse_large(
        prod(size + sum(pair) for size, pair in zip(flow.shape, more, strict=True)), node.place
    )
    try:
        if mode == "constant":
            index = np.pad(flow.index, more, constant_values=-1)
        else:
            index = np.pad(flow.index, more, mode=mode)  # type: ignore[call-overload]
    except (ValueError, OverflowError) as error:
        raise node.malformed(str(error)) from None
    cuts = zip(index.shape, pads, strict=True)
    index = index[tuple(slice(max(0, -a), size - max(0, -b)) for size, (a, b) in cuts)]
    rows: list[Row] = [((entry, _ONE),) if entry >= 0 else () for entry in index.flat]
    return flow.mapped(rows, [_ZERO if row else number for row in rows], index.shape)


def _lone(node: Node, number: Constant) -> Fraction:
    refuse_mixed_kinds(node, node.operand(0), number)
    if number.values.size != 1:
        raise node.malformed("expected one number as constant_value")
    found: Fraction = number.exact.reshape(-1)[0]
    return found


def _pads(node: Node) -> tuple[list[tuple[int, int]], Fraction]:
    """How many places are added before and after every axis, and the number in them."""
    count = len(node.operand(0).shape)
    axes, number = tuple(range(count)), _ZERO
    if node.opset < 11:
        ends = node.integers("pads" if node.opset > 1 else "paddings") or ()
        number = node.number("value", 0.0)
    else:
        ends = node.constant(1).integers
        if node.optional(2) is not None:
            number = _lone(node, node.constant(2))
        if node.optional(3) is not None:
            shape = node.operand(0).shape
            axes = tuple(_axis(node, axis, shape) for axis in node.constant(3).integers)
    if len(ends) != 2 * len(axes):
        raise node.malformed(f"expected {2 * len(axes)} pads, got {len(ends)}")
    found = [(0, 0)] * count
    for place, axis in enumerate(axes):
        found[axis] = (ends[place], ends[place + len(axes)])
    return found, number
