"""Zonotopes of the checker: what they say of a cell holds at its points."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.semantics import grid, holds_at
from tests.zonotope_scripts import applicable, claims, pair_steps, scripts, started
from theory.domain import Box
from theory.network import Affine, Network, Vector, relu
from verify.certificate import Certificate, Step, checked
from verify.checker import ONE, Expression, Proof, RejectedError
from verify.claim import Claim, NamedNetwork
from verify.testing.strategies import boxes, networks, points_in
from verify.zonotope_checker import ZonotopeProof, Zonotopes

EPSILONS = ("exact", "eps=1/8", "eps=1", "eps=10")
POINTS = 4


def values_at(proof: Proof, point: Vector) -> dict[int, Fraction]:
    """What every variable of the checker is at a point, by its definition."""
    values = {ONE: Fraction(1), **{ONE - 1 - i: value for i, value in enumerate(point)}}
    for symbol, argument in enumerate(proof.arguments):
        values[symbol] = relu(value_of(argument, values))
    return values


def value_of(expression: Expression, values: dict[int, Fraction]) -> Fraction:
    return sum((weight * values[name] for name, weight in expression.items()), Fraction(0))


def cell_of(proof: Proof) -> Box:
    """The box of the current cell."""
    ends = [proof.bounds[ONE - 1 - i] for i in range(proof.claim.inputs)]
    pairs = [
        (Fraction(low or 0, proof.fine), Fraction(high or 0, proof.fine)) for low, high in ends
    ]
    return Box(tuple(low for low, _ in pairs), tuple(high for _, high in pairs))


@st.composite
def cells(draw: st.DrawFn, claim: Claim) -> ZonotopeProof:
    """The checker's state after pairs, and some bisections and rules R."""
    proof = started(claim)
    proof.step(draw(pair_steps(proof)))
    for index, second in draw(
        st.lists(st.tuples(st.integers(-1, claim.domain.inputs - 1), st.booleans()), max_size=4)
    ):
        name = ONE - 1 - index
        low, high = proof.bounds[name]
        if index < 0:
            proof.step(["R"])
        elif low != high:
            proof.step(["B", index])
            if second:  # as after the last leaf of the first half
                proof.branches.pop()()
    return proof


def points_of(cell: Box) -> st.SearchStrategy[Sequence[Vector]]:
    return st.lists(points_in(cell), min_size=POINTS, max_size=POINTS)


def outputs_at(claim: Claim, proof: Proof, point: Vector) -> list[Fraction]:
    """The targets at a point, by evaluation of the networks."""
    left, right = claim.left.network(point), claim.right.network(point)
    ours, theirs = (proof.claim.unit * side.scale for side in (proof.claim.left, proof.claim.right))
    if proof.claim.is_difference:
        scale = ours * proof.claim.right.scale
        return [scale * (a - b) for a, b in zip(left, right, strict=True)]
    return [*(ours * value for value in left), *(theirs * value for value in right)]


@settings(max_examples=150)
@given(claims(), st.data())
def test_T36_targets_lie_in_their_ranges(claim: Claim, data: st.DataObject) -> None:
    proof = data.draw(cells(claim))
    proof.refresh()
    zonotopes = Zonotopes(proof)
    for point in data.draw(points_of(cell_of(proof))):
        for target, value in zip(proof.targets, outputs_at(claim, proof, point), strict=True):
            low = zonotopes.minimum(target)
            high = -zonotopes.minimum({name: -weight for name, weight in target.items()})
            assert low <= proof.fine * value <= high


@settings(max_examples=150)
@given(claims(EPSILONS), st.data())
def test_T36_symbols_and_their_combinations_lie_in_their_ranges(
    claim: Claim, data: st.DataObject
) -> None:
    proof = data.draw(cells(claim))
    zonotopes = Zonotopes(proof)
    weights = st.integers(-3, 3)
    combinations = [
        {name: data.draw(weights) for name in table}
        for table in (zonotopes.own, zonotopes.near, zonotopes.near)
    ]
    for point in data.draw(points_of(cell_of(proof))):
        values = values_at(proof, point)
        for symbol, (low, high) in zonotopes.range.items():
            argument = proof.fine * value_of(proof.arguments[symbol], values)
            assert low <= argument <= high
        for table, combination in zip(
            (zonotopes.own, zonotopes.near, zonotopes.near), combinations, strict=True
        ):
            vector, radius = zonotopes.of(combination, table)
            spread = radius + sum(map(abs, vector[1:]))
            difference = proof.fine * value_of(combination, values) - vector[0]
            assert abs(difference) <= spread


