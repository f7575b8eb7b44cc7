"""What `relucert show` tells about a network: layers, widths, cost, exactness, sha256."""

from dataclasses import dataclass
from pathlib import Path

from theory.cost import Cost, cost
from theory.network import Affine
from verify.formats.exactness import entries, layer_exactness, network_exactness
from verify.formats.network_file import Source, read_network
from verify.formats.network_json import network_digest


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """Facts of one affine layer.

    Attributes:
        inputs: The n of Q^n -> Q^m.
        outputs: The m.
        weights: The number of nonzero weights.
        biases: The number of nonzero biases.
        zero_rows: The number of rows without a nonzero weight.
        exactness: `float32`, `float64` or `rational`, the least that holds all numbers.
        bits: The largest number of bits of a numerator or denominator.
    """

    inputs: int
    outputs: int
    weights: int
    biases: int
    zero_rows: int
    exactness: str
    bits: int


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """Facts of a network.

    Attributes:
        name: The file's name.
        format: `onnx`, `nnet` or `json`.
        sha256: Of the bytes of the file.
        canonical_sha256: Of the exact JSON form, which names the network in claims.
        widths: Inputs, units of every hidden layer, outputs.
        units: The number of hidden units.
        parameters: The number of nonzero weights and biases.
        exactness: `float32`, `float64` or `rational`, the least that holds all numbers.
        cost: What one evaluation costs.
        layers: Facts of every layer.
        notes: What a reader should know about the reading of the file.
    """

    name: str
    format: str
    sha256: str
    canonical_sha256: str
    widths: tuple[int, ...]
    units: int
    parameters: int
    exactness: str
    cost: Cost
    layers: tuple[LayerFacts, ...]
    notes: tuple[str, ...]


def network_facts(source: Source) -> NetworkFacts:
    """The facts of a network that was read."""
    network = source.network
    return NetworkFacts(
        name=source.name,
        format=source.format,
        sha256=source.sha256,
        canonical_sha256=network_digest(network),
        widths=network.widths,
        units=network.units,
        parameters=network.parameters,
        exactness=network_exactness(network).text,
        cost=cost(network),
        layers=tuple(_layer_facts(layer) for layer in network.layers),
        notes=source.notes,
    )


def read_facts(path: Path | str) -> NetworkFacts:
    """The facts of the network in a file.

    Raises:
        InputError: the file cannot be read exactly.
    """
    return network_facts(read_network(path))


def _layer_facts(layer: Affine) -> LayerFacts:
    numbers = [entry.value for entry in entries(layer, 0)]
    return LayerFacts(
        inputs=layer.inputs,
        outputs=layer.outputs,
        weights=sum(map(len, layer.rows)),
        biases=sum(1 for bias in layer.bias if bias),
        zero_rows=sum(1 for row in layer.rows if not row),
        exactness=layer_exactness(layer).text,
        bits=max(
            (max(abs(n.numerator).bit_length(), n.denominator.bit_length()) for n in numbers),
            default=0,
        ),
    )
