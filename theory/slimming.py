"""A network that loses units: the state of a compression, and the edits that need no algebra.

Every edit leaves the outputs as they are at the points of the domain on which the signs of the
units were found. Edits count what they remove, by layer of the original network.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from theory.form import Form, integer_form, primitive
from theory.network import ZERO, Affine, Network, Row
from theory.stability import Ends, Layers, Stability

Removals = Counter[tuple[int, str]]  # (layer of the original network, reason) -> units


@dataclass(frozen=True, slots=True)
class Hidden:
    """A hidden layer.

    Attributes:
        affine: Its arguments.
        units: What is known of each.
        number: Which layer it was.
    """

    affine: Affine
    units: tuple[Stability, ...]
    number: int

    def kept(self, chosen: Sequence[int]) -> "Hidden":
        """The layer with these units only."""
        rows = tuple(self.affine.rows[unit] for unit in chosen)
        bias = tuple(self.affine.bias[unit] for unit in chosen)
        units = tuple(self.units[unit] for unit in chosen)
        return Hidden(Affine(self.affine.inputs, rows, bias), units, self.number)


@dataclass(frozen=True, slots=True)
class Slim:
    """A network with what is known of its units; `removed` says what it has lost so far."""

    hidden: tuple[Hidden, ...]
    last: Affine
    inputs: tuple[Ends, ...]
    removed: Removals

    @staticmethod
    def of(network: Network, known: Layers, inputs: Sequence[Ends]) -> "Slim":
        """The network as it is; inputs that the domain fixes are made constants."""
        first = _without_fixed(network.layers[0], inputs)
        layers = (first, *network.layers[1:])
        hidden = tuple(
            Hidden(layer, units, number)
            for number, (layer, units) in enumerate(zip(layers, known, strict=False))
        )
        return Slim(hidden, layers[-1], tuple(inputs), Counter())

    @property
    def network(self) -> Network:
        """The network as it is now."""
        return Network((*(layer.affine for layer in self.hidden), self.last))

    @property
    def size(self) -> int:
        """The number of hidden units and hidden layers."""
        return sum(1 + len(layer.units) for layer in self.hidden)

    def following(self, place: int) -> Affine:
        """The affine layer that reads a hidden layer."""
        return self.hidden[place + 1].affine if place + 1 < len(self.hidden) else self.last

    def changed(self, place: int, layer: Hidden, following: Affine, lost: Removals) -> "Slim":
        """The network with another hidden layer and another reader of it."""
        hidden = [*self.hidden[:place], layer, *self.hidden[place + 1 :]]
        last = self.last
        if place + 1 < len(hidden):
            hidden[place + 1] = replace(hidden[place + 1], affine=following)
        else:
            last = following
        return Slim(tuple(hidden), last, self.inputs, self.removed + lost)

    def folded(self, place: int) -> "Slim":
        """The network without a hidden layer whose units are all stably active."""
        layer = self.hidden[place]
        following = self.following(place).after(layer.affine)
        lost = Counter({(layer.number, "folded"): len(layer.units)})
        slim = self.changed(place, layer, following, lost)
        return replace(slim, hidden=(*slim.hidden[:place], *slim.hidden[place + 1 :]))


def _without_fixed(affine: Affine, inputs: Sequence[Ends]) -> Affine:
    """The layer with the inputs that have one value only as part of its biases."""
    fixed = {i: low for i, (low, high) in enumerate(inputs) if low is not None and low == high}
    rows = tuple(tuple(entry for entry in row if entry[0] not in fixed) for row in affine.rows)
    bias = tuple(
        sum((weight * fixed[column] for column, weight in row if column in fixed), value)
        for row, value in zip(affine.rows, affine.bias, strict=True)
    )
    return Affine(affine.inputs, rows, bias)


def reading(affine: Affine, columns: Sequence[int], constants: Mapping[int, Fraction]) -> Affine:
    """The layer that reads these columns only, others having constant values (0 if not named)."""
    place = {column: index for index, column in enumerate(columns)}
    rows = tuple(
        tuple(sorted((place[column], weight) for column, weight in row if column in place))
        for row in affine.rows
    )
    bias = tuple(
        sum((weight * constants[column] for column, weight in row if column in constants), value)
        for row, value in zip(affine.rows, affine.bias, strict=True)
    )
    return Affine(len(columns), rows, bias)


def without_constants(slim: Slim, place: int) -> Slim:
    """Units that are constant on the domain become biases; stably inactive ones are 0 there."""
    layer = slim.hidden[place]
    constants: dict[int, Fraction] = {}
    lost: Removals = Counter()
    for unit, (known, row) in enumerate(zip(layer.units, layer.affine.rows, strict=True)):
        value = known.constant if row else max(layer.affine.bias[unit], ZERO)
        if value is not None:
            constants[unit] = value
            lost[layer.number, "inactive" if known.sign < 0 else "constant"] += 1
    if not constants:
        return slim
    chosen = [unit for unit in range(len(layer.units)) if unit not in constants]
    following = reading(slim.following(place), chosen, constants)
    return slim.changed(place, layer.kept(chosen), following, lost)


def without_unread(slim: Slim, place: int) -> Slim:
    """Units that no weight reads go."""
    layer, following = slim.hidden[place], slim.following(place)
    read = {column for row in following.rows for column, _ in row}
    if len(read) == len(layer.units):
        return slim
    chosen = sorted(read)
    lost = Counter({(layer.number, "unread"): len(layer.units) - len(chosen)})
    return slim.changed(place, layer.kept(chosen), reading(following, chosen, {}), lost)


def without_duplicates(slim: Slim, place: int) -> Slim:
    """Undecided units whose arguments are positive multiples of one another become one unit."""
    layer = slim.hidden[place]
    first: dict[Form, int] = {}
    into: dict[int, tuple[int, Fraction]] = {}  # unit -> the unit it is a multiple of
    for unit in undecided(layer):
        key, size = line_of(layer.affine, unit)
        if key in first:
            into[unit] = first[key], size / line_of(layer.affine, first[key])[1]
        first.setdefault(key, unit)
    if not into:
        return slim
    following = slim.following(place)
    rows = [moved(row, into) for row in following.rows]
    chosen = [unit for unit in range(len(layer.units)) if unit not in into]
    summed = Affine(following.inputs, tuple(rows), following.bias)
    lost = Counter({(layer.number, "duplicate"): len(into)})
    return slim.changed(place, layer.kept(chosen), reading(summed, chosen, {}), lost)


def undecided(layer: Hidden) -> list[int]:
    """The units that may change sign on the domain."""
    return [unit for unit, known in enumerate(layer.units) if not known.sign]


def line_of(affine: Affine, unit: int) -> tuple[Form, Fraction]:
    """The primitive form of a unit's argument, and the positive factor between them."""
    dense = [ZERO] * affine.inputs
    for column, weight in affine.rows[unit]:
        dense[column] = weight
    form, scale = integer_form(affine.bias[unit], dense)
    key = primitive(form)
    size = next((Fraction(a, b * scale) for a, b in zip(form, key, strict=True) if b), ZERO)
    return key, size


def moved(row: Row, into: Mapping[int, tuple[int, Fraction]]) -> Row:
    """The row that reads other columns instead of some, so many times."""
    return summed_row((into[c][0], w * into[c][1]) if c in into else (c, w) for c, w in row)


def summed_row(entries: Iterable[tuple[int, Fraction]]) -> Row:
    """The row with these weights, those on one column added up."""
    total: dict[int, Fraction] = {}
    for column, weight in entries:
        total[column] = total.get(column, ZERO) + weight
    return tuple((column, weight) for column, weight in sorted(total.items()) if weight)
