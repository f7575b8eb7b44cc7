"""Checks approximation.json: a ReLU network on an interval is within epsilon of a function (T52).

    python3 -I -S verify/polynomial_checker.py OUT/approximation.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; `verify.checker` reads
files. Accepted means: |network(x) - f(x)| <= epsilon for every real x of the interval, f = P / Q
plus weighted exp, sin or cos of affine arguments, P and Q polynomials.

How. (1) The pieces of the network are derived, layer by layer, from the zeros of its units. (2)
Each exp, sin, cos becomes its Taylor polynomial; `slack` is what the remainders leave of epsilon.
So f is near (P + Q T) / Q. (3) Q > 0 on the interval. (4) On each piece slack Q -+ ((P + Q T) -
piece Q) >= 0, seen from Bernstein coefficients on parts of it, or else by Sturm's theorem.
A *polynomial* is the list of its coefficients, the constant first, the last one not 0.
"""

import os
import sys
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from math import ceil, factorial, gcd, lcm

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import (
    Network,
    answered,
    document,
    expect,
    fields,
    integers,
    require,
    typed,
)

HALVINGS = 8  # of an interval, before roots are counted
MOST = 200  # the largest degree of a Taylor polynomial, and argument of exp
TAYLOR: dict[str, Callable[[int], int]] = {  # k -> k! times the coefficient of y^k
    "exp": lambda k: 1,
    "sin": lambda k: (0, 1, 0, -1)[k % 4],
    "cos": lambda k: (1, 0, -1, 0)[k % 4],
}

Polynomial = list[Fraction]
Integral = list[int]
Form = tuple[int, int]  # constant, slope
Piece = tuple[Fraction, Fraction, list[Form]]  # from, to, the units there
Term = tuple[str, Fraction, Fraction, Fraction, int]  # name, weight, shift, slope, degree
Target = tuple[Polynomial, Polynomial, list[Term]]


def trimmed(entries: list[Fraction]) -> Polynomial:
    """The polynomial without leading zeros."""
    while entries and not entries[-1]:
        entries = entries[:-1]
    return entries


def plus(p: Polynomial, q: Polynomial) -> Polynomial:
    """The sum."""
    size = max(len(p), len(q))
    zero = Fraction(0)
    left, right = (one + [zero] * (size - len(one)) for one in (p, q))
    return trimmed([a + b for a, b in zip(left, right, strict=True)])


def times(p: Polynomial, q: Polynomial) -> Polynomial:
    """The product, in integers."""
    one, other = (lcm(*(entry.denominator for entry in part)) for part in (p, q))
    right, found = [int(b * other) for b in q], [0] * (len(p) + len(q))
    for i, a in enumerate(int(a * one) for a in p):
        for j, b in enumerate(right):
            found[i + j] += a * b
    return trimmed([Fraction(entry, one * other) for entry in found])


