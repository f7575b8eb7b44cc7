"""The lattice form: any piecewise affine function as a maximum of minima of its own pieces.

    f = max over sets T of (min over l in T of l),      l affine pieces of f

Which sets T will do is read off the unique-order cells of f. Taking for each linear region the
pieces that lie above f on all of it looks like a short way and is wrong: those sets can be too
small to stay below f elsewhere (see T21).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from theory.assembly import assembled
from theory.domain import Box, Domain
from theory.errors import ShapeError
from theory.form import Form, integer_network, negated
from theory.forms.max_tree import layers_of_maximum, max_tree
from theory.germ_chart import all_units
from theory.network import Network
from theory.order_cells import Mask, OrderSets, irredundant_cover, order_sets
from theory.region import regions
from theory.restriction import restricted
from theory.settling import settled
from theory.unit import UnitSum, affine_sum, maximum, weighted_sum


@dataclass(frozen=True, slots=True)
class LatticeTrace:
    """What the construction met and made.

    Attributes:
        cells: Linear regions over the domain.
        order_cells: Unique-order cells that were visited, over all outputs.
        pieces: The number of distinct affine pieces of every output.
        terms: For every output the sizes of the sets T, largest first.
        units: Hidden units of the max-min tree, those that are equal counted once.
        widths: Of the new network, inputs and outputs included.
        theorem: Always T21.
    """

    cells: int = 0
    order_cells: int = 0
    pieces: tuple[int, ...] = ()
    terms: tuple[tuple[int, ...], ...] = ()
    units: int = 0
    widths: tuple[int, ...] = ()
    theorem: str = "T21"


@dataclass(frozen=True, slots=True)
class LatticeForm:
    """A network that is a maximum of minima, and how it came about."""

    network: Network
    trace: LatticeTrace


def lattice_form(network: Network, domain: Domain) -> LatticeForm:
    """A network that is a maximum of minima of affine pieces, equal on the domain.

    Theorem: T21 (lattice form). Source: Tarela and Martinez 1999; Ovchinnikov 2002; that pieces
    are dropped from the minima and whole minima from the maximum was found for this project.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        domain: A box, a polytope with interior, or all of R^n.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: there are too many inputs or unique-order cells.
    """
    if domain.inputs != network.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if isinstance(domain, Box) and domain.fixed:
        return _over_free_inputs(network, domain)
    found = list(regions(network, domain))
    choices = []
    for output in range(network.outputs):
        sets = order_sets((region.cell, region.outputs[output]) for region in found)
        choices.append(_Choice(sets, irredundant_cover(sets.above, sets.below)))
    trace = LatticeTrace(
        len(found),
        sum(one.sets.cells for one in choices),
        tuple(len(one.sets.pieces) for one in choices),
        tuple(one.sizes for one in choices),
    )
    sums = [max_min(one.sets.pieces, one.terms) for one in choices]
    return _finished(sums, domain, integer_network(network).scale, trace)


def max_min(pieces: Sequence[Form], terms: Sequence[Mask]) -> UnitSum:
    """The maximum over the terms of the minimum of a term's pieces, as a sum of units.

    The depth is at most ceil(log2 t) + ceil(log2 q) for q terms with at most t pieces each.

    Theorem: T21 (lattice form), the part on size; T10 (max trees).
    """
    level = []
    for term in sorted(terms, key=lambda one: (one.bit_count(), one)):
        chosen = [negated(piece) for index, piece in enumerate(pieces) if term >> index & 1]
        level.append(weighted_sum(((max_tree(chosen), -1),), len(pieces[0])))
    while len(level) > 1:
        pairs = [level[start : start + 2] for start in range(0, len(level), 2)]
        level = [maximum(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def most_units(terms: Sequence[int]) -> int:
    """The number of units of a max-min tree with terms of these sizes, if none are equal.

    Theorem: T21 (lattice form), the part on size.
    """
    return sum(size - 1 for size in terms) + len(terms) - 1


def most_layers(terms: Sequence[int]) -> int:
    """The number of hidden layers that a max-min tree with terms of these sizes needs at most.

    Theorem: T21 (lattice form), the part on size.
    """
    return layers_of_maximum(max(terms)) + layers_of_maximum(len(terms))


@dataclass(frozen=True, slots=True)
class _Choice:
    """The sets of one output, and those that its maximum takes."""

    sets: OrderSets
    terms: tuple[Mask, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the terms, largest first."""
        return tuple(sorted((mask.bit_count() for mask in self.terms), reverse=True))


def _finished(
    sums: Sequence[UnitSum], domain: Domain, scale: int, trace: LatticeTrace
) -> LatticeForm:
    """The sums written out as a network, with its trace."""
    if isinstance(domain, Box):
        sums = settled(sums, domain)
    network = assembled(sums, domain, scale)
    units = len(all_units(unit for term in sums for unit in term.units))
    return LatticeForm(network, replace(trace, units=units, widths=network.widths))


def _over_free_inputs(network: Network, box: Box) -> LatticeForm:
    """The form over a box with fixed inputs, built for the free ones."""
    if len(box.fixed) == box.inputs:
        gradient = (0,) * network.inputs
        sums = [affine_sum((value, *gradient)) for value in network(box.lower)]
        return _finished(sums, box, 1, LatticeTrace())
    free = restricted(network, box)
    inner = lattice_form(free.network, free.box)
    lifted = free.lifted(inner.network)
    return LatticeForm(lifted, replace(inner.trace, widths=lifted.widths))
