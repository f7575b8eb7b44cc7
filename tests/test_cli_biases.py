"""relucert approximate biases and masking: what is written, checked and refused."""

import json
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest

from theory.network import Affine, Network
from verify.cli import main
from verify.formats.network_file import read_network
from verify.formats.network_json import network_text

F = Fraction
TARGET = Network(
    (
        Affine.dense([[F(3, 4), F(1, 2)], [F(-1, 2), F(2, 3)]], [0, F(1, 4)]),
        Affine.dense([[F(1, 2), F(-2, 3)], [F(1, 3), 0]], [0, F(-1)]),
    )
)


@pytest.fixture
def target(tmp_path: Path) -> str:
    """The file of a network with two inputs and two outputs."""
    path = tmp_path / "target.json"
    path.write_text(network_text(TARGET), encoding="ascii")
    return str(path)


def words(method: str, target: str, domain: str, epsilon: str, *settings: str) -> list[str]:
    given = [word for setting in settings for word in ("--set", setting)]
    return ["approximate", method, target, "--domain", domain, "--epsilon", epsilon, *given]


@pytest.mark.parametrize(
    ("function", "domain", "epsilon"),
    [
        ("x**2", "box:0,1", "1/50"),
        ("4*x**2*(1-x)+1/3", "box:-1/2,1", "1/8"),
        ("abs(x - 1/3)", "box:-1,2", "1/8"),
        ("exp(x/2)", "box:-3,-1", "1/50"),
        ("7/2", "box:-1,1", "1/9"),
        ("x**3", "box:5,5", "1/9"),
        ("1 - 30*x", "box:0,1/100", "1/9"),
    ],
)
def test_T66_the_command_writes_what_both_checkers_accept(
    function: str, domain: str, epsilon: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words("biases", function, domain, epsilon), "-o", str(tmp_path)]) == 0
    assert "random units are switched on" in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("accepted") == 2
    sides = [read_network(tmp_path / f"{side}.json").network for side in ("initial", "network")]
    assert [one.rows for one in sides[0].layers] == [one.rows for one in sides[1].layers]
    assert not any(value for one in sides[0].layers for value in one.bias)


