"""Lossless compression is exact on its domain, never larger, and as small as the theorem says."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Polytope, Space
from theory.errors import ShapeError
from theory.forms.compress import CompressedForm, compressed_form
from theory.network import Affine, Network, Vector, relu
from theory.row_basis import rank_at_least, row_basis
from theory.stability import Stability, activation, box_of, images, stability
from theory.zonotope import Zonotopes
from verify.testing.strategies import boxes, domains, networks, points_in

SMALL = st.lists(st.integers(1, 5), min_size=1, max_size=3)


def dense(*layers: tuple[list[list[int]], list[int]]) -> Network:
    return Network(tuple(Affine.dense(weight, bias) for weight, bias in layers))


def corners_and_middle(box: Box) -> list[Vector]:
    middle = tuple((a + b) / 2 for a, b in zip(box.lower, box.upper, strict=True))
    third = tuple((2 * a + b) / 3 for a, b in zip(box.lower, box.upper, strict=True))
    return [box.lower, box.upper, middle, third]


def removed(form: CompressedForm, layer: int) -> dict[str, int]:
    return dict(form.trace.layers[layer - 1].removed)


@given(st.data())
def test_T38_compressed_networks_are_equal_on_the_domain(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    domain = data.draw(domains(network.inputs))
    form = compressed_form(network, domain)
    assert form.network.units <= network.units
    assert form.network.hidden_layers <= network.hidden_layers
    for _ in range(4):
        point = data.draw(points_in(domain))
        assert form.network(point) == network(point)


@given(st.data())
def test_T38_compressed_networks_are_equal_on_boxes(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    form = compressed_form(network, box)
    for point in [*corners_and_middle(box), data.draw(points_in(box))]:
        assert form.network(point) == network(point)


@given(st.data())
def test_T38_signs_and_bounds_of_units_hold_on_the_domain(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    domain = data.draw(domains(network.inputs))
    known = stability(network, domain)
    for _ in range(3):
        values = network.activations(data.draw(points_in(domain)))
        for layer, before, units in zip(network.layers, values, known, strict=False):
            for value, unit in zip(layer(before), units, strict=True):
                assert unit.low is None or unit.low <= value
                assert unit.high is None or value <= unit.high
                assert value * unit.sign >= 0
                low, high = activation(unit)
                assert low is not None
                assert low <= relu(value)
                assert high is None or relu(value) <= high


@given(st.data())
def test_T38_a_smaller_domain_decides_no_fewer_signs_by_intervals(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    middle = corners_and_middle(box)[2]
    half = Box(box.lower, middle)
    ends = [list(zip(one.lower, one.upper, strict=True)) for one in (box, half)]
    for outer, inner in zip(*(images(network.layers[0], end) for end in ends), strict=True):
        assert all(end is not None for end in (*outer, *inner))
        assert Fraction(outer[0] or 0) <= Fraction(inner[0] or 0)
        assert Fraction(outer[1] or 0) >= Fraction(inner[1] or 0)


@given(st.data())
def test_zonotopes_enclose_units(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    shapes = Zonotopes.of_box(box)
    point = data.draw(points_in(box))
    values = network.activations(point)
    for layer, before in zip(network.layers, values, strict=True):
        shapes = shapes.through(layer)
        for value, (low, high) in zip(layer(before), shapes.ranges, strict=True):
            assert low <= value <= high
        shapes = shapes.relu(shapes.ranges)


def test_long_numbers_are_rounded_outwards() -> None:
    third = Fraction(10**60 + 7, 3 * 10**60)
    layer = Affine.dense([[third, -third], [third, third]], [third, Fraction(0)])
    shapes = Zonotopes.of_box(Box.cube(2, -1, 1))
    values: Vector = (Fraction(2, 3), Fraction(-5, 7))
    for _ in range(12):
        shapes, values = shapes.through(layer), layer(values)
        for value, (low, high) in zip(values, shapes.ranges, strict=True):
            assert low <= value <= high
            assert high - low < 4


# -- what is removed


def test_worked_example_of_the_literature() -> None:
    network = dense(
        ([[1, 1], [2, 2], [-1, -1], [1, -1], [1, 2], [2, 3]], [0, 1, -1, 0, 1, 2]),
        ([[1, 1, 5, 1, 2, -1], [-1, 0, 1, -2, 1, 1], [1, 1, 1, 1, 1, 1]], [1, -9, 0]),
        ([[1, 2, -1]], [0]),
    )
    form = compressed_form(network, Box.cube(2, 0, 1))
    assert form.network == dense(([[-3, -4]], [-2]))
    assert removed(form, 2) == {"inactive": 1, "merged": 1, "folded": 1}


def test_active_units_are_as_many_as_the_rank_of_what_they_hand_on() -> None:
    weight = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]]
    network = dense(
        ([*weight, [1, -1, 0]], [1] * 5 + [0]),
        ([[1, 2, 3, 4, 5, 1], [2, 4, 6, 8, 10, -1]], [-9, -30]),
        ([[1, 1]], [0]),
    )
    box = Box.cube(3, 0, 1)
    form = compressed_form(network, box)
    first = form.trace.layers[0]
    assert (first.active, first.undecided, first.kept) == (5, 1, 2)
    assert removed(form, 1)["merged"] == 4
    for point in corners_and_middle(box):
        assert form.network(point) == network(point)


def test_linearly_dependent_active_units_stay_units_of_the_layer() -> None:
    network = dense(
        ([[1, 0], [0, 1], [1, 1], [1, -1]], [1, 1, 5, 0]),
        ([[1, 2, 3, 4], [4, 3, 2, 1], [1, -1, 1, -1], [0, 0, 1, 1]], [-6, -9, 0, -6]),
        ([[1, 1, 1, 1]], [0]),
    )
    form = compressed_form(network, Box.cube(2, 0, 1))
    rows = form.network.layers[0].rows
    assert len(rows) == 3
    assert set(rows) <= set(network.layers[0].rows)


def test_whole_layers_are_folded() -> None:
    network = dense(([[1, 0], [0, 1]], [1, 1]), ([[1, -1], [1, 1]], [0, 0]), ([[1, -1]], [0]))
    form = compressed_form(network, Box.cube(2, 0, 1))
    assert form.network.widths == (2, 2, 1)
    assert removed(form, 1) == {"folded": 2}


def test_all_units_dead_leave_a_constant() -> None:
    network = dense(([[1], [-1]], [-2, -3]), ([[1, 1]], [-1]), ([[5]], [7]))
    form = compressed_form(network, Box.cube(1, -1, 1))
    assert form.network == Network((Affine(1, ((),), (Fraction(7),)),))
    assert removed(form, 1) == {"inactive": 2}


def test_a_point_leaves_a_constant() -> None:
    network = dense(([[1, 2], [2, 1]], [0, 1]), ([[1, -1], [3, 1]], [0, 0]), ([[1, 1]], [2]))
    point = (Fraction(1, 3), Fraction(2, 7))
    form = compressed_form(network, Box(point, point))
    assert form.network.units == 0
    assert form.network(point) == network(point)
    assert form.network((Fraction(9), Fraction(9))) == network(point)


def test_fixed_inputs_are_constants() -> None:
    network = dense(([[1, 2], [2, 4]], [0, 0]), ([[1, -2]], [0]))
    box = Box((Fraction(-1), Fraction(0)), (Fraction(1), Fraction(0)))
    form = compressed_form(network, box)
    assert form.network.layers[0].rows == (((0, Fraction(1)),),)


def test_one_unit_that_crosses_stays() -> None:
    network = dense(([[1]], [0]), ([[1]], [0]))
    form = compressed_form(network, Box.cube(1, -1, 1))
    assert form.network == network
    assert form.trace.layers[0].undecided == 1


def test_networks_without_hidden_layers_stay() -> None:
    network = dense(([[1, 2]], [3]))
    assert compressed_form(network, Space(2)).network == network
    assert compressed_form(network, Space(2)).trace.layers == ()


@pytest.mark.parametrize("factor", [Fraction(1), Fraction(2), Fraction(1, 3)])
def test_duplicates_become_one_unit(factor: Fraction) -> None:
    rows = [[Fraction(1), Fraction(-1)], [factor, -factor]]
    network = Network(
        (Affine.dense(rows, [Fraction(1), factor]), Affine.dense([[1, 3], [2, 1]], [0, 0]))
    )
    form = compressed_form(network, Space(2))
    assert removed(form, 1) == {"duplicate": 1}
    assert form.network.layers[1].rows[0][0][1] == 1 + 3 * factor


def test_duplicates_that_cancel_go_both() -> None:
    network = dense(([[1, -1], [1, -1]], [0, 0]), ([[1, -1]], [4]))
    form = compressed_form(network, Space(2))
    assert form.network.units == 0
    assert sum(removed(form, 1).values()) == 2


def test_opposite_units_join_the_linear_part_where_it_saves_units() -> None:
    network = dense(([[1, 1], [-1, -1], [2, -1], [-4, 2]], [0, 0, 1, -2]), ([[1, 1, 1, 1]], [0]))
    box = Box.cube(2, -1, 1)
    form = compressed_form(network, box)
    assert form.network.units == 3  # two lines and a linear part of rank 1
    assert removed(form, 1) == {"opposite": 1}
    for point in corners_and_middle(box):
        assert form.network(point) == network(point)


def test_opposite_units_with_nothing_to_save_stay() -> None:
    network = dense(([[1], [-1]], [0, 0]), ([[1, 1]], [0]))
    assert compressed_form(network, Box.cube(1, -1, 1)).network == network


def test_opposite_units_whose_linear_parts_cancel() -> None:
    network = dense(([[1], [-1], [1]], [0, 0, 5]), ([[1, 1, 1]], [0]))
    form = compressed_form(network, Box.cube(1, -1, 1))
    assert form.network.units == 1  # |x| + x + 5 = 2 relu(x) + 5


def test_without_bounds_nothing_is_shifted() -> None:
    network = dense(([[1], [-1], [3]], [0, 0, 1]), ([[1, 1, 1]], [0]))
    form = compressed_form(network, Space(1))
    assert form.network.units == 3
    assert {unit.sign for unit in stability(network, Space(1))[0]} == {0}


def test_polytopes_count_as_the_box_of_their_bounds() -> None:
    one, zero = Fraction(1), Fraction(0)
    bounds = (((one,), one), ((-one,), zero))
    assert box_of(Polytope(1, bounds)) == Box.cube(1, 0, 1)
    assert box_of(Polytope(1, bounds[:1])) is None
    network = dense(([[1], [-1]], [0, -1]), ([[1, 1]], [0]))
    assert compressed_form(network, Polytope(1, bounds)).network == dense(([[1]], [0]))
    assert zero == compressed_form(network, Polytope(1, bounds[:1])).network((zero,))[0]


def test_what_a_caller_knows_is_believed() -> None:
    network = dense(([[1]], [0]), ([[1]], [0]))
    known = ((Stability(Fraction(-1), Fraction(1), 1, "elsewhere"),),)
    form = compressed_form(network, Box.cube(1, -1, 1), known)
    assert form.network.units == 0
    assert dict(form.trace.layers[0].proofs) == {"elsewhere": 1}


def test_what_a_caller_knows_of_unbounded_inputs() -> None:
    # x + y >= 0, so its double and triple are read as they are; nothing bounds x or y
    network = dense(([[1, 1], [2, 2], [1, -1]], [0, 0, 0]), ([[1, 1, 1], [1, 1, -1]], [0, 0]))
    active, open_ = Stability(Fraction(0), None, 1, "elsewhere"), Stability()
    half = Polytope(2, (((Fraction(-1), Fraction(-1)), Fraction(0)),))
    form = compressed_form(network, half, ((active, active, open_),))
    assert form.network.units == 2
    for point in ((Fraction(3), Fraction(-2)), (Fraction(-1), Fraction(1)), (Fraction(5),) * 2):
        assert form.network(point) == network(point)


def test_one_unit_for_a_sum_needs_bounds_of_all_inputs() -> None:
    # y + x, y - x >= 0 and only their sum is read: one unit 2 y, shifted by a bound, would do
    network = dense(([[1, 1], [-1, 1], [3, 1]], [0, 0, 0]), ([[1, 1, 1]], [0]))
    one, zero = Fraction(1), Fraction(0)
    wedge = Polytope(2, (((-one, -one), zero), ((one, -one), zero)))
    active = Stability(zero, None, 1, "elsewhere")
    known = ((active, active, Stability()),)
    assert compressed_form(network, wedge, known).network.widths == (2, 3, 1)
    assert compressed_form(network, Box.cube(2, 0, 5), known).network.widths == (2, 2, 1)


def test_the_trace_says_what_every_layer_was() -> None:
    network = dense(
        ([[1], [1], [1], [1]], [1, 2, -3, 0]), ([[1, 1, 1, 1]], [-5]), ([[1]], [0])
    )  # on [-1, 1]: two active, one inactive, one undecided
    first, second = compressed_form(network, Box.cube(1, -1, 1)).trace.layers
    assert (first.layer, second.layer) == (1, 2)
    assert (first.units, first.inactive, first.active, first.undecided) == (4, 1, 2, 1)
    assert second.units == 1


def test_sizes_that_do_not_fit_are_refused() -> None:
    network = dense(([[1]], [0]), ([[1]], [0]))
    with pytest.raises(ShapeError):
        compressed_form(network, Space(2))
    with pytest.raises(ShapeError):
        compressed_form(network, Space(2), ((Stability(),),))
    with pytest.raises(ShapeError):
        compressed_form(network, Space(1), ())


# -- algebra


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=6))
def test_rows_are_combinations_of_their_basis(matrix: list[list[int]]) -> None:
    basis = row_basis(matrix)
    assert len(basis.rows) == rank_at_least(matrix) <= 3
    assert list(basis.rows) == sorted(basis.rows)
    for row, weights in zip(matrix, basis.coefficients, strict=True):
        sums = [sum((w * matrix[i][c] for i, w in weights), Fraction(0)) for c in range(3)]
        assert sums == row
        assert {i for i, _ in weights} <= set(basis.rows)


def test_a_prime_that_divides_a_minor_does_no_harm() -> None:
    prime = (1 << 61) - 1
    basis = row_basis([[prime, 0], [0, 1], [prime, 1]])
    assert len(basis.rows) == 2
