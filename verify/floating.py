"""How far a float32 evaluation of a network can be from its exact value.

A claim of this project is about real arithmetic. This bound joins it to deployed networks: it
holds for every order of summation, with or without fused multiply-add, and with gradual or
abrupt underflow. It never says that two float evaluations agree.

One unit with k nonzero weights w, bias b and float activations a costs at most

    gamma (sum |w a| + |b|) + underflow,   gamma = (k+1) u / (1 - (k+1) u),  u = 2^-24

and the errors of the activations are carried through |w|; ReLU carries them unchanged.
"""

from collections.abc import Sequence
from fractions import Fraction

from theory.domain import Box
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import ZERO, Affine, Network, Row, Vector
from verify.error_form import ErrorForms, Interval
from verify.formats.exactness import Exactness, exactness, inexact_entries

UNIT_ROUNDOFF = Fraction(1, 2**24)
SMALLEST_NORMAL = Fraction(1, 2**126)
_NO_OVERFLOW = Fraction(2**127)
_BITS = 64


def float32_bound_at(
    network: Network, point: Sequence[Fraction], input_error: Sequence[Fraction] | None = None
) -> Vector:
    """For every output, a bound on |float32 evaluation - exact value| at a point.

    Theorem: T15 (float32 evaluation bound).
    Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1.

    Args:
        network: A network whose weights and biases are float32 numbers.
        point: Where the exact value is taken.
        input_error: How far the float input may be from each coordinate; by default it is
            the point itself, which then must be a float32 vector.

    Raises:
        ScopeError: a weight is no float32 number, or a sum may overflow.
        DomainError: the point is no float32 vector.
        ShapeError: the point or the input errors have another dimension.
    """
    if input_error is None and any(exactness(entry) > Exactness.FLOAT32 for entry in point):
        raise DomainError("point: expected float32 coordinates, or an error for each of them")
    ranges = [[(entry, entry) for entry in point]]
    for layer, values in zip(network.layers, network.activations(point), strict=True):
        ranges.append([(entry, entry) for entry in layer(values)])
    return _bound(network, ranges, input_error)


def float32_bound_over(
    network: Network, box: Box, input_error: Sequence[Fraction] | None = None
) -> Vector:
    """For every output, a bound on |float32 evaluation - exact value| over a box.

    It holds at every float32 vector in the box; with `input_error`, for every point of the box
    and every float input that is no farther from it than that.

    Theorem: T15 (float32 evaluation bound).

    Raises:
        ScopeError: a weight is no float32 number, or a sum may overflow.
        ShapeError: the box or the input errors have another dimension.
    """
    if box.inputs != network.inputs:
        raise ShapeError(f"box: expected {network.inputs} inputs, got {box.inputs}")
    ranges = [list(zip(box.lower, box.upper, strict=True))]
    values = ranges[0]
    for layer in network.layers:
        ranges.append(_image(layer, values))
        values = [_rectified(interval) for interval in ranges[-1]]
    return _bound(network, ranges, input_error)


def float32_gap_over(left: Network, right: Network, box: Box) -> Vector:
    """For every output, a bound on the float32 difference of networks that are equal on a box.

    If left(x) = right(x) on the box, then any float32 evaluations of the two at a float32
    vector of the box differ by at most this.

    Theorem: T15 (float32 evaluation bound).

    Raises:
        ScopeError: a weight is no float32 number, or a sum may overflow.
        ShapeError: the networks or the box do not fit.
    """
    if left.outputs != right.outputs:
        raise ShapeError(f"network: expected {left.outputs} outputs, got {right.outputs}")
    bounds = (float32_bound_over(left, box), float32_bound_over(right, box))
    return tuple(first + second for first, second in zip(*bounds, strict=True))


def _bound(
    network: Network, ranges: Sequence[Sequence[Interval]], input_error: Sequence[Fraction] | None
) -> Vector:
    """Carry the errors through the layers.

    Args:
        network: The network.
        ranges: Intervals that hold the inputs, and those that hold the sums of every layer.
        input_error: The errors of the inputs.
    """
    inexact = inexact_entries(network, Exactness.FLOAT32)
    if inexact:
        raise ScopeError(f"float32: {len(inexact)} numbers are no float32, {inexact[0].place}")
    error = tuple(input_error) if input_error is not None else (ZERO,) * network.inputs
    if len(error) != network.inputs:
        raise ShapeError(f"input error: expected {network.inputs} entries, got {len(error)}")
    forms, values = ErrorForms.independent(error), ranges[0]
    for layer, sums in zip(network.layers, ranges[1:], strict=True):
        sizes = [
            max(abs(low), abs(high)) + error
            for (low, high), error in zip(values, forms.sizes, strict=True)
        ]
        local = [
            local_error(row, bias, sizes) for row, bias in zip(layer.rows, layer.bias, strict=True)
        ]
        before = forms.through(layer).plus(local)
        forms, values = before.rectified(sums), [_rectified(interval) for interval in sums]
    return before.sizes


def local_error(row: Row, bias: Fraction, sizes: Sequence[Fraction]) -> Fraction:
    """What the roundings of one sum cost, where the float activations have these sizes."""
    magnitude = sum((abs(weight) * sizes[column] for column, weight in row), abs(bias))
    underflow = 2 * len(row) * (1 + gamma(len(row))) * SMALLEST_NORMAL
    found = gamma(len(row) + 1) * magnitude + underflow
    if magnitude + found > _NO_OVERFLOW:
        raise ScopeError("float32: a sum may overflow")
    return _rounded_up(found)


def gamma(count: int) -> Fraction:
    """A bound on |product of `count` factors (1 + d) - 1|, |d| <= u: count u / (1 - count u).

    Raises:
        ScopeError: count u >= 1.
    """
    total = count * UNIT_ROUNDOFF
    if total >= 1:
        raise ScopeError(f"float32: {count} roundings in one sum are too many")
    return total / (1 - total)


def _rounded_up(value: Fraction) -> Fraction:
    """A dyadic number that is at least the value, with about 64 digits."""
    if value <= 0:
        return ZERO
    shift = _BITS - value.numerator.bit_length() + value.denominator.bit_length()
    scale = Fraction(2) ** shift
    return -(-value * scale // 1) / scale


def _image(layer: Affine, ranges: Sequence[Interval]) -> list[Interval]:
    """Intervals that hold W x + b where those given hold x."""
    found = []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        ends = [_times(weight, ranges[column]) for column, weight in row]
        found.append((sum((end[0] for end in ends), bias), sum((end[1] for end in ends), bias)))
    return found


def _times(weight: Fraction, interval: Interval) -> Interval:
    low, high = interval
    return (weight * low, weight * high) if weight > 0 else (weight * high, weight * low)


def _rectified(interval: Interval) -> Interval:
    return max(interval[0], ZERO), max(interval[1], ZERO)
