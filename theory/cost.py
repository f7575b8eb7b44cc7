"""What evaluating a network costs: numbers to store, products to form, steps that must wait.

Two models of a machine: a dense one stores and multiplies zeros too; a sparse one skips them. The
critical path is what is left with as many processors as one likes: in every layer all products at
once, sums by balanced trees of additions of two numbers, then ReLU, and no layer begins before
the one before it has ended.
"""

from dataclasses import dataclass

from theory.network import Affine, Network


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one evaluation at one point.

    Attributes:
        numbers: Weights and biases that are not 0.
        stored: Weights and biases of dense layers, zeros included.
        products: Weights that are not 0: multiply-adds where zeros are skipped.
        dense_products: All weights: multiply-adds of dense layers.
        layers: Affine layers, one after the other.
        path: Operations one after the other: products, levels of additions, ReLUs.
    """

    numbers: int
    stored: int
    products: int
    dense_products: int
    layers: int
    path: int


def cost(network: Network) -> Cost:
    """The cost of evaluating a network, by counting."""
    layers = network.layers
    products = sum(len(row) for layer in layers for row in layer.rows)
    dense = sum(layer.inputs * layer.outputs for layer in layers)
    return Cost(
        numbers=products + sum(1 for layer in layers for bias in layer.bias if bias),
        stored=dense + sum(layer.outputs for layer in layers),
        products=products,
        dense_products=dense,
        layers=len(layers),
        path=sum(map(_levels, layers)) + network.hidden_layers,
    )


def _levels(layer: Affine) -> int:
    """One level for the products, if there are any, and those of the longest sum."""
    terms = [len(row) + bool(bias) for row, bias in zip(layer.rows, layer.bias, strict=True)]
    longest = max(terms, default=0)
    return int(any(layer.rows)) + max(longest - 1, 0).bit_length()
