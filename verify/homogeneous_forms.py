"""Homogeneous polynomials in the variables of the corners of a simplex; standard library only.

A *form* is the tuple of integral coefficients in the order of `monomials`. Corners W of a simplex
are homogeneous vectors, a positive number times (1, point); the variables m stand for the point of
sum m_i W_i. Every point of the simplex has m >= 0, so a form without negative coefficients is
nonnegative there: up to positive factors they are its Bernstein coefficients (T60).
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import accumulate, combinations
from math import gcd
from typing import NamedTuple

HALVINGS = 12  # of a simplex, until a sign is given up

Powers = tuple[int, ...]
Form = list[int]


@cache
def monomials(size: int, degree: int) -> list[Powers]:
    """The powers of all monomials in so many variables, of this degree."""
    if size == 1:
        return [(degree,)]
    return [(k, *rest) for k in range(degree + 1) for rest in monomials(size - 1, degree - k)]


@cache
def positions(size: int, degree: int) -> dict[Powers, int]:
    """Where a monomial is in a form."""
    return {powers: place for place, powers in enumerate(monomials(size, degree))}


@cache
def lines(size: int, degree: int, rising: int, falling: int) -> list[list[int]]:
    """The places of monomials that differ in two variables alone, by the power of the first."""
    found: dict[Powers, list[int]] = {}
    for place, powers in sorted(enumerate(monomials(size, degree)), key=lambda one: one[1][rising]):
        key = list(powers)
        key[falling] += key[rising]
        key[rising] = 0
        found.setdefault(tuple(key), []).append(place)
    return list(found.values())


@cache
def raised(size: int, degree: int, variable: int) -> list[int]:
    """Where the monomials of a form are after multiplication by a variable."""
    step = [int(place == variable) for place in range(size)]
    found = positions(size, degree + 1)
    return [
        found[tuple(map(sum, zip(powers, step, strict=True)))] for powers in monomials(size, degree)
    ]


def corner_places(size: int, degree: int) -> list[int]:
    """Where the powers of single variables are."""
    return [
        positions(size, degree)[tuple(degree * int(i == k) for i in range(size))]
        for k in range(size)
    ]


class Edge(NamedTuple):
    """A corner that goes, one that stays on its edge, and W = s W_gone + t W_kept in its place."""

    gone: int
    kept: int
    s: int
    t: int


def replaced(form: Form, size: int, degree: int, edge: Edge) -> Form:
    """The form with s m for the variable of the corner that goes, and + t m for the other."""
    found = list(form)
    for line in lines(size, degree, edge.kept, edge.gone):
        entries, scale = [form[place] for place in line], 1
        if edge.s != 1:
            for k in reversed(range(len(entries))):
                entries[k] *= scale
                scale *= edge.s
        for place, entry in zip(line, shifted(entries, edge.t), strict=True):
            found[place] = entry
    return found


def shifted(entries: list[int], by: int) -> list[int]:
    """The coefficients of p(t + by) from those of p(t), the constant first (Horner)."""
    found, rest = [], entries[::-1]
    while rest:
        if by == 1:
            rest = list(accumulate(rest))
        else:
            rest = list(accumulate(rest, lambda total, entry: total * by + entry))
        found.append(rest.pop())
    return found


def reduced(forms: tuple[Form, ...]) -> tuple[Form, ...]:
    """The forms over one positive number."""
    content = gcd(*(entry for form in forms for entry in form))
    return tuple([entry // content for entry in form] for form in forms) if content > 1 else forms


def reaches(
    form: Form, degree: int, sizes: list[int], least: int, spend: Callable[[Form], None]
) -> bool | None:
    """Whether a form is at least 0 (positive, if least is 1) on a simplex; None if it is not seen.

    Where coefficients leave it open, quadratic forms are decided; else the longest edge is cut in
    the middle and both halves are asked; lengths are those of a regular simplex. False is definite.

    Args:
        form: The form.
        degree: Its degree.
        sizes: The first coordinates of the homogeneous corners.
        least: 0 or 1.
        spend: Called with every form whose coefficients leave it open; it may raise.
    """
    size = len(sizes)
    start = [[int(i == k) for i in range(size)] for k in range(size)]
    stack = [(form, sizes, start, HALVINGS)]
    while stack:
        form, sizes, corners, halvings = stack.pop()
        if min(form) >= least:
            continue
        spend(form)
        if min(form[place] for place in corner_places(size, degree)) < least:
            return False
        if (degree, least) == (2, 0):
            return is_copositive(form, size)  # that is the first form, as this always returns
        if not halvings:
            return None
        a, b = longest(corners)
        content = gcd(sizes[a], sizes[b])
        s, t = sizes[b] // content, sizes[a] // content
        for edge in (Edge(a, b, s, t), Edge(b, a, t, s)):
            (part,) = reduced((replaced(form, size, degree, edge),))
            places, ones = [[2 * value for value in corner] for corner in corners], list(sizes)
            places[edge.gone] = [x + y for x, y in zip(corners[a], corners[b], strict=True)]
            ones[edge.gone] = s * sizes[a] + t * sizes[b]
            stack.append((part, ones, places, halvings - 1))
    return True


def longest(corners: list[list[int]]) -> tuple[int, int]:
    """Two corners with the largest distance."""
    pairs = [(a, b) for b in range(len(corners)) for a in range(b)]

    def distance(pair: tuple[int, int]) -> int:
        first, second = (corners[k] for k in pair)
        return sum((x - y) ** 2 for x, y in zip(first, second, strict=True))

    return max(pairs, key=distance)


def is_copositive(form: Form, size: int) -> bool:
    """Whether a quadratic form is nonnegative where no variable is negative.

    If and only if no set S of variables has a regular part A of the form's matrix with A y = 1 for
    a y whose entries are all negative.
    """
    places = positions(size, 2)

    def entry(a: int, b: int) -> Fraction:
        powers = tuple(int(k == a) + int(k == b) for k in range(size))
        return Fraction(form[places[powers]] * (1 + (a == b)), 2)

    for count in range(1, size + 1):
        for chosen in combinations(range(size), count):
            rows = [[*(entry(a, b) for b in chosen), Fraction(1)] for a in chosen]
            found = solved(rows)
            if found is not None and max(found) < 0:
                return False
    return True


def solved(rows: list[list[Fraction]]) -> list[Fraction] | None:
    """The solution of linear equations, each with its right side last, if there is exactly one."""
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i, row in enumerate(rows):
            if i != k and row[k]:
                factor = row[k]
                rows[i] = [x - factor * y for x, y in zip(row, rows[k], strict=True)]
    return [row[-1] for row in rows]
