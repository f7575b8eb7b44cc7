"""The form of a maximum: `max` is the oracle, and its chamber table is checked by itself."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Space
from theory.errors import ScopeError, ShapeError
from theory.forms.max_blocks import MAX_OF_FIVE, MAX_OF_SIX, BlockFormula
from theory.forms.max_chambers import chamber_table
from theory.forms.max_recursion import layers_of_blocks, most_of_blocks
from theory.forms.max_tree import maximum_network as tree_network
from theory.forms.maximum import MOST_NUMBERS, maximum_form
from theory.network import Affine, Network
from verify import chamber_table as checker
from verify.cli import main
from verify.formats.network_file import read_network
from verify.formats.network_json import network_text
from verify.result import TABLE

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FIVE, SIX = (str(EXAMPLES / f"maximum_of_{count}.json") for count in (5, 6))


@given(st.data(), st.integers(1, 8))
def test_T19_the_form_is_the_maximum(data: st.DataObject, count: int) -> None:
    form = maximum_form(tree_network(count), Space(count))
    numbers = st.fractions(-3, 3, max_denominator=3)
    point = tuple(data.draw(st.lists(numbers, min_size=count, max_size=count)))
    assert form.network(point) == (max(point),)
    assert form.network.hidden_layers <= form.trace.most_layers == layers_of_blocks(count)
    assert form.trace.widths == form.network.widths


@pytest.mark.parametrize(
    ("count", "layers", "theorem", "formula"),
    [
        (1, None, "T10", None),
        (4, 2, "T10", None),
        (5, None, "T17", MAX_OF_FIVE),
        (5, 3, "T10", None),
        (6, 2, "T18", MAX_OF_SIX),
        (9, None, "T19", None),
    ],
)
def test_T19_theorem_and_formula(
    count: int, layers: int | None, theorem: str, formula: BlockFormula | None
) -> None:
    form = maximum_form(tree_network(count), Space(count), layers)
    assert (form.trace.theorem, form.formula) == (theorem, formula)


def test_what_cannot_be_a_maximum_is_refused() -> None:
    with pytest.raises(ScopeError, match="1 layers are too few for 5"):
        maximum_form(tree_network(5), Space(5), 1)
    two = Network((Affine.dense([[1, 0], [0, 1]], [0, 0]),))
    with pytest.raises(ShapeError, match="one output, got 2"):
        maximum_form(two, Space(2))
    with pytest.raises(ShapeError, match="2 inputs, got 3"):
        maximum_form(tree_network(2), Space(3))
    many = Network((Affine.dense([[1] * 55], [0]),))
    with pytest.raises(ScopeError, match=f"at most {MOST_NUMBERS}"):
        maximum_form(many, Space(55))
    assert most_of_blocks(4) == MOST_NUMBERS


@pytest.mark.parametrize("count", [5, 6])
def test_the_examples_are_trees(count: int) -> None:
    assert read_network({5: FIVE, 6: SIX}[count]).network == tree_network(count)


def test_T17_table_and_certificate_are_written_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["transform", "maximum", FIVE, "-o", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "chamber table accepted, by verify/chamber_table.py" in told
    assert "right  5-10-8-1" in told
    assert "equivalent: left(x) = right(x)" in told
    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("accepted") == 2
    assert main(["check", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["table"]["answer"] == "accepted"
    assert json.loads((tmp_path / "run.json").read_text())["theorem"] == "T17"


@pytest.mark.slow
def test_T18_table_and_certificate_are_written_and_checked(tmp_path: Path) -> None:
    assert main(["transform", "maximum", SIX, "-q", "-o", str(tmp_path)]) == 0
    assert read_network(tmp_path / "right.json").network.widths == (6, 17, 68, 1)
    assert main(["check", str(tmp_path), "-q"]) == 0


def coefficient(folder: Path) -> None:
    table = json.loads((folder / TABLE).read_text())
    table["orbits"][0]["coefficient"] = "1/3"
    (folder / TABLE).write_text(json.dumps(table))


def another_table(folder: Path) -> None:
    (folder / TABLE).write_text(chamber_table(MAX_OF_SIX).text())


def no_table(folder: Path) -> None:
    (folder / TABLE).write_text("[]")


def no_certificate(folder: Path) -> None:
    (folder / "certificate.json").unlink()


@pytest.mark.parametrize(
    ("edit", "status", "said"),
    [
        (coefficient, 1, "rejected (verify/chamber_table.py)"),
        (another_table, 2, "malformed (verify/chamber_table.py): network: expected 6 inputs"),
        (no_table, 2, "malformed (verify/chamber_table.py)"),
        (no_certificate, 2, "\naccepted (verify/chamber_table.py)"),
    ],
)
def test_either_evidence_may_fail(
    edit: Callable[[Path], None],
    status: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["transform", "maximum", FIVE, "-q", "-o", str(tmp_path)]) == 0
    edit(tmp_path)
    assert main(["check", str(tmp_path)]) == status
    assert said in capsys.readouterr().out


def test_a_network_that_is_no_maximum_is_refuted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "sum.json"
    other.write_text(network_text(Network((Affine.dense([[1] * 5], [0]),))))
    out = tmp_path / "out"
    assert main(["transform", "maximum", str(other), "-o", str(out)]) == 1
    assert "different: exact evaluation shows it" in capsys.readouterr().out
    assert main(["check", str(out)]) == 1


def test_an_old_table_is_removed(tmp_path: Path) -> None:
    assert main(["transform", "maximum", FIVE, "-q", "-o", str(tmp_path)]) == 0
    assert (tmp_path / TABLE).exists()
    words = ["transform", "maximum", FIVE, "--set", "layers=3", "-q", "-o", str(tmp_path)]
    assert main(words) == 0
    assert not (tmp_path / TABLE).exists()


@pytest.mark.parametrize("value", ["0", "1", "1/2", "many"])
def test_bad_layers_are_refused(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", "maximum", FIVE, "--set", f"layers={value}"]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def said_of(network: object, count: int) -> str:
    data = network if isinstance(network, bytes) else json.dumps(network).encode()
    try:
        checker.Network(data).check(count)
    except checker.RejectedError:
        return "rejected"
    except checker.MalformedError:
        return "malformed"
    return "accepted"


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_T18_trees_and_blocks_are_accepted_in_every_chamber(count: int) -> None:
    for network in (tree_network(count), maximum_form(tree_network(count), Space(count)).network):
        assert said_of(network_text(network).encode(), count) == "accepted"


EDITS: list[tuple[str, str, str]] = [
    ('"1/2"', '"1/3"', "rejected"),
    ('"bias":["0"]', '"bias":["1"]', "rejected"),
    ('"inputs":5', '"inputs":6', "malformed"),
    ('"version":1', '"version":true', "malformed"),
    ("relucert-network", "relucert-claim", "malformed"),
    ('[3,"1",4,"-1"]', '[4,"1",3,"-1"]', "malformed"),
    ('[3,"1",4,"-1"]', '[3,"1",5,"-1"]', "malformed"),
    ('[3,"1",4,"-1"]', '[3,"1",4]', "malformed"),
    ('[3,"1",4,"-1"]', '[3,1,4,"-1"]', "malformed"),
    ('[3,"1",4,"-1"]', '[3,"1",4,"-2"]', "rejected"),
    ('"bias":["0"]', '"bias":[]', "malformed"),
]


@pytest.mark.parametrize(("old", "new", "answer"), EDITS)
def test_T17_edited_networks(old: str, new: str, answer: str) -> None:
    text = network_text(maximum_form(tree_network(5), Space(5)).network)
    assert old in text
    assert said_of(text.replace(old, new, 1).encode(), 5) == answer


WEIGHTS = st.sampled_from([-1, 0, 0, 1, 1, 2])


@given(st.data(), st.integers(2, 3), st.integers(1, 3))
def test_T17_what_is_accepted_is_the_maximum(data: st.DataObject, count: int, width: int) -> None:
    """No wrong network is accepted: dense small points would show the difference."""
    tree = tree_network(count)
    layers: list[Any] = list(tree.layers)
    index = data.draw(st.integers(0, len(layers) - 1))
    rows = [list(row) for row in layers[index].rows]
    place = data.draw(st.integers(0, len(rows) - 1))
    columns = layers[index].inputs
    weights = data.draw(st.lists(WEIGHTS, min_size=columns, max_size=columns))
    rows[place] = [(c, Fraction(w)) for c, w in enumerate(weights) if w]
    layers[index] = Affine(columns, tuple(map(tuple, rows)), layers[index].bias)
    network = Network(tuple(layers))
    if said_of(network_text(network).encode(), count) == "accepted":
        for _ in range(20):
            entry = st.integers(-width, width).map(Fraction)
            point = tuple(data.draw(st.lists(entry, min_size=count, max_size=count)))
            assert network(point) == (max(point),)


def test_on_a_box_the_form_is_the_same_network() -> None:
    tree = tree_network(5)
    assert maximum_form(tree, Box.cube(5, 0, 1)).network == maximum_form(tree, Space(5)).network
