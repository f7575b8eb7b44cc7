"""The table of exhaustive sweeps: its counts, and some of its rows swept anew."""

from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from benchmarks.sweeps import (
    APPROXIMATION,
    BEGIN,
    END,
    HEAD,
    NOTE,
    PLANS,
    TRANSFORMS,
    Plan,
    Row,
    Sweep,
    table,
    write,
)
from verify.testing.family import Family

TEXT = NOTE.read_text(encoding="utf-8")
LINES = TEXT.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
ROWS: list[Row] = [tuple(line.strip("| ").split(" | ")) for line in LINES[2:]]
SWEEPS = [sweep for plan in PLANS for sweep in plan.sweeps]


def family(plan: Plan) -> Family:
    weights, biases = (
        [Fraction(value) for value in text.split(",")] for text in ("-1,0,1", plan.biases)
    )
    return Family.of([int(width) for width in plan.shape.split("-")], weights, biases)


def test_every_sweep_has_its_row() -> None:
    assert tuple(LINES[0].strip("| ").split(" | ")) == HEAD
    found = [(row[0], row[1], "classes" in row[3], row[4], row[5]) for row in ROWS]
    plans = [(s.plan.shape, s.plan.biases, s.plan.is_reduced, s.domain, s.form) for s in SWEEPS]
    assert found == plans
    wanted = set(product(("2-2-1", "1-3-1", "1-2-2-1"), TRANSFORMS))
    assert wanted <= {(row[0], row[5]) for row in ROWS}


@pytest.mark.parametrize(("sweep", "row"), [*zip(SWEEPS, ROWS, strict=False)])
def test_the_counts_are_those_of_the_formulas(sweep: Sweep, row: Row) -> None:
    found = family(sweep.plan)
    assert row[2].endswith(f" = {found.size}")
    powers = [tuple(map(int, part.split("^"))) for part in row[2].partition(" = ")[0].split(" * ")]
    assert powers[0][0] ** powers[0][1] * powers[1][0] ** powers[1][1] == found.size
    tried = found.size
    if sweep.plan.is_reduced:
        tried = found.size_up_to_permutation
        assert not found.is_rescalable
        assert row[3] == f"{tried} classes"
    verdicts = {word: int(count) for count, word in (v.split() for v in row[7].split(", "))}
    assert sum(verdicts.values()) == tried
    allowed = {"equivalent"}
    if sweep.form == APPROXIMATION:
        allowed = {"equivalent", "different"}
    elif sweep.form == "one-hidden":
        allowed = {"equivalent", "refused"}
    assert set(verdicts) <= allowed


def test_functions_are_the_same_whatever_is_done_to_the_networks() -> None:
    known: dict[tuple[str, str, str], set[str]] = {}
    for row in ROWS:
        known.setdefault((row[0], row[1], row[4]), set()).add(row[6])
    assert all(len(names) == 1 for names in known.values())


def test_a_row_is_found_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan("1-2-2-1", "1", True, ("two-hidden",), ("box:-1,1",))
    (sweep,) = plan.sweeps
    report = sweep.report(tmp_path, 1)
    assert sweep.is_good(report)
    (row,) = [row for row in ROWS if row[:6] == sweep.row(report)[:6]]
    assert sweep.row(report)[:8] == row[:8]
    capsys.readouterr()
    assert sweep.report(tmp_path, 1) == report
    assert 0 < report["cpu_seconds"] < 600
    assert not capsys.readouterr().out  # what is finished is not done again


def test_a_wrong_count_or_verdict_is_not_good() -> None:
    sweep = Sweep(Plan("1-1-1", "0", False), "two-hidden", "all")
    verdicts = {"equivalent": 9, "different": 0, "unknown": 0, "refused": 0, "failed": 0}
    report = {"networks": {"tried": 9, "closed_formula": 9}, "verdicts": verdicts}
    assert sweep.is_good(report)
    for word in ("different", "unknown", "failed"):
        assert not sweep.is_good({**report, "verdicts": {**verdicts, word: 1}})
    assert not sweep.is_good({**report, "networks": {"tried": 9, "closed_formula": 8}})
    different = {**report, "verdicts": {**verdicts, "different": 1}}
    assert Sweep(sweep.plan, APPROXIMATION, "all").is_good(different)


def test_the_table_is_put_between_its_marks(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write([("a",) * len(HEAD)], note)
    text = note.read_text(encoding="utf-8")
    assert text == f"before\n{BEGIN}\n\n{table([('a',) * len(HEAD)])}\n{END}\nafter\n"
