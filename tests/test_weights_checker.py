"""weights.json: equal weights and free biases, permuted rows; what its checker rejects."""

import ast
import json
import sys
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.network import Affine, Network
from verify import weights_checker
from verify.approximation.evidence import checked_approximation, checked_weights
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.formats.network_json import network_text

F = Fraction
NUMBERS = st.fractions(min_value=-2, max_value=2, max_denominator=3)  # with many zeros and ties
EQUAL = {"bias": "equal", "rows": "equal", "scale": "1"}
PERMUTED = {"bias": "free", "rows": "permuted", "scale": "1"}


def write(folder: Path, first: Network, second: Network, **rule: Any) -> None:
    """Both networks and weights.json."""
    sides = []
    for name, network in (("first.json", first), ("second.json", second)):
        data = network_text(network).encode()
        (folder / name).write_bytes(data)
        sides.append({"file": name, "sha256": sha256(data).hexdigest()})
    stated = {"format": "relucert-weights", "version": 1, "networks": sides, **rule}
    (folder / "weights.json").write_text(json.dumps(stated))


def answer(folder: Path) -> str:
    """What the checker says, in this process."""
    try:
        return "accepted: " + weights_checker.check(
            str(folder), (folder / "weights.json").read_bytes()
        )
    except RejectedError as error:
        return f"rejected: {error}"
    except MalformedError as error:
        return f"malformed: {error}"


@st.composite
def dense(draw: st.DrawFn) -> list[tuple[list[list[Fraction]], list[Fraction]]]:
    """Up to three layers, with zeros and repetitions; widths from 0 and 1."""
    widths = [draw(st.integers(1, 3)), *draw(st.lists(st.integers(0, 3), max_size=2)), 1]
    found = []
    for inputs, outputs in pairwise(widths):
        rows = [[draw(NUMBERS) for _ in range(inputs)] for _ in range(outputs)]
        found.append((rows, [draw(NUMBERS) for _ in range(outputs)]))
    return found


def network_of(layers: list[tuple[list[list[Fraction]], list[Fraction]]], inputs: int) -> Network:
    """The network with these matrices and biases."""
    found, width = [], inputs
    for rows, bias in layers:
        found.append(Affine.dense(rows, bias, width))
        width = len(rows)
    return Network(tuple(found))


@given(st.data(), dense())
def test_permuted_rows_are_accepted_and_others_are_not(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    layers: list[tuple[list[list[Fraction]], list[Fraction]]],
) -> None:
    folder = tmp_path_factory.mktemp("weights")
    inputs = len(layers[0][0][0]) if layers[0][0] else data.draw(st.integers(1, 3))
    scale = data.draw(NUMBERS.filter(bool))
    changed, said = [], []
    for rows, bias in layers:
        mixed = [data.draw(st.permutations(row)) for row in rows]
        kind = data.draw(st.sampled_from(["equal", "permuted"]))
        free = data.draw(st.sampled_from(["equal", "free"]))
        kept = rows if kind == "equal" else mixed
        moved = bias if free == "equal" else [entry + 1 for entry in bias]
        changed.append(([[scale * entry for entry in row] for row in kept], moved))
        said.append({"bias": free, "rows": kind, "scale": str(scale)})
    first = network_of(layers, inputs)
    write(folder, first, network_of(changed, inputs), rule="permuted", layers=said)
    assert answer(folder).startswith("accepted")
    rows = changed[-1][0]
    if rows[0]:  # one entry is no longer what it was
        rows[0][data.draw(st.integers(0, len(rows[0]) - 1))] += data.draw(NUMBERS.filter(bool))
        write(folder, first, network_of(changed, inputs), rule="permuted", layers=said)
        assert answer(folder).startswith("rejected: layer")


@given(st.data(), dense())
def test_biases_are_free_and_weights_are_not(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    layers: list[tuple[list[list[Fraction]], list[Fraction]]],
) -> None:
    folder = tmp_path_factory.mktemp("biases")
    inputs = len(layers[0][0][0]) if layers[0][0] else 2
    first = network_of(layers, inputs)
    moved = [(rows, [data.draw(NUMBERS) for _ in bias]) for rows, bias in layers]
    write(folder, first, network_of(moved, inputs), rule="biases")
    told = answer(folder)
    pairs = zip(layers, moved, strict=True)
    changes = sum(a != b for x, y in pairs for a, b in zip(x[1], y[1], strict=True))
    total = sum(len(bias) for _, bias in layers)
    assert told == (
        f"accepted: second.json has all weights of first.json; {changes} of {total} biases differ"
    )
    if moved[-1][0][0]:
        moved[-1][0][0][0] += 1
        write(folder, first, network_of(moved, inputs), rule="biases")
        assert "row 0: its weights" in answer(folder)


