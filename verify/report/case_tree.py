"""The case tree of a certificate, read for people: how many steps of which kind, which leaves.

A certificate is a flat script, written depth first: a split opens a node, a leaf closes one
and continues at the other side of the latest open split. Nothing is checked here but that the
script is such a tree; the checker decides what it proves.
"""

import json
from collections import Counter
from dataclasses import dataclass

from verify.errors import FormatError

KINDS = {
    "S": "split on the sign of the argument of a unit, or of a form",
    "+": "argument proved nonnegative: the unit is affine here",
    "-": "argument proved nonpositive: the unit is zero here",
    "N": "arguments that have become affine: each unit is one on a line",
    "D": "bent unit written as units on lines",
    "C": "lemma with a case tree of its own",
    "=": "leaf: the outputs are equal on this cell",
    "0": "leaf: the cell is empty",
}
_LEAVES = frozenset("=0")
# Where the lemmas are among the arguments of a step: the first one and the stride.
_LEMMAS = {"+": (1, 1), "-": (1, 1), "D": (2, 2), "0": (0, 1)}

Step = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One decision on the way to a leaf.

    Attributes:
        symbol: The number of the unit that was split, None for a split on an explicit form.
        form: The explicit form (c, g_1, ..., g_n), empty for a unit; empty without a unit where
            a lemma opens a case tree of its own.
        positive: Whether the leaf lies on the side where the argument is >= 0.
    """

    symbol: int | None
    form: tuple[int, ...]
    positive: bool


_LEMMA = Turn(None, (), positive=False)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf: the decisions on its way, and the steps since the last one.

    Attributes:
        path: The decisions, from the root.
        kind: `=` or `0`.
        steps: The number of steps on this cell after the last split, the leaf itself included.
        lemmas: The number of lemmas among them.
    """

    path: tuple[Turn, ...]
    kind: str
    steps: int
    lemmas: int


@dataclass(frozen=True, slots=True)
class CaseTree:
    """A certificate's script as a tree."""

    kinds: tuple[tuple[str, int], ...]
    leaves: tuple[Leaf, ...]
    lemmas: int

    @property
    def steps(self) -> int:
        """The number of steps."""
        return sum(count for _, count in self.kinds)

    @property
    def depth(self) -> int:
        """The greatest number of splits on the way to a leaf."""
        return max(len(leaf.path) for leaf in self.leaves)

    @property
    def depths(self) -> tuple[int, ...]:
        """The number of leaves at depth 0, 1, ..., depth."""
        counts = Counter(len(leaf.path) for leaf in self.leaves)
        return tuple(counts[depth] for depth in range(self.depth + 1))


def case_tree(script: object) -> CaseTree:
    """The tree that the steps of a certificate describe.

    Raises:
        FormatError: the script has a step of an unknown kind, goes on after its last leaf, or
            ends before it.
    """
    steps = [_step(step, index) for index, step in enumerate(_list(script, "steps"))]
    leaves: list[Leaf] = []
    path: list[Turn] = []
    first, is_open = 0, True
    for index, step in enumerate(steps):
        if step[0] in ("S", "C"):
            path.append(_turn(step, index) if step[0] == "S" else _LEMMA)
            first = index + 1
        elif step[0] in _LEAVES:
            cell = steps[first : index + 1]
            leaves.append(Leaf(tuple(path), step[0], len(cell), sum(map(lemma_count, cell))))
            first = index + 1
            is_open = _cross(path)
            if not is_open and index + 1 < len(steps):
                raise FormatError(f"step {index + 1}", "expected no step after the last leaf")
    if is_open:
        raise FormatError("certificate", "expected a leaf on every side of every split")
    counts = Counter(step[0] for step in steps)
    kinds = tuple((name, counts[name]) for name in KINDS)
    return CaseTree(kinds, tuple(leaves), sum(map(lemma_count, steps)))


def tree_of_certificate(certificate: bytes | None) -> tuple[CaseTree | None, str]:
    """The case tree in the bytes of certificate.json, or None and why there is none."""
    if certificate is None:
        return None, ""
    try:
        head, *more = map(json.loads, certificate.splitlines())
        steps = head["steps"] if isinstance(head, dict) else None
        return case_tree([*_list(steps, "steps"), *more]), ""
    except FormatError as error:
        return None, str(error)
    except (ValueError, KeyError, RecursionError):
        return None, "certificate.json: no certificate"


def lemma_count(step: Step) -> int:
    """The number of lemmas that a step carries."""
    name, arguments = step
    start, stride = _LEMMAS.get(name, (len(arguments), 1))
    return len(arguments[start::stride])


def _cross(path: list[Turn]) -> bool:
    """Go on after a leaf: behind the lemma it proves, or at the other side of the latest split.

    Whether there is anything left to prove.
    """
    while path:
        turn = path.pop()
        if turn == _LEMMA:
            return True
        if turn.positive:
            path.append(Turn(turn.symbol, turn.form, positive=False))
            return True
    return False


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise FormatError(where, "expected an array")
    return value


def _step(value: object, index: int) -> Step:
    step = _list(value, f"step {index}")
    if not step or not isinstance(step[0], str) or step[0] not in KINDS:
        raise FormatError(f"step {index}", f"expected one of {' '.join(KINDS)}")
    return step[0], tuple(step[1:])


def _turn(step: Step, index: int) -> Turn:
    _, arguments = step
    argument = arguments[0] if len(arguments) == 1 else None
    if type(argument) is int:
        return Turn(argument, (), positive=True)
    if isinstance(argument, list):
        form = tuple(entry for entry in argument if type(entry) is int)
        if len(form) == len(argument) > 1:
            return Turn(None, form, positive=True)
    raise FormatError(f"step {index}", "expected a split on a symbol or a form")
