"""Functions on boxes as approximation.json states them: N / Q with exp, sin, cos in N (T60).

Q is a polynomial, N a sum of polynomials times exp, sin and cos of polynomials. Standard library
only, with the reading of `verify.checker`. A *polynomial* is {powers: coefficient}.
"""

import os
import sys
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import ceil, comb, factorial

if not __package__:  # as a part of a checker that is run as a file
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import expect, fields, integers, require, typed

MOST = 200  # the largest degree of a Taylor polynomial, and argument of exp
MOST_COEFFICIENTS = 5000  # of a form
TAYLOR: dict[str, Callable[[int], int]] = {  # k -> k! times the coefficient of y^k
    "exp": lambda k: 1,
    "sin": lambda k: (0, 1, 0, -1)[k % 4],
    "cos": lambda k: (1, 0, -1, 0)[k % 4],
}


Powers = tuple[int, ...]
Polynomial = dict[Powers, Fraction]
Box = list[tuple[Fraction, Fraction]]
Factor = tuple[str, Polynomial, int]  # name, argument, degree
Target = tuple[list[tuple[Polynomial, list[Factor]]], Polynomial]  # the terms of N, then Q


def trimmed(p: Polynomial) -> Polynomial:
    """The polynomial without zeros."""
    return {powers: entry for powers, entry in p.items() if entry}


def plus(p: Polynomial, q: Polynomial) -> Polynomial:
    """The sum."""
    return trimmed({key: p.get(key, Fraction(0)) + q.get(key, Fraction(0)) for key in p | q})


def times(p: Polynomial, q: Polynomial) -> Polynomial:
    """The product."""
    found: Polynomial = {}
    for (left, a), (right, b) in product(p.items(), q.items()):
        powers = tuple(map(sum, zip(left, right, strict=True)))
        found[powers] = found.get(powers, Fraction(0)) + a * b
    return trimmed(found)


def degree_of(p: Polynomial) -> int:
    """The total degree; 0 for the polynomial 0."""
    return max(map(sum, p), default=0)


def substituted(p: Polynomial, axis: int, shift: Fraction, slope: Fraction) -> Polynomial:
    """The polynomial with shift + slope t for one of its variables."""
    found: Polynomial = {}
    for powers, entry in p.items():
        power = powers[axis]
        for k in range(power + 1 if slope else 1):
            key = (*powers[:axis], k, *powers[axis + 1 :])
            part = entry * comb(power, k) * shift ** (power - k) * slope**k
            found[key] = found.get(key, Fraction(0)) + part
    return trimmed(found)


def interval(p: Polynomial, box: Box) -> tuple[Fraction, Fraction]:
    """Bounds of the polynomial on the box, monomial by monomial."""
    least = most = Fraction(0)
    for powers, entry in p.items():
        low = high = entry
        for power, (start, end) in zip(powers, box, strict=True):
            ends = [start**power, end**power]
            if power and power % 2 == 0 and start < 0 < end:
                ends.append(Fraction(0))
            products = [side * value for side in (low, high) for value in ends]
            low, high = min(products), max(products)
        least, most = least + low, most + high
    return least, most


def taylor(factor: Factor, one: Powers) -> Polynomial:
    """The Taylor polynomial at 0 of the function, of its argument."""
    name, argument, degree = factor
    found: Polynomial = {}
    for k in reversed(range(degree + 1)):
        constant = trimmed({one: Fraction(TAYLOR[name](k), factorial(k))})
        found = plus(times(found, argument), constant)
    return found


def factor_bounds(factor: Factor, box: Box) -> tuple[Fraction, Fraction]:
    """Bounds of |F(p)| and of |F(p) - Taylor polynomial| on the box; e < 3."""
    name, argument, degree = factor
    low, high = interval(argument, box)
    above = max(0, ceil(high)) if name == "exp" else 0
    require(above <= MOST, f"exp: expected arguments of at most {MOST}")
    size = max(abs(low), abs(high)) ** (degree + 1) / factorial(degree + 1)
    return Fraction(3**above), size * 3**above


