"""A network as a sum of functions that are given by their cells, whichever way has fewer cells.

What is linear in the function, such as its bends, can be read off the cells of the whole
network or, for a wide shallow network, off the few cells of each unit of its last hidden layer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import lcm

from theory.composition import unit_sums
from theory.cone import Cone, domain_cones
from theory.domain import Box, Domain
from theory.errors import TheoryError
from theory.form import Form
from theory.network import Network
from theory.region import Visit, regions
from theory.settling import settled
from theory.unit import Unit, UnitSum

Cell = tuple[Cone, tuple[Form, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """A function Q^n -> Q^k by its cells, and its weight in every output of a network.

    Attributes:
        cells: Full-dimensional cells, face to face, each with k integer forms.
        weights: For each of the k components one integer per output.
    """

    cells: Iterable[Cell]
    weights: Sequence[Sequence[int]]

    def total(self, values: Sequence[int]) -> list[int]:
        """The sum of values[i] * weights[i], one number per output."""
        found = [0] * len(self.weights[0])
        for value, column in zip(values, self.weights, strict=True):
            for output, weight in enumerate(column):
                found[output] += value * weight
        return found


@dataclass(frozen=True, slots=True)
class SharedFacet:
    """A facet between two cells.

    Attributes:
        form: Primitive, zero on the facet, nonnegative on the cell above.
        generators: Those of the facet.
        above: The pieces of the function on the cell where form >= 0.
        below: Those on the other cell.
        cone: The other cell.
        index: The number of the facet in it.
    """

    form: Form
    generators: frozenset[Form]
    above: tuple[Form, ...]
    below: tuple[Form, ...]
    cone: Cone
    index: int

    @property
    def bends(self) -> list[int]:
        """For each component the k with above - below = k * form.

        Raises:
            TheoryError: there is none, so the pieces do not meet on the facet.
        """
        form, found = self.form, []
        pivot = next(index for index, entry in enumerate(form) if index and entry)
        for one, other in zip(self.above, self.below, strict=True):
            bend = (one[pivot] - other[pivot]) // form[pivot]
            if any(a - b != bend * c for a, b, c in zip(one, other, form, strict=True)):
                raise TheoryError("bends: the pieces of two cells differ on their common facet")
            found.append(bend)
        return found


def shared_facets(cells: Iterable[Cell]) -> Iterator[SharedFacet]:
    """The facets between two of the cells, which must be face to face; none at infinity."""
    waiting: dict[frozenset[Form], tuple[Form, tuple[Form, ...]]] = {}
    for cone, pieces in cells:
        for index, form in enumerate(cone.facets):
            if not any(form[1:]):
                continue
            members = _on_facet(cone, index)
            known = waiting.pop(members, None)
            if known is None:
                waiting[members] = (form, pieces)
            else:
                yield SharedFacet(known[0], members, known[1], pieces, cone, index)


def _on_facet(cone: Cone, index: int) -> frozenset[Form]:
    if cone.inputs == 2:  # facet i holds the generators i and i + 1
        return frozenset((cone.generators[index], cone.generators[index + 1 - len(cone.facets)]))
    pairs = zip(cone.generators, cone.incidence, strict=True)
    return frozenset([generator for generator, mask in pairs if mask >> index & 1])


def parts(network: Network, domain: Domain, visit: Visit) -> tuple[Iterator[Part], int]:
    """Parts whose weighted sum is a positive integer times the network, up to an affine map.

    Theorem: T28 and T34 (kink and flag forms), the parts on sums.

    Args:
        network: Any network.
        domain: With interior.
        visit: Called for every cell of the network or for every unit.
    """
    sums, scale = unit_sums(network)
    if isinstance(domain, Box):
        sums = settled(sums, domain)
    if _is_wide(sums, network.inputs):
        common = lcm(*(weight.denominator for term in sums for weight in term.units.values()))
        return _units(sums, common, domain, visit), scale * common
    size = range(network.outputs)
    whole = Part(_cells(network, domain, visit), [[int(i == j) for j in size] for i in size])
    return iter((whole,)), scale


def _is_wide(sums: Sequence[UnitSum], inputs: int) -> bool:
    """Whether units one by one have fewer cells than all of them together, by a rough count.

    k hyperplanes cut n-space into about k^n / n! cells.
    """
    units = {unit for term in sums for unit in term.units}
    if any(unit.depth > 2 for unit in units):
        return False
    lines = {inner for unit in units for inner, _ in unit.inner}
    alone = sum(int((2 + len(unit.inner)) ** inputs) for unit in units)
    return alone < int(len(lines | units) ** inputs)


def _cells(network: Network, domain: Domain, visit: Visit) -> Iterator[Cell]:
    for region in regions(network, domain):
        visit()
        yield region.cell, region.outputs


def _units(sums: Sequence[UnitSum], factor: int, domain: Domain, visit: Visit) -> Iterator[Part]:
    for unit in dict.fromkeys(unit for term in sums for unit in term.units):
        visit()
        weights = [int(factor * term.units.get(unit, 0)) for term in sums]
        yield Part(_unit_cells(unit, domain), (weights,))


def _unit_cells(unit: Unit, domain: Domain) -> Iterator[Cell]:
    """The cells of one unit of depth 1 or 2 over the domain, with its form on each."""
    lines = [inner.form for inner, _ in unit.inner]
    pieces = [(cone, unit.form) for cone in domain_cones(domain, [*lines, unit.form])]
    for inner, weight in unit.inner:
        cut: list[tuple[Cone, Form]] = []
        for cone, form in pieces:
            above, below = cone.split(inner.form)
            if above is not None:
                on = tuple(a + weight * b for a, b in zip(form, inner.form, strict=True))
                cut.append((above, on))
            if below is not None:
                cut.append((below, form))
        pieces = cut
    for cone, form in pieces:
        above, below = cone.split(form) if any(form) else (None, cone)
        if above is not None:
            yield above, (form,)
        if below is not None:
            yield below, ((0,) * len(form),)
