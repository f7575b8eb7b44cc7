"""relucert transform compress: fewer units, equal on the domain, and what became of every layer."""

import time
from dataclasses import asdict
from fractions import Fraction

from theory.forms.compress import LayerTrace, compressed_form
from verify.claim import Claim, NamedNetwork
from verify.cli.question import Question
from verify.cli.settlement import settle
from verify.cli.task import Task
from verify.cli.terminal import Terminal, counted
from verify.errors import InputError
from verify.prove.signs.stable_units import stable_units, usual_relaxations
from verify.result import Run

_LEAVES = 16
_MOST = 4096


def settle_compression(task: Task, terminal: Terminal) -> int:
    """Compress the network, say what was removed and why not more, and prove the result equal."""
    leaves = _whole(task, "leaves", 1)
    relaxations = usual_relaxations(task.domain)
    if "relaxations" in task.settings:
        relaxations = _whole(task, "relaxations", 0)
    network = task.source.network
    linear = _whole(task, "linear", 0) if "linear" in task.settings else None
    started = time.monotonic()
    with terminal.progress("deciding the signs of units"):
        found = stable_units(network, task.domain, leaves, relaxations, linear)
    decided = time.monotonic()
    with terminal.progress("building the compress form"):
        form = compressed_form(network, task.domain, found.known)
    trace = form.trace
    claim = Claim(
        NamedNetwork.of(task.source.name, network),
        NamedNetwork.of(f"compress form of {task.source.name}", form.network),
        task.domain,
    )
    if not terminal.as_json:
        terminal.tell({}, _lines(trace.layers, found.crossing))
        kept = f"parameters: {trace.parameters_before} before, {trace.parameters} after"
        terminal.tell({}, [kept])
    seconds = {
        "read": task.read_seconds,
        "signs": decided - started,
        "build": time.monotonic() - decided,
    }
    facts = asdict(trace) | {"crossing": found.crossing, "leaves": found.tree.leaves}
    run = Run(task.command, "compress", str(facts.pop("theorem")), facts, seconds)
    limits = (task.engine, task.timeout, task.opinion, task.folder, task.workers)
    halves = found.tree if task.engine in ("auto", "stability") else None
    return settle(Question(claim, *limits, halves=halves), run, terminal)


def _whole(task: Task, name: str, least: int) -> int:
    """The number of a parameter.

    Raises:
        InputError: it is no whole number from the least one to 4096.
    """
    value = task.settings.get(name, Fraction(_LEAVES))
    if isinstance(value, str) or value.denominator != 1 or not least <= value <= _MOST:
        wanted = f"expected a whole number from {least} to {_MOST}"
        raise InputError(f"--set {name}", f"{wanted}, got {str(value)[:40]}")
    return int(value)


def _lines(layers: tuple[LayerTrace, ...], crossing: tuple[int, ...]) -> list[str]:
    """For every hidden layer its units by kind, what went and what is left."""
    lines = []
    for layer, cross in zip(layers, crossing, strict=True):
        proofs = ", ".join(f"{count} by {name}" for name, count in layer.proofs)
        removed = ", ".join(f"{count} {reason}" for reason, count in layer.removed)
        weak = layer.undecided - cross
        lines += [
            f"layer {layer.layer}: {counted(layer.units, 'unit', 'units')}, "
            f"{layer.inactive} stably inactive, {layer.active} stably active"
            + (f" ({proofs})" if proofs else ""),
            f"    undecided: {layer.undecided}, of which {cross} have both signs at points of the "
            f"domain and {weak} have bounds that are too weak",
            f"    removed: {removed or 'none'}; {layer.kept} left",
        ]
    return lines
