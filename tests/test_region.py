"""Linear regions: exact evaluation at points of the cells is the oracle."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.complex import compact_complex
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, ShapeError
from theory.network import Affine, Network, Vector
from theory.quotient import quotient
from theory.region import count_regions, pattern_at, region_of, regions
from theory.restriction import restricted
from verify.formats.network_file import read_network
from verify.testing.strategies import boxes, networks, points_in, polytopes, vectors


def full_dimensional(inputs: int) -> st.SearchStrategy[Domain]:
    return st.one_of(
        boxes(inputs).filter(lambda box: not box.fixed),
        st.just(Space(inputs)),
        polytopes(inputs, 3).filter(has_interior),
    )


def has_interior(polytope: Polytope) -> bool:
    try:
        return count_regions(identity(polytope.inputs), polytope).cells > 0
    except DomainError:
        return False


def identity(inputs: int) -> Network:
    rows = [[int(row == column) for column in range(inputs)] for row in range(inputs)]
    return Network((Affine.dense(rows, [0] * inputs),))


@st.composite
def networks_and_domains(draw: st.DrawFn) -> tuple[Network, Domain]:
    network = draw(networks())
    return network, draw(full_dimensional(network.inputs))


@given(networks_and_domains())
def test_T03_the_network_is_the_affine_map_on_each_cell(drawn: tuple[Network, Domain]) -> None:
    network, domain = drawn
    for region in regions(network, domain):
        affine = region.affine
        inside = region.cell.interior_point()
        assert inside in domain
        for point in (inside, *region.cell.vertices):
            assert affine(point) == network(point)
        for layer, strict in zip(
            region.pattern.layers, pattern_at(network, inside).layers, strict=True
        ):
            assert layer == strict
        for form in region.inequalities:
            assert form[0] + sum(g * x for g, x in zip(form[1:], inside, strict=True)) > 0


@given(networks_and_domains(), st.data())
def test_T03_the_cells_cover_the_domain(drawn: tuple[Network, Domain], data: st.DataObject) -> None:
    network, domain = drawn
    point = data.draw(points_in(domain))
    homogeneous = (Fraction(1), *point)
    holding = [
        region
        for region in regions(network, domain)
        if all(
            sum(a * x for a, x in zip(facet, homogeneous, strict=True)) >= 0
            for facet in region.cell.facets
        )
    ]
    assert holding
    assert {region.affine(point) for region in holding} == {network(point)}


@given(networks_and_domains())
def test_T03_the_cells_meet_face_to_face(drawn: tuple[Network, Domain]) -> None:
    network, domain = drawn
    found = compact_complex(regions(network, domain), network.inputs)
    edge = domain.forms
    for facet in found.facets:
        if facet.after is not None:
            assert tuple(-entry for entry in facet.form) in facet.after.cell.facets
            continue
        members = [
            generator
            for generator in facet.before.cell.generators
            if not sum(a * x for a, x in zip(facet.form, generator, strict=True))
        ]
        assert any(
            all(not sum(a * x for a, x in zip(form, g, strict=True)) for g in members)
            for form in edge
        )
    if isinstance(domain, Box):
        assert sum((-1) ** k * count for k, count in enumerate(found.counts)) == 1
        assert found.counts[-1] == len(found.regions)


@given(networks(), st.data())
def test_the_region_of_a_point(network: Network, data: st.DataObject) -> None:
    point = data.draw(vectors(network.inputs))
    piece = region_of(network, point)
    assert piece.affine(point) == network(point)
    for form in piece.inequalities:
        assert form[0] + sum(g * x for g, x in zip(form[1:], point, strict=True)) >= 0
    over_space = {region.pattern for region in regions(network, Space(network.inputs))}
    assert piece.pattern in over_space


@given(networks(), st.data())
def test_restricting_a_network_to_its_free_inputs(network: Network, data: st.DataObject) -> None:
    box = data.draw(boxes(network.inputs))
    if len(box.fixed) == box.inputs:
        with pytest.raises(DomainError, match="single point"):
            restricted(network, box)
        return
    restriction = restricted(network, box)
    free = data.draw(points_in(restriction.box))
    point = restriction.point(free)
    assert point in box
    assert restriction.network(free) == network(point)
    assert restriction.lifted(restriction.network)(point) == network(point)
    assert count_regions(network, box) == count_regions(restriction.network, restriction.box)


@given(networks(widths=st.lists(st.integers(1, 3), min_size=1, max_size=2)), st.data())
def test_a_network_is_a_function_of_its_directions(network: Network, data: st.DataObject) -> None:
    read = quotient(network)
    point: Vector = data.draw(vectors(network.inputs))
    assert read.network(read.directions(point)) == network(point)
    assert read.lifted(read.network)(point) == network(point)
    again = quotient(read.network)
    assert again.network.inputs == read.network.inputs


def test_five_lines_in_general_position_cut_sixteen_regions() -> None:
    rows = [[1, 0], [0, 1], [1, 1], [1, -1], [2, 1]]
    network = Network((Affine.dense(rows, [0, 0, 1, 3, 7]), Affine.dense([[1, 2, 4, 8, 16]], [0])))
    count = count_regions(network, Space(2))
    assert (count.cells, count.patterns) == (16, 16)


def test_duplicated_and_opposite_units_cut_once() -> None:
    network = Network(
        (Affine.dense([[1], [2], [-1], [0]], [0, 0, 0, 3]), Affine.dense([[1, 1, 1, 1]], [0]))
    )
    found = list(regions(network, Space(1)))
    assert [str(region.pattern) for region in found] == ["1101", "0011"]
    assert count_regions(network, Box.cube(1, 1, 2)).cells == 1


def test_a_preactivation_that_vanishes_on_a_cell_is_inactive_there() -> None:
    kink = Affine.dense([[1]], [0])
    network = Network((kink, kink, kink))
    assert [str(region.pattern) for region in regions(network, Space(1))] == ["1|1", "0|0"]


def test_networks_and_domains_of_other_sizes_are_refused() -> None:
    with pytest.raises(ShapeError, match="expected 2 inputs, got 3"):
        next(iter(regions(identity(2), Space(3))))
    with pytest.raises(ShapeError, match="expected 2 coordinates, got 1"):
        region_of(identity(2), (Fraction(0),))


def test_regions_of_a_controller(data: Path) -> None:
    network = read_network(data / "arch-comp" / "single_pendulum.onnx").network
    count = count_regions(network, Box.cube(2, -1, 1))
    assert (count.cells, count.patterns, count.pieces) == (1254, 1254, 1254)
