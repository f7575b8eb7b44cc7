"""T59: hats on Kuhn triangulations, how many units they need, and how few steps are enough."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import ceil, floor, isqrt, log2, prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.approximation.box_expression import box_target_of, variables_of
from theory.approximation.box_target import BoxTarget
from theory.approximation.kuhn import (
    Cell,
    KuhnGrid,
    kuhn_depth,
    kuhn_error,
    kuhn_interpolant,
    kuhn_widths,
)
from theory.domain import Box
from theory.errors import DomainError, ScopeError, ShapeError, TheoryError
from theory.network import Vector
from verify.approximation.box_claim import BoxApproximation
from verify.approximation.interpolants import Interpolants
from verify.approximation.picture import picture
from verify.checker import RejectedError
from verify.cli import main

F = Fraction
UNIT = Box.cube(2, 0, 1)
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
SIDES = st.tuples(NUMBERS, NUMBERS).map(sorted)
SHARES = st.fractions(min_value=0, max_value=1, max_denominator=12)
BUMP = "(1 - x**2)**2 * (1 - y**2)**2"


@st.composite
def grids(draw: st.DrawFn, most: int = 3) -> KuhnGrid:
    """Boxes with up to three sides, some of them points, and few steps."""
    sides = draw(st.lists(SIDES, min_size=1, max_size=most))
    steps = [draw(st.integers(1, 3 if len(sides) < 3 else 2)) for _ in sides]
    box = Box(tuple(low for low, _ in sides), tuple(high for _, high in sides))
    return KuhnGrid(box, tuple(1 if a == b else m for (a, b), m in zip(sides, steps, strict=True)))


def barycentric(values: Mapping[Cell, Fraction], grid: KuhnGrid, point: Vector) -> Fraction:
    """The interpolant, from the simplex that a point is in: coordinates sorted, largest first."""
    places = [(point[axis] - grid.box.lower[axis]) / grid.length(axis) for axis in grid.free]
    vertex = [min(floor(u), m - 1) for u, m in zip(places, grid.sizes, strict=True)]
    parts = sorted(((u - v, k) for k, (u, v) in enumerate(zip(places, vertex, strict=True))))[::-1]
    shares = [F(1), *(part for part, _ in parts), F(0)]
    found = (shares[0] - shares[1]) * values[tuple(vertex)]
    for place, (_, axis) in enumerate(parts, 1):
        vertex[axis] += 1
        found += (shares[place] - shares[place + 1]) * values[tuple(vertex)]
    return found


@given(st.data())
def test_T59_the_network_is_the_barycentric_interpolant(data: st.DataObject) -> None:
    grid = data.draw(grids())
    values = {vertex: data.draw(NUMBERS) for vertex in grid.vertices()}
    at = {grid.point(vertex): value for vertex, value in values.items()}
    network = kuhn_interpolant(at.__getitem__, grid)
    for vertex, value in values.items():
        assert network(grid.point(vertex)) == (value,)
    for _ in range(5):
        shares = [data.draw(SHARES) for _ in grid.steps]
        ends = zip(grid.box.lower, grid.box.upper, shares, strict=True)
        point = tuple(low + (high - low) * share for low, high, share in ends)
        assert network(point) == (barycentric(values, grid, point),)


@pytest.mark.parametrize(
    "steps", [(1,), (5,), (1, 1), (4, 4), (3, 2), (1, 5), (1, 1, 1), (2, 2, 2), (3, 1, 2)]
)
def test_T59_widths_and_depths_are_those_of_the_formulas(steps: tuple[int, ...]) -> None:
    grid = KuhnGrid(Box.cube(len(steps), -1, 2), steps)
    network = kuhn_interpolant(
        lambda x: prod((k + u * u for k, u in enumerate(x, 2)), start=F(1)), grid
    )
    assert network.widths[1:-1] == kuhn_widths(steps)
    assert network.hidden_layers == kuhn_depth(len(steps))
    if len(steps) == 2:
        assert max(map(len, network.layers[1].rows)) <= 4


@given(grids(), st.lists(NUMBERS, min_size=4, max_size=4), st.data())
def test_T59_the_error_of_a_lipschitz_function(
    grid: KuhnGrid, entries: list[Fraction], data: st.DataObject
) -> None:
    slopes = entries[1 : grid.box.inputs + 1]

    def function(point: Vector) -> Fraction:
        return abs(sum((a * x for a, x in zip(slopes, point, strict=True)), entries[0]))

    network = kuhn_interpolant(function, grid)
    longest = max((grid.length(axis) for axis in grid.free), default=F(0))
    for _ in range(4):
        shares = [data.draw(SHARES) for _ in grid.steps]
        ends = zip(grid.box.lower, grid.box.upper, shares, strict=True)
        point = tuple(low + (high - low) * share for low, high, share in ends)
        assert abs(network(point)[0] - function(point)) <= sum(map(abs, slopes)) * longest


@pytest.mark.parametrize("inputs", range(3, 20))
def test_T59_depth_is_logarithmic(inputs: int) -> None:
    assert kuhn_depth(inputs) == ceil(log2(inputs + 1)) + 1


def test_T59_more_than_three_inputs_are_built_too() -> None:
    for steps in ((1, 1, 1, 1), (2, 1, 1, 2), (1, 1, 1, 1, 1)):
        grid = KuhnGrid(Box.cube(len(steps), 0, 1), steps)
        values = {v: F(7 * k % 11 + 1, 3) for k, v in enumerate(grid.vertices())}
        at = {grid.point(vertex): value for vertex, value in values.items()}
        network = kuhn_interpolant(at.__getitem__, grid)
        assert network.hidden_layers == kuhn_depth(len(steps))
        for k in range(40):
            point = tuple(F((5 * k + 7 * axis * k + axis) % 13, 12) for axis in range(len(steps)))
            assert network(point) == (barycentric(values, grid, point),)
    with pytest.raises(ShapeError, match="at most 3 sides"):
        kuhn_widths((1, 1, 1, 1))


@given(grids(), NUMBERS)
def test_T59_a_constant_has_no_hidden_layer(grid: KuhnGrid, value: Fraction) -> None:
    network = kuhn_interpolant(lambda _: value, grid)
    assert network.hidden_layers == 0
    assert network(grid.box.upper) == (value,)


@given(grids())
def test_T59_affine_functions_are_found_again(grid: KuhnGrid) -> None:
    network = kuhn_interpolant(lambda x: sum(x, F(1)), grid)
    middle = tuple((a + 3 * b) / 4 for a, b in zip(grid.box.lower, grid.box.upper, strict=True))
    assert network(middle) == (sum(middle, F(1)),)


@pytest.mark.parametrize("steps", [(1, 1), (2, 3), (4, 4)])
def test_T59_the_error_of_a_product_is_attained(steps: tuple[int, int]) -> None:
    side = Box((F(0), F(0)), (F(steps[0]), F(steps[1])))  # steps of length 1
    target, grid = box_target_of("x*y", 2), KuhnGrid(side, steps)
    network, error = kuhn_interpolant(target, grid), kuhn_error(F(1), grid)
    assert error == F(1, 4)
    assert BoxApproximation(network, target, side, steps, error).judged() == 2 * prod(steps)
    with pytest.raises(RejectedError, match="differs by more"):
        BoxApproximation(network, target, side, steps, error - F(1, 10**9)).judged()


@given(grids(2), st.lists(NUMBERS, min_size=3, max_size=3))
def test_T59_the_error_of_a_quadratic_is_at_most_the_formula(
    grid: KuhnGrid, entries: list[Fraction]
) -> None:
    a, b, c = entries
    names = ["x", "y"][: grid.box.inputs]
    text = f"({a})*x**2" + (f" + ({b})*x*y + ({c})*y**2" if len(names) == 2 else "")
    bend = max(abs(2 * a) + abs(b), abs(2 * c) + abs(b))  # bounds the eigenvalues (Gershgorin)
    target = box_target_of(text, grid.box.inputs)
    network = kuhn_interpolant(target, grid)
    BoxApproximation(network, target, grid.box, grid.steps, kuhn_error(bend, grid)).judged()


@given(st.fractions(min_value=F(1, 64), max_value=1))
def test_T59_the_fewest_steps_for_a_product(epsilon: Fraction) -> None:
    found = Interpolants(box_target_of("x*y", 2), UNIT, epsilon).fewest()
    least = isqrt(ceil(1 / (4 * epsilon)) - 1) + 1  # 1 / (4 m^2) <= epsilon
    assert found.approximation.steps == (least, least)
    assert found.is_least


@pytest.mark.parametrize(
    ("target", "box", "epsilon", "steps"),
    [
        ("x**2*y - x*y/2", UNIT, "3/64", (4, 4)),
        (BUMP, Box.cube(2, -1, 1), "1/20", (9, 9)),
        ("1/(1 + x**2 + y**2)", Box.cube(2, -1, 1), "1/20", (6, 6)),
        ("exp(-x - y)", UNIT, "1/50", (5, 5)),
        ("exp(-x**2 - y**2)", Box.cube(2, -1, 1), "1/20", (7, 7)),
        ("sin(x)*cos(2*y)/(2 + x)", UNIT, "1/20", (2, 2)),
        ("x*y*z", Box.cube(3, 0, 1), "1/20", (4, 4, 4)),
        ("x*y", Box((F(-1), F(1, 3)), (F(1), F(1, 3))), "1/100", (1, 1)),
        ("x**2", Box((F(1), F(2)), (F(1), F(2))), "1/100", (1, 1)),
        ("x**2", Box.cube(1, 0, 1), "1/100", (5,)),
    ],
)
def test_T59_examples_are_found_and_certified(
    target: str, box: Box, epsilon: str, steps: tuple[int, ...]
) -> None:
    found = Interpolants(box_target_of(target, box.inputs), box, F(epsilon)).fewest()
    assert found.approximation.steps == steps
    assert found.approximation.judged() > 0
    assert found.is_least


def test_steps_of_another_number_on_each_side() -> None:
    interpolants = Interpolants(box_target_of("x**2 + y", 2), UNIT, F(1, 100))
    found = interpolants.approximation((5, 1))
    assert found.judged() == 10
    assert found.network.widths[1:-1] == (11, 11)  # the function is 0 at one vertex
    with pytest.raises(RejectedError):
        interpolants.approximation((4, 9)).judged()


@pytest.mark.parametrize(
    ("steps", "error"), [((0, 1), DomainError), ((1,), ShapeError), ((1, -2), DomainError)]
)
def test_grids_are_refused(steps: tuple[int, ...], error: type[TheoryError]) -> None:
    with pytest.raises(error, match="steps"):
        KuhnGrid(UNIT, steps)


@pytest.mark.parametrize(
    ("target", "epsilon", "words"),
    [
        ("1/(x + y)", "1/10", "pole"),
        ("1/((x - 1/7)**2 + (y - 1/3)**2)", "1/10", "pole"),
        ("exp(300*x)", "1/10", "exp: expected arguments"),
        ("x*y", "0", "epsilon: expected a positive number"),
        ("x*y", "1/1000000", "no interpolant of up to"),
        ("sin(100*x)", "1/10", "Taylor degree"),
    ],
)
def test_what_cannot_be_approximated_is_refused(target: str, epsilon: str, words: str) -> None:
    with pytest.raises(TheoryError, match=words):
        Interpolants(box_target_of(target, 2), Box.cube(2, -1, 1), F(epsilon)).fewest()
    with pytest.raises(ScopeError, match="n too large"):
        Interpolants(box_target_of("x", 4), Box.cube(4, -1, 1), F(1))
    with pytest.raises(ScopeError, match="vertices"):
        Interpolants(box_target_of("x", 2), UNIT, F(1)).approximation((99, 99))


@pytest.mark.parametrize(
    "text",
    [
        "x**2*y - x*y/2 + 0.25",
        "-(x + 2*y)**3 / 7 + +y",
        "(x - y)/(1 + x**2) + 1/(2 + y**2)",
        "x**-2 * (1 - y)**2",
        "x1*x2 - x2/3",
        "(2*x)**(1 + 1) - 3**2",
        "x/(-1 - y**2)",
    ],
)
def test_texts_mean_what_they_say(text: str) -> None:
    target = box_target_of(text, 2)
    for x, y in product((F(1, 2), F(-3), F(5, 7)), (F(2), F(-1, 3))):
        names = {"x": x, "y": y, "x1": x, "x2": y}
        assert target((x, y)) == eval(text.replace("0.25", "x/x/4"), names)


def test_terms_with_equal_factors_are_one() -> None:
    target = box_target_of("exp(x)*y + 2*exp(x) - exp(x)*(y + 2) + sin(y)*exp(x)", 2)
    assert len(target.summands) == 1
    assert [factor.function for factor in target.summands[0].factors] == ["exp", "sin"]


@pytest.mark.parametrize(
    "text",
    ["", "x +", "z", "x3", "x0", "q", "log(x)", "exp(sin(x))", "1/exp(x)", "x**y", "x**(1/2)",
     "x // 2", "x**61", "(x + y)**60 * (x + y)", "exp(x, y)", "x if y else 1", "x.real", "'x'",
     "[x]", "x = 1", "1/0", "x/(y - y)", "x**100", "True", "1e99999", "9" * 3000],
)  # fmt: skip
def test_texts_are_refused(text: str) -> None:
    with pytest.raises(TheoryError):
        box_target_of(text, 2)


def test_variables_are_counted() -> None:
    assert [variables_of(text) for text in ("1", "x", "x*z", "x2 + y", "exp(x7)")] == [
        1,
        1,
        3,
        2,
        7,
    ]


def test_the_picture_has_every_triangle_twice() -> None:
    interpolants = Interpolants(box_target_of(BUMP, 2), Box.cube(2, -1, 1), F(1, 20))
    drawing = ElementTree.fromstring(picture(interpolants, (3, 2), "x < y & z"))
    shapes = list(drawing.iter("{http://www.w3.org/2000/svg}polygon"))
    assert len(shapes) == 2 * 2 * 6
    assert picture(interpolants, (3, 2), "f") == picture(interpolants, (3, 2), "f")
    flat = Interpolants(BoxTarget.of(box_target_of("1/2", 2).summands[0].weight), UNIT, F(1))
    assert "polygon" in picture(flat, (1, 1), "1/2")


def test_the_picture_of_the_note_is_that_of_the_command() -> None:
    text = "(1-x**2)**2*(1-y**2)**2"
    interpolants = Interpolants(box_target_of(text, 2), Box.cube(2, -1, 1), F(1, 20))
    kept = Path(__file__).parents[1] / "notes" / "kuhn-interpolant.svg"
    assert picture(interpolants, (9, 9), text) == kept.read_text(encoding="utf-8")


def test_the_command_writes_what_the_checker_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--domain", "box:0,1", "--epsilon", "1/100", "-o", str(tmp_path)]
    assert main(["approximate", "kuhn", "x*y", *words]) == 0
    told = capsys.readouterr().out
    assert "2-18-25-1" in told
    assert "5 steps a side; with every smaller number" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "approximation.json", "network.json", "picture.svg", "report.tex"
    ]  # fmt: skip
    assert main(["check", str(tmp_path)]) == 0
    assert "accepted" in (told := capsys.readouterr().out)
    assert "simplex_checker.py" in told
    assert main(["approximate", "kuhn", "x*y*z", *words[:3], "1/5", *words[4:]]) == 0
    assert not (tmp_path / "picture.svg").exists()
    assert main(["approximate", "kuhn", "x*y", *words, "--set", "steps=6x5"]) == 0
    assert "60 pieces" in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("target", "domain", "more", "words"),
    [
        ("x*x4", "box:0,1", [], "n too large: expected at most 3 inputs, got 4"),
        ("x", "box:0,1;0,1;0,1;0,1", [], "n too large"),
        ("1/(x + y)", "box:-1,1", [], "pole"),
        ("x*y", "all", [], "bounded interval"),
        ("x*y", "box:0,1", ["--set", "steps=0"], "--set steps"),
        ("x*y", "box:0,1", ["--set", "steps=2x"], "--set steps"),
        ("x*y", "box:0,1", ["--set", "steps=2x2x2"], "--set steps"),
        ("x*y", "box:0,1;1,1", ["--set", "steps=2x2"], "--set steps"),
        ("x*y", "box:0,1", ["--set", "steps=1"], "not within 1/100"),
        ("x*y", "box:0,1", ["--knots", "greedy"], "--knots"),
        ("sqrt(x)*y", "box:0,1", [], "expected one of exp, sin, cos"),
    ],
)
def test_bad_input_gets_one_line(
    target: str, domain: str, more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["approximate", "kuhn", target, "--domain", domain, "--epsilon", "1/100", *more]
    assert main(asked) != 0
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert words in line
