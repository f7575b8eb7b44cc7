"""T58: functions with roots, absolute values and logarithms, their checker, and what it rejects."""

import json
from collections.abc import Callable
from fractions import Fraction
from functools import partial, reduce
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flint import arb, ctx
from hypothesis import assume, example, given
from hypothesis import strategies as st

from theory.approximation.expression import target_of
from theory.approximation.interpolant import economical, equidistant, interpolant
from theory.approximation.tree import Tree, tree_of, tree_of_target
from theory.errors import DomainError, TheoryError
from theory.network import Affine, Network
from verify import target_checker
from verify.approximation.curve import Curve, Source, nested
from verify.approximation.evidence import checked_approximation
from verify.approximation.line import LineApproximation
from verify.approximation.samples import sampled
from verify.approximation.tunnel import few_pieces, forced_bends
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.formats.network_json import network_text
from verify.radicals import Element, Radicals, constant, element, samples, scaled, total
from verify.result import APPROXIMATION
from verify.target_models import ARGUMENTS, UNIT, Interval, Model

F = Fraction
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
SMALL = st.lists(NUMBERS, max_size=3)


def ball(number: Fraction) -> Any:
    """The number as an interval of some 300 bits."""
    return arb(number.numerator) / arb(number.denominator)


def lesser(a: Any, b: Any) -> Any:
    return a if a.mid() < b.mid() else b


def greater(a: Any, b: Any) -> Any:
    return b if a.mid() < b.mid() else a


ORACLE: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "^": lambda a, n: a**n, "min": lesser, "max": greater, "abs": abs,
    "sqrt": lambda a: arb(0) if a.contains(0) else a.sqrt(),  # a right end, where it may be
    "exp": lambda a: a.exp(), "sin": lambda a: a.sin(), "cos": lambda a: a.cos(),
    "log": lambda a: a.log(),
}  # fmt: skip


def oracle(tree: Any, x: Fraction) -> Any:
    """The value of a tree by interval arithmetic that knows nothing of this project."""
    if isinstance(tree, int):
        return tree
    if isinstance(tree, str):
        return ball(x) if tree == "x" else ball(F(tree))
    name, *parts = tree
    return reduce(ORACLE[name], [oracle(part, x) for part in parts]) if len(parts) > 1 else (
        ORACLE[name](oracle(parts[0], x))
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _precision() -> None:
    ctx.prec = 300


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Fraction, Fraction]:
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    return low, high


def polynomial(entries: list[Fraction]) -> list[Fraction]:
    while entries and not entries[-1]:
        entries = entries[:-1]
    return entries


@st.composite
def elements(draw: st.DrawFn) -> tuple[Radicals, Element]:
    """Sums of polynomials times |p|, its root, and the root of a sum of squares; 0 included."""
    roots = Radicals([])
    p = element(polynomial(draw(SMALL)))
    distance = roots.root(roots.times(p, p))
    inner = total(distance, constant(draw(st.sampled_from([F(0), F(1, 10), F(2)]))))
    known = [constant(F(1)), distance, roots.root(inner)]
    found: Element = {}
    for one in draw(st.lists(st.sampled_from(known), max_size=3)):
        found = total(found, roots.times(one, element(polynomial(draw(SMALL)))))
    return roots, found


def value_of(roots: Radicals, e: Element, x: Fraction) -> Any:
    """An element at a point, by interval arithmetic."""
    known: list[Any] = []

    def summed(one: Element) -> Any:
        found = arb(0)
        for bits, p in one.items():
            part = sum((ball(c) * ball(x) ** k for k, c in enumerate(p)), arb(0))
            for k, root in enumerate(known):
                part = part * root if bits >> k & 1 else part
            found += part
        return found

    for square in roots.squares:
        inner = summed(square)
        known.append(arb(0) if inner.contains(0) else inner.sqrt())
    return summed(e)


@given(elements(), intervals())
def test_T58_signs_of_elements_are_those_of_their_values(
    given_element: tuple[Radicals, Element], ends: tuple[Fraction, Fraction]
) -> None:
    roots, e = given_element
    low, high = ends
    points = [low + (high - low) * F(k, 64) for k in range(65)]
    for x in points[::16]:
        value, sign = value_of(roots, e, x), roots.sign(e, x)
        assert value.contains(0) if sign == 0 else (value > 0) == (sign > 0)
        below, above = roots.enclosed(e, x)
        assert ball(below) <= value.upper() and value.lower() <= ball(above)  # noqa: PT018
    found = roots.is_nonnegative(e, low, high)
    assert found == roots.is_nonnegative(e, low, high, 0)
    values = [value_of(roots, e, x) for x in points]
    if found:
        assert not any(value < 0 for value in values)
    elif not any(value < 0 for value in values):  # it is negative between these points
        assert min(value.mid() for value in values) < arb("0.5")
    if roots.is_plainly_nonnegative(e, low, high):
        assert found


