"""The page on agnostic.json: networks whose edges share one weight, for every weight (T50)."""

from theory.architectures.shared_weight import SharedWeightNetwork
from verify import agnostic_checker
from verify.checker import RejectedError
from verify.formats.domain_file import domain_of
from verify.formats.shared_json import read_shared
from verify.recurrent_claims import reader_of
from verify.report.domain_view import domain_view
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.typesetting import tex_space

_MOST_NODES = 24
_MOST_INPUTS = 10_000  # of a network whose paths are looked at
_FUNCTIONS = {
    "absolute": r"\left|{}\right|",
    "identity": "{}",
    "negation": r"-({})",
    "relu": r"\relu({})",
}
_SHARED = (
    "Every edge has the same weight $w$; every node is a function of $w$ times the sum of the "
    "nodes that it reads, one of which may be the constant~$1$."
)


def agnostic_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError, MalformedError, RejectedError: the evidence or a network cannot be read.
    """
    stated, _ = agnostic_checker.read(reader_of(str(file.folder)), file.content)
    sides = [("f", file.file_of("left"), stated.left)]
    if stated.right is not None:
        sides.append(("g", file.file_of("right"), stated.right))
    networks = [read_shared(file.folder / name) for _, name, _ in sides]
    inputs = networks[0].inputs
    domain = domain_view(domain_of(file.top["domain"], inputs, file.name))
    said = f"let $D={domain.formula}$"
    if stated.right is None:
        largest = stated.largest + 1
        conclusion = rf"$f_{{{largest}}}(w,x)\ge f_j(w,x)$ for every output $j$"
        setting = rf"Let $f$ be the network of Section~\ref{{objects}}, and {said}."
    else:
        conclusion = "$f(w,x)=g(w,x)$"
        setting = rf"Let $f$ and $g$ be the networks of Section~\ref{{objects}}, and {said}."
    return Page(
        title="Networks with one shared weight, for every weight",
        question="Networks with one shared weight",
        objects=tuple(
            ObjectView(symbol, name, _facts(network, _length(shared)))
            for (symbol, name, shared), network in zip(sides, networks, strict=True)
        ),
        setting=setting,
        conclusion=conclusion + r" for every real number $w$ and every $x\in D$",
        body="agnostic.tex.jinja",
        values={
            "nodes": [
                (symbol, _nodes(symbol, network), len(network.nodes))
                for (symbol, _, _), network in zip(sides, networks, strict=True)
            ],
            "compares": stated.right is not None,
            "proofs": file.proof_steps,
        },
        theorems=("T50",),
        limits=(REAL, "Nothing is said of networks whose edges have different weights."),
        remarks=(_SHARED,),
        domain=domain,
        has_kernel=True,
    )


def _length(network: agnostic_checker.Shared) -> str:
    """The length of all paths to the outputs."""
    if network.inputs > _MOST_INPUTS:
        return "not counted here"
    try:
        return str(agnostic_checker.length(network))
    except RejectedError:
        return "not one number"


def _facts(network: SharedWeightNetwork, length: str) -> tuple[tuple[str, str], ...]:
    edges = sum(len(node.sources) for node in network.nodes)
    return (
        ("Inputs", f"${tex_space(network.inputs)}$, and the weight $w$"),
        ("Outputs", str(len(network.outputs))),
        ("Nodes", str(len(network.nodes))),
        ("Edges", str(edges)),
        ("Edges on every path", length),
    )


def _nodes(symbol: str, network: SharedWeightNetwork) -> list[str]:
    """The first nodes as formulas in math mode; those that are outputs say so."""
    first = network.inputs + 1
    found = []
    for number, node in enumerate(network.nodes[:_MOST_NODES], start=first):
        read = "+".join(_name(source, network.inputs) for source in node.sources) or "0"
        argument = f"w({read})" if len(node.sources) > 1 else f"w\\,{read}"
        argument = "w" if read == "1" else argument
        formula = _FUNCTIONS[node.activation].replace("{}", argument)
        told = [
            f"={symbol}_{{{place}}}"
            for place, output in enumerate(network.outputs, start=1)
            if output == number
        ]
        found.append(f"v_{{{number}}}={formula}{''.join(told)}")
    return found


def _name(number: int, inputs: int) -> str:
    if number == 0:
        return "1"
    return f"x_{{{number}}}" if number <= inputs else f"v_{{{number}}}"
