"""The tutorial is tried as a reader would: its files are written, its code and commands run."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "notes" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```", TEXT, re.M | re.S)
FILES = {
    words.removeprefix("file="): content
    for kind, words, content in BLOCKS
    if kind == "python" and words.startswith("file=")
}
CODE = [content for kind, words, content in BLOCKS if (kind, words) == ("python", "")]
(OUTCOME,) = (content for kind, words, content in BLOCKS if (kind, words) == ("text", "outcome"))
COMMANDS = [
    (command.strip(), said)
    for (kind, _, command), (_, _, said) in pairwise(BLOCKS)
    if kind == "console"
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if key != "RELUCERT_PROFILE"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_test_of_the_pruner_fails_as_the_tutorial_says(folder: Path) -> None:
    found = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_pruner.py")
    assert found.returncode == 1
    lines = [re.sub(r"^E +", "", line.rstrip()) for line in found.stdout.splitlines()]
    for line in filter(None, OUTCOME.splitlines()):
        said = re.sub(r"^E +", "", line.rstrip()).strip()
        assert any(said in one for one in lines), f"{line!r} in {found.stdout}"


@pytest.mark.parametrize("code", CODE, ids=range(len(CODE)))
def test_the_code_of_the_tutorial_runs(code: str, folder: Path) -> None:
    found = run(folder, "-W", "error", "-c", code)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


@pytest.mark.parametrize(("command", "said"), COMMANDS, ids=range(len(COMMANDS)))
def test_the_commands_of_the_tutorial_say_what_they_say(
    command: str, said: str, folder: Path
) -> None:
    program, *words = shlex.split(command)
    assert program == "relucert"
    call = "import sys; from verify.cli import main; sys.exit(main())"
    found = run(folder, "-c", call, *words)
    assert found.returncode == 0, found.stderr
    for line in said.splitlines():
        assert line in found.stdout
    wrong = run(folder, "-c", call, *[word.replace("box:0,1", "box:-1,1") for word in words])
    assert wrong.returncode == 1
    assert "prune does not preserve the network on box:-1,1" in wrong.stdout


def test_the_tutorial_has_the_blocks_that_are_tried() -> None:
    assert set(FILES) == {"pruner.py", "test_pruner.py"}
    assert len(CODE) == 3
    assert len(COMMANDS) == 2
