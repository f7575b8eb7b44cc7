"""The question whether a network and one with extended-real weights are the same function.

It has a format of its own, so that no checker of ordinary claims takes it for one.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from theory.domain import Domain
from theory.errors import ShapeError
from theory.extended import ExtendedNetwork
from verify import extended_checker
from verify.certificate import Step
from verify.claim import VERSION, NamedNetwork, json_bytes
from verify.errors import FormatError
from verify.formats.domain_file import domain_value
from verify.formats.extended_json import extended_data
from verify.formats.strict_json import read_json

CLAIM_FORMAT = "relucert-extended-claim"
CHECKER = Path(extended_checker.__file__)


@dataclass(frozen=True, slots=True)
class NamedExtendedNetwork:
    """An extended network with the name that a reader knows it by, and its file."""

    name: str
    network: ExtendedNetwork
    data: bytes

    @staticmethod
    def of(name: str, network: ExtendedNetwork) -> "NamedExtendedNetwork":
        """The network under a name, its file content made once."""
        return NamedExtendedNetwork(name, network, extended_data(network))

    @property
    def sha256(self) -> str:
        """The digest of the network's JSON file, as `sha256sum` prints it."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class ExtendedClaim:
    """For every x of the domain: left(x) = right(x), right with extended-real weights."""

    left: NamedNetwork
    right: NamedExtendedNetwork
    domain: Domain

    def __post_init__(self) -> None:
        left, right = self.left.network, self.right.network
        shapes = (left.inputs, left.outputs), (right.inputs, right.outputs)
        if shapes[0] != shapes[1] or self.domain.inputs != left.inputs:
            raise ShapeError(
                f"claim: expected the same inputs and outputs, got {shapes[0]}, {shapes[1]} and "
                f"a domain of {self.domain.inputs} inputs"
            )

    @property
    def data(self) -> bytes:
        """The bytes of claim.json."""
        sides = {
            side: {"file": f"{side}.json", "name": named.name, "sha256": named.sha256}
            for side, named in (("left", self.left), ("right", self.right))
        }
        head = {"format": CLAIM_FORMAT, "relation": "exact", "version": VERSION}
        return json_bytes({"domain": domain_value(self.domain), **head, **sides})

    @property
    def files(self) -> dict[str, bytes]:
        """The claim and its networks under their file names."""
        return {
            "claim.json": self.data,
            "left.json": self.left.data,
            "right.json": self.right.data,
        }


@dataclass(frozen=True, slots=True)
class ExtendedCertificate:
    """For every region of the right network the steps of an ordinary proof."""

    claim_sha256: str
    regions: tuple[tuple[Step, ...], ...]

    @property
    def data(self) -> bytes:
        """The bytes of certificate.json."""
        return json_bytes(
            {
                "claim": self.claim_sha256,
                "format": "relucert-extended-certificate",
                "regions": [list(steps) for steps in self.regions],
                "version": VERSION,
            }
        )


def is_extended_claim(content: bytes) -> bool:
    """Whether the bytes of claim.json say that `verify.extended_checker` is the one to ask."""
    try:
        top = read_json(content, "claim.json")
    except FormatError:
        return False
    return isinstance(top, dict) and top.get("format") == CLAIM_FORMAT


def checked(claim: ExtendedClaim, certificate: ExtendedCertificate) -> extended_checker.Proof:
    """What `verify.extended_checker` says of the bytes that will be written.

    Raises:
        verify.checker.RejectedError: the certificate does not prove the claim.
        verify.checker.MalformedError: it is not a certificate at all.
    """
    files = {**claim.files, "certificate.json": certificate.data}
    read = extended_checker.reader(files)
    return extended_checker.check(read, "claim.json", "certificate.json")
