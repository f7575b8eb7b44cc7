"""T68: distances of networks with one input from functions, in the sup norm and in L2."""

import json
from fractions import Fraction
from itertools import pairwise
from math import comb
from pathlib import Path

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from theory.approximation.distance import Distance, distance
from theory.approximation.expression import target_of
from theory.approximation.interpolant import best_quadratic, equidistant, interpolant
from theory.approximation.piecewise import PiecewisePolynomial, pieces_of
from theory.approximation.polynomial import polynomial, value
from theory.approximation.square import quadratic
from theory.approximation.stand_in import stand_in
from theory.approximation.sturm import has_zero
from theory.approximation.supremum import Bernstein, supremum
from theory.approximation.target import Target
from theory.approximation.tree import tree_of
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import Affine, Network
from verify.approximation.claim import Approximation
from verify.approximation.curve import Curve, Source
from verify.approximation.curve_distance import curve_distance
from verify.approximation.line import LineApproximation
from verify.checker import RejectedError
from verify.cli import main
from verify.formats.network_json import network_text, write_network_json
from verify.testing.strategies import networks

F = Fraction
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
POLYNOMIALS = st.lists(NUMBERS, max_size=6).map(polynomial)
WIDTHS = st.sampled_from([F(1, 2), F(1, 10), F(1, 1000)])
NETWORKS = networks(inputs=1, outputs=1)
ZERO_NETWORK = Network((Affine.dense([[0]], [0]),))
X = sympy.Symbol("x")


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Fraction, Fraction]:
    """Ends in order; often they are one point."""
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    return low, high


def exact(number: Fraction) -> sympy.Rational:
    return sympy.Rational(number.numerator, number.denominator)


def fraction(number: sympy.Rational) -> Fraction:
    return F(int(number.p), int(number.q))


@st.composite
def shallow(draw: st.DrawFn) -> Network:
    """One hidden layer of a few units, some dead, some with a knot in common."""
    units = draw(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=3))
    units += units[: draw(st.integers(0, 1))]
    hidden = Affine.dense([[w] for w, _, _ in units], [b for _, b, _ in units], 1)
    return Network((hidden, Affine.dense([[v for _, _, v in units]], [draw(NUMBERS)], len(units))))


def integral_by_samples(
    network: Network, p: tuple[Fraction, ...], ends: list[Fraction]
) -> Fraction:
    """Boole's rule between neighbouring ends: exact for polynomials of degree at most 5."""
    found = F(0)
    for start, end in pairwise(ends):
        for number, weight in enumerate((7, 32, 12, 32, 7)):
            x = start + (end - start) * F(number, 4)
            found += (end - start) * F(weight, 90) * (network((x,))[0] - value(p, x)) ** 2
    return found


@given(shallow(), st.lists(NUMBERS, max_size=3).map(polynomial), intervals())
def test_T68_the_square_is_the_integral_from_samples_between_knots(
    network: Network, p: tuple[Fraction, ...], interval: tuple[Fraction, Fraction]
) -> None:
    low, high = interval
    hidden = network.layers[0]
    slopes = [row[0][1] if row else F(0) for row in hidden.rows]
    zeros = {-b / w for w, b in zip(slopes, hidden.bias, strict=True) if w}
    ends = [low, *sorted(x for x in zeros if low < x < high), high]
    found = distance(network, Target(p), low, high)
    assert found.least_square == found.largest_square == integral_by_samples(network, p, ends)


@given(NETWORKS, POLYNOMIALS, intervals(), WIDTHS)
def test_T68_the_supremum_is_attained_below_and_accepted_above(
    network: Network, p: tuple[Fraction, ...], interval: tuple[Fraction, Fraction], width: Fraction
) -> None:
    low, high = interval
    found = distance(network, Target(p), low, high, width)
    assert found.low == abs(network((found.point,))[0] - value(p, found.point))
    assert found.low <= found.high <= (1 + width) * found.low
    assert len(p) > 3 or found.low == found.high
    for x in (low + (high - low) * F(k, 50) for k in range(51)):
        assert abs(network((x,))[0] - value(p, x)) <= found.high
    claims = {
        e: Approximation(network, Target(p), low, high, e)
        for e in (found.high, found.low * F(99, 100))
    }
    claims[found.high].judged()
    if found.low:
        with pytest.raises(RejectedError):
            claims[found.low * F(99, 100)].judged()


