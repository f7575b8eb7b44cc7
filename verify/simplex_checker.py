"""Checks approximation.json: a ReLU network on a box is within epsilon of a function (T60).

    python3 -I -S verify/simplex_checker.py OUT/approximation.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it consists of this file,
`verify.box_target`, `verify.homogeneous_forms`, and the reading of files in `verify.checker`.
Accepted means: |network(x) - f(x)| <= epsilon for every real x of the box, where f = N / Q, Q is a
polynomial and N a sum of polynomials times exp, sin and cos of polynomials, as the file says.

How. (1) Each exp, sin, cos becomes its Taylor polynomial; `lost` bounds what N loses by that.
(2) The box is cut into the Kuhn simplices of a grid. (3) A simplex on which a unit has both signs
is cut in two at a zero of the first such unit, on an edge; where there is none, the network is
affine, so its values at the corners are enough. (4) There, epsilon Q -+ (N - network Q) - lost >= 0
and Q > 0 are seen from coefficients in barycentric coordinates, on halves where need be.
A corner is homogeneous: its weight times (denominator, numerators).
"""

import os
import sys
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise, permutations, product
from math import comb, factorial, gcd, lcm, prod
from typing import NamedTuple

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.box_target import (
    MOST_COEFFICIENTS,
    Box,
    Polynomial,
    Target,
    degree_of,
    numerator_of,
    plus,
    read_target,
    substituted,
    target_text,
)
from verify.checker import (
    Network,
    RejectedError,
    answered,
    document,
    expect,
    fields,
    integers,
    require,
    typed,
)
from verify.homogeneous_forms import (
    HALVINGS,
    Edge,
    Form,
    Powers,
    positions,
    raised,
    reaches,
    reduced,
    replaced,
)

MOST_SIMPLICES = 300_000
MOST_SIDES = 8  # of a box, that have a length
MOST_BITS = 14_000  # of a corner; so many can be written in decimals
LONG = 1024  # bits of a coefficient, beyond which a simplex costs more than one
RECENT = 1024  # corners of the grid whose units are kept


class FarError(RejectedError):
    """On some simplex the distance is larger than it may be."""


class Vertex(NamedTuple):
    """A point, and what the network does there; positive and negative are sets of units, as bits.

    The point is (denominator, numerators) without a common factor. The units are homogeneous in it:
    what relu is applied to, times the denominator and the scales of the layers.
    """

    point: Powers
    units: list[int]
    positive: int
    negative: int
    output: int


def vertex(network: Network, point: Powers) -> Vertex:
    """The network at numerators over point[0]."""
    values, unit, units = list(point[1:]), point[0], list[int]()
    for number, (rows, bias, scale) in enumerate(network.layers):
        if number:
            units += values
            values = [value if value > 0 else 0 for value in values]
        values = [
            sum([weight * values[column] for column, weight in row]) + constant * unit
            for row, constant in zip(rows, bias, strict=True)
        ]
        unit *= scale
    positive, negative = (
        int("0" + "".join(["1" if value * sign > 0 else "0" for value in reversed(units)]), 2)
        for sign in (1, -1)
    )
    return Vertex(point, units, positive, negative, values[0])


class Simplex(NamedTuple):
    """Corners with their weights; the forms of Q, N + lost, N - lost (of Q, N if none is lost)."""

    corners: tuple[Vertex, ...]
    weights: tuple[int, ...]
    forms: tuple[Form, ...]

    def __str__(self) -> str:
        texts = [
            ", ".join(str(Fraction(value, corner.point[0])) for value in corner.point[1:])
            for corner in self.corners
        ]
        return f"simplex {' '.join(f'({text})' for text in texts)}"

    @property
    def sizes(self) -> list[int]:
        """The first coordinates of the homogeneous corners."""
        pairs = zip(self.corners, self.weights, strict=True)
        return [corner.point[0] * weight for corner, weight in pairs]

    @property
    def unit(self) -> int | None:
        """The first unit that has both signs at the corners."""
        positive = negative = 0
        for corner in self.corners:
            positive, negative = positive | corner.positive, negative | corner.negative
        both = positive & negative
        return (both & -both).bit_length() - 1 if both else None

    def longest(self, values: list[int]) -> tuple[int, int]:
        """The longest edge from a corner with a positive value to one with a negative value."""
        places = [[Fraction(x, corner.point[0]) for x in corner.point] for corner in self.corners]

        def length(pair: tuple[int, int]) -> Fraction:
            first, last = (places[k] for k in pair)
            return sum(((x - y) ** 2 for x, y in zip(first, last, strict=True)), Fraction(0))

        signs = enumerate(values), enumerate(values)
        return max(((i, j) for (i, a), (j, b) in product(*signs) if a > 0 > b), key=length)


