"""Any ReLU network with n inputs as one with at most ceil(log2(n + 1)) hidden layers.

Two routes lead there. The local one adds up the germs of the network at the compact faces of
its linear regions (T04): a germ consists of the few units that are zero on its face, and only
those nested too deeply are made convex and reduced. The global one makes each whole output
convex by hyperplanes and reduces one big maximum; it is far larger, and needs no germs.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from theory.arity import REDUCTIONS, Reduction
from theory.assembly import assembled
from theory.convex import Cell, bends, convexified
from theory.depth import DepthReduction
from theory.domain import Box, Domain, Space
from theory.errors import ScopeError, ShapeError
from theory.form import integer_network
from theory.forms.two_hidden import two_hidden_form
from theory.germ_chart import all_units
from theory.germ_sum import germ_sum
from theory.maxima import TREES, Maxima
from theory.network import Network
from theory.quotient import quotient
from theory.region import regions
from theory.restriction import restricted
from theory.settling import settled
from theory.unit import Number, UnitSum, affine_sum, relu_of, weighted_sum

Route = Literal["local", "global", "unchanged", "auto"]
ROUTES: tuple[Route, ...] = ("local", "global", "unchanged", "auto")
MOST_PIECES = 400


@dataclass(frozen=True, slots=True)
class LogDepthTrace:
    """What the construction met and made.

    Attributes:
        route: "local", "global", or "unchanged" for a network that was shallow enough.
        bound: ceil(log2(n + 1)) hidden layers, n the number of inputs that matter; with blocks
            ceil(log3((n + 1) / 2)) + 1.
        cells: Linear regions over the domain; 0 where none had to be enumerated.
        faces: Compact faces by dimension 0, 1, ..., on the local route.
        hyperplanes: Units that make the outputs convex, on the global route.
        pieces: Affine pieces of the convex functions, on the global route.
        maxima: How many maxima of each arity were written as max trees.
        reductions: How many germs or units were rewritten, by theorem.
        widths: Of the new network, inputs and outputs included.
        theorem: T09, or T19 where maxima are blocks.
        reduction: How maxima of many functions were reduced (T08): the smaller of two sums, or
            the one that was wanted.
    """

    route: str
    bound: int
    cells: int = 0
    faces: tuple[int, ...] = ()
    hyperplanes: int = 0
    pieces: int = 0
    maxima: tuple[tuple[int, int], ...] = ()
    reductions: tuple[tuple[str, int], ...] = ()
    widths: tuple[int, ...] = ()
    theorem: str = "T09"
    reduction: Reduction = "smaller"


@dataclass(frozen=True, slots=True)
class LogDepthForm:
    """A network with so many hidden layers at most as the bound says, and how it came about."""

    network: Network
    trace: LogDepthTrace


def log_depth_form(
    network: Network,
    domain: Domain,
    route: Route = "local",
    maxima: Maxima = TREES,
    reduction: Reduction = "smaller",
) -> LogDepthForm:
    """A network with at most ceil(log2(n + 1)) hidden layers, equal on the domain, exactly.

    Theorem: T09 (log-depth form). That such networks exist: Wang and Sun 2005; Arora, Basu,
    Mianjy, Mukherjee 2016, arXiv 1611.01491. Both constructions were found for this project.
    With blocks in place of trees, fewer layers: see `theory.forms.log3_depth`.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        domain: A box, a polytope with interior, or all of R^n.
        route: "local" by germs; "global" by one maximum per output; "unchanged" returns the
            network if it is shallow enough; "auto" does so, and is "local" otherwise.
        maxima: How maxima are written.
        reduction: How maxima of many functions become maxima of few (T08): by the Radon
            identity, by a triangulation, or by the one that gives the smaller sum.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: the network is too large for the route, too deep for "unchanged", or a
            maximum too large for the reduction.
    """
    if domain.inputs != network.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if route not in ROUTES:
        raise ScopeError(f"route: expected {', '.join(ROUTES)}, got {route!r}")
    if reduction not in REDUCTIONS:
        raise ScopeError(f"reduction: expected {', '.join(REDUCTIONS)}, got {reduction!r}")
    maxima = replace(maxima, reduction=reduction)
    inputs, outer = _essential(network, domain)
    bound = maxima.layers(inputs + 1)
    if route in ("unchanged", "auto") and network.hidden_layers <= bound:
        trace = LogDepthTrace("unchanged", bound, widths=network.widths, theorem=maxima.theorem)
        return LogDepthForm(network, trace)
    if route == "unchanged":
        raise ScopeError(f"route: {network.hidden_layers} hidden layers are more than {bound}")
    if outer is None:
        form = _constant(network, domain)
    elif route == "global":
        form = outer.form(lambda free, where: _global_form(free, where, maxima))
    elif network.hidden_layers <= 1 or (bound <= 2 and reduction == "smaller"):
        form = _by_two_hidden(network, domain)
    else:
        form = outer.form(lambda free, where: _local_form(free, where, maxima))
    trace = replace(
        form.trace,
        bound=bound,
        widths=form.network.widths,
        theorem=maxima.theorem,
        reduction=reduction,
    )
    return LogDepthForm(form.network, trace)


@dataclass(frozen=True, slots=True)
class _Essential:
    """A network over the variables that matter, and the way back."""

    network: Network
    domain: Domain
    lifted: Callable[[Network], Network]

    def form(self, construction: Callable[[Network, Domain], LogDepthForm]) -> LogDepthForm:
        """The form that the construction finds, as a network of all inputs."""
        found = construction(self.network, self.domain)
        return LogDepthForm(self.lifted(found.network), found.trace)


def _essential(network: Network, domain: Domain) -> tuple[int, _Essential | None]:
    """How many variables matter, and the network over them; None if none does.

    Fixed inputs of a box do not matter. Over all of R^n the rank of the first layer counts.
    """
    if isinstance(domain, Box) and domain.fixed:
        if len(domain.fixed) == domain.inputs:
            return 0, None
        free = restricted(network, domain)
        return len(free.free), _Essential(free.network, free.box, free.lifted)
    if isinstance(domain, Space) and network.hidden_layers:
        read = quotient(network)
        rank = read.network.inputs
        if not rank:
            return 0, None
        if rank < network.inputs:
            return rank, _Essential(read.network, Space(rank), read.lifted)
    return network.inputs, _Essential(network, domain, lambda same: same)


def _constant(network: Network, domain: Domain) -> LogDepthForm:
    """The form of a network that has one value on the whole domain."""
    zero = (Fraction(0),) * network.inputs
    values = network(domain.lower if isinstance(domain, Box) else zero)
    sums = [affine_sum((value, *zero)) for value in values]
    return LogDepthForm(assembled(sums, domain), LogDepthTrace("local", 0))


def _by_two_hidden(network: Network, domain: Domain) -> LogDepthForm:
    """The local form for at most three variables, where it is the two-hidden-layer form."""
    form = two_hidden_form(network, domain)
    trace = LogDepthTrace(
        "local", 0, form.trace.cells, form.trace.faces, reductions=form.trace.reductions
    )
    return LogDepthForm(form.network, trace)


def _local_form(network: Network, domain: Domain, maxima: Maxima) -> LogDepthForm:
    """The sum of germs, its deep units rewritten."""
    found = germ_sum(network, domain)
    units = all_units(unit for term in found.sums for unit in term.units)
    reduction = DepthReduction({unit.form for unit in units if unit.depth == 1}, maxima)
    bound = maxima.layers(network.inputs + 1)
    sums: Sequence[UnitSum] = [reduction.sum(term, bound) for term in found.sums]
    if isinstance(domain, Box):
        sums = settled(sums, domain)
    trace = LogDepthTrace(
        "local",
        bound,
        found.cells,
        found.faces,
        maxima=tuple(sorted(reduction.arities.items())),
        reductions=tuple(sorted(reduction.theorems.items())),
    )
    return LogDepthForm(assembled(sums, domain, found.scale), trace)


def _global_form(network: Network, domain: Domain, maxima: Maxima) -> LogDepthForm:
    """Every output made convex, its maximum reduced and written as trees or blocks."""
    found = list(regions(network, domain))
    arities: Counter[int] = Counter()
    sums = []
    hyperplanes = pieces = 0
    for output in range(network.outputs):
        cells = [(region.cell, region.outputs[output]) for region in found]
        term, bent, affine = _maximum_form(cells, network.inputs, arities, maxima)
        sums.append(term)
        hyperplanes += bent
        pieces += affine
    if isinstance(domain, Box):
        sums = list(settled(sums, domain))
    trace = LogDepthTrace(
        "global",
        maxima.layers(network.inputs + 1),
        len(found),
        hyperplanes=hyperplanes,
        pieces=pieces,
        maxima=tuple(sorted(arities.items())),
    )
    return LogDepthForm(assembled(sums, domain, integer_network(network).scale), trace)


def _maximum_form(
    cells: Sequence[Cell], inputs: int, arities: Counter[int], maxima: Maxima
) -> tuple[UnitSum, int, int]:
    """One output as a sum of units, and how many hyperplanes and pieces it took."""
    convex = convexified(cells)
    if len(convex.pieces) > MOST_PIECES:
        raise ScopeError(
            f"global route: {len(convex.pieces)} affine pieces, at most {MOST_PIECES} are "
            "reduced; take the local route"
        )
    walls = bends(cells)
    layers = maxima.layers(inputs + 1)
    terms: list[tuple[UnitSum, Number]] = []
    for functions, coefficient in maxima.reduced(convex.pieces, layers).items():
        arities[len(functions)] += 1
        term = maxima.written(functions, layers, walls)
        terms.append((term, convex.sign * coefficient))
    for hyperplane, weight in convex.hyperplanes:
        terms.append((relu_of(affine_sum(hyperplane)), -convex.sign * weight))
    size = inputs + 1
    return weighted_sum(terms, size), len(convex.hyperplanes), len(convex.pieces)
