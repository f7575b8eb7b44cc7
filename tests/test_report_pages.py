"""Reports on evidence that is no ordinary claim: what may be said, and that names stay names."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from theory.approximation.expression import target_of
from theory.approximation.interpolant import equidistant, interpolant
from theory.approximation.target import Target
from theory.domain import Polytope
from theory.errors import DomainError
from theory.network import Affine, Network
from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.turing import Rule, TuringMachine
from theory.recurrence.turing_network import turing_network
from verify.approximation.claim import Approximation
from verify.approximation.evidence import checker_of as approximation_checker
from verify.approximation.weights import LayerRule, biases_files, permuted_files
from verify.cli import main
from verify.errors import FormatError, InputError
from verify.formats.network_json import network_text, parse_network
from verify.formats.strict_json import Json
from verify.prove.architectures.invariant import AlwaysEqual, compared_forever
from verify.prove.architectures.simulation import Simulates, decided_simulation
from verify.report.graph import Curve, Graph, graph_tikz
from verify.report.judgement import Status
from verify.report.pages import kind
from verify.report.pages.approximation import approximation_page
from verify.report.pages.box_approximation import box_formula
from verify.report.pages.error_graph import line_pieces
from verify.report.pages.kind import page_evidence
from verify.report.pages.page import EvidenceFile, Page
from verify.report.pages.tree_view import is_rounded, require_tree, tree_formula, tree_value
from verify.report.report import ReportFiles, write_page_report, write_report
from verify.report.theorems import QUOTED
from verify.standalone import asked

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
NO_TEX = "no-such-pdflatex"
NASTY = ("}\\end{document}\\input{/etc/passwd}", "a_b%$&^~|'\"`<>?!{", "q\\\\--")
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")


def run(folder: Path, *words: str) -> Path:
    """The folder that a command of relucert writes."""
    assert main([*words, "-o", str(folder), "-q"]) in (0, 1)
    return folder


def recurrent(name: str) -> str:
    return str(EXAMPLES / "recurrent" / name)


def approximated(folder: Path, target: str, domain: str, epsilon: str) -> Path:
    """An interpolant at nine knots, and the claim that it is within epsilon."""
    low, high = map(Fraction, domain.split(","))
    function = target_of(target).within(low, high, Fraction(1, 1000))
    network = interpolant(function, equidistant(low, high, 8))
    claim = Approximation(network, function, low, high, Fraction(epsilon))
    folder.mkdir(exist_ok=True)
    for name, content in claim.files.items():
        (folder / name).write_bytes(content)
    return folder


KINDS: dict[str, tuple[Callable[[Path], Path], tuple[str, ...]]] = {
    "invariant.json": (
        lambda folder: run(
            folder,
            *("prove", recurrent("delays.json"), recurrent("delays_split.json")),
            *("--domain", "box:-1,1"),
        ),
        ("{T44}", r"X=[-1,\,1]", r"h'_{1}=3\,h_{2}", r"for every $T\ge 1$", "base &", "step &"),
    ),
    "simulation.json": (
        lambda folder: run(
            folder, "transform", "turing", str(EXAMPLES / "machines" / "busy_beaver_2.tm")
        ),
        ("{T46}", "every tape", r"A & 1\,R\,B & 1\,L\,B", "31 ordinary claims", "52 units"),
    ),
    "unrolling.json": (
        lambda folder: run(
            folder,
            *("transform", "unroll", recurrent("delays.json")),
            *("--steps", "2", "--domain", "box:-1,1"),
        ),
        ("{T43}", r"f(x_1,\dots,x_{2})=y_{2}", "2 steps of $r$"),
    ),
    "agnostic.json": (
        lambda folder: run(
            folder,
            *("agnostic", str(EXAMPLES / "agnostic" / "xnor.json")),
            *("--largest", "1", "--domain", "box:1/2,3;1/2,3"),
        ),
        ("{T50}", "every real number $w$", r"v_{3}=\left|w(x_{1}+x_{2})\right|", r"f_{2}(w,x)\ge"),
    ),
    "attention.json": (
        lambda folder: run(
            folder,
            "attention",
            *(
                str(EXAMPLES / "attention" / name)
                for name in ("layer.json", "layer_rewritten.json")
            ),
        ),
        ("{T48}", "softmax, which is left uninterpreted", r"S^{f}_{1}=\begin{pmatrix}-1 & 4 & 6"),
    ),
    "transformer.json": (
        lambda folder: run(
            folder,
            "attention",
            *(
                str(EXAMPLES / "transformers" / name)
                for name in ("relu_attention.onnx", "relu_attention.onnx")
            ),
        ),
        ("{T55}", "for every number $t\\ge 1$ of tokens", "relu head, "),
    ),
    "approximation.json": (
        lambda folder: approximated(folder, "x**2", "0,1", "1/256"),
        ("{T52}", "f(x)=x^{2}", r"\le \tfrac{1}{256}", "8 affine pieces", r"\tfrac{3}{8}\,x"),
    ),
}


def report(folder: Path, name: str, **options: Any) -> tuple[ReportFiles, str]:
    files = write_page_report(folder, name, pdflatex=NO_TEX, **options)
    return files, files.tex.read_text(encoding="ascii")


def says_accepted(tex: str) -> bool:
    """Whether anything in a report sounds like acceptance."""
    return any(sign in tex for sign in (r"\begin{theorem*}", "accepted", "Verdict & proved"))


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of each kind, made once; its name is that of the evidence."""
    root = tmp_path_factory.mktemp("kinds")
    return {name: make(root / name) for name, (make, _) in KINDS.items()}


