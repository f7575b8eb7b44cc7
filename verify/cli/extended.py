"""relucert transform three-hidden: the form with extended-real weights, and its own evidence."""

import hashlib
import time
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

from theory.domain import Box
from theory.forms.grid_inputs import GridForm, grid_form, grid_points
from theory.forms.three_hidden import three_hidden_form
from verify.claim import NamedNetwork, json_bytes
from verify.cli.task import Task
from verify.cli.terminal import Terminal, counted, sizes
from verify.errors import InputError
from verify.extended_claim import ExtendedClaim, NamedExtendedNetwork
from verify.formats.network_json import network_text
from verify.prove.cells.extended import ExtendedProof, settled
from verify.result import CERTIFICATE, RUN, clear_folder, write_files
from verify.verdict import Unknown

GRID = "grid.json"
_MOST_POINTS = 10_000
_EVIDENCE = "verify/extended_checker.py, and verify/checker.py for each region"


def settle_three_hidden(task: Task, terminal: Terminal) -> int:
    """Build the form, prove it region by region, write OUT and tell the user."""
    network = task.source.network
    _require_own_search(task)
    grid = _grid_of(task)
    started = time.monotonic()
    with terminal.progress("building the three-hidden form"):
        form = three_hidden_form(network, task.domain)
        finite = None if grid is None else _grid_form(task, grid)
    built = time.monotonic() - started
    right = NamedExtendedNetwork.of(f"three-hidden form of {task.source.name}", form.network)
    claim = ExtendedClaim(NamedNetwork.of(task.source.name, network), right, task.domain)
    with terminal.progress("proving") as tell:
        found = settled(claim, tell, task.timeout)
    proof, reason = (None, found.reason) if isinstance(found, Unknown) else (found, "")
    seconds = {"read": task.read_seconds, "build": built}
    if proof is not None:
        seconds |= {"prove": proof.prove_seconds, "check": proof.check_seconds}
    points = _evaluated(task, finite)
    facts: dict[str, object] = {
        "command": list(task.command),
        "construction": asdict(form.trace),
        "form": "three-hidden",
        "grid": None if finite is None else {**_grid_facts(finite), "points_evaluated": points},
        "reason": reason,
        "evidence": _EVIDENCE if proof is not None else None,
        "seconds": seconds,
        "summary": {} if proof is None else _summary(proof),
        "theorem": "T22",
        "verdict": "unknown" if proof is None else "equivalent",
    }
    if task.folder is not None:
        _write(task.folder, claim, proof, finite, facts)
    lines = [*_claim_lines(claim), *_lines(proof, reason), *_grid_lines(finite, points)]
    times = ", ".join(f"{name} {value:.2f} s" for name, value in seconds.items())
    written = [] if task.folder is None else [f"written: {task.folder} (relucert check)"]
    terminal.tell(facts, [*lines, times, *written])
    return 2 if proof is None else 0


def _require_own_search(task: Task) -> None:
    if task.engine not in {"auto", "cells"} or task.opinion is not None:
        raise InputError(
            "three-hidden", "infinite weights are proved by cells alone, without a second opinion"
        )


def _grid_of(task: Task) -> int | None:
    value = task.settings.get("grid")
    if value is None:
        return None
    if not isinstance(value, Fraction) or value.denominator != 1 or value < 1:
        raise InputError("--set grid", f"expected a positive integer such as 255, got {value}")
    return int(value)


def _grid_form(task: Task, grid: int) -> GridForm:
    if not isinstance(task.domain, Box):
        raise InputError("--set grid", "a grid of inputs needs a box, such as --domain box:0,1")
    return grid_form(task.source.network, task.domain, grid)


def _evaluated(task: Task, finite: GridForm | None) -> int:
    """How many points were evaluated, all of the grid or none; equal at each of them.

    Raises:
        InputError: the networks differ at one: the construction or this program is wrong.
    """
    if finite is None or finite.trace.points > _MOST_POINTS or not isinstance(task.domain, Box):
        return 0
    for point in grid_points(task.domain, finite.trace.denominator):
        if finite.network(point) != task.source.network(point):
            raise InputError("grid", f"the finite network differs at {tuple(map(str, point))}")
    return finite.trace.points


def _summary(proof: ExtendedProof) -> dict[str, int]:
    return {
        "bytes": len(proof.certificate.data),
        "leaves": proof.leaves,
        "lemmas": proof.lemmas,
        "regions": proof.regions,
    }


def _grid_facts(finite: GridForm) -> dict[str, object]:
    facts = asdict(finite.trace)
    return facts | {"infinities": [str(value) for value in finite.trace.infinities]}


def _write(
    folder: Path,
    claim: ExtendedClaim,
    proof: ExtendedProof | None,
    finite: GridForm | None,
    facts: dict[str, object],
) -> None:
    files = {**claim.files, RUN: json_bytes(facts)}
    if proof is not None:
        files[CERTIFICATE] = proof.certificate.data
    if finite is not None:
        files[GRID] = network_text(finite.network).encode("ascii")
    clear_folder(folder, (GRID,))
    write_files(folder, files)


def _claim_lines(claim: ExtendedClaim) -> list[str]:
    return [
        f"{side}  {sizes(named.network.widths)}  {named.name}  sha256 {named.sha256[:16]}"
        for side, named in (("left ", claim.left), ("right", claim.right))
    ]


def _lines(proof: ExtendedProof | None, reason: str) -> list[str]:
    if proof is None:
        return [f"unknown: {reason}"]
    size = f"{len(proof.certificate.data) / 1000:.1f} kB"
    regions = counted(proof.regions, "region", "regions")
    return [
        "equivalent: left(x) = right(x) for every x of the domain, right with weights a + c inf",
        f"certificate accepted ({regions}, exactly one fires at every point; "
        f"{counted(proof.lemmas, 'lemma', 'lemmas')}, {size})",
        f"accepted by: {_EVIDENCE}; no ordinary certificate speaks of infinite weights",
    ]


def _grid_lines(finite: GridForm | None, points: int) -> list[str]:
    if finite is None:
        return []
    trace = finite.trace
    digest = hashlib.sha256(network_text(finite.network).encode("ascii")).hexdigest()[:16]
    how = f"all {points} points evaluated" if points else "by theorem T23, no certificate"
    return [
        f"grid   {sizes(trace.widths)}  finite weights, equal where all inputs are multiples of "
        f"1/{trace.denominator} ({how}), not between  sha256 {digest}"
    ]
