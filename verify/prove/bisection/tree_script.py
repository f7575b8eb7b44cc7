"""The certificate of a tree of bisections: one step for every node, and repair of failing leaves.

The search believes floats; the checker's integers decide. A leaf that they do not settle is
bisected where floats advise, and its halves are tried in turn.

Theorem: T36 (rules B, P and Z of the calculus).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from verify.certificate import Step
from verify.checker import Claim, MalformedError, Proof, RejectedError
from verify.prove.bisection.examination import Question, Recipe, examined
from verify.prove.bisection.targets import Attempt, unit_of
from verify.prove.bisection.tree import DEEPEST, Tree
from verify.prove.floats import Array

_MOST_REPAIRS = 4000


class RepairError(Exception):
    """A leaf that the checker rejects cannot be settled by bisecting it."""


def script(claim: Claim, tree: Tree, first: list[Step]) -> list[Step]:
    """The steps of a tree, after some first steps."""
    return [*first, *(node_step(claim, tree, node) for node in tree.preorder())]


def node_step(claim: Claim, tree: Tree, node: int) -> Step:
    """The step of a node: a bisection, or how a leaf is shown."""
    if tree.children[node] >= 0:
        return ["B", tree.inputs[node]]
    return leaf_step(claim, tree.recipes.get(node, ()))


def leaf_step(claim: Claim, recipe: Recipe) -> Step:
    """Rule Z, with a lemma for every obligation where bounds alone do not do."""
    return ["Z", *(_lemma(claim, attempt) for attempt in recipe)]


def _lemma(claim: Claim, attempt: Attempt) -> list[int]:
    """The lemma p * goal - m * row >= 0 in the checker's units, from goal - factor * given >= 0."""
    if attempt.hypothesis is None:
        return []
    given, goal = claim.obligations[attempt.obligation]
    units = unit_of(claim, goal), unit_of(claim, given[attempt.hypothesis])
    ratio = attempt.factor * units[0] / units[1]
    return [ratio.denominator, len(claim.rows) + attempt.hypothesis, ratio.numerator]


def repaired(
    proof: Proof,
    tree: Tree,
    question: Question,
    box: tuple[Array, Array],
    pulse: Callable[[], None],
) -> Iterator[Step]:
    """The steps of a tree whose failing leaves are bisected until the checker's pass settles them.

    Args:
        proof: The checker's state at the root; it moves along.
        tree: The tree; it grows.
        question: What floats are to show.
        box: The lower and the upper ends of the whole box.
        pulse: Called for every leaf; it may raise to stop.

    Raises:
        RepairError: a leaf cannot be settled so.
    """
    todo, repairs = [(0, *box, 0)], 0
    while todo:
        node, low, high, depth = todo.pop()
        step = node_step(proof.claim, tree, node)
        if step[0] == "Z":
            pulse()
            if _applies(proof, step):
                yield step
                continue
            repairs += 1
            if repairs > _MOST_REPAIRS or depth > DEEPEST:
                raise RepairError
            _bisect(tree, node, question, low, high)
            step = node_step(proof.claim, tree, node)
        proof.step(step)
        yield step
        axis, first = tree.inputs[node], tree.children[node]
        middle = (low[axis] + high[axis]) / 2
        upper_low, lower_high = low.copy(), high.copy()
        upper_low[axis] = lower_high[axis] = middle
        todo += [(first + 1, upper_low, high, depth + 1), (first, low, lower_high, depth + 1)]


def _applies(proof: Proof, step: Step) -> bool:
    """Take a step if the checker accepts it; else the state stays as it was."""
    rows = len(proof.rows)
    try:
        proof.step(step)
    except (RejectedError, MalformedError):
        del proof.rows[rows:]
        return False
    return True


def _bisect(tree: Tree, node: int, question: Question, low: Array, high: Array) -> None:
    """Give a leaf two children along the input that floats advise, each with its own recipe."""
    doubtful = replace(question, slack=float(np.inf))
    axis = int(examined(doubtful, low[None, :], high[None, :]).inputs[0])
    if axis < 0:
        raise RepairError
    first = tree.bisect(node, axis)
    lows, highs = np.array([low, low]), np.array([high, high])
    highs[0, axis] = lows[1, axis] = (low[axis] + high[axis]) / 2
    for child, recipe in enumerate(examined(question, lows, highs).recipes):
        if recipe:
            tree.recipes[first + child] = recipe
