"""The checker of invariants: two recurrent networks are equal on sequences of every length.

    python3 -I -S verify/invariant_checker.py OUT/invariant.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means: for every T >= 1 and all real x_1, ..., x_T of the domain that the file states,
the two recurrent networks that it names give the same output at every time 1, ..., T.

How (theorems T44, T56). The file states an affine space of joint states (h, h'): some coordinates z
are free, the others are affine functions of them. The invariant is that space, the states'
signs (units with relu are >= 0, saturated ones lie in [0, 1]) and the inequalities that the file
states. Three ordinary claims, with certificates in the file, which `verify.checker` decides:
(base)   for every x of the domain, the joint state after the first step lies in the space;
(step)   from every joint state of the invariant, on every x, the next one lies in the space;
(output) at every joint state of the invariant the two outputs are equal.
In coordinates z each says that two networks are equal on a polytope. Signs need no claim;
inequalities need two, which say of them what (base) and (step) say of the space.
The file may also state an interval for each unit, to be added to the invariant; then two more
claims say that the first state lies in these, and that no step from inside, on any x, leaves them.
"""

import os
import sys
from dataclasses import dataclass
from fractions import Fraction

if not __package__:  # run as a file: the package is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, fields, typed
from verify.recurrent_claims import (
    Layers,
    Map,
    Obligation,
    Reader,
    Recurrent,
    Row,
    beside,
    constants,
    followed,
    proved,
    rationals,
    read_map,
    read_recurrent,
    run,
    stepped,
    together,
    units,
)

Halfspace = tuple[Row, Fraction]  # row . x <= offset


@dataclass(frozen=True, slots=True)
class Pair:
    """What a file states.

    Attributes:
        left: A recurrent network.
        right: Another one.
        domain: Of each input, as halfspaces.
        free: The joint coordinates that are free.
        dependent: free coordinates -> the others, in their order.
        bounds: An interval for each joint coordinate, or nothing at all.
        inequalities: Halfspaces of joint states.
    """

    left: Recurrent
    right: Recurrent
    domain: list[Halfspace]
    free: list[int]
    dependent: Map
    bounds: list[tuple[Fraction, Fraction]]
    inequalities: list[Halfspace]

    @property
    def others(self) -> list[int]:
        """The joint coordinates that are not free."""
        count = len(self.left.start) + len(self.right.start)
        return [place for place in range(count) if place not in set(self.free)]

    def joint(self, inputs: int) -> Map:
        """(z, ...) -> the joint state, from this many inputs."""
        picked = units(inputs, range(len(self.free)))
        shown = dict(zip(self.free, range(len(self.free)), strict=True))
        both = picked.beside(self.dependent.after(picked) if self.others else constants(inputs, ()))
        shown |= {place: len(self.free) + index for index, place in enumerate(self.others)}
        return both.picked(shown[place] for place in range(len(shown)))


def signs(pair: Pair, inputs: int) -> list[Halfspace]:
    """The signs, bounds and inequalities of the joint state, as halfspaces in (z, ...)."""
    joint, found = pair.joint(inputs), list[Halfspace]()
    kinds = [network.activation for network in (pair.left, pair.right) for _ in network.start]
    for row, bias, kind in zip(joint.rows, joint.bias, kinds, strict=True):
        if kind != "identity" and (row or bias < 0):
            found.append(({column: -weight for column, weight in row.items()}, bias))
        if kind == "saturated" and (row or bias > 1):
            found.append((row, 1 - bias))
    for row, bias, (low, high) in zip(joint.rows, joint.bias, pair.bounds or [], strict=False):
        found += [({column: -w for column, w in row.items()}, bias - low), (row, high - bias)]
    for row, end in pair.inequalities:
        weights, bias = joint.of(row, Fraction(0))
        found.append((weights, end - bias))
    return [(row, end) for row, end in found if row or end < 0]