FIRST = Network((Affine.dense([[1], [2], [2]], [0, 1, 2]), Affine.dense([[1, 1, -2]], [0])))
OUTPUT = [[-2, 1, 1]]
SECOND = Network((FIRST.layers[0], Affine.dense(OUTPUT, [F(7, 3)])))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, FIRST, SECOND, rule="permuted", layers=[EQUAL, PERMUTED])
    return tmp_path


def test_the_answer_tells_every_layer(folder: Path) -> None:
    assert answer(folder) == (
        "accepted: second.json against first.json, layer 0: equal rows, equal biases; "
        "layer 1: permuted rows, free biases"
    )
    half = Network((FIRST.layers[0], Affine.dense([[F(-1, 2), F(-1, 2), 1]], [0])))
    said = {"bias": "equal", "rows": "permuted", "scale": "-1/2"}
    write(folder, FIRST, half, rule="permuted", layers=[EQUAL, said])
    assert "permuted rows, times -1/2, equal biases" in answer(folder)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([[1]], [[1]], {"bias": "free", "rows": "permuted", "scale": "2"}),
        ([[1, 2]], [[2, 4]], {"bias": "free", "rows": "permuted", "scale": "1"}),
        ([[1, 2]], [[2, 1]], {"bias": "free", "rows": "equal", "scale": "1"}),
        ([[1, 1, 2]], [[1, 2, 2]], PERMUTED),  # equal sets, other multisets
        ([[0, 1]], [[1, 1]], PERMUTED),
        ([[0, 0, 1]], [[1, 0, -1]], PERMUTED),
        ([[1, -1]], [[1, 1]], PERMUTED),
        ([[F(1, 3), 1]], [[F(1, 3), F(1, 1)], [0, 0]], PERMUTED),  # other widths
        ([[1, 2], [3, 4]], [[3, 4], [1, 2]], PERMUTED),  # rows themselves are not permuted
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], PERMUTED),  # nor entries between rows
        ([[1, 2], [3, 4]], [[2, 1], [3, 5]], PERMUTED),
        ([[10**30, 1]], [[10**30 + 1, 1]], PERMUTED),
    ],
)
def test_rows_that_are_no_permutations(
    tmp_path: Path, first: list[list[Any]], second: list[list[Any]], said: dict[str, str]
) -> None:
    both = [Network((Affine.dense(rows, [0] * len(rows)),)) for rows in (first, second)]
    write(tmp_path, both[0], both[1], rule="permuted", layers=[said])
    assert answer(tmp_path).startswith("rejected")


@pytest.mark.parametrize("rule", ["permuted", "biases"])
def test_other_layers_and_inputs_are_rejected(tmp_path: Path, rule: str) -> None:
    more = {"layers": [EQUAL, EQUAL]} if rule == "permuted" else {}
    deeper = Network((*FIRST.layers, Affine.dense([[1]], [0])))
    wider = Network((Affine.dense([[1, 0], [2, 0], [2, 0]], [0, 1, 2]), FIRST.layers[1]))
    for other in (deeper, wider):
        write(tmp_path, FIRST, other, rule=rule, **more)
        assert "other" in answer(tmp_path) or "different widths" in answer(tmp_path)
        assert answer(tmp_path).startswith("rejected")


def test_a_bias_that_is_said_to_be_equal(folder: Path) -> None:
    write(folder, FIRST, SECOND, rule="permuted", layers=[EQUAL, {**PERMUTED, "bias": "equal"}])
    assert answer(folder) == "rejected: layer 1: the biases differ"
    write(folder, FIRST, SECOND, rule="biases")
    assert answer(folder) == "rejected: layer 1, row 0: its weights are not those expected"


def test_files_are_those_with_the_digest(folder: Path) -> None:
    for name in ("first.json", "second.json"):
        kept = (folder / name).read_bytes()
        (folder / name).write_bytes(kept + b" ")
        assert answer(folder) == f"rejected: {name}: it has another digest"
        (folder / name).write_bytes(kept)
    (folder / "first.json").unlink()
    assert weights_checker.main([str(folder / "weights.json")]) == 2


def stated(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "weights.json").read_text())
    return found


