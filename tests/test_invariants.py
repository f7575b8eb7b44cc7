"""Two recurrent networks on sequences of every length: invariants, and sequences that tell."""

import json
from fractions import Fraction
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.affine_hull import affine_hull
from theory.domain import Box, Polytope, Space
from theory.errors import DomainError, ShapeError
from theory.network import Affine
from theory.recurrence.recurrent import RecurrentNetwork, relu_recurrence
from theory.recurrence.recurrent_bounds import inductive_bounds
from verify import invariant_checker
from verify.checker import MalformedError, RejectedError
from verify.formats.recurrent_json import recurrent_bytes
from verify.prove.architectures.inequality import candidates, holding
from verify.prove.architectures.invariant import (
    AlwaysEqual,
    NoInvariant,
    TellingSequence,
    compared_forever,
)

ONE = Fraction(1)


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


def late_unit(limit: int) -> RecurrentNetwork:
    """h = relu(x) and relu(h - limit) of the step before, whose sum is read."""
    return RecurrentNetwork(
        Affine.dense([[0, 0, 1], [1, 0, 0]], [Fraction(0), Fraction(-limit)], 3),
        Affine.dense([[1, 1]], [Fraction(0)]),
        (Fraction(0), Fraction(0)),
    )


def test_T44_bounds_show_that_a_unit_never_fires() -> None:
    plain = network([[0, 1]], [1], 1)
    found = compared_forever(plain, late_unit(1), Box.cube(1, 0, 1))
    assert isinstance(found, AlwaysEqual)
    assert found.claims == 5
    assert accepted(found)
    assert isinstance(compared_forever(plain, late_unit(1), Space(1)), TellingSequence)
    assert isinstance(compared_forever(plain, late_unit(1), Box.cube(1, 0, 2)), TellingSequence)


def test_T44_bounds_of_a_fading_memory() -> None:
    # h' = h / 2 + x lies below 2, so a unit that waits for h > 3 can be left out
    fading = network([[0, 1]], [1], 1)
    fading = RecurrentNetwork(
        Affine.dense([[Fraction(1, 2), 1]], [Fraction(0)]), fading.output, fading.start
    )
    late = late_unit(3)
    late = RecurrentNetwork(
        Affine.dense([[Fraction(1, 2), 0, 1], [1, 0, 0]], [Fraction(0), Fraction(-3)]),
        late.output,
        late.start,
    )
    found = compared_forever(fading, late, Box.cube(1, 0, 1))
    assert isinstance(found, AlwaysEqual)
    assert accepted(found)


def triple(row: list[int]) -> RecurrentNetwork:
    """relu(x), relu(x - 1), relu(2 x + 1), and relu(row . them) a step later, which is read."""
    rows = [[0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 2], [*row, 0, 0]]
    return RecurrentNetwork(
        Affine.dense(rows, [Fraction(v) for v in (0, -1, 1, 0)]),
        Affine.dense([[0, 0, 0, 1]], [Fraction(0)]),
        (Fraction(0),) * 4,
    )


NOTHING = RecurrentNetwork(Affine(1, (), ()), Affine(0, ((),), (Fraction(0),)), ())


@pytest.mark.parametrize("domain", [Space(1), Box.cube(1, -1, 3), Polytope(1, (((-ONE,), ONE),))])
@pytest.mark.parametrize("row", [[-1, 1, 0], [1, 0, -1], [0, 1, -1], [-1, 2, -1]])
def test_T56_a_unit_that_an_order_of_units_keeps_silent(
    domain: Box | Polytope | Space, row: list[int]
) -> None:
    found = compared_forever(triple(row), NOTHING, domain)
    assert isinstance(found, AlwaysEqual)
    assert found.inequalities
    assert "inequalities" in accepted(found)
    assert isinstance(compared_forever(triple([-1, 3, 0]), NOTHING, domain), TellingSequence)


def test_T56_an_order_that_does_not_last_is_dropped() -> None:
    # a counter a <- a + 1 passes the constant b = 9 after more steps than are sampled
    counter = RecurrentNetwork(
        Affine.dense([[1, 0, 0], [0, 0, 0], [1, -1, 0]], [ONE, Fraction(9), Fraction(0)]),
        Affine.dense([[0, 0, 1]], [Fraction(0)]),
        (Fraction(0), Fraction(9), Fraction(0)),
    )
    silent = RecurrentNetwork(Affine(0, (), ()), Affine(0, ((),), (Fraction(0),)), ())
    found = compared_forever(counter, silent, None)
    assert not isinstance(found, AlwaysEqual)
    assert candidates([(ONE, ONE), (ONE, 2 * ONE)]) == [(((0, ONE), (1, -ONE)), Fraction(0))]
    assert not candidates([(ONE, ONE), (2 * ONE, 2 * ONE)])
    assert not holding(candidates([(ONE, ONE), (ONE, 2 * ONE)]), (3 * ONE, ONE))


def test_T56_an_invariant_of_another_kind_is_not_found_and_nothing_is_claimed() -> None:
    # relu(x) + relu(x - 1) <= relu(2 x + 1) is an inequality between three units
    for domain in (Space(1), Polytope(1, (((-ONE,), ONE),))):
        found = compared_forever(triple([1, 1, -1]), NOTHING, domain)
        assert isinstance(found, NoInvariant)
        assert "linear relations" in found.reason


