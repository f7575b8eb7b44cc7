"""A piecewise affine function as a maximum of affine functions minus one hidden layer.

Across a facet in the hyperplane h = 0 a continuous piecewise affine function f changes by
k h, with h >= 0 on the far side; it bends upwards where k > 0 and downwards where k < 0. Let
c_h be the largest -k over the facets in h = 0 that bend downwards. Then

    g = f + sum_h c_h relu(h)

bends downwards nowhere, so on a convex domain g is convex and the maximum of its own pieces.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from theory.cone import Cone
from theory.errors import TheoryError
from theory.form import Form, negated, oriented

Cell = tuple[Cone, Form]


@dataclass(frozen=True, slots=True)
class Bend:
    """The least and the greatest bend k over all facets in one hyperplane."""

    least: int
    greatest: int


@dataclass(frozen=True, slots=True)
class Convexification:
    """f = sign * (max(pieces) - sum c relu(h)) on the union of the cells.

    Attributes:
        sign: 1, or -1 where -f needs fewer hyperplanes than f.
        hyperplanes: The forms h, as keys, with their weights c > 0.
        pieces: The distinct affine pieces of the convex function.
        cells: How many cells the hyperplanes cut the given ones into.
    """

    sign: int
    hyperplanes: tuple[tuple[Form, int], ...]
    pieces: tuple[Form, ...]
    cells: int


def bends(cells: Iterable[Cell]) -> Mapping[Form, Bend]:
    """The bends of a piecewise affine function by hyperplane, unbent hyperplanes left out.

    Args:
        cells: Cells with disjoint interiors, face to face, each with its integer form.

    Raises:
        TheoryError: the forms of two neighbours differ on their common facet.
    """
    found: dict[Form, Bend] = {}
    waiting: dict[frozenset[Form], tuple[Form, Form]] = {}
    for cone, piece in cells:
        for facet, members in _facets(cone):
            known = waiting.pop(members, None)
            if known is None:
                waiting[members] = (facet, piece)
                continue
            inward, other = known
            step = tuple(a - b for a, b in zip(other, piece, strict=True))
            if any(step):
                key = oriented(inward)[0]
                bend = _ratio(step, inward)
                before = found.get(key, Bend(bend, bend))
                found[key] = Bend(min(before.least, bend), max(before.greatest, bend))
    return found


def _facets(cone: Cone) -> Iterable[tuple[Form, frozenset[Form]]]:
    """The facets that are not at infinity, each with the generators on it."""
    for index, facet in enumerate(cone.facets):
        if any(facet[1:]):
            members = (
                generator
                for generator, mask in zip(cone.generators, cone.incidence, strict=True)
                if mask >> index & 1
            )
            yield facet, frozenset(members)


def _ratio(step: Form, facet: Form) -> int:
    pivot = next(index for index, entry in enumerate(facet) if entry)
    bend, rest = divmod(step[pivot], facet[pivot])
    if rest or any(a != bend * b for a, b in zip(step, facet, strict=True)):
        raise TheoryError("convexification: the pieces of two cells differ on their common facet")
    return bend


def convexified(cells: Sequence[Cell]) -> Convexification:
    """A function given by its cells as a difference of a maximum and one hidden layer.

    f or -f is made convex, whichever needs fewer hyperplanes.

    Theorem: T07 (convexification by one hidden layer).

    Args:
        cells: Cells that cover a convex domain face to face, with disjoint interiors, each
            with its integer form.

    Raises:
        TheoryError: there are no cells, or the function is not continuous.
    """
    if not cells:
        raise TheoryError("convexification: expected at least one cell")
    known = bends(cells)
    downwards = {key: -bend.least for key, bend in known.items() if bend.least < 0}
    upwards = {key: bend.greatest for key, bend in known.items() if bend.greatest > 0}
    if len(upwards) < len(downwards):
        return _raised([(cone, negated(piece)) for cone, piece in cells], upwards, -1)
    return _raised(cells, downwards, 1)


def _raised(cells: Sequence[Cell], weights: Mapping[Form, int], sign: int) -> Convexification:
    """The convexification by the given hyperplanes and weights."""
    for hyperplane, weight in weights.items():
        cells = [part for cell in cells for part in _cut(cell, hyperplane, weight)]
    pieces = sorted({piece for _, piece in cells})
    return Convexification(sign, tuple(sorted(weights.items())), tuple(pieces), len(cells))


def _cut(cell: Cell, hyperplane: Form, weight: int) -> Iterable[Cell]:
    """The parts of a cell above and below a hyperplane h, with weight * h added above."""
    cone, piece = cell
    above, below = cone.split(hyperplane)
    if above is not None:
        raised = tuple(a + weight * b for a, b in zip(piece, hyperplane, strict=True))
        yield above, raised
    if below is not None:
        yield below, piece
