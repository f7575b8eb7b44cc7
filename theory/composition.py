"""A network written as sums of hidden units in canonical form: the inverse of assembly.

Units that are equal up to a positive factor or a sign become one unit on the way, units of
one sign disappear, and what cancels cancels.
"""

from theory.form import coordinate_forms, integer_network
from theory.network import Network
from theory.unit import UnitSum, affine_sum, relu_of, weighted_sum


def unit_sums(network: Network) -> tuple[tuple[UnitSum, ...], int]:
    """The outputs times a positive integer, as sums of units, and that integer.

    Theorem: T02 (symmetries preserve the function), with relu(-t) = relu(t) - t.
    """
    whole = integer_network(network)
    size = network.inputs + 1
    values = [affine_sum(form) for form in coordinate_forms(network.inputs)]
    for index, layer in enumerate(whole.layers):
        sums = []
        for row, bias in zip(layer.rows, layer.bias, strict=True):
            constant = affine_sum((bias, *(0,) * network.inputs))
            terms = [(values[column], weight) for column, weight in row]
            sums.append(weighted_sum([*terms, (constant, 1)], size))
        values = [relu_of(term) for term in sums] if index < network.hidden_layers else sums
    return tuple(values), whole.scale
