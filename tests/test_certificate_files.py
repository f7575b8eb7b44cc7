"""The golden files: one attack each, and every checker gives the verdict that is its folder."""

import ast
import json
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import chain
from pathlib import Path

import pytest

from tests.golden import FOLDER, VERDICTS, Case, cases
from tests.semantics import grid, holds_at
from theory.network import Affine, Network
from verify import checker, zonotope_checker
from verify.formats.domain_file import domain_of

SCRIPTS = [Path(str(module.__file__)).resolve() for module in (checker, zonotope_checker)]
ALL = cases()


def name_of(case: Case) -> str:
    """verdict/name, for the names of tests."""
    return f"{case.verdict}/{case.name}"


@pytest.mark.parametrize("case", ALL, ids=name_of)
def test_the_verdict_is_the_folder(case: Case) -> None:
    verdict, reason = case.answer()
    assert verdict == case.verdict, reason
    assert case.says in reason
    assert "\n" not in reason


@pytest.mark.parametrize("case", ALL[::6], ids=name_of)
def test_the_bare_script_says_the_same(case: Case, tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(SCRIPTS[-1]), *case.write(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (VERDICTS[done.returncode], done.stderr) == (case.verdict, "")
    assert case.says in done.stdout
    assert done.stdout.startswith(f"{case.verdict}: ")
    assert done.stdout.count("\n") == 1


def network_of(content: bytes) -> Network:
    """The network in a file, read without the project's reader."""
    value = json.loads(content)
    layers, width = [], value["inputs"]
    for layer in value["layers"]:
        weight = [[Fraction(0)] * width for _ in layer["rows"]]
        for dense, row in zip(weight, layer["rows"], strict=True):
            for column, entry in zip(row[::2], row[1::2], strict=True):
                dense[column] = Fraction(entry)
        layers.append(Affine.dense(weight, [Fraction(entry) for entry in layer["bias"]], width))
        width = len(weight)
    return Network(tuple(layers))


def test_the_smaller_checker_refuses_zonotopes_and_agrees_on_the_rest() -> None:
    for case in cases("accepted", "rejected"):
        rules = set(zonotope_checker.ZonotopeProof.rules) - set(checker.Proof.rules)
        uses = any(f'["{rule}"'.encode() in case.files["certificate.json"] for rule in rules)
        verdict = case.answer(checker.Proof)[0]
        assert verdict != "accepted" if uses else verdict == case.verdict


@pytest.mark.parametrize("case", cases("accepted"), ids=name_of)
def test_what_is_accepted_is_true_at_every_point_of_a_grid(case: Case) -> None:
    claim = json.loads(case.files["claim.json"])
    files = [case.files[claim[side]["file"]] for side in ("left", "right")]
    left, right = map(network_of, files)
    domain = domain_of(claim["domain"], left.inputs, case.name)
    for point in grid(domain):
        assert holds_at(claim["relation"], left, right, point), point


def test_refusals_outnumber_acceptances() -> None:
    counts = Counter(case.verdict for case in ALL)
    assert counts["rejected"] > counts["accepted"] > 0 < counts["malformed"]


def test_every_case_has_its_name_and_says_what_it_is() -> None:
    assert {path.parent.name for path in FOLDER.rglob("*.json")} == set(VERDICTS)
    assert len({case.name for case in ALL}) == len(ALL)
    assert len({tuple(case.files.values()) for case in ALL}) == len(ALL)
    assert all(case.comment for case in ALL)
    assert all(case.says for case in ALL if case.verdict != "accepted")


def test_every_rule_is_accepted_somewhere_and_rejected_somewhere() -> None:
    used: dict[str, set[str]] = {verdict: set() for verdict in VERDICTS}
    for case in cases("accepted", "rejected"):
        for line in case.lines("certificate.json"):
            value = json.loads(line)
            steps = value["steps"] if isinstance(value, dict) else [value]
            used[case.verdict].update(step[0] for step in steps)
    assert used["accepted"] == used["rejected"] == set(zonotope_checker.ZonotopeProof.rules)


def refusals() -> list[str]:
    """The reasons that the checker's source gives, each as its longest literal part."""
    found = []
    sources = (script.read_text(encoding="utf-8") for script in SCRIPTS)
    for node in chain(*(ast.walk(ast.parse(source)) for source in sources)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "require",
            "expect",
            "MalformedError",
        ):
            texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            literals = [text for text in texts if isinstance(text, str) and " " in text]
            found += [max(literals, key=len)] if literals else []
    return [reason for reason in found if not reason.startswith("usage")]


def test_every_reason_to_refuse_has_a_file() -> None:
    given = "\n".join(case.answer()[1] for case in cases("rejected", "malformed"))
    assert [reason for reason in refusals() if reason not in given] == []
