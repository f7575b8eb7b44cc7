"""Turing machines as recurrent networks: runs, certificates for every tape, what is refused."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.errors import ScopeError
from theory.network import Affine
from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.turing import Configuration, Rule, TuringMachine, decoded, encoded
from theory.recurrence.turing_network import STEPS, Simulation, turing_network
from verify import simulation_checker
from verify.checker import MalformedError, RejectedError
from verify.errors import FormatError, InputError
from verify.formats.machine_file import parse_machine, parse_tape, read_machine, tape_text
from verify.formats.recurrent_json import recurrent_bytes
from verify.prove.architectures.simulation import (
    Deviates,
    Simulates,
    decided_simulation,
    deviation_at,
    standard_simulation,
)

MACHINES = Path(__file__).resolve().parents[1] / "examples" / "machines"


@st.composite
def machines(draw: st.DrawFn) -> TuringMachine:
    """Any machine of up to three states and three symbols, also without rules."""
    states, symbols = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rule = st.builds(
        Rule, st.integers(0, states - 1), st.integers(0, symbols - 1), st.sampled_from("LRN")
    )
    places = st.tuples(st.integers(0, states - 1), st.integers(0, symbols - 1))
    rules = draw(st.dictionaries(places, rule))
    names = tuple(f"q{index}" for index in range(states))
    return TuringMachine(names, tuple("_ab"[:symbols]), rules)


def text_of(machine: TuringMachine) -> bytes:
    """The machine's file."""
    lines = [f"states {' '.join(machine.states)}", f"symbols {' '.join(machine.symbols)}"]
    for (state, symbol), rule in machine.rules.items():
        read = f"{machine.states[state]} {machine.symbols[symbol]}"
        done = f"{machine.states[rule.state]} {machine.symbols[rule.write]} {rule.move}"
        lines.append(f"{read} -> {done}")
    return "\n".join(lines).encode()


def words(symbols: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(0, symbols - 1), max_size=5).map(tuple)


@given(st.data(), machines(), st.sampled_from(["relu", "saturated"]))
def test_T46_the_network_runs_as_the_machine_does(
    data: st.DataObject, machine: TuringMachine, activation: str
) -> None:
    count = len(machine.symbols)
    simulation = turing_network(machine, activation)
    now = Configuration(
        data.draw(st.integers(0, len(machine.states) - 1)),
        data.draw(words(count)),
        data.draw(words(count)),
    )
    states = list(simulation.started(now).states([()] * (4 * STEPS)))
    for state in states[STEPS - 1 :: STEPS]:
        now = machine.after(now)
        assert state == simulation.state_of(now)
        *one_hot, left, right = simulation.network.output(state)
        assert one_hot == [Fraction(q == now.state) for q in range(len(machine.states))]
        assert (decoded(left, count), decoded(right, count)) == (now.left, now.right)


@given(machines())
def test_T46_the_number_of_units_is_that_of_the_formula(machine: TuringMachine) -> None:
    states, symbols = len(machine.states), len(machine.symbols)
    units = states * symbols + 2 * states + 2 * symbols + 10
    assert turing_network(machine, "saturated").network.units == units
    assert turing_network(machine, "relu").network.units == 2 * units


@pytest.mark.parametrize("activation", ["relu", "saturated"])
@settings(max_examples=15)
@given(machine=machines())
def test_T46_every_machine_is_certified(activation: str, machine: TuringMachine) -> None:
    if len(machine.states) * len(machine.symbols) > 4:
        return
    found = decided_simulation(turing_network(machine, activation), text_of(machine))
    assert isinstance(found, Simulates)
    told = simulation_checker.check(found.files.__getitem__, found.files["simulation.json"])
    assert "on every tape" in told


@pytest.mark.parametrize("name", ["busy_beaver_4", "increment"])
def test_T46_the_examples_are_certified(name: str) -> None:
    machine, text = read_machine(MACHINES / f"{name}.tm")
    found = decided_simulation(turing_network(machine, "saturated"), text)
    assert isinstance(found, Simulates)
    assert simulation_checker.check(found.files.__getitem__, found.files["simulation.json"])


@pytest.mark.slow
def test_T46_seven_states_and_four_symbols_are_certified() -> None:
    machine, text = read_machine(MACHINES / "copy.tm")
    assert (len(machine.states), len(machine.symbols)) == (7, 4)
    found = decided_simulation(turing_network(machine, "saturated"), text)
    assert isinstance(found, Simulates)
    assert found.claims == 1 + 7 + 7 * 5 * 5


