"""T39: the claim that answers a query fails wherever the query has a model."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Polytope
from theory.network import Affine, Network
from verify.claim import Claim, NamedNetwork
from verify.confidence import Confidence, confidence_reduction
from verify.errors import InputError
from verify.formats.vnnlib_query import Case, Comparison, Query
from verify.prove.strategy import prove
from verify.query_claim import query_reduction
from verify.reduction import Reduction
from verify.relation import is_related, read_relation
from verify.testing.strategies import networks, rationals, vectors
from verify.tolerances import read_tolerances, tolerance_reduction
from verify.verdict import Different, Equivalent, Unknown, Verdict

SQUARE = Box.cube(2, -1, 1)
ROOMY = Fraction(1, 2**20)
Pair = tuple[Network, Network]

pairs = st.tuples(*[networks(2, st.lists(st.integers(1, 2), max_size=1), outputs=2)] * 2)
points = vectors(2, rationals(1, (1, 2, 3)))
outputs = st.tuples(st.integers(0, 1), st.integers(0, 1))


@st.composite
def comparisons(draw: st.DrawFn, strict: st.SearchStrategy[bool]) -> Comparison:
    weights = draw(st.dictionaries(outputs, rationals(2).filter(bool), min_size=1, max_size=3))
    return Comparison(weights, draw(rationals(2)), draw(strict))


def asked(cases: tuple[Case, ...], domain: Box | Polytope = SQUARE) -> Query:
    labels = tuple(((f"X_{n}[0]", f"X_{n}[1]"), (f"Y_{n}[0]", f"Y_{n}[1]")) for n in "fg")
    return Query("q.vnnlib", "f", "g", domain, (2, 2), cases, labels)


def reduced(query: Query, pair: Pair) -> Reduction:
    return query_reduction(query, NamedNetwork.of("f", pair[0]), NamedNetwork.of("g", pair[1]))


def holds(claim: Claim, point: tuple[Fraction, ...]) -> bool:
    """Whether the claim's relation holds at a point, by evaluation."""
    left, right = claim.left.network(point), claim.right.network(point)
    return is_related(read_relation(claim.relation), left, right)


def cases_of(strict: st.SearchStrategy[bool], most: int) -> st.SearchStrategy[tuple[Case, ...]]:
    case = st.lists(comparisons(strict), min_size=1, max_size=most).map(tuple)
    return st.lists(case, min_size=1, max_size=3).map(tuple)


@given(cases_of(st.just(True), 3), pairs, points)
def test_T39_strict_queries_are_what_the_claim_denies(
    cases: tuple[Case, ...], pair: Pair, point: tuple[Fraction, ...]
) -> None:
    found = reduced(asked(cases), pair)
    is_model = asked(cases).is_model_for(pair[0](point), pair[1](point))
    assert found.fails_at(point) is is_model
    assert holds(found.claim, point) is not is_model


@given(cases_of(st.just(True), 1), pairs, points)
def test_T39_single_comparisons_become_intervals(
    cases: tuple[Case, ...], pair: Pair, point: tuple[Fraction, ...]
) -> None:
    found = reduced(asked(cases), pair)
    is_model = asked(cases).is_model_for(pair[0](point), pair[1](point))
    assert holds(found.claim, point) is not is_model
    whole = reduced(asked(cases, Polytope(2, SQUARE.halfspaces)), pair)
    assert holds(whole.claim, point) is not is_model


@given(cases_of(st.booleans(), 3), pairs, points)
def test_T39_other_queries_are_what_the_claim_denies_with_room(
    cases: tuple[Case, ...], pair: Pair, point: tuple[Fraction, ...]
) -> None:
    query = asked(cases)
    found = reduced(query, pair)
    values = (pair[0](point), pair[1](point))
    if query.is_model_for(*values):
        assert not holds(found.claim, point)
    if found.narrower is not None and not holds(found.narrower, point):
        assert query.is_model_for(*values)
    deep = [max(-one.value(values) for one in case) for case in cases]
    if min(deep) > 4 * ROOMY:  # every case is missed by more than the room
        assert holds(found.claim, point)


def difference(net: int, i: int, j: int, lead: Fraction, *, strict: bool) -> Comparison:
    """Output i of a network exceeds output j by more than the lead, or by at least as much."""
    return Comparison({(net, i): Fraction(1), (net, j): Fraction(-1)}, -lead, strict)


