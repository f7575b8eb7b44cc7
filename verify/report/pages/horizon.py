"""The page on horizon.json: two recurrent networks that stay close for some steps (T67)."""

from verify import horizon_checker
from verify.formats.domain_file import domain_of
from verify.formats.recurrent_json import read_recurrent
from verify.recurrent_claims import reader_of
from verify.report.domain_view import domain_view
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.pages.recurrent_view import RECURRENCE, equations, recurrent_facts
from verify.report.typesetting import LONGEST_STATED, tex_number


def horizon_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError, MalformedError, RejectedError: the evidence or a network cannot be read.
    """
    stated, _ = horizon_checker.read(reader_of(str(file.folder)), file.content)
    keys = ("left", "right") if stated.initial is None else ("left", "right", "initial")
    sides = [
        (symbol, file.file_of(key), read_recurrent(file.folder / file.file_of(key)))
        for symbol, key in zip(("r", "r'", "r_0"), keys, strict=False)
    ]
    shown = (equations(sides[0][0], sides[0][2]), equations("r'", sides[1][2], "h'", "y'"))
    inputs = sides[0][2].inputs
    domain = domain_view(domain_of(file.top["domain"], inputs, file.name))
    steps, epsilon = stated.steps, tex_number(stated.epsilon, LONGEST_STATED)
    close = rf"differ by at most ${epsilon}$ each" if stated.epsilon else "are equal"
    names = "$r$, $r'$ and $r_0$" if stated.initial is not None else "$r$ and $r'$"
    shared = r"; and $r'$ has all weights of $r_0$, so that biases and the start alone may differ"
    return Page(
        title="Two recurrent networks that stay close for some steps",
        question="Two recurrent networks compared for some steps",
        objects=tuple(
            ObjectView(symbol, name, recurrent_facts(one)) for symbol, name, one in sides
        ),
        setting=rf"Let {names} be the recurrent networks of Section~\ref{{objects}}, and let "
        rf"$X={domain.formula}$.",
        conclusion=rf"for all $x_1,\dots,x_{{{steps}}}\in X$ the outputs of $r$ and $r'$ {close} "
        rf"at every time $1,\dots,{steps}$" + (shared if stated.initial is not None else ""),
        body="horizon.tex.jinja",
        values={
            "equations": [one for one in shown if one is not None],
            "steps": steps,
            "proof_steps": sum(file.proof_steps),
        },
        theorems=("T43",),
        limits=(REAL, f"Nothing is said of times after ${steps}$."),
        remarks=(RECURRENCE,),
        domain=domain,
        has_kernel=True,
    )
