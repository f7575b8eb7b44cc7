"""A subtree of the case tree, grown from the steps that lead to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from theory.domain import Domain
from verify.certificate import Step
from verify.claim import Claim
from verify.prove.cells.case_tree import Bend, CellSearch, StuckError
from verify.prove.cells.start import Place, Walled, free_inputs, start_of
from verify.prove.draft import SECOND, Path, closed
from verify.prove.state import SearchState, checker_claim

_SHARE = 9  # a search lasts so many times as long as the way to where it begins


@dataclass(frozen=True, slots=True)
class Problem:
    """A claim as the bytes of its files, which any process can begin with.

    Attributes:
        claim: The bytes of claim.json.
        left: Those of left.json.
        right: Those of right.json.
        domain: The domain that claim.json names.
    """

    claim: bytes
    left: bytes
    right: bytes
    domain: Domain

    @staticmethod
    def of(claim: Claim) -> "Problem":
        """The problem that a claim poses."""
        return Problem(claim.data, claim.left.data, claim.right.data, claim.domain)


@dataclass(frozen=True, slots=True)
class Growth:
    """What was found for a subtree: its script, maybe with gaps, after so many cells."""

    script: list[Step]
    cells: int


class Subtree:
    """Depth-first search of a subtree.

    Args:
        proof: The state of the proof; it moves along.
        free: The inputs that are the coordinates of cells.
        place: Where the state is.
        pulse: Called for every cell; it may raise to stop.
    """

    def __init__(
        self, proof: SearchState, free: tuple[int, ...], place: Place, pulse: Callable[[], None]
    ) -> None:
        self._proof = proof
        self._search = CellSearch(proof, free, pulse)
        self._place = place
        self._waiting: list[tuple[Place, dict[int, Bend]]] = []

    def follow(self, path: Path) -> None:
        """Go to a node further down, proving nothing; the subtree is that of the node then."""
        for step in path:
            if step == SECOND:
                self._proof.branches.pop()()
                self._place, _ = self._waiting.pop()
                continue
            if step[0] == "S":
                self._split(step)
            elif step[0] == "C":
                self._waiting.append((self._place, {}))
            self._proof.step(step)
        self._proof.branches.clear()
        self._waiting.clear()

    def grow(self, is_enough: Callable[[], bool]) -> list[Step]:
        """The script of the subtree; with gaps if it is enough when some leaf is closed.

        Raises:
            StuckError: the networks seem to differ on some cell.
        """
        while True:
            split = self._split_here()
            if split is not None:
                self._split(split)
                self._search.step(*split)
            elif not self._waiting:
                return self._search.steps
            elif is_enough():
                return self.script
            else:
                self._place, self._search.bends = self._waiting.pop()

    @property
    def script(self) -> list[Step]:
        """What is written so far, with gaps for the rest."""
        return closed(self._search.steps)

    def _split_here(self) -> Step | None:
        """The split that the place ends with; None after a leaf."""
        place = self._place
        if isinstance(place, Walled):
            return ["S", list(place.walls[0])]
        return self._search.close(place)

    def _split(self, split: Step) -> None:
        """Enter the first side of a split; the second one waits."""
        place = self._place
        if isinstance(place, Walled):
            first, second = place.parts()
        else:
            above, below = place.parts(self._search.line(split[1]))
            if above is None or below is None:
                raise StuckError(place.points())
            first, second = above, below
        self._waiting.append((second, self._search.bends.copy()))
        self._place = first


@lru_cache(4)
def _root(problem: Problem) -> SearchState:
    """The state before the first step, made once in every process."""
    return SearchState(checker_claim(problem.claim, problem.left, problem.right))


def subtree(problem: Problem, path: Path, pulse: Callable[[], None]) -> Subtree:
    """The subtree of a node of the case tree, from the way to it."""
    state = _root(problem).copied()
    place = start_of(problem.domain, state)
    found = Subtree(state, free_inputs(problem.domain), place, pulse)
    found.follow(path)
    return found


def grown(problem: Problem, path: Path, seconds: float) -> Growth:
    """The script of a subtree, as far as it is found in some seconds.

    If going the way takes long, the search takes longer, so that most of the time is its own.

    Raises:
        StuckError: the networks seem to differ on some cell.
    """
    begun = time.monotonic()
    cells = 0

    def pulse() -> None:
        nonlocal cells
        cells += 1

    here = subtree(problem, path, pulse)
    spent = time.monotonic() - begun
    end = begun + spent + (max(seconds, _SHARE * spent) if seconds > 0 else 0)
    return Growth(here.grow(lambda: time.monotonic() > end), cells)
