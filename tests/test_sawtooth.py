"""Depth separation: pieces counted by the canonical form, values by exact evaluation."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.canonical.line import line_form, points_apart_on_line
from theory.counting import serra
from theory.domain import Box, Space
from theory.errors import ScopeError, ShapeError
from theory.network import Network
from theory.sawtooth import least_width, most_pieces, sawtooth
from verify.testing.strategies import networks, rationals

UNIT = Box.cube(1, 0, 1)


@pytest.mark.parametrize("times", range(1, 8))
def test_T32_the_sawtooth_has_all_its_teeth(times: int) -> None:
    network = sawtooth(times)
    assert network.widths == (1, *(2,) * times, 1)
    form = line_form(network, UNIT)
    teeth = 2**times
    assert form.breakpoints == tuple(Fraction(place, teeth) for place in range(1, teeth))
    assert all(
        network((Fraction(place, teeth),)) == (Fraction(place % 2),) for place in range(teeth + 1)
    )


@given(rationals(1, (1, 2, 3, 5, 64)).map(abs), st.integers(1, 6))
def test_T32_the_sawtooth_is_the_tent_map_again_and_again(point: Fraction, times: int) -> None:
    value = point
    for _ in range(times):
        value = 2 * value if 2 * value <= 1 else 2 - 2 * value
    assert sawtooth(times)((point,)) == (value,)


@given(networks(inputs=1))
def test_T32_no_network_has_more_pieces_than_its_widths_allow(network: Network) -> None:
    hidden = network.widths[1:-1]
    assert len(line_form(network, Space(1)).pieces) <= serra(1, hidden) <= most_pieces(hidden)
    assert min(hidden, default=2) < 2 or serra(1, hidden) == most_pieces(hidden)


@given(networks(1, st.lists(st.integers(1, 4), min_size=1, max_size=2), 1))
def test_T32_a_network_with_too_few_units_differs_from_the_sawtooth(network: Network) -> None:
    deep = sawtooth(5)
    forms = [line_form(one, UNIT) for one in (deep, network)]
    points = points_apart_on_line(forms[0], forms[1])
    assert any(deep(point) != network(point) for point in points)


@given(st.integers(1, 4), st.integers(1, 200))
def test_T32_the_least_width(layers: int, pieces: int) -> None:
    width = least_width(layers, pieces)
    assert most_pieces((width,) * layers) >= pieces
    assert not width or most_pieces((width - 1,) * layers) < pieces


def test_T32_the_figures_of_the_note() -> None:
    assert [least_width(layers, 2**6) for layers in (1, 2, 3, 6)] == [63, 7, 3, 1]
    assert least_width(1, 2**200) == 2**200 - 1


def test_what_there_is_not_is_refused() -> None:
    with pytest.raises(ScopeError):
        sawtooth(0)
    with pytest.raises(ScopeError):
        least_width(0, 3)
    with pytest.raises(ShapeError):
        most_pieces((3, -1))
