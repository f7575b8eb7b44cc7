"""Any ReLU network with at most five inputs as one with at most two hidden layers.

On a domain cut into the cells of a network f, f is the alternating sum of its germs at the
compact faces (T04). A germ is a network of the few units that are zero on its face; in the
plane it needs two hidden layers as it stands or by the fan formula (T16), in space also by the
formula for three nested units (T06); with four and five inputs maxima of five and six affine
functions are needed, which two hidden layers compute, too (T17, T18). What remains is to add up
equal units (T05, T20).
"""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from theory.assembly import assembled
from theory.domain import Box, Domain, Space
from theory.errors import ShapeError
from theory.form import Form, coordinate_forms, integer_network
from theory.germ_fan import fan_sums
from theory.germ_reduction import reduced_unit
from theory.germ_sum import GermSum, Total, germ_sum
from theory.network import Network, Vector
from theory.quotient import quotient
from theory.restriction import restricted
from theory.settling import settled
from theory.unit import Unit, UnitSum, affine_sum, relu_of, weighted_sum


@dataclass(frozen=True, slots=True)
class TwoHiddenTrace:
    """What the construction met and made.

    Attributes:
        cells: Linear regions over the domain; 0 where none had to be enumerated.
        faces: Compact faces by dimension 0, 1, ..., in the variables that matter.
        lines: Units that bend at a hyperplane.
        bends: Units of the second layer with one such unit inside.
        nested: Units of the second layer with several of them inside.
        reductions: How many germs or units T06, T07, T16 and T20 rewrote.
        widths: Of the new network, inputs and outputs included.
        theorem: T05, or T20 where that was needed.
    """

    cells: int
    faces: tuple[int, ...]
    lines: int
    bends: int
    nested: int
    reductions: tuple[tuple[str, int], ...]
    widths: tuple[int, ...]
    theorem: str = "T05"


@dataclass(frozen=True, slots=True)
class TwoHiddenForm:
    """A network with at most two hidden layers, and how it came about."""

    network: Network
    trace: TwoHiddenTrace


@dataclass(slots=True)
class _Shallowing:
    """Rewrites germs in depth two, and counts by which theorem."""

    used: Counter[str] = field(default_factory=Counter)

    def planar(self, germs: tuple[UnitSum, ...]) -> tuple[UnitSum, ...]:
        """The germs at a vertex of the plane with units that have at most one bend."""
        if all(_is_plain(unit) for germ in germs for unit in germ.units):
            return germs
        self.used["T16"] += 1
        bent = fan_sums([germ.units for germ in germs])
        size = len(germs[0].form)
        return tuple(
            weighted_sum(((affine_sum(germ.form), 1), (fan, 1)), size)
            for germ, fan in zip(germs, bent, strict=True)
        )

    def everywhere(self, sums: Sequence[UnitSum], size: int) -> tuple[UnitSum, ...]:
        """The sums with every unit of depth three or more rewritten."""
        total = Total(size, len(sums))
        known: dict[Unit, UnitSum] = {}
        walls = {unit.form for term in sums for unit in term.units if unit.depth == 1}
        for output, term in enumerate(sums):
            total.add_form(output, term.form, 1)
            for unit, weight in term.units.items():
                if unit not in known:
                    known[unit] = self._shallow(unit, walls)
                total.add(output, known[unit], weight)
        return total.sums()

    def _shallow(self, unit: Unit, walls: Container[Form]) -> UnitSum:
        if unit.depth <= 2:
            return UnitSum((0,) * len(unit.form), {unit: 1})
        found, theorem = reduced_unit(unit, walls)
        self.used[theorem] += 1
        return found


def _is_plain(unit: Unit) -> bool:
    return unit.depth == 1 or (unit.depth == 2 and len(unit.inner) == 1)


