"""Pictures and tables of linear regions: exact cells that fill the window, true affine maps."""

import re
import shutil
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import ScopeError
from theory.network import Affine, Network
from theory.region import regions
from verify.report.pdf import typeset
from verify.report.picture import area, centroid, picture_document, picture_of, regions_picture
from verify.report.region_table import few_regions, region_rows
from verify.report.shade import STEPS, colours, shade
from verify.report.window import Frame, decimal, window_of
from verify.testing.strategies import networks

ABS = Network((Affine.dense([[1, 0], [-1, 0]], [0, 0]), Affine.dense([[1, 1]], [0])))
SQUARE = Box.cube(2, -1, 1)
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")


def drawn_areas(tikz: str) -> list[Fraction]:
    """The areas of the polygons that a picture draws, in square centimetres."""
    found = []
    for line in re.findall(r"\\start.*\\finish", tikz):
        corners = re.findall(r"\{(-?[0-9]+\.[0-9]{4})\}\{(-?[0-9]+\.[0-9]{4})\}", line)
        found.append(area([(Fraction(x), Fraction(y)) for x, y in corners]))
    return found


@given(networks(inputs=2, widths=st.lists(st.integers(1, 4), max_size=2)), st.booleans())
def test_the_cells_fill_the_window(network: Network, whole_space: bool) -> None:
    domain: Domain = Space(2) if whole_space else SQUARE
    picture = regions_picture(network, domain)
    frame = Frame(picture.window)
    rounding = Fraction(len(drawn_areas(picture.tikz)), 100)
    assert abs(sum(drawn_areas(picture.tikz)) - frame.width * frame.height) < rounding
    assert whole_space or not picture.is_clipped
    exact = [region.cell.clip(picture.window.forms) for region in regions(network, domain)]
    assert sum(area(cell.vertices) for cell in exact if cell is not None) == frame.area


@given(networks(inputs=2, widths=st.lists(st.integers(1, 4), max_size=2)))
def test_the_shades_are_values_of_the_network(network: Network) -> None:
    picture = regions_picture(network, SQUARE)
    middles = [centroid(region.cell.vertices) for region in regions(network, SQUARE)]
    values = [network(middle)[0] for middle in middles]
    assert (picture.low, picture.high) == (min(values), max(values))


def test_a_polygon_is_clipped_and_printed_to_four_decimals() -> None:
    triangle = Polytope(
        2,
        tuple(
            ((Fraction(a), Fraction(b)), Fraction(c))
            for a, b, c in ((-1, 0, 0), (0, -1, 0), (3, 1, 2))
        ),
    )
    picture = regions_picture(ABS, triangle)
    assert picture.cells == 1
    assert picture.window.lower == (Fraction(0), Fraction(0))
    assert not picture.is_clipped
    assert r"\start{0.0000}{0.0000}" in picture.tikz
    assert not re.search(r"\{-?[0-9]*\.[0-9]{5,}\}", picture.tikz)


def test_a_point_is_marked() -> None:
    assert "$p$" not in regions_picture(ABS, SQUARE).tikz
    half = Fraction(1, 2)
    marked = regions_picture(ABS, SQUARE, (half, half)).tikz
    assert r"shift={(6.7500,6.7500)}" in marked
    assert "$p$" in marked


def test_what_cannot_be_drawn_is_refused() -> None:
    line = Network((Affine.dense([[1]], [0]),))
    with pytest.raises(ScopeError, match="two inputs"):
        regions_picture(line, Box.cube(1, 0, 1))
    with pytest.raises(ScopeError, match="more than 1 cells"):
        regions_picture(ABS, SQUARE, most=1)
    with pytest.raises(ScopeError, match="no interior"):
        regions_picture(ABS, Box((Fraction(0),) * 2, (Fraction(0), Fraction(1))))


def test_the_window_of_an_unbounded_domain_holds_the_vertices_and_the_mark() -> None:
    found = tuple(regions(ABS, Space(2)))
    mark = (Fraction(50), Fraction(-7))
    window = window_of(found, Space(2), mark)
    assert mark in window
    assert all(vertex in window for region in found for vertex in region.cell.vertices)
    assert "$p$" in picture_of(found, Space(2), mark).tikz


def test_lightness_falls_along_the_scale() -> None:
    lightness = [299 * red + 587 * green + 114 * blue for red, green, blue in colours()]
    assert lightness == sorted(lightness, reverse=True)
    assert len(set(lightness)) == len(lightness) == STEPS
    assert [shade(Fraction(0)), shade(Fraction(1))] == [0, STEPS - 1]


def test_decimals_are_rounded_to_four_places() -> None:
    shown = [decimal(Fraction(p, q)) for p, q in ((1, 3), (-1, 30000), (-2, 1), (99999999, 10**8))]
    assert shown == ["0.3333", "0.0000", "-2.0000", "1.0000"]


@given(networks(inputs=st.integers(1, 2), widths=st.lists(st.integers(1, 3), max_size=2)))
def test_the_table_of_affine_maps_is_that_of_the_regions(network: Network) -> None:
    box = Box.cube(network.inputs, -1, 1)
    found = few_regions(network, box, 60)
    assert found is not None
    assert [row.number for row in region_rows(found, box)] == list(range(1, len(found) + 1))
    for region in found:
        point = region.cell.interior_point()
        assert region.affine(point) == network(point)


def test_the_affine_maps_of_a_small_network() -> None:
    found = few_regions(ABS, SQUARE, 60)
    assert found is not None
    rows = region_rows(found, SQUARE)
    assert [(row.conditions, row.maps) for row in rows] == [
        ((r"x_{1}\ge 0",), ("x_{1}",)),
        ((r"x_{1}\le 0",), ("-x_{1}",)),
    ]
    assert few_regions(ABS, SQUARE, 1) is None


def test_fixed_inputs_keep_their_names() -> None:
    box = Box((Fraction(0), Fraction(-1)), (Fraction(0), Fraction(1)))
    network = Network((Affine.dense([[1, 1]], [0]), Affine.dense([[2]], [0])))
    found = few_regions(network, box, 60)
    assert found is not None
    assert sorted(row.maps for row in region_rows(found, box)) == [("0",), (r"2\,x_{2}",)]


def test_many_regions_are_not_listed() -> None:
    wide = Network((Affine.dense([[1] * 6] * 50, [0] * 50), Affine.dense([[1] * 50], [0])))
    assert few_regions(wide, Box.cube(6, -1, 1), 60) is None


@needs_tex
def test_the_picture_is_a_document_of_its_own() -> None:
    made = typeset(picture_document(ABS, Space(2)))
    assert made.message == ""
    assert made.pdf is not None
