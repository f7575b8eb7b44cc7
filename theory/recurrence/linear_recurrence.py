"""Linear recurrent networks: equal on sequences of every length, or a sequence that tells.

With activation `identity`, y_t is an affine function of x_1, ..., x_t.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from theory.errors import ScopeError, ShapeError
from theory.network import Vector
from theory.recurrence.recurrent import RecurrentNetwork


def markov_parameters(network: RecurrentNetwork, count: int) -> tuple[tuple[Vector, ...], ...]:
    """C W^k U for k = 0, ..., count - 1, each as its columns: one for each input.

    Theorem: T45 (linear recurrent networks); the name is that of control theory.

    Raises:
        ScopeError: the network is not linear.
    """
    if network.activation != "identity":
        raise ScopeError("Markov parameters are those of a linear recurrent network")
    columns = [tuple(row[index] for row in network.input_rows) for index in range(network.inputs)]
    found = []
    for _ in range(count):
        found.append(tuple(_product(network.output.weight, column) for column in columns))
        columns = [_product(network.state_rows, column) for column in columns]
    return tuple(found)


def _product(rows: Sequence[Vector], column: Vector) -> Vector:
    return tuple(
        sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for row in rows
    )


def telling_sequence(
    left: RecurrentNetwork, right: RecurrentNetwork, lower: Vector, upper: Vector
) -> tuple[Vector, ...] | None:
    """Inputs from the box lower <= x <= upper after which outputs differ; None if there are none.

    It is enough to look at the times 1, ..., n + n' + 1: at the sequence that is always in the
    middle of the box, and at those whose first input is at an end of one coordinate instead.

    Theorem: T45 (linear recurrent networks).

    Raises:
        ScopeError: a network is not linear.
        ShapeError: inputs or outputs are not as many on both sides.
    """
    for network in (left, right):
        if network.activation != "identity":
            raise ScopeError("expected linear recurrent networks")
    if (left.inputs, left.outputs) != (right.inputs, right.outputs):
        raise ShapeError("expected as many inputs and outputs on both sides")
    times = left.units + right.units + 1
    for sequence in _sequences(lower, upper, times):
        for time, (one, other) in enumerate(zip(left(sequence), right(sequence), strict=True), 1):
            if one != other:
                return sequence[:time]
    return None


def _sequences(lower: Vector, upper: Vector, times: int) -> Iterator[tuple[Vector, ...]]:
    """One base sequence, and those that differ from it in one coordinate of the first input."""
    middle = tuple((a + b) / 2 for a, b in zip(lower, upper, strict=True))
    yield (middle,) * times
    for index, end in enumerate(upper):
        if end != middle[index]:
            first = (*middle[:index], end, *middle[index + 1 :])
            yield (first, *(middle,) * (times - 1))
