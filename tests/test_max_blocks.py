"""Maxima of five and six numbers by blocks, and of more by recursion; `max` is the oracle."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.assembly import assembled
from theory.domain import Box, Space
from theory.errors import ScopeError, ShapeError, TheoryError
from theory.form import oriented
from theory.forms.max_blocks import (
    MAX_OF_FIVE,
    MAX_OF_SIX,
    SYMMETRIC_MAX_OF_FIVE,
    SYMMETRIC_MAX_OF_SIX,
    BlockFormula,
    Orbit,
    canonical,
)
from theory.forms.max_recursion import (
    block_maximum,
    layers_of_blocks,
    maximum_network,
    most_of_blocks,
    units_of_blocks,
)
from theory.forms.max_tree import maximum_network as tree_network
from theory.germ_chart import all_units
from theory.maxima import BLOCKS, TREES
from theory.network import Network, Vector
from verify.claim import Claim, NamedNetwork
from verify.prove.solver.smt import Unsat, smt_answer
from verify.prove.strategy import prove
from verify.testing.strategies import rationals, vectors
from verify.verdict import Equivalent

FORMULAS = (MAX_OF_FIVE, MAX_OF_SIX, SYMMETRIC_MAX_OF_FIVE, SYMMETRIC_MAX_OF_SIX)
NAMES = ("five", "six", "symmetric five", "symmetric six")
VALUES = rationals(4, (1, 2, 3))


def names_of(formula: BlockFormula) -> list[int]:
    """The number of blocks in every orbit."""
    return [len(formula.images(orbit.block)) for orbit in formula.orbits]


@given(vectors(5, VALUES))
def test_T17_maximum_of_five_numbers(point: Vector) -> None:
    assert MAX_OF_FIVE(point) == SYMMETRIC_MAX_OF_FIVE(point) == max(point)
    assert maximum_network(5, 2)(point) == (max(point),)


@given(vectors(6, VALUES))
def test_T18_maximum_of_six_numbers(point: Vector) -> None:
    assert MAX_OF_SIX(point) == SYMMETRIC_MAX_OF_SIX(point) == max(point)
    assert maximum_network(6, 2)(point) == (max(point),)


def test_T17_all_weak_orders_of_five_numbers() -> None:
    network = maximum_network(5, 2)
    for values in product(range(3), repeat=5):
        point = tuple(map(Fraction, values))
        assert network(point) == (max(point),)


@pytest.mark.slow
def test_T18_all_small_points() -> None:
    network = maximum_network(6, 2)
    for values in product(range(3), repeat=6):
        point = tuple(map(Fraction, values))
        assert network(point) == (max(point),)


def test_T17_and_T18_sizes_of_the_formulas() -> None:
    assert [names_of(formula) for formula in FORMULAS] == [
        [1, 2, 2, 1],
        [12, 24, 6, 24],
        [5, 15, 30],
        [15, 180, 90, 180],
    ]
    assert [len(formula.pairs) for formula in FORMULAS] == [6, 12, 10, 15]


def size_of(formula: BlockFormula, domain: Box | Space) -> tuple[int, ...]:
    """The size formula of T17 and T18: pairs and passing forms, then blocks and one pair.

    The affine parts of the blocks span 2 dimensions for five numbers and 3 for six, given the
    right signs of the lines, and differences of inputs that are lines pass by one unit each. The
    affine part of the output is one more: two units, on a box one.
    """
    passing = {5: 2, 6: 3}[formula.count] + (1 if isinstance(domain, Box) else 2)
    first, second = len(formula.pairs) + passing, len(formula.terms) + 2
    return (formula.count, first, second, 1)


@pytest.mark.parametrize("count", [5, 6])
def test_T18_widths_of_the_networks(count: int) -> None:
    formula = {5: MAX_OF_FIVE, 6: MAX_OF_SIX}[count]
    box = Box.cube(count, -1, 1)
    space = maximum_network(count, 2)
    assert space.widths == size_of(formula, Space(count))
    assert space.widths == {5: (5, 10, 8, 1), 6: (6, 17, 68, 1)}[count]
    forms = [tuple(int(i == j + 1) for i in range(count + 1)) for j in range(count)]
    assert assembled([block_maximum(forms, 2)], box).widths == size_of(formula, box)
    scale = {5: 2, 6: 12}[count]
    last = space.layers[-1]
    assert all((weight * scale).denominator == 1 for _, weight in last.rows[0])
    assert all(
        w.denominator == 1 for layer in space.layers[:1] for row in layer.rows for _, w in row
    )


def claim_of(count: int, domain: Box | Space) -> Claim:
    sides = (maximum_network(count, 2), tree_network(count))
    return Claim(NamedNetwork.of("blocks", sides[0]), NamedNetwork.of("tree", sides[1]), domain)


@pytest.mark.parametrize("domain", [Space(5), Box.cube(5, -1, 1)], ids=["space", "box"])
def test_T17_the_network_is_proved_equal_to_a_tree(domain: Box | Space) -> None:
    verdict = prove(claim_of(5, domain))
    assert isinstance(verdict, Equivalent)


@pytest.mark.slow
@pytest.mark.parametrize("domain", [Space(6), Box.cube(6, -1, 1)], ids=["space", "box"])
def test_T18_the_network_is_proved_equal_to_a_tree(domain: Box | Space) -> None:
    verdict = prove(claim_of(6, domain))
    assert isinstance(verdict, Equivalent)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 2, 0, 1, 3), (1, 0, 3, 4, 2)])
def test_pairs_are_formed_where_walls_are(order: tuple[int, ...]) -> None:
    """The functions have an order in which every pair of the formula bends at a wall."""
    functions = [(k**4, k, k * k, k**3) for k in range(5)]
    pairs = [(functions[order[i]], functions[order[j]]) for i, j in MAX_OF_FIVE.pairs if i != j]
    rises = [tuple(a - b for a, b in zip(one, other, strict=True)) for one, other in pairs]
    walls = {oriented(rise)[0] for rise in rises}
    units = all_units(block_maximum(functions, 2, walls).units)
    assert {oriented(unit.form)[0] for unit in units if unit.depth == 1} <= walls


def test_blocks_are_taken_where_no_identity_is_cheaper() -> None:
    """Six functions of two inputs: their gradients are dependent, so fewer at a time suffice."""
    functions = [(k**3, k, k * k) for k in range(6)]
    terms = BLOCKS.reduced(functions, 2)
    price = sum(units_of_blocks(len(term), 2) for term in terms)
    assert price < units_of_blocks(6, 2)
    assert TREES.reduced(functions[:4], 2) == {tuple(sorted(functions[:4])): 1}


def test_T17_by_another_solver() -> None:
    answer = smt_answer(maximum_network(5, 2), tree_network(5), Space(5), timeout=60)
    assert isinstance(answer, Unsat)


def test_T19_layers() -> None:
    assert [most_of_blocks(layers) for layers in range(5)] == [1, 2, 6, 18, 54]
    assert [layers_of_blocks(count) for count in (1, 2, 3, 6, 7, 18, 19, 54, 55)] == [
        *(0, 1, 2, 2, 3, 3, 4, 4, 5)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("count", [9, 10])
def test_T19_the_recursion_is_proved_equal_to_a_tree(count: int) -> None:
    blocks, tree = maximum_network(count, 3), tree_network(count)
    assert tree.hidden_layers == 4
    box = Box.cube(count, -1, 1)
    claim = Claim(NamedNetwork.of("blocks", blocks), NamedNetwork.of("tree", tree), box)
    assert isinstance(prove(claim), Equivalent)


WIDTHS = {
    (1, 0): (1, 1),
    (2, 1): (2, 3, 1),
    (3, 2): (3, 5, 3, 1),
    (4, 2): (4, 6, 3, 1),
    (5, 2): (5, 10, 8, 1),
    (6, 2): (6, 17, 68, 1),
    (8, 3): (8, 12, 6, 3, 1),
    (9, 3): (9, 18, 18, 8, 1),
    (10, 3): (10, 15, 14, 8, 1),
    (12, 3): (12, 18, 24, 68, 1),
    (15, 3): (15, 57, 224, 68, 1),
    (18, 3): (18, 125, 888, 68, 1),
    (19, 4): (19, 30, 22, 14, 8, 1),
}


def random_points(count: int, number: int) -> list[Vector]:
    random = Random(count)
    found = [
        tuple(Fraction(random.randint(-6, 6), random.choice((1, 2, 3))) for _ in range(count))
        for _ in range(number)
    ]
    return [*found, (Fraction(1),) * count, tuple(map(Fraction, range(count)))]


@pytest.mark.parametrize(("count", "layers"), list(WIDTHS))
def test_T19_maximum_of_many_numbers(count: int, layers: int) -> None:
    network = maximum_network(count, layers)
    assert layers_of_blocks(count) == layers == network.hidden_layers
    assert network.widths == WIDTHS[count, layers]
    assert units_of_blocks(count, layers) <= network.units
    for point in random_points(count, 8):
        assert network(point) == (max(point),)


FORMS = st.lists(st.tuples(*[st.integers(-3, 3)] * 4), min_size=1, max_size=7)


@given(FORMS, st.lists(vectors(3), min_size=3, max_size=3))
def test_T19_maximum_of_affine_functions(
    functions: list[tuple[int, ...]], points: list[Vector]
) -> None:
    layers = layers_of_blocks(len(set(functions)))
    walls = {(0, 1, 0, 0)}
    found = block_maximum(functions, layers, walls)
    assert found.depth <= layers
    network: Network = assembled([found], Space(3))
    for x, y, z in points:
        expected = max(d + a * x + b * y + c * z for d, a, b, c in functions)
        assert found((x, y, z)) == expected
        assert network((x, y, z)) == (expected,)


def test_too_few_layers_are_refused() -> None:
    with pytest.raises(ScopeError, match="2 layers are too few for 7 functions"):
        maximum_network(7, 2)
    with pytest.raises(ScopeError, match="0 layers"):
        maximum_network(2, 0)
    with pytest.raises(TheoryError, match="at least one"):
        block_maximum([], 2)


def test_formulas_are_refused_that_are_none() -> None:
    block = (((0, 1), (0, 1)), ((2, 2), (2, 2)))
    with pytest.raises(ShapeError, match="permutations of 3"):
        BlockFormula(3, ((0, 1),), (Orbit(Fraction(1), block),), "T17")
    again = (Orbit(Fraction(1), block), Orbit(Fraction(1), (((0, 2), (0, 2)), ((1, 1), (1, 1)))))
    with pytest.raises(TheoryError, match="one orbit"):
        BlockFormula(3, (), again, "T17")


def test_blocks_have_one_canonical_form() -> None:
    assert canonical((((3, 1), (0, 2)), ((1, 0), (2, 2)))) == (((0, 1), (2, 2)), ((0, 2), (1, 3)))