class Grid:
    """The Kuhn simplices of a grid on a box, with the forms of a function there."""

    def __init__(self, target: Target, box: Box, steps: list[int], tau: int) -> None:
        """Of N the forms are tau times too large, and `unit` times, which is 1 at the corners."""
        self.box, self.steps = box, steps
        self.free = [axis for axis, (low, high) in enumerate(box) if low < high]
        self.size = len(self.free) + 1
        count = prod(steps[axis] for axis in self.free) * factorial(len(self.free))
        require(count <= MOST_SIMPLICES, f"steps: more than {MOST_SIMPLICES} simplices")
        numerator, self.lost = numerator_of(target, box)
        self.degree = max(degree_of(numerator), degree_of(target[1]) + 1)
        few = comb(self.degree + self.size - 1, self.size - 1) <= MOST_COEFFICIENTS
        require(few, "target: its degree is too large")
        self.sides = [
            (low, (high - low) / count) for (low, high), count in zip(box, steps, strict=True)
        ]
        self.unit = lcm(*(end.denominator for side in self.sides for end in side))
        self.forms = self.based(numerator, target[1], tau * self.unit)

    def based(self, numerator: Polynomial, denominator: Polynomial, tau: int) -> tuple[Form, ...]:
        """The forms in 1, t, where x = low + t (length of a step)."""
        one, parts = (0,) * len(self.box), [denominator]
        for shift in sorted({self.lost, -self.lost}, reverse=True):
            parts.append(plus(numerator, {one: shift}))
        for axis, (low, length) in enumerate(self.sides):
            parts = [substituted(part, axis, low, length) for part in parts]
        scale = lcm(*(entry.denominator for part in parts for entry in part.values()))
        return reduced((
            self.form_of(parts[0], self.degree - 1, scale),
            *(self.form_of(part, self.degree, scale * tau) for part in parts[1:]),
        ))  # fmt: skip

    def form_of(self, p: Polynomial, degree: int, scale: int) -> Form:
        """The polynomial in the free variables, times scale, homogeneous by a variable before."""
        places = positions(self.size, degree)
        found = [0] * len(places)
        for powers, entry in p.items():
            key = [powers[axis] for axis in self.free]
            found[places[degree - sum(key), *key]] = int(entry * scale)
        return found

    def moved(self, forms: tuple[Form, ...], edge: Edge) -> tuple[Form, ...]:
        """The forms in the variables after a corner is replaced."""
        first, *others = forms
        return (
            replaced(first, self.size, self.degree - 1, edge),
            *(replaced(form, self.size, self.degree, edge) for form in others),
        )

    def cells(
        self, forms: tuple[Form, ...], cell: Powers = ()
    ) -> Iterator[tuple[Powers, tuple[Form, ...]]]:
        """The cells of the grid, with the forms in 1 and t - (their first corner)."""
        axis = len(cell)
        if axis == len(self.free):
            yield cell, forms
            return
        for start in range(self.steps[self.free[axis]]):
            there = self.moved(forms, Edge(0, axis + 1, 1, start)) if start else forms
            yield from self.cells(there, (*cell, start))

    def simplices(self) -> Iterator[tuple[list[list[int]], tuple[Form, ...]]]:
        """Homogeneous corners, and the forms in their variables.

        From the first corner of a cell along its sides, in every order; corner 0 has variable 0,
        and the one after a step along side i has variable i.
        """
        for cell, forms in self.cells(self.forms):
            for order in permutations(range(1, self.size)):
                found, places = forms, {0: cell}
                for before, after in pairwise((0, *order)):
                    found = self.moved(found, Edge(after, before, 1, 1))
                    step = list(places[before])
                    step[after - 1] += 1
                    places[after] = tuple(step)
                yield [self.corner(places[k]) for k in range(self.size)], reduced(found)

    def corner(self, cell: Powers) -> list[int]:
        """The corner of the grid with these numbers of steps."""
        steps = dict(zip(self.free, cell, strict=True))
        ends = [low + length * steps.get(axis, 0) for axis, (low, length) in enumerate(self.sides)]
        return [self.unit, *(int(end * self.unit) for end in ends)]


