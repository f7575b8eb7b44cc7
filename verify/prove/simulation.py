"""Does a recurrent network simulate a Turing machine on every tape? With evidence both ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from itertools import chain, product

from theory.errors import ScopeError
from theory.network import Vector
from theory.recurrent import RecurrentNetwork
from theory.turing import Configuration, TuringMachine, Word, decoded
from theory.turing_network import STEPS, Simulation, turing_network
from verify.claim import VERSION, json_bytes
from verify.errors import InputError
from verify.formats.network_json import network_text
from verify.formats.recurrent_json import recurrent_bytes
from verify.formats.strict_json import read_json
from verify.prove.derived import settled
from verify.result import SIMULATION
from verify.simulation_checker import Case, cases, obligations, read
from verify.verdict import Different, Verdict

MACHINE, NETWORK = "machine.tm", "network.json"
_LONGEST = 2  # symbols of the words that are tried below the top
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
        steps = settled(one, _SECONDS)
        if not isinstance(steps, list):
            found = None if where is None else _deviation(simulation, *where)
            return found or _start_deviation(simulation) or Undecided(_reason(one.name, steps))
        proofs.append(steps)
    return Simulates({**files, SIMULATION: _bytes(simulation, files, proofs)}, len(proofs))


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


def _words(top: Case, symbols: int, length: int) -> Iterator[Word]:
    """The words with that top and up to so many symbols below it, the short ones first."""
    if top is None:
        yield ()
        return
    yield from ((top, *rest) for rest in _all_words(symbols, length))


def _all_words(symbols: int, length: int) -> Iterator[Word]:
    return chain.from_iterable(product(range(symbols), repeat=count) for count in range(length + 1))


def _deviation(
    simulation: Simulation, state: int, lefts: Sequence[Case], rights: Sequence[Case]
) -> Deviates | None:
    """A short tape on which the network does not do what the machine does."""
    symbols = len(simulation.machine.symbols)
    for length in range(_LONGEST + 1):
        for left, right in product(lefts, rights):
            words = product(_words(left, symbols, length), _words(right, symbols, length))
            for one, other in words:
                found = deviation_at(simulation, Configuration(state, one, other))
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
