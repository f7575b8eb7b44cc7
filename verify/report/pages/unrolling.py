"""The page on unrolling.json: a network is some steps of a recurrent one, or the reverse (T43)."""

from verify import unrolling_checker
from verify.formats.domain_file import domain_of
from verify.formats.network_file import read_bytes
from verify.formats.network_json import parse_network
from verify.formats.recurrent_json import read_recurrent
from verify.recurrent_claims import reader_of
from verify.report.domain_view import DomainView, domain_view
from verify.report.pages.network_view import network_facts, widths_told
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.pages.recurrent_view import RECURRENCE, equations, recurrent_facts

_MOST_WIDTH = 1000  # of the first layer of a network that is written out
_TITLES = {
    "last": "A network that is ${}$ steps of a recurrent network",
    "every": "A network that is ${}$ steps of a recurrent network, all outputs",
    "wavefront": "A network as ${}$ steps of a recurrent network",
}
_CONCLUSIONS = {
    "last": r"$f(x_1,\dots,x_{T})=y_{T}$, the output of $r$ at time ${T}$, for all "
    r"$x_1,\dots,x_{T}\in X$",
    "every": r"$f(x_1,\dots,x_{T})=(y_1,\dots,y_{T})$, the outputs of $r$ at the times "
    r"$1,\dots,{T}$, for all $x_1,\dots,x_{T}\in X$",
    "wavefront": r"the output of $r$ at time ${T}$ is $f(x_1)$, from every state at time $0$ and "
    r"for all $x_1,\dots,x_{T}\in X$",
}


def unrolling_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError, MalformedError, RejectedError: the evidence or a network cannot be read.
    """
    stated, _ = unrolling_checker.read(reader_of(str(file.folder)), file.content)
    names = file.file_of("recurrent"), file.file_of("network")
    recurrent = read_recurrent(file.folder / names[0])
    network = parse_network(read_bytes(file.folder / names[1]), names[1])
    domain: DomainView = domain_view(domain_of(file.top["domain"], recurrent.inputs, file.name))
    shown = equations("r", recurrent)
    steps = str(stated.steps)
    return Page(
        title=_TITLES[stated.kind].replace("{}", steps),
        question="A network and a recurrent network compared",
        objects=(
            ObjectView("r", names[0], recurrent_facts(recurrent)),
            ObjectView("f", names[1], network_facts(network)),
        ),
        setting="Let $r$ be the recurrent network and $f$ the ReLU network of "
        rf"Section~\ref{{objects}}, and let $X={domain.formula}$.",
        conclusion=_CONCLUSIONS[stated.kind].replace("{T}", f"{{{steps}}}"),
        body="unrolling.tex.jinja",
        values={
            "equations": [shown] if shown is not None else [],
            "steps": stated.steps,
            "kind": stated.kind,
            "widths": _unrolled_widths(stated),
            "proof_steps": sum(file.proof_steps),
        },
        theorems=("T43",),
        limits=(
            REAL,
            f"Nothing is said of other numbers of steps than {steps}.",
        ),
        remarks=(RECURRENCE,),
        domain=domain,
        has_kernel=True,
    )


def _unrolled_widths(stated: unrolling_checker.Unrolling) -> str:
    """The widths of the network that the checker writes out, if it is not too large."""
    if (stated.recurrent.inputs + len(stated.recurrent.start)) * stated.steps > _MOST_WIDTH:
        return "not counted here"
    layers = unrolling_checker.unrolled(stated)
    return widths_told([layers[0].inputs, *(len(layer.bias) for layer in layers)])