@pytest.mark.parametrize(
    "edit",
    [
        lambda it: it.update(rule="sorted"),
        lambda it: it.update(rule="biases"),  # which has no layers
        lambda it: it.update(rule=["permuted"]),
        lambda it: it.pop("rule"),
        lambda it: it.pop("layers"),
        lambda it: it.pop("networks"),
        lambda it: it.update(more=1),
        lambda it: it.update(format="relucert-approximation"),
        lambda it: it.update(version=2),
        lambda it: it.update(version=True),
        lambda it: it["networks"].pop(),
        lambda it: it["networks"].append(it["networks"][0]),
        lambda it: it["networks"][0].update(file="../first.json"),
        lambda it: it["networks"][0].update(file=""),
        lambda it: it["networks"][0].update(file="\ud800"),
        lambda it: it["networks"][0].pop("sha256"),
        lambda it: it["layers"].pop(),
        lambda it: it["layers"].append(EQUAL),
        lambda it: it["layers"][0].pop("scale"),
        lambda it: it["layers"][0].update(scale="0"),
        lambda it: it["layers"][0].update(scale="1.0"),
        lambda it: it["layers"][0].update(scale=1),
        lambda it: it["layers"][0].update(scale="1" * 5000),
        lambda it: it["layers"][0].update(bias="any"),
        lambda it: it["layers"][0].update(rows="free"),
    ],
)
def test_malformed_files_are_seen(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    content = stated(folder)
    content["layers"] = [dict(one) for one in content["layers"]]
    edit(content)
    (folder / "weights.json").write_text(json.dumps(content))
    assert weights_checker.main([str(folder / "weights.json")]) == 2


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"1", b'{"rule": 1}', b"\xff"])
def test_what_is_no_such_file(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "weights.json").write_bytes(data)
    assert weights_checker.main([str(tmp_path / "weights.json")]) == 2
    assert weights_checker.main([]) == 2
    assert weights_checker.main([str(tmp_path)]) == 2


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """An interpolant of x**2 with weights.json that compares it with itself."""
    words = ["--domain", "box:0,1", "--epsilon", "1/20", "-o", str(tmp_path), "-q"]
    assert main(["approximate", "interpolant", "x**2", *words]) == 0
    side = json.loads((tmp_path / "approximation.json").read_text())["network"]
    content = {"format": "relucert-weights", "version": 1, "rule": "biases"}
    (tmp_path / "weights.json").write_text(json.dumps({**content, "networks": [side, side]}))
    return tmp_path


def test_the_command_asks_both_checkers(both: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked_weights(both)[0] == "accepted"
    assert main(["check", str(both)]) == 0
    out = capsys.readouterr().out
    assert "(verify/target_checker.py)" in out
    assert "(verify/weights_checker.py)" in out
    assert main(["check", str(both), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weights"]["answer"] == "accepted"
    (both / "weights.json").write_text("{}")
    assert main(["check", str(both)]) == 2
    assert checked_approximation(both)[0] == "accepted"
    capsys.readouterr()


def test_the_weights_are_those_of_the_network_that_approximates(both: Path) -> None:
    other = Network((Affine.dense([[1]], [0]),))
    write(both, other, other, rule="biases")
    assert checked_weights(both) == (
        "rejected",
        "weights.json speaks of another network than approximation.json",
    )
    assert main(["check", str(both), "-q"]) == 1


def test_a_worse_answer_of_the_other_checker_stays(both: Path) -> None:
    stated = json.loads((both / "approximation.json").read_text())
    (both / "approximation.json").write_text(json.dumps({**stated, "epsilon": "1/10000"}))
    assert checked_weights(both)[0] == "accepted"
    assert main(["check", str(both), "-q"]) == 1


def test_the_next_run_removes_it(both: Path) -> None:
    words = ["--domain", "box:0,1", "--epsilon", "1/2", "-o", str(both), "-q"]
    assert main(["approximate", "interpolant", "x**2", *words]) == 0
    assert not (both / "weights.json").exists()


def test_it_rests_on_the_checker_alone() -> None:
    tree = ast.parse(Path(weights_checker.__file__).read_text())
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    plain = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import)
             for name in node.names]  # fmt: skip
    packages = {module.split(".")[0] for module in (*modules, *plain)}
    assert packages <= sys.stdlib_module_names | {"verify"}
    assert [module for module in modules if module.startswith("verify")] == ["verify.checker"]


def test_zeros_may_be_written_or_left_out(tmp_path: Path) -> None:
    one = Network((Affine.dense([[0, 3, 0], [0, 0, 0]], [1, 2]),))
    other = Network((Affine.dense([[3, 0, 0], [0, 0, 0]], [1, 2]),))
    for rows, second in (("equal", one), ("permuted", other)):
        said = {"bias": "equal", "rows": rows, "scale": "1"}
        write(tmp_path, one, second, rule="permuted", layers=[said])
        kept = (tmp_path / "first.json").read_bytes()
        content = json.loads(kept)
        content["layers"][0]["rows"] = [[0, "0", 1, "3", 2, "0"], [2, "0"]]
        data = json.dumps(content).encode()
        (tmp_path / "first.json").write_bytes(data)
        text = (tmp_path / "weights.json").read_text()
        digests = sha256(kept).hexdigest(), sha256(data).hexdigest()
        (tmp_path / "weights.json").write_text(text.replace(*digests, 1))
        assert answer(tmp_path).startswith("accepted")


def test_files_are_in_the_same_folder(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "first.json").write_bytes((folder / "first.json").read_bytes())
    for name in ("sub/first.json", "./first.json", str(folder / "first.json")):
        content = stated(folder)
        content["networks"][0]["file"] = name
        (folder / "weights.json").write_text(json.dumps(content))
        assert answer(folder) == "malformed: file: expected a name beside this file"
