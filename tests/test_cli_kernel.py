"""relucert kernel, as a user would run it."""

import json

import pytest

from verify.cli import main

PAIR = ("--at", "1,0", "--and", "3/5,4/5")


def test_values_with_expressions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kernel", "--depth", "1", *PAIR]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 hidden layer, variances of weights 2 and of biases 0, 2 inputs"
    assert "K(x,y) = 0.677547567766512608219732729926" in lines
    assert "T(x,y) = 1.10044722658599267920925143846" in lines
    assert "T(x,x) = 2, T(y,y) = 2" in lines
    assert "K_1 = (-3*acos(3/5) + 4 + 3*pi)/(5*pi)" in lines
    assert lines[-1] == "every digit is certain, the last one rounded"


def test_json_of_lists_of_variances(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--weight-variance", "3,1/2,4/3", "--bias-variance", "0,0,1/3", "--digits", "12"]
    assert main(["kernel", "--depth", "2", *PAIR, *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["K"]["xx"] == "7/12"
    assert told["is_rational"] is False
    assert len(told["K"]["xy"]) == 14
    assert set(told["expressions"]) == {"K_1", "T_1", "K_2", "T_2"}


def test_one_point_is_rational(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kernel", "--depth", "2", "--at", "1,1/3"]) == 0
    told = capsys.readouterr().out
    assert "K(x,y) = 10/9\nT(x,y) = 10/3\n" in told
    assert "all are rational" in told


def test_many_layers_are_told_in_short(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--weight-variance", "3/2", "--bias-variance", "1/10", "--digits", "5"]
    assert main(["kernel", "--depth", "900", *PAIR, *words]) == 0
    told = capsys.readouterr().out
    assert "K(x,x) = ~0.40000" in told
    assert "expressions are left out" in told


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--depth", "3", "--compare", "4"], 1, "  left  0.6048257201\n  right 0.6809535334\n"),
        (["--depth", "3", "--compare", "4", *PAIR], 1, "x = (1, 0), y = (3/5, 4/5)"),
        (["--depth", "3", "--compare", "3"], 0, "the same kernels K and T at all pairs"),
        (["--depth", "2", "--weight-variance", "1,2,3", "--compare", "2:3,1,2"], 0, "variances 6"),
        (["--depth", "1", "--compare", "1:2:1/10", "--inputs", "3"], 1, "y = (1, 0, 0)"),
        (["--depth", "0", "--compare", "0:2:0"], 0, "0 hidden layers"),
    ],
)
def test_comparisons(
    words: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kernel", *words]) == status
    assert told in capsys.readouterr().out


def test_an_unseen_difference_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    from fractions import Fraction

    tiny = Fraction(1, 10**1500)
    biases = f"{1 - tiny},{(1 + 2 * tiny) / 2},{(1 - tiny) / 4},1/8"
    words = ["--depth", "3", "--weight-variance", "1", "--bias-variance", biases]
    assert main(["kernel", *words, "--compare", "3:1:1,1/2,1/4,1/8", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "unknown"
    assert "so K does at some pair (T70)" in told["reason"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--depth", "1"], "--at: expected a point"),
        (["--depth", "1", "--at", "1,0", "--and", "1"], "--and: expected 2 numbers"),
        (["--depth", "1", "--and", "1"], "--and: expected --at too"),
        (["--depth", "1", "--at", "1,x"], "--at: number"),
        (["--depth", "1", "--at", ""], "--at: number"),
        (["--depth", "-1", "--at", "1"], "--depth: expected 0 to 1000"),
        (["--depth", "1001", "--at", "1"], "--depth: expected 0 to 1000"),
        (["--depth", "2", "--at", "1", "--weight-variance", "1,2"], "expected 1 number or 3"),
        (["--depth", "2", "--at", "1", "--weight-variance", "0"], "positive"),
        (["--depth", "2", "--at", "1", "--bias-variance", "-1"], "not negative"),
        (["--depth", "2", "--at", "1", "--digits", "0"], "digits"),
        (["--depth", "2", "--at", "1", "--inputs", "2"], "--inputs: is for --compare"),
        (["--depth", "2", "--compare", "x"], "--compare: expected 0 to 1000"),
        (["--depth", "2", "--compare", "1:2:3:4"], "--compare: expected L"),
        (
            ["--depth", "2", "--weight-variance", "1,2,3", "--compare", "1"],
            "expected 1 number or 2",
        ),
        (
            ["--depth", "2", "--compare", "1", "--at", "1,2", "--inputs", "3"],
            "--inputs: the points",
        ),
    ],
)
def test_what_is_malformed_is_refused_in_one_line(
    words: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kernel", *words]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert what in told.err
    assert told.err.count("\n") == 1
