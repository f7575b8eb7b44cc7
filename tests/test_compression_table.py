"""The table of compressed public networks is what its command makes; seconds are not compared."""

from pathlib import Path

import pytest

from benchmarks.compression import COMMAND, HEAD, NOTE, SUBJECTS, measured, runs
from benchmarks.note_table import content_of, table

LINES = content_of(NOTE.read_text(encoding="utf-8"), COMMAND).splitlines()
ROWS = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in LINES[2:]]
COUNTED = [HEAD.index(name) for name in HEAD if name not in ("native s", "peak MB")]
STEADY = [index for index in COUNTED if not HEAD[index].endswith(" s")]


def test_the_note_has_the_heading_of_the_command() -> None:
    assert LINES[:2] == table(HEAD, []).splitlines()


def test_every_network_was_compressed_proved_and_checked() -> None:
    assert len(ROWS) >= 2 * len(SUBJECTS)
    for row in ROWS:
        assert len(row) == len(HEAD)
        assert "not proved" not in row
        before, after = map(int, row[HEAD.index("units")].split(" to "))
        assert after <= before
        inactive, active = (int(row[HEAD.index(name)]) for name in ("inactive", "active"))
        undecided = row[HEAD.index("undecided (both signs seen)")].split()[0]
        assert inactive + active + int(undecided) == before


def test_rows_are_those_of_the_files(data: Path, tmp_path: Path) -> None:
    del data  # the files are there
    planned = [(run.network.stem, run.where) for run in runs(tmp_path)]
    assert [row[:2] for row in ROWS] == planned


@pytest.mark.slow
def test_rows_are_measured_again(data: Path, tmp_path: Path) -> None:
    del data
    some = [run for run in runs(tmp_path) if run.network.stem == "single_pendulum"]
    for run, row in zip(some, ROWS, strict=False):
        again = measured(run, 16, tmp_path)
        assert [again[index] for index in STEADY] == [row[index] for index in STEADY]
