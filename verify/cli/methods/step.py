"""relucert approximate step: Heaviside units, or ramps of relu units, few of them (T57)."""

from fractions import Fraction
from itertools import pairwise

from theory.approximation.step import StepNetwork
from theory.network import Network
from verify.approximation.curve import Curve
from verify.approximation.levels import equal_steps, few_steps, forced_steps, given_steps
from verify.approximation.line import LineApproximation
from verify.approximation.samples import sampled
from verify.approximation.source import read_source
from verify.checker import RejectedError
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted
from verify.errors import InputError

_SHARE = Fraction(3, 4)  # of epsilon, for the steps that ramps take the place of
_HALVINGS = 40


def build(request: Request) -> Built:
    """Steps within epsilon, and how many there are at least."""
    form = request.settings.get("form", "heaviside")
    if form not in {"heaviside", "ramps"}:
        raise InputError("--set form", f"expected heaviside or ramps, got {form}")
    source, interval = read_source(request.target), request.interval
    curve = Curve(source, *interval, request.epsilon)
    if form == "ramps":
        finer = Curve(source, *interval, request.epsilon * _SHARE)
        found = _ramps(_steps(request, finer), curve)
        width = counted(found.units, "relu unit", "relu units")
        return Built(LineApproximation(found, curve), found, (f"T57: {width}, two for each step",))
    pairs = forced_steps(curve, sampled(curve))
    steps = _steps(request, curve)
    count = sum(height != 0 for height in steps.heights)
    line = (
        f"T57: {counted(count, 'step', 'steps')}; every step function within this has at least "
        f"{len(pairs)}, by witnesses that the checker looks at"
    )
    facts = {"steps": count, "at least steps": len(pairs)}
    return Built(LineApproximation(steps, curve, pairs), None, (line,), facts)


def _steps(request: Request, curve: Curve) -> StepNetwork:
    """The steps for the knots that the option asks for."""
    samples = sampled(curve)
    if request.knots in (None, "best"):
        return few_steps(curve, samples)
    if request.knots == "equidistant":
        return equal_steps(curve, samples)
    if request.knots == "greedy":
        raise InputError("--knots", "expected best, equidistant or numbers for steps")
    return given_steps(curve, samples, request.points(curve.low, curve.high))


def _ramps(steps: StepNetwork, curve: Curve) -> Network:
    """Ramps so steep that the checker accepts them.

    Raises:
        RejectedError: none are.
    """
    gaps = [other - one for one, other in pairwise((curve.low, *steps.places))]
    width = min(gaps, default=Fraction(1))
    for _ in range(_HALVINGS):
        found = steps.ramps(width)
        try:
            LineApproximation(found, curve).judged()
        except RejectedError:
            width /= 2
        else:
            return found
    return found
