"""Convexification; the network, evaluated exactly, is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.convex import bends, convexified
from theory.depth import convex_part
from theory.domain import Box, Domain, Space
from theory.errors import TheoryError
from theory.form import Form
from theory.network import ZERO, Affine, Network, Vector
from theory.region import regions
from theory.unit import Unit, affine_sum, relu_of, weighted_sum
from verify.testing.strategies import networks, points_in, vectors


def value(form: Form, point: Vector) -> Fraction:
    return form[0] + sum((a * x for a, x in zip(form[1:], point, strict=True)), ZERO)


NETWORKS = networks(st.integers(1, 3), st.lists(st.integers(1, 3), max_size=3), 1)


@given(NETWORKS, st.booleans(), st.data())
def test_T07_convexification(network: Network, boxed: bool, data: st.DataObject) -> None:
    domain: Domain = Space(network.inputs)
    if boxed:
        domain = Box.cube(network.inputs, -1, 2)
    found = list(regions(network, domain))
    cells = [(region.cell, region.outputs[0]) for region in found]
    convex = convexified(cells)
    points = [region.cell.interior_point() for region in found]
    points += [corner for region in found for corner in region.cell.vertices]
    points += [data.draw(points_in(domain)) for _ in range(3)]
    for point in points:
        highest = max(value(piece, point) for piece in convex.pieces)
        layer = sum(weight * max(ZERO, value(h, point)) for h, weight in convex.hyperplanes)
        assert convex.sign * (highest - layer) == network(point)[0] * found[0].scale
    assert all(weight > 0 for _, weight in convex.hyperplanes)
    known = bends(cells)
    assert len(convex.hyperplanes) <= len(known)
    assert len(convex.pieces) <= convex.cells


@st.composite
def units(draw: st.DrawFn, inputs: int) -> Unit:
    """Nested units."""
    pool = [affine_sum((0,) * (inputs + 1))]
    for _ in range(draw(st.integers(1, 5))):
        form = affine_sum(draw(st.tuples(*[st.integers(-2, 2)] * (inputs + 1))))
        terms = [(inner, draw(st.integers(-2, 2))) for inner in pool[1:]]
        pool.append(relu_of(weighted_sum([(form, 1), *terms], inputs + 1)))
    found = [unit for term in pool for unit in term.units]
    assume(found)
    return max(found)


@given(st.data(), st.integers(1, 4))
def test_T07_convexification_by_inner_units(data: st.DataObject, inputs: int) -> None:
    unit = data.draw(units(inputs))
    pieces, drops = convex_part(unit)
    assert all(drop > 0 for drop in drops.values())
    assert all(inner.depth < unit.depth for inner in drops)
    for _ in range(4):
        point = data.draw(vectors(inputs))
        highest = max(value(piece, point) for piece in pieces)
        assert unit(point) == highest - sum(drop * u(point) for u, drop in drops.items())


def test_T07_worked_example() -> None:
    """f = |x| - |y|, the note's example: one hyperplane bends downwards."""
    network = Network(
        (
            Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4),
            Affine.dense([[1, 1, -1, -1]], [0]),
        )
    )
    cells = [(region.cell, region.outputs[0]) for region in regions(network, Space(2))]
    found = bends(cells)
    assert {key: (bend.least, bend.greatest) for key, bend in found.items()} == {
        (0, 1, 0): (2, 2),
        (0, 0, 1): (-2, -2),
    }
    convex = convexified(cells)
    assert convex.sign == 1
    assert convex.hyperplanes == (((0, 0, 1), 2),)
    assert convex.pieces == ((0, -1, 1), (0, 1, 1))


def test_pieces_that_do_not_meet_are_refused() -> None:
    network = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    left, right = (region.cell for region in regions(network, Box.cube(1, -1, 1)))
    with pytest.raises(TheoryError, match="common facet"):
        convexified([(left, (0, 1)), (right, (1, 1))])
    with pytest.raises(TheoryError, match="at least one cell"):
        convexified([])
