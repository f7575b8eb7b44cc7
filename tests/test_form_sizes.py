"""The note on sizes of forms is what its command makes; seconds are not compared."""

import sys
from pathlib import Path
from unittest import mock

import pytest

from benchmarks.forms import (
    BEGIN,
    END,
    HEAD,
    NOTE,
    SKETCH_BEGIN,
    also,
    heading,
    outcome,
    written,
)
from benchmarks.sketch import HEAD as CONTEST
from benchmarks.sketch import contests
from benchmarks.subjects import Subject, own_subjects, public_subjects, random_subjects
from theory.errors import TheoryError
from verify.cli.transform import FORMS
from verify.verdict import Unknown

TEXT = NOTE.read_text(encoding="utf-8")
TABLE = TEXT.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
ROWS = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in TABLE[2:]]
SUBJECTS = tuple(random_subjects())
PLAN = [(subject, form) for subject in own_subjects() for form in subject.forms]
QUICK = [(one, form) for one, form in PLAN if len(one.name) < 16 and form != "lattice"]
WIDTHS, MOST, SKETCH = map(HEAD.index, ("hidden widths", "theorem: at most", "sketch: widths"))


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def row_of(subject: Subject, form: str) -> tuple[str, ...]:
    name = also(form, subject.network.inputs)
    (found,) = [row for row in ROWS if (row[0], row[3]) == (subject.name, name)]
    return found


def test_the_note_has_the_heading_of_the_command() -> None:
    assert TABLE[:2] == heading().splitlines()


def test_the_note_has_the_rows_of_the_command_in_order() -> None:
    planned = [
        (subject.name, subject.where, also(form, subject.network.inputs)) for subject, form in PLAN
    ]
    assert [(row[0], row[1], row[3]) for row in ROWS[: len(planned)]] == planned
    assert {len(row) for row in ROWS} == {len(HEAD)}


def test_the_rows_of_public_networks_are_those_of_the_command() -> None:
    planned = [
        (subject.name, subject.where, also(form, subject.network.inputs))
        for subject in public_subjects()
        for form in subject.forms
    ]
    if not planned:
        pytest.skip("no public networks at hand; set RELUCERT_DATA to have them")
    assert [(row[0], row[1], row[3]) for row in ROWS[len(PLAN) :]] == planned


@pytest.mark.parametrize(("subject", "form"), QUICK, ids=[f"{s.name} {f}" for s, f in QUICK])
def test_widths_are_those_of_the_note(subject: Subject, form: str) -> None:
    with mock.patch("benchmarks.forms.prove", return_value=Unknown("not asked")):
        measured = outcome(form, subject.network, subject.domain, 600)
    row = row_of(subject, form)
    assert (row[WIDTHS], row[MOST]) == measured[:2]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]} {row[3]}" for row in ROWS])
def test_widths_are_at_most_what_the_theorem_promises(row: tuple[str, ...]) -> None:
    assert row[WIDTHS] != "unknown"
    widths = numbers(row[WIDTHS])
    if "layers" in row[MOST]:
        assert len(widths) <= int(row[MOST].split()[0])
    else:
        assert all(width <= most for width, most in zip(widths, numbers(row[MOST]), strict=False))
        assert len(widths) <= len(numbers(row[MOST]))


def test_the_form_takes_no_more_units_than_the_sketch() -> None:
    rows = [row for row in ROWS if row[SKETCH]]
    assert len(rows) == 12
    for row in rows:
        pairs = zip(numbers(row[WIDTHS]), numbers(row[SKETCH]), strict=True)
        assert all(ours <= theirs for ours, theirs in pairs)


@pytest.mark.parametrize("subject", SUBJECTS, ids=[subject.name for subject in SUBJECTS])
def test_forms_that_share_a_row_are_the_same_network(subject: Subject) -> None:
    made = {
        entry.name: entry.built(subject.network, subject.domain)[0]
        for entry in FORMS
        if entry.name in ("two-hidden", "log2-depth", "log3-depth")
    }
    assert made["log3-depth"] == made["two-hidden"]
    if subject.network.inputs <= 3:
        assert made["log2-depth"] == made["two-hidden"]


CONTESTS = TEXT.partition(SKETCH_BEGIN)[2].partition(END)[0].strip().splitlines()


def test_every_form_with_a_sketch_is_built_five_times_as_fast() -> None:
    """What the note says was measured; nothing is measured here."""
    assert CONTESTS[:2] == heading(CONTEST).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in CONTESTS[2:]]
    assert [row[0] for row in rows] == [one.name for one in SUBJECTS if one.sketch[0]]
    assert all(float(row[-1]) >= 5 for row in rows)


PROGRAM = """
from fractions import Fraction
def rand_net(widths, seed):
    return lambda point: [Fraction(seed)]
def shallow_any(network):
    pass
"""


def test_a_sketch_of_other_networks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "germ2.py").write_text(PROGRAM)
    path = [*sys.path]
    try:
        with pytest.raises(TheoryError, match="2-3-3-1, seed 1: the sketch draws another network"):
            next(contests(tmp_path))
    finally:
        sys.path[:] = path
        del sys.modules["germ2"]


def test_a_construction_that_takes_too_long_says_so() -> None:
    (large,) = [subject for subject in SUBJECTS if subject.name.startswith("2-24")]
    cells = outcome("lattice", large.network, large.domain, 0.05)
    assert cells == ("unknown", "", "over 0.05", "", "", "")


def test_a_form_that_does_not_exist_says_why() -> None:
    (deep,) = [subject for subject in SUBJECTS if subject.name.startswith("2-3-3-1")]
    cells = outcome("one-hidden", deep.network, deep.domain, 60)
    assert cells[0].startswith("refused: ")


def test_writing_changes_nothing_but_the_table() -> None:
    assert written(TEXT, "\n".join(TABLE)) == TEXT
    assert written("a " + BEGIN + " old " + END + " b", "new") == f"a {BEGIN}\n\nnew\n\n{END} b"
