"""relucert explain, as a user would run it."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from theory.network import Affine, Network
from verify.cli import main
from verify.formats.network_file import read_network
from verify.formats.network_json import write_network_json

SMALL = Path(__file__).resolve().parents[1] / "examples" / "diabetes_2-8-8-1.onnx"


@pytest.fixture
def worked(tmp_path: Path) -> str:
    """relu(x) + relu(relu(x) - y), the example of T24."""
    layers = (
        Affine.dense([[1, 0], [0, 1], [0, -1]], [0, 0, 0]),
        Affine.dense([[1, 0, 0], [1, -1, 1]], [0, 0]),
        Affine.dense([[1, 1]], [0]),
    )
    write_network_json(Network(layers), tmp_path / "worked.json")
    return str(tmp_path / "worked.json")


def test_the_worked_example(worked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", worked, "--at", "1,1/2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [
        "worked.json  2-3-2-1",
        "at (1, 1/2): inside its region",
        "active units by hidden layer: 2 of 3, 2 of 2",
        "y1 = 2 x1 - x2",
        "   = 0 + 2 - 1/2 = 3/2",
        "region: 2 inequalities needed, 1 redundant",
        "  x2 >= 0; beyond it unit 2 of layer 1 turns off, unit 3 of layer 1 turns on; "
        "the map stays",
        "  x1 - x2 >= 0; beyond it unit 2 of layer 2 turns off; "
        "y1 changes by -1 times (left - right)",
    ]


def test_a_boundary_point_is_said_to_be_one(
    worked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", worked, "--at", "1,1"]) == 0
    assert "on the boundary of its region, where 1 inequality is" in capsys.readouterr().out
    assert main(["explain", worked, "--at", "1,1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["inside"], found["tight"]) == (
        False,
        [{"constant": "0", "gradient": ["1", "-1"]}],
    )


def test_json_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(SMALL), "--at", "1/2,0.25", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    network = read_network(SMALL).network
    (value,) = network((Fraction(1, 2), Fraction(1, 4)))
    (output,) = found["outputs"]
    assert Fraction(output["value"]) == value
    assert Fraction(output["constant"]) + sum(map(Fraction, output["terms"])) == value
    assert len(found["inequalities"]) + found["redundant"] == 16
    for inequality in found["inequalities"]:
        point = [Fraction(entry) for entry in inequality["witness"]]
        gradient = [Fraction(entry) for entry in inequality["gradient"]]
        total = sum(a * b for a, b in zip(gradient, point, strict=True))
        assert total + Fraction(inequality["constant"]) == 0


@pytest.mark.parametrize("point", ["1", "1,2,3", "1,x", "1,1/0", "", "nan,1", "1,inf"])
def test_bad_points_are_refused_in_one_line(
    point: str, worked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", worked, "--at", point]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("relucert: --at: ")
    assert told.err.count("\n") == 1


def test_wide_networks_are_told_in_few_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = 30
    identity = [[int(row == column) for column in range(size)] for row in range(size)]
    layers = (Affine.dense(identity, [1] * size), Affine.dense(identity, [0] * size))
    write_network_json(Network(layers), tmp_path / "wide.json")
    point = ",".join(["1/7"] * size)
    assert main(["explain", str(tmp_path / "wide.json"), "--at", point]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 50
    assert all(len(line) < 300 for line in lines)
    assert "  and 40 more (--json has all)" in lines
