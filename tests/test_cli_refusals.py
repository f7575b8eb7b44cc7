"""Bad input to the verbs that build, measure and compare: one line, status 3, and where it is."""

import shlex
from pathlib import Path

import pytest

from verify.cli import main

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SINE, DELAYS = "training/sine_1-8-1.onnx", "recurrent/delays.json"
LINES = (
    ("approximate none x --domain box:0,1 --epsilon 1", "METHOD: expected one of interpolant"),
    ("approximate step x --domain box:0,1 --epsilon a", "--epsilon: expected 3"),
    ("approximate step x --domain box:0,1 --epsilon 0", "--epsilon: expected a positive"),
    ("approximate step x --domain box:0,1 --epsilon 1 --knots 0,b", "--knots: expected 3"),
    ("approximate step x --domain all --epsilon 1", "--domain: expected a bounded interval"),
    ("approximate step x --domain 'box:0,1;0,1' --epsilon 1", "expected 1 interval, got 2"),
    ("approximate kuhn x*y --domain 'box:0,1;0,1;0,1;0,1' --epsilon 1", "expected at most 3"),
    ("approximate step 1/x --domain box:-1,1 --epsilon 1", "target: it has a pole"),
    ("approximate permutation sqrt(x) --domain box:0,1 --epsilon 1", "known, its derivative has"),
    ("approximate permutation x**2 --domain box:0,1 --epsilon 1e-12", "4096 pairs, the most"),
    ("approximate biases x --domain box:0,1 --epsilon 1 --set units=0", "--set units: expected"),
    (f"approximate recurrence {SINE} --domain box:0,1 --epsilon 1", "a recurrent network"),
    (f"distance {SINE} x --domain box:0,1 --width a", "--width: expected 3"),
    (f"distance {SINE} 1/x --domain box:-1,1", "pole"),
    (f"transform unroll {DELAYS} --steps 100000000", "--steps: 100"),
    (f"transform sideways {SINE}", "turing or parallel"),
    (f"transform parallel {SINE}", "sine_1-8-1.onnx: expected JSON"),
    ("attention transformers/pre_norm.onnx attention/layer.json", "2 and 2 on the right"),
    ("atlas --svg none/atlas.svg", "none/atlas.svg: cannot be written, No such file or directory"),
)


@pytest.mark.parametrize(("line", "part"), LINES, ids=[line[:50] for line, _ in LINES])
def test_bad_input_is_one_line_that_says_where(
    line: str,
    part: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(EXAMPLES)
    assert main(shlex.split(line)) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("relucert: ")
    assert said.err.count("\n") == 1
    assert part in said.err


def test_an_empty_folder_holds_nothing_to_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 3
    assert capsys.readouterr().err == (
        f"relucert: {tmp_path}: holds no claim.json and nothing else to check\n"
    )


@pytest.mark.parametrize(("target", "root"), [("x", "~8.16151821e+299"), ("x**2", "* 2^1659")])
def test_distances_larger_than_floats_are_told(
    target: str, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["distance", str(EXAMPLES / SINE), target, "--domain", "box:0,1e200"]) == 0
    assert root in capsys.readouterr().out


def test_an_unrolling_that_takes_too_long_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["unroll", str(EXAMPLES / DELAYS), "--steps", "12", "--timeout", "0.2"]
    assert main(["transform", *words, "--set", "outputs=every"]) == 2
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("unknown: ")
    assert "0.2 s were used up" in last