@pytest.fixture(params=sorted(KINDS))
def made(request: pytest.FixtureRequest, every: dict[str, Path]) -> Path:
    """One of them."""
    return every[request.param]


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(made, tmp_path / made.name))


def test_accepted_evidence_gives_a_theorem(folder: Path) -> None:
    files, tex = report(folder, folder.name)
    assert page_evidence(folder) == folder.name
    assert files.status is Status.PROVED
    assert says_accepted(tex)
    for fact in KINDS[folder.name][1]:
        assert fact in tex
    plain = tex.replace(r"\allowbreak{}", "")
    for path in folder.iterdir():
        if path.suffix in {".json", ".tm"}:
            assert hashlib.sha256(path.read_bytes()).hexdigest() in plain
    assert r"\section{What is not said}" in tex
    assert "python3 -I -S verify/" in tex
    assert plain.count("sha256 of \\texttt{checker.py}") == 1
    assert files.pdf is None
    assert "there is no no-such-pdflatex" in files.message


WORSE: dict[str, Callable[[dict[str, Any]], object]] = {
    "invariant.json": lambda top: top["dependent"].update(bias=["1"] * 4),
    "simulation.json": lambda top: top["proofs"].__setitem__(5, [["0", []]]),
    "unrolling.json": lambda top: top.update(steps=3),
    "agnostic.json": lambda top: top.update(largest=0),
    "attention.json": lambda top: top["groups"][0].update(right=[]),
    "transformer.json": lambda top: top["left"].update(sha256="0" * 64),
    "approximation.json": lambda top: top.update(epsilon="1/257"),
}


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    changed_file(folder / folder.name, change)


def changed_file(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    top = json.loads(path.read_bytes())
    change(top)
    path.write_text(json.dumps(top, sort_keys=True, separators=(",", ":")) + "\n")


def test_rejected_evidence_gives_no_theorem(folder: Path) -> None:
    changed(folder, WORSE[folder.name])
    files, tex = report(folder, folder.name)
    assert files.status is Status.OPEN
    assert not says_accepted(tex)
    assert r"\begin{claim*}" in tex or "cannot be read" in tex
    assert "& rejected &" in tex or "& malformed &" in tex


@pytest.mark.parametrize("content", [b"[]", b"{}", b"\xff"])
def test_malformed_evidence_gets_a_report_that_says_so(folder: Path, content: bytes) -> None:
    (folder / folder.name).write_bytes(content)
    files, tex = report(folder, folder.name)
    assert files.status is Status.OPEN
    assert "Evidence that cannot be read" in tex
    assert "& malformed &" in tex
    assert not says_accepted(tex)


def test_another_file_beside_it_gives_no_theorem(folder: Path) -> None:
    path = next(p for p in sorted(folder.iterdir()) if p.name != folder.name)
    path.write_bytes(path.read_bytes() + b"\n")
    files, tex = report(folder, folder.name)
    assert files.status is Status.OPEN
    assert not says_accepted(tex)


def test_a_file_that_is_missing_gives_no_theorem(folder: Path) -> None:
    next(p for p in sorted(folder.iterdir()) if p.name != folder.name).unlink()
    files, tex = report(folder, folder.name)
    assert files.status is Status.OPEN
    assert not says_accepted(tex)


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("print('trust me')", "failed"),
        ("print('rejected: no'); raise SystemExit(1)", "rejected"),
        ("raise SystemExit(7)", "failed"),
        ("import os; os.abort()", "failed"),
        ("print(1", "failed"),
    ],
)
def test_status_and_line_of_the_checker_count(tmp_path: Path, program: str, answer: str) -> None:
    folder = KINDS["approximation.json"][0](tmp_path / "approximation.json")
    stub = tmp_path / "stub.py"
    stub.write_text(program)
    files, tex = report(folder, folder.name, checker=stub)
    assert files.status is Status.OPEN
    assert f"({answer})" in tex
    assert not says_accepted(tex)