def test_T58_tight_signs_are_decided() -> None:
    roots = Radicals([])
    x = element([F(0), F(1)])
    root = roots.root(x)
    square = roots.times(total(root, constant(F(-1, 3))), total(root, constant(F(-1, 3))))
    assert roots.is_nonnegative(square, F(0), F(1))
    assert not roots.is_nonnegative(total(square, constant(F(-1, 10**12))), F(0), F(1))
    two = roots.root(constant(F(2)))  # (sqrt(x) - sqrt(sqrt(2)))^2 touches 0 at sqrt(2)
    fourth = roots.root(two)
    gap = total(root, scaled(fourth, F(-1)))
    assert roots.is_nonnegative(roots.times(gap, gap), F(0), F(2))
    assert not roots.is_nonnegative(gap, F(0), F(2))
    assert roots.is_nonnegative(gap, F(3, 2), F(2))
    distance = roots.root(roots.times(x, x))
    for e in (total(distance, scaled(x, F(-1))), total(distance, x)):  # norms are 0
        assert roots.is_nonnegative(e, F(-1), F(1))
        assert roots.is_nonnegative(e, F(-1), F(1), 0)
        assert not roots.is_nonnegative(scaled(e, F(-1)), F(-1), F(1), 0)
        inside = roots.times(e, element([F(-1), F(0), F(1)]))  # 0 at both ends and on one side
        assert not roots.is_nonnegative(inside, F(-1), F(1), 0)
        assert roots.is_nonnegative(scaled(inside, F(-1)), F(-1), F(1), 0)


@given(st.lists(NUMBERS, min_size=1, max_size=4, unique=True), intervals())
def test_T58_every_gap_between_roots_has_a_sample(
    zeros: list[Fraction], ends: tuple[Fraction, Fraction]
) -> None:
    low, high = ends
    assume(low < high)
    p = [1]
    for zero in zeros:
        shifted = [0, *(zero.denominator * c for c in p)]
        p = [a - zero.numerator * b for a, b in zip(shifted, [*p, 0], strict=True)]
    found = samples(p, low, high)
    places = [low, *sorted(zero for zero in zeros if low < zero < high), high]
    for start, end in pairwise(places):
        assert any(start < x < end for x in found)
    assert not set(found) & set(zeros)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Any:
    """Trees as JSON has them, of every operation."""
    if not depth or draw(st.booleans()):
        return draw(st.one_of(st.just("x"), NUMBERS.map(str)))
    name = draw(st.sampled_from(sorted(ORACLE)))
    first = draw(trees(depth - 1))
    if name == "^":
        return [name, first, draw(st.integers(1, 3))]
    if name in {"+", "*", "/", "min", "max"}:
        return [name, first, draw(trees(depth - 1))]
    return [name, first]


@given(trees(), intervals(), st.integers(4, 24))
@example(["abs", "x"], (F(-3), F(1)), 10)
@example(["log", ["abs", ["exp", "x"]]], (F(-3), F(1)), 10)
@example(["/", "1", ["+", "1/4", ["abs", ["sin", "x"]]]], (F(-3), F(1)), 4)
@example(["sqrt", ["+", "1/2", ["^", ["cos", "x"], 2]]], (F(-3), F(3)), 4)
@example(["min", ["^", "x", 3], ["*", "x", "x"]], (F(-2), F(1)), 4)
def test_T58_models_are_as_near_as_they_say(
    tree: Any, ends: tuple[Fraction, Fraction], precision: int
) -> None:
    reading = Interval(*ends, precision)
    try:
        model = reading.model(tree)
    except RejectedError:
        return
    assert model.error >= 0
    for k in range(9):
        x = ends[0] + (ends[1] - ends[0]) * F(k, 8)
        assert reading.roots.sign(model.bottom, x) > 0
        value = oracle(tree, x)
        near = value_of(reading.roots, model.top, x) / value_of(reading.roots, model.bottom, x)
        assert not abs(value - near) > ball(model.error) + arb("1e-30")
        assert not value < ball(model.low) - arb("1e-30")
        assert not value > ball(model.high) + arb("1e-30")


