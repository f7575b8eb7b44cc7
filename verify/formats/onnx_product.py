"""ONNX operators that are products with a constant matrix: MatMul, Gemm and Conv."""

from fractions import Fraction
from math import prod

import numpy as np

from theory.network import Row
from verify.formats.onnx_elementwise import addition, broadcast_shape, refuse_mixed_kinds
from verify.formats.onnx_node import Node, product_error
from verify.formats.onnx_value import Array, Constant, Flow, Shape, Value, exact_array, refuse_large
from verify.formats.onnx_window import window_of

_ZERO = Fraction(0)


def matrix_product(node: Node) -> Value:
    """The product of two matrices or stacks of them, as numpy's matmul; one is constant."""
    first, second = node.operand(0), node.operand(1)
    refuse_mixed_kinds(node, first, second)
    left, right = _matrices(node, first, second)
    batch, rows, columns = left.shape[:-2], left.shape[-2], right.shape[-1]
    kept = (rows,) if len(first.shape) > 1 else ()
    shape = (*batch, *kept, *((columns,) if len(second.shape) > 1 else ()))
    if isinstance(first, Constant) and isinstance(second, Constant):
        values = exact_array(np.matmul(left, right)).reshape(shape)
        return Constant(values, first.kind, node.place)
    found: list[Row] = []
    for position in np.ndindex(*batch):
        lines, stripes = left[position].tolist(), right[position].T.tolist()
        if isinstance(first, Flow):
            found.extend(_row(line, stripe) for line in lines for stripe in stripes)
        else:
            found.extend(_row(stripe, line) for line in lines for stripe in stripes)
    return _only_flow(node, first, second).mapped(found, [_ZERO] * len(found), shape)


def _matrices(node: Node, first: Value, second: Value) -> tuple[Array, Array]:
    """Both operands as stacks of matrices: numbers of a constant, element numbers of a flow."""
    if not first.shape or not second.shape:
        raise node.malformed("expected two tensors with at least one axis")
    left = first.exact if isinstance(first, Constant) else first.index
    right = second.exact if isinstance(second, Constant) else second.index
    left = left if left.ndim > 1 else left[np.newaxis, :]
    right = right if right.ndim > 1 else right[:, np.newaxis]
    if left.shape[-1] != right.shape[-2]:
        shapes = f"{list(first.shape)} and {list(second.shape)}"
        raise node.malformed(f"shapes {shapes} do not fit")
    batch = broadcast_shape(node, left.shape[:-2], right.shape[:-2])
    refuse_large(prod(batch) * left.shape[-2] * prod(right.shape[-2:]), node.place)
    return (
        np.broadcast_to(left, (*batch, *left.shape[-2:])),
        np.broadcast_to(right, (*batch, *right.shape[-2:])),
    )


def _only_flow(node: Node, first: Value, second: Value) -> Flow:
    if isinstance(first, Flow) and isinstance(second, Constant):
        return first
    if isinstance(first, Constant) and isinstance(second, Flow):
        return second
    raise product_error(node)


def _row(sources: list[int], weights: list[Fraction]) -> Row:
    return tuple(
        (source, weight) for source, weight in zip(sources, weights, strict=True) if weight
    )


def general_product(node: Node) -> Value:
    """The matrix alpha A B + beta C, A and B transposed where the attributes say so."""
    first = _matrix(node, 0, transposed=bool(node.integer("transA", 0)))
    second = _matrix(node, 1, transposed=bool(node.integer("transB", 0)))
    alpha, beta = node.number("alpha", 1.0), node.number("beta", 1.0)
    if isinstance(second, Constant):
        second = second.scaled(alpha)
    else:
        first = first.scaled(alpha)
    product = matrix_product(node.with_operands(first, second))
    if node.optional(2) is None or not beta:
        return product
    addend = node.operand(2).scaled(beta)
    if broadcast_shape(node, addend.shape, product.shape) != product.shape:
        raise node.malformed(f"the shape {list(addend.shape)} of C does not fit the product")
    return addition(node.with_operands(product, addend))


def _matrix(node: Node, number: int, *, transposed: bool) -> Value:
    """A matrix operand; before opset 7 further axes of the running value count as columns."""
    value = node.operand(number)
    if isinstance(value, Flow) and len(value.shape) > 2 and node.opset < 7:
        value = value.arranged(value.index.reshape(value.shape[0], -1))
    if len(value.shape) != 2:
        raise node.malformed(f"expected a matrix as input {number}, got {list(value.shape)}")
    if not transposed:
        return value
    if isinstance(value, Flow):
        return value.arranged(value.index.T)
    return Constant(value.values.T, value.kind, value.place)


def convolution(node: Node) -> Value:
    """Every window of the input against every kernel, as one sparse affine map."""
    flow, weight = node.flow(0), node.constant(1)
    refuse_mixed_kinds(node, flow, weight)
    group = node.integer("group", 1)
    _refuse_misfit(node, flow.shape, weight.shape, group)
    window = window_of(node, flow.shape[2:], weight.shape[2:])
    places = window.places
    kernels = weight.exact.reshape(weight.shape[0], -1).tolist()
    refuse_large(flow.shape[0] * prod(places) * prod(weight.shape), node.place)
    padded = window.padded(flow.index)
    share = flow.shape[1] // group
    rows: list[Row] = []
    for image in padded:
        parts = [image[part * share : (part + 1) * share] for part in range(group)]
        sources = [[window.over(part, place) for place in np.ndindex(*places)] for part in parts]
        for channel, kernel in enumerate(kernels):
            part = channel * group // len(kernels)
            rows.extend(_padded_row(source, kernel) for source in sources[part])
    shape = (flow.shape[0], len(kernels), *places)
    return flow.mapped(rows, channel_bias(node, shape), shape)


def _refuse_misfit(node: Node, flow: Shape, weight: Shape, group: int) -> None:
    fits = len(flow) == len(weight) > 2 and group > 0 and 0 not in weight
    if not fits or flow[1] != weight[1] * group or weight[0] % group:
        raise node.malformed(
            f"an input {list(flow)} does not fit the weights {list(weight)} in {group} groups"
        )


def _padded_row(sources: list[int], weights: list[Fraction]) -> Row:
    return tuple(
        (source, weight)
        for source, weight in zip(sources, weights, strict=True)
        if weight and source >= 0
    )


def channel_bias(node: Node, shape: Shape) -> list[Fraction]:
    """The optional bias of a convolution, spread over a result of this shape."""
    if node.optional(2) is None:
        return [_ZERO] * prod(shape)
    bias = node.constant(2)
    if bias.shape != (shape[1],):
        raise node.malformed(f"expected a bias of shape [{shape[1]}], got {list(bias.shape)}")
    spread = bias.exact.reshape(-1, *(1,) * (len(shape) - 2))
    return list(np.broadcast_to(spread, shape).flat)
