"""Does a recurrent network simulate a Turing machine on every tape? With evidence both ways."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from itertools import chain, product

from theory.errors import ScopeError
from theory.network import Vector
from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.turing import Configuration, TuringMachine, Word, decoded
from theory.recurrence.turing_network import STEPS, Simulation, turing_network
from verify.claim import VERSION, json_bytes
from verify.errors import InputError
from verify.formats.network_json import network_text
from verify.formats.recurrent_json import recurrent_bytes
from verify.formats.strict_json import read_json
from verify.prove.architectures.derived import MERGE, merges, settled
from verify.recurrent_claims import Obligation
from verify.result import SIMULATION
from verify.simulation_checker import Case, cases, obligations, read
from verify.verdict import Different, Verdict

MACHINE, NETWORK = "machine.tm", "network.json"
_LONGEST = 2  # symbols of the words that are tried below the top
_FARTHEST = 24  # symbols of those that are tried after them
_SECONDS = 20.0  # for a claim that does not merge


@dataclass(frozen=True, slots=True)
class Simulates:
    """It does: the files of a folder that `verify.simulation_checker` accepts, and their size."""

    files: dict[str, bytes]
    claims: int


@dataclass(frozen=True, slots=True)
class Deviates:
    """It does not: from a configuration, the network's state is not that of the next one.

    Attributes:
        before: The configuration; None if the network does not start on the blank tape.
        expected: The configuration that should be reached.
        unit: What the first number that differs stands for.
        found: What that number is.
        wanted: What it should be.
        cell: The first cell whose symbol differs, the head's being 0, if the tape can be read.
    """

    before: Configuration | None
    expected: Configuration
    unit: str
    found: Fraction
    wanted: Fraction
    cell: int | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither was established."""

    reason: str


def decided_simulation(simulation: Simulation, text: bytes) -> Simulates | Deviates | Undecided:
    """Whether the network simulates the machine whose file has the bytes `text`.

    Theorem: T46 (Turing machines).

    Raises:
        ExportError: a number is too long to be written.
    """
    files = {MACHINE: text, NETWORK: recurrent_bytes(simulation.network)}
    stated, _ = read(files.__getitem__, _bytes(simulation, files, []))
    proofs = []
    places = _places(simulation, cases(stated.machine))
    for one, where in zip(obligations(stated), places, strict=True):
        steps = _steps_or_deviation(simulation, one, where)
        if not isinstance(steps, list):
            return steps
        proofs.append(steps)
    return Simulates({**files, SIMULATION: _bytes(simulation, files, proofs)}, len(proofs))


def _steps_or_deviation(
    simulation: Simulation, one: Obligation, where: "_Where | None"
) -> list[object] | Deviates | Undecided:
    """The proof of an obligation, or a tape on which what it says is false: short ones first."""
    if merges(one):
        return MERGE
    short = _start_deviation(simulation) if where is None else None
    if where is not None:
        short = _deviation(simulation, where, [_all_words(len(simulation.machine.symbols))] * 2)
    if short is not None:
        return short
    steps = settled(one, _SECONDS)
    if isinstance(steps, list):
        return steps
    found = None
    if isinstance(steps, Different) and where is not None:
        rests = [_words_near(value, len(simulation.machine.symbols)) for value in steps.point]
        found = _deviation(simulation, where, rests)
    return found or Undecided(_reason(one.name, steps))


def _reason(name: str, verdict: Verdict) -> str:
    if isinstance(verdict, Different):
        return f"{name}: the claim fails between the tapes, at {verdict.point}, but at none tried"
    return f"{name}: neither proved nor refuted"


def _bytes(simulation: Simulation, files: dict[str, bytes], proofs: Sequence[object]) -> bytes:
    named = {
        what: {"file": file, "sha256": sha256(files[file]).hexdigest()}
        for what, file in (("machine", MACHINE), ("network", NETWORK))
    }
    encoding = read_json(network_text(simulation.encoding).encode("ascii"), "encoding")
    return json_bytes(
        {
            "encoding": encoding,
            "format": "relucert-simulation",
            "proofs": list(proofs),
            "steps": STEPS,
            "version": VERSION,
            **named,
        }
    )


_Where = tuple[int, Sequence[Case], Sequence[Case]]  # state, tops of left and right


def _places(
    simulation: Simulation, listed: Sequence[tuple[int, Case, Case]]
) -> list[_Where | None]:
    """Which configurations every obligation speaks about, in order; None for the start."""
    states = range(len(simulation.machine.states))
    every: list[Case] = [None, *range(len(simulation.machine.symbols))]
    outputs: list[_Where | None] = [(state, every, every) for state in states]
    return [None, *outputs, *((q, [left], [right]) for q, left, right in listed)]


