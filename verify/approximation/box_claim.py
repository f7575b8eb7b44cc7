"""Networks within epsilon of a function on a box, and the files that say so (T60).

approximation.json    the box, the function, epsilon, a grid, and the digest of the network
network.json          the exact network
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256

from theory.approximation.box_target import BoxTarget
from theory.approximation.multivariate import Polynomial
from theory.domain import Box
from theory.network import Network
from theory.rational import text_of
from verify import box_target, simplex_checker
from verify.approximation.claim import NETWORK
from verify.checker import Network as CheckedNetwork
from verify.claim import VERSION, json_bytes
from verify.formats.network_json import network_text
from verify.result import APPROXIMATION


@dataclass(frozen=True, slots=True)
class BoxApproximation:
    """The claim |network - target| <= epsilon on a box, checked from a grid with these steps.

    `simplices` is what `judged` says, where the checker was asked already.
    """

    network: Network
    target: BoxTarget
    box: Box
    steps: tuple[int, ...]
    epsilon: Fraction
    simplices: int | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of the files, by name."""
        data = network_text(self.network).encode()
        stated = {
            "box": [
                [text_of(low), text_of(high)]
                for low, high in zip(self.box.lower, self.box.upper, strict=True)
            ],
            "epsilon": text_of(self.epsilon),
            "format": "relucert-box-approximation",
            "network": {"file": NETWORK, "sha256": sha256(data).hexdigest()},
            "steps": list(self.steps),
            "target": _target_json(self.target),
            "version": VERSION,
        }
        return {NETWORK: data, APPROXIMATION: json_bytes(stated)}

    def judged(self) -> int:
        """The number of simplices on which the checker found the network affine and near.

        Raises:
            RejectedError: the claim is not shown.
        """
        if self.simplices is not None:
            return self.simplices
        read = CheckedNetwork(network_text(self.network).encode(), NETWORK)
        sides = list(zip(self.box.lower, self.box.upper, strict=True))
        claim = simplex_checker.Approximation(
            read, checked_target(self.target), sides, list(self.steps), self.epsilon
        )
        claim.require_all()
        return claim.count

    def accepted(self) -> "BoxApproximation":
        """The claim, which the checker has accepted.

        Raises:
            RejectedError: it has not.
        """
        return replace(self, simplices=self.judged())


def checked_target(target: BoxTarget) -> box_target.Target:
    """The function as the checker has it after reading."""
    terms = [
        (
            dict(one.weight.entries),
            [(f.function, dict(f.argument.entries), f.degree) for f in one.factors],
        )
        for one in target.summands
    ]
    return terms, dict(target.denominator.entries)


def _target_json(target: BoxTarget) -> dict[str, object]:
    terms = [
        [
            _polynomial_json(one.weight),
            [[f.function, _polynomial_json(f.argument), f.degree] for f in one.factors],
        ]
        for one in target.summands
    ]
    return {"denominator": _polynomial_json(target.denominator), "terms": terms}


def _polynomial_json(polynomial: Polynomial) -> list[list[object]]:
    return [[text_of(entry), *powers] for powers, entry in polynomial.entries]
