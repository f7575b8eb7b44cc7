"""The checker proved in Coq: built, audited, and of one mind with the checker in Python."""

import json
import re
import subprocess
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden import Case, cases
from tests.proofs import PROVED, claim_of, proved, small_network
from tests.test_checker_mutations import changed, edited
from tests.zonotope_scripts import applicable, claims, scripts, started
from theory.domain import Box
from theory.network import Network, Vector
from theory.symmetry import disguised
from verify import checker
from verify.certificate import Certificate
from verify.checker import MalformedError, RejectedError
from verify.claim import Claim, NamedNetwork, json_bytes
from verify.kernel import KernelAnswer, build, check_with_coq, check_with_native
from verify.kernel.build import ALLOWED_AXIOMS, SOURCES, UnavailableError, axioms, program
from verify.kernel.translate import read_question
from verify.prove.strategy import prove
from verify.testing.strategies import networks
from verify.verdict import Equivalent
from verify.zonotope_checker import ZonotopeProof

Files = dict[str, bytes]


@pytest.fixture(scope="session")
def kernel() -> Path:
    """The extracted checker; building it compiles and audits the theory."""
    try:
        return program()
    except UnavailableError as error:
        pytest.skip(str(error))


def files_of(claim: Claim, certificate: Certificate) -> Files:
    return {
        "claim.json": claim.data,
        "certificate.json": certificate.data,
        **claim.network_files,
    }


def write(folder: Path, files: Files) -> Path:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def python_answer(folder: Path) -> KernelAnswer:
    claim, certificate = (str(folder / name) for name in ("claim.json", "certificate.json"))
    try:
        checker.check(
            lambda path: BytesIO(Path(path).read_bytes()), claim, certificate, ZonotopeProof
        )
    except RejectedError as error:
        return KernelAnswer("rejected", str(error))
    except MalformedError as error:
        return KernelAnswer("malformed", str(error))
    return KernelAnswer("accepted", "")


def step_of(answer: KernelAnswer) -> str:
    return answer.reason.partition(":")[0]


def agree(python: KernelAnswer, native: KernelAnswer) -> bool:
    """The same verdict; but a step that is refused may also be malformed further on."""
    if python.verdict == "rejected" and native.verdict == "malformed":
        return step_of(python) == step_of(native)
    return python.verdict == native.verdict


# -- the theory


def test_nothing_is_admitted() -> None:
    forbidden = r"\b(Admitted|admit|Axioms?|Parameters?|Conjecture|Hypothesis Axiom|bypass_check)\b"
    sources = sorted(SOURCES.glob("*.v"))
    assert "Soundness.v" in [path.name for path in sources]
    for path in sources:
        code = re.sub(r"\(\*.*?\*\)", "", path.read_text(encoding="ascii"), flags=re.DOTALL)
        assert not re.search(forbidden, code), path.name
        assert not re.search(r"Unset (Guard|Positivity|Universe)", code), path.name


def test_axioms_are_read_from_what_coq_prints() -> None:
    printed = (
        "Axioms:\nClassicalDedekindReals.sig_forall_dec\n  : forall P : nat -> Prop,\n    True\n"
        "Soundness.trust_me : False\n"
    )
    assert axioms("Closed under the global context\n") == frozenset()
    assert axioms(printed) - ALLOWED_AXIOMS == {"Soundness.trust_me"}
    assert not axioms("") - ALLOWED_AXIOMS


def test_the_theorem_rests_on_the_axioms_of_the_reals_alone(kernel: Path) -> None:
    theory = kernel.parents[1] / "theory"
    command = ["coqc", "-q", "-Q", ".", "Relucert", "Audit.v"]
    done = subprocess.run(command, cwd=theory, capture_output=True, text=True, check=True)
    assert axioms(done.stdout) == ALLOWED_AXIOMS


# -- the same verdicts


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.verdict}-{case.name}")
def test_golden_files_get_their_verdict(case: Case, kernel: Path, tmp_path: Path) -> None:
    case.write(tmp_path)
    assert check_with_native(tmp_path).verdict == case.verdict


