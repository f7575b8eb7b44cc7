"""The evidence as data: a flat script of steps, bound to its claim by a hash.

The rules are those of `verify.checker.Proof`, and P, R and Z of `verify.zonotope_checker`;
`notes/certificate-format.md` draws each one.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass

from verify import checker
from verify.claim import VERSION, Claim, json_bytes
from verify.zonotope_checker import ZonotopeProof

Step = list[object]

MOST_STEPS_IN_ONE_LINE = 4096
ZONOTOPE_RULES = ZonotopeProof.rules.keys() - checker.Proof.rules.keys()  # it alone knows these


@dataclass(frozen=True, slots=True)
class Certificate:
    """Steps that prove a claim."""

    claim_sha256: str
    steps: tuple[Step, ...]

    @staticmethod
    def of(claim: Claim, steps: list[Step]) -> "Certificate":
        """The steps bound to the claim."""
        return Certificate(hashlib.sha256(claim.data).hexdigest(), tuple(steps))

    @property
    def data(self) -> bytes:
        """The bytes of certificate.json: one line, or for long proofs a line for every step.

        A reader of lines needs memory for the depth of the case tree only.
        """
        is_long = len(self.steps) > MOST_STEPS_IN_ONE_LINE
        first, more = ((), self.steps) if is_long else (self.steps, ())
        head = {
            "claim": self.claim_sha256,
            "format": "relucert-certificate",
            "steps": list(first),
            "version": VERSION,
        }
        return b"".join(map(json_bytes, (head, *more)))

    @property
    def kind(self) -> type[checker.Proof]:
        """The smallest checker that knows its rules."""
        names = set(map(_rule_of, self.steps))
        return ZonotopeProof if names & ZONOTOPE_RULES else checker.Proof

    @property
    def counts(self) -> Counter[str]:
        """How often each rule is used."""
        return Counter(str(step[0]) for step in self.steps)


def checked(claim: Claim, certificate: Certificate) -> checker.Proof:
    """The finished proof, read back from the bytes that will be written.

    Raises:
        verify.checker.RejectedError: the certificate does not prove the claim.
        verify.checker.MalformedError: it is not a certificate at all.
    """
    files = {**claim.network_files, "claim": claim.data, "certificate": certificate.data}

    def read(name: str) -> list[bytes]:
        return files[name].splitlines(True)

    return checker.check(read, "claim", "certificate", certificate.kind)


def _rule_of(step: object) -> str:
    """The name that a step begins with; malformed ones have none."""
    return str(step[0]) if isinstance(step, list) and step else ""
