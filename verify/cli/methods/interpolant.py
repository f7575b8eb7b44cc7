"""relucert approximate interpolant: chords between knots, and what is known about fewer (T53)."""

from theory.approximation.expression import target_of
from theory.approximation.interpolant import best_quadratic, interpolant, necessary_pieces
from theory.approximation.target import Target
from theory.network import Vector
from verify.approximation.chords import Chords
from verify.approximation.claim import Approximation
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted
from verify.errors import InputError

_GRID = 4096  # steps of greedy knots


def build(request: Request) -> Built:
    """The interpolant at the knots, and what is known about fewer."""
    target, (low, high) = target_of(request.target), request.interval
    if request.knots == "best":
        polynomial = target.polynomial
        if polynomial is None or len(polynomial) != 3:
            raise InputError("--knots", "best is for polynomials of degree 2")
        network = best_quadratic(polynomial, low, high, request.epsilon)
        found = Approximation(network, target, low, high, request.epsilon)
        return Built(found, network, tuple(_minimal(target, found)))
    chords = Chords(target, low, high, request.epsilon)
    chosen = _knots(request, chords)
    network = interpolant(chords.value, chosen)
    lines, count = [], len(chosen) - 1
    if request.knots in (None, "equidistant") and not target.terms and count > 1:
        lines.append(f"{count} equidistant chords; every smaller number has one that is too far")
    found = Approximation(network, chords.target, low, high, request.epsilon)
    return Built(found, network, (*lines, *_minimal(target, found)))


def _knots(request: Request, chords: Chords) -> Vector:
    """The knots that the option asks for."""
    if request.knots in (None, "equidistant"):
        return chords.fewest()
    if request.knots == "greedy":
        return chords.greedy(_GRID)
    return request.points(chords.low, chords.high)


def _minimal(target: Target, found: Approximation) -> list[str]:
    """What is proved about fewer pieces, if anything is (T53)."""
    polynomial = target.polynomial
    if polynomial is None or len(polynomial) != 3:
        return []
    least = necessary_pieces(found.low, found.high, 2 * abs(polynomial[2]), found.epsilon)
    pieces, units = counted(least, "piece", "pieces"), counted(least - 1, "unit", "units")
    return [
        f"T53: what is within this has at least {pieces}, with one hidden layer at least {units}; "
        f"this network has {found.network.units}"
    ]
