"""Step functions of one number: one hidden layer of Heaviside units, H(0) = 1.

    s(x) = c_0 + sum_i (c_i - c_(i-1)) H(x - x_i),    H(t) = 1 where t >= 0 and 0 elsewhere

T57 says how far they are from a function, how few steps there can be, and what ramps cost.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

from theory.errors import DomainError, ShapeError
from theory.network import ZERO, Affine, Network, Vector


@dataclass(frozen=True, slots=True)
class StepNetwork:
    """The function that is values[0] left of all places, and values[i + 1] from places[i] on.

    Attributes:
        places: Where it jumps, increasing.
        values: One more than places.
    """

    places: Vector
    values: Vector

    def __post_init__(self) -> None:
        if not all(one < other for one, other in pairwise(self.places)):
            raise ShapeError("steps: expected increasing places")
        if len(self.values) != len(self.places) + 1:
            raise ShapeError("steps: expected one value more than places")

    def __call__(self, point: Fraction) -> Fraction:
        """s(point); at a place it is the value on the right."""
        return self.values[sum(place <= point for place in self.places)]

    @property
    def heights(self) -> Vector:
        """The weights of the Heaviside units: by how much it jumps."""
        return tuple(after - before for before, after in pairwise(self.values))

    def ramps(self, width: Fraction) -> Network:
        """The ReLU network that rises over [place - width, place] where this one jumps.

        Equal to it elsewhere; two units a step, one hidden layer.

        Theorem: T57 (step networks), 5.

        Raises:
            DomainError: the width is not positive, or more than two places are apart.
        """
        gaps = [other - one for one, other in pairwise(self.places)]
        if width <= 0 or any(gap < width for gap in gaps):
            raise DomainError("ramps: expected a positive width, at most what is between steps")
        shifts = [shift for place in self.places for shift in (width - place, -place)]
        weights = [sign * height / width for height in self.heights for sign in (1, -1)]
        hidden = Affine.dense([[Fraction(1)] for _ in shifts], shifts, 1)
        return Network((hidden, Affine.dense([weights], [self.values[0]], len(weights))))


def step_error(lipschitz: Fraction, length: Fraction) -> Fraction:
    """K h / 2: the midrange of f on a piece of length h is so near, if f has the constant K.

    Theorem: T57 (step networks), 1.
    """
    return lipschitz * length / 2


def enough_steps(low: Fraction, high: Fraction, lipschitz: Fraction, epsilon: Fraction) -> int:
    """The least number of equidistant pieces, less one, for which step_error allows epsilon.

    Theorem: T57 (step networks), 1.

    Raises:
        DomainError: epsilon is not positive.
    """
    return _least_pieces(lipschitz * (high - low), epsilon) - 1


def necessary_steps(variation: Fraction, epsilon: Fraction) -> int:
    """ceil(|f(b) - f(a)| / (2 epsilon)) - 1: for continuous f no fewer steps are enough.

    For monotone f so many are.

    Theorem: T57 (step networks), 3.

    Raises:
        DomainError: epsilon is not positive.
    """
    return _least_pieces(abs(variation), epsilon) - 1


def _least_pieces(size: Fraction, epsilon: Fraction) -> int:
    if epsilon <= ZERO:
        raise DomainError(f"epsilon: expected a positive number, got {epsilon}")
    return max(1, ceil(size / (2 * epsilon)))
