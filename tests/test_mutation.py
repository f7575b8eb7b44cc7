"""The mutation tester: which mistakes it makes, that they are the same each time, what it sees."""

import ast
import tomllib
from pathlib import Path

import pytest

from benchmarks.mutation.__main__ import SURVIVORS, explanations
from benchmarks.mutation.operators import OPERATORS, mutants
from benchmarks.mutation.suite import SUITE, trials
from benchmarks.mutation.trial import Copy

ROOT = Path(__file__).resolve().parents[1]

SOURCE = '''
def total(before, after, bias=0, inner=()):
    """A text with - and + and <."""
    if bias < 0:
        raise ValueError(f"{before + after}")
    best = max(before[0], after[-1]) + bias
    for index in range(3):
        best += before[index] * after[1:] if index > 1 or bias else -bias
    return sum(before, bias) - best
'''


@pytest.mark.parametrize(
    ("operator", "edits"),
    [
        (
            "sign",
            {
                "max(before[0], after[-1]) + bias -> max(before[0], after[-1]) - bias",
                "-bias -> bias",
                "-1 -> 1",
                "sum(before, bias) - best -> sum(before, bias) + best",
            },
        ),
        (
            "dropped term",
            {
                "max(before[0], after[-1]) + bias -> max(before[0], after[-1])",
                "sum(before, bias) -> sum(before)",
                "sum(before, bias) - best -> sum(before, bias)",
            },
        ),
        ("dropped factor", {"before[index] * after[1:] -> before[index]"}),
        (
            "index",
            {"before[0] -> before[1]", "after[-1] -> after[0]", "after[1:] -> after[2:]"},
        ),
        ("off by one", {"range(3) -> range(3 - 1)"}),
        ("comparison", {"index > 1 -> index >= 1"}),
        (
            "condition",
            {
                "before[index] * after[1:] if index > 1 or bias else -bias -> "
                "-bias if index > 1 or bias else before[index] * after[1:]",
                "index > 1 or bias -> index > 1 and bias",
            },
        ),
    ],
)
def test_mistakes_of_every_kind_are_made(operator: str, edits: set[str]) -> None:
    found = [one for one in mutants(SOURCE) if one.operator == operator]
    assert {f"{one.before} -> {one.after}" for one in found} == edits


def test_names_are_swapped_with_their_opposites_only_where_there_are_such() -> None:
    found = [one for one in mutants(SOURCE) if one.operator == "swapped name"]
    assert {(one.before, one.after) for one in found} == {
        ("before", "after"),
        ("after", "before"),
        ("max", "min"),
    }
    assert len({one.key for one in found}) == len(found)


def test_a_mutant_changes_one_expression_and_nothing_else() -> None:
    lines = SOURCE.splitlines()
    for mutant in mutants(SOURCE):
        changed = mutant.source.splitlines()
        ast.parse(mutant.source)
        differing = [
            n for n, pair in enumerate(zip(lines, changed, strict=True)) if len({*pair}) > 1
        ]
        assert differing == [mutant.line - 1]
        assert "raise" not in lines[mutant.line - 1]


def test_the_choice_of_mutants_is_the_same_each_time() -> None:
    module = "theory/unit.py"
    first, second = (list(trials([module], 2)) for _ in range(2))
    assert first == second
    assert {trial.key for trial in trials([module], 1)} <= {trial.key for trial in first}
    assert {trial.mutant.operator for trial in first} <= set(OPERATORS)


def test_the_suite_names_what_exists() -> None:
    for module, tests in SUITE.items():
        assert (ROOT / module).is_file()
        assert all((ROOT / "tests" / f"{name}.py").is_file() for name in tests)
        assert list(trials([module], 1))


def test_every_form_is_in_the_suite() -> None:
    for path in sorted((ROOT / "theory" / "forms").glob("*.py")):
        if path.name != "__init__.py":
            assert f"theory/forms/{path.name}" in SUITE, "name the tests that speak for it"


def test_every_known_survivor_is_explained() -> None:
    entries = tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", [])
    assert len(explanations()) == len(entries)
    assert all(entry["mutant"].split(" | ")[0] in SUITE and entry["why"] for entry in entries)


def test_mutants_are_caught_by_tests_that_look_and_survive_others(tmp_path: Path) -> None:
    (tmp_path / "theory").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "theory" / "sums.py").write_text("def total(a, b):\n    return a + b\n")
    (tmp_path / "theory" / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['slow']\n")
    test = "from theory.sums import total\n\n\ndef test_total():\n    assert total({}) == {}\n"
    (tmp_path / "tests" / "test_looks.py").write_text(test.format("2, 3", 5))
    (tmp_path / "tests" / "test_looks_away.py").write_text(test.format("2, 0", 2))
    copy = Copy(tmp_path)
    try:
        (mutant,) = [
            one
            for one in mutants((tmp_path / "theory/sums.py").read_text())
            if one.operator == "sign"
        ]
        caught = copy.result("theory/sums.py", mutant.source, ("tests/test_looks.py",), 60)
        assert caught.is_caught
        assert caught.by == "test_looks.py::test_total"
        survived = copy.result("theory/sums.py", mutant.source, ("tests/test_looks_away.py",), 60)
        assert not survived.is_caught
        endless = "def total(a, b):\n    while True:\n        pass\n"
        assert copy.result("theory/sums.py", endless, ("tests/test_looks.py",), 3).is_caught
        assert (copy.path / "theory/sums.py").read_text() == (
            tmp_path / "theory/sums.py"
        ).read_text()
    finally:
        copy.close()
    assert not copy.path.exists()
