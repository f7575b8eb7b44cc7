"""A finite three-hidden-layer network that is exact at all inputs of a grid.

Inputs are often numbers of a fixed grid: pixels k / 255, sensor values with few bits. At such
inputs the infinities of the three-hidden-layer form (T22) can be replaced by numbers. Between
the points of the grid the finite network is another function.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor, prod

from theory.domain import Box
from theory.errors import DomainError
from theory.extended import ExtendedNetwork
from theory.forms.three_hidden import three_hidden_form
from theory.network import ZERO, Network, Vector


@dataclass(frozen=True, slots=True)
class GridTrace:
    """What the construction chose.

    Attributes:
        denominator: The q of the grid (1/q) Z^n.
        points: How many points of the grid lie in the box.
        infinities: What infinity became in the second and in the third hidden layer.
        widths: Of the new network, inputs and outputs included.
        theorem: Always T23.
    """

    denominator: int
    points: int
    infinities: tuple[Fraction, Fraction]
    widths: tuple[int, ...]
    theorem: str = "T23"


@dataclass(frozen=True, slots=True)
class GridForm:
    """A network that is equal on a grid, and how it came about."""

    network: Network
    trace: GridTrace


def grid_form(network: Network, box: Box, denominator: int) -> GridForm:
    """A network with three hidden layers and rational weights, equal on (1/q) Z^n in the box.

    Theorem: T23 (finite weights for inputs of a grid). Found for this project.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        box: Where the inputs lie.
        denominator: The q >= 1 of the grid.

    Raises:
        ShapeError: network and box have different numbers of inputs.
        DomainError: the denominator is not positive.
        ScopeError: there are too many inputs.
    """
    if denominator < 1:
        raise DomainError(f"grid: expected a positive denominator, got {denominator}")
    extended = three_hidden_form(network, box).network
    second = Fraction(denominator)
    third = denominator * _largest(extended, box)
    finite = extended.with_infinity((ZERO, second, third, ZERO))
    points = prod(high - low + 1 for low, high in _ranges(box, denominator))
    return GridForm(finite, GridTrace(denominator, points, (second, third), finite.widths))


def _largest(extended: ExtendedNetwork, box: Box) -> Fraction:
    """The greatest value over the box of the finite part of a unit in the third hidden layer.

    The finite part is affine: it reads relu(t) and relu(-t) with opposite weights.
    """
    first, _, third, _ = (layer.finite for layer in extended.layers)
    greatest = ZERO
    for row, bias in zip(third.rows, third.bias, strict=True):
        slope = [ZERO] * box.inputs
        for unit, weight in row:
            for index, entry in first.rows[unit]:
                slope[index] += weight * entry / 2  # each pair counts twice
        ends = zip(slope, box.lower, box.upper, strict=True)
        greatest = max(greatest, bias + sum(max(g * low, g * high) for g, low, high in ends))
    return greatest


def grid_points(box: Box, denominator: int) -> Iterator[Vector]:
    """The points of (1/q) Z^n in the box."""
    steps = [range(low, high + 1) for low, high in _ranges(box, denominator)]
    for entries in product(*steps):
        yield tuple(Fraction(entry, denominator) for entry in entries)


def _ranges(box: Box, denominator: int) -> list[tuple[int, int]]:
    """For each input the least and greatest k with k / q in its interval, or k, k - 1."""
    return [
        (first, max(floor(high * denominator), first - 1))
        for low, high in zip(box.lower, box.upper, strict=True)
        for first in (ceil(low * denominator),)
    ]
