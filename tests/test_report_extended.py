"""Reports on claims about extended-real weights: their own checker decides, and no other."""

import json
import shutil
from functools import cache
from pathlib import Path

import pytest

from tests.test_report import NASTIER, NASTY, NO_TEX, needs_tex, pdf_text
from theory.domain import Box
from theory.forms.three_hidden import three_hidden_form
from theory.network import Affine, Network
from verify.claim import NamedNetwork
from verify.errors import InputError
from verify.extended_claim import ExtendedClaim, NamedExtendedNetwork
from verify.prove.cells.extended import prove_extended
from verify.report.judgement import CHECKER, Status
from verify.report.pdf import typeset
from verify.report.report import write_extended_report, write_report

PROVED = (r"\begin{theorem*}", "Then $f(x)=g(x)$", "and an equal one", "Who accepts the theorem")


@cache
def files_of(left_name: str, right_name: str) -> dict[str, bytes]:
    """A claim about the extended form of relu(x1 - relu(x2)), its networks and certificate."""
    network = Network(
        (
            Affine.dense([[1, 0], [0, 1]], [1, 0]),
            Affine.dense([[1, -1]], [-1]),
            Affine.dense([[1]], [0]),
        )
    )
    form = three_hidden_form(network, Box.cube(2, -1, 1))
    right = NamedExtendedNetwork.of(right_name, form.network)
    claim = ExtendedClaim(NamedNetwork.of(left_name, network), right, Box.cube(2, -1, 1))
    proof = prove_extended(claim, None)
    run = {"form": "three-hidden", "theorem": "T22", "reason": right_name}
    notes = json.dumps(run).encode("ascii")
    return {**claim.files, "certificate.json": proof.certificate.data, "run.json": notes}


def written(folder: Path, left: str = "net.onnx", right: str = "three-hidden form") -> Path:
    for name, content in files_of(left, right).items():
        (folder / name).write_bytes(content)
    return folder


def says_proved(tex: str) -> bool:
    return any(sign in tex for sign in PROVED)


def test_an_accepted_extended_claim_is_a_theorem_of_its_own_checker(tmp_path: Path) -> None:
    files = write_extended_report(written(tmp_path), pdflatex=NO_TEX)
    tex = files.tex.read_text()
    assert files.status is Status.PROVED
    assert all(sign in tex for sign in PROVED)
    assert "extended\\_checker.py} (" in tex.replace(r"\allowbreak{}", "")
    assert "not a certificate that \\texttt{verify/checker.py} reads" in tex
    assert "{T22}" in tex
    assert "infinite weights, while $g$ has rational ones" not in tex


def test_the_ordinary_checker_accepts_no_extended_claim(tmp_path: Path) -> None:
    files = write_extended_report(written(tmp_path), checker=CHECKER, pdflatex=NO_TEX)
    assert files.status is Status.OPEN
    assert not says_proved(files.tex.read_text())


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("certificate.json", '"regions":[[', '"regions":[[["=",[]],', "did not accept"),
        ("certificate.json", '"regions"', '"region"', "(malformed)"),
        ("right.json", '"-1"', '"-2"', "is not the one that the claim names"),
        ("left.json", '"1"', '"2"', "is not the one that the claim names"),
    ],
)
def test_what_is_changed_is_not_proved(
    tmp_path: Path, file: str, old: str, new: str, reason: str
) -> None:
    path = written(tmp_path) / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    files = write_extended_report(tmp_path, pdflatex=NO_TEX)
    tex = files.tex.read_text()
    assert files.status is Status.OPEN
    assert not says_proved(tex)
    assert reason in tex


def test_claims_of_both_kinds_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a claim about extended-real weights"):
        write_report(written(tmp_path), pdflatex=NO_TEX)
    path = tmp_path / "claim.json"
    path.write_text(path.read_text().replace("relucert-extended-claim", "relucert-claim"))
    with pytest.raises(InputError, match="relucert-extended-claim"):
        write_extended_report(tmp_path, pdflatex=NO_TEX)
    with pytest.raises(InputError, match=r"right\.json"):
        write_report(tmp_path, pdflatex=NO_TEX)
    assert not (tmp_path / "report.tex").exists()


def test_without_a_certificate_nothing_is_proved(tmp_path: Path) -> None:
    (written(tmp_path) / "certificate.json").unlink()
    files = write_extended_report(tmp_path, pdflatex=NO_TEX)
    assert files.status is Status.OPEN
    assert "The folder holds no certificate" in files.tex.read_text()
    assert not says_proved(files.tex.read_text())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"exact"', '"eps=1"', "relation"),
        ('["-1","1"],', "", "1"),
        ('"file":"left.json"', '"file":"right.json"', "keys|format"),
    ],
)
def test_a_malformed_extended_claim_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    path = written(tmp_path) / "claim.json"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=reason):
        write_extended_report(tmp_path, pdflatex=NO_TEX)


@needs_tex
@pytest.mark.parametrize("is_proved", [True, False])
def test_an_extended_report_is_typeset_with_any_names(tmp_path: Path, is_proved: bool) -> None:
    folder = written(tmp_path, NASTY, NASTIER)
    if not is_proved:
        (folder / "certificate.json").unlink()
    made = typeset(write_extended_report(folder, pdflatex=NO_TEX).tex.read_text())
    assert made.message == ""
    assert made.pdf is not None
    assert "Overfull" not in made.log
    if shutil.which("pdftotext") is not None:
        (tmp_path / "made.pdf").write_bytes(made.pdf)
        shown = pdf_text(tmp_path / "made.pdf")
        assert NASTY in shown
        assert "root:" not in shown
