"""The exact JSON form of a network with extended-real weights; no ordinary network reads it.

    {"format":"relucert-extended-network","inputs":2,"layers":[LAYER,...],"version":1}
    LAYER = {"bias":["0"],"finite":[[0,"1/2"]],"infinite":[[1,"-1"]]}

Rows are as in `verify.formats.network_json`: column and weight in turn. The weight between a
unit and a column is finite + infinite * inf; what that means is said in `theory.extended`. The
coefficients of infinity are negative, and the first and last layer have none.
"""

from pathlib import Path

from theory.errors import ShapeError
from theory.extended import ExtendedAffine, ExtendedNetwork
from theory.network import Affine, Row
from verify.claim import json_bytes
from verify.errors import ExportError, FormatError
from verify.formats.network_file import read_bytes
from verify.formats.network_json import number_text, sparse_row_of
from verify.formats.strict_json import Json, array_of, count_of, number_of, object_of, read_json

FORMAT = "relucert-extended-network"
VERSION = 1


def parse_extended(content: bytes, where: str) -> ExtendedNetwork:
    """The extended network in the bytes of a JSON file.

    Raises:
        FormatError: the bytes are not the exact JSON form of an extended network.
    """
    top = object_of(read_json(content, where), ("format", "inputs", "layers", "version"), where)
    if top["format"] != FORMAT or top["version"] != VERSION or top["version"] is True:
        raise FormatError(where, f'expected "format":"{FORMAT}" and "version":{VERSION}')
    width = count_of(top["inputs"], f"{where}, inputs", least=1)
    layers = []
    for index, value in enumerate(array_of(top["layers"], f"{where}, layers")):
        layers.append(_layer(value, width, f"{where}, layer {index}"))
        width = layers[-1].outputs
    try:
        return ExtendedNetwork(tuple(layers))
    except ShapeError as error:
        raise FormatError(where, str(error)) from None


def _layer(value: Json, width: int, where: str) -> ExtendedAffine:
    fields = object_of(value, ("bias", "finite", "infinite"), where)
    bias = array_of(fields["bias"], f"{where}, bias")
    finite, infinite = (_rows(fields[name], f"{where}, {name}") for name in ("finite", "infinite"))
    numbers = (number_of(entry, f"{where}, bias {index}") for index, entry in enumerate(bias))
    try:
        return ExtendedAffine(Affine(width, finite, tuple(numbers)), infinite)
    except ShapeError as error:
        raise FormatError(where, str(error)) from None


def _rows(value: Json, where: str) -> tuple[Row, ...]:
    return tuple(
        sparse_row_of(row, f"{where}, row {index}")
        for index, row in enumerate(array_of(value, where))
    )


def extended_data(network: ExtendedNetwork) -> bytes:
    """The canonical bytes of an extended network; their sha256 names it in claims.

    Raises:
        ExportError: a number is too long to be read again.
    """
    layers = [
        {
            "bias": [number_text(value, index) for value in layer.finite.bias],
            "finite": [_entries(row, index) for row in layer.finite.rows],
            "infinite": [_entries(row, index) for row in layer.infinite],
        }
        for index, layer in enumerate(network.layers)
    ]
    top = {"format": FORMAT, "inputs": network.inputs, "layers": layers, "version": VERSION}
    return json_bytes(top)


def _entries(row: Row, layer: int) -> list[object]:
    return [entry for column, weight in row for entry in (column, number_text(weight, layer))]


def read_extended(path: Path | str) -> ExtendedNetwork:
    """The extended network in a JSON file.

    Raises:
        InputError: the file cannot be read or is malformed.
    """
    file = Path(path)
    return parse_extended(read_bytes(file), file.name)


def write_extended(network: ExtendedNetwork, path: Path | str) -> None:
    """Write the canonical bytes.

    Raises:
        ExportError: a number is too long, or the file cannot be written.
    """
    try:
        Path(path).write_bytes(extended_data(network))
    except OSError as error:
        raise ExportError(str(path), f"cannot be written, {error.strerror or error}") from None
