"""Full-batch gradient descent and Adam for networks 1-N-1, many starts side by side, in numpy.

    g(x) = c + sum_i v_i relu(w_i x + b_i),      loss = mean of (g(x_k) - y_k)^2 over the samples

Starts as PyTorch's nn.Linear has them: w, b uniform on [-1, 1], v, c on [-1, 1] / sqrt(N). The
learning rate falls from its first value to 0 as half a cosine. What is found depends on the order
in which a machine adds floats; so the networks that a note speaks of are committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.network import Affine, Network
from theory.rational import rational_of_float

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Parameters = list[Array]  # w, b, v of shape (starts, units), c of shape (starts, 1)

METHODS = ("gradient descent", "Adam")
_DECAYS, _SMALL = (0.9, 0.999), 1e-8  # of Adam, as published


@dataclass(frozen=True, slots=True)
class Start:
    """Where training starts: a seed, and the first learning rate."""

    seed: int
    rate: float


@dataclass(frozen=True, slots=True)
class Trained:
    """Where training ended: the float32 weights w, b, v, c in turn, and the loss."""

    start: Start
    weights: tuple[float, ...]
    loss: float


def network_of(weights: Sequence[float]) -> Network:
    """The network 1-N-1 with weights w, b, v, c in turn, exactly."""
    exact = [rational_of_float(weight) for weight in weights]
    units = len(exact) // 3
    w, b, v = (exact[k * units : (k + 1) * units] for k in range(3))
    return Network((Affine.dense([[one] for one in w], b), Affine.dense([v], [exact[-1]])))


def trained(
    method: str, units: int, samples: tuple[Array, Array], starts: Sequence[Start], steps: int
) -> list[Trained]:
    """The networks that a method finds from every start; the sample points increase."""
    points, values = samples
    parameters = _started(units, starts)
    rates = np.array([[start.rate] for start in starts])
    state = [(np.zeros_like(one), np.zeros_like(one)) for one in parameters]
    with np.errstate(all="ignore"):  # too large a rate diverges, and says so
        for step in range(steps):
            rate = rates * (1 + np.cos(np.pi * step / steps)) / 2
            slopes = _gradient(parameters, points, values)
            if method == "Adam":
                slopes = [_adapted(*pair, step) for pair in zip(slopes, state, strict=True)]
            for one, slope in zip(parameters, slopes, strict=True):
                one -= rate * slope
        rounded = [one.astype(np.float32).astype(np.float64) for one in parameters]
        losses = (_values(rounded, points, values).missed ** 2).mean(axis=1)
    flat = np.concatenate(rounded, axis=1)
    return [
        Trained(start, tuple(map(float, row)), float(loss))
        for start, row, loss in zip(starts, flat, losses, strict=True)
    ]


def _started(units: int, starts: Sequence[Start]) -> Parameters:
    """The first weights: those of a seed are the same for every rate."""
    drawn = [np.random.default_rng(start.seed).uniform(-1, 1, 3 * units + 1) for start in starts]
    w, b, v, c = np.split(np.array(drawn), [units, 2 * units, 3 * units], axis=1)
    return [w, b, v / np.sqrt(units), c / np.sqrt(units)]


@dataclass(frozen=True, slots=True)
class _Values:
    """What a network misses at the samples, and from where to where each unit is active there."""

    missed: Array
    first: Indices
    last: Indices


def _values(parameters: Parameters, points: Array, values: Array) -> _Values:
    """The network at all samples, in order: a unit is active from or up to its zero.

    So g is a sum of slopes and constants that begin or end somewhere: two running sums, and not
    one product for every unit and sample.
    """
    w, b, v, c = parameters
    zeros, rises, count = -b / w, ~np.signbit(w), len(points)
    first = np.where(rises, np.searchsorted(points, zeros, "right"), 0)
    last = np.where(rises, count, np.searchsorted(points, zeros, "left"))
    slopes, constants = (_running(one, first, last, count) for one in (v * w, v * b))
    return _Values(slopes * points + constants + c - values, first, last)


def _running(amounts: Array, first: Indices, last: Indices, count: int) -> Array:
    """At each of the samples the sum of the amounts from first to last, for every start."""
    starts = len(amounts)
    rows = np.arange(starts)[:, None] * (count + 1)
    places = np.concatenate([rows + first, rows + last], axis=1).ravel()
    signed = np.concatenate([amounts, -amounts], axis=1).ravel()
    steps: Array = np.bincount(places, signed, starts * (count + 1)).astype(np.float64)
    return np.cumsum(steps.reshape(starts, count + 1), axis=1)[:, :count]


def _gradient(parameters: Parameters, points: Array, values: Array) -> Parameters:
    """The derivatives of the loss by w, b, v, c."""
    w, b, v, _ = parameters
    found = _values(parameters, points, values)
    share = found.missed * (2 / len(points))
    by_slope, by_constant = (_between(one, found) for one in (share * points, share))
    by_v = w * by_slope + b * by_constant
    return [v * by_slope, v * by_constant, by_v, share.sum(axis=1, keepdims=True)]


def _between(amounts: Array, found: _Values) -> Array:
    """For every unit the sum over the samples at which it is active."""
    sums = np.concatenate([np.zeros((len(amounts), 1)), np.cumsum(amounts, axis=1)], axis=1)
    last: Array = np.take_along_axis(sums, found.last, axis=1)
    first: Array = np.take_along_axis(sums, found.first, axis=1)
    return last - first


def _adapted(slope: Array, state: tuple[Array, Array], step: int) -> Array:
    """Adam's direction (Kingma, Ba 2015); the two moments are kept in the state."""
    found = []
    for moment, decay, power in zip(state, _DECAYS, (1, 2), strict=True):
        moment *= decay
        moment += (1 - decay) * slope**power
        found.append(moment / (1 - decay ** (step + 1)))
    return found[0] / (np.sqrt(found[1]) + _SMALL)
