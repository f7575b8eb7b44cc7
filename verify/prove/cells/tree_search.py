"""The case tree, searched in this process, and by others where there are workers.

Subtrees are handed out as the ways to their roots. A worker comes back after some seconds with
a script that may have gaps, so that large subtrees are handed out again in parts. Scripts do
not depend on who finds them or when: the certificate is the same for any number of workers.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass

from theory.errors import TheoryError
from verify.certificate import Step
from verify.checker import RejectedError
from verify.prove.cells.case_tree import StuckError
from verify.prove.cells.cell import LemmaError
from verify.prove.cells.subtree import Growth, Problem, grown, subtree
from verify.prove.clock import Clock, OutOfTimeError
from verify.prove.draft import GAP, OPENINGS, Draft, Path
from verify.prove.signs.sign_tree import Tree
from verify.prove.workers import Workers

PATIENCE = 1.0  # seconds of search in this process before others are asked
SLICE = 2.0  # seconds after which a worker comes back
_AHEAD = 2  # subtrees handed out for every worker


class WorkersError(Exception):
    """The workers failed for a reason of their own; what they had found is in the draft."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a search begins with, and what it may use.

    Attributes:
        workers: Who searches with this process, if anyone.
        script: What is already proved, with gaps for the rest.
        save: Called with the script when the search is stopped before its end.
        halves: Bisections after which the signs of units are likely to make both networks the same.
    """

    workers: Workers | None = None
    script: Sequence[Step] = (GAP,)
    save: Callable[[list[Step]], None] | None = None
    halves: Tree | None = None

    @property
    def has_begun(self) -> bool:
        """Whether something is already proved."""
        return len(self.script) > 1


class TreeSearch:
    """Fills the gaps of a draft.

    Args:
        problem: The claim.
        draft: What is already found; stays up to date, also when the search is stopped.
        clock: Counts cells, and may stop the search.
        workers: Where subtrees are searched once this process has been at it for a while.
    """

    def __init__(
        self, problem: Problem, draft: Draft, clock: Clock, workers: Workers | None = None
    ) -> None:
        self._problem = problem
        self._draft = draft
        self._clock = clock
        self._workers = workers

    def run(self) -> list[Step]:
        """The script of a certificate.

        Raises:
            StuckError: the networks seem to differ on some cell.
            OutOfTimeError: the time is used up.
            WorkersError: a worker was lost.
        """
        workers = self._workers
        patience = None if workers is None else time.monotonic() + PATIENCE
        self._search_here(lambda: patience is not None and time.monotonic() > patience)
        if self._draft.gaps and workers is not None:
            with workers.opened() as executor:
                _Crew(self._problem, self._draft, self._clock, executor, workers.count).work()
        return self._draft.script

    def _search_here(self, is_enough: Callable[[], bool]) -> None:
        while self._draft.gaps and not is_enough():
            gap, path = next(iter(self._draft.gaps.items()))
            here = subtree(self._problem, path, self._clock.pulse)
            try:
                script = here.grow(is_enough)
            except (KeyboardInterrupt, OutOfTimeError):
                self._draft.fill(gap, here.script)
                raise
            self._draft.fill(gap, script)


class _Crew:
    """The workers of an executor, and what each of them is at."""

    def __init__(
        self, problem: Problem, draft: Draft, clock: Clock, executor: Executor, count: int
    ) -> None:
        self._problem = problem
        self._draft = draft
        self._clock = clock
        self._executor = executor
        self._most = _AHEAD * count
        self._tasks: dict[Future[Growth], int] = {}

    def work(self) -> None:
        """Have all gaps of the draft filled."""
        try:
            while self._draft.gaps:
                self._hand_out()
                done, _ = wait(self._tasks, timeout=self._clock.left, return_when=FIRST_COMPLETED)
                for task in done:
                    self._take(task)
                self._clock.refuse_if_late()
        except (KeyboardInterrupt, OutOfTimeError, WorkersError):
            self._call_back()
            raise
        finally:
            for task in self._tasks:
                task.cancel()

    def _hand_out(self) -> None:
        """Give away the gaps that are nearest to the root: they are the largest, most likely."""
        busy = set(self._tasks.values())
        idle = [(_depth(path), gap) for gap, path in self._draft.gaps.items() if gap not in busy]
        seconds = SLICE if self._clock.left is None else max(0.0, min(SLICE, self._clock.left))
        for _, gap in sorted(idle)[: self._most - len(busy)]:
            path = self._draft.gaps[gap]
            try:
                task = self._executor.submit(grown, self._problem, path, seconds)
            except RuntimeError as error:  # the executor is broken, or closed
                raise WorkersError(f"{type(error).__name__}: {error}") from error
            self._tasks[task] = gap

    def _take(self, task: Future[Growth]) -> None:
        try:
            growth = task.result()
        except (StuckError, LemmaError, TheoryError, RejectedError):
            raise
        except Exception as error:
            raise WorkersError(f"{type(error).__name__}: {error}") from error
        self._draft.fill(self._tasks.pop(task), growth.script)
        self._clock.count(growth.cells)

    def _call_back(self) -> None:
        """Take what the workers have when they come back; they do so soon."""
        for task in [task for task in self._tasks if task.cancel()]:
            del self._tasks[task]
        wait(self._tasks)
        for task in [task for task in self._tasks if task.done() and task.exception() is None]:
            self._take(task)


def _depth(path: Path) -> int:
    return sum(step[0] in OPENINGS for step in path)
