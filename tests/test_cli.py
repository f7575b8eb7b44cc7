"""The command line, run as a user would: exit status, standard output, standard error."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from verify.cli import main
from verify.formats.network_file import read_network

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
CANCER = str(EXAMPLES / "cancer_2-16-16-16-1.onnx")
PERMUTED = str(EXAMPLES / "cancer_2-16-16-16-1_permuted.onnx")
CHANGED = str(EXAMPLES / "cancer_2-16-16-16-1_changed.onnx")
SMALL = str(EXAMPLES / "diabetes_2-8-8-1.onnx")
IRIS = str(EXAMPLES / "iris_4-5-5-3.onnx")
BOX = ("--domain", "box:-1,1")


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    status: int
    out: str
    error: str

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


class Shell:
    """Runs commands in this process and keeps what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str | Path) -> Answer:
        status = main([str(word) for word in words])
        return Answer(status, *self.capsys.readouterr())

    def refused(self, *words: str | Path) -> str:
        """The one line of a command that refuses its input."""
        answer = self(*words)
        assert (answer.status, answer.out) == (3, "")
        assert answer.error.startswith("relucert: ")
        assert answer.error.count("\n") == 1
        assert answer.error.endswith("\n")
        return answer.error


@pytest.fixture
def relucert(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def in_process(*words: str | Path, cwd: Path = ROOT, **env: str) -> Answer:
    """The command in a process of its own."""
    call = "import sys; from verify.cli import main; sys.exit(main())"
    found = subprocess.run(
        [sys.executable, "-c", call, *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(found.returncode, found.stdout, found.stderr)


def standalone(folder: Path) -> int:
    """The exit status of the checker as anyone may run it, without any package."""
    command = [sys.executable, "-I", "-S", str(ROOT / "verify" / "checker.py")]
    files = [str(folder / name) for name in ("claim.json", "certificate.json")]
    return subprocess.run([*command, *files], capture_output=True, check=False).returncode


def gemm_file(path: Path, weight: float = 1.0, operator: str = "Relu", inputs: int = 2) -> Path:
    """An ONNX file: one Gemm, and one operator behind it."""
    nodes = [
        helper.make_node("Gemm", ["input", "W"], ["z"], "affine"),
        helper.make_node(operator, ["z"], ["output"], "activation"),
    ]
    matrix = np.full((inputs, 1), weight, np.float32)
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
        for name, size in (("input", inputs), ("output", 1))
    ]
    graph = helper.make_graph(
        nodes, "net", ends[:1], ends[1:], [numpy_helper.from_array(matrix, "W")]
    )
    opsets = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def test_help_names_every_verb_and_imports_nothing_heavy() -> None:
    call = "import sys; from verify.cli import main; main(['--help']); print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", call], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *text, modules = found.stdout.splitlines()
    for verb in ("prove", "check", "transform", "report", "regions", "show"):
        assert any(line.strip().startswith(verb) for line in text)
    assert not {"sympy", "z3", "onnx", "numpy", "highspy", "jinja2"} & set(modules.split())


@pytest.mark.parametrize("verb", ["prove", "check", "transform", "report", "regions", "show"])
def test_every_verb_has_help_json_and_quiet(relucert: Shell, verb: str) -> None:
    answer = relucert(verb, "--help")
    assert answer.status == 0
    assert all(option in answer.out for option in ("--json", "-q", "--help"))


def test_no_argument_shows_help(relucert: Shell) -> None:
    assert relucert().out == relucert("--help").out


def test_a_permuted_copy_is_proved_and_checked(relucert: Shell, tmp_path: Path) -> None:
    answer = relucert("prove", CANCER, PERMUTED, *BOX, "-o", tmp_path)
    assert (answer.status, answer.error) == (0, "")
    assert "equivalent: left(x) = right(x) for every x of the domain" in answer.out
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"claim.json", "left.json", "right.json", "certificate.json", "run.json"}
    assert standalone(tmp_path) == 0
    check = relucert("check", tmp_path, "--json")
    assert (check.status, check.json["answer"]) == (0, "accepted")


