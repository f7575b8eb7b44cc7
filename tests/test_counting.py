"""Counting bounds beside counts of regions found by enumeration."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proofs import small_network
from theory.counting import layer_product, montufar, region_bounds, serra, zaslavsky
from theory.domain import Box, Space
from theory.errors import ShapeError
from theory.network import Affine, Network
from theory.region import count_regions
from verify.testing.strategies import networks

HIDDEN = st.lists(st.integers(0, 12), max_size=5)


@given(st.data())
def test_T31_no_network_has_more_regions_than_the_bounds(data: st.DataObject) -> None:
    network = data.draw(networks())
    bounded = data.draw(st.booleans())
    size = network.inputs
    found = count_regions(network, Box.cube(size, -3, 3) if bounded else Space(size))
    bounds = region_bounds(network.inputs, network.widths[1:-1])
    assert found.pieces <= found.patterns <= bounds.most <= bounds.product


@given(st.integers(0, 6), HIDDEN)
def test_T31_the_bounds_agree_with_each_other(inputs: int, hidden: list[int]) -> None:
    bounds = region_bounds(inputs, hidden)
    assert 1 <= bounds.reached <= bounds.most <= bounds.product <= 2 ** sum(hidden)
    if len(hidden) == 1:
        assert bounds.most == zaslavsky(hidden[0], inputs)
        assert hidden[0] < inputs or not inputs or bounds.reached == bounds.most


@given(st.integers(0, 4), st.lists(st.integers(0, 5), max_size=3))
def test_T31_the_sum_of_serra_written_out(inputs: int, hidden: list[int]) -> None:
    def binomial(top: int, low: int) -> int:
        found = 1
        for index in range(low):
            found = found * (top - index) // (index + 1)
        return found

    total = 0
    for chosen in product(*(range(width + 1) for width in hidden)):
        dimension = inputs
        term = 1
        for width, off in zip(hidden, chosen, strict=True):
            term *= binomial(width, off) if off <= min(dimension, width) else 0
            dimension = min(dimension, width - off)
        total += term
    assert serra(inputs, hidden) == total


def folded(read: list[list[Fraction]], width: int) -> tuple[Affine, list[list[Fraction]]]:
    """A layer that folds the unit cube onto itself, and how the next one reads its coordinates."""
    folds = width // len(read)
    rows: list[list[Fraction]] = []
    bias: list[int] = []
    after = []
    for coordinate in read:
        zigzag = [Fraction(0)] * width
        for fold in range(folds):
            zigzag[len(rows)] = Fraction((-1) ** fold * (2 if fold else 1))
            rows.append([folds * entry for entry in coordinate])
            bias.append(-fold)
        after.append(zigzag)
    spare = width - len(rows)
    rows += [[Fraction(0)] * len(read[0])] * spare
    return Affine.dense(rows, [*bias, *[0] * spare], len(read[0])), after


def montufar_network(inputs: int, hidden: list[int]) -> Network:
    """Folding layers, and last one or two dimensions cut in general position inside the cube."""
    layers = []
    read = [[Fraction(int(i == j)) for j in range(inputs)] for i in range(inputs)]
    for width in hidden[:-1]:
        layer, read = folded(read, width)
        layers.append(layer)
    size = len(read[0])
    places = [Fraction(unit + 1, hidden[-1] + 1) for unit in range(hidden[-1])]
    if inputs == 1:
        rows, bias = [read[0] for _ in places], [-place for place in places]
    else:  # tangents y = 2 t x - t^2 of a parabola meet two at a time, inside the unit square
        x, y = read
        rows = [[b - 2 * t * a for a, b in zip(x, y, strict=True)] for t in places]
        bias = [t * t for t in places]
    last = Affine.dense([[1] * hidden[-1]], [0], hidden[-1])
    return Network((*layers, Affine.dense(rows, bias, size), last))


@pytest.mark.parametrize(
    ("inputs", "hidden"),
    [(1, [4]), (1, [2, 3]), (1, [3, 2, 2]), (2, [5]), (2, [4, 3]), (2, [5, 4]), (2, [2, 4, 3])],
)
def test_T31_the_lower_bound_is_reached(inputs: int, hidden: list[int]) -> None:
    found = count_regions(montufar_network(inputs, hidden), Box.cube(inputs, 0, 1))
    assert found.patterns >= montufar(inputs, hidden)
    assert found.patterns <= serra(inputs, hidden)


def test_T31_the_figures_of_the_note() -> None:
    assert zaslavsky(5, 2) == 16
    assert serra(2, (8, 8)) == 1369
    assert serra(2, (16, 16)) == layer_product(2, (16, 16)) == 18769
    assert serra(3, (6, 6)) == 1764
    assert serra(3, (1, 6)) == 14 - 6
    assert layer_product(3, (1, 6)) == 14
    assert montufar(2, (8, 8)) == 16 * 37
    generic = small_network((2, 5, 1), 4, 9)
    assert count_regions(generic, Space(2)).patterns == 16


def test_numbers_must_not_be_negative() -> None:
    for bound in (zaslavsky(3, 0), serra(0, (3, 3)), layer_product(0, (3,)), montufar(0, (3,))):
        assert bound == 1
    with pytest.raises(ShapeError):
        serra(-1, (3,))
    with pytest.raises(ShapeError):
        montufar(2, (3, -1))
