"""T57: step functions within epsilon of a function, and how many steps there are at least."""

import json
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.approximation.interpolant import equidistant, interpolant
from theory.approximation.polynomial import polynomial, value
from theory.approximation.step import (
    StepNetwork,
    enough_steps,
    necessary_steps,
    step_error,
)
from theory.approximation.tree import tree_of, tree_of_polynomial
from theory.errors import DomainError, ScopeError, ShapeError
from verify.approximation import levels
from verify.approximation.curve import Curve, Source
from verify.approximation.evidence import checked_approximation
from verify.approximation.levels import (
    equal_steps,
    few_steps,
    forced_steps,
    given_steps,
    simplest,
)
from verify.approximation.line import LineApproximation, steps_text
from verify.approximation.samples import sampled
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.target_checker import Steps, check

F = Fraction
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
EPSILONS = st.sampled_from([F(1, 2), F(1, 5), F(1, 7), F(1, 20)])


@st.composite
def steps(draw: st.DrawFn) -> StepNetwork:
    """Up to four steps; heights 0 included."""
    places = tuple(sorted(set(draw(st.lists(NUMBERS, max_size=4)))))
    values = draw(st.lists(NUMBERS, min_size=len(places) + 1, max_size=len(places) + 1))
    return StepNetwork(places, tuple(values))


def curve_of(text: str, low: Fraction, high: Fraction, epsilon: Fraction) -> Curve:
    return Curve(Source(tree_of(text)), low, high, epsilon)


@given(steps(), NUMBERS, NUMBERS)
def test_T57_the_file_is_the_step_function(one: StepNetwork, a: Fraction, b: Fraction) -> None:
    low, high = sorted((a, b))
    found = Steps(steps_text(one).encode()).pieces(low, high)
    assert (found[0][0], found[-1][1]) == (low, high)
    for start, end, (constant, slope) in found:
        inside = [start] if start == end else [start, (start + end) / 2, (start + 99 * end) / 100]
        assert {constant} == {one(x) for x in inside}  # H(0) = 1: the left end belongs to it
        assert slope == 0
    total = one.values[0] + sum(
        height * (place <= low) for place, height in zip(one.places, one.heights, strict=True)
    )
    assert one(low) == total


@given(steps(), st.fractions(F(1, 8), 1, max_denominator=8), NUMBERS)
def test_T57_ramps_are_the_steps_beside_them(
    one: StepNetwork, width: Fraction, x: Fraction
) -> None:
    gaps = [b - a for a, b in pairwise(one.places)]
    if any(gap < width for gap in gaps):
        with pytest.raises(DomainError):
            one.ramps(width)
        return
    network = one.ramps(width)
    assert network.units == 2 * len(one.places)
    rising = [k for k, place in enumerate(one.places) if place - width < x < place]
    if not rising:
        assert network([x])[0] == one(x)
    for k in rising:
        ends = one.values[k : k + 2]
        assert min(ends) <= network([x])[0] <= max(ends)


@given(st.lists(NUMBERS, max_size=4).map(polynomial), NUMBERS, NUMBERS, EPSILONS)
def test_T57_equidistant_steps_by_a_lipschitz_constant(
    p: tuple[Fraction, ...], a: Fraction, b: Fraction, epsilon: Fraction
) -> None:
    low, high = sorted((a, b))
    size = max(abs(low), abs(high), F(1))
    lipschitz = sum((k * abs(c) * size ** (k - 1) for k, c in enumerate(p) if k), F(0))
    count = enough_steps(low, high, lipschitz, epsilon)
    assume(count <= 60)
    knots = equidistant(low, high, count + 1)
    middles = [(one + other) / 2 for one, other in pairwise(knots)] or [low]
    values = tuple(value(p, x) for x in middles)
    one = StepNetwork(knots[1:-1] if low < high else (), values)
    curve = Curve(Source(tree_of_polynomial(p)), low, high, epsilon)
    assert LineApproximation(one, curve).judged() <= count + 1
    assert step_error(lipschitz, (high - low) / (count + 1)) <= epsilon
    assert count == 0 or step_error(lipschitz, (high - low) / count) > epsilon
    assert len(equal_steps(curve, sampled(curve)).places) <= count


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, EPSILONS)
def test_T57_lines_have_exactly_the_necessary_steps(
    slope: Fraction, constant: Fraction, a: Fraction, b: Fraction, epsilon: Fraction
) -> None:
    low, high = sorted((a, b))
    least = necessary_steps(slope * (high - low), epsilon)
    assert least == max(1, ceil(abs(slope) * (high - low) / (2 * epsilon))) - 1
    source = Source(tree_of_polynomial(polynomial([constant, slope])))
    curve = Curve(source, low, high, epsilon)
    points = sampled(curve)
    one, pairs = few_steps(curve, points), forced_steps(curve, points)
    assert len(one.places) == least == len(pairs)
    assert LineApproximation(one, curve, pairs).judged() == least + 1


