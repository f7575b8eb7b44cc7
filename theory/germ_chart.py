"""Germs that depend on few directions, seen in coordinates of exactly those directions.

Lines that all vanish on one flat have gradients that span a space of dimension r <= n; a sum
of their units is a function of r coordinates. A chart takes r coordinates of R^n whose
gradient entries determine the forms, so that forms become integer vectors of length r.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq_mat, fmpz_mat

from theory.triangulation import pivots
from theory.unit import Number, Unit

Slope = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The coordinates, and for each the rational form that has slope 1 there and 0 elsewhere."""

    coordinates: tuple[int, ...]
    dual: tuple[tuple[Fraction, ...], ...]

    def slope(self, form: Sequence[Number]) -> Slope:
        """The integer vector of a form that lies in the span of the chart."""
        return tuple(int(form[index]) for index in self.coordinates)

    def lifted(self, slope: Sequence[Number]) -> tuple[Fraction, ...]:
        """The form of a vector: the inverse of `slope`."""
        total = [Fraction(0)] * len(self.dual[0])
        for entry, form in zip(slope, self.dual, strict=True):
            if entry:
                for index, value in enumerate(form):
                    total[index] += entry * value
        return tuple(total)


def all_units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units and all units inside them, inner ones first."""
    found: set[Unit] = set()
    waiting = list(units)
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting.extend(inner for inner, _ in unit.inner)
    return tuple(sorted(found))


def chart_of(units: Iterable[Unit]) -> Chart:
    """The chart of units whose forms all vanish on one common flat."""
    forms = [unit.form for unit in all_units(units)]
    rows = [form[1:] for form in forms]
    chosen = pivots(list(zip(*rows, strict=True)), len(rows))
    basis = [forms[index] for index in chosen]
    columns = pivots([form[1:] for form in basis], len(basis[0]) - 1)
    coordinates = tuple(column + 1 for column in columns)
    square = fmpz_mat([[form[index] for index in coordinates] for form in basis])
    dual = fmpq_mat(square).inv() * fmpq_mat(fmpz_mat([list(form) for form in basis]))
    return Chart(
        coordinates,
        tuple(
            tuple(Fraction(int(entry.p), int(entry.q)) for entry in row) for row in dual.tolist()
        ),
    )
