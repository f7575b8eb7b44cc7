"""The trusted checker with zonotopes: that of verify/checker.py and three more rules.

    python3 -I -S verify/zonotope_checker.py OUT/claim.json OUT/certificate.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only. It accepts what
verify/checker.py accepts, and certificates with the rules P, R and Z, by which the bounds of a
cell are recomputed here instead of being written in the certificate: so a proof that two
networks differ by at most epsilon is a tree of bisections (rule B) and little else.

Theorem T36. On a cell, every open symbol gets a *zonotope* (v, r): fine * Y_k is
v_0 + v_1 z_1 + v_2 z_2 + ... up to r, with *noises* z_i in [-1, 1] that depend on the point and
are shared by all zonotopes. All numbers are integers, rounded outward.
"""

import os
import sys
from typing import ClassVar, cast

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import (
    ONE,
    Claim,
    Expression,
    Proof,
    combined,
    expect,
    main,
    require,
    typed,
)

Interval = tuple[int, int]
Zonotope = tuple[list[int], int]
SLOPE = 16  # bits of a slope
NOTHING: Zonotope = [0], 0


def blend(*parts: tuple[int, Zonotope]) -> Zonotope:
    """The zonotope of a sum of weight * value."""
    vector = [0] * max([len(entries) for _, (entries, _) in parts], default=1)
    for weight, (entries, _) in parts:
        for index, entry in enumerate(entries):
            if entry:
                vector[index] += weight * entry
    return vector, sum(abs(weight) * radius for weight, (_, radius) in parts)


