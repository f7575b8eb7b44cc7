"""Quadratic polynomials by composed sawtooths: error 4^-(depth + 1), three units a layer.

    t(z) = 2 relu(z) - 4 relu(z - 1/2),     f_m(z) = z - sum_{s=1}^{m} t^s(z) / 4^s    on [0, 1]

where t^s is t composed s times with itself. f_m interpolates z^2 at the multiples of 2^-m. A
network of one hidden layer needs about 2^m units for the same error (T53, T54).
"""

from collections.abc import Callable
from fractions import Fraction

from theory.approximation.polynomial import value
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Affine, Network, Vector

_HALF = Fraction(1, 2)
MOST_DEPTH = 1000


def quadratic(polynomial: Vector, low: Fraction, high: Fraction, depth: int) -> Network:
    """A network Q -> Q of m hidden layers that interpolates p at 2^m + 1 equidistant knots.

    On [low, high], low < high, for p of degree at most 2. Its error there is exactly
    |p_2| (high - low)^2 / 4^(m + 1), on the side of p that its chords are on. Two units in the
    first layer, three in each later one.

    Theorem: T54 (depth against error). Source: Yarotsky 2017, arXiv 1610.01145.

    Raises:
        DomainError: low is not below high.
        ScopeError: the degree is above 2, or m is not between 0 and 1000.
    """
    if low >= high:
        raise DomainError(f"square: expected an interval with an inside, got [{low}, {high}]")
    if len(polynomial) > 3:
        raise ScopeError("square: expected a polynomial of degree at most 2")
    if not 0 <= depth <= MOST_DEPTH:
        raise ScopeError(f"square: expected a depth from 0 to {MOST_DEPTH}, got {depth}")
    length, start = high - low, value(polynomial, low)
    bend = (*polynomial, ZERO, ZERO, ZERO)[2] * length * length
    rise = value(polynomial, high) - start  # p(low + length z) = start + rise z - bend (z - z^2)
    inwards = Affine.dense([[1 / length]], [-low / length])
    if depth == 0:
        return Network((Affine.dense([[rise]], [start]).after(inwards),))
    offset = abs(bend) + abs(rise)  # what is carried is at least minus this
    layers = [Affine.dense([[1], [1]], [0, -_HALF]).after(inwards)]
    carried = Affine.dense([[rise, ZERO]], [ZERO])  # rise z, as z is its own relu
    for level in range(1, depth + 1):
        tent = _tent(carried.inputs)
        carried = _sum(carried, tent, -bend / 4**level)
        if level < depth:
            layers.append(_stacked(tent, carried, offset))
            carried = Affine.dense([[0, 0, 1]], [-offset])
    layers.append(Affine(carried.inputs, carried.rows, (carried.bias[0] + start,)))
    return Network(tuple(layers))


def _tent(inputs: int) -> Affine:
    """The map (relu(z), relu(z - 1/2), ...) -> t(z)."""
    return Affine.dense([[Fraction(2), Fraction(-4), *(ZERO,) * (inputs - 2)]], [0])


def _sum(one: Affine, other: Affine, factor: Fraction) -> Affine:
    """One + factor * other, both with one output."""
    entries = zip(one.weight[0], other.weight[0], strict=True)
    return Affine.dense(
        [[a + factor * b for a, b in entries]], [one.bias[0] + factor * other.bias[0]]
    )


def _stacked(tent: Affine, carried: Affine, offset: Fraction) -> Affine:
    """The next layer: t, t - 1/2, and what is carried, which is made positive."""
    rows = [tent.weight[0], tent.weight[0], carried.weight[0]]
    return Affine.dense(rows, [tent.bias[0], tent.bias[0] - _HALF, carried.bias[0] + offset])


def sawtooth_error(polynomial: Vector, low: Fraction, high: Fraction, depth: int) -> Fraction:
    """What `quadratic` is away from p at most, and somewhere exactly.

    Theorem: T54 (depth against error).
    """
    bend = (*polynomial, ZERO, ZERO, ZERO)[2] * (high - low) ** 2
    return abs(bend) / Fraction(4) ** (depth + 1)


def enough_depth(error: Callable[[int], Fraction], epsilon: Fraction) -> int:
    """The least depth m whose error is at most epsilon.

    Raises:
        DomainError: epsilon is not positive.
        ScopeError: m would exceed 1000.
    """
    if epsilon <= 0:
        raise DomainError(f"epsilon: expected a positive number, got {epsilon}")
    for depth in range(MOST_DEPTH + 1):
        if error(depth) <= epsilon:
            return depth
    raise ScopeError(f"epsilon: a depth of more than {MOST_DEPTH} would be needed")
