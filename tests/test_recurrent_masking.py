"""T67: random recurrent networks in which biases leave what is close to a target's units."""

import json
from fractions import Fraction
from hashlib import sha256
from itertools import permutations
from math import ceil, log
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Space
from theory.errors import ScopeError, ShapeError
from theory.network import Affine, Vector
from theory.random_weights import GRID, STEP
from theory.recurrence.masking import (
    Weights,
    masked_recurrence,
    planted,
    random_weights,
    recurrent_error,
    recurrent_width,
    state_bounds,
    submatrix_match,
    submatrix_share,
)
from theory.recurrence.recurrent import RecurrentNetwork
from verify import horizon_checker
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.formats.recurrent_json import read_recurrent, recurrent_bytes
from verify.prove.architectures.horizon import horizon_files
from verify.verdict import Different

F = Fraction
BOX = Box.cube(1, -1, 1)
ONE = RecurrentNetwork(
    Affine.dense([[F(1, 2), F(3, 4)]], [F(-1, 4)]), Affine.dense([[F(1, 2)]], [F(1, 3)]), (F(0),)
)
TWO = RecurrentNetwork(
    Affine.dense([[F(1, 2), F(-1, 4), F(3, 4)], [F(1, 4), F(1, 4), F(-1, 2)]], [F(-1, 4), F(1, 2)]),
    Affine.dense([[F(1, 2), F(-1)]], [0]),
    (F(0), F(-1)),
)
GROWING = RecurrentNetwork(Affine.dense([[2, 1]], [1]), Affine.dense([[1]], [0]), (F(0),))
NUMBERS = st.fractions(-1, 1, max_denominator=4)


@st.composite
def targets(draw: st.DrawFn) -> RecurrentNetwork:
    """Small networks of relu; without units, with zero weights and any starts."""
    units, inputs, outputs = draw(st.integers(0, 2)), draw(st.integers(1, 2)), 1
    rows = [[draw(NUMBERS) for _ in range(units + inputs)] for _ in range(units)]
    step = Affine.dense(rows, [draw(NUMBERS) for _ in rows], units + inputs)
    output = Affine.dense([[draw(NUMBERS) for _ in rows]] * outputs, [draw(NUMBERS)], units)
    return RecurrentNetwork(step, output, tuple(draw(NUMBERS) for _ in rows))


def inputs_of(seed: int, count: int, box: Box) -> list[Vector]:
    random = Random(seed)
    return [
        tuple(a + (b - a) * F(random.randint(0, 4), 4) for a, b in zip(box.lower, box.upper,
                                                                       strict=True))
        for _ in range(count)
    ]  # fmt: skip


@given(targets(), st.integers(0, 10**6), st.integers(0, 3), st.booleans())
def test_T67_a_planted_network_is_all_that_is_left(
    target: RecurrentNetwork, seed: int, more: int, forever: bool
) -> None:
    part, size = Weights.of(target), target.units + more
    drawn = random_weights(seed, size, target.inputs, target.outputs, F(1))
    places = tuple(Random(seed).sample(range(size), target.units))
    weights = planted(drawn, part, places)
    assert weights.chosen(places).states == part.states
    box = Box.cube(target.inputs, -1, F(1, 2))
    steps = 5
    try:
        found = masked_recurrence(weights, target, places, box, None if forever else steps)
    except ScopeError:
        assert forever
        assert state_bounds(target, box, None) is None
        return
    assert Weights.of(found) == weights
    points = inputs_of(seed, 12 if forever else steps, box)
    assert found(points) == target(points)
    for state in found.states(points):
        assert not any(value for unit, value in enumerate(state) if unit not in places)


