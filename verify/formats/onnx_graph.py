"""The graph of an ONNX file, before its nodes are read: rules, version, what is needed."""

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from verify.errors import FormatError, UnsupportedError


def loaded_model(content: bytes, where: str) -> onnx.ModelProto:
    """The model in the bytes of a file, with one output.

    Raises:
        InputError: the bytes are no model, or one with parts that are not read.
    """
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


def check_rules(model: onnx.ModelProto, where: str) -> None:
    """Refuse what breaks the rules of the format, by the checker of the `onnx` package.

    Raises:
        FormatError: it does.
    """
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError, TypeError) as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise FormatError(where, f"not a valid ONNX model, {' '.join(lines[:2])}") from None


def operator_set(model: onnx.ModelProto, where: str) -> int:
    """The version of the operator set, which decides between meanings.

    Raises:
        InputError: there is none, or one that is not known.
    """
    versions = [entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}]
    if len(versions) != 1:
        raise FormatError(where, f"expected one version of the operator set, got {versions}")
    newest = onnx.defs.onnx_opset_version()
    if versions[0] > newest:
        message = f"operator set {versions[0]} is newer than {newest}, the newest that is known"
        raise UnsupportedError(where, message)
    return int(versions[0])


def needed_nodes(
    graph: onnx.GraphProto, output: str, where: str
) -> list[tuple[int, onnx.NodeProto]]:
    """The nodes that the output depends on, with their numbers, in the order of the file.

    Raises:
        FormatError: there are none.
    """
    wanted = {output}
    found = []
    for number, node in reversed(list(enumerate(graph.node))):
        if wanted.intersection(node.output):
            found.append((number, node))
            wanted.update(node.input)
    if not found:
        raise FormatError(where, f"nothing computes the output {output!r}")
    return found[::-1]
