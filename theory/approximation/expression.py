"""Targets from text: x**3 - x/2 + 1/7, 1/(1 + x**2), exp(x/2) - 2*sin(3*x + 1), numbers exact.

The texts that SymPy writes for such expressions are read; nothing is evaluated.
"""

import ast
from fractions import Fraction

from theory.approximation.polynomial import ONE_POLYNOMIAL, polynomial
from theory.approximation.target import FUNCTIONS, Target, Term
from theory.errors import ScopeError
from theory.network import ZERO
from theory.rational import rational

_LONGEST = 2000  # characters
_MOST_DEGREE = 60
_MOST_BITS = 4000  # of a coefficient


def target_of(text: str) -> Target:
    """The target that a text in x denotes.

    Raises:
        DomainError: it divides by zero.
        NumberError: a number in it is too long.
        ScopeError: it is no sum of a quotient of polynomials and exp, sin, cos of c + s x.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval") if len(text) <= _LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None:
        raise ScopeError(f"target: expected an expression in x as x**2 - x/2, got {text[:60]!r}")
    return _target(tree.body, text.strip())


def _target(node: ast.expr, text: str) -> Target:
    if isinstance(node, ast.BinOp):
        return _operation(node, text)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        sign = Fraction(-1 if isinstance(node.op, ast.USub) else 1)
        return _target(node.operand, text).times(Target((sign,)))
    if isinstance(node, ast.Name) and node.id == "x":
        return Target((ZERO, Fraction(1)))
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        number = rational(ast.get_source_segment(text, node) or "")
        return Target(polynomial([number]))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _call(node, node.func.id, text)
    raise ScopeError(f"target: expected numbers, x, + - * / ** and {_named()}, got {_part(node)}")


def _named() -> str:
    return ", ".join(FUNCTIONS)


def _part(node: ast.expr) -> str:
    return repr(ast.unparse(node)[:60])


def _operation(node: ast.BinOp, text: str) -> Target:
    left = _target(node.left, text)
    if isinstance(node.op, ast.Pow):
        return _power(left, node.right, text)
    right = _target(node.right, text)
    if isinstance(node.op, ast.Add):
        found = left.plus(right)
    elif isinstance(node.op, ast.Sub):
        found = left.plus(right.times(Target((Fraction(-1),))))
    elif isinstance(node.op, ast.Mult):
        found = left.times(right)
    elif isinstance(node.op, ast.Div):
        found = left.over(right)
    else:
        raise ScopeError(f"target: expected + - * / ** (a power is x**2), got {_part(node)}")
    return _checked(found)


def _power(base: Target, node: ast.expr, text: str) -> Target:
    exponent = _target(node, text)
    number = exponent(ZERO) if exponent.is_constant else None
    if number is None or number.denominator != 1 or abs(number) > _MOST_DEGREE:
        raise ScopeError(
            f"target: expected an integer of at most {_MOST_DEGREE} as exponent, got {_part(node)}"
        )
    found = Target(ONE_POLYNOMIAL)
    for _ in range(abs(int(number))):
        found = _checked(found.times(base))
    return found if number >= 0 else Target(ONE_POLYNOMIAL).over(found)


def _call(node: ast.Call, name: str, text: str) -> Target:
    if name not in FUNCTIONS or len(node.args) != 1 or node.keywords:
        raise ScopeError(f"target: expected one of {_named()} of one argument, got {_part(node)}")
    argument = _target(node.args[0], text).polynomial
    if argument is None or len(argument) > 2:
        raise ScopeError(f"target: expected {name} of c + s x, got {_part(node)}")
    shift, slope = (*argument, ZERO, ZERO)[:2]
    return Target((), ONE_POLYNOMIAL, (Term(name, Fraction(1), shift, slope),))


def _checked(target: Target) -> Target:
    """The target, if it is not too large to be worked with.

    Raises:
        ScopeError: it is.
    """
    for part in (target.numerator, target.denominator):
        if len(part) > _MOST_DEGREE + 1:
            raise ScopeError(f"target: expected a degree of at most {_MOST_DEGREE}")
        if any(max(abs(e.numerator), e.denominator).bit_length() > _MOST_BITS for e in part):
            raise ScopeError("target: its coefficients are too long")
    if len(target.terms) > _MOST_DEGREE:
        raise ScopeError(f"target: expected at most {_MOST_DEGREE} terms with {_named()}")
    return target
