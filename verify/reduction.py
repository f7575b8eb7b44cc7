"""A question of another shape, answered by an ordinary claim: what is asked, and what follows.

The claim that is put to the prover is as strong as what is asked, or stronger. A certificate of
it therefore answers the question; a counterexample of it does only if what is asked fails at
the point, too, which is evaluated exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass

from theory.network import Vector
from verify.claim import Claim
from verify.verdict import Different, Unknown, Verdict


@dataclass(frozen=True, slots=True)
class Reduction:
    """An ordinary claim that answers a question of another shape.

    Attributes:
        claim: What is proved; what is asked follows from it.
        asked: What is asked, as the user wrote it.
        follows: What a certificate of the claim shows, a clause.
        fails_at: Whether what is asked fails at a point, by exact evaluation.
        gap: Why a counterexample of the claim need not be one of what is asked; empty where it is.
        narrower: A claim each of whose counterexamples is one of what is asked, or None.
        is_rewritten: Whether the claim is about other networks, made from those that are asked of.
    """

    claim: Claim
    asked: str
    follows: str
    fails_at: Callable[[Vector], bool]
    gap: str = ""
    narrower: Claim | None = None
    is_rewritten: bool = False

    def answered(self, verdict: Verdict, search: Callable[[Claim], Verdict]) -> Verdict:
        """The verdict on what is asked, from the one on the claim.

        Args:
            verdict: That on the claim.
            search: Puts the narrower claim to the prover, where the claim fails at a point that
                does not answer the question.
        """
        if not isinstance(verdict, Different) or self.fails_at(verdict.point):
            return verdict
        if self.narrower is not None:
            other = search(self.narrower)
            if isinstance(other, Different) and self.fails_at(other.point):
                return self._at(other)
        return Unknown(f"the claim fails at a point, but {self.asked} does not; {self.gap}")

    def _at(self, found: Different) -> Different:
        sides = (self.claim.left.network, self.claim.right.network)
        left, right = (side(found.point) for side in sides)
        return Different(found.point, left, right, found.engine)
