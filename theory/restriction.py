"""A network over a box with fixed inputs is a network of its free inputs alone."""

from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box
from theory.errors import DomainError, ShapeError
from theory.network import Affine, Network, Row, Vector


@dataclass(frozen=True, slots=True)
class Restriction:
    """A network with some inputs set to constants.

    Attributes:
        network: The network of the free inputs, Q^k -> Q^m with 0 < k <= n.
        box: Their intervals.
        free: Their indices among the n inputs, increasing.
        corner: A point of the box; its fixed coordinates are the constants.
    """

    network: Network
    box: Box
    free: tuple[int, ...]
    corner: Vector

    def point(self, free_values: Vector) -> Vector:
        """The point of the whole box with the given free coordinates."""
        values = list(self.corner)
        for index, value in zip(self.free, free_values, strict=True):
            values[index] = value
        return tuple(values)

    def lifted(self, network: Network) -> Network:
        """A network of the free inputs as a network of all inputs, which ignores the fixed ones."""
        first, *rest = network.layers
        rows = tuple(
            tuple((self.free[column], weight) for column, weight in row) for row in first.rows
        )
        return Network((Affine(len(self.corner), rows, first.bias), *rest))


def restricted(network: Network, box: Box) -> Restriction:
    """The network of the free inputs of a box.

    Raises:
        ShapeError: network and box have different numbers of inputs.
        DomainError: the box is a single point.
    """
    if box.inputs != network.inputs:
        raise ShapeError(f"box: expected {network.inputs} inputs, got {box.inputs}")
    fixed = frozenset(box.fixed)
    free = tuple(index for index in range(box.inputs) if index not in fixed)
    if not free:
        raise DomainError("box: all inputs are fixed, so the domain is a single point")
    first, *rest = network.layers
    place = {index: position for position, index in enumerate(free)}
    rows = []
    bias = []
    for row, constant in zip(first.rows, first.bias, strict=True):
        kept, moved = _divided(row, place, box)
        rows.append(kept)
        bias.append(constant + moved)
    layer = Affine(len(free), tuple(rows), tuple(bias))
    inner = Box(
        tuple(box.lower[index] for index in free), tuple(box.upper[index] for index in free)
    )
    return Restriction(Network((layer, *rest)), inner, free, box.lower)


def _divided(row: Row, place: dict[int, int], box: Box) -> tuple[Row, Fraction]:
    """The part of a row that reads free inputs, and the value of the rest."""
    kept = tuple((place[column], weight) for column, weight in row if column in place)
    moved = sum(
        (weight * box.lower[column] for column, weight in row if column not in place), Fraction(0)
    )
    return kept, moved
