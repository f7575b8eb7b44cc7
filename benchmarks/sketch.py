"""Times to build the two-hidden-layer form, here and by the sketch, on one machine in turn.

The sketch is a program outside of the project. Its folder holds `germ2.py` with `rand_net`,
which draws the networks of `benchmarks.subjects`, and `shallow_any`, which builds the form.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib import import_module
from pathlib import Path

from benchmarks.subjects import RANDOM, random_subjects
from theory.errors import TheoryError
from theory.forms.two_hidden import two_hidden_form

HEAD = ("network", "here: build ms", "sketch: build ms", "ratio")
_ENOUGH = 1.0  # seconds of all runs together
_RUNS = 100


@dataclass(frozen=True, slots=True)
class Contest:
    """Seconds of computing time of one network, here and by the sketch."""

    name: str
    here: float
    sketch: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a row of the table."""
        times = (f"{1000 * self.here:.1f}", f"{1000 * self.sketch:.0f}")
        return (self.name, *times, f"{self.sketch / self.here:.1f}")


def contests(folder: Path) -> Iterator[Contest]:
    """One contest for every network that the sketch states a size of.

    Raises:
        TheoryError: both programs do not build forms of the same network.
        ImportError: there is no such program in the folder.
    """
    sys.path.insert(0, str(folder))
    sketch = import_module("germ2")
    for subject, (widths, seed, *_) in zip(random_subjects(), RANDOM, strict=True):
        if not subject.sketch[0]:
            continue
        network, theirs = subject.network, sketch.rand_net(widths, seed)
        point = (Fraction(1),) * network.inputs
        if list(network(point)) != list(theirs(point)):
            raise TheoryError(f"{subject.name}: the sketch draws another network")
        ours = best(partial(two_hidden_form, network, subject.domain))
        yield Contest(subject.name, ours, best(partial(sketch.shallow_any, theirs)))


def best(run: Callable[[], object]) -> float:
    """The least seconds of computing time of many runs, of one run if it is slow."""
    found: list[float] = []
    while sum(found) < _ENOUGH and len(found) < _RUNS:
        started = time.process_time()
        run()
        found.append(time.process_time() - started)
    return min(found)
