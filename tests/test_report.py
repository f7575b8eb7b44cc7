"""Reports on folders written by hand: what may be said, and that names stay names."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verify.errors import FormatError, InputError
from verify.report.document import Limits
from verify.report.evidence import read_evidence
from verify.report.judgement import Status, run_checker
from verify.report.pdf import first_error, typeset
from verify.report.report import write_report

# relu(x1 - relu(x1)), which is zero since x1 <= relu(x1), and the zero function.
LEFT = (
    '{"format":"relucert-network","inputs":2,"layers":['
    '{"bias":["0","1"],"rows":[[0,"1"],[0,"1"]]},'
    '{"bias":["-1"],"rows":[[0,"-1",1,"1"]]},'
    '{"bias":["0"],"rows":[[0,"3/7"]]}],"version":1}\n'
)
RIGHT = (
    '{"format":"relucert-network","inputs":2,"layers":[{"bias":["0"],"rows":[[]]}],"version":1}\n'
)
OTHER = RIGHT.replace('"bias":["0"]', '"bias":["1/3"]')
SQUARE = {"box": [["-1", "1"], ["-1", "1"]], "halfspaces": []}
PROOF: list[object] = [["S", 0], ["N", 2], ["="], ["N", 2], ["="]]
HOPELESS: list[object] = [["="]]
RUN: dict[str, object] = {
    "command": ["relucert", "prove", "left.onnx", "right.onnx"],
    "engine": "cells",
    "theorem": "T05",
    "form": "two-hidden",
    "construction": {"cells": 4, "widths": [2, 5, 3, 1]},
    "seconds": {"prove": 0.25},
    "summary": {},
    "second_opinion": {"solver": "z3", "answer": "unsat", "seconds": 1.5},
    "verdict": "equivalent",
    "reason": "",
}
NASTY = "a_b%$\\x"
NASTIER = "}\\end{document}\\input{/etc/passwd}^^M$$#&~<>|\"'`\u00e9\u4e2d\U0001f600\n\x00\t{"
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
NO_TEX = "no-such-pdflatex"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def claim_text(names: tuple[str, str], left: str, right: str, domain: object) -> str:
    sides = [
        {"file": f"{side}.json", "name": name, "sha256": digest(text)}
        for side, name, text in zip(("left", "right"), names, (left, right), strict=True)
    ]
    claim = {
        "domain": domain,
        "format": "relucert-claim",
        "left": sides[0],
        "relation": "exact",
        "right": sides[1],
        "version": 1,
    }
    return json.dumps(claim, sort_keys=True, separators=(",", ":")) + "\n"


def write_out(
    folder: Path,
    *,
    left: str = LEFT,
    right: str = RIGHT,
    domain: object = SQUARE,
    names: tuple[str, str] = ("left.onnx", "right.onnx"),
    steps: list[object] | None = None,
    point: dict[str, list[str]] | None = None,
    run: object = RUN,
) -> Path:
    """A folder OUT as `prove` leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    claim = claim_text(names, left, right, domain)
    texts = {"claim.json": claim, "left.json": left, "right.json": right}
    if run is not None:
        texts["run.json"] = json.dumps(run)
    if steps is not None:
        certificate = {
            "claim": digest(claim),
            "format": "relucert-certificate",
            "steps": steps,
            "version": 1,
        }
        texts["certificate.json"] = json.dumps(certificate)
    if point is not None:
        found = {"format": "relucert-counterexample", "version": 1, **point}
        texts["counterexample.json"] = json.dumps(found)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="ascii")
    return folder


def says_proved(tex: str) -> bool:
    """Whether anything in a report claims that the networks are equal."""
    signs = (r"\begin{theorem*}", "that are equal", "Verdict & proved", "proves the theorem")
    return any(sign in tex for sign in signs)


def pdf_text(path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("there is no pdftotext")
    shown = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    )
    return shown.stdout.decode()


def test_an_accepted_certificate_gives_a_theorem(tmp_path: Path) -> None:
    folder = write_out(tmp_path / "out", steps=PROOF)
    files = write_report(folder, pdflatex=NO_TEX)
    tex = files.tex.read_text(encoding="ascii")
    assert files.status is Status.PROVED
    assert says_proved(tex)
    assert r"D=[-1,\,1]^{2}" in tex
    assert "nothing is claimed" in tex.replace("\n", " ")
    assert "Theorem T05" in tex or "{T05}" in tex
    for name in ("left.json", "right.json", "claim.json"):
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert found in tex.replace(r"\allowbreak{}", "")
    assert r"\tfrac{3}{7}" in tex
    assert r"0^{+}" in tex
    assert "z3 & unsat & 1.50\\,s & second opinion" in tex


