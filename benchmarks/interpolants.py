"""The functions of benchmarks.training on [-1, 1], and the networks that are built for them."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from theory.approximation.distance import Distance, distance
from theory.approximation.expression import target_of
from theory.approximation.interpolant import equidistant, interpolant
from theory.approximation.piecewise import pieces_of
from theory.approximation.polynomial import value
from theory.approximation.target import Target
from theory.network import Network
from verify.formats.network_file import read_network

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "training"
KINKS = "kinks.json"
ROUGH = "rough"
TARGETS = ("x**2", "x**5", "sin(3*x)", "1/(1 + 25*x**2)", KINKS, ROUGH)
LOW, HIGH = Fraction(-1), Fraction(1)

_ROUNDED = 2**40  # values of functions that are not rational, where an interpolant needs them
_GRID, _BISECTIONS = 2048, 30  # of adapted knots
_OCTAVES, _DECAY = 7, Fraction(7, 10)  # of the rough function


@cache
def target(name: str) -> Target | Network:
    """The function of a name."""
    if name == ROUGH:
        return rough()
    return read_network(FOLDER / name).network if name == KINKS else target_of(name)


def rough() -> Network:
    """The sum of (7/10)^k t^k((x + 1) / 2), k = 1, ..., 7, where t is the tent: 128 pieces.

    Without an end the sum would be Hoelder continuous with exponent log2(10/7), about 0.51, and no
    better: a Weierstrass function.
    """

    def value_at(point: Fraction) -> Fraction:
        found, place = Fraction(0), (point + 1) / 2
        for k in range(1, _OCTAVES + 1):
            place = min(2 * place, 2 - 2 * place)
            found += _DECAY**k * place
        return found

    return interpolant(value_at, equidistant(LOW, HIGH, 2**_OCTAVES))


def values_of(name: str) -> Callable[[Fraction], Fraction]:
    """The function, at points; multiples of 2^-40 near its values, if they are not rational."""
    function = target(name)
    if isinstance(function, Network):
        return pieces_of(function, LOW, HIGH)
    if not function.terms:
        return function
    above, below = function.within(LOW, HIGH, Fraction(1, _ROUNDED)).rational

    def near(point: Fraction) -> Fraction:
        return Fraction(round(value(above, point) / value(below, point) * _ROUNDED), _ROUNDED)

    return near


def even(name: str, units: int) -> Network:
    """The interpolant at equidistant knots, one unit a piece (T53)."""
    return interpolant(values_of(name), equidistant(LOW, HIGH, units))


@cache
def adapted(name: str, units: int) -> Network:
    """What is built for this function: itself, if it is a network of so many units.

    For x^2 it is the best of all functions with so many pieces (T53, 6); else the interpolant
    at the knots of a grid that go from left to right as far as chords are near, for the least
    error by bisection. Floats choose these knots; how good they are is measured exactly.
    """
    function, exact = target(name), values_of(name)
    if isinstance(function, Network) and function.units <= units:
        return function
    polynomial = function.polynomial if isinstance(function, Target) else None
    if polynomial is not None and len(polynomial) == 3:
        shift = polynomial[2] * ((HIGH - LOW) / units) ** 2 / 8
        return interpolant(lambda x: exact(x) - shift, equidistant(LOW, HIGH, units))
    grid = equidistant(LOW, HIGH, _GRID)
    values = np.array(list(map(float, map(exact, grid))))
    good, low, high = [0, _GRID], 0.0, float(np.ptp(values))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        knots = _knots(values, middle)
        if len(knots) <= units + 1:
            good, high = knots, middle
        else:
            low = middle
    return interpolant(exact, tuple(grid[index] for index in good))


def _knots(values: NDArray[np.float64], epsilon: float) -> list[int]:
    """Indices from left to right, each as far as the chord is near at the points of the grid."""
    found, last = [0], len(values) - 1
    while found[-1] < last:
        start, good, bad = found[-1], found[-1] + 1, last + 1
        while bad - good > 1:
            end = (good + bad) // 2
            chord = np.linspace(values[start], values[end], end - start + 1)
            near = np.abs(values[start : end + 1] - chord).max() <= epsilon
            good, bad = (end, bad) if near else (good, end)
        found.append(good)
    return found


def measured(name: str, network: Network) -> Distance:
    """How far a network is from the function of a name (T68)."""
    return distance(network, target(name), LOW, HIGH)


def missed(name: str, network: Network, samples: int) -> Fraction:
    """The largest error at equidistant samples."""
    exact = values_of(name)
    return max(abs(network((x,))[0] - exact(x)) for x in equidistant(LOW, HIGH, samples - 1))
