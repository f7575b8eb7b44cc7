"""Two recurrent networks on sequences of every length: invariants, and sequences that tell."""

import json
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.affine_hull import affine_hull
from theory.domain import Box, Space
from theory.errors import DomainError, ShapeError
from theory.network import Affine
from theory.recurrent import RecurrentNetwork, relu_recurrence
from verify import invariant_checker
from verify.checker import MalformedError, RejectedError
from verify.prove.invariant import AlwaysEqual, NoInvariant, TellingSequence, compared_forever


def drawn(random: Random, units: int, inputs: int, activation: str) -> RecurrentNetwork:
    """A random network with one output."""

    def numbers(count: int) -> list[Fraction]:
        return [Fraction(random.randint(-3, 3), random.choice((1, 2))) for _ in range(count)]

    step = [numbers(units + inputs) for _ in range(units)]
    return RecurrentNetwork(
        Affine.dense(step, numbers(units), units + inputs),
        Affine.dense([numbers(units)], numbers(1), units),
        (Fraction(0),) * units,
        activation,
    )


def rewritten(network: RecurrentNetwork, random: Random) -> RecurrentNetwork:
    """Units permuted and, if not saturated, rescaled; the first one is split in two."""
    shares = [Fraction(1, 3), Fraction(2, 3)] if network.activation == "relu" else [Fraction(1)]
    parts = [(0, share) for share in shares[: network.units or 0]]
    scales = (1,) if network.activation == "saturated" else (1, 2, 3)
    parts += [(unit, Fraction(random.choice(scales))) for unit in range(1, network.units)]
    parts = parts if network.units else []
    random.shuffle(parts)
    copies = [sum(unit == other for other, _ in parts) for unit in range(network.units)]

    def read(row: tuple[Fraction, ...]) -> list[Fraction]:
        states = [row[unit] / scale / copies[unit] for unit, scale in parts]
        return [*states, *row[network.units :]]

    weight = network.step.weight
    rows = [[scale * entry for entry in read(weight[unit])] for unit, scale in parts]
    return RecurrentNetwork(
        Affine.dense(
            rows,
            [scale * network.step.bias[unit] for unit, scale in parts],
            len(parts) + network.inputs,
        ),
        Affine.dense([read(row) for row in network.output.weight], network.output.bias, len(parts)),
        tuple(scale * network.start[unit] for unit, scale in parts),
        network.activation,
    )


def accepted(found: AlwaysEqual) -> str:
    return invariant_checker.check(found.files.__getitem__, found.files["invariant.json"])


@given(
    st.integers(0, 10**6),
    st.integers(0, 4),
    st.integers(0, 2),
    st.sampled_from(["relu", "saturated", "identity"]),
    st.booleans(),
)
def test_T44_rewritten_networks_are_equal_at_every_time(
    seed: int, units: int, inputs: int, activation: str, bounded: bool
) -> None:
    random = Random(seed)
    left = drawn(random, units, inputs, activation)
    right = rewritten(left, random)
    domain = (Box.cube(inputs, -1, 1) if bounded else Space(inputs)) if inputs else None
    found = compared_forever(left, right, domain)
    assert isinstance(found, AlwaysEqual)
    assert accepted(found)


@given(st.integers(0, 10**6), st.integers(1, 3), st.sampled_from(["relu", "saturated", "identity"]))
def test_T44_a_sequence_that_tells_does(seed: int, units: int, activation: str) -> None:
    random = Random(seed)
    left = drawn(random, units, 1, activation)
    rows = [list(row) for row in left.step.weight]
    rows[random.randrange(units)][random.randrange(units + 1)] += Fraction(1, 7)
    step = Affine.dense(rows, left.step.bias, units + 1)
    right = RecurrentNetwork(step, left.output, left.start, activation)
    domain = Box.cube(1, -1, 2)
    found = compared_forever(left, right, domain)
    if isinstance(found, TellingSequence):
        assert all(point in domain for point in found.points)
        outputs = left(found.points)[-1], right(found.points)[-1]
        assert outputs == (found.left, found.right)
        assert outputs[0] != outputs[1]
    elif isinstance(found, AlwaysEqual):  # the weight does not matter
        assert accepted(found)
        points = [(Fraction(random.randint(-8, 16), 8),) for _ in range(20)]
        assert left(points) == right(points)


def network(rows: list[list[int]], output: list[int], inputs: int) -> RecurrentNetwork:
    units = len(rows)
    return RecurrentNetwork(
        Affine.dense([[Fraction(v) for v in row] for row in rows], [Fraction(0)] * units),
        Affine.dense([[Fraction(v) for v in output]], [Fraction(0)]),
        (Fraction(0),) * units,
    )


def test_T44_saturated_and_relu_pairs_are_equal_by_their_difference() -> None:
    left = drawn(Random(3), 3, 1, "saturated")
    found = compared_forever(left, relu_recurrence(left), Space(1))
    assert isinstance(found, AlwaysEqual)
    assert found.relations >= 3
    assert "equal outputs at every time" in accepted(found)


def test_T44_the_start_matters_only_through_the_first_state() -> None:
    left = network([[1, 1]], [1], 1)
    other = RecurrentNetwork(left.step, left.output, (Fraction(-5),))
    far = compared_forever(left, other, Box.cube(1, 0, 1))
    assert isinstance(far, TellingSequence)
    unread = network([[0, 1]], [1], 1)  # it forgets its state
    started = RecurrentNetwork(unread.step, unread.output, (Fraction(-5),))
    assert isinstance(compared_forever(unread, started, Space(1)), AlwaysEqual)