def domain_value(halfspaces: list[Halfspace], inputs: int) -> object:
    """The domain of a claim: a box and what else there is, if every coordinate has two ends."""
    box: list[list[Fraction | None]] = [[None, None] for _ in range(inputs)]
    others: list[Halfspace] = []
    for row, offset in halfspaces:
        if len(row) != 1:
            others.append((row, offset))
            continue
        ((column, weight),) = row.items()
        side, end = int(weight > 0), offset / weight
        old = box[column][side]
        box[column][side] = end if old is None else (min if side else max)(old, end)
    if any(end is None for ends in box for end in ends):
        return {"box": [], "halfspaces": listed(halfspaces, inputs)}
    ends = [[str(end) for end in pair] for pair in box]
    return {"box": ends, "halfspaces": listed(others, inputs)}


def listed(halfspaces: list[Halfspace], inputs: int) -> list[list[str]]:
    """The halfspaces as a claim lists them, equal ones once."""
    found: list[list[str]] = []
    for row, offset in halfspaces:
        numbers = [str(row.get(column, 0)) for column in range(inputs)] + [str(offset)]
        if numbers not in found:
            found.append(numbers)
    return found


def moved(halfspaces: list[Halfspace], places: int) -> list[Halfspace]:
    """The halfspaces with so many coordinates before theirs."""
    return [({column + places: w for column, w in row.items()}, end) for row, end in halfspaces]


def next_joint(pair: Pair, state: Map, inputs: int, first: int) -> Layers:
    """The joint state after the one that `state` gives; the input begins at that coordinate."""
    entry = units(inputs, range(first, first + pair.left.inputs))
    middle = len(pair.left.start)
    count = middle + len(pair.right.start)
    left = stepped(pair.left, state.picked(range(middle)).beside(entry))
    right = stepped(pair.right, state.picked(range(middle, count)).beside(entry))
    return together(left, right)


def inside(name: str, pair: Pair, layers: Layers, domain: object) -> Obligation:
    """The claim that the joint states that the layers give lie in the space."""
    count = len(layers[-1].bias)
    left = followed(layers, (units(count, pair.others),))
    right = followed(layers, (pair.dependent.after(units(count, pair.free)),))
    return Obligation.equal(name, left, right, domain)


def bound_obligations(pair: Pair) -> list[Obligation]:
    """The first state lies within the bounds, and no step leaves them."""
    if not pair.bounds:
        return []
    count, inputs = len(pair.bounds), pair.left.inputs
    start = constants(max(inputs, 1), pair.left.start + pair.right.start)
    first = next_joint(pair, start, start.inputs, 0)
    wide = max(count + inputs, 1)
    later = next_joint(pair, units(wide, range(count)), wide, count)
    box: list[Halfspace] = []
    for place, (low, high) in enumerate(pair.bounds):
        box += [({place: Fraction(-1)}, -low), ({place: Fraction(1)}, high)]
    where = domain_value(box + moved(pair.domain, count), wide)
    return [
        below("bounds at first", first, box, domain_value(pair.domain, start.inputs)),
        below("bounds later", later, box, where),
    ]


def below(name: str, layers: Layers, halfspaces: list[Halfspace], domain: object) -> Obligation:
    """The claim that the joint states that the layers give lie in the halfspaces."""
    rows, ends = tuple(row for row, _ in halfspaces), tuple(-end for _, end in halfspaces)
    over = Map(len(layers[-1].bias), rows, ends)  # row . h - end, whose relu is to be 0
    left = (*followed(layers, (over,)), units(len(rows), range(len(rows))))
    nothing = constants(layers[0].inputs, (Fraction(0),) * len(rows))
    return Obligation.equal(name, left, (nothing,), domain)


def obligations(pair: Pair) -> list[Obligation]:
    """Those of the bounds; base and step, of the inequalities and of the space; output."""
    size, found = len(pair.free), bound_obligations(pair)
    wide = max(pair.left.inputs, 1)  # claims have an input, if need be one that nobody reads
    first = next_joint(pair, constants(wide, pair.left.start + pair.right.start), wide, 0)
    at_first = domain_value(pair.domain, wide)
    wide = max(size + pair.left.inputs, 1)
    later = next_joint(pair, pair.joint(wide), wide, size)
    where = domain_value(signs(pair, wide) + moved(pair.domain, size), wide)
    if pair.inequalities:
        found.append(below("inequalities at first", first, pair.inequalities, at_first))
        found.append(below("inequalities later", later, pair.inequalities, where))
    if pair.others:
        found.append(inside("base", pair, first, at_first))
        found.append(inside("step", pair, later, where))
    wide = max(size, 1)
    joint, middle = pair.joint(wide), len(pair.left.start)
    left = pair.left.output.after(joint.picked(range(middle)))
    right = pair.right.output.after(joint.picked(range(middle, len(joint.bias))))
    where = domain_value(signs(pair, wide), wide)
    return [*found, Obligation.equal("output", (left,), (right,), where)]


