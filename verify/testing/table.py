"""A network as a table that a person reads in a terminal, and as one expression of Python."""

from collections.abc import Sequence
from fractions import Fraction

from theory.domain import Box, Domain, Space
from theory.network import Affine, Network, Vector

_MOST_COLUMNS, _MOST_ROWS, _MOST_BITS = 10, 24, 24


def sizes(network: Network) -> str:
    """2-16-16-1."""
    return "-".join(map(str, network.widths))


def point_text(values: Vector) -> str:
    """(1, -1/2)."""
    return f"({', '.join(map(str, values))})"


def network_table(network: Network) -> str:
    """One block a layer: a row a unit, a column for what it reads, and its bias.

    Of wide layers the first columns and rows are shown, and how many more there are. A number
    with many digits is shown as a decimal that begins with ~.
    """
    blocks = []
    reads = "x"
    for number, layer in enumerate(network.layers, start=1):
        is_last = number == len(network.layers)
        named = "y" if is_last else "abcdefgh"[(number - 1) % 8]
        title = "output" if is_last else f"hidden {number}, relu of"
        blocks.append(f"  {title}\n{_layer_table(layer, reads, named)}")
        reads = named
    return "\n".join(blocks)


def _layer_table(layer: Affine, reads: str, named: str) -> str:
    columns = min(layer.inputs, _MOST_COLUMNS)
    more = layer.inputs - columns
    head = ["", *(f"{reads}{index}" for index in range(columns)), *["..."] * bool(more), "bias"]
    rows = [
        [
            f"{named}{index}",
            *map(_shown, weights[:columns]),
            *["..."] * bool(more),
            _shown(layer.bias[index]),
        ]
        for index, weights in enumerate(layer.weight[:_MOST_ROWS])
    ]
    lines = _aligned([head, *rows])
    if layer.outputs > len(rows):
        lines.append(f"... and {layer.outputs - len(rows)} more rows")
    if more:
        lines.append(f"... and {more} more columns")
    return "\n".join(f"    {line}" for line in lines)


def _shown(value: Fraction) -> str:
    digits = value.numerator.bit_length() + value.denominator.bit_length()
    if digits <= _MOST_BITS:
        return str(value)
    try:
        return f"~{float(value):.4g}"
    except OverflowError:
        return f"({digits} bits)"


def _aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]


# ------------------------------------------------------------------------------------ Python


def number_expression(value: Fraction) -> str:
    """`3` or `Fraction(1, 2)`."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"Fraction({value.numerator}, {value.denominator})"


def network_expression(network: Network) -> str:
    """`Network((Affine.dense([[1, 0]], [0], 2), ...))`: what evaluates to the network."""
    layers = "".join(f"{_layer_expression(layer)}, " for layer in network.layers)
    return f"Network(({layers.strip()}))"


def _layer_expression(layer: Affine) -> str:
    rows = ", ".join(_list_expression(row) for row in layer.weight)
    return f"Affine.dense([{rows}], {_list_expression(layer.bias)}, {layer.inputs})"


def _list_expression(values: Sequence[Fraction]) -> str:
    return f"[{', '.join(map(number_expression, values))}]"


def domain_expression(domain: Domain) -> str:
    """What evaluates to the domain, or to the text that `read_domain` reads as it."""
    match domain:
        case Box(lower, upper):
            intervals = list(zip(lower, upper, strict=True))
            kept = intervals[:1] if len(set(intervals)) == 1 else intervals
            return repr("box:" + ";".join(f"{low},{high}" for low, high in kept))
        case Space():
            return repr("all")
        case _:
            return repr(domain)


def import_line(expressions: str) -> str:
    """The imports that such expressions need, as statements of one line."""
    wanted = []
    if "Fraction(" in expressions:
        wanted.append("from fractions import Fraction")
    if "Polytope(" in expressions:
        wanted.append("from theory.domain import Polytope")
    if "Network(" in expressions:
        wanted.append("from theory.network import Affine, Network")
    return "; ".join(wanted)
