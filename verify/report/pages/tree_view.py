"""A function of one number that is stated as a tree of operations: in formulas, and drawn (T58).

A tree is "x", the text of a number, or [operation, argument, ...]. Values are exact as far as the
operations are; of roots, exp, sin, cos and log they are rounded, which is enough for a drawing.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Set
from fractions import Fraction
from functools import reduce

from theory.errors import DomainError
from verify.errors import FormatError
from verify.formats.strict_json import Json, number_of
from verify.report.typesetting import tex_number

_MOST = 120  # operations and arguments of a tree that is printed
_MOST_EXPONENT = 200
_WHERE = "function"
_LONGEST = 24  # digits of a number
_ROUNDED: Mapping[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "log": math.log,
}
SERIES = frozenset({"exp", "sin", "cos", "log"})  # of which checkers take polynomials
_LOOSE = frozenset({"+"})  # a factor of such an operation stands in parentheses
_LOOSE_BELOW = frozenset({"+", "*", "/", "^", "sqrt", "min", "max", "number", *_ROUNDED})
_OPERATIONS = frozenset({"+", "*", "/", "^", "abs", "min", "max", *_ROUNDED})


def require_tree(tree: Json) -> None:
    """Refuse what is no tree of known operations.

    Raises:
        FormatError: it is none, or has too many parts to be printed.
    """
    waiting, seen = [tree], 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > _MOST:
            raise FormatError(_WHERE, f"more than {_MOST} operations and numbers")
        if isinstance(part, list):
            if len(part) < 2 or str(part[0]) not in _OPERATIONS:
                raise FormatError(_WHERE, "expected an operation that is known")
            waiting += _arguments(part)
        elif part != "x":
            number_of(part, _WHERE)


def _arguments(part: list[Json]) -> list[Json]:
    """The arguments; the exponent of a power is a whole number, and none."""
    if part[0] != "^":
        count = len(part) - 1
        is_one = part[0] == "abs" or str(part[0]) in _ROUNDED
        if (count != 1) if is_one else (count < 2 or (part[0] == "/" and count != 2)):
            raise FormatError(_WHERE, f"{count} arguments are too few or too many")
        return part[1:]
    if len(part) != 3 or type(part[2]) is not int or not 0 <= part[2] <= _MOST_EXPONENT:
        raise FormatError(_WHERE, f"expected a power with an exponent from 0 to {_MOST_EXPONENT}")
    return part[1:2]


def has_operation(tree: Json, operations: Set[str]) -> bool:
    """Whether one of these operations occurs in a tree."""
    if not isinstance(tree, list):
        return False
    return tree[0] in operations or any(has_operation(part, operations) for part in tree[1:])


def is_rounded(tree: Json) -> bool:
    """Whether values of the tree are rounded."""
    return has_operation(tree, _ROUNDED.keys())


def tree_value(tree: Json, point: Fraction) -> Fraction:
    """The value at a point, rounded where `is_rounded` says so.

    Raises:
        DomainError: there is none.
    """
    try:
        return _value(tree, point)
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        raise DomainError(f"target: no value at {point}, {error}") from None


def _value(tree: Json, x: Fraction) -> Fraction:
    if not isinstance(tree, list):
        return x if tree == "x" else number_of(tree, _WHERE)
    name, *parts = tree
    if name == "^":
        return Fraction(_value(parts[0], x) ** int(str(parts[1])))
    values = [_value(part, x) for part in parts]
    if isinstance(name, str) and name in _ROUNDED:
        return Fraction(_ROUNDED[name](float(values[0])))
    match name:
        case "+":
            return sum(values, Fraction(0))
        case "*":
            return reduce(lambda one, other: one * other, values)
        case "/":
            return values[0] / values[1]
        case "abs":
            return abs(values[0])
        case _:
            return min(values) if name == "min" else max(values)


def tree_formula(tree: Json) -> str:
    """The function in math mode."""
    if not isinstance(tree, list):
        return "x" if tree == "x" else tex_number(number_of(tree, _WHERE), _LONGEST)
    name, *parts = tree
    match name:
        case "+":
            return _sum([tree_formula(part) for part in parts])
        case "*":
            return _product(parts)
        case "/":
            return rf"\frac{{{tree_formula(parts[0])}}}{{{tree_formula(parts[1])}}}"
        case "^":
            return f"{_enclosed(parts[0], _LOOSE_BELOW)}^{{{parts[1]}}}"
        case "sqrt":
            return rf"\sqrt{{{tree_formula(parts[0])}}}"
        case "abs":
            return rf"\left|{tree_formula(parts[0])}\right|"
        case _:
            told = r",\,".join(map(tree_formula, parts))
            return rf"\{name}\left({told}\right)"


def _sum(terms: list[str]) -> str:
    return terms[0] + "".join(term if term.startswith("-") else f"+{term}" for term in terms[1:])


def _product(parts: list[Json]) -> str:
    """The product of all numbers in it, then the other factors side by side."""
    coefficient, others = Fraction(1), list[str]()
    for part in _factors(parts):
        if isinstance(part, str) and part != "x":
            coefficient *= number_of(part, _WHERE)
        else:
            others.append(_enclosed(part, _LOOSE))
    if not others or abs(coefficient) != 1:
        others.insert(0, tex_number(coefficient, _LONGEST))
    elif coefficient < 0:
        others[0] = f"-{others[0]}"
    return r"\,".join(others)


def _factors(parts: list[Json]) -> Iterator[Json]:
    """The factors, with those of factors that are products."""
    for part in parts:
        if isinstance(part, list) and part[0] == "*":
            yield from _factors(part[1:])
        else:
            yield part


def _enclosed(tree: Json, loose: Set[str]) -> str:
    """The formula, in parentheses if its operation is one of those that need them there."""
    shown = tree_formula(tree)
    operation = tree[0] if isinstance(tree, list) else "number" if tree != "x" else "x"
    return rf"\left({shown}\right)" if operation in loose else shown