@given(NETWORKS, NETWORKS, intervals())
def test_T68_networks_are_compared_exactly(
    one: Network, other: Network, interval: tuple[Fraction, Fraction]
) -> None:
    low, high = interval
    found, mirrored = distance(one, other, low, high), distance(other, one, low, high)
    assert (found.high, found.largest_square) == (mirrored.high, mirrored.largest_square)
    assert found.low == found.high == abs(one((found.point,))[0] - other((found.point,))[0])
    for x in (low + (high - low) * F(k, 30) for k in range(31)):
        assert abs(one((x,))[0] - other((x,))[0]) <= found.high
    assert (found.high == 0) >= (one == other)
    assert (found.largest_square == 0) == (found.high == 0 or low == high)


FUNCTIONS = ("sin(3*x)", "exp(x) - x**2", "1/(1 + 25*x**2)", "x/(2 + x) + cos(2*x)", "1/(7 + x**3)")


@pytest.mark.parametrize("text", FUNCTIONS)
@given(network=NETWORKS, width=WIDTHS)
@settings(max_examples=12)
def test_T68_other_functions_are_enclosed(text: str, network: Network, width: Fraction) -> None:
    target, low, high = target_of(text), F(-1), F(3, 2)
    found = distance(network, target, low, high, width)
    above, below = target.within(low, high, F(1, 10**30)).rational

    def near(x: Fraction) -> Fraction:
        return value(above, x) / value(below, x)

    assert found.is_within(width)
    slack = F(1, 10**29)
    assert abs(network((found.point,))[0] - near(found.point)) >= found.low - slack
    for x in (low + (high - low) * F(k, 40) for k in range(41)):
        assert abs(network((x,))[0] - near(x)) <= found.high + slack
    assert found.target is not None
    Approximation(network, found.target, low, high, found.high).judged()
    with pytest.raises(RejectedError):
        Approximation(network, found.target, low, high, found.low * F(99, 100)).judged()


@pytest.mark.parametrize(
    ("text", "low", "high", "square"),
    [
        ("sin(x)", 0, 3, F(3, 2) - sympy.sin(6) / 4),
        ("1/(1 + x**2)", -1, 1, F(1, 2) + sympy.pi / 4),
        ("exp(x)", -1, 1, (sympy.exp(2) - sympy.exp(-2)) / 2),
        ("1/(2 + x) + sin(x) - sin(x)", 0, 1, F(1, 6)),
    ],
)
def test_T68_squares_are_the_integrals_of_sympy(
    text: str, low: int, high: int, square: sympy.Expr
) -> None:
    wide, narrow = (
        distance(ZERO_NETWORK, target_of(text), F(low), F(high), width)
        for width in (F(1, 10), F(1, 10**12))
    )
    for found in (wide, narrow):
        assert exact(found.least_square) <= square <= exact(found.largest_square)
    assert narrow.largest_square - narrow.least_square < F(1, 10**11)


@given(st.lists(st.tuples(NUMBERS, st.integers(1, 3)), max_size=3), intervals(), NUMBERS)
def test_T68_zeros_are_those_chosen(
    zeros: list[tuple[Fraction, int]], interval: tuple[Fraction, Fraction], factor: Fraction
) -> None:
    assume(factor)
    expression = sympy.prod([(X - exact(z)) ** m for z, m in zeros]) * exact(factor) * (X**2 + 1)
    p = tuple(map(fraction, reversed(sympy.Poly(expression, X).all_coeffs())))
    assert has_zero(p, *interval) == any(interval[0] <= z <= interval[1] for z, _ in zeros)


def test_zeros_that_are_not_rational_and_the_polynomial_0() -> None:
    two = (F(-2), F(0), F(1))
    assert has_zero(two, F(1), F(2))
    assert not has_zero(two, F(3, 2), F(2))
    assert not has_zero(two, F(-1), F(1))
    assert has_zero((), F(0), F(0))
    assert not has_zero((F(3),), F(0), F(1))


