"""T02: permutation, positive rescaling, duplication and dead units keep the function."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.network import Affine, Network, Row, Vector, sparse_row
from theory.symmetry import (
    FACTORS,
    POWERS_OF_TWO,
    disguised,
    duplicated,
    padded,
    permuted,
    rescaled,
)
from verify.testing.strategies import boxes, networks, points_in, rationals, vectors

DEEP = networks(widths=st.lists(st.integers(1, 4), min_size=1, max_size=3))
FAR = rationals(9)
ABSOLUTE = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))


def some_layer(data: st.DataObject, network: Network) -> int:
    return data.draw(st.integers(0, network.hidden_layers - 1), label="layer")


def some_point(data: st.DataObject, network: Network) -> Vector:
    return data.draw(vectors(network.inputs, FAR), label="point")


@given(DEEP, st.data())
def test_T02_permutation_preserves_the_function(network: Network, data: st.DataObject) -> None:
    layer = some_layer(data, network)
    order = data.draw(st.permutations(range(network.layers[layer].outputs)))
    point = some_point(data, network)
    edited = permuted(network, layer, order)
    assert edited(point) == network(point)
    before, after = network.activations(point), edited.activations(point)
    assert after[layer + 1] == tuple(before[layer + 1][unit] for unit in order)


@given(DEEP, st.data())
def test_T02_positive_rescaling_preserves_the_function(
    network: Network, data: st.DataObject
) -> None:
    layer = some_layer(data, network)
    factors = data.draw(vectors(network.layers[layer].outputs, st.sampled_from(FACTORS)))
    point = some_point(data, network)
    edited = rescaled(network, layer, factors)
    assert edited(point) == network(point)
    before, after = network.activations(point), edited.activations(point)
    assert after[layer + 1] == tuple(
        factor * value for factor, value in zip(factors, before[layer + 1], strict=True)
    )


@given(DEEP, rationals(), st.data())
def test_T02_duplication_preserves_the_function(
    network: Network, share: Fraction, data: st.DataObject
) -> None:
    layer = some_layer(data, network)
    unit = data.draw(st.integers(0, network.layers[layer].outputs - 1))
    edited = duplicated(network, layer, unit, share)
    point = some_point(data, network)
    assert edited(point) == network(point)
    assert edited.units == network.units + 1


@given(DEEP, st.data())
def test_T02_dead_units_do_not_matter(network: Network, data: st.DataObject) -> None:
    layer = some_layer(data, network)
    before, after = network.layers[layer], network.layers[layer + 1]
    row, bias = data.draw(vectors(before.inputs)), data.draw(rationals())
    outgoing = data.draw(vectors(after.outputs))
    if data.draw(st.booleans(), label="never on, rather than never read"):
        row = tuple(-abs(weight) if layer else Fraction(0) for weight in row)
        bias = -abs(bias)
    else:
        outgoing = (Fraction(0),) * after.outputs
    edited = padded(network, layer, sparse_row(row), bias, outgoing)
    point = some_point(data, network)
    assert edited(point) == network(point)
    assert edited.units == network.units + 1


@given(DEEP, st.data())
def test_T02_units_dead_on_a_box_do_not_matter_there(network: Network, data: st.DataObject) -> None:
    layer = some_layer(data, network)
    before, after = network.layers[layer], network.layers[layer + 1]
    box = data.draw(boxes(network.inputs))
    row = sparse_row(data.draw(vectors(before.inputs)))
    outgoing = data.draw(vectors(after.outputs))
    try:
        edited = padded(network, layer, row, Fraction(-8), outgoing, box=box)
    except ScopeError:
        assume(condition=False)
    point = data.draw(points_in(box))
    assert edited(point) == network(point)


@given(DEEP, st.data())
def test_T02_units_that_are_positive_at_a_point_are_refused(
    network: Network, data: st.DataObject
) -> None:
    """Whatever the bounds, a unit that is alive and read is never taken for dead."""
    layer = some_layer(data, network)
    before, after = network.layers[layer], network.layers[layer + 1]
    box = data.draw(boxes(network.inputs))
    point = data.draw(points_in(box))
    row = data.draw(vectors(before.inputs))
    values = network.activations(point)[layer]
    height = sum((a * y for a, y in zip(row, values, strict=True)), Fraction(0))
    bias = Fraction(1, 7) - height
    for where in (box, None):
        with pytest.raises(ScopeError):
            padded(network, layer, sparse_row(row), bias, [Fraction(1)] * after.outputs, box=where)


@given(networks(), st.integers(0, 9), st.data())
def test_T02_a_disguise_preserves_the_function(
    network: Network, seed: int, data: st.DataObject
) -> None:
    edited = disguised(network, seed)
    point = some_point(data, network)
    assert edited(point) == network(point)
    assert edited == disguised(network, seed)
    assert edited.units == network.units + 2 * network.hidden_layers


def test_units_added_by_a_disguise_may_read_any_unit_before_them() -> None:
    """All rows of the second layer are zero, so those that read two units have been added."""
    blank = Network(
        (
            Affine.dense([[1], [2]], [0, 1]),
            Affine.dense([[0, 0]], [1]),
            Affine.dense([[1]], [0]),
        )
    )
    read = set()
    for seed in range(40):
        second = disguised(blank, seed).layers[1]
        read |= {column for row in second.rows if len(row) > 1 for column, _ in row}
    assert read == set(range(4))


@given(networks(weights=rationals(3, (1, 4))), st.integers(0, 9))
def test_a_disguise_by_powers_of_two_keeps_dyadic_weights(network: Network, seed: int) -> None:
    edited = disguised(network, seed, POWERS_OF_TWO)
    for layer in edited.layers:
        for value in (*layer.bias, *(weight for row in layer.rows for _, weight in row)):
            assert Fraction(float(value)) == value


def test_a_negative_factor_is_refused() -> None:
    with pytest.raises(ScopeError, match="positive"):
        rescaled(ABSOLUTE, 0, [Fraction(1), Fraction(-1)])
    with pytest.raises(ScopeError, match="positive"):
        rescaled(ABSOLUTE, 0, [Fraction(1), Fraction(0)])


@pytest.mark.parametrize(
    ("row", "bias"),
    [(((0, Fraction(1)),), Fraction(-9)), ((), Fraction(1, 9)), (((0, Fraction(-1)),), Fraction())],
)
def test_a_unit_that_may_be_alive_is_refused(row: Row, bias: Fraction) -> None:
    with pytest.raises(ScopeError, match="dead"):
        padded(ABSOLUTE, 0, row, bias, [Fraction(1)])


def test_a_unit_that_is_dead_on_the_box_only_needs_the_box() -> None:
    row: Row = ((0, Fraction(1)),)
    edited = padded(ABSOLUTE, 0, row, Fraction(-1), [Fraction(5)], box=Box.cube(1, -1, 1))
    assert edited((Fraction(1),)) == ABSOLUTE((Fraction(1),))
    assert edited((Fraction(2),)) != ABSOLUTE((Fraction(2),))


def test_the_worked_example_of_the_note() -> None:
    edited = duplicated(ABSOLUTE, 0, 0, Fraction(-1))
    edited = rescaled(edited, 0, [Fraction(2), Fraction(1), Fraction(1, 2)])
    edited = padded(edited, 0, (), Fraction(-1), [Fraction(7)])
    edited = permuted(edited, 0, [3, 1, 2, 0])
    assert edited == Network(
        (
            Affine.dense([[0], [-1], [Fraction(1, 2)], [2]], [-1, 0, 0, 0]),
            Affine.dense([[7, 1, 4, Fraction(-1, 2)]], [0]),
        )
    )
    assert edited((Fraction(3),)) == edited((Fraction(-3),)) == (Fraction(3),)


def test_what_does_not_fit_is_refused() -> None:
    one = Fraction(1)
    refusals: list[Callable[[], Network]] = [
        lambda: permuted(ABSOLUTE, 0, [0, 0]),
        lambda: permuted(ABSOLUTE, 1, [0]),
        lambda: permuted(ABSOLUTE, -1, [0, 1]),
        lambda: rescaled(ABSOLUTE, 0, [one]),
        lambda: duplicated(ABSOLUTE, 0, 2),
        lambda: padded(ABSOLUTE, 0, (), -one, [one, one]),
        lambda: padded(ABSOLUTE, 0, ((1, one),), -one, [Fraction(0)]),
    ]
    for refused in refusals:
        with pytest.raises(ShapeError):
            refused()
