"""relucert approximate sawtooth: polynomials by composed sawtooths of least depth (T54)."""

from theory.approximation.expression import target_of
from theory.approximation.horner import horner, horner_error
from theory.approximation.square import enough_depth, quadratic, sawtooth_error
from verify.approximation.claim import Approximation
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import decimal
from verify.errors import InputError

_MOST_DEPTH = 11  # a sawtooth has some 2^depth pieces


def build(request: Request) -> Built:
    """The composed sawtooths of least depth by the formula of T54."""
    polynomial, (low, high) = target_of(request.target).polynomial, request.interval
    if polynomial is None:
        raise InputError("TARGET", "expected a polynomial, as sawtooth needs one")
    network_of, error = (quadratic, sawtooth_error)
    if len(polynomial) > 3:
        network_of, error = (horner, horner_error)
    depth = enough_depth(lambda m: error(polynomial, low, high, m), request.epsilon)
    if depth > _MOST_DEPTH:
        raise InputError("--epsilon", f"depth {depth} has too many pieces to check one by one")
    network = network_of(polynomial, low, high, depth)
    told = decimal(error(polynomial, low, high, depth))
    line = f"T54: squares of depth {depth}, error at most {told}; a quarter for each depth more"
    target = target_of(request.target)
    return Built(Approximation(network, target, low, high, request.epsilon), network, (line,))
