"""Functions as nested operations, each near a quotient of elements with roots (T58).

A *tree* is the text "x", the text of a number, or a list [operation, argument, ...] with an
operation of ARGUMENTS. For a tree on an interval a `Model` is made from those of its parts: which
quotient is near, how near, and what the values lie between. Models of + * / ^ sqrt abs min max
are exact if their parts are; exp, sin, cos and log are sums of series. Standard library only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from itertools import count
from math import ceil, comb, isqrt, lcm

from verify.checker import expect, integers, require, typed
from verify.polynomial_checker import TAYLOR, Polynomial, bernstein, integral
from verify.radicals import (
    Element,
    Radicals,
    Range,
    constant,
    range_product,
    require_short,
    root_range,
    scaled,
    total,
)

Tree = object  # as JSON reads it
ARGUMENTS = {"+": 2, "*": 2, "min": 2, "max": 2, "/": 2, "^": 2, "sqrt": 1, "abs": 1, "exp": 1,
             "sin": 1, "cos": 1, "log": 1}  # fmt: skip
ANY_NUMBER = ("+", "*", "min", "max")  # of arguments, two or more
MOST = 200  # terms of a series, degree of a power, arguments of exp
FAINTEST = 64  # what is positive is seen to be at least one of 1, 1/2, 1/4, ...
ZERO, ONE = Fraction(0), Fraction(1)
UNIT = constant(ONE)
LOG_2 = 2 * sum((Fraction(1, k * 3**k) for k in range(1, 128, 2)), ZERO)  # 2 artanh(1/3)
LOG_2_ERROR = Fraction(1, 3**128)


@dataclass(frozen=True)
class Model:
    """|f - top / bottom| <= error, bottom > 0 and low <= f <= high on the interval."""

    top: Element
    bottom: Element
    error: Fraction
    low: Fraction
    high: Fraction

    @property
    def near(self) -> Range:
        """What encloses the values of top / bottom."""
        return self.low - self.error, self.high + self.error

    @property
    def number(self) -> Fraction | None:
        """The value of an exact model that is written as a rational number."""
        if self.bottom != UNIT or self.error or set(self.top) - {0} or len(self.top.get(0, [])) > 1:
            return None
        return self.top[0][0] if self.top else ZERO


def polynomial_range(p: Polynomial, low: Fraction, high: Fraction) -> Range:
    """Bernstein coefficients enclose the values of a polynomial, which is not 0."""
    whole, degree = integral(p), len(p) - 1
    scale = p[-1] / whole[-1] / lcm(low.denominator, high.denominator) ** degree
    found = [scale * c / comb(degree, k) for k, c in enumerate(bernstein(whole, low, high))]
    return min(found), max(found)


def factorial_tails(size: Fraction) -> Iterator[Fraction]:
    """Size^(d + 1) / (d + 1)! for d = 0, 1, 2, ..."""
    tail = ONE
    for d in count(1):
        tail = tail * size / d
        yield tail


def artanh_tails(size: Fraction) -> Iterator[Fraction]:
    """What is left of 2 (z + z^3 / 3 + ...) after z^(2 j + 1), |z| <= size < 1; j = 0, 1, 2, ..."""
    power = size
    for j in count():
        power = power * size * size
        yield 2 * power / ((2 * j + 3) * (1 - size * size))


class Interval:
    """The models of trees on an interval; series are cut where 2^-precision is reached."""

    def __init__(self, low: Fraction, high: Fraction, precision: int) -> None:
        self.low, self.high = low, high
        self.tolerance = Fraction(1, 2**precision)
        self.roots = Radicals([])
        self.operations: dict[str, Callable[..., Model]] = {
            "+": self.sum, "*": self.product, "/": self.quotient, "min": self.minimum,
            "max": self.maximum, "sqrt": self.root, "abs": self.absolute, "log": self.logarithm,
            "exp": self.exponential,
            "sin": lambda m: self.series("sin", m, 0, (-ONE, ONE)),
            "cos": lambda m: self.series("cos", m, 0, (-ONE, ONE)),
        }  # fmt: skip

    def model(self, tree: Tree) -> Model:
        """What is near the function that a tree denotes.

        Raises:
            MalformedError: it is no tree.
            RejectedError: it is not known to be defined everywhere, or needs long series.
        """
        if tree == "x":
            return self.made({0: [ZERO, ONE]}, UNIT, ZERO, (self.low, self.high))
        if isinstance(tree, str):
            (number,), scale = integers([tree], "target")
            return self.of_number(Fraction(number, scale))
        name, *parts = typed(tree, list, "target") or [None]
        expect(
            isinstance(name, str) and name in ARGUMENTS,
            f"target: expected one of {' '.join(ARGUMENTS)}",
        )
        wanted = ARGUMENTS[name]
        fits = len(parts) == wanted or (name in ANY_NUMBER and len(parts) > 2)
        expect(fits, f"{name}: expected {wanted} arguments")
        if name == "^":
            exponent = typed(parts[1], int, "^")
            expect(0 < exponent <= MOST, f"^: expected an exponent from 1 to {MOST}")
            return self.power(self.model(parts[0]), exponent)
        models = [self.model(part) for part in parts]
        operation = self.operations[name]
        return reduce(operation, models) if wanted == 2 else operation(*models)

    def made(self, top: Element, bottom: Element, error: Fraction, values: Range) -> Model:
        """A model; the values of polynomials are seen from their Bernstein coefficients, too."""
        low, high = values
        require_short((error, low, high))
        if bottom == UNIT and set(top) == {0}:
            least, greatest = polynomial_range(top[0], self.low, self.high)
            low, high = max(low, least - error), min(high, greatest + error)
        return Model(top, bottom, error, low, high)

    def of_number(self, number: Fraction) -> Model:
        """A constant function."""
        return Model(constant(number), UNIT, ZERO, number, number)

    def opposite(self, m: Model) -> Model:
        """-f."""
        return Model(scaled(m.top, -ONE), m.bottom, m.error, -m.high, -m.low)

    def sum(self, a: Model, b: Model) -> Model:
        """F + g."""
        left, right, bottom = a.top, b.top, a.bottom
        if a.bottom != b.bottom:
            left, right, bottom = (
                self.roots.times(one, other)
                for one, other in ((a.top, b.bottom), (b.top, a.bottom), (a.bottom, b.bottom))
            )
        values = a.low + b.low, a.high + b.high
        return self.made(total(left, right), bottom, a.error + b.error, values)

    def product(self, a: Model, b: Model) -> Model:
        """F g: with F, G near them, |f g - F G| <= |f| |g - G| + |G| |f - F|."""
        top, bottom = (self.roots.times(*pair) for pair in ((a.top, b.top), (a.bottom, b.bottom)))
        first, second = (max(abs(m.low), abs(m.high)) for m in (a, b))
        error = first * b.error + (second + b.error) * a.error
        return self.made(top, bottom, error, range_product((a.low, a.high), (b.low, b.high)))

    def power(self, m: Model, exponent: int) -> Model:
        """F^n by repeated products."""
        found = reduce(self.product, [m] * exponent)
        return replace(found, low=max(found.low, ZERO)) if exponent % 2 == 0 else found

    def is_nonnegative(self, e: Element) -> bool:
        """Whether e >= 0 on the interval."""
        return self.roots.is_nonnegative(e, self.low, self.high)

    def least(self, m: Model, what: str) -> Fraction:
        """A positive number that f is at least, and top / bottom by its error less.

        Raises:
            RejectedError: none is found.
        """
        if m.low > m.error:
            return m.low
        defined = self.roots.sign(m.top, self.low) > 0 < self.roots.sign(m.top, self.high)
        for k in range(FAINTEST if defined else 0):
            bound = Fraction(1, 2**k)
            above = total(m.top, scaled(m.bottom, -bound))
            if bound > 2 * m.error and self.is_nonnegative(above):
                return bound - m.error
        require(False, f"{what} between {self.low} and {self.high}")
        return ZERO

    def quotient(self, a: Model, b: Model) -> Model:
        """F / g: |1 / g - 1 / G| <= |g - G| / (g G)."""
        if b.number:
            return self.product(a, self.of_number(1 / b.number))
        if self.roots.sign(b.top, self.low) < 0:
            a, b = self.opposite(a), self.opposite(b)
        least = self.least(b, "target: it has a pole, or a denominator not seen to be nonzero,")
        error = b.error / (least * (least - b.error))
        inverse = Model(b.bottom, b.top, error, 1 / max(b.high, least), 1 / least)
        return self.product(a, inverse)

    def root(self, m: Model) -> Model:
        """The square root: |sqrt f - sqrt F| <= |f - F| / sqrt f."""
        number = m.number
        if number is not None and number >= 0:
            above, below = isqrt(number.numerator), isqrt(number.denominator)
            if Fraction(above, below) ** 2 == number:
                return self.of_number(Fraction(above, below))
        defined = m.near[0] >= 0 if m.error else m.low >= 0 or self.is_nonnegative(m.top)
        require(defined, f"sqrt: its argument is negative between {self.low} and {self.high}")
        values = root_range(max(m.low, ZERO), max(m.high, ZERO))
        require(values[0] or not m.error, "sqrt: its argument is too near to 0")
        error = m.error / values[0] if m.error else ZERO
        square = m.top if m.bottom == UNIT else self.roots.times(m.top, m.bottom)
        return Model(self.roots.root(square), m.bottom, error, *values)

    def absolute(self, m: Model) -> Model:
        """|f|, the root of f^2 where neither f nor -f is seen to be the value."""
        for one in (m, self.opposite(m)):
            if one.low >= 0 or self.is_nonnegative(one.top):
                return replace(one, low=max(one.low, ZERO), high=max(one.high, one.error))
        top = self.roots.root(self.roots.times(m.top, m.top))
        return Model(top, m.bottom, m.error, ZERO, max(-m.low, m.high))

    def minimum(self, a: Model, b: Model) -> Model:
        """(f + g - |f - g|) / 2."""
        distance = self.absolute(self.sum(a, self.opposite(b)))
        twice = self.sum(self.sum(a, b), self.opposite(distance))
        found = self.product(twice, self.of_number(Fraction(1, 2)))
        return replace(found, low=min(a.low, b.low), high=min(a.high, b.high))

    def maximum(self, a: Model, b: Model) -> Model:
        """- min(-f, -g)."""
        return self.opposite(self.minimum(self.opposite(a), self.opposite(b)))

    def cut(self, tails: Iterator[Fraction], what: str) -> tuple[int, Fraction]:
        """The first place where what is left is within the tolerance, and what is left.

        Raises:
            RejectedError: it is beyond place 200.
        """
        for place, tail in zip(range(MOST + 1), tails, strict=False):
            require_short((tail,))
            if tail <= self.tolerance:
                return place, tail
        require(False, f"{what}: more than {MOST} terms of its series would be needed")
        return 0, ZERO

    def summed(self, coefficients: list[Fraction], top: Element, bottom: Element) -> Element:
        """bottom^d times the sum of c_k (top / bottom)^k."""
        found, power = constant(coefficients[-1]), UNIT
        for entry in reversed(coefficients[:-1]):
            power = self.roots.times(power, bottom)
            found = total(self.roots.times(found, top), scaled(power, entry))
        return found

    def raised(self, e: Element, exponent: int) -> Element:
        """The power e^n, n >= 0."""
        return UNIT if e == UNIT else reduce(self.roots.times, [e] * exponent, UNIT)

    def series(self, name: str, m: Model, growth: int, values: Range) -> Model:
        """Exp, sin or cos of f by their Taylor polynomials at 0; derivatives are <= 3^growth."""
        size, steep = max(map(abs, m.near)), 3**growth
        degree, tail = self.cut((steep * tail for tail in factorial_tails(size)), name)
        entries, below = [Fraction(TAYLOR[name](0))], 1
        for k in range(1, degree + 1):
            below *= k
            entries.append(Fraction(TAYLOR[name](k), below))
        top, bottom = self.summed(entries, m.top, m.bottom), self.raised(m.bottom, degree)
        return self.made(top, bottom, tail + steep * m.error, values)

    def exponential(self, m: Model) -> Model:
        """Exp f; 2 < e < 3."""
        growth = max(0, ceil(m.near[1]))
        require(growth <= MOST, f"exp: expected arguments of at most {MOST}")
        short = m.near[0] >= -MOST  # before 3 is raised to what may be 10^9
        require(short, f"exp: more than {MOST} terms of its series would be needed")
        least = max(1 + m.low, Fraction(1, 3 ** max(0, ceil(-m.low))))
        return self.series("exp", m, growth, (least, Fraction(3 ** max(0, ceil(m.high)))))

    def logarithm(self, m: Model) -> Model:
        """Log f = k log 2 + 2 artanh z, z = (f - 2^k) / (f + 2^k)."""
        least = self.least(m, "log: its argument is not seen to be positive")
        low, high = least - m.error, max(m.high, least) + m.error
        k = next(k for k in count(-MOST) if Fraction(4) ** k >= low * high)
        centre = Fraction(2) ** k
        size = max(abs(v - centre) / (v + centre) for v in (low, high))
        place, tail = self.cut(artanh_tails(size), "log")
        entries = [Fraction(2 * (j % 2), max(j, 1)) for j in range(2 * place + 2)]
        top, bottom = (total(m.top, scaled(m.bottom, sign * centre)) for sign in (-1, 1))
        shift, error = k * LOG_2, tail + m.error / low + abs(k) * LOG_2_ERROR
        reach = 2 * size / (1 - size * size)
        powered = self.raised(bottom, 2 * place + 1)
        whole = total(self.summed(entries, top, bottom), scaled(powered, shift))
        return self.made(whole, powered, error, (shift - reach - error, shift + reach + error))


def tree_text(tree: Tree) -> str:
    """The function as a reader takes it in."""
    if not isinstance(tree, list):
        return str(tree)
    name, *parts = tree
    texts = [str(part) if name == "^" and k else tree_text(part) for k, part in enumerate(parts)]
    if name in "^/" and not texts[0].isalnum():  # (-1)^2, (2/3)^5
        texts[0] = texts[0] if texts[0][0] == "(" else f"({texts[0]})"
    if name in ("+", "*", "/", "^"):
        return f"({f' {name} '.join(texts)})"
    return f"{name}({', '.join(texts)})"
