"""The checker of unrollings: a network is T steps of a recurrent one, or the other way round.

    python3 -I -S verify/unrolling_checker.py OUT/unrolling.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means, for the recurrent network r and the network f that the file names, by its kind:
(last)      f(x_1, ..., x_T) is the output of r at time T,
(every)     f(x_1, ..., x_T) is the list of its outputs at the times 1, ..., T,
for all real x_t of the domain, r beginning at its start; or
(wavefront) f(x_1) is the output of r at time T, from every state and for all real x_1, ..., x_T.

How (theorem T43). r is unrolled step by step, which gives a network; that it is equal to f is an
ordinary claim, whose certificate is in the file, and `verify.checker` decides.
"""

import os
import sys
from dataclasses import dataclass

if not __package__:  # run as a file: the package is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, fields, parsed, typed
from verify.recurrent_claims import (
    Layers,
    Obligation,
    Reader,
    Recurrent,
    advanced,
    beside,
    constants,
    followed,
    proved,
    read_layers,
    read_recurrent,
    run,
    units,
)

KINDS = ("last", "every", "wavefront")
MOST_STEPS = 10_000
ALL: dict[str, object] = {"box": [], "halfspaces": []}


@dataclass(frozen=True, slots=True)
class Unrolling:
    """What a file states; `box` is of each input, empty for everything."""

    recurrent: Recurrent
    network: Layers
    steps: int
    kind: str
    box: list[object]


def unrolled(stated: Unrolling) -> Layers:
    """(x_1, ..., x_T) -> outputs; or (h_0, x_1, ..., x_T) -> the last one for a wavefront."""
    recurrent, steps = stated.recurrent, stated.steps
    size, count = len(recurrent.start), recurrent.inputs * steps
    if stated.kind == "wavefront":
        layers: Layers = (units(size + count, range(size + count)),)
    else:
        layers = (constants(count, recurrent.start).beside(units(count, range(count))),)
    for step in range(1, steps + 1):
        last = len(layers[-1].bias)
        layers = advanced(layers, recurrent, last - size - recurrent.inputs)
        wide = len(layers[-1].bias)
        told = recurrent.output.after(units(wide, range(size)))
        if stated.kind == "every":
            layers = followed(layers, (units(wide, range(wide)).beside(told),))
        elif step == steps:
            return followed(layers, (told,))
    wide = len(layers[-1].bias)
    return followed(layers, (units(wide, range(size, wide)),))


def obligation(stated: Unrolling) -> Obligation:
    """The claim."""
    left, inputs = unrolled(stated), stated.recurrent.inputs
    if stated.kind == "wavefront":
        size, wide = len(stated.recurrent.start), left[0].inputs
        first = units(wide, range(size, size + inputs))
        right = followed((first,), stated.network)
        return Obligation.equal("wavefront", left, right, ALL)
    where = over(stated.box, stated.steps)
    return Obligation.equal("unrolling", left, stated.network, where)


def read_box(domain: object, inputs: int) -> list[object]:
    """The intervals of a domain of each input, none for everything."""
    box, halfspaces = fields(domain, "box halfspaces", "domain")
    fits = len(typed(box, list, "box")) in (0, inputs) and halfspaces == []
    expect(fits, "domain: expected a box or everything")
    return list(box)


def over(box: list[object], steps: int) -> dict[str, object]:
    """The domain of all inputs of so many steps."""
    return {"box": box * steps, "halfspaces": []}


def read(beside_it: Reader, data: bytes) -> tuple[Unrolling, object]:
    """What a file states, and its proof."""
    keys = "domain kind network proofs recurrent steps"
    domain, kind, network, proofs, recurrent, steps = document(data, "unrolling", keys)
    expect(kind in KINDS, "kind: expected last, every or wavefront")
    expect(1 <= typed(steps, int, "steps") <= MOST_STEPS, "steps: expected 1 to 10000")
    one = read_recurrent(beside(beside_it, recurrent, "recurrent"), "recurrent")
    layers = read_layers(parsed(beside(beside_it, network, "network")), "network")
    expect(one.inputs, "recurrent: expected inputs")
    box = read_box(domain, one.inputs)
    expect(kind != "wavefront" or not box, "domain: a wavefront is about everything")
    return Unrolling(one, layers, steps, kind, box), proofs


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
    where = "for all inputs" if not stated.box else "for all inputs in the box"
    if stated.kind == "wavefront":
        return f"the recurrent network gives f(x_1) at time {stated.steps}, from every state"
    told = "its output" if stated.kind == "last" else "its outputs at every time up to"
    return f"the network is {told} {stated.steps} of the recurrent one, {where}".replace(
        "its output ", "its output at time "
    )


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
