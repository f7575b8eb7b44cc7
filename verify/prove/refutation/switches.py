"""Points at which units switch that samples seldom switch.

A network that was edited in one small cell differs only where some unit, of either network, is
on that is nearly always off, or off that is nearly always on. Ascent in float64 drives every
such unit towards its switch: first all of them a little, then the most promising for long.
"""

import numpy as np

from verify.prove.floats import Array, FloatNetwork, Indices
from verify.prove.refutation.ascent import COARSE, Effort, UnitObjective, ascended
from verify.prove.refutation.search_space import SearchSpace

_SELDOM = 1 / 64
_HOPELESS = 4.0  # spreads of a preactivation between its nearest sample and its switch
_WORK = 100_000_000  # multiplications for each of the two passes
_MOST = 256


def switched(network: FloatNetwork, space: SearchSpace, samples: Array) -> Array:
    """Coordinates that switch a unit which few samples switch, or come near to that."""
    objective, starts, spread = _seldom(network, space.points(samples))
    if not len(starts):
        return samples[:0]
    driven = ascended(objective, space, samples[starts], COARSE)
    values = objective.values(space.points(driven)[:, None, :])[:, 0]
    nearest = np.argsort(-values / spread, kind="stable")
    fine = Effort.thorough(space)
    still = nearest[values[nearest] <= 0][: _affordable(network, fine)]
    if not len(still):
        return np.vstack((samples[starts], driven))
    finished = ascended(objective.chosen(still), space, driven[still], fine)
    return np.vstack((samples[starts], driven, finished))


def _affordable(network: FloatNetwork, effort: Effort) -> int:
    return max(1, min(_MOST, _WORK // (network.cost * effort.evaluations)))


def _seldom(network: FloatNetwork, points: Array) -> tuple[UnitObjective, Indices, Array]:
    """Signed units that few points make positive, the best point and the spread of each."""
    layers, units, signs, starts, spreads, distances = [], [], [], [], [], []
    for layer, values in enumerate(network.preactivations(points)[:-1]):
        spread = values.max(axis=0) - values.min(axis=0)
        for sign in (1.0, -1.0):
            signed = sign * values
            distance = -signed.max(axis=0) / np.where(spread > 0, spread, 1.0)
            seldom = (signed > 0).mean(axis=0) < _SELDOM
            kept = np.flatnonzero(seldom & (spread > 0) & (distance < _HOPELESS))
            layers.append(np.full(len(kept), layer))
            units.append(kept)
            signs.append(np.full(len(kept), sign))
            starts.append(signed.argmax(axis=0)[kept])
            spreads.append(spread[kept])
            distances.append(distance[kept])
    if not layers:
        nothing = np.zeros(0, dtype=np.intp)
        return UnitObjective(network, nothing, nothing, np.zeros(0)), nothing, np.zeros(0)
    order = np.argsort(np.concatenate(distances), kind="stable")
    order = order[: _affordable(network, COARSE)]
    objective = UnitObjective(
        network, np.concatenate(layers), np.concatenate(units), np.concatenate(signs)
    )
    return objective.chosen(order), np.concatenate(starts)[order], np.concatenate(spreads)[order]