def copied(every: dict[str, Path], name: str, tmp_path: Path) -> Path:
    shutil.rmtree(tmp_path / name, ignore_errors=True)
    return Path(shutil.copytree(every[name], tmp_path / name))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    name=st.sampled_from(sorted(KINDS)),
    where=st.integers(0, 100_000),
    what=st.sampled_from([b"", b"0", b"1", b"-", b'"', b"]", b"x", b" "]),
)
def test_no_report_is_a_theorem_unless_the_checker_accepts(
    every: dict[str, Path], tmp_path: Path, name: str, where: int, what: bytes
) -> None:
    folder = copied(every, name, tmp_path)
    data = (folder / name).read_bytes()
    where %= len(data)
    (folder / name).write_bytes(data[:where] + what + data[where + 1 :])
    files, tex = report(folder, name)
    assert (files.status is Status.PROVED) == (r"\begin{theorem*}" in tex)
    if files.status is Status.OPEN:
        assert not says_accepted(tex)


JUNK: list[Json] = [
    None, True, 0, -1, 10**30, "", "x", "1/2", "1/0", "..", "\\input{x}", "a" * 5000,
    [], {}, [[]], ["0", "1", "2"], [["+"], "x"], {"file": "left.json"},
]  # fmt: skip


def spoilt(value: Json, where: list[int], junk: Json) -> Json:
    """The value with junk somewhere in it."""
    if not where or not isinstance(value, dict | list) or not value:
        return junk
    first, *rest = where
    if isinstance(value, dict):
        key = sorted(value)[first % len(value)]
        return {**value, key: spoilt(value[key], rest, junk)}
    index = first % len(value)
    return [*value[:index], spoilt(value[index], rest, junk), *value[index + 1 :]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    name=st.sampled_from(sorted(KINDS)),
    is_beside=st.booleans(),
    where=st.lists(st.integers(0, 20), max_size=6),
    junk=st.sampled_from(JUNK),
)
def test_nothing_in_a_file_breaks_its_report(
    every: dict[str, Path], tmp_path: Path, name: str, is_beside: bool, where: list[int], junk: Json
) -> None:
    folder, stub = copied(every, name, tmp_path), tmp_path / "stub.py"
    stub.write_text("raise SystemExit(1)")
    beside = sorted(path for path in folder.glob("*.json") if path.name != name)
    path = beside[0] if is_beside and beside else folder / name
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(json.dumps(spoilt(json.loads(path.read_bytes()), where, junk)))
    evidence = folder / name  # names the file by its new digest, so that it is read
    new = hashlib.sha256(path.read_bytes()).hexdigest()
    evidence.write_bytes(evidence.read_bytes().replace(old.encode(), new.encode()))
    files, tex = report(folder, name, checker=stub)
    assert files.status is Status.OPEN
    assert "\\input{x" not in tex
    assert not says_accepted(tex)


def test_a_missing_checker_is_an_error(tmp_path: Path) -> None:
    folder = KINDS["approximation.json"][0](tmp_path / "approximation.json")
    with pytest.raises(InputError, match="cannot be read"):
        report(folder, folder.name, checker=tmp_path / "none.py")


def test_a_checker_is_told_with_all_files_that_it_reads(tmp_path: Path) -> None:
    checker = Path(__file__).resolve().parents[1] / "verify" / "invariant_checker.py"
    check = asked(checker, tmp_path / "none.json")
    names = [part.name for part in check.parts]
    assert names[0] == "invariant_checker.py"
    assert {"checker.py", "recurrent_claims.py", "zonotope_checker.py"} <= set(names)
    assert len(names) == len(set(names))


