"""The checkers of approximations against exact values: nothing false is accepted, all of them end.

Functions are trees whose values are rational at rational points: roots are those of squares. The
largest error at some points is a lower bound of the error, so every smaller epsilon is refused.
"""

import json
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from hashlib import sha256
from itertools import pairwise, product
from math import isqrt, prod
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.network import Affine, Network
from verify import polynomial_checker, simplex_checker, target_checker, weights_checker
from verify.checker import MalformedError, RejectedError
from verify.formats.network_json import network_text
from verify.target_models import Interval

F = Fraction
Line = Callable[[Fraction], Fraction]
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
INTERVALS = st.tuples(NUMBERS, NUMBERS).map(lambda ends: (min(ends), max(ends)))
STEPS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3, unique_by=lambda step: step[0])
LESS, MORE = 1 - F(1, 10**9), 1 + F(1, 10**9)
ZERO_NETWORK = Network((Affine.dense([[0]], [0], 1),))


def root(number: Fraction) -> Fraction:
    return F(isqrt(number.numerator), isqrt(number.denominator))  # of a square


MEANING: dict[str, Callable[..., Fraction]] = {
    "+": lambda a, b: a + b, "*": lambda a, b: a * b, "min": min, "max": max, "abs": abs,
    "^": lambda a, n: a**n, "sqrt": root,
}  # fmt: skip


def value(tree: Any, x: Fraction) -> Any:
    """What a tree is at a point."""
    if not isinstance(tree, list):
        return tree if isinstance(tree, int) else x if tree == "x" else F(tree)
    values = [value(part, x) for part in tree[1:]]
    meaning = MEANING[tree[0]]
    return reduce(meaning, values) if len(values) > 1 else meaning(*values)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Any:
    """Trees with rational values."""
    if not depth or draw(st.integers(0, 3)) == 0:
        return draw(st.one_of(st.just("x"), NUMBERS.map(str)))
    name, first = draw(st.sampled_from(sorted(MEANING))), draw(trees(depth - 1))
    if name == "sqrt":
        return [name, ["^", first, 2]]
    if name == "^":
        return [name, first, draw(st.integers(1, 2))]
    return [name, first] if name == "abs" else [name, first, draw(trees(depth - 1))]


@st.composite
def networks(draw: st.DrawFn, inputs: int = 1, layers: int = 2) -> Network:
    """Q^inputs -> Q with at most so many hidden layers, empty ones included."""
    widths = [inputs, *draw(st.lists(st.integers(0, 3), max_size=layers)), 1]
    return Network(tuple(
        Affine.dense([[draw(NUMBERS) for _ in range(before)] for _ in range(after)],
                     [draw(NUMBERS) for _ in range(after)], before)
        for before, after in pairwise(widths)
    ))  # fmt: skip


def told(checker: ModuleType, content: str, **stated: Any) -> str:
    """What a checker says of a claim on a network, or "" if it rejects it."""
    with TemporaryDirectory() as folder:
        Path(folder, "g.json").write_text(content)
        named = {"file": "g.json", "sha256": sha256(content.encode()).hexdigest()}
        try:
            claim = json.dumps({"version": 1, "network": named, **stated})
            return str(checker.check(folder, claim.encode()))
        except RejectedError:
            return ""


def on_interval(
    content: str, tree: Any, ends: tuple[Fraction, Fraction], epsilon: Fraction,
    witnesses: list[list[Fraction]] | None = None,
) -> str:  # fmt: skip
    """What the checker of trees says."""
    return told(
        target_checker, content, format="relucert-target-approximation", epsilon=str(epsilon),
        interval=[*map(str, ends)], target={"function": tree, "precision": 8},
        witnesses=[[str(x) for x in one] for one in witnesses or []],
    )  # fmt: skip


def step_file(base: Fraction, steps: list[tuple[Fraction, Fraction]]) -> tuple[str, Line]:
    """A step function: its file and its values."""
    pairs = [[str(place), str(height)] for place, height in sorted(steps)]
    text = json.dumps(
        {"format": "relucert-step-network", "version": 1, "base": str(base), "steps": pairs}
    )
    return text, lambda x: base + sum(height for place, height in steps if place <= x)


def places(ends: tuple[Fraction, Fraction], inside: list[Fraction]) -> list[Fraction]:
    """Points of the interval: a grid, and those that are given, from both sides."""
    low, high = ends
    near = [x + shift for x in inside for shift in (F(0), -F(1, 10**9))]
    return [low + (high - low) * F(k, 40) for k in range(41)] + [x for x in near if low <= x < high]


