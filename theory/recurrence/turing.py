"""Turing machines with one tape that is infinite both ways: exact simulation and encodings.

A configuration is a state and two words, read from the head outward: the cells left of the
head, and the head's cell with those right of it. Beyond the words all cells are blank.
A word a_1 a_2 ... a_n over k symbols, blank = 0, is the number

    e(a_1 ... a_n) = (2 a_1 + 1) / 2k + (2 a_2 + 1) / (2k)^2 + ... + (2 a_n + 1) / (2k)^n,

so e(empty) = 0 and e(a w) = (e(w) + 2 a + 1) / 2k, which lies in [1/2k, 1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ScopeError
from theory.network import ZERO

Word = tuple[int, ...]
MOVES = ("L", "R", "N")
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Rule:
    """What a machine does in a state on a symbol: write, go to a state, move L, R or N."""

    state: int
    write: int
    move: str


@dataclass(frozen=True, slots=True)
class TuringMachine:
    """A deterministic machine; where it has no rule it stays as it is for ever.

    Attributes:
        states: Their names; the first is where it starts.
        symbols: Their names; the first is the blank.
        rules: By state and symbol read, both as numbers.
    """

    states: tuple[str, ...]
    symbols: tuple[str, ...]
    rules: Mapping[tuple[int, int], Rule]

    def __post_init__(self) -> None:
        for what, names in (("state", self.states), ("symbol", self.symbols)):
            if not names or len(set(names)) != len(names):
                raise ScopeError(f"machine: expected different {what}s, at least one")
        for (state, symbol), rule in self.rules.items():
            states, symbols = {state, rule.state}, {symbol, rule.write}
            known = states <= set(range(len(self.states))) and symbols <= set(
                range(len(self.symbols))
            )
            if not known or rule.move not in MOVES:
                raise ScopeError(f"machine: the rule for {state}, {symbol} names what is not there")

    def rule(self, state: int, symbol: int) -> Rule:
        """The rule, or where there is none the one that changes nothing."""
        return self.rules.get((state, symbol), Rule(state, symbol, "N"))

    def halts(self, configuration: "Configuration") -> bool:
        """Whether there is no rule for the state and the symbol under the head."""
        return (configuration.state, top(configuration.right)) not in self.rules

    def after(self, configuration: "Configuration") -> "Configuration":
        """The configuration one step later."""
        left, right = configuration.left, configuration.right
        rule = self.rule(configuration.state, top(right))
        match rule.move:
            case "R":
                return Configuration(rule.state, (rule.write, *left), right[1:])
            case "L":
                return Configuration(rule.state, left[1:], (top(left), rule.write, *right[1:]))
            case _:
                return Configuration(rule.state, left, (rule.write, *right[1:]))


@dataclass(frozen=True, slots=True)
class Configuration:
    """A state, and the tape as two words from the head outward; the head reads right[0]."""

    state: int
    left: Word = ()
    right: Word = ()

    def cell(self, place: int) -> int:
        """The symbol of a cell, 0 being the one under the head, -1 the one left of it."""
        word, index = (self.right, place) if place >= 0 else (self.left, -1 - place)
        return word[index] if index < len(word) else 0


def top(word: Word) -> int:
    """The first symbol, blank for the empty word."""
    return word[0] if word else 0


def encoded(word: Sequence[int], symbols: int) -> Fraction:
    """e(word) over so many symbols.

    Theorem: T46 (Turing machines).
    """
    value = ZERO
    for symbol in reversed(word):
        value = (value + 2 * symbol + 1) / (2 * symbols)
    return value


def decoded(value: Fraction, symbols: int) -> Word:
    """The word that a number encodes.

    Raises:
        ScopeError: it encodes none.
    """
    word = []
    while value:
        scaled = value * 2 * symbols
        symbol = (scaled // 1 - 1) // 2 if scaled >= 1 else -1
        value = scaled - 2 * symbol - 1
        if not (0 <= symbol < symbols and 0 <= value < 1):
            raise ScopeError("the number encodes no word")
        word.append(int(symbol))
        if len(word) > _LONGEST:
            raise ScopeError("the number encodes no word of a length that is read")
    return tuple(word)
