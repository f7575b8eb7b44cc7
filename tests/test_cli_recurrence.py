"""The command line on recurrent networks and Turing machines, and the checkers it asks."""

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from verify.cli import main
from verify.cli.transform import RECURRENT

ROOT = Path(__file__).resolve().parents[1]
MACHINES, PAIR = ROOT / "examples" / "machines", ROOT / "examples" / "recurrent"
DELAYS, SPLIT, CHANGED = (
    str(PAIR / f"{name}.json") for name in ("delays", "delays_split", "delays_changed")
)
BEAVER = str(MACHINES / "busy_beaver_2.tm")
CHECKERS = {
    "invariant": ["prove", DELAYS, SPLIT],
    "simulation": ["transform", "turing", BEAVER],
    "unrolling": ["transform", "unroll", DELAYS, "--steps", "2", "--domain", "box:0,1"],
}


@pytest.mark.parametrize("kind", list(CHECKERS))
def test_what_is_proved_is_accepted_by_the_command_and_by_the_checker_alone(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CHECKERS[kind], "-o", str(tmp_path)]) == 0
    assert main(["check", str(tmp_path)]) == 0
    assert "accepted" in capsys.readouterr().out
    checker = ROOT / "verify" / f"{kind}_checker.py"
    command = [sys.executable, "-I", "-S", str(checker), str(tmp_path / f"{kind}.json")]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert found.returncode == 0
    assert found.stdout.startswith("accepted: ")


@pytest.mark.parametrize("kind", list(CHECKERS))
def test_what_was_changed_is_rejected(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CHECKERS[kind], "-o", str(tmp_path)]) == 0
    for path in tmp_path.iterdir():
        if path.name != f"{kind}.json":
            path.write_bytes(path.read_bytes() + b"\n")
    assert main(["check", str(tmp_path)]) == 1
    (tmp_path / f"{kind}.json").write_text("{}")
    assert main(["check", str(tmp_path)]) == 2
    assert "malformed" in capsys.readouterr().out


@pytest.mark.parametrize("kind", list(CHECKERS))
def test_the_kernel_decides_the_same_claims(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CHECKERS[kind], "-o", str(tmp_path)]) == 0
    status = main(["check", str(tmp_path), "--kernel", "native", "--json"])
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])["answer"]
    if answer == "unavailable":
        pytest.skip("Coq and OCaml are not installed")
    assert (status, answer) == (0, "accepted")


