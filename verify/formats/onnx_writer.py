"""A network as an ONNX file: a chain of Gemm and Relu whose weights are floats without rounding.

The weights are float32 where every one of them is a float32, else float64 where every one of
them is that. Any other network is refused, with the numbers that no float holds: rounding
would write another function.
"""

import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from theory.network import Affine, Network
from verify.errors import ExportError
from verify.formats.exactness import Entry, Exactness, inexact_entries, network_exactness

_OPSET, _IR_VERSION = 13, 8
_LARGEST = 2**27  # dense weights; ONNX files end at 2 GB
_SHOWN = 3


def write_onnx(network: Network, path: Path | str) -> str:
    """Write the network and return the sha256 of the file.

    The input has shape [batch, inputs]; the first layer reads column i as input i.

    Raises:
        ExportError: a number is no float64, or the file is too large or cannot be written.
    """
    content = onnx_model(network).SerializeToString(deterministic=True)
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise ExportError(str(path), f"cannot be written, {error.strerror or error}") from None
    return hashlib.sha256(content).hexdigest()


def onnx_model(network: Network) -> onnx.ModelProto:
    """The ONNX model of a network.

    Raises:
        ExportError: a number is no float64, or there are too many dense weights.
    """
    kind = network_exactness(network)
    if kind is Exactness.RATIONAL:
        raise ExportError("ONNX export", _refusal(inexact_entries(network, Exactness.FLOAT64)))
    if sum(layer.inputs * layer.outputs for layer in network.layers) > _LARGEST:
        raise ExportError("ONNX export", "more than 2^27 dense weights; write the JSON form")
    single = kind is Exactness.FLOAT32
    element = TensorProto.FLOAT if single else TensorProto.DOUBLE
    nodes, tensors = _chain(network, np.dtype(np.float32 if single else np.float64))
    entry = helper.make_tensor_value_info("input", element, ["batch", network.inputs])
    leave = helper.make_tensor_value_info("output", element, ["batch", network.outputs])
    return helper.make_model(
        helper.make_graph(nodes, "relucert", [entry], [leave], tensors),
        producer_name="relucert",
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", _OPSET)],
    )


def _chain(
    network: Network, dtype: np.dtype
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Gemm, Relu, Gemm, ..., and their weights."""
    nodes, tensors, value = [], [], "input"
    for number, layer in enumerate(network.layers):
        weight, bias, product = (f"{name}{number}" for name in ("weight", "bias", "product"))
        if number == network.hidden_layers:
            product = "output"
        bias_values = np.array([float(entry) for entry in layer.bias], dtype)
        tensors.append(numpy_helper.from_array(_weight(layer, dtype), weight))
        tensors.append(numpy_helper.from_array(bias_values, bias))
        inputs = [value, weight, bias]
        nodes.append(helper.make_node("Gemm", inputs, [product], f"layer{number}", transB=1))
        value = f"relu{number}"
        if product != "output":
            nodes.append(helper.make_node("Relu", [product], [value], value))
    return nodes, tensors


def _refusal(found: tuple[Entry, ...]) -> str:
    shown = "; ".join(f"{entry.place} is {_short(entry.value)}" for entry in found[:_SHOWN])
    more = "" if len(found) <= _SHOWN else "; ..."
    noun = "number is no float64" if len(found) == 1 else "numbers are no float64"
    return f"{len(found)} {noun}: {shown}{more}"


def _short(value: Fraction) -> str:
    digits = value.numerator.bit_length() + value.denominator.bit_length()
    return str(value) if digits < 200 else f"a fraction of {digits} bits"


def _weight(layer: Affine, dtype: np.dtype) -> np.ndarray:
    """The dense matrix; float() does not round these numbers."""
    found = np.zeros((layer.outputs, layer.inputs), dtype)
    for index, row in enumerate(layer.rows):
        for column, weight in row:
            found[index, column] = float(weight)
    return found
