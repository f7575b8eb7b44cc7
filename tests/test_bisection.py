"""Bisections with zonotopes: what is proved, refuted or enclosed, against evaluation at points.

The oracle is network(point). Floats only propose, so that their bounds are tested with a
tolerance, and everything that ends in a verdict without one.
"""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import small_network
from tests.semantics import grid, holds_at
from theory.domain import Box, Space
from theory.network import Affine, Network
from theory.symmetry import disguised, permuted, rescaled
from verify.certificate import Certificate, Step, checked
from verify.checker import MalformedError, RejectedError
from verify.claim import Claim, NamedNetwork
from verify.formats.network_file import read_network
from verify.prove.bisection import box_search, tree
from verify.prove.bisection.alignment import aligned
from verify.prove.bisection.box_search import Certify, Setting, by_bisection, concluded
from verify.prove.bisection.differential import enclosure
from verify.prove.bisection.epsilon import enclosed, short_above
from verify.prove.bisection.examination import examined
from verify.prove.bisection.matching import matched, unmatched
from verify.prove.bisection.tree import Bisection, Tree
from verify.prove.bisection.tree_script import script
from verify.prove.clock import Clock, OutOfTimeError
from verify.prove.strategy import prove
from verify.prove.workers import Workers
from verify.testing.strategies import boxes, networks, points_in
from verify.verdict import Different, Equivalent, Unknown

SQUARE = Box.cube(2, -1, 1)


def claim_that(relation: str, left: Network, right: Network, box: Box) -> Claim:
    """The claim that the networks stand in the relation on a box."""
    return Claim(NamedNetwork.of("left", left), NamedNetwork.of("right", right), box, relation)


def certifier(claim: Claim) -> Certify:
    """What the checker says of steps."""

    def certify(steps: list[Step]) -> Equivalent | None:
        certificate = Certificate.of(claim, steps)
        try:
            proof = checked(claim, certificate)
        except (RejectedError, MalformedError):
            return None
        return Equivalent(certificate, "bisection", proof.leaves, proof.lemmas, 0.0, 0.0)

    return certify


def nudged(network: Network, seed: int, size: Fraction) -> Network:
    """The network with every weight and bias moved by up to a size, drawn by a seed."""
    random = np.random.default_rng(seed)

    def moved(value: Fraction) -> Fraction:
        return value + size * Fraction(int(random.integers(-8, 9)), 8)

    return Network(
        tuple(
            Affine(
                layer.inputs,
                tuple(
                    tuple((column, moved(weight) or weight) for column, weight in row)
                    for row in layer.rows
                ),
                tuple(map(moved, layer.bias)),
            )
            for layer in network.layers
        )
    )


def greatest_difference(left: Network, right: Network, box: Box) -> Fraction:
    """The greatest |left - right| on a grid."""
    return max(
        abs(a - b) for x in grid(box, 6) for a, b in zip(left(x), right(x), strict=True)
    )  # fmt: skip


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Network, Network]:
    """Two networks: copies, copies that were nudged, or strangers."""
    left = draw(networks())
    kind = draw(st.sampled_from(("copy", "nudged", "nudged", "stranger")))
    if kind == "stranger":
        return left, draw(networks(left.inputs, outputs=left.outputs))
    right = disguised(left, draw(st.integers(0, 5)))
    return left, right if kind == "copy" else nudged(right, draw(st.integers(0, 5)), Fraction(1, 8))


@given(pairs(), st.data())
def test_T37_bounds_of_differences_hold_at_points(
    pair: tuple[Network, Network], data: st.DataObject
) -> None:
    left, right = pair
    box = data.draw(boxes(left.inputs))
    low, high = (np.array([[float(end) for end in ends]]) for ends in (box.lower, box.upper))
    free = np.flatnonzero((high > low).any(axis=0))
    for matching in (matched(left, right), unmatched(left, right)):
        found = enclosure(aligned(left, right, matching), low, high, free)
        bounds = [
            (ends[0][:, 0], ends[1][:, 0]) for ends in (found.left.range, found.difference.range)
        ]
        point = data.draw(points_in(box))
        ours, theirs = left(point), right(point)
        moved = [b - a for a, b in zip(ours, theirs, strict=True)]
        for values, (least, most) in zip((ours, moved), bounds, strict=True):
            numbers = np.array([float(value) for value in values])
            slack = 1e-9 * (1 + np.abs(most) + np.abs(least))
            assert (least - slack <= numbers).all()
            assert (numbers <= most + slack).all()


