"""Result files and lists of instances as the competition writes them, and the runner."""

import csv
import gzip
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.network import Affine, Network
from verify.cli import main
from verify.cli.instances import COLUMNS, read_rows
from verify.competition import decimal_text, model_margin, nearest_float32, result_text
from verify.errors import InputError
from verify.formats.instances_file import read_instances
from verify.formats.network_file import read_network
from verify.formats.network_json import network_text
from verify.formats.vnnlib_query import parse_vnnlib_query
from verify.verdict import Different, Unknown

HALF = Fraction(1, 2)
QUERY = """(vnnlib-version <2.0>)
(declare-network f (declare-input X_f real [1]) (declare-output Y_f real [1]))
(declare-network g (isomorphic-to f) (declare-input X_g real [1]) (declare-output Y_g real [1]))
(assert (and (<= X_f[0] 1) (>= X_f[0] -1)))
(assert (== X_f[0] X_g[0]))
"""
APART = "(assert (or (> Y_g[0] (+ Y_f[0] 0.5)) (< Y_g[0] (- Y_f[0] 0.5))))"
WITHIN = "(assert (and (<= Y_g[0] (+ Y_f[0] 0.5)) (>= Y_g[0] (- Y_f[0] 0.5))))"
IDENTITY = Network((Affine.dense([[1]], [0]),))
STEEP = Network((Affine.dense([[2]], [0]),))
FOLDED = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, -1]], [0])))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0.0"),
        (Fraction(3), "3.0"),
        (Fraction(-1, 2), "-0.5"),
        (Fraction(1, 80), "0.0125"),
        (Fraction(-7, 5), "-1.4"),
        (Fraction(1, 2**40), "0.0000000000009094947017729282379150390625"),
        (Fraction(1, 3), "0.3333333333333333"),
        (Fraction(1, 2**60), "8.673617379884035e-19"),
    ],
)
def test_decimals(value: Fraction, text: str) -> None:
    assert decimal_text(value) == text


@given(st.fractions(-1000, 1000, max_denominator=4000))
def test_decimals_are_close(value: Fraction) -> None:
    assert abs(Fraction(decimal_text(value)) - value) <= abs(value) / 2**52


def test_a_model_is_written_with_the_names_of_the_query() -> None:
    query = parse_vnnlib_query((QUERY + APART).encode(), "q.vnnlib")
    found = Different((Fraction(3, 4),), (Fraction(3, 4),), (Fraction(3, 2),), "test")
    assert result_text(query, (IDENTITY, STEEP), found) == (
        "sat\n((X_f[0] 0.75)\n (Y_f[0] 0.75)\n (X_g[0] 0.75)\n (Y_g[0] 1.5))\n"
    )
    assert result_text(query, (IDENTITY, STEEP), Unknown("why")) == "unknown\n"


def test_the_margin_of_a_model_is_exact_and_survives_floats() -> None:
    query = parse_vnnlib_query((QUERY + APART).encode(), "q.vnnlib")
    margin = model_margin(query, (IDENTITY, STEEP), (Fraction(3, 4),))
    assert margin.exact == Fraction(1, 4)
    assert margin.float32 is not None
    assert Fraction(1, 4) - Fraction(1, 10**6) < margin.float32 < Fraction(1, 4)
    third = Network((Affine.dense([[Fraction(1, 3)]], [0]),))
    none = model_margin(query, (third, STEEP), (Fraction(3, 4),))
    assert none.float32 is None
    assert "no float32" in none.reason
    assert nearest_float32(Fraction(1, 3)) == Fraction(float(np.float32(1 / 3)))


