"""relucert approximate biases: random weights, and biases that switch slopes (T66)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise

from theory.approximation.interpolant import equidistant
from theory.approximation.switching import (
    Pool,
    ShortageError,
    Switched,
    suitable_share,
)
from theory.network import Vector
from theory.random_weights import RandomUnit, enough_draws, initial_network, random_units
from verify.approximation.curve import Curve
from verify.approximation.line import LineApproximation
from verify.approximation.source import read_source
from verify.approximation.weights import biases_files
from verify.checker import RejectedError
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted, decimal
from verify.errors import InputError

MOST_UNITS = 10_000
_FIRST_UNITS = 16
_MOST_PIECES = 1000
_THETA = Fraction(1, 4)  # increments below its square times that of the range are not switched
_DELTA = Fraction(1, 100)


def build(request: Request) -> Built:
    """The biases for the fewest nodes, and as many units as it takes or as were asked for."""
    curve = Curve(read_source(request.target), *request.interval, request.epsilon)
    seed, limit = request.number("seed", 1, 0, 2**63), request.positive("range", Fraction(1))
    theta = request.positive("theta", _THETA)
    if theta >= 1:
        raise InputError("--set theta", f"expected a number below 1, got {theta}")
    fixed = "units" in request.settings
    count = request.number("units", _FIRST_UNITS, 2, MOST_UNITS)
    while True:
        units = random_units(seed, count, 1, 1, limit)
        try:
            found = _fewest(curve, units, (theta * limit) ** 2)
        except ShortageError as error:
            if fixed or count == MOST_UNITS:
                raise InputError("--set units", f"{count} are not enough, {error}") from None
            count = min(2 * count, MOST_UNITS)
        else:
            return _built(curve, units, found, suitable_share(theta, limit))


@dataclass(frozen=True, slots=True)
class _Found:
    nodes: Vector
    switched: Switched
    approximation: LineApproximation


def _fewest(curve: Curve, units: tuple[RandomUnit, ...], least: Fraction) -> _Found:
    """The biases for the fewest equidistant nodes; every smaller number is tried.

    Raises:
        ShortageError: the units are used up before epsilon is reached, or a thousand nodes are.
    """
    pool = Pool(units, curve.low, curve.high, least)
    for count in range(1, _MOST_PIECES + 1):
        nodes = equidistant(curve.low, curve.high, count)
        try:
            made = pool.switched(nodes, curve.value, partial(_is_near, curve))
        except ShortageError as error:
            told = counted(count, "piece", "pieces")
            raise ShortageError(f"{error}, at {told} between nodes") from None
        if made is None or not all(_is_near(curve, *point) for point in _middles(made)):
            continue
        found = LineApproximation(made.network, curve)
        try:
            found.judged()
        except RejectedError:
            continue
        return _Found(nodes, made, found)
    raise ShortageError(f"more than {_MOST_PIECES} pieces between nodes would be needed")


def _is_near(curve: Curve, place: Fraction, value: Fraction) -> bool:
    """Whether a point is not seen to be too far from the curve."""
    low, high = curve.question.enclosed(place)
    return low - curve.epsilon <= value <= high + curve.epsilon


def _middles(made: Switched) -> Iterator[tuple[Fraction, Fraction]]:
    """The points of the network in the middle of two corners."""
    yield from (((x + u) / 2, (y + v) / 2) for (x, y), (u, v) in pairwise(made.corners))


def _built(curve: Curve, units: tuple[RandomUnit, ...], found: _Found, share: Fraction) -> Built:
    made, nodes = found.switched, counted(len(found.nodes), "node", "nodes")
    is_exact = all(curve.exact(node) is not None for node in found.nodes)
    draws = enough_draws(made.bound, _DELTA, share)
    lines = (
        f"T66: {made.used} of {len(units)} random units are switched on, the others are 0 on the "
        f"domain; f itself at {nodes}" + ("" if is_exact else ", but for what rounding leaves"),
        f"between nodes at most {decimal(made.overshoot)} from the chords; every smaller number of "
        "nodes is too far",
        f"by the bound {made.bound} units are enough, by the formula {draws} draws with "
        f"probability {1 - _DELTA}",
    )
    facts = {
        "bound": made.bound,
        "draws": draws,
        "nodes": len(found.nodes),
        "units drawn": len(units),
        "units used": made.used,
    }
    files = biases_files(initial_network(units, 1, 1), made.network)
    return Built(found.approximation, made.network, lines, facts, files)
