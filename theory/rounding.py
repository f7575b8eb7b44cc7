"""Copies with fewer bits or fewer weights: float16, int8 with a scale a row, magnitude pruning.

None of them preserves the function. They are what compression in practice does to a network;
how far a copy is from the original on a domain is a claim of its own, proved by a certificate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import NumberError, ScopeError
from theory.network import ZERO, Affine, Network, Row

_MANTISSA = 11  # bits of a float16, the leading one counted
_LEAST_EXPONENT = -24  # 2^-24 is the least positive float16
_LARGEST = Fraction(65504)


@dataclass(frozen=True, slots=True)
class CopyTrace:
    """What a copy kept.

    Attributes:
        changed: How many weights and biases are other numbers than before.
        removed: How many weights became zero.
        weights: How many nonzero weights there were.
    """

    changed: int
    removed: int
    weights: int


@dataclass(frozen=True, slots=True)
class NetworkCopy:
    """A network with other weights in the same layers, and what became of them."""

    network: Network
    trace: CopyTrace


def float16_copy(network: Network) -> NetworkCopy:
    """Every weight and bias rounded to the nearest float16, ties to even.

    Raises:
        ScopeError: a number rounds to infinity.
    """
    return _copied(network, lambda layer: _mapped(layer, nearest_float16))


def nearest_float16(value: Fraction) -> Fraction:
    """The float16 next to a rational, ties to even, subnormal numbers among them.

    Raises:
        ScopeError: it is infinite.
    """
    if not value:
        return ZERO
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    if Fraction(2) ** exponent > size:
        exponent -= 1
    step = Fraction(2) ** max(exponent - _MANTISSA + 1, _LEAST_EXPONENT)
    found = round(value / step) * step  # Python rounds halves to even
    if abs(found) > _LARGEST:
        raise ScopeError(f"float16: {float(value):.6g} rounds to infinity")
    return found


def int8_copy(network: Network, bits: int = 8) -> NetworkCopy:
    """Every weight rounded to an integer multiple of its row's scale, max |weight| / 127.

    Symmetric and with a scale a row, as usual for stored weights ("per channel"); biases stay.

    Raises:
        NumberError: there are fewer than 2 or more than 32 bits.
    """
    if not 2 <= bits <= 32:
        raise NumberError(f"int8: expected between 2 and 32 bits, got {bits}")
    most = 2 ** (bits - 1) - 1

    def rounded(layer: Affine) -> Affine:
        rows = []
        for row in layer.rows:
            scale = max((abs(weight) for _, weight in row), default=ZERO) / most
            entries = ((column, round(weight / scale) * scale) for column, weight in row)
            rows.append(tuple(entry for entry in entries if entry[1]))
        return Affine(layer.inputs, tuple(rows), layer.bias)

    return _copied(network, rounded)


def pruned_copy(network: Network, share: Fraction) -> NetworkCopy:
    """The given share of the weights of every layer set to zero, those that are smallest in size.

    Of weights of equal size the first ones go.

    Raises:
        NumberError: the share is not in [0, 1].
    """
    if not 0 <= share <= 1:
        raise NumberError(f"prune: expected a share between 0 and 1, got {share}")

    def rounded(layer: Affine) -> Affine:
        places = [
            (abs(weight), index, column)
            for index, row in enumerate(layer.rows)
            for column, weight in row
        ]
        gone = {place[1:] for place in sorted(places)[: int(share * len(places))]}
        rows: list[Row] = [
            tuple(entry for entry in row if (index, entry[0]) not in gone)
            for index, row in enumerate(layer.rows)
        ]
        return Affine(layer.inputs, tuple(rows), layer.bias)

    return _copied(network, rounded)


def _mapped(layer: Affine, rounding: Callable[[Fraction], Fraction]) -> Affine:
    rows = tuple(
        tuple((column, found) for column, weight in row if (found := rounding(weight)))
        for row in layer.rows
    )
    return Affine(layer.inputs, rows, tuple(map(rounding, layer.bias)))


def _copied(network: Network, change: Callable[[Affine], Affine]) -> NetworkCopy:
    layers = tuple(map(change, network.layers))
    before = [_entries(layer) for layer in network.layers]
    after = [_entries(layer) for layer in layers]
    changed = sum(
        sum(new.get(place) != value for place, value in old.items())
        for old, new in zip(before, after, strict=True)
    )
    kept = sum(len(row) for layer in layers for row in layer.rows)
    weights = sum(len(row) for layer in network.layers for row in layer.rows)
    return NetworkCopy(Network(layers), CopyTrace(changed, weights - kept, weights))


def _entries(layer: Affine) -> dict[tuple[int, int], Fraction]:
    """Weights by row and column; biases in column -1."""
    found = {
        (index, column): weight for index, row in enumerate(layer.rows) for column, weight in row
    }
    return found | {(index, -1): bias for index, bias in enumerate(layer.bias)}
