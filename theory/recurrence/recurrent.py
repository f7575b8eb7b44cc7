"""Recurrent networks with exact rational weights: sequences of Q^d to sequences of Q^m.

    h_t = s(W h_(t-1) + U x_t + b),   y_t = C h_t + c,   t = 1, 2, 3, ...

from a start h_0 that belongs to the network. The activation s is relu, the saturated-linear
clip to [0, 1], or the identity. These are the Elman networks whose steps are piecewise affine.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Affine, Vector, relu

ACTIVATIONS = ("relu", "saturated", "identity")
ONE = Fraction(1)


def activated(activation: str, value: Fraction) -> Fraction:
    """relu(value), value clipped to [0, 1], or the value itself."""
    if activation == "identity":
        return value
    return relu(value) if activation == "relu" else min(relu(value), ONE)


@dataclass(frozen=True, slots=True)
class RecurrentNetwork:
    """A recurrent network; its inputs may be none, which makes it a closed system.

    Attributes:
        step: The affine map (h, x) -> W h + U x + b, Q^(n + d) -> Q^n; states come first.
        output: The affine map h -> C h + c, Q^n -> Q^m.
        start: The state h_0 of Q^n.
        activation: `relu`, `saturated` or `identity`, the same for all units.
    """

    step: Affine
    output: Affine
    start: Vector
    activation: str = "relu"

    def __post_init__(self) -> None:
        units = len(self.start)
        if self.activation not in ACTIVATIONS:
            raise ScopeError(f"activation: expected {' or '.join(ACTIVATIONS)}")
        if self.step.outputs != units or self.output.inputs != units:
            raise ShapeError(f"recurrent network: expected maps to and from {units} units")
        if self.step.inputs < units:
            raise ShapeError(f"recurrent network: expected at least {units} columns in the step")
        if not self.output.outputs:
            raise ShapeError("recurrent network: expected at least one output")

    @property
    def units(self) -> int:
        """The dimension n of the state."""
        return len(self.start)

    @property
    def inputs(self) -> int:
        """The dimension d of each input."""
        return self.step.inputs - self.units

    @property
    def outputs(self) -> int:
        """The dimension m of each output."""
        return self.output.outputs

    def after(self, state: Sequence[Fraction], point: Sequence[Fraction] = ()) -> Vector:
        """The state that follows a state on an input, exactly.

        Raises:
            ShapeError: the state or the input has another dimension.
        """
        if len(state) != self.units:
            raise ShapeError(f"state: expected {self.units} numbers, got {len(state)}")
        values = self.step((*state, *point))
        return tuple(activated(self.activation, value) for value in values)

    def states(self, points: Iterable[Sequence[Fraction]]) -> Iterator[Vector]:
        """h_1, h_2, ... on x_1, x_2, ..., as they come."""
        state = self.start
        for point in points:
            state = self.after(state, point)
            yield state

    def __call__(self, points: Iterable[Sequence[Fraction]]) -> tuple[Vector, ...]:
        """y_1, ..., y_T on x_1, ..., x_T, exactly: what claims on recurrent networks speak of.

        Theorem: T43 (unrolling and wavefront) writes it as networks without recurrence.
        """
        return tuple(self.output(state) for state in self.states(points))

    @property
    def input_rows(self) -> tuple[Vector, ...]:
        """The matrix U."""
        return tuple(row[self.units :] for row in self.step.weight)

    @property
    def state_rows(self) -> tuple[Vector, ...]:
        """The matrix W."""
        return tuple(row[: self.units] for row in self.step.weight)


def relu_recurrence(network: RecurrentNetwork) -> RecurrentNetwork:
    """The ReLU network with the same outputs: a saturated unit z becomes relu(z), relu(z - 1).

    A network of n saturated units becomes one of 2 n units whose state is (p, q) with
    h = p - q; a ReLU network is itself. The start becomes (h_0, 0).

    Theorem: T43 (unrolling and wavefront), part 3.

    Raises:
        ScopeError: the activation is the identity, whose values are not bounded below.
    """
    if network.activation == "relu":
        return network
    if network.activation == "identity":
        raise ScopeError("a linear recurrent network has states of any sign, so no ReLU form")
    rows = tuple(_doubled(row, network.units) for row in network.step.rows)
    bias = network.step.bias
    step = Affine(
        network.step.inputs + network.units, rows * 2, bias + tuple(entry - 1 for entry in bias)
    )
    outer = tuple(_doubled(row, network.units) for row in network.output.rows)
    output = Affine(2 * network.units, outer, network.output.bias)
    return RecurrentNetwork(step, output, network.start + (ZERO,) * network.units)


def _doubled(row: tuple[tuple[int, Fraction], ...], units: int) -> tuple[tuple[int, Fraction], ...]:
    """The row on (p, q, x) instead of (p - q, x)."""
    states = [(column, weight) for column, weight in row if column < units]
    points = [(column + units, weight) for column, weight in row if column >= units]
    return (*states, *((column + units, -weight) for column, weight in states), *points)
