"""The exact JSON form of a network whose edges share one weight.

    {"format":"relucert-shared-weight","inputs":2,"nodes":[["absolute",[1,2]],["relu",[0,3]]],
     "outputs":[4],"version":1}

Node 0 is the constant 1, nodes 1, ..., n are the inputs; `nodes` lists the later ones with their
activation (identity, negation, absolute, relu) and the numbers of the nodes that they read.
"""

from pathlib import Path

from theory.architectures.shared_weight import SharedNode, SharedWeightNetwork
from theory.errors import TheoryError
from verify.claim import json_bytes
from verify.errors import FormatError
from verify.formats.network_file import read_bytes
from verify.formats.strict_json import Json, array_of, count_of, object_of, read_json

FORMAT = "relucert-shared-weight"
VERSION = 1
_KEYS = ("format", "inputs", "nodes", "outputs", "version")


def parse_shared(content: bytes, where: str) -> SharedWeightNetwork:
    """The network in the bytes of a JSON file.

    Raises:
        FormatError: the bytes are not the exact JSON form of such a network.
    """
    top = object_of(read_json(content, where), _KEYS, where)
    if top["format"] != FORMAT or top["version"] != VERSION or top["version"] is True:
        raise FormatError(where, f'expected "format":"{FORMAT}" and "version":{VERSION}')
    nodes = enumerate(array_of(top["nodes"], f"{where}, nodes"))
    outputs = array_of(top["outputs"], f"{where}, outputs")
    try:
        return SharedWeightNetwork(
            count_of(top["inputs"], f"{where}, inputs", 1),
            tuple(_node(value, f"{where}, node {index}") for index, value in nodes),
            tuple(count_of(output, f"{where}, outputs") for output in outputs),
        )
    except TheoryError as error:
        raise FormatError(where, str(error)) from None


def _node(value: Json, where: str) -> SharedNode:
    parts = array_of(value, where)
    if len(parts) != 2 or not isinstance(parts[0], str):
        raise FormatError(where, 'expected ["relu",[0,1]]: an activation and numbers of nodes')
    return SharedNode(
        parts[0], tuple(count_of(entry, where) for entry in array_of(parts[1], where))
    )


def shared_bytes(network: SharedWeightNetwork) -> bytes:
    """The canonical bytes of the network."""
    return json_bytes(
        {
            "format": FORMAT,
            "inputs": network.inputs,
            "nodes": [[node.activation, list(node.sources)] for node in network.nodes],
            "outputs": list(network.outputs),
            "version": VERSION,
        }
    )


def read_shared(path: Path | str) -> SharedWeightNetwork:
    """The network in a `.json` file.

    Raises:
        InputError: the file cannot be read or is malformed.
    """
    return parse_shared(read_bytes(Path(path)), Path(path).name)