@given(targets(), st.integers(0, 10**6), st.sampled_from([F(1, 16), F(1, 2)]))
def test_T67_no_match_is_further_than_the_bound(
    target: RecurrentNetwork, seed: int, eta: Fraction
) -> None:
    random, part = Random(seed), Weights.of(target)

    def near(rows: tuple[Vector, ...]) -> tuple[Vector, ...]:
        return tuple(tuple(v + eta * random.choice((-1, 0, 1)) for v in row) for row in rows)

    close = Weights(near(part.states), near(part.inputs), near(part.outputs), target.inputs)
    size, steps = target.units + 2, 4
    places = tuple(random.sample(range(size), target.units))
    drawn = random_weights(seed, size, target.inputs, target.outputs, F(1))
    box = Box.cube(target.inputs, -1, F(1, 2))
    found = masked_recurrence(planted(drawn, close, places), target, places, box, steps)
    points = inputs_of(seed, steps, box)
    bound = recurrent_error(target, box, steps, eta)
    pairs = zip(found(points), target(points), strict=True)
    assert all(abs(a - b) <= bound for one, two in pairs for a, b in zip(one, two, strict=True))
    assert recurrent_error(target, box, steps, F(0)) == 0


def test_T67_the_bound_is_attained() -> None:
    """All weights 1 and larger by 1/4, inputs 1: nothing is lost in any step."""
    eta, box = F(1, 4), Box.cube(1, 0, 1)
    pair = [
        RecurrentNetwork(Affine.dense([[w, w]], [0]), Affine.dense([[w]], [0]), (F(0),))
        for w in (F(1), 1 + eta)
    ]
    for steps, error in ((1, F(9, 16)), (2, F(97, 64))):
        assert recurrent_error(pair[0], box, steps, eta) == error
        one, other = (network([(F(1),)] * steps)[-1][0] for network in pair)
        assert other - one == error


@given(st.integers(0, 10**6), st.integers(0, 4), st.integers(0, 2), st.integers(1, 2))
def test_T67_a_match_is_found_where_there_is_one(
    seed: int, size: int, needs: int, inputs: int
) -> None:
    weights = random_weights(seed, size, inputs, 1, F(1))
    part, eta = random_weights(seed + 1, needs, inputs, 1, F(1)), F(3, 4)

    def flat(some: Weights) -> list[Fraction]:
        return [v for rows in (some.states, some.inputs, some.outputs) for row in rows for v in row]

    def fits(places: tuple[int, ...]) -> bool:
        pairs = zip(flat(weights.chosen(places)), flat(part), strict=True)
        return all(abs(a - b) <= eta for a, b in pairs)

    wanted = next((one for one in permutations(range(size), needs) if fits(one)), None)
    assert submatrix_match(weights, part, eta) == wanted


def test_T67_fewer_units_of_a_seed_are_the_first_of_more() -> None:
    many = random_weights(3, 6, 2, 1, F(3, 2))
    assert random_weights(3, 4, 2, 1, F(3, 2)) == many.chosen(range(4))
    assert max(many.largest, F(0)) <= F(3, 2)
    assert random_weights(4, 6, 2, 1, F(3, 2)) != many


def test_T67_the_formula_of_the_width() -> None:
    part, eta, limit = Weights.of(ONE), F(1, 4), F(1)
    assert submatrix_share(part, eta, limit) == F(1, 64)
    width = recurrent_width(part, eta, limit, F(1, 10))
    assert width == ceil(log(10) * 64)
    for seed in range(20):  # each is enough with probability 9/10
        weights = random_weights(seed, width, 1, 1, limit)
        assert submatrix_match(weights, part, eta) is not None
    assert submatrix_share(Weights.of(TWO), F(1), F(2)) == F(1, 2**8)
    assert recurrent_width(Weights.of(TWO), F(1), F(2), F(1, 10)) == 2 * ceil(log(10) * 2**8)
    zero = Weights(((F(0),),), ((F(0),),), ((F(0),),), 1)
    assert recurrent_width(zero, F(1), F(1), F(1, 2)) == 1  # R = eta: every unit matches
    for eta, limit, said in ((F(0), F(1), "eta"), (F(1, 3), F(2), "eta"), (STEP, F(3, 4), "range"),
                             (STEP, F(1, GRID), "range")):  # fmt: skip
        with pytest.raises(ScopeError, match=said):
            submatrix_share(part, eta, limit)