def primitive(entries: Integral) -> Integral:
    """The polynomial over a positive number, without leading zeros."""
    while entries and not entries[-1]:
        entries = entries[:-1]
    content = gcd(*entries)
    return [entry // content for entry in entries]


def integral(p: Polynomial) -> Integral:
    """The polynomial times a positive number, with coprime integers."""
    scale = lcm(*(entry.denominator for entry in p))
    return primitive([int(entry * scale) for entry in p])


def derivative(p: Integral) -> Integral:
    """Its derivative, over a positive number."""
    return primitive([power * entry for power, entry in enumerate(p)][1:])


def remainder(p: Integral, q: Integral) -> Integral:
    """What is left of p after division by q, times a positive number."""
    size, sign = abs(q[-1]), 1 if q[-1] > 0 else -1
    while len(p) >= len(q):
        lead, start = sign * p[-1], len(p) - len(q)
        p = [size * entry for entry in p]
        for place, entry in enumerate(q):
            p[start + place] -= lead * entry
        p = primitive(p)
    return p


def quotient(p: Integral, q: Integral) -> Integral:
    """P / q, where q divides p, times a number that is not 0."""
    found, rest = [0] * (len(p) - len(q) + 1), p
    for start in reversed(range(len(found))):
        lead = rest[start + len(q) - 1]
        found = [q[-1] * entry for entry in found]
        rest = [q[-1] * entry for entry in rest]
        found[start] = lead
        for place, entry in enumerate(q):
            rest[start + place] -= lead * entry
    return primitive(found)


def common(p: Integral, q: Integral) -> Integral:
    """The greatest common divisor, up to a factor that is not 0."""
    while q:
        p, q = q, remainder(p, q)
    return p


def sign_at(p: Integral, x: Fraction) -> int:
    """-1, 0 or 1."""
    total, power = 0, 1
    for entry in reversed(p):
        total = total * x.numerator + entry * power
        power *= x.denominator
    return (total > 0) - (total < 0)


def sturm_chain(p: Integral) -> list[Integral]:
    """P, its derivative, and remainders with their signs changed until one is 0."""
    chain = [p, derivative(p)]
    while chain[-1]:
        chain.append([-entry for entry in remainder(chain[-2], chain[-1])])
    return chain


def changes_at(chain: list[Integral], x: Fraction) -> int:
    """How often the sign changes along a chain, zeros left out."""
    signs = [sign for one in chain if (sign := sign_at(one, x))]
    return sum(a != b for a, b in pairwise(signs))


def roots_after(p: Integral, low: Fraction, high: Fraction) -> int:
    """How many roots a polynomial without multiple roots has with low < x <= high (Sturm)."""
    chain = sturm_chain(p)
    return changes_at(chain, low) - changes_at(chain, high)


def crossing_part(p: Integral) -> Integral:
    """The product of (x - r) over the complex roots r of odd multiplicity, times a number."""
    found, rest = [1], common(p, derivative(p))
    roots, multiplicity = quotient(p, rest), 1
    while len(roots) > 1:  # those of this multiplicity or a greater one, each once
        more = common(roots, rest)
        if multiplicity % 2:
            own = quotient(roots, more)
            product = times([Fraction(e) for e in found], [Fraction(e) for e in own])
            found = integral(product)
        roots, rest, multiplicity = more, quotient(rest, more), multiplicity + 1
    return found


def shifted(p: Integral, by: int) -> Integral:
    """The polynomial t -> p(t + by)."""
    found = list(p)
    for start in range(len(found)):
        for place in reversed(range(start, len(found) - 1)):
            found[place] += by * found[place + 1]
    return found


def bernstein(p: Integral, low: Fraction, high: Fraction) -> list[int]:
    """The coefficients of (1 + t)^d p(x), x = (high + low t) / (1 + t), times u^d.

    Over binomials and u^d, u the least common denominator of the ends, they are the Bernstein
    coefficients of p on [low, high], which enclose its values there.
    """
    unit, degree = lcm(low.denominator, high.denominator), len(p) - 1
    first, last = int(low * unit), int(high * unit)
    whole = [entry * unit ** (degree - power) for power, entry in enumerate(p)]
    moved = shifted(whole, first)
    moved = [entry * (last - first) ** power for power, entry in enumerate(moved)]
    return shifted(moved[::-1], 1)


def is_plainly_nonnegative(p: Integral, low: Fraction, high: Fraction) -> bool:
    """Whether no Bernstein coefficient on [low, high] is negative, so that p >= 0 there."""
    return min(bernstein(p, low, high)) >= 0


def is_nonnegative_by_roots(p: Integral, low: Fraction, high: Fraction) -> bool:
    """Whether p >= 0 on [low, high], low < high, where it is so at both ends; p is not constant."""
    crossing = crossing_part(p)
    if roots_after(crossing, low, high) > (sign_at(crossing, high) == 0):
        return False  # p changes its sign between the ends
    steps = len(p) + 1  # one of so many points inside is no root
    inside = (low + (high - low) * Fraction(k, steps) for k in range(1, steps))
    return next(sign for x in inside if (sign := sign_at(p, x))) > 0


def is_nonnegative(p: Polynomial, low: Fraction, high: Fraction, halvings: int = HALVINGS) -> bool:
    """Whether p(x) >= 0 for every real x with low <= x <= high."""
    whole = integral(p) if p else []
    if sign_at(whole, low) < 0 or sign_at(whole, high) < 0:
        return False
    if low == high or len(whole) < 2 or is_plainly_nonnegative(whole, low, high):
        return True
    if not halvings:
        return is_nonnegative_by_roots(whole, low, high)
    middle = (low + high) / 2
    halves = ((low, middle), (middle, high))
    return all(is_nonnegative(p, *half, halvings - 1) for half in halves)


def is_positive(p: Polynomial, low: Fraction, high: Fraction) -> bool:
    """Whether p(x) > 0 for every real x with low <= x <= high."""
    if not p or sign_at(integral(p), low) <= 0:
        return False
    whole = integral(p)
    simple = quotient(whole, common(whole, derivative(whole)))
    return roots_after(simple, low, high) == 0


def split(piece: Piece) -> list[Piece]:
    """The relu of all units on a piece, which is cut where one of them changes its sign."""
    low, high, forms = piece
    zeros = {Fraction(-constant, slope) for constant, slope in forms if slope}
    places = [low, *sorted(zero for zero in zeros if low < zero < high), high]
    found = []
    for start, end in pairwise(places):
        p, q = ((start + end) / 2).as_integer_ratio()  # no unit is 0 there but on all of the piece
        found.append((start, end, [form if form[0] * q + form[1] * p > 0 else (0, 0)
                                   for form in forms]))  # fmt: skip
    return found


def pieces(network: Network, low: Fraction, high: Fraction) -> list[Piece]:
    """The affine pieces of a network with one input, which cover [low, high]; times its scale."""
    found: list[Piece] = [(low, high, [(0, 1)])]
    scale = 1
    for number, (rows, bias, factor) in enumerate(network.layers):
        if number:
            found = [part for piece in found for part in split(piece)]
        found = [(start, end, [
            (sum([w * forms[c][0] for c, w in row]) + constant * scale,
             sum([w * forms[c][1] for c, w in row]))
            for row, constant in zip(rows, bias, strict=True)
        ]) for start, end, forms in found]  # fmt: skip
        scale *= factor
    return found


def taylor(term: Term) -> Polynomial:
    """The weight times the Taylor polynomial at 0 of the function, at shift + slope x."""
    name, weight, shift, slope, degree = term
    found: Polynomial = []
    for k in reversed(range(degree + 1)):
        constant = trimmed([Fraction(TAYLOR[name](k), factorial(k))])
        found = plus(times(found, trimmed([shift, slope])), constant)
    return times(found, trimmed([weight]))


def taylor_remainder(term: Term, low: Fraction, high: Fraction) -> Fraction:
    """A bound on |weight function(shift + slope x) - taylor(x)| for low <= x <= high.

    |y|^(d + 1) / (d + 1)! times a bound on all derivatives between 0 and y: 1 for sin and cos,
    3^k for exp, where k >= 0 is an integer that y does not exceed.
    """
    name, weight, shift, slope, degree = term
    ends = [shift + slope * x for x in (low, high)]
    above = max(0, *map(ceil, ends))
    require(name != "exp" or above <= MOST, f"exp: expected arguments of at most {MOST}")
    size = max(map(abs, ends)) ** (degree + 1) / factorial(degree + 1)
    return abs(weight) * size * (3**above if name == "exp" else 1)


def require_within(network: Network, target: Target, low: Fraction, high: Fraction,
                   epsilon: Fraction) -> tuple[int, Fraction]:  # fmt: skip
    """The number of pieces, and what the remainders are at most, if |network - f| <= epsilon.

    Raises:
        RejectedError: it is not shown.
    """
    numerator, denominator, terms = target
    require(is_positive(denominator, low, high), "denominator: it is not positive everywhere")
    lost = sum((taylor_remainder(term, low, high) for term in terms), Fraction(0))
    slack = epsilon - lost
    require(slack >= 0, "epsilon: the remainders of Taylor polynomials may exceed it")
    for term in terms:
        numerator = plus(numerator, times(denominator, taylor(term)))
    room, found = times(denominator, trimmed([slack])), pieces(network, low, high)
    for number, (start, end, forms) in enumerate(found):
        ((constant, slope),) = forms
        line = trimmed([Fraction(-constant, network.scale), Fraction(-slope, network.scale)])
        error = plus(numerator, times(denominator, line))
        opposite = [-entry for entry in error]
        fits = all(is_nonnegative(plus(room, one), start, end) for one in (error, opposite))
        require(fits, f"piece {number} of {len(found)}: it differs by more than epsilon")
    return len(found), lost


def rationals(values: object, what: str) -> list[Fraction]:
    """A list of exact texts as numbers."""
    numbers, scale = integers(values, what)
    return [Fraction(number, scale) for number in numbers]


def read_term(value: object) -> Term:
    """A term [name, weight, shift, slope, degree]."""
    parts = typed(value, list, "term")
    expect(len(parts) == 5, "term: expected name, weight, shift, slope, degree")
    name, degree = typed(parts[0], str, "term"), typed(parts[4], int, "term")
    expect(name in TAYLOR, f"term: expected one of {', '.join(TAYLOR)}")
    expect(0 <= degree <= MOST, f"term: expected a degree from 0 to {MOST}")
    weight, shift, slope = rationals(parts[1:4], "term")
    return name, weight, shift, slope, degree


def read_target(value: object) -> Target:
    """P, Q and the terms of f = P / Q + terms."""
    top, bottom, terms = fields(value, "numerator denominator terms", "target")
    numerator, denominator = rationals(top, "numerator"), rationals(bottom, "denominator")
    read = [read_term(term) for term in typed(terms, list, "terms")]
    return trimmed(numerator), trimmed(denominator), read


def polynomial_text(p: Polynomial) -> str:
    """2 - 1/2 x + x^3 is told as 2 + -1/2 x + 1 x^3."""
    names = ["", "x", *(f"x^{power}" for power in range(2, len(p)))]
    parts = [f"{entry} {name}".strip() for entry, name in zip(p, names, strict=False) if entry]
    return " + ".join(parts) or "0"


def target_text(target: Target) -> str:
    """The function as a reader takes it in."""
    numerator, denominator, terms = target
    parts = [polynomial_text(numerator)] if numerator or not terms else []
    if denominator != [1] and parts:
        parts = [f"({parts[0]}) / ({polynomial_text(denominator)})"]
    for name, weight, shift, slope, _ in terms:
        parts.append(f"{weight} {name}({polynomial_text(trimmed([shift, slope]))})")
    return " + ".join(parts)


def check(folder: str, data: bytes) -> str:
    """What is proved, if the file states what holds.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    stated, ends, side, described = document(
        data, "approximation", "epsilon interval network target"
    )
    (epsilon,) = rationals([stated], "epsilon")
    expect(epsilon >= 0, "epsilon: expected no negative number")
    interval = rationals(ends, "interval")
    expect(len(interval) == 2 and interval[0] <= interval[1], "interval: expected [low, high]")
    low, high = interval
    target = read_target(described)
    file, digest = (typed(text, str, "network") for text in fields(side, "file sha256", "network"))
    plain = file.isascii() and file.isprintable() and not set(file) & set("/\\")
    expect(file and plain, "file: expected a name beside this file")  # it is told in one line
    with open(os.path.join(folder, file), "rb") as source:
        content = source.read()
    require(sha256(content).hexdigest() == digest, f"{file}: it has another digest")
    network = Network(content, file)
    expect(network.inputs == network.outputs == 1, f"{file}: expected one input and one output")
    count, lost = require_within(network, target, low, high, epsilon)
    bits = lost.numerator.bit_length() - lost.denominator.bit_length() + 1
    about = f"pieces: {count}" + (f", remainders below 2^{bits}" if lost else "")
    return (
        f"|{file} - f| <= {epsilon} for every real x from {low} to {high}, "
        f"f(x) = {target_text(target)} ({about})"
    )


def main(arguments: list[str]) -> int:
    """Check one file and print one line."""

    def told() -> str:
        expect(len(arguments) == 1, "expected OUT/approximation.json")
        with open(arguments[0], "rb") as source:
            data = source.read()
        return check(os.path.dirname(arguments[0]), data)

    return answered(told, MemoryError, OverflowError)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
