"""ONNX operators that act on every element: sums, products with constants, ReLU, batch norm.

Constants are computed with exactly, too, since a claim speaks about real arithmetic on the
stored numbers.
"""

import operator
from collections.abc import Callable
from fractions import Fraction
from math import isqrt, prod
from typing import Any

import numpy as np

from theory.network import Affine
from verify.formats.onnx_node import Node, product_error
from verify.formats.onnx_value import (
    FLOATS,
    Array,
    Constant,
    Flow,
    Shape,
    Value,
    exact_array,
    fractions,
    kind_name,
    refuse_large,
)

_ZERO, _ONE = Fraction(0), Fraction(1)
ROUNDED_ROOTS = "rounded-roots"
_DEFAULT_EPSILON = float(np.float32(1e-5))

_Term = tuple[Fraction, Fraction]


def addition(node: Node) -> Value:
    """The sum a + b."""
    if all(isinstance(operand, Flow) for operand in node.operands):
        return joined(node, _ONE)
    return _broadcast_operation(node, operator.add, lambda c: (_ONE, c), lambda c: (_ONE, c))


def subtraction(node: Node) -> Value:
    """The difference a - b."""
    if all(isinstance(operand, Flow) for operand in node.operands):
        return joined(node, -_ONE)
    return _broadcast_operation(node, operator.sub, lambda c: (_ONE, -c), lambda c: (-_ONE, c))


def multiplication(node: Node) -> Value:
    """The product a * b, at least one of them constant."""
    return _broadcast_operation(node, operator.mul, lambda c: (c, _ZERO), lambda c: (c, _ZERO))


def division(node: Node) -> Value:
    """The quotient a / b with a constant b that has no zero entry."""
    divisor = node.operand(1)
    if isinstance(divisor, Flow):
        raise node.unsupported(
            "divides by a value that depends on the input, which is not piecewise linear"
        )
    if not all(divisor.exact.flat):
        raise node.malformed("divides by zero")
    if divisor.kind not in FLOATS:
        return _whole_quotient(node, node.constant(0), divisor)
    return _broadcast_operation(
        node, operator.truediv, lambda c: (1 / c, _ZERO), lambda c: (c, _ZERO)
    )


def _whole_quotient(node: Node, dividend: Constant, divisor: Constant) -> Constant:
    """The integer quotients of constants, rounded towards 0: exporters compute shapes so."""
    refuse_mixed_kinds(node, dividend, divisor)
    shape = broadcast_shape(node, dividend.shape, divisor.shape)
    above, below = (np.broadcast_to(one.exact, shape).flat for one in (dividend, divisor))
    found = (Fraction(int(one / other)) for one, other in zip(above, below, strict=True))
    return Constant(fractions(found, shape), dividend.kind, node.place)


def negation(node: Node) -> Value:
    """-a."""
    value = node.operand(0)
    if isinstance(value, Constant):
        return Constant(exact_array(-value.exact), value.kind, node.place)
    return diagonal(value, value.index, [(-_ONE, _ZERO)] * prod(value.shape))


def rectification(node: Node) -> Value:
    """max(0, a)."""
    value = node.operand(0)
    if isinstance(value, Flow):
        return value.rectified()
    numbers = fractions((max(entry, _ZERO) for entry in value.exact.flat), value.shape)
    return Constant(numbers, value.kind, node.place)


def _broadcast_operation(
    node: Node,
    operation: Callable[[Any, Any], Any],
    with_right: Callable[[Fraction], _Term],
    with_left: Callable[[Fraction], _Term],
) -> Value:
    """An operation on every pair of elements.

    Args:
        node: The node with its two operands.
        operation: What it does to two arrays of numbers.
        with_right: The (factor, addend) that a constant right operand makes of it.
        with_left: The (factor, addend) that a constant left operand makes of it.
    """
    first, second = node.operand(0), _aligned(node)
    refuse_mixed_kinds(node, first, second)
    shape = broadcast_shape(node, first.shape, second.shape)
    if isinstance(first, Constant) and isinstance(second, Constant):
        values = exact_array(operation(first.exact, second.exact))
        return Constant(values, first.kind, node.place)
    if isinstance(first, Flow) and isinstance(second, Constant):
        terms = [with_right(entry) for entry in np.broadcast_to(second.exact, shape).flat]
        return diagonal(first, np.broadcast_to(first.index, shape), terms)
    if isinstance(first, Constant) and isinstance(second, Flow):
        terms = [with_left(entry) for entry in np.broadcast_to(first.exact, shape).flat]
        return diagonal(second, np.broadcast_to(second.index, shape), terms)
    raise product_error(node)