@given(POLYNOMIALS, intervals(), st.fractions(0, 1, max_denominator=7))
def test_T68_bernstein_coefficients_are_those_of_the_polynomial(
    p: tuple[Fraction, ...], interval: tuple[Fraction, Fraction], share: Fraction
) -> None:
    whole = Bernstein.of(p, *interval)
    for part in (whole, *whole.halves):
        degree, x = len(part.coefficients) - 1, part.low + (part.high - part.low) * share
        weights = [
            comb(degree, i) * share**i * (1 - share) ** (degree - i) for i in range(degree + 1)
        ]
        total = sum((b * w for b, w in zip(part.coefficients, weights, strict=True)), F(0))
        assert total / part.scale == value(p, x)
        assert abs(value(p, x)) <= part.bound


@given(NETWORKS, intervals(), st.fractions(0, 1, max_denominator=9))
def test_pieces_are_the_network(
    network: Network, interval: tuple[Fraction, Fraction], share: Fraction
) -> None:
    pieces, x = pieces_of(network, *interval), interval[0] + (interval[1] - interval[0]) * share
    assert pieces(x) == network((x,))[0]


def test_T68_the_worked_examples() -> None:
    square = target_of("x**2")
    found = distance(interpolant(square, equidistant(F(0), F(1), 5)), square, F(0), F(1))
    assert (found.low, found.high, found.largest_square) == (F(1, 100), F(1, 100), F(1, 18750))
    best = distance(best_quadratic((F(0), F(0), F(1)), F(0), F(1), F(1, 100)), square, F(0), F(1))
    assert best.high == F(1, 128)
    assert best.largest_square == F(7, 245760)
    cubic = target_of("x**3")
    chord = distance(Network((Affine.dense([[1]], [0]),)), cubic, F(0), F(1))  # 2 / sqrt(27)
    assert chord.low**2 <= F(4, 27) <= chord.high**2
    assert chord.largest_square == F(8, 105)
    for depth in (1, 3, 6):
        deep = distance(quadratic((F(0), F(0), F(1)), F(0), F(1), depth), square, F(0), F(1))
        assert (deep.pieces, deep.high) == (2**depth, F(1, 4 ** (depth + 1)))
        assert deep.largest_square == F(1, 30 * 16**depth)


def test_T68_degenerate_networks() -> None:
    square = target_of("x**2")
    dead = Network(
        (Affine.dense([[0], [1], [1], [-1]], [-1, -5, 0, 0], 1), Affine.dense([[1, 1, 1, 1]], [0]))
    )
    found = distance(dead, square, F(-1), F(1))  # |x|, its knot in the middle, two dead units
    assert (found.pieces, found.high, found.point in (F(1, 2), F(-1, 2))) == (2, F(1, 4), True)
    at_end = distance(dead, square, F(0), F(1))
    assert (at_end.pieces, at_end.high) == (1, F(1, 4))
    point = distance(dead, target_of("x**3 - x/2"), F(-1), F(-1))
    assert (point.point, point.low, point.high) == (F(-1), F(3, 2), F(3, 2))
    assert not point.largest_square
    same = distance(dead, dead, F(-1), F(1))
    assert not any((same.low, same.high, same.largest_square))
    line = distance(ZERO_NETWORK, target_of("0"), F(-1), F(1))
    assert not any((line.low, line.high))
    quotient = distance(ZERO_NETWORK, target_of("1/(x + 3)"), F(1), F(1))
    assert quotient.low <= F(1, 4) <= quotient.high
    assert not quotient.largest_square


def test_a_distance_that_remainders_hide_is_bounded_all_the_same() -> None:
    target = target_of("sin(x) - sin(x)")
    found = distance(ZERO_NETWORK, target, F(0), F(1))
    assert found.low == 0
    assert 0 < found.high < F(1, 2**120)
    assert not found.is_within(F(1, 2))
    assert found.target is not None
    Approximation(ZERO_NETWORK, found.target, F(0), F(1), found.high).judged()