def lost_decisions(lead: Fraction, given_strict: bool = False, first: int = 0) -> tuple[Case, ...]:
    return tuple(
        (
            difference(first, i, 1 - i, lead, strict=given_strict),
            difference(1 - first, 1 - i, i, Fraction(0), strict=True),
        )
        for i in (0, 1)
    )


@pytest.mark.parametrize(
    ("cases", "relation", "exchanged", "gap"),
    [
        (lost_decisions(Fraction(0)), "top1", False, False),
        (lost_decisions(Fraction(1, 3)), "margin=1/3", False, False),
        (lost_decisions(Fraction(0), given_strict=True), "top1", False, True),
        (lost_decisions(Fraction(0), first=1), "top1", True, False),
        (lost_decisions(Fraction(-1)), "exact", None, True),  # no relation of its own
        (lost_decisions(Fraction(0))[:1], "exact", None, True),
    ],
)
def test_decisions_are_recognised(
    cases: tuple[Case, ...], relation: str, exchanged: bool | None, gap: bool
) -> None:
    pair = (Network((Affine.dense([[1, 0], [0, 1]], [0, 0]),)),) * 2
    found = reduced(asked(cases), pair)
    assert found.claim.relation == relation
    assert bool(found.gap) is gap
    if exchanged is not None:
        assert found.claim.left.name == ("g" if exchanged else "f")


def both_sides(bound: Fraction, *, strict: bool) -> tuple[Case, ...]:
    return tuple(
        (Comparison({(0, i): Fraction(s), (1, i): Fraction(-s)}, -bound, strict),)
        for i in (0, 1)
        for s in (1, -1)
    )


def test_differences_are_recognised() -> None:
    pair = (Network((Affine.dense([[1, 0], [0, 1]], [0, 0]),)),) * 2
    found = reduced(asked(both_sides(Fraction(1, 20), strict=True)), pair)
    assert (found.claim.relation, found.gap, found.claim.left.network) == ("eps=1/20", "", pair[0])
    assert reduced(asked(both_sides(Fraction(0), strict=True)), pair).claim.relation == "exact"
    roomy = reduced(asked(both_sides(Fraction(1), strict=False)), pair)
    assert roomy.claim.relation == f"eps={1 - ROOMY}"
    assert roomy.gap
    assert roomy.narrower is not None
    assert roomy.narrower.relation == "eps=1"


def test_one_side_of_one_output() -> None:
    """g_0 - f_0 > 1/2 alone: an interval whose other end the outputs cannot reach."""
    left = Network((Affine.dense([[1, 0], [0, 1]], [0, 0]),))
    right = Network((Affine.dense([[1, 0], [0, 1]], [Fraction(1, 4), -9]),))
    cases = ((Comparison({(1, 0): Fraction(1), (0, 0): Fraction(-1)}, Fraction(-1, 2), True),),)
    found = reduced(asked(cases), (left, right))
    assert found.claim.relation.startswith("eps=")
    assert isinstance(prove(found.claim), Equivalent)
    tight = ((Comparison({(1, 0): Fraction(1), (0, 0): Fraction(-1)}, Fraction(-1, 5), True),),)
    assert isinstance(prove(reduced(asked(tight), (left, right)).claim), Different)


def answered(found: Reduction) -> Verdict:
    return found.answered(prove(found.claim), prove)


def test_a_tie_is_no_model_of_a_strict_query() -> None:
    """f ties everywhere, g does not: top1 fails, but f never leads strictly."""
    left = Network((Affine.dense([[0, 0], [0, 0]], [0, 0]),))
    right = Network((Affine.dense([[0, 0], [0, 0]], [1, 0]),))
    strict = answered(reduced(asked(lost_decisions(Fraction(0), given_strict=True)), (left, right)))
    assert isinstance(strict, Unknown)
    assert "the query asks for strict inequalities" in strict.reason
    loose = answered(reduced(asked(lost_decisions(Fraction(0))), (left, right)))
    assert isinstance(loose, Different)


