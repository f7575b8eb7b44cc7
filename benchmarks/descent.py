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
    """The networks that a method finds from every start."""
    points, values = samples
    parameters = _started(units, starts)
    rates = np.array([[start.rate] for start in starts])
    state = [(np.zeros_like(one), np.zeros_like(one)) for one in parameters]
    with np.errstate(over="ignore", invalid="ignore"):  # too large a rate diverges, and says so
        for step in range(steps):
            rate = rates * (1 + np.cos(np.pi * step / steps)) / 2
            slopes = _gradient(parameters, points, values)
            if method == "Adam":
                slopes = [_adapted(*pair, step) for pair in zip(slopes, state, strict=True)]
            for one, slope in zip(parameters, slopes, strict=True):
                one -= rate * slope
        rounded = [one.astype(np.float32).astype(np.float64) for one in parameters]
        losses = (_missed(rounded, points, values)[0] ** 2).mean(axis=1)
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


def _missed(parameters: Parameters, points: Array, values: Array) -> tuple[Array, Array]:
    """g(x_k) - y_k for every start, and what is before relu."""
    w, b, v, c = parameters
    before = points[None, :, None] * w[:, None, :] + b[:, None, :]
    found = (np.maximum(before, 0) @ v[:, :, None])[:, :, 0]
    return found + c - values, before


def _gradient(parameters: Parameters, points: Array, values: Array) -> Parameters:
    """The derivatives of the loss by w, b, v, c."""
    missed, before = _missed(parameters, points, values)
    share = missed * (2 / len(points))
    active = (before > 0).astype(np.float64).transpose(0, 2, 1)
    both = active @ np.stack([share * points, share], axis=2)
    by_v = (np.maximum(before, 0).transpose(0, 2, 1) @ share[:, :, None])[:, :, 0]
    v = parameters[2]
    return [v * both[:, :, 0], v * both[:, :, 1], by_v, share.sum(axis=1, keepdims=True)]


def _adapted(slope: Array, state: tuple[Array, Array], step: int) -> Array:
    """Adam's direction (Kingma, Ba 2015); the two moments are kept in the state."""
    found = []
    for moment, decay, power in zip(state, _DECAYS, (1, 2), strict=True):
        moment *= decay
        moment += (1 - decay) * slope**power
        found.append(moment / (1 - decay ** (step + 1)))
    return found[0] / (np.sqrt(found[1]) + _SMALL)
