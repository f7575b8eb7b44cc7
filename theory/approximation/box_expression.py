"""Targets of several variables from text: x**2*y - x*y/2, 1/(1 + x**2 + y**2), exp(-x - y).

Variables are x, y, z, or x1, x2, ... Numbers are exact; nothing is evaluated.
"""

import ast
import re
from fractions import Fraction

from theory.approximation.box_target import FUNCTIONS, BoxTarget
from theory.approximation.multivariate import Polynomial
from theory.errors import ScopeError
from theory.rational import rational

_LONGEST = 2000  # characters
_MOST_DEGREE = 60
_MOST_MONOMIALS = 2000
_MOST_BITS = 4000  # of a coefficient
_LETTERS = ("x", "y", "z")
_NUMBERED = re.compile(r"x([1-9][0-9]{0,3})", re.ASCII)
_NAMED = ", ".join(FUNCTIONS)


def variables_of(text: str) -> int:
    """The number of variables that a text needs: 2 for y, 5 for x5, at least 1.

    Raises:
        ScopeError: it is no expression.
    """
    names = [node.id for node in ast.walk(_tree(text)) if isinstance(node, ast.Name)]
    return max((1, *(_index(name) + 1 for name in names)))


def box_target_of(text: str, inputs: int) -> BoxTarget:
    """The target that a text in so many variables denotes.

    Raises:
        DomainError: it divides by zero.
        NumberError: a number in it is too long.
        ScopeError: it is no quotient of sums of products of polynomials and exp, sin, cos of
            polynomials, or the divisor is no polynomial.
    """
    return _Reader(text.strip(), inputs).target(_tree(text))


def _tree(text: str) -> ast.expr:
    try:
        found = ast.parse(text.strip(), mode="eval") if len(text) <= _LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = None
    if found is None:
        raise ScopeError(f"target: expected an expression as x**2*y - x/2, got {text[:60]!r}")
    return found.body


def _index(name: str) -> int:
    """The number of a variable, from 0; -1 for another name."""
    match = _NUMBERED.fullmatch(name)
    if match:
        return int(match[1]) - 1
    return _LETTERS.index(name) if name in _LETTERS else -1


class _Reader:
    """Targets from the parts of a text."""

    def __init__(self, text: str, inputs: int) -> None:
        self.text, self.inputs = text, inputs

    def number(self, value: Fraction) -> BoxTarget:
        return BoxTarget.of(Polynomial.constant(self.inputs, value))

    def target(self, node: ast.expr) -> BoxTarget:
        if isinstance(node, ast.BinOp):
            return self.operation(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
            sign = Fraction(-1 if isinstance(node.op, ast.USub) else 1)
            return self.target(node.operand).times(self.number(sign))
        if isinstance(node, ast.Name) and 0 <= _index(node.id) < self.inputs:
            return BoxTarget.of(Polynomial.variable(self.inputs, _index(node.id)))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self.number(rational(ast.get_source_segment(self.text, node) or ""))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.call(node, node.func.id)
        few = self.inputs <= len(_LETTERS)
        names = ", ".join(_LETTERS[: self.inputs]) if few else f"x1 to x{self.inputs}"
        named = f"numbers, {names}, + - * / ** and {_NAMED}"
        raise ScopeError(f"target: expected {named}, got {_part(node)}")

    def operation(self, node: ast.BinOp) -> BoxTarget:
        left = self.target(node.left)
        if isinstance(node.op, ast.Pow):
            return self.power(left, node.right)
        right = self.target(node.right)
        if isinstance(node.op, ast.Add):
            found = left.plus(right)
        elif isinstance(node.op, ast.Sub):
            found = left.plus(right.times(self.number(Fraction(-1))))
        elif isinstance(node.op, ast.Mult):
            found = left.times(right)
        elif isinstance(node.op, ast.Div):
            found = left.over(right)
        else:
            raise ScopeError(f"target: expected + - * / ** (a power is x**2), got {_part(node)}")
        return _checked(found)

    def power(self, base: BoxTarget, node: ast.expr) -> BoxTarget:
        exponent = self.target(node).polynomial
        number = None if exponent is None else exponent.number
        if number is None or number.denominator != 1 or abs(number) > _MOST_DEGREE:
            wanted = f"an integer of at most {_MOST_DEGREE} as exponent"
            raise ScopeError(f"target: expected {wanted}, got {_part(node)}")
        one = found = self.number(Fraction(1))
        for _ in range(abs(int(number))):
            found = _checked(found.times(base))
        return found if number >= 0 else one.over(found)

    def call(self, node: ast.Call, name: str) -> BoxTarget:
        if name not in FUNCTIONS or len(node.args) != 1 or node.keywords:
            raise ScopeError(f"target: expected one of {_NAMED} of one argument, got {_part(node)}")
        argument = self.target(node.args[0]).polynomial
        if argument is None:
            raise ScopeError(f"target: expected {name} of a polynomial, got {_part(node)}")
        return BoxTarget.function(name, argument)


def _part(node: ast.expr) -> str:
    return repr(ast.unparse(node)[:60])


def _checked(target: BoxTarget) -> BoxTarget:
    """The target, if it is not too large to be worked with.

    Raises:
        ScopeError: it is.
    """
    parts = [target.denominator, *(one.weight for one in target.summands)]
    for part in parts:
        if part.degree > _MOST_DEGREE or len(part.entries) > _MOST_MONOMIALS:
            raise ScopeError(
                f"target: expected a degree of at most {_MOST_DEGREE}, {_MOST_MONOMIALS} monomials"
            )
        if any(
            max(abs(e.numerator), e.denominator).bit_length() > _MOST_BITS for _, e in part.entries
        ):
            raise ScopeError("target: its coefficients are too long")
    if len(target.summands) > _MOST_DEGREE:
        raise ScopeError(f"target: expected at most {_MOST_DEGREE} terms with {_NAMED}")
    return target