def test_without_tex_there_is_a_source_and_a_message(tmp_path: Path) -> None:
    files = write_report(write_out(tmp_path, steps=PROOF), pdflatex=NO_TEX)
    assert files.pdf is None
    assert files.tex.exists()
    assert "there is no no-such-pdflatex; Debian has it in texlive-latex-base" in files.message


@pytest.mark.parametrize(
    ("steps", "answer"),
    [(HOPELESS, "rejected"), ([["S", 0], ["="]], "rejected"), ([["?"]], "malformed")],
)
def test_a_rejected_certificate_gives_no_theorem(
    tmp_path: Path, steps: list[object], answer: str
) -> None:
    files = write_report(write_out(tmp_path, steps=steps), pdflatex=NO_TEX)
    tex = files.tex.read_text()
    assert files.status is Status.OPEN
    assert not says_proved(tex)
    assert f"({answer})" in tex
    assert r"\begin{claim*}" in tex


def mutated(text: bytes, where: int, what: bytes) -> bytes:
    where %= len(text)
    return text[:where] + what + text[where + 1 :]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    file=st.sampled_from(["claim.json", "left.json", "right.json", "certificate.json"]),
    where=st.integers(0, 10_000),
    what=st.sampled_from([b"", b"0", b"1", b"2", b"-", b"=", b'"', b"]", b"a", b" "]),
)
def test_no_report_says_proved_unless_the_checker_accepts(
    tmp_path: Path, file: str, where: int, what: bytes
) -> None:
    folder = write_out(tmp_path, steps=PROOF)
    (folder / "report.tex").unlink(missing_ok=True)
    path = folder / file
    path.write_bytes(mutated(path.read_bytes(), where, what))
    accepted = run_checker(folder).answer == "accepted"
    try:
        files = write_report(folder, pdflatex=NO_TEX)
    except InputError:
        assert not (folder / "report.tex").exists()
        return
    assert (files.status is Status.PROVED) == accepted
    assert says_proved(files.tex.read_text()) == accepted


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("import sys; print('accepted: trust me'); sys.exit(1)", "failed"),
        ("import sys; print('rejected: no'); sys.exit(0)", "failed"),
        ("import sys; print('rejected: no'); sys.exit(1)", "rejected"),
        ("import sys; print('malformed: no'); sys.exit(2)", "malformed"),
        ("import sys; sys.exit(7)", "failed"),
        ("raise SystemError", "failed"),
        ("import os; os.abort()", "failed"),
    ],
)
def test_status_and_line_of_the_checker_have_to_agree(
    tmp_path: Path, program: str, answer: str
) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text(program)
    files = write_report(write_out(tmp_path / "out", steps=PROOF), checker=stub, pdflatex=NO_TEX)
    assert files.status is Status.OPEN
    assert f"({answer})" in files.tex.read_text()
    assert not says_proved(files.tex.read_text())


def test_a_missing_checker_is_an_error(tmp_path: Path) -> None:
    folder = write_out(tmp_path, steps=PROOF)
    with pytest.raises(InputError, match="cannot be read"):
        write_report(folder, checker=tmp_path / "none.py", pdflatex=NO_TEX)


POINT = {"point": ["0", "1/2"], "left": ["0"], "right": ["1/3"]}


def test_a_confirmed_counterexample_is_shown(tmp_path: Path) -> None:
    files = write_report(write_out(tmp_path, right=OTHER, point=POINT), pdflatex=NO_TEX)
    tex = files.tex.read_text()
    assert files.status is Status.REFUTED
    assert not says_proved(tex)
    assert "that differ" in tex
    assert r"(0,\,\allowbreak \tfrac{1}{2})" in tex
    assert r"f_{1}(p)-g_{1}(p) & -\tfrac{1}{3}" in tex
    assert "{$p$}" in tex