def test_T67_what_the_theorem_does_not_cover_is_refused() -> None:
    weights = random_weights(1, 3, 1, 1, F(1))
    for places in ((), (0, 1), (0, 0)):
        with pytest.raises(ShapeError, match="1 different places"):
            masked_recurrence(weights, ONE, places, BOX)
        with pytest.raises(ShapeError, match="1 different places"):
            planted(weights, Weights.of(ONE), places)
    other = RecurrentNetwork(ONE.step, ONE.output, ONE.start, "saturated")
    with pytest.raises(ScopeError, match="relu"):
        masked_recurrence(weights, other, (0,), BOX)
    with pytest.raises(ScopeError, match="name the steps"):
        masked_recurrence(planted(weights, Weights.of(GROWING), (0,)), GROWING, (0,), BOX)


def case(epsilon: Fraction, steps: int = 3) -> dict[str, bytes]:
    """The evidence for a copy of TWO among four units, of which one weight is moved a little."""
    part, places = Weights.of(TWO), (2, 0)
    moved = ((part.states[0][0] + F(1, 50), *part.states[0][1:]), *part.states[1:])
    near = Weights(moved if epsilon else part.states, part.inputs, part.outputs, 1)
    weights = planted(random_weights(5, 4, 1, 1, F(1)), near, places)
    found = masked_recurrence(weights, TWO, places, BOX)
    initial = weights.network((F(0),) * 4, (F(0),), (F(0),) * 4)
    files = horizon_files((TWO, found), initial, steps, epsilon, domain=BOX, timeout=60)
    assert isinstance(files, dict)
    return files


def checked(files: dict[str, bytes]) -> str:
    return horizon_checker.check(files.__getitem__, files["horizon.json"])


@pytest.mark.parametrize("epsilon", [F(0), F(1, 20)])
def test_T67_the_checker_accepts_what_holds(epsilon: Fraction) -> None:
    files = case(epsilon)
    told = checked(files)
    assert ("equal outputs" if not epsilon else "at most 1/20") in told
    assert "right has all weights of initial" in told
    without = horizon_files((TWO, TWO), None, 2, F(0), domain=Space(1), timeout=9)
    assert isinstance(without, dict)
    assert checked(without) == "equal outputs at every time 1 to 2, for all inputs"


def changed(files: dict[str, bytes], **entries: Any) -> dict[str, bytes]:
    value = {**json.loads(files["horizon.json"]), **entries}
    text = json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n"
    return {**files, "horizon.json": text.encode()}


def swapped(files: dict[str, bytes], side: str, network: RecurrentNetwork) -> dict[str, bytes]:
    """Another network on a side, with its digest."""
    data = recurrent_bytes(network)
    named = {"file": f"{side}.json", "sha256": sha256(data).hexdigest()}
    return changed({**files, f"{side}.json": data}, **{side: named})


