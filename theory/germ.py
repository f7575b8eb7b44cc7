"""Germs: what a network is near a face of its complex, extended to all of R^n.

At a point p of a face a unit with a positive preactivation is linear near p and one with a
negative preactivation is zero; only the units that are exactly zero at p stay. So the germ is
a tiny network of those units. It is read off any region that holds p: there the network is
affine, and each undecided unit z adds relu(z) - z where the region has it active, relu(z)
where it has not. How a later unit or an output feels such a change is one number, which
depends on the region alone.
"""

from collections.abc import Sequence

from theory.form import Form, IntegerNetwork
from theory.region import LinearRegion
from theory.unit import Number, Unit, UnitSum, affine_sum, relu_of

_Place = tuple[int, int]


class GermReader:
    """Reads germs of one network, given as integers."""

    def __init__(self, network: IntegerNetwork) -> None:
        self._columns: list[list[list[_Place]]] = []
        width = network.inputs
        for layer in network.layers:
            columns: list[list[_Place]] = [[] for _ in range(width)]
            for index, row in enumerate(layer.rows):
                for column, weight in row:
                    columns[column].append((index, weight))
            self._columns.append(columns)
            width = len(layer.rows)
        self._widths = [len(layer.rows) for layer in network.layers]
        self._lines: dict[tuple[Number, ...], UnitSum] = {}
        self._region: LinearRegion | None = None
        self._effects: dict[_Place, list[list[int]]] = {}

    def germs(self, region: LinearRegion, point: Form) -> tuple[UnitSum, ...]:
        """The germs of all outputs at a point of the closed cell of a region.

        Args:
            region: A region of this network.
            point: A homogeneous point (x0 > 0) of its cell.

        Returns:
            For each output a sum of units that vanish at the point; as the region's outputs,
            it is the network's scale times the true germ.
        """
        changes: list[tuple[int, list[list[int]], UnitSum]] = []
        for depth, forms in enumerate(region.preactivations):
            for index in _zeros(forms, point):
                argument = _changed(forms[index], _felt(changes, depth, index))
                change = self.relu(argument)
                if region.pattern.layers[depth][index]:
                    change = _changed(argument.form, [(change, 1), (argument, -1)], start=0)
                if change.units or any(change.form):
                    changes.append((depth, self._effect(region, depth, index), change))
        last = len(region.preactivations)
        return tuple(
            _changed(form, _felt(changes, last, index)) for index, form in enumerate(region.outputs)
        )

    def relu(self, argument: UnitSum) -> UnitSum:
        """The relu of a sum; the same lines come again and again, at every face."""
        if argument.units:
            return relu_of(argument)
        known = self._lines.get(argument.form)
        if known is None:
            known = self._lines[argument.form] = relu_of(argument)
        return known

    def relu_of_form(self, form: Form) -> UnitSum:
        """relu(form) as a sum."""
        return self.relu(affine_sum(form))

    def _effect(self, region: LinearRegion, depth: int, index: int) -> list[list[int]]:
        """What a change of one unit changes in each later layer, as long as the region lasts."""
        if region is not self._region:
            self._region, self._effects = region, {}
        known = self._effects.get((depth, index))
        if known is not None:
            return known
        found: list[list[int]] = []
        sources = [(index, 1)]
        for later in range(depth + 1, len(self._columns)):
            total = [0] * self._widths[later]
            columns = self._columns[later]
            for source, effect in sources:
                for target, weight in columns[source]:
                    total[target] += weight * effect
            found.append(total)
            if later < len(region.preactivations):
                active = region.pattern.layers[later]
                sources = [pair for pair in enumerate(total) if pair[1] and active[pair[0]]]
        self._effects[depth, index] = found
        return found


def _felt(
    changes: Sequence[tuple[int, list[list[int]], UnitSum]], depth: int, index: int
) -> list[tuple[UnitSum, int]]:
    """The changes of earlier layers with their effects on one unit of a layer."""
    return [
        (change, effects[depth - before - 1][index])
        for before, effects, change in changes
        if before < depth
    ]


def _changed(
    form: tuple[Number, ...], terms: Sequence[tuple[UnitSum, int]], start: int = 1
) -> UnitSum:
    """The form times start, plus the sum of weight * sum."""
    if not terms:
        return UnitSum(form, {})
    total: list[Number] = list(form) if start else [0] * len(form)
    units: dict[Unit, Number] = {}
    for term, weight in terms:
        if not weight:
            continue
        for place, entry in enumerate(term.form):
            if entry:
                total[place] += weight * entry
        for unit, inner in term.units.items():
            units[unit] = units.get(unit, 0) + weight * inner
    return UnitSum(tuple(total), {unit: weight for unit, weight in units.items() if weight})


def _zeros(forms: Sequence[Form], point: Form) -> list[int]:
    """The indices of the forms that vanish at a homogeneous point."""
    if len(point) == 3:
        x, y, z = point
        return [i for i, (a, b, c) in enumerate(forms) if not a * x + b * y + c * z]
    if len(point) == 4:
        x, y, z, t = point
        return [i for i, (a, b, c, d) in enumerate(forms) if not a * x + b * y + c * z + d * t]
    return [
        index
        for index, form in enumerate(forms)
        if not sum(a * x for a, x in zip(form, point, strict=True))
    ]
