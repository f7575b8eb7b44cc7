"""Activation functions as exact ReLU networks: gadgets, each equal to its definition on all of Q.

Functions of one number are splines with one or two knots and give one hidden layer. The maximum
of k numbers is a binary tree over max(a, b) = b + relu(a - b). What has a jump (the Heaviside
step, hard shrink) or bends smoothly is no network with relu and has no gadget.

    name                       definition                        hidden units
    identity                   x                                 2
    leaky_relu(a)              x if x >= 0, else a x             2 (1 for a = 0)
    absolute_value             |x|                               2
    negative_part              min(0, x)                         1
    clip(l, u)                 min(u, max(l, x))                 2 (1 with one end)
    hard_tanh, relu6           clip(-1, 1), clip(0, 6)           2
    saturated_linear           clip(0, 1)                        2
    hard_sigmoid(a, b)         min(1, max(0, a x + b))           2
    soft_shrink(t)             x - t, 0, x + t                   2
    maximum, minimum           of two numbers                    3 (2 if the second is >= 0)
    maxout                     maximum of k affine functions     3 (k - 1) for k = 2^d; every
                                                                 round with a number left over
                                                                 carries it by 2 more
"""

from fractions import Fraction

from theory.errors import ScopeError, ShapeError
from theory.graphs.spline import Spline
from theory.graphs.wiring import Wiring
from theory.network import ZERO, Affine, Network

_ONE = Fraction(1)


def identity() -> Spline:
    """The function x, passed through a ReLU layer: relu(x) - relu(-x)."""
    return Spline((ZERO,), (_ONE, _ONE), ZERO)


def leaky_relu(slope: Fraction) -> Spline:
    """The function x for x >= 0 and slope * x else: relu(x) - slope relu(-x).

    The parametric ReLU is this with one slope for each channel, and the randomised one in
    inference mode has the mean slope.
    """
    return Spline((ZERO,), (slope, _ONE), ZERO)


def absolute_value() -> Spline:
    """The function |x| = relu(x) + relu(-x)."""
    return Spline((ZERO,), (-_ONE, _ONE), ZERO)


def negative_part() -> Spline:
    """The function min(0, x) = -relu(-x)."""
    return Spline((ZERO,), (_ONE, ZERO), ZERO)


def clip(least: Fraction | None, most: Fraction | None) -> Spline:
    """The function min(most, max(least, x)); None is no end.

    If least > most it is the constant most, by the order of the two operations.
    """
    if most is None:
        return identity() if least is None else Spline((least,), (ZERO, _ONE), least)
    if least is None:
        return Spline((most,), (_ONE, ZERO), most)
    if least >= most:
        return Spline((most,), (ZERO, ZERO), most)
    return Spline((least, most), (ZERO, _ONE, ZERO), least)


def hard_tanh() -> Spline:
    """The function min(1, max(-1, x))."""
    return clip(-_ONE, _ONE)


def relu6() -> Spline:
    """The function min(6, max(0, x))."""
    return clip(ZERO, Fraction(6))


def saturated_linear() -> Spline:
    """The function min(1, max(0, x)) of the networks of Siegelmann and Sontag."""
    return clip(ZERO, _ONE)


def hard_sigmoid(factor: Fraction, shift: Fraction) -> Spline:
    """The function min(1, max(0, factor * x + shift)), as ONNX defines it.

    ONNX has factor 1/5 by default, PyTorch 1/6; both have shift 1/2. They are two functions.
    """
    if factor == 0:
        value = min(_ONE, max(ZERO, shift))
        return Spline((ZERO,), (ZERO, ZERO), value)
    ends = (-shift / factor, (1 - shift) / factor)
    if factor > 0:
        return Spline(ends, (ZERO, factor, ZERO), ZERO)
    return Spline(ends[::-1], (ZERO, factor, ZERO), _ONE)


def soft_shrink(threshold: Fraction) -> Spline:
    """The function x - t for x > t, x + t for x < -t and 0 between, with t = threshold.

    Raises:
        ScopeError: the threshold is negative: the function has a jump.
    """
    if threshold < 0:
        raise ScopeError(f"soft shrink: expected a threshold of at least 0, got {threshold}")
    if threshold == 0:
        return identity()
    return Spline((-threshold, threshold), (_ONE, ZERO, _ONE), ZERO)


def maximum() -> Network:
    """The function max(a, b), Q^2 -> Q: relu(a - b) + relu(b) - relu(-b)."""
    return Network(
        (Affine.dense([[1, -1], [0, 1], [0, -1]], [0, 0, 0]), Affine.dense([[1, 1, -1]], [0]))
    )


def minimum() -> Network:
    """The function min(a, b), Q^2 -> Q: relu(b) - relu(-b) - relu(b - a)."""
    return Network(
        (Affine.dense([[-1, 1], [0, 1], [0, -1]], [0, 0, 0]), Affine.dense([[-1, 1, -1]], [0]))
    )


def maximum_above_zero() -> Network:
    """The function max(a, b) where b >= 0, Q^2 -> Q: relu(a - b) + relu(b)."""
    return Network((Affine.dense([[1, -1], [0, 1]], [0, 0]), Affine.dense([[1, 1]], [0])))


def maxout(pieces: Affine) -> Network:
    """The maximum of k affine functions, Q^n -> Q, with ceil(log2 k) hidden layers.

    Theorem: T41 (activation gadgets), with the tree of T10.

    Raises:
        ShapeError: there is no function.
    """
    if not pieces.outputs:
        raise ShapeError("maxout: expected at least one affine function")
    wiring = Wiring(pieces.inputs)
    options = wiring.entry.mapped(pieces)
    best = wiring.maxima(options, (tuple(range(pieces.outputs)),))
    return wiring.network(best)
