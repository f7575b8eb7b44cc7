"""Certified values of a program on tokens: intervals that hold the exact ones.

The ground of `verify.tokens_checker`. An interval is a pair of integers (a, b), for all numbers
from a / 2^bits to b / 2^bits; every operation rounds outwards. exp is asked for only below 0, and
taken from its alternating series by repeated squaring; erf from the series of positive terms
2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (1 3 5 ... (2n+1)); pi from Machin's formula. Monotone
functions are enclosed at both ends. Standard library alone.
"""

import os
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property
from math import isqrt

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import require
from verify.recurrent_claims import Map
from verify.transformer_checker import Program, Step

Interval = tuple[int, int]
FAR = 8  # from here on erf is 1 but for exp(-x^2)


def negated(value: Interval) -> Interval:
    """The interval of -v."""
    return -value[1], -value[0]


def added(*values: Interval) -> Interval:
    """The interval of a sum."""
    return sum(low for low, _ in values), sum(high for _, high in values)


class Enclosure:
    """Arithmetic on intervals with so many bits after the point."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.one = 1 << bits

    def of(self, value: Fraction) -> Interval:
        """The least interval that holds the number."""
        return self.scaled((self.one, self.one), value)

    def scaled(self, value: Interval, factor: Fraction) -> Interval:
        """The interval of factor * v."""
        ends = value if factor >= 0 else (value[1], value[0])
        above, below = factor.numerator, factor.denominator
        return ends[0] * above // below, -(-ends[1] * above // below)

    def times(self, one: Interval, other: Interval) -> Interval:
        """The interval of v * w."""
        ends = [a * b for a in one for b in other]
        return min(ends) >> self.bits, -(-max(ends) >> self.bits)

    def over(self, one: Interval, other: Interval) -> Interval:
        """The interval of v / w, where w is positive."""
        require(other[0] > 0, "a quotient that the bits do not determine")
        ends = [(a << self.bits, b) for a in one for b in other]
        return min(a // b for a, b in ends), max(-(-a // b) for a, b in ends)

    def root(self, value: Interval) -> Interval:
        """The interval of sqrt(v), where v is not negative."""
        require(value[0] >= 0, "a root that the bits do not determine")
        return isqrt(value[0] << self.bits), isqrt(value[1] << self.bits) + 1

    def inverse_root(self, value: Interval) -> Interval:
        """The interval of 1 / sqrt(v), which is 0 where v is not positive."""
        if value[1] <= 0:
            return 0, 0
        require(value[0] > 0, "an inverse root that the bits do not determine")
        return self.over((self.one, self.one), self.root(value))

    @cached_property
    def pi(self) -> Interval:
        """16 atan(1/5) - 4 atan(1/239)."""
        first, second = self._inverse_tangent(5), self._inverse_tangent(239)
        return added(self.scaled(first, Fraction(16)), self.scaled(second, Fraction(-4)))

    def _inverse_tangent(self, below: int) -> Interval:
        """atan(1 / below), an alternating series of falling terms."""
        total, power, number = 0, self.one // below, 0
        while power:
            total += (power if number % 2 == 0 else -power) // (2 * number + 1)
            power //= below * below
            number += 1
        # every term is off by at most 2, and so is all that is left out
        return total - 2 * number - 2, total + 2 * number + 2

    def exponential(self, value: Interval) -> Interval:
        """The interval of exp(v), where v is not positive."""
        require(value[1] <= 0, "an exponential above 1")
        return self._exponential(value[0])[0], self._exponential(value[1])[1]

    def _exponential(self, point: int) -> Interval:
        """Exp(x) = exp(x / 2^k)^(2^k), with more bits for the squares."""
        squares = max(0, (-point).bit_length() - self.bits + 2)
        if squares > 24:
            return 0, 1 + (self.one >> 1000)  # x < -2^22
        fine = Enclosure(self.bits + 2 * squares + 8)
        shift = squares + 8  # x / 2^k at the finer scale
        argument = point << shift, point << shift
        term, total, number = (fine.one, fine.one), (fine.one, fine.one), 0
        while term[1] - term[0] < max(abs(term[0]), abs(term[1])):
            number += 1
            term = fine.scaled(fine.times(term, argument), Fraction(1, number))
            total = added(total, term)
        rest = max(abs(term[0]), abs(term[1]))  # terms fall by 4 at least
        total = max(total[0] - rest, 0), total[1] + rest
        for _ in range(squares):
            total = fine.times(total, total)
        drop = fine.bits - self.bits
        return total[0] >> drop, min(-(-total[1] >> drop), self.one)

    def monotone(self, at: Callable[[int], Interval], value: Interval) -> Interval:
        """The interval of an increasing function from those at both ends."""
        return at(value[0])[0], at(value[1])[1]

    def _error_function(self, point: int) -> Interval:
        """Erf(x), with more bits for the series, whose sum grows as exp(x^2)."""
        if point < 0:
            return negated(self._error_function(-point))
        if point >= FAR * self.one:
            square = self.times((point, point), (point, point))
            return self.one - self.exponential(negated(square))[1], self.one
        drop = 3 * (point * point >> 2 * self.bits) + 8
        found = Enclosure(self.bits + drop).series_of_erf(point << drop)
        return max(found[0] >> drop, 0), min(-(-found[1] >> drop), self.one)

    def series_of_erf(self, point: int) -> Interval:
        """2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (1 3 5 ... (2n+1)), x not negative."""
        square = self.times((point, point), (point, point))
        term, total, number = (point, point), (point, point), 0
        while term[1] > 1 or 4 * square[1] > (2 * number + 3) * self.one:
            term = self.scaled(self.times(term, square), Fraction(2, 2 * number + 3))
            total = added(total, term)
            number += 1
        total = total[0], total[1] + 2 * term[1]  # from here on terms fall by 2 at least
        inverse = self.scaled(self.inverse_root(self.pi), Fraction(2))
        return self.times(self.times(inverse, self.exponential(negated(square))), total)

    def _sigmoid(self, point: int) -> Interval:
        fall = self.exponential((-abs(point), -abs(point)))
        below = added((self.one, self.one), fall)
        return self.over(fall if point < 0 else (self.one, self.one), below)

    def function(self, name: str, value: Interval) -> Interval:
        """The interval of f(v)."""
        half = Fraction(1, 2)
        match name:
            case "relu":
                return max(value[0], 0), max(value[1], 0)
            case "inverse_root":
                return self.inverse_root(value)
            case "erf":
                return self.monotone(self._error_function, value)
            case "sigmoid":
                return self.monotone(self._sigmoid, value)
            case "tanh":
                twice = self.function("sigmoid", self.scaled(value, Fraction(2)))
                return added(self.scaled(twice, Fraction(2)), (-self.one, -self.one))
            case "gelu":
                inner = self.times(value, self.inverse_root(self.of(Fraction(2))))
                gate = added(self.function("erf", inner), (self.one, self.one))
            case _:  # v / 2 (1 + tanh(sqrt(2 / pi) (v + 0.044715 v^3)))
                cube = self.times(self.times(value, value), value)
                bent = added(value, self.scaled(cube, Fraction(44715, 10**6)))
                inner = self.times(bent, self.inverse_root(self.scaled(self.pi, half)))
                gate = added(self.function("tanh", inner), (self.one, self.one))
        return self.scaled(self.times(value, gate), half)

    def image(self, map_: Map, values: Sequence[Interval]) -> list[Interval]:
        """The outputs of a map of these values."""
        return [
            added(self.of(bias), *(self.scaled(values[c], w) for c, w in row.items()))
            for row, bias in zip(map_.rows, map_.bias, strict=True)
        ]

    def _dot(self, one: Sequence[Interval], other: Sequence[Interval]) -> Interval:
        return added((0, 0), *(self.times(a, b) for a, b in zip(one, other, strict=True)))

    def weights(self, name: str, scores: list[Interval]) -> list[Interval]:
        """The weights made of the scores of one token."""
        if name == "linear":
            return scores
        if name == "relu":
            return [self.function("relu", score) for score in scores]
        most = max(high for _, high in scores)
        powers = [self.exponential((low - most, high - most)) for low, high in scores]
        total = added(*powers)
        return [self.over(power, total) for power in powers]

    def attention(self, step: Step, values: Sequence[Sequence[Interval]]) -> list[list[Interval]]:
        """The outputs of a head at all tokens."""
        queries, keys, given = ([self.image(map_, v) for v in values] for map_ in step.maps)
        found = []
        for token, query in enumerate(queries):
            seen = token + 1 if step.later is None else len(keys)
            scores = [self.scaled(self._dot(query, key), step.scale) for key in keys[:seen]]
            later = self.of(step.later or Fraction(0))
            scores[token + 1 :] = [added(score, later) for score in scores[token + 1 :]]
            weights = self.weights(step.name, scores)
            columns = zip(*given[:seen], strict=True)
            found.append([self._dot(weights, column) for column in columns])
        return found

    def outputs(
        self, program: Program, tokens: Sequence[Sequence[Fraction]]
    ) -> list[list[Interval]]:
        """The outputs of a program at all tokens.

        Raises:
            RejectedError: so few bits do not determine a quotient or an inverse root.
        """
        values = [[self.of(entry) for entry in token] for token in tokens]
        for step in program.steps:
            if step.kind == "attention":
                more = self.attention(step, values)
            else:
                more = [self._step(step, at) for at in values]
            values = [[*at, *new] for at, new in zip(values, more, strict=True)]
        return [self.image(program.output, at) for at in values]

    def _step(self, step: Step, values: Sequence[Interval]) -> list[Interval]:
        """The outputs of a step that reads one token."""
        sides = [self.image(map_, values) for map_ in step.maps]
        if step.kind == "function":
            return [self.function(step.name, value) for value in sides[0]]
        return [self.times(a, b) for a, b in zip(*sides, strict=True)]
