"""T61, T62: relucert approximate permutation, and the Lipschitz constants that it finds."""

import json
import math
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory.approximation.derivative import derivative, has_kinks
from theory.approximation.tree import Tree, tree_of
from theory.errors import DomainError, ScopeError
from verify.approximation.curve import Curve, Source
from verify.approximation.lipschitz import lipschitz_bound
from verify.approximation.pairs import PairSearch
from verify.cli import main
from verify.formats.network_file import read_network
from verify.formats.network_json import network_text

F = Fraction
TARGETS = ("x**2 - x/2 + 1/4", "x**3 - x/2", "1/(1 + x**2)", "abs(x - 1/3)", "min(x, 1 - x)", "3",
           "x", "abs(x)*x - 2*abs(x - 1/2)", "max(x**2, 1/5)")  # fmt: skip
SMOOTH = ("exp(x/2)", "sin(3*x + 1)", "cos(x)**2", "log(2 + x)", "sqrt(x + 2)", "tanh(2*x)",
          "x**5/(2 + x) - 7", "exp(-x**2)*x")  # fmt: skip


def search(text: str, low: Fraction, high: Fraction, epsilon: Fraction) -> PairSearch:
    return PairSearch(Curve(Source(tree_of(text)), low, high, epsilon))


def near(tree: Tree, low: Fraction, high: Fraction, x: float) -> float:
    return Curve(Source(tree), low, high, F(1, 1000)).near_value(x)


@pytest.mark.parametrize("text", [*SMOOTH, "x**3 - x/2", "1/(1 + x**2)", "5"])
def test_T61_derivatives_agree_with_sympy(text: str) -> None:
    x = sympy.Symbol("x")
    tree, wanted = derivative(tree_of(text)), sympy.diff(sympy.sympify(text), x)
    for place in (-0.75, 0.125, 0.5, 1.0):
        found = near(tree, F(-1), F(1), place)
        assert math.isclose(found, float(wanted.subs(x, place)), rel_tol=1e-9, abs_tol=1e-12)


def test_T61_kinks_have_no_derivative() -> None:
    for text in ("abs(x)", "x*min(x, 1)", "exp(max(x, 0))"):
        assert has_kinks(tree_of(text))
        with pytest.raises(ScopeError, match="derivative"):
            derivative(tree_of(text))
    assert not has_kinks(tree_of("sqrt(x) + exp(x)"))


@given(st.sampled_from([*TARGETS, *SMOOTH]), st.lists(st.integers(-40, 40), min_size=2, max_size=5))
def test_T61_lipschitz_constants_bound_differences(text: str, places: list[int]) -> None:
    low, high = F(-1), F(1)
    tree = tree_of(text)
    bound = lipschitz_bound(tree, low, high)
    points = sorted({F(place, 40) for place in places})
    for one, other in pairwise(points):
        values = [near(tree, low, high, float(x)) for x in (one, other)]
        assert abs(values[1] - values[0]) <= float(bound * (other - one)) + 1e-12


@pytest.mark.parametrize(
    ("text", "low", "high", "wanted"),
    [("x**2 - x/2 + 1/4", 0, 1, F(3, 2)), ("x**3 - x/2 + 1/7", -1, 1, F(5, 2)), ("7", 0, 1, F(0)),
     ("x**4 - x**2", -1, 1, F(2)), ("sqrt(x)", 1, 4, F(1, 2)), ("log(x)", 1, 2, F(1)),
     ("abs(3*x - 1)", 0, 1, F(3)), ("x**20", 0, 1, F(20)), ("1/x", 1, 2, F(1))],
)  # fmt: skip
def test_T61_constants_that_are_known(text: str, low: int, high: int, wanted: Fraction) -> None:
    assert lipschitz_bound(tree_of(text), F(low), F(high)) == wanted


def test_T61_constants_inside_are_a_little_large() -> None:
    for text, least in (("sin(3*x)", 3.0), ("1/(1 + x**2)", math.sqrt(27) / 8), ("exp(x)", math.e)):
        found = float(lipschitz_bound(tree_of(text), F(-1), F(1)))
        assert least <= found <= least * 1.02


