"""What is told about a network is true of it."""

from fractions import Fraction
from pathlib import Path

from hypothesis import given

from theory.network import Affine, Network
from verify.formats.network_file import Source
from verify.formats.network_json import write_network_json
from verify.network_facts import network_facts, read_facts
from verify.testing.strategies import networks


def test_facts_of_a_file(tmp_path: Path) -> None:
    network = Network(
        (
            Affine.dense([[1, 0], [0, 0], [Fraction(1, 3), 2]], [0, 0, 1]),
            Affine.dense([[1, 2, Fraction(2**24 + 1)]], [Fraction(1, 2)]),
        )
    )
    digest = write_network_json(network, tmp_path / "net.json")
    facts = read_facts(tmp_path / "net.json")
    assert (facts.name, facts.format, facts.notes) == ("net.json", "json", ())
    assert facts.sha256 == facts.canonical_sha256 == digest
    assert (facts.widths, facts.units, facts.parameters) == ((2, 3, 1), 3, 8)
    assert facts.exactness == "rational"
    first, second = facts.layers
    assert (first.inputs, first.outputs, first.weights, first.biases) == (2, 3, 3, 1)
    assert (first.zero_rows, first.exactness, first.bits) == (1, "rational", 2)
    assert (second.exactness, second.bits) == ("float64", 25)


@given(networks())
def test_sums_over_layers(network: Network) -> None:
    facts = network_facts(Source(network, "net", "json", "0" * 64))
    assert facts.parameters == sum(layer.weights + layer.biases for layer in facts.layers)
    assert facts.widths == (facts.layers[0].inputs, *(layer.outputs for layer in facts.layers))


def test_facts_of_public_files(data: Path) -> None:
    facts = read_facts(data / "arch-comp" / "vcas_01.nnet")
    assert (facts.exactness, facts.widths) == ("rational", (3, 20, 20, 20, 20, 20, 9))
    facts = read_facts(data / "arch-comp" / "single_pendulum.onnx")
    assert (facts.exactness, facts.units) == ("float32", 50)
