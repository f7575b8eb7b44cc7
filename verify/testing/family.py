"""All networks of one shape whose weights and biases come from finite sets.

A family is counted by a closed formula and numbered: network i is known from i alone, so that
sweeps can be split, resumed and repeated. Two networks that a permutation of hidden units or a
positive rescaling (T02) takes into each other compute the same function; `is_representative`
keeps at least one, the first, of each such class.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, permutations, product
from math import factorial, gcd, prod

from theory.errors import ShapeError
from theory.network import Affine, Network

Digits = tuple[int, ...]
Factors = tuple[Fraction, ...]


def simplicity(value: Fraction) -> tuple[int, Fraction, bool]:
    """The order in which values are taken: 0, 1, -1, 2, -2, ..., then halves."""
    return value.denominator, abs(value), value < 0


@dataclass(frozen=True)
class Family:
    """The networks of some widths over finite sets of weights and biases.

    Attributes:
        widths: Inputs, units of every hidden layer, outputs.
        weights: The values of weights, without repetition.
        biases: The values of biases, without repetition.
    """

    widths: tuple[int, ...]
    weights: tuple[Fraction, ...]
    biases: tuple[Fraction, ...]

    @staticmethod
    def of(
        widths: Sequence[int], weights: Sequence[Fraction], biases: Sequence[Fraction] | None = None
    ) -> "Family":
        """The family with its values in order; biases are weights if they are not given.

        Raises:
            ShapeError: there are fewer than two widths, one is not positive, or a set is empty.
        """
        if len(widths) < 2 or min(widths) < 1:
            raise ShapeError(f"widths: expected two or more positive numbers, got {list(widths)}")
        sets = [sorted(set(values), key=simplicity) for values in (weights, biases or weights)]
        if not all(sets):
            raise ShapeError("weights: expected at least one value")
        return Family(tuple(widths), *map(tuple, sets))

    @property
    def hidden(self) -> tuple[int, ...]:
        """The numbers of units of the hidden layers."""
        return self.widths[1:-1]

    @property
    def size(self) -> int:
        """The number of networks: |W| to the number of weights, |B| to that of biases."""
        weights = sum(before * after for before, after in pairwise(self.widths))
        return int(len(self.weights) ** weights * len(self.biases) ** sum(self.widths[1:]))

    @property
    def size_up_to_permutation(self) -> int:
        """The number of classes of networks that permutations of hidden units connect.

        By Burnside's lemma, the mean over all permutations of the number of networks that they
        fix: a weight for every pair of cycles of two neighbouring layers and every element of
        their greatest common divisor, a bias for every cycle.
        """
        total = 0
        for orders in product(*(permutations(range(width)) for width in self.hidden)):
            cycles = [[1] * self.widths[0], *map(_cycle_lengths, orders), [1] * self.widths[-1]]
            weights = sum(
                gcd(one, other)
                for before, after in pairwise(cycles)
                for one in before
                for other in after
            )
            biases = sum(map(len, cycles[1:]))
            total += len(self.weights) ** weights * len(self.biases) ** biases
        return total // prod(map(factorial, self.hidden))

    # ---------------------------------------------------------------------------- numbering

    @cached_property
    def _values(self) -> tuple[tuple[Fraction, ...], ...]:
        """For every place of a network the values that it may have: row by row, then biases."""
        found = []
        for before, after in pairwise(self.widths):
            found += [self.weights] * (before * after) + [self.biases] * after
        return tuple(found)

    @cached_property
    def _numbers(self) -> tuple[dict[Fraction, int], ...]:
        weights, biases = ({v: i for i, v in enumerate(s)} for s in (self.weights, self.biases))
        return tuple(biases if values is self.biases else weights for values in self._values)

    def digits(self, index: int) -> Digits:
        """Network `index` as the number of every value in its set; the last place runs fastest."""
        found = []
        for values in reversed(self._values):
            index, digit = divmod(index, len(values))
            found.append(digit)
        return tuple(reversed(found))

    def network(self, index: int) -> Network:
        """Network number `index`, 0 <= index < size."""
        entries = [v[d] for v, d in zip(self._values, self.digits(index), strict=True)]
        layers = []
        start = 0
        for before, after in pairwise(self.widths):
            end = start + before * after
            rows = [entries[place : place + before] for place in range(start, end, before)]
            layers.append(Affine.dense(rows, entries[end : end + after], before))
            start = end + after
        return Network(tuple(layers))

    # --------------------------------------------------------------------------- symmetries

    def is_representative(self, index: int) -> bool:
        """Whether no permuted and rescaled copy of network `index` in the family has a less one.

        Theorem: T02 (symmetries preserve the function).
        """
        digits = self.digits(index)
        return self._is_first(digits, digits) and all(
            self._is_first(digits, copy) for copy in self._rescaled(digits)
        )

    def _is_first(self, digits: Digits, copy: Digits) -> bool:
        """Whether no permutation of the units of `copy` comes before the digits."""
        return all(digits <= tuple(map(copy.__getitem__, order)) for order in self._orders)

    @cached_property
    def _orders(self) -> tuple[tuple[int, ...], ...]:
        """Every permutation of hidden units, as a permutation of the places of a network."""
        ends = [tuple(range(self.widths[0]))], [tuple(range(self.widths[-1]))]
        inner = [list(permutations(range(width))) for width in self.hidden]
        return tuple(self._order(chosen) for chosen in product(ends[0], *inner, ends[1]))

    def _order(self, units: Sequence[Sequence[int]]) -> tuple[int, ...]:
        found: list[int] = []
        for before, after in pairwise(units):
            start, width = len(found), len(before)
            found += [start + row * width + column for row in after for column in before]
            found += [start + len(after) * width + row for row in after]
        return tuple(found)

    @cached_property
    def _ratios(self) -> Factors:
        """The positive factors between nonzero values of one set."""
        found = {
            one / other
            for values in (self.weights, self.biases)
            for one in values
            for other in values
            if one * other > 0
        }
        return tuple(sorted(found | {Fraction(1)}))

    @property
    def is_rescalable(self) -> bool:
        """Whether a positive factor other than 1 takes a nonzero value of a set into the set."""
        return len(self._ratios) > 1

    def _rescaled(self, digits: Digits) -> Iterator[Digits]:
        """The copies of a network in the family with hidden units rescaled."""
        if not self.is_rescalable:
            return
        entries = [v[d] for v, d in zip(self._values, digits, strict=True)]
        yield from self._layers_rescaled(entries, 0, 0, (Fraction(1),) * self.widths[0])

    def _layers_rescaled(
        self, entries: Sequence[Fraction], layer: int, start: int, before: Factors
    ) -> Iterator[Digits]:
        """The digits of the layers from one on, the units before it scaled by the factors."""
        if layer == len(self.widths) - 1:
            yield ()
            return
        width, units = len(before), self.widths[layer + 1]
        biases = start + width * units
        is_last = layer == len(self.widths) - 2
        choices = []
        for unit in range(units):
            places = range(start + unit * width, start + (unit + 1) * width)
            incoming = [
                (place, entries[place] / factor)
                for place, factor in zip(places, before, strict=True)
            ]
            row = [*incoming, (biases + unit, entries[biases + unit])]
            factors = (Fraction(1),) if is_last else self._ratios
            choices.append([(f, new) for f in factors if (new := self._scaled(row, f)) is not None])
        for chosen in product(*choices):
            factors = tuple(factor for factor, _ in chosen)
            rows = tuple(digit for _, new in chosen for digit in new[:-1])
            here = (*rows, *(new[-1] for _, new in chosen))
            for rest in self._layers_rescaled(entries, layer + 1, biases + units, factors):
                yield (*here, *rest)

    def _scaled(self, row: Sequence[tuple[int, Fraction]], factor: Fraction) -> Digits | None:
        """The digits of the values times a factor; None if one leaves its set."""
        found = [self._numbers[place].get(value * factor) for place, value in row]
        kept = tuple(digit for digit in found if digit is not None)
        return kept if len(kept) == len(found) else None


def _cycle_lengths(order: Sequence[int]) -> list[int]:
    """The lengths of the cycles of a permutation."""
    found = []
    left = set(range(len(order)))
    while left:
        unit, length = left.pop(), 1
        while (unit := order[unit]) in left:
            left.remove(unit)
            length += 1
        found.append(length)
    return found
