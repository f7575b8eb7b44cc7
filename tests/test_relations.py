"""Relations weaker than equality, and cuts: proofs by hand, each premise removed, and attacks.

A relation is proved by lemmas for its obligations. What is accepted, whatever was done to the
files, is never contradicted at a point: `tests.semantics` says once more what a relation means.
"""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case_proofs import case_proof
from tests.golden import Case, cases
from tests.proofs import small_network
from tests.semantics import grid, holds, holds_at
from tests.test_checker_mutations import changed, edited
from theory.domain import Box, Domain, Polytope
from theory.network import Affine, Network
from verify import checker
from verify.certificate import Certificate, Step, checked
from verify.checker import MalformedError, RejectedError
from verify.claim import Claim, NamedNetwork, json_bytes
from verify.testing.strategies import networks, points_in

UNIT, PLANE = Box.cube(1, -1, 1), Box.cube(2, -1, 1)
ATTACKS = 1000  # in every run


def claim_that(relation: str, left: Network, right: Network, domain: Domain) -> Claim:
    """The claim that the networks stand in the relation."""
    return Claim(NamedNetwork.of("left", left), NamedNetwork.of("right", right), domain, relation)


def verdict_on(claim: Claim, steps: list[Step]) -> str:
    """`accepted`, `rejected` or `malformed`."""
    try:
        checked(claim, Certificate.of(claim, steps))
    except RejectedError:
        return "rejected"
    except MalformedError:
        return "malformed"
    return "accepted"


def affine(weight: list[list[int]], bias: list[Fraction | int]) -> Network:
    """The network weight x + bias."""
    return Network((Affine.dense(weight, bias),))


# -- obligations, in order


def obligations(relation: str, outputs: int) -> list[checker.Obligation]:
    """The obligations of a relation between networks with whole weights, on [-1, 1]."""
    network = affine([[1]] * outputs, [0] * outputs)
    claim = claim_that(relation, network, network, UNIT)
    sides = [checker.Network(side.data, side.name) for side in (claim.left, claim.right)]
    domain = checker.document(claim.data, "claim", "domain relation left right")[0]
    return checker.Claim(domain, relation, *sides).obligations


def test_obligations_of_differences() -> None:
    assert obligations("exact", 2) == [
        ([], (0, {0: 1})), ([], (0, {0: -1})), ([], (0, {1: 1})), ([], (0, {1: -1}))
    ]  # fmt: skip
    assert obligations("eps=2/3", 1) == [([], (2, {0: 3})), ([], (2, {0: -3}))]


def test_obligations_of_decisions() -> None:
    assert obligations("top1", 2) == obligations("topk=1", 2)
    assert obligations("top1", 2) == [
        ([(0, {0: 1, 1: -1})], (0, {2: 1, 3: -1})),
        ([(0, {1: 1, 0: -1})], (0, {3: 1, 2: -1})),
    ]
    assert obligations("margin=2/3", 2) == [
        ([(-2, {0: 3, 1: -3})], (0, {2: 1, 3: -1})),
        ([(-2, {1: 3, 0: -3})], (0, {3: 1, 2: -1})),
    ]
    assert obligations("topk=2", 3)[0] == (
        [(0, {0: 1, 1: -1}), (0, {0: 1, 2: -1}), (0, {5: 1, 3: -1})],
        (0, {3: 1, 4: -1}),
    )
    assert [len(obligations(f"topk={k}", 4)) for k in (1, 2, 3, 4)] == [12, 12, 4, 0]


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_T11_obligations_that_hold_imply_the_decision(
    k: int, outputs: int, data: st.DataObject
) -> None:
    values = st.lists(st.integers(-2, 2), min_size=outputs, max_size=outputs)
    left, right = data.draw(values), data.draw(values)
    relation = data.draw(st.sampled_from((f"topk={k}", "top1", "margin=1", "margin=0")))

    def value(combination: checker.Combination) -> int:
        targets = [*left, *right]
        return combination[0] + sum(w * targets[i] for i, w in combination[1].items())

    met = all(
        value(goal) >= 0 or any(value(one) < 0 for one in given)
        for given, goal in obligations(relation, outputs)
    )
    exact = [tuple(map(Fraction, side)) for side in (left, right)]
    true = holds(relation, *exact)
    assert true or not met
    if relation != f"topk={k}" or k == 1 or len(set(right)) == outputs:
        assert met == true


# -- proofs by hand: every premise is needed

TIGHT = (
    "cut",
    "cut-within-a-cut",
    "cut-on-one-side",
    "eps-sharp",
    "margin",
    "polytope-without-interior",
    "split",
    "top1",
    "top1-with-relus",
    "topk",
)


def steps_of(case: Case) -> list[Step]:
    """The steps of a certificate in one line."""
    steps: list[Step] = json.loads(case.files["certificate.json"])["steps"]
    return steps


def weakened(steps: list[Step]) -> Iterator[tuple[str, list[Step]]]:
    """The steps with one multiplier of one lemma removed, and with one step removed."""
    for index, step in enumerate(steps):
        yield f"step {index} removed", steps[:index] + steps[index + 1 :]
        for place, lemma in enumerate(step):
            if not isinstance(lemma, list) or step[0] == "C" or not lemma:
                continue
            for pair in range(1, len(lemma), 2):
                weaker = copy.deepcopy(steps)
                weaker[index][place] = [*lemma[:pair], *lemma[pair + 2 :]]
                yield f"row {lemma[pair]} of step {index} removed", weaker


