"""The checker of finite horizons: two recurrent networks stay close for so many steps.

    python3 -I -S verify/horizon_checker.py OUT/horizon.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means: for all real x_1, ..., x_T of the domain that the file states, each output of the
two recurrent networks that it names differs by at most epsilon at every time 1, ..., T (epsilon 0:
they are equal), both beginning at their starts. Where the file names an initial network, the right
one has all its weights, its units and its activation: biases and the start alone may differ.

How (theorem T67). Both networks are unrolled step by step (T43); that the two networks so obtained
differ by at most epsilon is an ordinary claim, whose certificate is in the file, and
`verify.checker` with `verify.zonotope_checker` decides.
"""

import os
import sys
from dataclasses import dataclass
from fractions import Fraction

if not __package__:  # run as a file: the package is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, require, typed
from verify.recurrent_claims import (
    Obligation,
    Reader,
    Recurrent,
    beside,
    proved,
    rationals,
    read_recurrent,
    run,
)
from verify.unrolling_checker import MOST_STEPS, Unrolling, over, read_box, unrolled

KEYS = "domain epsilon initial left proofs right steps"


@dataclass(frozen=True, slots=True)
class Horizon:
    """What a file states; `box` is of each input, empty for everything.

    Attributes:
        left: A recurrent network.
        right: Another one.
        initial: The one whose weights the right one has, if there is one.
        steps: T.
        epsilon: How far outputs may be apart.
        box: Of each input.
    """

    left: Recurrent
    right: Recurrent
    initial: Recurrent | None
    steps: int
    epsilon: Fraction
    box: list[object]


def has_weights_of(one: Recurrent, other: Recurrent) -> bool:
    """Whether two recurrent networks differ in biases and in the start alone."""
    pairs = ((one.step, other.step), (one.output, other.output))
    return (
        (one.activation, one.inputs, len(one.start))
        == (other.activation, other.inputs, len(other.start))
    ) and all(nonzero(a.rows) == nonzero(b.rows) for a, b in pairs)


def nonzero(rows: tuple[dict[int, Fraction], ...]) -> list[dict[int, Fraction]]:
    """The rows without zeros."""
    return [{column: weight for column, weight in row.items() if weight} for row in rows]


def obligation(stated: Horizon) -> Obligation:
    """The claim about the unrolled networks."""
    sides = [
        unrolled(Unrolling(network, (), stated.steps, "every", stated.box))
        for network in (stated.left, stated.right)
    ]
    where = over(stated.box, stated.steps)
    relation = f"eps={stated.epsilon}" if stated.epsilon else "exact"
    return Obligation.related("horizon", sides[0], sides[1], where, relation)


def read(beside_it: Reader, data: bytes) -> tuple[Horizon, object]:
    """What a file states, and its proof.

    Raises:
        RejectedError: the right network has other weights than the initial one.
    """
    domain, epsilon, initial, left, proofs, right, steps = document(data, "horizon", KEYS)
    networks = [
        read_recurrent(beside(beside_it, value, side), side)
        for side, value in (("left", left), ("right", right))
    ]
    first = None
    if initial is not None:
        first = read_recurrent(beside(beside_it, initial, "initial"), "initial")
        require(has_weights_of(networks[1], first), "right: it has other weights than initial")
    (bound,) = rationals([epsilon], "epsilon")
    expect(bound >= 0, "epsilon: expected a number of at least 0")
    expect(1 <= typed(steps, int, "steps") <= MOST_STEPS, "steps: expected 1 to 10000")
    inputs = {network.inputs for network in networks}
    outputs = {len(network.output.bias) for network in networks}
    expect(len(inputs) == len(outputs) == 1, "left, right: expected the same inputs and outputs")
    expect(min(inputs), "left, right: expected inputs")
    box = read_box(domain, min(inputs))
    return Horizon(networks[0], networks[1], first, steps, bound, box), proofs


def read_obligations(beside_it: Reader, data: bytes) -> list[Obligation]:
    """The claim, with its steps."""
    stated, proofs = read(beside_it, data)
    return proved([obligation(stated)], proofs)


def check(beside_it: Reader, data: bytes) -> str:
    """What is proved, if the obligation holds.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    stated, proofs = read(beside_it, data)
    for one in proved([obligation(stated)], proofs):
        one.check()
    times = "at time 1" if stated.steps == 1 else f"at every time 1 to {stated.steps}"
    close = f"outputs differ by at most {stated.epsilon}" if stated.epsilon else "equal outputs"
    where = "all inputs in the box" if stated.box else "all inputs"
    shared = "" if stated.initial is None else "; right has all weights of initial"
    return f"{close} {times}, for {where}{shared}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
