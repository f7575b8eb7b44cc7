"""Reports on every relation: what is claimed, what was shown, and how it fails."""

import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden import cases
from tests.test_report import NASTIER, NASTY, NO_TEX, needs_tex, pdf_text
from theory.domain import Box
from theory.network import Affine, Network
from verify.checker import Claim as CheckerClaim
from verify.checker import Network as CheckerNetwork
from verify.claim import Claim, NamedNetwork
from verify.errors import InputError
from verify.prove.strategy import prove
from verify.relation import is_related, read_relation
from verify.report.judgement import Status
from verify.report.pdf import typeset
from verify.report.relation_view import relation_view
from verify.report.report import write_report
from verify.report.violation import violation_of
from verify.result import Run, write_result

RELATIONS = ("exact", "eps=1/20", "top1", "topk=2", "margin=1/50")
SIGNS = (r"\begin{theorem*}", "Verdict & proved", "proves the theorem", "Its leaves cover")
SQUARE = Box.cube(2, -1, 1)


def network_of(*bias: str) -> Network:
    """Three outputs: relu(x1), relu(x2), relu(x1 + x2), plus a bias."""
    hidden = Affine.dense([[1, 0], [0, 1], [1, 1]], [0, 0, 0])
    last = Affine.dense([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [Fraction(number) for number in bias])
    return Network((hidden, last))


ORIGINAL = network_of("0", "0", "0")
KEPT = {"exact": ("0", "0", "0"), "top1": ("1/3", "1/3", "1/3"), "topk=2": ("1/3", "1/3", "1/3"),
        "eps=1/20": ("1/25", "-1/20", "0"), "margin=1/50": ("1/100", "0", "0")}  # fmt: skip
CHANGED = {"exact": ("0", "1/7", "0"), "top1": ("0", "0", "-1/3"), "topk=2": ("5", "6", "0"),
           "eps=1/20": ("0", "3/7", "1/20"), "margin=1/50": ("0", "9", "0")}  # fmt: skip


def claim_of(relation: str, bias: tuple[str, ...], names: tuple[str, str]) -> Claim:
    left, right = (
        NamedNetwork.of(name, network)
        for name, network in zip(names, (ORIGINAL, network_of(*bias)), strict=True)
    )
    return Claim(left, right, SQUARE, relation)


def written(
    folder: Path,
    relation: str,
    bias: tuple[str, ...],
    names: tuple[str, str] = ("one.onnx", "two.onnx"),
) -> Path:
    """The folder as `prove` leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    claim = claim_of(relation, bias, names)
    run = Run(("relucert", "prove", *names, "--relation", relation))
    write_result(folder, claim, prove(claim), run)
    return folder


def source_of(folder: Path, status: Status) -> str:
    files = write_report(folder, pdflatex=NO_TEX)
    assert files.status is status
    return files.tex.read_text()


def says_proved(tex: str) -> bool:
    return any(sign in tex for sign in SIGNS)


@pytest.mark.parametrize(
    ("relation", "title", "words"),
    [
        ("exact", "Two ReLU networks that are equal", "$f(x)=g(x)$ for every $x"),
        ("eps=1/20", "Two ReLU networks within $1/20$ of each other", r"|f_i(x)-g_i(x)|\le 1/20"),
        ("top1", "keeps another's decisions\n", r"$g_i(x)=\max_j g_j(x)$ for every"),
        ("topk=2", "keeps another's decisions in its top 2", "fewer than $2$ outputs of $g$"),
        ("margin=1/50", "another's decisions of margin $1/50$", r"f_j(x)+1/50$ for all $j\ne i$"),
    ],
)
def test_a_proved_relation_is_said_in_its_own_words(
    tmp_path: Path, relation: str, title: str, words: str
) -> None:
    tex = source_of(written(tmp_path, relation, KEPT[relation]), Status.PROVED)
    assert says_proved(tex)
    assert title in tex
    assert words in tex
    assert (relation == "exact") == ("that are equal" in tex)
    assert (relation == "exact") == ("f(x)=g(x)" in tex)


@pytest.mark.parametrize(
    ("relation", "title", "shown"),
    [
        ("exact", "Two ReLU networks that differ", r"f_{2}(p)-g_{2}(p) & -\tfrac{1}{7}"),
        ("eps=1/20", "more than $1/20$ apart", r"|f_{2}(p)-g_{2}(p)|-\varepsilon & "),
        ("top1", "changes another's decision\n", "g_{2}(p)-g_{3}(p) & "),
        ("topk=2", "drops another's decision from its top 2", "g_{2}(p)-g_{3}(p) & "),
        ("margin=1/50", "another's decision of margin $1/50$", "exceeds the others by"),
    ],
)
def test_a_failing_relation_is_shown_at_the_point(
    tmp_path: Path, relation: str, title: str, shown: str
) -> None:
    tex = source_of(written(tmp_path, relation, CHANGED[relation]), Status.REFUTED)
    assert not says_proved(tex)
    assert title in tex
    assert shown in tex
    assert "& the claim fails &" in tex
    assert (relation == "eps=1/20") == (r"\varepsilon=\tfrac{1}{20}" in tex)
    assert "f_{1}(p)-g_{1}(p)" not in tex


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_point_where_networks_differ_and_the_relation_holds_decides_nothing(
    tmp_path: Path, relation: str
) -> None:
    folder = written(tmp_path, relation, KEPT[relation])
    (folder / "certificate.json").unlink()
    claim, point = claim_of(relation, KEPT[relation], ("", "")), (Fraction(1, 2), Fraction(0))
    found = {"format": "relucert-counterexample", "version": 1}
    sides = {"left": claim.left.network(point), "right": claim.right.network(point)}
    for name, values in (sides | {"point": point}).items():
        found[name] = [str(value) for value in values]
    (folder / "counterexample.json").write_text(json.dumps(found))
    tex = source_of(folder, Status.OPEN)
    assert "does not confirm the counterexample" in tex
    assert "It is asked whether" in tex
    assert not says_proved(tex)


PAGES = [
    ("eps=1/20", Status.PROVED),
    ("top1", Status.REFUTED),
    ("topk=2", Status.PROVED),
    ("margin=1/50", Status.REFUTED),
]
MORE_PAGES = [
    (relation, status)
    for relation in RELATIONS
    for status in (Status.PROVED, Status.REFUTED)
    if (relation, status) not in PAGES
]


@needs_tex
@pytest.mark.parametrize(
    ("relation", "status"),
    [*PAGES, *(pytest.param(*page, marks=pytest.mark.slow) for page in MORE_PAGES)],
)
def test_every_relation_is_typeset_with_any_names(
    tmp_path: Path, relation: str, status: Status
) -> None:
    bias = (KEPT if status is Status.PROVED else CHANGED)[relation]
    made = typeset(source_of(written(tmp_path, relation, bias, (NASTY, NASTIER)), status))
    assert made.message == ""
    assert made.pdf is not None
    assert "Overfull" not in made.log
    assert "Missing character" not in made.log
    (tmp_path / "made.pdf").write_bytes(made.pdf)
    shown = pdf_text(tmp_path / "made.pdf")
    assert NASTY in shown
    assert "root:" not in shown


@pytest.mark.parametrize("relation", [*RELATIONS, "eps=0", "topk=1", "topk=3", "topk=9"])
@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_the_obligations_are_as_many_as_those_of_the_checker(relation: str, outputs: int) -> None:
    network = Network((Affine.dense([[1]] * outputs, [0] * outputs),))
    sides = [CheckerNetwork(NamedNetwork.of("", network).data, "")] * 2
    claim = CheckerClaim((("box", []), ("halfspaces", [])), relation, sides[0], sides[1])
    view = relation_view(read_relation(relation), outputs)
    assert view.count == len(claim.obligations)
    assert view.is_difference == claim.is_difference


VALUES = st.lists(st.fractions(-2, 2, max_denominator=3), min_size=1, max_size=4)


@given(
    st.sampled_from([*RELATIONS, "eps=0", "topk=1", "margin=0"]),
    st.integers(1, 4).flatmap(lambda size: st.tuples(*(VALUES.map(lambda v: (v * 4)[:size]),) * 2)),
)
def test_a_violation_is_found_exactly_where_the_relation_fails(
    text: str, sides: tuple[list[Fraction], list[Fraction]]
) -> None:
    relation, (left, right) = read_relation(text), map(tuple, sides)
    found = violation_of(relation, left, right, 16)
    assert (found is None) == is_related(relation, left, right)
    if found is not None:
        assert found.groups
        assert found.omitted == 0


def test_a_long_violation_is_cut_and_says_so() -> None:
    zero, one = (Fraction(0),) * 9, (Fraction(1),) * 9
    found = violation_of(read_relation("exact"), zero, one, 4)
    assert found is not None
    assert (len(found.groups), found.omitted) == (4, 5)
    ahead = violation_of(read_relation("top1"), zero, (Fraction(-1), *one[1:]), 4)
    assert ahead is not None
    assert (len(ahead.groups), ahead.omitted) == (3, 6)
    assert "8 outputs of $g$ exceed its output $1$" in ahead.lead


def test_a_long_number_has_a_letter_and_its_digits_are_in_the_claim(tmp_path: Path) -> None:
    relation = f"eps=1/{10**30 + 1}"
    tex = source_of(written(tmp_path, relation, ("0", "0", "0")), Status.PROVED)
    assert r"within $\varepsilon$ of each other" in tex
    assert r"Here $\varepsilon\approx 1.000\cdot10^{-30}$ is the number in" in tex


@pytest.mark.parametrize(
    ("theorem", "caveat"),
    [
        ("T05", ""),
        ("T21", ""),
        ("T22", "infinite weights"),
        ("T23", "points of a grid"),
        ("T25", "promises an approximation"),
    ],
)
def test_a_theorem_that_promises_less_is_quoted_with_what_it_does_not_say(
    tmp_path: Path, theorem: str, caveat: str
) -> None:
    claim = claim_of("exact", KEPT["exact"], ("f", "g"))
    for verdict in (prove(claim), prove(claim_of("exact", CHANGED["exact"], ("f", "g")))):
        run = replace(Run(("relucert",)), theorem=theorem, form="a form")
        write_result(tmp_path, claim, verdict, run)
        tex = write_report(tmp_path, pdflatex=NO_TEX).tex.read_text()
        assert f"{{{theorem}}}" in tex
        assert caveat in tex
        accepted = (tmp_path / "certificate.json").exists()
        assert says_proved(tex) == accepted
        assert ("That $g$ is such a network was not checked" in tex) != accepted


def test_an_empty_domain_is_said_to_be_empty(tmp_path: Path) -> None:
    case = next(case for case in cases("accepted") if case.name == "empty-domain")
    case.write(tmp_path)
    tex = source_of(tmp_path, Status.PROVED)
    assert "Two ReLU networks on an empty domain" in tex
    assert "$D$ is empty" in tex
    assert "that are equal" not in tex


@pytest.mark.parametrize("name", ["cut", "cut-within-a-cut", "cut-on-one-side", "unused-cut"])
def test_lemmas_with_trees_of_their_own_are_listed(tmp_path: Path, name: str) -> None:
    next(case for case in cases("accepted") if case.name == name).write(tmp_path)
    tex = source_of(tmp_path, Status.PROVED)
    assert "$L_{1}$ & $" in tex
    assert "the only obligation is the inequality that the lemma adds" in tex.replace("\n", " ")


@pytest.mark.parametrize("name", ["streaming", "streaming-after-first-steps", "close-nothing"])
def test_certificates_with_further_lines_are_read(tmp_path: Path, name: str) -> None:
    next(case for case in cases("accepted") if case.name == name).write(tmp_path)
    tex = source_of(tmp_path, Status.PROVED)
    assert "There is no case tree to be shown" not in tex
    steps = (tmp_path / "certificate.json").read_text().count('["=')
    assert steps == 0 or r"\texttt{=} & leaf: what is to be shown holds on this cell" in tex


@pytest.mark.slow
@pytest.mark.parametrize("verdict", ["accepted", "rejected", "malformed"])
def test_a_report_says_proved_of_the_accepted_golden_files_alone(
    tmp_path: Path, verdict: str
) -> None:
    for case in cases(verdict):
        shutil.rmtree(tmp_path / "case", ignore_errors=True)
        (tmp_path / "case").mkdir()
        case.write(tmp_path / "case")
        try:
            files = write_report(tmp_path / "case", pdflatex=NO_TEX)
        except InputError:
            # The reader is stricter than the checker: it takes networks in one form only.
            assert verdict == "malformed" or case.name == "zero-weights-are-listed", case.name
            continue
        assert (files.status is Status.PROVED) == (verdict == "accepted"), case.name
        assert says_proved(files.tex.read_text()) == (verdict == "accepted"), case.name
