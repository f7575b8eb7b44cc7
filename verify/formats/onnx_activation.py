"""ONNX operators that are gadgets: activations with knots, minima, maxima and sums of several.

Float attributes and bounds are the rational numbers that they are; an infinite bound is none.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import isinf, prod

import numpy as np

from theory.graphs import gadget
from theory.graphs.spline import Spline
from theory.graphs.wiring import Bundle
from verify.formats.onnx_elementwise import (
    addition,
    broadcast_shape,
    diagonal,
    refuse_mixed_kinds,
)
from verify.formats.onnx_node import Node
from verify.formats.onnx_value import FLOATS, Constant, Flow, Shape, Value, fractions

_ZERO = Fraction(0)


def leaky_rectification(node: Node) -> Value:
    """The function x for x >= 0, alpha x else."""
    slope = node.number("alpha", float(np.float32(0.01)))
    return _everywhere(node, gadget.leaky_relu(slope))


def parametric_rectification(node: Node) -> Value:
    """The function x for x >= 0, slope x else, with slopes that spread over the input."""
    flow, slope = node.flow(0), node.constant(1)
    refuse_mixed_kinds(node, flow, slope)
    if broadcast_shape(node, flow.shape, slope.shape) != flow.shape:
        raise node.malformed(f"slopes {list(slope.shape)} do not fit {list(flow.shape)}")
    slopes = np.broadcast_to(slope.exact, flow.shape).flat
    return flow.curved([gadget.leaky_relu(entry) for entry in slopes])


def absolute_value(node: Node) -> Value:
    """|x|."""
    return _everywhere(node, gadget.absolute_value())


def clipping(node: Node) -> Value:
    """The function min(max, max(min, x)); bounds that are not given are none."""
    least, most = (_bound(node, number, name) for number, name in ((1, "min"), (2, "max")))
    operand = node.operand(0)
    if isinstance(operand, Flow) and most is None and least in (None, _ZERO):
        return operand if least is None else operand.rectified()
    return _everywhere(node, gadget.clip(least, most))


def _bound(node: Node, number: int, name: str) -> Fraction | None:
    """A bound of Clip: an attribute before opset 11, then an operand."""
    if node.opset < 11:
        return node.number(name, 0.0) if name in node.attributes else None
    if node.optional(number) is None:
        return None
    bound = node.constant(number)
    refuse_mixed_kinds(node, node.operand(0), bound)
    if bound.values.size != 1:
        raise node.malformed(f"expected one number as {name}")
    lone = bound.values.reshape(-1)[0]
    infinite = bound.kind in FLOATS and not isinstance(lone, Fraction) and isinf(float(lone))
    if infinite and (lone > 0) == (name == "max"):
        return None
    found: Fraction = bound.exact.reshape(-1)[0]
    return found


def hard_sigmoid(node: Node) -> Value:
    """The function min(1, max(0, alpha x + beta)); defaults are 1/5, as a float32, and 1/2.

    It is read as clip(0, 1) of alpha x + beta, so that no weight is a quotient by alpha.
    """
    factor, shift = node.number("alpha", float(np.float32(0.2))), node.number("beta", 0.5)
    operand = node.operand(0)
    if not isinstance(operand, Flow):
        return _everywhere(node, gadget.hard_sigmoid(factor, shift))
    inner = diagonal(operand, operand.index, [(factor, shift)] * operand.size)
    return inner.curved((gadget.saturated_linear(),) * inner.size)


def shrinkage(node: Node) -> Value:
    """The function x + bias, 0, x - bias, left of -lambd, between, and right of lambd."""
    threshold, bias = node.number("lambd", 0.5), node.number("bias", 0.0)
    if threshold != bias or threshold < 0:
        raise node.unsupported(
            f"has a jump: lambd is {threshold} and bias {bias}; equal ones that are at least 0 "
            "are read"
        )
    return _everywhere(node, gadget.soft_shrink(threshold))


def thresholded_rectification(node: Node) -> Value:
    """The function x for x > alpha, 0 else, where alpha is 0."""
    if node.number("alpha", 1.0):
        raise node.unsupported(f"has a jump at alpha = {node.number('alpha', 1.0)}")
    return node.flow(0).rectified()


def _everywhere(node: Node, function: Spline) -> Value:
    """One spline of every element."""
    operand = node.operand(0)
    if isinstance(operand, Flow):
        return operand.curved((function,) * operand.size)
    values = fractions(map(function, operand.exact.flat), operand.shape)
    return Constant(values, operand.kind, node.place)


def total(node: Node) -> Value:
    """The sum of all operands."""
    return reduce(lambda one, other: addition(node.with_operands(one, other)), _operands(node))


def mean(node: Node) -> Value:
    """The mean of all operands."""
    return total(node).scaled(Fraction(1, len(node.operands)))


def _operands(node: Node) -> list[Value]:
    return [node.operand(number) for number in range(max(1, len(node.operands)))]


def maximum(node: Node) -> Value:
    """The greatest of all operands, element by element."""
    return _extreme(node, 1, max)


def minimum(node: Node) -> Value:
    """The least of all operands, element by element: the opposite of the opposites' maximum."""
    return _extreme(node, -1, min)


def _extreme(node: Node, sign: int, choice: Callable[[list[Fraction]], Fraction]) -> Value:
    operands = _operands(node)
    for operand in operands[1:]:
        refuse_mixed_kinds(node, operands[0], operand)
    shape: Shape = ()
    for operand in operands:
        shape = broadcast_shape(node, shape, operand.shape)
    flow = next((operand for operand in operands if isinstance(operand, Flow)), None)
    if flow is None:
        spread = [np.broadcast_to(one.exact, shape).flat for one in _constants(operands)]
        values = fractions((choice(list(entries)) for entries in zip(*spread, strict=True)), shape)
        return Constant(values, operands[0].kind, node.place)
    bundles = [_spread(flow, operand, shape) for operand in operands]
    size = prod(shape)
    choices = [tuple(range(entry, size * len(bundles), size)) for entry in range(size)]
    joined = flow.of(reduce(Bundle.joined, bundles), (len(bundles), *shape)).scaled(Fraction(sign))
    best = flow.wiring.maxima(joined.bundle, choices)
    return flow.of(best, shape).scaled(Fraction(sign))


def _constants(operands: list[Value]) -> list[Constant]:
    return [operand for operand in operands if isinstance(operand, Constant)]


def _spread(flow: Flow, operand: Value, shape: Shape) -> Bundle:
    """The elements of an operand, broadcast; constants are functions that read nothing."""
    if isinstance(operand, Flow):
        return operand.arranged(np.broadcast_to(operand.index, shape)).bundle
    values = tuple(np.broadcast_to(operand.exact, shape).flat)
    return Bundle(((),) * len(values), values, 0)
