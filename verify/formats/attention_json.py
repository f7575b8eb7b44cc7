"""The exact JSON form of an attention layer.

    {"format":"relucert-attention-layer","heads":[HEAD, ...],"kind":"softmax",
     "output_bias":["0","1/2"],"version":1}

HEAD has the keys key, key_bias, output, query, query_bias, value, value_bias: matrices as lists
of rows, numbers as texts. A token is a row: it is multiplied from the left, x Q.
"""

from pathlib import Path

from theory.architectures.attention import AttentionHead, AttentionLayer, Matrix
from theory.errors import TheoryError
from theory.network import Vector
from theory.rational import text_of
from verify.claim import json_bytes
from verify.errors import FormatError
from verify.formats.network_file import read_bytes
from verify.formats.strict_json import Json, array_of, number_of, object_of, read_json

FORMAT = "relucert-attention-layer"
VERSION = 1
_HEAD = ("key", "key_bias", "output", "query", "query_bias", "value", "value_bias")


def parse_attention(content: bytes, where: str) -> AttentionLayer:
    """The layer in the bytes of a JSON file.

    Raises:
        FormatError: the bytes are not the exact JSON form of a layer.
    """
    keys = ("format", "heads", "kind", "output_bias", "version")
    top = object_of(read_json(content, where), keys, where)
    if top["format"] != FORMAT or top["version"] != VERSION or top["version"] is True:
        raise FormatError(where, f'expected "format":"{FORMAT}" and "version":{VERSION}')
    heads = enumerate(array_of(top["heads"], f"{where}, heads"))
    try:
        return AttentionLayer(
            str(top["kind"]),
            tuple(_head(value, f"{where}, head {index}") for index, value in heads),
            _vector(top["output_bias"], f"{where}, output_bias"),
        )
    except TheoryError as error:
        raise FormatError(where, str(error)) from None


def _head(value: Json, where: str) -> AttentionHead:
    parts = object_of(value, _HEAD, where)
    query, key, value_, output = (
        _matrix(parts[name], f"{where}, {name}") for name in ("query", "key", "value", "output")
    )
    query_bias, key_bias, value_bias = (
        _vector(parts[name], f"{where}, {name}")
        for name in ("query_bias", "key_bias", "value_bias")
    )
    return AttentionHead(query, key, value_, output, query_bias, key_bias, value_bias)


def _matrix(value: Json, where: str) -> Matrix:
    return tuple(_vector(row, where) for row in array_of(value, where))


def _vector(value: Json, where: str) -> Vector:
    return tuple(number_of(entry, where) for entry in array_of(value, where))


def attention_bytes(layer: AttentionLayer) -> bytes:
    """The canonical bytes of the layer."""
    heads = [
        {
            name: _texts(entry) if name.endswith("bias") else [_texts(row) for row in entry]
            for name in _HEAD
            for entry in (getattr(head, name),)
        }
        for head in layer.heads
    ]
    return json_bytes(
        {
            "format": FORMAT,
            "heads": heads,
            "kind": layer.kind,
            "output_bias": _texts(layer.output_bias),
            "version": VERSION,
        }
    )


def _texts(values: Vector) -> list[str]:
    return [text_of(value) for value in values]


def read_attention(path: Path | str) -> AttentionLayer:
    """The layer in a `.json` file.

    Raises:
        InputError: the file cannot be read or is malformed.
    """
    return parse_attention(read_bytes(Path(path)), Path(path).name)
