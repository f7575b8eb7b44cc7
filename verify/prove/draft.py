"""A certificate that is being written: a script in which gaps stand for what is not proved yet.

Symbols are numbered in order of first occurrence and dropped when their subtree is left, so
the script of a subtree depends on the way to it alone, not on what was proved before. Subtrees
can therefore be proved anywhere, in any order, and the same certificate results.

Theorem: T33 (the case tree may be searched in parts).
"""

from collections.abc import Iterable, Sequence

from verify.certificate import Step

Path = tuple[Step, ...]  # the steps on the way to a node, SECOND in the place of a first side

GAP: Step = ["?"]  # a subtree that is not proved yet
SECOND: Step = ["/"]  # here the first side of the latest split is left, for its second side
OPENINGS = ("S", "C")  # steps that two subtrees follow
LEAVES = ("=", "0", "?")  # steps that end a subtree


def gap_paths(script: Iterable[Step]) -> list[Path]:
    """The way to every gap of the script of a tree.

    Raises:
        ValueError: the script is not one of a whole tree.
    """
    found: list[Path] = []
    path: list[Step] = []
    splits: list[int] = []  # how long the path is up to each split whose first side is followed
    is_open = True
    for step in script:
        if not is_open:
            raise ValueError("a step follows the last leaf")
        if step[0] in LEAVES:
            if step == GAP:
                found.append(tuple(path))
            is_open = bool(splits)
            if splits:
                del path[splits.pop() :]
                path.append(SECOND)
        else:
            path.append(step)
            if step[0] in OPENINGS:
                splits.append(len(path))
    if is_open:
        raise ValueError("a side of a split has no leaf")
    return found


def closed(prefix: Sequence[Step]) -> list[Step]:
    """The script that begins as a search did until it was stopped, with gaps for the rest.

    What was done since the last split or leaf is dropped: it belongs to an unfinished node.
    """
    sides = 1
    end = 0
    for index, step in enumerate(prefix, 1):
        if step[0] in OPENINGS or step[0] in LEAVES:
            sides += 1 if step[0] in OPENINGS else -1
            end = index
    return [*prefix[:end], *[GAP] * sides]


class Draft:
    """The scripts found so far, each for a gap of another one; gap 0 is the whole tree."""

    def __init__(self, script: Sequence[Step] = (GAP,)) -> None:
        self.gaps: dict[int, Path] = {0: ()}
        self._scripts: dict[int, list[Step | int]] = {}
        self._count = 0
        self.fill(0, script)

    def fill(self, gap: int, script: Sequence[Step]) -> None:
        """Put the script of its subtree, which may have gaps of its own, into a gap.

        Raises:
            ValueError: the script is not one of a whole tree.
        """
        inner = iter(gap_paths(script))
        path = self.gaps.pop(gap)
        own: list[Step | int] = []
        for step in script:
            if step == GAP:
                self._count += 1
                self.gaps[self._count] = path + next(inner)
                own.append(self._count)
            else:
                own.append(step)
        self._scripts[gap] = own

    @property
    def script(self) -> list[Step]:
        """The whole script, with gaps where nothing was found yet."""
        found: list[Step] = []
        todo = [iter(self._scripts[0])]
        while todo:
            step = next(todo[-1], None)
            if step is None:
                todo.pop()
            elif not isinstance(step, int):
                found.append(step)
            elif step in self._scripts:
                todo.append(iter(self._scripts[step]))
            else:
                found.append(GAP)
        return found
