"""relucert approximate interpolant: chords, and proofs that there cannot be fewer (T53, T58)."""

from theory.approximation.expression import target_of
from theory.approximation.interpolant import best_quadratic, interpolant, necessary_pieces
from theory.errors import TheoryError
from theory.network import Network, Vector
from verify.approximation.chords import CurveChords
from verify.approximation.curve import Curve
from verify.approximation.line import LineApproximation
from verify.approximation.samples import Samples, sampled
from verify.approximation.source import read_source
from verify.approximation.tunnel import few_pieces, forced_bends
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted

_GRID = 4096  # steps of greedy knots


def build(request: Request) -> Built:
    """A network with one hidden layer within epsilon, and what is known about fewer pieces."""
    curve = Curve(read_source(request.target), *request.interval, request.epsilon)
    samples = sampled(curve)
    network, lines = _network(request, curve, samples)
    found = LineApproximation(network, curve, forced_bends(curve, samples))
    facts = {"at least pieces": len(found.witnesses) + 1, "at least units": len(found.witnesses)}
    return Built(found, network, (*lines, *_least(request, found, network)), facts)


def _network(request: Request, curve: Curve, samples: Samples) -> tuple[Network, tuple[str, ...]]:
    """The network for the knots that the option asks for, and a line about them."""
    if request.knots == "best":
        return _best(request, curve, samples), ()
    chords, lines = CurveChords(curve), ()
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


def _best(request: Request, curve: Curve, samples: Samples) -> Network:
    """Few pieces at all; for polynomials of degree 2 the fewest by a formula."""
    polynomial = _quadratic(request.target)
    if polynomial is not None:
        return best_quadratic(polynomial, curve.low, curve.high, curve.epsilon)
    values = dict(few_pieces(curve, samples))
    return interpolant(values.__getitem__, tuple(values))


def _quadratic(text: str) -> Vector | None:
    """The coefficients, if the text is a polynomial of degree 2."""
    try:
        found = target_of(text).polynomial
    except TheoryError:
        return None
    return found if found is not None and len(found) == 3 else None


def _least(request: Request, found: LineApproximation, network: Network) -> list[str]:
    """What is proved about fewer pieces, if anything is (T53)."""
    least = len(found.witnesses) + 1
    polynomial, curve = _quadratic(request.target), found.curve
    by_formula = 0
    if polynomial is not None:
        curvature = 2 * abs(polynomial[2])
        by_formula = necessary_pieces(curve.low, curve.high, curvature, curve.epsilon)
    if max(least, by_formula) < 2:
        return []
    source = "by witnesses that the checker looks at" if least >= by_formula else "by formula"
    least = max(least, by_formula)
    pieces, units = counted(least, "piece", "pieces"), counted(least - 1, "unit", "units")
    return [
        f"T53: what is within this has at least {pieces}, with one hidden layer at least {units}, "
        f"{source}; this network has {network.units}"
    ]
