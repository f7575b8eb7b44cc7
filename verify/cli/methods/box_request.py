"""What a request of several variables speaks of: a function and a box."""

from theory.approximation.box_expression import box_target_of, variables_of
from theory.approximation.box_target import BoxTarget
from theory.domain import Box
from verify.cli.methods.method import Request
from verify.errors import InputError

MOST_INPUTS = 3


def inputs_of(request: Request) -> int:
    """The number of variables that the function and the domain have.

    Raises:
        ScopeError: the target is no expression.
    """
    boxed = request.domain.strip().startswith("box:")
    sides = request.domain.count(";") + 1 if boxed else 1
    return max(variables_of(request.target), sides)


def box_request(request: Request) -> tuple[BoxTarget, Box]:
    """The function and its box; a box of one interval is one for every variable of the function.

    Raises:
        InputError: n is too large, or the domain is no box.
        ScopeError: the target is none.
    """
    inputs = inputs_of(request)
    if inputs > MOST_INPUTS:
        raise InputError("n too large", f"expected at most {MOST_INPUTS} inputs, got {inputs}")
    return box_target_of(request.target, inputs), request.box(inputs)
