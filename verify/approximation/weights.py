"""weights.json: which parameters a network shares with the one that it came from.

initial.json    the network that it came from
weights.json    the rule that both obey; verify/weights_checker.py decides it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from theory.network import Network
from theory.rational import text_of
from verify.approximation.claim import NETWORK
from verify.claim import VERSION, json_bytes
from verify.formats.network_json import network_text
from verify.result import WEIGHTS

INITIAL = "initial.json"


@dataclass(frozen=True, slots=True)
class LayerRule:
    """What is said of a layer of both networks.

    Attributes:
        is_permuted: Every row is a permutation of the same row of the first network, or else equal.
        is_free: The biases may differ.
        scale: What the entries of the first network are multiplied by.
    """

    is_permuted: bool = False
    is_free: bool = False
    scale: Fraction = Fraction(1)


def permuted_files(first: Network, second: Network, rules: Sequence[LayerRule]) -> dict[str, bytes]:
    """initial.json and weights.json beside network.json: rows are permutations.

    Theorem: T63 (permutation training), the certificate.
    """
    layers = [
        {
            "bias": "free" if rule.is_free else "equal",
            "rows": "permuted" if rule.is_permuted else "equal",
            "scale": text_of(rule.scale),
        }
        for rule in rules
    ]
    return _files(first, second, {"layers": layers, "rule": "permuted"})


def biases_files(first: Network, second: Network, file: str = NETWORK) -> dict[str, bytes]:
    """initial.json and weights.json beside network.json, or that file: only biases differ."""
    return _files(first, second, {"rule": "biases"}, file)


def _files(
    first: Network, second: Network, rule: dict[str, object], name: str = NETWORK
) -> dict[str, bytes]:
    before, after = (network_text(one).encode() for one in (first, second))
    sides = [
        {"file": file, "sha256": sha256(data).hexdigest()}
        for file, data in ((INITIAL, before), (name, after))
    ]
    stated = {"format": "relucert-weights", "networks": sides, "version": VERSION, **rule}
    return {INITIAL: before, WEIGHTS: json_bytes(stated)}
