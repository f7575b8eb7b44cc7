"""Counts against an evaluation that counts, and a critical path against rounds of additions."""

from fractions import Fraction
from pathlib import Path

from hypothesis import given

from theory.cost import cost
from theory.network import Affine, Network
from verify.formats.network_file import Source
from verify.network_facts import network_facts
from verify.testing.strategies import networks

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


class Counted(Fraction):
    """A number that counts the products formed with it."""

    products = 0

    def __rmul__(self, other: object) -> Fraction:  # type: ignore[override]
        Counted.products += 1
        return Counted(Fraction(self) * Fraction(str(other)))


def rounds_of_additions(numbers: int) -> int:
    """How often all neighbours are added until one number is left."""
    rounds = 0
    while numbers > 1:
        numbers = numbers // 2 + numbers % 2
        rounds += 1
    return rounds


def waited(network: Network) -> int:
    """The critical path by going through the layers."""
    clock = 0
    for index, layer in enumerate(network.layers):
        ends = [clock]
        for row, bias in zip(layer.weight, layer.bias, strict=True):
            weights = [entry for entry in row if entry != 0]
            terms = len(weights) + (1 if bias != 0 else 0)
            start = clock + 1 if any(any(one) for one in layer.weight) else clock
            ends.append(start + rounds_of_additions(terms))
        clock = max(ends) + (1 if index < network.hidden_layers else 0)
    return clock


@given(networks())
def test_products_are_those_of_an_evaluation(network: Network) -> None:
    found = cost(network)
    total = 0
    for layer in network.layers:
        Counted.products = 0
        layer([Counted(1)] * layer.inputs)
        total += Counted.products
    assert found.products == total


@given(networks())
def test_costs_are_those_of_dense_matrices(network: Network) -> None:
    found = cost(network)
    entries = [entry for layer in network.layers for row in layer.weight for entry in row]
    biases = [bias for layer in network.layers for bias in layer.bias]
    assert found.stored == len(entries) + len(biases)
    assert found.dense_products == len(entries)
    assert found.numbers == sum(1 for entry in (*entries, *biases) if entry) == network.parameters
    assert found.layers == network.hidden_layers + 1
    assert found.path == waited(network)


@given(networks())
def test_facts_hold_the_cost(network: Network) -> None:
    facts = network_facts(Source(network, "net", "json", "0" * 64))
    assert facts.cost == cost(network)


def test_a_worked_example() -> None:
    """relu(x) + relu(-x) + 1: products 1, ReLU 1, products 1, two levels for three terms."""
    network = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [1])))
    found = cost(network)
    assert (found.numbers, found.stored, found.products, found.dense_products) == (5, 7, 4, 4)
    assert (found.layers, found.path) == (2, 5)
    nothing = cost(Network((Affine.dense([[0, 0]], [0]),)))
    assert (nothing.numbers, nothing.stored, nothing.path) == (0, 3, 0)
