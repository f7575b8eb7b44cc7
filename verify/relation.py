"""Relations between two networks: what a claim says about their outputs at every point.

Written `exact`, `eps=1/100`, `top1`, `topk=3` and `margin=1/50`. The checker knows all of them;
the search proves `exact` and, for small networks, `eps`.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.errors import NumberError
from theory.network import ZERO, Vector
from theory.rational import rational, text_of
from verify.errors import InputError


@dataclass(frozen=True, slots=True)
class Exact:
    """left(x) = right(x)."""

    @property
    def text(self) -> str:
        """`exact`."""
        return "exact"


@dataclass(frozen=True, slots=True)
class Epsilon:
    """|left_i(x) - right_i(x)| <= epsilon for every output i."""

    epsilon: Fraction

    @property
    def text(self) -> str:
        """`eps=1/100`."""
        return f"eps={text_of(self.epsilon)}"


@dataclass(frozen=True, slots=True)
class TopOne:
    """Where no output of left exceeds its output i, no output of right exceeds its output i."""

    @property
    def text(self) -> str:
        """`top1`."""
        return "top1"


@dataclass(frozen=True, slots=True)
class TopK:
    """Where no output of left exceeds its output i, fewer than k of right exceed its output i."""

    k: int

    @property
    def text(self) -> str:
        """`topk=3`."""
        return f"topk={self.k}"


@dataclass(frozen=True, slots=True)
class Margin:
    """Where output i of left exceeds all others by `margin`, none of right exceeds its output i."""

    margin: Fraction

    @property
    def text(self) -> str:
        """`margin=1/50`."""
        return f"margin={text_of(self.margin)}"


Relation = Exact | Epsilon | TopOne | TopK | Margin


def is_related(relation: Relation, left: Vector, right: Vector) -> bool:
    """Whether the outputs of two networks at one point are as the relation says."""
    match relation:
        case Exact():
            return left == right
        case Epsilon(epsilon):
            return all(abs(a - b) <= epsilon for a, b in zip(left, right, strict=True))
        case TopOne():
            return _keeps_largest(left, right, ZERO, 1)
        case TopK(k):
            return _keeps_largest(left, right, ZERO, k)
        case Margin(margin):
            return _keeps_largest(left, right, margin, 1)


def _keeps_largest(left: Vector, right: Vector, margin: Fraction, k: int) -> bool:
    """Whether fewer than k outputs of right exceed one that leads by the margin in left."""
    for index, value in enumerate(left):
        others = (other for place, other in enumerate(left) if place != index)
        leads = all(value >= other + margin for other in others)
        if leads and sum(other > right[index] for other in right) >= k:
            return False
    return True


def read_relation(text: str) -> Relation:
    """The relation that a text names.

    Raises:
        InputError: it names none, or its number is malformed.
    """
    where = f"relation {text[:60]!r}"
    name, mark, value = text.strip().partition("=")
    if not mark and name == "exact":
        return Exact()
    if not mark and name == "top1":
        return TopOne()
    if mark and name == "eps":
        return Epsilon(_number(value, where))
    if mark and name == "margin":
        return Margin(_number(value, where))
    if mark and name == "topk":
        return TopK(_count(value, where))
    raise InputError(where, "expected exact, eps=1/100, top1, topk=3 or margin=1/50")


def _number(text: str, where: str) -> Fraction:
    try:
        value = rational(text)
    except NumberError as error:
        raise InputError(where, str(error)) from None
    if value < 0:
        raise InputError(where, f"expected a number of at least 0, got {text}")
    return value


def _count(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise InputError(where, f"expected a positive integer, got {text[:40]!r}")
    return int(text)
