"""Bounds of units by linear programs: the best that triangles of the units before can give.

Every unit y = relu(z) before that bends on z in [l, u] counts as a point of the triangle y >= 0,
y >= z, y <= its chord. The least value of an argument over the triangles and the box is what the
slopes of `verify.prove.signs.slopes` climb towards; its duals are the multipliers of a lemma.
Where the programs narrow [l, u] clearly, the chord is that of the narrow interval, which the
certificate shows by two lemmas of the same kind. Floats propose.

Source: R. Ehlers 2017, arXiv 1705.01320 (the triangle); H. Salman et al. 2019, arXiv 1902.08722
(its program is what backward relaxation is the dual of, and programs for the bounds inside).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray

from theory.domain import Box
from theory.network import Network
from theory.stability import Layers, zonotope_ranges
from verify.prove.floats import Array, nearest_floats
from verify.prove.signs.slopes import Multiplier, Proposal, Relaxation, RelaxedLayer, float_ends

_CLEAR = 1.0 / (1 << 16)  # a least value below this, in parts of the range, shows no sign
_LIGHT = 1.0 / (1 << 20)  # duals that are smaller, in parts of the greatest, are left out
_LOWER = 7 / 8  # of the height of a triangle, and its chord is worth two lemmas


@dataclass(frozen=True, slots=True)
class _Least:
    """The least value of an argument times a sign, and how it is shown."""

    value: float
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class _Triangles:
    """A layer, and which of its units have narrower triangles than zonotopes give."""

    relaxed: RelaxedLayer
    narrow: NDArray[np.bool_]


class TrianglePrograms:
    """Linear programs for the units of a network on a box, one layer after the other."""

    def __init__(self, network: Network, box: Box) -> None:
        self._network, self._box = network, box
        self._relaxation = Relaxation(network, box)
        self._layers: list[_Triangles] = []
        self._ends: dict[tuple[int, int], tuple[_Least, _Least]] = {}  # of arguments, and of -

    def enter(self, known: Layers, units: Collection[int]) -> list[Proposal]:
        """Signs of units of the next layer, where its programs show one."""
        layer = len(self._layers)
        if not layer:
            return []
        low, high = self._ranges(known)
        program = _Program(self._layers, self._box)
        signs = []
        for unit in (index for index, one in enumerate(known[layer]) if not one.sign):
            ends = self._found(program, unit, 1), self._found(program, unit, -1)
            self._ends[layer, unit] = ends
            clear = _CLEAR * float(high[unit] - low[unit])
            shown = [end.proposal for end in ends if unit in units and end.value > clear]
            signs += [replace(proposal, is_bound=False) for proposal in shown]
        return signs

    def leave(self, known: Layers) -> None:
        """Make triangles of the units of the layer that have no sign now."""
        layer = len(self._layers)
        low, high = self._ranges(known)
        narrow = np.zeros(len(low), dtype=np.bool_)
        for unit, one in enumerate(known[layer]):
            ends = self._ends.get((layer, unit))
            if ends is None or one.sign:
                continue
            closer = max(ends[0].value, low[unit]), min(-ends[1].value, high[unit])
            if closer[0] < 0 < closer[1]:
                narrow[unit] = _height(*closer) < _LOWER * _height(low[unit], high[unit])
            if narrow[unit]:
                low[unit], high[unit] = closer
        relaxed = self._relaxation.relaxed(known[layer], layer, low, high)
        self._layers.append(_Triangles(relaxed, narrow))

    def with_bounds(self, signs: Sequence[Proposal]) -> tuple[Proposal, ...]:
        """The signs, and the bounds inside that their chords rest on, layer by layer."""
        found, todo = list(signs), list(signs)
        seen: set[tuple[int, int]] = set()
        while todo:
            for layer, unit, _, _, chord in todo.pop().multipliers:
                if chord and (layer, unit) not in seen:
                    seen.add((layer, unit))
                    inside = [end.proposal for end in self._ends[layer, unit]]
                    found += inside
                    todo += inside
        return tuple(sorted(found, key=lambda proposal: proposal.layer))

    def _ranges(self, known: Layers) -> tuple[Array, Array]:
        layer = len(self._layers)
        return float_ends(zonotope_ranges(self._network, self._box, known)[layer])

    def _found(self, program: "_Program", unit: int, sign: int) -> _Least:
        layer = len(self._layers)
        value, multipliers = program.minimum(*self._relaxation.argument(layer, unit, sign))
        return _Least(value, Proposal(layer, unit, sign, multipliers, is_bound=True))


def _height(low: float, high: float) -> float:
    """The greatest distance of the chord of relu from it."""
    return -low * high / (high - low)


class _Program:
    """Inputs in a box and units in triangles, the points at which arguments are minimised.

    A column for every input and every unit that bends; what other units are is put in.
    """

    def __init__(self, layers: Sequence[_Triangles], box: Box) -> None:
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.silent()
        low, high = nearest_floats(box.lower), nearest_floats(box.upper)
        for ends in zip(low, high, strict=True):
            self._solver.addVar(*ends)
        self._columns: list[tuple[int, int, bool]] = []  # layer, unit, whether it is narrow
        self._inputs = len(low)
        self._weight, self._bias = np.eye(len(low)), np.zeros(len(low))
        for index, layer in enumerate(layers):
            self._add(index, layer)

    def _add(self, index: int, layer: _Triangles) -> None:
        """Triangles over the arguments of a layer, and its units as sums of columns."""
        relaxed = layer.relaxed
        arguments = relaxed.weight @ self._weight
        constants = relaxed.weight @ self._bias + relaxed.bias
        bending = np.flatnonzero(relaxed.bends)
        straight = np.where(relaxed.bends, 0.0, relaxed.slope)
        before = arguments.shape[1]
        self._weight = np.zeros((len(constants), before + len(bending)))
        self._weight[:, :before] = straight[:, None] * arguments
        self._bias = straight * constants
        for column, unit in enumerate(map(int, bending), before):
            self._weight[unit, column] = 1.0
            self._columns.append((index, unit, bool(layer.narrow[unit])))
            self._solver.addVar(0.0, highspy.kHighsInf)
            slope, lift = float(relaxed.slope[unit]), float(relaxed.lift[unit])
            self._row(column, arguments[unit], float(constants[unit]), 1.0)
            self._row(column, -slope * arguments[unit], -slope * constants[unit] - lift, -1.0)

    def _row(self, column: int, argument: Array, constant: float, sign: float) -> None:
        """The row sign * column >= argument + constant, the argument taken with its sign."""
        inside = np.flatnonzero(argument)
        columns = np.append(inside, column).astype(np.int32)
        entries = np.append(-argument[inside], sign)
        self._solver.addRow(constant, highspy.kHighsInf, len(columns), columns, entries)

    def minimum(self, row: Array, bias: float) -> tuple[float, tuple[Multiplier, ...]]:
        """The least value of row * units + bias, and the multipliers that show it.

        Where the solver gives no optimum, there is no bound.
        """
        cost = row @ self._weight
        self._solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return -np.inf, ()
        value = self._solver.getInfo().objective_function_value + float(row @ self._bias) + bias
        return value, tuple(self._multipliers())

    def _multipliers(self) -> Iterator[Multiplier]:
        """Duals of the sides of the triangles; the chords that zonotopes have are left to them."""
        solution = self._solver.getSolution()
        plain = np.maximum(np.array(solution.col_dual)[self._inputs :], 0.0)
        duals = np.maximum(np.array(solution.row_dual), 0.0).reshape(-1, 2)
        light = _LIGHT * max(plain.max(initial=0.0), duals.max(initial=0.0))
        plain[plain <= light] = 0.0
        duals[duals <= light] = 0.0
        for (layer, unit, narrow), one, (above, chord) in zip(
            self._columns, plain, duals, strict=True
        ):
            found = float(one), float(above), float(chord) if narrow else 0.0
            if any(found):
                yield layer, unit, *found
