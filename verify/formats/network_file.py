"""`read_network`: a network from a file of any format, by the suffix of the file's name."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from theory.network import Network
from verify.errors import FormatError, InputError
from verify.formats.network_json import parse_network
from verify.formats.nnet import parse_nnet


@dataclass(frozen=True, slots=True)
class Source:
    """A network and where it comes from.

    Attributes:
        network: The function that was read, exactly.
        name: The file's name without its folder, with the view if one was asked for.
        format: `onnx`, `nnet` or `json`.
        sha256: Of the bytes of the file.
        notes: What a reader of the claim should know about the reading, a sentence each.
    """

    network: Network
    name: str
    format: str
    sha256: str
    notes: tuple[str, ...] = ()


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read, {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(str(path), f"is no file name, {error}") from None


def read_network(path: Path | str) -> Source:
    """The network in an `.onnx`, `.nnet` or `.json` file, exactly.

    `net.nnet#normalised` names the layers of an NNet file without its normalisation (see
    `verify.formats.nnet`); `net.onnx#cut-softmax` the scores before a softmax at the output, and
    `net.onnx#rounded-roots` reads irrational factors of batch normalisations as float64 numbers;
    several views are joined by commas.

    Raises:
        InputError: the file cannot be read, is malformed, or holds what is not read exactly.
    """
    file, view = _file_and_view(path)
    suffix = file.suffix.lower().removeprefix(".")
    if suffix not in _READERS:
        raise FormatError(str(file), "expected a file name that ends in .onnx, .nnet or .json")
    views = frozenset(view.split(",")) if view else frozenset()
    for unknown in sorted(views - _VIEWS[suffix]):
        raise FormatError(str(path), f"there is no view {unknown!r}; {_KNOWN_VIEWS}")
    content = read_bytes(file)
    network, notes = _READERS[suffix](content, file.name, views)
    digest = hashlib.sha256(content).hexdigest()
    return Source(network, Path(path).name, suffix, digest, notes)


_Read = tuple[Network, tuple[str, ...]]


def _read_json(content: bytes, where: str, _: frozenset[str]) -> _Read:
    return parse_network(content, where), ()


def _read_nnet(content: bytes, where: str, views: frozenset[str]) -> _Read:
    return parse_nnet(content, where, normalised="normalised" in views)


def _read_onnx(content: bytes, where: str, views: frozenset[str]) -> _Read:
    from verify.formats.onnx_reader import parse_onnx  # here, since onnx is slow to import

    return parse_onnx(content, where, views)


_VIEWS: Mapping[str, frozenset[str]] = {
    "json": frozenset(),
    "nnet": frozenset(("normalised",)),
    "onnx": frozenset(("cut-softmax", "rounded-roots")),
}
_KNOWN_VIEWS = ".nnet files have '#normalised', .onnx files '#cut-softmax' and '#rounded-roots'"

_READERS: Mapping[str, Callable[[bytes, str, frozenset[str]], _Read]] = {
    "json": _read_json,
    "nnet": _read_nnet,
    "onnx": _read_onnx,
}


def _file_and_view(path: Path | str) -> tuple[Path, str]:
    """Split `net.nnet#normalised`; a file that is really called so is taken as it is."""
    file = Path(path)
    name, mark, view = file.name.rpartition("#")
    if not mark or not name or file.exists():
        return file, ""
    return file.with_name(name), view
