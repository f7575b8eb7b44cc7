"""`read_network`: a network from a file of any format, by the suffix of the file's name."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from theory.network import Network
from verify.errors import FormatError, InputError
from verify.formats.network_json import parse_network


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
        raise InputError(str(path), f"cannot be read, {error.strerror}") from None
    except ValueError as error:
        raise InputError(str(path), f"is no file name, {error}") from None


def read_network(path: Path | str) -> Source:
    """The network in an `.onnx`, `.nnet` or `.json` file, exactly.

    Raises:
        InputError: the file cannot be read, is malformed, or holds what is not read exactly.
    """
    file, view = _file_and_view(path)
    suffix = file.suffix.lower().removeprefix(".")
    if view:
        raise InputError(str(path), f"there is no view {view!r} of this format")
    if suffix not in {"json", "onnx"}:
        raise FormatError(str(file), "expected a file name that ends in .onnx, .nnet or .json")
    content = read_bytes(file)
    digest = hashlib.sha256(content).hexdigest()
    if suffix == "onnx":
        from verify.formats.onnx_reader import parse_onnx  # onnx is slow to import

        network, notes = parse_onnx(content, file.name)
        return Source(network, file.name, suffix, digest, notes)
    return Source(parse_network(content, file.name), file.name, suffix, digest)


def _file_and_view(path: Path | str) -> tuple[Path, str]:
    """Split `net.nnet#normalised`; a file that is really called so is taken as it is."""
    file = Path(path)
    name, mark, view = file.name.rpartition("#")
    if not mark or file.exists():
        return file, ""
    return file.with_name(name) if name else file, view
