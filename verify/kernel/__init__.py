"""The checker that is proved correct in Coq, asked in two ways about a folder with a proof.

`check_with_native` runs the checker as extracted to OCaml. `check_with_coq` writes the claim and
the proof as terms of Coq and lets Coq itself establish the theorem that the claim holds. Both
answer like `verify.checker`; what has to be trusted in each is said in README.md.
"""

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from verify.checker import MalformedError, RejectedError
from verify.kernel.build import (
    ALLOWED_AXIOMS,
    UnavailableError,
    axioms,
    program,
    theory_folder,
)
from verify.kernel.translate import Question, coq_source, native_text, read_question

ENDS_EARLY = "the certificate ends before its last leaf"
NO_PROOF = "the script does not prove the claim"


@dataclass(frozen=True, slots=True)
class KernelAnswer:
    """`verdict` is accepted, rejected, malformed or unavailable; `reason` says why."""

    verdict: str
    reason: str


def check_with_native(folder: Path) -> KernelAnswer:
    """The answer of the extracted checker on claim.json and certificate.json in a folder."""
    return _answer(folder, _native)


def check_with_coq(folder: Path) -> KernelAnswer:
    """The answer of Coq, by computation in its kernel; takes seconds, where OCaml takes none."""
    return _answer(folder, _coq)


def _answer(folder: Path, ask: Callable[[Question], KernelAnswer]) -> KernelAnswer:
    try:
        return ask(read_question(folder))
    except RejectedError as error:
        return KernelAnswer("rejected", str(error))
    except (MalformedError, OSError) as error:
        return KernelAnswer("malformed", str(error))
    except UnavailableError as error:
        return KernelAnswer("unavailable", str(error))


def _refused(question: Question, done: int, reached_end: bool) -> KernelAnswer:
    """The answer on a script whose first `done` steps apply."""
    if not reached_end:
        return KernelAnswer("rejected", f"step {done}: it does not apply")
    if question.malformed is not None:
        return KernelAnswer("malformed", question.malformed)
    return KernelAnswer("rejected", ENDS_EARLY)


def _native(question: Question) -> KernelAnswer:
    text = native_text(question)
    done = subprocess.run([str(program())], input=text, capture_output=True, text=True, check=False)
    verdict, _, left = done.stdout.strip().partition(" ")
    if done.returncode or verdict not in ("accepted", "rejected"):
        raise UnavailableError(f"the extracted checker failed: {done.stderr.strip()[-400:]}")
    if verdict == "accepted" and question.malformed is None:
        return KernelAnswer("accepted", f"{len(question.steps)} steps")
    reached = len(question.steps) - int(left or 0)
    return _refused(question, reached, reached == len(question.steps))


def _coq(question: Question) -> KernelAnswer:
    theory = theory_folder()
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "Question.v"
        source.write_text(coq_source(question), encoding="ascii")
        done = subprocess.run(
            ["coqc", "-q", "-Q", str(theory), "Relucert", source.name],
            cwd=scratch,
            capture_output=True,
            text=True,
            check=False,
        )
    if question.malformed is not None and not done.returncode:
        return _refused(question, 0, "= true" in done.stdout)
    if not done.returncode and axioms(done.stdout) <= ALLOWED_AXIOMS:
        return KernelAnswer("accepted", f"theorem claim_holds, {len(question.steps)} steps")
    if "check question script = true" in done.stderr:
        return KernelAnswer("rejected", NO_PROOF)
    raise UnavailableError(f"Coq failed: {(done.stderr or done.stdout).strip()[-400:]}")
