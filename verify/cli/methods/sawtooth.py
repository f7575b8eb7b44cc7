"""relucert approximate sawtooth: polynomials by composed sawtooths of least depth (T54)."""

from collections.abc import Callable
from fractions import Fraction

from theory.approximation.box_target import BoxTarget
from theory.approximation.expression import target_of
from theory.approximation.horner import horner, horner_error
from theory.approximation.square import enough_depth, quadratic, sawtooth_error
from theory.approximation.squares import quadratic_error, quadratic_network
from theory.approximation.target import Target
from theory.errors import ScopeError
from verify.approximation.box_claim import BoxApproximation
from verify.approximation.claim import Approximation
from verify.cli.methods.box_request import box_request, inputs_of
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import decimal
from verify.errors import InputError

_WANTED = "expected a polynomial, as sawtooth needs one"
_MOST_DEPTH = 11  # a sawtooth has some 2^depth pieces
_MOST_DEPTHS = (_MOST_DEPTH, 6, 3)  # by the number of inputs: 2^depth for each of them


def build(request: Request) -> Built:
    """The composed sawtooths of least depth by the formula of T54."""
    if inputs_of(request) > 1:
        return _of_several(request)
    target, (low, high) = _target(request.target), request.interval
    polynomial = target.polynomial
    if polynomial is None:
        raise InputError("TARGET", _WANTED)
    network_of, error = (quadratic, sawtooth_error)
    if len(polynomial) > 3:
        network_of, error = (horner, horner_error)
    depth = _depth(lambda m: error(polynomial, low, high, m), request.epsilon, _MOST_DEPTH)
    network = network_of(polynomial, low, high, depth)
    line = _line(depth, error(polynomial, low, high, depth))
    return Built(Approximation(network, target, low, high, request.epsilon), network, (line,))


def _target(text: str) -> Target:
    """What the text denotes.

    Raises:
        InputError: it is no rational function; what else it may be is of no use here.
    """
    try:
        return target_of(text)
    except ScopeError as error:
        raise InputError("TARGET", f"{_WANTED} ({error})") from None


def _of_several(request: Request) -> Built:
    """The same for quadratic polynomials of two or three variables, by squares."""
    target, box = box_request(request)
    polynomial = target.polynomial
    if polynomial is None or polynomial.degree > 2:
        wanted = "expected a polynomial of degree at most 2, as sawtooth needs for several inputs"
        raise InputError("TARGET", wanted)
    most = _MOST_DEPTHS[box.inputs - 1]
    depth = _depth(lambda m: quadratic_error(polynomial, box, m), request.epsilon, most)
    network = quadratic_network(polynomial, box, depth)
    line = _line(depth, quadratic_error(polynomial, box, depth))
    steps = (1,) * box.inputs
    claim = BoxApproximation(network, BoxTarget.of(polynomial), box, steps, request.epsilon)
    return Built(claim, network, (line,))


def _depth(error: Callable[[int], Fraction], epsilon: Fraction, most: int) -> int:
    """The least depth that is enough.

    Raises:
        InputError: its pieces are too many.
    """
    depth = enough_depth(error, epsilon)
    if depth > most:
        raise InputError("--epsilon", f"depth {depth} has too many pieces to check one by one")
    return depth


def _line(depth: int, error: Fraction) -> str:
    told = decimal(error)
    return f"T54: squares of depth {depth}, error at most {told}; a quarter for each depth more"
