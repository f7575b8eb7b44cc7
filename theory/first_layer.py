"""The first hidden layer: the units that are wanted, and how affine parts pass through it.

What later layers read of a layer of lines relu(h) is a weighted sum of them plus an affine part
g . x. The parts g that are read span a space of dimension r, and r independent forms must pass.
On a box a form p passes as the one unit relu(p - min p), elsewhere as the pair relu(p),
relu(-p); where h is such a form already, relu(-h) completes the pair. Which of relu(h) and
relu(-h) = relu(h) - h is the unit of a line is free, and may make r smaller.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from flint import fmpq_mat, fmpz_mat

from theory.domain import Box, Domain
from theory.network import ZERO, Row
from theory.triangulation import pivots
from theory.unit import Number, Unit, UnitSum, affine_sum

Gradient = tuple[int, ...]
Wire = tuple[tuple[int, int], ...]  # (signal, 1 or -1)
_MOST_LINES = 40
_MOST_PARTS = 400


@dataclass(frozen=True, slots=True)
class Passage:
    """Independent forms that pass through the layer.

    Attributes:
        lines: Lines whose opposite unit is added.
        forms: Gradients that pass by units of their own.
        cost: The number of units added.
        pivots: Columns on which the forms are independent.
        inverse: The inverse of the matrix of the forms, lines first, on those columns, times
            the divisor: integers.
        divisor: A common denominator of that inverse.
    """

    lines: tuple[int, ...]
    forms: tuple[Gradient, ...]
    cost: int
    pivots: tuple[int, ...]
    inverse: tuple[tuple[int, ...], ...]
    divisor: int

    def weights(self, gradient: Sequence[Number]) -> list[Number]:
        """The weights with gradient = sum of weight * form."""
        total: list[Number] = [0] * len(self.pivots)
        for column, entries in zip(self.pivots, self.inverse, strict=True):
            if gradient[column]:
                for index, entry in enumerate(entries):
                    total[index] += gradient[column] * entry
        if self.divisor == 1:
            return total
        return [Fraction(entry, self.divisor) for entry in total]

    def is_whole(self, gradients: Iterable[Gradient]) -> bool:
        """Whether the weights of all these gradients are integers."""
        if self.divisor == 1:
            return True
        columns = zip(*self.inverse, strict=True)
        sums = [tuple(zip(self.pivots, column, strict=True)) for column in columns]
        return not any(
            sum(gradient[column] * entry for column, entry in terms) % self.divisor
            for gradient in gradients
            for terms in sums
        )


_NOTHING = Passage((), (), 0, (), (), 1)


@dataclass(frozen=True, slots=True)
class FirstLayer:
    """The signals of the first hidden layer, and how sums are read from them.

    Attributes:
        signals: The argument of every unit of the layer.
        units: The signal of every line.
        flipped: Lines whose signal is the opposite unit, relu(-h) instead of relu(h).
        passage: The forms that pass.
        wires: For each of them, as row and shift, how its value is read from the signals.
    """

    signals: tuple[UnitSum, ...]
    units: dict[Unit, int]
    flipped: frozenset[Unit]
    passage: Passage
    wires: tuple[tuple[Wire, Fraction], ...]

    def read(self, term: UnitSum) -> tuple[Row, Fraction]:
        """The sum as a row over the signals, and a bias."""
        row: dict[int, Number] = {}
        form = list(term.form)
        for unit, weight in term.units.items():
            row[self.units[unit]] = weight
            if unit in self.flipped:
                form = [a + weight * b for a, b in zip(form, unit.form, strict=True)]
        bias = Fraction(form[0])
        weights = self.passage.weights(form[1:])
        for weight, (wire, shift) in zip(weights, self.wires, strict=True):
            if weight:
                bias += weight * shift
                for column, entry in wire:
                    row[column] = row.get(column, 0) + weight * entry
        return tuple((column, Fraction(row[column])) for column in sorted(row) if row[column]), bias


def first_layer(arguments: Sequence[UnitSum], domain: Domain) -> FirstLayer:
    """The layer from which all arguments, sums of lines and affine parts, can be read.

    Theorem: T09 (log-depth form), the part on padding and layers.
    """
    lines = tuple(sorted({unit for term in arguments for unit in term.units}))
    places = {unit: column for column, unit in enumerate(lines)}
    parts = _parts(arguments, places)
    gradients = [line.form[1:] for line in lines]
    flipped: frozenset[int] = frozenset()
    spanning = _spanning(parts, gradients, flipped)
    passage = _cheapest(spanning, gradients, domain, 2 * domain.inputs + 1) or _NOTHING
    if passage.cost and len(lines) <= _MOST_LINES and len(parts) <= _MOST_PARTS:
        flipped, passage = _flipped(parts, gradients, domain, passage)
    return _laid_out(lines, flipped, passage, domain)


_Part = tuple[tuple[int, ...], tuple[tuple[int, int], ...]]


def _parts(arguments: Iterable[UnitSum], places: dict[Unit, int]) -> tuple[_Part, ...]:
    """The distinct arguments as integers: gradient, and (line, weight) for every line."""
    found: dict[_Part, None] = {}
    for term in arguments:
        numbers = (*term.form[1:], *term.units.values())
        scale = lcm(*(number.denominator for number in numbers))
        whole = [int(number * scale) for number in numbers]
        divisor = gcd(*whole) or 1
        whole = [number // divisor for number in whole]
        inputs = len(term.form) - 1
        weights = zip((places[unit] for unit in term.units), whole[inputs:], strict=True)
        found[tuple(whole[:inputs]), tuple(sorted(weights))] = None
    return tuple(found)


def _spanning(
    parts: Iterable[_Part], gradients: Sequence[Gradient], flipped: frozenset[int]
) -> list[Gradient]:
    """The affine parts that are left when these lines have the opposite unit, each once."""
    found: dict[Gradient, None] = {}
    for gradient, weights in parts:
        total = list(gradient)
        for line, weight in weights:
            if line in flipped:
                total = [a + weight * b for a, b in zip(total, gradients[line], strict=True)]
        if any(total):
            divisor = gcd(*total)
            found[tuple(entry // divisor for entry in total)] = None
    return list(found)


def _cheapest(
    spanning: list[Gradient], lines: Sequence[Gradient], domain: Domain, limit: int
) -> Passage | None:
    """The passage with the fewest units, if fewer than the limit.

    One by lines only if all weights stay whole. Every form takes a unit at least.
    """
    basis = _echelon(spanning)
    if len(basis) >= limit:
        return None
    best = None
    if _cost((), basis, domain) < limit:
        best = _passage((), basis, domain)
        limit = best.cost
    if isinstance(domain, Box) or not basis:
        return best
    for named, others in _by_lines(basis, lines):
        if _cost(named, others, domain) < limit:
            found = _passage(named, others, domain, [lines[index] for index in named])
            if found.is_whole(spanning):
                best, limit = found, found.cost
                if limit == len(basis):
                    break
    return best


def _by_lines(
    basis: list[Gradient], lines: Sequence[Gradient]
) -> Iterator[tuple[tuple[int, ...], list[Gradient]]]:
    """Ways to span at least what the basis spans: some lines, and other forms."""
    signed = {*basis, *(tuple(-entry for entry in row) for row in basis)}
    equal = [index for index, line in enumerate(lines) if line in signed]
    inside = [index for index, line in enumerate(lines) if _is_inside(line, basis)]
    for usable in (equal, *((inside,) if len(inside) < len(lines) else ()), range(len(lines))):
        if not usable:
            continue
        candidates = [*(lines[index] for index in usable), *basis]
        chosen = pivots(list(zip(*candidates, strict=True)), len(candidates))
        named = tuple(usable[index] for index in chosen if index < len(usable))
        yield named, [candidates[index] for index in chosen if index >= len(usable)]


def _echelon(rows: Sequence[Gradient]) -> list[Gradient]:
    """A basis of the span: the reduced echelon form, as coprime integers."""
    if not rows:
        return []
    echelon, _, rank = fmpz_mat(rows).rref()
    found = []
    for index in range(rank):
        row = [int(echelon[index, column]) for column in range(len(rows[0]))]
        divisor = gcd(*row) * (1 if next(entry for entry in row if entry) > 0 else -1)
        found.append(tuple(entry // divisor for entry in row))
    return found


def _is_inside(line: Gradient, basis: Sequence[Gradient]) -> bool:
    """Whether a gradient lies in the span of an echelon basis."""
    if len(basis) == len(line):
        return True
    rest = line
    for row in basis:
        pivot = next(index for index, entry in enumerate(row) if entry)
        factor = rest[pivot]
        if factor:
            rest = tuple(row[pivot] * a - factor * b for a, b in zip(rest, row, strict=True))
    return not any(rest)


def _cost(named: Sequence[int], forms: Sequence[Gradient], domain: Domain) -> int:
    """The number of units that lines and forms take to pass."""
    return len(named) + len(forms) * (1 if isinstance(domain, Box) else 2)


def _passage(
    named: tuple[int, ...],
    forms: Sequence[Gradient],
    domain: Domain,
    lines: Sequence[Gradient] = (),
) -> Passage:
    matrix = [*lines, *forms]
    if not matrix:
        return _NOTHING
    columns = pivots(matrix, len(matrix[0]))
    square = fmpq_mat(fmpz_mat([[row[column] for column in columns] for row in matrix]))
    inverse, divisor = square.inv().numer_denom()
    entries = tuple(tuple(map(int, row)) for row in inverse.tolist())
    cost = _cost(named, forms, domain)
    return Passage(named, tuple(forms), cost, columns, entries, int(divisor))


def _flipped(
    parts: Sequence[_Part], gradients: Sequence[Gradient], domain: Domain, passage: Passage
) -> tuple[frozenset[int], Passage]:
    """Lines to flip, one after the other as long as that saves units, and the passage then."""
    flipped: frozenset[int] = frozenset()
    improved = True
    while improved and passage.cost:
        improved = False
        for line in range(len(gradients)):
            changed = flipped ^ {line}
            spanning = _spanning(parts, gradients, changed)
            found = _cheapest(spanning, gradients, domain, passage.cost)
            if found is not None:
                flipped, passage, improved = changed, found, True
    return flipped, passage


def _laid_out(
    lines: Sequence[Unit], flipped: frozenset[int], passage: Passage, domain: Domain
) -> FirstLayer:
    """The layer with its signals in order: lines, opposite lines, forms."""
    signals = [
        _signed(line.form, -1 if index in flipped else 1) for index, line in enumerate(lines)
    ]
    wires: list[tuple[Wire, Fraction]] = []
    for index in passage.lines:
        sign = -1 if index in flipped else 1
        row = ((index, sign), (len(signals), -sign))
        wires.append((row, Fraction(-lines[index].form[0])))
        signals.append(_signed(lines[index].form, -sign))
    for gradient in passage.forms:
        if isinstance(domain, Box):
            low = _least(gradient, domain)
            wires.append((((len(signals), 1),), low))
            signals.append(affine_sum((-low, *gradient)))
        else:
            row = ((len(signals), 1), (len(signals) + 1, -1))
            wires.append((row, ZERO))
            signals += [_signed((0, *gradient), 1), _signed((0, *gradient), -1)]
    return FirstLayer(
        tuple(signals),
        {line: column for column, line in enumerate(lines)},
        frozenset(lines[index] for index in flipped),
        passage,
        tuple(wires),
    )


def _signed(form: Sequence[int], sign: int) -> UnitSum:
    return affine_sum(sign * entry for entry in form)


def _least(gradient: Gradient, box: Box) -> Fraction:
    """The least value of a linear form on a box."""
    ends = zip(gradient, box.lower, box.upper, strict=True)
    return sum((entry * (low if entry > 0 else high) for entry, low, high in ends), ZERO)
