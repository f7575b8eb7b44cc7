"""relucert approximate masking: random weights, and biases that silence what does not fit (T65)."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from theory.approximation.interpolant import interpolant
from theory.approximation.masking import (
    TargetUnits,
    masked,
    masking_error,
    masking_width,
    match_error,
    matching,
    widest_eta,
)
from theory.domain import Box
from theory.network import Network
from theory.random_weights import GRID, STEP, RandomUnit, initial_network, random_units, unit_stream
from verify.approximation.chords import Chords
from verify.approximation.curve import Curve
from verify.approximation.line import LineApproximation
from verify.approximation.near import RIGHT, NearNetwork
from verify.approximation.source import read_source
from verify.approximation.weights import biases_files
from verify.claim import NamedNetwork
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted, decimal, sizes
from verify.errors import InputError
from verify.formats.network_file import read_network
from verify.result import Run

MOST_UNITS = 20_000
_NETWORKS = (".json", ".onnx", ".nnet")


def build(request: Request) -> Built:
    """The random network with the biases of the target's units, of a file or an interpolant."""
    if Path(request.target).suffix.lower() in _NETWORKS:
        return _near_network(request)
    return _near_function(request)


@dataclass(frozen=True, slots=True)
class _Masking:
    """What was drawn and matched."""

    draws: tuple[RandomUnit, ...]
    network: Network
    lines: tuple[str, ...]
    facts: dict[str, object]

    @property
    def initial(self) -> Network:
        """The network before its biases were chosen."""
        return initial_network(self.draws, self.network.inputs, self.network.outputs)


def _near_network(request: Request) -> Built:
    """A claim that two networks are close, left the one of the file."""
    source = read_network(request.target)
    target, box = TargetUnits.of(source.network), request.box(source.network.inputs)
    made = _masking(request, target, box, request.epsilon)
    command = ("relucert", "approximate", "masking", request.target)
    sides = (
        NamedNetwork.of(source.name, source.network),
        NamedNetwork.of(f"random weights, biases for {source.name}", made.network),
    )
    run = Run(command, "masking", "T65", dict(made.facts))
    claim = NearNetwork.decided(*sides, box, request.epsilon, run)
    files = biases_files(made.initial, made.network, RIGHT)
    told = f"|network - target| <= {request.epsilon} at every real point, in every output"
    return Built(claim, made.network, made.lines, made.facts, files, told)


def _near_function(request: Request) -> Built:
    """Half of epsilon for the interpolant of a function of one number, half for the masking."""
    source, half = read_source(request.target), request.epsilon / 2
    rough = Curve(source, *request.interval, half)
    middle = interpolant(rough.value, Chords(rough).fewest())
    made = _masking(request, TargetUnits.of(middle), request.box(1), half)
    line = f"target: the interpolant {sizes(middle.widths)}, within half of epsilon (T53)"
    curve = Curve(source, *request.interval, request.epsilon)
    claim = LineApproximation(made.network, curve)
    files = biases_files(made.initial, made.network)
    return Built(claim, made.network, (line, *made.lines), made.facts, files)


def _masking(request: Request, target: TargetUnits, box: Box, epsilon: Fraction) -> _Masking:
    """Draw until all units are matched, or as many units as were asked for."""
    most = max(target.largest, Fraction(1))
    if "range" in request.settings:
        most = request.positive("range", most) - target.largest
        if most <= 0:
            raise InputError("--set range", f"expected more than {target.largest}, as weights are")
    eta = request.positive("eta", widest_eta(target, box, epsilon, most))
    eta = max(1, eta // STEP) * STEP
    least = -(-(target.largest + eta) * GRID // 2) * Fraction(2, GRID)
    limit, delta = request.positive("range", least), request.positive("delta", Fraction(1, 100))
    width = masking_width(target, eta, limit, delta)
    seed = request.number("seed", 1, 0, 2**63)
    fixed = "units" in request.settings
    count = request.number("units", 0, 0, MOST_UNITS) if fixed else min(width, MOST_UNITS)
    sizes_ = (target.inputs, len(target.shift), limit)
    places = matching(target, islice(unit_stream(seed, *sizes_), count), eta)
    if places is None:
        raise _unmatched(count, width, delta)
    drawn = count if fixed else max(places, default=-1) + 1
    draws = random_units(seed, drawn, *sizes_)
    needs = len(target.units)
    lines = (
        f"T65: {counted(needs, 'unit', 'units')} matched within eta = {decimal(eta)} among {drawn} "
        f"of weights in [-R, R], R = {decimal(limit)}; all others are 0 on the domain",
        f"by the formula k ceil(ln(k/delta) (R/eta)^{target.coordinates}) {width} draws are enough "
        f"with probability {1 - delta}",
        f"error at most {decimal(masking_error(target, box, eta))} for every match, "
        f"{decimal(match_error(target, draws, places, box))} for this one",
    )
    facts: dict[str, object] = {
        "delta": str(delta),
        "draws": drawn,
        "eta": str(eta),
        "formula": width,
        "matched": needs,
        "range": str(limit),
    }
    return _Masking(draws, masked(target, draws, places, box), lines, facts)


def _unmatched(count: int, width: int, delta: Fraction) -> InputError:
    formula = f"by the formula {width} would be, with probability {1 - delta}"
    if count == MOST_UNITS < width:
        return InputError("--epsilon", f"{count} draws are not enough, {formula}")
    return InputError("--set units", f"{count} draws are not enough, {formula}; or another seed")