@given(
    pairs(),
    st.sampled_from(("eps=1/100", "eps=1/2", "eps=2", "top1", "topk=2", "margin=1/2")),
    st.data(),
)
def test_T37_verdicts_agree_with_points(
    pair: tuple[Network, Network], relation: str, data: st.DataObject
) -> None:
    left, right = pair
    box = data.draw(boxes(left.inputs))
    claim = claim_that(relation, left, right, box)
    match by_bisection(claim, certifier(claim), Clock(), most=200):
        case Equivalent(certificate):
            checked(claim, certificate)
            assert all(holds_at(relation, left, right, point) for point in grid(box, 3))
        case Different(point):
            assert point in box
            assert not holds_at(relation, left, right, point)
        case Unknown():
            pass


@settings(max_examples=30)
@given(pairs(), st.data())
def test_T37_greatest_differences_are_enclosed(
    pair: tuple[Network, Network], data: st.DataObject
) -> None:
    left, right = pair
    box = data.draw(boxes(left.inputs))
    found = enclosed(
        claim_that("exact", left, right, box), certifier, Clock(), Fraction(1, 2), most=200
    )
    point = found.lower.point
    assert point in box
    assert found.lower.difference == max(
        abs(a - b) for a, b in zip(left(point), right(point), strict=True)
    )
    if found.upper is not None and found.claim is not None and found.proof is not None:
        assert found.lower.difference <= found.upper
        assert greatest_difference(left, right, box) <= found.upper
        assert checked(found.claim, found.proof.certificate).claim.relation == f"eps={found.upper}"


# -- matching


@pytest.mark.parametrize("seed", range(5))
def test_units_that_were_permuted_and_rescaled_are_matched(seed: int) -> None:
    network = generic((3, 7, 5, 2), seed)
    order, factors = (4, 2, 6, 0, 5, 1, 3), [Fraction(n, 3) for n in (1, 5, 2, 3, 48, 7, 4)]
    copy = rescaled(permuted(network, 0, order), 0, factors)
    first, second = matched(network, copy)
    for match in first:
        ours, theirs = (
            layer.bias[unit]
            for layer, unit in (
                (network.layers[0], match.left),
                (copy.layers[0], match.right),
            )
        )
        assert float(theirs) == pytest.approx(float(match.scale * ours), rel=1e-12)
    assert (len(first), len(second)) == (7, 5)
    assert all(match.left == match.right for match in second)


def test_networks_of_different_depth_have_no_matches() -> None:
    assert matched(generic((2, 3, 1), 0), generic((2, 3, 3, 1), 0)) == ((),)


def generic(widths: tuple[int, ...], seed: int) -> Network:
    """A network with weights that have nothing to do with each other."""
    return nudged(small_network(widths, seed), seed, Fraction(17, 13))


# -- verdicts


@pytest.mark.parametrize("seed", range(3))
def test_a_nudged_copy_is_close(seed: int) -> None:
    left = generic((2, 6, 6, 2), seed)
    right = nudged(permuted(left, 0, (3, 1, 4, 0, 5, 2)), seed, Fraction(1, 1000))
    close = 2 * greatest_difference(left, right, SQUARE)
    claim = claim_that(f"eps={close}", left, right, SQUARE)
    verdict = prove(claim, engine="bisection")
    assert isinstance(verdict, Equivalent)
    assert {"B", "Z"} >= set(verdict.certificate.counts) - {"P"}
    tight = claim_that(f"eps={close / 3}", left, right, SQUARE)
    assert isinstance(prove(tight, engine="bisection"), Different)


