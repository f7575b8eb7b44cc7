"""A tolerance that is proved, as near to a witnessed difference as the time allows.

Where no point shows a difference, equality is tried first. Then a claim slightly above the
greatest difference that was met is put to the prover, which small networks decide by their cells;
else the greatest difference is enclosed (`verify.prove.bisection.epsilon`).
"""

import time
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from theory.network import ZERO, Vector
from verify.claim import Claim
from verify.prove.bisection.box_search import ENGINE, Certify
from verify.prove.bisection.epsilon import RATIO, enclosed, short_above
from verify.prove.clock import Clock
from verify.prove.conclusion import certified
from verify.prove.refutation.refute import counterexample
from verify.prove.strategy import prove
from verify.relation import Epsilon
from verify.verdict import Different, Equivalent, Unknown

_ATTEMPTS = 4


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
    sides = claim.left.network, claim.right.network
    point = counterexample(*sides, claim.domain)
    if point is None:
        verdict = prove(exact, timeout=seconds)
        if isinstance(verdict, Equivalent):
            return Tolerance(ZERO, None, ZERO, verdict)
    found = None if point is None else _near(exact, point, seconds)
    return found or _enclosed(exact, seconds)


def _near(claim: Claim, point: Vector, seconds: float | None) -> Tolerance | None:
    """A tolerance slightly above the difference at a point, or at the points that refute it.

    Small networks have few cells, which decide such a claim at once; None where they do not.
    """
    for _ in range(_ATTEMPTS):
        pairs = zip(claim.left.network(point), claim.right.network(point), strict=True)
        lower = max(abs(one - other) for one, other in pairs)
        upper = short_above(lower * (1 + RATIO / 2), lower * (1 + RATIO))
        limit = None if seconds is None else seconds / _ATTEMPTS
        verdict = prove(replace(claim, relation=Epsilon(upper).text), timeout=limit)
        match verdict:
            case Equivalent():
                return Tolerance(lower, point, upper, verdict)
            case Different(found):
                point = found
            case Unknown():
                return None
    return None


def _enclosed(claim: Claim, seconds: float | None) -> Tolerance:
    started = time.monotonic()

    def certify(one: Claim) -> Certify:
        return partial(certified, one, engine=ENGINE, started=started)

    found = enclosed(claim, certify, Clock.of(seconds, None))
    return Tolerance(found.lower.difference, found.lower.point, found.upper, found.proof)
