"""Directed acyclic graphs of affine and ReLU nodes: what networks with skips compute.

    v_j = x_j for the inputs,   v_i = relu(b_i + sum_(j < i) w_ij v_j)   or the same without relu

Every node may read every value before it, so residual connections, concatenations, slices and
shared parts are all of this kind. `theory.graphs.layering` writes a circuit as a layered network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ShapeError
from theory.network import ZERO, Affine, Row, Vector, relu


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a circuit.

    Attributes:
        row: (number of an earlier value, nonzero weight) pairs, numbers increasing.
        bias: What is added to their sum.
        level: The hidden layer of a unit, above those of all that it reads; an affine node
            has at least the levels of what it reads.
        rectified: Whether relu is applied.
        least: A number that the value is never below, if one is known; 0 for a unit.
        group: Affine nodes of one operation, kept or written out together.
    """

    row: Row
    bias: Fraction
    level: int
    rectified: bool
    least: Fraction | None = None
    group: int = 0


@dataclass(frozen=True, slots=True)
class Circuit:
    """A function Q^inputs -> Q^outputs; values 0 to inputs - 1 are the inputs.

    Attributes:
        inputs: The dimension of x.
        nodes: The values from number `inputs` on.
        outputs: From all values to the outputs.
        depth: At least the level of every value that is read; the hidden layers of the layered
            network. Nodes above it are left out.
    """

    inputs: int
    nodes: tuple[Node, ...]
    outputs: Affine
    depth: int

    def __post_init__(self) -> None:
        levels = [0] * self.inputs
        for number, node in enumerate(self.nodes, start=self.inputs):
            if node.row and node.row[-1][0] >= number:
                raise ShapeError(f"circuit: value {number} reads value {node.row[-1][0]}")
            before = max((levels[column] for column, _ in node.row), default=0)
            if not before + node.rectified <= node.level:
                raise ShapeError(f"circuit: value {number} cannot have level {node.level}")
            levels.append(node.level)
        if self.outputs.inputs != len(levels):
            raise ShapeError(f"circuit: outputs read {self.outputs.inputs} of {len(levels)} values")
        if any(levels[column] > self.depth for row in self.outputs.rows for column, _ in row):
            raise ShapeError(f"circuit: an output reads a value above level {self.depth}")

    def values(self, point: Sequence[Fraction]) -> Vector:
        """The inputs and the values of all nodes at a point, exactly.

        Raises:
            ShapeError: the point has another dimension.
        """
        if len(point) != self.inputs:
            raise ShapeError(f"point: expected {self.inputs} coordinates, got {len(point)}")
        found = list(point)
        for node in self.nodes:
            value = sum((weight * found[column] for column, weight in node.row), node.bias)
            found.append(relu(value) if node.rectified else value)
        return tuple(found)

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """The outputs at a point, exactly: the definition that the layered network must meet."""
        return self.outputs(self.values(point))

    def least(self, number: int) -> Fraction | None:
        """A number that the value is never below, if one is known."""
        if number < self.inputs:
            return None
        node = self.nodes[number - self.inputs]
        return ZERO if node.rectified else node.least

    def level(self, number: int) -> int:
        """The number of ReLU layers before the value is there; 0 for an input."""
        return 0 if number < self.inputs else self.nodes[number - self.inputs].level
