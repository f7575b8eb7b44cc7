"""relucert agnostic LEFT [RIGHT]: networks whose edges share one weight, for every weight."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, DomainText, Out, Quiet, Timeout
from verify.cli.terminal import Terminal, vector

if TYPE_CHECKING:
    from theory.architectures.shared_weight import SharedWeightNetwork
    from theory.architectures.weight_axis import Root, WeightInterval
    from theory.network import Vector
    from verify.prove.architectures.shared_weight import Question

Left = Annotated[
    str,
    typer.Argument(
        metavar="LEFT", help="A .json file relucert-shared-weight, or FILE.out#INPUTS,OUTPUTS."
    ),
]
Right = Annotated[str | None, typer.Argument(metavar="RIGHT", help="Another one.")]
Largest = Annotated[
    int | None,
    typer.Option("--largest", metavar="I", min=0, help="Is output I of LEFT never exceeded?"),
]
Points = Annotated[
    str | None,
    typer.Option(
        "--points", metavar="POINTS", help="1,0;0,1: which outputs are largest, weight by weight."
    ),
]


def agnostic(
    left: Left,
    right: Right = None,
    *,
    domain: DomainText = "all",
    largest: Largest = None,
    points: Points = None,
    timeout: Timeout = None,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Settle a question about every value of the weight that all edges of a network share.

    LEFT RIGHT: are they equal? --largest I: is output I never exceeded? Both for every weight and
    every input of the domain. --points: the weight axis, cut where decisions at the points change.
    """
    from verify.errors import InputError

    terminal = Terminal(json, quiet)
    if sum(given is not None for given in (right, largest, points)) != 1:
        raise InputError("agnostic", "expected one of RIGHT, --largest I and --points POINTS")
    network = _read(left)
    if points is not None:
        from theory.architectures.weight_axis import weight_intervals

        read = _read_points(points, network.inputs)
        with terminal.progress("cutting the weight axis"):
            found = weight_intervals(network, read)
        return _told_axis(found, terminal)

    from verify.formats.domain_file import read_domain
    from verify.prove.architectures.shared_weight import Question

    other = None if right is None else _read(right)
    question = Question(network, other, largest, read_domain(domain, network.inputs))
    return _settle(question, timeout or 60.0, out, terminal)


def _read(path: str) -> "SharedWeightNetwork":
    """The network in a .json file or, with numbers of inputs and outputs, in a published .out."""
    from verify.formats.shared_json import read_shared
    from verify.formats.wann import read_wann

    is_published = path.rpartition("#")[0].endswith(".out") or path.endswith(".out")
    return read_wann(path) if is_published else read_shared(path)


def _settle(question: "Question", timeout: float, out: str | None, terminal: Terminal) -> int:
    """Answer the question, write the evidence and tell it; return the exit status."""
    from verify.prove.architectures.shared_weight import (
        EveryWeight,
        TellingWeight,
        for_every_weight,
    )
    from verify.recurrent_evidence import write_recurrent_evidence
    from verify.result import prepared_folder

    folder = None if out is None else prepared_folder(out)
    started = time.monotonic()
    with terminal.progress("all weights"):
        answer = for_every_weight(question, timeout)
    facts: dict[str, object] = {"seconds": time.monotonic() - started}
    if isinstance(answer, EveryWeight):
        lines = ["proved: for every weight and every point of the domain", answer.about]
        if folder is not None and answer.files:
            written = write_recurrent_evidence(folder, answer.files)
            lines.append(f"written: {out}/{{{','.join(written)}}} (relucert check {out})")
        terminal.tell({**facts, "verdict": "proved", "by": answer.about}, lines)
        return 0
    if isinstance(answer, TellingWeight):
        shown = {"weight": str(answer.weight), "point": [str(value) for value in answer.point]}
        lines = [f"different: at weight {answer.weight}, point {vector(answer.point)}, exactly"]
        terminal.tell({**facts, **shown, "verdict": "different"}, lines)
        return 1
    facts |= {"verdict": "unknown", "reason": answer.reason}
    terminal.tell(facts, [f"unknown: {answer.reason}"])
    return 2


def _read_points(text: str, inputs: int) -> "tuple[Vector, ...]":
    """The points of a text 1,0;0,1.

    Raises:
        InputError: a number is malformed, or a point has another dimension.
    """
    from theory.errors import NumberError
    from theory.rational import rational
    from verify.errors import InputError

    try:
        found = tuple(tuple(map(rational, one.split(","))) for one in text.split(";"))
    except NumberError as error:
        raise InputError("--points", str(error)) from None
    for point in found:
        if len(point) != inputs:
            raise InputError("--points", f"expected {inputs} numbers a point, got {len(point)}")
    return found


def _told_axis(found: "tuple[WeightInterval, ...]", terminal: Terminal) -> int:
    lines, facts = [], []
    for one in found:
        if one.start is not None and one.start is one.end:
            where = f"w = {_shown(one.start)}"
        else:
            left, right = "[" if one.has_start else "(", "]" if one.has_end else ")"
            where = f"w in {left}{_shown(one.start, '-')}, {_shown(one.end)}{right}"
        decisions = [sorted(chosen) for chosen in one.decision]
        lines.append(f"{where}: largest {' '.join(str(chosen) for chosen in decisions)}")
        facts.append({"where": where, "largest": decisions})
    terminal.tell({"intervals": facts}, lines)
    return 0


def _shown(root: "Root | None", sign: str = "") -> str:
    """A rational root itself, another one as the root of its polynomial between two numbers."""
    if root is None:
        return f"{sign}infinity"
    if root.low == root.high:
        return str(root.low)
    while root.high - root.low > 1:
        root = root.halved()
    terms = " ".join(
        f"{entry:+d} w^{power}" for power, entry in enumerate(root.polynomial) if entry
    )
    return f"the root of {terms} between {root.low} and {root.high}"
