"""relucert transform FORM NETWORK: rewrite a network by a theorem, and prove the result."""

import time
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.named_form import NamedForm
from verify.cli.options import (
    AsJson,
    DomainText,
    EngineName,
    ExecutorName,
    Jobs,
    LocalText,
    Opinion,
    Out,
    Quiet,
    Settings,
    Timeout,
)
from verify.cli.terminal import Terminal

if TYPE_CHECKING:
    from verify.cli.task import Task

_DOMAINS = "all of R^n, boxes, polytopes with interior"
_ROUTES = ("radon", "triangulation", "smaller")
_DEPTHS = {"T09": "log2-depth", "T19": "log3-depth"}
FORMS = (
    NamedForm(
        "two-hidden",
        "T05",
        "at most two hidden layers",
        "up to 5 inputs that matter; more where no units nest over 6 directions",
        "theory.forms.two_hidden",
        "two_hidden_form",
    ),
    NamedForm(
        "log2-depth",
        "T09",
        "at most ceil(log2(n + 1)) hidden layers for n inputs, by max trees",
        "up to 12 inputs, germs of up to some 15 nested units",
        "theory.forms.log_depth",
        "log_depth_form",
        routes=_ROUTES,
    ),
    NamedForm(
        "log3-depth",
        "T19",
        "at most ceil(log3((n + 1) / 2)) + 1 hidden layers for n inputs, by blocks",
        "the same networks as log2-depth",
        "theory.forms.log3_depth",
        "log3_depth_form",
        routes=_ROUTES,
    ),
    NamedForm(
        "log-depth",
        "T19",
        "log2-depth (T09) or log3-depth (T19), whichever has fewer units",
        "the same networks as log2-depth",
        "theory.forms.log3_depth",
        "smaller_depth_form",
        routes=_ROUTES,
    ),
    NamedForm(
        "lattice",
        "T21",
        "a maximum of minima of the network's own affine pieces",
        "up to 12 inputs and 100000 unique-order cells, so few pieces",
        "theory.forms.lattice",
        "lattice_form",
    ),
    NamedForm(
        "one-hidden",
        "T30",
        "one hidden layer, or a reason why there is none",
        "up to 12 inputs; functions that one hidden layer gives, others are refused with a reason",
        "theory.forms.one_hidden",
        "one_hidden_network",
    ),
    NamedForm(
        "maximum",
        "T19",
        "ceil(log3(n / 2)) + 1 hidden layers for the maximum of n inputs (--set layers=3)",
        "networks that are the maximum of their inputs, up to 54; others are refuted",
        "verify.cli.maximum",
        "settle_maximum",
        ("layers",),
        "theory.forms.maximum:maximum_form",
    ),
    NamedForm(
        "bounded",
        "T64",
        "no weight or bias larger than gamma, by copies of units (--set gamma=1)",
        "any network, any number of inputs",
        "verify.cli.bounded",
        "settle_bounded",
        ("gamma",),
        "theory.forms.bounded:bounded_form",
    ),
    NamedForm(
        "compress",
        "T38",
        "no more units: what is stable, dead, dependent or double goes (--set leaves=16, "
        "relaxations=16, linear=64)",
        "any number of inputs; the smaller the box, the smaller the result",
        "verify.cli.compression",
        "settle_compression",
        ("leaves", "relaxations", "linear"),
        "theory.forms.compress:compressed_form",
    ),
    NamedForm(
        "three-hidden",
        "T22",
        "three hidden layers, weights in the extended reals (--set grid=255)",
        "up to 12 inputs; a grid of inputs needs a box",
        "verify.cli.extended",
        "settle_three_hidden",
        ("grid",),
        "theory.forms.three_hidden:three_hidden_form",
    ),
    NamedForm(
        "global-linear",
        "T25",
        "two hidden layers, NOT equal: an approximation (--set slope=1000, patterns=regions)",
        "up to 12 inputs, patterns=all up to 12 units; the strip is measured for 1 or 2 "
        "inputs on a box",
        "verify.cli.approximation",
        "settle_global_linear",
        ("slope", "patterns"),
        "theory.forms.global_linear:global_linear_form",
    ),
)

