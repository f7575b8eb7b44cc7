"""Forms with parameters: three-hidden and global-linear, as a user would run them."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from verify.cli import main
from verify.formats.extended_json import read_extended
from verify.formats.network_file import read_network
from verify.report.report import write_report

ROOT = Path(__file__).resolve().parents[1]
SMALL = str(ROOT / "examples" / "diabetes_2-8-8-1.onnx")
BOX = ("--domain", "box:-1,1")


def test_three_hidden_is_proved_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["transform", "three-hidden", SMALL, *BOX, "--set", "grid=8", "-o", str(out)]) == 0
    told = capsys.readouterr().out
    assert "equivalent: left(x) = right(x) for every x of the domain, right with weights" in told
    assert "34 regions, exactly one fires at every point" in told
    assert "accepted by: verify/extended_checker.py" in told
    assert "all 289 points evaluated), not between" in told
    assert main(["check", str(out)]) == 0
    assert "right in the extended reals (34 regions" in capsys.readouterr().out
    extended, finite = read_extended(out / "right.json"), read_network(out / "grid.json").network
    assert extended.widths == finite.widths == (2, 27, 50, 42, 1)
    point = (Fraction(1, 8), Fraction(-5, 8))
    assert extended(point) == finite(point) == read_network(SMALL).network(point)
    assert main(["report", str(out)]) == 0
    assert "claim: proved" in capsys.readouterr().out


@pytest.mark.parametrize(("checker", "status"), [("extended_checker", 0), ("checker", 2)])
def test_the_files_of_three_hidden_are_for_their_own_checker(
    checker: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["transform", "three-hidden", SMALL, *BOX, "-o", str(tmp_path), "-q"]) == 0
    paths = [str(tmp_path / name) for name in ("claim.json", "certificate.json")]
    command = [sys.executable, "-I", "-S", str(ROOT / "verify" / f"{checker}.py"), *paths]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert found.returncode == status, found.stdout + found.stderr
    data = json.loads((tmp_path / "certificate.json").read_bytes())
    data["regions"][3] = data["regions"][3][1:]
    (tmp_path / "certificate.json").write_text(json.dumps(data))
    assert main(["check", str(tmp_path)]) == 1
    assert "region 3" in capsys.readouterr().out
    (tmp_path / "claim.json").write_text("{")
    assert main(["check", str(tmp_path)]) == 2


def test_three_hidden_over_all_of_space(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", "three-hidden", SMALL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "equivalent"
    assert found["construction"]["regions"] == found["summary"]["regions"]
    assert found["grid"] is None


def test_time_that_is_used_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["transform", "three-hidden", SMALL, *BOX, "--timeout", "1e-9", "-o", str(tmp_path)]
    assert main(words) == 2
    assert "unknown: 1e-09 s were used up" in capsys.readouterr().out
    assert not (tmp_path / "certificate.json").exists()


def test_an_old_grid_is_removed(tmp_path: Path) -> None:
    words = ["transform", "three-hidden", SMALL, *BOX, "-o", str(tmp_path), "-q"]
    assert main([*words, "--set", "grid=2"]) == 0
    assert (tmp_path / "grid.json").exists()
    assert main(words) == 0
    assert not (tmp_path / "grid.json").exists()


def test_global_linear_says_that_it_is_not_equal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["transform", "global-linear", SMALL, *BOX, "-o", str(out)]) == 1
    told = capsys.readouterr().out
    assert "T25: an approximation, not equal" in told
    assert "theorem counts 2-188-68-1, built 2-119-68-1" in told
    assert "they differ on 1.056 % of the box" in told
    assert "different: exact evaluation" in told
    assert (out / "counterexample.json").exists()
    assert not (out / "certificate.json").exists()
    assert main(["check", str(out)]) == 1
    facts = json.loads((out / "run.json").read_text())["construction"]
    assert facts["warning"].startswith("an approximation, not equal")


def test_global_linear_with_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["transform", "global-linear", SMALL, "--json"]
    assert main([*words, *BOX, "--set", "slope=50", "--set", "patterns=regions"]) == 1
    assert json.loads(capsys.readouterr().out)["construction"]["slope"] == "50"
    assert main([*words, *BOX, "--set", "patterns=all"]) == 3
    assert "expected at most 12 units, got 16" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("three-hidden", "--set", "grid=0"),
        ("three-hidden", "--set", "grid=1/2"),
        ("three-hidden", "--set", "grid=8", "--domain", "all"),
        ("three-hidden", "--set", "slope=8"),
        ("three-hidden", "--set", "grid"),
        ("three-hidden", "--set", "grid=8", "--set", "grid=8"),
        ("three-hidden", "--engine", "smt"),
        ("three-hidden", "--second-opinion", "1"),
        ("global-linear", "--set", "slope=0"),
        ("global-linear", "--set", "slope=steep"),
        ("global-linear", "--set", "patterns=some"),
        ("global-linear", "--set", "patterns=1"),
        ("two-hidden", "--set", "slope=1"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    form, *rest = words
    domain = () if "--domain" in rest else BOX
    assert main(["transform", form, SMALL, *domain, *rest]) == 3
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)


def test_the_list_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", "--list", "--json"]) == 0
    forms = json.loads(capsys.readouterr().out)["forms"]
    assert "NOT equal" in forms["global-linear"]["about"]
    assert forms["three-hidden"]["theorem"] == "T22"


def test_the_strip_is_told_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["transform", "global-linear", SMALL, *BOX, "-o", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "no convergence in the sup norm" in told
    tex = write_report(tmp_path, pdflatex="no such program").tex.read_text()
    assert r"strip & 1.056 \% of the box" in tex
    assert r"largest error & \textasciitilde{}5.124" in tex
    assert "thousands of digits" not in tex
    assert "nothing makes the largest error small" in tex


def test_a_strip_that_is_not_measured_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", "global-linear", SMALL, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["construction"]
    assert found["strip"].startswith("not measured")
