"""Infinitely wide ReLU networks: the two kernels, rational where they can be, else enclosed.

The recursion has one transcendental function, an angle. K(x,x), K(y,y) and T(x,x) are rational in
every layer; K(x,y) and T(x,y) are so as long as the determinant K(x,x) K(y,y) - K(x,y)^2 is 0,
and one layer more. From there on the determinant is positive, and balls of arbitrary precision
(Arb) enclose them.
"""

from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction

from flint import arb, ctx, fmpq

from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Vector

MOST_LAYERS = 1001
MOST_DIGITS = 10_000
_FIRST_BITS = 64
_DOUBLINGS = 9


@dataclass(frozen=True, slots=True)
class Variances:
    """The variances of weights and biases, layer by layer from the first to the last.

    Attributes:
        weights: w_0, ..., w_L, positive: a weight of layer l has variance w_l / (its inputs).
        biases: b_0, ..., b_L, not negative.
    """

    weights: Vector
    biases: Vector

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.biases):
            raise ShapeError(
                f"variances: expected {len(self.weights)} of biases, got {len(self.biases)}"
            )
        if not 1 <= len(self.weights) <= MOST_LAYERS:
            raise ScopeError(f"variances: expected 1 to {MOST_LAYERS} layers")
        if any(value <= 0 for value in self.weights):
            raise ScopeError("variances of weights: expected positive numbers")
        if any(value < 0 for value in self.biases):
            raise ScopeError("variances of biases: expected numbers that are not negative")

    @staticmethod
    def uniform(depth: int, weight: Fraction, bias: Fraction) -> "Variances":
        """The same variances in every layer of a network with so many hidden layers.

        Raises:
            ScopeError: the depth is negative or too large, or a variance is out of range.
        """
        if not 0 <= depth < MOST_LAYERS:
            raise ScopeError(f"depth: expected 0 to {MOST_LAYERS - 1} hidden layers, got {depth}")
        return Variances((weight,) * (depth + 1), (bias,) * (depth + 1))

    @property
    def depth(self) -> int:
        """The number L of hidden layers."""
        return len(self.weights) - 1


@dataclass(frozen=True, slots=True)
class Layer:
    """Both kernels of one layer at a pair of points, as far as they are rational.

    Attributes:
        first: K(x,x).
        second: K(y,y).
        cross: K(x,y), or None where it is not known to be rational.
        tangent: T(x,y), or None likewise.
    """

    first: Fraction
    second: Fraction
    cross: Fraction | None
    tangent: Fraction | None

    @property
    def is_degenerate(self) -> bool:
        """Whether K(x,x) K(y,y) = K(x,y)^2, so that the values at x and y are proportional."""
        return self.cross is not None and self.first * self.second == self.cross**2


@dataclass(frozen=True, slots=True)
class Interval:
    """The real numbers from lower to upper; a rational number if both are the same."""

    lower: Fraction
    upper: Fraction

    def is_apart(self, other: "Interval") -> bool:
        """Whether no number lies in both."""
        return self.upper < other.lower or other.upper < self.lower


@dataclass(frozen=True, slots=True)
class Kernels:
    """K and T of an infinitely wide network at a pair of points.

    Attributes:
        first: The point x.
        second: The point y.
        variances: Those of the network.
        layers: One for every affine layer; the last is that of the network.
    """

    first: Vector
    second: Vector
    variances: Variances
    layers: tuple[Layer, ...]

    @property
    def rational_depth(self) -> int:
        """The index of the last layer in which K(x,y) and T(x,y) are known to be rational."""
        return max(index for index, layer in enumerate(self.layers) if layer.cross is not None)


def kernels(first: Vector, second: Vector, variances: Variances) -> Kernels:
    """The kernels at a pair of points: every rational part of the recursion.

    Theorem: T69 (kernel recursion).

    Raises:
        ShapeError: the points have different dimensions, or dimension 0.
    """
    if len(first) != len(second) or not first:
        raise ShapeError(
            f"points: expected one dimension, at least 1, got {len(first)} and {len(second)}"
        )
    weight, bias = variances.weights[0], variances.biases[0]
    first_square, second_square, cross = (
        weight * sum((a * b for a, b in zip(*pair, strict=True)), ZERO) / len(first) + bias
        for pair in ((first, first), (second, second), (first, second))
    )
    layers = [Layer(first_square, second_square, cross, cross)]
    for weight, bias in zip(variances.weights[1:], variances.biases[1:], strict=True):
        layers.append(_next_layer(layers[-1], weight, bias))
    return Kernels(first, second, variances, tuple(layers))