def test_files_of_a_checker_however_they_are_imported(tmp_path: Path) -> None:
    sources = {
        "checker.py": "from verify import second\nimport verify.third\nimport os\n",
        "second.py": "from verify.fourth import a, b\nfrom verify.absent import c\n",
        "third.py": "",
        "fourth.py": "from verify.second import d\n",
    }
    for name, source in sources.items():
        (tmp_path / name).write_text(source)
    check = asked(tmp_path / "checker.py")
    assert [part.name for part in check.parts] == list(sources)
    assert [part.lines for part in check.parts] == [3, 2, 0, 1]


def test_a_sequence_that_tells(tmp_path: Path) -> None:
    sides = recurrent("delays.json"), recurrent("delays_changed.json")
    folder = run(tmp_path, "prove", *sides, "--domain", "box:-1,1")
    files, tex = report(folder, "sequence.json")
    assert files.status is Status.REFUTED
    assert r"\begin{proposition*}" in tex
    assert r"\tfrac{1}{8}$ of $r$ and $\tfrac{25}{198}$" in tex
    assert not says_accepted(tex)
    path = folder / "sequence.json"
    path.write_text(path.read_text().replace("25/198", "25/199"))
    files, tex = report(folder, "sequence.json")
    assert files.status is Status.OPEN
    assert "does not confirm the counterexample" in tex
    path.write_text("{}")
    files, tex = report(folder, "sequence.json")
    assert files.status is Status.OPEN
    assert "cannot be read" in tex


def test_a_tape_on_which_a_network_deviates(tmp_path: Path) -> None:
    machines = EXAMPLES / "machines"
    sides = machines / "busy_beaver_3.tm", machines / "wrong_busy_beaver_3.json"
    folder = run(tmp_path, "prove", *map(str, sides))
    files, tex = report(folder, "tape.json")
    assert files.status is Status.REFUTED
    assert r"it is & \tfrac{3}{4}" in tex
    assert not says_accepted(tex)
    path = folder / "tape.json"
    path.write_text(path.read_text().replace('"state":"B"', '"state":"H"'))
    files, tex = report(folder, "tape.json")
    assert files.status is Status.OPEN
    assert not says_accepted(tex)


def test_a_wavefront_and_linear_attention_have_words_of_their_own(tmp_path: Path) -> None:
    source = str(EXAMPLES / "diabetes_2-8-8-1.onnx")
    files, tex = report(run(tmp_path / "w", "transform", "wavefront", source), "unrolling.json")
    assert files.status is Status.PROVED
    assert "from every state at time $0$" in tex
    layer = json.loads((EXAMPLES / "attention" / "layer.json").read_bytes())
    path = tmp_path / "layer.json"
    for name, words in (("linear", "For linear attention"), ("relu", "times those factors")):
        path.write_text(json.dumps({**layer, "kind": name}))
        folder = run(tmp_path / name, "attention", str(path), str(path))
        files, tex = report(folder, "attention.json")
        assert files.status is Status.PROVED
        assert words in tex


def wild_folder(folder: Path) -> Path:
    """A machine with names that TeX would read."""
    lines = [f"states {' '.join(NASTY)}", "symbols \\_ $%", f"{NASTY[0]} \\_ -> {NASTY[2]} $% R"]
    machine = TuringMachine(NASTY, ("\\_", "$%"), {(0, 0): Rule(2, 1, "R")})
    found = decided_simulation(turing_network(machine), "\n".join(lines).encode())
    assert isinstance(found, Simulates)
    folder.mkdir()
    for name, content in found.files.items():
        (folder / name).write_bytes(content)
    return folder


def test_names_of_a_machine_are_text(tmp_path: Path) -> None:
    files, tex = report(wild_folder(tmp_path / "out"), "simulation.json")
    assert files.status is Status.PROVED
    assert "\\input{" not in tex
    assert tex.count(r"\end{document}") == 1
    assert r"\textbackslash{}\_" in tex


@needs_tex
@pytest.mark.slow
def test_hostile_names_are_typeset(tmp_path: Path) -> None:
    files = write_page_report(wild_folder(tmp_path / "machine"), "simulation.json")
    assert files.message == ""
    assert files.pdf is not None
    assert files.pdf.read_bytes().startswith(b"%PDF")


@needs_tex
@pytest.mark.slow
def test_graphs_and_all_theorems_are_typeset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = approximated(tmp_path, "sin(3*x)+x/5", "0,2", "1/10")

    def quoting(file: EvidenceFile) -> Page:
        return replace(approximation_page(file), theorems=tuple(QUOTED))

    monkeypatch.setattr(kind, "PAGES", {"approximation.json": quoting})
    files = write_page_report(folder, "approximation.json")
    assert files.message == ""
    assert files.pdf is not None