@pytest.mark.parametrize("text", ["sqrt(x)", "1/x", "x**(3/2)", "sqrt(1 - x)", "log(x)"])
def test_T61_functions_without_a_constant(text: str) -> None:
    with pytest.raises(DomainError):
        lipschitz_bound(tree_of(text), F(0), F(1))
    with pytest.raises(ScopeError, match="inside of exp"):
        lipschitz_bound(tree_of("exp(abs(x))"), F(0), F(1))


def test_T61_networks_have_their_steepest_piece(tmp_path: Path) -> None:
    words = ["--domain", "box:0,1", "--epsilon", "1/100", "-o", str(tmp_path), "-q"]
    assert main(["approximate", "interpolant", "x**2", *words]) == 0
    network = read_network(str(tmp_path / "network.json")).network
    assert lipschitz_bound(network, F(0), F(1)) == F(9, 5)


@pytest.mark.parametrize("text", TARGETS[:6])
def test_T61_the_fewest_pairs(text: str) -> None:
    found = search(text, F(-1), F(1), F(1, 4))
    pairs = found.fewest_scaled()
    count = len(pairs.forth)
    assert found.gap == 0
    assert found.is_within(pairs)
    assert found.error(pairs) <= F(1, 4)
    assert count <= found.enough_points
    assert not any(found.is_within(found.scaled(one)) for one in range(4, count, 4))
    assert found.is_within(found.scaled(found.enough_points))


@pytest.mark.parametrize("text", SMOOTH[:4])
def test_T61_values_that_are_not_exact(text: str) -> None:
    found = search(text, F(0), F(1), F(1, 10))
    assert 0 < found.gap <= F(1, 10000)
    pairs = found.fewest_scaled()
    assert found.error(pairs) <= min(F(1, 10), found.scaled_error(len(pairs.forth)))
    assert found.is_within(found.scaled(found.enough_points))


@pytest.mark.parametrize("text", ["x**2 - x/2 + 1/4", "abs(x - 1/3)", "sin(x)"])
def test_T62_arrangements_are_found(text: str) -> None:
    found = search(text, F(0), F(1), F(1, 8))
    arrangement = found.fewest_unscaled()
    pairs = found.unscaled(arrangement)
    assert found.is_within(pairs)
    assert found.error(pairs) <= min(F(1, 8), found.unscaled_error(arrangement))
    assert arrangement.points <= found.enough_superblocks.points
    best = found.fitting(arrangement.points)
    assert best.points == arrangement.points