ERRORS = st.fractions(min_value=0, max_value=1, max_denominator=4)


@given(
    st.sampled_from(sorted(ORACLE)),
    st.tuples(NUMBERS, ERRORS, st.sampled_from([F(-1), F(0), F(1)])),
    st.tuples(NUMBERS, ERRORS, st.sampled_from([F(-1), F(0), F(1)])),
)
@example("sqrt", (F(0), F(1, 4), F(1)), (F(0), F(0), F(0)))
@example("sqrt", (F(-1, 4), F(1, 2), F(1)), (F(0), F(0), F(0)))
@example("/", (F(1), F(0), F(0)), (F(1), F(1, 2), F(-1)))
@example("/", (F(1), F(0), F(0)), (F(1), F(1, 4), F(1)))
@example("/", (F(1), F(0), F(0)), (F(-1), F(1, 4), F(-1)))
@example("log", (F(1), F(1, 4), F(1)), (F(0), F(0), F(0)))
@example("*", (F(2), F(1), F(-1)), (F(2), F(1), F(-1)))
@example("abs", (F(1, 4), F(1, 2), F(-1)), (F(0), F(0), F(0)))
def test_T58_errors_of_parts_are_carried_on(
    name: str, one: tuple[Fraction, ...], other: tuple[Fraction, ...]
) -> None:
    """Constants f, g at the ends of what is known of them, with approximations F, G."""
    reading = Interval(F(0), F(0), 60)
    models, trees = [], []
    exponent = 2 + other[0].numerator % 2
    for number, error, side in (one, other)[: 1 if name == "^" else ARGUMENTS[name]]:
        true = number + side * error
        models.append(Model(constant(number), UNIT, error, true, true))
        trees.append(str(true))
    try:
        power = name == "^"
        found = (partial(reading.power, exponent=exponent) if power else reading.operations[name])(
            *models
        )
    except RejectedError:
        return
    value, zero = oracle([name, *trees, *([exponent] if power else [])], F(0)), F(0)
    roots = reading.roots
    assert all(roots.sign(one, zero) >= 0 for one in (found.bottom, *roots.squares))
    top, bottom = (value_of(roots, e, zero) for e in (found.top, found.bottom))
    assert not abs(value - top / bottom) > ball(found.error) + arb("1e-30")
    assert not value < ball(found.low) - arb("1e-30")
    assert not value > ball(found.high) + arb("1e-30")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("sqrt(x)", 0, 1), ("x**(3/2)", 0, 2), ("sqrt(abs(x) + 1/10)", -1, 1), ("log(x)", F(1, 9), 3),
     ("abs(x)*sqrt(abs(x))", -1, 1), ("x*sin(3*x)", -1, 2), ("exp(-x**2)", -2, 2),
     ("abs(x**2 - 1/2)", -1, 1), ("1/sqrt(x)", F(1, 4), 1), ("tanh(x)", -2, 2),
     ("Max(x, 1/3 - x, 0)", -1, 1), ("min(x, x**2, 1/2)", -1, 1), ("x/(1 + Abs(x))", -1, 2),
     ("sigmoid(x) + relu(x)", -1, 1), ("tan(x)", -1, 1), ("2", 0, 1)],
)  # fmt: skip
def test_T58_what_is_built_and_accepted_holds(text: str, low: Fraction, high: Fraction) -> None:
    tree, epsilon = tree_of(text), F(1, 20)
    curve = Curve(Source(tree), F(low), F(high), epsilon)
    points = sampled(curve)
    values = dict(few_pieces(curve, points))
    network = interpolant(values.__getitem__, tuple(values))
    claim = LineApproximation(network, curve, forced_bends(curve, points))
    assert claim.judged() >= claim.least()[0]
    assert network.units >= claim.least()[1]
    worst = arb(0)
    for k in range(301):
        x = low + (F(high) - low) * F(k, 300)
        worst = greater(worst, abs(oracle(nested(tree), x) - ball(network([x])[0])))
    assert worst < ball(epsilon)
    if worst > 0:
        less = F(str(worst.mid().str(20, radius=False))) * F(99, 100)
        with pytest.raises(RejectedError):
            LineApproximation(network, Curve(curve.source, F(low), F(high), less)).judged()