def needle(height: Fraction) -> tuple[Network, Network]:
    """relu(x + y) and the same with a needle in the corner (1, 1), as high as this."""
    rows, bias = [[1, 1], [64, 64]], [Fraction(0), Fraction(-127)]
    hidden = Affine.dense(rows, bias)
    left, right = ([[1, 0]], [[Fraction(1), height]])
    return Network((hidden, Affine.dense(left, [0]))), Network((hidden, Affine.dense(right, [0])))


def test_a_needle_is_found_by_the_search_itself() -> None:
    claim = claim_that("eps=1/2", *needle(Fraction(1)), SQUARE)
    verdict = by_bisection(claim, certifier(claim), Clock())
    assert isinstance(verdict, Different)
    assert claim.fails_at(verdict.point)
    within = claim_that("eps=3/2", *needle(Fraction(1)), SQUARE)
    assert isinstance(by_bisection(within, certifier(within), Clock()), Equivalent)
    tight = claim_that("eps=1", *needle(Fraction(1)), SQUARE)  # bounds come near, and no nearer
    assert isinstance(by_bisection(tight, certifier(tight), Clock()), Unknown)


def test_the_tolerance_may_be_met_exactly_where_no_rounding_is_needed() -> None:
    left = Network((Affine.dense([[1]], [0]),))
    right = Network((Affine.dense([[1]], [Fraction(1, 4)]),))
    assert enclosed(
        claim_that("exact", left, right, Box.cube(1, 0, 1)), certifier, Clock()
    ).lower.difference == Fraction(1, 4)


@pytest.mark.parametrize("relation", ["margin=1/10", "topk=2"])
def test_decisions_of_a_nudged_copy(relation: str) -> None:
    rows, bias = [[1, 0], [-1, 0], [0, 1], [1, 1]], [Fraction(1, 8)] * 4
    out = Affine.dense([[2, -1, 0, 0], [0, 0, 2, -1], [1, 1, 0, 0]], [0, 0, 0])
    left = Network((Affine.dense(rows, bias), out))  # each output is the largest somewhere
    claim = claim_that(relation, left, nudged(left, 1, Fraction(1, 2000)), SQUARE)
    verdict = by_bisection(claim, certifier(claim), Clock(), most=3000)
    if relation.startswith("margin"):
        assert isinstance(verdict, Equivalent)
        assert any(len(step) > 1 for step in verdict.certificate.steps if step[0] == "Z")
    if isinstance(verdict, Equivalent):
        points = grid(SQUARE, 6)
        assert all(holds_at(relation, left, claim.right.network, x) for x in points)


def test_equal_copies_still_end_in_one_step() -> None:
    left = generic((2, 30, 30, 1), 0)
    order = tuple(reversed(range(30)))
    verdict = prove(claim_that("eps=1/100", left, permuted(left, 0, order), SQUARE))
    assert isinstance(verdict, Equivalent)
    assert verdict.certificate.steps == (["="],)


def test_domains_without_a_box_are_left_to_others() -> None:
    left = generic((2, 3, 1), 0)
    sides = (NamedNetwork.of("left", left), NamedNetwork.of("right", nudged(left, 0, Fraction(1))))
    claim = Claim(*sides, Space(2), "eps=1")
    assert isinstance(by_bisection(claim, certifier(claim), Clock()), Unknown)


def test_time_that_is_used_up_is_said() -> None:
    left = generic((2, 6, 6, 1), 0)
    claim = claim_that("eps=1/100", left, nudged(left, 0, Fraction(1, 1000)), SQUARE)
    with pytest.raises(OutOfTimeError):
        by_bisection(claim, certifier(claim), Clock(deadline=0.0))
    found = enclosed(claim, certifier, Clock(deadline=0.0))
    assert found.upper is None
    assert found.lower.difference > 0


# -- certificates


def close_pair() -> Claim:
    """A claim whose certificate has bisections and pairs."""
    left = generic((2, 6, 6, 1), 4)
    right = nudged(left, 4, Fraction(1, 1000))
    return claim_that(
        f"eps={3 * greatest_difference(left, right, SQUARE) / 2}", left, right, SQUARE
    )


