"""The exact JSON form of a network: what claims, proofs and checkers speak about.

    {"format":"relucert-network","inputs":2,"layers":[LAYER,...],"version":1}
    LAYER = {"bias":["0","1/2"],"rows":[[0,"1/2",1,"-1"],[]]}

A row lists column and weight in turn, columns increasing, without zero weights. Numbers are
texts. The canonical text has sorted keys, no spaces, numbers in lowest terms and one final
line feed; it is what is written, and its sha256 names the network. The reader also takes other
texts of the same numbers (`0.25`, `2/8`) and other spacing, so that people can write files.
"""

import hashlib
import json
from fractions import Fraction
from pathlib import Path

from theory.errors import ShapeError
from theory.network import Affine, Network, Row
from theory.rational import text_of
from verify.errors import ExportError, FormatError
from verify.formats.strict_json import (
    Json,
    array_of,
    count_of,
    number_of,
    object_of,
    read_json,
)

FORMAT = "relucert-network"
VERSION = 1
_LONGEST = 4000  # characters, as `theory.rational.rational` reads
_MOST_BITS = 13_000  # of a number whose text is certainly no longer than that


def parse_network(content: bytes, where: str) -> Network:
    """The network in the bytes of a JSON file.

    Raises:
        FormatError: the bytes are not the exact JSON form of a network.
    """
    top = object_of(read_json(content, where), ("format", "inputs", "layers", "version"), where)
    if top["format"] != FORMAT or top["version"] != VERSION or top["version"] is True:
        raise FormatError(where, f'expected "format":"{FORMAT}" and "version":{VERSION}')
    width = count_of(top["inputs"], f"{where}, inputs", least=1)
    layers = []
    for index, value in enumerate(array_of(top["layers"], f"{where}, layers")):
        layer = _layer(value, width, f"{where}, layer {index}")
        layers.append(layer)
        width = layer.outputs
    if not layers or not width:
        raise FormatError(where, "expected at least one layer and one output")
    return Network(tuple(layers))


def _layer(value: Json, width: int, where: str) -> Affine:
    fields = object_of(value, ("bias", "rows"), where)
    bias = array_of(fields["bias"], f"{where}, bias")
    rows = array_of(fields["rows"], f"{where}, rows")
    try:
        return Affine(
            width,
            tuple(sparse_row_of(row, f"{where}, row {index}") for index, row in enumerate(rows)),
            tuple(number_of(entry, f"{where}, bias {index}") for index, entry in enumerate(bias)),
        )
    except ShapeError as error:
        raise FormatError(where, str(error)) from None


def sparse_row_of(value: Json, where: str) -> Row:
    """The row that lists column and weight in turn."""
    entries = array_of(value, where)
    if len(entries) % 2:
        raise FormatError(where, "expected column and weight in turn, got an odd number of entries")
    return tuple(
        (count_of(column, where), number_of(weight, where))
        for column, weight in zip(entries[::2], entries[1::2], strict=True)
    )


def number_text(value: Fraction, layer: int) -> str:
    """The text of a number of a layer.

    Raises:
        ExportError: it is too long to be read again.
    """
    if value.numerator.bit_length() + value.denominator.bit_length() > _MOST_BITS:
        raise ExportError(
            f"layer {layer}", f"a number is longer than the {_LONGEST} characters that are read"
        )
    return text_of(value)


def network_text(network: Network) -> str:
    """The canonical JSON text of a network, ASCII with one final line feed.

    Raises:
        ExportError: a number is too long to be read again.
    """
    layers = [
        {
            "bias": [number_text(value, index) for value in layer.bias],
            "rows": [
                [entry for column, weight in row for entry in (column, number_text(weight, index))]
                for row in layer.rows
            ],
        }
        for index, layer in enumerate(network.layers)
    ]
    top = {"format": FORMAT, "inputs": network.inputs, "layers": layers, "version": VERSION}
    return json.dumps(top, sort_keys=True, separators=(",", ":")) + "\n"


def network_digest(network: Network) -> str:
    """The sha256 of the canonical text: the name of a network in claims."""
    return hashlib.sha256(network_text(network).encode("ascii")).hexdigest()


def write_network_json(network: Network, path: Path | str) -> str:
    """Write the canonical text and return its sha256, which `sha256sum` shows too.

    Raises:
        ExportError: a number is too long, or the file cannot be written.
    """
    content = network_text(network).encode("ascii")
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise ExportError(str(path), f"cannot be written, {error.strerror or error}") from None
    return hashlib.sha256(content).hexdigest()
