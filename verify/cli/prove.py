"""relucert prove LEFT RIGHT --domain DOMAIN: are two networks the same function?"""

import time
from typing import Annotated

import typer

from verify.cli.options import (
    AsJson,
    DomainText,
    EngineName,
    Jobs,
    Opinion,
    Out,
    Quiet,
    Relation,
    Timeout,
)
from verify.cli.terminal import Terminal

Left = Annotated[str, typer.Argument(metavar="LEFT", help="A file .onnx, .nnet or .json.")]
Right = Annotated[str, typer.Argument(metavar="RIGHT", help="Another one.")]


def prove(
    left: Left,
    right: Right,
    *,
    domain: DomainText,
    relation: Relation = "exact",
    engine: EngineName = "auto",
    timeout: Timeout = None,
    jobs: Jobs = 1,
    second_opinion: Opinion = None,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Prove that two networks are equal on a domain, or find a point where they differ."""
    from verify.claim import Claim, NamedNetwork
    from verify.cli.question import (
        Question,
        checked_engine,
        checked_seconds,
        checked_size,
        settle,
    )
    from verify.formats.domain_file import read_domain
    from verify.formats.network_file import read_network
    from verify.relation import read_relation
    from verify.result import Run, prepared_folder

    del jobs  # one process searches so far
    started = time.monotonic()
    wanted = read_relation(relation).text
    checked_engine(engine)
    checked_seconds(timeout, "--timeout")
    checked_seconds(second_opinion, "--second-opinion")
    sources = [read_network(path) for path in (left, right)]
    sides = [NamedNetwork.of(source.name, source.network) for source in sources]
    where = checked_size(read_domain(domain, sides[0].network.inputs))
    claim = Claim(sides[0], sides[1], where, wanted)
    folder = None if out is None else prepared_folder(out)
    command = ("relucert", "prove", left, right, "--domain", domain)
    run = Run(command, seconds={"read": time.monotonic() - started})
    question = Question(claim, engine, timeout, second_opinion, folder)
    return settle(question, run, Terminal(json, quiet))
