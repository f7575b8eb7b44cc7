"""Networks whose edges all share one weight w (weight-agnostic networks, Gaier and Ha 2019).

Node 0 is the constant 1, nodes 1, ..., n are the inputs; every later node v is

    v = activation(w * (sum of the nodes that it reads)),

a function of (w, x). Activations are the positively homogeneous piecewise linear ones: identity,
negation, absolute, relu. For such networks with paths of one length L from the constant and the
inputs to the outputs, w and the weight of an edge may change places with the inputs:

    f(w, x) = w^L f(1, x)   and   f(-w, x) = w^L f(-1, x)   for w > 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ScopeError, ShapeError
from theory.graphs.wiring import Bundle, Wiring
from theory.network import ZERO, Affine, Network, Vector, relu

ONE = Fraction(1)

ACTIVATIONS: Mapping[str, Callable[[Fraction], Fraction]] = {
    "absolute": abs,
    "identity": lambda value: value,
    "negation": lambda value: -value,
    "relu": relu,
}


@dataclass(frozen=True, slots=True)
class SharedNode:
    """A node: its activation, and the numbers of the nodes that it reads, increasing."""

    activation: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SharedWeightNetwork:
    """A network (w, x) -> Q^m whose edges share the weight w.

    Attributes:
        inputs: n, at least 1.
        nodes: Those after the constant and the inputs, numbered n + 1, n + 2, ...; each reads
            earlier ones.
        outputs: The numbers of the nodes that are the outputs.
    """

    inputs: int
    nodes: tuple[SharedNode, ...]
    outputs: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.inputs < 1 or not self.outputs:
            raise ShapeError("shared weight: expected at least one input and one output")
        first = self.inputs + 1
        for number, node in enumerate(self.nodes, start=first):
            if node.activation not in ACTIVATIONS:
                known = ", ".join(sorted(ACTIVATIONS))
                raise ScopeError(f"node {number}: {node.activation!r:.40} is none of {known}")
            rising = list(node.sources) == sorted(set(node.sources))
            if not rising or (
                node.sources and not 0 <= node.sources[0] <= node.sources[-1] < number
            ):
                raise ShapeError(f"node {number}: expected increasing numbers of earlier nodes")
        if not all(first <= output < first + len(self.nodes) for output in self.outputs):
            raise ShapeError("shared weight: expected outputs that are nodes, not inputs")

    def values(self, weight: Fraction, point: Sequence[Fraction]) -> Vector:
        """The values of all nodes, the constant and the inputs first, exactly.

        Raises:
            ShapeError: the point has another dimension.
        """
        if len(point) != self.inputs:
            raise ShapeError(f"point: expected {self.inputs} coordinates, got {len(point)}")
        found = [ONE, *point]
        for node in self.nodes:
            total = sum((found[source] for source in node.sources), ZERO)
            found.append(ACTIVATIONS[node.activation](weight * total))
        return tuple(found)

    def __call__(self, weight: Fraction, point: Sequence[Fraction]) -> Vector:
        """f(weight, point), exactly: the semantics that every claim speaks about."""
        found = self.values(weight, point)
        return tuple(found[output] for output in self.outputs)

    @property
    def path_length(self) -> int:
        """L, if every path from the constant or an input to an output has L edges.

        A node that no input and no constant reaches is 0 for every w, and has no paths.
        0 is returned if there are no paths at all: then all outputs are 0.

        Theorem: T50 (one shared weight).

        Raises:
            ScopeError: there are paths of two lengths.
        """
        lengths: list[frozenset[int]] = [frozenset({0})] * (self.inputs + 1)
        for node in self.nodes:
            lengths.append(frozenset(1 + n for source in node.sources for n in lengths[source]))
        found = sorted({length for output in self.outputs for length in lengths[output]})
        if len(found) > 1:
            raise ScopeError(f"shared weight: there are paths of {found[0]} and {found[1]} edges")
        return found[0] if found else 0

    def at(self, weight: Fraction) -> Network:
        """The ReLU network x -> f(weight, x).

        Theorem: T50 (one shared weight), T42 (graphs as layered networks).
        """
        wiring = Wiring(self.inputs)
        constant = wiring.entry.mapped(Affine(self.inputs, ((),), (ONE,)))
        values = [constant, *(wiring.entry.picked([index]) for index in range(self.inputs))]
        for node in self.nodes:
            read = [values[source] for source in node.sources]
            values.append(_activated(wiring, node.activation, _sum(constant, read, weight)))
        outputs = values[self.outputs[0]]
        for output in self.outputs[1:]:
            outputs = outputs.joined(values[output])
        return wiring.network(outputs)


def _sum(constant: Bundle, read: Sequence[Bundle], weight: Fraction) -> Bundle:
    """Weight times the sum of single functions."""
    if not read or not weight:
        return constant.mapped(Affine(1, ((),), (ZERO,)))
    joined = read[0]
    for one in read[1:]:
        joined = joined.joined(one)
    row = tuple((column, weight) for column in range(joined.size))
    return joined.mapped(Affine(joined.size, (row,), (ZERO,)))


def _activated(wiring: Wiring, activation: str, argument: Bundle) -> Bundle:
    """The activation of a single function."""
    negated = argument.mapped(Affine(1, (((0, -ONE),),), (ZERO,)))
    match activation:
        case "identity":
            return argument
        case "negation":
            return negated
        case "relu":
            return wiring.rectified(argument)
        case _:
            both = wiring.rectified(argument.joined(negated))
            return both.mapped(Affine(2, (((0, ONE), (1, ONE)),), (ZERO,)))