def test_T67_the_checker_rejects_everything_else() -> None:
    files = case(F(1, 20))
    malformed: list[dict[str, Any]] = [
        {"steps": 0}, {"steps": "3"}, {"steps": True}, {"steps": 10**6}, {"epsilon": "-1"},
        {"epsilon": 1}, {"proofs": []}, {"proofs": [[], []]}, {"format": "relucert-invariant"},
        {"version": 2}, {"domain": {"box": [["0", "1"]] * 2, "halfspaces": []}},
        {"domain": {"box": []}}, {"left": None}, {"further": 1}, {"initial": {"file": "left.json"}},
        {"left": {"file": "../left.json", "sha256": ""}},
    ]  # fmt: skip
    for entries in malformed:
        with pytest.raises(MalformedError):
            checked(changed(files, **entries))
    rejected: list[dict[str, Any]] = [
        {"epsilon": "1/2000"}, {"epsilon": "0"}, {"proofs": [[]]},
        {"domain": {"box": [], "halfspaces": []}},
        {"left": json.loads(files["horizon.json"])["left"] | {"sha256": "0" * 64}},
    ]  # fmt: skip
    for entries in rejected:
        with pytest.raises((RejectedError, MalformedError)):
            checked(changed(files, **entries))
    for weight in (F(0), F(7)):
        rows = [list(row) for row in TWO.step.weight]
        rows[0][2] = weight
        network = RecurrentNetwork(Affine.dense(rows, TWO.step.bias), TWO.output, TWO.start)
        with pytest.raises(RejectedError):
            checked(swapped(files, "left", network))
        with pytest.raises(RejectedError, match="other weights"):
            checked(swapped(files, "initial", network))
    one = swapped(files, "left", ONE)
    with pytest.raises(RejectedError):
        checked(one)
    two_inputs = RecurrentNetwork(Affine(2, (), ()), Affine(0, ((),), (F(0),)), ())
    with pytest.raises(MalformedError, match="same inputs"):
        checked(swapped(files, "left", two_inputs))


def test_T67_networks_that_are_apart_are_told_apart() -> None:
    found = horizon_files((ONE, TWO), None, 2, F(1, 100), domain=BOX, timeout=30)
    assert isinstance(found, Different)
    two = RecurrentNetwork(Affine(2, (), ()), Affine(0, ((),), (F(0),)), ())
    with pytest.raises(ShapeError, match="same inputs"):
        horizon_files((ONE, two), None, 2, F(0), domain=BOX, timeout=1)


def test_approximate_recurrence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "one.json", tmp_path / "out"
    path.write_bytes(recurrent_bytes(ONE))
    words = ["approximate", "recurrence", str(path), "--domain", "box:-1,1", "--epsilon", "1/2"]
    assert main([*words, "--set", "steps=2", "-o", str(out)]) == 0
    assert "outputs within 1/2 at the times 1 to 2" in capsys.readouterr().out
    assert main(["check", str(out)]) == 0
    said = capsys.readouterr().out
    assert "right has all weights of initial" in said
    assert "equal outputs at every time, for sequences of every length" in said
    assert read_recurrent(out / "kept.json").units == 1 < read_recurrent(out / "right.json").units
    assert main([*words, "--set", "planted=1", "-o", str(out)]) == 0
    assert "equal outputs at every time" in capsys.readouterr().out
    assert main(["check", str(out)]) == 0
    said = capsys.readouterr().out
    assert "invariant_checker" in said
    assert "horizon_checker" in said
    assert (out / "kept.json").read_bytes() == (out / "left.json").read_bytes()
    data = (out / "right.json").read_bytes()
    (out / "right.json").write_bytes(data.replace(b'"3/4"', b'"1/4"'))
    assert main(["check", str(out)]) == 1
    capsys.readouterr()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--set", "units=1"], "1 are not enough"),
        (["--set", "steps=0"], "--set steps: expected an integer"),
        (["--set", "eta=1/4", "--set", "planted=1"], "--set eta"),
        (["--set", "eta=1/4", "--set", "range=1/2"], "range: expected at least"),
        (["--set", "eta=x"], "--set eta: expected a positive number"),
        (["--set", "range=1/3"], "range: expected a positive multiple"),
        (["--epsilon", "1/1000000"], "--epsilon: asks for weights closer"),
        (["--domain", "all"], "--domain: expected a bounded interval"),
        (["--set", "eta=1/2", "--set", "range=2", "--epsilon", "1/1000"], "not within 1/1000"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    more: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(recurrent_bytes(ONE))
    words = ["approximate", "recurrence", str(path)]
    given_words = [*more]
    for name, value in (("--domain", "box:-1,1"), ("--epsilon", "1/2")):
        if name not in more:
            given_words += [name, value]
    assert main([*words, *given_words]) == 3
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
