"""Derivatives of functions that are trees of operations (T61: slopes bound how fast they rise)."""

from fractions import Fraction
from functools import reduce
from typing import cast

from theory.approximation.tree import Tree, added, divided, leaf, multiplied, negated
from theory.errors import ScopeError
from theory.network import ZERO

KINKED = ("abs", "min", "max")
_ONE = Fraction(1)


def has_kinks(tree: Tree | int) -> bool:
    """Whether abs, min or max is in it."""
    if not isinstance(tree, tuple):
        return False
    return tree[0] in KINKED or any(map(has_kinks, tree[1:]))


def derivative(tree: Tree) -> Tree:
    """The derivative with respect to x, where it exists.

    Raises:
        ScopeError: abs, min or max is in it.
    """
    if isinstance(tree, str):
        return leaf(_ONE if tree == "x" else ZERO)
    name, *parts = tree
    arguments = [part for part in parts if not isinstance(part, int)]
    if name == "+":
        return reduce(added, map(derivative, arguments))
    if name == "*":
        return _of_product(arguments)
    slope = derivative(arguments[0])
    if name == "/":
        top, bottom = arguments
        change = negated(multiplied(top, derivative(bottom)))
        return divided(added(multiplied(slope, bottom), change), ("^", bottom, 2))
    return multiplied(_outer(str(name), arguments[0], parts), slope)


def _of_product(arguments: list[Tree]) -> Tree:
    """The sum of the products with one factor replaced by its derivative."""
    total = leaf(ZERO)
    for index, one in enumerate(arguments):
        slope = derivative(one)
        if slope != leaf(ZERO):
            others = [*arguments[:index], *arguments[index + 1 :]]
            total = added(total, reduce(multiplied, others, slope))
    return total


def _outer(name: str, inner: Tree, parts: list[Tree | int]) -> Tree:
    """The derivative of the outer function at the inner one."""
    if name == "^":
        exponent = cast("int", parts[1])
        below = inner if exponent == 2 else ("^", inner, exponent - 1)
        return leaf(_ONE) if exponent == 1 else multiplied(leaf(Fraction(exponent)), below)
    if name == "exp":
        return ("exp", inner)
    if name == "sin":
        return ("cos", inner)
    if name == "cos":
        return negated(("sin", inner))
    if name == "log":
        return divided(leaf(_ONE), inner)
    if name == "sqrt":
        return divided(leaf(_ONE), multiplied(leaf(Fraction(2)), ("sqrt", inner)))
    raise ScopeError(f"target: {name} has no derivative everywhere")
