"""What lies in a folder OUT: the claim, its two networks, the evidence, and notes on the run.

Nothing here is believed. The networks named are read from their files and their digests are
compared with those that the claim states; `run.json` holds times and remarks for the reader.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from theory.errors import TheoryError
from theory.network import Vector
from verify.claim import Claim, NamedNetwork
from verify.errors import FormatError
from verify.formats.domain_file import domain_of
from verify.formats.network_file import read_bytes
from verify.formats.network_json import parse_network
from verify.formats.strict_json import Json, array_of, number_of, object_of, read_json
from verify.relation import read_relation
from verify.report.run_notes import RunNotes, read_run_notes
from verify.result import CERTIFICATE, CLAIM, COUNTEREXAMPLE, RUN

_CLAIM_FORMAT = "relucert-claim"
_EXTENDED_FORMAT = "relucert-extended-claim"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point and what the two networks are said to give there."""

    point: Vector
    left: Vector
    right: Vector


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim with the evidence that lies beside it.

    Attributes:
        claim: The claim, with the networks as their files hold them.
        claim_sha256: The digest of claim.json as it is on disk.
        files: The names of the two network files.
        stated: The digests that the claim states for them.
        certificate: The bytes of certificate.json, if there is one.
        counterexample: The content of counterexample.json, if there is one.
        run: The content of run.json, or nothing.
    """

    claim: Claim
    claim_sha256: str
    files: tuple[str, str]
    stated: tuple[str, str]
    certificate: bytes | None
    counterexample: Counterexample | None
    run: RunNotes

    @property
    def is_bound(self) -> bool:
        """Whether the two files have the digests that the claim states."""
        return self.stated == (self.claim.left.sha256, self.claim.right.sha256)


def read_evidence(folder: Path) -> Evidence:
    """The claim in a folder and what is offered as evidence for or against it.

    Raises:
        InputError: claim.json, a network file, counterexample.json or run.json is missing where
            it is needed, or malformed. A malformed certificate is the checker's business.
    """
    content = read_bytes(folder / CLAIM)
    keys = ("domain", "format", "left", "relation", "right", "version")
    top = object_of(read_json(content, CLAIM), keys, CLAIM)
    _require_claim(top["format"])
    relation = _text(top["relation"], f"{CLAIM}, relation")
    read_relation(relation)  # a text that names none is refused here
    (left, left_file, left_digest), (right, right_file, right_digest) = (
        _named_network(folder, top[side], f"{CLAIM}, {side}") for side in ("left", "right")
    )
    try:
        domain = domain_of(top["domain"], left.network.inputs, f"{CLAIM}, domain")
        claim = Claim(left, right, domain, relation)
    except TheoryError as error:
        raise FormatError(CLAIM, str(error)) from None
    return Evidence(
        claim,
        hashlib.sha256(content).hexdigest(),
        (left_file, right_file),
        (left_digest, right_digest),
        read_bytes(folder / CERTIFICATE) if (folder / CERTIFICATE).exists() else None,
        _counterexample(folder / COUNTEREXAMPLE),
        read_run_notes(folder / RUN),
    )


def _require_claim(name: Json) -> None:
    """Refuse what the checker of ordinary claims does not read.

    Raises:
        FormatError: it is a claim of another kind, or none.
    """
    if name == _EXTENDED_FORMAT:
        reason = "a claim about extended-real weights, which verify.extended_checker checks"
        raise FormatError(CLAIM, f"{reason}; it is no ordinary claim")
    if name != _CLAIM_FORMAT:
        raise FormatError(CLAIM, f'expected "format":"{_CLAIM_FORMAT}"')


def _named_network(folder: Path, value: Json, where: str) -> tuple[NamedNetwork, str, str]:
    named = named_file(folder, value, where)
    network = parse_network(named.content, named.file)
    return NamedNetwork(named.name, network, named.content), named.file, named.stated


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that a claim names: the name for people, its own, the digest stated, the bytes."""

    name: str
    file: str
    stated: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of the bytes that are there."""
        return hashlib.sha256(self.content).hexdigest()


def named_file(folder: Path, value: Json, where: str) -> NamedFile:
    """The file that one side of a claim names, beside the claim.

    Raises:
        InputError: it is not named by a plain file name, or cannot be read.
    """
    fields = object_of(value, ("file", "name", "sha256"), where)
    file, name, digest = (_text(fields[key], where) for key in ("file", "name", "sha256"))
    if Path(file).name != file or file in {"", ".", ".."}:
        raise FormatError(where, f"expected a plain file name, got {file[:60]!r}")
    return NamedFile(name, file, digest, read_bytes(folder / file))


def _numbers(value: Json, where: str) -> Vector:
    return tuple(number_of(entry, where) for entry in array_of(value, where))


def _text(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise FormatError(where, "expected a text")
    return value


def _counterexample(path: Path) -> Counterexample | None:
    if not path.exists():
        return None
    keys = ("format", "left", "point", "right", "version")
    fields = object_of(read_json(read_bytes(path), path.name), keys, path.name)
    point, left, right = (_numbers(fields[key], path.name) for key in ("point", "left", "right"))
    return Counterexample(point, left, right)