def two_hidden_form(network: Network, domain: Domain) -> TwoHiddenForm:
    """A network with at most two hidden layers that is equal to the given one on the domain.

    Its weights are exact. For n = 1, ..., 5 inputs that matter it always exists; for more inputs
    where no germ nests units over six directions, as with two hidden layers.

    Theorem: T05 (two-hidden-layer form) for n <= 3, T20 for n = 4, 5. That every continuous
    piecewise affine function of n variables has such a network: for n = 3 Arora, Basu, Mianjy,
    Mukherjee 2016, arXiv 1611.01491; for n = 4 Bakaev, Brunck, Hertrich, Stade, Yehudayoff 2025,
    arXiv 2505.14338; for n = 5 by the maximum of six numbers (T18). The construction was found for
    this project.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        domain: A box, a polytope with interior, or all of R^n.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: too many inputs, or units nested over six directions or more.
    """
    if domain.inputs != network.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if network.hidden_layers <= 1:
        return _written_out(network, domain)
    if isinstance(domain, Box) and domain.fixed:
        return _over_free_inputs(network, domain)
    if isinstance(domain, Space):
        return _over_directions(network)
    return _germ_form(network, domain)


def _germ_form(network: Network, domain: Domain) -> TwoHiddenForm:
    """The form by the germ sum, over a domain with interior that the first layer's rows span."""
    shallowing = _Shallowing()
    found = germ_sum(network, domain, shallowing.planar if network.inputs == 2 else None)
    sums = shallowing.everywhere(found.sums, network.inputs + 1)
    return _finished(sums, domain, found, shallowing.used)


def _finished(
    sums: Sequence[UnitSum], domain: Domain, found: GermSum, used: Counter[str]
) -> TwoHiddenForm:
    """The sums written out as a network, with its trace."""
    if isinstance(domain, Box):
        sums = settled(sums, domain)
    network = assembled(sums, domain, found.scale)
    units = {unit for term in sums for unit in term.units}
    inside = {inner for unit in units for inner, _ in unit.inner}
    second = [unit for unit in units if unit.depth == 2]
    bends = sum(len(unit.inner) == 1 for unit in second)
    trace = TwoHiddenTrace(
        found.cells,
        found.faces,
        sum(unit.depth == 1 for unit in units | inside),
        bends,
        len(second) - bends,
        tuple(sorted(used.items())),
        network.widths,
        "T20" if used["T20"] else "T05",
    )
    return TwoHiddenForm(network, trace)


def _over_free_inputs(network: Network, box: Box) -> TwoHiddenForm:
    """The form over a box with fixed inputs, built for the free ones."""
    if len(box.fixed) == box.inputs:
        return _constant(network, box, box.lower)
    restriction = restricted(network, box)
    form = two_hidden_form(restriction.network, restriction.box)
    return _relabelled(restriction.lifted(form.network), form.trace)


def _over_directions(network: Network) -> TwoHiddenForm:
    """The form over all of R^n, built for the directions that the first layer reads."""
    read = quotient(network)
    rank = read.network.inputs
    if not rank:
        return _constant(network, Space(network.inputs), (Fraction(0),) * network.inputs)
    if rank == network.inputs:
        return _germ_form(network, Space(rank))
    form = _germ_form(read.network, Space(rank))
    return _relabelled(read.lifted(form.network), form.trace)


def _relabelled(network: Network, trace: TwoHiddenTrace) -> TwoHiddenForm:
    return TwoHiddenForm(network, replace(trace, widths=network.widths))


def _constant(network: Network, domain: Domain, point: Vector) -> TwoHiddenForm:
    """The form of a network that has the same value everywhere on the domain."""
    gradient = (Fraction(0),) * network.inputs
    sums = tuple(affine_sum((value, *gradient)) for value in network(point))
    return _finished(sums, domain, GermSum(sums, 1, 0, ()), Counter())


def _written_out(network: Network, domain: Domain) -> TwoHiddenForm:
    """The form of a network with at most one hidden layer: its units, equal ones as one."""
    whole = integer_network(network)
    size = network.inputs + 1
    values: list[UnitSum] = [affine_sum(form) for form in coordinate_forms(network.inputs)]
    for layer in whole.layers[:-1]:
        forms = layer.forms(coordinate_forms(network.inputs), size)
        values = [relu_of(affine_sum(form)) for form in forms]
    sums = []
    for row, bias in zip(whole.layers[-1].rows, whole.layers[-1].bias, strict=True):
        constant = affine_sum((bias, *(0,) * network.inputs))
        terms = [(values[column], weight) for column, weight in row]
        sums.append(weighted_sum([*terms, (constant, 1)], size))
    return _finished(sums, domain, GermSum(tuple(sums), whole.scale, 0, ()), Counter())
