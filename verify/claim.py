"""The question: are two networks the same function on a domain?

A claim is (left, right, domain, relation). It speaks about real arithmetic on the exact
stored weights; nothing is said about the float models.
"""

import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Domain
from theory.errors import ShapeError
from theory.network import Network, Vector
from verify.formats.domain_file import domain_value
from verify.formats.network_json import network_text
from verify.relation import Epsilon, Exact, is_related, read_relation

VERSION = 1


def json_bytes(value: object) -> bytes:
    """The canonical text of a JSON value: sorted keys, no blanks, ASCII, one final newline."""
    return (json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n").encode("ascii")


@dataclass(frozen=True, slots=True)
class NamedNetwork:
    """A network with the name that a reader knows it by, and its exact JSON file."""

    name: str
    network: Network
    data: bytes

    @staticmethod
    def of(name: str, network: Network) -> "NamedNetwork":
        """The network under a name, its file content made once."""
        return NamedNetwork(name, network, network_text(network).encode("ascii"))

    @property
    def sha256(self) -> str:
        """The digest of the network's JSON file, as `sha256sum` prints it."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Claim:
    """For every x of the domain: left(x) relation right(x). The relation is a text, `exact`."""

    left: NamedNetwork
    right: NamedNetwork
    domain: Domain
    relation: str = "exact"

    def __post_init__(self) -> None:
        left, right = self.left.network, self.right.network
        if left.inputs != right.inputs:
            raise ShapeError(
                f"claim: {self.left.name} has {left.inputs} inputs, "
                f"{self.right.name} has {right.inputs}"
            )
        if left.outputs != right.outputs:
            raise ShapeError(
                f"claim: {self.left.name} has {left.outputs} outputs, "
                f"{self.right.name} has {right.outputs}"
            )
        if self.domain.inputs != left.inputs:
            raise ShapeError(
                f"claim: expected a domain with {left.inputs} inputs, got {self.domain.inputs}"
            )

    @property
    def data(self) -> bytes:
        """The bytes of claim.json."""
        return json_bytes(
            {
                "domain": domain_value(self.domain),
                "format": "relucert-claim",
                "left": self._name_json(self.left, "left.json"),
                "relation": self.relation,
                "right": self._name_json(self.right, "right.json"),
                "version": VERSION,
            }
        )

    @staticmethod
    def _name_json(network: NamedNetwork, file: str) -> object:
        return {"file": file, "name": network.name, "sha256": network.sha256}

    @property
    def network_files(self) -> dict[str, bytes]:
        """The networks' files under the names that claim.json uses."""
        return {"left.json": self.left.data, "right.json": self.right.data}

    @property
    def tolerance(self) -> Fraction:
        """The difference of outputs that the claim allows: 0 where they are to be equal."""
        relation = read_relation(self.relation)
        return relation.epsilon if isinstance(relation, Epsilon) else Fraction(0)

    @property
    def is_about_differences(self) -> bool:
        """Whether the claim bounds the difference of outputs; otherwise it compares decisions."""
        return isinstance(read_relation(self.relation), Exact | Epsilon)

    def fails_at(self, point: Vector) -> bool:
        """Whether the point lies in the domain and the relation fails there, exactly."""
        outputs = (self.left.network(point), self.right.network(point))
        return point in self.domain and not is_related(read_relation(self.relation), *outputs)
