"""Max trees: exact evaluation of the maximum is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.assembly import assembled
from theory.domain import Space
from theory.errors import TheoryError
from theory.form import oriented
from theory.forms.max_tree import layers_of_maximum, max_tree, maximum_network
from theory.germ_chart import all_units
from theory.network import Vector
from verify.testing.strategies import rationals, vectors


def tree_widths(count: int) -> tuple[int, ...]:
    """The size formula of T10."""
    widths = []
    left = count
    while left > 1:
        widths.append(3 * (left // 2) + 2 * (left % 2))
        left -= left // 2
    return (count, *widths, 1)


@pytest.mark.parametrize("count", range(1, 10))
def test_T10_maximum_of_numbers(count: int) -> None:
    network = maximum_network(count)
    assert network.hidden_layers == layers_of_maximum(count)
    assert 2**network.hidden_layers >= count > 2 ** (network.hidden_layers - 1) // 1 or count == 1
    assert network.widths == tree_widths(count)

    @given(vectors(count, rationals(9, (1, 2, 5))))
    def holds(point: Vector) -> None:
        assert network(point) == (max(point),)

    holds()


FORMS = st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=9)


@given(FORMS, st.lists(vectors(2), min_size=3, max_size=3))
def test_T10_maximum_of_affine_functions(
    functions: list[tuple[int, ...]], points: list[Vector]
) -> None:
    tree = max_tree(functions)
    distinct = len(set(functions))
    assert tree.depth <= layers_of_maximum(distinct)
    assert len(tree.units) <= distinct - 1
    network = assembled([tree], Space(2))
    for x, y in points:
        expected = max(c + a * x + b * y for c, a, b in functions)
        assert tree((x, y)) == expected
        assert network((x, y)) == (expected,)


def test_pairs_that_meet_at_a_wall_are_preferred() -> None:
    functions = [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1)]
    for wall in ((0, 1, 0), (0, 0, 1), (0, 1, 1), (0, 1, -1)):
        tree = max_tree(functions, {oriented(wall)[0]})
        assert wall in {unit.form for unit in all_units(tree.units) if unit.depth == 1}


def test_a_wall_is_preferred_among_many_functions() -> None:
    functions = [(k * k, k, k * k * k) for k in range(8)]
    for partner in range(1, 8):
        rise = tuple(a - b for a, b in zip(functions[0], functions[partner], strict=True))
        tree = max_tree(functions, {oriented(rise)[0]})
        lines = {oriented(unit.form)[0] for unit in all_units(tree.units) if unit.depth == 1}
        assert oriented(rise)[0] in lines


def test_no_functions_have_no_maximum() -> None:
    with pytest.raises(TheoryError, match="at least one"):
        max_tree([])


def test_parallel_functions_need_no_unit() -> None:
    tree = max_tree([(1, 2, 3), (5, 2, 3), (-1, 2, 3)])
    assert not tree.units
    assert tree((Fraction(1), Fraction(1))) == 10