@pytest.mark.parametrize("name", TIGHT)
def test_every_premise_of_a_proof_by_hand_is_needed(name: str) -> None:
    (case,) = (case for case in cases("accepted") if case.name == name)
    assert case.answer()[0] == "accepted"
    head = json.loads(case.files["certificate.json"])
    count = 0
    for what, steps in weakened(steps_of(case)):
        files = {**case.files, "certificate.json": json_bytes({**head, "steps": steps})}
        weaker = Case(case.name, case.verdict, what, "", files)
        assert weaker.answer()[0] != "accepted", what
        count += 1
    assert count >= 3


# -- proofs by brute force, and attacks on them


def near(network: Network, step: Fraction) -> Network:
    """The network with the weights of its last layer rounded to multiples of the step."""
    *before, last = network.layers
    weight = [[round(entry / step) * step for entry in row] for row in last.weight]
    return Network((*before, Affine.dense(weight, last.bias)))


SLANTED = Polytope(
    2,
    tuple(
        ((Fraction(a), Fraction(b)), Fraction(c))
        for a, b, c in ((1, 2, 2), (-1, 0, 1), (0, -1, 1), (2, -1, 2))
    ),
)
RELATED: tuple[tuple[str, tuple[int, ...], int, Domain], ...] = (
    ("eps=1", (1, 2, 2, 1), 18, UNIT),
    ("eps=5", (2, 3, 2), 2, PLANE),
    ("eps=2", (2, 2, 1), 5, SLANTED),
    ("top1", (2, 3, 2), 18, PLANE),
    ("top1", (2, 2, 2, 2), 22, PLANE),
    ("margin=1", (2, 3, 2), 13, PLANE),
    ("topk=2", (2, 2, 3), 5, PLANE),
)


@cache
def related(index: int) -> tuple[Claim, tuple[Step, ...]]:
    """A claim with a relation, and the steps of a proof."""
    relation, widths, seed, domain = RELATED[index]
    left = small_network(widths, seed)
    claim = claim_that(relation, left, near(left, Fraction(2)), domain)
    steps = case_proof(claim)
    if steps is None:
        raise ValueError(f"expected a proof of case {index}")
    return claim, tuple(steps)


@pytest.mark.parametrize("index", range(len(RELATED)))
def test_proofs_by_brute_force_are_accepted(index: int) -> None:
    claim, steps = related(index)
    assert verdict_on(claim, list(steps)) == "accepted"
    assert len(steps) > 1
    for point in grid(claim.domain):
        assert holds_at(claim.relation, claim.left.network, claim.right.network, point)


INDICES = st.integers(0, len(RELATED) - 1)


@st.composite
def attacked(draw: st.DrawFn, claim: Claim) -> Claim:
    """The claim with a network changed or exchanged, another number, or a larger domain."""
    left, right = claim.left.network, claim.right.network
    relation, domain = claim.relation, claim.domain
    kind = draw(st.sampled_from(("left", "right", "exchange", "relation", "domain", "none")))
    if kind == "left":
        left = draw(changed(left))
    elif kind == "right":
        right = draw(changed(right))
    elif kind == "exchange":
        left, right = right, left
    elif kind == "relation":
        name, _, number = relation.partition("=")
        names = ("eps", "exact") if name == "eps" else ("margin", "topk", "top1")
        name = draw(st.sampled_from(names))
        value = Fraction(number or 1) * Fraction(draw(st.sampled_from(("1", "1/2", "2"))))
        relation = {"exact": "exact", "top1": "top1", "topk": "topk=1"}.get(name, f"{name}={value}")
    elif kind == "domain" and isinstance(domain, Box):
        domain = Box(domain.lower, tuple(end + Fraction(1, 8) for end in domain.upper))
    return claim_that(relation, left, right, domain)


@settings(max_examples=ATTACKS)
@given(INDICES, st.data())
def test_T11_what_is_accepted_is_never_contradicted(index: int, data: st.DataObject) -> None:
    claim, steps = related(index)
    claim = data.draw(attacked(claim))
    plain: list[Step] = [list(step) for step in steps]
    changed_steps = data.draw(st.one_of(st.just(plain), edited(plain)))
    if verdict_on(claim, changed_steps) == "accepted":  # type: ignore[arg-type]
        for point in data.draw(st.lists(points_in(claim.domain), min_size=4, max_size=4)):
            assert holds_at(claim.relation, claim.left.network, claim.right.network, point)


def test_attacks_bite_and_some_are_harmless() -> None:
    counts: Counter[tuple[bool, str]] = Counter()

    @settings(max_examples=300, database=None)
    @given(INDICES, st.data())
    def count(index: int, data: st.DataObject) -> None:
        claim, steps = related(index)
        other = data.draw(attacked(claim))
        counts[other.data == claim.data, verdict_on(other, [list(step) for step in steps])] += 1

    count()
    assert counts[False, "accepted"] > 10  # true claims that the old proof happens to prove
    assert counts[False, "rejected"] > 10
    assert counts[True, "rejected"] == 0


@settings(max_examples=40)
@given(st.data())
def test_T11_brute_force_and_the_meaning_agree_on_small_claims(data: st.DataObject) -> None:
    shape = (data.draw(st.integers(1, 2)), data.draw(st.lists(st.integers(1, 2), max_size=2)))
    outputs = data.draw(st.integers(2, 3))
    left, right = (data.draw(networks(*shape, outputs)) for _ in range(2))
    relation = data.draw(st.sampled_from(("eps=1", "eps=6", "top1", "margin=4", "topk=2")))
    claim = claim_that(relation, left, right, Box.cube(shape[0], -1, 1))
    steps = case_proof(claim)
    if steps is not None:
        assert verdict_on(claim, steps) == "accepted"
        for point in grid(claim.domain, 6):
            assert holds_at(relation, left, right, point)