@given(trees(), intervals())
def test_T58_interpolants_that_are_accepted_hold(
    tree: Any, ends: tuple[Fraction, Fraction]
) -> None:
    as_tuple = tupled(tree)
    try:
        curve = Curve(Source(as_tuple), *ends, F(1, 2))
        network = interpolant(curve.value, equidistant(*ends, 3))
        LineApproximation(network, curve).judged()
    except (TheoryError, RejectedError):
        return
    for k in range(17):
        x = ends[0] + (ends[1] - ends[0]) * F(k, 16)
        assert not abs(oracle(tree, x) - ball(network([x])[0])) > arb("0.5")


def tupled(tree: Any) -> Tree:
    return tuple(map(tupled, tree)) if isinstance(tree, list) else tree


@pytest.mark.parametrize("text", ["x**3 - x/2 + 1/7", "1/(1 + x**2)", "exp(x/2) - 2*sin(3*x + 1)"])
def test_targets_are_trees_too(text: str) -> None:
    target = target_of(text)
    for tree in (tree_of(text), tree_of_target(target)):
        for x in (F(0), F(1, 3), F(-2)):
            near = target.within(F(-2), F(2), F(1, 2**40))(x)
            assert abs(oracle(nested(tree), x) - ball(near)) < arb("1e-11")


@pytest.mark.parametrize(
    "text",
    ["", "x +", "y", "x^2", "x**x", "x**61", "x**(1/3)", "x**(1/1024)", "1/0", "x/(1 - 1)",
     "sqrt(x, x)", "sqrt()", "max(x)", "floor(x)", "sqrt(x, evaluate=False)", "x" + "+x" * 2000,
     "2**60**2", "True", "x.real", "-" * 1500 + "x", "sqrt(" * 120 + "x" + ")" * 120, "\0",
     "((2**60)**60)**2", "0**-1", "f(x)(x)"],
)  # fmt: skip
def test_what_is_no_tree_is_refused(text: str) -> None:
    with pytest.raises(TheoryError):
        tree_of(text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("sqrt(x)", -1, 1), ("log(x)", 0, 1), ("log(-x)", 1, 2), ("1/x", -1, 1), ("1/abs(x)", -1, 1),
     ("log(abs(x))", -1, 1), ("sqrt(sin(x))", -1, 1), ("x/sin(x)", 0, 1), ("sqrt(x - 1/2)", 0, 1),
     ("exp(300*x)", 0, 1), ("exp(-1000*x)", 0, 1), ("1/(x**2 - 2)", 0, 2), ("1/(x - x)", 0, 1),
     ("sqrt(x**2 - 1/10**9)", -1, 1), ("sin(1000*x)", 0, 1), ("x**-1", 0, 1)],
)  # fmt: skip
def test_functions_that_are_not_defined_or_too_long_are_refused(
    text: str, low: int, high: int
) -> None:
    with pytest.raises(DomainError) as caught:
        Curve(Source(tree_of(text)), F(low), F(high), F(1, 10))
    assert "\n" not in str(caught.value)


def test_irrational_poles_are_seen_and_double_zeros_are_defined() -> None:
    with pytest.raises(DomainError, match="pole"):
        Curve(Source(tree_of("1/(x**2 - 2)")), F(1), F(3, 2), F(1))
    Curve(Source(tree_of("sqrt((x**2 - 2)**2)")), F(0), F(2), F(1))
    Curve(Source(tree_of("1/(x**2 - 2)")), F(-1), F(1), F(1))  # negative throughout


KINK = tree_of("abs(x)*sqrt(abs(x))")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    curve = Curve(Source(KINK), F(-1), F(1), F(1, 100))
    points = sampled(curve)
    values = dict(few_pieces(curve, points))
    network = interpolant(values.__getitem__, tuple(values))
    found = LineApproximation(network, curve, forced_bends(curve, points))
    for name, data in found.files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def edited(folder: Path, **changes: Any) -> tuple[str, str]:
    """The answer of the checker after changes to the file; other errors are not caught."""
    path = folder / "approximation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return answer_on(folder)


def answer_on(folder: Path) -> tuple[str, str]:
    """What the checker says, in this process."""
    try:
        return "accepted", target_checker.check(str(folder), (folder / APPROXIMATION).read_bytes())
    except RejectedError as error:
        return "rejected", str(error)
    except (MalformedError, OSError, RecursionError) as error:
        return "malformed", str(error)


