"""Recurrent networks without their recurrence, and networks as recurrent ones.

Theorem: T43 (unrolling and wavefront).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Affine, Network, Row, Vector
from theory.recurrence.recurrent import RecurrentNetwork, relu_recurrence

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Expression:
    """constant + sum of weight * unit, in the units of one layer."""

    weights: dict[int, Fraction] = field(default_factory=dict)
    constant: Fraction = ZERO

    def times(self, factor: Fraction) -> "Expression":
        """The expression times a number."""
        weights = {unit: factor * weight for unit, weight in self.weights.items()}
        return Expression(weights if factor else {}, factor * self.constant)

    def plus(self, other: "Expression") -> "Expression":
        """The sum."""
        total = dict(self.weights)
        for unit, weight in other.weights.items():
            total[unit] = total.get(unit, ZERO) + weight
        kept = {unit: weight for unit, weight in total.items() if weight}
        return Expression(kept, self.constant + other.constant)


def unrolled(
    network: RecurrentNetwork, steps: int, every_output: bool = False, lower: Vector | None = None
) -> Network:
    """The network (x_1, ..., x_T) -> y_T, or (y_1, ..., y_T), without recurrence.

    With n units of relu, d inputs and m outputs layer t has n + 2 d (T - t) units, or
    n + d (T - t) where each x_t >= `lower`; and min(n, 2 m) (t - 1) more for every output.
    A saturated network is made one of relu first; a linear one becomes affine.

    Theorem: T43 (unrolling and wavefront), part 1.

    Raises:
        ScopeError: there are no steps, or the recurrent network has no inputs.
        ShapeError: `lower` is not one number for each input.
    """
    if steps < 1 or not network.inputs:
        raise ScopeError("unroll: expected at least one step, and a network with inputs")
    if lower is not None and len(lower) != network.inputs:
        raise ShapeError(f"unroll: expected {network.inputs} lower ends, got {len(lower)}")
    if network.activation == "identity":
        return _affine(network, steps, every_output)
    return _Unrolling(relu_recurrence(network), steps, every_output, lower).network()


class _Unrolling:
    """The layers so far; what is still needed is written in the units of the last one."""

    def __init__(
        self, network: RecurrentNetwork, steps: int, every_output: bool, lower: Vector | None
    ) -> None:
        self.recurrent, self.steps, self.every_output = network, steps, every_output
        self.lower = lower
        self.layers: list[Affine] = []
        self.width = steps * network.inputs
        self.state = [Expression(constant=value) for value in network.start]
        self.points = [Expression({unit: ONE}) for unit in range(self.width)]
        self.told: list[Expression] = []  # outputs that were given before

    def network(self) -> Network:
        """All steps, and the outputs."""
        for _ in range(self.steps):
            self.step()
        last = [*self.told, *_applied(self.recurrent.output, self.state)]
        return Network((*self.layers, _layer(last, self.width)))

    def step(self) -> None:
        """One more hidden layer."""
        inputs = self.recurrent.inputs
        now, later = self.points[:inputs], self.points[inputs:]
        units = _applied(self.recurrent.step, [*self.state, *now])
        new_state = [Expression({unit: ONE}) for unit in range(len(units))]
        outputs = _applied(self.recurrent.output, self.state) if self.layers else []
        if self.every_output:
            fresh = self._fresh(outputs, units)
            keep = self._kept if self._has_few_units else self._signed
            self.told = [*keep(self.told, units), *fresh]
        keep = self._signed if self.lower is None else self._kept
        self.points = keep(later, units) if self.layers else self._first_inputs(later, units)
        self.layers.append(_layer(units, self.width))
        self.width, self.state = len(units), new_state

    def _kept(self, needed: list[Expression], units: list[Expression]) -> list[Expression]:
        """The expressions in the new units, one for each old one: relu(u) = u for u >= 0."""
        places: dict[int, int] = {}
        for unit in sorted({unit for one in needed for unit in one.weights}):
            places[unit] = len(units)
            units.append(Expression({unit: ONE}))
        return [
            Expression({places[unit]: w for unit, w in one.weights.items()}, one.constant)
            for one in needed
        ]

    @property
    def _has_few_units(self) -> bool:
        """Whether outputs are cheaper by the state's units than by two units each."""
        return self.recurrent.units <= 2 * self.recurrent.outputs

    def _fresh(self, outputs: list[Expression], units: list[Expression]) -> list[Expression]:
        """Outputs of the last step in the new units: by the state, or as two units each."""
        if self._has_few_units:
            count = len(units)
            units += [Expression({unit: ONE}) for unit in range(self.recurrent.units)] * bool(
                outputs
            )
            return [
                Expression({count + unit: w for unit, w in one.weights.items()}, one.constant)
                for one in outputs
            ]
        return self._signed(outputs, units)

    def _signed(self, needed: list[Expression], units: list[Expression]) -> list[Expression]:
        """V = relu(v) - relu(-v), of the number itself, so that the units are those of before.

        In the calculus relu(-v) is relu(v) - v, of which it is not seen that it is its own relu.
        """
        found = []
        for one in needed:
            found.append(Expression({len(units): ONE, len(units) + 1: -ONE}))
            units += [one, one.times(-ONE)]
        return found

    def _first_inputs(self, later: list[Expression], units: list[Expression]) -> list[Expression]:
        """The inputs of later steps, which may have any sign, or a lower end: one unit each."""
        if self.lower is None:
            return self._signed(later, units)
        found = []
        for index, one in enumerate(later):
            end = self.lower[index % len(self.lower)]
            found.append(Expression({len(units): ONE}, end))
            units.append(one.plus(Expression(constant=-end)))
        return found


