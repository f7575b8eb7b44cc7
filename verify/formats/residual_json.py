"""The exact JSON form of residual blocks.

    {"branches":[NETWORK, ...],"format":"relucert-residual","version":1}

NETWORK is that of `verify.formats.network_json`; every branch has as many outputs as inputs.
"""

import json
from pathlib import Path

from theory.architectures.residual import ResidualBlocks
from theory.errors import TheoryError
from verify.claim import json_bytes
from verify.errors import FormatError
from verify.formats.network_file import read_bytes
from verify.formats.network_json import network_text, parse_network
from verify.formats.strict_json import array_of, object_of, read_json

FORMAT = "relucert-residual"
VERSION = 1


def parse_residual(content: bytes, where: str) -> ResidualBlocks:
    """The blocks in the bytes of a JSON file.

    Raises:
        FormatError: the bytes are not the exact JSON form of residual blocks.
    """
    top = object_of(read_json(content, where), ("branches", "format", "version"), where)
    if top["format"] != FORMAT or top["version"] != VERSION or top["version"] is True:
        raise FormatError(where, f'expected "format":"{FORMAT}" and "version":{VERSION}')
    listed = enumerate(array_of(top["branches"], f"{where}, branches"))
    branches = [
        parse_network(json.dumps(value).encode("ascii"), f"{where}, branch {index}")
        for index, value in listed
    ]
    try:
        return ResidualBlocks(tuple(branches))
    except TheoryError as error:
        raise FormatError(where, str(error)) from None


def residual_bytes(blocks: ResidualBlocks) -> bytes:
    """The canonical bytes of the blocks.

    Raises:
        ExportError: a number is too long to be read again.
    """
    branches = [json.loads(network_text(branch)) for branch in blocks.branches]
    return json_bytes({"branches": branches, "format": FORMAT, "version": VERSION})


def read_residual(path: Path | str) -> ResidualBlocks:
    """The blocks in a `.json` file.

    Raises:
        InputError: the file cannot be read or is malformed.
    """
    return parse_residual(read_bytes(Path(path)), Path(path).name)