def test_an_approximation_of_an_unknown_kind_is_shown_as_it_stands(tmp_path: Path) -> None:
    folder = approximated(tmp_path / "approximation.json", "x**2", "0,1", "1/4")
    extra = {"simplices": [["0", "1"]], "note": "}\\input{x}"}
    changed(folder, lambda top: top.update(extra, format="relucert-other"))
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.OPEN
    assert "simplices" in tex
    assert "f(x)=" not in tex
    assert "\\input{" not in tex
    assert not says_accepted(tex)


@pytest.mark.parametrize(
    ("target", "domain", "formula"),
    [
        ("1/(1 + x**2)", "-1,1", r"\frac{1}{x^{2}+\allowbreak 1}"),
        ("exp(x/2) - 2*sin(3*x + 1)", "0,1", r"\exp(\tfrac{1}{2}\,x)-2\,\sin(3\,x"),
        ("x/3 - 1", "2,2", r"f(x)=\frac{x-\allowbreak 3}{3}"),
        ("5", "0,1", "f(x)=5"),
    ],
)
def test_targets_are_printed_as_formulas(
    tmp_path: Path, target: str, domain: str, formula: str
) -> None:
    files, tex = report(approximated(tmp_path, target, domain, "1/10"), "approximation.json")
    assert files.status is Status.PROVED
    assert formula in tex


@pytest.mark.parametrize(
    ("tree", "formula"),
    [
        (["/", "1", ["+", "1", ["^", "x", 2]]], r"\frac{1}{1+x^{2}}"),
        (
            ["*", ["sqrt", ["+", "x", "1"]], ["^", ["abs", "x"], 2]],
            r"\sqrt{x+1}\,\left|x\right|^{2}",
        ),
        (["+", "x", ["*", "-1", ["*", "x", "1/2"]]], r"x-\tfrac{1}{2}\,x"),
        (["+", "2", ["*", "-1", ["+", "x", "1"], "3"]], r"2-3\,\left(x+1\right)"),
        (["^", ["^", "x", 2], 3], r"\left(x^{2}\right)^{3}"),
        (["*", "2", "1/2"], "1"),
        (["max", ["exp", "x"], "0"], r"\max\left(\exp\left(x\right),\,0\right)"),
    ],
)
def test_trees_are_printed_as_formulas(tree: Json, formula: str) -> None:
    require_tree(tree)
    assert tree_formula(tree) == formula


@pytest.mark.parametrize(
    "tree",
    [[], ["+"], ["\\input", "x"], ["^", "x", "2"], ["^", "x"], "y", 1, None, ["+", "x", ["?", "x"]],
     ["+", *["x"] * 500], "\\end{document}", ["/", "x"], ["/", "x", "2", "3"], ["+", "x"],
     ["sqrt", "x", "x"], ["^", "x", 201]],
)  # fmt: skip
def test_what_is_no_tree_is_not_printed(tree: Json) -> None:
    with pytest.raises(FormatError):
        require_tree(tree)


@given(st.fractions(-3, 3, max_denominator=8))
def test_values_of_trees_are_exact_where_operations_are(x: Fraction) -> None:
    tree: Json = [
        "+",
        ["*", "x", "x", "-1/2"],
        ["/", ["abs", "x"], "3"],
        ["min", "x", "0"],
        ["^", "x", 3],
    ]
    assert not is_rounded(tree)
    assert tree_value(tree, x) == -x * x / 2 + abs(x) / 3 + min(x, Fraction(0)) + x**3
    assert is_rounded(["+", "x", ["sqrt", "x"]])
    assert tree_value(["sqrt", "4"], x) == 2
    zero: Json = ["*", "0", "x"]
    undefined: list[Json] = [["/", "1", zero], ["log", zero], ["exp", "100000"]]
    for bad in undefined:
        with pytest.raises(DomainError):
            tree_value(bad, x)


