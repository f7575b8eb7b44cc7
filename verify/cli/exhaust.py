"""relucert exhaust: a transform tried on every network of a shape over finite sets of weights."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, DomainText, Jobs, Out, Quiet, Relation, Timeout
from verify.cli.terminal import Terminal

if TYPE_CHECKING:
    from fractions import Fraction

Widths = Annotated[
    str, typer.Option("--widths", metavar="N-N-N", help="Inputs, hidden units, outputs: 2-2-1.")
]
Weights = Annotated[
    str,
    typer.Option(
        "--weights",
        metavar="NUMBERS",
        help="The values of weights: -1,0,1. Or `all`: every real number, as far as Z3 can tell.",
    ),
]
Biases = Annotated[
    str | None,
    typer.Option("--biases", metavar="NUMBERS", help="The values of biases; those of weights."),
]
TransformName = Annotated[
    str,
    typer.Option(
        "--transform",
        metavar="FORM",
        help="As `transform --list` names it, or module:function: (network) or (network, domain).",
    ),
]
Reduced = Annotated[
    bool,
    typer.Option(
        "--reduced",
        help="One network of every class of permuted and rescaled ones: enough for transforms "
        "that do not see the order and the scale of units.",
    ),
]


def exhaust(
    *,
    widths: Widths,
    weights: Weights,
    transform: TransformName,
    biases: Biases = None,
    domain: DomainText = "all",
    relation: Relation = "exact",
    reduced: Reduced = False,
    timeout: Timeout = None,
    jobs: Jobs = 1,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Try a transform on every network of a shape, prove every result, report what failed.

    With -o, a sweep that was interrupted goes on where it was when the command is given again.
    """
    from verify.cli.all_weights import settle_for_all
    from verify.cli.question import checked_seconds
    from verify.formats.domain_file import read_domain
    from verify.prove.workers import chosen_workers
    from verify.relation import read_relation
    from verify.result import prepared_folder
    from verify.testing.exhaustive import Sweep, swept
    from verify.testing.family import Family
    from verify.testing.record import Record, source_digest
    from verify.testing.sweep_report import RECORD, SweepReport
    from verify.testing.transformation import Transformation

    terminal = Terminal(json, quiet)
    shape = _widths(widths)
    where = read_domain(domain, shape[0])
    checked_seconds(timeout, "--timeout")
    name = _function(transform)
    chosen = Transformation.named(name)
    if weights == "all":
        return settle_for_all(chosen, shape, where, timeout, terminal)
    values = _numbers(weights, "--weights")
    family = Family.of(shape, values, None if biases is None else _numbers(biases, "--biases"))
    sweep = Sweep(family, name, where, read_relation(relation).text, reduced, timeout)
    folder = None if out is None else prepared_folder(out)
    record = None
    if folder is not None:
        record = Record(folder / RECORD, sweep.json, source_digest(name))
    with terminal.progress("sweeping") as tell:
        progress = None
        if tell is not None:
            progress = lambda done: tell(f"{done} of {sweep.chunks} chunks")  # noqa: E731
        outcome = swept(sweep, chosen_workers(jobs, None), record, progress)
    report = SweepReport(sweep, outcome)
    command: tuple[str, ...] = ("relucert", "exhaust", "--widths", widths, f"--weights={weights}")
    command += ("--transform", transform, "--domain", domain)
    files = () if folder is None else report.write(folder, command)
    lines = report.lines if not quiet and not json else []
    terminal.tell({**report.json, "files": [*files]}, [*lines, *_written(out)])
    return report.status


def _written(out: str | None) -> list[str]:
    return [] if out is None else [f"written: {os.path.join(out, 'report.json')}"]


def _function(transform: str) -> str:
    """The name `module:function` of a transform; modules of the working folder are found too.

    Raises:
        InputError: it is no form, and no such name.
    """
    from verify.cli.transform import FORMS
    from verify.errors import InputError

    if ":" in transform:
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        return transform
    for form in FORMS:
        if form.name == transform:
            return form.transform
    names = ", ".join(form.name for form in FORMS)
    raise InputError("--transform", f"expected {names} or module:function, got {transform!r}")


def _widths(text: str) -> list[int]:
    from verify.errors import InputError

    parts = text.split("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        raise InputError("--widths", f"expected numbers such as 2-2-1, got {text[:40]!r}")
    return [int(part) for part in parts]


def _numbers(text: str, option: str) -> "list[Fraction]":
    from theory.errors import NumberError
    from theory.rational import rational
    from verify.errors import InputError

    try:
        return [rational(part) for part in text.split(",")]
    except NumberError as error:
        raise InputError(option, str(error)) from None
