"""Normal form of deep networks: exact evaluation, and the symmetries that it must not see."""

from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.proofs import claim_of, small_network
from theory.canonical.syntactic import normal_form
from theory.domain import Space
from theory.network import ZERO, Affine, Network, Vector
from theory.symmetry import POWERS_OF_TWO, disguised, padded
from verify.prove.strategy import prove
from verify.testing.strategies import equivalent_pairs, networks, vectors
from verify.verdict import Equivalent


@given(st.data())
def test_T29_the_normal_form_is_the_network(data: st.DataObject) -> None:
    network = data.draw(networks())
    found = normal_form(network)
    for _ in range(4):
        point = data.draw(vectors(network.inputs))
        assert found.network(point) == network(point)
    assert found.network.units <= network.units
    assert found.network.hidden_layers <= network.hidden_layers
    assert normal_form(found.network).network == found.network


@given(equivalent_pairs(edits=6))
def test_T29_the_symmetries_do_not_change_the_normal_form(pair: tuple[Network, Network]) -> None:
    left, right = (normal_form(network) for network in pair)
    assert left.network == right.network
    assert left.digest == right.digest


@given(networks(), networks(), st.data())
def test_T29_equal_normal_forms_mean_equal_functions(
    left: Network, right: Network, data: st.DataObject
) -> None:
    if left.inputs == right.inputs and normal_form(left).network == normal_form(right).network:
        point: Vector = data.draw(vectors(left.inputs))
        assert left(point) == right(point)


@given(networks(), st.integers(0, 3))
def test_T29_a_disguise_is_seen_through_and_proved(network: Network, seed: int) -> None:
    other = disguised(network, seed, POWERS_OF_TWO)
    assert normal_form(network).digest == normal_form(other).digest
    assert isinstance(
        prove(claim_of(network, other, Space(network.inputs)), engine="canonical"), Equivalent
    )


def test_T29_rows_are_primitive_distinct_and_sorted() -> None:
    found = normal_form(disguised(small_network((3, 6, 5, 4, 2), 8), 5)).network
    for layer in found.layers[:-1]:
        rows = list(zip(layer.rows, layer.bias, strict=True))
        assert rows == sorted(set(rows))
        for row, bias in rows:
            numbers = [bias, *(weight for _, weight in row)]
            assert all(number.denominator == 1 for number in numbers)
            assert any(number.numerator % 2 for number in numbers)


def test_T29_a_deep_network_is_normalised_in_linear_time() -> None:
    random = Random(1)

    def layer(inputs: int, outputs: int) -> Affine:
        weights = [
            [Fraction(random.randint(-9, 9), 8) for _ in range(inputs)] for _ in range(outputs)
        ]
        return Affine.dense(weights, [Fraction(random.randint(-9, 9), 8) for _ in range(outputs)])

    network = Network((layer(30, 40), layer(40, 40), layer(40, 40), layer(40, 5)))
    other = disguised(network, 2)
    assert normal_form(other).network == normal_form(network).network


def test_units_that_cancel_or_never_fire_disappear() -> None:
    network = Network(
        (
            Affine.dense([[1], [2], [0], [-1]], [1, 2, 5, 0]),
            Affine.dense([[2, -1, 0, 0], [0, 0, -1, -3], [0, 0, 1, 1]], [0, 0, 0]),
            Affine.dense([[3, 7, 1]], [0]),
        )
    )
    # 2 relu(x + 1) - relu(2 x + 2) = 0, relu(-5 - 3 u) = 0, relu(5 + u) = 5 + u
    found = normal_form(network).network
    assert found == Network((Affine.dense([[-1]], [0]), Affine.dense([[1]], [5])))


def test_a_constant_network_has_no_hidden_layer() -> None:
    network = padded(
        Network((Affine.dense([[0]], [2]), Affine.dense([[3]], [1]))), 0, (), ZERO, [ZERO]
    )
    assert normal_form(network).network == Network((Affine(1, ((),), (Fraction(7),)),))
