"""The polyhedral complex of the linear regions: its compact faces, each met once.

Neighbouring cells share whole facets, because the zero set of a continuous preactivation cuts
a facet in the same way from both sides. So a face is known by its vertices, and each facet
inside the domain belongs to exactly two cells.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from theory.form import Form
from theory.region import LinearRegion


@dataclass(frozen=True, slots=True)
class Face:
    """A compact face of dimension at most n - 2.

    Attributes:
        dimension: 0 for a vertex.
        point: A point of its relative interior, homogeneous with x0 > 0.
        region: One of the regions that hold it.
    """

    dimension: int
    point: Form
    region: LinearRegion


@dataclass(slots=True)
class Facet:
    """A compact face of dimension n - 1.

    Attributes:
        form: Primitive, zero on the facet, nonnegative on `before`.
        before: The region met first.
        after: The region on the other side; None where the domain ends.
    """

    form: Form
    before: LinearRegion
    after: LinearRegion | None = None


@dataclass(slots=True)
class CompactComplex:
    """All compact faces of the regions of a network over a domain.

    Attributes:
        inputs: The dimension n of the domain.
        regions: All regions, bounded or not.
        bounded: Those whose cell is compact.
        facets: The compact faces of dimension n - 1.
        faces: The compact faces of lower dimension.
    """

    inputs: int
    regions: list[LinearRegion] = field(default_factory=list)
    bounded: list[LinearRegion] = field(default_factory=list)
    facets: list[Facet] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of compact faces of dimension 0, 1, ..., n."""
        numbers = [0] * (self.inputs + 1)
        for face in self.faces:
            numbers[face.dimension] += 1
        numbers[self.inputs - 1] += len(self.facets)
        numbers[self.inputs] += len(self.bounded)
        return tuple(numbers)


def compact_complex(regions: Iterable[LinearRegion], inputs: int) -> CompactComplex:
    """The compact faces of regions that fit together face to face.

    Theorem: T03 (enumeration of linear regions), the part on the complex.
    """
    found = CompactComplex(inputs)
    numbers: dict[Form, int] = {}
    facets: dict[tuple[int, ...], Facet] = {}
    seen: set[tuple[int, ...]] = set()
    for region in regions:
        found.regions.append(region)
        if region.cell.is_bounded:
            found.bounded.append(region)
        generators = region.cell.generators
        # A ray gets the number -1: faces with one are not compact.
        names = [
            numbers.setdefault(generator, len(numbers)) if generator[0] else -1
            for generator in generators
        ]
        for dimension, members in region.cell.faces()[:-1]:
            key = tuple(sorted([names[member] for member in members]))
            if key[0] < 0:
                continue
            if dimension == inputs - 1:
                _meet_facet(facets, key, members, region)
            elif key not in seen:
                seen.add(key)
                found.faces.append(Face(dimension, _inside(generators, members), region))
    found.facets.extend(facets.values())
    return found


def _meet_facet(
    facets: dict[tuple[int, ...], Facet],
    key: tuple[int, ...],
    members: tuple[int, ...],
    region: LinearRegion,
) -> None:
    known = facets.get(key)
    if known is not None:
        known.after = region
        return
    common = -1
    for member in members:
        common &= region.cell.incidence[member]
    facets[key] = Facet(region.cell.facets[common.bit_length() - 1], region)


def _inside(generators: tuple[Form, ...], members: tuple[int, ...]) -> Form:
    if len(members) == 1:
        return generators[members[0]]
    return tuple(map(sum, zip(*(generators[member] for member in members), strict=True)))