def test_a_tree_its_witnesses_and_a_step_function(tmp_path: Path) -> None:
    words = ("sqrt(abs(x)) - x/3", "--domain", "box:-1,1", "--epsilon", "1/4")
    for method, facts in (
        ("interpolant", (r"\sqrt{\left|x\right|}-\tfrac{1}{3}\,x", "{T58}", "drawn from rounded")),
        (
            "step",
            ("A step function near a function", "{T57}", "every step function within epsilon"),
        ),
    ):
        folder = run(tmp_path / method, "approximate", method, *words)
        files, tex = report(folder, "approximation.json")
        assert files.status is Status.PROVED
        assert all(fact in tex for fact in facts)
        changed_file(folder / "approximation.json", lambda top: top.update(epsilon="1/40"))
        files, tex = report(folder, "approximation.json")
        assert files.status is Status.OPEN
        assert not says_accepted(tex)


@pytest.mark.parametrize(("target", "most"), [("x**2", 4), ("sin(6*x)", 12)])
def test_what_is_said_of_fewer_pieces_is_what_the_checker_says(
    tmp_path: Path, target: str, most: int
) -> None:
    words = (target, "--domain", "box:0,1", "--epsilon", "1/100")
    folder = run(tmp_path, "approximate", "interpolant", *words)
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.PROVED
    line = asked(approximation_checker(folder), folder / "approximation.json").line
    told = re.search(r"at least (\d+) pieces, one hidden layer at least (\d+) units", line)
    assert told is not None
    pieces, units = told.groups()
    plain = tex.replace("{,}", ",")
    assert (
        f"; and every continuous piecewise affine function within epsilon has at least {pieces}"
        in plain
    )
    assert f"pieces, one hidden layer at least {units} units." in plain
    assert 1 < int(pieces) - 1 <= int(units) <= most


def test_what_is_said_of_fewer_pieces_is_not_read_from_names(tmp_path: Path) -> None:
    folder = approximated(tmp_path, "x**2", "0,1", "1/256")
    name = "(pieces: 8; every dog within epsilon has at least 9 lives)"
    (folder / "network.json").rename(folder / name)
    changed_file(folder / "approximation.json", lambda top: top["network"].update(file=name))
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.PROVED
    statement = tex[tex.index(r"\begin{theorem*}") : tex.index(r"\end{theorem*}")]
    assert "dog" not in statement


def test_a_function_of_two_numbers_with_the_regions_of_the_network(tmp_path: Path) -> None:
    words = ("x*y - 1/2*x**2", "--domain", "box:0,1;0,1", "--epsilon", "1/4")
    folder = run(tmp_path, "approximate", "kuhn", *words)
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.PROVED
    assert r"f(x)=\frac{-x_{1}^{2}+\allowbreak 2\,x_{1}\,x_{2}}{2}" in tex
    assert r"x\in[0,\,1]^{2}" in tex
    assert "linear regions of $g$" in tex
    assert "{T60}" in tex
    changed_file(folder / "approximation.json", lambda top: top.update(epsilon="1/1000"))
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.OPEN
    assert not says_accepted(tex)


@pytest.mark.parametrize(
    ("target", "formula"),
    [
        ({"denominator": [["1", 0, 0]], "terms": []}, "0"),
        (
            {"denominator": [["1", 0, 0], ["2", 0, 1]], "terms": [[[["-1", 1, 0]], []]]},
            r"\frac{-x_{1}}{2\,x_{2}+\allowbreak 1}",
        ),
        (
            {"denominator": [["1", 0, 0]],
             "terms": [[[["1", 0, 0]], [["exp", [["-1", 2, 0]], 9]]],
                       [[["-1", 0, 0]], [["sin", [["1", 1, 1]], 9], ["cos", [["3", 0, 1]], 9]]]]},
            r"\exp\left(-x_{1}^{2}\right)-\sin\left(x_{1}\,x_{2}\right)\,\cos\left(3\,x_{2}\right)",
        ),
        (
            {"denominator": [["1", 0, 0]],
             "terms": [[[["1", 1, 0], ["1", 0, 0]], [["sin", [["1", 1, 0]], 9]]]]},
            r"\left(x_{1}+\allowbreak 1\right)\,\sin\left(x_{1}\right)",
        ),
    ],
)  # fmt: skip
def test_functions_on_boxes_are_printed_as_formulas(target: Json, formula: str) -> None:
    assert box_formula(target, 2)[0] == formula


@pytest.mark.parametrize(
    "target",
    [{}, {"denominator": [["1", 0]], "terms": []}, {"denominator": [["1", 0, 0]], "terms": [[]]},
     {"denominator": [["1", 0, 0]], "terms": [[[], [["\\input", [], 1]]]]}],
)  # fmt: skip
def test_what_is_no_function_on_a_box_is_not_printed(target: Json) -> None:
    with pytest.raises(FormatError):
        box_formula(target, 2)


