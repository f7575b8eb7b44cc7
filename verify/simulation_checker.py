"""The checker of simulations: a recurrent network does what a Turing machine does, on every tape.

    python3 -I -S verify/simulation_checker.py OUT/simulation.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means, for the machine and the network that the file names, with E the encoding in it:
(1) the network starts at E(0, 0, e_q) with q the machine's first state: the blank tape;
(2) for every configuration (q, left, right), from the state E(e(left), e(right), e_q) the network
    is, T steps later, at the state that stands for the machine's next configuration;
(3) at these states its outputs are e_q, e(left), e(right).

How (theorem T46). With k symbols e(empty) = 0 and e(a w) = (e(w) + 2 a + 1) / 2k, where e(w) lies
in [0, 1). So each of the two words is empty, or has a top a and a rest whose number x lies in
[0, 1]. For every state and every pair of these cases, (2) says that two networks are equal on
[0, 1]^2, which is an ordinary claim; its certificate is in the file, and `verify.checker`
decides. The induction over steps and tapes is that of T46.
"""

import os
import sys
from dataclasses import dataclass
from fractions import Fraction

if not __package__:  # run as a file: the package is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, typed
from verify.recurrent_claims import (
    ONE,
    Layers,
    Map,
    Obligation,
    Reader,
    Recurrent,
    Row,
    advanced,
    beside,
    constants,
    followed,
    proved,
    read_layers,
    read_recurrent,
    run,
)

SQUARE = {"box": [["0", "1"], ["0", "1"]], "halfspaces": []}  # of the numbers of the two rests
Case = int | None  # the top of a word, or None for the empty word
MOST_STEPS = 64