def _all_words(symbols: int) -> list[Word]:
    """All short words."""
    lengths = range(_LONGEST + 1)
    return list(chain.from_iterable(product(range(symbols), repeat=n) for n in lengths))


def _words_near(value: Fraction, symbols: int) -> list[Word]:
    """Words whose numbers are near a value of [0, 1] from below, or near the ends."""
    word, words = list[int](), list[Word]()
    for _ in range(_FARTHEST):
        scaled = value * 2 * symbols
        symbol = max(0, min(int((scaled - 1) // 2), symbols - 1))
        word.append(symbol)
        words.append(tuple(word))
        value = max(Fraction(0), min(scaled - 2 * symbol - 1, Fraction(1)))
    ends = [(symbol,) * _FARTHEST for symbol in (0, symbols - 1)]
    return [(), *ends, *words[:: _FARTHEST // 4]]


def _deviation(
    simulation: Simulation, where: "_Where", rests: Sequence[Sequence[Word]]
) -> Deviates | None:
    """A tape on which the network does not do what the machine does, with these words below."""
    state, lefts, rights = where
    for left, right in product(lefts, rights):
        for below, beyond in product(*rests):
            left_word = () if left is None else (left, *below)
            right_word = () if right is None else (right, *beyond)
            found = deviation_at(simulation, Configuration(state, left_word, right_word))
            if found is not None:
                return found
    return None


def standard_simulation(machine: TuringMachine, network: RecurrentNetwork) -> Simulation:
    """The network as a simulation of the machine, with the encoding of `turing_network`.

    Raises:
        InputError: its activation, or numbers of units, inputs or outputs are others.
    """
    if network.activation not in ("saturated", "relu"):
        raise InputError("network", "expected saturated or relu units")
    plain = turing_network(machine, network.activation)
    wanted = plain.network
    sizes = (network.units, network.inputs, network.outputs)
    if sizes != (wanted.units, wanted.inputs, wanted.outputs):
        raise InputError(
            "network",
            f"expected {wanted.units} units, no inputs and {wanted.outputs} outputs as transform "
            f"turing has them, got {sizes[0]}, {sizes[1]} and {sizes[2]}",
        )
    return replace(plain, network=network)


def deviation_at(simulation: Simulation, before: Configuration) -> Deviates | None:
    """How the network deviates from the machine in the step that follows, if it does."""
    network = simulation.network
    expected = simulation.machine.after(before)
    state = simulation.state_of(before)
    read_off = network.output(state)
    wanted = _outputs(simulation, before)
    if read_off != wanted:
        return _first(simulation, before, before, (read_off, wanted), True)
    for _ in range(STEPS):
        state = network.after(state)
    goal = simulation.state_of(expected)
    if state == goal:
        return None
    return _first(simulation, before, expected, (state, goal), False)


def _start_deviation(simulation: Simulation) -> Deviates | None:
    """How the start differs from the blank tape, if it does."""
    blank = Configuration(0)
    goal = simulation.state_of(blank)
    pair = (simulation.network.start, goal)
    return None if pair[0] == goal else _first(simulation, None, blank, pair, False)


def _outputs(simulation: Simulation, configuration: Configuration) -> Vector:
    """What the outputs should be at a configuration."""
    left, right, *states = simulation.numbers_of(configuration)
    return (*states, left, right)


def _first(
    simulation: Simulation,
    before: Configuration | None,
    expected: Configuration,
    pair: tuple[Vector, Vector],
    in_output: bool,
) -> Deviates:
    """The first number that differs, and the first cell, if both tapes can be read."""
    found, wanted = pair
    index = next(i for i, (a, b) in enumerate(zip(found, wanted, strict=True)) if a != b)
    names = simulation.names
    unit = f"output {index}" if in_output else names[index % len(names)]
    if not in_output and index >= len(names):
        unit = f"{unit}, its part above 1"
    read_off = found if in_output else simulation.network.output(found)
    cell = _differing_cell(simulation, read_off, expected)
    return Deviates(before, expected, unit, found[index], wanted[index], cell)


def _differing_cell(simulation: Simulation, outputs: Vector, expected: Configuration) -> int | None:
    """The cell nearest to the head at which outputs and configuration have different symbols."""
    symbols = len(simulation.machine.symbols)
    try:
        left, right = (decoded(value, symbols) for value in outputs[-2:])
    except ScopeError:
        return None
    read_off = Configuration(expected.state, left, right)
    longest = max(map(len, (left, right, expected.left, expected.right)))
    cells = sorted(range(-longest, longest), key=abs)
    return next((cell for cell in cells if read_off.cell(cell) != expected.cell(cell)), None)
