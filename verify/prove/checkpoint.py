"""A draft on disk: what a search had proved when it was stopped, bound to its claim.

A checkpoint is a certificate with gaps, and it is read as sceptically as one: every step is
checked before the search goes on, and the certificate that results is checked as a whole.
"""

import hashlib
import os
from pathlib import Path

from verify import checker
from verify.certificate import Step
from verify.claim import VERSION, Claim, json_bytes
from verify.errors import InputError
from verify.prove.draft import GAP, gap_paths
from verify.prove.state import checker_claim
from verify.result import CHECKPOINT


class CheckpointError(Exception):
    """A checkpoint is of no use for the claim; the message says why."""


def checkpoint_data(claim: Claim, script: list[Step]) -> bytes:
    """The bytes of checkpoint.json."""
    return json_bytes(
        {
            "claim": hashlib.sha256(claim.data).hexdigest(),
            "format": "relucert-checkpoint",
            "steps": script,
            "version": VERSION,
        }
    )


def checkpoint_script(data: bytes, claim: Claim) -> list[Step]:
    """The script in the bytes of a checkpoint, after every step of it was checked.

    Raises:
        CheckpointError: it is none, or that of another claim, or a step of it does not hold.
    """
    try:
        claimed, steps = checker.document(data, "checkpoint", "claim steps")
        if claimed != hashlib.sha256(claim.data).hexdigest():
            raise CheckpointError("it belongs to another claim")
        script = [_step(step) for step in checker.typed(steps, list, "steps")]
        gap_paths(script)
        _check(script, claim)
    except (checker.MalformedError, checker.RejectedError, ValueError) as error:
        raise CheckpointError(str(error)) from None
    return script


def _step(value: object) -> Step:
    step: Step = checker.typed(value, list, "step")
    checker.typed(step[0] if step else None, str, "step")
    return step


def _check(script: list[Step], claim: Claim) -> None:
    """Take every step, and pass over the gaps.

    Raises:
        verify.checker.RejectedError: a step does not hold.
        verify.checker.MalformedError: it is no step.
    """
    proof = checker.Proof(checker_claim(claim.data, claim.left.data, claim.right.data))
    for step in script:
        if step != GAP:
            proof.step(step)
        elif proof.branches:
            proof.branches.pop()()


class Checkpoint:
    """The checkpoint of a claim in a folder.

    Attributes:
        file: Where it is.
        is_saved: Whether it was written here.
    """

    def __init__(self, folder: Path, claim: Claim) -> None:
        self.file = folder / CHECKPOINT
        self.is_saved = False
        self._claim = claim

    def read(self) -> list[Step] | None:
        """What it holds; None if there is no such file.

        Raises:
            CheckpointError: it is of no use for the claim.
        """
        try:
            data = self.file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(str(error.strerror)) from None
        return checkpoint_script(data, self._claim)

    def save(self, script: list[Step]) -> None:
        """Write it, so that either the old or the new one is there whatever happens.

        Raises:
            InputError: it cannot be written.
        """
        new = self.file.with_suffix(".new")
        try:
            new.write_bytes(checkpoint_data(self._claim, script))
            os.replace(new, self.file)
        except OSError as error:
            what = f"cannot be written, {error.strerror or error}"
            raise InputError(str(self.file), what) from None
        self.is_saved = True

    def remove(self) -> None:
        """Forget it."""
        self.file.unlink(missing_ok=True)