@given(trees(), INTERVALS, networks(), NUMBERS, STEPS, st.booleans())
def test_nothing_nearer_than_the_function_is_accepted(
    tree: Any, ends: tuple[Fraction, Fraction], network: Network,
    base: Fraction, steps: list[tuple[Fraction, Fraction]], is_step: bool,
) -> None:  # fmt: skip
    text, line = step_file(base, steps)
    if not is_step:
        text, line = network_text(network), lambda x: network((x,))[0]
    points = places(ends, [place for place, _ in steps])
    error = max(abs(value(tree, x) - line(x)) for x in points)
    assert not error or not on_interval(text, tree, ends, error * LESS)
    if ends[0] == ends[1]:
        assert on_interval(text, tree, ends, error)  # at a point all is decided


@given(networks(), networks(), INTERVALS)
def test_networks_are_at_the_distance_that_their_bends_say(
    one: Network, other: Network, ends: tuple[Fraction, Fraction]
) -> None:
    sides = [target_checker.relu_lines("g", network_text(g).encode(), ends) for g in (one, other)]
    points = {x for found in sides for piece in found for x in piece[:2]}
    error = max(abs(one((x,))[0] - other((x,))[0]) for x in points)
    with TemporaryDirectory() as folder:
        text = network_text(other)
        Path(folder, "f.json").write_text(text)
        Path(folder, "g.json").write_text(network_text(one))
        named = {
            name: {"file": name, "sha256": sha256(Path(folder, name).read_bytes()).hexdigest()}
            for name in ("f.json", "g.json")
        }
        for epsilon, is_true in ((error, True), (error * LESS, not error)):
            claim = json.dumps({
                "format": "relucert-target-approximation", "version": 1, "epsilon": str(epsilon),
                "interval": [*map(str, ends)], "network": named["g.json"],
                "target": named["f.json"], "witnesses": [],
            })  # fmt: skip
            if is_true:
                assert target_checker.check(folder, claim.encode())
            else:
                with pytest.raises(RejectedError, match="differs by more"):
                    target_checker.check(folder, claim.encode())


SHAPES = [[2], [3], [3, 3], [2, 3], [3, 2], [2, 3, 2], [2, 3, 3], [3, 3, 2], [3, 3, 3]]


@given(st.data(), st.integers(0, 3), st.sampled_from([F(0), F(1, 50), F(1, 4)]))
def test_no_small_network_is_excluded_by_witnesses(
    data: st.DataObject, units: int, size: Fraction
) -> None:
    drawn = [data.draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)) for _ in range(units + 1)]
    *kept, (weight, place, _) = [(w, x, 1 if up > 0 else -1) for w, x, up in drawn]
    rows = [[sign] for _, _, sign in kept]
    inner = Affine.dense(rows, [-sign * x for _, x, sign in kept], 1)
    network = Network((inner, Affine.dense([[w for w, _, _ in kept]], [0], units)))
    # f: one unit more, and moved, both so little that the network is within epsilon
    unit = ["max", "0", ["+", "x", str(-place)]]
    tree: Any = ["+", str(size), ["*", str(size * weight), unit]]
    for factor, x, sign in kept:
        argument = ["*", str(sign), ["+", "x", str(-x)]]
        tree = ["+", tree, ["*", str(factor), ["max", "0", argument]]]
    ends = (F(-4), F(4))
    epsilon = abs(size) * (1 + abs(weight) * 8)
    shape = data.draw(st.sampled_from(SHAPES))
    grid = [F(k, 2) for k in range(-8, 9)] + [x for _, x, _ in kept if x.denominator > 2]
    count = sum(shape) - len(shape) + 1
    chosen = sorted(data.draw(st.sets(st.sampled_from(sorted(set(grid))), min_size=count,
                                      max_size=count)))  # fmt: skip
    witnesses, start = [], 0
    for length in shape:
        witnesses.append(chosen[start : start + length])
        start += length - 1
    try:
        answer = on_interval(network_text(network), tree, ends, epsilon, witnesses)
    except MalformedError:
        return
    if answer and "at least" in answer:
        pieces, bound = (int(part.split()[0]) for part in answer.split("at least ")[1:])
        assert bound <= units
        assert pieces <= units + 1


@given(NUMBERS, STEPS, STEPS.filter(bool), st.data())
def test_no_step_function_is_excluded_by_witnesses(
    base: Fraction, steps: list[tuple[Fraction, Fraction]],
    bends: list[tuple[Fraction, Fraction]], data: st.DataObject,
) -> None:  # fmt: skip
    text, line = step_file(base, steps)
    knots = [str(-place) for place, _ in bends]
    tree = ["max", "0", *(["+", "x", knot] for knot in knots)]
    ends = (F(-3), F(3))
    points = [*places(ends, [place for place, _ in steps]), *(place for place, _ in bends)]
    epsilon = max(abs(value(tree, x) - line(x)) for x in points) + F(1, 10**8)
    count = data.draw(st.integers(1, 4))
    chosen = sorted(data.draw(st.sets(st.sampled_from(points), min_size=count, max_size=count)))
    answer = on_interval(text, tree, ends, epsilon, [list(pair) for pair in pairwise(chosen)])
    assume(answer)
    if "at least" in answer:
        assert int(answer.split("at least ")[1].split()[0]) <= len(steps)


