"""Units that cannot change sign on a box, found by interval bounds and written out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from theory.domain import Box, box_scale
from theory.unit import Number, Unit, UnitSum, affine_sum, relu_of, weighted_sum


@dataclass(slots=True)
class _Settling:
    """Settles units over one box; every unit is looked at once."""

    scale: int
    ends: Sequence[tuple[int, int]]
    known: dict[Unit, UnitSum] = field(default_factory=dict)
    greatest: dict[Unit, Number] = field(default_factory=dict)

    def unit(self, unit: Unit) -> UnitSum:
        """A sum equal to the unit on the box."""
        known = self.known.get(unit)
        if known is None:
            known = self.known[unit] = self._settled(unit)
        return known

    def _settled(self, unit: Unit) -> UnitSum:
        size = len(unit.form)
        argument = self.sum(UnitSum(unit.form, dict(unit.inner)))
        low, high = self._range(argument)
        if low >= 0:
            return argument
        if high <= 0:
            return affine_sum((0,) * size)
        return relu_of(argument)

    def sum(self, term: UnitSum) -> UnitSum:
        """A sum equal to the given one on the box, its units settled."""
        terms = [(self.unit(unit), weight) for unit, weight in term.units.items()]
        if all(
            found.units == {unit: 1} for unit, (found, _) in zip(term.units, terms, strict=True)
        ):
            return term
        return weighted_sum([(affine_sum(term.form), 1), *terms], len(term.form))

    def _range(self, argument: UnitSum) -> tuple[Number, Number]:
        """Bounds, times the scale of the box, of a sum on the box."""
        low: Number = argument.form[0] * self.scale
        high = low
        for entry, (left, right) in zip(argument.form[1:], self.ends, strict=True):
            a, b = entry * left, entry * right
            low, high = (low + a, high + b) if a < b else (low + b, high + a)
        for unit, weight in argument.units.items():
            most = self._most(unit)
            if weight > 0:
                high += weight * most
            else:
                low += weight * most
        return low, high

    def _most(self, unit: Unit) -> Number:
        """An upper bound, times the scale, of a unit on the box."""
        known = self.greatest.get(unit)
        if known is None:
            known = max(0, self._range(UnitSum(unit.form, dict(unit.inner)))[1])
            self.greatest[unit] = known
        return known


def settled(sums: Iterable[UnitSum], box: Box) -> tuple[UnitSum, ...]:
    """Sums equal to the given ones on the box, without units that are seen to be linear there."""
    settling = _Settling(*box_scale(box))
    return tuple(settling.sum(term) for term in sums)
