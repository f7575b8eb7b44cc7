"""Signs of units by backward linear relaxation, written as cuts of a certificate.

The multipliers that the search proposes become a lemma of rule Z: the rows Y >= 0 and Y - a >= 0 of
units that bend (cuts that two steps, or four, show) are subtracted from the argument of a unit,
and what is left is bounded by zonotopes, which have the chords. What the lemma proves is a row,
and with it rule + or - settles the unit. A chord over a narrower interval than zonotopes give is a
row too: both ends of the interval are shown by lemmas, and it holds where the unit is 0, by the
lower one, and where it is its argument, by the upper one.

Theorem: T38 (lossless compression on a domain), the part on certificates.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import gcd

from verify.checker import ONE, Expression, Network, combined, divided
from verify.prove.signs.slopes import Multiplier, Proposal
from verify.zonotope_checker import ZonotopeProof, Zonotopes

_BITS = 24  # of a multiplier of 1, where scales are equal
_END = 20  # bits of an end of an interval
Lemma = list[int]


@dataclass(frozen=True, slots=True)
class UnitSymbol:
    """The symbol of a unit: its argument is sign * factor * that of the unit."""

    symbol: int
    sign: int
    factor: Fraction


def unit_symbols(proof: ZonotopeProof, network: Network) -> list[list[UnitSymbol | None]]:
    """For every hidden layer the symbols of its units in a fresh proof; None for constants."""
    scale = unit = proof.claim.unit
    values: list[Expression] = [{ONE - 1 - i: unit} for i in range(network.inputs)]
    for index, (low, high) in enumerate(proof.claim.box):
        values[index] = {ONE: low} if low == high else values[index]
    found: list[list[UnitSymbol | None]] = []
    for rows, biases, factor in network.layers[:-1]:
        arguments = [
            proof.reduced(combined((bias * scale, {ONE: 1}), *((w, values[i]) for i, w in row)))
            for row, bias in zip(rows, biases, strict=True)
        ]
        scale *= factor
        found.append([_symbol_of(proof, argument, scale) for argument in arguments])
        values = [proof.relu(argument) for argument in arguments]
    return found


def _symbol_of(proof: ZonotopeProof, argument: Expression, scale: int) -> UnitSymbol | None:
    if argument.keys() <= {ONE}:
        return None
    q = gcd(*argument.values())
    for sign in (1, -1):
        symbol = proof.numbers.get(divided(argument, sign * q))
        if symbol is not None:
            return UnitSymbol(symbol, sign, Fraction(scale, q))
    return None


@dataclass(frozen=True, slots=True)
class End:
    """The row times * (+-argument) - factor * least >= 0 of a symbol."""

    row: int
    least: int
    times: int
    factor: int


class Cuts:
    """Writes the cuts of proposals.

    Args:
        proof: The state that the steps change.
        step: Writes a step and takes it in that state.
        units: The symbols of the units that proposals speak of.
    """

    def __init__(
        self,
        proof: ZonotopeProof,
        step: Callable[..., None],
        units: Sequence[Sequence[UnitSymbol | None]],
    ) -> None:
        self._proof, self._step, self._units = proof, step, units
        self._rows: dict[tuple[int, bool], int] = {}  # symbol, whether Y - a -> row
        self._ends: dict[tuple[int, int], End] = {}  # symbol, sign of its argument
        self._chords: dict[int, tuple[int, int]] = {}  # symbol -> row, times Y in it

    def settle(self, proposals: Sequence[Proposal]) -> Iterator[int]:
        """Settle the units of the proposals that hold, layer by layer; yields after each layer."""
        for layer, group in groupby(proposals, key=lambda proposal: proposal.layer):
            goals = [(self._units[layer][one.unit], one) for one in group]
            lemmas = [
                (unit, one, self._lemma(unit, one)) for unit, one in goals if unit is not None
            ]
            zonotopes = Zonotopes(self._proof)
            for unit, one, lemma in lemmas:
                if unit.symbol in self._proof.value:
                    continue
                write = self._bound if one.is_bound else self._cut
                write(unit, one.sign * unit.sign, lemma, zonotopes)
            yield layer

    def _lemma(self, goal: UnitSymbol, proposal: Proposal) -> Lemma:
        """[p, row, m, ...] for the multipliers, whose rows are shown where they are not yet."""
        weights: dict[int, Fraction] = {}
        scales = []
        for multiplier in proposal.multipliers:
            unit = self._units[multiplier[0]][multiplier[1]]
            if unit is None or unit.symbol in self._proof.value:
                continue
            for row, weight, scale in self._parts(unit, multiplier):
                scales.append(goal.factor / unit.factor * scale)
                weights[row] = weights.get(row, Fraction(0)) + Fraction(weight) * scales[-1]
        least = min(scales, default=Fraction(1))
        shift = _BITS - least.numerator.bit_length() + least.denominator.bit_length()
        lemma = [1 << shift if shift > 0 else shift]
        for row, value in sorted(weights.items()):
            lemma += [row, round(value * Fraction(2) ** shift)]
        return lemma

    def _parts(
        self, unit: UnitSymbol, multiplier: Multiplier
    ) -> Iterator[tuple[int, float, Fraction]]:
        """Rows, the multipliers of what they stand for, and how much of it one of them is."""
        _, _, plain, above, chord = multiplier
        for weight, is_above in ((plain, unit.sign < 0), (above, unit.sign > 0)):
            if weight > 0:
                yield self._row(unit.symbol, is_above), weight, Fraction(1)
        found = self._chord(unit.symbol) if chord > 0 else None
        if found is not None:
            yield found[0], chord, Fraction(1, found[1])

    def _row(self, symbol: int, is_above: bool) -> int:
        """The row Y - a >= 0, or Y >= 0, of a symbol."""
        known = self._rows.get((symbol, is_above))
        if known is not None:
            return known
        if is_above:
            argument = self._proof.arguments[symbol]
            self._open(combined((1, {symbol: 1}), (-1, argument)))
            self._step("S", symbol)
            self._step("=", [])
            self._step("=", [1, len(self._proof.rows) - 1, 1])
        else:
            self._open({symbol: 1})
            self._step("=", [])
        self._rows[symbol, is_above] = len(self._proof.rows) - 1
        return len(self._proof.rows) - 1

    def _chord(self, symbol: int) -> tuple[int, int] | None:
        """The row chord - times * Y >= 0 of a symbol between known ends, and times."""
        ends = [self._ends.get((symbol, sign)) for sign in (1, -1)]
        if symbol in self._chords:
            return self._chords[symbol]
        low, high = ends
        if low is None or high is None or low.least >= 0 or high.least >= 0:
            return None
        times = -(low.least + high.least) * low.times
        argument = self._proof.arguments[symbol]
        line = combined(
            (-high.least * low.times, argument),
            (high.least * low.least * low.factor, {ONE: 1}),
            (-times, {symbol: 1}),
        )
        self._open(line)
        self._step("S", symbol)
        self._step("=", [1, high.row, -low.least])
        self._step("=", [1, low.row, -high.least])
        self._chords[symbol] = len(self._proof.rows) - 1, times
        return self._chords[symbol]

    def _open(self, expression: Expression) -> None:
        """Rule C."""
        form = [expression.get(ONE - i, 0) for i in range(self._proof.claim.inputs + 1)]
        terms = [entry for pair in sorted(expression.items()) if pair[0] >= 0 for entry in pair]
        self._step("C", form, terms)

    def _cut(self, unit: UnitSymbol, sign: int, lemma: Lemma, zonotopes: Zonotopes) -> None:
        """Show sign * argument >= 0 and settle the symbol, if the zonotopes bear the lemma out."""
        goal = combined((sign, self._proof.arguments[unit.symbol]))
        if zonotopes.minimum(self._rest(goal, lemma)) < 0:
            return
        self._open(goal)
        self._step("Z", lemma)
        self._step("+" if sign > 0 else "-", unit.symbol, [1, len(self._proof.rows) - 1, 1])

    def _bound(self, unit: UnitSymbol, sign: int, lemma: Lemma, zonotopes: Zonotopes) -> None:
        """Show the best lower bound of sign * argument that the lemma gives, of few digits."""
        goal = combined((sign, self._proof.arguments[unit.symbol]))
        fine = self._proof.fine
        largest = max(map(abs, zonotopes.range[unit.symbol])) // fine
        shift = largest.bit_length() - _END
        times, factor = 1 << max(-shift, 0), 1 << max(shift, 0)
        low = zonotopes.minimum(self._rest(goal, lemma))
        least = low * times // (fine * factor * max(lemma[0], 1))
        self._open(combined((times, goal), (-least * factor, {ONE: 1})))
        more = [entry * times ** (place % 2) for place, entry in enumerate(lemma[1:])]
        self._step("Z", [lemma[0], *more])
        row = len(self._proof.rows) - 1
        self._ends[unit.symbol, sign] = End(row, least, times, factor)

    def _rest(self, goal: Expression, lemma: Lemma) -> Expression:
        """What is left of a multiple of the goal when the lemma is taken away."""
        shift = max(-lemma[0], 0)
        pairs = zip(lemma[1::2], lemma[2::2], strict=True)
        parts = [(-(m << shift), self._proof.rows[row]) for row, m in pairs]
        return self._proof.reduced(combined((max(lemma[0], 1), goal), *parts))