COPIES = (
    NamedForm(
        "round16",
        "",
        "a copy with float16 weights, NOT equal: within --set eps=1/100, or the least proved",
        "any network on a box",
        "verify.cli.rounding",
        "settle_float16",
        ("eps",),
    ),
    NamedForm(
        "round8",
        "",
        "a copy with int8 weights and a scale a row, NOT equal (--set bits=8, eps=1/100)",
        "any network on a box",
        "verify.cli.rounding",
        "settle_int8",
        ("bits", "eps"),
    ),
    NamedForm(
        "prune",
        "",
        "a copy without its smallest weights, NOT equal (--set share=1/10, eps=1/100)",
        "any network on a box",
        "verify.cli.rounding",
        "settle_pruned",
        ("share", "eps"),
    ),
)

RECURRENT = (
    ("unroll", "T43", "T steps of a recurrent network without recurrence, --steps T"),
    ("wavefront", "T43", "any network as a recurrent one that gives f(x_1) at time D"),
    ("saturated-to-relu", "T43", "a recurrent network of n saturated units with 2 n of relu"),
    ("turing", "T46", "a Turing machine as a recurrent network, every step on every tape"),
)

PARALLEL = ("parallel", "T49", "residual blocks side by side: equal to serial ones, or a point")

FormName = Annotated[
    str | None, typer.Argument(metavar="FORM", help="As --list names it.", show_default=False)
]
NetworkFile = Annotated[
    str | None,
    typer.Argument(metavar="NETWORK", help="A file .onnx, .nnet or .json.", show_default=False),
]
RouteName = Annotated[
    str | None,
    typer.Option(
        "--route",
        metavar="ROUTE",
        help="How log2-depth, log3-depth and log-depth reduce maxima: radon, triangulation, or "
        "smaller, which takes the smaller sum for each maximum and is the default.",
    ),
]
Steps = Annotated[
    int | None,
    typer.Option("--steps", metavar="T", min=1, help="For how many steps unroll does it."),
]
List = Annotated[bool, typer.Option("--list", help="List the forms and their theorems.")]


