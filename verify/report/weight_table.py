"""Tables of weights: one row per unit, wrapped after at most six weights, never a matrix.

A layer with few nonzero weights is printed as `weight unit`, a full one by columns. Of a large
layer only the first units are printed, with the number of those that are not.
"""

import re
from dataclasses import dataclass
from itertools import chain
from math import ceil

from theory.extended import ExtendedAffine, ExtendedNetwork, ExtendedRational
from theory.network import Affine, Network
from verify.report.typesetting import tex_number

MOST_COLUMNS = 6
MOST_LINES = 5
MOST_LINES_PER_UNIT = 2  # on average, else fewer units are printed
MOST_DENSE = 4  # inputs up to which zeros are printed
_LINE_WIDTH = 88.0  # in digits of the type size of the tables
_GAP = 2.6
_TALLEST_KEPT = 18  # lines of a table that is not to be broken between pages
_COMMAND = re.compile(r"\\[a-z]+|\\.")
_Weights = list[tuple[int, str]]  # column and weight in math mode


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of a table: the unit's number and bias on its first line, then its weights.

    Attributes:
        unit: The number of the unit from 1, or an empty text on a further line.
        first: The number of the first weight's unit, or an empty text where it is not needed.
        weights: At most as many cells as the table has columns, in math mode.
        bias: In math mode, or an empty text on a further line.
        last: Whether the unit ends here.
    """

    unit: str
    first: str
    weights: tuple[str, ...]
    bias: str
    last: bool


@dataclass(frozen=True, slots=True)
class WeightTable:
    """A layer as a table.

    Attributes:
        number: The layer's number from 1.
        hidden: Whether ReLU follows.
        inputs: The number of inputs.
        outputs: The number of units.
        source: The name of what the layer reads: `x`, or `u^{(1)}`.
        columns: The number of weights in a line.
        is_sparse: Whether cells name the unit that they weigh.
        is_wrapped: Whether the first weight's unit is given in every line.
        lines: The lines of the units that are printed.
        omitted: The number of units that are not printed.
        shortened: The number of weights that are left out at the ends of long rows.
    """

    number: int
    hidden: bool
    inputs: int
    outputs: int
    source: str
    columns: int
    is_sparse: bool
    is_wrapped: bool
    lines: tuple[TableLine, ...]
    omitted: int
    shortened: int

    @property
    def height(self) -> float:
        """The lines of text that should be free on the page where the table begins."""
        if len(self.lines) > _TALLEST_KEPT:
            return 8
        return round(len(self.lines) * (1.2 if self.has_fractions else 1), 1) + 5

    @property
    def has_fractions(self) -> bool:
        """Whether a fraction is printed, so that lines need more room."""
        cells = (cell for line in self.lines for cell in (*line.weights, line.bias))
        return any(r"\tfrac" in cell for cell in cells)


def weight_tables(network: Network | ExtendedNetwork, rows: int) -> tuple[WeightTable, ...]:
    """The layers of a network as tables with at most so many units each.

    Of units that take many lines fewer are printed, so that a table has at most twice as many
    lines as it may have units.
    """
    layers: tuple[Affine | ExtendedAffine, ...] = network.layers
    return tuple(
        _weight_table(layer, number, number < len(layers), rows)
        for number, layer in enumerate(layers, start=1)
    )


def _weight_table(
    layer: Affine | ExtendedAffine, number: int, hidden: bool, rows: int
) -> WeightTable:
    source = "x" if number == 1 else f"u^{{({number - 1})}}"
    finite = layer.finite if isinstance(layer, ExtendedAffine) else layer
    read = [_weights(layer, row) for row in range(min(rows, layer.outputs))]
    nonzero = sum(map(len, finite.rows if layer is finite else read))
    units = layer.outputs if layer is finite else len(read)
    is_sparse = 4 * nonzero < 3 * layer.inputs * units and layer.inputs > MOST_DENSE
    cells = [
        _sparse_cells(row, source) if is_sparse else _full_cells(row, layer.inputs) for row in read
    ]
    biases = [tex_number(bias) for bias in finite.bias[: len(cells)]]
    columns = _columns(cells, biases)
    is_wrapped = not is_sparse and any(len(row) > columns for row in cells)
    shown, most = _units(cells, columns, rows), columns * MOST_LINES
    lines = (
        _lines(index + 1, cells[index][:most], biases[index], columns, is_wrapped)
        for index in range(shown)
    )
    return WeightTable(
        number,
        hidden,
        layer.inputs,
        layer.outputs,
        source,
        columns,
        is_sparse,
        is_wrapped,
        tuple(chain.from_iterable(lines)),
        layer.outputs - shown,
        sum(max(0, len(row) - most) for row in cells[:shown]),
    )


def _units(cells: list[list[str]], columns: int, rows: int) -> int:
    """How many units are printed: those given, or fewer where each takes many lines."""
    longest = max((ceil(len(row) / columns) for row in cells), default=1)
    lines = max(1, min(MOST_LINES, longest))
    return min(len(cells), max(1, MOST_LINES_PER_UNIT * rows // lines))


def _weights(layer: Affine | ExtendedAffine, row: int) -> _Weights:
    """The weights of a unit that are not zero; an infinite one as a - c inf."""
    if isinstance(layer, Affine):
        return [(column, tex_number(weight)) for column, weight in layer.rows[row]]
    columns = {column for column, _ in (*layer.finite.rows[row], *layer.infinite[row])}
    found = []
    for column in sorted(columns):
        found.append((column, _extended_number(layer.weight(row, column))))
    return found


def _extended_number(weight: ExtendedRational) -> str:
    """3, or -inf, or (3 - 2 inf), in math mode."""
    finite = tex_number(weight.finite)
    if weight.is_finite:
        return finite
    factor = "-" if weight.infinite == -1 else tex_number(weight.infinite)
    return rf"({finite}{factor}\infty)" if weight.finite else rf"{factor}\infty"


def _full_cells(weights: _Weights, inputs: int) -> list[str]:
    entries = ["0"] * inputs
    for column, weight in weights:
        entries[column] = weight
    return entries


def _sparse_cells(weights: _Weights, source: str) -> list[str]:
    return [rf"{weight}\,{source}_{{{column + 1}}}" for column, weight in weights]


def _lines(
    unit: int, cells: list[str], bias: str, columns: int, is_wrapped: bool
) -> list[TableLine]:
    starts = range(0, max(len(cells), 1), columns)
    return [
        TableLine(
            str(unit) if start == 0 else "",
            str(start + 1) if is_wrapped else "",
            tuple(cells[start : start + columns]),
            bias if start == 0 else "",
            start == starts[-1],
        )
        for start in starts
    ]


def _columns(cells: list[list[str]], biases: list[str]) -> int:
    """As many columns as fit beside the biases, at most six; fewer if lines are equally many."""
    widest = max((printed_width(cell) for row in cells for cell in row), default=1.0)
    room = _LINE_WIDTH - max(map(printed_width, biases), default=1.0)
    longest = max(map(len, cells), default=1)
    columns = max(1, min(MOST_COLUMNS, longest, int(room / (widest + _GAP))))
    lines = ceil(longest / columns)
    return ceil(longest / lines) if 1 < lines <= MOST_LINES else columns


def printed_width(tex: str) -> float:
    r"""The width of a number in math mode, in digits, roughly and rather too large."""
    width = 0.0
    for part in re.split(r"(\\tfrac\{[^}]*\}\{[^}]*\}|[\^_]\{[^}]*\})", tex):
        if part.startswith(r"\tfrac"):
            numerator, denominator = re.findall(r"\{([^}]*)\}", part)
            width += 0.75 * max(printed_width(numerator), printed_width(denominator)) + 0.5
        elif part.startswith(("^", "_")):
            width += 0.75 * len(part[2:-1].replace("(", "").replace(")", "")) + 0.2
        else:
            spaces, signs = part.count(r"\,"), len(re.findall(r"\\(?:cdot|approx|infty)", part))
            width += len(_COMMAND.sub("", part).strip("{}")) + 0.4 * spaces + 1.6 * signs
    return width
