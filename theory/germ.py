"""Germs: what a network is near a face of its complex, extended to all of R^n.

At a point p of a face a unit with a positive preactivation is linear near p and one with a
negative preactivation is zero; only the units that are exactly zero at p stay. So the germ is
a tiny network of those units. It is found from any region that holds p: the activations of
that region are corrected, layer by layer, by what the undecided units change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from theory.form import Form, IntegerNetwork
from theory.region import LinearRegion
from theory.unit import Number, Unit, UnitSum, affine_sum, relu_of

Correction = tuple[list[Number], dict[Unit, Number]]


@dataclass(slots=True)
class GermReader:
    """Reads germs of one network, given as integers.

    Attributes:
        network: The network.
    """

    network: IntegerNetwork
    _columns: list[list[list[tuple[int, int]]]] = field(init=False)
    _lines: dict[tuple[Number, ...], UnitSum] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._columns = []
        for layer in self.network.layers[1:]:
            columns: dict[int, list[tuple[int, int]]] = {}
            for index, row in enumerate(layer.rows):
                for column, weight in row:
                    columns.setdefault(column, []).append((index, weight))
            width = max(columns, default=-1) + 1
            self._columns.append([columns.get(column, []) for column in range(width)])

    def germs(self, region: LinearRegion, point: Form) -> tuple[UnitSum, ...]:
        """The germs of all outputs at a point of the closed cell of a region.

        Args:
            region: A region of this network.
            point: A homogeneous point (x0 > 0) of its cell.

        Returns:
            For each output a sum of units that vanish at the point; as the region's outputs,
            it is the network's scale times the true germ.
        """
        corrections: dict[int, Correction] = {}
        size = len(point)
        for depth, forms in enumerate(region.preactivations):
            active = region.pattern.layers[depth]
            arriving = self._arriving(depth, corrections, size)
            undecided = _zeros(forms, point)
            corrections = {index: change for index, change in arriving.items() if active[index]}
            for index in undecided:
                change = self._change(forms[index], arriving.get(index), active[index])
                if change is None:
                    corrections.pop(index, None)
                else:
                    corrections[index] = change
        last = self._arriving(len(region.preactivations), corrections, size)
        return tuple(_corrected(form, last.get(index)) for index, form in enumerate(region.outputs))

    def _arriving(
        self, depth: int, corrections: Mapping[int, Correction], size: int
    ) -> dict[int, Correction]:
        """The corrections of the preactivations of a layer."""
        found: dict[int, Correction] = {}
        if not depth:
            return found
        columns = self._columns[depth - 1]
        for source, (form, units) in corrections.items():
            if source >= len(columns):
                continue
            for target, weight in columns[source]:
                known = found.get(target)
                if known is None:
                    known = found[target] = ([0] * size, {})
                total, weights = known
                for index, entry in enumerate(form):
                    if entry:
                        total[index] += weight * entry
                for unit, inner in units.items():
                    weights[unit] = weights.get(unit, 0) + weight * inner
        return found

    def _change(self, form: Form, arriving: Correction | None, active: bool) -> Correction | None:
        """Relu of an undecided preactivation minus the activation that the region has."""
        value = self._relu(_corrected(form, arriving))
        if not active:
            total = list(value.form)
        else:
            total = [a - b for a, b in zip(value.form, form, strict=True)]
        if not value.units and not any(total):
            return None
        return total, dict(value.units)

    def _relu(self, argument: UnitSum) -> UnitSum:
        if argument.units:
            return relu_of(argument)
        return self.relu_of_form(argument.form)

    def relu_of_form(self, form: tuple[Number, ...]) -> UnitSum:
        """relu(form) as a sum; the same form comes again and again, at every face."""
        known = self._lines.get(form)
        if known is None:
            known = self._lines[form] = relu_of(affine_sum(form))
        return known


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


def _corrected(form: Form, correction: Correction | None) -> UnitSum:
    if correction is None:
        return UnitSum(form, {})
    total, weights = correction
    return UnitSum(
        tuple(a + b for a, b in zip(form, total, strict=True)),
        {unit: weight for unit, weight in weights.items() if weight},
    )
