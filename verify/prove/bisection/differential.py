"""Both networks and the difference of their matched units on many boxes, by zonotopes.

One pass forwards. Values of the left network carry noises of the inputs and of its own units,
those of the right one likewise, and the differences all of them and noises of their own. This is
the checker's rule Z (theorem T36) in float64, so that its outcome can be foretold.

Theorem: T37 (matched units and the search by differences).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verify.prove.bisection.alignment import Alignment, DifferenceLayer, Layer
from verify.prove.bisection.zonotope import DIFFERENCE, LEFT, RIGHT, Origin, Zonotopes, rectified
from verify.prove.floats import Array, Indices

_REUSE = 3  # the last of the enclosures of a difference: that of both units by themselves


@dataclass(frozen=True, slots=True)
class Birth:
    """Noises that came in, and the values for which they did."""

    origin: Origin
    values: Zonotopes


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What a pass finds.

    Attributes:
        left: The outputs of the left network.
        difference: Those of the right one minus these.
        births: All noises, in the order in which they came in.
    """

    left: Zonotopes
    difference: Zonotopes
    births: tuple[Birth, ...]


def enclosure(pair: Alignment, low: Array, high: Array, free: Indices) -> Enclosure:
    """The outputs and their differences on the boxes low <= x <= high, one box a row.

    The noises of inputs are those of the free ones; in the others the boxes are points.
    """
    inputs = Zonotopes.of_boxes(low, high, free)
    left, right, inner = inputs, inputs, None
    births: list[Birth] = []
    hidden = [len(layers) - 1 for layers in (pair.left, pair.right)]
    for index in range(max(hidden)):
        if index < min(hidden):
            step = _Step(pair, index, left, right, inner)
            left, right, inner = step.taken(births)
        elif index < hidden[0]:
            left = _alone(pair.left[index], left, LEFT, births)
        else:
            right = _alone(pair.right[index], right, RIGHT, births)
    difference = _difference(pair.differences[-1], inner, left, right)
    last = pair.left[-1]
    return Enclosure(left.image(last.matrix).moved(last.bias), difference, tuple(births))


def _alone(layer: Layer, before: Zonotopes, family: int, births: list[Birth]) -> Zonotopes:
    values = before.image(layer.matrix).moved(layer.bias)
    found, _, origin = rectified(values, *values.range, family)
    births.append(Birth(origin, values))
    return found


def _difference(
    layer: DifferenceLayer, inner: Zonotopes | None, left: Zonotopes, right: Zonotopes
) -> Zonotopes:
    found = left.image(layer.outer)
    if inner is not None and layer.inner.shape[1]:
        found = inner.image(layer.inner).plus(found)
    if layer.foreign is not None:
        found = found.plus(right.image(layer.foreign))
    return found.moved(layer.bias)


@dataclass(frozen=True, slots=True)
class _Step:
    """A hidden layer of both networks, and what comes before it."""

    pair: Alignment
    index: int
    left: Zonotopes
    right: Zonotopes
    inner: Zonotopes | None

    def taken(self, births: list[Birth]) -> tuple[Zonotopes, Zonotopes, Zonotopes | None]:
        """The units of both networks, and the differences of matched ones, if there are any."""
        ours, theirs = self.pair.left[self.index], self.pair.right[self.index]
        layer = self.pair.differences[self.index]
        x = self.left.image(ours.matrix).moved(ours.bias)
        y = self.right.image(theirs.matrix).moved(theirs.bias)
        spans: tuple[Array, ...] = (*x.range, *y.range)
        spread: _Spread | None = None
        if len(layer.left):
            d = _difference(layer, self.inner, self.left, self.right)
            spread = _Spread.of(layer, spans, x, d)
            spans = spread.tightened(layer, spans)
        left, left_width, left_origin = rectified(x, spans[0], spans[1], LEFT)
        right, right_width, right_origin = rectified(y, spans[2], spans[3], RIGHT)
        births += [Birth(left_origin, x), Birth(right_origin, y)]
        if spread is None:
            return left, right, None
        widths = right_width[layer.right] + layer.scale * left_width[layer.left]
        inner, origin = spread.rectified(widths, layer, left, right)
        births.append(Birth(origin, spread.d))
        return left, right, inner


@dataclass(frozen=True, slots=True)
class _Spread:
    """The ranges of matched units: lx <= scale * x <= ux, ly <= y <= uy, dl <= d <= du."""

    d: Zonotopes
    lx: Array
    ux: Array
    ly: Array
    uy: Array
    dl: Array
    du: Array

    @staticmethod
    def of(layer: DifferenceLayer, spans: Sequence[Array], x: Zonotopes, d: Zonotopes) -> "_Spread":
        """The ranges; that of y is known in two ways, from the right network and as x + d."""
        ours = x.rows(layer.left).scaled(layer.scale)
        lx, ux = (layer.scale * end[layer.left] for end in spans[:2])
        near, (low, high) = ours.plus(d).range, d.range
        ly = np.maximum(spans[2][layer.right], near[0])
        uy = np.minimum(spans[3][layer.right], near[1])
        return _Spread(d, lx, ux, ly, uy, np.maximum(low, ly - ux), np.minimum(high, uy - lx))

    def tightened(self, layer: DifferenceLayer, spans: Sequence[Array]) -> tuple[Array, ...]:
        """The ranges of all units, those of matched ones as they are here."""
        low, high = spans[2].copy(), spans[3].copy()
        low[layer.right], high[layer.right] = self.ly, self.uy
        return spans[0], spans[1], low, high

    def rectified(
        self, reuse: Array, layer: DifferenceLayer, left: Zonotopes, right: Zonotopes
    ) -> tuple[Zonotopes, Origin]:
        """relu(y) - scale * relu(x), by the narrowest of four enclosures."""
        flat, steep = self._between(), self._above()
        half = np.maximum(np.abs(self.dl), np.abs(self.du))
        widths = np.stack((flat[1] - flat[0], steep[1] - steep[0], half, reuse))
        choice = np.argmin(widths, axis=0)  # of equals the first, as the checker does
        found = self.d.scaled(np.array((0.0, 1.0, 0.5, 0.0))[choice])
        if (choice == _REUSE).any():
            chosen = (choice == _REUSE).astype(np.float64)
            again = right.rows(layer.right).scaled(chosen)
            found = found.plus(again).plus(left.rows(layer.left).scaled(-layer.scale * chosen))
        nothing = np.zeros_like(half)
        centres = (flat[0] + flat[1]) / 2, (steep[0] + steep[1]) / 2, nothing, nothing
        noise = np.choose(choice, (widths[0] / 2, widths[1] / 2, half / 2, nothing))
        return found.moved(np.choose(choice, centres)).with_noise(
            DIFFERENCE, np.maximum(noise, 0.0)
        )

    def _above(self) -> tuple[Array, Array]:
        """What the difference of the units is more than d: relu(-y) - relu(-scale * x)."""
        low = np.maximum(np.minimum(0, -self.du), _positive(-self.uy) - _positive(-self.lx))
        high = np.minimum(np.maximum(0, -self.dl), _positive(-self.ly) - _positive(-self.ux))
        return low, np.maximum(low, high)

    def _between(self) -> tuple[Array, Array]:
        """The range of the difference of the units."""
        low = np.maximum(np.minimum(0, self.dl), _positive(self.ly) - _positive(self.ux))
        high = np.minimum(np.maximum(0, self.du), _positive(self.uy) - _positive(self.lx))
        return low, np.maximum(low, high)


def _positive(value: Array) -> Array:
    return np.maximum(value, 0.0)
