"""Kink certificates: exact evaluation is the oracle; the worst fault is a wrong `accepted`."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import gcd
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.proofs import claim_of, small_network
from tests.test_canonical_one_hidden import has_interior
from theory.cone import domain_cones
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import ScopeError
from theory.forms.two_hidden import two_hidden_form
from theory.network import Affine, Network
from theory.region import regions_within
from verify import kink_checker
from verify.checker import MalformedError, RejectedError
from verify.claim import Claim, json_bytes
from verify.kink_certificate import CellList, KinkCertificate, accepted
from verify.prove.kinks import is_worthwhile, kink_certificate, proved_by_kinks, reads_few
from verify.prove.strategy import prove
from verify.testing.strategies import (
    NearPair,
    boxes,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    polytopes,
    rationals,
)
from verify.verdict import Different, Equivalent, Unknown

Form = tuple[int, ...]
DEPTHS = st.lists(st.integers(1, 3), max_size=3)
CUBE = Box.cube(3, -1, 1)
COARSE = rationals(1, (1,))


def domains_of(inputs: int) -> st.SearchStrategy[Domain]:
    return st.one_of(boxes(inputs), polytopes(inputs, 2, bounded=True)).filter(has_interior)


def is_accepted(claim: Claim, certificate: KinkCertificate) -> bool:
    try:
        accepted(claim, certificate)
    except (RejectedError, MalformedError):
        return False
    return True


# ------------------------------------------------------------------------ true and false claims


@given(st.data())
def test_T35_forms_are_accepted(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 3))
    network = data.draw(networks(size, DEPTHS))
    domain = data.draw(domains_of(size))
    claim = claim_of(network, two_hidden_form(network, domain).network, domain)
    if data.draw(st.booleans()):
        claim = Claim(claim.right, claim.left, domain)
    found = accepted(claim, kink_certificate(claim))
    assert dict(found.sizes)["cells"] >= 1


@given(st.data())
def test_T35_symmetric_copies_are_accepted(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 3))
    left, right = data.draw(equivalent_pairs(networks(size, DEPTHS)))
    claim = claim_of(left, right, data.draw(domains_of(size)))
    assert is_accepted(claim, kink_certificate(claim))


@given(st.data())
def test_T35_what_is_accepted_is_equal(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 3))
    drawn = networks(size, DEPTHS, data.draw(st.integers(1, 2)), COARSE)
    claim = claim_of(data.draw(drawn), data.draw(drawn), data.draw(domains_of(size)))
    if is_accepted(claim, kink_certificate(claim)):
        for _ in range(5):
            point = data.draw(points_in(claim.domain))
            assert claim.left.network(point) == claim.right.network(point)


@given(nearly_equivalent_pairs(networks(st.integers(1, 3), DEPTHS)))
def test_T35_a_needle_in_a_corner_is_rejected(pair: NearPair) -> None:
    claim = claim_of(pair.left, pair.right, pair.domain)
    assert not is_accepted(claim, kink_certificate(claim))


@st.composite
def changed(draw: st.DrawFn, network: Network) -> Network:
    """The network with one weight or bias changed."""
    layers = list(network.layers)
    place = draw(st.integers(0, len(layers) - 1))
    layer = layers[place]
    assume(layer.rows)
    rows, bias = [dict(row) for row in layer.rows], list(layer.bias)
    row = draw(st.integers(0, len(rows) - 1))
    change = draw(st.sampled_from((Fraction(1), Fraction(-1), Fraction(1, 1000))))
    column = draw(st.integers(-1, layer.inputs - 1))
    if column < 0:
        bias[row] += change
    else:
        rows[row][column] = rows[row].get(column, Fraction(0)) + change
    sparse = tuple(tuple(sorted((c, w) for c, w in one.items() if w)) for one in rows)
    layers[place] = Affine(layer.inputs, sparse, tuple(bias))
    return Network(tuple(layers))


@given(st.data())
def test_T35_a_changed_number_is_seen_wherever_it_matters(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 3))
    network = data.draw(networks(size, st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    domain = data.draw(domains_of(size))
    form = two_hidden_form(network, domain).network
    other = data.draw(changed(form))
    points = [data.draw(points_in(domain)) for _ in range(3)]
    claim = claim_of(network, other, domain)
    if is_accepted(claim, kink_certificate(claim)):
        assert all(network(point) == other(point) for point in points)


# ----------------------------------------------------------------------------- edited evidence


@dataclass(frozen=True)
class Lines:
    """A certificate as values."""

    head: dict[str, object]
    vertices: list[list[int]]
    facets: list[list[int]]
    cells: list[list[int]]

    @staticmethod
    def of(certificate: KinkCertificate) -> "Lines":
        head, *rest = (json.loads(line) for line in certificate.data.splitlines())
        first, second = head["vertices"], head["vertices"] + head["facets"]
        return Lines(head, rest[:first], rest[first:second], rest[second:])

    def certificate(self, like: KinkCertificate) -> KinkCertificate:
        counts = {name: len(getattr(self, name)) for name in ("vertices", "facets", "cells")}
        head: dict[str, object] = {**self.head, **counts}
        lines = [head, *self.vertices, *self.facets, *self.cells]
        return replace(like, content=b"".join(map(json_bytes, lines)))


@st.composite
def edited(draw: st.DrawFn, lines: Lines) -> Lines:
    """One list of a certificate with an entry left out, repeated, or changed."""
    parts = [[list(e) for e in part] for part in (lines.vertices, lines.facets, lines.cells)]
    entries = draw(st.sampled_from(parts))
    index = draw(st.integers(0, len(entries) - 1))
    entry = entries[index]
    place = draw(st.integers(0, len(entry) - 1))
    match draw(st.sampled_from(("drop", "repeat", "number", "shorter", "longer", "swap"))):
        case "drop":
            del entries[index]
        case "repeat":
            entries.append(entry)
        case "number":
            entry[place] += draw(st.sampled_from((1, -1, 2)))
        case "shorter":
            del entry[place]
        case "longer":
            entry.append(draw(st.integers(0, len(entries))))
        case _:
            other = draw(st.integers(0, len(entries) - 1))
            entries[index], entries[other] = entries[other], entries[index]
    return Lines(lines.head, *parts)


@given(st.data())
def test_T35_edited_cells_are_never_accepted_for_different_networks(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 3))
    pair = data.draw(nearly_equivalent_pairs(networks(size, DEPTHS)))
    claim = claim_of(pair.left, pair.right, pair.domain)
    certificate = kink_certificate(claim)
    lines = Lines.of(certificate)
    if data.draw(st.booleans()):
        lines.head["by_cells"] = data.draw(st.sampled_from(([], ["left"], ["left", "right"])))
    for _ in range(data.draw(st.integers(1, 3))):
        lines = data.draw(edited(lines))
        assume(lines.vertices and lines.facets and lines.cells)
        assume(all(entry for part in (lines.vertices, lines.facets, lines.cells) for entry in part))
    assert not is_accepted(claim, lines.certificate(certificate))


@given(st.data())
def test_T35_coarse_cells_are_accepted_for_equal_networks_only(data: st.DataObject) -> None:
    """Any subdivision will do if all units keep their signs on its cells: here that of others."""
    left, right = data.draw(networks(3, DEPTHS, 1)), data.draw(networks(3, DEPTHS, 1))
    other = data.draw(networks(3, st.lists(st.integers(1, 2), min_size=1, max_size=2)))
    claim = claim_of(left, data.draw(st.sampled_from((left, right))), CUBE)
    cells = CellList.of(r.cell for r in regions_within(other, domain_cones(CUBE)))
    if is_accepted(claim, KinkCertificate.listing(claim, ("left", "right"), cells)):
        point = data.draw(points_in(CUBE))
        assert claim.left.network(point) == claim.right.network(point)


# -------------------------------------------------------------------------------- kinks of units


@given(st.data())
def test_T35_kinks_of_a_unit_are_those_of_its_values(data: st.DataObject) -> None:
    whole = st.integers(-2, 2)
    form = tuple(data.draw(st.tuples(whole, whole, whole, whole)))
    lines: dict[Form, int] = {}
    for _ in range(data.draw(st.integers(0, 3))):
        line = data.draw(st.tuples(whole, whole, whole, whole).filter(lambda f: any(f[1:])))
        lines[kink_checker.oriented(line)[0]] = data.draw(whole.filter(bool))
    terms = list(lines.items())
    found = list(kink_checker.unit_kinks(form, terms))

    def value_at(one: Form, point: Sequence[Fraction]) -> Fraction:
        return one[0] + sum((a * b for a, b in zip(one[1:], point, strict=True)), Fraction(0))

    def unit_at(point: Sequence[Fraction]) -> Fraction:
        inner = sum((w * max(value_at(h, point), Fraction(0)) for h, w in terms), Fraction(0))
        return max(Fraction(0), value_at(form, point) + inner)

    sums = [
        tuple([form[i] + sum(w * h[i] for h, w in chosen) for i in range(4)])
        for chosen in subsets(terms)
    ]
    planes = {h for h, _ in terms} | {kink_checker.oriented(one)[0] for one in sums if any(one[1:])}
    assert {plane for plane, _, _ in found} <= planes
    for plane in planes:
        number = st.fractions(-3, 3, max_denominator=97)
        free = data.draw(st.tuples(number, number, number))
        normal = plane[1:]
        shift = value_at(plane, free) / sum(a * a for a in normal)
        point = [x - shift * a for x, a in zip(free, normal, strict=True)]
        others = planes - {plane}
        assume(all(value_at(other, point) for other in others))
        rates = [
            abs(value_at(o, point)) / (1 + sum(map(abs, value_slope(o, normal)))) for o in others
        ]
        step = min([Fraction(1), *rates])
        here, above, below = (
            unit_at([x + sign * step * a for x, a in zip(point, normal, strict=True)])
            for sign in (0, 1, -1)
        )
        expected = (above + below - 2 * here) / (step * sum(a * a for a in normal))
        listed = sum(
            size
            for place, size, walls in found
            if place == plane and all(sign * value_at(wall, point) > 0 for wall, sign in walls)
        )
        assert listed == expected


def subsets(terms: Sequence[tuple[Form, int]]) -> list[list[tuple[Form, int]]]:
    chosen = product((False, True), repeat=len(terms))
    return [[one for one, on in zip(terms, bits, strict=True) if on] for bits in chosen]


def value_slope(form: Form, direction: Sequence[int]) -> list[int]:
    return [a * b for a, b in zip(form[1:], direction, strict=True)]


# ------------------------------------------------------------------------- reasons, one by one


def by_both_ways(network: Network, domain: Domain) -> bool:
    """Whether a network read by cells is accepted to be itself, read by units."""
    claim = claim_of(network, network, domain)
    cells = CellList.of(r.cell for r in regions_within(network, domain_cones(domain))).in_space()
    return is_accepted(claim, KinkCertificate.listing(claim, ("left",), cells))


@given(st.data())
def test_T35_cells_and_units_have_the_same_kinks(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 3))
    widths = st.lists(st.integers(1, 4), min_size=1, max_size=2)
    network = data.draw(networks(size, widths, weights=COARSE))
    assert by_both_ways(network, data.draw(domains_of(size)))


def test_T35_walls_that_are_opposite_on_a_plane_leave_nothing_of_it() -> None:
    """relu(v + relu(p) + relu(q)), p = x + y, q = x - y, v = -q: v + p = 2 y, where p = q."""
    first = Affine.dense([[1, 1], [1, -1], [-1, 1]], [0, 0, 0])
    second = Affine.dense([[1, 0, 1], [1, 1, 0]], [0, 0])
    network = Network((first, second, Affine.dense([[1, 0], [0, 1]], [0, 0])))
    assert by_both_ways(network, Box.cube(2, -1, 1))


def relu_of_relus() -> tuple[Claim, KinkCertificate]:
    """The worked example of the note: relu(relu(x) + relu(-x)) = relu(x) + relu(-x)."""
    first = Affine.dense([[1], [-1]], [0, 0])
    total = Affine.dense([[1, 1]], [0])
    deep = Network((first, total, Affine.dense([[1]], [0])))
    claim = claim_of(deep, Network((first, total)), Box.cube(1, -1, 1))
    cones = domain_cones(claim.domain)
    cells = CellList.of(region.cell for region in regions_within(deep, cones)).in_space()
    return claim, KinkCertificate.listing(claim, ("left",), cells)


def test_T35_the_worked_example() -> None:
    claim, certificate = relu_of_relus()
    counts = dict(accepted(claim, certificate).sizes)
    assert counts == {"cells": 2, "facets": 11, "planes": 1, "lines": 4}
    lines = Lines.of(certificate)
    uses = Counter(facet for cell in lines.cells for facet in cell)
    assert len(lines.vertices) == 12
    assert Counter(uses.values()) == {1: 10, 2: 1}
    whole = CellList.of(domain_cones(claim.domain)).in_space()
    assert is_accepted(claim, KinkCertificate.listing(claim, (), whole))  # a unit along its line


def without(values: list[list[int]], index: int) -> list[list[int]]:
    return [value for place, value in enumerate(values) if place != index]


def other_facets(lines: Lines) -> Lines:
    """The second cell listed as the first one with the facets of its own copy: an overlap."""
    copies = [[*facet[::-1]] for facet in lines.facets]
    count = len(lines.facets)
    cells = [[facet + count for facet in cell] for cell in lines.cells]
    return replace(lines, facets=[*lines.facets, *copies], cells=[*lines.cells, *cells])


def moved(lines: Lines, point: list[int], to: list[int]) -> Lines:
    return replace(lines, vertices=[to if one == point else one for one in lines.vertices])


EDITS: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "a cell is missing": (
        lambda c: replace(c, cells=c.cells[:1]),
        "expected a cell on either side",
    ),
    "a cell is listed twice": (
        lambda c: replace(c, cells=[*c.cells, c.cells[0]]),
        "expected a cell on either side",
    ),
    "all cells are listed twice, on facets of their own": (other_facets, "overlaps another"),
    "there is no cell": (
        lambda c: replace(c, cells=[], facets=[]),
        "none, or the first overlaps",
    ),
    "a cell has too few facets": (
        lambda c: replace(c, cells=[c.cells[0][:3], c.cells[1]]),
        "too few numbers",
    ),
    "a facet of a cell is missing": (
        lambda c: replace(c, cells=[c.cells[0][:-1], c.cells[1]]),
        "has other vertices|a facet is missing",
    ),
    "a facet of another cell": (
        lambda c: replace(c, cells=[[*c.cells[0], c.cells[1][0]], c.cells[1]]),
        "on both sides|has other vertices|is missing",
    ),
    "the cells are one": (
        lambda c: replace(c, cells=[sorted({*c.cells[0], *c.cells[1]})]),
        "on both sides",
    ),
    "a facet has too few points": (
        lambda c: replace(c, facets=[c.facets[0][:2], *c.facets[1:]]),
        "too few numbers",
    ),
    "a facet misses a point": (
        lambda c: replace(c, facets=[c.facets[0][:3], *c.facets[1:]]),
        "has other vertices",
    ),
    "a facet names a point twice": (
        lambda c: replace(c, facets=[[*c.facets[0], c.facets[0][0]], *c.facets[1:]]),
        "or one twice",
    ),
    "a facet that no cell has": (
        lambda c: replace(c, facets=[*c.facets, c.facets[0]]),
        "expected a cell on either side",
    ),
    "a point is listed twice": (
        lambda c: replace(c, vertices=[*c.vertices, c.vertices[0]]),
        "listed twice",
    ),
    "a point is outside": (
        lambda c: moved(c, [1, -1, 0, 0], [1, -2, 0, 0]),
        "outside the domain",
    ),
    "a point leaves a gap": (
        lambda c: moved(c, [1, -1, 0, 0], [2, -1, 0, 0]),
        "has other vertices|on both sides|either side",
    ),
    "a point is not primitive": (
        lambda c: moved(c, [1, -1, 0, 0], [2, -2, 0, 0]),
        "coprime",
    ),
    "a point is at infinity": (
        lambda c: moved(c, [1, -1, 0, 0], [0, -1, 0, 0]),
        "coprime",
    ),
    "the points between the cells are elsewhere": (
        lambda c: replace(
            c,
            vertices=[[2, 1, 2 * b, 2 * d] if not a else [x, a, b, d] for x, a, b, d in c.vertices],
        ),
        "changes its sign",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_evidence_is_rejected(name: str) -> None:
    claim, certificate = relu_of_relus()
    edit, reason = EDITS[name]
    with pytest.raises(RejectedError, match=reason):
        accepted(claim, edit(Lines.of(certificate)).certificate(certificate))


def slab(low: Fraction, high: Fraction, left: str, right: str) -> dict[str, list[Form]]:
    """The facets of low <= x <= high in the unit square, the first and last under a name."""
    ends: list[list[Form]] = [
        [
            (end.denominator, end.numerator, y * end.denominator, z * end.denominator)
            for y, z in SQUARE
        ]
        for end in (low, high)
    ]
    sides: dict[str, list[Form]] = {
        f"{left}{right}{i}": [ends[0][i], ends[0][(i + 1) % 4], ends[1][i], ends[1][(i + 1) % 4]]
        for i in range(4)
    }
    return {left: ends[0], right: ends[1], **sides}


SQUARE = ((0, 0), (1, 0), (1, 1), (0, 1))


def listed_slabs(slabs: Sequence[dict[str, list[Form]]]) -> CellList:
    """Cells by the names of their facets."""
    facets = {name: points for one in slabs for name, points in one.items()}
    vertices = list(dict.fromkeys(point for points in facets.values() for point in points))
    names = list(facets)
    return CellList(
        tuple(vertices),
        tuple(tuple(vertices.index(point) for point in facets[name]) for name in names),
        tuple(tuple(names.index(name) for name in one) for one in slabs),
    )


def test_cells_that_are_there_three_times_are_rejected() -> None:
    """Facets with two cells on one side: every point is covered, and a kink counted thrice."""
    claim, _ = relu_of_relus()
    other = claim_of(claim.left.network, one_input([[1], [-1]], [0, 0], [5, 1]), claim.domain)
    half, zero, one = Fraction(1, 2), Fraction(0), Fraction(1)
    outer = [slab(-one, -half, "first", "left"), slab(half, one, "right", "last")]
    inner = [
        side
        for copy, low, high in (("a", "left", "right"), ("b", "low", "high"), ("c", "low", "high"))
        for side in (
            slab(-half, zero, low, f"middle {copy}"),
            slab(zero, half, f"middle {copy}", high),
        )
    ]
    thrice = KinkCertificate.listing(other, ("left",), listed_slabs([*outer, *inner]))
    with pytest.raises(RejectedError, match="either side"):
        accepted(other, thrice)
    once = listed_slabs([*outer, *inner[:2]])
    assert is_accepted(claim, KinkCertificate.listing(claim, ("left",), once))
    with pytest.raises(RejectedError, match="kink is left on a plane"):
        accepted(other, KinkCertificate.listing(other, ("left",), once))


def test_a_facet_listed_twice_does_not_hide_that_one_is_missing() -> None:
    """The left half alone, its outer facet doubled: all edges seem to be shared."""
    claim, _ = relu_of_relus()
    line = Network((Affine.dense([[-1]], [0]),))  # |x| where x <= 0
    other = claim_of(claim.left.network, line, claim.domain)
    half = slab(Fraction(-1), Fraction(0), "outer", "middle")
    points = half.pop("middle")
    assert len(points) == 4
    half["again"] = half["outer"][::-1]
    certificate = KinkCertificate.listing(other, ("left",), listed_slabs([half]))
    with pytest.raises(RejectedError, match="a facet is listed twice"):
        accepted(other, certificate)


@pytest.mark.parametrize("bits", range(80))
def test_kinks_of_several_outputs_do_not_cancel(bits: int) -> None:
    """Outputs 2^bits relu(x) and -relu(x) against none, cells that are the same where x <= 0."""
    both = Network((Affine.dense([[1]], [0]), Affine.dense([[1 << bits], [-1]], [0, 0])))
    none = Network((Affine.dense([[0], [0]], [0, 0]),))
    claim = claim_of(none, both, Box.cube(1, -1, 1))
    zero, one = Fraction(0), Fraction(1)
    halves = [slab(-one, zero, "first", "middle"), slab(zero, one, "middle", "last")]
    certificate = KinkCertificate.listing(claim, ("left",), listed_slabs(halves))
    with pytest.raises(RejectedError, match="a kink is left on a plane"):
        accepted(claim, certificate)


def test_a_halfspace_that_is_everything_bounds_nothing() -> None:
    """0 <= 0 is tight everywhere; the half of the domain that is not covered is still missing."""
    claim, _ = relu_of_relus()
    zero, one = Fraction(0), Fraction(1)
    whole = Polytope(1, (((one,), one), ((-one,), one), ((zero,), zero)))
    line = Network((Affine.dense([[-1]], [0]),))
    other = claim_of(claim.left.network, line, whole)
    half = listed_slabs([slab(-one, zero, "outer", "middle")])
    with pytest.raises(RejectedError, match="either side"):
        accepted(other, KinkCertificate.listing(other, ("left",), half))
    assert by_both_ways(claim.left.network, whole)


HEADS: dict[str, object] = {
    "version": 2,
    "format": "relucert-certificate",
    "by_cells": ["both"],
    "vertices": 3.0,
    "facets": True,
    "cells": "2",
    "claim": None,
}


@pytest.mark.parametrize("key", HEADS)
def test_a_wrong_head_is_refused(key: str) -> None:
    claim, certificate = relu_of_relus()
    head, *lines = certificate.data.splitlines(True)
    wrong = {**json.loads(head), key: HEADS[key]}
    with pytest.raises(RejectedError if key == "claim" else MalformedError):
        accepted(claim, replace(certificate, content=b"".join((json_bytes(wrong), *lines))))


LINES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "truncated": lambda lines: lines[:-1],
    "one more line": lambda lines: [*lines, b"[0]\n"],
    "empty": lambda _: [],
    "no head": lambda lines: lines[1:],
    "a float": lambda lines: [lines[0], b"[1.0,0,0,0]\n", *lines[2:]],
    "NaN": lambda lines: [lines[0], b"[1,NaN,0,0]\n", *lines[2:]],
    "true": lambda lines: [lines[0], b"[true,0,0,0]\n", *lines[2:]],
    "a text": lambda lines: [lines[0], b'["1",0,0,0]\n', *lines[2:]],
    "null": lambda lines: [lines[0], b"null\n", *lines[2:]],
    "half a line": lambda lines: [*lines[:-1], lines[-1][:3]],
    "three coordinates": lambda lines: [lines[0], b"[1,0,0]\n", *lines[2:]],
    "a number that is nobody's": lambda lines: [*lines[:-1], b"[0,1,2,99]\n"],
    "a negative number": lambda lines: [*lines[:-1], b"[0,1,2,-1]\n"],
    "not ASCII": lambda lines: [lines[0], b"[1,0,0,\xc3\xa9]\n", *lines[2:]],
    "a blank line": lambda lines: [lines[0], b"\n", *lines[1:]],
}


@pytest.mark.parametrize("name", LINES)
def test_what_is_no_kink_certificate_is_malformed(name: str) -> None:
    claim, certificate = relu_of_relus()
    lines = LINES[name](certificate.data.splitlines(True))
    with pytest.raises(MalformedError):
        accepted(claim, replace(certificate, content=b"".join(lines)))


def test_another_claim_or_network_is_seen() -> None:
    claim, certificate = relu_of_relus()
    other = claim_of(claim.left.network, claim.left.network, claim.domain)
    with pytest.raises(RejectedError, match="another claim"):
        accepted(other, certificate)
    files = {**claim.network_files, "claim": claim.data, "certificate": certificate.data}
    files["right.json"] = files["left.json"]
    with pytest.raises(RejectedError, match="another network"):
        kink_checker.check(lambda name: files[name].splitlines(True), "claim", "certificate")


def replaced(claim: Claim, right: Network) -> tuple[Claim, KinkCertificate]:
    """The worked example with another right network, and the certificate bound to that."""
    _, certificate = relu_of_relus()
    other = claim_of(claim.left.network, right, claim.domain)
    lines = Lines.of(certificate)
    lines.head["claim"] = hashlib.sha256(other.data).hexdigest()
    return other, lines.certificate(certificate)


def one_input(rows: list[list[int]], bias: list[int], out: list[int], shift: int = 0) -> Network:
    return Network((Affine.dense(rows, bias), Affine.dense([out], [shift])))


@pytest.mark.parametrize(
    ("right", "reason"),
    [
        (one_input([[1], [-1]], [0, 0], [2, 1]), "differ at a vertex"),
        (one_input([[1], [-1]], [0, 0], [1, 1], 1), "differ at a vertex"),
        (one_input([[1], [-1], [1]], [0, 0, 0], [1, 1, 1]), "differ at a vertex"),
        (one_input([[2], [-2]], [1, -1], [1, 1]), "differ at a vertex"),
        (one_input([[1], [-1]], [0, 0], [1, 0]), "kink is left on a plane"),  # only where x < 0
        (one_input([[-1], [2]], [0, -1], [1, 1]), "kink is left on a plane"),  # bent elsewhere
    ],
)
def test_a_changed_network_is_rejected(right: Network, reason: str) -> None:
    claim, _ = relu_of_relus()
    with pytest.raises(RejectedError, match=reason):
        accepted(*replaced(claim, right))


def test_a_kink_on_half_a_plane_is_rejected() -> None:
    """relu(x - relu(y)) and relu(x) + relu(-y - ...) are told apart by a line of one plane."""
    bent = Network(
        (
            Affine.dense([[1, 0, 0], [-1, 0, 0], [0, 1, 0]], [0, 0, 0]),
            Affine.dense([[1, -1, -1]], [0]),
            Affine.dense([[1]], [0]),
        )
    )
    flat = Network((Affine.dense([[1, 0, 0]], [0]), Affine.dense([[1]], [0])))
    domain = Box((Fraction(-1), Fraction(-1), Fraction(0)), (Fraction(1),) * 3)
    claim = claim_of(bent, flat, domain)
    with pytest.raises(RejectedError, match=r"ends on a line|at a vertex"):
        accepted(claim, kink_certificate(claim))
    verdict = prove(claim, engine="kinks")
    assert isinstance(verdict, Different)


@pytest.mark.parametrize("by_cells", [(), ("left",)])
def test_a_bump_that_reaches_no_side_of_the_domain_is_rejected(by_cells: tuple[str, ...]) -> None:
    """relu(1/2 - |x| - |y| - |z|): all lines begin without a kink, and all corners are equal."""
    axes = [[sign * (i == j) for j in range(3)] for i in range(3) for sign in (1, -1)]
    layers = Affine.dense(axes, [0] * 6), Affine.dense([[-1] * 6], [Fraction(1, 2)])
    bump = Network((*layers, Affine.dense([[1]], [0])))
    claim = claim_of(bump, Network((Affine.dense([[0, 0, 0]], [0]),)), CUBE)
    cones = domain_cones(CUBE)
    if by_cells:
        cones = tuple(region.cell for region in regions_within(bump, cones))
    certificate = KinkCertificate.listing(claim, by_cells, CellList.of(cones))
    with pytest.raises(RejectedError, match=r"ends on a line|at a vertex"):
        accepted(claim, certificate)


def test_kinks_on_the_boundary_of_the_domain_do_not_count() -> None:
    """relu(|x| - 1) = 0 for -1 <= x <= 1."""
    layers = Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [-1])
    unit = Network((*layers, Affine.dense([[1]], [0])))
    none = Network((Affine.dense([[0]], [0]),))
    claim = claim_of(unit, none, Box.cube(1, -1, 1))
    assert kink_certificate(claim).by_cells == ()
    assert is_accepted(claim, kink_certificate(claim))
    wider = claim_of(unit, none, Box.cube(1, -1, Fraction(1001, 1000)))
    assert not is_accepted(wider, kink_certificate(wider))


def test_three_hidden_layers_are_not_read_by_units() -> None:
    network = small_network((3, 2, 2, 2, 1), 1)
    claim = claim_of(network, network, CUBE)
    whole = CellList.of(domain_cones(CUBE))
    with pytest.raises(RejectedError, match=r"three hidden layers"):
        accepted(claim, KinkCertificate.listing(claim, (), whole))


def test_a_unit_that_reads_many_others_is_not_taken_by_itself() -> None:
    first = Affine.dense([[1, slope, 0] for slope in range(-6, 6)], [0] * 12)
    second, last = Affine.dense([[1] * 12], [-1]), Affine.dense([[1]], [0])
    network = Network((first, second, last))
    claim = claim_of(network, network, CUBE)
    assert not reads_few(network, CUBE)
    whole = CellList.of(domain_cones(CUBE))
    with pytest.raises(RejectedError, match="reads too many others"):
        accepted(claim, KinkCertificate.listing(claim, (), whole))
    assert is_accepted(claim, kink_certificate(claim))


@pytest.mark.parametrize(
    "domain",
    [
        Space(3),
        Polytope(3, (((Fraction(1), Fraction(0), Fraction(0)), Fraction(1)),)),
        Box.cube(4, -1, 1),
        Box((Fraction(1),) * 3, (Fraction(1),) * 3),
    ],
)
def test_other_domains_are_out_of_scope(domain: Domain) -> None:
    network = small_network((domain.inputs, 2, 1), 1)
    claim = claim_of(network, network, domain)
    with pytest.raises(ScopeError):
        kink_certificate(claim)
    assert isinstance(proved_by_kinks(claim), Unknown)


def test_an_unbounded_domain_is_rejected_by_the_checker() -> None:
    network = small_network((3, 2, 1), 1)
    whole = CellList.of(domain_cones(CUBE))
    for domain in (Space(3), Polytope(3, (((Fraction(1),) * 3, Fraction(5)),))):
        claim = claim_of(network, network, domain)
        with pytest.raises(RejectedError, match="either side"):
            accepted(claim, KinkCertificate.listing(claim, (), whole))


def test_a_domain_without_interior_is_left_to_others() -> None:
    network = small_network((3, 4, 4, 1), 1)
    flat = tuple(
        (tuple(Fraction(sign * (i == 2)) for i in range(3)), Fraction(0)) for sign in (1, -1)
    )
    ends = Polytope(3, (*CUBE.halfspaces, *flat))
    claim = claim_of(network, network, ends)
    assert not is_worthwhile(claim)
    assert isinstance(proved_by_kinks(claim), Unknown)
    whole = CellList.of(domain_cones(CUBE))
    with pytest.raises(RejectedError, match="outside the domain"):
        accepted(claim, KinkCertificate.listing(claim, (), whole))


def test_coordinates_of_thousands_of_digits_are_refused_politely() -> None:
    tiny = Fraction(1, 10**3000 + 1)
    first = Affine.dense([[1, tiny, 0], [tiny, 1, 0], [0, tiny, 1]], [tiny] * 3)
    network = Network((first, Affine.dense([[1, 1, 1]], [0])))
    deep = Network((*network.layers, Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    claim = claim_of(deep, deep, CUBE)
    assert isinstance(proved_by_kinks(claim), Unknown)


def test_other_relations_are_rejected() -> None:
    network = small_network((3, 2, 1), 1)
    claim = replace(claim_of(network, network, CUBE), relation="eps=1/2")
    with pytest.raises(ScopeError):
        kink_certificate(claim)
    whole = CellList.of(domain_cones(CUBE))
    with pytest.raises(RejectedError, match="expected the relation exact"):
        accepted(claim, KinkCertificate.listing(claim, (), whole))


def test_fixed_inputs_are_put_in() -> None:
    network = small_network((5, 4, 3, 3, 2), 5)
    low = tuple(Fraction(value) for value in (-1, 0, Fraction(1, 3), -2, 2))
    high = tuple(Fraction(value) for value in (1, 1, Fraction(1, 3), 0, 2))
    form = two_hidden_form(network, Box(low, high)).network
    claim = claim_of(network, form, Box(low, high))
    assert is_accepted(claim, kink_certificate(claim))
    elsewhere = claim_of(network, form, Box(low, (*high[:2], Fraction(1), *high[3:])))
    with pytest.raises(ScopeError):
        kink_certificate(elsewhere)


# ----------------------------------------------------------------------------- the whole of it


def test_many_regions_are_proved_by_kinks_and_few_by_a_case_tree() -> None:
    network = small_network((3, 12, 12, 1), 7, 9)
    form = two_hidden_form(network, CUBE).network
    verdict = prove(claim_of(network, form, CUBE))
    assert isinstance(verdict, Equivalent)
    assert (verdict.engine, type(verdict.certificate)) == ("kinks", KinkCertificate)
    small = Box.cube(3, 0, Fraction(1, 50))
    verdict = prove(claim_of(network, two_hidden_form(network, small).network, small))
    assert isinstance(verdict, Equivalent)
    assert not isinstance(verdict.certificate, KinkCertificate)


def test_all_outputs_of_a_public_controller(data: Path) -> None:
    from verify.formats.network_file import read_network

    path = data / "arch-comp" / "vcas_01.nnet"
    network = read_network(f"{path}#normalised").network
    domain = Box.cube(3, Fraction(-1, 20), Fraction(1, 20))
    form = two_hidden_form(network, domain).network
    claim = claim_of(network, form, domain)
    certificate = accepted(claim, kink_certificate(claim))
    assert dict(certificate.sizes)["cells"] == 336
    *layers, last = form.layers
    for output in range(0, form.outputs, 3):
        rows = [dict(row) for row in last.rows]
        # no unit of a pair that passes a sum on: without the other one it is read by cells
        column = min(rows[output], key=lambda unit: len(layers[1].rows[unit]))
        rows[output][column] += Fraction(1, 10**6)
        sparse = tuple(tuple(sorted(row.items())) for row in rows)
        wrong = claim_of(
            network, Network((*layers, Affine(last.inputs, sparse, last.bias))), domain
        )
        assert not is_accepted(wrong, kink_certificate(wrong))


SCRIPT = Path(kink_checker.__file__)


def run(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-I", "-S", str(SCRIPT), *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not found.stderr
    return found.returncode, found.stdout


def test_the_script_alone(tmp_path: Path) -> None:
    claim, certificate = relu_of_relus()
    files = {**claim.network_files, "claim.json": claim.data, "certificate.json": certificate.data}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in ("claim.json", "certificate.json")]
    status, line = run(*paths)
    assert (status, line) == (
        0,
        "accepted: exact for every real x of the domain, on the exact weights "
        "(2 cells, 11 facets, 1 planes, 4 lines)\n",
    )
    (tmp_path / "right.json").write_bytes(claim.network_files["left.json"])
    assert run(*paths)[0] == 1
    (tmp_path / "right.json").unlink()
    assert run(*paths)[0] == 2
    assert run(paths[0])[0] == 2


def test_points_are_homogeneous_and_primitive() -> None:
    _, certificate = relu_of_relus()
    for point in Lines.of(certificate).vertices:
        assert point[0] > 0
        assert gcd(*point) == 1
