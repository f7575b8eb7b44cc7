"""Networks with random weights whose biases are then chosen: the draw, its law, and how many.

    f(x) = A relu(W x + b) + c,   all entries of W and A drawn, b and c free

Entries are independent and uniform on the odd multiples of 2^-16 in [-R, R]: no float occurs, and
no weight is 0. If eta is a multiple of 2^-16, every interval of length 2 eta in [-R, R] has at
least the share eta / R of these numbers, as if they were uniform on [-R, R].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import ceil
from random import Random

from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.logarithm import logarithm
from theory.network import ZERO, Affine, Network, Vector

GRID = 2**16
STEP = Fraction(1, GRID)


@dataclass(frozen=True, slots=True)
class RandomUnit:
    """A hidden unit: the weights by which it reads inputs, and by which outputs read it."""

    inner: Vector
    outer: Vector


def require_limit(limit: Fraction) -> None:
    """Refuse an R that is no positive multiple of 2^-15.

    Raises:
        ScopeError: it is none.
    """
    if limit <= 0 or (limit * GRID).denominator != 1 or int(limit * GRID) % 2:
        raise ScopeError(f"range: expected a positive multiple of 2/{GRID}, got {limit}")


def drawn(random: Random, count: int, limit: Fraction) -> Vector:
    """So many independent numbers, uniform on the odd multiples of 2^-16 in [-R, R].

    Raises:
        ScopeError: R is no positive multiple of 2^-15.
    """
    require_limit(limit)
    most = int(limit * GRID)
    return tuple(Fraction(2 * random.randrange(most) + 1 - most, GRID) for _ in range(count))


def random_units(
    seed: int, count: int, inputs: int, outputs: int, limit: Fraction
) -> tuple[RandomUnit, ...]:
    """The first units of a seed, each drawn after the one before, so that more of them extend less.

    Raises:
        ScopeError: R is no positive multiple of 2^-15.
    """
    return tuple(islice(unit_stream(seed, inputs, outputs, limit), count))


def unit_stream(seed: int, inputs: int, outputs: int, limit: Fraction) -> Iterator[RandomUnit]:
    """The units of a seed, one after the other, without end."""
    random = Random(seed)
    while True:
        yield RandomUnit(drawn(random, inputs, limit), drawn(random, outputs, limit))


def network_of(
    units: Sequence[RandomUnit], inputs: int, biases: Vector, output_bias: Vector
) -> Network:
    """The network with one hidden layer of these units.

    Raises:
        ShapeError: there is not one bias for every unit.
    """
    if len(biases) != len(units):
        raise ShapeError(f"biases: expected {len(units)}, got {len(biases)}")
    hidden = Affine.dense([unit.inner for unit in units], biases, inputs)
    outer = [[unit.outer[index] for unit in units] for index in range(len(output_bias))]
    return Network((hidden, Affine.dense(outer, output_bias, len(units))))


def initial_network(units: Sequence[RandomUnit], inputs: int, outputs: int) -> Network:
    """The network before biases are chosen: all are 0."""
    return network_of(units, inputs, (ZERO,) * len(units), (ZERO,) * outputs)


def off_bias(inner: Vector, box: Box) -> Fraction:
    """The largest b with inner.x + b <= 0 on the box: a unit with it is 0 there.

    Theorem: T65 (masking), 1.
    """
    ends = zip(inner, box.lower, box.upper, strict=True)
    return -sum((max(weight * low, weight * high) for weight, low, high in ends), ZERO)


def on_bias(inner: Vector, box: Box) -> Fraction:
    """The least b with inner.x + b >= 0 on the box: a unit with it is affine there."""
    return -off_bias(tuple(-weight for weight in inner), box)


def enough_draws(needs: int, delta: Fraction, chance: Fraction) -> int:
    """U ceil(ln(U / delta) / p): so many draws serve U needs, but for a probability of delta.

    Each need has a batch of ceil(ln(U / delta) / p) draws of its own, each of which serves it with
    a probability of at least p. The logarithm is replaced by a rational number above it.

    Theorem: T65 (masking), 3.

    Raises:
        ScopeError: delta is not between 0 and 1, or p not above 0 and at most 1.
    """
    if not 0 < delta < 1:
        raise ScopeError(f"delta: expected a number between 0 and 1, got {delta}")
    if not 0 < chance <= 1:
        raise ScopeError(f"chance: expected a number above 0 and at most 1, got {chance}")
    return needs * ceil(logarithm(needs / delta).upper / chance) if needs else 0
