"""The exact JSON form of a recurrent network.

    {"activation":"relu","format":"relucert-recurrent","inputs":1,"output":LAYER,
     "start":["0","0"],"step":LAYER,"version":1}

LAYER is that of `verify.formats.network_json`. The columns of the step are the units of the
state, then the inputs: h_t = s(W h_(t-1) + U x_t + b) has the rows [W, U] and the bias b. The
activation is `relu`, `saturated` or `identity`; there may be no inputs.
"""

from pathlib import Path

from theory.errors import TheoryError
from theory.network import Affine
from theory.recurrence.recurrent import RecurrentNetwork
from verify.claim import json_bytes
from verify.errors import ExportError, FormatError
from verify.formats.network_file import read_bytes
from verify.formats.network_json import number_text, sparse_row_of
from verify.formats.strict_json import Json, array_of, count_of, number_of, object_of, read_json

FORMAT = "relucert-recurrent"
VERSION = 1
RNN = b'"\x03RNN'  # the operator of a node of an ONNX model, as protobuf writes it
_KEYS = ("activation", "format", "inputs", "output", "start", "step", "version")


def parse_recurrent(content: bytes, where: str) -> RecurrentNetwork:
    """The recurrent network in the bytes of a JSON file.

    Raises:
        FormatError: the bytes are not the exact JSON form of a recurrent network.
    """
    top = object_of(read_json(content, where), _KEYS, where)
    if top["format"] != FORMAT or top["version"] != VERSION or top["version"] is True:
        raise FormatError(where, f'expected "format":"{FORMAT}" and "version":{VERSION}')
    inputs = count_of(top["inputs"], f"{where}, inputs")
    numbers = enumerate(array_of(top["start"], f"{where}, start"))
    start = tuple(number_of(entry, f"{where}, start {index}") for index, entry in numbers)
    step = _layer(top["step"], len(start) + inputs, f"{where}, step")
    output = _layer(top["output"], len(start), f"{where}, output")
    try:
        return RecurrentNetwork(step, output, start, str(top["activation"]))
    except TheoryError as error:
        raise FormatError(where, str(error)) from None


def _layer(value: Json, width: int, where: str) -> Affine:
    parts = object_of(value, ("bias", "rows"), where)
    rows = array_of(parts["rows"], f"{where}, rows")
    bias = array_of(parts["bias"], f"{where}, bias")
    try:
        return Affine(
            width,
            tuple(sparse_row_of(row, f"{where}, row {index}") for index, row in enumerate(rows)),
            tuple(number_of(entry, f"{where}, bias {index}") for index, entry in enumerate(bias)),
        )
    except TheoryError as error:
        raise FormatError(where, str(error)) from None


def recurrent_bytes(network: RecurrentNetwork) -> bytes:
    """The canonical bytes of a recurrent network.

    Raises:
        ExportError: a number is too long to be read again.
    """
    return json_bytes(
        {
            "activation": network.activation,
            "format": FORMAT,
            "inputs": network.inputs,
            "output": _value(network.output),
            "start": [number_text(value, 0) for value in network.start],
            "step": _value(network.step),
            "version": VERSION,
        }
    )


def _value(layer: Affine) -> object:
    return {
        "bias": [number_text(value, 0) for value in layer.bias],
        "rows": [
            [entry for column, weight in row for entry in (column, number_text(weight, 0))]
            for row in layer.rows
        ],
    }


def is_recurrent(path: Path | str) -> bool:
    """Whether a file says that it holds a recurrent network: JSON, or ONNX with an RNN node."""
    suffix = Path(path).suffix.lower()
    if suffix not in (".json", ".onnx") or not Path(path).is_file():
        return False
    mark = f'"{FORMAT}"'.encode("ascii") if suffix == ".json" else RNN
    return mark in read_bytes(Path(path))


def is_recurrence(left: str, right: str | None) -> bool:
    """Whether a question is about a Turing machine or recurrent networks."""
    return left.endswith(".tm") or any(is_recurrent(path) for path in (left, right) if path)


def read_recurrent(path: Path | str) -> RecurrentNetwork:
    """The recurrent network in a `.json` or `.onnx` file.

    Raises:
        InputError: the file cannot be read, is malformed, or holds what is not read exactly.
    """
    if Path(path).suffix.lower() == ".onnx":
        from verify.formats.onnx_recurrent import parse_onnx_recurrent  # onnx is slow to import

        return parse_onnx_recurrent(read_bytes(Path(path)), Path(path).name)
    return parse_recurrent(read_bytes(Path(path)), Path(path).name)


def write_recurrent(network: RecurrentNetwork, path: Path | str) -> None:
    """Write the canonical bytes.

    Raises:
        ExportError: a number is too long, or the file cannot be written.
    """
    content = recurrent_bytes(network)
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise ExportError(str(path), f"cannot be written, {error.strerror or error}") from None
