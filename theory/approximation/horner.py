"""Polynomials of any degree by Horner's rule, each product by two sawtooth squares.

    x q = A B ( (|u + v| / 2)^2 - (|u - v| / 2)^2 ),   u = x / A, v = q / B in [-1, 1]

Both squares are replaced by f_m (`theory.approximation.square`), whose errors have one sign and do
not add up. A stage is a network Q^2 -> Q^2, (x, q) -> (x, c + product); stages are composed.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.approximation.square import MOST_DEPTH
from theory.errors import DomainError, ScopeError
from theory.network import ZERO, Affine, Network, Vector

_ONE, _HALF = Fraction(1), Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Stage:
    """The map (x, q) -> (x, c + x q, nearly), where |x| <= A and |q| <= B, both positive.

    Attributes:
        reach: A.
        size: B.
        constant: c.
        depth: m; the product is within A B / 4^(m + 1), and at most A B in absolute value.
    """

    reach: Fraction
    size: Fraction
    constant: Fraction
    depth: int

    @property
    def error(self) -> Fraction:
        """How far the product is away at most.

        Theorem: T54 (depth against error), 3.
        """
        return self.reach * self.size / Fraction(4) ** (self.depth + 1)

    @property
    def network(self) -> Network:
        """The map as a network with m + 1 hidden layers of at most six units.

        Theorem: T54 (depth against error), 3. Source: Yarotsky 2017, arXiv 1610.01145.
        """
        most = self.reach * self.size
        u, v = 1 / self.reach, 1 / self.size
        rows = [[u, v], [-u, -v], [u, -v], [-u, v], [_ONE, ZERO]]
        layers = [Affine.dense(rows, [ZERO] * 4 + [self.reach])]
        # of the layer before: z_1, z_2 (to be squared), the sum so far, x
        state = Affine.dense(
            [
                [_HALF, _HALF, 0, 0, 0],
                [0, 0, _HALF, _HALF, 0],
                [most / 2, most / 2, -most / 2, -most / 2, 0],
                [0, 0, 0, 0, 1],
            ],
            [ZERO, ZERO, ZERO, -self.reach],
        )
        bias = [ZERO, -_HALF, ZERO, -_HALF, most, self.reach]
        spread = Affine.dense(
            [[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
            bias,
        )
        for level in range(1, self.depth + 1):
            layers.append(spread.after(state))
            share = most / 4**level
            state = Affine.dense(
                [
                    [2, -4, 0, 0, 0, 0],
                    [0, 0, 2, -4, 0, 0],
                    [-2 * share, 4 * share, 2 * share, -4 * share, 1, 0],
                    [0, 0, 0, 0, 0, 1],
                ],
                [ZERO, ZERO, -most, -self.reach],
            )
        last = Affine.dense([[0, 0, 0, 1], [0, 0, 1, 0]], [ZERO, self.constant])
        return Network((*layers, last.after(state)))


def stages(polynomial: Vector, low: Fraction, high: Fraction, depth: int) -> tuple[Stage, ...]:
    """The stages of Horner's rule for p of degree n >= 2 on [low, high], n - 1 of them.

    Raises:
        DomainError: low is not below high.
        ScopeError: the degree is below 2, or m is not between 0 and 1000.
    """
    if low >= high:
        raise DomainError(f"horner: expected an interval with an inside, got [{low}, {high}]")
    if len(polynomial) < 3 or not 0 <= depth <= MOST_DEPTH:
        raise ScopeError(f"horner: expected a degree of at least 2, a depth from 0 to {MOST_DEPTH}")
    reach, found = max(abs(low), abs(high)), list[Stage]()
    size = reach * abs(polynomial[-1]) + abs(polynomial[-2])
    for constant in reversed(polynomial[:-2]):
        found.append(Stage(reach, size, constant, depth))
        size = reach * size + abs(constant)
    return tuple(found)


def horner(polynomial: Vector, low: Fraction, high: Fraction, depth: int) -> Network:
    """A network Q -> Q of (n - 1)(m + 1) hidden layers that is near p on [low, high], n >= 2.

    Theorem: T54 (depth against error), 4.

    Raises:
        DomainError, ScopeError: as `stages`.
    """
    parts = stages(polynomial, low, high, depth)
    layers = [Affine.dense([[1], [polynomial[-1]]], [ZERO, polynomial[-2]])]  # x, the first q
    for stage in parts:
        first, *others = stage.network.layers
        layers = [*layers[:-1], first.after(layers[-1]), *others]
    last = Affine.dense([[0, 1]], [0]).after(layers[-1])
    return Network((*layers[:-1], last))


def horner_error(polynomial: Vector, low: Fraction, high: Fraction, depth: int) -> Fraction:
    """How far `horner` is from p at most: E <- A E + (error of the product), stage by stage.

    Theorem: T54 (depth against error), 4.
    """
    found = ZERO
    for stage in stages(polynomial, low, high, depth):
        found = stage.reach * found + stage.error
    return found
