"""What proposes in floats follows exact evaluation up to rounding."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.domain import Box, Polytope
from theory.network import Network
from verify.prove import floats
from verify.prove.floats import FloatNetwork, nearest_float, nearest_floats
from verify.prove.refutation.search_space import BoxSpace, HullSpace
from verify.prove.refutation.vertices import vertices
from verify.testing.strategies import boxes, networks, polytopes, rationals, vectors

STEP = Fraction(1, 1 << 20)


def floated(network: Network, *, sparse: bool) -> FloatNetwork:
    with pytest.MonkeyPatch.context() as patch:
        if sparse:
            patch.setattr(floats, "_DENSE_ENTRIES", 0)
            patch.setattr(floats, "_BLOCK_ENTRIES", 2)
        return FloatNetwork.of(network)


@given(networks(), st.booleans(), st.data())
def test_float_values_are_near_the_exact_ones(
    network: Network, sparse: bool, data: st.DataObject
) -> None:
    points = data.draw(st.lists(vectors(network.inputs), min_size=1, max_size=4))
    found = floated(network, sparse=sparse).outputs(np.array([nearest_floats(p) for p in points]))
    expected = np.array([nearest_floats(network(point)) for point in points])
    assert found.shape == expected.shape
    assert np.abs(found - expected).max(initial=0.0) <= 1e-9


@given(networks(outputs=1), st.booleans(), st.data())
def test_gradients_are_slopes(network: Network, sparse: bool, data: st.DataObject) -> None:
    point = data.draw(vectors(network.inputs, rationals(3, (7, 11))))
    steps = [
        tuple(x + STEP * (row == column) for column, x in enumerate(point))
        for row in range(network.inputs)
    ]
    signs = {tuple(v > 0 for layer in network.activations(p)[1:] for v in layer) for p in steps}
    signs |= {tuple(v > 0 for layer in network.activations(point)[1:] for v in layer)}
    assume(len(signs) == 1)
    slopes = [float((network(step)[0] - network(point)[0]) / STEP) for step in steps]
    float_network = floated(network, sparse=sparse)
    values = float_network.preactivations(nearest_floats(point)[None, :])
    seeds = [None] * network.hidden_layers + [np.ones((1, 1))]
    assert np.abs(float_network.gradients(values, seeds)[0] - slopes).max() <= 1e-9


@given(boxes(), st.data())
def test_exact_points_of_a_box_lie_in_it(box: Box, data: st.DataObject) -> None:
    space = BoxSpace(box)
    coordinates = data.draw(vectors(box.inputs, rationals(9)))
    rungs = (0, 3, 20, 40)
    rounded = space.rounded(nearest_floats(coordinates), rungs)
    for bits, near in zip(rungs, rounded, strict=True):
        point = space.exact(nearest_floats(coordinates), bits)
        assert point in box
        step = space.width * 2.0**-bits  # a tie may be rounded either way
        assert (np.abs(near - nearest_floats(point)) <= 2 * step + 1e-9).all()


@given(polytopes(bounded=True), st.data())
def test_exact_points_of_a_hull_lie_in_the_polytope(
    polytope: Polytope, data: st.DataObject
) -> None:
    directions = np.vstack((np.eye(polytope.inputs), -np.eye(polytope.inputs)))
    points = vertices(polytope, directions, 64)
    assert points
    assert all(point in polytope for point in points)
    space = HullSpace(polytope, points)
    weights = data.draw(vectors(len(points), rationals(3, (1, 7), positive=True)))
    coordinates = nearest_floats(weights) / float(sum(weights))
    for bits in (0, 3, 20, 40):
        assert space.exact(coordinates, bits) in polytope


def test_what_overflows_becomes_the_greatest_float() -> None:
    assert nearest_float(Fraction(-(10**400))) == -nearest_float(Fraction(10**400)) < -1e308
