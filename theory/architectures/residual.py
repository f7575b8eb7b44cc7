"""Residual blocks one after the other, or side by side: when are they the same function?

    serial    x_0 = x,  x_k = x_(k-1) + F_k(x_(k-1)),  the result is x_N
    parallel  x + F_1(x) + ... + F_N(x)

Every branch F_k : Q^n -> Q^n is a ReLU network. Serial and parallel are the same if no branch
reads what an earlier one writes: (weight of the first layer of F_l) (weight | bias of the last
layer of F_j) = 0 for all j < l. The parallel blocks are one network as deep as the deepest
branch, its layers block diagonal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ShapeError
from theory.graphs.wiring import Wiring
from theory.network import ZERO, Affine, Network, Row, Vector

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A row of a branch that reads what an earlier branch writes.

    Attributes:
        writer: The number j of the earlier branch, the first is 0.
        reader: The number l of the later one.
        unit: The row of the first layer of the reader.
        column: The unit of the last hidden layer of the writer; None for its last bias.
        product: What that entry of the product of both matrices is instead of 0.
    """

    writer: int
    reader: int
    unit: int
    column: int | None
    product: Fraction


@dataclass(frozen=True, slots=True)
class ResidualBlocks:
    """Branches F_1, ..., F_N : Q^n -> Q^n, at least one."""

    branches: tuple[Network, ...]

    def __post_init__(self) -> None:
        if not self.branches:
            raise ShapeError("residual: expected at least one branch")
        size = self.branches[0].inputs
        if not size:
            raise ShapeError("residual: expected at least one input")
        for index, branch in enumerate(self.branches):
            if (branch.inputs, branch.outputs) != (size, size):
                raise ShapeError(
                    f"branch {index}: expected {size} inputs and outputs, "
                    f"got {branch.inputs} and {branch.outputs}"
                )

    @property
    def size(self) -> int:
        """The n of Q^n."""
        return self.branches[0].inputs

    def serial(self, point: Sequence[Fraction]) -> Vector:
        """The blocks one after the other, exactly."""
        found = tuple(point)
        for branch in self.branches:
            found = _plus(found, branch(found))
        return found

    def parallel(self, point: Sequence[Fraction]) -> Vector:
        """The blocks side by side, exactly."""
        found = tuple(point)
        for branch in self.branches:
            found = _plus(found, branch(point))
        return found


def _plus(one: Vector, other: Vector) -> Vector:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def first_crossing(blocks: ResidualBlocks) -> Crossing | None:
    """The first entry that keeps the blocks from being orthogonal; None: serial = parallel.

    A crossing does not yet say that they differ: what is read may never be used.

    Theorem: T49 (serial and parallel blocks).
    """
    for later, reader in enumerate(blocks.branches):
        for earlier, writer in enumerate(blocks.branches[:later]):
            last = writer.layers[-1]
            linear = Affine(last.outputs, reader.layers[0].rows, (ZERO,) * reader.widths[1])
            product = linear.after(last)
            for unit, (row, bias) in enumerate(zip(product.rows, product.bias, strict=True)):
                if row or bias:
                    column, value = row[0] if row else (None, bias)
                    return Crossing(earlier, later, unit, column, value)
    return None


def serial_network(blocks: ResidualBlocks) -> Network:
    """The blocks one after the other as one layered network, sum of H_k hidden layers.

    Theorem: T49 (serial and parallel blocks), T42 (graphs as layered networks).
    """
    wiring, size = Wiring(blocks.size), blocks.size
    rows = tuple(((index, ONE), (size + index, ONE)) for index in range(size))
    total = Affine(2 * size, rows, (ZERO,) * size)
    stream = wiring.entry
    for branch in blocks.branches:
        value = stream.mapped(branch.layers[0])
        for layer in branch.layers[1:]:
            value = wiring.rectified(value).mapped(layer)
        stream = stream.joined(value).mapped(total)
    return wiring.network(stream)


