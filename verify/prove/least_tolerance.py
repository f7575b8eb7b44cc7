"""A tolerance that is proved, as near to a witnessed difference as the time allows.

The difference at a point is a lower bound of any tolerance that holds. Multiples of it are tried
from the least on; where one is refuted, the new point takes the place of the old one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from theory.network import ZERO, Vector
from verify.claim import Claim
from verify.prove.refute import counterexample
from verify.prove.strategy import prove
from verify.relation import Epsilon
from verify.verdict import Different, Equivalent, Verdict

RATIOS = tuple(map(Fraction, ("1/50", "1/5", "1", "4", "24")))
_DIGITS = 3

Search = Callable[[Claim, float | None], Verdict]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is known about the greatest difference of two networks on a domain.

    Attributes:
        lower: The greatest difference at a point that was met, exactly.
        point: That point; None where no difference was met.
        upper: A tolerance that was proved, or the largest one that was tried.
        proof: Its proof, if there is one.
    """

    lower: Fraction
    point: Vector | None
    upper: Fraction
    proof: Equivalent | None = None


def _searched(claim: Claim, seconds: float | None) -> Verdict:
    return prove(claim, timeout=seconds)


def least_tolerance(claim: Claim, seconds: float | None, search: Search = _searched) -> Tolerance:
    """A tolerance with a proof, near the greatest difference that is met.

    Args:
        claim: Two networks and a domain; its relation does not matter.
        seconds: For every attempt; None does not limit them.
        search: Puts a claim to the prover.
    """
    sides = claim.left.network, claim.right.network
    point = counterexample(*sides, claim.domain)
    lower = ZERO if point is None else difference(claim, point)
    if not lower:
        verdict = search(replace(claim, relation="exact"), seconds)
        if not isinstance(verdict, Different):
            proof = verdict if isinstance(verdict, Equivalent) else None
            return Tolerance(ZERO, None, ZERO, proof)
        point, lower = verdict.point, difference(claim, verdict.point)
    upper = lower
    for ratio in RATIOS:
        upper = short_above(lower * (1 + ratio))
        verdict = search(replace(claim, relation=Epsilon(upper).text), seconds)
        if isinstance(verdict, Equivalent):
            return Tolerance(lower, point, upper, verdict)
        if isinstance(verdict, Different):
            point, lower = verdict.point, difference(claim, verdict.point)
    return Tolerance(lower, point, upper)


def difference(claim: Claim, point: Vector) -> Fraction:
    """The greatest |left - right| of an output at a point."""
    pairs = zip(claim.left.network(point), claim.right.network(point), strict=True)
    return max(abs(one - other) for one, other in pairs)


def short_above(value: Fraction) -> Fraction:
    """A positive number rounded up to three decimal digits."""
    scale = Fraction(1)
    while value * scale < 10 ** (_DIGITS - 1):
        scale *= 10
    while value * scale >= 10**_DIGITS:
        scale /= 10
    return -(-value * scale // 1) / scale