@pytest.mark.parametrize(
    "change",
    [
        {"left": ["1"]},
        {"right": ["1/4"]},
        {"point": ["2", "0"]},
        {"point": ["0"]},
        {"point": []},
    ],
)
def test_an_unconfirmed_counterexample_decides_nothing(
    tmp_path: Path, change: dict[str, list[str]]
) -> None:
    folder = write_out(tmp_path, right=OTHER, point={**POINT, **change})
    files = write_report(folder, pdflatex=NO_TEX)
    assert files.status is Status.OPEN
    assert "does not confirm the counterexample" in files.tex.read_text()


def test_a_network_that_the_claim_does_not_name_decides_nothing(tmp_path: Path) -> None:
    folder = write_out(tmp_path, right=OTHER, point=POINT)
    (folder / "left.json").write_text(LEFT.replace("3/7", "3/8"))
    files = write_report(folder, pdflatex=NO_TEX)
    assert files.status is Status.OPEN
    assert "the claim names another file" in files.tex.read_text()


def test_an_undecided_claim_says_why(tmp_path: Path) -> None:
    run = {**RUN, "reason": "time ran out after 10 s", "verdict": "unknown"}
    files = write_report(write_out(tmp_path, run=run), pdflatex=NO_TEX)
    tex = files.tex.read_text()
    assert files.status is Status.OPEN
    assert "time ran out" in tex
    assert "neither a certificate nor a counterexample" in tex


def test_the_notes_of_a_run_decide_nothing_and_may_be_missing(tmp_path: Path) -> None:
    wrong: list[object] = [None, {}, {"command": 3, "seconds": {"a": "b"}, "construction": [1]}]
    for index, run in enumerate(wrong):
        folder = write_out(tmp_path / str(index), steps=PROOF, run=run)
        assert write_report(folder, pdflatex=NO_TEX).status is Status.PROVED
    folder = write_out(tmp_path / "lie", steps=HOPELESS)
    assert write_report(folder, pdflatex=NO_TEX).status is Status.OPEN


def test_long_lists_are_cut_and_say_so(tmp_path: Path) -> None:
    rows = ",".join(f'[0,"{index + 1}"]' for index in range(30))
    wide = (
        '{"format":"relucert-network","inputs":2,"layers":[{"bias":['
        + ",".join(['"0"'] * 30)
        + f'],"rows":[{rows}]}}],"version":1}}\n'
    )
    folder = write_out(tmp_path, left=wide, right=wide, steps=HOPELESS)
    limits = Limits(leaves=1, rows=4, regions=0, cells=0)
    tex = write_report(folder, limits=limits, pdflatex=NO_TEX).tex.read_text()
    assert r"and 26 further units in \texttt{left.json}" in tex
    assert "Affine maps" not in tex
    assert "tikzpicture" not in tex
    folder = write_out(tmp_path / "tree", steps=PROOF)
    tex = write_report(folder, limits=limits, pdflatex=NO_TEX).tex.read_text()
    assert "The first 1 of 2 leaves" in tex


@pytest.mark.parametrize(
    "domain",
    [
        {"box": [], "halfspaces": []},
        {"box": [], "halfspaces": [["1", "0", "1"], ["-1", "1/3", "1"]]},
        {"box": [], "halfspaces": [["1", "0", "0"], ["-1", "0", "0"]]},
        {"box": [["0", "0"], ["-1", "1/3"]], "halfspaces": []},
        {"box": [["0", "0"], ["1", "1"]], "halfspaces": []},
    ],
)
def test_every_domain_is_printed(tmp_path: Path, domain: object) -> None:
    files = write_report(write_out(tmp_path, domain=domain, steps=PROOF), pdflatex=NO_TEX)
    assert files.tex.exists()


@needs_tex
def test_names_from_files_neither_break_nor_inject(tmp_path: Path) -> None:
    run = {
        "command": [NASTIER, NASTY],
        "engine": NASTIER,
        "theorem": NASTIER,
        "form": NASTIER,
        "construction": {NASTIER: NASTIER, NASTY: [NASTY, {NASTY: NASTIER}]},
        "seconds": {NASTIER: 1},
        "second_opinion": {"solver": NASTIER, "answer": NASTIER, "seconds": None},
        "reason": NASTIER,
    }
    names = (NASTY, NASTIER)
    files = write_report(write_out(tmp_path, names=names, steps=PROOF, run=run))
    assert files.message == ""
    assert files.pdf is not None
    shown = pdf_text(files.pdf)
    assert NASTY in shown
    assert "root:" not in shown
    assert "accepted" in shown