def test_the_checker_accepts_what_is_written(folder: Path) -> None:
    answer, line = checked_approximation(folder)
    assert answer == "accepted"
    assert "|network.json - f| <= 1/100 for every real x from -1 to 1" in line
    assert "f(x) = (abs(x) * sqrt(abs(x)))" in line
    assert (
        "at least 6 pieces, one hidden layer at least 5 units) (verify/target_checker.py)" in line
    )


def function(tree: Any, precision: int = 20) -> dict[str, Any]:
    return {"target": {"function": tree, "precision": precision}}


X3 = ["*", ["abs", "x"], ["sqrt", ["abs", "x"]]]


@pytest.mark.parametrize(
    "changes",
    [
        {"epsilon": "9/1000"},
        {"epsilon": "0"},
        {"interval": ["-1", "11/10"]},
        function(["*", "x", ["sqrt", ["abs", "x"]]]),
        function(["+", X3, "1/50"]),
        function(["sqrt", "x"]),
        function(["log", "x"]),
        function(["/", X3, "x"]),
        function(["/", "1", "0"]),
        function(["+", X3, ["exp", ["*", "400", "x"]]]),
        function(["+", X3, ["*", "1/100", ["sin", "x"]]], 0),
        {"witnesses": [["-1", "0", "1"], ["-1", "0", "1"]]},
        {"witnesses": [["-1", "-9/10", "-8/10"]]},
        {"witnesses": [["0", "0", "1"]]},
        {"witnesses": [["1", "0", "-1"]]},
        {"witnesses": [["-2", "0", "2"]]},
        {"witnesses": [["1/2", "3/4", "1"], ["-1", "0", "1/2"]]},
        {"network": {"file": "network.json", "sha256": "0" * 64}},
    ],
)
def test_the_checker_rejects_what_does_not_hold(folder: Path, changes: dict[str, Any]) -> None:
    assert edited(folder, **function(X3, 0))[0] == "accepted"
    assert edited(folder, **changes)[0] == "rejected"


@pytest.mark.parametrize(
    "changes",
    [
        {"epsilon": "-1"},
        {"epsilon": "0.1"},
        {"interval": ["1", "-1"]},
        {"interval": ["1"]},
        {"extra": 1},
        {"version": 2},
        {"witnesses": [["-1"]]},
        {"witnesses": [[]]},
        {"witnesses": {}},
        {"witnesses": [["-1", "0", "0.5"]]},
        function("y"),
        function(2),
        function([]),
        function(["tan", "x"]),
        function(["sqrt", "x", "x"]),
        function(["sqrt"]),
        function(["+", "x"]),
        function(["/", "x", "x", "x"]),
        function(["^", "x", "2"]),
        function(["^", "x", 0]),
        function(["^", "x", 201]),
        function(["^", "x", True]),
        function([["sqrt"], "x"]),
        function([None]),
        function("x", -1),
        function("x", 2001),
        function("x", True),
        {"target": {"function": "x"}},
        {"target": "x"},
        {"target": {"file": "../target.json", "sha256": "0" * 64}},
        {"network": {"file": "", "sha256": "0" * 64}},
        {"network": {"file": "absent.json", "sha256": "0" * 64}},
    ],
)
def test_the_checker_sees_malformed_files(folder: Path, changes: dict[str, Any]) -> None:
    assert edited(folder, **changes)[0] == "malformed"


def test_remainders_and_errors_of_values_are_taken_off(tmp_path: Path) -> None:
    """With precision 0 the checker takes 0 for sin on [0, 1], and an error of 1."""
    flat = interpolant(target_of("0"), equidistant(F(0), F(1), 1))
    curve = Curve(Source(tree_of("sin(x)")), F(0), F(1), F(1))
    assert written(tmp_path, LineApproximation(flat, curve))[0] == "accepted"
    assert edited(tmp_path, **function(["sin", "x"], 0))[0] == "accepted"
    assert edited(tmp_path, epsilon="9/10")[0] == "rejected"  # it holds, but not by that
    assert edited(tmp_path, **function(["sin", "x"], 9))[0] == "accepted"
    assert edited(tmp_path, epsilon="1/100")[0] == "rejected"
    wavy = ["sin", ["*", "3", "x"]]
    steep = interpolant(target_of("1 - (2*x - 1)**2"), (F(0), F(1, 2), F(1)))
    curve = Curve(Source(tree_of("sin(3*x)")), F(0), F(1), F(23, 50))
    assert written(tmp_path, LineApproximation(steep, curve))[0] == "accepted"
    triple = {"witnesses": [["0", "1/2", "1"]]}  # off by 0.927 where 0.92 is needed
    assert edited(tmp_path, **triple, **function(wavy, 20))[0] == "accepted"
    assert "excludes nothing" in edited(tmp_path, **triple, **function(wavy, 6))[1]