@given(steps(), NUMBERS, NUMBERS, EPSILONS)
def test_T57_witnesses_exclude_fewer_steps(
    one: StepNetwork, a: Fraction, b: Fraction, epsilon: Fraction
) -> None:
    """The ramps of steps are a function; the steps that are found near it jump at each witness."""
    low, high = sorted((a, b))
    gaps = [other - place for place, other in pairwise(one.places)]
    network = one.ramps(min([F(1, 4), *gaps]))
    curve = Curve(Source(network), low, high, epsilon)
    points = sampled(curve)
    pairs, found = forced_steps(curve, points), few_steps(curve, points)
    assert LineApproximation(found, curve, pairs).judged() > len(pairs)
    jumps = [p for p, height in zip(found.places, found.heights, strict=True) if height]
    for x, y in pairs:
        assert abs(network([x])[0] - network([y])[0]) > 2 * epsilon
        assert any(x < jump <= y for jump in jumps)


@given(NUMBERS, NUMBERS)
def test_the_simplest_fraction_between_two_numbers(a: Fraction, b: Fraction) -> None:
    low, high = sorted((a, b))
    found = simplest(low, high)
    assert low <= found <= high
    for below in range(1, found.denominator):
        assert ceil(low * below) > high * below


@pytest.mark.parametrize(
    ("text", "low", "high", "count", "least"),
    [("x**2", 0, 1, 5, 4), ("sqrt(x)", 0, 1, 4, 4), ("exp(x)", 0, 1, 8, 8), ("x", 0, 1, 4, 4),
     ("abs(x)", -1, 1, 8, 8), ("sin(3*x)", 0, 2, 18, 16), ("2", 0, 1, 0, 0), ("x", 1, 1, 0, 0),
     ("log(x)", 1, 3, 5, 5), ("x**3 - x/2 + 1/7", -1, 1, 7, 7)],
)  # fmt: skip
def test_steps_and_witnesses(text: str, low: int, high: int, count: int, least: int) -> None:
    curve = curve_of(text, F(low), F(high), F(1, 10))
    points = sampled(curve)
    one, pairs = few_steps(curve, points), forced_steps(curve, points)
    assert LineApproximation(one, curve, pairs).judged() == count + 1
    assert len(pairs) == least


def test_what_is_no_step_function_is_refused() -> None:
    for places, values in (((F(1), F(0)), (F(0),) * 3), ((F(0),), (F(0),)), ((), ())):
        with pytest.raises(ShapeError):
            StepNetwork(places, values)
    for function in (enough_steps, lambda a, b, k, e: necessary_steps(k, e)):
        with pytest.raises(DomainError):
            function(F(0), F(1), F(1), F(0))
    with pytest.raises(DomainError):
        StepNetwork((F(0),), (F(0), F(1))).ramps(F(0))


def test_too_many_steps_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "MOST_STEPS", 20)
    curve = curve_of("x", F(0), F(1), F(1, 100))
    for method in (few_steps, equal_steps):
        with pytest.raises(ScopeError, match="more than 20"):
            method(curve, sampled(curve))
    assert len(forced_steps(curve, sampled(curve))) == 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    curve = curve_of("x**2", F(0), F(1), F(1, 10))
    points = sampled(curve)
    one, pairs = few_steps(curve, points), forced_steps(curve, points)
    for name, data in LineApproximation(one, curve, pairs).files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_the_checker_accepts_steps(folder: Path) -> None:
    answer, line = checked_approximation(folder)
    assert answer == "accepted"
    assert "|steps.json - f| <= 1/10 for every real x from 0 to 1, f(x) = (x ^ 2)" in line
    assert "(pieces: 6; every step function within epsilon has at least 4 steps)" in line


def edited(folder: Path, **changes: Any) -> str:
    path = folder / "approximation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    try:
        check(str(folder), path.read_bytes())
    except RejectedError:
        return "rejected"
    except MalformedError:
        return "malformed"
    return "accepted"


def with_steps(folder: Path, **changes: Any) -> str:
    """The answer after changes to the step function, with its new digest."""
    from hashlib import sha256

    path = folder / "steps.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    named = {"file": "steps.json", "sha256": sha256(path.read_bytes()).hexdigest()}
    return edited(folder, network=named)