@needs_tex
@pytest.mark.parametrize("kind", ["proved", "refuted", "open", "rejected"])
def test_every_kind_of_report_is_typeset_without_overfull_boxes(tmp_path: Path, kind: str) -> None:
    folder = {
        "proved": lambda: write_out(tmp_path, steps=PROOF, domain={"box": [], "halfspaces": []}),
        "refuted": lambda: write_out(tmp_path, right=OTHER, point=POINT),
        "open": lambda: write_out(tmp_path, run={**RUN, "reason": "no engine applies"}),
        "rejected": lambda: write_out(tmp_path, steps=HOPELESS),
    }[kind]()
    files = write_report(folder, pdflatex=NO_TEX)
    made = typeset(files.tex.read_text())
    assert made.message == ""
    assert made.pdf is not None
    assert made.pdf.startswith(b"%PDF")
    assert "Overfull" not in made.log
    assert "undefined" not in made.log
    assert "Missing character" not in made.log


@needs_tex
def test_latin_modern_is_not_needed(tmp_path: Path) -> None:
    folder = write_out(tmp_path, names=(NASTY, NASTIER), steps=PROOF)
    source = write_report(folder, pdflatex=NO_TEX).tex.read_text()
    assert source.count("lmodern.sty") == 1
    assert typeset(source.replace("lmodern.sty", "no-such-font.sty")).message == ""


@needs_tex
def test_an_old_pdf_does_not_outlive_its_report(tmp_path: Path) -> None:
    folder = write_out(tmp_path, steps=PROOF)
    assert write_report(folder).pdf == folder / "report.pdf"
    write_out(tmp_path, steps=HOPELESS)
    assert write_report(folder, pdflatex=NO_TEX).pdf is None
    assert not (folder / "report.pdf").exists()


@needs_tex
def test_a_source_gives_the_same_pdf_every_time(tmp_path: Path) -> None:
    source = write_report(write_out(tmp_path, steps=PROOF), pdflatex=NO_TEX).tex.read_text()
    assert typeset(source).pdf == typeset(source).pdf


@needs_tex
def test_the_first_error_of_tex_is_reported() -> None:
    made = typeset("\\documentclass{article}\n\\begin{document}\n\\nonsense\n\\end{document}\n")
    assert made.pdf is None
    assert made.message == r"pdflatex failed: Undefined control sequence. l.3 \nonsense"


@needs_tex
def test_tex_reads_no_file_from_elsewhere() -> None:
    source = "\\documentclass{article}\\begin{document}\\input{/etc/hostname}x\\end{document}"
    assert typeset(source).pdf is None


def test_a_log_without_errors_gives_no_reason() -> None:
    assert first_error("This is pdfTeX") == "it gave no reason"
    assert first_error("! Emergency stop.\n") == "Emergency stop."


def test_a_program_that_fails_is_no_error() -> None:
    assert typeset("", "false").message == "false failed: it gave no reason"


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("claim.json", '"exact"', '"eps=x"', "relation"),
        ("claim.json", "left.json", "../left.json", "plain file name"),
        ("claim.json", "left.json", "none.json", "cannot be read"),
        ("claim.json", '"box"', '"ball"', "expected an object"),
        ("claim.json", '["-1","1"],', "", "1"),
        ("claim.json", '["-1","1"],', '["1","-1"],', "empty"),
        ("claim.json", '["-1","1"],', '["1"],', "two ends of an interval"),
        ("claim.json", '"name":"left.onnx"', '"name":7', "expected a text"),
        ("left.json", "}", "", "not JSON"),
        ("run.json", "{", "", "not JSON"),
        ("counterexample.json", "point", "place", "keys"),
    ],
)
def test_a_malformed_folder_is_refused(
    tmp_path: Path, file: str, old: str, new: str, reason: str
) -> None:
    folder = write_out(tmp_path, right=OTHER, point=POINT)
    path = folder / file
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=reason):
        write_report(folder, pdflatex=NO_TEX)


def test_a_folder_without_a_claim_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"claim\.json: cannot be read"):
        write_report(tmp_path)
    (tmp_path / "claim.json").write_text("[]")
    with pytest.raises(FormatError, match="expected an object"):
        read_evidence(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    folder = write_out(tmp_path, steps=PROOF)
    (folder / "report.tex").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_report(folder, pdflatex=NO_TEX)
