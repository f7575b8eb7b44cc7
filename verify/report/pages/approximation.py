"""The page on approximation.json: a network within epsilon of a function (T52).

What is known of such files is shown as formulas and graphs. A field that is not known is shown as
it stands, and the claim is then the one that the checker's own line states.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.approximation.target import Target
from theory.errors import TheoryError
from theory.network import Network
from verify.approximation.evidence import checked_weights
from verify.errors import InputError
from verify.formats.network_file import read_bytes
from verify.formats.network_json import parse_network
from verify.formats.strict_json import array_of, number_of
from verify.report.pages.error_graph import MOST_PIECES, graphs, line_pieces, piece_rows
from verify.report.pages.network_view import network_facts
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.pages.plain import PLAIN_CONCLUSION, plain_fields
from verify.report.pages.stated_target import stated_target, target_formula
from verify.report.typesetting import LONGEST_STATED, tex_interval, tex_number
from verify.result import WEIGHTS

FORMAT = "relucert-approximation"
_KEYS = frozenset({"epsilon", "format", "interval", "network", "target", "version"})


@dataclass(frozen=True, slots=True)
class LineClaim:
    """The claim |network - target| <= epsilon on [low, high], as a file states it."""

    network: Network
    target: Target
    low: Fraction
    high: Fraction
    epsilon: Fraction


def approximation_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError: the evidence is no object, or names no network that is there.
    """
    name = file.file_of("network")
    network = _network(file, name)
    claim = None if network is None else _line_claim(file, network)
    facts = (
        (("Form", "none that this report reads"),) if network is None else network_facts(network)
    )
    told = _plain_words(file) if claim is None else _line_words(claim)
    return Page(
        title="A network near a function",
        question="A network and a function",
        objects=(ObjectView("g", name, facts),),
        setting=told[0],
        conclusion=told[1],
        body="approximation.tex.jinja",
        values={
            "fields": [] if claim is not None else plain_fields(file),
            "weights": checked_weights(file.folder) if (file.folder / WEIGHTS).is_file() else None,
            **(_pictures(claim) if claim is not None else _NO_PICTURES),
        },
        theorems=("T52",) if claim is not None else (),
        limits=(
            REAL,
            "Nothing is said outside of the domain, and nothing about the smallest network that "
            "would do, unless a line above says so.",
        ),
        remarks=() if claim is None or not claim.target.terms else (_TAYLOR,),
    )


_NO_PICTURES: dict[str, object] = {"pieces": 0, "rows": [], "graphs": (), "target": ""}
_TAYLOR = (
    r"For $\exp$, $\sin$ and $\cos$ the checker takes Taylor polynomials, whose remainders it "
    "bounds; the claim is about the functions themselves."
)


def _network(file: EvidenceFile, name: str) -> Network | None:
    """The network, if it is one of the exact JSON form."""
    content = read_bytes(file.folder / name)
    try:
        return parse_network(content, name)
    except InputError:
        return None


def _line_claim(file: EvidenceFile, network: Network) -> LineClaim | None:
    """The claim, if it is one on an interval, of a kind that is known."""
    top = file.top
    if set(top) != _KEYS or top["format"] != FORMAT or network.inputs != 1 or network.outputs != 1:
        return None
    try:
        low, high = (number_of(end, "interval") for end in array_of(top["interval"], "interval"))
        target = stated_target(top["target"])
        epsilon = number_of(top["epsilon"], "epsilon")
    except (ValueError, TheoryError):
        return None
    return LineClaim(network, target, low, high, epsilon) if low <= high else None


def _line_words(claim: LineClaim) -> tuple[str, str]:
    epsilon = tex_number(claim.epsilon, LONGEST_STATED)
    setting = (
        rf"Let $g\colon\R\to\R$ be the ReLU network of Section~\ref{{objects}}, and"
        rf"\[f(x)={target_formula(claim.target)}.\]"
    )
    where = tex_interval(claim.low, claim.high)
    return setting, rf"$|g(x)-f(x)|\le {epsilon}$ for every real $x\in{where}$"


def _plain_words(file: EvidenceFile) -> tuple[str, str]:
    setting = (
        r"Let $g$ be the network of Section~\ref{objects}, and let the function, the domain and "
        r"the distance be those that Section~\ref{evidence} shows as they stand in the file."
    )
    return setting, PLAIN_CONCLUSION


def _pictures(claim: LineClaim) -> dict[str, object]:
    """The pieces of the network and, where they are few enough, graphs."""
    found = line_pieces(claim.network, claim.low, claim.high)
    told: dict[str, object] = {**_NO_PICTURES, "pieces": len(found)}
    if len(found) > MOST_PIECES or claim.low == claim.high:
        return told
    try:
        told["graphs"] = graphs(found, claim.target, claim.epsilon)
        told["rows"] = piece_rows(found, claim.target)
    except TheoryError:  # a pole
        return told
    return told
