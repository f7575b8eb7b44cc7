"""The two ways to reduce maxima, chosen by hand: exact evaluation is the oracle."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.subjects import rational_network
from theory.arity import REDUCTIONS, Reduction, radon_terms, reduced_terms, triangulation_terms
from theory.domain import Box, Domain, Space
from theory.errors import ScopeError
from theory.forms.log3_depth import log3_depth_form, smaller_depth_form
from theory.forms.log_depth import ROUTES, log_depth_form
from theory.network import Network, Vector
from verify.cli import main
from verify.testing.strategies import networks, vectors

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
IRIS = str(EXAMPLES / "iris_4-5-5-5-5-3.onnx")
CONSTRUCTIONS = (log_depth_form, log3_depth_form, smaller_depth_form)


@given(
    networks(st.integers(1, 3), st.lists(st.integers(1, 3), max_size=3)),
    st.sampled_from(REDUCTIONS),
    st.sampled_from(CONSTRUCTIONS),
    st.booleans(),
    st.data(),
)
def test_T08_every_way_gives_an_equal_network(
    network: Network, reduction: Reduction, construction: object, on_box: bool, data: st.DataObject
) -> None:
    domain: Domain = Box.cube(network.inputs, -1, 1) if on_box else Space(network.inputs)
    assert callable(construction)
    form = construction(network, domain, reduction=reduction)
    assert form.trace.reduction in (reduction, "smaller")
    assert form.network.hidden_layers <= max(form.trace.bound, 1)
    for _ in range(3):
        point: Vector = data.draw(vectors(network.inputs, st.fractions(-1, 1, max_denominator=4)))
        assert form.network(point) == network(point)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("construction", CONSTRUCTIONS)
def test_T08_four_inputs(construction: object, reduction: Reduction) -> None:
    network = rational_network((4, 4, 3, 3, 1), 1)
    assert callable(construction)
    form = construction(network, Box.cube(4, -1, 1), reduction=reduction)
    assert (form.trace.reduction, form.trace.widths) == (reduction, form.network.widths)
    for k in range(12):
        point = tuple(Fraction((7 * k + 5 * i) % 9 - 4, 4) for i in range(4))
        assert form.network(point) == network(point)


FUNCTIONS = st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=8)


@given(FUNCTIONS)
def test_T08_the_way_that_is_wanted_is_taken(functions: list[tuple[int, ...]]) -> None:
    distinct = frozenset(functions)
    assert reduced_terms(distinct, reduction="radon") == radon_terms(distinct)
    some = [triangulation_terms(distinct, seed) for seed in range(4)]
    assert len(distinct) == 1 or reduced_terms(distinct, reduction="triangulation") in some
    sizes = [
        sum(len(term) - 1 for term in reduced_terms(distinct, reduction=reduction))
        for reduction in REDUCTIONS
    ]
    assert sizes[0] == min(sizes)


def test_large_maxima_are_refused_by_radon_alone() -> None:
    functions = [(-k * k, 2 * k, k) for k in range(13)]
    with pytest.raises(ScopeError, match="13 functions, at most 12"):
        reduced_terms(functions, reduction="radon")
    assert reduced_terms(functions, reduction="triangulation")


def test_no_other_way_is_known() -> None:
    assert "radon" not in ROUTES
    with pytest.raises(ScopeError, match="expected smaller, radon, triangulation"):
        log_depth_form(rational_network((2, 2, 1), 1), Space(2), reduction="helly")  # type: ignore[arg-type]


def test_the_command_takes_a_route(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    words = ["transform", "log2-depth", IRIS, "--domain", "box:-1/2,1/2", "--route", "radon"]
    assert main([*words, "-o", str(out)]) == 0
    assert "equivalent" in capsys.readouterr().out
    run = json.loads((out / "run.json").read_text())
    assert run["construction"]["reduction"] == "radon"
    assert run["command"][-2:] == ["--route", "radon"]


@pytest.mark.parametrize(
    ("form", "route", "said"),
    [
        ("log-depth", "helly", "expected radon or triangulation or smaller, got 'helly'"),
        ("two-hidden", "radon", "the form two-hidden has none; log2-depth, log3-depth, log-depth"),
        ("lattice", "smaller", "the form lattice has none"),
        ("three-hidden", "radon", "the form three-hidden has none"),
    ],
)
def test_routes_that_are_none_are_refused(
    form: str, route: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["transform", form, IRIS, "--route", route]) == 3
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_T19_the_name_says_which_of_two_was_smaller(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", "log-depth", IRIS, "--domain", "box:-1/4,1/4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    names = {"T09": "log2-depth", "T19": "log3-depth"}
    taken = f"log-depth ({names[found['theorem']]}, {found['theorem']}) form of "
    assert found["claim"]["right"]["name"].startswith(taken)