def test_a_changed_weight_is_found_and_onnxruntime_sees_it(relucert: Shell, tmp_path: Path) -> None:
    answer = relucert("prove", CANCER, CHANGED, *BOX, "-o", tmp_path, "--json")
    assert (answer.status, answer.json["verdict"]) == (1, "different")
    found = json.loads((tmp_path / "counterexample.json").read_text())
    assert not (tmp_path / "certificate.json").exists()
    point = tuple(map(Fraction, found["point"]))
    exact = [read_network(path).network(point) for path in (CANCER, CHANGED)]
    assert exact == [tuple(map(Fraction, found[side])) for side in ("left", "right")]
    assert exact[0] != exact[1]
    values = np.array([[float(value) for value in point]], np.float32)
    left, right = (
        onnxruntime.InferenceSession(path).run(None, {"input": values})[0]
        for path in (CANCER, CHANGED)
    )
    assert left != right
    check = relucert("check", tmp_path)
    assert check.status == 1
    assert "the claim is false" in check.out
    found["left"][0] = "0"
    (tmp_path / "counterexample.json").write_text(json.dumps(found))
    check = relucert("check", tmp_path)
    assert check.status == 1
    assert "the counterexample is not one" in check.out
    (tmp_path / "counterexample.json").write_text("{")
    assert relucert("check", tmp_path).status == 2


def test_transform_rewrites_proves_and_reports(relucert: Shell, tmp_path: Path) -> None:
    answer = relucert("transform", "two-hidden", SMALL, *BOX, "-o", tmp_path, "--json")
    assert answer.status == 0
    claim = answer.json["claim"]
    assert isinstance(claim, dict)
    assert len(claim["right"]["widths"]) == 4
    assert standalone(tmp_path) == 0
    run = json.loads((tmp_path / "run.json").read_text())
    assert (run["form"], run["theorem"], run["verdict"]) == ("two-hidden", "T05", "equivalent")
    assert {"read", "build", "prove", "check"} <= set(run["seconds"])
    report = relucert("report", tmp_path)
    assert report.status == 0
    assert (tmp_path / "report.tex").exists()


def test_transform_lists_its_forms(relucert: Shell) -> None:
    answer = relucert("transform", "--list")
    assert answer.status == 0
    listed = relucert("transform", "--list", "--json").json["forms"]
    assert isinstance(listed, dict)
    assert {"two-hidden", "log-depth"} <= set(listed)
    assert all(name in answer.out for name in listed)


def test_regions_are_counted_and_drawn(relucert: Shell, tmp_path: Path) -> None:
    answer = relucert("regions", SMALL, *BOX, "-o", tmp_path, "--json")
    assert answer.status == 0
    assert answer.json["cells"] == answer.json["patterns"]
    assert (tmp_path / "regions.tex").exists()
    assert "cells" in relucert("regions", IRIS, *BOX).out


def test_show_names_the_file_by_its_digest(relucert: Shell) -> None:
    answer = relucert("show", IRIS)
    assert "4-5-5-3" in answer.out
    assert hashlib.sha256(Path(IRIS).read_bytes()).hexdigest() in answer.out
    assert relucert("show", IRIS, "--json").json["widths"] == [4, 5, 5, 3]


def test_what_was_proved_is_said_as_the_relation_says_it(relucert: Shell) -> None:
    answer = relucert("prove", CANCER, CHANGED, *BOX, "--relation", "eps=1/100")
    assert answer.status == 0
    assert "|left(x) - right(x)| <= 1/100 in every output" in answer.out
    assert "left(x) = right(x)" not in answer.out


def test_show_writes_onnx_where_weights_are_floats(relucert: Shell, tmp_path: Path) -> None:
    assert relucert("show", SMALL, "--onnx", tmp_path / "copy.onnx").status == 0
    assert relucert("prove", SMALL, tmp_path / "copy.onnx", "--domain", "all").status == 0
    relucert("transform", "two-hidden", SMALL, *BOX, "-o", tmp_path)
    message = relucert.refused("show", tmp_path / "right.json", "--onnx", tmp_path / "form.onnx")
    assert "ONNX export" in message


def test_quiet_says_nothing(relucert: Shell) -> None:
    assert relucert("prove", SMALL, SMALL, *BOX, "-q") == Answer(0, "", "")
    assert relucert("prove", CANCER, CHANGED, *BOX, "-q") == Answer(1, "", "")


def test_a_second_opinion_is_noted_by_name(relucert: Shell) -> None:
    answer = relucert("prove", SMALL, SMALL, *BOX, "--second-opinion", "20", "--json")
    opinion = answer.json["second_opinion"]
    assert isinstance(opinion, dict)
    assert opinion["solver"].startswith("Z3")
    assert opinion["answer"] == "unsat"


def test_what_an_earlier_run_left_is_removed(relucert: Shell, tmp_path: Path) -> None:
    relucert("prove", CANCER, PERMUTED, *BOX, "-o", tmp_path)
    (tmp_path / "keep.txt").write_text("mine")
    relucert("prove", CANCER, CHANGED, *BOX, "-o", tmp_path)
    assert not (tmp_path / "certificate.json").exists()
    assert (tmp_path / "keep.txt").exists()


