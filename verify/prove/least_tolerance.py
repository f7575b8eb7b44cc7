"""A tolerance that is proved, as near to a witnessed difference as the time allows.

On a box the greatest difference is enclosed (`verify.prove.epsilon`): the difference at a point,
and a claim with a certificate. Where no point shows a difference, equality is tried first.
"""

import time
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from theory.network import ZERO, Vector
from verify.claim import Claim
from verify.prove.box_search import ENGINE, Certify
from verify.prove.clock import Clock
from verify.prove.conclusion import certified
from verify.prove.epsilon import enclosed
from verify.prove.refute import counterexample
from verify.prove.strategy import prove
from verify.verdict import Equivalent


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is known about the greatest difference of two networks on a box.

    Attributes:
        lower: The greatest difference at a point that was met, exactly.
        point: That point; None where no difference was met.
        upper: A tolerance that was proved; None where none was.
        proof: Its proof: of equality if the tolerance is 0.
    """

    lower: Fraction
    point: Vector | None
    upper: Fraction | None = None
    proof: Equivalent | None = None


def least_tolerance(claim: Claim, seconds: float | None) -> Tolerance:
    """A tolerance with a proof, near the greatest difference that is met.

    Args:
        claim: Two networks and a box; its relation does not matter.
        seconds: How long to search for equality, and for a tolerance; None does not limit them.
    """
    exact = replace(claim, relation="exact")
    if counterexample(claim.left.network, claim.right.network, claim.domain) is None:
        verdict = prove(exact, timeout=seconds)
        if isinstance(verdict, Equivalent):
            return Tolerance(ZERO, None, ZERO, verdict)
    started = time.monotonic()

    def certify(one: Claim) -> Certify:
        return partial(certified, one, engine=ENGINE, started=started)

    found = enclosed(exact, certify, Clock.of(seconds, None))
    return Tolerance(found.lower.difference, found.lower.point, found.upper, found.proof)
