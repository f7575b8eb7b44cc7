"""Points where two networks differ much: seen in floats, then evaluated exactly.

The greatest difference that is known exactly is a lower bound of the greatest there is.
Points are climbed from, and rounded to short numbers where that loses next to nothing, so that a
replay in float32 shows what exact evaluation shows.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from theory.domain import Box
from theory.form import IntegerNetwork, integer_network
from theory.network import ZERO, Network, Vector
from verify.prove.floats import Array, FloatNetwork
from verify.prove.refutation.ascent import DifferenceObjective, Effort, ascended
from verify.prove.refutation.search_space import BoxSpace

_LADDER = (4, 8, 12, 16, 20, 24, 40)  # bits of a coordinate
_NEARLY_ALL = 0.9999
_SAMPLE_WORK = 40_000_000
_SAMPLES = 4096
_STARTS = 24
_CLIMB_WORK = 400_000_000


@dataclass(frozen=True, slots=True)
class Witness:
    """A point of the domain, and the greatest |left - right| of an output there, exactly."""

    point: Vector
    difference: Fraction


class WitnessSearch:
    """Looks for points of a box where two networks differ much.

    Args:
        left: One network.
        right: The other one.
        box: Where to look.
    """

    def __init__(self, left: Network, right: Network, box: Box) -> None:
        self._floats = FloatNetwork.of(left), FloatNetwork.of(right)
        self._exact: tuple[IntegerNetwork, IntegerNetwork] = (
            integer_network(left),
            integer_network(right),
        )
        self._space = BoxSpace(box)

    def sampled(self, seed: int = 0) -> Witness:
        """The best of what random points and corners lead to. Equal seeds give equal answers."""
        random = np.random.default_rng(seed)
        count = max(_STARTS, min(_SAMPLES, _SAMPLE_WORK // self._cost))
        corners = self._space.corners(count // 4, random)
        points = np.vstack((corners, self._space.spread(count, random)))
        with np.errstate(all="ignore"):
            order = np.argsort(-np.abs(self._differences(points)).max(axis=1), kind="stable")
        return self.climbed(points[order[:_STARTS]])

    def climbed(self, points: Array) -> Witness:
        """The best point that ascent leads to from some points of the box, one a row."""
        effort = Effort.thorough(self._space)
        points = points[: max(1, _CLIMB_WORK // (self._cost * effort.evaluations))]
        with np.errstate(all="ignore"):
            differences = self._differences(points)
            output = np.abs(differences).argmax(axis=1)
            sign = np.where(differences[np.arange(len(points)), output] < 0, -1.0, 1.0)
            objective = DifferenceObjective(*self._floats, output, sign)
            found = ascended(objective, self._space, points, effort)
            scores = np.abs(self._differences(found)).max(axis=1)
        return self.at(found[int(np.argmax(scores))])

    def at(self, coordinates: Array) -> Witness:
        """The point of the box next to float coordinates, short where that costs nothing."""
        with np.errstate(all="ignore"):
            tried = self._space.rounded(coordinates, _LADDER)
            scores = np.abs(self._differences(tried)).max(axis=1, initial=0.0)
        enough = np.flatnonzero(scores >= _NEARLY_ALL * scores.max())
        return self.exact(self._space.exact(coordinates, _LADDER[int(enough[0])]))

    def exact(self, point: Vector) -> Witness:
        """What exact evaluation finds at a point."""
        pairs = zip(*(network(point) for network in self._exact), strict=True)
        return Witness(point, max((abs(one - other) for one, other in pairs), default=ZERO))

    @property
    def _cost(self) -> int:
        return sum(network.cost for network in self._floats)

    def _differences(self, points: Array) -> Array:
        left, right = (network.outputs(points) for network in self._floats)
        return np.nan_to_num(left - right, nan=0.0)
