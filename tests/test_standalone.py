"""What a standalone checker says counts only if status and line agree."""

from pathlib import Path

import pytest

from verify.errors import InputError
from verify.standalone import asked


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("print('accepted: all of it')", "accepted"),
        ("print('rejected: no'); raise SystemExit(1)", "rejected"),
        ("print('malformed: what'); raise SystemExit(2)", "malformed"),
        ("raise ValueError", "failed"),
        ("raise SystemExit(1)", "failed"),
        ("raise SystemExit(0)", "failed"),
        ("print('rejected: no')", "failed"),
        ("print('accepted: all of it'); raise SystemExit(1)", "failed"),
        ("print('accepted: all of it'); raise SystemExit(3)", "failed"),
        ("print('accepted: all of it'); print('or not')", "failed"),
    ],
)
def test_status_and_line_agree(tmp_path: Path, source: str, answer: str) -> None:
    checker = tmp_path / "checker.py"
    checker.write_text(source, encoding="utf-8")
    found = asked(checker, tmp_path / "evidence.json")
    assert found.answer == answer
    assert found.is_accepted == (answer == "accepted")


def test_a_checker_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        asked(tmp_path / "checker.py")
