"""relucert approximate biases: random weights, and biases that switch slopes (T66)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from theory.approximation.interpolant import equidistant
from theory.approximation.switching import (
    ShortageError,
    Switched,
    suitable_share,
    switched,
)
from theory.form import integer_network
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
_THETA = Fraction(1, 4)  # weights below this share of the range are not switched
_DELTA = Fraction(1, 100)


def build(request: Request) -> Built:
    """The biases for the fewest nodes, and as many units as it takes or as were asked for."""
    curve = Curve(read_source(request.target), *request.interval, request.epsilon)
    seed, limit = request.number("seed", 1, 0, 2**63), request.positive("range", Fraction(1))
    fixed = "units" in request.settings
    count = request.number("units", _FIRST_UNITS, 2, MOST_UNITS)
    while True:
        units = random_units(seed, count, 1, 1, limit)
        try:
            found = _fewest(curve, units, (_THETA * limit) ** 2)
        except ShortageError as error:
            if fixed or count == MOST_UNITS:
                raise InputError("--set units", f"{count} are not enough, {error}") from None
            count = min(2 * count, MOST_UNITS)
        else:
            return _built(curve, units, found, limit)


@dataclass(frozen=True, slots=True)
class _Found:
    nodes: Vector
    switched: Switched
    approximation: LineApproximation


def _fewest(curve: Curve, units: tuple[RandomUnit, ...], least: Fraction) -> _Found:
    """The biases for the fewest equidistant nodes; every smaller number is tried.

    Raises:
        ShortageError: the units are used up before epsilon is reached.
    """
    for count in range(1, _MOST_PIECES + 1):
        nodes = equidistant(curve.low, curve.high, count)
        values = tuple(map(curve.value, nodes))
        try:
            made = switched(units, nodes, values, least)
        except ShortageError as error:
            told = counted(count, "piece", "pieces")
            raise ShortageError(f"{error}, at {told} between nodes") from None
        if not _is_far(curve, made, nodes):
            found = LineApproximation(made.network, curve)
            try:
                found.judged()
            except RejectedError:
                continue
            return _Found(nodes, made, found)
    raise InputError("--epsilon", f"more than {_MOST_PIECES} pieces between nodes are needed")


def _is_far(curve: Curve, made: Switched, nodes: Vector) -> bool:
    """Whether it is seen at some point that the network is too far."""
    network = integer_network(made.network)
    for place in _places(made, nodes):
        low, high = curve.question.enclosed(place)
        if not low - curve.epsilon <= network((place,))[0] <= high + curve.epsilon:
            return True
    return False


def _places(made: Switched, nodes: Vector) -> Iterator[Fraction]:
    """Where the network is likely to be far: its bends, and the middles between these and nodes."""
    yield from made.bends
    places = sorted({*made.bends, *nodes})
    yield from ((x + y) / 2 for x, y in pairwise(places))


def _built(curve: Curve, units: tuple[RandomUnit, ...], found: _Found, limit: Fraction) -> Built:
    made, nodes = found.switched, counted(len(found.nodes), "node", "nodes")
    is_exact = all(curve.exact(node) is not None for node in found.nodes)
    draws = enough_draws(made.bound, _DELTA, suitable_share(_THETA, limit))
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
        "range": str(limit),
        "units drawn": len(units),
        "units used": made.used,
    }
    files = biases_files(initial_network(units, 1, 1), made.network)
    return Built(found.approximation, made.network, lines, facts, files)