def with_weights(folder: Path, rules: list[LayerRule], scale: int = 1) -> Path:
    """A folder with weights.json, which compares its network with a scaled or equal one."""
    approximated(folder, "x**2", "0,1", "1/256")
    network = parse_network((folder / "network.json").read_bytes(), "network.json")
    *layers, last = network.layers
    rows = tuple(tuple((column, weight / scale) for column, weight in row) for row in last.rows)
    first = Network((*layers, Affine(last.inputs, rows, last.bias)))
    for name, content in permuted_files(first, network, rules).items():
        (folder / name).write_bytes(content)
    return folder


def test_weights_beside_an_approximation(tmp_path: Path) -> None:
    rules = [LayerRule(), LayerRule(True, True, Fraction(7))]
    folder = with_weights(tmp_path / "right", rules, 7)
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.PROVED
    assert "each row in an order of its own & 7 & free" in tex
    assert "up to the factors and orders" in tex
    plain = tex.replace(r"\allowbreak{}", "")
    for name in ("initial.json", "weights.json"):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in plain
    assert "weights\\_checker.py weights.json" in plain.replace("{", "").replace("}", "")


def test_weights_that_are_not_as_said_give_no_theorem(tmp_path: Path) -> None:
    folder = with_weights(tmp_path / "wrong", [LayerRule(), LayerRule()], 7)
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.OPEN
    assert "which lies beside it (rejected)" in tex
    assert not says_accepted(tex)
    (folder / "weights.json").write_text("{}")
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.OPEN
    assert not says_accepted(tex)
    other = with_weights(tmp_path / "other", [LayerRule(), LayerRule()])
    shutil.copy(other / "network.json", other / "second.json")
    changed_file(other / "weights.json", lambda top: top["networks"][1].update(file="second.json"))
    files, tex = report(other, "approximation.json")
    assert files.status is Status.OPEN
    assert not says_accepted(tex)


def test_weights_beside_an_ordinary_claim(tmp_path: Path) -> None:
    network = Network((Affine.dense([[1], [-1]], [1, 0]), Affine.dense([[1, 2]], [0])))
    path = tmp_path / "network.json"
    path.write_text(network_text(network))
    folder = run(tmp_path / "out", "prove", str(path), str(path), "--domain", "box:-1,1")
    for name, content in biases_files(network, network, "right.json").items():
        (folder / name).write_bytes(content)
    files = write_report(folder, pdflatex=NO_TEX)
    tex = files.tex.read_text(encoding="ascii")
    assert files.status is Status.PROVED
    assert "biases alone were chosen" in tex
    changed_file(folder / "weights.json", lambda top: top.update(rule="none"))
    files = write_report(folder, pdflatex=NO_TEX)
    tex = files.tex.read_text(encoding="ascii")
    assert files.status is Status.OPEN
    assert "weights.json} (malformed)" in tex
    assert not says_accepted(tex)


def test_a_horizon_and_the_weights_of_a_random_network(tmp_path: Path) -> None:
    settings_ = ("--set", "seed=1", "--set", "steps=2", "--set", "planted=1")
    words = (recurrent("delays.json"), "--domain", "box:0,1", "--epsilon", "1/2", *settings_)
    folder = run(tmp_path, "approximate", "recurrence", *words)
    files, tex = report(folder, "horizon.json")
    assert files.status is Status.PROVED
    assert "at every time $1,\\dots,2$" in tex
    assert "all weights of $r_0$" in tex
    assert page_evidence(folder) == "horizon.json"  # the invariant knows nothing of the target
    files, tex = report(folder, "invariant.json")
    assert files.status is Status.PROVED
    assert r"Of \texttt{horizon.json} its checker said" in tex
    changed_file(folder / "horizon.json", lambda top: top.update(initial=top["left"]))
    for name in ("horizon.json", "invariant.json"):
        files, tex = report(folder, name)
        assert files.status is Status.OPEN
        assert not says_accepted(tex)


def test_tokens_that_tell_two_blocks_apart(tmp_path: Path) -> None:
    names = ("pre_norm.onnx", "pre_norm_changed.onnx")
    sides = [str(EXAMPLES / "transformers" / name) for name in names]
    folder = run(tmp_path, "attention", *sides)
    files, tex = report(folder, "tokens.json")
    assert files.status is Status.REFUTED
    assert r"\begin{proposition*}" in tex
    assert r"\begin{theorem*}" not in tex
    changed_file(folder / "tokens.json", lambda top: top.update(right=top["left"]))
    files, tex = report(folder, "tokens.json")
    assert files.status is Status.OPEN
    assert not says_accepted(tex)


