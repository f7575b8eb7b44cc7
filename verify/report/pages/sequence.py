"""The page on sequence.json: inputs after which two recurrent networks differ."""

from verify.recurrent_counterexample import StatedSequence, read_sequence
from verify.report.pages.page import REAL, Counterexample, EvidenceFile, ObjectView, Page
from verify.report.pages.recurrent_view import RECURRENCE, equations, recurrent_facts
from verify.report.typesetting import LONGEST_STATED, tex_number, tex_point

_MOST_TIMES = 24
_MOST_OUTPUTS = 16
LEFT, RIGHT = "left.json", "right.json"


def sequence_page(file: EvidenceFile) -> Counterexample:
    """What the page says, and whether the counterexample is one.

    Raises:
        InputError: the evidence or a network cannot be read.
    """
    stated = read_sequence(file.folder)
    left, right = stated.networks
    shown = equations("r", left), equations("r'", right, "h'", "y'")
    last = len(stated.points)
    page = Page(
        title="Two recurrent networks that differ",
        question="Two recurrent networks compared",
        objects=(
            ObjectView("r", LEFT, recurrent_facts(left)),
            ObjectView("r'", RIGHT, recurrent_facts(right)),
        ),
        setting="Let $r$ and $r'$ be the recurrent networks of Section~\\ref{objects}, and "
        rf"$x_1,\dots,x_{{{last}}}$ the inputs of Section~\ref{{evidence}}.",
        conclusion=f"the outputs of $r$ and $r'$ at time ${last}$ differ",
        body="sequence.tex.jinja",
        values={"equations": [one for one in shown if one is not None], **_table(stated)},
        theorems=(),
        limits=(REAL, "Nothing is said of other sequences."),
        remarks=(RECURRENCE,),
    )
    return Counterexample(page, stated.is_confirmed)


def _table(stated: StatedSequence) -> dict[str, object]:
    """The inputs, the outputs of both as they are, and the last ones in full."""
    left, right = (network(stated.points) for network in stated.networks)
    times = list(zip(stated.points, left, right, strict=True))
    shown = times[-_MOST_TIMES:]
    first = len(times) - len(shown) + 1
    return {
        "has_inputs": bool(stated.networks[0].inputs),
        "times": [(first + place, *map(tex_point, row)) for place, row in enumerate(shown)],
        "earlier": first - 1,
        "differences": [
            (index, *(tex_number(value, LONGEST_STATED) for value in (one, other, one - other)))
            for index, (one, other) in enumerate(zip(left[-1], right[-1], strict=True), start=1)
            if one != other
        ][:_MOST_OUTPUTS],
    }