def test_public_counterexamples_are_seen_by_onnxruntime(data: Path) -> None:
    """The margin that is stated holds in the deployed networks, at the nearest float32 point."""
    folder = data / "acasxu-isomorphic"
    query = parse_vnnlib_query(
        (folder / "vnnlib" / "epsilon_0.05.vnnlib").read_bytes(), "epsilon_0.05.vnnlib"
    )
    files = [
        folder / "onnx" / "nets" / "ACASXU_run2a_1_1_batch_2000.onnx",
        folder / "onnx" / "nets_pruned" / "ACASXU_run2a_1_1_batch_2000_pruned30.onnx",
    ]
    point = tuple(map(Fraction, ("43/64", "1/2", "-1/4", "15/32", "-9/20")))
    networks = [read_network(file).network for file in files]
    margin = model_margin(query, networks, point)
    assert margin.float32 is not None
    assert 0 < margin.float32 < margin.exact
    near = np.array([float(nearest_float32(entry)) for entry in point], dtype=np.float32)
    outputs = []
    for file in files:
        session = onnxruntime.InferenceSession(str(file))
        shape = [size if isinstance(size, int) else 1 for size in session.get_inputs()[0].shape]
        name = session.get_inputs()[0].name
        outputs.append(session.run(None, {name: near.reshape(shape)})[0].ravel())
    seen = max(abs(Fraction(float(a)) - Fraction(float(b))) for a, b in zip(*outputs, strict=True))
    assert seen - Fraction(1, 20) >= margin.float32


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of instances: unsat, sat, vacuous, a missing file, and a malformed query."""
    for name, network in (("one", IDENTITY), ("two", STEEP), ("fold", FOLDED)):
        (tmp_path / f"{name}.json").write_text(network_text(network))
    (tmp_path / "apart.vnnlib").write_text(QUERY + APART)
    (tmp_path / "within.vnnlib").write_text(QUERY + WITHIN)
    lines = [
        ("one.json", "fold.json", "./apart.vnnlib"),
        ("one.json", "two.json", "./apart.vnnlib"),
        ("one.json", "two.json", "./within.vnnlib"),
        ("one.json", "none.json", "./apart.vnnlib"),
    ]
    texts = [f"\"[('f', '{left}'), ('g', '{right}')]\",{query},60" for left, right, query in lines]
    file = tmp_path / "instances.csv"
    file.write_text("\n".join(texts) + "\n")
    return file


def test_every_instance_is_run_once(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = listed.parent / "out"
    assert main(["instances", str(listed), "-o", str(out)]) == 2
    told = capsys.readouterr().out
    assert "4 instances: 1 unsat, 1 sat, 1 vacuous, 1 error" in told
    rows = read_rows(out / "results.csv")
    assert [row.result for row in rows] == ["unsat", "sat", "vacuous", "error"]
    assert int(rows[0].bytes) > 0
    assert rows[1].margin == "1/2"
    assert Fraction(rows[1].float32) > Fraction(499, 1000)
    assert "two equal networks satisfy it" in rows[2].detail
    assert "none.json: cannot be read" in rows[3].detail
    assert (out / "000" / "result.txt").read_text() == "unsat\n"
    assert (out / "001" / "result.txt").read_text().startswith("sat\n((X_f[0] ")
    assert main(["check", str(out / "000")]) == 0
    capsys.readouterr()

    marked = [*rows[0:1], *rows[2:]]  # as if the second had not been run
    with (out / "results.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in marked:
            values = [getattr(row, name) for name in COLUMNS]
            writer.writerow([*values[:5], "77.00", *values[6:]])
    assert main(["instances", str(listed), "-o", str(out), "--json"]) == 2
    again = json.loads(capsys.readouterr().out)["rows"]
    assert [row["result"] for row in again] == ["unsat", "sat", "vacuous", "error"]
    assert [row["seconds"] == "77.00" for row in again] == [True, False, True, True]


def test_one_query_for_all_and_another_limit(
    listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = listed.read_text().splitlines()
    listed.write_text(lines[2] + "\n")
    query = listed.parent / "apart.vnnlib"
    words = ["instances", str(listed), "--query", str(query), "--timeout", "50", "--json"]
    assert main(words) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["result"], row["limit"]) == ("sat", "50")


def test_packed_files_are_unpacked(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.json", "apart.vnnlib"):
        file = listed.parent / name
        file.with_name(f"{name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    (listed.parent / "none.json.gz").write_bytes(b"no gzip")
    lines = listed.read_text().splitlines()
    listed.write_text("\n".join([lines[1], lines[3]]) + "\n")
    assert main(["instances", str(listed), "--json"]) == 2
    sat, error = json.loads(capsys.readouterr().out)["rows"]
    assert sat["result"] == "sat"
    assert (error["result"], "none.json: cannot be read" in error["detail"]) == ("error", True)


def test_time_that_is_over(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["instances", str(listed), "--timeout", "0.01", "--json"]) == 2
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["result"] for row in rows} == {"timeout"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected instances, there is none"),
        ("net.onnx,p.vnnlib,10", "expected two networks, [('f', 'f.onnx'), ('g', 'g.onnx')]"),
        ("\"[('f', 'a.onnx')]\",p.vnnlib,10", "line 1: expected two networks"),
        ("\"[('f', 'a'), ('g', 1)]\",p.vnnlib,10", "line 1: expected two networks"),
        ("\"__import__('os')\",p.vnnlib,10", "line 1: expected two networks"),
        ("\"[('f', 'a'), ('g', 'b')]\",p.vnnlib", "expected networks, query and seconds, got 2"),
        ("\"[('f', 'a'), ('g', 'b')]\",p,0", "expected a positive number of seconds, got '0'"),
        ("\"[('f', 'a'), ('g', 'b')]\",p,nan", "expected a positive number of seconds"),
        ("\"[('f', 'a'), ('g', 'b')]\",p,soon", "expected a positive number of seconds"),
    ],
)
def test_lists_that_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_instances(file)
    assert message in str(caught.value)


def test_another_table_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no table of results"):
        read_rows(file)


def test_the_public_list(data: Path) -> None:
    found = read_instances(data / "acasxu-isomorphic" / "instances.csv")
    assert len(found) == 10
    assert {one.seconds for one in found} == {100.0}
    assert [name for name, _ in found[0].networks] == ["f", "g"]
