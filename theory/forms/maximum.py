"""The maximum of n numbers in few hidden layers, in place of a network that computes it."""

from dataclasses import dataclass

from theory.domain import Domain
from theory.errors import ScopeError, ShapeError
from theory.forms.max_blocks import MAX_OF_FIVE, MAX_OF_SIX, BlockFormula
from theory.forms.max_recursion import layers_of_blocks, maximum_network, most_of_blocks
from theory.forms.max_tree import layers_of_maximum
from theory.network import Network

MOST_NUMBERS = 54
_FORMULAS = {formula.count: formula for formula in (MAX_OF_FIVE, MAX_OF_SIX)}


@dataclass(frozen=True, slots=True)
class MaximumTrace:
    """What the construction made.

    Attributes:
        numbers: Of how many numbers it is the maximum.
        most_layers: How many hidden layers there may be.
        widths: Of the new network, inputs and output included.
        theorem: T10 where trees are shallow enough, T17, T18 for five and six numbers in two
            hidden layers, T19 for the recursion.
    """

    numbers: int
    most_layers: int
    widths: tuple[int, ...]
    theorem: str


@dataclass(frozen=True, slots=True)
class MaximumForm:
    """A network that is the maximum of its inputs, and how it came about.

    Attributes:
        network: Q^n -> Q, max(x_1, ..., x_n) for all x.
        formula: The block formula that it is written from; None for trees and the recursion.
        trace: What the construction made.
    """

    network: Network
    formula: BlockFormula | None
    trace: MaximumTrace


def maximum_form(network: Network, domain: Domain, layers: int | None = None) -> MaximumForm:
    """The maximum of the inputs of a network, with at most so many hidden layers.

    Whether the given network is that maximum is not asked here; whoever claims it proves it.

    Theorem: T10 (max trees), T17 (maximum of five), T18 (maximum of six), T19 (recursion).

    Args:
        network: Any network Q^n -> Q.
        domain: Where the claim is to be made; the result is the maximum on all of Q^n.
        layers: How many hidden layers there may be; as few as T19 gives if left out.

    Raises:
        ShapeError: network and domain have different numbers of inputs, or there is more than
            one output.
        ScopeError: there are more than 2 * 3^(layers - 1) inputs, or more than 54.
    """
    if domain.inputs != network.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if network.outputs != 1:
        raise ShapeError(f"maximum: expected one output, got {network.outputs}")
    count = network.inputs
    if count > MOST_NUMBERS:
        raise ScopeError(f"maximum: {count} numbers, at most {MOST_NUMBERS} are written")
    most = layers_of_blocks(count) if layers is None else layers
    if most_of_blocks(most) < count:
        raise ScopeError(f"maximum: {most} layers are too few for {count} numbers")
    formula = _FORMULAS.get(count) if most == 2 else None
    found = maximum_network(count, most)
    theorem = "T10" if layers_of_maximum(count) <= most else formula.theorem if formula else "T19"
    return MaximumForm(found, formula, MaximumTrace(count, most, found.widths, theorem))