@pytest.mark.parametrize(
    ("name", "tape", "steps", "state", "shown"),
    [
        ("busy_beaver_2", "", 6, "H", "1 1 [1] 1"),
        ("busy_beaver_3", "", 14, "H", "1 1 1 [1] 1 1"),
        ("busy_beaver_4", "", 107, "H", "1 [0] 1 1 1 1 1 1 1 1 1 1 1 1"),
        ("increment", "1011", 10, "done", "_ [1] 1 0 0 _"),
        ("increment", "", 2, "done", "[1] _"),
        ("palindrome", "0110", 15, "yes", "_ _ [_] _ _"),
        ("palindrome", "10", 4, "no", "_ [0] _"),
        ("palindrome", "", 1, "yes", "[_]"),
        ("copy", "011", 35, "read", "_ 0 1 1 [|] 0 1 1"),
    ],
)
def test_the_examples_compute(name: str, tape: str, steps: int, state: str, shown: str) -> None:
    machine, _ = read_machine(MACHINES / f"{name}.tm")
    now, count = Configuration(0, (), parse_tape(tape, machine, "tape")), 0
    while not machine.halts(now) and count < 1000:
        now, count = machine.after(now), count + 1
    assert (count, machine.states[now.state], tape_text(machine, now)) == (steps, state, shown)


def changed(simulation: Simulation, row: int, entry: int, by: Fraction) -> Simulation:
    """The simulation with one weight of the step changed."""
    network = simulation.network
    rows = [list(one) for one in network.step.rows]
    column, weight = rows[row][entry]
    rows[row][entry : entry + 1] = [(column, weight + by)] if weight + by else []
    step = Affine(network.step.inputs, tuple(map(tuple, rows)), network.step.bias)
    new = RecurrentNetwork(step, network.output, network.start, network.activation)
    return replace(simulation, network=new)


@settings(max_examples=20)
@given(st.data())
def test_T46_a_changed_weight_is_refuted_by_a_tape_or_makes_no_difference(
    data: st.DataObject,
) -> None:
    machine, text = read_machine(MACHINES / "busy_beaver_2.tm")
    plain = turing_network(machine, "saturated")
    rows = [index for index, row in enumerate(plain.network.step.rows) if row]
    row = data.draw(st.sampled_from(rows))
    entry = data.draw(st.integers(0, len(plain.network.step.rows[row]) - 1))
    by = data.draw(st.sampled_from([Fraction(1, 64), Fraction(-1, 64), Fraction(2), Fraction(-2)]))
    simulation = changed(plain, row, entry, by)
    found = decided_simulation(simulation, text)
    if isinstance(found, Deviates):
        assert found.before is not None
        assert deviation_at(simulation, found.before) == found
        state = simulation.state_of(found.before)
        for _ in range(STEPS):
            state = simulation.network.after(state)
        assert state != simulation.state_of(machine.after(found.before))
        forged = with_network(certificate(), simulation.network)
        with pytest.raises(RejectedError):
            simulation_checker.check(forged.__getitem__, forged["simulation.json"])
        return
    assert isinstance(found, Simulates)  # the weight does not matter at any configuration
    for word in [(), (0,), (1,), (1, 0, 1), (0, 1, 1)]:
        for place in range(3):
            assert deviation_at(simulation, Configuration(place, word, word[::-1])) is None


def with_network(files: dict[str, bytes], network: RecurrentNetwork) -> dict[str, bytes]:
    """A certificate that says of another network what it said of the one it was made for."""
    data = recurrent_bytes(network)
    value = json.loads(files["simulation.json"])
    value["network"]["sha256"] = sha256(data).hexdigest()
    return {**files, "network.json": data, "simulation.json": json.dumps(value).encode()}


def test_T46_the_tape_and_the_cell_of_a_wrong_symbol_are_named() -> None:
    machine, text = read_machine(MACHINES / "busy_beaver_4.tm")
    wrong = dict(machine.rules)
    wrong[1, 1] = replace(wrong[1, 1], write=1)  # B 1 -> C 0 L writes 1
    plain = turing_network(replace(machine, rules=wrong), "relu")
    found = decided_simulation(replace(plain, machine=machine), text)
    assert isinstance(found, Deviates)
    assert found.before is not None
    assert (found.before.state, found.before.cell(0), found.cell) == (1, 1, 1)