def _applied(layer: Affine, values: list[Expression]) -> list[Expression]:
    """The outputs of an affine map at expressions."""
    found = []
    for row, bias in zip(layer.rows, layer.bias, strict=True):
        total = Expression(constant=bias)
        for column, weight in row:
            total = total.plus(values[column].times(weight))
        found.append(total)
    return found


def _layer(expressions: Iterable[Expression], inputs: int) -> Affine:
    listed = list(expressions)
    rows = tuple(tuple(sorted(one.weights.items())) for one in listed)
    return Affine(inputs, rows, tuple(one.constant for one in listed))


def _affine(network: RecurrentNetwork, steps: int, every_output: bool) -> Network:
    """The unrolled linear network."""
    points = [Expression({unit: ONE}) for unit in range(steps * network.inputs)]
    state, found = [Expression(constant=value) for value in network.start], list[Expression]()
    for index in range(steps):
        first = index * network.inputs
        state = _applied(network.step, [*state, *points[first : first + network.inputs]])
        if every_output or index == steps - 1:
            found += _applied(network.output, state)
    return Network((_layer(found, len(points)),))


def wavefront(network: Network) -> RecurrentNetwork:
    """The recurrent network that gives f(x_1) at time D, with D hidden layers of f.

    It does so from any start and for any later inputs x_2, ..., x_D. Its units are the hidden
    units of f; an affine f gets one hidden layer of 2 n units first.

    Theorem: T43 (unrolling and wavefront), part 2.
    """
    if not network.hidden_layers:
        network = _with_hidden_layer(network)
    layers, count = network.layers[:-1], network.units
    rows: list[Row] = []
    before = -1  # the first unit of the block before
    for index, layer in enumerate(layers):
        shift = before if index else count
        rows += [tuple((shift + column, weight) for column, weight in row) for row in layer.rows]
        before = len(rows) - layer.outputs
    bias = tuple(value for layer in layers for value in layer.bias)
    step = Affine(count + network.inputs, tuple(rows), bias)
    last = network.layers[-1]
    read = tuple(tuple((before + column, weight) for column, weight in row) for row in last.rows)
    return RecurrentNetwork(step, Affine(count, read, last.bias), (ZERO,) * count)


def _with_hidden_layer(network: Network) -> Network:
    """An affine map with relu(x) and relu(-x) between."""
    count, last = network.inputs, network.layers[0]
    rows = tuple(((unit, sign),) for sign in (ONE, -ONE) for unit in range(count))
    split = Affine(count, rows, (ZERO,) * (2 * count))
    outer = tuple((*row, *((count + unit, -weight) for unit, weight in row)) for row in last.rows)
    return Network((split, Affine(2 * count, outer, last.bias)))
