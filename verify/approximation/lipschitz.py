"""Lipschitz constants of functions of one number: floats propose, the checker's signs decide (T61).

|f'| <= L on an interval is the claim that the constant 0 is within L of f' there.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from math import ceil, prod

from theory.approximation.derivative import KINKED, derivative, has_kinks
from theory.approximation.tree import Tree, added, leaf
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Network
from verify.approximation.curve import Curve, Source, network_pieces
from verify.target_checker import Question

_SAMPLES = 256
_ROOM = Fraction(65, 64)  # times the largest sample, where the largest value is not an exact one
_SHORT = 40  # bits of the numbers that bounds are written with
_DOUBLINGS = 60
_NEAR = Fraction(1, 2**20)  # how near models are, and a bound that is always positive


def lipschitz_bound(shape: Tree | Network, low: Fraction, high: Fraction) -> Fraction:
    """A number L with |f(x) - f(y)| <= L |x - y| on [low, high].

    The least one for networks, and where |f'| is greatest at an end and rational there; else
    most often 65/64 times the least one. With abs, min or max inside, bounds of the parts are put
    together by the usual rules.

    Theorem: T61 (permuted weights with a scale), the constant K.

    Raises:
        DomainError: none is found, as for sqrt(x) at 0.
        ScopeError: abs, min or max is inside of what has no rule here.
    """
    if isinstance(shape, Network):
        return max(abs(line[1]) for _, _, line in network_pieces(shape, low, high))
    if isinstance(shape, str) or not has_kinks(shape):
        return _largest(derivative(shape), low, high)
    name, *parts = shape
    arguments = [part for part in parts if not isinstance(part, int)]
    if name == "+":
        smooth = reduce(added, (one for one in arguments if not has_kinks(one)), leaf(ZERO))
        kinked = (one for one in arguments if has_kinks(one))
        return sum((lipschitz_bound(one, low, high) for one in (smooth, *kinked)), ZERO)
    if name == "*":
        return _of_product(arguments, low, high)
    bounds = [lipschitz_bound(one, low, high) for one in arguments]
    if name in (*KINKED, "sin", "cos"):
        return max(bounds)
    raise ScopeError(f"target: no Lipschitz constant is known for abs, min, max inside of {name}")


def _of_product(arguments: list[Tree], low: Fraction, high: Fraction) -> Fraction:
    """The sum of the constants of the factors, each times bounds of the others."""
    sizes = [_largest(one, low, high) for one in arguments]
    found = ZERO
    for index, one in enumerate(arguments):
        others = prod((*sizes[:index], *sizes[index + 1 :]), start=Fraction(1))
        found += others * lipschitz_bound(one, low, high) if others else ZERO
    return found


def _largest(tree: Tree, low: Fraction, high: Fraction) -> Fraction:
    """A bound of |f| on [low, high]; |f| at an end if that is one, and is rational."""
    try:
        curve = Curve(Source(tree), low, high, _NEAR)
    except DomainError as error:
        why = str(error).removeprefix("target: it ")
        raise DomainError(f"target: no Lipschitz constant is known, its derivative {why}") from None
    ends = [curve.exact(point) for point in (low, high)]
    known = [abs(one) for one in ends if one is not None]
    for bound in _proposed(curve, max(known, default=None)):
        if Question((low, high), bound, curve.question.parts, curve.question.roots).is_within(
            (low, high, (ZERO, ZERO))
        ):
            return bound
    raise DomainError("target: no Lipschitz constant is known")


def _proposed(curve: Curve, end: Fraction | None) -> Iterable[Fraction]:
    """Bounds to try, in order."""
    if end is not None:
        yield _short(end)
    width = curve.high - curve.low
    places = (float(curve.low + width * Fraction(k, _SAMPLES)) for k in range(_SAMPLES + 1))
    largest = max(Fraction(abs(curve.near_value(place))) for place in places)
    bound = _short(max(largest * _ROOM, 2 * _NEAR))
    for _ in range(_DOUBLINGS):
        yield bound
        bound *= 2


def _short(bound: Fraction) -> Fraction:
    """The number, or one with fewer digits that is a little larger."""
    if max(bound.numerator.bit_length(), bound.denominator.bit_length()) <= _SHORT:
        return bound
    shift = bound.denominator.bit_length() - bound.numerator.bit_length() + _SHORT // 4
    unit = Fraction(2) ** shift
    return ceil(bound * unit) / unit
