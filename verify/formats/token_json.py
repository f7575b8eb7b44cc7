"""The exact JSON form of a program on tokens.

    {"format":"relucert-token-program","inputs":2,"output":MAP,"steps":[STEP, ...],"version":1}

STEP has "kind" and the fields of that kind: "attention" key, query, value (maps), scale (number),
later (number or null) and weights; "function" argument (map) and name; "product" left and right
(maps). MAP is an object {"bias","rows"}, with rows as in networks: columns, which are numbers of
values, and weights in turn.
"""

from collections.abc import Mapping
from pathlib import Path

from theory.architectures.token_program import (
    Attention,
    Elementwise,
    Product,
    Step,
    TokenProgram,
    attention_program,
)
from theory.errors import TheoryError
from theory.network import Affine
from theory.rational import text_of
from verify.claim import json_bytes
from verify.errors import FormatError
from verify.formats import attention_json
from verify.formats.strict_json import Json, array_of, count_of, number_of, object_of, read_json

FORMAT = "relucert-token-program"
VERSION = 1
_KEYS: Mapping[str, tuple[str, ...]] = {
    "attention": ("key", "kind", "later", "query", "scale", "value", "weights"),
    "function": ("argument", "kind", "name"),
    "product": ("kind", "left", "right"),
}


def parse_program(content: bytes, where: str) -> TokenProgram:
    """The program in the bytes of a JSON file.

    Raises:
        FormatError: the bytes are not the exact JSON form of a program.
    """
    top = object_of(
        read_json(content, where), ("format", "inputs", "output", "steps", "version"), where
    )
    if top["format"] != FORMAT or top["version"] != VERSION or top["version"] is True:
        raise FormatError(where, f'expected "format":"{FORMAT}" and "version":{VERSION}')
    inputs = count_of(top["inputs"], f"{where}, inputs", 1)
    values, steps = inputs, list[Step]()
    try:
        for number, value in enumerate(array_of(top["steps"], f"{where}, steps")):
            steps.append(_step(value, values, f"{where}, step {number}"))
            values += steps[-1].outputs
        return TokenProgram(inputs, tuple(steps), _map(top["output"], values, f"{where}, output"))
    except TheoryError as error:
        raise FormatError(where, str(error)) from None


def _step(value: Json, values: int, where: str) -> Step:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _KEYS:
        raise FormatError(where, f"expected an object of a kind {', '.join(_KEYS)}")
    parts = object_of(value, _KEYS[kind], where)
    if kind == "attention":
        query, key, given = (_map(parts[n], values, where) for n in ("query", "key", "value"))
        scale = number_of(parts["scale"], f"{where}, scale")
        later = parts["later"]
        number = None if later is None else number_of(later, f"{where}, later")
        return Attention(query, key, given, scale, str(parts["weights"]), number)
    if kind == "function":
        return Elementwise(str(parts["name"]), _map(parts["argument"], values, where))
    return Product(_map(parts["left"], values, where), _map(parts["right"], values, where))


def _map(value: Json, inputs: int, where: str) -> Affine:
    parts = object_of(value, ("bias", "rows"), where)
    rows = []
    for row in array_of(parts["rows"], where):
        entries = array_of(row, where)
        columns = [count_of(column, where) for column in entries[::2]]
        weights = [number_of(weight, where) for weight in entries[1::2]]
        if len(columns) != len(weights):
            raise FormatError(where, "expected columns and weights in turn")
        rows.append(tuple(zip(columns, weights, strict=True)))
    bias = tuple(number_of(entry, where) for entry in array_of(parts["bias"], where))
    return Affine(inputs, tuple(rows), bias)


def program_bytes(program: TokenProgram) -> bytes:
    """The canonical bytes of the program."""
    return json_bytes(
        {
            "format": FORMAT,
            "inputs": program.inputs,
            "output": _map_value(program.output),
            "steps": [_step_value(step) for step in program.steps],
            "version": VERSION,
        }
    )


def _step_value(step: Step) -> dict[str, object]:
    match step:
        case Attention():
            return {
                "kind": "attention",
                "key": _map_value(step.key),
                "later": None if step.later is None else text_of(step.later),
                "query": _map_value(step.query),
                "scale": text_of(step.scale),
                "value": _map_value(step.value),
                "weights": step.weights,
            }
        case Elementwise():
            argument = _map_value(step.argument)
            return {"kind": "function", "name": step.name, "argument": argument}
        case Product():
            left, right = _map_value(step.left), _map_value(step.right)
            return {"kind": "product", "left": left, "right": right}


def _map_value(map_: Affine) -> dict[str, object]:
    rows = [
        [entry for column, weight in row for entry in (column, text_of(weight))]
        for row in map_.rows
    ]
    return {"bias": [text_of(entry) for entry in map_.bias], "rows": rows}


def read_program(path: Path | str) -> tuple[TokenProgram, int | None]:
    """The program in a `.json` or `.onnx` file, and the number of tokens if that is fixed there.

    An attention layer in its JSON form is read as the program that it is.

    Raises:
        InputError: the file cannot be read, is malformed, or holds what is not read exactly.
    """
    from verify.formats.network_file import read_bytes

    file = Path(path)
    content = read_bytes(file)
    if file.suffix.lower() == ".onnx":
        from verify.formats.onnx_transformer import parse_onnx_transformer

        return parse_onnx_transformer(content, file.name)
    if attention_json.FORMAT.encode() not in content[:200]:
        return parse_program(content, file.name), None
    try:
        layer = attention_json.parse_attention(content, file.name)
        return attention_program(layer), None
    except TheoryError as error:
        raise FormatError(file.name, str(error)) from None