def read_domain(value: object, inputs: int) -> list[Halfspace]:
    """The halfspaces of {"box": [[low, high], ...], "halfspaces": [[a, ..., b], ...]}.

    An empty box is none; a halfspace is a . x <= b.
    """
    box, halfspaces = fields(value, "box halfspaces", "domain")
    ends = [rationals(pair, "box") for pair in typed(box, list, "box")]
    fits = not ends or (len(ends) == inputs and all(len(pair) == 2 for pair in ends))
    expect(fits and all(low <= high for low, high in ends), "domain: expected intervals")
    found: list[Halfspace] = []
    for index, (low, high) in enumerate(ends):
        found += [({index: Fraction(-1)}, -low), ({index: Fraction(1)}, high)]
    for listed_one in typed(halfspaces, list, "halfspaces"):
        expect(listed_one, "halfspaces: expected a number for each input, and an end")
        *normal, offset = rationals(listed_one, "halfspaces")
        expect(len(normal) == inputs, "halfspaces: expected a number for each input, and an end")
        found.append(({place: entry for place, entry in enumerate(normal) if entry}, offset))
    return found


def read_inequalities(value: object, count: int) -> list[Halfspace]:
    """The halfspaces row . (h, h') <= end of {"bias": ends, "rows": rows}."""
    found = read_map(value, count, "inequalities")
    return list(zip(found.rows, found.bias, strict=True))


def read_bounds(value: object, count: int) -> list[tuple[Fraction, Fraction]]:
    """An interval for each joint coordinate, or nothing."""
    pairs = [rationals(pair, "bounds") for pair in typed(value, list, "bounds")]
    fits = len(pairs) in (0, count) and all(len(pair) == 2 for pair in pairs)
    expect(fits, "bounds: expected an interval for each unit, or none")
    return [(low, high) for low, high in pairs]


def read(beside_it: Reader, data: bytes) -> tuple[Pair, object]:
    """What a file states, and its proofs."""
    keys = "bounds dependent domain free inequalities left proofs right"
    bounds, dependent, domain, free, unequal, left, proofs, right = document(
        data, "invariant", keys
    )
    one = read_recurrent(beside(beside_it, left, "left"), "left")
    other = read_recurrent(beside(beside_it, right, "right"), "right")
    count = len(one.start) + len(other.start)
    places = [typed(place, int, "free") for place in typed(free, list, "free")]
    rising = places == sorted(set(places)) and all(0 <= place < count for place in places)
    expect(rising, "free: expected increasing coordinates of the joint state")
    rows = read_map(dependent, len(places), "dependent")
    expect(len(rows.bias) == count - len(places), "dependent: expected a row for each other")
    same = one.inputs == other.inputs and len(one.output.bias) == len(other.output.bias)
    expect(same, "the networks have different numbers of inputs or outputs")
    where = read_domain(domain, one.inputs)
    limits = read_bounds(bounds, count)
    return Pair(one, other, where, places, rows, limits, read_inequalities(unequal, count)), proofs


def read_obligations(beside_it: Reader, data: bytes) -> list[Obligation]:
    """The claims, each with its steps."""
    pair, proofs = read(beside_it, data)
    return proved(obligations(pair), proofs)


def check(beside_it: Reader, data: bytes) -> str:
    """What is proved, if every obligation holds.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    pair, proofs = read(beside_it, data)
    found = proved(obligations(pair), proofs)
    for one in found:
        one.check()
    where = "in the domain" if pair.domain else "of any kind"
    unequal = f", {len(pair.inequalities)} inequalities" if pair.inequalities else ""
    return (
        f"equal outputs at every time, for sequences of every length with inputs {where} "
        f"({len(pair.others)} relations{unequal} between {len(pair.left.start)} and "
        f"{len(pair.right.start)} units, {len(found)} claims)"
    )


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