def test_deep_trees_are_no_reason_to_fail(folder: Path) -> None:
    tree: Any = "x"
    for _ in range(800):
        tree = ["abs", tree]
    assert edited(folder, **function(tree))[0] in {"malformed", "rejected"}


def test_too_many_roots_are_rejected(folder: Path) -> None:
    tree: Any = "0"
    for k in range(8):
        tree = ["+", tree, ["abs", ["+", "x", f"{k}/10"]]]
    answer, line = edited(folder, **function(tree))
    assert (answer, "roots" in line) == ("rejected", True)


def written(folder: Path, found: LineApproximation) -> tuple[str, str]:
    """The answer of the checker on a claim."""
    for name, data in found.files.items():
        (folder / name).write_bytes(data)
    return answer_on(folder)


def test_networks_are_targets(tmp_path: Path) -> None:
    one = interpolant(target_of("x**2"), equidistant(F(-1), F(1), 8))
    other = interpolant(target_of("x**2"), equidistant(F(-1), F(1), 4))
    curve = Curve(Source(one), F(-1), F(1), F(1, 16))
    assert written(tmp_path, LineApproximation(one, curve))[0] == "accepted"
    found = LineApproximation(other, curve, ((F(-1), F(0), F(1)),))
    answer, line = written(tmp_path, found)
    assert answer == "accepted"
    assert "f(x) = target.json(x) (pieces: 4" in line
    less = Curve(Source(one), F(-1), F(1), F(62, 1000))
    assert written(tmp_path, LineApproximation(other, less))[0] == "rejected"
    assert written(tmp_path, LineApproximation(one, less))[0] == "accepted"
    late = interpolant({F(-1): F(0), F(1, 2): F(0), F(1): F(1)}.__getitem__, (F(-1), F(1, 2), F(1)))
    flat = interpolant(target_of("0"), (F(-1), F(1)))  # equal on the first part of its only piece
    wrong = LineApproximation(flat, Curve(Source(late), F(-1), F(1), F(1, 2)))
    assert written(tmp_path, wrong)[0] == "rejected"
    wide = Network((Affine.dense([[1, 1]], [0]),))
    with pytest.raises(DomainError, match="one input"):
        Curve(Source(wide), F(0), F(1), F(1))
    data = network_text(wide).encode()
    (tmp_path / "target.json").write_bytes(data)
    named = {"file": "target.json", "sha256": sha256(data).hexdigest()}
    assert edited(tmp_path, target=named)[0] == "malformed"
    assert edited(tmp_path, target={**named, "sha256": "0" * 64})[0] == "rejected"


@given(st.lists(NUMBERS, min_size=1, max_size=6, unique=True), NUMBERS, st.data())
def test_T53_witnesses_exclude_fewer_pieces(
    places: list[Fraction], slope: Fraction, data: st.DataObject
) -> None:
    """Whatever is within epsilon has a bend inside every witness: the function itself, moved."""
    knots = tuple(sorted({F(-4), *places, F(4)}))
    values = {knot: data.draw(NUMBERS) + slope * knot for knot in knots}
    network = interpolant(values.__getitem__, knots)
    curve = Curve(Source(network), F(-4), F(4), data.draw(st.sampled_from([F(1, 9), F(1), F(3)])))
    witnesses = forced_bends(curve, sampled(curve))
    claim = LineApproximation(network, curve, witnesses)
    pieces, units = claim.least()
    assert claim.judged() >= pieces
    assert network.units >= units
    few = dict(few_pieces(curve, sampled(curve)))
    simpler = LineApproximation(interpolant(few.__getitem__, tuple(few)), curve, witnesses)
    assert claim.judged() >= simpler.judged() >= pieces == 1 + sum(len(w) == 3 for w in witnesses)
    for first, *inner, last in witnesses:  # no line is within epsilon at these three points
        share = (inner[0] - first) / (last - first) if inner else F(0)
        at = [network([x])[0] for x in (first, *inner, last)]
        off = at[1] - (1 - share) * at[0] - share * at[2] if inner else at[1] - at[0]
        assert abs(off) > 2 * curve.epsilon


