"""Which input to bisect: every noise of the targets is traced back to the inputs it stems from.

A unit whose sign is not known on a box brings a noise in; the noise would vanish if the box were
narrower in the inputs that move the unit. share(noise) is how the range of that unit is made up:
of the inputs directly, and of earlier noises by their own shares. The score of an input adds up
the open targets' coefficients by these shares (recursive), and by the direct parts alone; each
sum is normalised.

Theorem: T37 (the split score; a heuristic, on which nothing rests).
"""

from collections.abc import Sequence

import numpy as np

from verify.prove.bisection.differential import Birth
from verify.prove.bisection.zonotope import FAMILIES, INPUT, Zonotopes
from verify.prove.floats import Array, Indices

_TINY = 1e-300


def split_scores(births: Sequence[Birth], targets: Zonotopes, boxes: Indices) -> Array:
    """For every one of the boxes a score of every input.

    Args:
        births: Where the noises came in.
        targets: What is to become narrower, at the chosen boxes only; weighted.
        boxes: The numbers of these boxes in the births, increasing.
    """
    weights = _weights(births, targets)
    inputs = weights[INPUT].shape[1]
    shares = [np.zeros((*weight.shape, inputs)) for weight in weights]
    direct = weights[INPUT].copy()
    count = max((birth.values.centre.shape[1] for birth in births), default=int(boxes[-1]) + 1)
    place = np.full(count, -1, dtype=np.intp)
    place[boxes] = np.arange(len(boxes))
    for birth in births:
        _trace(birth, place, shares, weights, direct)
    recursive = weights[INPUT].copy()
    for family in range(FAMILIES):
        if family != INPUT and weights[family].shape[1]:
            recursive += np.matmul(weights[family][:, None, :], shares[family])[:, 0]
    return _normalised(recursive) + _normalised(direct)


def _weights(births: Sequence[Birth], targets: Zonotopes) -> list[Array]:
    """For every family the targets' coefficients, summed, for all noises that came in."""
    found = []
    for family, block in enumerate(targets.noises):
        ends = [b.origin.end for b in births if b.origin.family == family]
        weights = np.zeros((block.shape[1], max(ends, default=block.shape[2])))
        weights[:, : block.shape[2]] = np.abs(block).sum(axis=0)
        found.append(weights)
    return found


def _trace(
    birth: Birth, place: Indices, shares: list[Array], weights: list[Array], direct: Array
) -> None:
    """Write the shares of some noises, and add their direct parts."""
    origin, values = birth.origin, birth.values
    open_ones = np.flatnonzero(place[origin.box] >= 0)
    if not len(open_ones):
        return
    value, box = origin.value[open_ones], origin.box[open_ones]
    here, slot = place[box], origin.slot[open_ones]
    local = slot - (slot.min() if len(slot) else 0)
    parts = np.abs(values.noises[INPUT][value, box])
    total = parts.sum(axis=1)
    found = parts.copy()
    for family in range(FAMILIES):
        block = values.noises[family]
        if family == INPUT or not block.shape[2]:
            continue
        padded = np.zeros((len(direct), int(local.max()) + 1, block.shape[2]))
        padded[here, local] = np.abs(block[value, box])
        total += padded.sum(axis=2)[here, local]
        found += np.matmul(padded, shares[family][:, : block.shape[2]])[here, local]
    shares[origin.family][here, slot] = _normalised(found)
    portion = weights[origin.family][here, slot] / np.maximum(total, _TINY)
    np.add.at(direct, here, portion[:, None] * parts)


def _normalised(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), _TINY))
