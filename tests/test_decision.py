"""Refutation of decisions: points where left decides and right does not, exact ones."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope
from theory.network import Affine, Network
from verify.claim import Claim, NamedNetwork
from verify.prove.refutation.decision import lost_decision
from verify.testing.strategies import networks

SQUARE = Box.cube(2, -1, 1)
RELATIONS = st.sampled_from(["top1", "margin=1/3", "topk=2", "topk=3"])


def claim_of(left: Network, right: Network, domain: Domain, relation: str) -> Claim:
    return Claim(NamedNetwork.of("f", left), NamedNetwork.of("g", right), domain, relation)


@given(networks(2, outputs=3), networks(2, outputs=3), RELATIONS)
def test_what_is_found_loses_the_decision(left: Network, right: Network, relation: str) -> None:
    claim = claim_of(left, right, SQUARE, relation)
    found = lost_decision(claim)
    assert found is None or claim.fails_at(found)
    if found is None:
        corners = [(Fraction(a), Fraction(b)) for a in (-1, 0, 1) for b in (-1, 0, 1)]
        assert not any(claim.fails_at(corner) for corner in corners)


def test_a_thin_set_is_found() -> None:
    """Left leads by 1 from x = 1/4 on, right decides for the other class up to x = 1/4 + 1/500."""
    left = Network((Affine.dense([[4], [0]], [0, 0]),))
    right = Network((Affine.dense([[4], [0]], [Fraction(-1008, 1000), 0]),))
    claim = claim_of(left, right, Box.cube(1, -1, 1), "margin=1")
    found = lost_decision(claim)
    assert found is not None
    assert claim.fails_at(found)
    inside = Polytope(1, Box.cube(1, -1, 1).halfspaces)
    assert lost_decision(claim_of(left, right, inside, "margin=1")) is not None
    hint = ((Fraction(251, 1000),),)
    assert lost_decision(claim, hint) is not None


def test_what_cannot_be_lost() -> None:
    network = Network((Affine.dense([[1, 0], [0, 1]], [0, 0]),))
    assert lost_decision(claim_of(network, network, SQUARE, "top1")) is None
    assert lost_decision(claim_of(network, network, SQUARE, "topk=2")) is None
    assert lost_decision(claim_of(network, network, SQUARE, "exact")) is None
