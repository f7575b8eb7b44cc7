"""Zonotopes in float64 at many boxes at once: values that share their noises.

A zonotope is centre + sum of coefficient * noise, each noise in [-1, 1]. Noises belong to
families: the inputs, and what the units of the left network, of the right one and of
their differences could not be told exactly; in every family they are numbered as they come, and
coefficients that are not written are 0. Arrays are laid out (value, box, noise), so that a layer
is one matrix product for every family. Floats propose: what counts are the checker's integers.
"""

from dataclasses import dataclass

import numpy as np

from verify.prove.floats import Array, Indices

INPUT, LEFT, RIGHT, DIFFERENCE = range(4)
FAMILIES = 4


@dataclass(frozen=True, slots=True)
class Zonotopes:
    """Values at boxes.

    Attributes:
        centre: One per value and box.
        noises: For every family the coefficients, (value, box, noise).
    """

    centre: Array
    noises: tuple[Array, ...]

    @staticmethod
    def of_boxes(low: Array, high: Array, free: Indices) -> "Zonotopes":
        """The inputs on boxes: low, high of shape (box, input); free input k has noise k.

        The boxes are points in the inputs that are not free.
        """
        boxes, inputs = low.shape
        spans = np.zeros((inputs, boxes, len(free)))
        spans[free, :, np.arange(len(free))] = (high - low).T[free] / 2
        nothing = np.zeros((inputs, boxes, 0))
        return Zonotopes((low + high).T / 2, (spans, nothing, nothing, nothing))

    @property
    def radius(self) -> Array:
        """How far the values may lie from their centres."""
        total = np.zeros_like(self.centre)
        for block in self.noises:
            if block.shape[2]:
                total += np.abs(block).sum(axis=2)
        return total

    @property
    def range(self) -> tuple[Array, Array]:
        """The least and the greatest values."""
        radius = self.radius
        return self.centre - radius, self.centre + radius

    def image(self, matrix: Array) -> "Zonotopes":
        """The matrix times the values."""
        return Zonotopes(
            matrix @ self.centre, tuple(_product(matrix, block) for block in self.noises)
        )

    def plus(self, other: "Zonotopes") -> "Zonotopes":
        """The sums; noises that one of them does not have count 0 in it."""
        pairs = zip(self.noises, other.noises, strict=True)
        return Zonotopes(self.centre + other.centre, tuple(_sum(*pair) for pair in pairs))

    def scaled(self, factor: Array) -> "Zonotopes":
        """The values times factors, of shape (value, box) or (value, 1)."""
        wide = factor[:, :, None]
        return Zonotopes(self.centre * factor, tuple(block * wide for block in self.noises))

    def moved(self, offset: Array) -> "Zonotopes":
        """The values plus offsets, of shape (value, box) or (value, 1)."""
        return Zonotopes(self.centre + offset, self.noises)

    def rows(self, chosen: Indices) -> "Zonotopes":
        """Some of the values."""
        return Zonotopes(self.centre[chosen], tuple(block[chosen] for block in self.noises))

    def at(self, boxes: Indices) -> "Zonotopes":
        """The values at some of the boxes."""
        return Zonotopes(self.centre[:, boxes], tuple(block[:, boxes] for block in self.noises))

    def with_noise(self, family: int, size: Array) -> "tuple[Zonotopes, Origin]":
        """The values with new noises of these sizes (value, box), where they are positive."""
        fresh = size > 0
        slot = np.cumsum(fresh, axis=0) - 1
        value, box = np.nonzero(fresh)
        old = self.noises[family]
        count = int(slot[-1].max(initial=-1)) + 1 if len(slot) else 0
        block = np.zeros((*old.shape[:2], old.shape[2] + count))
        block[:, :, : old.shape[2]] = old
        slots = old.shape[2] + slot[value, box]
        block[value, box, slots] = size[value, box]
        noises = (*self.noises[:family], block, *self.noises[family + 1 :])
        return Zonotopes(self.centre, noises), Origin(family, value, box, slots, block.shape[2])


@dataclass(frozen=True, slots=True)
class Origin:
    """Where noises of a family came in: at value[q] of box[q] under the number slot[q].

    Attributes:
        end: One more than the greatest number; each box uses as many as it needs.
    """

    family: int
    value: Indices
    box: Indices
    slot: Indices
    end: int


def rectified(
    values: Zonotopes, low: Array, high: Array, family: int
) -> tuple[Zonotopes, Array, Origin]:
    """The relu of values in the given ranges, the width of what is not known, and its noises."""
    unstable = (low < 0) & (high > 0)
    gap = np.where(unstable, high - low, 1.0)
    slope = np.where(unstable, np.floor(high / gap * 65536) / 65536, np.where(low >= 0, 1.0, 0.0))
    half = np.where(unstable, np.maximum(-slope * low, (1 - slope) * high) / 2, 0.0)
    found, origin = values.scaled(slope).moved(half).with_noise(family, half)
    return found, 2 * half, origin


def _product(matrix: Array, block: Array) -> Array:
    values, boxes, noises = block.shape
    flat = matrix @ block.reshape(values, boxes * noises)
    return np.asarray(flat.reshape(len(matrix), boxes, noises))


def _sum(one: Array, other: Array) -> Array:
    if one.shape[2] < other.shape[2]:
        one, other = other, one
    if not other.shape[2]:
        return one
    found = one.copy()
    found[:, :, : other.shape[2]] += other
    return found
