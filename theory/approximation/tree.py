"""Functions of one number as trees of operations: what is approximated beside `Target`.

A tree is "x", the text of a number, or (operation, argument, ...) with the operations + * / ^
(by a positive integer) sqrt abs min max exp sin cos log. Texts are read as SymPy writes them;
rational powers with denominators 2, 4, 8, ... become square roots, and tanh, sigmoid, relu, tan
what they are in the others. Nothing is evaluated but numbers.
"""

import ast
from collections.abc import Callable
from fractions import Fraction
from functools import reduce

from theory.approximation.target import Target
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Vector
from theory.rational import rational, text_of

Tree = str | tuple["Tree | int", ...]

_LONGEST = 2000  # characters
_MOST_EXPONENT = 60
_MOST_ROOTS = 8  # x**(1/256)
_MOST_BITS = 4000  # of a number
_DEEPEST = 100
_ONE = Fraction(1)


def number_of(tree: Tree) -> Fraction | None:
    """The number that a tree is written as."""
    return None if tree == "x" or not isinstance(tree, str) else Fraction(tree)


def leaf(number: Fraction) -> Tree:
    """A constant function.

    Raises:
        ScopeError: the number is too long.
    """
    if max(abs(number.numerator), number.denominator).bit_length() > _MOST_BITS:
        raise ScopeError("target: a number in it is too long")
    return text_of(number)


def added(one: Tree, other: Tree) -> Tree:
    """The sum of two trees."""
    a, b = number_of(one), number_of(other)
    if a is not None and b is not None:
        return leaf(a + b)
    return other if a == 0 else one if b == 0 else ("+", *_parts(one, "+"), other)


def multiplied(one: Tree, other: Tree) -> Tree:
    """The product of two trees."""
    a, b = number_of(one), number_of(other)
    if a is not None and b is not None:
        return leaf(a * b)
    return other if a == 1 else one if b == 1 else ("*", *_parts(one, "*"), other)


def _parts(tree: Tree, operation: str) -> "tuple[Tree | int, ...]":
    """The arguments of an operation in a chain, which is kept flat."""
    return tree[1:] if isinstance(tree, tuple) and tree[0] == operation else (tree,)


def divided(one: Tree, other: Tree) -> Tree:
    """The quotient of two trees.

    Raises:
        DomainError: the divisor is written as 0.
    """
    divisor = number_of(other)
    if divisor == 0:
        raise DomainError("target: division by zero")
    return ("/", one, other) if divisor is None else multiplied(one, leaf(1 / divisor))


def negated(tree: Tree) -> Tree:
    """The function with its sign changed."""
    return multiplied(leaf(-_ONE), tree)


def raised(tree: Tree, exponent: Fraction) -> Tree:
    """A rational power; negative ones are quotients, halves are roots.

    Raises:
        DomainError: a power of 0 is not defined.
        ScopeError: the denominator is no power of 2, or it is too large.
    """
    below, roots = exponent.denominator, exponent.denominator.bit_length() - 1
    if below != 2**roots or roots > _MOST_ROOTS or abs(exponent.numerator) > _MOST_EXPONENT:
        raise ScopeError(
            f"target: expected an exponent of at most {_MOST_EXPONENT} with a denominator "
            f"1, 2, 4, 8, ..., got {exponent}"
        )
    base = reduce(lambda inner, _: ("sqrt", inner), range(roots), tree)
    found = _integral_power(base, abs(exponent.numerator))
    return divided(leaf(_ONE), found) if exponent < 0 else found


def _integral_power(base: Tree, exponent: int) -> Tree:
    number = number_of(base)
    if number is not None:
        return leaf(_bounded_power(number, exponent))
    return leaf(_ONE) if exponent == 0 else base if exponent == 1 else ("^", base, exponent)


def _bounded_power(number: Fraction, exponent: int) -> Fraction:
    if max(abs(number.numerator), number.denominator).bit_length() * exponent > 2 * _MOST_BITS:
        raise ScopeError("target: a number in it is too long")
    return Fraction(number**exponent)


def _tanh(argument: Tree) -> Tree:
    growth: Tree = ("exp", multiplied(leaf(Fraction(-2)), argument))
    return added(leaf(-_ONE), divided(leaf(Fraction(2)), added(leaf(_ONE), growth)))


def _sigmoid(argument: Tree) -> Tree:
    return divided(leaf(_ONE), added(leaf(_ONE), ("exp", negated(argument))))


