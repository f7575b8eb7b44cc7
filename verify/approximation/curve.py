"""A function of one number on an interval, with what the checker knows of it (T58).

Exact answers are those of `verify.target_checker`; floats propose where to look.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from theory.approximation.tree import Tree
from theory.errors import DomainError, ScopeError
from theory.network import Network
from verify.checker import Network as CheckedNetwork
from verify.checker import RejectedError
from verify.formats.network_json import network_text
from verify.radicals import Radicals, element
from verify.target_checker import Part, Piece, Question, lines
from verify.target_models import UNIT, Interval, Model

REMAINDER_SHARE = Fraction(1, 2**16)  # of epsilon, for series
_ROUNDING = 10  # values are rounded to 2^-10 epsilon or finer where they are irrational
_MOST_PRECISION = 1000
_LARGEST = 10**90

Number = Callable[..., float]
_FLOATS: dict[str, Number] = {
    "+": lambda *values: math.fsum(values),
    "*": lambda *values: math.prod(values),
    "/": lambda a, b: a / b,
    "^": lambda a, n: a**n,
    "min": min, "max": max, "sqrt": math.sqrt, "abs": abs, "exp": math.exp, "sin": math.sin,
    "cos": math.cos, "log": math.log,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What is approximated: a tree, or a ReLU network with one input and one output.

    Attributes:
        shape: The tree or the network.
    """

    shape: Tree | Network


class Curve:
    """A function on [low, high], near models that leave most of epsilon."""

    def __init__(self, source: Source, low: Fraction, high: Fraction, epsilon: Fraction) -> None:
        if epsilon <= 0:
            raise DomainError(f"epsilon: expected a positive number, got {epsilon}")
        if max(abs(low), abs(high), epsilon, 1 / epsilon) > _LARGEST:
            raise ScopeError("epsilon, domain: expected numbers between 1e-90 and 1e90")
        self.source, self.low, self.high, self.epsilon = source, low, high, epsilon
        shape = source.shape
        self.precision = 0
        if isinstance(shape, Network):
            parts, roots = network_parts(shape, low, high), Radicals([])
        else:
            self.precision, model, roots = _modelled(shape, low, high, epsilon * REMAINDER_SHARE)
            parts = [(low, high, model)]
        self.question = Question((low, high), epsilon, parts, roots)
        self.value = cache(self._value)

    def _value(self, point: Fraction) -> Fraction:
        """The value at a point: exact where that is seen to be rational, else near it."""
        low, high = self.question.enclosed(point)
        if low == high:
            return low
        middle = (low + high) / 2
        unit = 2 ** (_ROUNDING + max(0, math.ceil(1 / self.epsilon).bit_length()))
        return Fraction(round(middle * unit), unit)

    def exact(self, point: Fraction) -> Fraction | None:
        """The value at a point, if it is seen to be rational."""
        low, high = self.question.enclosed(point)
        return low if low == high else None

    def is_near(self, start: Fraction, end: Fraction, constant: Fraction, slope: Fraction) -> bool:
        """Whether constant + slope x is within epsilon of the function on [start, end]."""
        return self.question.is_within((start, end, (constant, slope)))

    def excluded(self, witness: Sequence[Fraction]) -> int:
        """The sign of a witness of the checker, 0 if it excludes nothing."""
        try:
            return self.question.sign(witness)
        except RejectedError:
            return 0

    def near_value(self, x: float) -> float:
        """About the value at x, which is moved into the interval."""
        inside = min(max(x, float(self.low)), float(self.high))
        shape = self.source.shape
        if isinstance(shape, Network):
            found = self.question.enclosed(Fraction(inside))
            return float(sum(found) / 2)
        try:
            return _float(shape, inside)
        except (ArithmeticError, ValueError):  # rounding at the end of where it is defined
            return self._rounded(min(max(Fraction(inside), self.low), self.high))

    def _rounded(self, point: Fraction) -> float:
        try:
            return float(self._value(point))
        except OverflowError:
            raise ScopeError("target: its values are too large") from None


def network_parts(network: Network, low: Fraction, high: Fraction) -> list[Part]:
    """The affine pieces of a network as models.

    Raises:
        DomainError: it has more inputs or outputs than one.
    """
    if (network.inputs, network.outputs) != (1, 1):
        raise DomainError("target: expected a network with one input and one output")
    return [(start, end, _affine(line)) for start, end, line in network_pieces(network, low, high)]


def network_pieces(network: Network, low: Fraction, high: Fraction) -> list[Piece]:
    """The affine pieces of a network with one input and one output."""
    return lines(CheckedNetwork(network_text(network).encode(), "network"), low, high)


def _affine(line: tuple[Fraction, Fraction]) -> Model:
    constant, slope = line
    polynomial = [constant, slope] if slope else [constant] if constant else []
    return Model(element(polynomial), UNIT, Fraction(0), Fraction(0), Fraction(0))


def _modelled(
    tree: Tree, low: Fraction, high: Fraction, bound: Fraction
) -> tuple[int, Model, Radicals]:
    """The least precision of some with which the model's error is at most the bound.

    Raises:
        DomainError: the function is not known to be defined on the interval.
        ScopeError: the precision would be too high.
    """
    precision = math.ceil(1 / bound).bit_length()
    while precision <= _MOST_PRECISION:
        reading = Interval(low, high, precision)
        try:
            model = reading.model(nested(tree))
        except RejectedError as error:
            raise DomainError(str(error)) from None
        if not model.error:
            return 0, model, reading.roots
        if model.error <= bound:
            return precision, model, reading.roots
        precision += max(1, int(model.error / bound).bit_length())
    raise ScopeError("target: its series would need more than a thousand bits")


def nested(tree: Tree | int) -> object:
    """The tree as JSON has it."""
    return list(map(nested, tree)) if isinstance(tree, tuple) else tree


def _float(tree: Tree | int, x: float) -> float:
    if isinstance(tree, int):
        return tree
    if isinstance(tree, str):
        return x if tree == "x" else float(Fraction(tree))
    name, *parts = tree
    return float(_FLOATS[str(name)](*(_float(part, x) for part in parts)))