def test_what_is_not_measured_is_refused() -> None:
    two = Network((Affine.dense([[1, 1]], [0]),))
    for network in (two, Network((Affine.dense([[1], [1]], [0, 0]),))):
        with pytest.raises(ScopeError, match="one input and one output"):
            distance(network, target_of("x"), F(0), F(1))
    for text in ("1/x", "1/(x**2 - 1/2)", "1/(1 - x)", "x**2/x"):
        with pytest.raises(DomainError, match="pole"):
            distance(ZERO_NETWORK, target_of(text), F(0), F(1))
    for low, high, width in ((F(1), F(0), F(1)), (F(0), F(1), F(0)), (F(0), F(1), F(-1))):
        with pytest.raises(DomainError):
            distance(ZERO_NETWORK, target_of("x"), low, high, width)
    line = PiecewisePolynomial((F(0), F(1)), ((F(1),),))
    with pytest.raises(DomainError):
        supremum(line, F(0))
    with pytest.raises(DomainError):
        stand_in(target_of("x"), F(0), F(1), F(0))
    with pytest.raises(DomainError):
        line(F(2))
    with pytest.raises(DomainError):
        line.minus(PiecewisePolynomial((F(0), F(2)), ((F(1),),)))
    with pytest.raises(DomainError):
        PiecewisePolynomial((F(0), F(0), F(1)), ((), ()))
    for knots in ((F(0),), (F(0), F(1), F(2))):
        with pytest.raises(ShapeError):
            PiecewisePolynomial(knots, ((),) * (len(knots) == 3))


ABSOLUTE = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))


@given(NETWORKS, st.sampled_from([F(1, 10), F(1, 1000)]))
@settings(max_examples=12)
def test_T68_chords_that_stand_in_enclose_what_is_exact(network: Network, width: Fraction) -> None:
    low, high = F(-1), F(3, 2)
    exactly = distance(network, ABSOLUTE, low, high)
    found = curve_distance(network, tree_of("abs(x)"), low, high, width)
    enclosed = found.distance
    assert enclosed.low <= exactly.high <= enclosed.high
    assert enclosed.low <= abs(network((enclosed.point,))[0] - abs(enclosed.point))
    assert enclosed.least_square <= exactly.least_square <= enclosed.largest_square
    assert found.claim.curve.epsilon == enclosed.high
    if exactly.high > F(1, 1000):
        assert enclosed.high <= (1 + width) * enclosed.low
        curve = Curve(Source(tree_of("abs(x)")), low, high, enclosed.low * F(99, 100))
        with pytest.raises(RejectedError):
            LineApproximation(network, curve).judged()


def test_T68_interpolants_of_a_root_are_off_by_half_a_root_in_the_first_piece() -> None:
    roots = interpolant(
        lambda x: {F(0): F(0), F(1, 4): F(1, 2), F(1): F(1)}[x], (F(0), F(1, 4), F(1))
    )
    found = curve_distance(roots, tree_of("sqrt(x)"), F(0), F(1), F(1, 10**6)).distance
    assert found.low <= F(1, 8) <= found.high <= found.low * (1 + F(1, 10**6))  # at 1/16
    x, total = X, F(0)
    for chord, (start, end) in ((2 * x, (0, F(1, 4))), (F(1, 3) + 2 * x / 3, (F(1, 4), 1))):
        part = sympy.integrate(sympy.expand((sympy.sqrt(x) - chord) ** 2), (x, start, end))
        total += fraction(part)
    assert found.least_square <= total <= found.largest_square


def test_a_network_that_is_the_function_has_a_distance_that_chords_leave() -> None:
    found = curve_distance(ABSOLUTE, tree_of("abs(x)"), F(-1), F(1), F(1, 1000)).distance
    assert found.low == 0
    assert 0 < found.high <= F(1, 2**22)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "net.json"
    write_network_json(interpolant(target_of("x**2"), equidistant(F(-1), F(1), 4)), path)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["distance", *words])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("target", ["x**2", "x**5 - 1/3", "sin(3*x)", "1/(1 + x**2)", "0"])
