"""The folder OUT: what a claim, its networks, the evidence and the run are called on disk.

claim.json left.json right.json        the question
certificate.json or counterexample.json    the answer, if there is one
run.json                               what the run notes about itself; nothing rests on it
checkpoint.json                        what a search had proved when it was stopped
table.json                             beside a maximum: its chamber table (verify.chambers)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from verify.claim import VERSION, Claim, json_bytes
from verify.errors import InputError
from verify.kink_certificate import KinkCertificate
from verify.verdict import Different, Equivalent, Unknown, Verdict

CLAIM, CERTIFICATE = "claim.json", "certificate.json"
COUNTEREXAMPLE, RUN = "counterexample.json", "run.json"
CHECKPOINT = "checkpoint.json"
WITNESS = "witness.json"  # a point with a large difference, beside a certificate
TABLE, FLOAT_BOUND = "table.json", "float-bound.json"
APPROXIMATION = "approximation.json"  # a network within epsilon of a function
WEIGHTS = "weights.json"  # beside it: which parameters it shares with another network
PICTURE = "picture.svg"  # beside it: a drawing, where the function has two variables
INVARIANT, SIMULATION, UNROLLING = "invariant.json", "simulation.json", "unrolling.json"
SEQUENCE, TAPE, AGNOSTIC = "sequence.json", "tape.json", "agnostic.json"
HORIZON = "horizon.json"  # recurrent networks that stay close for some steps
ATTENTION, TRANSFORMER, TOKENS = "attention.json", "transformer.json", "tokens.json"
RECURRENT = (
    INVARIANT,
    SIMULATION,
    UNROLLING,
    HORIZON,
    AGNOSTIC,
    ATTENTION,
    TRANSFORMER,
    TOKENS,
    SEQUENCE,
    TAPE,
)  # of verify.recurrent_evidence
_STALE = (
    *RECURRENT,
    TABLE,
    FLOAT_BOUND,
    APPROXIMATION,
    WEIGHTS,
    PICTURE,
    CERTIFICATE,
    COUNTEREXAMPLE,
    WITNESS,
    RUN,
    "report.tex",
    "report.pdf",
    CLAIM,
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What another solver answered; it is no part of the proof."""

    solver: str
    answer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """What a run notes about itself, for the report.

    Attributes:
        command: The words of the command, program first.
        form: The form that was asked for, or None for `prove`.
        theorem: The ID of the theorem behind the form, or None.
        construction: Free facts about the construction.
        seconds: The time of every phase.
        opinion: What a second solver said, if one was asked.
        asked: What the claim answers, where that is a question of another shape.
        follows: What a proof of the claim says about it.
    """

    command: tuple[str, ...]
    form: str | None = None
    theorem: str | None = None
    construction: dict[str, object] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    opinion: Opinion | None = None
    asked: str = ""
    follows: str = ""

    def json(self, verdict: Verdict) -> dict[str, object]:
        """The content of run.json."""
        opinion = self.opinion
        question = {"asked": self.asked, "follows": self.follows} if self.asked else {}
        return question | {
            "command": list(self.command),
            "construction": self.construction,
            "engine": "" if isinstance(verdict, Unknown) else verdict.engine,
            "form": self.form,
            "reason": verdict.reason if isinstance(verdict, Unknown) else "",
            "second_opinion": None
            if opinion is None
            else {"answer": opinion.answer, "seconds": opinion.seconds, "solver": opinion.solver},
            "seconds": self.seconds,
            "summary": summary(verdict),
            "theorem": self.theorem,
            "verdict": word(verdict),
        }


def word(verdict: Verdict) -> str:
    """`equivalent`, `different` or `unknown`."""
    return type(verdict).__name__.lower()


def summary(verdict: Verdict) -> dict[str, int]:
    """The size of a certificate: steps, leaves, lemmas, bytes; cells and so on of kinks."""
    if not isinstance(verdict, Equivalent):
        return {}
    if isinstance(verdict.certificate, KinkCertificate):
        return {"bytes": len(verdict.certificate.data), **dict(verdict.certificate.sizes)}
    return {
        "bytes": len(verdict.certificate.data),
        "leaves": verdict.leaves,
        "lemmas": verdict.lemmas,
        "steps": len(verdict.certificate.steps),
    }


def prepared_folder(path: str | Path) -> Path:
    """The folder, made if there is none, and known to be writable before any work is done.

    Raises:
        InputError: it cannot be made or written.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise InputError(str(path), f"cannot be written, {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(str(path), f"is no folder name, {error}") from None


def write_result(folder: Path, claim: Claim, verdict: Verdict, run: Run) -> tuple[str, ...]:
    """Write the claim, its networks, the evidence and the notes; return the names of the files.

    What an earlier run left there is removed first, so that no evidence stands beside another
    claim.

    Raises:
        InputError: a file cannot be written.
    """
    files = {CLAIM: claim.data, **claim.network_files, RUN: json_bytes(run.json(verdict))}
    match verdict:
        case Equivalent(certificate):
            files[CERTIFICATE] = certificate.data
        case Different():
            files[COUNTEREXAMPLE] = counterexample_data(verdict)
        case Unknown():
            pass
    clear_folder(folder)
    return write_files(folder, files)


def write_files(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write files into a folder; return their names.

    Raises:
        InputError: a file cannot be written.
    """
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        where = str(error.filename or folder)
        raise InputError(where, f"cannot be written, {error.strerror or error}") from None
    return tuple(sorted(files))


def clear_folder(folder: Path, others: Sequence[str] = ()) -> None:
    """Remove what an earlier run left, so that no evidence stands beside another claim.

    Raises:
        InputError: a file cannot be removed.
    """
    try:
        for name in (*_STALE, *others):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        where = str(error.filename or folder)
        raise InputError(where, f"cannot be written, {error.strerror or error}") from None


def counterexample(verdict: Different) -> dict[str, list[str]]:
    """The point, and what both networks give there, as exact texts.

    Raises:
        InputError: a number has more digits than Python writes.
    """
    sides = {"left": verdict.left, "point": verdict.point, "right": verdict.right}
    try:
        return {name: [str(value) for value in values] for name, values in sides.items()}
    except ValueError:
        raise InputError("counterexample", "a number has too many digits to be written") from None


def counterexample_data(verdict: Different) -> bytes:
    """The bytes of counterexample.json.

    Raises:
        InputError: a number has more digits than Python writes.
    """
    top = {"format": "relucert-counterexample", "version": VERSION}
    return json_bytes({**top, **counterexample(verdict)})
