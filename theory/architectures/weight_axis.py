"""The weight axis of a network with one shared weight, cut exactly where decisions change.

For points x_1, ..., x_k every node is, between finitely many weights, a polynomial in w. The cuts
are real roots of such polynomials, held as isolated roots of irreducible ones, so nothing is
rounded: on each open interval between neighbours the decision is that at a rational sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_poly, fmpz_poly

from theory.architectures.shared_weight import ONE, SharedWeightNetwork
from theory.network import ZERO, Vector

Polynomial = tuple[int, ...]  # coefficients, lowest first, primitive and irreducible
Decision = tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Root:
    """A real root of an irreducible polynomial, the only one in the closed interval low, high.

    If low = high it is that rational number; else it lies inside, and the ends are no roots.
    """

    polynomial: Polynomial
    low: Fraction
    high: Fraction

    def halved(self) -> "Root":
        """The same root in half the interval."""
        if self.low == self.high:
            return self
        middle = (self.low + self.high) / 2
        if _value(self.polynomial, self.low) * _value(self.polynomial, middle) < 0:
            return Root(self.polynomial, self.low, middle)
        return Root(self.polynomial, middle, self.high)


@dataclass(frozen=True, slots=True)
class WeightInterval:
    """A largest interval of weights with one decision; it may be a single weight.

    Attributes:
        start: Its left end, or None for minus infinity.
        end: Its right end, or None for infinity.
        has_start: Whether the left end belongs to it.
        has_end: Whether the right end belongs to it.
        decision: For every point the set of the largest outputs.
    """

    start: Root | None
    end: Root | None
    has_start: bool
    has_end: bool
    decision: Decision


def weight_intervals(
    network: SharedWeightNetwork, points: Sequence[Vector]
) -> tuple[WeightInterval, ...]:
    """The weight axis as intervals from left to right; neighbours differ in the decision.

    The decision of a weight is, for every point, which outputs are largest. Every real weight
    lies in exactly one of the intervals.

    Theorem: T50 (one shared weight).

    Raises:
        ShapeError: a point has another dimension than the network.
    """
    known: set[Polynomial] = set()
    while True:
        roots = _sorted_roots(known)
        samples = _samples(roots)
        found = {one for w in samples for x in points for one in _critical(network, w, x)}
        if found <= known:
            return _merged(_cells(network, points, roots, samples))
        known |= found


def _cells(
    network: SharedWeightNetwork,
    points: Sequence[Vector],
    roots: Sequence[Root],
    samples: Sequence[Fraction],
) -> list[WeightInterval]:
    """The open intervals between roots, and the roots, in turn."""
    ends: list[Root | None] = [None, *roots, None]
    cells: list[WeightInterval] = []
    for index, sample in enumerate(samples):
        start, end = ends[index], ends[index + 1]
        found = tuple(_largest(network(sample, point)) for point in points)
        cells.append(WeightInterval(start, end, False, False, found))
        if end is not None:
            decision = tuple(_largest_at(network, sample, point, end) for point in points)
            cells.append(WeightInterval(end, end, True, True, decision))
    return cells


def _merged(cells: Sequence[WeightInterval]) -> tuple[WeightInterval, ...]:
    found: list[WeightInterval] = []
    for cell in cells:
        if found and found[-1].decision == cell.decision:
            last = found.pop()
            found.append(replace(cell, start=last.start, has_start=last.has_start))
        else:
            found.append(cell)
    return tuple(found)


def _largest(outputs: Vector) -> frozenset[int]:
    best = max(outputs)
    return frozenset(index for index, value in enumerate(outputs) if value == best)


def _largest_at(
    network: SharedWeightNetwork, sample: Fraction, point: Vector, root: Root
) -> frozenset[int]:
    """The largest outputs at a root next to the sample.

    By continuity an output that is largest at the sample is largest there, and another is if and
    only if the difference, a polynomial on the way there, vanishes: is divided by that of the root.
    """
    outputs, _ = _polynomials(network, sample, point)
    best = min(_largest(network(sample, point)))
    modulus = fmpq_poly([*root.polynomial])
    return frozenset(
        index for index, one in enumerate(outputs) if not (one - outputs[best]) % modulus
    )


def _critical(
    network: SharedWeightNetwork, weight: Fraction, point: Vector
) -> frozenset[Polynomial]:
    """The irreducible factors of all that decides: arguments of kinks, differences of outputs."""
    outputs, kinks = _polynomials(network, weight, point)
    differences = [one - other for i, one in enumerate(outputs) for other in outputs[:i]]
    return frozenset(factor for one in (*kinks, *differences) for factor in _factors(one))


def _polynomials(
    network: SharedWeightNetwork, weight: Fraction, point: Vector
) -> tuple[list[fmpq_poly], list[fmpq_poly]]:
    """The outputs, and the arguments of kinks, as polynomials that hold at the weight."""
    values = [fmpq_poly([_flint(number)]) for number in (ONE, *point)]
    kinks: list[fmpq_poly] = []
    for node in network.nodes:
        total = fmpq_poly([0, 1]) * sum((values[s] for s in node.sources), fmpq_poly([0]))
        if node.activation in ("absolute", "relu"):
            kinks.append(total)
        values.append(_piece(node.activation, total, weight))
    return [values[output] for output in network.outputs], kinks


def _piece(activation: str, total: fmpq_poly, weight: Fraction) -> fmpq_poly:
    if activation == "identity":
        return total
    if activation == "negation":
        return -total
    if total(_flint(weight)) >= 0:
        return total
    return -total if activation == "absolute" else fmpq_poly([0])


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _factors(polynomial: fmpq_poly) -> list[Polynomial]:
    whole = fmpz_poly(polynomial.numer())
    if whole.degree() < 1:
        return []
    return [tuple(int(entry) for entry in one.coeffs()) for one, _ in whole.factor()[1]]


def _value(polynomial: Polynomial, at: Fraction) -> Fraction:
    total = ZERO
    for entry in reversed(polynomial):
        total = total * at + entry
    return total


def _sturm(polynomial: Polynomial) -> list[tuple[Fraction, ...]]:
    """The Sturm sequence: the polynomial, its derivative, and negated remainders."""
    derivative = [Fraction(i * entry) for i, entry in enumerate(polynomial)][1:]
    chain = [tuple(map(Fraction, polynomial)), tuple(derivative)]
    while len(chain[-1]) > 1:
        rest, divisor = list(chain[-2]), chain[-1]
        while len(rest) >= len(divisor):
            factor, shift = rest[-1] / divisor[-1], len(rest) - len(divisor)
            for index, entry in enumerate(divisor):
                rest[shift + index] -= factor * entry
            rest.pop()
            while rest and not rest[-1]:
                rest.pop()
        if not rest:
            break
        chain.append(tuple(-entry / abs(rest[-1]) for entry in rest))
    return chain


def _changes(chain: Sequence[tuple[Fraction, ...]], at: Fraction) -> int:
    signs = []
    for one in chain:
        total = ZERO
        for entry in reversed(one):
            total = total * at + entry
        if total:
            signs.append(total > 0)
    return sum(1 for one, other in pairwise(signs) if one != other)


def _real_roots(polynomial: Polynomial) -> list[Root]:
    """All real roots of an irreducible polynomial, isolated by Sturm's theorem."""
    if len(polynomial) == 2:
        value = Fraction(-polynomial[0], polynomial[1])
        return [Root(polynomial, value, value)]
    bound = 1 + max(abs(Fraction(entry, polynomial[-1])) for entry in polynomial[:-1])
    chain, found = _sturm(polynomial), []
    open_parts = [(-bound, bound)]  # irreducible of degree 2 or more: no rational roots
    while open_parts:
        low, high = open_parts.pop()
        count = _changes(chain, low) - _changes(chain, high)
        if count == 1:
            found.append(Root(polynomial, low, high))
        elif count > 1:
            middle = (low + high) / 2
            open_parts += [(low, middle), (middle, high)]
    return found


def _sorted_roots(polynomials: set[Polynomial]) -> list[Root]:
    """The roots of distinct irreducible polynomials, in disjoint intervals, from left to right.

    Distinct irreducible polynomials have no common root, so halving ends.
    """
    roots = [root for one in sorted(polynomials) for root in _real_roots(one)]
    while True:
        roots.sort(key=lambda root: (root.low, root.high))
        close = {
            index for index in range(len(roots) - 1) if roots[index].high >= roots[index + 1].low
        }
        if not close:
            return roots
        touched = close | {index + 1 for index in close}
        roots = [one.halved() if i in touched else one for i, one in enumerate(roots)]


def _samples(roots: Sequence[Root]) -> list[Fraction]:
    """A rational number left of all roots, between neighbours, and right of all."""
    if not roots:
        return [ONE]
    inner = [(a.high + b.low) / 2 for a, b in pairwise(roots)]
    return [roots[0].low - 1, *inner, roots[-1].high + 1]