@pytest.mark.parametrize("domain", ["-1,1", "-1/2,2", "1,1"])
def test_the_command_writes_what_the_checker_accepts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, file: str, target: str, domain: str
) -> None:
    out = tmp_path / "out"
    words = (file, target, "--domain", f"box:{domain}", "-o", str(out))
    status, _, err = run(capsys, *words)
    assert (status, err) == (0, "")
    assert main(["check", str(out)]) == 0
    assert "verify/polynomial_checker.py" in capsys.readouterr().out
    stated = json.loads((out / "approximation.json").read_text())
    told = json.loads(run(capsys, *words, "--json")[1])
    assert stated["epsilon"] == told["sup"][1]
    (out / "approximation.json").write_text(
        json.dumps(stated | {"epsilon": str(F(told["sup"][0]) * F(99, 100))})
    )
    assert main(["check", str(out)]) == (0 if F(told["sup"][0]) == 0 else 1)


def test_the_command_knows_roots_and_absolute_values(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, file: str
) -> None:
    out = tmp_path / "out"
    status, text, _ = run(capsys, file, "sqrt(abs(x))", "--domain", "box:-1,1", "-o", str(out))
    assert status == 0
    assert "sup norm" in text
    assert main(["check", str(out)]) == 0
    assert "verify/target_checker.py" in capsys.readouterr().out


def test_the_command_compares_networks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, file: str
) -> None:
    other, out = tmp_path / "other.json", tmp_path / "out"
    write_network_json(interpolant(target_of("x**2"), equidistant(F(-1), F(1), 2)), other)
    for target, told in ((str(other), "exactly 1/4"), (file, "exactly 0")):
        status, text, _ = run(capsys, file, target, "--domain", "box:-1,1", "-o", str(out))
        assert status == 0
        assert f"sup norm: {told}" in text
        assert main(["check", str(out)]) == 0
        assert not (out / "approximation.json").exists()
        capsys.readouterr()


def test_the_command_tells_exact_numbers(capsys: pytest.CaptureFixture[str], file: str) -> None:
    _, out, _ = run(capsys, file, "x**2", "--domain", "box:-1,1")
    assert "4 pieces" in out
    assert "sup norm: exactly 1/16, at x = " in out
    assert "L2 norm: the root of 1/240" in out
    _, out, _ = run(capsys, file, "exp(x)", "--domain", "box:-1,1", "--width", "1e-6", "--json")
    told = json.loads(out)
    low, high = map(F, told["sup"])
    assert low <= high <= low * (1 + F(1, 10**6))
    assert run(capsys, file, "x", "--domain", "box:0,1", "-q")[1] == ""


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("1/x", ("--domain", "box:-1,1"), "pole"),
        ("x**y", ("--domain", "box:-1,1"), "target"),
        ("sqrt(x)", ("--domain", "box:-1,1"), "sqrt"),
        ("sqrt(x)", ("--domain", "box:1,1"), "an inside"),
        ("x", ("--domain", "all"), "bounded interval"),
        ("x", ("--domain", "box:1,0"), "empty"),
        ("x", ("--domain", "box:0,1;0,1"), "expected 1 interval, got 2"),
        ("x", ("--domain", "box:0,1", "--width", "0"), "positive"),
        ("x", ("--domain", "box:0,1", "--width", "wide"), "--width: expected 3"),
        ("exp(500*x)", ("--domain", "box:0,1"), "at most 200"),
        ("absent.json", ("--domain", "box:0,1"), "cannot be read"),
        ("net.json", ("--domain", "box:1,1"), "more than one point"),
    ],
)
def test_bad_input_gets_one_line(
    capsys: pytest.CaptureFixture[str],
    file: str,
    target: str,
    options: tuple[str, ...],
    message: str,
) -> None:
    target = file if target == "net.json" else target
    status, out, err = run(capsys, file, target, *options)
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert message in err


def test_networks_of_several_inputs_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "two.json"
    path.write_text(network_text(Network((Affine.dense([[1, 1]], [0]),))))
    status, _, err = run(capsys, str(path), "x", "--domain", "box:0,1")
    assert (status, err.count("\n")) == (3, 1)
    assert "one input and one output" in err


def test_a_distance_says_how_narrow_it_is() -> None:
    exactly = Distance(1, F(0), F(1), F(1), F(1), F(1), None)
    assert exactly.is_within(F(1, 10**9))
    assert not Distance(1, F(0), F(1), F(2), F(1), F(1), None).is_within(F(1, 2))
    assert not Distance(1, F(0), F(1), F(1), F(1), F(2), None).is_within(F(1, 2))