@pytest.mark.parametrize("index", range(len(PROVED)))
def test_proofs_are_accepted(index: int, kernel: Path, tmp_path: Path) -> None:
    write(tmp_path, files_of(*proved(index)))
    assert check_with_native(tmp_path).verdict == "accepted"


@settings(max_examples=200)
@given(st.integers(0, len(PROVED) - 1), st.data())
def test_T11_edited_certificates_get_one_verdict(
    kernel: Path, tmp_path_factory: pytest.TempPathFactory, index: int, data: st.DataObject
) -> None:
    files = files_of(*proved(index))
    value = json.loads(files["certificate.json"])
    value["steps"] = data.draw(edited(value["steps"]))
    folder = tmp_path_factory.mktemp("edited")
    write(folder, {**files, "certificate.json": json_bytes(value)})
    python, native = python_answer(folder), check_with_native(folder)
    assert agree(python, native), (python, native)


@settings(max_examples=100)
@given(st.sampled_from(cases("accepted")), st.data())
def test_T11_edited_golden_files_get_one_verdict(
    kernel: Path, tmp_path_factory: pytest.TempPathFactory, case: Case, data: st.DataObject
) -> None:
    lines = list(BytesIO(case.files["certificate.json"]))
    index = data.draw(st.integers(0, len(lines) - 1))
    lines[index] = json_bytes(data.draw(edited([json.loads(lines[index])]))).strip() + b"\n"
    folder = write(tmp_path_factory.mktemp("golden"), case.files)
    write(folder, {"certificate.json": b"".join(lines)})
    python, native = python_answer(folder), check_with_native(folder)
    assert agree(python, native), (python, native)


@settings(max_examples=100)
@given(st.integers(0, len(PROVED) - 1), st.booleans(), st.data())
def test_T11_changed_networks_get_one_verdict(
    kernel: Path,
    tmp_path_factory: pytest.TempPathFactory,
    index: int,
    on_the_left: bool,
    data: st.DataObject,
) -> None:
    claim, certificate = proved(index)
    left, right = claim.left.network, claim.right.network
    if on_the_left:
        left = data.draw(changed(left))
    else:
        right = data.draw(changed(right))
    other = claim_of(left, right, claim.domain)
    steps = [list(step) for step in certificate.steps]
    folder = write(
        tmp_path_factory.mktemp("changed"), files_of(other, Certificate.of(other, steps))
    )
    python, native = python_answer(folder), check_with_native(folder)
    assert python.verdict == native.verdict


@settings(max_examples=150)
@given(claims(), st.booleans(), st.data())
def test_T36_random_scripts_get_one_verdict(
    kernel: Path,
    tmp_path_factory: pytest.TempPathFactory,
    claim: Claim,
    is_mended: bool,
    data: st.DataObject,
) -> None:
    steps = data.draw(scripts(started(claim)))
    if is_mended:
        steps = applicable(claim, steps)
    folder = tmp_path_factory.mktemp("script")
    write(folder, files_of(claim, Certificate.of(claim, steps)))
    python, native = python_answer(folder), check_with_native(folder)
    assert agree(python, native), (python, native)
    if python.verdict == native.verdict == "rejected" and python.reason.startswith("step"):
        assert step_of(python) == step_of(native)


@settings(max_examples=50)
@given(claims(), st.data())
def test_T36_edited_scripts_get_one_verdict(
    kernel: Path, tmp_path_factory: pytest.TempPathFactory, claim: Claim, data: st.DataObject
) -> None:
    steps = applicable(claim, data.draw(scripts(started(claim))))
    value = json.loads(Certificate.of(claim, []).data)
    value["steps"] = data.draw(edited(steps))
    folder = tmp_path_factory.mktemp("edited")
    write(
        folder,
        {**files_of(claim, Certificate.of(claim, [])), "certificate.json": json_bytes(value)},
    )
    python, native = python_answer(folder), check_with_native(folder)
    assert agree(python, native), (python, native)


def disguise_claim(network: Network, relation: str) -> Claim:
    """The claim that a network and its disguised copy are related on a cube."""
    sides = NamedNetwork.of("left", network), NamedNetwork.of("right", disguised(network, 5))
    return Claim(*sides, Box.cube(network.inputs, -1, 1), relation)


