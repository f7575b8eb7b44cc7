"""The checker of claims about networks with extended-real weights; it rests on `verify.checker`.

    python3 -I -S verify/extended_checker.py OUT/claim.json OUT/certificate.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means: left(x) = right(x) for every real x of the domain, where left is an ordinary
network and right a network of three hidden layers with weights a + c inf, c <= 0, as
`theory.extended` says what they mean.

How (theorem T22). The right network has to have this shape, which is read from its file alone:

    layer 1   forms t_j, units relu(t_j)
    layer 2   copies w relu(t_j), w > 0, and indicators b [t_j <= 0], b > 0, by -inf relu(t_j)
    layer 3   relu(F - inf (...)): an affine F, written by copies, and conditions: a copy under
              -inf demands t_j <= 0, an indicator under -inf demands t_j > 0; else the unit is 0
    output    finite

Units with the same conditions are one *region*. (1) Exactly one region holds at every point of
R^n: the sets of conditions are the paths of a decision tree, which is found by asking for a
form that all sets mention, again and again; no arithmetic is needed. (2) Where a region R holds,
the units of all others are 0, so right(x) is the ordinary network of R's units without their
conditions. For each region, in the order of their first units, the certificate has steps
that `verify.checker` accepts as a proof of an ordinary claim: left(x) = that network for every
x of the domain with t_j <= 0 or t_j >= 0, as R demands. These closed sets contain all points
where R holds, boundaries included.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from math import gcd, lcm

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import (
    MalformedError,
    RejectedError,
    answered,
    document,
    expect,
    fields,
    integers,
    require,
    typed,
)
from verify.checker import check as check_ordinary

Form = tuple[int, ...]  # constant, gradient
Affine = tuple[Fraction, ...]  # constant, gradient
Condition = tuple[Form, bool]  # (t, True): t <= 0; (t, False): t > 0
Read = Callable[[str], Iterable[bytes]]


@dataclass(slots=True)
class ExtendedLayer:
    """Finite rows, infinite rows and biases as they stand in the file."""

    finite: list[dict[int, Fraction]]
    infinite: list[dict[int, Fraction]]
    bias: list[Fraction]


@dataclass(slots=True)
class Region:
    """Conditions, and what the network is where they hold: sum of weight * relu(form)."""

    conditions: frozenset[Condition]
    forms: list[Affine] = field(default_factory=list)
    units: list[int] = field(default_factory=list)  # their numbers in layer 3


@dataclass(slots=True)
class Proof:
    """What was checked."""

    regions: int = 0
    leaves: int = 0
    lemmas: int = 0


# ------------------------------------------------------------------------------------- reading
def numbers(values: object, what: str) -> list[Fraction]:
    """A list of texts `p` or `p/q`."""
    whole, scale = integers(values, what)
    return [Fraction(value, scale) for value in whole]


def rows(value: object, count: int, inputs: int, what: str) -> list[dict[int, Fraction]]:
    """Rows that list column and weight in turn."""
    found = []
    for row in typed(value, list, what):
        columns = [-1, *typed(row, list, what)[::2], inputs]
        rising = all(typed(a, int, what) < b for a, b in pairwise(columns))
        expect(len(row) % 2 == 0 and rising, f"{what}: expected columns and weights")
        found.append(dict(zip(row[::2], numbers(row[1::2], what), strict=True)))
    expect(len(found) == count, f"{what}: expected {count} rows")
    return found


def extended_layers(data: bytes) -> tuple[int, list[ExtendedLayer]]:
    """The number of inputs and the layers of a relucert-extended-network."""
    inputs, values = document(data, "extended-network", "inputs layers")
    width = typed(inputs, int, "inputs")
    expect(width > 0, "expected at least one input")
    layers = []
    for index, value in enumerate(typed(values, list, "layers")):
        what = f"right, layer {index}"
        bias, *both = fields(value, "bias finite infinite", what)
        layer = ExtendedLayer([], [], numbers(bias, what))
        layer.finite, layer.infinite = (rows(part, len(layer.bias), width, what) for part in both)
        layers.append(layer)
        width = len(layer.bias)
    expect(len(layers) == 4, "right: expected three hidden layers")
    finite_ends = not any(layers[0].infinite) and not any(layers[3].infinite)
    expect(finite_ends, "right: expected finite weights at inputs and outputs")
    below = all(c < 0 for layer in layers for row in layer.infinite for c in row.values())
    expect(below, "right: expected negative coefficients of infinity")
    return inputs, layers


# ---------------------------------------------------------------------------- what a unit says
def whole_form(form: Affine) -> tuple[Form, Fraction]:
    """Coprime integers and the positive factor that makes them the form; the zero form stays."""
    common = lcm(*(entry.denominator for entry in form))
    entries = [int(entry * common) for entry in form]
    divisor = gcd(*entries) or 1
    return tuple(entry // divisor for entry in entries), Fraction(divisor, common)


class Signals:
    """What the second hidden layer offers: copies (unit of layer 1, weight) and indicators."""

    def __init__(self, inputs: int, first: ExtendedLayer, second: ExtendedLayer) -> None:
        self.inputs = inputs
        self.forms = [
            whole_form((bias, *(row.get(column, Fraction(0)) for column in range(inputs))))
            for row, bias in zip(first.finite, first.bias, strict=True)
        ]
        self.copies: dict[int, tuple[int, Fraction]] = {}
        self.indicators: dict[int, int] = {}
        for index, bias in enumerate(second.bias):
            finite, infinite = second.finite[index], second.infinite[index]
            if len(finite) == 1 and not infinite and not bias:
                ((unit, weight),) = finite.items()
                require(weight > 0, f"layer 1, unit {index}: a copy with a negative weight")
                self.copies[index] = unit, weight
            else:
                is_indicator = len(infinite) == 1 and not finite and bias > 0
                require(is_indicator, f"layer 1, unit {index}: neither a copy nor an indicator")
                (self.indicators[index],) = infinite

    def conditions(self, infinite: Iterable[int]) -> frozenset[Condition]:
        """What a unit demands that reads these signals through infinite weights."""
        found = set()
        for column in infinite:
            is_copy = column in self.copies
            unit = self.copies[column][0] if is_copy else self.indicators[column]
            found.add((self.forms[unit][0], is_copy))
        return frozenset(found)

    def affine(self, finite: dict[int, Fraction], bias: Fraction, what: str) -> Affine:
        """The affine function bias + sum of weight * copy, by a relu(t) - a relu(-t) = a t."""
        total: dict[Form, Fraction] = {}
        for column, weight in finite.items():
            require(column in self.copies, f"{what}: it reads an indicator through a finite weight")
            unit, factor = self.copies[column]
            whole, scale = self.forms[unit]
            total[whole] = total.get(whole, Fraction(0)) + weight * factor * scale
        result = [bias, *(Fraction(0) for _ in range(self.inputs))]
        for form, weight in total.items():
            opposite = tuple(-entry for entry in form)
            is_paired = total.get(opposite, 0) == -weight or not any(form)
            require(is_paired, f"{what}: its finite part is not affine")
            for index, entry in enumerate(form):  # once for the form, once for its opposite
                result[index] += weight * entry / 2
        return tuple(result)


def regions_of(inputs: int, layers: list[ExtendedLayer]) -> list[Region]:
    """The regions of the third hidden layer, in the order of their first units."""
    first, second, third, _ = layers
    signals = Signals(inputs, first, second)
    found: dict[frozenset[Condition], Region] = {}
    for index, bias in enumerate(third.bias):
        conditions = signals.conditions(third.infinite[index])
        region = found.setdefault(conditions, Region(conditions))
        region.forms.append(signals.affine(third.finite[index], bias, f"layer 2, unit {index}"))
        region.units.append(index)
    return list(found.values())


def is_partition(sets: Sequence[frozenset[Condition]]) -> bool:
    """Whether the sets of conditions are the paths of a decision tree: each point fits one."""
    todo = [sets]
    while todo:
        part = todo.pop()
        if not part:
            return False
        shared = frozenset.intersection(*(frozenset(form for form, _ in one) for one in part))
        if not shared:
            if len(part) > 1:
                return False
            continue
        form = min(shared)
        for value in (True, False):
            kept = [one for one in part if (form, value) in one]
            todo.append([one - {(form, True), (form, False)} for one in kept])
        if any({(form, True), (form, False)} <= one for one in part):
            return False
    return True


# ------------------------------------------------------------------------------- the questions
def text(value: object) -> bytes:
    """The value as a JSON file."""
    return (json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n").encode("ascii")


def flat(row: dict[int, Fraction]) -> list[object]:
    """Column and weight in turn, without zeros."""
    return [entry for column, w in sorted(row.items()) if w for entry in (column, str(w))]


def network_text(region: Region, inputs: int, output: ExtendedLayer) -> bytes:
    """What the right network is where the region holds: one hidden layer, ordinary weights."""
    place = {unit: index for index, unit in enumerate(region.units)}
    hidden = [flat(dict(enumerate(form[1:]))) for form in region.forms]
    outer = [flat({place[u]: w for u, w in row.items() if u in place}) for row in output.finite]
    layers = [
        {"bias": [str(form[0]) for form in region.forms], "rows": hidden},
        {"bias": [str(value) for value in output.bias], "rows": outer},
    ]
    return text({"format": "relucert-network", "inputs": inputs, "layers": layers, "version": 1})


class Question:
    """An extended claim, its regions known to be a partition: one ordinary claim for each."""

    def __init__(self, read: Read, claim: str) -> None:
        data = b"".join(read(claim))
        self.digest = sha256(data).hexdigest()
        domain, relation, *sides = document(data, "extended-claim", "domain relation left right")
        expect(relation == "exact", "claim: expected the relation exact")
        self.box, self.halfspaces = fields(domain, "box halfspaces", "domain")
        files = []
        for value, side in zip(sides, ("left", "right"), strict=True):
            file, _, digest = (typed(t, str, side) for t in fields(value, "file name sha256", side))
            expect(file == os.path.basename(file) != "", f"{side}: expected a plain file name")
            files.append(b"".join(read(os.path.join(os.path.dirname(claim), file))))
            require(sha256(files[-1]).hexdigest() == digest, f"{side}: it is another network")
        self.left = files[0]
        self.inputs, layers = extended_layers(files[1])
        self.output = layers[3]
        self.regions = regions_of(self.inputs, layers)
        sets = [region.conditions for region in self.regions]
        require(is_partition(sets), "right: its regions are not the paths of a decision tree")

    def files(self, region: Region) -> dict[str, bytes]:
        """The ordinary claim of a region, with its two networks."""
        right = network_text(region, self.inputs, self.output)
        halfspaces = list(typed(self.halfspaces, list, "halfspaces"))
        for (constant, *gradient), is_below in sorted(region.conditions):
            sign = 1 if is_below else -1
            halfspaces.append([str(sign * entry) for entry in (*gradient, -constant)])
        sides = {
            side: {"file": f"{side}.json", "name": side, "sha256": sha256(data).hexdigest()}
            for side, data in (("left", self.left), ("right", right))
        }
        domain = {"box": self.box, "halfspaces": halfspaces}
        head = {"format": "relucert-claim", "relation": "exact", "version": 1}
        claim = text({"domain": domain, **head, **sides})
        return {"claim.json": claim, "left.json": self.left, "right.json": right}


def certificate_text(claim: bytes, steps: object) -> bytes:
    """An ordinary certificate of an ordinary claim."""
    head = {"claim": sha256(claim).hexdigest(), "format": "relucert-certificate", "version": 1}
    return text({**head, "steps": steps})


def reader(files: dict[str, bytes]) -> Read:
    """What reads these files by their names."""
    return lambda name: [files[name]]


def check(read: Read, claim: str, certificate: str) -> Proof:
    """What was checked; `read` gives the lines of a path; the networks lie beside the claim."""
    asked = Question(read, claim)
    data = b"".join(read(certificate))
    claimed, parts = document(data, "extended-certificate", "claim regions")
    require(claimed == asked.digest, "it certifies another claim")
    scripts = typed(parts, list, "regions")
    require(len(scripts) == len(asked.regions), f"expected steps for {len(asked.regions)} regions")
    found = Proof(len(scripts))
    for index, (region, steps) in enumerate(zip(asked.regions, scripts, strict=True)):
        try:
            files = asked.files(region)
            files["certificate.json"] = certificate_text(files["claim.json"], steps)
            proof = check_ordinary(reader(files), "claim.json", "certificate.json")
        except (MalformedError, RejectedError) as error:
            raise type(error)(f"region {index}: {error}") from None
        except ValueError as error:  # longer than Python writes
            raise MalformedError(f"region {index}: {error}") from None
        found.leaves += proof.leaves
        found.lemmas += proof.lemmas
    return found


def lines_of(path: str) -> list[bytes]:
    """The lines of a file."""
    try:
        with open(path, "rb") as stream:
            return stream.readlines()
    except OSError as error:
        raise MalformedError(f"{path}: {error.strerror}") from None


def main(arguments: list[str]) -> int:
    """Check the two files on the command line, print one line, return the exit status."""

    def told() -> str:
        expect(len(arguments) == 2, "usage: extended_checker CLAIM CERTIFICATE")
        found = check(lines_of, *arguments)
        return (
            f"left(x) = right(x) for every real x of the domain, right in the extended "
            f"reals ({found.regions} regions, {found.leaves} leaves, {found.lemmas} lemmas)"
        )

    return answered(told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