def transform(
    form: FormName = None,
    network: NetworkFile = None,
    *,
    domain: DomainText = "all",
    local: LocalText = None,
    engine: EngineName = "auto",
    timeout: Timeout = None,
    jobs: Jobs = 1,
    executor: ExecutorName = None,
    second_opinion: Opinion = None,
    settings: Settings = None,
    route: RouteName = None,
    steps: Steps = None,
    out: Out = None,
    list_forms: List = False,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Rewrite NETWORK by a theorem and prove that the result is equal to it on the domain."""
    terminal = Terminal(json, quiet)
    if list_forms:
        return _listed(terminal)
    from verify.cli.task import Task, read_settings, refuse_options

    if network is not None and form in [name for name, _, _ in (*RECURRENT, PARALLEL)]:
        refuse_options(
            form,
            {
                "--engine": engine != "auto",
                "--executor": executor,
                "--jobs": jobs > 1,
                "--local": local,
                "--route": route,
                "--second-opinion": second_opinion,
            },
        )
        return _rewritten(form, network, terminal)(domain, timeout, out, settings, steps)
    from verify.cli.question import checked_engine, checked_seconds, checked_size
    from verify.errors import InputError
    from verify.formats.domain_file import read_domain, read_local
    from verify.formats.network_file import read_network
    from verify.prove.workers import chosen_workers
    from verify.result import prepared_folder

    if form is None or network is None:
        raise InputError("transform", "expected FORM and NETWORK, or --list")
    known = (*FORMS, *COPIES)
    chosen = next((entry for entry in known if entry.name == form), None)
    if chosen is None:
        names = (*(entry.name for entry in known), *(name for name, _, _ in (*RECURRENT, PARALLEL)))
        raise InputError(f"form {form!r}", f"expected {', '.join(names[:-1])} or {names[-1]}")
    values = read_settings(settings or [], chosen.parameters)
    _require_route(chosen, route, steps)
    started = time.monotonic()
    checked_engine(engine)
    checked_seconds(timeout, "--timeout")
    checked_seconds(second_opinion, "--second-opinion")
    workers = chosen_workers(jobs, executor)
    source = read_network(network)
    where = checked_size(read_domain(domain, source.network.inputs))
    if local is not None:
        where = checked_size(read_local(local, where))
    folder = None if out is None else prepared_folder(out)
    options = {"--domain": domain, "--local": local, "--route": route}
    said = [word for name, value in options.items() if value for word in (name, value)]
    if chosen.parameters:
        said += [word for text in settings or () for word in ("--set", text)]
    command = ("relucert", "transform", form, network, *said)
    limits = (engine, timeout, second_opinion, workers)
    task = Task(source, where, folder, command, values, time.monotonic() - started, *limits)
    if chosen.parameters:
        settled: int = getattr(import_module(chosen.module), chosen.function)(task, terminal)
        return settled
    return _settled(task, chosen, route, terminal)


def _settled(task: "Task", form: NamedForm, route: str | None, terminal: Terminal) -> int:
    """Build a form without parameters and settle the claim that it is equal to its source."""
    from verify.acyclic import acyclic
    from verify.claim import Claim, NamedNetwork
    from verify.cli.question import Question
    from verify.cli.settlement import settle
    from verify.result import Run

    source, started = task.source, time.monotonic()
    with terminal.progress(f"building the {form.name} form"), acyclic():
        new, facts = form.built(source.network, task.domain, route)
        theorem = str(facts.pop("theorem", form.theorem))  # that of the case that was built
        name = f"{_taken(form.name, theorem)} form of {source.name}"
        left, right = NamedNetwork.of(source.name, source.network), NamedNetwork.of(name, new)
        claim = Claim(left, right, task.domain)
    seconds = {"read": task.read_seconds, "build": time.monotonic() - started}
    run = Run(task.command, form.name, theorem, facts, seconds)
    limits = (task.engine, task.timeout, task.opinion)
    return settle(Question(claim, *limits, task.folder, task.workers), run, terminal)


def _rewritten(form: str, network: str, terminal: Terminal) -> Callable[..., int]:
    """What settles a form of recurrent networks, given the other options."""
    from verify.cli.recurrence import REWRITINGS, Order
    from verify.cli.residual import settle_parallel

    def settled(
        domain: str,
        timeout: float | None,
        out: str | None,
        settings: list[str] | None,
        steps: int | None,
    ) -> int:
        order = Order(domain, timeout, out, terminal, tuple(settings or ()), steps)
        return {**REWRITINGS, PARALLEL[0]: settle_parallel}[form](network, order)

    return settled


def _listed(terminal: Terminal) -> int:
    """Tell the forms, their theorems and for which networks and domains they are there."""
    forms = {
        entry.name: {
            "about": entry.about,
            "domain": f"{_DOMAINS}; {entry.where}",
            "theorem": entry.theorem,
        }
        for entry in FORMS
    }
    lines = [f"Every form takes {_DOMAINS}; inputs of a box may be fixed."]
    for entry in FORMS:
        lines.append(f"{entry.name:13} {entry.theorem}  {entry.about}")
        lines.append(f"{'':18} for {entry.where}")
    copies = {entry.name: {"about": entry.about, "domain": "boxes"} for entry in COPIES}
    lines.append("Recurrent networks (.json) and Turing machines (.tm), inputs in a box or all:")
    lines += [f"{name:18} {theorem}  {about}" for name, theorem, about in RECURRENT]
    lines.append("Residual blocks (.json):")
    lines.append(f"{PARALLEL[0]:18} {PARALLEL[1]}  {PARALLEL[2]}")
    recurrent = {name: {"about": about, "theorem": theorem} for name, theorem, about in RECURRENT}
    lines.append("Copies that are close, with a proof of how close:")
    lines += [f"{entry.name:13} {entry.about}" for entry in COPIES]
    blocks = {PARALLEL[0]: {"about": PARALLEL[2], "theorem": PARALLEL[1]}}
    told: dict[str, object] = {
        "forms": forms,
        "recurrent": recurrent,
        "blocks": blocks,
        "copies": copies,
    }
    terminal.tell(told, lines)
    return 0


def _require_route(form: NamedForm, route: str | None, steps: int | None) -> None:
    """Refuse a route that the form does not have, and steps.

    Raises:
        InputError: there is no such route, or the form reduces no maxima; steps are given.
    """
    from verify.errors import InputError

    if steps is not None:
        raise InputError("--steps", "is for the form unroll")

    if route is None or route in form.routes:
        return
    if form.routes:
        raise InputError("--route", f"expected {' or '.join(form.routes)}, got {route[:40]!r}")
    names = ", ".join(entry.name for entry in FORMS if entry.routes)
    raise InputError("--route", f"the form {form.name} has none; {names} have")


def _taken(form: str, theorem: str) -> str:
    """The name of the form, with that of the one of two that was the smaller."""
    return f"log-depth ({_DEPTHS[theorem]}, {theorem})" if form == "log-depth" else form
