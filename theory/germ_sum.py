"""The Euler-germ formula: a network as the alternating sum of its germs at compact faces.

    f = sum over compact faces F of (-1)^(dim F) f_F

It holds on the whole domain, whose faces count too. The sum has the units of all germs; equal
units are one, and most of their weights cancel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from theory.complex import Facet, compact_complex
from theory.domain import Box, Domain
from theory.errors import DomainError
from theory.form import integer_network
from theory.germ import GermReader
from theory.network import Network
from theory.region import regions
from theory.unit import Number, Unit, UnitSum

Rewriting = Callable[[tuple[UnitSum, ...]], tuple[UnitSum, ...]]


@dataclass(frozen=True, slots=True)
class GermSum:
    """The outputs of a network as sums of units, and the faces they come from.

    Attributes:
        sums: scale times the outputs, equal to them on the domain.
        scale: A positive integer.
        cells: The number of linear regions.
        faces: The numbers of compact faces of dimension 0, 1, ..., n.
    """

    sums: tuple[UnitSum, ...]
    scale: int
    cells: int
    faces: tuple[int, ...]


class Total:
    """A running sum of sums of units, one for each output; equal units are one."""

    def __init__(self, size: int, outputs: int) -> None:
        self.forms: list[list[Number]] = [[0] * size for _ in range(outputs)]
        self.units: dict[Unit, list[Number]] = {}

    def add(self, output: int, term: UnitSum, weight: Number) -> None:
        """Add weight * term to one output."""
        self.add_form(output, term.form, weight)
        for unit, inner in term.units.items():
            known = self.units.get(unit)
            if known is None:
                known = self.units[unit] = [0] * len(self.forms)
            known[output] += weight * inner

    def add_form(self, output: int, form: Iterable[Number], weight: Number) -> None:
        """Add weight * form to one output."""
        total = self.forms[output]
        for index, entry in enumerate(form):
            total[index] += weight * entry

    def sums(self) -> tuple[UnitSum, ...]:
        """The sums, without units whose weights cancelled."""
        return tuple(
            UnitSum(
                tuple(form),
                {unit: weights[index] for unit, weights in self.units.items() if weights[index]},
            )
            for index, form in enumerate(self.forms)
        )


def germ_sum(network: Network, domain: Domain, rewriting: Rewriting | None = None) -> GermSum:
    """The outputs of a network on a domain as the sum of its germs.

    Theorem: T04 (Euler-germ formula), found for this project.

    Args:
        network: Any ReLU network.
        domain: A box or polytope with interior, or all of R^n; then the first layer's rows must
            span R^n, or there are faces that only the start cones have.
        rewriting: Applied to the germs of every face of dimension at most n - 2; it may
            replace sums by equal ones.

    Raises:
        DomainError: the domain has no interior.
        ScopeError: there are too many inputs to enumerate regions.
    """
    if isinstance(domain, Box) and domain.fixed:
        raise DomainError("germ sum: eliminate the fixed inputs of the box first")
    whole = integer_network(network)
    complex_ = compact_complex(regions(network, domain), network.inputs)
    reader = GermReader(whole)
    total = Total(network.inputs + 1, network.outputs)
    for region in complex_.bounded:
        for output, form in enumerate(region.outputs):
            total.add_form(output, form, (-1) ** network.inputs)
    for facet in complex_.facets:
        _add_facet(total, facet, (-1) ** (network.inputs - 1), reader)
    for face in complex_.faces:
        germs = reader.germs(face.region, face.point)
        if rewriting is not None:
            germs = rewriting(germs)
        for output, germ in enumerate(germs):
            total.add(output, germ, (-1) ** face.dimension)
    return GermSum(total.sums(), whole.scale, len(complex_.regions), complex_.counts)


def _add_facet(total: Total, facet: Facet, sign: int, reader: GermReader) -> None:
    """The germ of a facet: the form behind it plus the bend times relu of the facet's form."""
    behind = facet.before if facet.after is None else facet.after
    pivot = next(index for index, entry in enumerate(facet.form) if entry)
    for output, form in enumerate(behind.outputs):
        total.add_form(output, form, sign)
        bend = (facet.before.outputs[output][pivot] - form[pivot]) // facet.form[pivot]
        if bend:
            total.add(output, reader.relu_of_form(facet.form), sign * bend)