@pytest.mark.parametrize(
    "changes",
    [
        {"epsilon": "99/1000"},
        {"interval": ["0", "6/5"]},
        {"interval": ["-1/2", "1"]},
        {"witnesses": [["0", "1/3"]]},
        {"witnesses": [["0", "1/2"], ["1/3", "1"]]},
        {"witnesses": [["1/2", "0"]]},
        {"witnesses": [["0", "2"]]},
        {"target": {"function": "x", "precision": 0}},
    ],
)
def test_the_checker_rejects_what_does_not_hold(folder: Path, changes: dict[str, Any]) -> None:
    assert edited(folder, witnesses=[["0", "1/2"], ["1/2", "1"]]) == "accepted"
    assert edited(folder, **changes) == "rejected"


def test_every_place_and_height_matters(folder: Path) -> None:
    found = json.loads((folder / "steps.json").read_text())
    assert with_steps(folder) == "accepted"
    for number, (place, height) in enumerate(found["steps"]):
        for wrong in ([str(F(place) + F(1, 8)), height], [place, str(F(height) + F(1, 4))]):
            changed = [*found["steps"][:number], wrong, *found["steps"][number + 1 :]]
            assert with_steps(folder, steps=changed) in {"rejected", "malformed"}
        fewer = [*found["steps"][:number], *found["steps"][number + 1 :]]
        assert with_steps(folder, steps=fewer) == "rejected"
    assert with_steps(folder, base=str(F(found["base"]) + F(1, 50))) == "rejected"


def test_a_jump_at_the_right_end_counts(folder: Path) -> None:
    found = json.loads((folder / "steps.json").read_text())["steps"]
    assert with_steps(folder, steps=[*found, ["1", "1"]]) == "rejected"
    assert with_steps(folder, steps=[*found, ["1", "1/1000000000000"]]) == "accepted"
    assert with_steps(folder, steps=[*found, ["11/10", "1"]]) == "accepted"


@pytest.mark.parametrize(
    "changes",
    [
        {"base": 0},
        {"base": "0.5"},
        {"steps": [["1/2", "1/2"], ["1/2", "1/2"]]},
        {"steps": [["1/2", "1/2"], ["1/4", "1/2"]]},
        {"steps": [["1/2"]]},
        {"steps": [["1/2", "1/2", "1"]]},
        {"steps": "1/2"},
        {"version": 2},
        {"more": "0"},
    ],
)
def test_the_checker_sees_malformed_steps(folder: Path, changes: dict[str, Any]) -> None:
    assert with_steps(folder, **changes) == "malformed"


def test_triples_are_no_witnesses_of_steps(folder: Path) -> None:
    assert edited(folder, witnesses=[["0", "1/2", "1"]]) == "malformed"
    with pytest.raises(MalformedError):
        Steps(b"{}")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["approximate", "step", *words])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize(
    ("target", "options", "told"),
    [
        ("x", (), "T57: 4 steps; every step function within this has at least 4"),
        ("x**2", ("--knots", "equidistant"), "9 steps"),
        ("x", ("--knots", "0,1/5,2/5,3/5,4/5,1"), "4 steps"),
        ("sqrt(x)", ("--knots", "best"), "4 steps; every step function within this has at least 4"),
        ("x", ("--set", "form=ramps"), "two for each step"),
        ("1", ("--set", "form=ramps"), "0 relu units"),
        ("abs(x - 1/3)", ("--set", "form=ramps"), "two for each step"),
    ],
)
def test_the_command_writes_what_the_checker_accepts(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    target: str,
    options: tuple[str, ...],
    told: str,
) -> None:
    words = (target, "--domain", "box:0,1", "--epsilon", "1/10", *options, "-o", str(tmp_path))
    status, out, err = run(capsys, *words)
    assert (status, err) == (0, "")
    assert told in out
    assert checked_approximation(tmp_path)[0] == "accepted"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--set", "form=sigmoid"), "heaviside or ramps"),
        (("--set", "width=1"), "form"),
        (("--knots", "greedy"), "best, equidistant or numbers"),
        (("--knots", "0,1/2,1"), "not within"),
        (("--knots", "0,1/2"), "increasing"),
    ],
)
def test_bad_options_get_one_line(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    status, out, err = run(capsys, "x", "--domain", "box:0,1", "--epsilon", "1/10", *options)
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert message in err


def test_ramps_and_given_steps() -> None:
    curve = curve_of("x", F(0), F(1), F(1, 10))
    one = few_steps(curve_of("x", F(0), F(1), F(3, 40)), sampled(curve))
    assert LineApproximation(one.ramps(F(1, 1000)), curve).judged() > len(one.places)
    knots = (F(0), F(1, 4), F(1))
    assert given_steps(curve, sampled(curve), knots).values == (F(1, 8), F(5, 8))
    assert interpolant(curve.value, knots)([F(1, 2)])[0] == F(1, 2)
