"""Lossless compression: a network with fewer units that is equal to a given one on a domain.

Stably inactive, constant and unread units go; stably active ones are merged to as many as the
rank of what they hand on, and a layer of nothing else is folded into the next one; units with
the same hyperplane are made one. Which units are stable is found by exact bounds, or told by a
caller who can prove more. The smaller the domain, the smaller the network.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from theory.domain import Domain
from theory.errors import ShapeError
from theory.linear_part import with_least_linear_part
from theory.network import Network
from theory.slimming import (
    Removals,
    Slim,
    undecided,
    without_constants,
    without_duplicates,
    without_unread,
)
from theory.stability import Ends, Layers, Stability, box_of, stability

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """What became of a hidden layer.

    Attributes:
        layer: Its number, from 1.
        units: How many it had.
        inactive: Those with arguments <= 0 on the domain.
        active: Those with arguments >= 0.
        undecided: The others: bounds leave both signs possible.
        proofs: How many signs were decided in which way.
        removed: How many units went for which reason: `inactive`, `constant`, `unread`,
            `duplicate`, `opposite`, `merged` (stably active, beyond the rank), `folded`.
        kept: How many units it has now, new ones that carry its linear part included.
    """

    layer: int
    units: int
    inactive: int
    active: int
    undecided: int
    proofs: Counts
    removed: Counts
    kept: int


@dataclass(frozen=True, slots=True)
class CompressionTrace:
    """What the compression met and made.

    Attributes:
        layers: The hidden layers of the original network.
        widths_before: Of the original network, inputs and outputs included.
        widths: Of the new network.
        parameters_before: Nonzero weights and biases of the original network.
        parameters: Of the new network.
        theorem: Always T38.
    """

    layers: tuple[LayerTrace, ...]
    widths_before: tuple[int, ...]
    widths: tuple[int, ...]
    parameters_before: int
    parameters: int
    theorem: str = "T38"


@dataclass(frozen=True, slots=True)
class CompressedForm:
    """A network with fewer units that is equal on the domain, and how it came about."""

    network: Network
    trace: CompressionTrace


def compressed_form(
    network: Network, domain: Domain, known: Layers | None = None
) -> CompressedForm:
    """A network with no more units, equal to the given one at every point of the domain.

    Theorem: T38 (lossless compression on a domain). Source: T. Serra, A. Kumar, S. Ramalingam
    2020, arXiv 2001.00218, and T. Serra, X. Yu, A. Kumar, S. Ramalingam 2021, arXiv 2102.07804, for
    stable units, linearly dependent ones and folding; ranks and opposite units were found for
    this project.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        domain: A box, a polytope, or all of R^n.
        known: What is known of every hidden unit on the domain; by default what exact
            intervals and zonotopes say.

    Raises:
        ShapeError: network and domain have different numbers of inputs, or `known` speaks of
            other units.
    """
    if known is None:
        known = stability(network, domain)
    if network.inputs != domain.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if tuple(map(len, known)) != network.widths[1:-1]:
        raise ShapeError(f"stability: expected units of {network.widths[1:-1]} hidden layers")
    slim = Slim.of(network, known, _inputs(domain))
    before = -1
    while before != slim.size:
        before = slim.size
        for place in reversed(range(len(slim.hidden))):
            slim = _slimmer(slim, place)
    return CompressedForm(slim.network, _trace(network, known, slim))


def _inputs(domain: Domain) -> list[Ends]:
    """Bounds of the inputs on the domain."""
    box = box_of(domain)
    if box is None:
        return [(None, None)] * domain.inputs
    return list(zip(box.lower, box.upper, strict=True))


def _slimmer(slim: Slim, place: int) -> Slim:
    """The network with one hidden layer made smaller, or folded into the next one."""
    for edit in (without_constants, without_unread, without_duplicates, with_least_linear_part):
        slim = edit(slim, place)
    return slim if undecided(slim.hidden[place]) else slim.folded(place)


def _trace(network: Network, known: Layers, slim: Slim) -> CompressionTrace:
    kept = {layer.number: len(layer.units) for layer in slim.hidden}
    layers = tuple(
        _layer_trace(number, units, slim.removed, kept.get(number, 0))
        for number, units in enumerate(known)
    )
    new = slim.network
    return CompressionTrace(layers, network.widths, new.widths, network.parameters, new.parameters)


def _layer_trace(
    number: int, units: Sequence[Stability], removed: Removals, kept: int
) -> LayerTrace:
    signs = Counter(unit.sign for unit in units)
    proofs = Counter(unit.proof for unit in units if unit.sign)
    lost = {reason: count for (layer, reason), count in removed.items() if layer == number}
    return LayerTrace(
        number + 1,
        len(units),
        signs[-1],
        signs[1],
        signs[0],
        tuple(sorted(proofs.items())),
        tuple(sorted(lost.items())),
        kept,
    )