def quotient(zonotope: Zonotope, p: int) -> Zonotope:
    """A zonotope of the value divided by p, rounded outward."""
    return [entry // p for entry in zonotope[0]], zonotope[1] // p + 1 + len(zonotope[0])


def ends(zonotope: Zonotope) -> Interval:
    """An interval that contains the value."""
    (centre, *noises), radius = zonotope
    radius += sum(map(abs, noises))
    return centre - radius, centre + radius


def meet(one: Interval, other: Interval) -> Interval:
    """The intersection of two intervals."""
    return max(one[0], other[0]), min(one[1], other[1])


def rise(x: Interval, y: Interval, d: Interval) -> Interval:
    """Where relu(y) - relu(x) lies, for x, y and d = y - x there: it is between 0 and d."""
    (a, b), (c, e) = ([max(end, 0) for end in interval] for interval in (x, y))
    return meet((min(d[0], 0), max(d[1], 0)), (c - b, e - a))


class Zonotopes:
    """Enclosures of fine * Y_k on the box of the cell, for all open symbols.

    `own` bounds each relu by itself; `near` bounds the second symbol of a pair by its difference
    from the first one, where that needs less noise.
    """

    def __init__(self, proof: "ZonotopeProof") -> None:
        self.noises, self.width, self.moved = 1, dict[int, int](), set[int]()
        self.range, self.inside = dict[int, Interval](), dict[int, Zonotope]()
        self.own: dict[int, Zonotope] = {ONE: ([proof.fine], 0)}
        for name in range(ONE - 1, ONE - 1 - proof.claim.inputs, -1):
            require(proof.claim.box, "zonotopes: the domain has no box")
            self.own[name] = self.noisy(([0], 0), cast(Interval, proof.bounds[name]))
        self.near = self.own.copy()
        self.proof = proof
        for symbol in range(len(proof.arguments)):
            if symbol not in proof.value and symbol not in self.own:
                self.visit(symbol)

    def visit(self, symbol: int) -> None:
        """Enclose a symbol, and first those inside that rule N has made after it."""
        argument = self.proof.reduced(self.proof.arguments[symbol])
        for name in sorted(argument):
            if name not in self.own:
                self.visit(name)
        z = x = self.of(argument, self.own)
        if not self.moved.isdisjoint(argument):
            x = self.of(argument, self.near)
        self.inside[symbol], self.range[symbol] = x, meet(ends(z), ends(x))
        self.own[symbol] = self.near[symbol] = self.bent(symbol, z, *self.range[symbol])
        first, p, q = self.proof.pairs.get(symbol, (ONE, 1, 1))
        if first in self.range:
            self.follow(symbol, first, p, q)

    def of(self, expression: Expression, table: dict[int, Zonotope]) -> Zonotope:
        """The zonotope of an expression."""
        parts = [(weight, table[name]) for name, weight in expression.items()]
        return blend(*[part for part in parts if part[1] is not NOTHING])

    def minimum(self, expression: Expression) -> int:
        """A lower bound of fine * expression on the box of the cell."""
        return ends(self.of(expression, self.near))[0]

    def noisy(self, zonotope: Zonotope, interval: Interval) -> Zonotope:
        """The zonotope plus something in the interval."""
        (centre, *noises), radius = zonotope
        low, high = interval
        if low < high:
            noises += [0] * (self.noises - 1 - len(noises)) + [(high - low + 1) >> 1]
            self.noises += 1
        return [centre + ((low + high) >> 1), *noises], radius

    def bent(self, symbol: int, zonotope: Zonotope, low: int, high: int) -> Zonotope:
        """A zonotope of max(0, t) for t in [low, high]: slope * t + something >= 0."""
        self.width[symbol] = 0
        if low >= 0 or high <= 0:
            return zonotope if low >= 0 else NOTHING
        slope = (high << SLOPE) // (high - low)
        top = -(min(slope * low, (slope - (1 << SLOPE)) * high) >> SLOPE)
        self.width[symbol] = top
        return self.noisy(quotient(blend((slope, zonotope)), 1 << SLOPE), (0, top))

    def follow(self, symbol: int, first: int, p: int, q: int) -> None:
        """Enclose D = p Y - q Y_first, which lies between 0 and d = p a - q a_first."""
        x, y = (
            (scale * self.range[name][0], scale * self.range[name][1])
            for name, scale in ((first, q), (symbol, p))
        )
        d = blend((p, self.inside[symbol]), (-q, self.inside[first]))
        low, high = meet(ends(d), (y[0] - x[1], y[1] - x[0]))
        flat, half = rise(x, y, (low, high)), max(-low, high)
        steep = rise((-x[1], -x[0]), (-y[1], -y[0]), (-high, -low))  # relu(t) = t + relu(-t)
        width, slope, rest = min(
            (end[1] - end[0], 2 * slope, (2 * end[0], 2 * end[1]))
            for slope, end in ((1, steep), (0, flat))
        )
        if half < width:  # D is in d / 2 +- half / 2
            width, slope, rest = half, 1, (-half, half)
        if width <= p * self.width[symbol] + q * self.width[first]:
            twice = self.noisy(blend((2 * q, self.near[first]), (slope, d)), rest)
            self.near[symbol] = quotient(twice, 2 * p)
            self.moved.add(symbol)


class ZonotopeProof(Proof):
    """A proof that may use zonotopes."""

    rules: ClassVar = Proof.rules | {
        "P": ("pair", 0),
        "R": ("settle_all", 1),
        "Z": ("close_by_zonotopes", 0),
    }

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim)
        self.pairs: dict[int, tuple[int, int, int]] = {}

    def pair(self, _: str, *values: object) -> None:
        """Rule P.  p Y_k and q Y_j may be near each other: a hint for the rules R and Z."""
        flat = [typed(entry, int, "pair") for entry in values]
        expect(len(flat) % 4 == 0, "pair: expected k, j, p, q, ...")
        for k, j, p, q in zip(*[iter(flat)] * 4, strict=True):
            require(0 <= j < k and p > 0 < q, "pair: expected 0 <= j < k and positive factors")
            self.pairs[k] = j, p, q

    def settle_all(self, _: str) -> None:
        """Rule R.  Every symbol is settled whose argument has a sign by zonotopes."""
        for symbol, (low, high) in Zonotopes(self).range.items():
            if low >= 0 or high <= 0:
                self.resolve(symbol, self.arguments[symbol] if low >= 0 else {})

    def close_by_zonotopes(self, _: str, *lemmas: object) -> None:
        """Rule Z.  A leaf: every obligation holds by zonotopes, with lemmas or without."""
        self.refresh()
        zonotopes = Zonotopes(self)
        if lemmas:
            self.fulfil(lemmas, zonotopes.minimum)
        else:
            low = zonotopes.minimum
            for given, goal in self.obligations:
                fails = any(low(combined((-1, self.combined(one)))) > 0 for one in given)
                require(fails or low(self.combined(goal)) >= 0, "leaf: the zonotopes are too wide")
        self.leave()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], ZonotopeProof))