def joined(node: Node, sign: Fraction) -> Flow:
    """The sum a + sign * b of two values that depend on the input, as in residual networks."""
    first, second = node.flow(0), node.flow(1)
    refuse_mixed_kinds(node, first, second)
    shape = broadcast_shape(node, first.shape, second.shape)
    parts = [first.arranged(np.broadcast_to(first.index, shape)).bundle]
    parts.append(second.arranged(np.broadcast_to(second.index, shape)).bundle)
    size = prod(shape)
    rows = tuple(((entry, _ONE), (size + entry, sign)) for entry in range(size))
    total = parts[0].joined(parts[1]).mapped(Affine(2 * size, rows, (_ZERO,) * size))
    return first.of(first.wiring.named(total), shape)


def _aligned(node: Node) -> Value:
    """The second operand; before opset 7 the attribute `axis` says where its axes belong."""
    first, second = node.operand(0), node.operand(1)
    if node.opset >= 7 or "axis" not in node.attributes or isinstance(second, Flow):
        return second
    missing = len(first.shape) - node.integer("axis", 0) - len(second.shape)
    shape = (*second.shape, *(1,) * missing)
    return Constant(second.values.reshape(shape), second.kind, second.place)


def broadcast_shape(node: Node, first: Shape, second: Shape) -> Shape:
    """The shape that both shapes stretch to.

    Raises:
        InputError: there is none, or it is too large.
    """
    try:
        shape = np.broadcast_shapes(first, second)
    except ValueError:
        raise node.malformed(f"shapes {list(first)} and {list(second)} do not fit") from None
    refuse_large(prod(shape), node.place)
    return shape


def refuse_mixed_kinds(node: Node, first: Value, second: Value) -> None:
    """Raise a `FormatError` where two operands have different element types."""
    if first.kind != second.kind:
        kinds = f"{kind_name(first.kind)} and {kind_name(second.kind)}"
        raise node.malformed(f"operands have the element types {kinds}")


def diagonal(flow: Flow, index: Array, terms: list[_Term]) -> Flow:
    """The tensor of factor * element + addend, with a term for every entry of `index`."""
    rows = [
        ((source, factor),) if factor else ()
        for source, (factor, _) in zip(index.ravel().tolist(), terms, strict=True)
    ]
    return flow.mapped(rows, [addend for _, addend in terms], index.shape)


def batch_normalisation(node: Node) -> Value:
    """The map scale (x - mean) / sqrt(variance + epsilon) + shift, channel by channel.

    Only where every square root is rational: otherwise no rational network is this function.
    The view `rounded-roots` reads scale / sqrt(variance + epsilon) as the nearest float64.
    """
    untrained = node.opset >= 7 or node.integer("is_test", 0)
    if node.integer("training_mode", 0) or not untrained or not node.integer("spatial", 1):
        raise node.unsupported("is read in inference mode with one mean a channel")
    flow = node.flow(0)
    channels = flow.shape[1] if len(flow.shape) > 1 else 1
    constants = [node.constant(number) for number in range(1, 5)]
    if any(constant.shape != (channels,) for constant in constants):
        raise node.malformed(f"expected scale, shift, mean and variance of shape [{channels}]")
    epsilon = node.number("epsilon", _DEFAULT_EPSILON)
    terms = []
    for channel, (scale, shift, mean, variance) in enumerate(
        zip(*(list(constant.exact) for constant in constants), strict=True)
    ):
        factor = _channel_factor(node, channel, scale, variance + epsilon)
        terms.append((factor, shift - mean * factor))
    axes = (channels, *(1,) * (len(flow.shape) - 2))
    spread = np.broadcast_to(np.arange(channels).reshape(axes), flow.shape)
    return diagonal(flow, flow.index, [terms[channel] for channel in spread.flat])


def _channel_factor(node: Node, channel: int, scale: Fraction, value: Fraction) -> Fraction:
    """The number scale / sqrt(value), which must be rational unless rounding was asked for."""
    if value <= 0:
        raise node.unsupported(f"channel {channel}: variance + epsilon is {value}, not positive")
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    if root * root == value:
        return scale / root
    if ROUNDED_ROOTS in node.views:
        return _nearest_float(scale, value)
    raise node.unsupported(
        f"channel {channel}: the square root of variance + epsilon, {value}, is not a"
        " rational; fold the normalisation into the layer before it when exporting, or read"
        f" FILE#{ROUNDED_ROOTS}"
    )


def _nearest_float(scale: Fraction, value: Fraction) -> Fraction:
    """The float64 nearest to scale / sqrt(value), which is irrational."""
    square = scale * scale / value
    shift = max(0, 64 - (square.numerator.bit_length() - square.denominator.bit_length()) // 2)
    digits = isqrt((square.numerator << 2 * shift) // square.denominator)
    # Between digits and digits + 1, so the half decides every tie as the number itself would.
    magnitude = Fraction(float(Fraction(2 * digits + 1, 2 << shift)))
    return magnitude if scale > 0 else -magnitude
