"""relucert approximate interpolant: chords, and proofs that there cannot be fewer (T53, T58)."""

from theory.approximation.expression import target_of
from theory.approximation.interpolant import (
    best_quadratic,
    economical,
    interpolant,
    necessary_pieces,
)
from theory.errors import TheoryError
from theory.network import Network, Vector
from verify.approximation.chords import Chords
from verify.approximation.curve import Curve
from verify.approximation.line import LineApproximation
from verify.approximation.samples import sampled
from verify.approximation.source import read_source
from verify.approximation.tunnel import MOST_PIECES, few_pieces, forced_bends
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted
from verify.errors import InputError

_GRID = 4096  # steps of greedy knots


def build(request: Request) -> Built:
    """A network with one hidden layer within epsilon, and what is known about fewer pieces."""
    curve = Curve(read_source(request.target), *request.interval, request.epsilon)
    network, lines = _network(request, curve)
    found = LineApproximation(network, curve, forced_bends(curve, sampled(curve)))
    pieces, units = found.least()
    facts = {"at least pieces": pieces, "at least units": units}
    return Built(found, network, (*lines, *_least(request, found, network)), facts)


def _network(request: Request, curve: Curve) -> tuple[Network, tuple[str, ...]]:
    """The network for the knots that the option asks for, and a line about them."""
    if request.knots == "best":
        return _best(request, curve), ()
    chords, lines = Chords(curve), ()
    if request.knots == "greedy":
        knots = chords.greedy(_GRID)
    elif request.knots in (None, "equidistant"):
        knots = chords.fewest()
        count = len(knots) - 1
        if chords.is_decided and count > 1:
            told = f"{count} equidistant chords; every smaller number has one that is too far"
            return interpolant(curve.value, knots), (told,)
    else:
        knots = request.points(curve.low, curve.high)
    return interpolant(curve.value, knots), lines


def _best(request: Request, curve: Curve) -> Network:
    """Few pieces at all; for polynomials of degree 2 the fewest by a formula."""
    polynomial = _quadratic(request.target)
    if polynomial is not None:
        ends = curve.low, curve.high
        least = necessary_pieces(*ends, 2 * abs(polynomial[2]), curve.epsilon)
        if least > MOST_PIECES:
            raise InputError("--epsilon", f"at least {MOST_PIECES} pieces would be needed")
        return best_quadratic(polynomial, *ends, curve.epsilon)
    return economical(few_pieces(curve, sampled(curve)))


def _quadratic(text: str) -> Vector | None:
    """The coefficients, if the text is a polynomial of degree 2."""
    try:
        found = target_of(text).polynomial
    except TheoryError:
        return None
    return found if found is not None and len(found) == 3 else None


def _least(request: Request, found: LineApproximation, network: Network) -> list[str]:
    """What is proved about fewer pieces and units, if anything is (T53)."""
    pieces, units = found.least()
    polynomial, curve = _quadratic(request.target), found.curve
    source = "by witnesses that the checker looks at"
    if polynomial is not None:
        curvature = 2 * abs(polynomial[2])
        least = necessary_pieces(curve.low, curve.high, curvature, curve.epsilon)
        if least > pieces:
            pieces, units, source = least, max(units, least - 1), "by formula"
    if not units:
        return []
    told = counted(pieces, "piece", "pieces"), counted(units, "unit", "units")
    has = "so no network of one hidden layer has fewer units than this one"
    if units < network.units:
        has = f"this network has {network.units}"
    return [
        f"T53: what is within this has at least {told[0]}, with one hidden layer at least "
        f"{told[1]}, {source}; {has}"
    ]