def test_a_start_that_is_not_the_blank_tape_is_seen() -> None:
    machine, text = read_machine(MACHINES / "busy_beaver_2.tm")
    simulation = turing_network(machine, "saturated")
    found = decided_simulation(
        replace(simulation, network=simulation.started(Configuration(1))), text
    )
    assert isinstance(found, Deviates)
    assert found.before is None


@cache
def certificate() -> dict[str, bytes]:
    machine, text = read_machine(MACHINES / "busy_beaver_2.tm")
    found = decided_simulation(turing_network(machine, "saturated"), text)
    assert isinstance(found, Simulates)
    return found.files


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("steps", 2),
        ("steps", 0),
        ("steps", True),
        ("proofs", []),
        ("format", "relucert-certificate"),
        ("version", 2),
        ("encoding", {"format": "relucert-network", "inputs": 5, "layers": [], "version": 1}),
        ("machine", {"file": "../machine.tm", "sha256": ""}),
    ],
)
def test_changed_certificates_are_refused(key: str, value: object) -> None:
    files = certificate()
    data = json.dumps({**json.loads(files["simulation.json"]), key: value}).encode()
    with pytest.raises((RejectedError, MalformedError)):
        simulation_checker.check(files.__getitem__, data)


def test_another_machine_or_network_is_refused() -> None:
    files = certificate()
    for name in ("machine.tm", "network.json"):
        other = {**files, name: files[name] + b"\n"}
        with pytest.raises(RejectedError, match="another file"):
            simulation_checker.check(other.__getitem__, files["simulation.json"])


def test_a_proof_that_is_none_is_refused() -> None:
    files = certificate()
    value = json.loads(files["simulation.json"])
    value["proofs"][-1] = [["0", [1, 0, 1]]]
    with pytest.raises((RejectedError, MalformedError), match="state H"):
        simulation_checker.check(files.__getitem__, json.dumps(value).encode())


BAD = [
    b"",
    b"states A\n",
    b"symbols 0\nstates A\n",
    b"states A A\nsymbols 0\n",
    b"states\nsymbols 0\n",
    b"states A\nsymbols 0 1\nA 0 -> B 1 R",
    b"states A\nsymbols 0 1\nA 0 -> A 2 R",
    b"states A\nsymbols 0 1\nA 0 -> A 1 LR",
    b"states A\nsymbols 0 1\nA 0 > A 1 L",
    b"states A\nsymbols 0 1\nA 0 -> A 1",
    b"states A\nsymbols 0 1\nA 0 -> A 1 L\nA 0 -> A 0 R",
    "states A\nsymbols 0 é".encode(),
]


@pytest.mark.parametrize("content", BAD)
def test_malformed_machines_are_refused_by_reader_and_checker(content: bytes) -> None:
    with pytest.raises(FormatError):
        parse_machine(content, "machine.tm")
    with pytest.raises(MalformedError):
        simulation_checker.read_machine(content)


@given(machines())
def test_reader_and_checker_read_the_same_machine(machine: TuringMachine) -> None:
    text = b"# a comment\n\n" + text_of(machine) + b"  # the end\n"
    assert parse_machine(text, "here") == machine
    read = simulation_checker.read_machine(text)
    assert (tuple(read.states), tuple(read.symbols)) == (machine.states, machine.symbols)
    told = {place: (rule.state, rule.write, rule.move) for place, rule in machine.rules.items()}
    assert read.rules == told


@given(st.integers(1, 5).flatmap(lambda count: st.tuples(st.just(count), words(count))))
def test_T46_words_are_numbers_between_0_and_1(pair: tuple[int, tuple[int, ...]]) -> None:
    symbols, word = pair
    value = encoded(word, symbols)
    assert value == 0 if not word else Fraction(1, 2 * symbols) <= value < 1
    assert decoded(value, symbols) == word


@pytest.mark.parametrize("value", [Fraction(1), Fraction(1, 8), Fraction(1, 3), Fraction(-1)])
def test_numbers_that_encode_no_word_are_refused(value: Fraction) -> None:
    with pytest.raises(ScopeError):
        decoded(value, 2)


def test_networks_of_other_sizes_are_refused() -> None:
    machine, _ = read_machine(MACHINES / "busy_beaver_2.tm")
    other, _ = read_machine(MACHINES / "busy_beaver_3.tm")
    with pytest.raises(InputError):
        standard_simulation(machine, turing_network(other).network)
    linear = replace(turing_network(machine, "saturated").network, activation="identity")
    with pytest.raises(InputError):
        standard_simulation(machine, linear)
    with pytest.raises(ScopeError):
        TuringMachine(("A",), ("0",), {(0, 0): Rule(1, 0, "R")})
