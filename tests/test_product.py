"""Networks side by side, composed with affine maps, and their violations; oracle: evaluation."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import ShapeError
from theory.network import Affine, Network
from theory.product import joined, mapped, violation
from verify.testing.strategies import affine_layers, networks, vectors

WIDTHS = st.lists(st.integers(0, 3), max_size=2)


@given(networks(2, WIDTHS), networks(2, WIDTHS), vectors(2))
def test_networks_side_by_side(left: Network, right: Network, point: tuple[Fraction, ...]) -> None:
    both = joined(left, right)
    assert both(point) == left(point) + right(point)
    assert both.hidden_layers == max(left.hidden_layers, right.hidden_layers)


@given(networks(2, outputs=2), affine_layers(2), vectors(2))
def test_a_network_and_a_map(network: Network, outer: Affine, point: tuple[Fraction, ...]) -> None:
    found = mapped(network, outer)
    assert found(point) == outer(network(point))
    assert found.widths[:-1] == network.widths[:-1]


@given(
    networks(2, outputs=2),
    st.lists(affine_layers(2, st.integers(1, 5)), min_size=1, max_size=3),
    vectors(2),
)
def test_T39_violations_are_the_least_entries(
    network: Network, sets: list[Affine], point: tuple[Fraction, ...]
) -> None:
    outputs = network(point)
    expected = tuple(max(Fraction(0), min(one(outputs))) for one in sets)
    assert violation(network, sets)(point) == expected


def test_shapes_that_do_not_fit() -> None:
    one = Network((Affine.dense([[1]], [0]),))
    two = Network((Affine.dense([[1, 1]], [0]),))
    with pytest.raises(ShapeError):
        joined(one, two)
    with pytest.raises(ShapeError):
        mapped(one, Affine.dense([[1, 1]], [0]))
    with pytest.raises(ShapeError):
        violation(one, [])
    with pytest.raises(ShapeError):
        violation(one, [Affine(1, (), ())])
