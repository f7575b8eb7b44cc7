"""The state of a proof while it is searched for: the checker's own, without its doubts."""

from verify import checker
from verify.checker import Expression, Form, Proof
from verify.claim import Claim


class SearchState(Proof):
    """The checker's state of a claim, moved by the same steps.

    Lemmas are not tried again here, since who writes one has just tried it in integers. Nothing
    rests on that: what is found counts only if the checker accepts its bytes.
    """

    @staticmethod
    def of(claim: Claim) -> "SearchState":
        """The state before the first step."""
        sides = (checker.Network(side.data, side.name) for side in (claim.left, claim.right))
        domain, relation = checker.document(claim.data, "claim", "domain relation left right")[:2]
        return SearchState(checker.Claim(domain, relation, *sides))

    def prove(self, sign: int, expression: Expression, lemma: object, side: Form = ()) -> None:
        """Take a lemma for granted."""
