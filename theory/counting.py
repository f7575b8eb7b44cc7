"""How many linear regions a ReLU network can have: bounds from its widths alone.

zaslavsky   one hidden layer, exact for hyperplanes in general position
serra       an upper bound for every network of these widths
montufar    a lower bound for some network of these widths
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, prod

from theory.errors import ShapeError


@dataclass(frozen=True, slots=True)
class RegionBounds:
    """What the widths of a network say about its linear regions.

    Attributes:
        most: No network of these widths has more activation patterns with an interior.
        product: The simpler bound: one layer after the other, each in general position.
        reached: Some network of these widths has at least so many regions over R^n.
    """

    most: int
    product: int
    reached: int


def zaslavsky(hyperplanes: int, inputs: int) -> int:
    """The sum over j <= n of binom(k, j): the most cells that k hyperplanes cut R^n into.

    Theorem: T31 (counting linear regions). Source: Zaslavsky 1975; Schlaefli before 1852.

    Raises:
        ShapeError: a number is negative.
    """
    _require(inputs, (hyperplanes,))
    return sum(comb(hyperplanes, number) for number in range(inputs + 1))


def serra(inputs: int, hidden: Sequence[int]) -> int:
    """The upper bound of Serra, Tjandraatmadja and Ramalingam for hidden layers of these widths.

    The sum over (j_1, ..., j_L) with j_l <= min(n, n_1 - j_1, ..., n_(l-1) - j_(l-1), n_l) of
    binom(n_1, j_1) ... binom(n_L, j_L).

    Theorem: T31 (counting linear regions). Source: Serra, Tjandraatmadja, Ramalingam 2018,
    arXiv 1711.02114.

    Raises:
        ShapeError: a number is negative.
    """
    _require(inputs, hidden)
    widths = tuple(hidden)

    @cache
    def rest(layer: int, dimension: int) -> int:
        if layer == len(widths):
            return 1
        width = widths[layer]
        return sum(
            comb(width, off) * rest(layer + 1, min(dimension, width - off))
            for off in range(min(dimension, width) + 1)
        )

    return rest(0, inputs)


def layer_product(inputs: int, hidden: Sequence[int]) -> int:
    """The product over the layers of zaslavsky(n_l, min(n, n_1, ..., n_(l-1))).

    Theorem: T31 (counting linear regions). Source: Raghu et al. 2017, arXiv 1606.05336; Montufar
    2017.

    Raises:
        ShapeError: a number is negative.
    """
    _require(inputs, hidden)
    dimensions = [min((inputs, *hidden[:index])) for index in range(len(hidden))]
    pairs = zip(hidden, dimensions, strict=True)
    return prod(zaslavsky(width, dimension) for width, dimension in pairs)


def montufar(inputs: int, hidden: Sequence[int]) -> int:
    """Some network with hidden layers of these widths has at least this many linear regions.

    prod_(l < L) floor(n_l / n)^n * sum_(j <= n) binom(n_L, j), for widths of at least n; 1 where
    a layer is narrower, since the construction needs n units in each.

    Theorem: T31 (counting linear regions). Source: Montufar, Pascanu, Cho, Bengio 2014,
    arXiv 1402.1869.

    Raises:
        ShapeError: a number is negative.
    """
    _require(inputs, hidden)
    if not hidden or not inputs or min(hidden) < inputs:
        return 1
    *inner, last = hidden
    folds = prod(width // inputs for width in inner)
    return int(folds**inputs) * zaslavsky(last, inputs)


def region_bounds(inputs: int, hidden: Sequence[int]) -> RegionBounds:
    """All bounds for networks with n inputs that matter and hidden layers of these widths.

    Theorem: T31 (counting linear regions).

    Raises:
        ShapeError: a number is negative.
    """
    return RegionBounds(
        serra(inputs, hidden), layer_product(inputs, hidden), montufar(inputs, hidden)
    )


def _require(inputs: int, widths: Sequence[int]) -> None:
    if inputs < 0 or any(width < 0 for width in widths):
        raise ShapeError("counting: expected numbers of inputs and units that are not negative")
