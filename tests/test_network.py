"""T01: what a network is, and how it is evaluated."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import NumberError, ShapeError, TheoryError
from theory.network import Affine, Network, relu, sparse_row
from theory.rational import rational, rational_of_float, text_of
from verify.testing.strategies import affine_layers, networks, rationals, vectors

HALF = Fraction(1, 2)


def by_definition(network: Network, point: tuple[Fraction, ...]) -> list[Fraction]:
    """W_L relu(... relu(W_1 x + b_1) ...) + b_L, written with dense matrices."""
    values = list(point)
    for index, layer in enumerate(network.layers):
        if index:
            values = [max(Fraction(0), value) for value in values]
        values = [
            sum((w * v for w, v in zip(row, values, strict=True)), Fraction(0)) + bias
            for row, bias in zip(layer.weight, layer.bias, strict=True)
        ]
    return values


@given(networks(), st.data())
def test_T01_evaluation_is_the_definition(network: Network, data: st.DataObject) -> None:
    point = data.draw(vectors(network.inputs))
    assert list(network(point)) == by_definition(network, point)


@given(networks(), st.data())
def test_activations_are_the_values_of_the_hidden_layers(
    network: Network, data: st.DataObject
) -> None:
    point = data.draw(vectors(network.inputs))
    found = network.activations(point)
    assert tuple(map(len, found)) == network.widths[:-1]
    assert found[0] == point
    for depth in range(network.hidden_layers):
        shorter = Network(network.layers[: depth + 1])
        assert found[depth + 1] == tuple(map(relu, shorter(point)))


@given(networks())
def test_dense_and_sparse_rows_say_the_same(network: Network) -> None:
    for layer in network.layers:
        assert Affine.dense(layer.weight, layer.bias, layer.inputs) == layer
        assert all(
            sparse_row(dense) == row for dense, row in zip(layer.weight, layer.rows, strict=True)
        )


@given(networks())
def test_sizes(network: Network) -> None:
    assert network.inputs == network.widths[0]
    assert network.outputs == network.widths[-1]
    assert network.units == sum(network.widths[1:-1])
    assert network.hidden_layers == len(network.widths) - 2
    entries = [w for layer in network.layers for row in layer.weight for w in row]
    biases = [bias for layer in network.layers for bias in layer.bias]
    assert network.parameters == sum(map(bool, entries)) + sum(map(bool, biases))


@given(networks(inputs=2, widths=[3], outputs=2), st.data())
def test_composition_is_one_map_after_the_other(network: Network, data: st.DataObject) -> None:
    before, after = network.layers
    point = data.draw(vectors(2))
    assert after.after(before)(point) == after(before(point))
    with pytest.raises(ShapeError, match="outputs before"):
        Affine.dense([[1] * 4], [0]).after(before)


def test_networks_compare_and_hash_by_structure() -> None:
    one, other = (Network((Affine.dense([[1, 0]], [HALF]),)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


def test_a_layer_without_rows_needs_its_number_of_inputs() -> None:
    assert Affine.dense([], [], 3).inputs == 3
    assert Network((Affine.dense([], [], 2), Affine.dense([[]], [7], 0)))((HALF, HALF)) == (
        Fraction(7),
    )
    with pytest.raises(ShapeError):
        Affine.dense([], [])


@pytest.mark.parametrize(
    ("rows", "bias"),
    [
        ((((1, HALF), (0, HALF)),), (HALF,)),
        ((((0, HALF), (0, HALF)),), (HALF,)),
        ((((0, Fraction(0)),),), (HALF,)),
        ((((2, HALF),),), (HALF,)),
        ((((-1, HALF),),), (HALF,)),
        (((),), (HALF, HALF)),
    ],
)
def test_malformed_rows_are_refused(
    rows: tuple[tuple[tuple[int, Fraction], ...], ...], bias: tuple[Fraction, ...]
) -> None:
    with pytest.raises(ShapeError, match="affine"):
        Affine(2, rows, bias)


def test_shapes_that_do_not_fit_are_refused() -> None:
    line = Affine.dense([[1]], [0])
    pair = Affine.dense([[1, 1]], [0])
    with pytest.raises(ShapeError, match="at least one layer"):
        Network(())
    with pytest.raises(ShapeError, match="layer 1: expected 1 inputs, got 2"):
        Network((line, pair))
    with pytest.raises(ShapeError, match="point: expected 2 coordinates, got 1"):
        Network((pair,))((HALF,))
    with pytest.raises(ShapeError, match="every row of length 2"):
        Affine.dense([[1, 2], [1]], [0, 0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", Fraction(3)),
        ("-1/2", -HALF),
        ("0.1", Fraction(1, 10)),
        (" 1e-3 ", Fraction(1, 1000)),
        ("+.5", HALF),
        ("2.E2", Fraction(200)),
        ("4/6", Fraction(2, 3)),
    ],
)
def test_texts_are_the_rationals_that_they_denote(text: str, value: Fraction) -> None:
    assert rational(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1/0",
        "1_000",
        "nan",
        "inf",
        "1e99999",
        "0x10",
        "1//2",
        "1/2.0",
        "\u0661",
        "9" * 5000,
        "--1",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(NumberError, match="number"):
        rational(text)


def test_floats_are_the_dyadic_rationals_that_they_are() -> None:
    assert rational_of_float(0.1) == Fraction(3602879701896397, 36028797018963968)
    for value in (float("nan"), float("inf"), float("-inf")):
        with pytest.raises(NumberError, match="finite"):
            rational_of_float(value)


@given(rationals(9, (1, 2, 7)))
def test_texts_of_rationals_read_back(value: Fraction) -> None:
    assert rational(text_of(value)) == value


def test_every_error_is_a_theory_error() -> None:
    assert issubclass(NumberError, TheoryError)
    assert issubclass(TheoryError, ValueError)


@given(st.data(), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3))
def test_composed_layers_are_composed_maps(
    data: st.DataObject, inputs: int, middle: int, outputs: int
) -> None:
    before = data.draw(affine_layers(inputs, middle) if middle else st.just(Affine(inputs, (), ())))
    after = data.draw(
        affine_layers(middle, outputs) if middle else st.just(Affine(0, ((),), (HALF,)))
    )
    point = data.draw(vectors(inputs))
    assert after.after(before)(point) == after(before(point))


def test_rows_that_read_one_activation_are_scaled_in_a_composition() -> None:
    before = Affine.dense([[1, 2], [3, 0]], [5, 7])
    after = Affine.dense([[0, 1], [HALF, 0], [0, 0]], [0, 1, 2])
    assert after.after(before) == Affine.dense([[3, 0], [HALF, 1], [0, 0]], [7, 5 * HALF + 1, 2])
