"""Functions of one variable with square roots, and their signs on an interval, exactly (T58).

An *element* is a sum of polynomials times products of roots r_0, r_1, ...; r_k is the square
root, which is never negative, of an element with the roots before it. It is the dictionary
{roots, as the bits of a number: polynomial}. |a| is the root of a^2. Standard library only.

Signs. A + B r with r^2 = U has the sign of A or of B, or that of A times the sign of
A^2 - B^2 U, which has one root less. Where it is 0, so is the product of all such conjugates, its
norm, a polynomial: between the zeros of that the sign does not change.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from math import isqrt, lcm

from verify.checker import require
from verify.polynomial_checker import (
    Integral,
    Polynomial,
    changes_at,
    common,
    derivative,
    integral,
    is_nonnegative,
    is_plainly_nonnegative,
    plus,
    quotient,
    sign_at,
    sturm_chain,
    times,
    trimmed,
)

Element = dict[int, Polynomial]
Range = tuple[Fraction, Fraction]
HALVINGS = 6  # of an interval, before roots are isolated
MOST_ROOTS = 6
MOST_DEGREE = 600
MOST_BITS = 1 << 18  # of a number: without an end to them, powers of powers of 2/3 never end
FINE = 256  # bits of an approximated root


def element(p: Polynomial) -> Element:
    """The polynomial as an element."""
    return {0: p} if p else {}


def constant(number: Fraction) -> Element:
    """The number as an element."""
    return element(trimmed([number]))


def total(e: Element, f: Element) -> Element:
    """The sum."""
    found = {bits: plus(e.get(bits, []), f.get(bits, [])) for bits in {**e, **f}}
    return {bits: p for bits, p in found.items() if p}


def scaled(e: Element, factor: Fraction) -> Element:
    """The element times a number."""
    return {bits: [factor * entry for entry in p] for bits, p in e.items()} if factor else {}


def value_at(p: Polynomial, x: Fraction) -> Fraction:
    """The number p(x)."""
    scale, found, power = lcm(*(entry.denominator for entry in p)), 0, 1
    for entry in reversed(p):
        found = found * x.numerator + entry.numerator * (scale // entry.denominator) * power
        power *= x.denominator
    return Fraction(found * x.denominator, scale * power)


def root_range(low: Fraction, high: Fraction) -> Range:
    """Rational numbers that enclose the square roots of the numbers from low >= 0 to high."""
    if low == high:
        exact = Fraction(isqrt(low.numerator), isqrt(low.denominator))
        if exact * exact == low:
            return exact, exact
    unit = 4**FINE
    below, above = int(low * unit), int(high * unit)
    return Fraction(isqrt(below), 2**FINE), Fraction(isqrt(above + 1) + 1, 2**FINE)


def range_product(one: Range, other: Range) -> Range:
    """The least interval that holds the products."""
    ends = [a * b for a, b in product(one, other)]
    return min(ends), max(ends)


def require_short(numbers: Iterable[Fraction]) -> None:
    """Refuse numbers that it takes too long to calculate with.

    Raises:
        RejectedError: one has more than MOST_BITS bits.
    """
    bits = max((max(map(int.bit_length, n.as_integer_ratio())) for n in numbers), default=0)
    require(bits <= MOST_BITS, f"target: numbers of more than {MOST_BITS} bits")


def samples(simple: Integral, low: Fraction, high: Fraction) -> list[Fraction]:
    """A point in every gap that the roots of p, none multiple, leave in (low, high)."""
    chain = sturm_chain(simple)

    def inside(start: Fraction, end: Fraction) -> int:
        count = changes_at(chain, start) - changes_at(chain, end)
        return count - (sign_at(simple, end) == 0)

    def found(start: Fraction, end: Fraction, seen: tuple[bool, bool]) -> Iterator[Fraction]:
        count = inside(start, end)  # `seen`: the gap there has its point, which is that end
        if count + 1 <= sum(seen):
            return
        steps = len(simple) + 1
        order = sorted(range(1, steps), key=lambda k: abs(2 * k - steps))
        places = (start + (end - start) * Fraction(k, steps) for k in order)
        middle = next(x for x in places if sign_at(simple, x))
        yield middle
        yield from found(start, middle, (seen[0], True))
        yield from found(middle, end, (True, seen[1]))

    return list(found(low, high, (False, False)))


class Radicals:
    """The roots r_0, r_1, ..., given by their squares, which are not negative on an interval."""

    def __init__(self, squares: list[Element]) -> None:
        self.squares = squares

    def root(self, square: Element) -> Element:
        """The square root, a new one if it is not known."""
        if square not in self.squares:
            require(len(self.squares) < MOST_ROOTS, f"target: more than {MOST_ROOTS} roots")
            self.squares.append(square)
        return {1 << self.squares.index(square): [Fraction(1)]}

    def times(self, e: Element, f: Element) -> Element:
        """The product, where r_k r_k is replaced by its square."""
        found: Element = {}
        for (bits, p), (others, q) in product(e.items(), f.items()):
            require(len(p) + len(q) <= MOST_DEGREE, f"target: a degree above {MOST_DEGREE}")
            part, both = {bits ^ others: times(p, q)}, bits & others
            for k in range(both.bit_length()):
                part = self.times(part, self.squares[k]) if both >> k & 1 else part
            found = total(found, part)
        require_short(entry for p in found.values() for entry in p)
        return found

    def parted(self, e: Element) -> tuple[Element, Element, int]:
        """A, B, k of e = A + B r_k with the last root in e."""
        k = max(e).bit_length() - 1
        free = {bits: p for bits, p in e.items() if not bits >> k & 1}
        return free, {bits ^ 1 << k: p for bits, p in e.items() if bits >> k & 1}, k

    def norm(self, e: Element) -> Element:
        """A^2 - B^2 U of e = A + B r with r^2 = U: one root less."""
        free, bound, k = self.parted(e)
        square = self.times(self.times(bound, bound), self.squares[k])
        return total(self.times(free, free), scaled(square, Fraction(-1)))

    def sign(self, e: Element, x: Fraction) -> int:
        """-1, 0 or 1, the sign at a point where no square is negative."""

        def at(one: Element) -> Element:
            values = {bits: trimmed([value_at(p, x)]) for bits, p in one.items()}
            return {bits: p for bits, p in values.items() if p}

        return Radicals([at(square) for square in self.squares])._sign(at(e))

    def _sign(self, e: Element) -> int:
        """The sign of a number."""
        if not max(e, default=0):
            number = e[0][0] if e else Fraction(0)
            return (number > 0) - (number < 0)
        free, bound, k = self.parted(e)
        first, second = self._sign(free), self._sign(bound) * self._sign(self.squares[k])
        return first or second if first * second >= 0 else first * self._sign(self.norm(e))

    def is_plainly_nonnegative(self, e: Element, low: Fraction, high: Fraction) -> bool:
        """Whether Bernstein coefficients show e >= 0 on [low, high]: if not, nothing is known."""
        if not max(e, default=0):
            return not e or is_plainly_nonnegative(integral(e[0]), low, high)
        free, bound, _ = self.parted(e)
        first, second = (self.is_plainly_nonnegative(one, low, high) for one in (free, bound))
        if first == second:
            return first
        less = scaled(self.norm(e), Fraction(1 if first else -1))
        return self.is_plainly_nonnegative(less, low, high)

    def walls(self, e: Element) -> list[Polynomial]:
        """Polynomials, none of them 0: between their zeros the sign of e does not change."""
        whole = e
        while max(whole, default=0):
            whole = self.norm(whole)
        if whole or not e:
            return list(whole.values())  # e is continuous and not 0 where its norm is not
        free, bound, k = self.parted(e)
        parts = (free, bound, self.squares[k], self.norm(e))  # their signs are that of e
        return [wall for part in parts for wall in self.walls(part)]

    def is_nonnegative(
        self, e: Element, low: Fraction, high: Fraction, halvings: int = HALVINGS
    ) -> bool:
        """Whether e(x) >= 0 for every real x with low <= x <= high; exact."""
        if not max(e, default=0):
            return is_nonnegative(e.get(0, []), low, high)
        if self.sign(e, low) < 0 or self.sign(e, high) < 0:
            return False
        if low == high or self.is_plainly_nonnegative(e, low, high):
            return True
        if halvings:
            middle = (low + high) / 2
            halves = ((low, middle), (middle, high))
            return all(self.is_nonnegative(e, *half, halvings - 1) for half in halves)
        whole = [1]
        for wall in self.walls(e):
            whole = integral(times([Fraction(entry) for entry in whole], wall))
        simple = quotient(whole, common(whole, derivative(whole)))
        return all(self.sign(e, x) >= 0 for x in samples(simple, low, high))

    def enclosed(self, e: Element, x: Fraction) -> Range:
        """Rational numbers that enclose e(x), where no square is negative."""
        roots: list[Range] = []

        def summed(one: Element) -> Range:
            found = (Fraction(0), Fraction(0))
            for bits, p in one.items():
                part = (value_at(p, x),) * 2
                for k in range(bits.bit_length()):
                    part = range_product(part, roots[k]) if bits >> k & 1 else part
                found = (found[0] + part[0], found[1] + part[1])
            return found

        for square in self.squares:
            below, above = summed(square)
            roots.append(root_range(max(below, Fraction(0)), max(above, Fraction(0))))
        return summed(e)
