"""The tree of bisections of a box, searched level by level in float64.

Every box of a level is examined; open ones are bisected, and their halves make up the next level.
Boxes are examined in portions of a fixed size in a fixed order, so that the tree is the same for
any number of workers. Settled boxes are leaves; that they are is for the checker to say.

Theorem: T37 (the search by differences).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import numpy as np

from verify.prove.bisection.examination import Examination, Question, Recipe, examined
from verify.prove.clock import Clock
from verify.prove.floats import Array

DEEPEST = 160
_COARSE = 30  # the depth to which floats keep all their slack
_PORTION = 64
_ENTRIES = 1 << 22  # of the arrays of a portion
_MANY = 8  # portions in a level, from which on workers are asked


_MOST_OPEN = 1 << 18


@dataclass(slots=True)
class Tree:
    """Nodes in the order in which they were made; node 0 is the whole box.

    Attributes:
        inputs: The bisected input of a node; -1 for a leaf.
        children: The first of two nodes that follow one another; -1 for a leaf.
        recipes: How a leaf is shown.
    """

    inputs: list[int] = field(default_factory=lambda: [-1])
    children: list[int] = field(default_factory=lambda: [-1])
    recipes: dict[int, Recipe] = field(default_factory=dict)

    def bisect(self, node: int, axis: int) -> int:
        """Give a leaf two children; the number of the first one."""
        first = len(self.inputs)
        self.inputs[node], self.children[node] = axis, first
        self.recipes.pop(node, None)
        self.inputs += [-1, -1]
        self.children += [-1, -1]
        return first

    @property
    def leaves(self) -> int:
        """How many leaves there are."""
        return (len(self.inputs) + 1) // 2

    def preorder(self) -> Iterator[int]:
        """All nodes, each before its children, the lower half first."""
        todo = [0]
        while todo:
            node = todo.pop()
            yield node
            if self.children[node] >= 0:
                todo += [self.children[node] + 1, self.children[node]]


@dataclass(frozen=True, slots=True)
class Level:
    """Boxes of equal depth that are open or not yet examined."""

    nodes: tuple[int, ...]
    low: Array
    high: Array
    depth: int


class Bisection:
    """A search that can be stopped after every level and taken up again.

    Args:
        question: What is to be shown; it may be replaced between levels by a weaker one.
        low: The lower ends of the box, in floats.
        high: The upper ends.
    """

    def __init__(self, question: Question, low: Array, high: Array) -> None:
        self.question = question
        self.tree = Tree()
        self.level = Level((0,), low[None, :], high[None, :], 0)
        self.examined = 0
        self.is_stuck = False

    @property
    def is_finished(self) -> bool:
        """Whether no box is open."""
        return not self.level.nodes

    def advance(self, clock: Clock, executor: Executor | None = None) -> list[Examination]:
        """Examine the boxes of the level and go on to the next one; what was found.

        If an open box cannot be bisected, or too many are open, the search is stuck: the level
        stays as it was.

        Raises:
            OutOfTimeError: the deadline has passed; the level stays as it was.
        """
        found = list(self._examinations(clock, executor))
        self.examined += len(self.level.nodes)
        self.is_stuck = self._is_stuck(found)
        if not self.is_stuck:
            self._enter(found)
        return found

    def _is_stuck(self, found: Sequence[Examination]) -> bool:
        axes = [
            int(axis)
            for part in found
            for axis, recipe in zip(part.inputs, part.recipes, strict=True)
            if recipe is None
        ]
        is_deep = bool(axes) and self.level.depth >= DEEPEST
        return is_deep or len(axes) > _MOST_OPEN or min(axes, default=0) < 0

    def _examinations(self, clock: Clock, executor: Executor | None) -> Iterator[Examination]:
        size, question = portion_size(self.level.low.shape[1]), self._question_here()
        starts = range(0, len(self.level.nodes), size)
        parts = [(self.level.low[i : i + size], self.level.high[i : i + size]) for i in starts]
        answers: Iterator[Examination]
        if executor is None or len(parts) < _MANY:
            answers = (examined(question, *part) for part in parts)
        else:
            tasks = [executor.submit(examined, question, *part) for part in parts]
            answers = (task.result() for task in tasks)
        for answer in answers:
            clock.refuse_if_late()
            clock.count(len(answer.recipes))
            yield answer

    def _question_here(self) -> Question:
        """The question, with less slack for small boxes.

        With a slack that stays, all small boxes next to a point where the claim is all but false
        would stay open, and their number would grow with every level.
        """
        halvings = max(0, self.level.depth - _COARSE)
        return replace(self.question, slack=self.question.slack * 0.5**halvings)

    def _enter(self, found: Sequence[Examination]) -> None:
        level, nodes, halves = self.level, list[int](), list[tuple[Array, Array]]()
        recipes = [recipe for part in found for recipe in part.recipes]
        axes = [int(axis) for part in found for axis in part.inputs]
        for index, (recipe, axis) in enumerate(zip(recipes, axes, strict=True)):
            if recipe is not None:
                self.tree.recipes[level.nodes[index]] = recipe
                continue
            first = self.tree.bisect(level.nodes[index], axis)
            nodes += [first, first + 1]
            low, high = level.low[index], level.high[index]
            middle = (low[axis] + high[axis]) / 2
            halves += [(low, _with(high, axis, middle)), (_with(low, axis, middle), high)]
        shape = (len(halves), level.low.shape[1])
        lows, highs = (np.array([half[k] for half in halves]).reshape(shape) for k in (0, 1))
        self.level = Level(tuple(nodes), lows, highs, level.depth + 1)


def portion_size(inputs: int) -> int:
    """How many boxes are examined together."""
    return max(1, min(_PORTION, _ENTRIES // (inputs * inputs)))


def _with(ends: Array, axis: int, value: float) -> Array:
    found = ends.copy()
    found[axis] = value
    return found
