"""Linear regions as half-open polyhedra: every point lies in exactly one of them.

A hyperplane has one key: the primitive integer form whose first nonzero gradient entry is
positive. Its upper side {key >= 0} is closed, its lower side {key < 0} is open: a point belongs
where p + (e, e^2, ..., e^n) lies for all small e > 0 (the lexicographic rule). A region is the
intersection of the sides that its path takes through the case tree of the network's units, in
which a hyperplane splits a cell only where both parts have interior. Every point of R^n follows
exactly one path, also on all boundaries.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from theory.cone import Cone, domain_cones
from theory.domain import Box, Domain, Space
from theory.errors import DomainError, ShapeError
from theory.form import Form, coordinate_forms, integer_network, oriented, primitive
from theory.network import Affine, Network, Vector
from theory.quotient import quotient
from theory.region import first_hyperplanes
from theory.restriction import restricted

Lift = Callable[[Form], Form]
Path = tuple[tuple[Form, bool], ...]  # the forms that were split on, and whether form >= 0


@dataclass(frozen=True, slots=True, order=True)
class Side:
    """{x : key(x) >= 0}, which is closed, or {x : key(x) < 0}, which is open."""

    key: Form
    is_upper: bool

    def __contains__(self, point: Sequence[Fraction]) -> bool:
        constant, *gradient = self.key
        value = sum((g * x for g, x in zip(gradient, point, strict=True)), Fraction(constant))
        return (value >= 0) == self.is_upper


@dataclass(frozen=True, slots=True)
class HalfOpenRegion:
    """A half-open polyhedron, and what the network is on it, as far as it lies in the domain.

    Attributes:
        sides: In the order of the case tree.
        outputs: scale times the output forms.
        scale: A positive integer.
        signs: For each output 1 where it is >= 0 on the region, -1 where it is <= 0 and not
            zero, 0 where it changes sign.
    """

    sides: tuple[Side, ...]
    outputs: tuple[Form, ...]
    scale: int
    signs: tuple[int, ...]

    def __contains__(self, point: Sequence[Fraction]) -> bool:
        return all(point in side for side in self.sides)


def half_open_regions(network: Network, domain: Domain) -> Iterator[HalfOpenRegion]:
    """The linear regions over the domain, half-open, so that each point of R^n is in exactly one.

    On each of them, cut with the domain, the network is the region's affine map.

    Theorem: T22 (three hidden layers with extended-real weights), the part on regions.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: there are too many inputs.
    """
    if domain.inputs != network.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if isinstance(domain, Box) and len(domain.fixed) == domain.inputs:
        return iter((_constant(network, domain.lower),))
    if not network.hidden_layers:
        return iter((_affine(network),))
    if isinstance(domain, Box) and domain.fixed:
        part = restricted(network, domain)
        return _regions(part.network, part.box, _over_free(part.free, network.inputs))
    if isinstance(domain, Space):
        read = quotient(network)
        if not read.network.inputs:
            return iter((_constant(network, (Fraction(0),) * network.inputs),))
        lift = _over_directions(read.directions)
        return _regions(read.network, Space(read.network.inputs), lift)
    return _regions(network, domain, lambda form: form)


def _constant(network: Network, point: Vector) -> HalfOpenRegion:
    """The only region where the network has the same value everywhere on the domain."""
    values = network(point)
    scale = lcm(*(value.denominator for value in values))
    forms = tuple((int(value * scale), *(0,) * network.inputs) for value in values)
    return HalfOpenRegion((), forms, scale, tuple(1 if form[0] >= 0 else -1 for form in forms))


def _affine(network: Network) -> HalfOpenRegion:
    """The only region of a network without hidden layers."""
    whole = integer_network(network)
    forms = whole.layers[0].forms(coordinate_forms(network.inputs), network.inputs + 1)
    signs = tuple(0 if any(form[1:]) else (1 if form[0] >= 0 else -1) for form in forms)
    return HalfOpenRegion((), forms, whole.scale, signs)


def _over_free(free: tuple[int, ...], inputs: int) -> Lift:
    """Forms of the free inputs as forms of all inputs."""

    def lifted(form: Form) -> Form:
        entries = [form[0], *(0,) * inputs]
        for index, entry in zip(free, form[1:], strict=True):
            entries[index + 1] = entry
        return tuple(entries)

    return lifted


def _over_directions(directions: Affine) -> Lift:
    """Forms of the directions as forms of the inputs."""
    rows = [[int(entry) for entry in row] for row in directions.weight]

    def lifted(form: Form) -> Form:
        entries = [0] * directions.inputs
        for factor, row in zip(form[1:], rows, strict=True):
            for index, entry in enumerate(row):
                entries[index] += factor * entry
        return (form[0], *entries)

    return lifted


def _regions(network: Network, domain: Domain, lift: Lift) -> Iterator[HalfOpenRegion]:
    """The regions over a domain with interior, their forms lifted to the inputs."""
    whole = integer_network(network)
    size = network.inputs + 1
    zero = (0,) * size
    walls = [form for form in first_hyperplanes(network) if any(form[1:])]
    cones = domain_cones(domain, walls)
    starts = _rooted(cones, (*walls, *coordinate_forms(network.inputs)))
    inputs = coordinate_forms(network.inputs)
    stack = [(cone, path, inputs, 0) for cone, path in reversed(starts)]
    while stack:
        cell, path, values, depth = stack.pop()
        forms = whole.layers[depth].forms(values, size)
        if depth == network.hidden_layers:
            yield _region(cell, path, forms, whole.scale, lift)
            continue
        for part, longer, bits in reversed(_split(cell, path, forms)):
            active = tuple(form if bit else zero for form, bit in zip(forms, bits, strict=True))
            stack.append((part, longer, active, depth + 1))


def _rooted(cones: Sequence[Cone], walls: Sequence[Form]) -> list[tuple[Cone, Path]]:
    """The start cells as leaves of a tree of walls."""
    if len(cones) == 1:
        return [(cones[0], ())]
    for index, wall in enumerate(walls):
        above = [cone for cone in cones if min(cone.values(wall)) >= 0]
        below = [cone for cone in cones if max(cone.values(wall)) <= 0]
        if above and below and len(above) + len(below) == len(cones):
            rest = walls[index + 1 :]
            return [
                (cone, ((wall, is_above), *path))
                for is_above, part in ((True, above), (False, below))
                for cone, path in _rooted(part, rest)
            ]
    raise DomainError("polytope: expected its start cells to be cut by hyperplanes")


def _split(
    cell: Cone, path: Path, forms: Sequence[Form]
) -> list[tuple[Cone, Path, tuple[bool, ...]]]:
    """The cell cut by all forms in turn, with what was cut; zero forms count as inactive."""
    parts: list[tuple[Cone, Path, tuple[bool, ...]]] = [(cell, path, ())]
    for form in forms:
        key = primitive(form)
        cut: list[tuple[Cone, Path, tuple[bool, ...]]] = []
        for part, way, bits in parts:
            above, below = part.split(key) if any(key) else (None, part)
            if above is None or below is None:
                cut.append((part, way, (*bits, below is None)))
            else:
                cut.append((above, (*way, (key, True)), (*bits, True)))
                cut.append((below, (*way, (key, False)), (*bits, False)))
        parts = cut
    return parts


def _region(
    cell: Cone, path: Path, outputs: tuple[Form, ...], scale: int, lift: Lift
) -> HalfOpenRegion:
    sides = []
    for form, is_above in path:
        key, factor = oriented(lift(form))
        sides.append(Side(key, is_above == (factor > 0)))
    signs = tuple(_sign(cell.values(form)) for form in outputs)
    return HalfOpenRegion(tuple(sides), tuple(map(lift, outputs)), scale, signs)


def _sign(values: Sequence[int]) -> int:
    if min(values) >= 0:
        return 1
    return -1 if max(values) <= 0 else 0
