"""Checkpoints: what was proved is not proved again, and nothing is believed that was on disk."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proofs import TRIANGLE, claim_of, small_network
from theory.domain import Box, Domain, Space
from theory.forms.two_hidden import two_hidden_form
from verify.certificate import Step
from verify.claim import Claim
from verify.cli import main
from verify.errors import InputError
from verify.prove.cells.subtree import Problem
from verify.prove.cells.tree_search import Means, TreeSearch
from verify.prove.checkpoint import (
    Checkpoint,
    CheckpointError,
    checkpoint_data,
    checkpoint_script,
)
from verify.prove.clock import Clock, OutOfTimeError
from verify.prove.draft import GAP, Draft
from verify.prove.strategy import prove
from verify.result import CERTIFICATE, CHECKPOINT
from verify.verdict import Equivalent, Unknown

DOMAINS: tuple[Domain, ...] = (Box.cube(2, -2, 2), TRIANGLE, Space(2))


def deep_claim(domain: Domain = DOMAINS[0]) -> Claim:
    """A network against its two-hidden-layer form: there is a case tree to search."""
    network = small_network((2, 5, 5, 5, 1), 1)
    return claim_of(network, two_hidden_form(network, domain).network, domain)


class Interrupting(Clock):
    """A clock on which someone presses Ctrl-C when so many cells were begun."""

    def __init__(self, cells: int, error: Callable[[], BaseException] = KeyboardInterrupt) -> None:
        super().__init__()
        self.most = cells
        self.error = error

    def pulse(self) -> None:
        if self.beats == self.most:
            raise self.error()
        super().pulse()


def whole(claim: Claim) -> tuple[list[Step], int]:
    """The script of a search that nobody stops, and how many cells it visits."""
    clock = Clock()
    return TreeSearch(Problem.of(claim), Draft(), clock).run(), clock.beats


@pytest.mark.parametrize("domain", DOMAINS, ids=["box", "polytope", "space"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OutOfTimeError])
def test_T33_nothing_is_proved_twice(
    domain: Domain, error: type[BaseException], tmp_path: Path
) -> None:
    claim = deep_claim(domain)
    script, cells = whole(claim)
    for stop in range(0, cells, 5):
        checkpoint = Checkpoint(tmp_path, claim)
        first = Interrupting(stop, error)
        draft = Draft()
        with pytest.raises(error):
            TreeSearch(Problem.of(claim), draft, first).run()
        checkpoint.save(draft.script)
        found = checkpoint.read()
        assert found == draft.script
        second = Clock()
        assert TreeSearch(Problem.of(claim), Draft(found), second).run() == script
        assert first.beats + second.beats == cells


def test_a_search_may_be_stopped_many_times() -> None:
    claim = deep_claim()
    script, cells = whole(claim)
    draft, visited, stops = Draft(), 0, 0
    while draft.gaps:
        clock = Interrupting(3)
        try:
            TreeSearch(Problem.of(claim), draft, clock).run()
        except KeyboardInterrupt:
            stops += 1
        visited += clock.beats
        draft = Draft(checkpoint_script(checkpoint_data(claim, draft.script), claim))
    assert draft.script == script
    assert visited == cells
    assert stops > 5


def test_prove_saves_when_time_is_up_and_goes_on_from_there() -> None:
    claim = deep_claim()
    saved = list[list[Step]]()
    verdict = prove(claim, "cells", 0.0, means=Means(save=saved.append))
    assert isinstance(verdict, Unknown)
    assert saved == [[GAP]]
    script, _ = whole(claim)
    half: list[Step] = [*script[: script.index(["="]) + 1]]
    half += [GAP] * sum(step[0] == "S" for step in half)
    verdict = prove(claim, means=Means(script=half))
    assert isinstance(verdict, Equivalent)
    assert list(verdict.certificate.steps) == script


# -- what is on disk is not believed


def damaged(data: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """The bytes of a checkpoint that was changed."""
    content = json.loads(data)
    change(content)
    return json.dumps(content).encode()


def without_a_leaf(content: dict[str, object]) -> None:
    steps = content["steps"]
    assert isinstance(steps, list)
    steps.remove(["="])


def with_a_sign_turned(content: dict[str, object]) -> None:
    steps = content["steps"]
    assert isinstance(steps, list)
    first = next(step for step in steps if step[0] in "+-" and step[2])
    first[0] = "-" if first[0] == "+" else "+"


CHANGES = [
    lambda content: content.update(claim="0" * 64),
    lambda content: content.update(version=2),
    lambda content: content.update(format="relucert-certificate"),
    lambda content: content.update(steps=None),
    lambda content: content.update(steps=[]),
    lambda content: content["steps"].append(["="]),
    lambda content: content["steps"].insert(0, []),
    lambda content: content["steps"].insert(0, [1]),
    lambda content: content["steps"].insert(0, "S"),
    lambda content: content["steps"].insert(0, ["S", 10**9]),
    lambda content: content["steps"].insert(0, ["/"]),
    lambda content: content["steps"].insert(0, ["?", 1]),
    without_a_leaf,
    with_a_sign_turned,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_checkpoint_is_refused(change: Callable[[dict[str, object]], object]) -> None:
    claim = deep_claim()
    script, _ = whole(claim)
    data = checkpoint_data(claim, script)
    assert checkpoint_script(data, claim) == script
    with pytest.raises(CheckpointError):
        checkpoint_script(damaged(data, change), claim)


@given(st.binary(max_size=40))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(CheckpointError):
        checkpoint_script(data, deep_claim())


def test_the_checkpoint_of_another_claim_is_refused() -> None:
    claim, other = deep_claim(), deep_claim(TRIANGLE)
    with pytest.raises(CheckpointError, match="another claim"):
        checkpoint_script(checkpoint_data(claim, [GAP]), other)


def test_a_beginning_that_leads_nowhere_is_dropped() -> None:
    """Steps may hold and yet be of no use: the search begins anew then."""
    claim = deep_claim()
    useless: list[Step] = [["S", [1, 1, 0]], ["S", [3, 2, 0]], GAP, GAP, GAP]  # parallel lines
    assert checkpoint_script(checkpoint_data(claim, useless), claim) == useless
    verdict = prove(claim, means=Means(script=useless))
    assert isinstance(verdict, Equivalent)


def test_a_checkpoint_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"checkpoint\.json: cannot be written"):
        Checkpoint(tmp_path / "nowhere", deep_claim()).save([GAP])


def test_no_file_is_no_checkpoint(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, deep_claim())
    assert checkpoint.read() is None
    checkpoint.save([GAP])
    assert checkpoint.read() == [GAP]
    assert [file.name for file in tmp_path.iterdir()] == [CHECKPOINT]
    checkpoint.remove()
    checkpoint.remove()
    assert checkpoint.read() is None


# -- the command line

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def interrupt() -> None:
    raise KeyboardInterrupt


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class Command:
    """A transformation whose proof has a case tree, run as a user would."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def __call__(self, *more: str, domain: str = "box:-1,1") -> tuple[int, str, str]:
        network = str(EXAMPLES / "diabetes_2-8-8-1.onnx")
        words = ["transform", "two-hidden", network, "--domain", domain, "--engine", "cells"]
        status = main([*words, "-o", str(self.folder), *more])
        return status, *self.capsys.readouterr()

    def bytes_of(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path / "out", capsys)


