"""The ONNX operator ConvTranspose: every element spreads a kernel over the result."""

from fractions import Fraction
from math import prod

import numpy as np

from theory.network import Row
from verify.formats.onnx_elementwise import refuse_mixed_kinds
from verify.formats.onnx_node import Node
from verify.formats.onnx_product import channel_bias
from verify.formats.onnx_value import Shape, Value, refuse_large
from verify.formats.onnx_window import spaced

_Rows = list[dict[int, Fraction]]


def transposed_convolution(node: Node) -> Value:
    """The sum of all kernels, each times an element of the input and placed where that says."""
    flow, weight = node.flow(0), node.constant(1)
    refuse_mixed_kinds(node, flow, weight)
    group = node.integer("group", 1)
    fits = len(flow.shape) == len(weight.shape) > 2 and group > 0 and 0 not in weight.shape
    if not fits or flow.shape[1] != weight.shape[0] or flow.shape[1] % group:
        raise node.malformed(
            f"an input {list(flow.shape)} does not fit the weights {list(weight.shape)} in "
            f"{group} groups"
        )
    stride, dilation, before, places = _placement(node, flow.shape[2:], weight.shape[2:])
    refuse_large(prod(flow.shape) * prod(weight.shape[1:]), node.place)
    shape = (flow.shape[0], weight.shape[1] * group, *places)
    refuse_large(prod(shape), node.place)
    target = np.arange(prod(shape)).reshape(shape)
    rows: _Rows = [{} for _ in range(prod(shape))]
    share, exact = flow.shape[1] // group, weight.exact
    for image, channel, *position in np.ndindex(*flow.shape):
        source = int(flow.index[(image, channel, *position)])
        for part, *place in np.ndindex(*weight.shape[1:]):
            spread = zip(position, place, stride, dilation, before, strict=True)
            reached = tuple(at * step + inner * gap - pad for at, inner, step, gap, pad in spread)
            if all(0 <= at < size for at, size in zip(reached, places, strict=True)):
                output = channel // share * weight.shape[1] + part
                row = rows[int(target[(image, output, *reached)])]
                row[source] = row.get(source, Fraction(0)) + exact[(channel, part, *place)]
    found: list[Row] = [tuple((n, w) for n, w in sorted(row.items()) if w) for row in rows]
    return flow.mapped(found, channel_bias(node, shape), shape)


def _placement(node: Node, sizes: Shape, kernel: Shape) -> tuple[Shape, Shape, Shape, Shape]:
    """Strides, dilations, what is cut off before, and the sizes of the result."""
    axes = len(sizes)
    if node.word("auto_pad", "NOTSET") not in {"NOTSET", "VALID"} or "output_shape" in (
        node.attributes
    ):
        raise node.unsupported("is read with pads, not with output_shape or auto_pad")
    if (node.integers("kernel_shape") or kernel) != kernel:
        raise node.malformed("kernel_shape is not that of the weights")
    stride, dilation = spaced(node, axes)
    pads = node.integers("pads") or (0,) * (2 * axes)
    more = node.integers("output_padding") or (0,) * axes
    if len(pads) != 2 * axes or len(more) != axes or min(*pads, *more) < 0:
        raise node.malformed("strides, dilations or pads do not fit the input")
    places = tuple(
        stride[n] * (sizes[n] - 1)
        + more[n]
        + (kernel[n] - 1) * dilation[n]
        + 1
        - pads[n]
        - pads[axes + n]
        for n in range(axes)
    )
    if min(places) < 1:
        raise node.malformed(f"its result would have the sizes {list(places)}")
    return stride, dilation, pads[:axes], places
