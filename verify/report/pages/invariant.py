"""The page on invariant.json: two recurrent networks with equal outputs at every time (T44)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from theory.network import Row
from verify import invariant_checker
from verify.formats.domain_file import domain_of
from verify.formats.recurrent_json import read_recurrent
from verify.invariant_checker import Pair
from verify.recurrent_claims import reader_of
from verify.report.domain_view import DomainView, domain_view
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.pages.recurrent_view import RECURRENCE, equations, recurrent_facts
from verify.report.typesetting import tex_form, tex_interval, tex_number

MOST_RELATIONS = 24
_MOST_INPUTS = 1000  # of a pair whose claims are listed
_MOST_TERMS = 12  # of a relation that is printed
_MEANINGS: Mapping[str, str] = {
    "base": "after the first step, on any input, the relations hold",
    "step": "from any joint state of $I$, on any input, a step leads to where they hold again",
    "inequalities at first": "after the first step, on any input, the inequalities hold",
    "inequalities later": "from any joint state of $I$, on any input, they hold again",
    "output": "the two outputs are equal at every joint state of $I$",
    "bounds at first": "after the first step, on any input, the bounds hold",
    "bounds later": "from any joint state within the bounds, on any input, they hold again",
}


@dataclass(frozen=True, slots=True)
class DerivedClaim:
    """A claim that the checker derives: its name, what it says, and the steps of its proof."""

    name: str
    meaning: str
    steps: int


def invariant_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError, MalformedError, RejectedError: the evidence or a network cannot be read.
    """
    pair, _ = invariant_checker.read(reader_of(str(file.folder)), file.content)
    names = file.file_of("left"), file.file_of("right")
    left, right = (read_recurrent(file.folder / name) for name in names)
    domain = _domain(file, left.inputs)
    shown = equations("r", left), equations("r'", right, "h'", "y'")
    inputs = f", and let $X={domain.formula}$" if domain else ", which have no inputs"
    at_every_time = "the outputs of $r$ and $r'$ are equal at every time"
    return Page(
        title="Two recurrent networks with equal outputs at every time",
        question="Two recurrent networks compared",
        objects=(
            ObjectView("r", names[0], recurrent_facts(left)),
            ObjectView("r'", names[1], recurrent_facts(right)),
        ),
        setting="Let $r$ and $r'$ be the recurrent networks of Section~\\ref{objects}"
        + inputs
        + ".",
        conclusion=at_every_time + r" $1,2,3,\dots$"
        if domain is None
        else r"for every $T\ge 1$ and all $x_1,\dots,x_T\in X$ " + at_every_time + r" $1,\dots,T$",
        body="invariant.tex.jinja",
        values={"equations": [one for one in shown if one is not None], **_invariant(pair, file)},
        theorems=("T44", "T56") if pair.inequalities else ("T44",),
        limits=(
            REAL,
            r"Outputs are those at the times $1,2,3,\dots$; states of the two are in general not "
            r"equal, but related as Section~\ref{evidence} says.",
            "Whether two recurrent networks are always equal is undecidable; where no invariant of "
            "this form is found, that says nothing about them.",
        ),
        remarks=(RECURRENCE,),
        domain=domain,
        has_kernel=True,
    )


def _domain(file: EvidenceFile, inputs: int) -> DomainView | None:
    """The domain of each input; None where there are no inputs."""
    return domain_view(domain_of(file.top["domain"], inputs, file.name)) if inputs else None


def _invariant(pair: Pair, file: EvidenceFile) -> dict[str, object]:
    """What the section on the invariant is given."""
    read = _symbols(pair)
    relations, bounds = list(_relations(pair, read)), list(_bounds(pair, read))
    inequalities = list(_inequalities(pair, read))
    few = pair.left.inputs <= _MOST_INPUTS
    names = [one.name for one in invariant_checker.obligations(pair)] if few else []
    claims = zip(names, file.proof_steps, strict=False)
    kinds = {pair.left.activation, pair.right.activation}
    return {
        "relations": relations[:MOST_RELATIONS],
        "relations_omitted": len(relations[MOST_RELATIONS:]),
        "joint": len(pair.left.start) + len(pair.right.start),
        "free": len(pair.free),
        "bounds": bounds[:MOST_RELATIONS],
        "bounds_omitted": len(bounds[MOST_RELATIONS:]),
        "inequalities": inequalities[:MOST_RELATIONS],
        "inequalities_omitted": len(inequalities[MOST_RELATIONS:]),
        "has_relu": "relu" in kinds,
        "has_clip": "saturated" in kinds,
        "claims": [DerivedClaim(name, _MEANINGS.get(name, ""), steps) for name, steps in claims],
    }


def _symbols(pair: Pair) -> Callable[[int], str]:
    """How the coordinates of the joint state are printed: h_1, h_2, ..., h'_1, ..."""
    middle = len(pair.left.start)

    def read(place: int) -> str:
        return f"h_{{{place + 1}}}" if place < middle else f"h'_{{{place - middle + 1}}}"

    return read


def _relations(pair: Pair, read: Callable[[int], str]) -> Iterator[str]:
    """The dependent coordinates as affine functions of the free ones, in math mode."""
    rows = zip(pair.others, pair.dependent.rows, pair.dependent.bias, strict=True)
    for place, weights, bias in rows:
        row: Row = tuple((pair.free[column], weight) for column, weight in sorted(weights.items()))
        yield f"{read(place)}={_form(bias, row, read)}"


def _inequalities(pair: Pair, read: Callable[[int], str]) -> Iterator[str]:
    for weights, end in pair.inequalities:
        row: Row = tuple(sorted(weights.items()))
        yield rf"{_form(Fraction(0), row, read)}\le {tex_number(end)}"


def _form(constant: Fraction, row: Row, read: Callable[[int], str]) -> str:
    """An affine form in math mode, if it is not too long."""
    if len(row) > _MOST_TERMS:
        return rf"\text{{an affine form of {len(row)} terms}}"
    return tex_form(constant, row, read)


def _bounds(pair: Pair, read: Callable[[int], str]) -> Iterator[str]:
    for place, (low, high) in enumerate(pair.bounds):
        yield rf"{read(place)}\in{tex_interval(low, high)}"