@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.booleans()), max_size=3), NUMBERS, st.data())
def test_T53_no_small_network_contradicts_the_units_that_witnesses_force(
    units: list[tuple[Fraction, Fraction, bool]], bias: Fraction, data: st.DataObject
) -> None:
    """Networks of one hidden layer as functions: they are within epsilon of themselves."""
    rows = [[F(-1 if left else 1)] for _, _, left in units]
    shifts = [place if left else -place for place, _, left in units]
    outer = Affine.dense([[weight for _, weight, _ in units]], [bias], len(units))
    network = Network((Affine.dense(rows, shifts, 1), outer))
    low, high = sorted((data.draw(NUMBERS), data.draw(NUMBERS)))
    for epsilon in (F(1, 50), F(1, 3)):
        curve = Curve(Source(network), low, high, epsilon)
        claim = LineApproximation(network, curve, forced_bends(curve, sampled(curve)))
        assert claim.least()[1] <= len(units)
        assert claim.judged() >= claim.least()[0]


@pytest.mark.parametrize(
    ("text", "low", "epsilon", "pieces", "units"),
    [("x**2", 0, F(1, 100), 4, 4), ("sqrt(x)", 0, F(1, 100), 5, 5), ("exp(x)", 0, F(1, 50), 3, 3),
     ("1 - x**2", 0, F(1, 100), 4, 4), ("(1 - x)**2", 0, F(1, 100), 4, 4),
     ("-sqrt(1 - x)", 0, F(1, 100), 5, 5), ("x**3 - x/2 + 1/7", -1, F(1, 100), 9, 8),
     ("x", 0, F(1, 9), 1, 1), ("3", 0, F(1, 9), 1, 0), ("relu(x)", -1, F(1, 9), 2, 1),
     ("abs(x)", -1, F(1, 9), 2, 2), ("x + abs(x)/2", -1, F(1, 50), 2, 2)],
)  # fmt: skip
def test_T53_networks_with_provably_the_fewest_units(
    text: str, low: int, epsilon: Fraction, pieces: int, units: int
) -> None:
    curve = Curve(Source(tree_of(text)), F(low), F(1), epsilon)
    points = sampled(curve)
    network = economical(few_pieces(curve, points))
    claim = LineApproximation(network, curve, forced_bends(curve, points))
    assert (claim.judged(), *claim.least()) == (pieces, pieces, units)
    assert network.units == units


def test_T53_pieces_and_witnesses_meet_for_convex_functions() -> None:
    for text, low, count in (
        ("x**2", 0, 4),
        ("sqrt(x)", 0, 5),
        ("exp(x)", 0, 4),
        ("abs(x)", -1, 2),
    ):
        curve = Curve(Source(tree_of(text)), F(low), F(1), F(1, 100))
        points = sampled(curve)
        forced = [one for one in forced_bends(curve, points) if len(one) == 3]
        assert len(few_pieces(curve, points)) - 1 == count == len(forced) + 1