def test_T61_errors_are_told_closely() -> None:
    found = search("x**2 - x/2 + 1/4", F(0), F(1), F(1, 20))
    pairs = found.fewest_scaled()
    exact = F(204, 4489)
    assert len(pairs.forth) == 68
    assert exact <= found.error(pairs) <= exact * F(33, 32)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["approximate", "permutation", *words])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize(
    ("target", "domain", "more"),
    [("x**2", "0,1", ()), ("abs(x)", "-1,1", ()), ("exp(x)", "0,1", ()), ("3", "0,5", ()),
     ("x**2", "0,1", ("--set", "variant=unscaled")), ("x/4", "-1,1", ("--set", "n=61"))],
)  # fmt: skip
def test_the_command_writes_what_both_checkers_accept(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    target: str,
    domain: str,
    more: tuple[str, ...],
) -> None:
    words = ("--domain", f"box:{domain}", "--epsilon", "1/4", *more, "-o", str(tmp_path))
    status, out, _ = run(capsys, target, *words)
    assert status == 0
    assert "each once" in out
    assert main(["check", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "(verify/target_checker.py)" in told
    assert "permuted rows" in told
    assert ("free biases" in told) == ("variant=unscaled" not in more)
    first, last = (read_network(str(tmp_path / f"{name}.json")).network for name in ("initial", "network"))  # noqa: E501  # fmt: skip
    scale = json.loads((tmp_path / "weights.json").read_text())["layers"][1]["scale"]
    weights = [Counter(weight for _, weight in one.layers[1].rows[0]) for one in (first, last)]
    assert Counter(F(scale) * weight for weight in weights[0].elements()) == weights[1]
    assert first.layers[1].bias == (F(0),)


def test_a_network_as_the_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    words = ["--domain", "box:0,1", "--epsilon", "1/20", "-q", "-o", str(first)]
    assert main(["approximate", "interpolant", "x**2", *words]) == 0
    words = ["--domain", "box:0,1", "--epsilon", "1/4", "-o", str(second)]
    status, out, _ = run(capsys, str(first / "network.json"), *words)
    assert status == 0
    assert "K = 5/3" in out
    assert main(["check", str(second)]) == 0
    assert capsys.readouterr().out.count("accepted") == 2


def test_an_edited_network_is_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--domain", "box:0,1", "--epsilon", "1/4", "-o", str(tmp_path))
    assert run(capsys, "x**2", *words)[0] == 0
    network = read_network(str(tmp_path / "network.json")).network
    text = network_text(network).replace('"bias"', '"bias" ', 1)
    (tmp_path / "network.json").write_text(text)
    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert told.count("rejected") == 2
    assert told.count("another digest") == 2


def test_the_command_tells_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("x**2 - x/2 + 1/4", "--domain", "box:0,1", "--epsilon", "1/20")
    _, out, _ = run(capsys, *words)
    assert "n = 68 pairs, K = 3/2, bound 6K/(n - 1) = 9/67" in out
    assert "by the bound alone n = 184 is enough" in out
    status, out, _ = run(capsys, *words, "--json", "--set", "variant=unscaled")
    facts = json.loads(out)
    assert (status, facts["pairs of units"], facts["scale"], facts["units"]) == (0, 208, "1", 416)
    assert facts["bound"] == "16822/42849"
    assert F(5375, 171396) <= F(facts["error"]) <= F(1, 20)
    _, out, _ = run(capsys, *words[:-1], "1", "--set", "n=33")
    assert "n = 36, the next multiple of 4 after 33" in out
    assert run(capsys, "x**2", "--domain", "box:0,1", "--epsilon", "1000", "-q")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("x", "--domain", "box:0,1", "--epsilon", "0"), "positive"),
        (("x", "--domain", "box:0,1", "--epsilon", "-1/2"), "positive"),
        (("x", "--domain", "box:1,1", "--epsilon", "1"), "with an inside"),
        (("x", "--domain", "all", "--epsilon", "1"), "bounded interval"),
        (("sqrt(x)", "--domain", "box:0,1", "--epsilon", "1"), "no Lipschitz constant"),
        (("1/x", "--domain", "box:-1,1", "--epsilon", "1"), "pole"),
        (("log(x)", "--domain", "box:0,1", "--epsilon", "1"), "positive"),
        (("exp(abs(x))", "--domain", "box:-1,1", "--epsilon", "1"), "inside of exp"),
        (("x**2", "--domain", "box:0,1", "--epsilon", "1", "--set", "n=0"), "from 1 to 4096"),
        (("x**2", "--domain", "box:0,1", "--epsilon", "1", "--set", "n=5000"), "from 1 to 4096"),
        (("x**2", "--domain", "box:0,1", "--epsilon", "1", "--set", "n=4.5"), "from 1 to 4096"),
        (("x**2", "--domain", "box:0,1", "--epsilon", "1/100", "--set", "n=8"), "not within"),
        (("x", "--domain", "box:0,1", "--epsilon", "1", "--set", "variant=both"), "unscaled"),
        (("9*x", "--domain", "box:0,1", "--epsilon", "1", "--set", "n=8", "--set",
          "variant=unscaled"), "do not reach"),
        (("5", "--domain", "box:0,1", "--epsilon", "1e-6", "--set", "variant=unscaled"),
         "more than 4096 pairs"),
        (("x", "--domain", "box:0,1", "--epsilon", "1", "--knots", "0,1"), "knots"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert message in err
