"""Charts of germs: forms in the coordinates of their directions, and back."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from theory.germ_chart import all_units, chart_of
from theory.unit import affine_sum, relu_of, weighted_sum

INPUTS = 4
ENTRIES = st.tuples(*[st.integers(-2, 2)] * INPUTS)


@given(st.lists(ENTRIES, min_size=1, max_size=3), st.lists(ENTRIES, min_size=1, max_size=4))
def test_forms_are_known_by_their_slopes(
    directions: list[tuple[int, ...]], weights: list[tuple[int, ...]]
) -> None:
    """All forms are combinations of few, with a common zero at (1, ..., 1)."""
    gradients = [
        tuple(sum(w * d[i] for w, d in zip(row, directions, strict=False)) for i in range(INPUTS))
        for row in weights
    ]
    lines = [relu_of(affine_sum((-sum(g), *g))) for g in gradients if any(g)]
    assume(lines)
    nest = relu_of(weighted_sum([(lines[0], -1), (lines[-1], 2)], INPUTS + 1))
    units = [unit for term in (*lines, nest) for unit in term.units]
    chart = chart_of(units)
    assert 1 <= len(chart.coordinates) <= len(directions)
    assert len(chart.dual) == len(chart.coordinates)
    for unit in all_units(units):
        assert chart.lifted(chart.slope(unit.form)) == unit.form
    for index, form in enumerate(chart.dual):
        unit_vector = [Fraction(int(place == index)) for place in range(len(chart.dual))]
        assert [form[place] for place in chart.coordinates] == unit_vector
