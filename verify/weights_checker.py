"""Checks weights.json: which parameters of two networks agree, and which are permutations.

    python3 -I -S verify/weights_checker.py OUT/weights.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; of `verify.checker` it
uses the reading of files alone. Both networks have the same widths. Accepted means:

rule `biases`: every weight of the second network is the same weight of the first, exactly. Their
biases may differ everywhere.
rule `permuted`: in every layer, rows that are said to be `equal` are `scale` times those of the
first network, entry by entry; rows that are `permuted` are, each in any order of its own, `scale`
times the entries of the same row of the first network, zeros and repetitions counted. Biases that
are said to be `equal` are equal; those that are `free` may differ.

A row is what one unit reads: its weights for all units of the layer before. Nothing but numbers
is compared; T63 (permutation training) and T65 (masking) say what that is good for.
"""

import os
import sys
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import (
    Layer,
    Network,
    answered,
    expect,
    fields,
    integers,
    parsed,
    require,
    typed,
)

KEYS = {"biases": "networks rule", "permuted": "layers networks rule"}

Entries = dict[int, Fraction]  # of a row: column -> weight, zeros left out


@dataclass(frozen=True)
class Rule:
    """What is said of a layer."""

    has_equal_rows: bool  # or else each is permuted
    has_equal_biases: bool  # or else they are free
    scale: Fraction

    @property
    def text(self) -> str:
        """One clause of the answer."""
        times = "" if self.scale == 1 else f", times {self.scale}"
        rows = f"equal rows{times}" if self.has_equal_rows else f"permuted rows{times}"
        return f"{rows}, {'equal' if self.has_equal_biases else 'free'} biases"


def rows_of(layer: Layer) -> list[Entries]:
    """The rows of a layer without zeros."""
    rows, _, scale = layer
    return [{column: Fraction(w, scale) for column, w in row if w} for row in rows]


def biases_of(layer: Layer) -> list[Fraction]:
    """The biases of a layer."""
    _, biases, scale = layer
    return [Fraction(bias, scale) for bias in biases]


def require_layer(first: Layer, second: Layer, rule: Rule, where: str) -> None:
    """Refuse a layer for which the rule does not hold. Both have the same inputs and outputs.

    Raises:
        RejectedError: it does not hold.
    """
    for number, (row, other) in enumerate(zip(rows_of(first), rows_of(second), strict=True)):
        wanted = {column: rule.scale * weight for column, weight in row.items()}
        if rule.has_equal_rows:
            require(wanted == other, f"{where}, row {number}: its weights are not those expected")
        else:  # the rows have one length, so there are as many zeros if the others agree
            same = Counter(wanted.values()) == Counter(other.values())
            require(same, f"{where}, row {number}: it is no permutation")
    if rule.has_equal_biases:
        require(biases_of(first) == biases_of(second), f"{where}: the biases differ")


def read_rule(value: object, where: str) -> Rule:
    """What is said of a layer."""
    bias, rows, scale = (typed(one, str, where) for one in fields(value, "bias rows scale", where))
    expect(bias in ("equal", "free"), f"{where}: expected a bias equal or free")
    expect(rows in ("equal", "permuted"), f"{where}: expected rows equal or permuted")
    (number,), below = integers([scale], where)
    expect(number, f"{where}: expected a scale that is not 0")
    return Rule(rows == "equal", bias == "equal", Fraction(number, below))


def read_network(folder: str, side: object) -> tuple[str, Network]:
    """A network beside the file, with its name.

    Raises:
        RejectedError: it has another digest.
    """
    file, digest = (typed(text, str, "network") for text in fields(side, "file sha256", "network"))
    plain = file.isascii() and file.isprintable() and not set(file) & set("/\\")
    expect(file and plain, "file: expected a name beside this file")  # it is told in one line
    with open(os.path.join(folder, file), "rb") as source:
        content = source.read()
    require(sha256(content).hexdigest() == digest, f"{file}: it has another digest")
    return file, Network(content, file)


def stated(data: bytes) -> tuple[list[object], str, list[object] | None]:
    """The two networks, the rule, and what is said of the layers (None for the rule biases)."""
    whole = parsed(data)
    rules = [text for key, text in typed(whole, tuple, "weights") if key == "rule"]
    rule = typed(rules[0] if rules else "", str, "rule")
    expect(rule in KEYS, f"rule: expected one of {', '.join(KEYS)}")
    name, version, *rest = fields(whole, f"format version {KEYS[rule]}", "weights")
    known = name == "relucert-weights" and typed(version, int, "weights") == 1
    expect(known, "weights: expected the format relucert-weights, version 1")
    *layers, networks, _ = rest
    sides = typed(networks, list, "networks")
    expect(len(sides) == 2, "networks: expected two")
    return sides, rule, typed(layers[0], list, "layers") if layers else None


def check(folder: str, data: bytes) -> str:
    """What is proved, if the file states what holds.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    sides, _, said = stated(data)
    (first_file, first), (second_file, second) = (read_network(folder, side) for side in sides)
    widths = [[one.inputs, *(len(layer[1]) for layer in one.layers)] for one in (first, second)]
    require(widths[0] == widths[1], "networks: they have different widths")
    size = len(first.layers)
    if said is None:
        rules = [Rule(True, False, Fraction(1))] * size
    else:
        expect(len(said) == size, f"layers: expected one entry for each of {size} layers")
        rules = [read_rule(value, f"layer {index}") for index, value in enumerate(said)]
    for index, rule in enumerate(rules):
        require_layer(first.layers[index], second.layers[index], rule, f"layer {index}")
    if said is not None:
        told = "; ".join(f"layer {index}: {rule.text}" for index, rule in enumerate(rules))
        return f"{second_file} against {first_file}, {told}"
    pairs = zip(first.layers, second.layers, strict=True)
    both = [pair for a, b in pairs for pair in zip(biases_of(a), biases_of(b), strict=True)]
    changed = sum(one != other for one, other in both)
    return f"{second_file} has all weights of {first_file}; {changed} of {len(both)} biases differ"


def main(arguments: list[str]) -> int:
    """Check one file and print one line."""

    def told() -> str:
        expect(len(arguments) == 1, "expected OUT/weights.json")
        with open(arguments[0], "rb") as source:
            data = source.read()
        return check(os.path.dirname(arguments[0]), data)

    return answered(told, MemoryError, OverflowError)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
