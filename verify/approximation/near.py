"""Networks within epsilon of a network on a box: ordinary claims with the relation eps.

claim.json left.json right.json certificate.json    left is the target, right the network
run.json                                            what the report says of the run
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box
from verify.checker import RejectedError
from verify.claim import Claim, NamedNetwork, json_bytes
from verify.prove.strategy import prove
from verify.relation import Epsilon
from verify.result import CERTIFICATE, CLAIM, RUN, Run
from verify.verdict import Different, Equivalent, Verdict

RIGHT = "right.json"
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class NearNetwork:
    """The claim |network - target| <= epsilon on a box, in every output, with what was found."""

    claim: Claim
    verdict: Verdict
    run: Run

    @staticmethod
    def decided(
        target: NamedNetwork, network: NamedNetwork, box: Box, epsilon: Fraction, run: Run
    ) -> "NearNetwork":
        """The claim, put to the prover."""
        claim = Claim(target, network, box, Epsilon(epsilon).text)
        return NearNetwork(claim, prove(claim, timeout=_SECONDS), run)

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of the files, by name."""
        found = {CLAIM: self.claim.data, **self.claim.network_files}
        if isinstance(self.verdict, Equivalent):
            found[CERTIFICATE] = self.verdict.certificate.data
        return {**found, RUN: json_bytes(self.run.json(self.verdict))}

    def judged(self) -> int:
        """The number of leaves of the proof, which the checker accepted.

        Raises:
            RejectedError: there is none.
        """
        match self.verdict:
            case Equivalent(leaves=leaves):
                return leaves
            case Different(point=point):
                raise RejectedError(f"at {', '.join(map(str, point))} it is further away")
            case _:
                raise RejectedError("no proof was found in time")
