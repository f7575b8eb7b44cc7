"""An ONNX file as an exact network: a chain of affine operators and ReLUs.

The network maps the elements of the input tensor, row by row, to the elements of the output
tensor. A batch axis of unknown size is read as 1. What is not read exactly is refused by the
name of its node and its operator.
"""

from collections.abc import Callable, Iterable, Mapping
from math import prod

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from theory.network import Network
from verify.errors import FormatError, UnsupportedError
from verify.formats import onnx_arrangement, onnx_elementwise, onnx_product
from verify.formats.onnx_node import Node, attributes_of, place_of
from verify.formats.onnx_value import FLOATS, Flow, Shape, Value, kind_name, refuse_large

OPERATORS: Mapping[str, Callable[[Node], Value]] = {
    "Add": onnx_elementwise.addition,
    "BatchNormalization": onnx_elementwise.batch_normalisation,
    "Cast": onnx_arrangement.cast,
    "Constant": onnx_arrangement.constant,
    "ConstantOfShape": onnx_arrangement.constant_of_shape,
    "Conv": onnx_product.convolution,
    "Div": onnx_elementwise.division,
    "Dropout": onnx_arrangement.dropout,
    "Flatten": onnx_arrangement.flatten,
    "Gemm": onnx_product.general_product,
    "Identity": onnx_arrangement.identity,
    "MatMul": onnx_product.matrix_product,
    "Mul": onnx_elementwise.multiplication,
    "Neg": onnx_elementwise.negation,
    "Relu": onnx_elementwise.rectification,
    "Reshape": onnx_arrangement.reshape,
    "Squeeze": onnx_arrangement.squeeze,
    "Sub": onnx_elementwise.subtraction,
    "Transpose": onnx_arrangement.transpose,
    "Unsqueeze": onnx_arrangement.unsqueeze,
}


def parse_onnx(content: bytes, where: str) -> tuple[Network, tuple[str, ...]]:
    """The network in the bytes of an ONNX file, and notes on how it was read.

    Raises:
        InputError: the bytes are no ONNX model, or not one that is read exactly.
    """
    model = _model(content, where)
    graph = model.graph
    needed = _needed(graph, where)
    for number, node in needed:
        if node.domain not in {"", "ai.onnx"} or node.op_type not in OPERATORS:
            place = place_of(node, number, where)
            raise UnsupportedError(place, f"this operator is not read; {_known()}")
    values: dict[str, Value] = {
        tensor.name: onnx_arrangement.stored_constant(tensor, f"{where}, {tensor.name!r}")
        for tensor in graph.initializer
    }
    _check(model, where)
    entry, flow, notes = _input(graph, values, where)
    values[entry] = flow
    opset = _opset(model, where)
    for number, node in needed:
        values[node.output[0]] = _value(node, number, opset, values, where)
    found = values.get(graph.output[0].name)
    if not isinstance(found, Flow) or not prod(found.shape):
        raise UnsupportedError(where, "the output does not depend on the input")
    unused = len(graph.node) - len(needed)
    note = (f"nodes that the output does not depend on: {unused}",) if unused else ()
    return found.network, (*notes, *note)


def _known() -> str:
    return f"read are {', '.join(OPERATORS)}"


def _model(content: bytes, where: str) -> onnx.ModelProto:
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError:
        raise FormatError(where, "not an ONNX file, or a truncated one") from None
    if not model.graph.node or not model.graph.output:
        raise FormatError(where, "holds no graph; not an ONNX file, or a truncated one")
    if len(model.graph.output) != 1:
        names = [value.name for value in model.graph.output]
        raise UnsupportedError(where, f"expected one output, got {names}")
    if model.functions or model.graph.sparse_initializer:
        raise UnsupportedError(where, "local functions and sparse initializers are not read")
    return model


def _check(model: onnx.ModelProto, where: str) -> None:
    """The rules of the format, by the checker of the `onnx` package."""
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError, TypeError) as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise FormatError(where, f"not a valid ONNX model, {' '.join(lines[:2])}") from None


def _opset(model: onnx.ModelProto, where: str) -> int:
    versions = [entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}]
    if len(versions) != 1:
        raise FormatError(where, f"expected one version of the operator set, got {versions}")
    newest = onnx.defs.onnx_opset_version()
    if versions[0] > newest:
        message = f"operator set {versions[0]} is newer than {newest}, the newest that is known"
        raise UnsupportedError(where, message)
    return int(versions[0])


def _needed(graph: onnx.GraphProto, where: str) -> list[tuple[int, onnx.NodeProto]]:
    """The nodes that the output depends on, with their numbers, in the order of the file."""
    wanted = {graph.output[0].name}
    found = []
    for number, node in reversed(list(enumerate(graph.node))):
        if wanted.intersection(node.output):
            found.append((number, node))
            wanted.update(node.input)
    if not found:
        raise FormatError(where, f"nothing computes the output {graph.output[0].name!r}")
    return found[::-1]


def _value(
    node: onnx.NodeProto, number: int, opset: int, values: Mapping[str, Value], where: str
) -> Value:
    place = place_of(node, number, where)
    missing = [name for name in node.input if name and name not in values]
    if missing:
        raise FormatError(place, f"nothing before it computes its input {missing[0]!r}")
    operands = tuple(values[name] if name else None for name in node.input)
    found = OPERATORS[node.op_type](Node(place, opset, attributes_of(node), operands))
    refuse_large(prod(found.shape), place)
    return found


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
    return entry.name, Flow(sizes, tensor.elem_type, prod(sizes)), notes


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
