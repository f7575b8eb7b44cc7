"""Folders whose evidence is about recurrent networks: which checker is to be asked, and how.

invariant.json      left.json right.json              T44   verify/invariant_checker.py
simulation.json     machine.tm network.json           T46   verify/simulation_checker.py
unrolling.json      recurrent.json unrolled.json      T43   verify/unrolling_checker.py
agnostic.json       left.json right.json              T50   verify/agnostic_checker.py
attention.json      left.json right.json              T48   verify/attention_checker.py
sequence.json       left.json right.json              inputs after which outputs differ
tape.json           machine.tm network.json           a tape on which the network deviates
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from theory.rational import text_of
from theory.turing import Configuration, TuringMachine
from verify import (
    agnostic_checker,
    attention_checker,
    invariant_checker,
    simulation_checker,
    unrolling_checker,
)
from verify.checker import MalformedError, RejectedError
from verify.claim import VERSION, json_bytes
from verify.errors import FormatError, InputError
from verify.formats.machine_file import read_machine
from verify.formats.network_file import read_bytes
from verify.formats.recurrent_json import read_recurrent
from verify.formats.strict_json import array_of, number_of, object_of, read_json
from verify.prove.architectures.invariant import LEFT, RIGHT, TellingSequence
from verify.prove.architectures.simulation import (
    MACHINE,
    NETWORK,
    deviation_at,
    standard_simulation,
)
from verify.prove.architectures.unrolling import RECURRENT, UNROLLED
from verify.recurrent_claims import Obligation, reader_of
from verify.result import (
    AGNOSTIC,
    ATTENTION,
    CLAIM,
    INVARIANT,
    SEQUENCE,
    SIMULATION,
    TAPE,
    UNROLLING,
    clear_folder,
    write_files,
)
from verify.result import RECURRENT as RECURRENT_KINDS
from verify.standalone import asked

CHECKERS: Mapping[str, ModuleType] = {
    AGNOSTIC: agnostic_checker,
    ATTENTION: attention_checker,
    INVARIANT: invariant_checker,
    SIMULATION: simulation_checker,
    UNROLLING: unrolling_checker,
}
FILES = (*RECURRENT_KINDS, MACHINE, NETWORK, RECURRENT, UNROLLED, LEFT, RIGHT)


@dataclass(frozen=True, slots=True)
class RecurrentCheck:
    """`accepted`, `rejected`, `malformed` or `unavailable`, and what about it."""

    answer: str
    line: str


def checker_of(name: str) -> Path:
    """The checker of a file of that name."""
    return Path(str(CHECKERS[name].__file__)).resolve()


def checked_recurrent(folder: Path, name: str, kernel: str) -> RecurrentCheck:
    """What the checker of such a file says; with a kernel, what that says of every claim.

    Raises:
        InputError: a counterexample is malformed.
    """
    if name == SEQUENCE:
        return _checked_sequence(folder)
    if name == TAPE:
        return _checked_tape(folder)
    checker = CHECKERS[name]
    if kernel == "python":
        check = asked(checker_of(name), folder / name)
        return RecurrentCheck(check.answer, f"{check.told} (verify/{check.name})")
    if name == ATTENTION:
        raise InputError("--kernel", "attention layers have one checker, python")
    return _by_kernel(checker, folder, name, kernel)


def _by_kernel(checker: ModuleType, folder: Path, name: str, kernel: str) -> RecurrentCheck:
    """The answer of a kernel on every claim that the checker derives."""
    from verify.kernel import check_with_coq, check_with_native

    ask = check_with_coq if kernel == "coq" else check_with_native
    derive: Callable[..., list[Obligation]] = checker.read_obligations
    try:
        derived = derive(reader_of(str(folder)), read_bytes(folder / name))
    except RejectedError as error:
        return RecurrentCheck("rejected", str(error))
    except (MalformedError, OSError) as error:
        return RecurrentCheck("malformed", str(error))
    for one in derived:
        with TemporaryDirectory() as scratch:
            for file, content in {**one.files, "certificate.json": one.certificate}.items():
                (Path(scratch) / file).write_bytes(content)
            found = ask(Path(scratch))
        if found.verdict != "accepted":
            return RecurrentCheck(found.verdict, f"{kernel} kernel, {one.name}: {found.reason}")
    return RecurrentCheck("accepted", f"{kernel} kernel, all {len(derived)} claims")


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


def _checked_sequence(folder: Path) -> RecurrentCheck:
    """Whether the outputs after the sequence are as the file says, and differ."""
    value = object_of(
        read_json(read_bytes(folder / SEQUENCE), SEQUENCE),
        ("format", "left", "points", "right", "version"),
        SEQUENCE,
    )
    points = [
        tuple(number_of(entry, SEQUENCE) for entry in array_of(point, SEQUENCE))
        for point in array_of(value["points"], SEQUENCE)
    ]
    if not points:
        raise FormatError(SEQUENCE, "expected at least one input")
    stated = [
        tuple(number_of(entry, SEQUENCE) for entry in array_of(value[side], SEQUENCE))
        for side in ("left", "right")
    ]
    networks = [read_recurrent(folder / file) for file in (LEFT, RIGHT)]
    if any(len(point) != network.inputs for point in points for network in networks):
        raise FormatError(SEQUENCE, "expected inputs as the networks have them")
    outputs = [network(points)[-1] for network in networks]
    if outputs == stated and outputs[0] != outputs[1]:
        return RecurrentCheck("rejected", f"outputs differ at time {len(points)}, exactly")
    return RecurrentCheck("malformed", "sequence.json does not tell the networks apart")


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


def _checked_tape(folder: Path) -> RecurrentCheck:
    """Whether the network deviates from the machine at the configuration in the file."""
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
    if deviation_at(simulation, Configuration(state, words[0], words[1])) is None:
        return RecurrentCheck("malformed", "the network does not deviate on that tape")
    return RecurrentCheck("rejected", "the network deviates from the machine on that tape, exactly")


def write_recurrent_evidence(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write the files, after removing what an earlier run left.

    Raises:
        InputError: a file cannot be written.
    """
    clear_folder(folder, (*FILES, CLAIM))
    return write_files(folder, files)