def test_inequalities_of_an_invariant_are_printed(tmp_path: Path) -> None:
    rows = [[0, 0, 0, 1], [0, 0, 0, 1], [-1, 1, 0, 0]]  # relu(x), relu(x - 1), and relu(b - a)
    silent = RecurrentNetwork(
        Affine.dense(rows, [Fraction(v) for v in (0, -1, 0)]),
        Affine.dense([[0, 0, 1]], [Fraction(0)]),
        (Fraction(0),) * 3,
    )
    nothing = RecurrentNetwork(Affine(1, (), ()), Affine(0, ((),), (Fraction(0),)), ())
    found = compared_forever(silent, nothing, Polytope(1, (((Fraction(-1),), Fraction(1)),)))
    assert isinstance(found, AlwaysEqual)
    for name, content in found.files.items():
        (tmp_path / name).write_bytes(content)
    files, tex = report(tmp_path, "invariant.json")
    assert files.status is Status.PROVED
    assert r"\le 0" in tex
    assert "inequalities later" in tex.replace(r"\allowbreak{}", "")
    assert r"-x_{1}\le 1" in tex
    assert "{T56}" in tex


def test_a_pole_leaves_out_the_graph(tmp_path: Path) -> None:
    folder = approximated(tmp_path / "approximation.json", "x", "-1,1", "1/4")
    changed(folder, lambda top: top["target"].update(denominator=["0", "1"]))
    files, tex = report(folder, "approximation.json")
    assert files.status is Status.OPEN
    assert "There is no graph" in tex


numbers = st.fractions(-3, 3, max_denominator=6)


@given(st.lists(st.tuples(numbers, numbers, numbers), max_size=4), numbers, numbers)
def test_pieces_are_the_network(
    units: list[tuple[Fraction, Fraction, Fraction]], slope: Fraction, constant: Fraction
) -> None:
    first = Affine.dense([[weight] for weight, _, _ in units] + [[slope]],
                         [bias for _, bias, _ in units] + [4 * abs(slope)], 1)  # fmt: skip
    outer = [factor for _, _, factor in units] + [Fraction(1)]
    network = Network((first, Affine.dense([outer], [constant], len(outer))))
    found = line_pieces(network, Fraction(-1), Fraction(2))
    assert [found[0].start, found[-1].end] == [-1, 2]
    for piece in found:
        for share in (0, 1, 2, 3):
            x = piece.start + (piece.end - piece.start) * Fraction(share, 3)
            assert (piece(x),) == network((x,))
    pairs = list(pairwise(found))
    assert all(
        a.end == b.start and (a.slope, a.constant) != (b.slope, b.constant) for a, b in pairs
    )


def test_a_graph_places_its_points_exactly() -> None:
    line = [(Fraction(0), Fraction(0)), (Fraction(1), Fraction(8))]
    tikz = graph_tikz(Graph((Curve(line, "red"),), Fraction(10), marks=(Fraction(8),)))
    # the window is an eighth higher than the line: half a unit below and above
    assert "(0.0000,0.5556) -- (12.0000,9.4444)" in tikz
    assert "{$8$}" in tikz
    flat = [(Fraction(0), Fraction(3)), (Fraction(1), Fraction(3))]
    assert "(0.0000,5.0000) -- (12.0000,5.0000)" in graph_tikz(
        Graph((Curve(flat, "red"),), Fraction(10))
    )


def test_a_target_at_a_point_of_the_graph_is_exact() -> None:
    target = Target((Fraction(0), Fraction(0), Fraction(1)))
    assert target(Fraction(1, 3)) == Fraction(1, 9)


def test_a_kind_without_a_page_of_its_own_is_shown_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = KINDS["agnostic.json"][0](tmp_path)
    monkeypatch.setattr(kind, "PAGES", {})
    files, tex = report(folder, "agnostic.json")
    assert files.status is Status.PROVED
    assert "This report knows no formulas" in tex
    assert "what the checker's line" in tex
    assert "left.json" in tex


def test_the_command_writes_the_page(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    folder = Path(shutil.copytree(made, tmp_path / "out"))
    monkeypatch.setenv("PATH", "")
    assert main(["report", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "claim: proved" in told
    assert "no PDF: there is no pdflatex" in told