def test_a_sequence_that_tells_is_written_and_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["prove", DELAYS, CHANGED, "--domain", "box:-1,1", "-o", str(tmp_path)]
    assert main([*words, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "different"
    assert told["left"] != told["right"]
    assert main(["check", str(tmp_path)]) == 1
    assert "outputs differ at time" in capsys.readouterr().out
    value = json.loads((tmp_path / "sequence.json").read_text())
    value["left"] = value["right"]
    (tmp_path / "sequence.json").write_text(json.dumps(value))
    assert main(["check", str(tmp_path)]) == 2
    value["points"] = []
    (tmp_path / "sequence.json").write_text(json.dumps(value))
    assert main(["check", str(tmp_path)]) == 3


def test_a_wrong_machine_is_refuted_by_its_tape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beaver, wrong = MACHINES / "busy_beaver_3.tm", MACHINES / "wrong_busy_beaver_3.json"
    assert main(["prove", str(beaver), str(wrong), "-o", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "different: in state B, tape [0]" in out
    assert "cell -1 from the head has another symbol" in out
    assert main(["check", str(tmp_path)]) == 1
    value = json.loads((tmp_path / "tape.json").read_text())
    value["state"] = "H"
    (tmp_path / "tape.json").write_text(json.dumps(value))
    assert main(["check", str(tmp_path)]) == 2


def test_evidence_of_an_earlier_run_does_not_stay(tmp_path: Path) -> None:
    assert main(["prove", DELAYS, SPLIT, "-o", str(tmp_path), "-q"]) == 0
    assert main(["prove", DELAYS, CHANGED, "-o", str(tmp_path), "-q"]) == 1
    assert not (tmp_path / "invariant.json").exists()
    iris = str(ROOT / "examples" / "iris_4-5-5-3.onnx")
    assert main(["prove", iris, iris, "--domain", "box:0,1", "-o", str(tmp_path), "-q"]) == 0
    assert not (tmp_path / "sequence.json").exists()
    assert main(["check", str(tmp_path), "-q"]) == 0


def test_show_tells_of_a_recurrent_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", DELAYS]) == 0
    told = capsys.readouterr().out
    assert "recurrent, 3 units of relu, 1 inputs and 2 outputs" in told
    assert hashlib.sha256(Path(DELAYS).read_bytes()).hexdigest() in told
    assert main(["show", DELAYS, "--onnx", str(tmp_path / "x.onnx")]) == 3


def test_there_is_a_report_and_a_folder_without_evidence_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["prove", DELAYS, SPLIT, "-o", str(tmp_path), "-q"]) == 0
    assert main(["report", str(tmp_path)]) == 0
    assert "claim: proved" in capsys.readouterr().out
    (tmp_path / "invariant.json").unlink()
    assert main(["report", str(tmp_path)]) == 3
    assert "claim.json" in capsys.readouterr().err


def test_a_machine_is_run_beside_its_network(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["transform", "turing", str(MACHINES / "increment.tm"), "--set", "tape=0111"]
    assert main([*words, "--set", "activation=saturated"]) == 0
    assert "tape _ [1] 0 0 0 _" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["prove", DELAYS],
        ["prove", BEAVER],
        ["prove", BEAVER, DELAYS],
        ["prove", DELAYS, str(ROOT / "examples" / "iris_4-5-5-3.onnx")],
        ["prove", DELAYS, SPLIT, "--domain", "box:0,1;0,1"],
        ["prove", DELAYS, SPLIT, "--domain", "nowhere"],
        ["transform", "unroll", DELAYS],
        ["transform", "unroll", DELAYS, "--steps", "0"],
        ["transform", "unroll", DELAYS, "--steps", "2", "--set", "outputs=some"],
        ["transform", "unroll", BEAVER, "--steps", "2"],
        ["transform", "unroll", DELAYS, "--steps", "2", "--jobs", "2"],
        ["transform", "unroll", DELAYS, "--steps", "2", "--engine", "smt"],
        ["transform", "unroll", DELAYS, "--steps", "2", "--route", "radon"],
        ["transform", "turing", BEAVER, "--local", "0,1"],
        ["transform", "turing", BEAVER, "--second-opinion", "5"],
        ["transform", "saturated-to-relu", DELAYS],
        ["transform", "wavefront", DELAYS],
        ["transform", "turing", DELAYS],
        ["transform", "turing", BEAVER, "--set", "activation=tanh"],
        ["transform", "turing", BEAVER, "--set", "tape=2"],
        ["transform", "turing", BEAVER, "--set", "speed=2"],
        ["transform", "turing", "missing.tm"],
        ["transform", "two-hidden", DELAYS, "--steps", "2"],
    ],
)
def test_bad_input_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1


def test_the_forms_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", "--list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["recurrent"]
    assert sorted(told) == sorted(name for name, _, _ in RECURRENT)


@pytest.mark.parametrize("kind", [*CHECKERS, "recurrent_claims"])
def test_the_checkers_are_standard_library_and_checkers_alone(kind: str) -> None:
    name = kind if kind == "recurrent_claims" else f"{kind}_checker"
    tree = ast.parse((ROOT / "verify" / f"{name}.py").read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    inside = {module for module in modules if module.split(".")[0] in ("verify", "theory")}
    assert inside <= {"verify.checker", "verify.zonotope_checker", "verify.recurrent_claims"}
    assert {module.split(".")[0] for module in modules - inside} <= sys.stdlib_module_names
