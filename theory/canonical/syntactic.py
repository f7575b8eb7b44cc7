"""The normal form of a deep network modulo what is seen from its weights alone.

Every hidden layer is brought into one order: units that nothing reads and units that are
constant disappear, rows become primitive integer vectors, equal rows become one unit, rows are
sorted. Equal normal forms mean equal functions on all of Q^n. Different ones mean nothing,
since deep networks have other symmetries as well.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from theory.canonical.fingerprint import fingerprint
from theory.network import ZERO, Affine, Network, Row, relu


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A network in normal form, and how it came about.

    Attributes:
        network: Equal to the given one on all of Q^n.
        rounds: How often the rules went over the network until nothing changed.
    """

    network: Network
    rounds: int

    @property
    def digest(self) -> str:
        """SHA-256 of the weights: the same for networks with equal forms."""
        layers = self.network.layers
        return fingerprint(tuple((layer.inputs, layer.rows, layer.bias) for layer in layers))


def normal_form(network: Network) -> NormalForm:
    """The normal form modulo permutation, positive scaling, duplication and dead units.

    The edits of T02 do not change it: `theory.symmetry.permuted`, `rescaled`, `duplicated`, and
    `padded` with units that are never read or never positive by the signs of their weights.

    Theorem: T29 (normal form of deep networks). The symmetries are folklore; that generic
    networks of non-increasing widths have no others: Phuong and Lampert 2020 (ICLR).
    """
    rounds = 0
    while True:
        rounds += 1
        # In this order one edit of T02 is undone within the first round.
        layers = _merged(network.layers)
        layers = _without_unread(layers)
        layers = _without_linear(layers)
        changed = Network(layers)
        if changed == network:
            return NormalForm(network, rounds)
        network = changed


# ------------------------------------------------------------------------------------ rules


def _without_unread(layers: tuple[Affine, ...]) -> tuple[Affine, ...]:
    """The layers without units that nothing reads, from the last layer to the first."""
    found = [layers[-1]]
    for layer in reversed(layers[:-1]):
        after = found[0]
        read = sorted({column for row in after.rows for column, _ in row})
        place = {column: index for index, column in enumerate(read)}
        rows = tuple(tuple((place[column], weight) for column, weight in row) for row in after.rows)
        found[0] = Affine(len(read), rows, after.bias)
        kept = tuple(layer.rows[unit] for unit in read)
        found.insert(0, Affine(layer.inputs, kept, tuple(layer.bias[unit] for unit in read)))
    return tuple(found)


def _merged(layers: tuple[Affine, ...]) -> tuple[Affine, ...]:
    """Every hidden layer with its units scaled, equal ones merged, constants moved on, sorted."""
    found: list[Affine] = []
    current = layers[0]
    for after in layers[1:]:
        pairs = zip(current.rows, current.bias, strict=True)
        units = [_Unit.of(pair, first=not found) for pair in pairs]
        keys = sorted({unit.key for unit in units if unit.key is not None})
        place = {key: index for index, key in enumerate(keys)}
        found.append(
            Affine(
                current.inputs,
                tuple(_row_of(row) for row, _ in keys),
                tuple(Fraction(bias) for _, bias in keys),
            )
        )
        current = _rewired(after, units, place)
    return (*found, current)


Key = tuple[tuple[tuple[int, int], ...], int]


@dataclass(frozen=True, slots=True)
class _Unit:
    """relu(row . y + bias) = factor * relu(key), or the constant `factor` where key is None."""

    key: Key | None
    factor: Fraction

    @staticmethod
    def of(unit: tuple[Row, Fraction], *, first: bool) -> "_Unit":
        """A unit; the activations that it reads are nonnegative but for the first layer."""
        row, bias = unit
        if not row:
            return _Unit(None, relu(bias))
        if not first and bias <= 0 and all(weight < 0 for _, weight in row):
            return _Unit(None, ZERO)
        scale = lcm(bias.denominator, *(weight.denominator for _, weight in row))
        whole = tuple((column, int(weight * scale)) for column, weight in row)
        constant = int(bias * scale)
        divisor = gcd(constant, *(weight for _, weight in whole))
        key = tuple((column, weight // divisor) for column, weight in whole), constant // divisor
        return _Unit(key, Fraction(divisor, scale))


def _row_of(row: tuple[tuple[int, int], ...]) -> Row:
    return tuple((column, Fraction(weight)) for column, weight in row)


def _rewired(after: Affine, units: list[_Unit], place: dict[Key, int]) -> Affine:
    """The layer after, reading the merged units."""
    rows = []
    bias = []
    for row, constant in zip(after.rows, after.bias, strict=True):
        entries: dict[int, Fraction] = {}
        for column, weight in row:
            unit = units[column]
            if unit.key is None:
                constant += weight * unit.factor
            else:
                number = place[unit.key]
                entries[number] = entries.get(number, ZERO) + weight * unit.factor
        rows.append(tuple((column, weight) for column, weight in sorted(entries.items()) if weight))
        bias.append(constant)
    return Affine(len(place), tuple(rows), tuple(bias))


def _without_linear(layers: tuple[Affine, ...]) -> tuple[Affine, ...]:
    """The layers without hidden layers on which relu does nothing.

    A hidden layer without units is one; so is one, not the first, without negative numbers,
    since the activations that it reads are nonnegative.
    """
    found = [layers[0]]
    for layer in layers[1:]:
        before = found[-1]
        if not before.outputs or (len(found) > 1 and _is_nonnegative(before)):
            found[-1] = layer.after(before)
        else:
            found.append(layer)
    return tuple(found)


def _is_nonnegative(layer: Affine) -> bool:
    return all(value >= 0 for value in layer.bias) and all(
        weight > 0 for row in layer.rows for _, weight in row
    )