def test_T44_equality_that_no_linear_relation_shows_is_not_claimed() -> None:
    # h_2 = relu(h_1 of the step before), k_2 = relu(2 k_1 - k_1') with k_1 = k_1' = relu(x) always,
    # but left reads relu(x) + relu(-x) and right keeps abs(x) in one unit of another step
    left = network([[0, 0, 0, 1], [0, 0, 0, -1], [1, 1, 0, 0]], [0, 0, 1], 1)
    right = network([[0, 0, 0, 2], [0, 0, 0, -2], [1, 1, 0, 0]], [0, 0, 1], 1)
    right = RecurrentNetwork(right.step, Affine.dense([[0, 0, Fraction(1, 2)]], [0]), right.start)
    assert isinstance(compared_forever(left, right, Space(1)), AlwaysEqual)
    # h' = relu(min(h, 1) + x) needs h <= 1, which no linear relation says: neither answer
    bounded = network([[0, 1]], [1], 1)  # h = relu(x) in [0, 1]
    clipped = network([[0, 0, 1], [0, 0, 1]], [1, 0], 1)
    late = RecurrentNetwork(
        Affine.dense([[0, 0, 1], [1, 0, 0]], [Fraction(0), Fraction(-1)], 3),
        Affine.dense([[1, 1]], [Fraction(0)]),
        (Fraction(0), Fraction(0)),
    )  # its second unit is relu(h - 1) = 0 on [0, 1]
    assert isinstance(compared_forever(bounded, clipped, Box.cube(1, 0, 1)), AlwaysEqual)
    found = compared_forever(bounded, late, Box.cube(1, 0, 1))
    assert isinstance(found, NoInvariant)
    assert "step" in found.reason or "relations" in found.reason


def test_T44_relations_that_do_not_last_are_dropped() -> None:
    # the first states are 0 for six steps, then a counter reaches them
    count = 8
    rows = [[Fraction(0)] * count for _ in range(count)]
    for unit in range(1, count):
        rows[unit][unit - 1] = Fraction(1)
    bias = [Fraction(1)] + [Fraction(0)] * (count - 1)
    chain = RecurrentNetwork(
        Affine.dense(rows, bias),
        Affine.dense([[0] * (count - 1) + [1]], [0]),
        (Fraction(0),) * count,
    )
    found = compared_forever(chain, chain, None)
    assert isinstance(found, AlwaysEqual)
    assert found.rounds > 0
    assert accepted(found)
    nothing = RecurrentNetwork(Affine(0, (), ()), Affine(0, ((),), (Fraction(0),)), ())
    late = compared_forever(chain, nothing, None)
    assert isinstance(late, TellingSequence | NoInvariant)
    if isinstance(late, TellingSequence):
        assert len(late.points) == count


def certificate() -> dict[str, bytes]:
    left = drawn(Random(5), 2, 1, "relu")
    found = compared_forever(left, rewritten(left, Random(1)), Box.cube(1, -1, 1))
    assert isinstance(found, AlwaysEqual)
    return found.files


@pytest.mark.parametrize(
    "key", ["free", "dependent", "proofs", "domain", "left", "format", "version"]
)
def test_changed_certificates_are_refused(key: str) -> None:
    files = certificate()
    value = json.loads(files["invariant.json"])
    changes = {
        "free": value["free"][:-1],
        "dependent": {**value["dependent"], "bias": ["1" for _ in value["dependent"]["bias"]]},
        "proofs": value["proofs"][:-1],
        "domain": {"box": [["1", "0"]], "halfspaces": []},
        "left": value["right"] | {"file": "left.json"},
        "format": "relucert-invariants",
        "version": True,
    }
    data = json.dumps({**value, key: changes[key]}).encode()
    with pytest.raises((RejectedError, MalformedError)):
        invariant_checker.check(files.__getitem__, data)


def test_a_larger_domain_than_was_proved_is_checked_anew() -> None:
    # relu(x) and x are equal on [0, 1] alone
    left = network([[0, 1]], [1], 1)
    pair = network([[0, 0, 1], [0, 0, -1]], [1, -1], 1)
    found = compared_forever(left, pair, Box.cube(1, 0, 1))
    assert isinstance(found, AlwaysEqual)
    value = json.loads(found.files["invariant.json"])
    value["domain"]["box"] = [["-1", "1"]]
    with pytest.raises(RejectedError):
        invariant_checker.check(found.files.__getitem__, json.dumps(value).encode())
    assert isinstance(compared_forever(left, pair, Box.cube(1, -1, 1)), TellingSequence)


def test_what_cannot_be_compared_is_refused() -> None:
    left, right = network([[0, 1]], [1], 1), network([[0, 1, 1]], [1], 2)
    with pytest.raises(ShapeError):
        compared_forever(left, right, Space(1))
    with pytest.raises(DomainError):
        compared_forever(left, left, Space(2))


points = st.lists(st.tuples(*[st.integers(-2, 2).map(Fraction)] * 3), min_size=1, max_size=5)


@given(points)
def test_T44_the_hull_has_the_points_and_nothing_else(listed: list[tuple[Fraction, ...]]) -> None:
    hull = affine_hull(listed)
    assert all(point in hull for point in listed)
    assert hull.dimension <= len(set(listed)) - 1 or len(set(listed)) == 1
    assert hull.point([listed[0][place] for place in hull.free]) == listed[0]


def test_the_hull_of_nothing_is_refused() -> None:
    with pytest.raises(ShapeError):
        affine_hull([])