@given(st.data(), st.integers(1, 2))
def test_nothing_nearer_than_the_polynomial_on_a_box_is_accepted(
    data: st.DataObject, inputs: int
) -> None:
    network = data.draw(networks(inputs))
    box = [data.draw(INTERVALS) for _ in range(inputs)]
    powers = list(product(range(3), repeat=inputs))
    terms = data.draw(st.dictionaries(st.sampled_from(powers), NUMBERS, max_size=3))
    squared = data.draw(st.integers(0, inputs - 1))
    bottom = {(0,) * inputs: F(1), tuple(2 * (k == squared) for k in range(inputs)): F(1, 2)}

    def at(p: dict[tuple[int, ...], Fraction], point: tuple[Fraction, ...]) -> Fraction:
        monomials = (c * prod(map(pow, point, key)) for key, c in p.items())
        return sum(monomials, F(0))

    def written(p: dict[tuple[int, ...], Fraction]) -> list[list[Any]]:
        return [[str(c), *key] for key, c in p.items()]

    def answer(epsilon: Fraction) -> str:
        return told(
            simplex_checker, network_text(network), format="relucert-box-approximation",
            box=[[str(low), str(high)] for low, high in box], epsilon=str(epsilon),
            steps=[data.draw(st.integers(1, 2)) for _ in box],
            target={"terms": [[written(terms), []]], "denominator": written(bottom)},
        )  # fmt: skip

    points = product(*([low + (high - low) * F(k, 8) for k in range(9)] for low, high in box))
    error = max(abs(at(terms, x) / at(bottom, x) - network(x)[0]) for x in points)
    assert not error or not answer(error * LESS)
    if all(low == high for low, high in box):
        assert answer(error)


def power_tower(tree: Any) -> Any:
    """Its power 200, six times."""
    return reduce(lambda one, _: ["^", one, 200], range(6), tree)


POWERS = power_tower("2/3")


@pytest.mark.parametrize(
    ("tree", "ends", "reason"),
    [
        (["exp", "x"], (F(-(10**12)), F(0)), "more than 200 terms"),
        (["exp", ["*", "-1", "x"]], (F(0), F(10**3000)), "more than 200 terms"),
        (["log", ["exp", "x"]], (F(-(10**40)), F(-(10**40))), "more than 200 terms"),
        (POWERS, (F(0), F(1)), "numbers of more than"),
        (["*", "x", ["+", "1", POWERS]], (F(0), F(1)), "numbers of more than"),
        (power_tower(["sin", "x"]), (F(0), F(1, 1000)), "numbers of more than"),
    ],
)  # fmt: skip
def test_short_files_do_not_keep_the_checker_for_ever(
    tree: Any, ends: tuple[Fraction, Fraction], reason: str
) -> None:
    reading = Interval(*ends, 0)
    with pytest.raises(RejectedError, match=reason):
        reading.model(tree)


CLAIMS: dict[ModuleType, dict[str, Any]] = {
    target_checker: {"format": "relucert-target-approximation", "epsilon": "1",
                     "interval": ["0", "1"], "target": {"function": "x", "precision": 1},
                     "witnesses": []},
    polynomial_checker: {"format": "relucert-approximation", "epsilon": "1", "interval": ["0", "1"],
                         "target": {"numerator": ["0", "1"], "denominator": ["1"], "terms": []}},
    simplex_checker: {"format": "relucert-box-approximation", "epsilon": "1", "box": [["0", "1"]],
                      "steps": [1], "target": {"terms": [], "denominator": [["1", 0]]}},
    weights_checker: {"format": "relucert-weights", "rule": "biases"},
}  # fmt: skip
NAMES = [
    ("g.json", 0),
    ("g of x.json", 0),
    ("g\naccepted: all is well", 2),  # else it would be a line of its own
    ("\udc80.json", 2),  # a byte that is no text could not be printed
    ("é.json", 2),
    ("..", 2),
    ("", 2),
]


@pytest.mark.parametrize("checker", CLAIMS, ids=lambda one: one.__name__.split(".")[-1])
@pytest.mark.parametrize(("name", "status"), NAMES, ids=[ascii(name) for name, _ in NAMES])
def test_names_that_would_not_be_told_in_one_line_are_malformed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], checker: ModuleType, name: str, status: int
) -> None:
    content = network_text(ZERO_NETWORK)
    if name.strip("."):
        (tmp_path / name).write_text(content)
    named = {"file": name, "sha256": sha256(content.encode()).hexdigest()}
    sides = {"networks": [named] * 2} if checker is weights_checker else {"network": named}
    claim = tmp_path / "claim"
    claim.write_text(json.dumps({"version": 1, **CLAIMS[checker], **sides}))
    assert checker.main([str(claim)]) == status
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert said.startswith("malformed: " if status else "accepted: ")
