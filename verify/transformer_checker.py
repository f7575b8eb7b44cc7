"""Checks transformer.json: two programs on tokens are the same function (T55).

    python3 -I -S verify/transformer_checker.py FOLDER/transformer.json

Every value of either program is written as a linear combination of atoms, which both share: 1,
the numbers of a token, f(v) for a combination v, products of these, and for a head with scores
S its weighted means of atoms (softmax) or weighted sums (relu). S is the matrix of
coefficients of atom a at token i times atom b at token j: bases of queries and keys are not in
it, and under softmax what token j does not enter is left out. With linear weights a head is a
polynomial in atoms and sums of atoms over the tokens. Two values with the same combination are
the same function. softmax, erf, gelu, roots, ... are not interpreted; of relu are used
relu(c v) = c relu(v), c > 0, and relu(-v) = relu(v) - v. Standard library alone.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, fields, require, typed
from verify.recurrent_claims import Map, Reader, beside, rationals, read_map, run

Scores = dict[tuple[int, int], Fraction]
FUNCTIONS = ("erf", "gelu", "gelu_tanh", "inverse_root", "relu", "sigmoid", "tanh")
KEYS = {
    "attention": "key kind later query scale value weights",
    "function": "argument kind name",
    "product": "kind left right",
}
ONE = 0  # the number of the atom 1
LARGE = 4096  # products of more terms are multiplied out where they are summed


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its kind, its name (of weights or of a function), maps, and for scores a factor.

    To the scores of later tokens, j > i, `later` is added; with None those are not looked at.
    """

    kind: str
    name: str
    maps: tuple[Map, ...]
    scale: Fraction = Fraction(1)
    later: Fraction | None = Fraction(0)


@dataclass(frozen=True, slots=True)
class Program:
    """A program: d, steps that append values at each token, and the output from all values."""

    inputs: int
    steps: tuple[Step, ...]
    output: Map


def read_step(value: object, values: int, what: str) -> Step:
    """A step that reads so many values."""
    kind = typed(dict(typed(value, tuple, what)).get("kind"), str, what)
    expect(kind in KEYS, f"{what}: expected a kind of {', '.join(KEYS)}")
    found = dict(zip(KEYS[kind].split(), fields(value, KEYS[kind], what), strict=True))
    names = {"attention": ("query", "key", "value"), "function": ("argument",)}
    maps = tuple(read_map(found[n], values, what) for n in names.get(kind, ("left", "right")))
    expect(maps[-1].bias, f"{what}: appends no values")
    expect(kind == "function" or len(maps[0].bias) == len(maps[1].bias), f"{what}: sizes differ")
    if kind == "attention":
        name, later = found["weights"], found["later"]
        plain = name in ("linear", "relu") and later == "0"
        expect(name == "softmax" or plain, f"{what}: expected softmax, or others without a mask")
        (scale,) = rationals([found["scale"]], what)
        return Step(kind, name, maps, scale, None if later is None else rationals([later], what)[0])
    name = found.get("name", "")
    expect(kind == "product" or name in FUNCTIONS, f"{what}: unknown function")
    return Step(kind, name, maps)


def read_program(data: bytes, what: str) -> Program:
    """A program from the bytes of its file."""
    inputs, output, listed = document(data, "token-program", "inputs output steps")
    expect(typed(inputs, int, what) > 0, f"{what}: expected inputs")
    values, steps = inputs, []
    for number, entry in enumerate(typed(listed, list, what)):
        steps.append(read_step(entry, values, f"{what}, step {number}"))
        values += len(steps[-1].maps[-1].bias)
    last = read_map(output, values, what)
    expect(last.bias, f"{what}: expected outputs")
    return Program(inputs, tuple(steps), last)


@dataclass(frozen=True, slots=True)
class Form:
    """The sum of weight * atom / below, by numbers of atoms, in lowest terms and without zeros."""

    weights: dict[int, int]
    below: int

    @property
    def key(self) -> tuple[int, frozenset[tuple[int, int]]]:
        """What is the same for equal forms."""
        return self.below, frozenset(self.weights.items())

    def times(self, factor: Fraction) -> "Form":
        """The form times a number."""
        numbers = {atom: weight * factor.numerator for atom, weight in self.weights.items()}
        return reduced(numbers, self.below * factor.denominator)


