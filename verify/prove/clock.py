"""The time that a search has, and what its caller wants to be told on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str], None]


class OutOfTimeError(Exception):
    """The time that the caller allowed is used up."""


@dataclass(slots=True)
class Clock:
    """The time left, and the cells counted so far."""

    deadline: float | None = None
    progress: Progress | None = None
    beats: int = 0

    @staticmethod
    def of(timeout: float | None, progress: Progress | None) -> "Clock":
        """A clock that starts now."""
        return Clock(None if timeout is None else time.monotonic() + timeout, progress)

    @property
    def left(self) -> float | None:
        """Seconds until the deadline, if there is one."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def pulse(self) -> None:
        """Count a cell of the search.

        Raises:
            OutOfTimeError: the deadline has passed.
        """
        self.beats += 1
        self.refuse_if_late()
        if self.progress is not None and not self.beats % 64:
            self.progress(f"{self.beats} cells")

    def count(self, cells: int) -> None:
        """Count cells that were visited elsewhere."""
        self.beats += cells
        if self.progress is not None:
            self.progress(f"{self.beats} cells")

    def refuse_if_late(self) -> None:
        """Go on only if there is time.

        Raises:
            OutOfTimeError: the deadline has passed.
        """
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTimeError
