"""relucert prove LEFT RIGHT --domain DOMAIN: are two networks the same function?

relucert prove QUERY.vnnlib --network f=LEFT --network g=RIGHT asks what a VNN-LIB file asks.
"""

import time
from typing import Annotated

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
from verify.cli.terminal import Terminal
from verify.errors import InputError

Left = Annotated[
    str, typer.Argument(metavar="LEFT", help="A file .onnx, .nnet or .json; or a QUERY.vnnlib.")
]
Right = Annotated[str | None, typer.Argument(metavar="RIGHT", help="Another one.")]
Networks = Annotated[
    list[str] | None,
    typer.Option("--network", metavar="NAME=FILE", help="A network of the query; give both."),
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
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Prove that two networks are equal on a domain, or find a point where they differ."""
    from verify.cli.question import Question, checked_engine, checked_seconds, settle
    from verify.prove.workers import chosen_workers
    from verify.result import Run, prepared_folder

    started = time.monotonic()
    checked_engine(engine)
    checked_seconds(timeout, "--timeout")
    checked_seconds(second_opinion, "--second-opinion")
    is_query = left.endswith(".vnnlib")
    if is_query:
        claim, words = _asked(left, right, domain, network or []), list(network or [])
    else:
        claim = _stated(left, right, domain, relation)
        words = [right or "", "--domain", domain]
    if smtlib is not None:
        from verify.prove.smtlib import write_smtlib

        write_smtlib(claim, smtlib)
    folder = None if out is None else prepared_folder(out)
    command = ("relucert", "prove", left, *words)
    run = Run(command, seconds={"read": time.monotonic() - started})
    workers = chosen_workers(jobs, executor)
    question = Question(claim, engine, timeout, second_opinion, folder, workers)
    return settle(question, run, Terminal(json, quiet), is_query=is_query)


def _stated(left: str, right: str | None, domain: str, relation: str) -> Claim:
    """The claim that the arguments state."""
    from verify.cli.question import checked_size
    from verify.formats.domain_file import read_domain
    from verify.relation import read_relation

    wanted = read_relation(relation).text
    if right is None or not domain:
        missing = "--domain" if right is not None else "RIGHT"
        raise InputError("prove", f"expected LEFT RIGHT --domain DOMAIN, {missing} is missing")
    sides = [_named(path) for path in (left, right)]
    where = checked_size(read_domain(domain, sides[0].network.inputs))
    return Claim(sides[0], sides[1], where, wanted)


def _asked(query: str, right: str | None, domain: str, networks: list[str]) -> Claim:
    """The claim that a VNN-LIB query denies."""
    from pathlib import Path

    from verify.formats.network_file import read_bytes
    from verify.formats.vnnlib_query import parse_vnnlib_query

    if right is not None or domain:
        raise InputError("prove", "a query states its networks and domain itself")
    asked = parse_vnnlib_query(read_bytes(Path(query)), Path(query).name)
    files = dict(entry.partition("=")[::2] for entry in networks)
    if set(files) != {asked.left, asked.right} or len(files) != len(networks):
        wanted = f"--network {asked.left}=FILE --network {asked.right}=FILE"
        raise InputError("--network", f"expected {wanted}")
    sides = [_named(files[name]) for name in (asked.left, asked.right)]
    return Claim(sides[0], sides[1], asked.domain, asked.relation.text)


def _named(path: str) -> NamedNetwork:
    from verify.formats.network_file import read_network

    source = read_network(path)
    return NamedNetwork.of(source.name, source.network)