def numerator_of(target: Target, box: Box) -> tuple[Polynomial, Fraction]:
    """A polynomial near N on the box, and how far it is away from N at most."""
    found, lost, one = Polynomial(), Fraction(0), (0,) * len(box)
    for weight, factors in target[0]:
        near, exact, wide = weight, Fraction(1), Fraction(1)
        for factor in factors:
            bound, remainder = factor_bounds(factor, box)
            near = times(near, taylor(factor, one))
            exact, wide = exact * bound, wide * (bound + remainder)
        found = plus(found, near)
        lost += max(map(abs, interval(weight, box))) * (wide - exact)
    return found, lost


def read_polynomial(value: object, inputs: int, what: str) -> Polynomial:
    """A list of [coefficient, power, ..., power]."""
    entries = [typed(entry, list, what) for entry in typed(value, list, what)]
    numbers, scale = integers([text for entry in entries for text in entry[:1]], what)
    expect(all(len(entry) == inputs + 1 for entry in entries), f"{what}: expected {inputs} powers")
    found: Polynomial = {}
    for number, (_, *powers) in zip(numbers, entries, strict=True):
        inside = all(0 <= typed(power, int, what) <= MOST for power in powers)
        expect(inside, f"{what}: expected powers from 0 to {MOST}")
        expect(tuple(powers) not in found, f"{what}: a monomial occurs twice")
        found[tuple(powers)] = Fraction(number, scale)
    return trimmed(found)


def read_factor(value: object, inputs: int) -> Factor:
    """A factor [name, argument, degree]."""
    parts = typed(value, list, "factor")
    expect(len(parts) == 3, "factor: expected name, argument, degree")
    name, degree = typed(parts[0], str, "factor"), typed(parts[2], int, "factor")
    expect(name in TAYLOR, f"factor: expected one of {', '.join(TAYLOR)}")
    expect(0 <= degree <= MOST, f"factor: expected a degree from 0 to {MOST}")
    return name, read_polynomial(parts[1], inputs, "argument"), degree


def read_target(value: object, inputs: int) -> Target:
    """The terms of N, and Q, of f = N / Q."""
    listed, bottom = fields(value, "terms denominator", "target")
    terms, most = [], 0
    for term in typed(listed, list, "terms"):
        parts = typed(term, list, "term")
        expect(len(parts) == 2, "term: expected a polynomial and factors")
        weight = read_polynomial(parts[0], inputs, "weight")
        factors = [read_factor(one, inputs) for one in typed(parts[1], list, "factors")]
        size = sum(degree * degree_of(argument) for _, argument, degree in factors)
        most = max(most, size + degree_of(weight))
        terms.append((weight, factors))
    few = most <= MOST and comb(most + inputs, most) <= MOST_COEFFICIENTS
    expect(few, "target: its degree with Taylor polynomials is too large")
    return terms, read_polynomial(bottom, inputs, "denominator")


def polynomial_text(p: Polynomial) -> str:
    """1/2 x1^2 x2 + -1."""
    parts = []
    for powers, entry in p.items():
        names = [f"x{k + 1}^{power}" for k, power in enumerate(powers) if power]
        parts.append(" ".join([str(entry), *(name.removesuffix("^1") for name in names)]))
    return " + ".join(parts) or "0"


def target_text(target: Target) -> str:
    """The function as a reader takes it in."""
    parts = []
    for weight, factors in target[0]:
        named = [f"{name}({polynomial_text(argument)})" for name, argument, _ in factors]
        parts.append(" ".join([f"({polynomial_text(weight)})", *named]))
    bottom = polynomial_text(target[1])
    return f"[{' + '.join(parts) or '0'}]" + (f" / ({bottom})" if bottom != "1" else "")