def _next_layer(layer: Layer, weight: Fraction, bias: Fraction) -> Layer:
    """The next layer: points whose values are proportional stay at angles 0 and pi."""
    first, second = weight * layer.first / 2 + bias, weight * layer.second / 2 + bias
    if layer.cross is None or layer.tangent is None or not layer.is_degenerate:
        return Layer(first, second, None, None)
    if layer.cross < 0:  # one of the two ReLUs is always 0
        return Layer(first, second, bias, bias)
    cross = weight * layer.cross / 2 + bias
    return Layer(first, second, cross, cross + weight * layer.tangent / 2)


def tangent_at(point: Vector, variances: Variances) -> Fraction:
    """T(x,x), a rational number at every depth."""
    tangent = kernels(point, point, variances).layers[-1].tangent
    if tangent is None:
        raise ScopeError("kernels: a point is parallel to itself")
    return tangent


def enclosures(found: Kernels, bits: int) -> tuple[Interval, Interval] | None:
    """Intervals that hold K(x,y) and T(x,y), computed with so many bits; None if those are too few.

    They are points where the kernels are known to be rational.
    """
    last = found.layers[-1]
    if last.cross is not None and last.tangent is not None:
        return Interval(last.cross, last.cross), Interval(last.tangent, last.tangent)
    with ctx.workprec(bits):
        return _balls(found)


def _balls(found: Kernels) -> tuple[Interval, Interval] | None:
    """Both enclosures; a ball of K grows by its centre's image and the slope, at most w / 2.

    Interval arithmetic alone would lose bits in every layer where the angle is small.
    """
    start = found.rational_depth
    cross, tangent = _ball(found.layers[start].cross), _ball(found.layers[start].tangent)
    for index in range(start, found.variances.depth):
        square = _ball(found.layers[index].first) * _ball(found.layers[index].second)
        centre, radius = cross.mid(), cross.rad()
        if not square - cross * cross > 0:  # it is positive, so more bits will show it
            return None
        weight = _ball(found.variances.weights[index + 1])
        root, share = _root_and_share(square, centre)
        slope = _root_and_share(square, cross)[1]
        cross = weight * (root / arb.pi() + share * centre + arb(0, radius)) / 2
        cross += _ball(found.variances.biases[index + 1])
        tangent = cross + weight * slope * tangent / 2
    return _interval(cross), _interval(tangent)


def _root_and_share(square: arb, cross: arb) -> tuple[arb, arb]:
    """sqrt(K(x,x) K(y,y) - K(x,y)^2), and 1 - theta / pi for the angle theta."""
    root = (square - cross * cross).sqrt()
    return root, 1 - arb.atan2(root, cross) / arb.pi()


def _ball(value: Fraction | None) -> arb:
    if value is None:
        raise ScopeError("kernels: a layer without a rational value was taken for one with it")
    return arb(fmpq(value.numerator, value.denominator))


def _interval(value: arb) -> Interval:
    """The ends of a ball, exactly: they are dyadic numbers."""
    ends = (value.lower().fmpq(), value.upper().fmpq())
    lower, upper = (Fraction(int(end.p), int(end.q)) for end in ends)
    return Interval(lower, upper)


def decimals(found: Kernels, digits: int) -> tuple[str, str]:
    """K(x,y) and T(x,y), each rounded to so many significant digits, which are all certain.

    A value is correctly rounded: precision is doubled until both ends of its enclosure round to
    the same decimal. Rational values that have no more digits are written as they are.

    Raises:
        ScopeError: more than `MOST_DIGITS` are wanted, or less than one; or both ends still round
            differently with 256 times as many bits, so the value may be halfway between.
    """
    if not 1 <= digits <= MOST_DIGITS:
        raise ScopeError(f"digits: expected 1 to {MOST_DIGITS}, got {digits}")
    bits = _FIRST_BITS + 4 * digits
    for _ in range(_DOUBLINGS):
        texts = [certain_decimal(one, digits) for one in enclosures(found, bits) or ()]
        if texts and texts[0] is not None and texts[1] is not None:
            return texts[0], texts[1]
        bits *= 2
    raise ScopeError(f"digits: {digits} of them are not certain with {bits // 2} bits")


def certain_decimal(interval: Interval, digits: int) -> str | None:
    """The decimal with so many digits to which every number of an interval rounds, if there is one.

    Halves are rounded to even digits.
    """
    context = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN)
    lower, upper = (
        context.divide(Decimal(end.numerator), Decimal(end.denominator))
        for end in (interval.lower, interval.upper)
    )
    return str(lower) if lower == upper else None
