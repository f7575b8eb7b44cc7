"""Every network with no weight or bias larger than gamma: the same function, by copies of units.

    a relu(w.x + b) = N copies of (a / (N s)) relu(s w.x + s b),   s > 0,

so what is too large is shared by many units, and no approximation occurs. Where there are several
hidden layers, unit j of layer l becomes N_(l,j) copies of s_(l,j) times itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from theory.domain import Domain
from theory.errors import ScopeError
from theory.network import ZERO, Affine, Network, Row, Vector

ONE = Fraction(1)
MOST_WEIGHTS = 500_000


@dataclass(frozen=True, slots=True)
class BoundedTrace:
    """What the construction counted.

    Attributes:
        gamma: What no weight and no bias is larger than.
        largest: The largest weight or bias of the network before.
        copies: For every hidden layer the most copies of one unit.
        constants: The units of the last hidden layer that are there for the biases of the outputs.
        widths: Of the network that was built.
        theorem: Always T64.
    """

    gamma: Fraction
    largest: Fraction
    copies: tuple[int, ...]
    constants: int
    widths: tuple[int, ...]
    theorem: str = "T64"


@dataclass(frozen=True, slots=True)
class BoundedForm:
    """The network, and what the construction counted."""

    network: Network
    trace: BoundedTrace


def largest_parameter(network: Network) -> Fraction:
    """The largest weight or bias, in size; 0 where all are 0."""
    return max((_largest(*part) for one in network.layers for part in _parts(one)), default=ZERO)


def _parts(layer: Affine) -> Iterator[tuple[Row, Fraction]]:
    return zip(layer.rows, layer.bias, strict=True)


def _largest(row: Row, bias: Fraction) -> Fraction:
    """The largest of the weights and the bias of a unit, in size."""
    return max([abs(bias), *(abs(weight) for _, weight in row)])


def enough_copies(inner: Fraction, outer: Fraction, gamma: Fraction) -> int:
    """N = ceil(inner outer / gamma^2): so many copies of a unit of one hidden layer are enough.

    `inner` is the largest of its weights and its bias, `outer` the largest weight with which it is
    read. No fewer do, if the unit alone bends on its hyperplane.

    Theorem: T64 (parameter bounding).

    Raises:
        ScopeError: gamma is not positive.
    """
    _require_positive(gamma)
    return ceil(inner * outer / (gamma * gamma))


def enough_constants(bias: Vector, gamma: Fraction) -> int:
    """C = ceil((|c| - gamma) / gamma^2), at least 0: units for output biases c (T64).

    Raises:
        ScopeError: gamma is not positive.
    """
    _require_positive(gamma)
    excess = max((abs(entry) for entry in bias), default=ZERO) - gamma
    return max(0, ceil(excess / (gamma * gamma)))


def _require_positive(gamma: Fraction) -> None:
    if gamma <= 0:
        raise ScopeError(f"gamma: expected a positive number, got {gamma}")


def bounded_form(
    network: Network, domain: Domain | None = None, gamma: Fraction = ONE
) -> BoundedForm:
    """The same function on all of Q^n, with no weight and no bias above gamma in size.

    The same number of hidden layers (one, where there was none and one is needed). A network
    that is bounded already stays as it is. The domain does not matter.

    Theorem: T64 (parameter bounding). Source: that universality survives such a bound for relu is
    stated by Williams et al. 2024 (arXiv 2407.00957); the exact form and its counts were made for
    this project.

    Raises:
        ScopeError: gamma is not positive, or more than 500000 weights would be needed.
    """
    _require_positive(gamma)
    largest = largest_parameter(network)
    if largest <= gamma:
        ones = (1,) * network.hidden_layers
        return BoundedForm(network, BoundedTrace(gamma, largest, ones, 0, network.widths))
    if not network.hidden_layers:
        network = _split(network.layers[0])
    copying = _Copying(network.layers, gamma, ceil(max(ONE, largest / gamma) ** 2))
    found = copying.network()
    most = tuple(max(layer, default=0) for layer in copying.copies)
    return BoundedForm(found, BoundedTrace(gamma, largest, most, copying.constants, found.widths))


def _split(layer: Affine) -> Network:
    """An affine map with relu(x_i) and relu(-x_i) between, for the inputs that it reads."""
    read = sorted({column for row in layer.rows for column, _ in row})
    place = {column: 2 * index for index, column in enumerate(read)}
    rows = tuple(((column, sign),) for column in read for sign in (ONE, -ONE))
    outer = tuple(
        tuple(
            (place[column] + side, sign * weight)
            for column, weight in row
            for side, sign in ((0, ONE), (1, -ONE))
        )
        for row in layer.rows
    )
    hidden = Affine(layer.inputs, rows, (ZERO,) * len(rows))
    return Network((hidden, Affine(len(rows), outer, layer.bias)))


class _Copying:
    """The scale s and the number of copies of every unit, least first."""

    def __init__(self, layers: tuple[Affine, ...], gamma: Fraction, most: int) -> None:
        self.layers, self.gamma = layers, gamma
        low, high = 0, most  # T64: `most` copies of every unit are enough
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._reaches(middle) else (middle, high)
        self.scales = self._scales(high)
        self.constants = enough_constants(layers[-1].bias, gamma)
        self.copies = self._copies()
        weights = self._weights()
        if weights > MOST_WEIGHTS:
            raise ScopeError(
                f"gamma: {weights} weights would be needed, expected at most {MOST_WEIGHTS}"
            )

    def _weights(self) -> int:
        """How many weights the copies have, with those of the constant units."""
        found, before = 0, (1,) * self.layers[0].inputs
        for layer, own in zip(
            self.layers, (*self.copies, (1,) * self.layers[-1].outputs), strict=True
        ):
            read = (sum(before[column] for column, _ in row) for row in layer.rows)
            found += sum(count * size for count, size in zip(own, read, strict=True))
            before = own
        return found + self.constants * (1 + self.layers[-1].outputs)

    def _scales(self, copies: int) -> list[Vector]:
        """The largest scales of all hidden units, from the inputs on, with so many copies each."""
        found = [(ONE,) * self.layers[0].inputs]
        for index, layer in enumerate(self.layers[:-1]):
            room = self.gamma * (copies if index else 1)
            found.append(
                tuple(self._scale(row, bias, room, found[-1]) for row, bias in _parts(layer))
            )
        return found

    def _scale(self, row: Row, bias: Fraction, room: Fraction, before: Vector) -> Fraction:
        """The largest s with s |w_j| <= room s_j for all j, and s |b| <= gamma; 1 for no demand."""
        ends = [room * before[column] / abs(weight) for column, weight in row]
        return min([*ends, self.gamma / abs(bias)] if bias else ends, default=ONE)

    def _reaches(self, copies: int) -> bool:
        """Whether so many copies of every unit let the outputs be read at scale 1."""
        room, last = self.gamma * copies, self._scales(copies)[-1]
        return all(abs(w) <= room * last[j] for row in self.layers[-1].rows for j, w in row)

    def _copies(self) -> list[tuple[int, ...]]:
        """The fewest copies of every unit at these scales; none of those that nothing reads."""
        needs: list[tuple[int, ...]] = []
        scales, kept = (ONE,) * self.layers[-1].outputs, [1] * self.layers[-1].outputs
        for index in range(len(self.layers) - 1, 0, -1):
            before, layer = self.scales[index], self.layers[index - 1]
            found = [0] * len(before)
            for row, scale, count in zip(self.layers[index].rows, scales, kept, strict=True):
                for column, weight in row if count else ():
                    need = ceil(scale * abs(weight) / (self.gamma * before[column]))
                    found[column] = max(found[column], need)
            dead = [not row and bias <= 0 for row, bias in _parts(layer)]
            kept = [0 if is_dead else count for is_dead, count in zip(dead, found, strict=True)]
            needs.append(tuple(kept))
            scales = before
        return needs[::-1]

    def network(self) -> Network:
        """The copies, wired."""
        found = list[Affine]()
        places: list[tuple[int, ...]] = [(column,) for column in range(self.layers[0].inputs)]
        scales = (ONE,) * self.layers[0].inputs
        width = self.layers[0].inputs
        for index, layer in enumerate(self.layers[:-1]):
            copies, own = self.copies[index], self.scales[index + 1]
            rows, bias, after = list[Row](), list[Fraction](), list[tuple[int, ...]]()
            for (row, shift), count, scale in zip(_parts(layer), copies, own, strict=True):
                after.append(tuple(range(len(rows), len(rows) + count)))
                shared = self._shared(row, scale, scales, places) if count else ()
                rows += [shared] * count
                bias += [scale * shift] * count
            if index == len(self.layers) - 2:
                rows += [()] * self.constants
                bias += [self.gamma] * self.constants
            found.append(Affine(width, tuple(rows), tuple(bias)))
            width, places, scales = len(rows), after, own
        return Network((*found, self._last(width, scales, places)))

    def _shared(
        self, row: Row, scale: Fraction, before: Vector, places: list[tuple[int, ...]]
    ) -> Row:
        """The row read at the scale from the copies, each with its share of the weight."""
        return tuple(
            (place, scale * weight / (before[column] * len(places[column])))
            for column, weight in row
            for place in places[column]
        )

    def _last(self, width: int, scales: Vector, places: list[tuple[int, ...]]) -> Affine:
        """The outputs; what a bias has above gamma is read from the constant units."""
        rows, bias = [], []
        for row, shift in _parts(self.layers[-1]):
            kept = max(-self.gamma, min(self.gamma, shift))
            rest = (shift - kept) / (self.constants * self.gamma) if self.constants else ZERO
            first = width - self.constants
            more = [(unit, rest) for unit in range(first, width)] if rest else []
            rows.append((*self._shared(row, ONE, scales, places), *more))
            bias.append(kept)
        return Affine(width, tuple(rows), tuple(bias))
