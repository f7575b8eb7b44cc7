"""The case tree of a certificate, read for people: how many steps of which kind, which leaves.

A certificate is a flat script, written depth first: a split opens a node, a leaf closes one
and continues at the other side of the latest open split, or behind the lemma whose own tree it
was the last leaf of. Nothing is checked here but that the
script is such a tree; the checker decides what it proves.
"""

import json
from collections import Counter
from dataclasses import dataclass
from io import BytesIO

from verify.errors import FormatError

KINDS = {
    "S": "split on the sign of the argument of a unit, or of a form",
    "+": "argument proved nonnegative: the unit is its argument here",
    "-": "argument proved nonpositive: the unit is zero here",
    "N": "closing: arguments of units have become affine here, so each is a unit on a line",
    "D": "bent unit written as units on lines",
    "C": "lemma with a case tree of its own, the next leaves; its inequality holds after them",
    "=": "leaf: what is to be shown holds on this cell",
    "0": "leaf: the cell is empty",
}
_LEAVES = frozenset("=0")
_ENDS = frozenset("SC=0")  # what follows is on another cell, or proves something else
# Where the lemmas are among the arguments of a step: the first one and the stride.
_LEMMAS = {"+": (1, 1), "-": (1, 1), "D": (2, 2), "=": (0, 1), "0": (0, 1)}

Step = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One decision on the way to a leaf, or a lemma in whose own case tree the leaf lies.

    Attributes:
        symbol: The number of the unit that was split, None for a split on an explicit form.
        form: The explicit form (c, g_1, ..., g_n), empty for a unit.
        positive: Whether the leaf lies on the side where the argument is >= 0.
        cut: The number of the lemma from 1, or 0 for a split.
    """

    symbol: int | None
    form: tuple[int, ...]
    positive: bool
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """A lemma with a case tree of its own: form + sum of weight * Y_symbol >= 0 on its cell.

    Attributes:
        form: (c, g_1, ..., g_n).
        terms: (symbol, weight).
    """

    form: tuple[int, ...]
    terms: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf: the decisions on its way, and the steps since the last one.

    Attributes:
        path: The decisions, from the root.
        kind: `=` or `0`.
        steps: The number of steps since the last split, leaf or beginning of a lemma's tree, the
            leaf itself included.
        lemmas: The number of lemmas among them.
        shown: The number of obligations that are shown by a lemma each; none where the targets
            are zero as they stand.
    """

    path: tuple[Turn, ...]
    kind: str
    steps: int
    lemmas: int
    shown: int = 0

    @property
    def depth(self) -> int:
        """The number of splits on the way."""
        return sum(not turn.cut for turn in self.path)

    @property
    def is_inner(self) -> bool:
        """Whether it belongs to the case tree of a lemma."""
        return any(turn.cut for turn in self.path)


@dataclass(frozen=True, slots=True)
class CaseTree:
    """A certificate's script as a tree."""

    kinds: tuple[tuple[str, int], ...]
    leaves: tuple[Leaf, ...]
    lemmas: int
    cuts: tuple[Cut, ...] = ()

    @property
    def steps(self) -> int:
        """The number of steps."""
        return sum(count for _, count in self.kinds)

    @property
    def depth(self) -> int:
        """The greatest number of splits on the way to a leaf."""
        return max(leaf.depth for leaf in self.leaves)

    @property
    def depths(self) -> tuple[int, ...]:
        """The number of leaves at depth 0, 1, ..., depth."""
        counts = Counter(leaf.depth for leaf in self.leaves)
        return tuple(counts[depth] for depth in range(self.depth + 1))

    @property
    def is_empty(self) -> bool:
        """Whether every cell is said to be empty, hence the domain."""
        return all(leaf.kind == "0" for leaf in self.leaves if not leaf.is_inner)


def case_tree(script: object) -> CaseTree:
    """The tree that the steps of a certificate describe.

    Raises:
        FormatError: the script has a step of an unknown kind, goes on after its last leaf, or
            ends before it.
    """
    steps = [_step(step, index) for index, step in enumerate(_list(script, "steps"))]
    leaves: list[Leaf] = []
    cuts: list[Cut] = []
    path: list[Turn] = []
    first, is_open = 0, True
    for index, step in enumerate(steps):
        if step[0] == "S":
            path.append(_turn(step, index))
        elif step[0] == "C":
            cuts.append(_cut(step, index))
            path.append(Turn(None, (), positive=False, cut=len(cuts)))
        elif step[0] in _LEAVES:
            leaves.append(_leaf(path, steps[first : index + 1]))
            is_open = _cross(path)
            if not is_open and index + 1 < len(steps):
                raise FormatError(f"step {index + 1}", "expected no step after the last leaf")
        if step[0] in _ENDS:
            first = index + 1
    if is_open:
        raise FormatError("certificate", "expected a leaf on every side of every split")
    counts = Counter(step[0] for step in steps)
    kinds = tuple((name, counts[name]) for name in KINDS)
    return CaseTree(kinds, tuple(leaves), sum(map(lemma_count, steps)), tuple(cuts))


def _leaf(path: list[Turn], cell: list[Step]) -> Leaf:
    """The leaf at the end of the steps on a cell."""
    name = cell[-1][0]
    shown = lemma_count(cell[-1]) if name == "=" else 0
    return Leaf(tuple(path), name, len(cell), sum(map(lemma_count, cell)), shown)


def tree_of_certificate(certificate: bytes | None) -> tuple[CaseTree | None, str]:
    """The case tree in the bytes of certificate.json, or None and why there is none."""
    if certificate is None:
        return None, ""
    try:
        head, *more = map(json.loads, BytesIO(certificate))  # lines as the checker reads them
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
        if turn.cut:
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
    form = _integers(argument)
    if form is None or len(form) < 2:
        raise FormatError(f"step {index}", "expected a split on a symbol or a form")
    return Turn(None, form, positive=True)


def _cut(step: Step, index: int) -> Cut:
    form, flat = map(_integers, step[1]) if len(step[1]) == 2 else (None, None)
    if form is None or flat is None or len(form) < 2 or len(flat) % 2:
        raise FormatError(f"step {index}", "expected a lemma's form, and symbols with weights")
    return Cut(form, tuple(zip(flat[::2], flat[1::2], strict=True)))


def _integers(value: object) -> tuple[int, ...] | None:
    """The entries of an array of integers, else None."""
    if not isinstance(value, list):
        return None
    found = tuple(entry for entry in value if type(entry) is int)
    return found if len(found) == len(value) else None