def test_an_unknown_relation_engine_or_timeout_gives_two(relucert: Shell, tmp_path: Path) -> None:
    answer = relucert("prove", CANCER, CHANGED, *BOX, "--engine", "merge", "-o", tmp_path)
    assert answer.status in (1, 2)
    assert not (tmp_path / "certificate.json").exists()
    for relation in ("eps=1/100", "top1", "topk=1", "margin=0"):
        assert relucert("prove", CANCER, CANCER, *BOX, "--relation", relation).status in (0, 2)


def test_check_rejects_and_calls_malformed(relucert: Shell, tmp_path: Path) -> None:
    relucert("prove", CANCER, PERMUTED, *BOX, "-o", tmp_path)
    certificate = tmp_path / "certificate.json"
    content = json.loads(certificate.read_text())
    certificate.write_text(json.dumps({**content, "claim": "0" * 64}))
    assert relucert("check", tmp_path).status == 1
    certificate.write_text("{")
    assert relucert("check", tmp_path).status == 2
    certificate.unlink()
    assert relucert("check", tmp_path).status == 2
    assert relucert("check", tmp_path, "-q") == Answer(2, "", "")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["frobnicate"], "frobnicate"),
        (["prove", SMALL], "RIGHT"),
        (["prove", SMALL, SMALL], "--domain"),
        (["prove", SMALL, SMALL, "--domain", "box:1,-1"], "empty"),
        (["prove", SMALL, SMALL, "--domain", "box:0,x"], "interval"),
        (["prove", SMALL, SMALL, "--domain", "box:0,1/0"], "zero"),
        (["prove", SMALL, SMALL, "--domain", "box:0,nan"], "nan"),
        (["prove", SMALL, SMALL, "--domain", "box:0,1;0,1;0,1"], "2 intervals"),
        (["prove", SMALL, SMALL, "--domain", "box:0,1e9999"], "1000 bits"),
        (["transform", "two-hidden", SMALL, "--domain", "box:0,1e-999"], "1000 bits"),
        (["prove", SMALL, SMALL, "--domain", "sphere"], "sphere"),
        (["prove", SMALL, SMALL, "--domain", "missing.vnnlib"], "missing.vnnlib"),
        (["prove", SMALL, IRIS, *BOX], "inputs"),
        (["prove", SMALL, "missing.onnx", *BOX], "missing.onnx"),
        (["prove", SMALL, "network.txt", *BOX], "network.txt"),
        (["prove", SMALL, SMALL, *BOX, "--engine", "steam"], "steam"),
        (["prove", SMALL, SMALL, *BOX, "--relation", "near"], "near"),
        (["prove", SMALL, SMALL, *BOX, "--relation", "eps=-1"], "-1"),
        (["prove", SMALL, SMALL, *BOX, "--timeout", "soon"], "--timeout"),
        (["prove", SMALL, SMALL, *BOX, "--timeout", "0"], "--timeout"),
        (["prove", SMALL, SMALL, *BOX, "--timeout", "nan"], "--timeout"),
        (["prove", SMALL, SMALL, *BOX, "--jobs", "0"], "--jobs"),
        (["prove", SMALL, SMALL, *BOX, "--frob"], "--frob"),
        (["transform"], "FORM"),
        (["transform", "sideways", SMALL], "sideways"),
        (["transform", "two-hidden", SMALL, "--domain", "box:1,0"], "empty"),
        (["regions", SMALL, "--domain", "box:1,0"], "empty"),
        (["regions", IRIS, *BOX, "-o", "out"], "two inputs"),
        (["show", "a\nb.onnx"], "a\\nb.onnx"),
        (["show", ""], "onnx"),
        (["check", "no-such-folder"], "no-such-folder"),
        (["report", "no-such-folder"], "claim.json"),
    ],
    ids=lambda value: (
        " ".join(Path(word).name for word in value)[:50] if isinstance(value, list) else ""
    ),
)
def test_bad_input_is_one_line_and_three(relucert: Shell, words: list[str], part: str) -> None:
    assert part in relucert.refused(*words)


def test_bad_files_are_one_line_and_three(relucert: Shell, tmp_path: Path) -> None:
    truncated = tmp_path / "truncated.onnx"
    truncated.write_bytes(Path(CANCER).read_bytes()[:700])
    assert "truncated.onnx" in relucert.refused("show", truncated)
    sine = gemm_file(tmp_path / "sine.onnx", operator="Sin")
    message = relucert.refused("show", sine)
    assert "Sin" in message
    assert "activation" in message
    for weight in (np.nan, np.inf):
        broken = gemm_file(tmp_path / "broken.onnx", weight=float(weight))
        assert "broken.onnx" in relucert.refused("prove", broken, broken, *BOX)
    three = gemm_file(tmp_path / "three.onnx", inputs=3)
    assert "inputs" in relucert.refused("prove", SMALL, three, *BOX)
    (tmp_path / "broken.nnet").write_text("// nothing\n1,2,\n")
    assert "broken.nnet" in relucert.refused("show", tmp_path / "broken.nnet")
    (tmp_path / "floats.json").write_text('{"format":"relucert-network","inputs":1.5}')
    assert "floats.json" in relucert.refused("show", tmp_path / "floats.json")


