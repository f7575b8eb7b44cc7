"""Step functions on the lines of the plane: how much a function bends, and where.

The bend of a piecewise affine f at a point of the line h = 0 is the k with f(above) - f(below)
= k h nearby. Along the line it is a step function of the place; every edge of the regions of f
adds its bend between its two ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.cone import Cone
from theory.errors import TheoryError
from theory.form import Form, oriented
from theory.network import Vector
from theory.unit import Number

End = Fraction | None
Steps = tuple[tuple[End, Vector], ...]
Cell = tuple[Cone, tuple[Form, ...]]


@dataclass(frozen=True, slots=True)
class KinkLine:
    """The bends along one line h = 0, h = (c, a, b) an oriented primitive form.

    Attributes:
        line: h.
        steps: Pairs (start, bend), starts increasing: from the place `start` on, where the place
            of (x, y) is a y - b x, every output bends by its entry of `bend`. The first start
            is None for minus infinity. Before the first step nothing bends.
    """

    line: Form
    steps: tuple[tuple[End, Vector], ...]


class Bends:
    """Step functions on lines, under construction: what is added to the bend at which place."""

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs
        self.events: dict[Form, dict[End, list[Number]]] = {}

    def add(self, cells: Iterable[Cell], weights: Sequence[Sequence[Number]]) -> None:
        """Add sum_i weights[i] * (component i of a function), given by its cells.

        Raises:
            TheoryError: the cells are no continuous function.
        """
        waiting: dict[tuple[Form, Form], tuple[Form, tuple[Form, ...]]] = {}
        for cone, pieces in cells:
            generators = cone.generators
            for index, facet in enumerate(cone.facets):
                if not any(facet[1:]):
                    continue
                one, other = generators[index], generators[index + 1 - len(generators)]
                ends = (one, other) if one < other else (other, one)
                known = waiting.pop(ends, None)
                if known is None:
                    waiting[ends] = (facet, pieces)
                elif known[1] != pieces:
                    self._add_edge(ends, known, pieces, weights)

    def _add_edge(
        self,
        ends: tuple[Form, Form],
        inside: tuple[Form, tuple[Form, ...]],
        outside: tuple[Form, ...],
        weights: Sequence[Sequence[Number]],
    ) -> None:
        """Add the bend at an edge, where `inside` holds the pieces on the side facet >= 0."""
        facet, pieces = inside
        bend: list[Number] = [0] * self.outputs
        for one, other, column in zip(pieces, outside, weights, strict=True):
            factor = _ratio(one, other, facet)
            for output, weight in enumerate(column):
                bend[output] += factor * weight
        line = oriented(facet)[0]
        events = self.events.setdefault(line, {})
        start, end = _places(line, ends)
        for place, sign in ((start, 1), (end, -1)):
            if sign < 0 and place is None:
                continue
            total = events.setdefault(place, [0] * self.outputs)
            for output, entry in enumerate(bend):
                total[output] += sign * entry

    def lines(self, scale: int) -> tuple[KinkLine, ...]:
        """The canonical step functions, divided by the scale."""
        found = []
        for line, events in sorted(self.events.items()):
            bend: list[Number] = [0] * self.outputs
            steps: list[tuple[End, Vector]] = []
            places: list[End] = [None] if None in events else []
            places += sorted(place for place in events if place is not None)
            for place in places:
                if any(events[place]):
                    bend = [a + b for a, b in zip(bend, events[place], strict=True)]
                    steps.append((place, tuple(Fraction(entry) / scale for entry in bend)))
            if steps:
                found.append(KinkLine(line, tuple(steps)))
        return tuple(found)


def _ratio(above: Form, below: Form, facet: Form) -> int:
    """The k with above - below = k * facet."""
    pivot = 1 if facet[1] else 2
    bend = (above[pivot] - below[pivot]) // facet[pivot]
    if any(a - b != bend * c for a, b, c in zip(above, below, facet, strict=True)):
        raise TheoryError("kinks: the pieces of two cells differ on their common edge")
    return bend


def _places(line: Form, ends: tuple[Form, Form]) -> tuple[End, End]:
    """The places of an edge's ends along its line, the first one less; None is infinite."""
    _, a, b = line
    found: list[Fraction] = []
    ray = 0
    for x0, x, y in ends:
        along = a * y - b * x
        if x0:
            found.append(Fraction(along, x0))
        else:
            ray = along
    if len(found) == 2:
        return min(found), max(found)
    return (None, found[0]) if ray < 0 else (found[0], None)
