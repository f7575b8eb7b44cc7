"""The specification's worked example is a golden file, and what it says of each step is so."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.golden import FOLDER, Case, read_case
from verify import checker
from verify.checker import Expression, Proof
from verify.zonotope_checker import ZonotopeProof

NOTE = Path(__file__).resolve().parents[1] / "notes" / "certificate-format.md"
TEXT = NOTE.read_text(encoding="utf-8")
FILE = re.compile(
    r"^`(\w+\.json)`(?:, sha256 `(\w{64})`)?[^\n]*:\n\n```json\n(.*?)```$", re.M | re.S
)
ROW = re.compile(r"^\| (at first|`\[.*?\]`) \| (.*?) ?\| (.*?) ?\| (.*?) \|$", re.M)


def example() -> Case:
    """The golden file of the worked example."""
    return read_case(FOLDER / "accepted" / "worked-example.json")


def test_the_files_of_the_worked_example_are_the_golden_file() -> None:
    found = {name: content.encode() for name, _, content in FILE.findall(TEXT)}
    assert found == example().files


def test_the_digests_of_the_worked_example_are_those_of_its_files() -> None:
    for name, digest, content in FILE.findall(TEXT):
        if name != "certificate.json":
            assert hashlib.sha256(content.encode()).hexdigest() == digest, name


def text_of(expression: Expression) -> str:
    """An expression in one input as the note writes it: 1 + 2x, -12x + 4 Y2."""
    names = {checker.ONE: "", checker.ONE - 1: "x"}
    weights = {names.get(name, f" Y{name}"): weight for name, weight in expression.items()}
    text = ""
    for name, weight in sorted(weights.items()):
        if weight:
            size = name.strip() if abs(weight) == 1 and name else f"{abs(weight)}{name}"
            text += f" {'-' if weight < 0 else '+'} {size}"
    if text.startswith(" + "):
        return text[3:]
    return f"-{text[3:]}" if text else "0"


def state_of(proof: Proof) -> tuple[str, str, str]:
    """Rows, known symbols and target, as the note writes them."""
    rows = "; ".join(map(text_of, proof.rows))
    known = ", ".join(f"Y{name} = {text_of(proof.value[name])}" for name in sorted(proof.value))
    return rows, known, text_of(proof.reduced(proof.combined((0, {0: 1}))))


def order_of_text(text: str) -> list[str]:
    """The summands of a text, sorted: their order is a matter of taste."""
    return sorted(text.replace(" - ", " + -").split(" + "))


def test_what_the_note_says_of_every_step_is_so() -> None:
    files = example().files
    sides = [checker.Network(files[f"{side}.json"], side) for side in ("left", "right")]
    domain, relation = checker.document(files["claim.json"], "claim", "domain relation left right")[
        :2
    ]
    proof = Proof(checker.Claim(domain, relation, *sides))
    first, *lines = files["certificate.json"].splitlines()
    steps = [*json.loads(first)["steps"], *map(json.loads, lines)]
    table = ROW.findall(TEXT)
    assert [row[0] for row in table] == ["at first"] + [
        f"`{json.dumps(step, separators=(',', ':'))}`" for step in steps
    ]
    for (_, *said), step in zip(table, [None, *steps], strict=True):
        if step is not None:
            proof.step(step)
        rows, known, target = state_of(proof)
        assert said[:2] == [rows, known]
        assert order_of_text(said[2]) == order_of_text(target)
    assert (proof.finished, proof.leaves, proof.lemmas) == (True, 3, 1)


@pytest.mark.parametrize("rule", sorted(ZonotopeProof.rules))
def test_every_rule_is_drawn(rule: str) -> None:
    drawn = re.findall(r"^ .*?-{3,} +(\S), |-{3,} +([=RZ])$|-{3,} +(0), L", TEXT, re.M)
    names = {name for found in drawn for name in found if name}
    more = {"+", "-"} if re.search(r"-{3,} +\+, k, L +-{3,} +-, k, L", TEXT) else set()
    assert rule in names | more


def test_the_limits_are_those_of_the_checker() -> None:
    limits = dict(re.findall(r"^\| (.*?) \| (\d+)", TEXT, re.M))
    assert int(limits["characters of a rational"]) == checker.LONGEST
    assert int(limits["shift -p of a lemma"]) == 4 * checker.LONGEST - 1
