"""T52, T53: networks within epsilon of a function, their checker, and what it rejects."""

import json
import math
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.approximation.expression import target_of
from theory.approximation.interpolant import (
    best_quadratic,
    enough_pieces,
    equidistant,
    interpolant,
    interpolation_error,
    necessary_pieces,
)
from theory.approximation.polynomial import polynomial, value
from theory.approximation.target import Target, Term
from theory.approximation.tree import tree_of_target
from theory.errors import DomainError, ScopeError, ShapeError, TheoryError
from theory.network import Affine, Network
from theory.sawtooth import sawtooth
from verify import checker, polynomial_checker
from verify.approximation.chords import Chords
from verify.approximation.claim import Approximation
from verify.approximation.curve import Curve, Source
from verify.approximation.evidence import checked_approximation
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.formats.network_json import network_text

F = Fraction
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
POLYNOMIALS = st.lists(NUMBERS, max_size=5).map(polynomial)
SQUARE = target_of("x**2")


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Fraction, Fraction]:
    """Ends in order; often they are one point."""
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    return low, high


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Q -> Q with up to three hidden layers; empty ones, dead and equal units included."""
    widths = [1, *draw(st.lists(st.integers(0, 3), max_size=3)), 1]
    layers = []
    for inputs, outputs in pairwise(widths):
        rows = [[draw(NUMBERS) for _ in range(inputs)] for _ in range(outputs)]
        layers.append(Affine.dense(rows, [draw(NUMBERS) for _ in range(outputs)], inputs))
    return Network(tuple(layers))


def chords(target: Target, low: Fraction, high: Fraction, epsilon: Fraction) -> Chords:
    return Chords(Curve(Source(tree_of_target(target)), low, high, epsilon))


def read(network: Network) -> checker.Network:
    return checker.Network(network_text(network).encode(), "network")


def from_roots(lead: Fraction, roots: list[Fraction], turns: int) -> list[Fraction]:
    """The polynomial lead * product of (x - root) * (1 + x + x^2)^turns; the last has no root."""
    found = polynomial_checker.trimmed([lead])
    for root in roots:
        found = polynomial_checker.times(found, [-root, F(1)])
    for _ in range(turns):
        found = polynomial_checker.times(found, [F(1)] * 3)
    return found


@given(NUMBERS, st.lists(NUMBERS, max_size=5), st.integers(0, 2), intervals())
def test_T52_signs_of_polynomials_are_those_between_their_roots(
    lead: Fraction, roots: list[Fraction], turns: int, ends: tuple[Fraction, Fraction]
) -> None:
    low, high = ends
    p = from_roots(lead, roots, turns)
    cuts = sorted({low, high, *(root for root in roots if low < root < high)})
    points = [*cuts, *((a + b) / 2 for a, b in pairwise(cuts))]
    values = [value(tuple(p), x) for x in points]
    assert polynomial_checker.is_nonnegative(p, low, high) == (min(values) >= 0)
    assert polynomial_checker.is_nonnegative(p, low, high, 0) == (min(values) >= 0)
    if low < high and len(p) > 1 and values[0] >= 0 <= value(tuple(p), high):
        whole = polynomial_checker.integral(p)
        by_roots = polynomial_checker.is_nonnegative_by_roots(whole, low, high)
        assert by_roots == (min(values) >= 0)
    assert polynomial_checker.is_positive(p, low, high) == (min(values) > 0)


def test_T52_a_short_stretch_below_zero_is_seen() -> None:
    small = F(1, 100)
    below = [F(0), -small, F(1)]  # x (x - 1/100)
    for p, low, high in (
        (below, F(0), F(1)),
        (from_roots(F(1), [F(1), 1 - small], 1), F(0), F(1)),
        (from_roots(F(1), [F(1, 3), F(1, 3) + small], 2), F(-1), F(1)),
        (from_roots(F(1), [F(1, 3), F(1, 3) + small, F(0), F(0)], 0), F(0), F(1)),
    ):
        assert not polynomial_checker.is_nonnegative(p, low, high)
        assert not polynomial_checker.is_nonnegative(p, low, high, 0)
    assert polynomial_checker.is_nonnegative(from_roots(F(1), [small] * 2, 1), F(0), F(1))


@given(POLYNOMIALS, intervals())
def test_T52_signs_agree_with_sympy_where_roots_are_irrational(
    p: tuple[Fraction, ...], ends: tuple[Fraction, Fraction]
) -> None:
    low, high = ends
    x = sympy.Symbol("x")
    entries = [sympy.Rational(e.numerator, e.denominator) for e in reversed(p)]
    expression = sympy.Poly(entries or [0], x)
    least = value(p, low)
    if low < high and expression.degree() > 0:
        roots = expression.real_roots()
        inside = [r for r in sorted(set(roots)) if low < r < high]
        places = [sympy.Rational(low.numerator, low.denominator), *inside]
        places.append(sympy.Rational(high.numerator, high.denominator))
        middles = [(a.evalf(60) + b.evalf(60)) / 2 for a, b in pairwise(places)]
        values = [expression.eval(sympy.Rational(str(m))) for m in middles]
        least = min([value(p, low), value(p, high), *(F(v.p, v.q) for v in values)])
    assert polynomial_checker.is_nonnegative(list(p), low, high) == (least >= 0)


@given(networks(), intervals(), st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_T52_pieces_of_a_network_are_the_network(
    network: Network, ends: tuple[Fraction, Fraction], places: list[int]
) -> None:
    low, high = ends
    exact = read(network)
    found = polynomial_checker.pieces(exact, low, high)
    assert (found[0][0], found[-1][1]) == (low, high)
    assert all(one[1] == other[0] for one, other in pairwise(found))
    for start, end, ((constant, slope),) in found:
        assert start < end or low == high
        for place in places:
            x = start + (end - start) * F(place, 12)
            assert (constant + slope * x) / exact.scale == network([x])[0]


@given(networks(), POLYNOMIALS, intervals(), st.fractions(0, 4, max_denominator=8))
def test_T52_what_is_accepted_holds_and_what_is_rejected_does_not(
    network: Network,
    p: tuple[Fraction, ...],
    ends: tuple[Fraction, Fraction],
    epsilon: Fraction,
) -> None:
    low, high = ends
    points = [low + (high - low) * F(k, 16) for k in range(17)]
    worst = max(abs(network([x])[0] - value(p, x)) for x in points)
    bound = worst * 2 + epsilon
    finer = [low + (high - low) * F(k, 4096) for k in range(4097)]
    try:
        Approximation(network, Target(p), low, high, bound).judged()
    except RejectedError:  # the largest error may lie between these points
        assert any(abs(network([x])[0] - value(p, x)) > bound * F(9, 10) for x in finer)
    if worst:
        with pytest.raises(RejectedError):
            Approximation(network, Target(p), low, high, worst * F(99, 100)).judged()


FUNCTIONS: dict[str, Callable[[float], float]] = {"exp": math.exp, "sin": math.sin, "cos": math.cos}


@given(
    st.sampled_from(sorted(FUNCTIONS)), NUMBERS, NUMBERS, NUMBERS, st.integers(0, 30), intervals()
)
def test_T52_remainders_bound_what_taylor_polynomials_leave(
    name: str, weight: Fraction, shift: Fraction, slope: Fraction, degree: int,
    ends: tuple[Fraction, Fraction],
) -> None:  # fmt: skip
    term = Term(name, weight, shift, slope, degree)
    bound = term.remainder(*ends)
    parts = (name, weight, shift, slope, degree)
    assert bound == polynomial_checker.taylor_remainder(parts, *ends)
    assert list(term.taylor) == polynomial_checker.taylor(parts)
    for k in range(9):
        x = ends[0] + (ends[1] - ends[0]) * F(k, 8)
        y = sympy.Rational((shift + slope * x).numerator, (shift + slope * x).denominator)
        exact = sympy.Rational(weight.numerator, weight.denominator) * getattr(sympy, name)(y)
        near = F(str(sympy.N(exact, 60)))  # so many digits of the value
        assert abs(near - value(term.taylor, x)) <= bound + F(1, 10**50)


@given(POLYNOMIALS, intervals(), st.integers(1, 9))
def test_T53_an_interpolant_meets_the_function_at_the_knots(
    p: tuple[Fraction, ...], ends: tuple[Fraction, Fraction], pieces: int
) -> None:
    knots = equidistant(*ends, pieces)
    network = interpolant(Target(p), knots)
    assert [network([x])[0] for x in knots] == [value(p, x) for x in knots]
    assert network.units <= len(knots) - 1
    second = [k * (k - 1) * abs(entry) for k, entry in enumerate(p)]
    size = max(F(1), abs(ends[0]), abs(ends[1]))
    curvature = sum((entry * size**k for k, entry in enumerate(second[2:])), F(0))
    bound = interpolation_error(curvature, (ends[1] - ends[0]) / pieces)
    assert Approximation(network, Target(p), *ends, bound).judged() <= pieces


@given(NUMBERS, NUMBERS, NUMBERS, intervals(), st.fractions(F(1, 60), 1, max_denominator=60))
def test_T53_the_numbers_of_pieces_for_quadratic_polynomials(
    a: Fraction, b: Fraction, c: Fraction, ends: tuple[Fraction, Fraction], epsilon: Fraction
) -> None:
    assume(a)
    low, high = ends
    target = Target(polynomial([c, b, a]))
    count = enough_pieces(low, high, 2 * abs(a), epsilon)
    assert len(chords(target, low, high, epsilon).fewest()) == (count + 1 if low < high else 1)
    assert necessary_pieces(low, high, 2 * abs(a), epsilon) <= count


@given(NUMBERS, NUMBERS, NUMBERS, intervals(), st.fractions(F(1, 60), 1, max_denominator=60))
def test_T53_the_best_network_for_a_quadratic_polynomial(
    a: Fraction, b: Fraction, c: Fraction, ends: tuple[Fraction, Fraction], epsilon: Fraction
) -> None:
    assume(a)
    p = (c, b, a)
    network = best_quadratic(p, *ends, epsilon)
    count = necessary_pieces(*ends, 2 * abs(a), epsilon)
    assert Approximation(network, Target(p), *ends, epsilon).judged() == count
    assert network.units <= count
    attained = abs(a) * ((ends[1] - ends[0]) / count) ** 2 / 8
    if attained:
        with pytest.raises(RejectedError):
            Approximation(network, Target(p), *ends, attained * F(999, 1000)).judged()


@given(networks(), intervals())
def test_T53_no_network_has_fewer_pieces_than_necessary(
    network: Network, ends: tuple[Fraction, Fraction]
) -> None:
    low, high = ends
    pieces = polynomial_checker.pieces(read(network), low, high)
    maps = [forms[0] for _, _, forms in pieces]
    count = 1 + sum(one != other for one, other in pairwise(maps))
    for epsilon in (F(1, 7), F(1, 100)):
        if count < necessary_pieces(low, high, F(2), epsilon):
            with pytest.raises(RejectedError):
                Approximation(network, SQUARE, low, high, epsilon).judged()


def test_T53_the_worked_examples() -> None:
    cubic = target_of("x**3 - x/2 + 1/7")
    network = interpolant(cubic, equidistant(F(0), F(1), 16))
    bound = interpolation_error(F(6), F(1, 16))
    assert bound == F(3, 1024)
    assert Approximation(network, cubic, F(0), F(1), bound).judged() == 16
    with pytest.raises(RejectedError):
        Approximation(network, cubic, F(0), F(1), bound * F(9, 10)).judged()
    tight = interpolant(SQUARE, equidistant(F(0), F(1), 4))
    assert Approximation(tight, SQUARE, F(0), F(1), F(1, 64)).judged() == 4
    with pytest.raises(RejectedError):
        Approximation(tight, SQUARE, F(0), F(1), F(1, 64) - F(1, 10**9)).judged()


def test_T53_greedy_knots_are_no_more_than_equidistant_ones() -> None:
    eighth = target_of("x**8")
    found = chords(eighth, F(0), F(1), F(1, 100))
    knots = found.greedy(1024)
    assert len(knots) < len(found.fewest())
    network = interpolant(eighth, knots)
    assert Approximation(network, eighth, F(0), F(1), F(1, 100)).judged() == len(knots) - 1
    with pytest.raises(ScopeError, match="too coarse"):
        chords(SQUARE, F(0), F(1), F(1, 10**6)).greedy(4)


def test_a_constant_and_a_point_need_no_unit() -> None:
    for text, low, high in (("2", F(0), F(1)), ("x**3", F(1), F(1)), ("0", F(-1), F(2))):
        target = target_of(text)
        network = interpolant(target, chords(target, low, high, F(1, 10)).fewest())
        assert network.units == 0
        assert Approximation(network, target, low, high, F(0)).judged() == 1
    with pytest.raises(ShapeError):
        interpolant(SQUARE, ())
    with pytest.raises(ShapeError):
        interpolant(SQUARE, (F(1), F(1)))
    with pytest.raises(ScopeError):
        best_quadratic((F(1), F(1)), F(0), F(1), F(1))
    for wrong in ((F(1), F(0), 1), (F(0), F(1), 0)):
        with pytest.raises(DomainError):
            equidistant(*wrong)


@pytest.mark.parametrize(
    "text", ["x**3 - x/2 + 1/7", "1/(1 + x**2)", "(x + 1)**3/(2 - x/9)", "0.1*x - -x", "x**-2 + 4"]
)
def test_targets_are_what_sympy_reads(text: str) -> None:
    target, expression = target_of(text), sympy.sympify(text, rational=True)
    again = target_of(str(sympy.together(expression)))
    for x in (F(1), F(-1, 3), F(5, 2)):
        exact = expression.subs(sympy.Symbol("x"), sympy.Rational(x.numerator, x.denominator))
        assert target(x) == again(x) == F(exact.p, exact.q)


@pytest.mark.parametrize(
    "text",
    ["", "x +", "y", "abs(x)", "sqrt(x)", "x^2", "x**x", "x**61", "1/0", "x/(x - x)", "exp(x)*x",
     "exp(x**2)", "sin(x, x)", "sin(exp(x))", "1/exp(x)", "x" + "+x" * 2000, "2**60**2", "x and x",
     "(x**50)*(x**50)", "((2**60)**60)**2", "1e99999*x", "True", "'x'", "x.real", "\0"],
)  # fmt: skip
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(TheoryError):
        target_of(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    network = interpolant(SQUARE, equidistant(F(0), F(1), 5))
    for name, data in Approximation(network, SQUARE, F(0), F(1), F(1, 100)).files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_the_checker_accepts_what_is_written(folder: Path) -> None:
    answer, line = checked_approximation(folder)
    assert answer == "accepted"
    assert "|network.json - f| <= 1/100 for every real x from 0 to 1, f(x) = 1 x^2" in line


def edited(folder: Path, **changes: Any) -> str:
    """The answer of the checker after changes to the file."""
    path = folder / "approximation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return checked_approximation(folder)[0]


def with_target(**changes: Any) -> dict[str, Any]:
    return {"numerator": ["0", "0", "1"], "denominator": ["1"], "terms": []} | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"epsilon": "999999/100000000"},
        {"epsilon": "0"},
        {"interval": ["0", "6/5"]},
        {"interval": ["-1/5", "1"]},
        {"target": with_target(numerator=["0", "0", "11/10"])},
        {"target": with_target(denominator=["2"])},
        {"target": with_target(denominator=["-1"])},
        {"target": with_target(denominator=["0"])},
        {"target": with_target(denominator=[])},
        {"target": with_target(numerator=["0", "0", "-1", "2"], denominator=["-1", "2"])},
        {"target": with_target(numerator=["0", "0", "0", "1"], denominator=["0", "1"])},
        {"target": with_target(terms=[["exp", "1", "0", "1", 10]])},
        {"target": with_target(terms=[["sin", "1", "0", "1/1000", 0]])},
        {"target": with_target(terms=[["exp", "1", "201", "0", 10]])},
        {"network": {"file": "network.json", "sha256": "0" * 64}},
    ],
)
def test_the_checker_rejects_what_does_not_hold(folder: Path, changes: dict[str, Any]) -> None:
    assert edited(folder, epsilon="1/100") == "accepted"
    assert edited(folder, **changes) == "rejected"


@pytest.mark.parametrize(
    "changes",
    [
        {"epsilon": "-1"},
        {"epsilon": 0.01},
        {"epsilon": "0.01"},
        {"interval": ["1", "0"]},
        {"interval": ["0"]},
        {"extra": 1},
        {"version": 2},
        {"version": True},
        {"format": "relucert-claim"},
        {"target": {"numerator": ["1"]}},
        {"target": with_target(numerator="1")},
        {"target": with_target(terms=[["tan", "1", "0", "1", 3]])},
        {"target": with_target(terms=[["exp", "1", "0", "1", -1]])},
        {"target": with_target(terms=[["exp", "1", "0", "1", 201]])},
        {"target": with_target(terms=[["exp", "1", "0", "1"]])},
        {"network": {"file": "../network.json", "sha256": "0" * 64}},
        {"network": {"file": "", "sha256": "0" * 64}},
        {"network": {"file": "absent.json", "sha256": "0" * 64}},
    ],
)
def test_the_checker_sees_malformed_files(folder: Path, changes: dict[str, Any]) -> None:
    assert edited(folder, **changes) == "malformed"


def test_a_term_may_vanish_and_a_quotient_may_stand_for_a_polynomial(folder: Path) -> None:
    assert edited(folder, target=with_target(terms=[["sin", "0", "0", "1", 3]])) == "accepted"
    two = with_target(numerator=["0", "0", "1", "1"], denominator=["1", "1"])
    assert edited(folder, target=two) == "accepted"


def test_networks_with_more_outputs_or_inputs_are_malformed(folder: Path) -> None:
    for network in (
        Network((Affine.dense([[1], [1]], [0, 0]),)),
        Network((Affine.dense([[1, 1]], [0]),)),
    ):
        data = network_text(network).encode()
        (folder / "network.json").write_bytes(data)
        digest = {"file": "network.json", "sha256": sha256(data).hexdigest()}
        assert edited(folder, network=digest) == "malformed"


def test_deep_networks_are_cut_in_all_their_pieces() -> None:
    exact = read(sawtooth(6))
    assert len(polynomial_checker.pieces(exact, F(0), F(1))) == 64


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["approximate", *words])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize(
    ("target", "domain", "epsilon"),
    [("x**2", "0,1", "1/100"), ("x**3 - x/2 + 1/7", "-1,1", "0.01"), ("sin(x)", "-1,2", "1/50"),
     ("exp(x)", "0,1", "1/50"), ("1/(1 + x)", "0,1", "1/100"), ("3", "0,1", "1"),
     ("x**2", "1,1", "1")],
)  # fmt: skip
def test_the_command_writes_what_the_checker_accepts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, target: str, domain: str, epsilon: str
) -> None:
    words = ("--domain", f"box:{domain}", "--epsilon", epsilon, "-o", str(tmp_path))
    assert run(capsys, "interpolant", target, *words)[0] == 0
    assert "accepted" in (tmp_path / "report.tex").read_text(encoding="ascii")
    assert main(["check", str(tmp_path)]) == 0
    assert "(verify/target_checker.py)" in capsys.readouterr().out
    assert main(["check", str(tmp_path), "--kernel", "native"]) == 3


def test_the_command_tells_units_and_what_is_minimal(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--domain", "box:0,1", "--epsilon", "1/100")
    _, out, _ = run(capsys, "interpolant", "x**2", *words)
    assert "1-5-1, 5 pieces" in out
    assert "every smaller number has one that is too far" in out
    assert "at least 4 pieces" in out
    _, out, _ = run(capsys, "interpolant", "x**2", *words, "--knots", "best")
    assert "1-4-1, 4 pieces" in out
    status, out, _ = run(capsys, "interpolant", "x**2", *words, "--knots", "greedy", "--json")
    assert (status, json.loads(out)["units"]) == (0, 6)  # 1/5 is not on the grid
    assert (
        run(capsys, "interpolant", "x**2", *words, "--knots", "0,1/5,2/5,3/5,4/5,1", "-q")[0] == 0
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("interpolant", "1/x", "--domain", "box:-1,1", "--epsilon", "1"), "pole"),
        (("interpolant", "1/(x - 1)", "--domain", "box:0,1", "--epsilon", "1"), "pole"),
        (("interpolant", "x", "--domain", "box:0,1", "--epsilon", "0"), "positive"),
        (("interpolant", "x", "--domain", "box:0,1", "--epsilon", "-1"), "positive"),
        (("interpolant", "x**2", "--domain", "box:0,1", "--epsilon", "1e-9"), "more than 1000"),
        (("interpolant", "x**2", "--domain", "all", "--epsilon", "1"), "bounded interval"),
        (("interpolant", "x**2", "--domain", "box:0,1e60", "--epsilon", "1", "--knots", "best"),
         "at least 1000"),
        (("interpolant", "x**2", "--domain", "box:0,1;0,1", "--epsilon", "1"), "1 interval, got 2"),
        (("interpolant", "gamma(x)", "--domain", "box:0,1", "--epsilon", "1"), "exp, sin, cos"),
        (("interpolant", "exp(500*x)", "--domain", "box:0,1", "--epsilon", "1"), "at most 200"),
        (("sawtooth", "sin(x)", "--domain", "box:0,1", "--epsilon", "1"), "a polynomial"),
        (("sawtooth", "1/(1 + x)", "--domain", "box:0,1", "--epsilon", "1"), "a polynomial"),
        (("sawtooth", "x**2", "--domain", "box:0,1", "--epsilon", "0"), "positive"),
        (("sawtooth", "x**3", "--domain", "box:0,1", "--epsilon", "-1"), "positive"),
        (("sawtooth", "x**2", "--domain", "box:0,1", "--epsilon", "1e-20"), "too many pieces"),
        (("sawtooth", "x**2", "--domain", "box:0,1", "--epsilon", "1e-2000"), "more than 1000"),
        (("sawtooth", "x**3", "--domain", "box:1,1", "--epsilon", "1"), "with an inside"),
        (("sawtooth", "x**2", "--domain", "box:0,1", "--epsilon", "1", "--knots", "0,1"), "knots"),
        (("guess", "x**2", "--domain", "box:0,1", "--epsilon", "1"), "interpolant"),
        (("interpolant", "x**2", "--domain", "box:0,1", "--epsilon", "1/99", "--knots", "0,1"),
         "not within"),
        (("interpolant", "x**2", "--domain", "box:0,1", "--epsilon", "1", "--knots", "1,0"),
         "increasing"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert message in err


def test_the_checker_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert polynomial_checker.main([str(folder / "approximation.json")]) == 0
    assert polynomial_checker.main([]) == 2
    value = json.loads((folder / "approximation.json").read_text(encoding="utf-8"))
    value["network"]["file"] = "\ud800"  # a name that no file system has
    (folder / "strange.json").write_text(json.dumps(value), encoding="utf-8")
    assert polynomial_checker.main([str(folder / "strange.json")]) == 2
    assert polynomial_checker.main([str(folder / "nothing.json")]) == 2
    with pytest.raises(MalformedError):
        polynomial_checker.check(str(folder), b"[]")
    capsys.readouterr()
