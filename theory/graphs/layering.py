"""A circuit as a layered network: every value that later layers read is carried to them.

Layer l of the network holds the units of level l of the circuit, none left out, and what passes
through it. A value that is never below c passes as one unit, v = relu(v - c) + c, any other as
two, v = relu(v) - relu(-v). What passes is, in every layer, the least of these: the values that
are read, affine values written out or not, group by group; or, for each function that is read
from the layer, what it takes from before the layer, as one number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.graphs.circuit import Circuit
from theory.network import ZERO, Affine, Network, Row

_ONE = Fraction(1)
_Function = tuple[Row, Fraction]  # of the values of the circuit, or of the signals of a layer


def layered(circuit: Circuit) -> Network:
    """The layered network Q^n -> Q^m that computes the circuit, with its depth.

    Theorem: T42 (graphs as layered networks).
    """
    wanted: Sequence[_Function] = tuple(
        zip(circuit.outputs.rows, circuit.outputs.bias, strict=True)
    )
    layers = []
    for level in range(circuit.depth, -1, -1):
        layer = _Layer(circuit, level, wanted)
        layers.append(layer.affine)
        wanted = layer.signals
    return Network(tuple(layers[::-1]))


@dataclass(frozen=True, slots=True)
class _Passage:
    """One number that passes through a layer: a function of values from before it.

    Attributes:
        row: The function; it has no constant.
        least: What it is never below, if that is known.
        column: The number of its first signal.
    """

    row: Row
    least: Fraction | None
    column: int

    @property
    def signals(self) -> Iterator[_Function]:
        """What the units that carry it read."""
        yield self.row, -(self.least or ZERO)
        if self.least is None:
            yield tuple((number, -weight) for number, weight in self.row), ZERO

    def reading(self, factor: Fraction) -> tuple[dict[int, Fraction], Fraction]:
        """A multiple of the number, read from its signals."""
        if self.least is None:
            return {self.column: factor, self.column + 1: -factor}, ZERO
        return {self.column: factor}, factor * self.least


class _Layer:
    """One layer, planned for the functions that are wanted of it."""

    def __init__(self, circuit: Circuit, level: int, wanted: Sequence[_Function]) -> None:
        self._circuit, self._level = circuit, level
        own = range(circuit.inputs) if not level else _units(circuit, level)
        self._own = {number: column for column, number in enumerate(own)}
        written = self._written_out(wanted)
        parts = [self._before(row) for row, _ in written]
        self._passages: dict[Row, _Passage] = {}
        passing = {number for part in parts for number, _ in part}
        singles = [((number, _ONE),) for number in sorted(passing)]
        directions = list(dict.fromkeys(_direction(part)[0] for part in parts if part))
        self._singly = self._cost(singles) <= self._cost(directions)
        self._carry(singles if self._singly else directions)
        self.affine = self._read(written, parts)

    @property
    def signals(self) -> tuple[_Function, ...]:
        """What the signals of this layer are, before relu."""
        nodes = (self._circuit.nodes[number - self._circuit.inputs] for number in self._own)
        own = [(node.row, node.bias) for node in nodes] if self._level else []
        return (*own, *(part for one in self._passages.values() for part in one.signals))

    def _frontier(self, read: set[int], kept: set[int]) -> tuple[set[int], set[int]]:
        """The values from before the layer that pass, and the affine values that do not."""
        passing, expanded, waiting = set(), set(), list(read)
        while waiting:
            number = waiting.pop()
            if number in self._own or number in passing or number in expanded:
                continue
            group = self._group(number)
            if group is None or (group in kept and self._circuit.level(number) < self._level):
                passing.add(number)
                continue
            expanded.add(number)
            waiting.extend(column for column, _ in self._node_row(number))
        return passing, expanded

    def _kept(self, read: set[int]) -> set[int]:
        """The groups of affine values that pass as they are, since that is cheaper."""
        _, expanded = self._frontier(read, set())
        kept = {group for group in map(self._group, expanded) if group} if self._level else set()
        passing, _ = self._frontier(read, kept)
        for group in sorted(kept, reverse=True):
            fewer, _ = self._frontier(read, kept - {group})
            if self._price(fewer) <= self._price(passing):
                kept, passing = kept - {group}, fewer
        return kept

    def _group(self, number: int) -> int | None:
        """The group of an affine value; None for an input or a unit."""
        inputs = self._circuit.inputs
        node = self._circuit.nodes[number - inputs] if number >= inputs else None
        return None if node is None or node.rectified else node.group

    def _node_row(self, number: int) -> Row:
        return self._circuit.nodes[number - self._circuit.inputs].row

    def _price(self, passing: Iterable[int]) -> int:
        return sum(1 if self._circuit.least(number) is not None else 2 for number in passing)

    def _cost(self, rows: Iterable[Row]) -> int:
        return sum(1 if self._least(row) is not None else 2 for row in rows)

    def _least(self, row: Row) -> Fraction | None:
        """A lower bound of a function without constant, if one is known."""
        found = ZERO
        for number, weight in row:
            least = self._circuit.least(number)
            if least is None or weight < 0:
                return None
            found += weight * least
        return found

    def _written_out(self, wanted: Sequence[_Function]) -> list[_Function]:
        """The functions of this layer's units and of what passes, nothing else."""
        read = {number for row, _ in wanted for number, _ in row}
        _, expanded = self._frontier(read, self._kept(read))
        known: dict[int, _Function] = {}
        for number in sorted(expanded):  # a node reads earlier ones only
            node = self._circuit.nodes[number - self._circuit.inputs]
            known[number] = _substituted((node.row, node.bias), known)
        return [_substituted(function, known) for function in wanted]

    def _before(self, row: Row) -> Row:
        """The part of a function that comes from before this layer."""
        return tuple(entry for entry in row if entry[0] not in self._own)

    def _carry(self, rows: Iterable[Row]) -> None:
        column = len(self._own)
        for row in rows:
            passage = _Passage(row, self._least(row), column)
            column += sum(1 for _ in passage.signals)
            self._passages[row] = passage
        self._width = column

    def _read(self, written: Sequence[_Function], parts: Sequence[Row]) -> Affine:
        """The functions as an affine map of the signals of this layer."""
        rows, constants = [], []
        for (row, bias), part in zip(written, parts, strict=True):
            found = {self._own[n]: weight for n, weight in row if n in self._own}
            shift = bias
            for key, factor in self._passing(part):
                columns, constant = self._passages[key].reading(factor)
                found |= columns
                shift += constant
            rows.append(tuple(sorted(found.items())))
            constants.append(shift)
        return Affine(self._width, tuple(rows), tuple(constants))

    def _passing(self, part: Row) -> Iterator[tuple[Row, Fraction]]:
        """What passes and is read by a part, with its factors."""
        if self._singly:
            yield from ((((number, _ONE),), weight) for number, weight in part)
        elif part:
            yield _direction(part)


def _units(circuit: Circuit, level: int) -> list[int]:
    """The numbers of the units of a level."""
    return [
        number
        for number, node in enumerate(circuit.nodes, start=circuit.inputs)
        if node.rectified and node.level == level
    ]


def _substituted(function: _Function, known: dict[int, _Function]) -> _Function:
    """A function with functions in the place of some values."""
    row, bias = function
    if not any(number in known for number, _ in row):
        return function
    found: dict[int, Fraction] = {}
    for number, weight in row:
        inner, constant = known.get(number, (((number, _ONE),), ZERO))
        bias += weight * constant
        for column, entry in inner:
            found[column] = found.get(column, ZERO) + weight * entry
    return tuple((number, weight) for number, weight in sorted(found.items()) if weight), bias


def _direction(row: Row) -> tuple[Row, Fraction]:
    """The row with a positive first weight, and the sign that makes it the row again."""
    if row[0][1] > 0:
        return row, _ONE
    return tuple((number, -weight) for number, weight in row), -_ONE
