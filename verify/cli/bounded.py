"""relucert transform bounded: no weight or bias larger than gamma, and the proof of equality."""

import time
from dataclasses import asdict
from fractions import Fraction

from theory.errors import ScopeError
from theory.forms.bounded import BoundedForm, bounded_form
from verify.claim import Claim, NamedNetwork
from verify.cli.question import Question
from verify.cli.settlement import settle
from verify.cli.task import Task
from verify.cli.terminal import Terminal, counted, decimal, sizes
from verify.errors import InputError
from verify.result import Run


def settle_bounded(task: Task, terminal: Terminal) -> int:
    """Copy units until no weight is too large, say how many copies, and prove the result equal."""
    gamma = task.settings.get("gamma", Fraction(1))
    if not isinstance(gamma, Fraction) or gamma <= 0:
        raise InputError("--set gamma", f"expected a positive number, got {str(gamma)[:40]}")
    network = task.source.network
    started = time.monotonic()
    try:
        form = bounded_form(network, task.domain, gamma)
    except ScopeError as error:
        raise InputError("--set gamma", str(error).removeprefix("gamma: ")) from None
    seconds = {"read": task.read_seconds, "build": time.monotonic() - started}
    claim = Claim(
        NamedNetwork.of(task.source.name, network),
        NamedNetwork.of(f"bounded form of {task.source.name}", form.network),
        task.domain,
    )
    if not terminal.as_json:
        terminal.tell({}, [_line(form)])
    facts = asdict(form.trace) | {"gamma": str(gamma), "largest": str(form.trace.largest)}
    run = Run(task.command, "bounded", str(facts.pop("theorem")), facts, seconds)
    limits = (task.engine, task.timeout, task.opinion, task.folder, task.workers)
    return settle(Question(claim, *limits), run, terminal)


def _line(form: BoundedForm) -> str:
    """What became larger so that weights became smaller."""
    trace = form.trace
    if trace.largest <= trace.gamma:
        return f"T64: the largest parameter is {decimal(trace.largest)}, so it stays as it is"
    most = ", ".join(map(str, trace.copies))
    more = counted(trace.constants, "constant unit", "constant units")
    return (
        f"T64: largest parameter {decimal(trace.largest)} before, {trace.gamma} at most after; "
        f"widths {sizes(trace.widths)}, up to {most} copies of a unit, {more}"
    )
