"""Refutation: look for a point of the domain where two networks differ.

Floats propose points: corners, random points at many scales, ascent on |f - g|, and ascent on
units that are seldom on or seldom off, since a network that was edited in one small cell
differs only there. Exact evaluation disposes: what is returned lies in the domain exactly and
both networks differ at it exactly. Finding nothing proves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from theory.domain import Domain, Polytope
from theory.errors import ShapeError
from theory.form import IntegerNetwork, integer_network
from theory.network import ZERO, Network, Vector
from verify.prove.floats import Array, FloatNetwork, nearest_floats
from verify.prove.refutation.ascent import COARSE, DifferenceObjective, Effort, ascended
from verify.prove.refutation.search_space import SearchSpace, search_spaces
from verify.prove.refutation.switches import switched

_LADDER = (0, 1, 2, 3, 4, 6, 8, 11, 14, 17, 20, 40)  # bits of a coordinate, short ones first
_NEARLY_ALL = 0.9
_SAMPLE_WORK = 20_000_000  # multiplications in floats
_CLIMB_WORK = 200_000_000
_SAMPLES = 4096
_STARTS = 16
_FEW = 4
_DIRECTIONS = 96
_CONFIRMED = 6
_EXACT_WORK = 1_000_000  # multiplications of integers
_GLANCE_BITS = 8


def counterexample(
    left: Network, right: Network, domain: Domain, tolerance: Fraction = ZERO, seed: int = 0
) -> Vector | None:
    """A point of the domain with |left - right| > tolerance in some output; None if none is seen.

    The point is exact. Short dyadic numbers are preferred, which floats can hold, and among
    the points that were met, one where the difference is nearly as large as it was seen.
    Equal seeds give equal answers.

    Raises:
        ShapeError: the networks or the domain do not have the same numbers of inputs, outputs.
    """
    if (left.inputs, left.outputs) != (right.inputs, right.outputs):
        raise ShapeError(f"networks: expected equal ends, got {left.widths} and {right.widths}")
    if domain.inputs != left.inputs:
        raise ShapeError(f"domain: expected {left.inputs} inputs, got {domain.inputs}")
    random = np.random.default_rng(seed)
    pair = _Pair.of(left, right, tolerance)
    needed = isinstance(domain, Polytope)
    directions = _directions(left, right, random) if needed else np.zeros((0, left.inputs))
    with np.errstate(all="ignore"):
        for space in search_spaces(domain, directions):
            found = _found_in(pair, space, random)
            if found is not None:
                return found
    return None


def counterexample_near(
    left: Network,
    right: Network,
    domain: Domain,
    points: Iterable[Vector],
    tolerance: Fraction = ZERO,
) -> Vector | None:
    """The first of the points in the domain with |left - right| > tolerance in some output."""
    exact = _ExactPair(integer_network(left), integer_network(right))
    for point in points:
        if point in domain and exact.difference(point) > tolerance:
            return point
    return None


@dataclass(frozen=True, slots=True)
class _ExactPair:
    left: IntegerNetwork
    right: IntegerNetwork

    def difference(self, point: Vector) -> Fraction:
        """The greatest |left - right| over the outputs, exactly."""
        pairs = zip(self.left(point), self.right(point), strict=True)
        return max((abs(one - other) for one, other in pairs), default=ZERO)


@dataclass(frozen=True, slots=True)
class _Pair:
    left: FloatNetwork
    right: FloatNetwork
    exact: _ExactPair
    tolerance: Fraction

    @staticmethod
    def of(left: Network, right: Network, tolerance: Fraction) -> "_Pair":
        return _Pair(
            FloatNetwork.of(left),
            FloatNetwork.of(right),
            _ExactPair(integer_network(left), integer_network(right)),
            tolerance,
        )

    @property
    def cost(self) -> int:
        """About how many multiplications one point takes."""
        return self.left.cost + self.right.cost

    @property
    def confirmed(self) -> int:
        """How many candidates of a stage are worth an exact evaluation."""
        return max(2, min(_CONFIRMED, _EXACT_WORK // self.cost))

    @property
    def samples(self) -> int:
        """How many random points a stage may evaluate."""
        return max(_STARTS, min(_SAMPLES, _SAMPLE_WORK // self.cost))

    def climbers(self, effort: Effort) -> int:
        """How many points may climb."""
        return max(1, min(_STARTS, _CLIMB_WORK // (self.cost * effort.evaluations)))

    def differences(self, points: Array) -> Array:
        """Left - right in floats; where that is no number, 0."""
        found = self.left.outputs(points) - self.right.outputs(points)
        return np.nan_to_num(found, nan=0.0)

    def scores(self, points: Array) -> Array:
        """The greatest |left - right| over the outputs in floats."""
        found: Array = np.abs(self.differences(points)).max(axis=1, initial=0.0)
        return found


def _directions(left: Network, right: Network, random: np.random.Generator) -> Array:
    """Gradients of first-layer units, coordinate directions and random ones."""
    size = left.inputs
    rows = [
        nearest_floats(row)
        for network in (left, right)
        for row in network.layers[0].weight[:_DIRECTIONS]
    ]
    axes = np.eye(size)[:_DIRECTIONS]
    found = np.vstack((axes, -axes, random.normal(size=(2 * size + 2, size)), *rows))
    return found[:_DIRECTIONS]


def _found_in(pair: _Pair, space: SearchSpace, random: np.random.Generator) -> Vector | None:
    """A point that samples lead to, or else switched units, or else exact evaluation alone."""
    corners = space.corners(pair.samples // 2, random)
    spread = space.spread(pair.samples, random)
    samples = np.vstack((corners.mean(axis=0), corners, spread))
    found = _led_to(pair, space, samples)
    if found is None:
        networks = (pair.left, pair.right)
        more = np.vstack([switched(network, space, samples) for network in networks])
        found = _led_to(pair, space, more)
    return _glanced(pair, space, samples) if found is None else found


def _led_to(pair: _Pair, space: SearchSpace, samples: Array) -> Vector | None:
    """What the samples with the greatest differences lead to, if exact evaluation agrees."""
    differences = pair.differences(space.points(samples))
    if not differences.size:
        return None
    top = np.argsort(-np.abs(differences).max(axis=1), kind="stable")[:_STARTS]
    found = _settled(pair, space, samples[top])
    if found is None and not pair.tolerance:
        return None  # what floats saw is their own rounding: there is nothing to climb
    climbed = _climbed(pair, space, samples[top], differences[top])
    higher = _settled(pair, space, climbed)
    return found if higher is None else higher


def _climbed(pair: _Pair, space: SearchSpace, starts: Array, differences: Array) -> Array:
    """Where ascent leads from the first starts that are affordable, the best first."""
    effort = Effort.thorough(space)
    if pair.climbers(effort) < _FEW:
        effort = COARSE
    count = pair.climbers(effort)
    output = np.abs(differences[:count]).argmax(axis=1)
    signed = differences[np.arange(len(output)), output]
    sign = np.where(signed < 0, -1.0, 1.0)
    objective = DifferenceObjective(pair.left, pair.right, output, sign)
    climbed = ascended(objective, space, starts[:count], effort)
    order = np.argsort(-pair.scores(space.points(climbed)), kind="stable")
    return climbed[order]


def _settled(pair: _Pair, space: SearchSpace, candidates: Array) -> Vector | None:
    """The shortest exact point next to the first candidate that exact evaluation confirms."""
    for coordinates in candidates[: pair.confirmed]:
        scores = pair.scores(space.rounded(coordinates, _LADDER))
        enough = np.flatnonzero(scores >= _NEARLY_ALL * scores.max())
        for rung in dict.fromkeys((int(enough[0]), int(enough[-1]))):
            point = space.exact(coordinates, _LADDER[rung])
            if pair.exact.difference(point) > pair.tolerance:
                return point
    return None


def _glanced(pair: _Pair, space: SearchSpace, samples: Array) -> Vector | None:
    """One of a few samples at which exact evaluation differs, though floats see nothing."""
    for coordinates in samples[:: max(1, len(samples) // pair.confirmed)]:
        point = space.exact(coordinates, _GLANCE_BITS)
        if pair.exact.difference(point) > pair.tolerance:
            return point
    return None
