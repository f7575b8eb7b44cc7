"""Networks within epsilon of a function of one number, and the files that say so (T52).

approximation.json    the interval, the function, epsilon, and the digest of the network
network.json          the exact network
"""

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from theory.approximation.target import Target
from theory.network import Network
from theory.rational import text_of
from verify import polynomial_checker
from verify.checker import Network as CheckedNetwork
from verify.claim import VERSION, json_bytes
from verify.formats.network_json import network_text
from verify.result import APPROXIMATION

NETWORK = "network.json"


@dataclass(frozen=True, slots=True)
class Approximation:
    """The claim |network - target| <= epsilon on [low, high]."""

    network: Network
    target: Target
    low: Fraction
    high: Fraction
    epsilon: Fraction

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of the files, by name."""
        data = network_text(self.network).encode()
        terms = [
            [t.function, text_of(t.weight), text_of(t.shift), text_of(t.slope), t.degree]
            for t in self.target.terms
        ]
        target = {
            "denominator": list(map(text_of, self.target.denominator)),
            "numerator": list(map(text_of, self.target.numerator)),
            "terms": terms,
        }
        stated = {
            "epsilon": text_of(self.epsilon),
            "format": "relucert-approximation",
            "interval": [text_of(self.low), text_of(self.high)],
            "network": {"file": NETWORK, "sha256": sha256(data).hexdigest()},
            "target": target,
            "version": VERSION,
        }
        return {NETWORK: data, APPROXIMATION: json_bytes(stated)}

    def judged(self) -> int:
        """The number of affine pieces, as `verify.polynomial_checker` counts them.

        Raises:
            RejectedError: the claim is false, or Taylor remainders do not leave enough of epsilon.
        """
        read = CheckedNetwork(network_text(self.network).encode(), NETWORK)
        terms = [(t.function, t.weight, t.shift, t.slope, t.degree) for t in self.target.terms]
        target = (list(self.target.numerator), list(self.target.denominator), terms)
        return polynomial_checker.require_within(read, target, self.low, self.high, self.epsilon)[0]
