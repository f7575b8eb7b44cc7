"""relucert transform global-linear: an approximation, said to be one, and refuted as equal."""

import time
from dataclasses import asdict
from fractions import Fraction

from theory.domain import Box
from theory.errors import ScopeError
from theory.forms.global_linear import GlobalLinearForm, global_linear_form
from theory.strip import Strip, strip
from verify.claim import Claim, NamedNetwork
from verify.cli.question import Question
from verify.cli.settlement import settle
from verify.cli.task import Task
from verify.cli.terminal import Terminal, decimal, sizes, vector
from verify.errors import InputError
from verify.result import Run

_WARNING = "an approximation, not equal: it differs in strips along the boundaries of regions"
_LIMITS = (
    "a larger slope makes the strips thinner, but the largest error does not go to 0: on the "
    "boundary of two regions the approximation is twice the network, however large the slope"
)
_UNMEASURED = "not measured (it is on a box of one or two inputs, for small networks)"
_MOST_UNITS = 2000  # of an approximation whose strip is measured


def settle_global_linear(task: Task, terminal: Terminal) -> int:
    """Build the approximation, say what it is, and put the claim of equality to the prover."""
    slope = task.settings.get("slope", Fraction(1000))
    patterns = task.settings.get("patterns", "regions")
    if not isinstance(slope, Fraction) or not isinstance(patterns, str):
        raise InputError("--set", "expected slope=1000 (a number), patterns=regions or all")
    network = task.source.network
    started = time.monotonic()
    with terminal.progress("building the global-linear form"):
        form = global_linear_form(network, task.domain, slope, patterns)
        measured = _measured(task, form)
    seconds = {"read": task.read_seconds, "build": time.monotonic() - started}
    name = f"global-linear approximation of {task.source.name}"
    claim = Claim(
        NamedNetwork.of(task.source.name, network), NamedNetwork.of(name, form.network), task.domain
    )
    if not terminal.as_json:
        terminal.tell({}, _lines(form, measured))
    facts = asdict(form.trace) | {"slope": str(slope), "warning": _WARNING} | _facts(measured)
    run = Run(task.command, "global-linear", str(facts.pop("theorem")), facts, seconds)
    limits = (task.engine, task.timeout, task.opinion)
    question = Question(claim, *limits, task.folder, task.workers)
    return settle(question, run, terminal)


def _measured(task: Task, form: GlobalLinearForm) -> Strip | None:
    """The strip where they differ, where areas are measured."""
    if not isinstance(task.domain, Box) or form.network.units > _MOST_UNITS:
        return None
    try:
        return strip(task.source.network, form.network, task.domain)
    except ScopeError:
        return None


def _lines(form: GlobalLinearForm, measured: Strip | None) -> list[str]:
    trace = form.trace
    lines = [
        f"T25: {_WARNING}",
        f"no convergence in the sup norm: {_LIMITS}",
        f"{trace.patterns} patterns, {trace.functionals} distinct preactivations; widths as the "
        f"theorem counts {sizes(trace.theorem_widths)}, built {sizes(trace.widths)}",
    ]
    if measured is None:
        return [*lines, f"strip: {_UNMEASURED}"]
    return [
        *lines,
        f"strip: they differ on {_percent(measured.share)} of the box, by at most "
        f"{decimal(measured.largest_error)}, at {vector(measured.place)}",
    ]


def _facts(measured: Strip | None) -> dict[str, object]:
    """What run.json keeps of the strip; its exact area may have thousands of digits."""
    if measured is None:
        return {"strip": _UNMEASURED}
    return {
        "strip": f"{_percent(measured.share)} of the box",
        "largest error": decimal(measured.largest_error),
        "attained at": vector(measured.place),
    }


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.4g} %"
