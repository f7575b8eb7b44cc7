"""Units that keep one sign on a box, though only its parts show it: a tree of bisections.

The box is bisected, zonotopes in float64 bound the units on every part, and a unit is proposed as
stable if it has one sign on all parts. Points at which a unit has both signs say that it is no
use. Floats propose; that the signs hold is for the certificate to say, in which the same tree
is made of rule B, and rule R settles the units at its leaves.

Theorem: T38 (lossless compression on a domain), the part on stability.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

import numpy as np
from numpy.typing import NDArray

from theory.domain import Box
from theory.network import Network
from theory.stability import Layers
from verify.prove.floats import Array, FloatNetwork, nearest_floats
from verify.prove.signs.slopes import Proposal

Signs = NDArray[np.int8]  # of all hidden units, layer after layer

_CLEAR = 1.0 / (1 << 30)  # a bound nearer to zero, in parts of the range, decides nothing
_FEWER = 3 / 4  # of the units open above: if less are open here, settling them here pays


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of bisections: an input and two halves, or a leaf.

    `settles` says whether many signs are decided here that were not decided above; `relaxed` are
    signs that are to be shown before the first bisection.
    """

    axis: int = -1
    halves: "tuple[Tree, ...]" = ()
    settles: bool = False
    relaxed: tuple[Proposal, ...] = ()

    @property
    def leaves(self) -> int:
        """How many leaves it has."""
        return sum(half.leaves for half in self.halves) or 1


@dataclass(frozen=True, slots=True)
class SignTree:
    """Signs that hold on a box as far as floats can tell, and the tree whose parts show them.

    Attributes:
        signs: 1, -1, or 0 for undecided, layer after layer, in addition to what was known.
        tree: No larger than the signs need.
    """

    signs: Signs
    tree: Tree


@dataclass(slots=True)
class _Part:
    """A part of the box, the signs of the units there, and how much inputs move open units."""

    low: Array
    high: Array
    signs: Signs
    pull: Array  # (unit, free input)
    axis: int = -1
    halves: "tuple[_Part, ...]" = ()

    def common(self) -> Signs:
        """The signs that units have on all leaves, each as soon as a node shows it."""
        if not self.halves:
            return self.signs
        one, other = (half.common() for half in self.halves)
        return np.where(self.signs != 0, self.signs, np.where(one == other, one, 0)).astype(np.int8)

    def tree(self, wanted: Signs, still: int) -> Tree:
        """The tree from here on, cut where all wanted signs are seen; so many are open above."""
        if not self.halves or not (self.signs != wanted)[wanted != 0].any():
            return Tree()
        here = int((self.signs == 0).sum())
        settles = here < still * _FEWER
        halves = tuple(half.tree(wanted, here if settles else still) for half in self.halves)
        return Tree(self.axis, halves, settles)


def sign_tree(
    network: Network, box: Box, known: Layers, crossing: NDArray[np.bool_], leaves: int
) -> SignTree:
    """What a tree of at most so many leaves shows about the units that are neither known nor cross.

    Args:
        network: Q^n -> Q^m.
        box: Where the units are to keep their signs.
        known: What is known of all hidden units.
        crossing: Which of them, layer after layer, have both signs on the box.
        leaves: The most leaves.
    """
    bounds = _Bounds(network, box, known)
    wanted = (bounds.known == 0) & ~crossing
    root = bounds.part(bounds.low, bounds.high)
    waiting: list[tuple[int, int, _Part]] = []
    order = count()

    def wait(part: _Part) -> None:
        still = int((wanted & (part.signs == 0)).sum())
        if still and part.pull.shape[1]:
            heappush(waiting, (-still, next(order), part))

    wait(root)
    for _ in range(leaves - 1):
        if not waiting:
            break
        part = heappop(waiting)[2]
        part.axis, part.halves = bounds.halved(part, wanted & (part.signs == 0))
        for half in part.halves:
            wait(half)
    found = np.where(wanted, root.common(), 0).astype(np.int8)
    return SignTree(found, root.tree(found, len(found)))


class _Bounds:
    """Bounds of the hidden units of one network by zonotopes in float64."""

    def __init__(self, network: Network, box: Box, known: Layers) -> None:
        self._floats = FloatNetwork.of(network)
        self.low, self.high = nearest_floats(box.lower), nearest_floats(box.upper)
        self.known = np.array([unit.sign for units in known for unit in units], dtype=np.int8)
        self._layers = [np.array([unit.sign for unit in units]) for units in known]
        self._free = [index for index in range(box.inputs) if index not in box.fixed]

    def part(self, low: Array, high: Array) -> _Part:
        """The signs of all units on a part of the box; those known already are believed."""
        free = self._free
        centre = (low + high)[None, :] / 2
        noise = np.zeros((len(free), len(low)))  # one row for every noise
        noise[np.arange(len(free)), free] = ((high - low) / 2)[free]
        signs, pulls = [], []
        for matrix, bias, known in zip(
            self._floats.matrices[:-1], self._floats.biases[:-1], self._layers, strict=True
        ):
            centre, noise = matrix.times(centre) + bias, matrix.times(noise)
            radius = np.abs(noise).sum(axis=0)
            least, most = centre[0] - radius, centre[0] + radius
            clear = _CLEAR * (np.abs(centre[0]) + radius)
            found = np.where(least > clear, 1, np.where(most < -clear, -1, 0))
            signs.append(np.where(known != 0, known, found))
            pulls.append(np.abs(noise[: len(free)]).T / np.where(radius > 0, radius, 1.0)[:, None])
            centre, noise = _bent(centre, noise, signs[-1], (least, most))
        flat = np.concatenate(signs) if signs else np.zeros(0)
        pull = np.concatenate(pulls) if pulls else np.zeros((0, len(free)))
        return _Part(low, high, flat.astype(np.int8), pull)

    def halved(self, part: _Part, open_units: NDArray[np.bool_]) -> tuple[int, tuple[_Part, ...]]:
        """The part bisected in the input that moves its open units most."""
        axis = self._free[int(np.argmax(np.nan_to_num(part.pull[open_units].sum(axis=0))))]
        middle = (part.low[axis] + part.high[axis]) / 2
        high, low = part.high.copy(), part.low.copy()
        high[axis] = low[axis] = middle
        return axis, (self.part(part.low, high), self.part(low, part.high))


def _bent(
    centre: Array, noise: Array, signs: NDArray[np.int_], ends: tuple[Array, Array]
) -> tuple[Array, Array]:
    """The relus: as they are, 0, or a slope and a new noise."""
    least, most = np.minimum(ends[0], 0.0), np.maximum(ends[1], 0.0)
    span = np.where(most > least, most - least, 1.0)
    slope = np.where(signs != 0, signs > 0, most / span)
    lift = np.where(signs != 0, 0.0, np.maximum(-slope * least, (1 - slope) * most) / 2)
    bent = np.flatnonzero(lift)
    fresh = np.zeros((len(bent), len(slope)))
    fresh[np.arange(len(bent)), bent] = lift[bent]
    return centre * slope + lift, np.concatenate([noise * slope, fresh])
