"""An ONNX file as an exact network: any graph of affine and piecewise linear operators.

The network maps the elements of the input tensor, row by row, to the elements of the output
tensor. Branches and skips become one layered network (T42). A batch axis of unknown size is read
as 1. What is not read exactly is refused by the name of its node and its operator, with the
reason; a view of the file asks for another reading, which the notes then state.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import prod

import onnx

from theory.graphs.wiring import Wiring
from theory.network import Network
from verify.errors import FormatError, UnsupportedError
from verify.formats import (
    onnx_activation,
    onnx_arrangement,
    onnx_elementwise,
    onnx_pool,
    onnx_product,
    onnx_resize,
    onnx_selection,
    onnx_transposed,
)
from verify.formats.onnx_elementwise import ROUNDED_ROOTS
from verify.formats.onnx_graph import check_rules, loaded_model, needed_nodes, operator_set
from verify.formats.onnx_node import Node, attributes_of, place_of
from verify.formats.onnx_refusal import CUT_SOFTMAX, LAST_SOFTMAX, REASONS
from verify.formats.onnx_value import FLOATS, Flow, Shape, Value, kind_name, refuse_large

OPERATORS: Mapping[str, Callable[[Node], Value | tuple[Value, ...]]] = {
    "Abs": onnx_activation.absolute_value,
    "Add": onnx_elementwise.addition,
    "AveragePool": onnx_pool.average_pool,
    "BatchNormalization": onnx_elementwise.batch_normalisation,
    "Cast": onnx_arrangement.cast,
    "Clip": onnx_activation.clipping,
    "Concat": onnx_selection.concatenation,
    "Constant": onnx_arrangement.constant,
    "ConstantOfShape": onnx_arrangement.constant_of_shape,
    "Conv": onnx_product.convolution,
    "ConvTranspose": onnx_transposed.transposed_convolution,
    "DepthToSpace": onnx_selection.depth_to_space,
    "Div": onnx_elementwise.division,
    "Dropout": onnx_arrangement.dropout,
    "Expand": onnx_selection.expansion,
    "Flatten": onnx_arrangement.flatten,
    "Gather": onnx_selection.gathering,
    "Gemm": onnx_product.general_product,
    "GlobalAveragePool": onnx_pool.global_average,
    "GlobalMaxPool": onnx_pool.global_maximum,
    "HardSigmoid": onnx_activation.hard_sigmoid,
    "Identity": onnx_arrangement.identity,
    "LeakyRelu": onnx_activation.leaky_rectification,
    "MatMul": onnx_product.matrix_product,
    "Max": onnx_activation.maximum,
    "MaxPool": onnx_pool.max_pool,
    "Mean": onnx_activation.mean,
    "Min": onnx_activation.minimum,
    "Mul": onnx_elementwise.multiplication,
    "Neg": onnx_elementwise.negation,
    "PRelu": onnx_activation.parametric_rectification,
    "Pad": onnx_selection.padding,
    "ReduceMax": onnx_pool.reduced_maximum,
    "ReduceMean": onnx_pool.reduced_mean,
    "ReduceMin": onnx_pool.reduced_minimum,
    "ReduceSum": onnx_pool.reduced_sum,
    "Relu": onnx_elementwise.rectification,
    "Reshape": onnx_arrangement.reshape,
    "Resize": onnx_resize.resizing,
    "Shape": onnx_selection.shape_of,
    "Shrink": onnx_activation.shrinkage,
    "Slice": onnx_selection.slicing,
    "SpaceToDepth": onnx_selection.space_to_depth,
    "Split": onnx_selection.splitting,
    "Squeeze": onnx_arrangement.squeeze,
    "Sub": onnx_elementwise.subtraction,
    "Sum": onnx_activation.total,
    "ThresholdedRelu": onnx_activation.thresholded_rectification,
    "Tile": onnx_selection.tiling,
    "Transpose": onnx_arrangement.transpose,
    "Unsqueeze": onnx_arrangement.unsqueeze,
    "Upsample": onnx_resize.upsampling,
}

VIEWS: Mapping[str, str] = {
    CUT_SOFTMAX: "the softmax at the output is left out: these are the scores before it",
    ROUNDED_ROOTS: "irrational factors of batch normalisations are read as the nearest float64",
}


def parse_onnx(
    content: bytes, where: str, views: frozenset[str] = frozenset()
) -> tuple[Network, tuple[str, ...]]:
    """The network in the bytes of an ONNX file, and notes on how it was read.

    Theorem: T42 (graphs as layered networks), with the gadgets of T41.

    Args:
        content: The bytes.
        where: The file, for messages.
        views: Names from `VIEWS`: what to read that is not read exactly otherwise.

    Raises:
        InputError: the bytes are no ONNX model, or not one that is read exactly.
    """
    model = loaded_model(content, where)
    graph = model.graph
    output = _output(graph, views, where)
    needed = needed_nodes(graph, output, where)
    for number, node in needed:
        if node.domain not in {"", "ai.onnx"} or node.op_type not in OPERATORS:
            raise UnsupportedError(place_of(node, number, where), _reason(node))
    values: dict[str, Value] = {
        tensor.name: onnx_arrangement.stored_constant(tensor, f"{where}, {tensor.name!r}")
        for tensor in graph.initializer
    }
    check_rules(model, where)
    entry, flow, notes = _input(graph, values, where)
    values[entry] = flow
    opset = operator_set(model, where)
    for number, node in needed:
        _compute(node, number, _Context(opset, views, where), values)
    found = values.get(output)
    if not isinstance(found, Flow) or not prod(found.shape):
        raise UnsupportedError(where, "the output does not depend on the input")
    unused = len(graph.node) - len(needed)
    note = (f"nodes that the output does not depend on: {unused}",) if unused else ()
    asked = tuple(VIEWS[view] for view in sorted(views))
    return found.network, (*notes, *note, *asked)


def _reason(node: onnx.NodeProto) -> str:
    """Why an operator is not read."""
    if node.domain in {"", "ai.onnx"} and node.op_type in REASONS:
        return REASONS[node.op_type]
    return f"this operator is not read; read are {', '.join(OPERATORS)}"


def _output(graph: onnx.GraphProto, views: frozenset[str], where: str) -> str:
    """The name of the value that is read: the output, or what a softmax there is taken of.

    Theorem: T42 (graphs as layered networks), the part on the greatest entry.
    """
    name = str(graph.output[0].name)
    if CUT_SOFTMAX not in views:
        return name
    makers = {output: node for node in graph.node for output in node.output}
    last = makers.get(name)
    for _ in graph.node:  # a graph that is no graph may run in a circle
        if last is None or last.op_type != "Identity" or not last.input:
            break
        last = makers.get(last.input[0])
    if last is None or last.op_type not in LAST_SOFTMAX or not last.input:
        raise UnsupportedError(where, f"#{CUT_SOFTMAX}: the last node is no softmax")
    return str(last.input[0])


@dataclass(frozen=True, slots=True)
class _Context:
    """What all nodes of a file share."""

    opset: int
    views: frozenset[str]
    where: str


def _compute(
    node: onnx.NodeProto, number: int, context: _Context, values: dict[str, Value]
) -> None:
    """Put the outputs of a node among the values."""
    place = place_of(node, number, context.where)
    missing = [name for name in node.input if name and name not in values]
    if missing:
        raise FormatError(place, f"nothing before it computes its input {missing[0]!r}")
    operands = tuple(values[name] if name else None for name in node.input)
    attributes, results = attributes_of(node), len(node.output)
    asked = Node(place, context.opset, attributes, operands, results, context.views)
    found = OPERATORS[node.op_type](asked)
    outputs = found if isinstance(found, tuple) else (found,)
    for name, value in zip(node.output, outputs, strict=False):
        refuse_large(prod(value.shape), place)
        values[name] = value


def _input(
    graph: onnx.GraphProto, values: Mapping[str, Value], where: str
) -> tuple[str, Flow, tuple[str, ...]]:
    """Name and value of the one input that is no initializer."""
    inputs = [value for value in graph.input if value.name not in values]
    if len(inputs) != 1:
        names = [value.name for value in inputs]
        raise UnsupportedError(where, f"expected one input, got {names}")
    entry = inputs[0]
    place = f"{where}, input {entry.name!r}"
    tensor = entry.type.tensor_type
    if tensor.elem_type not in FLOATS:
        raise UnsupportedError(place, f"the element type {kind_name(tensor.elem_type)} is not read")
    if not tensor.HasField("shape"):
        raise UnsupportedError(place, "it has no shape; export the model with one")
    sizes, notes = _sizes(list(tensor.shape.dim), place)
    refuse_large(prod(sizes), place)
    wiring = Wiring(prod(sizes))
    return entry.name, Flow(sizes, tensor.elem_type, wiring, wiring.entry), notes


def _sizes(
    axes: list[onnx.TensorShapeProto.Dimension], place: str
) -> tuple[Shape, tuple[str, ...]]:
    known = [axis.dim_value if axis.HasField("dim_value") else -1 for axis in axes]
    notes: Iterable[str] = ()
    if len(known) > 1 and known[0] == -1:
        known[0] = 1
        notes = ("the batch axis of unknown size is read as 1",)
    if min(known, default=1) < 1:
        shape = [size if size > 0 else "?" for size in known]
        raise UnsupportedError(place, f"only the first axis may have an unknown size, got {shape}")
    return tuple(known), tuple(notes)
