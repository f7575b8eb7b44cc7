"""The checker of kink certificates; of `verify.checker` it uses the reading of files alone.

    python3 -I -S verify/kink_checker.py OUT/claim.json OUT/certificate.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only; it searches for nothing.
Accepted means: left(x) = right(x) for every real x of the domain, which is bounded and has at
most three inputs that are not fixed (or else is filled up with inputs that no network reads).

How (theorem T35). The difference is 0 on the domain if its kinks vanish and it is 0 at a few
points. A *kink* is what the gradient changes by across a plane, over the plane's normal.
Networks read *by cells*: the certificate lists vertices, facets and cells (convex polytopes).
(1) Every cell is what its facets say: they have its vertices on one side, and no facet is
missing, since all edges of each are shared. (2) Every facet inside the domain belongs to two
cells, one on each side, and one point lies in one cell only. So the cells cover the domain once.
(3) No unit changes its sign among the vertices of a cell: the network is affine there.
Networks read *by units*: affine maps plus weighted units relu(v + sum of w relu(h)), v, h affine.
So a kink is constant on parts of a plane that are cut out by *walls*. It is 0 almost everywhere
if it does not change across any line inside the domain, which is a sum of stretches of the line,
and is 0 at one generic point. All outputs at once: they are packed into one integer.

A *form* is a tuple of integers (c, g_1, g_2, g_3) for c + g x; a *point* x is (x_0, x_0 x) with
x_0 > 0. In a plane both go without the first coordinate that occurs in the plane's form.
"""
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from math import gcd
from operator import and_, mul

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import Claim, Network, answered  # noqa: I001
from verify.checker import document, expect, fields, integers, parsed, require, typed

Form = tuple[int, ...]
Terms = dict[int, int]
Value = tuple[Form, Terms]  # form + sum of weight * unit
Unit = tuple[Form, tuple[tuple[int, int], ...]]  # relu(form + sum of weight * unit)
Wall = tuple[Form, int]  # where sign * form >= 0
Walls = tuple[Wall, ...]
Place = tuple[int, int]  # numerator, denominator > 0
Packed = tuple[int, Walls]  # a kink on the part of a plane, or a change on that of a line
Read = Callable[[str], Iterable[bytes]]
ZERO = (0, 0, 0, 0)
MOST_INNER = 10  # units that a unit may read: it has kinks on 2^this many parts

def dot(form: Form, point: Form) -> int:
    """The value of a form at a point, times x_0."""
    (a, b, c, d), (x, y, z, t) = form, point
    return a * x + b * y + c * z + d * t

def pivot_of(form: Form) -> int:
    """The first coordinate that occurs."""
    return next(index for index, entry in enumerate(form) if index and entry)

