"""ONNX operators that take means and maxima: pools over windows, reductions over axes."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod

from theory.network import Row
from verify.formats.onnx_node import Node
from verify.formats.onnx_value import Flow, Shape, Value, refuse_large
from verify.formats.onnx_window import OUTSIDE, Window, window_of

_ZERO = Fraction(0)


def average_pool(node: Node) -> Value:
    """The mean of what lies under a window; padding counts if count_include_pad says so.

    What lies beyond the padding, under the last windows with ceil_mode, never counts.
    """
    flow, window = _pooled(node)
    counted = bool(node.integer("count_include_pad", 0))
    rows: list[Row] = []
    for entries in window.windows(flow.index):
        inside = [entry for entry in entries if entry >= 0]
        count = sum(entry != OUTSIDE for entry in entries) if counted else len(inside)
        if not count:
            raise _all_padding(node)
        rows.append(tuple((entry, Fraction(1, count)) for entry in inside))
    return flow.mapped(rows, [_ZERO] * len(rows), (*flow.shape[:2], *window.places))


def max_pool(node: Node) -> Value:
    """The greatest element under a window; padding is minus infinity and so left out."""
    flow, window = _pooled(node)
    choices = []
    for entries in window.windows(flow.index):
        inside = tuple(entry for entry in entries if entry >= 0)
        if not inside:
            raise _all_padding(node)
        choices.append(inside)
    shape = (*flow.shape[:2], *window.places)
    return flow.of(flow.wiring.maxima(flow.bundle, choices), shape)


def _all_padding(node: Node) -> Exception:
    return node.unsupported("a window holds nothing but padding")


def _pooled(node: Node) -> tuple[Flow, Window]:
    """The value and the window of a pool."""
    flow = node.flow(0)
    kernel = node.integers("kernel_shape")
    if kernel is None or len(flow.shape) < 3 or len(kernel) != len(flow.shape) - 2:
        raise node.malformed(
            f"expected an input with channels and {len(kernel or ())} spatial axes"
        )
    window = window_of(node, flow.shape[2:], kernel)
    refuse_large(prod(flow.shape[:2]) * prod(window.places) * prod(kernel), node.place)
    return flow, window


def global_average(node: Node) -> Value:
    """The mean of every channel."""
    return _mean(node, _spatial(node), keep=True)


def global_maximum(node: Node) -> Value:
    """The greatest element of every channel."""
    return _greatest(node, _spatial(node), keep=True, sign=1)


def _spatial(node: Node) -> Shape:
    axes = tuple(range(2, len(node.flow(0).shape)))
    if not axes:
        raise node.malformed("expected an input with spatial axes")
    return axes


def reduced_sum(node: Node) -> Value:
    """The sum over some axes, or all."""
    axes, keep = _axes(node)
    return node.flow(0) if axes is None else _summed(node, axes, keep, Fraction(1))


def reduced_mean(node: Node) -> Value:
    """The mean over some axes, or all."""
    axes, keep = _axes(node)
    return node.flow(0) if axes is None else _mean(node, axes, keep)


def reduced_maximum(node: Node) -> Value:
    """The maximum over some axes, or all."""
    axes, keep = _axes(node)
    return node.flow(0) if axes is None else _greatest(node, axes, keep, 1)


def reduced_minimum(node: Node) -> Value:
    """The minimum over some axes, or all."""
    axes, keep = _axes(node)
    return node.flow(0) if axes is None else _greatest(node, axes, keep, -1)


def _axes(node: Node) -> tuple[Shape | None, bool]:
    """The axes of a reduction, None for no reduction at all; and whether they stay, of size 1."""
    count = len(node.flow(0).shape)
    axes = node.integers("axes")
    if node.optional(1) is not None:
        axes = node.constant(1).integers
    keep = bool(node.integer("keepdims", 1))
    if not axes:
        return (None if node.integer("noop_with_empty_axes", 0) else tuple(range(count))), keep
    if not all(-count <= axis < count for axis in axes):
        raise node.malformed(f"there are no axes {list(axes)} in {list(node.flow(0).shape)}")
    return tuple(sorted({axis % count for axis in axes})), keep


def _lines(flow: Flow, axes: Shape, keep: bool) -> tuple[list[list[int]], Shape]:
    """The elements that are reduced to one, for every element of the result; and its shape."""
    others = [axis for axis in range(len(flow.shape)) if axis not in axes]
    left = [flow.shape[axis] for axis in others]
    count = prod(flow.shape[axis] for axis in axes)
    lines = flow.index.transpose(*others, *axes).reshape(prod(left), count)
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(flow.shape))
    return lines.tolist(), kept if keep else tuple(left)


def _mean(node: Node, axes: Shape, keep: bool) -> Value:
    count = prod(node.flow(0).shape[axis] for axis in axes)
    if not count:
        raise node.malformed("the mean of no elements")
    return _summed(node, axes, keep, Fraction(1, count))


def _summed(node: Node, axes: Shape, keep: bool, weight: Fraction) -> Value:
    flow = node.flow(0)
    lines, shape = _lines(flow, axes, keep)
    return flow.mapped(_rows(lines, weight), [_ZERO] * len(lines), shape)


def _rows(lines: Sequence[Iterable[int]], weight: Fraction) -> list[Row]:
    return [tuple((entry, weight) for entry in sorted(line)) for line in lines]


def _greatest(node: Node, axes: Shape, keep: bool, sign: int) -> Value:
    flow = node.flow(0).scaled(Fraction(sign))
    lines, shape = _lines(flow, axes, keep)
    if not all(lines):
        raise node.malformed("the maximum of no elements")
    best = flow.wiring.maxima(flow.bundle, [tuple(line) for line in lines])
    return flow.of(best, shape).scaled(Fraction(sign))