def parallel_network(blocks: ResidualBlocks) -> Network:
    """The blocks side by side as one network: H = max H_k hidden layers, block diagonal.

    Hidden layer i has 2 n units, relu(x) and relu(-x), and w_k(min(i, H_k)) for every branch with
    hidden layers: a shallower branch carries its last units, which are nonnegative, at one unit
    each. Branches without hidden layer, and x itself, are read from the 2 n; without any hidden
    layer at all the sum is affine.

    Theorem: T49 (serial and parallel blocks).
    """
    size = blocks.size
    depth = max(branch.hidden_layers for branch in blocks.branches)
    eye = _identity(size)
    if not depth:
        return Network((_sum([eye, *(branch.layers[0] for branch in blocks.branches)]),))
    bent = [branch for branch in blocks.branches if branch.hidden_layers]
    straight = _sum([eye, *(b.layers[0] for b in blocks.branches if not b.hidden_layers)])
    signed = Affine(
        2 * size,
        tuple(((index, ONE), (size + index, -ONE)) for index in range(size)),
        (ZERO,) * size,
    )
    mirrored = Affine(size, eye.rows + tuple(((i, -ONE),) for i in range(size)), (ZERO,) * 2 * size)
    layers = [_stacked([mirrored, *(branch.layers[0] for branch in bent)])]
    for level in range(1, depth):
        parts = [_identity(2 * size)]
        for branch in bent:
            goes_on = level < branch.hidden_layers
            last = branch.widths[branch.hidden_layers]
            parts.append(branch.layers[level] if goes_on else _identity(last))
        layers.append(_diagonal(parts))
    ends = _diagonal([straight.after(signed), *(branch.layers[-1] for branch in bent)])
    count = 1 + len(bent)
    columns = [[(part * size + index, ONE) for part in range(count)] for index in range(size)]
    added = Affine(count * size, tuple(map(tuple, columns)), (ZERO,) * size)
    return Network((*layers, added.after(ends)))


def _identity(size: int) -> Affine:
    return Affine(size, tuple(((index, ONE),) for index in range(size)), (ZERO,) * size)


def _sum(maps: Sequence[Affine]) -> Affine:
    """The sum of affine maps of one shape."""
    size = maps[0].outputs
    rows = tuple(
        tuple((part * size + index, ONE) for part in range(len(maps))) for index in range(size)
    )
    return Affine(len(maps) * size, rows, (ZERO,) * size).after(_stacked(maps))


def _stacked(maps: Iterable[Affine]) -> Affine:
    """X -> (A x, B x, ...)."""
    listed = list(maps)
    rows = tuple(row for one in listed for row in one.rows)
    return Affine(listed[0].inputs, rows, tuple(bias for one in listed for bias in one.bias))


def _diagonal(maps: Iterable[Affine]) -> Affine:
    """(x, y, ...) -> (A x, B y, ...)."""
    rows: list[Row] = []
    bias: list[Fraction] = []
    offset = 0
    for one in maps:
        rows += [tuple((offset + column, weight) for column, weight in row) for row in one.rows]
        bias += one.bias
        offset += one.inputs
    return Affine(offset, tuple(rows), tuple(bias))


@dataclass(frozen=True, slots=True)
class Cost:
    """What serial and parallel blocks cost, each branch with H_k hidden layers of its widths.

    Attributes:
        serial_depth: Hidden layers that have to be waited for, one after the other: sum of H_k.
        parallel_depth: max H_k.
        serial_width: The most units of the branches at work at one time: max of all widths.
        parallel_width: The same side by side: max over i of the sum of w_k(min(i, H_k)).
        units: Hidden units of the branches themselves, the same for both.
    """

    serial_depth: int
    parallel_depth: int
    serial_width: int
    parallel_width: int
    units: int


def cost(blocks: ResidualBlocks) -> Cost:
    """The formulae of T49 for some blocks; what carries x is not counted.

    Theorem: T49 (serial and parallel blocks).
    """
    depths = [branch.hidden_layers for branch in blocks.branches]
    widths = [branch.widths for branch in blocks.branches]
    together = [
        sum(w[min(level, h)] for w, h in zip(widths, depths, strict=True) if h)
        for level in range(1, max(depths) + 1)
    ]
    return Cost(
        sum(depths),
        max(depths),
        max((size for w in widths for size in w[1:-1]), default=0),
        max(together, default=0),
        sum(branch.units for branch in blocks.branches),
    )