def test_a_query_that_is_satisfied_on_a_boundary_only() -> None:
    """The difference is exactly 1 at x = 1: a model of >=, none of >."""
    left = Network((Affine.dense([[1, 0], [0, 0]], [0, 0]),))
    right = Network((Affine.dense([[0, 0], [0, 0]], [0, 0]),))
    below, exactly = Fraction(1) + 2 * ROOMY, Fraction(1)
    assert isinstance(
        answered(reduced(asked(both_sides(below, strict=False)), (left, right))), Equivalent
    )
    assert isinstance(
        answered(reduced(asked(both_sides(exactly, strict=True)), (left, right))), Equivalent
    )
    found = answered(reduced(asked(both_sides(exactly, strict=False)), (left, right)))
    assert isinstance(found, Different | Unknown)
    if isinstance(found, Different):
        assert abs(left(found.point)[0]) == 1


@given(pairs, points, st.fractions(Fraction(1, 2), Fraction(99, 100), max_denominator=100))
def test_T39_where_confidence_fails_the_margin_claim_does(
    pair: Pair, point: tuple[Fraction, ...], delta: Fraction
) -> None:
    claim = Claim(NamedNetwork.of("f", pair[0]), NamedNetwork.of("g", pair[1]), SQUARE)
    found = confidence_reduction(Confidence(delta), claim)
    assert found.narrower is not None
    if found.fails_at(point):
        assert not holds(found.claim, point)
    if not holds(found.narrower, point):
        assert found.fails_at(point)


def test_confidence_is_proved_and_refuted() -> None:
    """Left leads by |4 x|; right decides otherwise below x = 1/4, where left leads by 1."""
    left = Network((Affine.dense([[4], [0]], [0, 0]),))
    right = Network((Affine.dense([[4], [0]], [-1, 0]),))
    sides = NamedNetwork.of("f", left), NamedNetwork.of("g", right)
    claim = Claim(*sides, Box.cube(1, -1, 1))
    verdicts = {
        delta: answered(confidence_reduction(Confidence(Fraction(delta)), claim))
        for delta in ("7/10", "74/100")
    }
    # e / (1 + e) = 0.7311: at confidence 0.7 the lead is 0.847 < 1, at 0.74 it is 1.046
    assert isinstance(verdicts["7/10"], Different)
    assert isinstance(verdicts["74/100"], Equivalent)


def test_a_margin_without_the_confidence_is_said_to_be_one() -> None:
    """Three outputs: a lead of ln 9 is necessary for 9/10, but not sufficient."""
    left = Network((Affine.dense([[0], [0], [0]], [Fraction(5, 2), 0, 0]),))
    right = Network((Affine.dense([[0], [0], [0]], [0, 1, 0]),))
    sides = NamedNetwork.of("f", left), NamedNetwork.of("g", right)
    claim = Claim(*sides, Box.cube(1, -1, 1))
    found = answered(confidence_reduction(Confidence(Fraction(9, 10)), claim))
    assert isinstance(found, Unknown)
    assert "the confidence itself is not" in found.reason


@given(pairs, points, st.tuples(*[rationals(2, positive=True)] * 2))
def test_T39_tolerances_are_one_tolerance_of_scaled_outputs(
    pair: Pair, point: tuple[Fraction, ...], tolerances: tuple[Fraction, ...]
) -> None:
    claim = Claim(NamedNetwork.of("f", pair[0]), NamedNetwork.of("g", pair[1]), SQUARE)
    found = tolerance_reduction(tolerances, claim)
    within = all(
        abs(a - b) <= bound
        for a, b, bound in zip(pair[0](point), pair[1](point), tolerances, strict=True)
    )
    assert holds(found.claim, point) is within
    assert found.fails_at(point) is not within


def test_tolerances_are_read() -> None:
    assert read_tolerances("eps=1/10, 0.05") == (Fraction(1, 10), Fraction(1, 20))
    assert read_tolerances("eps=1/10") is None
    assert read_tolerances("margin=1,2") is None
    for text, message in (("eps=1,0", "positive"), ("eps=1,x", "number"), ("eps=1,", "number")):
        with pytest.raises(InputError, match=message):
            read_tolerances(text)
    one = Network((Affine.dense([[1, 0]], [0]),))
    claim = Claim(NamedNetwork.of("f", one), NamedNetwork.of("g", one), SQUARE)
    with pytest.raises(InputError, match="expected one number, or one for each of 1 outputs"):
        tolerance_reduction((Fraction(1), Fraction(2)), claim)
