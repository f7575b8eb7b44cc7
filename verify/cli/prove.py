"""relucert prove LEFT RIGHT --domain DOMAIN: are two networks the same function?

relucert prove QUERY.vnnlib --network f=LEFT --network g=RIGHT asks what a VNN-LIB file asks.
"""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from verify.claim import Claim, NamedNetwork
from verify.cli.options import (
    AsJson,
    DomainText,
    EngineName,
    ExecutorName,
    Jobs,
    Opinion,
    Out,
    Quiet,
    Relation,
    Script,
    Timeout,
)
from verify.cli.query import AskedQuery, asked_query
from verify.cli.terminal import Terminal
from verify.errors import InputError
from verify.formats.recurrent_json import is_recurrence

if TYPE_CHECKING:
    from verify.reduction import Reduction

Left = Annotated[
    str, typer.Argument(metavar="LEFT", help="A file .onnx, .nnet or .json; or a QUERY.vnnlib.")
]
Right = Annotated[str | None, typer.Argument(metavar="RIGHT", help="Another one.")]
Networks = Annotated[
    list[str] | None,
    typer.Option("--network", metavar="NAME=FILE", help="A network of the query; give both."),
]
Result = Annotated[
    str | None,
    typer.Option("--result", metavar="FILE", help="Write a query's answer as VNN-COMP wants it."),
]

Floats = Annotated[
    int,
    typer.Option(
        "--floats",
        metavar="CELLS",
        min=0,
        help="Also bound float32 evaluation of both over the box, cut in so many cells (1: as it "
        "is).",
    ),
]


def prove(
    left: Left,
    right: Right = None,
    *,
    domain: DomainText = "",
    relation: Relation = "exact",
    network: Networks = None,
    engine: EngineName = "auto",
    timeout: Timeout = None,
    jobs: Jobs = 1,
    executor: ExecutorName = None,
    second_opinion: Opinion = None,
    smtlib: Script = None,
    result: Result = None,
    floats: Floats = 0,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Prove that two networks are equal on a domain, or find a point where they differ.

    Recurrent networks (.json): equal on sequences of every length, inputs in the domain. A Turing
    machine (.tm) and a recurrent network: does it simulate the machine on every tape?
    """
    if is_recurrence(left, right):
        from verify.cli.recurrence import Order, settle_recurrent

        return settle_recurrent(left, right, Order(domain, timeout, out, Terminal(json, quiet)))
    from verify.cli.greatest import Asked, read_ratio, refuse_others, tell_greatest
    from verify.cli.question import Question, checked_engine, checked_seconds
    from verify.cli.settlement import settle
    from verify.prove.workers import chosen_workers
    from verify.result import Run, prepared_folder

    started = time.monotonic()
    checked_engine(engine)
    checked_seconds(timeout, "--timeout")
    checked_seconds(second_opinion, "--second-opinion")
    ratio = read_ratio(relation)
    if ratio is not None:
        others = {"--second-opinion": second_opinion, "--smtlib": smtlib, "--floats": floats}
        refuse_others(engine, [name for name, value in others.items() if value])
    query: AskedQuery | None = None
    reduction: Reduction | None
    if left.endswith(".vnnlib"):
        if right is not None or domain:
            raise InputError("prove", "a query states its networks and domain itself")
        query = asked_query(left, network or [], result, out)
        claim, reduction, words = query.reduction.claim, query.reduction, list(network or [])
    else:
        claim, reduction = _stated(left, right, domain, "exact" if ratio else relation)
        words = [right or "", "--domain", domain, "--relation", relation]
    if query is None and (result is not None or network):
        raise InputError("prove", "--result and --network are for a QUERY.vnnlib")
    if smtlib is not None:
        from verify.prove.solver.smtlib import write_smtlib

        write_smtlib(claim, smtlib)
    folder = None if out is None else prepared_folder(out)
    command = ("relucert", "prove", left, *words)
    run = Run(command, seconds={"read": time.monotonic() - started})
    workers = chosen_workers(jobs, executor)
    if ratio is not None:
        asked = Asked(claim, ratio, timeout, folder, workers)
        return tell_greatest(asked, run, Terminal(json, quiet))
    question = Question(claim, engine, timeout, second_opinion, folder, workers, reduction, floats)
    return settle(question, run, Terminal(json, quiet), query)


def _stated(
    left: str, right: str | None, domain: str, relation: str
) -> "tuple[Claim, Reduction | None]":
    """The claim that the arguments state, or the one that answers what they ask."""
    from verify.cli.question import checked_size
    from verify.confidence import PREFIX, confidence_reduction, read_confidence
    from verify.formats.domain_file import read_domain
    from verify.relation import read_relation
    from verify.tolerances import read_tolerances, tolerance_reduction

    confidence = read_confidence(relation) if relation.strip().startswith(PREFIX) else None
    tolerances = read_tolerances(relation)
    is_plain = confidence is None and tolerances is None
    wanted = read_relation(relation).text if is_plain else "exact"
    if right is None or not domain:
        missing = "--domain" if right is not None else "RIGHT"
        raise InputError("prove", f"expected LEFT RIGHT --domain DOMAIN, {missing} is missing")
    sides = [_named(path) for path in (left, right)]
    where = checked_size(read_domain(domain, sides[0].network.inputs))
    claim = Claim(sides[0], sides[1], where, wanted)
    if confidence is not None:
        reduction = confidence_reduction(confidence, claim)
        return reduction.claim, reduction
    if tolerances is not None:
        reduction = tolerance_reduction(tolerances, claim)
        return reduction.claim, reduction
    return claim, None


def _named(path: str) -> NamedNetwork:
    from verify.formats.network_file import read_network

    source = read_network(path)
    return NamedNetwork.of(source.name, source.network)
