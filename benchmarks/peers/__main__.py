"""Other tools on the same questions: `python -m benchmarks.peers set-up`, then `... equality`.

`set-up` makes an environment for every peer below benchmarks/peers/.environments, from the
package registry that pip knows. `equality` and `tolerance` ask every tool every question of that
part, each in a process of its own with the same limit of CPU time, and print tables of verdicts,
seconds and ratios to relucert; `--write` puts them into notes/peers-benchmark.md. Tools that are
not installed are left out.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.note_table import replaced
from benchmarks.peers.comparison import comparison, tallies
from benchmarks.peers.environment import SetUpError
from benchmarks.peers.pairs import PARTS
from benchmarks.peers.question import Question, write_question
from benchmarks.peers.tool import TOOLS, Tool
from benchmarks.peers.trial import Trial, trial

NOTE = Path(__file__).resolve().parents[2] / "notes" / "peers-benchmark.md"
COMMAND = "python -m benchmarks.peers {part} --write"


def set_up(tools: Sequence[Tool]) -> int:
    """Make the environments that are missing; the number of those that could not be made."""
    failed = 0
    for tool in tools:
        if tool.environment is None or tool.is_installed:
            continue
        try:
            tool.environment.make()
        except SetUpError as error:
            failed += 1
            print(f"{tool.name}: left out, {error}", file=sys.stderr)
        else:
            print(f"{tool.name}: {', '.join(tool.environment.requirements)}")
    return failed


def asked(
    plan: Sequence[Question], tools: Sequence[Tool], limit: float, record: Path | None
) -> dict[tuple[str, str], Trial]:
    """Every tool's trial on every question, and as lines of a record, if there is to be one.

    What the record already has, with the same limit, is not asked again.
    """
    found = {} if record is None else recorded(record, limit)
    with tempfile.TemporaryDirectory() as scratch:
        for index, question in enumerate(plan):
            folder = Path(scratch) / str(index)
            write_question(question, folder)
            for tool in tools:
                if (question.key, tool.name) in found:
                    continue
                one = trial(tool, question, folder, limit)
                found[question.key, tool.name] = one
                print(f"{one.question}; {one.tool}: {one.verdict} {one.seconds:.2f} s {one.said}")
                sys.stdout.flush()
                if record is not None:
                    with record.open("a", encoding="utf-8") as lines:
                        lines.write(json.dumps(one.json) + "\n")
    return found


def recorded(record: Path, limit: float) -> dict[tuple[str, str], Trial]:
    """The trials of a record that had this limit; none if there is no such file yet."""
    if not record.exists():
        return {}
    lines = record.read_text(encoding="utf-8").splitlines()
    found = [Trial(**json.loads(line)) for line in lines]
    return {(one.question, one.tool): one for one in found if one.limit == limit}


def told(
    plan: Sequence[Question], tools: Sequence[Tool], trials: dict[tuple[str, str], Trial]
) -> str:
    """Both tables."""
    keys = [question.key for question in plan]
    asked = {key: one for key, one in trials.items() if key[0] in keys}
    return f"{comparison(keys, tools, asked)}\n\n{tallies(tools, asked)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up, or ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("set-up", *PARTS))
    parser.add_argument("--timeout", type=float, default=20, help="CPU seconds of a tool")
    parser.add_argument("--only", default="", help="questions whose name contains this text")
    parser.add_argument("--tools", default="", help="names, separated by semicolons")
    parser.add_argument("--record", type=Path, help="keep trials in this file, and go on from it")
    parser.add_argument("--write", action="store_true", help="put the tables into the note")
    options = parser.parse_args(arguments)
    names = [name.strip() for name in options.tools.split(";") if name.strip()]
    tools = [tool for tool in TOOLS if not names or tool.name in names]
    if options.verb == "set-up":
        return 1 if set_up(tools) else 0
    tools = [TOOLS[0], *(tool for tool in tools if tool is not TOOLS[0] and tool.is_installed)]
    plan = [question for question in PARTS[options.verb]() if options.only in question.key]
    trials = asked(plan, tools, options.timeout, options.record)
    text = told(plan, tools, trials)
    print(text)
    if options.write:
        note = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(replaced(note, COMMAND.format(part=options.verb), text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