@pytest.mark.parametrize(
    ("witnesses", "answer"),
    [
        ([["0", "1/5"], ["1/5", "1/2", "4/5"]], "accepted"),  # rising before convex bends
        ([["1/5", "1/2", "4/5"], ["4/5", "1"]], "rejected"),  # rising after them
        ([["-4/5", "-1/2", "-1/5"], ["-1/5", "0"]], "accepted"),  # falling after them
        ([["-1", "-4/5"], ["-4/5", "-1/2", "-1/5"]], "rejected"),
        ([["0", "1/5"]], "accepted"),
        ([["0", "1/100"]], "rejected"),
        ([["-1", "1"]], "rejected"),
        ([["0", "1/5"], ["1/5", "2/5"]], "malformed"),
        (
            [["0", "1/5"], ["1/5", "1/2", "4/5"], ["4/5", "1"]],
            "accepted",
        ),  # one triple: no side flat
        ([["-1", "-4/5"], ["-4/5", "0", "4/5"], ["4/5", "1"]], "accepted"),
        ([["-1", "-4/5"], ["-4/5", "0", "4/5"], ["99/100", "1"]], "rejected"),
        ([["-1/100", "1/100"], ["1/5", "1/2", "4/5"], ["4/5", "1"]], "rejected"),
        (
            [["0", "1/5"], ["1/5", "2/5", "3/5"], ["3/5", "3/4", "9/10"], ["9/10", "1"]],
            "malformed",
        ),
        ([["0", "1/5"], ["1/5", "1"]], "malformed"),
        ([["-4/5", "-1/2", "-1/5"], ["-1/5", "0"], ["1/5", "1/2", "4/5"]], "malformed"),
        ([["0"]], "malformed"),
        ([["0", "1/4", "1/2", "1"]], "malformed"),
    ],
)
def test_pairs_of_points_that_force_another_unit(
    tmp_path: Path, witnesses: list[list[str]], answer: str
) -> None:
    square = target_of("x**2")
    network = interpolant(square, equidistant(F(-1), F(1), 16))
    curve = Curve(Source(tree_of("x**2")), F(-1), F(1), F(1, 100))
    assert written(tmp_path, LineApproximation(network, curve))[0] == "accepted"
    assert edited(tmp_path, witnesses=witnesses)[0] == answer


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["approximate", *words])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize(
    ("target", "domain", "epsilon", "knots"),
    [("sqrt(x)", "0,1", "1/20", "equidistant"), ("sqrt(x)", "0,1", "1/100", "best"),
     ("abs(x - 1/3)", "0,1", "0.01", "best"),
     ("sqrt(abs(x) + 1/10)", "-1,1", "1/50", "equidistant"),
     ("x**(3/2)", "0,1", "1/50", "greedy"), ("log(x)", "1,2", "1/50", "1,5/4,3/2,2"),
     ("exp(-x**2)*x", "-1,1", "1/20", "best"), ("sqrt(2)*x", "0,1", "1/20", "equidistant"),
     ("sqrt(x)", "1,1", "1/20", "best")],
)  # fmt: skip
def test_the_command_writes_what_the_checker_accepts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, target: str, domain: str, epsilon: str,
    knots: str,
) -> None:  # fmt: skip
    words = ("--domain", f"box:{domain}", "--epsilon", epsilon, "--knots", knots)
    status, _, err = run(capsys, "interpolant", target, *words, "-o", str(tmp_path))
    assert (status, err) == (0, "")
    assert main(["check", str(tmp_path)]) == 0
    assert "(verify/target_checker.py)" in capsys.readouterr().out


def test_the_command_takes_networks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    network = interpolant(target_of("x**2"), equidistant(F(0), F(1), 40))
    file = tmp_path / "fine.json"
    file.write_text(network_text(network))
    out = tmp_path / "out"
    words = ("--domain", "box:0,1", "--epsilon", "1/100", "--knots", "best")
    status, told, _ = run(capsys, "interpolant", str(file), *words, "-o", str(out))
    assert (status, "1-4-1, 4 pieces" in told) == (0, True)
    assert checked_approximation(out)[0] == "accepted"
    for shape in ([[1, 1]], [[1], [1]]):
        wide = Network((Affine.dense(shape, [0] * len(shape)),))
        file.write_text(network_text(wide))
        status, _, err = run(capsys, "interpolant", str(file), *words)
        assert (status, err.count("\n"), "one input and one output" in err) == (3, 1, True)


@pytest.mark.parametrize(
    ("target", "domain", "message"),
    [
        ("sqrt(x)", "-1,1", "negative between -1 and 1"),
        ("log(x)", "0,1", "positive"),
        ("1/sqrt(x)", "0,1", "pole"),
        ("x**(1/3)", "0,1", "denominator"),
        ("gamma(x)", "0,1", "expected one of"),
        ("absent.onnx", "0,1", "absent.onnx"),
        ("x", "0,1e400", "between 1e-90 and 1e90"),
        ("x**10", "0,1e80", "too large"),
        ("exp(300*x)", "0,1", "at most 200"),
    ],
)
def test_bad_input_gets_one_line(
    capsys: pytest.CaptureFixture[str], target: str, domain: str, message: str
) -> None:
    words = ("--domain", f"box:{domain}", "--epsilon", "1/10")
    for method in ("interpolant", "step"):
        status, out, err = run(capsys, method, target, *words)
        assert (status, out, err.count("\n")) == (3, "", 1)
        assert message in err


def test_the_checker_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert target_checker.main([str(folder / "approximation.json")]) == 0
    assert target_checker.main([]) == 2
    assert target_checker.main([str(folder / "nothing.json")]) == 2
    with pytest.raises(MalformedError):
        target_checker.check(str(folder), b"[]")
    capsys.readouterr()
