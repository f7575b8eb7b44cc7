"""Units that cannot change sign on a box go; what is left has the same values there."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.test_unit import unit_sums
from theory.domain import Box
from theory.settling import settled
from theory.unit import UnitSum, affine_sum, relu_of, weighted_sum
from verify.testing.strategies import boxes, points_in

INPUTS = 2


def nested(inner: UnitSum, form: tuple[int, ...], weight: int | Fraction) -> UnitSum:
    return relu_of(weighted_sum(((affine_sum(form), 1), (inner, weight)), len(form)))


@given(
    st.data(),
    st.lists(unit_sums(INPUTS), min_size=1, max_size=3),
    st.tuples(*[st.integers(-4, 4)] * (INPUTS + 1)),
    st.sampled_from([-2, -1, Fraction(-1, 4), Fraction(1, 4), 1, 2]),
)
def test_settled_sums_have_the_same_values_on_the_box(
    data: st.DataObject, sums: list[UnitSum], form: tuple[int, ...], weight: int | Fraction
) -> None:
    sums.append(nested(relu_of(sums[0]), form, weight))
    box = data.draw(boxes(INPUTS))
    after = settled(sums, box)
    for _ in range(4):
        point = data.draw(points_in(box))
        assert [term(point) for term in after] == [term(point) for term in sums]


def test_bounds_see_how_large_a_unit_inside_may_be() -> None:
    """relu(3 - 4 relu(x)) on [0, 1] is positive at 0 and not at 1: its sign is not settled."""
    line = relu_of(affine_sum((0, 1)))
    box = Box.cube(1, -1, 1)
    for weight, constant in ((-4, 3), (4, -3)):
        term = nested(line, (constant, 0), weight)
        assert settled([term], box) == (term,)
    positive, negative = nested(line, (4, 0), -4), nested(line, (-4, 0), 4)
    for settled_term, value in ((positive, 4), (negative, 0)):
        (found,) = settled([settled_term], box)
        assert all(unit.depth == 1 for unit in found.units)
        assert found((Fraction(-1),)) == value


def test_bounds_grow_with_the_weight_and_with_the_unit_inside() -> None:
    """relu(7 - 4 relu(x)) on [-2, 2]: 7 - 4 relu(x) goes from 7 down to -1."""
    line = relu_of(affine_sum((0, 1)))
    box = Box.cube(1, -2, 2)
    for weight, constant in ((-4, 7), (4, -7)):
        term = nested(line, (constant, 0), weight)
        assert settled([term], box) == (term,)
    for weight, constant in ((-4, 8), (4, -8)):
        (found,) = settled([nested(line, (constant, 0), weight)], box)
        assert all(unit.depth == 1 for unit in found.units)


def test_units_of_one_sign_on_the_box_are_affine_or_nothing() -> None:
    above, below, across = (relu_of(affine_sum((constant, 1, 1))) for constant in (2, -2, 0))
    box = Box.cube(2, -1, 1)
    assert settled([above, below], box) == (affine_sum((2, 1, 1)), affine_sum((0, 0, 0)))
    both = weighted_sum(((above, 1), (below, 5), (across, 3)), 3)
    (found,) = settled([both], box)
    assert found == weighted_sum(((affine_sum((2, 1, 1)), 1), (across, 3)), 3)
