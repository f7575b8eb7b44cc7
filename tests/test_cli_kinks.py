"""The command line and kink certificates: prove, transform, check, report."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proofs import small_network
from theory.domain import Box
from theory.forms.two_hidden import two_hidden_form
from theory.network import Network
from verify.claim import json_bytes
from verify.cli import main
from verify.formats.network_json import network_text
from verify.kink_certificate import CHECKER, FORMAT, is_kink_certificate
from verify.report.judgement import checker_of
from verify.report.report import write_report


def written(folder: Path, name: str, network: Network) -> str:
    path = folder / name
    path.write_text(network_text(network), encoding="ascii")
    return str(path)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """A network with three inputs and its two-hidden-layer form, as files."""
    network = small_network((3, 4, 4, 3, 2), 3, 9)
    form = two_hidden_form(network, Box.cube(3, -1, 1)).network
    return written(tmp_path, "f.json", network), written(tmp_path, "g.json", form)


def test_prove_by_kinks_check_and_report(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["prove", *pair, "--domain", "box:-1,1", "--engine", "kinks", "-o", str(out)]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "kink certificate accepted" in told
    assert "accepted by: verify/kink_checker.py (T35)" in told
    head = json.loads((out / "certificate.json").read_bytes().splitlines()[0])
    assert (head["format"], head["by_cells"]) == (FORMAT, ["left"])
    assert is_kink_certificate(out / "certificate.json")
    assert json.loads((out / "run.json").read_bytes())["summary"]["cells"] == head["cells"]
    assert main(["check", str(out)]) == 0
    assert "by verify/kink_checker.py" in capsys.readouterr().out
    assert checker_of(out) == CHECKER
    assert main(["check", str(out), "--kernel", "coq"]) == 3
    assert "kink certificates have one checker" in capsys.readouterr().err
    found = write_report(out, pdflatex="no such program")
    source = found.tex.read_text(encoding="ascii")
    assert found.status.value == "proved"
    assert "kink certificate" in source
    assert "T11" not in source


def test_the_ordinary_checker_says_that_it_is_no_certificate_of_its_own(
    pair: tuple[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert main(["prove", *pair, "--domain", "box:-1,1", "--engine", "kinks", "-o", str(out)]) == 0
    script = CHECKER.with_name("checker.py")
    files = [str(out / "claim.json"), str(out / "certificate.json")]
    command = [sys.executable, "-I", "-S", str(script), *files]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_check_rejects_what_was_edited(pair: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["prove", *pair, "--domain", "box:-1,1", "--engine", "kinks", "-o", str(out)]) == 0
    path = out / "certificate.json"
    head, *lines = path.read_bytes().splitlines(True)
    fewer = {**json.loads(head), "cells": json.loads(head)["cells"] - 1}
    path.write_bytes(json_bytes(fewer) + b"".join(lines[:-1]))
    assert main(["check", str(out)]) == 1
    path.write_bytes(head + b"".join(lines[:-1]))
    assert main(["check", str(out)]) == 2


def test_different_networks_and_other_questions(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = written(tmp_path, "h.json", small_network((3, 4, 4, 3, 2), 4, 9))
    by_kinks = ["--engine", "kinks"]
    assert main(["prove", pair[0], other, "--domain", "box:-1,1", *by_kinks]) == 1
    assert main(["prove", *pair, "--domain", "all", *by_kinks]) in (1, 2)
    wide = written(tmp_path, "w.json", small_network((4, 3, 3, 1), 4))
    deep = written(
        tmp_path,
        "d.json",
        two_hidden_form(small_network((4, 3, 3, 1), 4), Box.cube(4, -1, 1)).network,
    )
    assert main(["prove", wide, deep, "--domain", "box:-1,1", *by_kinks]) == 2
    assert "expected one to three inputs" in capsys.readouterr().out


def test_transform_takes_it_by_itself_where_there_are_many_regions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = written(tmp_path, "f.json", small_network((3, 12, 12, 1), 7, 9))
    out = tmp_path / "out"
    assert main(["transform", "two-hidden", network, "--domain", "box:-1,1", "-o", str(out)]) == 0
    assert "kink certificate accepted" in capsys.readouterr().out
    assert main(["check", str(out)]) == 0
    few = ["--domain", "box:0,1/50", "-o", str(out)]
    assert main(["transform", "two-hidden", network, *few]) == 0
    assert not is_kink_certificate(out / "certificate.json")


@pytest.mark.slow
def test_all_outputs_of_a_public_controller(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = f"{data / 'arch-comp' / 'vcas_01.nnet'}#normalised"
    words = ["transform", "two-hidden", network, "--domain", "box:-1/10,1/10"]
    assert main([*words, "-o", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "3-763-2223-9" in told
    assert "kink certificate accepted (1353 cells, 4710 facets" in told
    assert main(["check", str(tmp_path)]) == 0