@pytest.mark.parametrize(
    "inequalities",
    [
        {"bias": ["-1"], "rows": [[0, "-1", 1, "1"]]},
        {"bias": ["0"], "rows": [[0, "1", 1, "-1"]]},
        {"bias": ["0"], "rows": [[0, "-1", 1, "2"]]},
        {"bias": [], "rows": []},
        {"bias": ["0"], "rows": []},
        {"bias": ["0"], "rows": [[7, "1"]]},
        {"bias": ["0"], "rows": [[1, "1", 0, "-1"]]},
        {"bias": ["0", "-1"], "rows": [[0, "-1", 1, "1"], []]},
        [],
        None,
    ],
)
def test_T56_other_inequalities_are_refused(inequalities: object) -> None:
    found = compared_forever(triple([-1, 1, 0]), NOTHING, Space(1))
    assert isinstance(found, AlwaysEqual)
    value = json.loads(found.files["invariant.json"])
    data = json.dumps({**value, "inequalities": inequalities}).encode()
    with pytest.raises((RejectedError, MalformedError)):
        invariant_checker.check(found.files.__getitem__, data)


@pytest.mark.parametrize("activation", ["relu", "saturated", "identity"])
def test_T56_inputs_of_a_polytope(activation: str) -> None:
    # on x <= y the unit of x - y stays silent; a linear one does not
    pair = RecurrentNetwork(
        Affine.dense([[0, 1, -1]], [Fraction(0)], 3),
        Affine.dense([[1]], [Fraction(0)]),
        (Fraction(0),),
        activation,
    )
    nothing = RecurrentNetwork(Affine(2, (), ()), Affine(0, ((),), (Fraction(0),)), ())
    below = Polytope(2, (((ONE, -ONE), Fraction(0)),))
    found = compared_forever(pair, nothing, below)
    assert isinstance(found, TellingSequence if activation == "identity" else AlwaysEqual)
    if isinstance(found, TellingSequence):
        assert all(point in below for point in found.points)
    else:
        assert accepted(found)
        value = json.loads(found.files["invariant.json"])
        for halfspaces in ([], [["1", "-1", "1/8"]], [["1", "-1"]], [["-1", "1", "0"]], "all"):
            value["domain"]["halfspaces"] = halfspaces
            with pytest.raises((RejectedError, MalformedError)):
                invariant_checker.check(found.files.__getitem__, json.dumps(value).encode())
    above = Polytope(2, (((-ONE, ONE), Fraction(0)),))
    told = compared_forever(pair, nothing, above)
    assert isinstance(told, TellingSequence)
    assert all(point in above for point in told.points)


def test_T56_a_flat_polytope_is_refused() -> None:
    flat = Polytope(1, (((ONE,), Fraction(0)), ((-ONE,), Fraction(0))))
    with pytest.raises(DomainError):
        compared_forever(NOTHING, NOTHING, flat)


@given(
    st.integers(0, 10**6),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from(["relu", "saturated", "identity"]),
)
def test_T44_bounds_hold_all_states(seed: int, units: int, inputs: int, activation: str) -> None:
    random = Random(seed)
    drawn_one = drawn(random, units, inputs, activation)
    rows = [[entry / 4 for entry in row] for row in drawn_one.step.weight]
    small = RecurrentNetwork(
        Affine.dense(rows, drawn_one.step.bias, units + inputs),
        drawn_one.output,
        drawn_one.start,
        activation,
    )
    domain = Box.cube(inputs, -1, 1) if inputs else None
    found = inductive_bounds(small, domain)
    if activation == "saturated":
        assert found is not None
    if found is None:
        return
    points = [tuple(Fraction(random.choice((-1, 0, 1))) for _ in range(inputs)) for _ in range(12)]
    for state in small.states(points):
        assert all(low <= value <= high for value, (low, high) in zip(state, found, strict=True))


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


@given(st.integers(0, 10**6), st.sampled_from(["relu", "saturated", "identity"]))
def test_T44_a_certificate_does_not_serve_a_network_that_differs(
    seed: int, activation: str
) -> None:
    random = Random(seed)
    left = drawn(random, 2, 1, activation)
    found = compared_forever(left, rewritten(left, random), Box.cube(1, -1, 1))
    assert isinstance(found, AlwaysEqual)
    value = json.loads(found.files["invariant.json"])
    for row, entry in [(0, 0), (1, 2), (0, 1)]:
        rows = [list(one) for one in left.step.weight]
        rows[row][entry] += random.choice((-1, 1))
        step = Affine.dense(rows, left.step.bias, 3)
        other = RecurrentNetwork(step, left.output, left.start, activation)
        points = [(Fraction(random.randint(-4, 4), 4),) for _ in range(8)]
        if other(points) == left(points):
            continue
        data = recurrent_bytes(other)
        value["left"]["sha256"] = sha256(data).hexdigest()
        files = {**found.files, "left.json": data}
        with pytest.raises(RejectedError):
            invariant_checker.check(files.__getitem__, json.dumps(value).encode())


def certificate() -> dict[str, bytes]:
    left = drawn(Random(5), 2, 1, "relu")
    found = compared_forever(left, rewritten(left, Random(1)), Box.cube(1, -1, 1))
    assert isinstance(found, AlwaysEqual)
    return found.files


@pytest.mark.parametrize(
    "key", ["free", "dependent", "proofs", "domain", "left", "format", "version", "bounds"]
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
        "bounds": [["0", "1/1000"]] * 5,
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


@pytest.mark.parametrize("high", ["1/2", "-1", "99/100"])
def test_bounds_that_do_not_hold_are_refused(high: str) -> None:
    found = compared_forever(network([[0, 1]], [1], 1), late_unit(1), Box.cube(1, 0, 1))
    assert isinstance(found, AlwaysEqual)
    value = json.loads(found.files["invariant.json"])
    assert value["bounds"]
    value["bounds"][1] = ["0", high]
    with pytest.raises((RejectedError, MalformedError)):
        invariant_checker.check(found.files.__getitem__, json.dumps(value).encode())


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
