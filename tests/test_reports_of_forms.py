"""Every form that `relucert transform --list` names: where it applies, and its report in LaTeX."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tests.test_report import NO_TEX, needs_tex
from theory.domain import Polytope
from theory.forms.max_tree import maximum_network
from verify.cli import main
from verify.cli.transform import FORMS
from verify.formats.domain_file import domain_value
from verify.formats.network_json import network_text
from verify.report.pdf import typeset
from verify.report.report import write_extended_report, write_report
from verify.report.theorems import named_theorem

BOX = ("--domain", "box:-1,1")
APPROXIMATIONS = {"global-linear"}


@pytest.fixture(scope="module")
def maximum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """max(x1, x2), for which every form exists."""
    path = tmp_path_factory.mktemp("networks") / "maximum.json"
    path.write_text(network_text(maximum_network(2)), encoding="ascii")
    return path


@pytest.mark.parametrize("form", [entry.name for entry in FORMS])
def test_every_form_is_reported(form: str, maximum: Path, tmp_path: Path) -> None:
    is_equal = form not in APPROXIMATIONS
    words = ["transform", form, str(maximum), *BOX, "-q", "-o", str(tmp_path)]
    assert main(words) == (0 if is_equal else 1)
    write = write_extended_report if form == "three-hidden" else write_report
    tex = write(tmp_path, pdflatex=NO_TEX).tex.read_text(encoding="ascii")
    theorem = json.loads((tmp_path / "run.json").read_text())["theorem"]
    named = named_theorem(theorem)
    assert named is not None
    assert named.statement in tex
    assert ("Then $f(x)=g(x)$" in tex) == is_equal
    for symbol in ("f", "g"):
        assert rf"${symbol}" in tex
    weights = tex.partition(r"\section{Weights}")[2]
    assert weights.count(r"\subsection*{\raggedright Network $") == 2
    assert weights.count("Layer 1, hidden") == 2
    assert (r"\infty" in weights) == (form == "three-hidden")


@needs_tex
@pytest.mark.slow
def test_weights_with_infinities_are_typeset(maximum: Path, tmp_path: Path) -> None:
    assert main(["transform", "three-hidden", str(maximum), *BOX, "-q", "-o", str(tmp_path)]) == 0
    made = typeset(write_extended_report(tmp_path, pdflatex=NO_TEX).tex.read_text())
    assert made.message == ""
    assert "Overfull" not in made.log


def domains(folder: Path) -> Iterator[str]:
    """One domain of every kind, in the words of the command line."""
    sides = (((-1, 0), 0), ((0, -1), 0), ((1, 1), 1))
    halfspaces = tuple((tuple(map(Fraction, normal)), Fraction(end)) for normal, end in sides)
    triangle = folder / "triangle.json"
    triangle.write_text(json.dumps(domain_value(Polytope(2, halfspaces))))
    yield from ("all", "box:-1,1", "box:-1,1;1/2,1/2", str(triangle))


@pytest.mark.parametrize("form", [entry.name for entry in FORMS])
def test_every_form_takes_every_kind_of_domain(form: str, maximum: Path, tmp_path: Path) -> None:
    for domain in domains(tmp_path):
        status = main(["transform", form, str(maximum), "--domain", domain, "-q"])
        assert status == (1 if form in APPROXIMATIONS else 0), domain


def test_the_list_says_where_each_form_applies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", "--list", "--json"]) == 0
    forms = json.loads(capsys.readouterr().out)["forms"]
    assert set(forms) == {entry.name for entry in FORMS}
    for name, facts in forms.items():
        assert "R^n" in facts["domain"], name
        assert facts["theorem"].startswith("T"), name
