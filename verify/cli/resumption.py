"""A search that can be stopped, by Ctrl-C, SIGTERM or --timeout, and goes on when asked again."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from verify.cli.question import Question
from verify.cli.terminal import Terminal
from verify.verdict import Unknown, Verdict

if TYPE_CHECKING:
    from verify.certificate import Step
    from verify.prove.checkpoint import Checkpoint


class StoppedError(Exception):
    """The search was interrupted; the message says whether it can be resumed."""


def decided(question: Question, terminal: Terminal) -> Verdict:
    """The verdict on a question, from the checkpoint in its folder where there is one.

    Raises:
        StoppedError: someone interrupted the search.
    """
    from verify.prove.cells.tree_search import Means
    from verify.prove.checkpoint import Checkpoint
    from verify.prove.draft import GAP
    from verify.prove.strategy import prove

    checkpoint = None if question.out is None else Checkpoint(question.out, question.claim)
    begun = None if checkpoint is None else _begun(checkpoint, terminal)
    save = None if checkpoint is None else checkpoint.save
    means = Means(question.workers, begun or [GAP], save, question.halves)
    try:
        with interrupted_by_termination(), terminal.progress("proving") as tell:
            verdict = prove(question.claim, question.engine, question.timeout, tell, means)
    except KeyboardInterrupt:
        raise StoppedError(_word(checkpoint)) from None
    if checkpoint is not None and not isinstance(verdict, Unknown):
        checkpoint.remove()
    return verdict


def _begun(checkpoint: "Checkpoint", terminal: Terminal) -> "list[Step] | None":
    """What is already proved."""
    from verify.prove.checkpoint import CheckpointError

    try:
        found = checkpoint.read()
    except CheckpointError as error:
        terminal.note(f"{checkpoint.file} is ignored: {error}")
        return None
    if found is not None:
        terminal.note(f"going on from {checkpoint.file}")
    return found


def _word(checkpoint: "Checkpoint | None") -> str:
    if checkpoint is None:
        return "interrupted; with -o OUT a search can be resumed"
    if not checkpoint.is_saved:
        return "interrupted"
    return f"interrupted; the same command goes on from {checkpoint.file}"


@contextmanager
def interrupted_by_termination() -> Iterator[None]:
    """Let SIGTERM, which batch systems send, do what Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