def test_an_empty_polytope_is_refused(relucert: Shell, tmp_path: Path) -> None:
    empty = {"box": [], "halfspaces": [["1", "0", "0"], ["-1", "0", "-1"]]}
    (tmp_path / "halves.json").write_text(json.dumps(empty))
    message = relucert.refused("prove", SMALL, SMALL, "--domain", tmp_path / "halves.json")
    assert "it is empty" in message


def test_a_folder_that_cannot_be_written_is_refused(relucert: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = relucert.refused("prove", SMALL, SMALL, *BOX, "-o", tmp_path / "file")
    assert "cannot be written" in message
    message = relucert.refused("transform", "two-hidden", SMALL, "-o", tmp_path / "file" / "deep")
    assert "cannot be written" in message
    assert "cannot be written" in relucert.refused("prove", SMALL, SMALL, *BOX, "-o", "/dev/null/x")


def test_a_number_too_long_to_write_is_one_line(relucert: Shell, tmp_path: Path) -> None:
    for name, digits in (("large", 3900), ("small", 1)):
        layer = {"bias": ["0"], "rows": [[0, "1" + "0" * digits]]}
        network = {"format": "relucert-network", "inputs": 1, "layers": [layer] * 2, "version": 1}
        (tmp_path / f"{name}.json").write_text(json.dumps(network))
    files = [tmp_path / "large.json", tmp_path / "small.json"]
    assert "too many digits" in relucert.refused("prove", *files, *BOX)


def test_names_that_terminals_and_tex_mind_are_only_names(relucert: Shell, tmp_path: Path) -> None:
    name = tmp_path / "a_b%$\\x[red].onnx"
    name.write_bytes(Path(SMALL).read_bytes())
    answer = relucert("prove", name, SMALL, *BOX, "-o", tmp_path / "out")
    assert answer.status == 0
    assert "a_b%$\\x[red].onnx" in answer.out
    assert relucert("report", tmp_path / "out").status == 0


def test_a_process_ends_with_the_status_and_without_noise(tmp_path: Path) -> None:
    assert in_process("prove", SMALL, SMALL, *BOX, "-q") == Answer(0, "", "")
    found = in_process("check", tmp_path / "none", LANG="C")
    assert (found.status, found.out, found.error.count("\n")) == (3, "", 1)


def test_an_internal_error_is_never_taken_for_a_counterexample(
    relucert: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("verify.network_facts.network_facts", fail)
    answer = relucert("show", SMALL)
    assert answer.status == 2
    assert "internal error" in answer.error


def test_an_interrupt_gives_two(relucert: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("verify.network_facts.network_facts", interrupt)
    answer = relucert("show", SMALL)
    assert (answer.status, answer.error) == (2, "relucert: interrupted\n")


def test_a_query_is_answered_in_its_own_words(relucert: Shell, tmp_path: Path) -> None:
    variables = "".join(
        f"(declare-network {name} (declare-input X_{name} real [2]) "
        f"(declare-output Y_{name} real [1]))\n"
        for name in "fg"
    )
    box = "(assert (and (<= X_f[0] 1) (>= X_f[0] -1) (<= X_f[1] 1) (>= X_f[1] -1)))\n"
    links = "(assert (== X_f[0] X_g[0])) (assert (== X_f[1] X_g[1]))\n"
    differ = "(assert (or (> Y_g[0] Y_f[0]) (< Y_g[0] Y_f[0])))\n"
    file = tmp_path / "query.vnnlib"
    file.write_text("(vnnlib-version <2.0>)\n" + variables + box + links + differ)
    same = relucert("prove", file, "--network", f"f={SMALL}", "--network", f"g={SMALL}")
    assert same.status == 0
    assert same.out.splitlines()[0] == "unsat"
    message = relucert.refused("prove", file, "--network", f"f={SMALL}")
    assert "--network f=FILE --network g=FILE" in message
    assert "--domain" in relucert.refused("prove", SMALL, SMALL)


def test_the_proved_checker_is_asked_by_name(relucert: Shell, tmp_path: Path) -> None:
    relucert("prove", SMALL, SMALL, *BOX, "-o", tmp_path)
    assert "expected python, coq or native" in relucert.refused("check", tmp_path, "--kernel", "c")
    answer = relucert("check", tmp_path, "--kernel", "native")
    assert (answer.status, answer.out.split(":")[0]) in ((0, "accepted"), (2, "unavailable"))
