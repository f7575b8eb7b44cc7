"""relucert approximate recurrence: random recurrent weights, biases that silence units (T67)."""

from fractions import Fraction
from random import Random

from theory.domain import Box
from theory.errors import ScopeError
from theory.network import ZERO
from theory.random_weights import GRID, STEP
from theory.recurrence.masking import (
    Weights,
    masked_recurrence,
    planted,
    random_weights,
    recurrent_error,
    recurrent_width,
    require_relu,
    submatrix_match,
)
from theory.recurrence.recurrent import RecurrentNetwork
from verify.approximation.recurrence import NearRecurrence, Trio
from verify.checker import RejectedError
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted, decimal
from verify.errors import InputError
from verify.formats.recurrent_json import is_recurrent, read_recurrent

MOST_UNITS = 200
_MOST_STEPS = 64
_DELTA = Fraction(1, 100)


def build(request: Request) -> Built:
    """A random recurrent network whose biases leave a match of the target's units, or a copy."""
    if not is_recurrent(request.target):
        raise InputError("TARGET", "expected a file with a recurrent network of relu")
    target = read_recurrent(request.target)
    try:
        require_relu(target)
    except ScopeError as error:
        raise InputError("TARGET", str(error).removeprefix("target: ")) from None
    box, steps = request.box(target.inputs), request.number("steps", 4, 1, _MOST_STEPS)
    has_copy = request.number("planted", 0, 0, 1) == 1
    weights, places, lines = (_planted if has_copy else _drawn)(request, target, box, steps)
    size = weights.units
    initial = weights.network((ZERO,) * size, (ZERO,) * target.outputs, (ZERO,) * size)
    new, span = _masked(weights, target, places, box, steps)
    epsilon = ZERO if has_copy else request.epsilon
    kept = weights.chosen(places).network(target.step.bias, target.output.bias, target.start)
    try:
        found = NearRecurrence.decided(Trio(target, kept, new, initial), steps, epsilon, box)
    except RejectedError as error:
        raise InputError("--epsilon", f"not within {epsilon} for {steps} steps, {error}") from None
    lines += (f"the other {counted(size - len(places), 'unit', 'units')}: 0 {span}",)
    if found.is_forever:
        lines += ("an invariant (T44): at every time the outputs are those of the match alone",)
    times = "at every time" if has_copy and found.is_forever else f"at the times 1 to {steps}"
    told = f"equal outputs {times}" if has_copy else f"outputs within {epsilon} {times}"
    facts = {
        "planted": has_copy,
        "places": list(places),
        "steps": steps,
        "units": size,
    }
    return Built(found, None, lines, facts, told=f"{size} random units, {told}, for all inputs")


def _masked(
    weights: Weights, target: RecurrentNetwork, places: tuple[int, ...], box: Box, steps: int
) -> tuple[RecurrentNetwork, str]:
    """The network whose other units are off, for ever if that can be seen."""
    try:
        return masked_recurrence(weights, target, places, box), "at every time"
    except ScopeError:
        found = masked_recurrence(weights, target, places, box, steps)
        return found, f"at the times up to {steps}; no bounds of states for all times were found"


def _planted(
    request: Request, target: RecurrentNetwork, box: Box, steps: int
) -> tuple[Weights, tuple[int, ...], tuple[str, ...]]:
    """Random weights with the target's at places that are drawn too."""
    if "eta" in request.settings:
        raise InputError("--set eta", "is for drawn weights, not for planted ones")
    part = Weights.of(target)
    limit = request.positive("range", _above(max(part.largest, STEP)))
    seed = request.number("seed", 1, 0, 2**63)
    least = max(1, part.units)
    size = request.number("units", min(2 * least, MOST_UNITS), least, MOST_UNITS)
    weights = random_weights(seed, size, target.inputs, target.outputs, limit)
    places = tuple(Random(seed).sample(range(size), part.units))
    line = f"T67: the target's weights among those of {size} random units in [-{limit}, {limit}]"
    return planted(weights, part, places), places, (line,)


def _drawn(
    request: Request, target: RecurrentNetwork, box: Box, steps: int
) -> tuple[Weights, tuple[int, ...], tuple[str, ...]]:
    """The fewest random units of the seed that hold a match."""
    part, seed = Weights.of(target), request.number("seed", 1, 0, 2**63)
    eta = _on_grid(request.positive("eta", _widest(target, box, steps, request.epsilon)))
    limit = request.positive("range", _above(part.largest + eta))
    width = recurrent_width(part, eta, limit, _DELTA)
    size = request.number("units", MOST_UNITS, part.units, MOST_UNITS)
    weights = random_weights(seed, size, target.inputs, target.outputs, limit)
    formula = f"by the formula {width} units hold a match with probability {1 - _DELTA}"
    if submatrix_match(weights, part, eta) is None:
        raise InputError("--set units", f"{size} are not enough within eta = {eta}; {formula}")
    low, high = -1, size  # so many units hold no match, so many do
    while high - low > 1:
        middle = (low + high) // 2
        some = weights.chosen(range(middle))
        low, high = (middle, high) if submatrix_match(some, part, eta) is None else (low, middle)
    weights = weights if "units" in request.settings else weights.chosen(range(high))
    places = submatrix_match(weights, part, eta) or ()
    bound = decimal(recurrent_error(target, box, steps, eta))
    lines = (
        f"T67: a match within eta = {decimal(eta)} among the first {high} units of weights in "
        f"[-R, R], R = {decimal(limit)}",
        f"{formula}; no match is further off than {bound}",
    )
    return weights, places, lines


def _widest(target: RecurrentNetwork, box: Box, steps: int, epsilon: Fraction) -> Fraction:
    """The largest multiple of 2^-16 up to 1 for which every match is within epsilon.

    Raises:
        InputError: there is none but 0.
    """
    low, high = 0, GRID + 1
    while high - low > 1:
        middle = (low + high) // 2
        is_near = recurrent_error(target, box, steps, middle * STEP) <= epsilon
        low, high = (middle, high) if is_near else (low, middle)
    if not low:
        raise InputError("--epsilon", f"asks for weights closer than {STEP}, the grid's step")
    return low * STEP


def _on_grid(eta: Fraction) -> Fraction:
    """The largest multiple of 2^-16 up to eta, which is to be at least that."""
    return max(1, eta // STEP) * STEP


def _above(size: Fraction) -> Fraction:
    """The least multiple of 2^-15 from there on."""
    return -(-size // (2 * STEP)) * 2 * STEP