_OF_ONE: dict[str, Callable[[Tree], Tree]] = {
    "sqrt": lambda tree: ("sqrt", tree),
    "abs": lambda tree: ("abs", tree),
    "exp": lambda tree: ("exp", tree),
    "sin": lambda tree: ("sin", tree),
    "cos": lambda tree: ("cos", tree),
    "log": lambda tree: ("log", tree),
    "relu": lambda tree: ("max", tree, leaf(ZERO)),
    "tan": lambda tree: ("/", ("sin", tree), ("cos", tree)),
    "tanh": _tanh,
    "sigmoid": _sigmoid,
}
_OF_MORE = ("min", "max")
_SPELLINGS = {"Abs": "abs", "Min": "min", "Max": "max"}


def tree_of(text: str) -> Tree:
    """The tree that a text in x denotes.

    Raises:
        DomainError: it divides by zero.
        NumberError: a number in it is too long.
        ScopeError: it holds something else than numbers, x, + - * / ** and known functions.
    """
    tree = _parsed(text.strip())
    if tree is None:
        raise ScopeError(f"target: expected an expression in x as x**2 - x/2, got {text[:60]!r}")
    try:
        found = _tree(tree.body, text.strip())
    except RecursionError:
        raise ScopeError("target: it is nested too deeply") from None
    if _depth(found) > _DEEPEST:
        raise ScopeError(f"target: expected at most {_DEEPEST} operations inside one another")
    return found


def _depth(tree: Tree | int) -> int:
    """How many operations are inside one another."""
    return 1 + max(map(_depth, tree[1:])) if isinstance(tree, tuple) else 0


def _parsed(text: str) -> ast.Expression | None:
    try:
        return ast.parse(text, mode="eval") if len(text) <= _LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _tree(node: ast.expr, text: str) -> Tree:
    if isinstance(node, ast.BinOp):
        return _operation(node, text)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        inner = _tree(node.operand, text)
        return negated(inner) if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.Name) and node.id == "x":
        return "x"
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return leaf(rational(ast.get_source_segment(text, node) or ""))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node, node.func.id, text)
    raise ScopeError(f"target: expected numbers, x, + - * / ** and {_named()}, got {_part(node)}")


def _named() -> str:
    return ", ".join((*_OF_ONE, *_OF_MORE))


def _part(node: ast.expr) -> str:
    return repr(ast.unparse(node)[:60])


def _operation(node: ast.BinOp, text: str) -> Tree:
    left, right = _tree(node.left, text), _tree(node.right, text)
    if isinstance(node.op, ast.Pow):
        exponent = number_of(right)
        if exponent is None:
            raise ScopeError(f"target: expected a number as exponent, got {_part(node)}")
        return raised(left, exponent)
    if isinstance(node.op, ast.Add):
        return added(left, right)
    if isinstance(node.op, ast.Sub):
        return added(left, negated(right))
    if isinstance(node.op, ast.Mult):
        return multiplied(left, right)
    if isinstance(node.op, ast.Div):
        return divided(left, right)
    raise ScopeError(f"target: expected + - * / ** (a power is x**2), got {_part(node)}")


def _call(node: ast.Call, spelled: str, text: str) -> Tree:
    name = _SPELLINGS.get(spelled, spelled)
    arguments = [_tree(one, text) for one in node.args]
    if name in _OF_MORE and len(arguments) > 1:
        return (name, *arguments)
    if name not in _OF_ONE or len(arguments) != 1:
        raise ScopeError(f"target: expected one of {_named()}, got {_part(node)}")
    return _OF_ONE[name](arguments[0])


def tree_of_polynomial(polynomial: Vector) -> Tree:
    """The polynomial with these coefficients, by Horner's rule."""
    found = leaf(ZERO)
    for entry in reversed(polynomial):
        scaled = leaf(ZERO) if number_of(found) == 0 else multiplied(found, "x")
        found = added(scaled, leaf(entry))
    return found


def tree_of_target(target: Target) -> Tree:
    """The same function as a tree."""
    numerator, denominator = map(tree_of_polynomial, (target.numerator, target.denominator))
    found = divided(numerator, denominator)
    for term in target.terms:
        argument = tree_of_polynomial((term.shift, term.slope))
        found = added(found, multiplied(leaf(term.weight), (term.function, argument)))
    return found