def reduced(weights: dict[int, int], below: int) -> Form:
    """The form in lowest terms."""
    found = {atom: weight for atom, weight in weights.items() if weight}
    common = gcd(below, *found.values())
    return Form({atom: weight // common for atom, weight in found.items()}, below // common)


NOTHING = Form({}, 1)


def atom_of(number: int, factor: Fraction = Fraction(1)) -> Form:
    """Factor * atom."""
    return Form({number: factor.numerator}, factor.denominator) if factor else NOTHING


Value = Form | tuple[Form, Form]  # two forms stand for their product


def divisor(value: Value) -> int:
    """What the whole numbers of a value are divided by."""
    return value.below if isinstance(value, Form) else value[0].below * value[1].below


@dataclass(slots=True)
class Atoms:
    """The atoms of both programs, by what they are; `factors` are numbers whose product one is.

    A key names a function and its argument, the scores of a head, or a head and an atom under
    its mean or sum, so equal keys are equal functions of the tokens.
    """

    numbers: dict[object, int] = field(default_factory=lambda: {"1": ONE})
    factors: list[tuple[int, ...]] = field(default_factory=lambda: [()])
    products: dict[tuple[int, int], int] = field(default_factory=dict)

    def number(self, key: object) -> int:
        """The number of the atom with this key; a new one is a factor of its own."""
        found = self.numbers.setdefault(key, len(self.factors))
        if found == len(self.factors):
            self.factors.append((found,))
        return found

    def times(self, one: int, other: int) -> int:
        """The number of a product of two atoms, in whatever order it is multiplied."""
        known = self.products.get((one, other))
        if known is not None:
            return known
        factors = tuple(sorted(self.factors[one] + self.factors[other]))
        if len(factors) <= 1:
            found = max(one, other)  # one of them is 1, whose number is 0
        else:
            found = self.numbers.setdefault(("product", factors), len(self.factors))
            if found == len(self.factors):
                self.factors.append(factors)
        self.products[one, other] = self.products[other, one] = found
        return found

    def expanded(self, left: Form, right: Form) -> dict[int, int]:
        """The product of two forms without what they are divided by."""
        found: dict[int, int] = {}
        is_square = left.weights == right.weights
        # the order of the left, as equal forms may list their atoms in another one
        others = list((left if is_square else right).weights.items())
        for place, (one, weight) in enumerate(left.weights.items()):
            for other, factor in others[place:] if is_square else others:
                atom = self.times(one, other)
                twice = 1 + (is_square and one != other)
                found[atom] = found.get(atom, 0) + twice * weight * factor
        return found

    def combined(self, parts: Iterable[tuple[Fraction, Value]]) -> Form:
        """The sum of factor * value, where a pair of forms stands for their product."""
        terms = [(factor / divisor(value), value) for factor, value in parts]
        below = lcm(*(factor.denominator for factor, _ in terms))
        found: dict[int, int] = {}
        for factor, value in terms:
            whole = factor.numerator * (below // factor.denominator)
            weights = value.weights if isinstance(value, Form) else self.expanded(*value)
            for atom, weight in weights.items():
                found[atom] = found.get(atom, 0) + whole * weight
        return reduced(found, below)

    def images(self, map_: Map, values: list[Value]) -> list[Form]:
        """The outputs of a map of these values."""
        return [
            self.combined([*((w, values[c]) for c, w in row.items()), (bias, atom_of(ONE))])
            for row, bias in zip(map_.rows, map_.bias, strict=True)
        ]

    def product(self, left: Form, right: Form) -> Value:
        """The product of two forms, or the pair, where it is large and may be summed at once."""
        if len(left.weights) * len(right.weights) > LARGE:
            return left, right
        return self.combined([(Fraction(1), (left, right))])

    def function(self, name: str, form: Form) -> Form:
        """f(v); relu of v = c h, where the first coefficient of h that is not constant is 1."""
        if name != "relu":
            return atom_of(self.number((name, form.key)))
        lead = min((atom for atom in form.weights if atom != ONE), default=ONE)
        if lead == ONE:
            return form if form.weights.get(ONE, 0) > 0 else NOTHING
        factor = Fraction(form.weights[lead], form.below)
        bent = atom_of(self.number((name, form.times(1 / factor).key)), abs(factor))
        one = Fraction(1)
        return bent if factor > 0 else self.combined([(one, bent), (one, form)])

    def attention(self, step: Step, values: list[Value]) -> list[Form]:
        """The outputs of a head."""
        queries, keys, given = (self.images(map_, values) for map_ in step.maps)
        scores: Scores = {}
        for query, key in zip(queries, keys, strict=True):
            scale = step.scale / (query.below * key.below)
            for one, weight in query.weights.items():
                for other, factor in key.weights.items():
                    if other != ONE or step.name != "softmax":
                        entry = scores.get((one, other), Fraction(0))
                        scores[one, other] = entry + scale * (weight * factor)
        scores = {places: weight for places, weight in scores.items() if weight}
        if step.name == "linear":
            return [self.summed(scores, form) for form in given]
        unit = Fraction(1)
        if step.name == "relu":
            if not scores:
                return [NOTHING for _ in given]
            unit = abs(scores[min(scores)])
            scores = {places: weight / unit for places, weight in scores.items()}
        head = self.number((f"{step.name} head", step.later, frozenset(scores.items())))
        return [
            reduced(
                {self.under(step.name, head, a): w for a, w in form.weights.items()}, form.below
            ).times(unit)
            for form in given
        ]

    def summed(self, scores: Scores, form: Form) -> Form:
        """The sum over the tokens j of score times value: a polynomial, whose sums are atoms."""
        return self.combined(
            (
                weight * Fraction(factor, form.below),
                atom_of(self.times(one, self.number(("total", self.times(other, atom))))),
            )
            for (one, other), weight in scores.items()
            for atom, factor in form.weights.items()
        )

    def under(self, weights: str, head: int, atom: int) -> int:
        """The mean or sum of an atom under the weights of a head; softmax weights sum to 1."""
        is_one = weights == "softmax" and atom == ONE
        return ONE if is_one else self.number(("under", head, atom))

    def outputs(self, program: Program) -> list[Form]:
        """The outputs of a program at a token."""
        values: list[Value] = [atom_of(self.number(("token", k))) for k in range(program.inputs)]
        for step in program.steps:
            if step.kind == "attention":
                values += self.attention(step, values)
                continue
            sides = [self.images(map_, values) for map_ in step.maps]
            if step.kind == "function":
                values += [self.function(step.name, form) for form in sides[0]]
            else:
                values += [self.product(a, b) for a, b in zip(*sides, strict=True)]
        return self.images(program.output, values)


def named(key: object) -> str:
    """What an atom is, in words."""
    kind = key[0] if isinstance(key, tuple) else "1"
    words = {"1": "the constant", "token": "the token", "under": "what a head gives"}
    return words.get(kind, f"{kind.replace('_', ' ')}s")


def difference(atoms: Atoms, left: list[Form], right: list[Form], before: int) -> str:
    """Where the outputs differ: the first part of the right that the left has not, or a sum."""
    for key, number in atoms.numbers.items():
        names = ("token", "product", "under", "total")
        is_part = isinstance(key, tuple) and key[0] not in names
        if number >= before and is_part:
            return f"the right has arguments of {named(key)} that the left has not"
    keys = {place: key for key, place in atoms.numbers.items()}
    for number, sides in enumerate(zip(left, right, strict=True)):
        apart = atoms.combined(zip((Fraction(1), Fraction(-1)), sides, strict=True))
        if apart.weights:
            return f"output {number}: the coefficients of {named(keys[min(apart.weights)])} differ"
    return ""


def check(beside_it: Reader, data: bytes) -> str:
    """What is proved, if both programs are the same function.

    Raises:
        MalformedError, RejectedError: that does not follow.
    """
    named = document(data, "transformer", "left right")
    one, other = (
        read_program(beside(beside_it, value, side), side)
        for value, side in zip(named, ("left", "right"), strict=True)
    )
    same = (one.inputs, len(one.output.bias)) == (other.inputs, len(other.output.bias))
    expect(same, "the programs have different numbers of inputs or outputs")
    atoms = Atoms()
    left = atoms.outputs(one)
    before = len(atoms.factors)
    right = atoms.outputs(other)
    require(left == right, difference(atoms, left, right, before))
    heads = [sum(step.kind == "attention" for step in p.steps) for p in (one, other)]
    return (
        f"equal for every number of tokens, {heads[0]} and {heads[1]} heads, "
        f"{len(atoms.factors)} atoms"
    )


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
