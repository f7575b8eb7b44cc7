"""Masking in time: a random recurrent network holds one that is close to a target's.

    target     h_t = relu(W h_(t-1) + U x_t + b),  y_t = C h_t + c,   k units
    random     the same form with n units; all weights drawn, biases and the start free

k units of the random network, in order, whose weights among each other, from the inputs and to the
outputs are near the target's get its biases and its start. The others start at 0 and get biases
with which they stay 0 as long as the k units keep to their intervals; so the k units never see
them, and what they do is a recurrent network of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Affine, Vector
from theory.random_weights import STEP, drawn, enough_draws, off_bias, require_limit
from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.recurrent_bounds import Intervals, image, inductive_bounds

Matrix = tuple[Vector, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """All that is drawn of a recurrent network: W, U and C, and the number d of inputs."""

    states: Matrix
    inputs: Matrix
    outputs: Matrix
    width: int

    @staticmethod
    def of(network: RecurrentNetwork) -> "Weights":
        """The weights of a network."""
        return Weights(
            network.state_rows, network.input_rows, network.output.weight, network.inputs
        )

    @property
    def units(self) -> int:
        """The number of units."""
        return len(self.states)

    @property
    def largest(self) -> Fraction:
        """The largest weight, in size."""
        parts = (self.states, self.inputs, self.outputs)
        return max((abs(v) for part in parts for row in part for v in row), default=ZERO)

    def chosen(self, places: Sequence[int]) -> "Weights":
        """The weights of some units among each other, from the inputs and to the outputs."""
        return Weights(
            tuple(tuple(self.states[i][j] for j in places) for i in places),
            tuple(self.inputs[i] for i in places),
            tuple(tuple(row[j] for j in places) for row in self.outputs),
            self.width,
        )

    def network(self, bias: Vector, shift: Vector, start: Vector) -> RecurrentNetwork:
        """The recurrent network of relu with these weights."""
        rows = [[*one, *other] for one, other in zip(self.states, self.inputs, strict=True)]
        step = Affine.dense(rows, bias, self.units + self.width)
        return RecurrentNetwork(step, Affine.dense(self.outputs, shift, self.units), start)


def random_weights(seed: int, units: int, inputs: int, outputs: int, limit: Fraction) -> Weights:
    """Independent weights, uniform on the odd multiples of 2^-16 in [-R, R].

    Unit after unit, so that fewer units of a seed are the first ones of more.

    Raises:
        ScopeError: R is no positive multiple of 2^-15.
    """
    random = Random(seed)
    states: list[list[Fraction]] = []
    ins, outs = list[Vector](), list[Vector]()
    for size in range(1, units + 1):
        ins.append(drawn(random, inputs, limit))
        outs.append(drawn(random, outputs, limit))
        row, column = drawn(random, size, limit), drawn(random, size - 1, limit)
        for before, weight in zip(states, column, strict=True):
            before.append(weight)
        states.append([*row])
    readers = tuple(tuple(one[index] for one in outs) for index in range(outputs))
    return Weights(tuple(map(tuple, states)), tuple(ins), readers, inputs)


def planted(weights: Weights, part: Weights, places: Sequence[int]) -> Weights:
    """The weights with those of a part among some units, in this order.

    Raises:
        ShapeError: there is not one place for every unit of the part, or one is there twice.
    """
    _require_places(part, places)
    index = {place: unit for unit, place in enumerate(places)}
    states = tuple(
        tuple(
            part.states[index[i]][index[j]] if i in index and j in index else entry
            for j, entry in enumerate(row)
        )
        for i, row in enumerate(weights.states)
    )
    inputs = tuple(part.inputs[index[i]] if i in index else r for i, r in enumerate(weights.inputs))
    outputs = tuple(
        tuple(own[index[j]] if j in index else entry for j, entry in enumerate(row))
        for row, own in zip(weights.outputs, part.outputs, strict=True)
    )
    return Weights(states, inputs, outputs, weights.width)


def _require_places(part: Weights, places: Sequence[int]) -> None:
    if len(places) != part.units or len(set(places)) != len(places):
        raise ShapeError(f"masking: expected {part.units} different places")


def require_relu(target: RecurrentNetwork) -> None:
    """Refuse targets of other units, or without inputs.

    Raises:
        ScopeError: it is one.
    """
    if target.activation != "relu" or not target.inputs:
        raise ScopeError("target: expected units of relu, and inputs")


def state_bounds(network: RecurrentNetwork, box: Box, steps: int | None) -> Intervals | None:
    """Intervals that hold the start and h_1, ..., h_T; for all times, if `steps` is None.

    None where no intervals for all times were found.
    """
    start = tuple((value, value) for value in network.start)
    points = tuple(zip(box.lower, box.upper, strict=True))
    if steps is None:
        found = inductive_bounds(network, box)
        return None if found is None else _hull(start, found)
    hull = now = start
    for _ in range(steps):
        now = image(network, now, points)
        hull = _hull(hull, now)
    return hull


def _hull(one: Intervals, other: Intervals) -> Intervals:
    pairs = zip(one, other, strict=True)
    return tuple((min(a, c), max(b, d)) for (a, b), (c, d) in pairs)


def masked_recurrence(
    weights: Weights,
    target: RecurrentNetwork,
    places: Sequence[int],
    box: Box,
    steps: int | None = None,
) -> RecurrentNetwork:
    """The random network in which all units but the matched ones stay 0, T steps or for ever.

    Theorem: T67 (recurrent masking), 1.

    Raises:
        ShapeError: there is not one place for every unit of the target, or one is there twice.
        ScopeError: units other than relu; no intervals for all times were found.
    """
    require_relu(target)
    part = weights.chosen(places)
    _require_places(Weights.of(target), places)
    own = part.network(target.step.bias, target.output.bias, target.start)
    bounds = state_bounds(own, box, steps)
    if bounds is None:
        raise ScopeError("masking: no bounds of the states at all times were found; name the steps")
    ends = Box(
        (*(low for low, _ in bounds), *box.lower), (*(high for _, high in bounds), *box.upper)
    )
    bias, start = [], [ZERO] * weights.units
    for row, reads in zip(weights.states, weights.inputs, strict=True):
        bias.append(off_bias((*(row[place] for place in places), *reads), ends))
    for unit, place in enumerate(places):
        bias[place], start[place] = target.step.bias[unit], target.start[unit]
    return weights.network(tuple(bias), target.output.bias, tuple(start))


def submatrix_share(target: Weights, eta: Fraction, limit: Fraction) -> Fraction:
    """(eta / R)^(k^2 + k (d + l)): how likely k given units match, in one order, at least.

    Theorem: T67 (recurrent masking), 3.

    Raises:
        ScopeError: R is no multiple of 2^-15, eta none of 2^-16, or a weight is above R - eta.
    """
    require_limit(limit)
    if eta <= 0 or (eta / STEP).denominator != 1:
        raise ScopeError(f"eta: expected a positive multiple of {STEP}, got {eta}")
    if target.largest + eta > limit:
        raise ScopeError(f"range: expected at least {target.largest + eta}, got {limit}")
    count = target.units * (target.units + target.width + len(target.outputs))
    return (eta / limit) ** count


def recurrent_width(target: Weights, eta: Fraction, limit: Fraction, delta: Fraction) -> int:
    """Enough units to hold a match, but for delta: k ceil(ln(1 / delta) (R / eta)^(k^2+k(d+l))).

    Theorem: T67 (recurrent masking), 3.

    Raises:
        ScopeError: as `submatrix_share` and `theory.random_weights.enough_draws` say.
    """
    return target.units * enough_draws(1, delta, submatrix_share(target, eta, limit))


def submatrix_match(weights: Weights, target: Weights, eta: Fraction) -> tuple[int, ...] | None:
    """Units of which all weights among each other, from inputs and to outputs are within eta.

    The first in lexical order of all choices of different units; None if there is none.
    """
    return next(_matches(weights, target, eta, ()), None)


def _matches(
    weights: Weights, target: Weights, eta: Fraction, chosen: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    """All matches that begin with the chosen units."""
    unit = len(chosen)
    if unit == target.units:
        yield chosen
        return
    for place in range(weights.units):
        if place not in chosen and _joins(weights, target, eta, (*chosen, place)):
            yield from _matches(weights, target, eta, (*chosen, place))


def _joins(weights: Weights, target: Weights, eta: Fraction, chosen: tuple[int, ...]) -> bool:
    """Whether the last unit fits with those before it."""
    unit, place = len(chosen) - 1, chosen[-1]

    def near(one: Fraction, other: Fraction) -> bool:
        return -eta <= one - other <= eta

    return (
        all(map(near, weights.inputs[place], target.inputs[unit]))
        and all(
            near(a[place], b[unit]) for a, b in zip(weights.outputs, target.outputs, strict=True)
        )
        and all(
            near(weights.states[place][other], target.states[unit][index])
            and near(weights.states[other][place], target.states[index][unit])
            for index, other in enumerate(chosen)
        )
    )


def recurrent_error(target: RecurrentNetwork, box: Box, steps: int, eta: Fraction) -> Fraction:
    """How far outputs can be apart at the times 1, ..., T for any match within eta.

    e_0 = 0, e_t = (|W| + k eta) e_(t-1) + eta (|h_(t-1)|_1 + |x|_1), with the largest sum of a row
    for |W|; outputs differ by (|C| + k eta) e_t + eta |h_t|_1 at most.

    Theorem: T67 (recurrent masking), 2.
    """
    weights, worst, error = Weights.of(target), ZERO, ZERO
    size = sum((max(abs(a), abs(b)) for a, b in zip(box.lower, box.upper, strict=True)), ZERO)
    extra = target.units * eta
    growth = _row_sum(weights.states) + extra
    reading = _row_sum(weights.outputs) + extra
    points = tuple(zip(box.lower, box.upper, strict=True))
    now = tuple((value, value) for value in target.start)
    for _ in range(steps):
        error = growth * error + eta * (_size(now) + size)
        now = image(target, now, points)
        worst = max(worst, reading * error + eta * _size(now))
    return worst


def _row_sum(rows: Matrix) -> Fraction:
    return max((sum(map(abs, row), ZERO) for row in rows), default=ZERO)


def _size(intervals: Intervals) -> Fraction:
    return sum((max(abs(low), abs(high)) for low, high in intervals), ZERO)
