"""Polyhedra with an interior as pointed cones of integers, cut by hyperplanes without an LP.

A polyhedron P in R^n is kept as the closed cone over {1} x P in R^(n+1). A generator
(x0, x1, ..., xn) is the vertex (x1, ..., xn) / x0 where x0 > 0 and a ray where x0 = 0; a facet
is a primitive integer form that is nonnegative on P. An unbounded P has the facet
(1, 0, ..., 0), the plane at infinity, where at least n independent rays lie on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product
from math import gcd, lcm
from operator import mul

from flint import fmpq_mat, fmpz_mat

from theory.domain import Box, Domain, Polytope
from theory.errors import DomainError, ScopeError
from theory.form import Form, coordinate_forms, negated, primitive
from theory.network import Vector

MOST_START_CONES = 1 << 12


@dataclass(frozen=True, slots=True)
class Cone:
    """A polyhedron of R^n with interior and without lines, homogenised.

    In the plane (n = 2) generators go around: facet i holds the generators i and i + 1, the
    last one the last and the first. Build cones by the functions of this module, which keep that.

    Attributes:
        generators: The extreme rays, primitive.
        incidence: For each generator a bit mask: bit k is set where facet k holds it.
        facets: Irredundant primitive forms, nonnegative on the polyhedron.
    """

    generators: tuple[Form, ...]
    incidence: tuple[int, ...]
    facets: tuple[Form, ...]

    @property
    def inputs(self) -> int:
        """The dimension n of the space and of the polyhedron."""
        return len(self.generators[0]) - 1

    @property
    def is_bounded(self) -> bool:
        """Whether every generator is a vertex."""
        return all(generator[0] for generator in self.generators)

    @property
    def vertices(self) -> tuple[Vector, ...]:
        """The vertices as points of Q^n."""
        return tuple(point_of(generator) for generator in self.generators if generator[0])

    def interior_point(self) -> Vector:
        """A point of the interior: the sum of the generators, seen as a point."""
        return point_of(tuple(map(sum, zip(*self.generators, strict=True))))

    def values(self, form: Form) -> list[int]:
        """The values of a form at the generators."""
        if len(form) == 3:
            a, b, c = form
            return [a * x + b * y + c * z for x, y, z in self.generators]
        if len(form) == 4:
            a, b, c, d = form
            return [a * x + b * y + c * z + d * t for x, y, z, t in self.generators]
        return [sum(map(mul, form, generator)) for generator in self.generators]

    def split(self, form: Form) -> "tuple[Cone | None, Cone | None]":
        """The parts where form >= 0 and where form <= 0; None where a part has no interior.

        The new facets are primitive(form) and its negative. The zero form gives the cone twice.
        """
        values = self.values(form)
        low, high = min(values), max(values)
        if low >= 0:
            return self, (None if high else self)
        if high <= 0:
            return None, self
        if len(form) == 3:
            return _split_polygon(self, primitive(form), values)
        return _split_polyhedron(self, primitive(form), values)

    def clip(self, forms: Iterable[Form]) -> "Cone | None":
        """The part where all forms are nonnegative; None if it has no interior."""
        part: Cone | None = self
        for form in forms:
            if part is None:
                return None
            part = part.split(form)[0]
        return part

    def faces(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """All nonempty faces as (dimension, indices of generators), the cone itself last.

        The dimension is that of the face of the polyhedron: 0 for a vertex. Faces that lie at
        infinity are listed too; a compact face is one whose generators are all vertices.
        """
        count = len(self.generators)
        if self.inputs == 2:
            ends = [tuple(sorted((index, (index + 1) % count))) for index in range(count)]
            middle = [(1, pair) for pair in ends]
        elif self.inputs == 3:
            middle = [(1, pair) for pair in _edges(self)]
            middle += [(2, members) for members in self._facet_members()]
        else:
            middle = _inner_faces(self)
        corners = [(0, (index,)) for index in range(count)]
        return (*corners, *middle, (self.inputs, tuple(range(count))))

    def _facet_members(self) -> list[tuple[int, ...]]:
        return [
            tuple(index for index, mask in enumerate(self.incidence) if mask >> facet & 1)
            for facet in range(len(self.facets))
        ]


def point_of(generator: Sequence[int]) -> Vector:
    """The point (x1, ..., xn) / x0 of a homogeneous vector with x0 > 0."""
    return tuple(Fraction(entry, generator[0]) for entry in generator[1:])


def homogeneous(point: Sequence[Fraction]) -> Form:
    """The primitive integer vector (x0, x0 p) with x0 > 0 of a rational point p."""
    scale = lcm(*(entry.denominator for entry in point))
    return (scale, *(int(entry * scale) for entry in point))


@lru_cache
def _around(count: int) -> tuple[int, ...]:
    """The incidence of a polygon: generator i lies on the facets i - 1 and i."""
    return tuple(1 << index | 1 << (index - 1) % count for index in range(count))


def _polygon(generators: list[Form], facets: list[Form]) -> Cone:
    return Cone(tuple(generators), _around(len(generators)), tuple(facets))


def _crossing(facet: Form, form: Form, ends: tuple[Form, Form], values: tuple[int, int]) -> Form:
    """The generator where form = 0 meets the edge between two generators of a facet.

    The cross product of the two forms has far smaller entries than the combination of the two
    generators; only at infinity its direction is unclear.
    """
    (p, q, r), (x, y, z) = facet, form
    first = q * z - r * y
    if not first:
        return _between(ends[0], ends[1], values[0], values[1])
    entries = (first, r * x - p * z, p * y - q * x)
    divisor = gcd(*entries) if first > 0 else -gcd(*entries)
    return entries[0] // divisor, entries[1] // divisor, entries[2] // divisor


def _between(left: Form, right: Form, left_value: int, right_value: int) -> Form:
    """The primitive vector between two generators where a form of opposite signs vanishes."""
    a, b = abs(right_value), abs(left_value)
    return primitive(tuple(a * x + b * y for x, y in zip(left, right, strict=True)))


def _split_polygon(cone: Cone, form: Form, values: list[int]) -> tuple[Cone, Cone]:
    """Both parts of a polygon that the line form = 0 crosses, generators kept going around."""
    generators, facets = cone.generators, cone.facets
    above: list[Form] = []
    below: list[Form] = []
    above_facets: list[Form] = []
    below_facets: list[Form] = []
    opposite = negated(form)
    for index, value in enumerate(values):
        generator, facet = generators[index], facets[index]
        following = values[index + 1 - len(values)]
        if value >= 0:
            above.append(generator)
            above_facets.append(facet if value or following > 0 else form)
        if value <= 0:
            below.append(generator)
            below_facets.append(facet if value or following < 0 else opposite)
        if value < 0 < following or following < 0 < value:
            ends = (generator, generators[index + 1 - len(values)])
            new = _crossing(facet, form, ends, (value, following))
            above.append(new)
            below.append(new)
            above_facets.append(form if value > 0 else facet)
            below_facets.append(facet if value > 0 else opposite)
    return _polygon(above, above_facets), _polygon(below, below_facets)


def _adjacent(cone: Cone, left: int, right: int) -> bool:
    """Whether two generators span an edge: no third one lies on all their common facets.

    In space two common facets are enough, since distinct facets meet in a face of dimension
    at most 1 there.
    """
    incidence = cone.incidence
    common = incidence[left] & incidence[right]
    inputs = cone.inputs
    if inputs <= 3:
        return common.bit_count() >= inputs - 1
    return common.bit_count() >= inputs - 1 and not any(
        mask & common == common and index not in (left, right)
        for index, mask in enumerate(incidence)
    )


def _edges(cone: Cone) -> list[tuple[int, ...]]:
    """The edges in space, as `_adjacent` has them."""
    return [
        (left, right)
        for (left, mask), (right, other) in combinations(enumerate(cone.incidence), 2)
        if (mask & other).bit_count() >= 2
    ]


def _split_polyhedron(cone: Cone, form: Form, values: list[int]) -> tuple[Cone, Cone]:
    """Both parts of a polyhedron that the hyperplane form = 0 crosses."""
    above = [index for index, value in enumerate(values) if value > 0]
    below = [index for index, value in enumerate(values) if value < 0]
    both = zip(cone.generators, cone.incidence, values, strict=True)
    middle = [(generator, mask) for generator, mask, value in both if not value]
    for high in above:
        for low in below:
            if _adjacent(cone, high, low):
                new = _between(
                    cone.generators[high], cone.generators[low], values[high], values[low]
                )
                middle.append((new, cone.incidence[high] & cone.incidence[low]))
    return _part(cone, above, middle, form), _part(cone, below, middle, negated(form))


def _part(cone: Cone, kept: list[int], middle: list[tuple[Form, int]], form: Form) -> Cone:
    """The part with the kept generators, which has form as a new facet.

    An old facet stays exactly if one of the kept generators, which lie off the hyperplane, is
    on it: then an open part of the facet lies on this side.
    """
    incidence = [cone.incidence[index] for index in kept]
    alive = 0
    for mask in incidence:
        alive |= mask
    facets = cone.facets
    incidence += [mask & alive for _, mask in middle]
    dropped = [index for index in range(len(facets) - 1, -1, -1) if not alive >> index & 1]
    for index in dropped:
        low = (1 << index) - 1
        incidence = [mask & low | mask >> 1 & ~low for mask in incidence]
    if dropped:
        facets = tuple(facet for index, facet in enumerate(facets) if alive >> index & 1)
    new = 1 << len(facets)
    for index in range(len(kept), len(incidence)):
        incidence[index] |= new
    generators = tuple(cone.generators[index] for index in kept)
    return Cone((*generators, *(g for g, _ in middle)), tuple(incidence), (*facets, form))


def _inner_faces(cone: Cone) -> list[tuple[int, tuple[int, ...]]]:
    """The faces that are neither generators nor the cone, by repeated maximal intersections."""
    members = [sum(1 << index for index in group) for group in cone._facet_members()]
    found: list[tuple[int, tuple[int, ...]]] = []
    level = {(1 << len(cone.generators)) - 1}
    for dimension in range(cone.inputs - 1, 0, -1):
        level = {face for parent in level for face in _maximal(parent, members)}
        found += [(dimension, _indices(face)) for face in sorted(level)]
    return found


def _maximal(parent: int, members: list[int]) -> list[int]:
    proper = {parent & facet for facet in members} - {parent, 0}
    return [face for face in proper if not any(face & other == face != other for other in proper)]


def _indices(mask: int) -> tuple[int, ...]:
    return tuple(index for index in range(mask.bit_length()) if mask >> index & 1)


def independent(forms: Sequence[Form], inputs: int) -> tuple[int, ...]:
    """The indices of the first forms whose gradients are linearly independent, at most n."""
    chosen: list[int] = []
    for index, form in enumerate(forms):
        rows = [list(forms[other][1:]) for other in chosen]
        if fmpz_mat([*rows, list(form[1:])]).rank() > len(chosen):
            chosen.append(index)
        if len(chosen) == inputs:
            break
    return tuple(chosen)


def _spanned(walls: Sequence[Form]) -> tuple[Form, list[Form]]:
    """Where n independent walls vanish, and for each of them the ray along which it alone grows."""
    every = range(len(walls))
    matrix = fmpq_mat(fmpz_mat([list(wall[1:]) for wall in walls]))
    inverse, scale = matrix.inv().numer_denom()
    columns = [[int(inverse[row, column]) for row in every] for column in every]
    apex = (-sum(walls[k][0] * columns[k][row] for k in every) for row in every)
    return primitive((int(scale), *apex)), [primitive((0, *column)) for column in columns]


def _simplicial(walls: Sequence[Form], signs: Sequence[int], span: tuple[Form, list[Form]]) -> Cone:
    """The cone {signs_i walls_i >= 0} of walls with the given span."""
    inputs = len(walls)
    generators, facets = [span[0]], [(1, *(0,) * inputs)]
    for wall, ray, sign in zip(walls, span[1], signs, strict=True):
        generators.append(ray if sign > 0 else negated(ray))
        facets.append(primitive(wall if sign > 0 else negated(wall)))
    if inputs == 2:
        return _polygon(generators, [facets[2], facets[0], facets[1]])
    everything = (1 << inputs + 1) - 1
    masks = tuple(everything ^ 1 << index for index in range(inputs + 1))
    return Cone(tuple(generators), masks, tuple(facets))


def start_cones(hyperplanes: Sequence[Form], inputs: int) -> tuple[Cone, ...]:
    """R^n as 2^n simplicial cones, cut by n independent hyperplanes.

    The first independent ones of `hyperplanes` are chosen, so that no wall is artificial where
    they are those of the first layer; coordinate hyperplanes complete them if they are too few.

    Raises:
        ScopeError: n is so large that there are more than 4096 cones.
    """
    return _clipped_start((), hyperplanes, inputs)


def _clipped_start(
    bounds: Sequence[Form], hyperplanes: Sequence[Form], inputs: int
) -> tuple[Cone, ...]:
    """The polyhedron {bounds >= 0} as few cones, walls taken from the bounds first."""
    proper = [form for form in bounds if any(form[1:])]
    walls = [*proper, *hyperplanes, *coordinate_forms(inputs)]
    chosen = independent(walls, inputs)
    choices = [(1,) if index < len(proper) else (1, -1) for index in chosen]
    if 1 << sum(len(choice) - 1 for choice in choices) > MOST_START_CONES:
        raise ScopeError(f"regions: {inputs} inputs are too many to cut the space into cones")
    picked = [walls[index] for index in chosen]
    span = _spanned(picked)
    starts = (_simplicial(picked, signs, span).clip(bounds) for signs in product(*choices))
    return tuple(cone for cone in starts if cone is not None)


def polytope_cones(polytope: Polytope, hyperplanes: Sequence[Form] = ()) -> tuple[Cone, ...]:
    """The polytope as cones: one cone if n of its half-spaces are independent.

    Raises:
        DomainError: the polytope has no interior (it is empty, or lies in a hyperplane).
    """
    cones = _clipped_start(polytope.forms, hyperplanes, polytope.inputs)
    if not cones:
        raise DomainError(
            "polytope: no interior point; it is empty or lies in a hyperplane, "
            "so eliminate its implicit equalities first"
        )
    return cones


def box_cone(box: Box) -> Cone:
    """The box as a cone; its facets are the forms of the box.

    Raises:
        DomainError: an input is fixed, so that the box has no interior.
        ScopeError: the box has more than 4096 vertices.
    """
    if box.fixed:
        raise DomainError(f"box: input {box.fixed[0]} is fixed, so there is no interior")
    if 1 << box.inputs > MOST_START_CONES:
        raise ScopeError(f"regions: a box with {box.inputs} inputs has too many vertices")
    facets = box.forms
    if box.inputs == 2:
        (a, c), (b, d) = box.lower, box.upper
        corners = [homogeneous(point) for point in ((a, c), (b, c), (b, d), (a, d))]
        return _polygon(corners, [facets[2], facets[1], facets[3], facets[0]])
    generators = []
    incidence = []
    for sides in product((0, 1), repeat=box.inputs):
        ends = [(box.lower, box.upper)[side][index] for index, side in enumerate(sides)]
        generators.append(homogeneous(ends))
        incidence.append(sum(1 << 2 * index + side for index, side in enumerate(sides)))
    return Cone(tuple(generators), tuple(incidence), facets)


def domain_cones(domain: Domain, hyperplanes: Sequence[Form] = ()) -> tuple[Cone, ...]:
    """The domain as cones with disjoint interiors, ready to be split.

    Args:
        domain: A full-dimensional box or polytope, or all of R^n.
        hyperplanes: Walls to prefer where the domain itself has too few, usually those of the
            first layer.

    Raises:
        DomainError: the domain has no interior.
        ScopeError: there are too many inputs.
    """
    if isinstance(domain, Box):
        return (box_cone(domain),)
    if isinstance(domain, Polytope):
        return polytope_cones(domain, hyperplanes)
    return start_cones(hyperplanes, domain.inputs)