@dataclass(frozen=True, slots=True)
class Machine:
    """A Turing machine; rules: (state, symbol) -> (state, written, move)."""

    states: list[str]
    symbols: list[str]
    rules: dict[tuple[int, int], tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a file states."""

    machine: Machine
    network: Recurrent
    steps: int
    encoding: Layers


def read_machine(data: bytes) -> Machine:
    """A machine from its text: `states A B`, `symbols 0 1`, and rules `A 0 -> B 1 R`."""
    expect(data.isascii(), "machine: expected ASCII")
    lines = [line.split("#")[0].split() for line in data.decode("ascii").splitlines()]
    words = [line for line in lines if line]
    heads = len(words) > 1 and [line[0] for line in words[:2]] == ["states", "symbols"]
    expect(heads, "machine: expected the lines states and symbols first")
    states, symbols = words[0][1:], words[1][1:]
    for names in (states, symbols):
        expect(names and len(set(names)) == len(names), "machine: expected different names")
    rules: dict[tuple[int, int], tuple[int, int, str]] = {}
    for line in words[2:]:
        expect(
            len(line) == 6 and line[2] == "->" and line[5] in ("L", "R", "N"),
            "machine: no such rule",
        )
        known = {line[0], line[3]} <= set(states) and {line[1], line[4]} <= set(symbols)
        expect(known, "machine: a rule names what is not listed")
        place = states.index(line[0]), symbols.index(line[1])
        expect(place not in rules, "machine: two rules for one state and symbol")
        rules[place] = (states.index(line[3]), symbols.index(line[4]), line[5])
    return Machine(states, symbols, rules)


def cases(machine: Machine) -> list[tuple[int, Case, Case]]:
    """(state, top of left, top of right) in the order of the proofs; None is the empty word."""
    tops = [None, *range(len(machine.symbols))]
    return [(q, b, a) for q in range(len(machine.states)) for b in tops for a in tops]


Form = tuple[Row, Fraction]


def pushed(form: Form, symbol: int, base: int) -> Form:
    """e(symbol w) for the form of e(w)."""
    row, constant = form
    return {i: entry / base for i, entry in row.items()}, (constant + 2 * symbol + 1) / base


def next_tape(machine: Machine, state: int, left: Case, right: Case) -> tuple[int, Form, Form]:
    """The next state, and the numbers of the two words as forms in the numbers of the rests."""
    base = 2 * len(machine.symbols)
    nothing: Form = ({}, Fraction(0))
    rest_left: Form = nothing if left is None else ({0: ONE}, Fraction(0))
    rest_right: Form = nothing if right is None else ({1: ONE}, Fraction(0))
    whole = nothing if left is None else pushed(rest_left, left, base)
    symbol = right or 0
    after, write, move = machine.rules.get((state, symbol), (state, symbol, "N"))
    if move == "R":
        return after, pushed(whole, write, base), rest_right
    new = pushed(rest_right, write, base)
    if move == "L":
        return after, rest_left, pushed(new, left or 0, base)
    return after, whole, new


def at(machine: Machine, state: int, left: Form, right: Form) -> Map:
    """(rest, rest) -> (e(left), e(right), e_q)."""
    tape = Map(2, (left[0], right[0]), (left[1], right[1]))
    return tape.beside(constants(2, [Fraction(q == state) for q in range(len(machine.states))]))


def macro_step(stated: Simulation) -> Layers:
    """(e(left), e(right), e_q) -> the state T steps after the one that stands for it."""
    layers = stated.encoding
    for _ in range(stated.steps):
        layers = advanced(layers, stated.network)
    return layers


def obligation_of(
    stated: Simulation, stepped: Layers, state: int, left: Case, right: Case
) -> Obligation:
    """(2) for one state and one case of each word; `stepped` is `macro_step`."""
    machine = stated.machine
    base = 2 * len(machine.symbols)
    forms: list[Form] = [
        ({}, Fraction(0)) if top is None else pushed(({index: ONE}, Fraction(0)), top, base)
        for index, top in enumerate((left, right))
    ]
    layers = followed((at(machine, state, *forms),), stepped)
    expected = followed((at(machine, *next_tape(machine, state, left, right)),), stated.encoding)
    shown = ["nothing" if top is None else machine.symbols[top] for top in (left, right)]
    name = f"state {machine.states[state]}, left of the head {shown[0]}, under it {shown[1]}"
    return Obligation.equal(name, layers, expected, SQUARE)


def start_obligation(stated: Simulation) -> Obligation:
    """(1): the start stands for the blank tape."""
    blank: Form = ({}, Fraction(0))
    right = followed((at(stated.machine, 0, blank, blank),), stated.encoding)
    return Obligation.equal("start", (constants(2, stated.network.start),), right, SQUARE)


def output_obligation(stated: Simulation, state: int) -> Obligation:
    """(3) for one state."""
    machine = stated.machine
    tape = at(machine, state, ({0: ONE}, Fraction(0)), ({1: ONE}, Fraction(0)))
    left = followed(followed((tape,), stated.encoding), (stated.network.output,))
    count = len(machine.states)
    expected = tape.picked([*range(2, count + 2), 0, 1])
    return Obligation.equal(f"outputs in state {machine.states[state]}", left, (expected,), SQUARE)


def obligations(stated: Simulation) -> list[Obligation]:
    """All claims, in the order of the proofs: start, outputs by state, steps by case."""
    machine = stated.machine
    outputs = [output_obligation(stated, state) for state in range(len(machine.states))]
    together = macro_step(stated)
    steps = [obligation_of(stated, together, *case) for case in cases(machine)]
    return [start_obligation(stated), *outputs, *steps]


def read(beside_it: Reader, data: bytes) -> tuple[Simulation, object]:
    """What a file states, and its proofs."""
    keys = "encoding machine network proofs steps"
    encoding, named_machine, named_network, proofs, steps = document(data, "simulation", keys)
    machine = read_machine(beside(beside_it, named_machine, "machine"))
    network = read_recurrent(beside(beside_it, named_network, "network"), "network")
    layers = read_layers(encoding, "encoding")
    expect(1 <= typed(steps, int, "steps") <= MOST_STEPS, "steps: expected 1 to 64")
    count = len(machine.states)
    fits = layers[0].inputs == count + 2 and len(layers[-1].bias) == len(network.start)
    expect(fits and not network.inputs, "network: its sizes are not those of the encoding")
    expect(len(network.output.bias) == count + 2, "network: expected outputs for states and tape")
    return Simulation(machine, network, steps, layers), proofs


def read_obligations(beside_it: Reader, data: bytes) -> list[Obligation]:
    """All claims, each with its steps."""
    stated, proofs = read(beside_it, data)
    return proved(obligations(stated), proofs)


def check(beside_it: Reader, data: bytes) -> str:
    """What is proved, if every obligation holds.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    stated, proofs = read(beside_it, data)
    found = proved(obligations(stated), proofs)
    for one in found:
        one.check()
    machine = stated.machine
    return (
        f"the network of {len(stated.network.start)} units simulates the machine of "
        f"{len(machine.states)} states and {len(machine.symbols)} symbols on every tape, "
        f"{stated.steps} steps for one ({len(found)} claims)"
    )


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
