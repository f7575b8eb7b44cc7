"""A list of instances, as the Verification of Neural Networks Competition writes it.

    "[('f', 'onnx/f.onnx'), ('g', 'onnx/g.onnx')]",./vnnlib/property.vnnlib,100

One line an instance: the networks under the names that the query declares, the query, and the
seconds that it may take. Paths are relative to the folder of the list.
"""

import ast
import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from verify.errors import FormatError
from verify.formats.network_file import read_bytes


@dataclass(frozen=True, slots=True)
class Instance:
    """A query about two networks, and the time that it may take.

    Attributes:
        networks: Name and path of each network, as the list writes them.
        query: The path of the query, as the list writes it.
        seconds: The limit.
        folder: Where the paths start.
    """

    networks: tuple[tuple[str, str], ...]
    query: str
    seconds: float
    folder: Path

    @property
    def name(self) -> str:
        """The networks and the query without folders."""
        files = [Path(path).stem for _, path in self.networks]
        return " ".join([*files, Path(self.query).stem])


def read_instances(path: Path) -> tuple[Instance, ...]:
    """The instances of a list.

    Raises:
        InputError: the file cannot be read, or a line is no instance of two networks.
    """
    try:
        text = read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(path.name, f"expected UTF-8 text, byte {error.start} is not") from None
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    found = []
    try:
        for row in reader:
            if row:
                found.append(_instance(row, path.parent, f"{path.name}, line {reader.line_num}"))
    except csv.Error as error:
        raise FormatError(f"{path.name}, line {reader.line_num}", str(error)) from None
    if not found:
        raise FormatError(path.name, "expected instances, there is none")
    return tuple(found)


def _instance(row: list[str], folder: Path, where: str) -> Instance:
    if len(row) != 3:
        raise FormatError(where, f"expected networks, query and seconds, got {len(row)} fields")
    try:
        seconds = float(row[2])
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise FormatError(where, f"expected a positive number of seconds, got {row[2][:40]!r}")
    return Instance(_networks(row[0], where), row[1].strip(), seconds, folder)


def _networks(text: str, where: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a text [('f', 'f.onnx'), ('g', 'g.onnx')]."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    is_list = isinstance(value, list | tuple) and len(value) == 2
    pairs = list(value) if is_list else []
    if not pairs or not all(
        isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
        for pair in pairs
    ):
        wanted = "[('f', 'f.onnx'), ('g', 'g.onnx')]"
        raise FormatError(where, f"expected two networks, {wanted}, got {text[:60]!r}")
    return tuple((name, path) for name, path in pairs)
