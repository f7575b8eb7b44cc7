"""The harness for peers, with fake solvers that say every kind of thing; no network is needed."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest

from benchmarks.note_table import content_of
from benchmarks.peers import __main__ as command
from benchmarks.peers.answer import Answer, GarbledError, judged, read_answer, read_relucert
from benchmarks.peers.comparison import comparison, tallies, truth
from benchmarks.peers.environment import Environment, SetUpError
from benchmarks.peers.pairs import PARTS
from benchmarks.peers.question import Question, write_question
from benchmarks.peers.tool import SOLVERS, TOOLS, Tool
from benchmarks.peers.trial import Trial, trial
from theory.domain import Box
from theory.network import Affine, Network

BOX = Box.cube(1, -1, 1)
PROLOGUE = "import json, sys; tell = lambda **fields: print(json.dumps(fields));"


def absolute(scale: int = 1) -> Network:
    """|x|, by two units; the second is scaled."""
    first = Affine.dense([[1], [-scale]], [0, 0])
    return Network((first, Affine.dense([[1, Fraction(1, scale)]], [0])))


def identity() -> Network:
    return Network((Affine.dense([[1]], [0]),))


EQUAL = Question("equal", absolute(), absolute(3), BOX)
APART = Question("apart", absolute(), identity(), BOX)


def fake(name: str, code: str, *, has_certificate: bool = False) -> Tool:
    def words(question: Question, folder: Path, scratch: Path) -> list[str]:
        return [sys.executable, "-I", "-S", "-c", PROLOGUE + code, str(folder)]

    return Tool(name, "a fake", words, has_certificate=has_certificate)


def asked(tool: Tool, question: Question, tmp_path: Path, limit: float = 5) -> Trial:
    write_question(question, tmp_path / "question")
    return trial(tool, question, tmp_path / "question", limit)


@pytest.mark.parametrize(
    ("code", "question", "verdict"),
    [
        ("tell(answer='holds')", EQUAL, "claimed"),
        ("print('noise'); tell(answer='holds')", EQUAL, "claimed"),
        ("tell(answer='unknown', said='gave up')", EQUAL, "unknown"),
        ("tell(answer='fails', point=['-1/2'])", APART, "refuted"),
        ("tell(answer='fails', point=[-0.5])", APART, "refuted"),
        ("tell(answer='fails', point=['1/2'])", APART, "false point"),
        ("tell(answer='fails', point=['-3/2'])", APART, "false point"),
        ("tell(answer='fails', point=['-1', '-1'])", APART, "false point"),
        ("tell(answer='fails')", APART, "refuted without a point"),
        ("tell(answer='maybe')", EQUAL, "crash"),
        ("tell(answer='fails', point=[None])", APART, "crash"),
        ("tell(answer='fails', point=[float('nan')])", APART, "crash"),
        ("print('no JSON')", EQUAL, "crash"),
        ("pass", EQUAL, "crash"),
        ("raise RuntimeError('boom')", EQUAL, "crash"),
    ],
)
def test_what_fake_solvers_say_is_judged(
    code: str, question: Question, verdict: str, tmp_path: Path
) -> None:
    found = asked(fake("fake", code), question, tmp_path)
    assert found.verdict == verdict
    assert found.seconds > 0
    assert found.megabytes > 0
    assert "boom" not in code or "boom" in found.said


def test_only_a_certificate_makes_a_proof(tmp_path: Path) -> None:
    tool = fake("fake", "tell(answer='holds')", has_certificate=True)
    assert asked(tool, EQUAL, tmp_path).verdict == "proved"


def test_a_busy_solver_is_stopped_at_its_cpu_time(tmp_path: Path) -> None:
    found = asked(fake("busy", "[0 for _ in iter(int, 1)]"), EQUAL, tmp_path, limit=1)
    assert (found.verdict, found.said) == ("timeout", "after 1 s")
    assert found.seconds < 4


def test_an_idle_solver_is_stopped_by_the_clock_with_its_children(tmp_path: Path) -> None:
    marker = tmp_path / "child"
    code = "import subprocess, time; child = subprocess.Popen(['sleep', '600']);"
    code += f" open({str(marker)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    with mock.patch("benchmarks.peers.trial.PATIENCE", 2):
        found = asked(fake("idle", code), EQUAL, tmp_path, limit=1)
    assert found.verdict == "timeout"
    assert found.said.startswith("by the clock")
    child = int(marker.read_text("ascii"))
    end = time.monotonic() + 10
    while not _is_gone(child):
        assert time.monotonic() < end
        time.sleep(0.01)


def _is_gone(pid: int) -> bool:
    return _state(pid) in ("", "Z")  # a zombie only waits to be taken up


def _state(pid: int) -> str:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[0]


def test_a_tool_without_environment_is_not_asked(tmp_path: Path) -> None:
    nowhere = Environment("there-is-no-such-environment", ("nothing",))
    tool = Tool("absent", "", fake("x", "pass").command, environment=nowhere)
    assert asked(tool, EQUAL, tmp_path).verdict == "not installed"


def test_answers_of_relucert_and_of_z3_are_read() -> None:
    facts: dict[str, object] = {"verdict": "equivalent", "reason": "", "engine": "merge"}
    facts |= {"summary": {"bytes": 137}}
    assert read_relucert(json.dumps(facts)) == Answer("holds", None, "0.1 kB", "merge")
    point = {"verdict": "different", "reason": "", "engine": "smt", "point": ["-1/2"]}
    assert read_relucert(json.dumps(point)).point == (Fraction(-1, 2),)
    word = {"verdict": "unknown", "reason": "smt: Z3 says that it holds after 1 s", "engine": ""}
    assert read_relucert(json.dumps(word)).answer == "holds"
    word["reason"] = "smt: gave up"
    assert read_relucert(json.dumps(word)).answer == "unknown"
    for text in ("", "{}", "[]", "relucert: bad input"):
        with pytest.raises(GarbledError):
            read_relucert(text)
        with pytest.raises(GarbledError):
            read_answer(text)


def test_floats_of_answers_are_the_dyadics_that_they_are() -> None:
    found = read_answer('{"answer": "fails", "point": [0.1, "0.1", 1]}').point
    assert found == (Fraction(0.1), Fraction(1, 10), Fraction(1))
    assert judged(APART, Answer("holds"), False) == ("claimed", "")


def test_relucert_and_z3_answer_what_is_true(tmp_path: Path) -> None:
    own, z3 = TOOLS[:2]
    assert asked(own, EQUAL, tmp_path, 60).verdict == "proved"
    assert asked(z3, EQUAL, tmp_path, 60).verdict == "claimed"
    assert asked(own, APART, tmp_path, 60).verdict == "refuted"
    assert asked(z3, APART, tmp_path, 60).verdict == "refuted"


@pytest.mark.parametrize(
    ("script", "package"),
    [("highs_solver.py", "highspy"), ("cvc5_solver.py", "cvc5"), ("scip_solver.py", "pyscipopt")],
)
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (EQUAL, "claimed"),
        (APART, "refuted"),
        (Question("near", absolute(), absolute(), BOX, Fraction(1, 100)), "claimed"),
        (Question("far", absolute(), identity(), BOX, Fraction(3, 2)), "refuted"),
        (Question("enough", absolute(), identity(), BOX, Fraction(2)), "claimed"),
    ],
    ids=lambda value: value.name if isinstance(value, Question) else value,
)
def test_solver_scripts_answer_what_is_true(
    script: str, package: str, question: Question, expected: str, tmp_path: Path
) -> None:
    pytest.importorskip(package)

    def words(question: Question, folder: Path, scratch: Path) -> list[str]:
        return [sys.executable, str(SOLVERS / script), str(folder)]

    found = asked(Tool(package, "", words), question, tmp_path, 60)
    assert (found.verdict, found.said) == (expected, found.said)
    assert found.version


def one(question: str, tool: str, verdict: str, seconds: float = 2, said: str = "") -> Trial:
    return Trial(question, tool, verdict, seconds, 10, 30, said)


def trials(*found: Trial) -> dict[tuple[str, str], Trial]:
    return {(each.question, each.tool): each for each in found}


TWO = (fake("own", "pass", has_certificate=True), fake("peer", "pass"))


def cells_of(text: str) -> list[str]:
    return [cell.strip() for cell in text.splitlines()[2].strip("|").split("|")]


@pytest.mark.parametrize(
    ("own", "peer", "expected"),
    [
        ("proved", "claimed", "claimed 6.00 s, 3x"),
        ("proved", "false point", "**false point** 6.00 s, 3x"),
        ("proved", "refuted without a point", "**refuted without a point** 6.00 s, 3x"),
        ("refuted", "claimed", "**claimed** 6.00 s, 3x"),
        ("refuted", "refuted", "refuted 6.00 s, 3x"),
        ("proved", "timeout", "timeout after 10 s, > 3x"),
        ("unknown", "timeout", "timeout after 10 s"),
        ("proved", "crash", "crash 6.00 s, 3x"),
    ],
)
def test_a_row_says_verdict_seconds_and_ratio(own: str, peer: str, expected: str) -> None:
    found = trials(one("q", "own", own, 2, "0.1 kB"), one("q", "peer", peer, 6, "after 10 s"))
    cells = cells_of(comparison(["q"], TWO, found))
    assert cells[2] == expected
    assert cells[3] == ("0.1 kB" if own in ("proved", "refuted") else "")


def test_who_is_wrong_is_known_by_exact_evidence_alone() -> None:
    claimed = trials(one("q", "own", "unknown"), one("q", "peer", "claimed"))
    assert truth(claimed, "q") is None
    refuted = trials(one("q", "own", "claimed"), one("q", "peer", "refuted"))
    assert truth(refuted, "q") is False
    with pytest.raises(ValueError, match="both proved and refuted"):
        truth(trials(one("q", "own", "proved"), one("q", "peer", "refuted")), "q")


def test_tallies_count_every_trial_once() -> None:
    found = trials(
        one("a", "own", "proved"),
        one("a", "peer", "claimed"),
        one("b", "own", "refuted"),
        one("b", "peer", "claimed"),
        one("c", "own", "unknown"),
        one("c", "peer", "timeout"),
    )
    text = tallies(TWO, found)
    assert cells_of(text)[2:7] == ["1", "0", "1", "0", "1"]
    last = [cell.strip() for cell in text.splitlines()[3].strip("|").split("|")]
    assert last[2:7] == ["0", "1", "0", "1", "1"]


def test_the_command_writes_the_table_and_the_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note, record = tmp_path / "note.md", tmp_path / "record.jsonl"
    name = "python -m benchmarks.peers equality --write"
    note.write_text(f"before\n<!-- {name} -->\n<!-- end -->\nafter", "utf-8")
    tools = (fake("own", "tell(answer='holds')", has_certificate=True), fake("peer", "1/0"))
    with (
        mock.patch.object(command, "NOTE", note),
        mock.patch.object(command, "TOOLS", tools),
        mock.patch.object(command, "PARTS", {"equality": lambda: iter([EQUAL, APART])}),
    ):
        words = ["equality", "--write", "--only", "equal", "--record", str(record)]
        assert command.main(words) == 0
    content = content_of(note.read_text("utf-8"), name)
    assert content in capsys.readouterr().out
    assert "equal, exact | proved" in content
    assert "| crash" in content
    lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    assert [line["verdict"] for line in lines] == ["proved", "crash"]
    assert "ZeroDivisionError" in lines[1]["said"]


def test_what_the_record_has_is_not_asked_again(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    before = one("equal, exact", "own", "proved", 7)
    other = replace(one("equal, exact", "peer", "claimed", 7), limit=99)
    lines = [json.dumps(each.json) for each in (before, other)]
    record.write_text("\n".join((*lines, "")), "utf-8")
    tools = (fake("own", "1/0"), fake("peer", "tell(answer='unknown')"))
    found = command.asked([EQUAL], tools, 10, record)
    assert found["equal, exact", "own"] == before
    assert found["equal, exact", "peer"].verdict == "unknown"
    assert len(record.read_text("utf-8").splitlines()) == 3


def test_set_up_says_what_could_not_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = Environment("there-is-no-such-environment", ("nothing",))
    tool = Tool("absent", "", TWO[0].command, environment=nowhere)
    with mock.patch.object(Environment, "make", side_effect=SetUpError("no registry")):
        assert command.set_up((*TWO, tool)) == 1
    assert "absent: left out, no registry" in capsys.readouterr().err


def test_an_environment_is_made_once_and_again_for_other_requirements(tmp_path: Path) -> None:
    def ran(command: Sequence[str]) -> None:
        (tmp_path / "test").mkdir(exist_ok=True)

    with (
        mock.patch("benchmarks.peers.environment.FOLDER", tmp_path),
        mock.patch("benchmarks.peers.environment._ran", side_effect=ran),
    ):
        environment = Environment("test", ("one>=1",))
        assert not environment.is_made
        environment.make()
        assert environment.is_made
        assert not Environment("test", ("one>=2",)).is_made


def test_a_failing_command_of_set_up_is_told() -> None:
    from benchmarks.peers import environment

    with pytest.raises(SetUpError, match="exit here"):
        environment._ran([sys.executable, "-c", "raise SystemExit('exit here')"])


def test_questions_have_names_of_their_own_and_fit() -> None:
    for part in PARTS.values():
        found = list(part())
        assert len({question.key for question in found}) == len(found)
        for question in found:
            assert question.left.inputs == question.right.inputs == question.box.inputs
            assert question.domain.startswith("box:")
    assert all(not question.epsilon for question in PARTS["equality"]())


def test_environments_are_not_committed() -> None:
    ignored = (Path(__file__).resolve().parents[1] / ".gitignore").read_text("utf-8")
    assert "benchmarks/peers/.environments/" in ignored.splitlines()
