"""Folders whose evidence is about recurrent networks: which checker is to be asked, and how.

invariant.json      left.json right.json              T44   verify/invariant_checker.py
simulation.json     machine.tm network.json           T46   verify/simulation_checker.py
unrolling.json      recurrent.json unrolled.json      T43   verify/unrolling_checker.py
horizon.json        left.json right.json initial.json T67   verify/horizon_checker.py
agnostic.json       left.json right.json              T50   verify/agnostic_checker.py
attention.json      left.json right.json              T48   verify/attention_checker.py
transformer.json    left.json right.json              T55   verify/transformer_checker.py
tokens.json         left.json right.json              T55   verify/tokens_checker.py, a difference
sequence.json, tape.json                              see verify.recurrent_counterexample
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from verify import (
    agnostic_checker,
    attention_checker,
    horizon_checker,
    invariant_checker,
    simulation_checker,
    tokens_checker,
    transformer_checker,
    unrolling_checker,
)
from verify.checker import MalformedError, RejectedError
from verify.errors import InputError
from verify.formats.network_file import read_bytes
from verify.prove.architectures.horizon import INITIAL
from verify.prove.architectures.invariant import LEFT, RIGHT
from verify.prove.architectures.simulation import MACHINE, NETWORK
from verify.prove.architectures.unrolling import RECURRENT, UNROLLED
from verify.recurrent_claims import Obligation, reader_of
from verify.recurrent_counterexample import read_sequence, read_tape
from verify.result import (
    AGNOSTIC,
    ATTENTION,
    CLAIM,
    HORIZON,
    INVARIANT,
    SEQUENCE,
    SIMULATION,
    TAPE,
    TOKENS,
    TRANSFORMER,
    UNROLLING,
    clear_folder,
    write_files,
)
from verify.result import RECURRENT as RECURRENT_KINDS
from verify.standalone import asked

CHECKERS: Mapping[str, ModuleType] = {
    AGNOSTIC: agnostic_checker,
    ATTENTION: attention_checker,
    HORIZON: horizon_checker,
    INVARIANT: invariant_checker,
    SIMULATION: simulation_checker,
    TOKENS: tokens_checker,
    TRANSFORMER: transformer_checker,
    UNROLLING: unrolling_checker,
}
FILES = (*RECURRENT_KINDS, MACHINE, NETWORK, RECURRENT, UNROLLED, LEFT, RIGHT, INITIAL)


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
        told = read_sequence(folder)
        about = f"outputs differ at time {len(told.points)}, exactly"
        return _refuted(told.is_confirmed, about, f"{name} does not tell the networks apart")
    if name == TAPE:
        about = "the network deviates from the machine on that tape, exactly"
        confirmed = read_tape(folder).deviation is not None
        return _refuted(confirmed, about, "the network does not deviate on that tape")
    checker = CHECKERS[name]
    if kernel == "python":
        check = asked(checker_of(name), folder / name)
        if name == TOKENS:  # which tells two programs apart
            otherwise = f"{check.told} (verify/{check.name})"
            return _refuted(check.is_accepted, check.told, otherwise)
        return RecurrentCheck(check.answer, f"{check.told} (verify/{check.name})")
    if name in (ATTENTION, TOKENS, TRANSFORMER):
        raise InputError("--kernel", "attention has one checker, python")
    return _by_kernel(checker, folder, name, kernel)


def _refuted(confirmed: bool, about: str, otherwise: str) -> RecurrentCheck:
    """What is said of a counterexample that exact evaluation confirms, or does not."""
    return (
        RecurrentCheck("rejected", about) if confirmed else RecurrentCheck("malformed", otherwise)
    )


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


def write_recurrent_evidence(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write the files, after removing what an earlier run left.

    Raises:
        InputError: a file cannot be written.
    """
    clear_folder(folder, (*FILES, CLAIM))
    return write_files(folder, files)
