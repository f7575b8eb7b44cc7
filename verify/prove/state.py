"""The state of a proof while it is searched for: the checker's own, without its doubts."""

from copy import copy

from verify import checker
from verify.checker import Expression, Form, Proof


def checker_claim(claim: bytes, left: bytes, right: bytes) -> checker.Claim:
    """A claim as the checker reads it from the bytes of its three files."""
    sides = checker.Network(left, "left"), checker.Network(right, "right")
    domain, relation = checker.document(claim, "claim", "domain relation left right")[:2]
    return checker.Claim(domain, relation, *sides)


class SearchState(Proof):
    """The checker's state of a claim, moved by the same steps.

    Lemmas are not tried again here, since who writes one has just tried it in integers. Nothing
    rests on that: what is found counts only if the checker accepts its bytes.
    """

    def copied(self) -> "SearchState":
        """A state of its own that is the same now, before any split is open."""
        twin = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, list | dict):
                setattr(twin, name, value.copy())
        return twin

    def prove(self, sign: int, expression: Expression, lemma: object, side: Form = ()) -> None:
        """Take a lemma for granted."""