def test_T66_fixed_units_and_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    ask = words("biases", "4*x**2*(1-x)+1/3", "box:0,1", "1/50", "seed=1", "units=160")
    assert main([*ask, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["nodes"], told["units used"], told["units drawn"]) == (11, 27, 160)
    assert told["units used"] <= told["bound"] <= told["draws"]
    counts = []
    for theta in ("1/4", "1/64"):  # with small increments fewer nodes are enough
        ask = words("biases", "x**2", "box:0,1", "1/500", "units=256", f"theta={theta}")
        assert main([*ask, "--json"]) == 0
        counts.append(json.loads(capsys.readouterr().out)["nodes"])
    assert counts[1] < counts[0]
    assert main([*words("biases", "x**2", "box:0,1", "1/500", "units=16", "seed=3")]) == 3
    said = capsys.readouterr().err
    assert "--set units: 16 are not enough, the units with" in said
    assert "are used up, at" in said


def test_T65_a_network_and_a_function(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    ask = words("masking", target, "box:0,1;-1,0", "6/5", "seed=2")
    assert main([*ask, "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "|network - target| <= 6/5" in said
    assert "2 units matched within eta" in said
    assert json.loads((out / "claim.json").read_text())["relation"] == "eps=6/5"
    assert main(["check", str(out)]) == 0
    said = capsys.readouterr().out
    assert "eps=6/5 for every real x of the domain" in said
    assert "right.json has all weights of initial.json" in said
    ask = words("masking", "x**2", "box:0,1", "1/2")
    assert main([*ask, "-o", str(out)]) == 0
    assert main(["check", str(out)]) == 0
    assert "network.json has all weights of initial.json" in capsys.readouterr().out
    assert not (out / "claim.json").exists()


def changed_weight(network: Network) -> Network:
    hidden, last = network.layers
    ((column, weight), *rest), *rows = hidden.rows
    moved = ((column, weight + F(1, 2**16)), *rest)
    return Network((Affine(hidden.inputs, (moved, *rows), hidden.bias), last))


def woken_unit(network: Network) -> Network:
    """A unit that is off gets a large bias."""
    hidden, last = network.layers
    return Network((Affine(hidden.inputs, hidden.rows, (F(50), *hidden.bias[1:])), last))


@pytest.mark.parametrize("change", [changed_weight, woken_unit])
def test_T65_T66_changed_networks_are_rejected(
    change: Callable[[Network], Network], target: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """With digests that fit, so that it is the content which is rejected."""
    for ask, name, stated in (
        (words("biases", "x**2", "box:0,1", "1/8"), "network.json", "approximation.json"),
        (words("masking", target, "box:0,1;0,1", "9/5"), "right.json", "claim.json"),
    ):
        out = tmp_path / name
        assert main([*ask, "-q", "-o", str(out)]) == 0
        old = (out / name).read_bytes()
        new = network_text(change(read_network(out / name).network)).encode("ascii")
        (out / name).write_bytes(new)
        for file in (stated, "weights.json"):
            text = (out / file).read_text()
            before, after = (sha256(data).hexdigest() for data in (old, new))
            (out / file).write_text(text.replace(before, after))
        assert main(["check", str(out)]) == 1
    capsys.readouterr()


def test_T65_weights_of_another_network_are_rejected(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([*words("masking", target, "box:0,1;0,1", "9/5"), "-q", "-o", str(out)]) == 0
    weights = json.loads((out / "weights.json").read_text())
    first, _ = weights["networks"]
    (out / "weights.json").write_text(json.dumps(weights | {"networks": [first, first]}) + "\n")
    assert main(["check", str(out)]) == 1
    assert "speaks of another network than claim.json" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("method", "function", "settings", "told"),
    [
        ("biases", "x**2", ("units=1",), "--set units: expected an integer from 2"),
        ("biases", "x**2", ("units=2",), "no unit with an output weight > 0"),
        ("biases", "x**2", ("seed=-1",), "--set seed: expected an integer"),
        ("biases", "x**2", ("range=1/3",), "range: expected a positive multiple"),
        ("biases", "x**2", ("range=0",), "--set range: expected a positive number"),
        ("biases", "x**2", ("theta=1",), "--set theta: expected a number below 1"),
        ("biases", "x**2", ("eta=1",), "expected NAME=VALUE with"),
        ("biases", "1/x", (), "target: it has a pole"),
        ("masking", "x**2", ("units=3",), "--set units: 3 draws are not enough, by the formula"),
        ("masking", "x**2", ("range=1/8",), "--set range: expected more than 1"),
        ("masking", "x**2", ("eta=2", "range=1"), "--set range: expected more than 1"),
        ("masking", "x**2", ("delta=1",), "delta: expected a number between 0 and 1"),
        ("masking", "missing.json", (), "missing.json"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    method: str,
    function: str,
    settings: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(words(method, function, "box:0,1", "1/4", *settings)) == 3
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("method", ["biases", "masking"])
@pytest.mark.parametrize(
    ("domain", "epsilon", "told"),
    [("box:1,0", "1/4", "empty"), ("box:0,1;0,1", "1/4", "expected"), ("all", "1/4", "bounded"),
     ("box:0,1", "0", "positive"), ("box:0,1", "-1", "positive")],
)  # fmt: skip
def test_domains_and_epsilons_that_are_none(
    method: str, domain: str, epsilon: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(method, "x**2", domain, epsilon)) == 3
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_networks_that_masking_does_not_cover(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = Network((*TARGET.layers, Affine.dense([[1, 1]], [0])))
    path = tmp_path / "deep.json"
    path.write_text(network_text(deep), encoding="ascii")
    assert main(words("masking", str(path), "box:0,1;0,1", "1")) == 3
    assert "expected one hidden layer, got 2" in capsys.readouterr().err
    assert main(words("masking", target, "all", "1")) == 3
    assert "expected a bounded interval" in capsys.readouterr().err
    assert main(words("masking", target, "box:0,1;0,1", "1/1000000")) == 3
    assert "asks for weights closer than" in capsys.readouterr().err
    assert main(words("masking", target, "box:0,1;0,1", "1/50")) == 3
    assert "draws are not enough, by the formula" in capsys.readouterr().err
