"""ONNX models of one RNN node with relu, followed by affine operators at each time.

The node RNN (direction forward, activation Relu) with weights W, R, B and an initial_h that is
stored, or filled with one number, or none; from its output Y or Y_h to the output of the graph
affine operators that treat all times and all sequences of a batch alike. This is tried out: they
are read, as other graphs are, for two times and two sequences, and have to be four copies of one
affine map.
"""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import onnx
from onnx import TensorProto, helper

from theory.network import ZERO, Affine, Row
from theory.recurrence.recurrent import RecurrentNetwork
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.onnx_arrangement import stored_constant
from verify.formats.onnx_node import attributes_of, place_of
from verify.formats.onnx_reader import parse_onnx
from verify.formats.onnx_value import Array

AFTERWARDS = ("Add", "Constant", "Gemm", "Identity", "MatMul", "Squeeze", "Sub", "Transpose")
_PROBE = 2  # times, and sequences of a batch, that are tried out
_UNREAD = {"clip", "activation_alpha", "activation_beta"}


def parse_onnx_recurrent(content: bytes, where: str) -> RecurrentNetwork:
    """The recurrent network in the bytes of an ONNX file; y_t is what the graph gives at time t.

    Raises:
        InputError: the bytes are no ONNX model, or not one of this kind.
    """
    try:
        model = onnx.load_from_string(content)
    except Exception as error:  # protobuf raises errors of its own
        raise FormatError(where, f"no ONNX model, {type(error).__name__}") from None
    found = [(i, node) for i, node in enumerate(model.graph.node) if node.op_type == "RNN"]
    if len(found) != 1:
        raise UnsupportedError(where, f"expected one RNN node, got {len(found)}")
    number, node = found[0]
    place = place_of(node, number, where)
    _require_plain(node, place)
    _require_input(model.graph, node, place)
    step, start = _step(model.graph, node, place)
    output = _output(model, number, len(start), where)
    return RecurrentNetwork(step, output, start)


def _require_plain(node: onnx.NodeProto, place: str) -> None:
    """Refuse what is not relu, one way, without clipping."""
    attributes = attributes_of(node)
    activations = attributes.get("activations", [b"Tanh"])
    if activations != [b"Relu"]:
        raise UnsupportedError(place, f"expected the activation Relu, got {activations}")
    if attributes.get("direction", b"forward") != b"forward":
        raise UnsupportedError(place, "expected the direction forward")
    unread = sorted(_UNREAD & set(attributes))
    if unread:
        raise UnsupportedError(place, f"the attribute {unread[0]} is not read")
    if len(node.input) > 4 and node.input[4]:
        raise UnsupportedError(place, "lengths of sequences are not read")


def _require_input(graph: onnx.GraphProto, node: onnx.NodeProto, place: str) -> None:
    """Refuse an X that is not the graph's input, or that with times and batch exchanged."""
    name = node.input[0]
    maker = next((one for one in graph.node if name in one.output), None)
    if maker is not None and maker.op_type == "Transpose":
        if list(attributes_of(maker).get("perm", [])) != [1, 0, 2]:  # type: ignore[call-overload]
            raise UnsupportedError(place, "expected X to be the input, or its first axes exchanged")
        name = maker.input[0]
    stored = {tensor.name for tensor in graph.initializer}
    if name not in {entry.name for entry in graph.input} - stored:
        raise UnsupportedError(place, "expected X to be the graph's input")


def _constant(graph: onnx.GraphProto, node: onnx.NodeProto, index: int, place: str) -> Array | None:
    """The numbers of an input of the node, which is stored in the file; None without it."""
    if len(node.input) <= index or not node.input[index]:
        return None
    name = node.input[index]
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for one in graph.node:
        value = attributes_of(one).get("value") if one.op_type == "Constant" else None
        if isinstance(value, TensorProto):
            tensors[one.output[0]] = value
    if name not in tensors:
        raise UnsupportedError(place, f"expected {name!r} to be stored in the file")
    return stored_constant(tensors[name], f"{place}, {name!r}").exact


def _step(
    graph: onnx.GraphProto, node: onnx.NodeProto, place: str
) -> tuple[Affine, tuple[Fraction, ...]]:
    """(h, x) -> R h + W x + Wb + Rb, and h_0."""
    inner, outer = (_constant(graph, node, index, place) for index in (2, 1))
    if inner is None or outer is None:
        raise FormatError(place, "expected W and R")
    units = inner.shape[-1]
    if inner.shape != (1, units, units) or outer.ndim != 3 or outer.shape[:2] != (1, units):
        raise FormatError(place, "expected W and R of one direction, with a row for each unit")
    weight = np.concatenate([inner[0], outer[0]], axis=1)
    bias = _constant(graph, node, 3, place)
    if bias is None:
        bias = np.full((1, 2 * units), ZERO, dtype=object)
    if bias.shape != (1, 2 * units):
        raise FormatError(place, f"expected B of shape [1, {2 * units}], got {list(bias.shape)}")
    sums = bias[0, :units] + bias[0, units:]
    start = _start(graph, node, units, place)
    return Affine.dense(weight.tolist(), sums.tolist(), weight.shape[1]), start


