"""The first hidden layer: sums are read from its signals; exact evaluation is the oracle."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.first_layer import first_layer
from theory.network import Vector, relu
from theory.unit import UnitSum, affine_sum, relu_of, weighted_sum
from verify.testing.strategies import points_in

INPUTS = 3
FORMS = st.tuples(*[st.integers(-2, 2)] * (INPUTS + 1))
WEIGHTS = st.sampled_from([Fraction(p, q) for p in (0, 1, -1, 2, -3) for q in (1, 2)])
BOX = Box.cube(INPUTS, Fraction(-1, 2), 2)
HALF = Polytope(INPUTS, (((Fraction(1), Fraction(-1), Fraction(0)), Fraction(1)),))
DOMAINS: tuple[Domain, ...] = (Space(INPUTS), BOX, HALF)


@st.composite
def arguments_of_lines(draw: st.DrawFn) -> list[UnitSum]:
    """Sums of an affine part and lines; parallel, opposite and constant ones among them."""
    lines = [relu_of(affine_sum(form)) for form in draw(st.lists(FORMS, max_size=4))]
    found = []
    for _ in range(draw(st.integers(1, 4))):
        terms = [(affine_sum(draw(FORMS)), draw(WEIGHTS))]
        terms += [(line, draw(WEIGHTS)) for line in lines]
        found.append(weighted_sum(terms, INPUTS + 1))
    return found


def values_of_signals(signals: tuple[UnitSum, ...], point: Vector) -> list[Fraction]:
    return [relu(signal(point)) for signal in signals]


@pytest.mark.parametrize("domain", DOMAINS, ids=["space", "box", "polytope"])
def test_T09_sums_are_read_from_the_first_layer(domain: Domain) -> None:
    @given(arguments_of_lines(), st.data())
    def holds(arguments: list[UnitSum], data: st.DataObject) -> None:
        layer = first_layer(arguments, domain)
        assert len(layer.signals) == len(layer.units) + layer.passage.cost
        assert layer.passage.cost <= INPUTS * (1 if isinstance(domain, Box) else 2)
        for _ in range(3):
            point = data.draw(points_in(domain))
            values = values_of_signals(layer.signals, point)
            for argument in arguments:
                row, bias = layer.read(argument)
                assert sum((w * values[column] for column, w in row), bias) == argument(point)

    holds()


def line(*form: int) -> UnitSum:
    return relu_of(affine_sum(form))


def test_an_opposite_unit_needs_no_pair() -> None:
    term = weighted_sum([(line(0, 1, 2), 1), (affine_sum((0, 1, 2)), -1)], 3)
    assert [signal.form for signal in first_layer([term], Space(2)).signals] == [(0, -1, -2)]


def test_a_line_passes_by_its_opposite_unit() -> None:
    terms = [line(3, 1, 2), affine_sum((1, 2, 4))]
    layer = first_layer(terms, Space(2))
    assert [signal.form for signal in layer.signals] == [(3, 1, 2), (-3, -1, -2)]
    assert layer.read(terms[1]) == (((0, Fraction(2)), (1, Fraction(-2))), Fraction(-5))


def test_lines_are_not_used_where_fractions_would_arise() -> None:
    terms = [line(0, 2, 1), line(0, 1, 3), affine_sum((0, 1, 0)), affine_sum((0, 0, 1))]
    assert len(first_layer(terms, Space(2)).signals) == 6


def test_a_box_passes_forms_by_one_unit_each() -> None:
    terms = [affine_sum((1, 1, -1, 0)), affine_sum((0, 2, -2, 0))]
    layer = first_layer(terms, Box.cube(3, -1, 1))
    assert [signal.form for signal in layer.signals] == [(2, 1, -1, 0)]


def test_a_line_along_an_input_passes_that_input_though_others_do_not() -> None:
    """relu(3 x - 2 y) - relu(x) + y needs y by a pair, but x by one unit more."""
    lines = weighted_sum(((line(0, 3, -2), 1), (line(1, 5, 7), 1), (line(0, 1, 0), -1)), 3)
    arguments = [
        weighted_sum(((lines, 1), (affine_sum((0, 0, 1)), 1)), 3),
        weighted_sum(((lines, 2), (affine_sum((0, 1, 3)), 1)), 3),
        weighted_sum(((lines, 3), (affine_sum((0, 2, -1)), 1)), 3),
    ]
    layer = first_layer(arguments, Space(2))
    assert layer.passage.cost == 3
    assert len({signal.form for signal in layer.signals}) == len(layer.signals) == 6


def test_lines_outside_what_is_to_pass_may_pass_it_together() -> None:
    """y and z by the opposites of x, x + y and x + z: three units, where two pairs take four."""
    lines = [line(1, 1, 0, 0), line(2, 1, 1, 0), line(3, 1, 0, 1)]
    layer = first_layer([affine_sum((0, 0, 1, 0)), affine_sum((0, 0, 0, 1)), *lines], Space(3))
    assert layer.passage.lines == (0, 1, 2)
    assert layer.passage.forms == ()
    assert len(layer.signals) == 6
