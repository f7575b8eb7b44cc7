"""The page on approximation.json: a network or step function near a function (T52, T57, T58).

What is known of such files is shown as formulas and graphs. A field that is not known is shown as
it stands, and the claim is then the one that the checker's own line states.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from theory.errors import TheoryError
from theory.network import Vector
from verify.errors import InputError
from verify.formats.network_file import read_bytes
from verify.formats.network_json import parse_network
from verify.report.pages.box_approximation import FORMAT as BOXES
from verify.report.pages.box_approximation import box_page
from verify.report.pages.error_graph import MOST_PIECES, graphs, piece_rows
from verify.report.pages.line_claim import QUOTIENTS, TREES, LineClaim, line_claim
from verify.report.pages.network_view import network_facts
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page, SecondCheck
from verify.report.pages.plain import PLAIN_CONCLUSION, plain_fields
from verify.report.pages.shared_weights import shared_weights
from verify.report.typesetting import (
    LONGEST_STATED,
    tex_interval,
    tex_number,
    tex_text,
)
from verify.result import WEIGHTS

_THEOREMS = {QUOTIENTS: ("T52",), TREES: ("T58",)}
_MOST_WITNESSES = 12
# Up to the end, where the checker speaks: names in the files stand before it.
_EVERY = re.compile(r"\(pieces: \d+; (every [^;()]* within epsilon has at least [^;()]*)\)\Z")
_LONGEST_LINE = 400
_NOTHING: Mapping[str, object] = {
    "pieces": 0,
    "rows": [],
    "graphs": (),
    "witnesses": [],
    "witness_count": 0,
    "has_pair": False,
    "fields": [],
    "is_step": False,
    "is_exact": True,
}
_SERIES = (
    r"For $\exp$, $\sin$, $\cos$ and $\log$ the checker takes polynomials, whose errors it bounds; "
    "the claim is about the functions themselves."
)
_OUTSIDE = (
    "Nothing is said outside of the domain, and of fewer pieces or units nothing beyond what "
    "stands above."
)


def approximation_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError: the evidence is no object, or names no network that is there.
    """
    name = file.file_of("network")
    content = read_bytes(file.folder / name)
    try:
        if file.top.get("format") == BOXES:
            return _with_weights(file, box_page(file))
        return _with_weights(file, _line_page(name, line_claim(file, name, content)))
    except (InputError, TheoryError):
        return _with_weights(file, _unknown_page(file, name, content))


def _with_weights(file: EvidenceFile, page: Page) -> Page:
    """The page, with what the checker of weights says, if there are any beside the evidence."""
    found = shared_weights(file.folder)
    page = replace(page, values={**page.values, "weights": found})
    if found is None:
        return page
    clause = f"; and {found.clause}" if found.clause else ""
    initial = f" Let $g_0$ be the network in \\texttt{{{tex_text(found.initial)}}}."
    return replace(
        page,
        setting=page.setting + (initial if clause else ""),
        conclusion=page.conclusion + clause.replace("listed below", r"of Section~\ref{evidence}"),
        seconds=(SecondCheck(WEIGHTS, found.check),),
        beside=(found.initial,) if found.initial else (),
    )


def _line_page(name: str, claim: LineClaim) -> Page:
    """The page on a claim of one input."""
    function = claim.function
    what = "step function" if claim.is_step else "ReLU network"
    setting = rf"Let $g\colon\R\to\R$ be the {what} of Section~\ref{{objects}}, and"
    objects = [ObjectView("g", name, claim.facts)]
    if function.network is not None:
        objects.append(ObjectView("f", function.file, network_facts(function.network)))
        setting = rf"Let $g\colon\R\to\R$ be the {what} and $f\colon\R\to\R$ the ReLU network of "
        setting += r"Section~\ref{objects}."
    else:
        setting += rf"\[f(x)={function.formula}.\]"
    return Page(
        title="A step function near a function" if claim.is_step else "A network near a function",
        question="A step function and a function" if claim.is_step else "A network and a function",
        objects=tuple(objects),
        setting=setting,
        conclusion=_conclusion(claim),
        body="approximation.tex.jinja",
        values={**_NOTHING, **_pictures(claim)},
        theorems=_theorems(claim),
        limits=(REAL, _OUTSIDE),
        remarks=(_SERIES,) if function.has_series else (),
    )


def _theorems(claim: LineClaim) -> tuple[str, ...]:
    steps = ("T57",) if claim.is_step else ()
    fewer = ("T53",) if claim.witnesses and not claim.is_step else ()
    return (*_THEOREMS[claim.kind], *steps, *fewer)


def _conclusion(claim: LineClaim) -> str:
    """The distance; what is proved of fewer pieces is said in the words of the checker."""
    epsilon = tex_number(claim.epsilon, LONGEST_STATED)
    where = tex_interval(claim.low, claim.high)
    return rf"$|g(x)-f(x)|\le {epsilon}$ for every real $x\in{where}$"


def with_checkers_words(page: Page, line: str) -> Page:
    """The page with what an accepting checker says of all functions that are as near."""
    found = _EVERY.search(line)
    if found is None:
        return page
    return replace(page, conclusion=f"{page.conclusion}; and {tex_text(found[1], _LONGEST_LINE)}")


def _pictures(claim: LineClaim) -> dict[str, object]:
    """The pieces and, where they are few enough, graphs."""
    shown = [_points(one) for one in claim.witnesses[:_MOST_WITNESSES]]
    told: dict[str, object] = {
        "pieces": len(claim.found),
        "is_step": claim.is_step,
        "is_exact": claim.function.is_exact,
        "witnesses": shown,
        "witness_count": len(claim.witnesses),
        "has_pair": not claim.is_step and any(len(one) == 2 for one in claim.witnesses),
    }
    if len(claim.found) > MOST_PIECES or claim.low == claim.high:
        return told
    function = claim.function
    try:
        drawn = graphs(claim.found, function.value, claim.epsilon)
        rows = piece_rows(claim.found, function.value, function.is_exact)
    except TheoryError:  # a pole
        return told
    return {**told, "graphs": drawn, "rows": rows}


def _points(witness: Vector) -> str:
    """The points of a witness in math mode, not longer than in a table."""
    return "(" + r",\,".join(map(tex_number, witness)) + ")"


def _unknown_page(file: EvidenceFile, name: str, content: bytes) -> Page:
    """The page on an approximation that reports know no formulas for."""
    try:
        facts = network_facts(parse_network(content, name))
    except InputError:
        facts = (("Form", "none that this report reads"),)
    return Page(
        title="A network near a function",
        question="A network and a function",
        objects=(ObjectView("g", name, facts),),
        setting=r"Let $g$ be the network of Section~\ref{objects}, and let the function, the "
        r"domain and the distance be those that Section~\ref{evidence} shows as they stand in the "
        "file.",
        conclusion=PLAIN_CONCLUSION,
        body="approximation.tex.jinja",
        values={**_NOTHING, "fields": plain_fields(file)},
        theorems=(),
        limits=(REAL, _OUTSIDE),
    )
