"""relucert transform maximum: a network that is a maximum, in few layers, with two proofs.

The claim that both networks are equal is proved as any other. For five and six numbers in two
hidden layers there is also a chamber table, which says that the new network is the maximum;
it has a checker of its own.
"""

import time
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

from theory.forms.max_chambers import chamber_table
from theory.forms.maximum import MaximumForm, maximum_form
from verify.chambers import Answer, asked
from verify.claim import Claim, NamedNetwork
from verify.cli.question import Question
from verify.cli.settlement import settle
from verify.cli.task import Task
from verify.cli.terminal import Terminal
from verify.errors import InputError
from verify.result import TABLE, Run


def settle_maximum(task: Task, terminal: Terminal) -> int:
    """Build the maximum of the inputs, prove it, write OUT with its table and tell the user."""
    started = time.monotonic()
    with terminal.progress("building the maximum form"):
        form = maximum_form(task.source.network, task.domain, _layers_of(task))
    built = time.monotonic()
    sides = (
        NamedNetwork.of(task.source.name, task.source.network),
        NamedNetwork.of(f"maximum form of {task.source.name}", form.network),
    )
    table = _table_of(form)
    facts = asdict(form.trace)
    seconds = {"read": task.read_seconds, "build": built - started}
    if table is not None:
        answer = asked(table, sides[1].data)
        seconds["chambers"] = time.monotonic() - built
        facts["chamber_table"] = f"{answer.answer}: {answer.line}"
        if not terminal.as_json:
            terminal.tell({}, _lines(answer))
    run = Run(task.command, "maximum", str(facts.pop("theorem")), facts, seconds)
    limits = (task.engine, task.timeout, task.opinion)
    question = Question(Claim(*sides, task.domain), *limits, task.folder, task.workers)
    status = settle(question, run, terminal)
    if task.folder is not None and table is not None:
        _write(task.folder / TABLE, table)
    return status


def _layers_of(task: Task) -> int | None:
    value = task.settings.get("layers")
    if value is None:
        return None
    if not isinstance(value, Fraction) or value.denominator != 1 or value < 1:
        raise InputError("--set layers", f"expected a positive integer such as 2, got {value}")
    return int(value)


def _table_of(form: MaximumForm) -> bytes | None:
    """The chamber table of the formula that the network is written from, if there is one."""
    return None if form.formula is None else chamber_table(form.formula).text().encode("ascii")


def _lines(answer: Answer) -> list[str]:
    return [f"chamber table {answer.answer}, by verify/chamber_table.py: {answer.line}"]


def _write(path: Path, table: bytes) -> None:
    try:
        path.write_bytes(table)
    except OSError as error:
        raise InputError(str(path), f"cannot be written, {error.strerror or error}") from None
