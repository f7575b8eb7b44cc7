"""T54: squares, products and polynomials by composed sawtooths, depth against error."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory.approximation.horner import Stage, horner, horner_error, stages
from theory.approximation.interpolant import equidistant, interpolant, necessary_pieces
from theory.approximation.polynomial import polynomial, value
from theory.approximation.square import enough_depth, quadratic, sawtooth_error
from theory.approximation.target import Target
from theory.errors import DomainError, ScopeError
from theory.network import Vector
from verify.approximation.claim import Approximation
from verify.checker import RejectedError
from verify.cli import main

F = Fraction
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
QUADRATICS = st.lists(NUMBERS, max_size=3).map(polynomial)
SQUARE = (F(0), F(0), F(1))


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Fraction, Fraction]:
    """An interval with an inside."""
    low, length = draw(NUMBERS), draw(st.fractions(F(1, 8), 4, max_denominator=8))
    return low, low + length


def tent(z: Fraction) -> Fraction:
    return 2 * z if z <= F(1, 2) else 2 - 2 * z


def test_T54_the_error_of_the_next_depth_is_that_of_this_one_at_the_tent() -> None:
    z = sympy.Symbol("z")
    for sides in (2 * z, 2 - 2 * z):  # left and right of 1/2
        assert sympy.expand(sides / 4 + (sides - sides**2) / 4 - (z - z**2)) == 0


@given(st.integers(0, 6), st.integers(0, 128))
def test_T54_the_sum_of_tents_is_the_network(depth: int, place: int) -> None:
    z = found = F(place, 128)
    peak = z
    for level in range(1, depth + 1):
        peak = tent(peak)
        found -= peak / 4**level
    network = quadratic(SQUARE, F(0), F(1), depth)
    assert network([z]) == (found,)
    assert 0 <= found - z * z <= F(1, 4 ** (depth + 1))


@given(QUADRATICS, intervals(), st.integers(0, 4), st.integers(0, 48))
def test_T54_quadratics_are_interpolated_and_their_error_is_attained(
    p: Vector, ends: tuple[Fraction, Fraction], depth: int, place: int
) -> None:
    network, bound = quadratic(p, *ends, depth), sawtooth_error(p, *ends, depth)
    x = ends[0] + (ends[1] - ends[0]) * F(place, 48)
    knots = equidistant(*ends, 2**depth)
    assert network([x]) == interpolant(Target(p), knots)([x])
    assert network.widths == ((1, 2, *(3,) * (depth - 1), 1) if depth else (1, 1))
    assert Approximation(network, Target(p), *ends, bound).judged() == 2**depth
    if bound:
        with pytest.raises(RejectedError):
            Approximation(network, Target(p), *ends, bound * F(999, 1000)).judged()


@given(
    st.fractions(F(1, 4), 3, max_denominator=4), st.fractions(F(1, 4), 3, max_denominator=4),
    NUMBERS, st.integers(0, 4), st.integers(-12, 12), st.integers(-12, 12),
)  # fmt: skip
def test_T54_a_product_is_within_its_error(
    reach: Fraction, size: Fraction, constant: Fraction, depth: int, i: int, j: int
) -> None:
    stage = Stage(reach, size, constant, depth)
    x, q = reach * F(i, 12), size * F(j, 12)
    same, near = stage.network([x, q])
    assert same == x
    assert abs(near - constant - x * q) <= stage.error
    assert abs(near - constant) <= reach * size
    if not x * q:
        assert near == constant


@given(st.lists(NUMBERS, min_size=3, max_size=5).map(polynomial), intervals(), st.integers(0, 3))
def test_T54_polynomials_by_horner_are_within_their_error(
    p: Vector, ends: tuple[Fraction, Fraction], depth: int
) -> None:
    if len(p) < 3:
        with pytest.raises(ScopeError):
            horner(p, *ends, depth)
        return
    network, bound = horner(p, *ends, depth), horner_error(p, *ends, depth)
    assert network.hidden_layers == (len(p) - 2) * (depth + 1)
    assert max(network.widths) <= 6
    x = ends[0] + (ends[1] - ends[0]) * F(1, 3)
    assert abs(network([x])[0] - value(p, x)) <= bound
    Approximation(network, Target(p), *ends, bound).judged()


def test_T54_depth_against_width() -> None:
    for depth in range(1, 12):
        epsilon = sawtooth_error(SQUARE, F(0), F(1), depth)
        network = quadratic(SQUARE, F(0), F(1), depth)
        assert network.units == 3 * depth - 1
        # so many pieces every function needs; one hidden layer has one unit fewer at least
        needed = necessary_pieces(F(0), F(1), F(2), epsilon)
        assert needed <= 2**depth
        assert 2**depth < needed * F(3, 2)
        assert enough_depth(lambda m: sawtooth_error(SQUARE, F(0), F(1), m), epsilon) == depth


def test_what_the_constructions_do_not_cover_is_refused() -> None:
    cubic = (F(0), F(0), F(0), F(1))
    with pytest.raises(ScopeError):
        quadratic(cubic, F(0), F(1), 1)
    for depth in (-1, 1001):
        with pytest.raises(ScopeError):
            quadratic(SQUARE, F(0), F(1), depth)
        with pytest.raises(ScopeError):
            stages(cubic, F(0), F(1), depth)
    for build in (quadratic, horner):
        with pytest.raises(DomainError):
            build(SQUARE, F(1), F(1), 1)
    with pytest.raises(DomainError):
        enough_depth(lambda m: F(1), F(0))


@pytest.mark.parametrize(
    ("target", "widths"), [("x**2", [2, 3, 3, 3, 3]), ("1 - x", []), ("x**3 - x/2 + 1/7", None)]
)
def test_the_command_writes_what_the_checker_accepts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, target: str, widths: list[int] | None
) -> None:
    words = ["--domain", "box:0,1", "--epsilon", "1/2000", "-o", str(tmp_path), "--json"]
    assert main(["approximate", "sawtooth", target, *words]) == 0
    told = json.loads(capsys.readouterr().out)
    if widths is not None:
        assert (told["units"], told["hidden layers"]) == (sum(widths), len(widths))
    assert main(["check", str(tmp_path)]) == 0
    assert "(verify/polynomial_checker.py)" in capsys.readouterr().out