@pytest.mark.parametrize("relation", ["exact", "eps=1/100", "top1", "topk=2", "margin=1/50"])
def test_every_relation_is_proved(relation: str, kernel: Path, tmp_path: Path) -> None:
    verdict = prove(claim := disguise_claim(small_network((2, 3, 3), 3), relation))
    assert isinstance(verdict, Equivalent)
    write(tmp_path, files_of(claim, verdict.certificate))
    assert python_answer(tmp_path).verdict == "accepted"
    assert check_with_native(tmp_path).verdict == "accepted"


# -- Coq itself


ZONOTOPES = {
    *("bisections-in-bisections", "pair", "ranges-of-each-half", "top1-by-zonotopes"),
    *("zonotope-leaf-in-a-cut", "zonotope-leaf-with-lemmas", "zonotope-of-a-symbol-made-later"),
    *("bisection-bounds-after-it-is-closed", "pair-is-needed", "ranges-too-wide"),
}


@pytest.mark.slow
def test_coq_decides_about_zonotopes(kernel: Path, tmp_path: Path) -> None:
    found = [case for case in cases() if case.name in ZONOTOPES]
    assert len(found) == len(ZONOTOPES)
    for case in found:
        case.write(tmp_path)
        answer = check_with_coq(tmp_path)
        assert answer.verdict == case.verdict, (case.name, answer)


@pytest.mark.slow
@pytest.mark.parametrize("verdict", ["accepted", "rejected", "malformed"])
def test_coq_gives_golden_files_their_verdict(verdict: str, kernel: Path, tmp_path: Path) -> None:
    found = cases(verdict)
    for case in found[:: len(found) // 4]:
        case.write(tmp_path)
        answer = check_with_coq(tmp_path)
        assert answer.verdict == verdict, (case.name, answer)


@pytest.mark.slow
def test_coq_establishes_the_theorem(kernel: Path, tmp_path: Path) -> None:
    write(tmp_path, files_of(*proved(1)))
    answer = check_with_coq(tmp_path)
    assert answer.verdict == "accepted"
    assert "claim_holds" in answer.reason


# -- what the theorem does not cover: translation and reading


def value_at(expression: Any, entries: Vector) -> Fraction:
    point = (Fraction(1), *entries)
    return sum((weight * point[variable - 1] for _, variable, weight in expression), Fraction(0))


def outputs(layers: Any, point: Vector) -> Vector:
    """What a translated network computes, by the definition in Semantics.v."""
    for index, (_, denominator, rows) in enumerate(layers):
        if index:
            point = tuple(max(Fraction(0), entry) for entry in point)
        point = tuple(value_at(row, point) / denominator for row in rows)
    return point


@given(networks(), st.data())
def test_T01_translated_networks_compute_the_same(
    tmp_path_factory: pytest.TempPathFactory, network: Network, data: st.DataObject
) -> None:
    claim = claim_of(network, network, Box.cube(network.inputs, -1, 1))
    folder = write(
        tmp_path_factory.mktemp("network"), files_of(claim, Certificate.of(claim, [["="]]))
    )
    question = read_question(folder)
    numbers = st.fractions(-3, 3, max_denominator=7)
    point = tuple(data.draw(st.tuples(*[numbers] * network.inputs)))
    name, inputs, _, relation, left, right = question.claim  # type: ignore[misc]
    assert (name, inputs, relation) == ("Claim", network.inputs, ("Exact",))
    assert outputs(left, point) == outputs(right, point) == network(point)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Claim 0 None 0 Exact 0 0 0",
        "Claim 1 None 0 Equal 0 0 0",
        "Claim 1 None 0 Exact 1 1 1 1 0 1 0 0",
        "Claim 1 None 0 Exact 1 1 1 1 1 1 1 1 1 1 1 1 1 Equal",
        "Claim x",
    ],
)
def test_the_reader_takes_nothing_else(text: str, kernel: Path) -> None:
    done = subprocess.run([str(kernel)], input=text, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "accepted" not in done.stdout


def test_without_coq_the_kernel_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build._digest.cache_clear()
    write(tmp_path, files_of(*proved(1)))
    assert check_with_native(tmp_path).verdict == "unavailable"
    assert check_with_coq(tmp_path).verdict == "unavailable"
    build._digest.cache_clear()
