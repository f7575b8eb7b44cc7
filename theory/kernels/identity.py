"""When do two infinitely wide ReLU networks have the same kernels? A normal form decides.

The variances of a network can be moved: dividing a layer's weight variance by c and multiplying
that of the next layer, and the bias variances before it, by c changes neither kernel. What is
left of a network when all weight variances but the first are 1 is its normal form.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ShapeError
from theory.kernels.recursion import Interval, Variances, enclosures, kernels
from theory.network import Vector

KERNELS = ("K", "T")
_FIRST_BITS, _LAST_BITS = 64, 4096
Pair = tuple[Vector, Vector]


@dataclass(frozen=True, slots=True)
class NormalForm:
    """All that the kernels of an infinitely wide network depend on.

    Attributes:
        scale: W = w_0 w_1 ... w_L.
        biases: b_l w_(l+1) ... w_L for l = 0, ..., L.
    """

    scale: Fraction
    biases: Vector

    @property
    def variances(self) -> Variances:
        """The network with weight variances W, 1, ..., 1 that has the same kernels."""
        return Variances((self.scale, *(Fraction(1),) * (len(self.biases) - 1)), self.biases)


def normal_form(variances: Variances) -> NormalForm:
    """The normal form of a network; without biases it is its depth and the product W.

    Theorem: T70 (kernels and depth).
    """
    scale, biases = Fraction(1), []
    for weight, bias in zip(reversed(variances.weights), reversed(variances.biases), strict=True):
        biases.append(bias * scale)
        scale *= weight
    return NormalForm(scale, tuple(reversed(biases)))


@dataclass(frozen=True, slots=True)
class SameKernels:
    """Both networks have the same kernels K and T at every pair of points: one normal form."""

    form: NormalForm


@dataclass(frozen=True, slots=True)
class DifferentKernels:
    """The networks differ: at a rational pair the values of one kernel lie in disjoint intervals.

    Attributes:
        kernel: `K` or `T`.
        first: The point x.
        second: The point y.
        left: Where the left network's value lies.
        right: Where the right one's lies.
    """

    kernel: str
    first: Vector
    second: Vector
    left: Interval
    right: Interval


@dataclass(frozen=True, slots=True)
class UndecidedKernels:
    """The normal forms differ, so the kernels K do (T70), but no pair that was tried shows it.

    Attributes:
        pairs: How many were tried.
        bits: With how many bits at most.
    """

    pairs: int
    bits: int


def compared_kernels(
    left: Variances, right: Variances, inputs: int, pairs: Iterable[Pair] = ()
) -> SameKernels | DifferentKernels | UndecidedKernels:
    """Are the kernels of two networks with so many inputs the same functions?

    Networks with different normal forms have different kernels K; what is looked for is a pair
    of points that shows it, among those given and then `usual_pairs`, first in K and then in T.

    Theorem: T70 (kernels and depth).

    Raises:
        ShapeError: there are no inputs, or the points of a pair have different dimensions.
    """
    form = normal_form(left)
    if form == normal_form(right):
        return SameKernels(form)
    tried = [*pairs, *usual_pairs(inputs)]
    bits = _FIRST_BITS
    while bits <= _LAST_BITS:
        for kernel in KERNELS:
            for pair in tried:
                shown = _shown(kernel, (left, right), pair, bits)
                if shown is not None:
                    return shown
        bits *= 4
    return UndecidedKernels(len(tried), _LAST_BITS)


def usual_pairs(inputs: int) -> Iterator[Pair]:
    """Pairs of small points: equal, zero, at an angle, opposite, of different lengths.

    Raises:
        ShapeError: there are no inputs.
    """
    if inputs < 1:
        raise ShapeError(f"points: expected at least 1 input, got {inputs}")
    axes = [
        tuple(Fraction(int(index == axis)) for index in range(inputs)) for axis in range(inputs)
    ]
    origin = (Fraction(0),) * inputs
    first, last = axes[0], axes[-1]
    yield first, first
    yield origin, origin
    if inputs >= 2:
        yield first, last
        yield first, tuple(3 * a / 5 + 4 * b / 5 for a, b in zip(first, last, strict=True))
    yield first, tuple(-entry for entry in first)
    yield origin, first
    yield first, tuple(2 * entry for entry in first)
    yield first, tuple(-3 * entry for entry in last)


def _shown(
    kernel: str, sides: tuple[Variances, Variances], pair: Pair, bits: int
) -> DifferentKernels | None:
    """The difference of a kernel at a pair, if so many bits show it."""
    index = KERNELS.index(kernel)
    found = [enclosures(kernels(*pair, side), bits) for side in sides]
    if found[0] is None or found[1] is None:
        return None
    left, right = found[0][index], found[1][index]
    return DifferentKernels(kernel, *pair, left, right) if left.is_apart(right) else None