def finished(claim: Claim, *, with_matches: bool) -> tuple[Setting, Bisection, list[Step]]:
    """The tree of a claim, and its first steps."""
    assert isinstance(claim.domain, Box)
    setting = Setting(claim, claim.domain)
    matching = setting.pairing.matching if with_matches else unmatched(*setting.sides)
    search = Bisection(setting.question(matching), *setting.ends)
    while not search.is_finished:
        search.advance(Clock())
    return setting, search, [setting.pairing.step] if with_matches else []


@pytest.mark.parametrize("with_matches", [False, True])
def test_wrong_certificates_are_rejected(with_matches: bool) -> None:
    claim = close_pair()
    setting, search, first = finished(claim, with_matches=with_matches)
    steps = script(setting.checked_claim, search.tree, first)
    certify = certifier(claim)
    assert certify(steps) is not None
    assert search.tree.leaves > 1
    assert certify([["Z"]]) is None
    assert certify(steps[:-1]) is None
    assert certify([*steps, ["Z"]]) is None
    small = claim_that("eps=1/1000000", claim.left.network, claim.right.network, SQUARE)
    assert certifier(small)(steps) is None


def test_leaves_that_the_checker_rejects_are_bisected() -> None:
    claim = close_pair()
    setting, search, first = finished(claim, with_matches=True)
    search.tree = Tree()  # as if floats had said that the whole box is settled
    verdict = concluded(setting, search, first, certifier(claim), Clock())
    assert verdict is not None
    assert verdict.leaves > 1


def test_a_box_that_is_a_point_cannot_be_bisected() -> None:
    left, right = needle(Fraction(1))
    point = Box((Fraction(1), Fraction(1)), (Fraction(1), Fraction(1)))
    claim = claim_that("eps=1/2", left, right, point)
    setting = Setting(claim, point)
    search = Bisection(setting.question(unmatched(left, right)), *setting.ends)
    search.advance(Clock())
    assert search.is_stuck
    assert isinstance(by_bisection(claim, certifier(claim), Clock()), Different)


@contextmanager
def threads() -> Iterator[Executor]:
    """An executor in this process."""
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_the_certificate_is_the_same_for_any_number_of_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = close_pair()
    monkeypatch.setattr(tree, "_PORTION", 2)
    alone = by_bisection(claim, certifier(claim), Clock())
    monkeypatch.setattr(tree, "_MANY", 1)
    monkeypatch.setattr(box_search, "_MANY", 1)
    shared = by_bisection(claim, certifier(claim), Clock(), Workers(2, threads))
    assert isinstance(alone, Equivalent)
    assert isinstance(shared, Equivalent)
    assert alone.certificate.data == shared.certificate.data


def test_open_boxes_are_never_bisected_where_they_have_no_width() -> None:
    claim = close_pair()
    flat = Box((Fraction(-1), Fraction(1, 3)), (Fraction(1), Fraction(1, 3)))
    setting = Setting(claim, flat)
    question = setting.question(setting.pairing.matching)
    low, high = (ends[None, :] for ends in setting.ends)
    assert set(examined(question, low, high).inputs.tolist()) <= {0, -1}


@pytest.mark.parametrize(
    ("least", "most", "found"),
    [("1/3", "1/2", "2/5"), ("123/1000", "124/1000", "123/1000"), ("7", "30", "10")],
)
def test_short_numbers(least: str, most: str, found: str) -> None:
    assert short_above(Fraction(least), Fraction(most)) == Fraction(found)


# -- networks of real size


@pytest.mark.slow
@pytest.mark.parametrize("name", ["A", "B"])
def test_rounding_to_float32_is_bounded_near_a_witness(data: Path, name: str) -> None:
    left, right = (
        read_network(str(data / "pairs" / f"{name}_{end}.onnx")).network
        for end in ("base", "f32resc")
    )
    claim = claim_that("eps=1/10000000", left, right, Box.cube(left.inputs, -1, 1))
    assert isinstance(prove(claim, engine="bisection"), Equivalent)
    found = enclosed(claim, certifier, Clock(), Fraction(1))
    assert found.upper is not None
    assert 0 < found.lower.difference <= found.upper <= 2 * found.lower.difference