def _start(
    graph: onnx.GraphProto, node: onnx.NodeProto, units: int, place: str
) -> tuple[Fraction, ...]:
    """h_0: stored, or one number in a tensor whose shape is computed, as PyTorch exports it."""
    name = node.input[5] if len(node.input) > 5 else ""
    filled = [one for one in graph.node if one.op_type == "ConstantOfShape" and name in one.output]
    if filled:
        value = attributes_of(filled[0]).get("value")
        if not isinstance(value, TensorProto):
            return (ZERO,) * units
        (number,) = stored_constant(value, place).exact.ravel().tolist()
        return (number,) * units
    started = _constant(graph, node, 5, place)
    states = [] if started is None else started.reshape(-1, units).tolist()
    if any(one != other for one, other in pairwise(states)):
        raise UnsupportedError(place, "expected the same initial_h for all of the batch")
    return tuple(states[0]) if states else (ZERO,) * units


def _output(model: onnx.ModelProto, number: int, units: int, where: str) -> Affine:
    """H -> what the graph gives at each time."""
    graph, node = model.graph, model.graph.node[number]
    later = list(graph.node[number + 1 :])
    for index, one in enumerate(later, start=number + 1):
        if one.op_type not in AFTERWARDS:
            wanted = f"after an RNN only {', '.join(AFTERWARDS)} are read"
            raise UnsupportedError(place_of(one, index, where), wanted)
    outputs = {entry.name for entry in graph.output}
    read = {name for one in later for name in one.input} | outputs
    used = [(index, name) for index, name in enumerate(node.output) if name and name in read]
    if len(used) != 1 or len(outputs) != 1:
        raise UnsupportedError(where, "expected one output, made from one output of the RNN")
    index, name = used[0]
    batch_first = attributes_of(node).get("layout", 0) == 1
    shape = _probe_shape(index, batch_first, units)
    later = later or [helper.make_node("Identity", [name], [f"{name}_again"])]
    kind = _kind(graph, node)
    last = graph.output[0].name if graph.output[0].name != name else f"{name}_again"
    rest = helper.make_graph(
        [*(one for one in graph.node[:number] if one.op_type == "Constant"), *later],
        "after the RNN",
        [helper.make_tensor_value_info(name, kind, shape)],
        [helper.make_tensor_value_info(last, kind, None)],
        list(graph.initializer),
    )
    cut = helper.make_model(rest, opset_imports=model.opset_import, ir_version=model.ir_version)
    cut = onnx.shape_inference.infer_shapes(cut)
    try:
        network, _ = parse_onnx(cut.SerializeToString(), where)
    except InputError as error:
        raise UnsupportedError(where, f"after the RNN, {error.what}") from None
    if network.hidden_layers:
        raise UnsupportedError(where, "expected affine operators after the RNN")
    return _copied(network.layers[0], units, where)


def _kind(graph: onnx.GraphProto, node: onnx.NodeProto) -> int:
    """The element type of the graph's weights R."""
    kinds = {tensor.name: tensor.data_type for tensor in graph.initializer}
    return int(kinds.get(node.input[2], TensorProto.FLOAT))


def _probe_shape(index: int, batch_first: bool, units: int) -> list[int]:
    """The shape of Y or Y_h for two times and two sequences."""
    if index == 0:
        return [_PROBE, _PROBE, 1, units] if batch_first else [_PROBE, 1, _PROBE, units]
    return [_PROBE, 1, units] if batch_first else [1, _PROBE, units]


def _copied(layer: Affine, units: int, where: str) -> Affine:
    """The map of which this one is as many copies as it has states.

    Raises:
        UnsupportedError: times or sequences are not treated alike.
    """
    copies = layer.inputs // units
    size = layer.outputs // copies
    places, maps = set[int](), set[Affine]()
    for copy in range(copies):
        rows = layer.rows[copy * size : (copy + 1) * size]
        columns = [column for row in rows for column, _ in row]
        place = min(columns, default=copy * units) // units
        if any(column // units != place for column in columns) or not size:
            raise UnsupportedError(where, "what follows the RNN mixes times, or sequences")
        moved = tuple(_moved(row, place * units) for row in rows)
        maps.add(Affine(units, moved, layer.bias[copy * size : (copy + 1) * size]))
        places.add(place)
    if len(maps) != 1 or len(places) != copies or layer.outputs % copies:
        raise UnsupportedError(where, "what follows the RNN treats times, or sequences, unlike")
    return maps.pop()


def _moved(row: Row, by: int) -> Row:
    return tuple((column - by, weight) for column, weight in row)
