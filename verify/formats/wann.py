"""Networks in the text format of the published weight-agnostic networks (Gaier and Ha 2019).

n rows of n + 1 numbers with commas: W[source, target], and in the last column the number of the
node's activation. Nodes are the constant 1, the inputs, hidden nodes, the outputs; `nan` and 0 are
no edge, and any other weight is an edge, whose number is replaced by the shared weight. How many
inputs and outputs there are is not in the file: `net.out#5,1` says so.
"""

import re
from pathlib import Path

from theory.architectures.shared_weight import SharedNode, SharedWeightNetwork
from theory.errors import NumberError, TheoryError
from theory.rational import rational
from verify.errors import FormatError, UnsupportedError
from verify.formats.network_file import read_bytes

_KNOWN = {1: "identity", 7: "negation", 8: "absolute", 9: "relu"}
_REFUSED = {2: "step", 3: "sin", 4: "Gaussian", 5: "tanh", 6: "sigmoid", 10: "cos"}
_VIEW = re.compile(r"[1-9][0-9]{0,3},[1-9][0-9]{0,3}", re.ASCII)


def read_wann(path: Path | str) -> SharedWeightNetwork:
    """The network in `net.out#INPUTS,OUTPUTS`.

    Raises:
        InputError: the file cannot be read, is malformed, or has an activation that is refused.
    """
    file, mark, view = str(path).rpartition("#")
    if not mark or not _VIEW.fullmatch(view):
        raise FormatError(str(path), "expected FILE.out#INPUTS,OUTPUTS, for example net.out#5,1")
    inputs, outputs = (int(count) for count in view.split(","))
    return parse_wann(read_bytes(Path(file)), inputs, outputs, Path(file).name)


def parse_wann(content: bytes, inputs: int, outputs: int, where: str) -> SharedWeightNetwork:
    """The network in the bytes of such a file.

    Raises:
        FormatError: it is no such table, or an edge goes back.
        UnsupportedError: a node has an activation that is not positively homogeneous.
    """
    try:
        lines = content.decode("ascii").split()
    except UnicodeDecodeError:
        raise FormatError(where, "expected a table of numbers with commas") from None
    table = [_row(line, f"{where}, row {index + 1}") for index, line in enumerate(lines)]
    size, first = len(table), 1 + inputs
    if any(len(row) != size + 1 for row in table) or size < first + outputs:
        told = f"expected n rows of n + 1 numbers, n at least {first + outputs}"
        raise FormatError(where, f"{told}, got {size} rows")
    nodes = []
    for number in range(size):
        sources = tuple(source for source in range(size) if table[source][number])
        if sources and (number < first or sources[-1] >= number):
            raise FormatError(where, f"node {number}: expected edges from earlier nodes only")
        if number >= first:
            nodes.append(SharedNode(_activation(table[number][size], number, where), sources))
    try:
        return SharedWeightNetwork(inputs, tuple(nodes), tuple(range(size - outputs, size)))
    except TheoryError as error:
        raise FormatError(where, str(error)) from None


def _row(line: str, where: str) -> list[int]:
    """Whether there is an edge, entry by entry, and the number of the activation."""
    entries = line.split(",")
    try:
        edges = [int(entry != "nan" and rational(entry) != 0) for entry in entries[:-1]]
        activation = rational(entries[-1])
    except NumberError as error:
        raise FormatError(where, str(error)) from None
    if activation.denominator != 1:
        raise FormatError(where, f"expected the number of an activation, got {entries[-1][:20]}")
    return [*edges, int(activation)]


def _activation(number: int, node: int, where: str) -> str:
    if number in _REFUSED:
        told = "is not positively homogeneous, so one weight cannot stand for all"
        raise UnsupportedError(where, f"node {node}: {_REFUSED[number]} {told}")
    if number not in _KNOWN:
        raise FormatError(where, f"node {node}: there is no activation {number}")
    return _KNOWN[number]