def oriented(form: Form) -> tuple[Form, int]:
    """The form that stands for a plane (or a line in a plane), and the q with form = q * it."""
    q = gcd(*form) * (1 if form[pivot_of(form)] > 0 else -1)
    return tuple([entry // q for entry in form]), q

def plane_through(p: Form, q: Form, r: Form) -> Form:
    """The form y -> det(p, q, r, y)."""
    (a, b, c, d), (e, f, g, h), (s, t, u, v) = p, q, r
    ab, ac, ad = a * f - b * e, a * g - c * e, a * h - d * e
    bc, bd, cd = b * g - c * f, b * h - d * f, c * h - d * g
    return (bd * u - bc * v - cd * t, ac * v - ad * u + cd * s,
            ad * t - ab * v - bd * s, ab * u - ac * t + bc * s)

class Domain:
    """The domain in three coordinates, as rows >= 0; none of them is constant."""

    def __init__(self, claim: Claim, halfspaces: Iterable[object]) -> None:
        require(claim.relation == "exact", "claim: expected the relation exact")
        self.unit = claim.unit
        self.fixed = {i: low for i, (low, high) in enumerate(claim.box) if low == high}
        free = [i for i in range(claim.inputs) if i not in self.fixed]
        require(len(free) <= 3, "claim: expected at most three inputs that are not fixed")
        self.places = {i: place for place, i in enumerate(free, 1)}
        whole = [integers(halfspace, "halfspaces")[0] for halfspace in halfspaces]
        rows = [self.restricted(row[-1], *(-entry for entry in row[:-1])) for row in whole]
        ends = [(*claim.box[i], self.unit) for i in free] if claim.box else [None] * len(free)
        for place, end in enumerate([*ends, *[(0, 1, 1)] * (3 - len(free))]):
            if end is not None:
                low, high, unit = end
                axis = [unit * (place == other) for other in range(3)]
                rows += [(-low, *axis), (high, *(-entry for entry in axis))]
        require(all(row[0] >= 0 or any(row[1:]) for row in rows), "domain: it is empty")
        self.rows = [row for row in rows if any(row[1:])]

    def restricted(self, constant: int, *gradient: int) -> Form:
        """A form in the inputs, times unit."""
        total = [constant * self.unit, 0, 0, 0]
        for index, entry in enumerate(gradient):
            if index in self.fixed:
                total[0] += entry * self.fixed[index]
            else:
                total[self.places[index]] += entry * self.unit
        return tuple(total)

    def inputs(self, count: int, point: Form) -> list[int]:
        """The inputs of a network at a point, times unit * x_0."""
        return [self.fixed[i] * point[0] if i in self.fixed else
                self.unit * point[self.places[i]] for i in range(count)]

class Sum:
    """A weighted sum of networks, to be evaluated at many points."""

    def __init__(self, domain: Domain, terms: Iterable[tuple[Network, int]]) -> None:
        self.domain = domain
        self.terms = [(network, weight, [
            [([column for column, _ in row], [entry for _, entry in row]) for row in rows]
            for rows, _, _ in network.layers]) for network, weight in terms]

    def __call__(self, point: Form) -> tuple[list[int], int, int]:
        """The outputs, times x_0 and a number, and which units are positive and negative."""
        total, positive, negative, bit = list[int](), 0, 0, 1
        for network, weight, layers in self.terms:
            scale = self.domain.unit * point[0]
            values = self.domain.inputs(network.inputs, point)
            for index, (_, biases, factor) in enumerate(network.layers):
                for unit, value in enumerate(values if index else ()):
                    if value > 0:
                        positive |= bit
                    elif value < 0:
                        negative |= bit
                        values[unit] = 0
                    bit <<= 1
                look = values.__getitem__
                values = [sum(map(mul, entries, map(look, columns)), bias * scale) for
                          (columns, entries), bias in zip(layers[index], biases, strict=True)]
                scale *= factor
            old = total or [0] * len(values)
            total = [a + weight * b for a, b in zip(old, values, strict=True)]
        return total, positive, negative

class Complex:
    """Convex cells that cover the domain, and overlap nowhere."""

    def __init__(self, domain: Domain, counts: Sequence[int], lines: Iterator[bytes]) -> None:
        self.rows = domain.rows
        self.vertices, self.facets, self.cells = ([tuple(
            [typed(entry, int, "line") for entry in typed(parsed(next(lines, b"")), list, "line")])
            for _ in range(count)] for count in counts)
        expect(next(lines, None) is None, "certificate: expected no more lines")
        tight = [self.tight(point) for point in self.vertices]
        self.corners = [self.vertices[i] for i, rows in enumerate(tight) if rows.bit_count() > 2]
        require(len(set(self.vertices)) == len(self.vertices), "vertices: one is listed twice")
        self.planes = [self.plane(names) for names in self.facets]
        self.sides: list[list[Place]] = [[] for _ in self.facets]  # cell, its side
        for index in range(len(self.cells)):
            self.add(index)
        for index, sides in enumerate(self.sides):
            signs = sorted(side for _, side in sides)
            at_the_end = reduce(and_, [tight[name] for name in self.facets[index]])
            is_covered = signs == [-1, 1] or (len(signs) == 1 and at_the_end)
            require(is_covered, f"facet {index}: expected a cell on either side")
        require(self.cells and self.is_single(), "cells: none, or the first overlaps another")

    @staticmethod
    def expect_names(names: Form, things: Sequence[object], least: int) -> None:
        """Refuse unless these are numbers of different things, and not too few."""
        expect(all(0 <= name < len(things) for name in names), "line: there is no such thing")
        require(len(set(names)) == len(names) >= least, "line: too few numbers, or one twice")

    def tight(self, point: Form) -> int:
        """Which rows of the domain are 0 at a point of it, as bits."""
        expect(len(point) == 4, "vertex: expected four integers")
        require(point[0] > 0 and gcd(*point) == 1, "vertex: expected coprime integers, x_0 > 0")
        values = [dot(row, point) for row in self.rows]
        require(min(values, default=0) >= 0, "vertex: it is outside the domain")
        return sum([1 << index for index, value in enumerate(values) if not value])

    def plane(self, names: Form) -> Form:
        """The plane of a facet."""
        self.expect_names(names, self.vertices, 3)
        form = plane_through(*(self.vertices[name] for name in names[:3]))
        require(any(form[1:]), "facet: its first vertices lie on one line")
        return oriented(form)[0]

    def add(self, index: int) -> None:
        """See that a cell is the hull of its vertices and has all its facets; note its sides."""
        names = self.cells[index]
        self.expect_names(names, self.facets, 4)
        bits = {v: 1 << bit for bit, v in enumerate({v for f in names for v in self.facets[f]})}
        points, masks = [(self.vertices[v], bit) for v, bit in bits.items()], list[int]()
        for name in names:
            values = [(dot(self.planes[name], point), bit) for point, bit in points]
            signs = {value > 0 for value, _ in values if value}
            require(len(signs) == 1, f"cell {index}: it is on both sides of facet {name}")
            masks.append(sum([bits[vertex] for vertex in self.facets[name]]))
            zeros = sum([bit for value, bit in values if not value])
            require(zeros == masks[-1], f"cell {index}: facet {name} has other vertices")
            self.sides[name].append((index, 1 if True in signs else -1))
        require(len(set(masks)) == len(masks), f"cell {index}: a facet is listed twice")
        for mask in masks:
            edges = sum([(mask & other).bit_count() == 2 for other in masks])
            require(edges == mask.bit_count(), f"cell {index}: a facet is missing")

    def is_single(self) -> bool:
        """Whether a point inside the first cell is in no other cell."""
        middle = tuple(map(sum, zip(*self.points(0), strict=True)))
        outside = {cell for plane, sides in zip(self.planes, self.sides, strict=True)
                   for cell, side in sides if side * dot(plane, middle) < 0}
        return outside == set(range(1, len(self.cells)))

    def points(self, index: int) -> list[Form]:
        """The vertices of a cell; the first four are affinely independent."""
        first = self.facets[self.cells[index][0]]
        names = {name for facet in self.cells[index] for name in self.facets[facet]}
        order = (*first[:3], *sorted(names.difference(first)), *first[3:])
        return [self.vertices[name] for name in order]

    def walls(self, index: int) -> Iterator[Wall]:
        """What bounds a facet in its plane: the facets of a cell that it shares an edge with."""
        cell, names = self.sides[index][0][0], set(self.facets[index])
        for other in self.cells[cell]:
            if len(names.intersection(self.facets[other])) == 2:
                yield self.planes[other], dict(self.sides[other])[cell]

    def kinks(self, total: Sum, kinks: "Kinks") -> None:
        """Add the kinks of a sum of networks, which must be affine on every cell."""
        known, maps = {point: total(point) for point in self.vertices}, list[list[Form]]()
        for index in range(len(self.cells)):
            points, positive, negative = self.points(index), 0, 0
            for point in points:
                positive |= known[point][1]
                negative |= known[point][2]
            require(not positive & negative, f"cell {index}: a unit changes its sign there")
            maps.append(affine_maps(points[:4], [known[point][0] for point in points[:4]]))
        for index, sides in enumerate(self.sides):
            if len(sides) == 2:
                (below, _), (above, _) = sorted(sides, key=lambda one: one[1])
                pairs = zip(maps[above], maps[below], strict=True)
                vector = [bend(*pair, self.planes[index]) for pair in pairs]
                if any(vector):
                    kinks.add(self.planes[index], vector, 1, self.walls(index))

def affine_maps(points: Sequence[Form], values: Sequence[Sequence[int]]) -> list[Form]:
    """For each output the form that has its values at four affinely independent points."""
    duals, found, size = list[Form](), list[Form](), 0
    for index, point in enumerate(points):
        plane = plane_through(*points[:index], *points[index + 1 :])
        size = dot(plane, point)  # up to its sign the same for all
        duals.append(plane if size > 0 else tuple([-entry for entry in plane]))
    for numbers in zip(*values, strict=True):
        columns = zip(*duals, strict=True)
        form = [divmod(sum(map(mul, numbers, column)), abs(size)) for column in columns]
        require(not any(rest for _, rest in form), "cell: its map is not one of integers")
        found.append(tuple([entry for entry, _ in form]))
    return found

def bend(above: Form, below: Form, plane: Form) -> int:
    """The k with above - below = k * plane."""
    pivot = pivot_of(plane)
    k = (above[pivot] - below[pivot]) // plane[pivot]
    meet = all(a - b == k * c for a, b, c in zip(above, below, plane, strict=True))
    require(meet, "facet: the maps of its cells do not meet there")
    return k

class Shallow:
    """A network with at most two hidden layers as an affine map plus weighted units."""

    def __init__(self, network: Network, domain: Domain, corners: Sequence[Form]) -> None:
        self.corners, self.units, self.numbers = corners, list[Unit](), dict[Unit, int]()
        rows = [tuple([i == j for j in range(4)]) for i in range(4)]
        inputs = zip(*(domain.inputs(network.inputs, row) for row in rows), strict=True)
        scale, values = domain.unit, [(form, Terms()) for form in inputs]
        for index, (layer, biases, factor) in enumerate(network.layers):
            values = [self.relu(*value) for value in values] if index else values
            values = [self.combined(row, bias * scale, values)
                      for row, bias in zip(layer, biases, strict=True)]
            scale *= factor
        self.weights: dict[int, list[int]] = {}  # of every unit, one for each output
        for output, (_, terms) in enumerate(values):
            for unit, weight in terms.items():
                if weight:
                    self.weights.setdefault(unit, [0] * len(values))[output] = weight

    @staticmethod
    def combined(row: Iterable[Place], constant: int, values: Sequence[Value]) -> Value:
        """The sum of weight * value, and a constant."""
        (a, b, c, d), total = (constant, 0, 0, 0), Terms()
        for column, weight in row:
            form, terms = values[column]
            if form != ZERO:
                e, f, g, h = form
                a, b, c, d = a + weight * e, b + weight * f, c + weight * g, d + weight * h
            for unit, factor in terms.items():
                total[unit] = total.get(unit, 0) + weight * factor
        return (a, b, c, d), total

    def relu(self, form: Form, terms: Terms) -> Value:
        """A unit that is fed a value; positive factors come out, and opposite units are one."""
        inner = sorted((unit, weight) for unit, weight in terms.items() if weight)
        require(not any(self.units[unit][1] for unit, _ in inner), "it has three hidden layers")
        if not inner:
            values = [dot(form, corner) for corner in self.corners]
            if min(values) >= 0 or max(values) <= 0:
                return (form if max(values) > 0 else ZERO), {}
        q = gcd(*form, *(weight for _, weight in inner))
        sign = q if (inner[0][1] if inner else form[pivot_of(form)]) > 0 else -q
        key = tuple([entry // sign for entry in form]), tuple([(u, w // sign) for u, w in inner])
        number = self.numbers.setdefault(key, len(self.units))
        if number == len(self.units):
            self.units.append(key)
        return (ZERO, {number: q}) if sign > 0 else (form, {**terms, number: q})

    def kinks(self, factor: int, kinks: "Kinks") -> None:
        """Add the kinks of factor * network."""
        for number, weights in self.weights.items():
            form, inner = self.units[number]
            require(len(inner) <= MOST_INNER, "a unit reads too many others")
            vector = [factor * weight for weight in weights]
            lines = [(self.units[unit][0], weight) for unit, weight in inner]
            for plane, size, walls in unit_kinks(form, lines):
                kinks.add(plane, vector, size, walls)

def unit_kinks(form: Form, lines: Sequence[Wall]) -> Iterator[tuple[Form, int, Walls]]:
    """The kinks of relu(form + sum of weight * relu(line)): plane, kink, on which part."""
    planes = {line for line, _ in lines}  # oriented and distinct: none is a multiple of another
    for signs in product((1, -1), repeat=len(lines)):
        walls = [(line, sign) for (line, _), sign in zip(lines, signs, strict=True)]
        total = form
        for (line, weight), sign in zip(lines, signs, strict=True):
            if sign > 0:
                total = tuple([a + weight * b for a, b in zip(total, line, strict=True)])
        if any(total[1:]):
            plane, q = oriented(total)
            if plane not in planes:
                yield plane, abs(q), tuple(walls)
        for index, (line, weight) in enumerate(lines):
            if signs[index] < 0:  # across this line, the others as their signs say
                others, pivot = (*walls[:index], *walls[index + 1 :]), pivot_of(line)
                q = total[pivot] // line[pivot]
                if all(a == q * b for a, b in zip(total, line, strict=True)):
                    yield line, max(q + weight, 0) - min(q, 0), others
                else:
                    yield line, weight, (*others, (total, 1))

class Kinks:
    """Kinks on the planes that meet the inside of the domain."""

    def __init__(self, domain: Domain, corners: Sequence[Form]) -> None:
        self.rows, self.corners, self.bound, self.lines = domain.rows, corners, 0, 0
        self.planes: dict[Form, list[tuple[list[int], int, Walls]] | None] = {}

    def add(self, plane: Form, vector: list[int], factor: int, walls: Iterable[Wall]) -> None:
        """Add the kink factor * vector on the part of a plane within walls."""
        if plane not in self.planes:
            values = [dot(plane, corner) for corner in self.corners]
            self.planes[plane] = [] if min(values) < 0 < max(values) else None
        items = self.planes[plane]
        if items is None or not factor:
            return
        part: dict[Form, int] = {}
        for form, sign in walls:
            inside = in_plane(form, plane)
            if any(inside[1:]):
                line, q = oriented(inside)
                side = sign if q > 0 else -sign
                if part.setdefault(line, side) != side:
                    return
            elif inside[0] * sign < 0:
                return
            else:
                require(inside[0], "a wall is the plane itself")
        items.append((vector, factor, tuple(part.items())))
        self.bound += abs(factor) * max(map(abs, vector))

    def require_none(self) -> None:
        """Refuse unless all kinks are 0 almost everywhere inside the domain."""
        width = self.bound.bit_length() + 1  # so a sum of kinks is 0 if its packed form is
        for plane, items in self.planes.items():
            if items:
                self.require_none_on(plane, [
                    (factor * sum([k << width * i for i, k in enumerate(vector)]), part)
                    for vector, factor, part in items])

    def require_none_on(self, plane: Form, items: Sequence[Packed]) -> None:
        """Refuse unless the kinks on one plane add up to 0 almost everywhere."""
        rows = [(row, 1) for row in (in_plane(row, plane) for row in self.rows) if any(row[1:])]
        lines: dict[Form, list[Packed]] = {}
        for weight, part in items:
            for index, (line, side) in enumerate(part):
                change = weight * side, (*part[:index], *part[index + 1 :])
                lines.setdefault(line, []).append(change)
        self.lines += len(lines)
        for line, changes in lines.items():
            require(is_steady(line, rows, changes), "a kink is left that ends on a line")
        x, y, z = self.middle(plane)
        kink = 0
        for weight, part in items:  # a line through the point is passed on its positive side
            if all((a * x + b * y + c * z >= 0) == (side > 0) for (a, b, c), side in part):
                kink += weight
        require(not kink, "a kink is left on a plane")

    def middle(self, plane: Form) -> Form:
        """A point of the plane inside the domain: all corners have positive weights."""
        values = [dot(plane, corner) for corner in self.corners]
        above, below = (sum(max(sign * value, 0) for value in values) for sign in (1, -1))
        weights = [below if value > 0 else above if value < 0 else 1 for value in values]
        point = [sum(map(mul, weights, column)) for column in zip(*self.corners, strict=True)]
        return tuple([entry for i, entry in enumerate(point) if i != pivot_of(plane)])

def in_plane(form: Form, plane: Form) -> Form:
    """A positive multiple of a form, on a plane whose form is oriented."""
    (a, b, c, d), (p, q, r, s) = form, plane
    if q:
        return a * q - p * b, c * q - r * b, d * q - s * b
    if r:
        return a * r - p * c, b * r, d * r - s * c
    return a * s - p * d, b * s, c * s

def stretch(line: Form, walls: Iterable[Wall], low: Place, high: Place) -> list[Place]:
    """The ends of the part of a line from `low` to `high` where walls hold, if it has length."""
    p, q, r = line
    for (a, b, c), sign in walls:
        constant, slope = (a * q - p * b, c * q - r * b) if q else (a * r - p * c, b * r)
        if sign < 0:
            constant, slope = -constant, -slope
        if slope > 0:
            if -constant * low[1] > low[0] * slope:
                low = -constant, slope
        elif slope < 0:
            if constant * high[1] < -high[0] * slope:
                high = constant, -slope
        elif constant <= 0:
            return []
    return [low, high] if low[0] * high[1] < high[0] * low[1] else []

def is_steady(line: Form, rows: Iterable[Wall], changes: Iterable[Packed]) -> bool:
    """Whether the kinks on a plane do not change across a line inside the domain."""
    whole = stretch(line, rows, (-1, 0), (1, 0))
    if not whole:
        return True
    low, high = whole
    first, events = 0, dict[Place, int]()
    for weight, walls in changes:
        found = stretch(line, walls, low, high)
        if found and found[0] == low:
            first += weight
        for (p, q), change in zip(found, (weight, -weight), strict=False):
            if (p, q) not in (low, high):
                divisor = gcd(p, q)
                place = p // divisor, q // divisor
                events[place] = events.get(place, 0) + change
    return not first and not any(events.values())

def check(read: Read, claim: str, certificate: str) -> dict[str, int]:
    """How much was checked; `read` gives the lines of a path, the networks are by the claim."""
    data, networks = b"".join(read(claim)), list[Network]()
    region, relation, *sides = document(data, "claim", "domain relation left right")
    for value, side in zip(sides, ("left", "right"), strict=True):
        file, _, digest = (typed(t, str, side) for t in fields(value, "file name sha256", side))
        plain = file == os.path.basename(file) != "" and file.isascii() and file.isprintable()
        expect(plain, f"{side}: expected a plain file name")
        content = b"".join(read(os.path.join(os.path.dirname(claim), file)))
        require(hashlib.sha256(content).hexdigest() == digest, f"{side}: it is another network")
        networks.append(Network(content, side))
    halfspaces, lines = fields(region, "box halfspaces", "domain")[1], iter(read(certificate))
    domain = Domain(Claim(region, relation, *networks), halfspaces)
    head = document(next(lines, b""), "kink-certificate", "claim by_cells vertices facets cells")
    require(head[0] == hashlib.sha256(data).hexdigest(), "it certifies another claim")
    by_cells, counts = head[1], [typed(count, int, "counts") for count in head[2:]]
    expect(by_cells in ([], ["left"], ["right"], ["left", "right"]), "by_cells: expected sides")
    cells, (left, right) = Complex(domain, counts, lines), networks
    shared = gcd(left.scale, right.scale)
    terms = {"left": (left, right.scale // shared), "right": (right, -left.scale // shared)}
    difference = Sum(domain, terms.values())
    differ = any(any(difference(point)[0]) for point in cells.points(0)[:4])
    require(not differ, "the networks differ at a vertex of the first cell")
    kinks = Kinks(domain, cells.corners)
    cells.kinks(Sum(domain, [terms[side] for side in by_cells]), kinks)
    for side, (network, weight) in terms.items():
        if side not in by_cells:
            Shallow(network, domain, cells.corners).kinks(weight, kinks)
    kinks.require_none()
    return {"cells": len(cells.cells), "facets": len(cells.facets),
            "planes": sum(1 for items in kinks.planes.values() if items), "lines": kinks.lines}

def main(arguments: list[str]) -> int:
    """Check the two files on the command line, print one line, return the exit status."""
    def told() -> str:
        expect(len(arguments) == 2, "usage: kink_checker.py CLAIM CERTIFICATE")
        counts = check(lambda path: open(path, "rb"), *arguments)  # noqa: SIM115
        listed = ", ".join(f"{number} {name}" for name, number in counts.items())
        return f"exact for every real x of the domain, on the exact weights ({listed})"
    return answered(told)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