class Approximation:
    """The claim |network - f| <= epsilon on the box; `require_all` decides it."""

    def __init__(
        self, network: Network, target: Target, box: Box, steps: list[int], epsilon: Fraction
    ) -> None:
        """As read: epsilon is no negative number, and there are steps on each side of the box."""
        tau = lcm(epsilon.denominator, network.scale)
        self.room, self.share = int(epsilon * tau), tau // network.scale
        self.grid = Grid(target, box, steps, tau)
        self.count = self.spent = 0
        self.at = lru_cache(maxsize=RECENT)(lambda point: vertex(network, point))

    def spend(self, form: Form) -> None:
        """Count a simplex, one with long coefficients for several; there is an end to them."""
        self.spent += 1 + ((max(form) - min(form)).bit_length() // LONG) ** 2
        require(self.spent <= MOST_SIMPLICES, f"more than {MOST_SIMPLICES} simplices are needed")

    def corner(self, whole: list[int]) -> tuple[Vertex, int]:
        """A homogeneous point as a vertex and its weight."""
        long = max(map(int.bit_length, whole)) > MOST_BITS
        require(not long, f"corners: numbers of more than {MOST_BITS} bits")
        weight = gcd(*whole)
        return self.at(tuple([value // weight for value in whole])), weight

    def simplices(self) -> Iterator[Simplex]:
        """Those of the grid."""
        for corners, forms in self.grid.simplices():
            pairs = [self.corner(corner) for corner in corners]
            vertices, weights = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
            yield Simplex(tuple(vertices), tuple(weights), forms)

    def cut(self, simplex: Simplex, unit: int) -> Iterator[Simplex]:
        """The two parts of a simplex that meet where the unit is 0 on an edge."""
        pairs = list(zip(simplex.corners, simplex.weights, strict=True))
        values = [corner.units[unit] * weight for corner, weight in pairs]
        high, low = simplex.longest(values)
        content = gcd(values[high], values[low])
        s, t = -values[low] // content, values[high] // content
        first, second = ([pairs[k][1] * value for value in pairs[k][0].point] for k in (high, low))
        pair = self.corner([s * a + t * b for a, b in zip(first, second, strict=True)])
        for edge in (Edge(high, low, s, t), Edge(low, high, t, s)):
            parts = [*pairs]
            parts[edge.gone] = pair
            vertices, weights = zip(*parts, strict=True)
            yield Simplex(vertices, weights, reduced(self.grid.moved(simplex.forms, edge)))

    def require_near(self, simplex: Simplex) -> None:
        """The claim where the network is affine."""
        size, degree, denominator = self.grid.size, self.grid.degree, simplex.forms[0]
        pairs = zip(simplex.corners, simplex.weights, strict=True)
        outputs, sizes = [corner.output * weight for corner, weight in pairs], simplex.sizes
        for sign, numerator in ((1, simplex.forms[1]), (-1, simplex.forms[-1])):
            found = [-sign * entry for entry in numerator]
            for variable, (one, output) in enumerate(zip(sizes, outputs, strict=True)):
                factor, places = (
                    self.room * one + sign * self.share * output,
                    raised(size, degree - 1, variable),
                )
                for entry, place in zip(denominator, places, strict=True):
                    found[place] += factor * entry
            near = reaches(found, degree, sizes, 0, self.spend)
            require(near is not False, f"{simplex}: it differs by more than epsilon", FarError)
            require(near, f"{simplex}: {HALVINGS} halvings do not show that it is within epsilon")

    def require_all(self) -> None:
        """The claim on the whole box.

        Raises:
            RejectedError: it is not shown.
        """
        for start in self.simplices():
            positive = reaches(start.forms[0], self.grid.degree - 1, start.sizes, 1, self.spend)
            require(positive, f"{start}: the denominator is not positive everywhere")
            stack = [start]
            while stack:
                simplex = stack.pop()
                self.spend(simplex.forms[-1])
                unit = simplex.unit
                if unit is None:
                    self.count += 1
                    self.require_near(simplex)
                else:
                    stack += self.cut(simplex, unit)


def read_box(value: object) -> Box:
    """A list of intervals."""
    box: Box = []
    for pair in typed(value, list, "box"):
        ends, unit = integers(pair, "box")
        expect(len(ends) == 2 and ends[0] <= ends[1], "box: expected [low, high] for every input")
        box.append((Fraction(ends[0], unit), Fraction(ends[1], unit)))
    few = bool(box) and sum(low < high for low, high in box) <= MOST_SIDES
    expect(few, f"box: expected inputs, at most {MOST_SIDES} of them not fixed")
    return box


def check(folder: str, data: bytes) -> str:
    """What is proved, if the file states what holds.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    sides, stated, side, steps, described = document(
        data, "box-approximation", "box epsilon network steps target"
    )
    numbers, scale = integers([stated], "epsilon")
    epsilon, box = Fraction(numbers[0], scale), read_box(sides)
    expect(epsilon >= 0, "epsilon: expected no negative number")
    positive = all(typed(count, int, "steps") > 0 for count in typed(steps, list, "steps"))
    expect(len(steps) == len(box) and positive, "steps: expected a positive integer for every side")
    file, digest = (typed(text, str, "network") for text in fields(side, "file sha256", "network"))
    plain = file.isascii() and file.isprintable() and not set(file) & set("/\\")
    expect(file and plain, "file: expected a name beside this file")  # it is told in one line
    with open(os.path.join(folder, file), "rb") as source:
        content = source.read()
    require(sha256(content).hexdigest() == digest, f"{file}: it has another digest")
    network = Network(content, file)
    fits = network.inputs == len(box) and network.outputs == 1
    expect(fits, f"{file}: expected an input for every side of the box, and one output")
    target = read_target(described, len(box))
    claim = Approximation(network, target, box, steps, epsilon)
    claim.require_all()
    lost = claim.grid.lost
    bits = lost.numerator.bit_length() - lost.denominator.bit_length() + 1
    about = f"simplices: {claim.count}" + (f", remainders below 2^{bits}" if lost else "")
    where = " x ".join(f"[{low}, {high}]" for low, high in box)
    return (
        f"|{file} - f| <= {epsilon} for every real point of {where}, "
        f"f = {target_text(target)} ({about})"
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