@settings(max_examples=100)
@given(claims(EPSILONS), st.data())
def test_T36_what_rule_R_settles_is_so(claim: Claim, data: st.DataObject) -> None:
    proof = data.draw(cells(claim))
    proof.step(["R"])
    for point in data.draw(points_of(cell_of(proof))):
        values = values_at(proof, point)
        for symbol, known in proof.value.items():
            assert values[symbol] == value_of(known, values)


@settings(max_examples=150)
@given(claims(), st.data())
def test_T36_what_is_accepted_is_true(claim: Claim, data: st.DataObject) -> None:
    steps = applicable(claim, data.draw(scripts(started(claim))))
    try:
        checked(claim, Certificate.of(claim, steps))
    except RejectedError:
        return
    points = [*grid(claim.domain, 4), *data.draw(points_of(_box(claim)))]
    for point in points:
        assert holds_at(claim.relation, claim.left.network, claim.right.network, point)


def _box(claim: Claim) -> Box:
    assert isinstance(claim.domain, Box)
    return claim.domain


@given(networks(st.integers(1, 3), ()), boxes(st.integers(1, 3)), st.data())
def test_T36_affine_differences_are_bounded_exactly(
    network: Network, box: Box, data: st.DataObject
) -> None:
    box = Box.cube(network.inputs, box.lower[0], box.upper[0])
    other = data.draw(networks(network.inputs, (), network.outputs))
    corners = product(*zip(box.lower, box.upper, strict=True))
    greatest = max(
        abs(a - b) for point in corners for a, b in zip(network(point), other(point), strict=True)
    )
    sides = NamedNetwork.of("left", network), NamedNetwork.of("right", other)
    claim = Claim(*sides, box, f"eps={greatest}")
    checked(claim, Certificate.of(claim, [["Z"]]))
    if greatest:
        less = Claim(*sides, box, f"eps={greatest * Fraction(999, 1000)}")
        with pytest.raises(RejectedError):
            checked(less, Certificate.of(less, [["Z"]]))


RELU = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))


def accepted(claim: Claim, steps: list[Step]) -> bool:
    try:
        checked(claim, Certificate.of(claim, steps))
    except RejectedError:
        return False
    return True


def bisections(depth: int) -> list[Step]:
    """The interval in 2^depth equal parts, each a leaf Z."""
    return [["B", 0], *bisections(depth - 1), *bisections(depth - 1)] if depth else [["Z"]]


def test_T36_one_bisection_too_few() -> None:
    """|relu(x + 1/3) - relu(x)| <= 1/3, which relus that are bounded alone show in small parts."""
    moved = Network((Affine.dense([[1]], [Fraction(1, 3)]), Affine.dense([[1]], [0])))
    sides = NamedNetwork.of("left", moved), NamedNetwork.of("right", RELU)
    needed = []
    for epsilon in ("1/2", "2/5", "7/20"):
        claim = Claim(*sides, Box((Fraction(-1),), (Fraction(5, 7),)), f"eps={epsilon}")
        depths = [depth for depth in range(7) if accepted(claim, bisections(depth))]
        assert depths == list(range(depths[0], 7))
        needed.append(depths[0])
    assert needed == [1, 3, 5]


def test_T36_a_pair_bounds_the_difference_by_itself() -> None:
    """|relu(x + 1/1024) - relu(x)| <= 1/1024, in one leaf, where the relus alone give 1/2."""
    moved = Network((Affine.dense([[1]], [Fraction(1, 1024)]), Affine.dense([[1]], [0])))
    sides = NamedNetwork.of("left", moved), NamedNetwork.of("right", RELU)
    claim = Claim(*sides, Box.cube(1, -1, 1), "eps=1/1023")
    assert accepted(claim, [["P", 1, 0, 1024, 1], ["Z"]])
    assert not accepted(claim, [["Z"]])
