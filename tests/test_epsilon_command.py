"""relucert prove ... --relation eps=?: both bounds, the files, and what is refused."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tests.proofs import small_network
from tests.test_bisection import generic, nudged
from theory.network import Network
from verify.cli import main
from verify.formats.network_json import network_text


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Two networks that differ a little."""
    left = generic((2, 5, 5, 1), 2)
    return written(tmp_path, left, nudged(left, 2, Fraction(1, 500)))


def written(folder: Path, left: Network, right: Network) -> tuple[str, str]:
    """The paths of two networks."""
    paths = folder / "left.json", folder / "right.json"
    for path, network in zip(paths, (left, right), strict=True):
        path.write_text(network_text(network), encoding="ascii")
    return str(paths[0]), str(paths[1])


def asked(files: tuple[str, str], *words: str) -> int:
    """The exit status of the command."""
    return main(["prove", *files, *words])


def test_both_bounds_are_told_and_their_evidence_written(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ("--domain", "box:-1,1", "--relation", "eps=?1/10", "-o", str(out), "--json")
    assert asked(files, *words) == 0
    told = json.loads(capsys.readouterr().out)
    lower, upper = Fraction(told["lower"]), Fraction(told["upper"])
    assert 0 < lower <= upper <= lower * Fraction(11, 10)
    witness = json.loads((out / "witness.json").read_text())
    values = [[Fraction(text) for text in witness[side]] for side in ("left", "right")]
    assert max(abs(a - b) for a, b in zip(*values, strict=True)) == lower
    assert json.loads((out / "claim.json").read_text())["relation"] == f"eps={upper}"
    assert main(["check", str(out)]) == 0
    assert asked(files, *words[:-1]) == 0
    assert "greatest difference <=" in capsys.readouterr().out


def test_equal_networks_have_a_tiny_bound(tmp_path: Path) -> None:
    network = small_network((2, 3, 1), 1)
    files = written(tmp_path, network, network)
    assert asked(files, "--domain", "box:-1,1", "--relation", "eps=?") == 0


def test_without_time_there_is_a_witness_alone(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--domain", "box:-1,1", "--relation", "eps=?", "--timeout", "1e-9")
    assert asked(files, *words) == 2
    assert "no upper bound" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("domain", "relation", "word"),
    [
        ("all", "eps=?", "expected a box"),
        ("box:-1,1", "eps=?0", "expected a positive ratio"),
        ("box:-1,1", "eps=?much", "expected 3"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    files: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
    domain: str,
    relation: str,
    word: str,
) -> None:
    assert asked(files, "--domain", domain, "--relation", relation) == 3
    assert word in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--engine", "cells"), ("--smtlib", "out.smt2")])
def test_options_of_other_questions_are_refused(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    assert asked(files, "--domain", "box:-1,1", "--relation", "eps=?", *words) == 3
    assert words[0] in capsys.readouterr().err
