"""relucert transform round16 | round8 | prune: copies that are close, and a proof of how close."""

import time
from dataclasses import asdict, replace
from fractions import Fraction

from theory.domain import Box
from theory.errors import NumberError
from theory.rounding import NetworkCopy, float16_copy, int8_copy, pruned_copy
from verify.claim import Claim, NamedNetwork
from verify.cli.question import Question
from verify.cli.settlement import settle
from verify.cli.task import Task
from verify.cli.terminal import Terminal, decimal
from verify.errors import InputError
from verify.prove.least_tolerance import least_tolerance
from verify.relation import Epsilon
from verify.result import Run

_SECONDS = 60.0  # of search for a tolerance, if no other time is given


def settle_float16(task: Task, terminal: Terminal) -> int:
    """The copy with float16 weights, and the claim that it is close."""
    return _settled(task, terminal, "round16", float16_copy(task.source.network))


def settle_int8(task: Task, terminal: Terminal) -> int:
    """The copy with int8 weights and a scale a row, and the claim that it is close."""
    bits = _number(task, "bits", Fraction(8))
    if bits.denominator != 1:
        raise InputError("--set bits", f"expected a whole number, got {bits}")
    try:
        return _settled(task, terminal, "round8", int8_copy(task.source.network, int(bits)))
    except NumberError as error:
        raise InputError("--set bits", str(error)) from None


def settle_pruned(task: Task, terminal: Terminal) -> int:
    """The copy without its smallest weights, and the claim that it is close."""
    try:
        copy = pruned_copy(task.source.network, _number(task, "share", Fraction(1, 10)))
    except NumberError as error:
        raise InputError("--set share", str(error)) from None
    return _settled(task, terminal, "prune", copy)


def _number(task: Task, name: str, default: Fraction) -> Fraction:
    value = task.settings.get(name, default)
    if not isinstance(value, Fraction):
        raise InputError(f"--set {name}", f"expected a number, got {value[:40]!r}")
    return value


def _settled(task: Task, terminal: Terminal, form: str, copy: NetworkCopy) -> int:
    """Claim that the copy is within eps, the given one or the least that is proved."""
    if not isinstance(task.domain, Box):
        raise InputError("--domain", f"expected a box, {form} changes the function")
    sides = (
        NamedNetwork.of(task.source.name, task.source.network),
        NamedNetwork.of(f"{form} of {task.source.name}", copy.network),
    )
    claim = Claim(*sides, task.domain)
    trace = copy.trace
    told = f"{trace.removed} of {trace.weights} weights removed, {trace.changed} numbers changed"
    lines = [f"{form}: {told}"]
    facts: dict[str, object] = asdict(trace)
    started = time.monotonic()
    epsilon, known = _number(task, "eps", Fraction(-1)), None
    if epsilon < 0:
        with terminal.progress("looking for the least tolerance that is proved"):
            found = least_tolerance(claim, task.timeout or _SECONDS)
        known = found.proof
        if found.upper is None:
            raise InputError(form, "no tolerance was proved in its time; --timeout S, --set eps=1")
        epsilon = found.upper
        facts["witnessed"] = str(found.lower)
        lines.append(f"a point with a difference of {decimal(found.lower)} was met")
    if not terminal.as_json:
        terminal.tell({}, lines)
    seconds = {"read": task.read_seconds, "tolerance": time.monotonic() - started}
    run = Run(task.command, form, None, facts, seconds)
    asked = replace(claim, relation=Epsilon(epsilon).text if epsilon else "exact")
    limits = (task.engine, task.timeout, task.opinion)
    question = Question(asked, *limits, task.folder, task.workers, known=known)
    return settle(question, run, terminal)
