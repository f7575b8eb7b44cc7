"""Counterexamples about recurrent networks: a sequence of inputs, or a tape, exactly evaluated.

sequence.json       left.json right.json              inputs after which outputs differ
tape.json           machine.tm network.json           a tape on which the network deviates
"""

from dataclasses import dataclass
from pathlib import Path

from theory.network import Vector
from theory.rational import text_of
from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.turing import Configuration, TuringMachine
from theory.recurrence.turing_network import Simulation
from verify.claim import VERSION, json_bytes
from verify.errors import FormatError
from verify.formats.machine_file import read_machine
from verify.formats.network_file import read_bytes
from verify.formats.recurrent_json import read_recurrent
from verify.formats.strict_json import Json, array_of, number_of, object_of, read_json
from verify.prove.architectures.invariant import LEFT, RIGHT, TellingSequence
from verify.prove.architectures.simulation import (
    MACHINE,
    NETWORK,
    Deviates,
    deviation_at,
    standard_simulation,
)
from verify.result import SEQUENCE, TAPE


@dataclass(frozen=True, slots=True)
class StatedSequence:
    """What sequence.json states, and the two networks beside it.

    Attributes:
        networks: The left and the right one.
        points: The inputs x_1, ..., x_T.
        stated: What their last outputs are said to be.
    """

    networks: tuple[RecurrentNetwork, RecurrentNetwork]
    points: tuple[Vector, ...]
    stated: tuple[Vector, Vector]

    @property
    def is_confirmed(self) -> bool:
        """Whether the last outputs are as stated, and differ, by exact evaluation."""
        left, right = (network(self.points)[-1] for network in self.networks)
        return (left, right) == self.stated and left != right


@dataclass(frozen=True, slots=True)
class StatedTape:
    """What tape.json states: a simulation, and where it is said to fail."""

    simulation: Simulation
    before: Configuration

    @property
    def deviation(self) -> Deviates | None:
        """How the network deviates in the step from there, by exact evaluation, if it does."""
        return deviation_at(self.simulation, self.before)


def sequence_bytes(found: TellingSequence) -> bytes:
    """The bytes of sequence.json."""
    return json_bytes(
        {
            "format": "relucert-sequence",
            "left": [text_of(value) for value in found.left],
            "points": [[text_of(value) for value in point] for point in found.points],
            "right": [text_of(value) for value in found.right],
            "version": VERSION,
        }
    )


def read_sequence(folder: Path) -> StatedSequence:
    """What sequence.json in a folder states.

    Raises:
        InputError: it, or a network beside it, is missing or malformed.
    """
    keys = ("format", "left", "points", "right", "version")
    value = object_of(read_json(read_bytes(folder / SEQUENCE), SEQUENCE), keys, SEQUENCE)
    points = tuple(_numbers(point) for point in array_of(value["points"], SEQUENCE))
    if not points:
        raise FormatError(SEQUENCE, "expected at least one input")
    left, right = (read_recurrent(folder / file) for file in (LEFT, RIGHT))
    if any(len(point) != network.inputs for point in points for network in (left, right)):
        raise FormatError(SEQUENCE, "expected inputs as the networks have them")
    return StatedSequence(
        (left, right), points, (_numbers(value["left"]), _numbers(value["right"]))
    )


def _numbers(value: Json) -> Vector:
    return tuple(number_of(entry, SEQUENCE) for entry in array_of(value, SEQUENCE))


def tape_bytes(machine: TuringMachine, before: Configuration) -> bytes:
    """The bytes of tape.json."""
    return json_bytes(
        {
            "format": "relucert-tape",
            "left": [machine.symbols[symbol] for symbol in before.left],
            "right": [machine.symbols[symbol] for symbol in before.right],
            "state": machine.states[before.state],
            "version": VERSION,
        }
    )


def read_tape(folder: Path) -> StatedTape:
    """What tape.json in a folder states.

    Raises:
        InputError: it, the machine or the network beside it is missing or malformed.
    """
    machine, _ = read_machine(folder / MACHINE)
    keys = ("format", "left", "right", "state", "version")
    value = object_of(read_json(read_bytes(folder / TAPE), TAPE), keys, TAPE)
    words = []
    for side in ("left", "right"):
        symbols = array_of(value[side], TAPE)
        if not all(symbol in machine.symbols for symbol in symbols):
            raise FormatError(TAPE, "expected symbols of the machine")
        words.append(tuple(machine.symbols.index(str(symbol)) for symbol in symbols))
    if value["state"] not in machine.states:
        raise FormatError(TAPE, "expected a state of the machine")
    state = machine.states.index(str(value["state"]))
    simulation = standard_simulation(machine, read_recurrent(folder / NETWORK))
    return StatedTape(simulation, Configuration(state, words[0], words[1]))
