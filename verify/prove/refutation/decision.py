"""Refutation of decisions: look for a point where left decides for a class and right does not.

A decision is lost at x by class i if left_i leads all others by the margin and at least k outputs
of right exceed right_i. How deep inside that set x lies is a minimum of affine pieces,

    depth_i(x) = min( left_i - left_j - margin for all j, k-th largest of right_l - right_i ),

which floats climb; exact evaluation of the claim disposes. Finding nothing proves nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from theory.domain import Domain, Polytope
from theory.network import Network, Vector
from verify.claim import Claim
from verify.prove.floats import Array, FloatNetwork, Indices, nearest_floats
from verify.prove.refutation.ascent import COARSE, Effort, ascended
from verify.prove.refutation.search_space import SearchSpace, search_spaces
from verify.relation import Margin, TopK, TopOne, read_relation

_SAMPLES = 4096
_SAMPLE_WORK = 20_000_000
_STARTS = 8  # of every class
_MOST_CLASSES = 12
_LADDER = (4, 8, 14, 20, 40)  # bits of a coordinate, short ones first
_DIRECTIONS = 96
_HOPELESS = 1e-6  # of the outputs' size: floats do not err by more, so exact evaluation is spared


@dataclass(frozen=True, slots=True)
class DecisionObjective:
    """How deep point i lies where class_i leads in left by the margin and k exceed it in right."""

    left: FloatNetwork
    right: FloatNetwork
    chosen: Indices
    margin: float
    k: int

    def values(self, points: Array) -> Array:
        """The depth for class i at points[i, k]."""
        size, count, inputs = points.shape
        chosen = np.repeat(self.chosen, count)
        flat = points.reshape(-1, inputs)
        found = np.minimum(self._leads(flat, chosen)[0], self._exceeding(flat, chosen)[0])
        return np.asarray(found.reshape(size, count), dtype=np.float64)

    def gradients(self, points: Array) -> Array:
        """The gradient of the piece that is least at points[i]."""
        lead, rival = self._leads(points, self.chosen)
        excess, above = self._exceeding(points, self.chosen)
        from_left = self._difference(self.left, points, self.chosen, rival)
        from_right = self._difference(self.right, points, above, self.chosen)
        return np.asarray(np.where((lead <= excess)[:, None], from_left, from_right))

    def _leads(self, points: Array, chosen: Indices) -> tuple[Array, Indices]:
        """By how much left's output leads its strongest rival, beyond the margin; that rival."""
        outputs = self.left.outputs(points)
        rows = np.arange(len(points))
        own = outputs[rows, chosen]
        outputs = outputs.copy()
        outputs[rows, chosen] = -np.inf
        rival = outputs.argmax(axis=1)
        return own - outputs[rows, rival] - self.margin, rival

    def _exceeding(self, points: Array, chosen: Indices) -> tuple[Array, Indices]:
        """By how much the k-th largest other output of right exceeds the chosen one; which one."""
        outputs = self.right.outputs(points)
        rows = np.arange(len(points))
        own = outputs[rows, chosen]
        outputs = outputs.copy()
        outputs[rows, chosen] = -np.inf
        above = np.argsort(-outputs, axis=1, kind="stable")[:, self.k - 1]
        return outputs[rows, above] - own, above

    @staticmethod
    def _difference(network: FloatNetwork, points: Array, plus: Indices, minus: Indices) -> Array:
        preactivations = network.preactivations(points)
        seed = np.zeros_like(preactivations[-1])
        rows = np.arange(len(points))
        seed[rows, plus] += 1.0
        seed[rows, minus] -= 1.0
        return network.gradients(preactivations, [*[None] * (len(preactivations) - 1), seed])


def lost_decision(claim: Claim, hints: Iterable[Vector] = (), seed: int = 0) -> Vector | None:
    """A point of the domain at which a claim about decisions fails; None if none is seen.

    Args:
        claim: A claim of the relation top1, topk or margin.
        hints: Points to begin at; by default samples of the domain.
        seed: Equal seeds give equal answers.
    """
    parameters = _parameters(claim)
    if parameters is None:
        return None
    margin, k = parameters
    random = np.random.default_rng(seed)
    sides = FloatNetwork.of(claim.left.network), FloatNetwork.of(claim.right.network)
    known = np.array([nearest_floats(point) for point in hints])
    networks = (claim.left.network, claim.right.network)
    with np.errstate(all="ignore"):
        for space in search_spaces(claim.domain, _directions(claim.domain, networks)):
            if len(known) and isinstance(claim.domain, Polytope):
                break  # a hull has other coordinates
            starts = known if len(known) else _samples(space, sides, random)
            for index in _classes(sides[0], space, starts):
                one = np.full(1, index)
                objective = DecisionObjective(*sides, one, margin, k)
                found = _climbed(claim, objective, space, starts)
                if found is not None:
                    return found
    return None


def _parameters(claim: Claim) -> tuple[float, int] | None:
    """The margin, and how many outputs of right must exceed; None where nothing can be lost."""
    outputs = claim.left.network.outputs
    match read_relation(claim.relation):
        case TopOne():
            found = (0.0, 1)
        case TopK(k):
            found = (0.0, k)
        case Margin(margin):
            found = (float(margin), 1)
        case _:
            return None
    return found if found[1] < outputs else None


def _directions(domain: Domain, networks: Sequence[Network]) -> Array:
    size = domain.inputs
    if not isinstance(domain, Polytope):
        return np.zeros((0, size))
    rows = [nearest_floats(row) for net in networks for row in net.layers[0].weight]
    axes = np.eye(size)[:_DIRECTIONS]
    return np.vstack((axes, -axes, *rows))[:_DIRECTIONS]


def _samples(
    space: SearchSpace, sides: Sequence[FloatNetwork], random: np.random.Generator
) -> Array:
    cost = sum(side.cost for side in sides)
    count = max(_STARTS, min(_SAMPLES, _SAMPLE_WORK // cost))
    return np.vstack((space.corners(count // 2, random), space.spread(count, random)))


def _classes(left: FloatNetwork, space: SearchSpace, starts: Array) -> list[int]:
    """The outputs that left decides for somewhere, the most frequent first, then the others."""
    outputs = left.outputs(space.points(starts))
    counts = np.bincount(outputs.argmax(axis=1), minlength=outputs.shape[1])
    order = np.argsort(-counts, kind="stable")
    return [int(index) for index in order[:_MOST_CLASSES]]


def _climbed(
    claim: Claim, objective: DecisionObjective, space: SearchSpace, starts: Array
) -> Vector | None:
    """The deepest point that the best starts lead to, if exact evaluation agrees."""
    depths = objective.values(space.points(starts)[None, :, :])[0]
    top = np.argsort(-depths, kind="stable")[:_STARTS]
    classes = np.full(len(top), objective.chosen[0])
    spread = DecisionObjective(
        objective.left, objective.right, classes, objective.margin, objective.k
    )
    effort = Effort.thorough(space) if space.dimension <= 64 else COARSE
    climbed = ascended(spread, space, starts[top], effort)
    deep = spread.values(space.points(climbed)[:, None, :])[:, 0]
    if deep.max() < -_HOPELESS * (
        1.0 + np.abs(objective.left.outputs(space.points(climbed))).max()
    ):
        return None
    best = climbed[int(deep.argmax())]
    points = (space.exact(best, bits) for bits in _LADDER)
    return next((point for point in points if claim.fails_at(point)), None)
