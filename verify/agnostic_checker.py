"""Checks agnostic.json: what holds of networks with one shared weight, for every weight (T50).

    python3 -I -S verify/agnostic_checker.py FOLDER/agnostic.json

Two networks f, g whose paths from the inputs and the constant to the outputs all have the same
number L >= 1 of edges: f(w, x) = |w|^L f(+-1, x), and so for g. So two ordinary claims, at w = 1
and w = -1, are enough for all weights; at w = 0 all outputs are 0. The claims are either that the
outputs are equal, or that output `largest` of f alone is never exceeded: the sum of
relu(f_j - f_largest) is 0. Standard library alone; the claims are handed to verify/checker.py.
"""

import os
import sys
from dataclasses import dataclass
from fractions import Fraction

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, fields, require, typed
from verify.recurrent_claims import (
    ONE,
    Layers,
    Map,
    Obligation,
    Reader,
    Row,
    beside,
    constants,
    followed,
    proved,
    run,
    units,
)

ACTIVATIONS = {  # relu(v), relu(-v) -> the activation of v
    "absolute": (ONE, ONE),
    "identity": (ONE, -ONE),
    "negation": (-ONE, ONE),
    "relu": (ONE, Fraction(0)),
}


@dataclass(frozen=True, slots=True)
class Shared:
    """A network with one shared weight: inputs, (activation, sources) of nodes, outputs."""

    inputs: int
    nodes: tuple[tuple[str, tuple[int, ...]], ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Agnostic:
    """What a file states: equality with `right`, or that an output of left is largest."""

    left: Shared
    right: Shared | None
    largest: int
    domain: object


def levels(network: Shared) -> tuple[list[int | None], list[bool]]:
    """The length of the paths to every node, None where there are none; which nodes matter.

    Raises:
        RejectedError: a node that matters has paths of two lengths.
    """
    first = network.inputs + 1
    matters = [False] * (first + len(network.nodes))
    for output in network.outputs:
        matters[output] = True
    for number in reversed(range(first, len(matters))):
        for source in network.nodes[number - first][1]:
            matters[source] = matters[source] or matters[number]
    found: list[int | None] = [0] * first
    for number, (_, sources) in enumerate(network.nodes, start=first):
        lengths = {level for source in sources if (level := found[source]) is not None}
        mixed = len(lengths) > 1
        require(not (mixed and matters[number]), f"node {number}: paths of two lengths")
        found.append(1 + min(lengths) if lengths else None)
    return found, matters


def length(network: Shared) -> int:
    """The length of all paths to the outputs; 0 if there are none."""
    found, _ = levels(network)
    lengths = {level for output in network.outputs if (level := found[output]) is not None}
    require(len(lengths) <= 1, "outputs: paths of two lengths")
    return min(lengths) if lengths else 0


def at(network: Shared, weight: Fraction) -> Layers:
    """The network at a weight, layer by layer."""
    found, matters = levels(network)
    first, depth = network.inputs + 1, length(network)
    inputs = units(network.inputs, range(network.inputs))
    layers: Layers = (constants(network.inputs, (ONE,)).beside(inputs),)
    places = {number: number for number in range(first)}
    for level in range(1, depth + 1):
        numbers = [n for n in range(first, len(found)) if found[n] == level and matters[n]]
        rows: list[Row] = []
        for number in numbers:
            sources = network.nodes[number - first][1]
            rows.append({places[s]: weight for s in sources if found[s] is not None})
        size = len(numbers)
        step = Map(len(layers[-1].bias), tuple(rows), (Fraction(0),) * size)
        both = step.beside(units(size, range(size), -ONE).after(step))
        signs = [ACTIVATIONS[network.nodes[number - first][0]] for number in numbers]
        outer: list[Row] = []
        for unit, pair in enumerate(signs):
            ends = zip((unit, size + unit), pair, strict=True)
            outer.append({place: sign for place, sign in ends if sign})
        layers = followed(layers, (both, Map(2 * size, tuple(outer), (Fraction(0),) * size)))
        places = {number: place for place, number in enumerate(numbers)}
    wide = len(layers[-1].bias)
    told = tuple({places[n]: ONE} if found[n] is not None else {} for n in network.outputs)
    return followed(layers, (Map(wide, told, (Fraction(0),) * len(told)),))


def exceeding(layers: Layers, largest: int) -> Layers:
    """X -> the sum of relu(f_j(x) - f_largest(x)) over the other outputs."""
    count = len(layers[-1].bias)
    rows: list[Row] = [{j: ONE, largest: -ONE} for j in range(count) if j != largest]
    differences = Map(count, tuple(rows), (Fraction(0),) * len(rows))
    total = Map(len(rows), (dict.fromkeys(range(len(rows)), ONE),), (Fraction(0),))
    return followed(layers, (differences, total))


def obligations(stated: Agnostic) -> list[Obligation]:
    """The claims at w = 1 and at w = -1.

    Raises:
        RejectedError: paths have several lengths, so that the theorem does not apply.
    """
    left, right = stated.left, stated.right
    if right is not None:
        lengths = {found for one in (left, right) if (found := length(one))}
        require(len(lengths) <= 1, "the networks have paths of different lengths")
    claims: list[Obligation] = []
    for weight in (ONE, -ONE):
        one = at(left, weight)
        if right is None:
            one = exceeding(one, stated.largest)
            other: Layers = (constants(left.inputs, (Fraction(0),)),)
        else:
            other = at(right, weight)
        claims.append(Obligation.equal(f"weight {weight}", one, other, stated.domain))
    return claims


def read_shared(data: bytes, what: str) -> Shared:
    """A network with one shared weight from the bytes of its file."""
    inputs, listed, outputs = document(data, "shared-weight", "inputs nodes outputs")
    expect(typed(inputs, int, what) >= 1, f"{what}: expected inputs")
    nodes: list[tuple[str, tuple[int, ...]]] = []
    for node in typed(listed, list, what):
        expect(len(typed(node, list, what)) == 2, f"{what}: expected activation and sources")
        activation, sources = typed(node[0], str, what), typed(node[1], list, what)
        expect(activation in ACTIVATIONS, f"{what}: unknown activation")
        numbers = [typed(source, int, what) for source in sources]
        rising = numbers == sorted(set(numbers)) and all(
            0 <= number <= inputs + len(nodes) for number in numbers
        )
        expect(rising, f"{what}: expected increasing numbers of earlier nodes")
        nodes.append((activation, tuple(numbers)))
    ends = [typed(output, int, what) for output in typed(outputs, list, what)]
    inside = all(inputs < end <= inputs + len(nodes) for end in ends)
    expect(ends and inside, f"{what}: expected outputs that are nodes")
    return Shared(inputs, tuple(nodes), tuple(ends))


def read(beside_it: Reader, data: bytes) -> tuple[Agnostic, object]:
    """What a file states, and its proofs."""
    keys = "domain largest left proofs right"
    domain, largest, left, proofs, right = document(data, "agnostic", keys)
    box, halfspaces = fields(domain, "box halfspaces", "domain")
    where = {"box": typed(box, list, "box"), "halfspaces": typed(halfspaces, list, "halfspaces")}
    one = read_shared(beside(beside_it, left, "left"), "left")
    if right is None:
        inside = 0 <= typed(largest, int, "largest") < len(one.outputs)
        expect(inside, "largest: expected the number of an output")
        return Agnostic(one, None, largest, where), proofs
    expect(largest is None, "largest: expected null beside a right network")
    other = read_shared(beside(beside_it, right, "right"), "right")
    same = (one.inputs, len(one.outputs)) == (other.inputs, len(other.outputs))
    expect(same, "the networks have different numbers of inputs or outputs")
    return Agnostic(one, other, 0, where), proofs


def read_obligations(beside_it: Reader, data: bytes) -> list[Obligation]:
    """The claims, each with its steps."""
    stated, proofs = read(beside_it, data)
    return proved(obligations(stated), proofs)


def check(beside_it: Reader, data: bytes) -> str:
    """What is proved, if both claims hold.

    Raises:
        MalformedError, RejectedError: one does not.
    """
    stated, _ = read(beside_it, data)
    for one in read_obligations(beside_it, data):
        one.check()
    if stated.right is None:
        return f"output {stated.largest} is largest for every weight, on the domain"
    return "equal outputs for every weight, on the domain"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