@pytest.mark.parametrize("stop", [interrupt, terminate])
def test_an_interrupted_command_is_resumed_by_itself(
    stop: Callable[[], None], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command()[0] == 0
    certificate = command.bytes_of(CERTIFICATE)
    (command.folder / CERTIFICATE).unlink()
    counted: list[int] = []
    pulse = Clock.pulse

    def stopping(clock: Clock) -> None:
        counted.append(1)
        if len(counted) == 4:
            stop()
        pulse(clock)

    with monkeypatch.context() as patched:
        patched.setattr(Clock, "pulse", stopping)
        status, out, error = command()
    assert (status, out) == (2, "")
    assert error.startswith("relucert: interrupted; the same command goes on from ")
    assert error.count("\n") == 1
    assert not (command.folder / CERTIFICATE).exists()
    assert json.loads(command.bytes_of(CHECKPOINT))["steps"].count(GAP) > 1
    status, out, error = command("--jobs", "2")
    assert status == 0
    assert error.startswith("relucert: going on from ")
    assert command.bytes_of(CERTIFICATE) == certificate
    assert not (command.folder / CHECKPOINT).exists()


def test_a_command_that_ran_out_of_time_says_how_it_goes_on(command: Command) -> None:
    status, out, error = command("--timeout", "1e-9", "--json")
    found = json.loads(out)
    assert (status, error, found["verdict"]) == (2, "", "unknown")
    assert str(command.folder / CHECKPOINT) in found["files"]
    status, out, _ = command("--timeout", "1e-9")
    assert "the same command goes on from there" in out
    assert command()[0] == 0
    assert not (command.folder / CHECKPOINT).exists()


def test_a_checkpoint_of_another_claim_is_ignored_with_a_word(command: Command) -> None:
    command("--timeout", "1e-9")
    status, out, error = command(domain="box:-1,2")
    assert status == 0
    assert error.endswith("checkpoint.json is ignored: it belongs to another claim\n")
    (command.folder / CHECKPOINT).write_bytes(b"{")
    status, out, error = command("-q")
    assert (status, out, error) == (0, "", "")
    assert not (command.folder / CHECKPOINT).exists()


def test_without_a_folder_an_interrupt_says_what_would_have_helped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Clock, "pulse", lambda _: interrupt())
    network = str(EXAMPLES / "diabetes_2-8-8-1.onnx")
    words = ["transform", "two-hidden", network, "--domain", "box:-1,1", "--engine", "cells"]
    assert main(words) == 2
    assert capsys.readouterr().err.count("-o OUT") == 1
