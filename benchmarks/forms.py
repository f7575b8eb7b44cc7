"""Sizes and times of every form of a fixed set of networks: `python -m benchmarks.forms`.

The table is the one of `notes/form-sizes.md`; `--write` puts it there. `--sketch FOLDER` makes
the second table of that note instead: times to build, here and by the sketch. A row of the first
builds a form, proves it equal to the network and has the certificate checked, or says what did
not happen within its seconds. Widths and bytes are the same in every run; seconds are not.
"""

import argparse
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import FrameType

from benchmarks.sketch import HEAD as CONTEST
from benchmarks.sketch import contests
from benchmarks.subjects import Subject, own_subjects, public_subjects
from theory.domain import Domain
from theory.errors import TheoryError
from theory.form import is_constant, oriented
from theory.forms.lattice import most_layers, most_units
from theory.forms.three_hidden import three_hidden_form
from theory.network import Network
from theory.region import regions
from verify import extended_claim
from verify.certificate import checked
from verify.claim import Claim, NamedNetwork
from verify.cli.transform import FORMS
from verify.extended_claim import ExtendedClaim, NamedExtendedNetwork
from verify.prove.cells.extended import prove_extended
from verify.prove.strategy import prove
from verify.verdict import Different, Equivalent, Unknown

NOTE = Path(__file__).resolve().parents[1] / "notes" / "form-sizes.md"
BEGIN, END = "<!-- python -m benchmarks.forms --write -->", "<!-- end -->"
SKETCH_BEGIN = "<!-- python -m benchmarks.forms --sketch FOLDER --write -->"
HEAD = (
    "network",
    "domain",
    "cells",
    "form",
    "hidden widths",
    "theorem: at most",
    "build s",
    "prove s",
    "check s",
    "bytes",
    "sketch: widths",
    "sketch: build, proof s",
)
LIMIT = 120.0  # seconds of a row
Facts = dict[str, object]


class OverTimeError(Exception):
    """The seconds of a row are used up."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """OverTimeError after so much computing time: constructions have no limit of their own."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise OverTimeError

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def also(form: str, inputs: int) -> str:
    """The form's name with those of the forms that are the same network for so many inputs."""
    if form != "two-hidden":
        return form
    return "two-hidden = log2 = log3" if inputs <= 3 else "two-hidden = log3"


def bound(form: str, network: Network, domain: Domain, facts: Facts) -> str:
    """What the theorem promises: hidden widths where it has a formula, else the layers."""
    inputs, outputs = network.inputs, network.outputs
    match form, facts:
        case "two-hidden", {"faces": [int(vertices), *_]} if inputs <= 2:
            return f"{walls(network, domain) + 2 * inputs}, {vertices + 2 * outputs}"
        case "log2-depth", {"bound": int(layers)}:
            return f"{layers} layers"
        case "lattice", {"terms": tuple(terms)}:
            layers = max(map(most_layers, terms))
            return f"{layers} layers, {sum(map(most_units, terms))} units and passing ones"
        case "maximum", {"most_layers": int(layers)}:
            return f"{layers} layers"
        case "global-linear", {"theorem_widths": tuple(widths)}:
            return hidden(widths)
        case "one-hidden", {"hyperplanes": int(hyperplanes)}:
            return str(hyperplanes + 2 * outputs)
        case "three-hidden", {"hyperplanes": int(hyperplanes), "regions": int(count)}:
            first, second = hyperplanes + 2 * inputs, 2 * (hyperplanes + inputs)
            return f"{first}, {second}, {2 * outputs * count}"
        case _:
            return "2 layers"


def walls(network: Network, domain: Domain) -> int:
    """The number of hyperplanes that carry a facet of a linear region."""
    facets = (facet for region in regions(network, domain) for facet in region.cell.facets)
    return len({oriented(facet)[0] for facet in facets if not is_constant(facet)})


def hidden(widths: tuple[int, ...]) -> str:
    """14, 12."""
    return ", ".join(map(str, widths[1:-1])) or "none"


def made(form: str, network: Network, domain: Domain) -> tuple[Network, Facts]:
    """The form of a network, parameters as they are by default, and facts about it."""
    named = next(entry for entry in FORMS if entry.name == form)
    module, _, function = named.transform.partition(":")
    found = getattr(import_module(module), function)(network, domain)
    return found.network, asdict(found.trace)


def ordinary(form: str, network: Network, domain: Domain) -> tuple[str, ...]:
    """Hidden widths, bound, seconds and bytes of a form with rational weights."""
    started = time.process_time()
    new, facts = made(form, network, domain)
    built = time.process_time()
    build = f"{built - started:.3f}"
    sizes = (hidden(new.widths), bound(form, network, domain, facts), build)
    claim = Claim(NamedNetwork.of("network", network), NamedNetwork.of(form, new), domain)
    try:
        verdict = prove(claim)
        proved = time.process_time()
    except OverTimeError:
        return (*sizes, "unknown", "", "")
    match verdict:
        case Equivalent(certificate=certificate):
            checked(claim, certificate)
            check = time.process_time() - proved
            seconds = max(proved - built - check, 0)  # the search has its result checked
            return (*sizes, f"{seconds:.3f}", f"{check:.3f}", str(len(certificate.data)))
        case Different():
            return (*sizes, "different", "", "")
        case Unknown():
            return (*sizes, "unknown", "", "")


def extended(network: Network, domain: Domain) -> tuple[str, ...]:
    """The same of the form with extended-real weights, whose certificate is of its own kind."""
    started = time.process_time()
    form = three_hidden_form(network, domain)
    built = time.process_time()
    trace = form.trace
    facts: Facts = {"hyperplanes": trace.hyperplanes, "regions": trace.regions}
    most = bound("three-hidden", network, domain, facts)
    sizes = (hidden(trace.widths), most, f"{built - started:.3f}")
    right = NamedExtendedNetwork.of("three-hidden", form.network)
    claim = ExtendedClaim(NamedNetwork.of("network", network), right, domain)
    try:
        proof = prove_extended(claim)
    except OverTimeError:
        return (*sizes, "unknown", "", "")
    proved = time.process_time()
    extended_claim.checked(claim, proof.certificate)
    check = time.process_time() - proved
    seconds = max(proved - built - check, 0)
    return (*sizes, f"{seconds:.3f}", f"{check:.3f}", str(len(proof.certificate.data)))


def outcome(form: str, network: Network, domain: Domain, limit: float) -> tuple[str, ...]:
    """The measured columns of a row; a construction that did not end says so."""
    try:
        with at_most(limit):
            if form == "three-hidden":
                return extended(network, domain)
            return ordinary(form, network, domain)
    except OverTimeError:
        return ("unknown", "", f"over {limit:g}", "", "", "")
    except TheoryError as error:
        return (f"refused: {error}", "", "", "", "", "")


def row(subject: Subject, form: str, limit: float) -> tuple[str, ...]:
    """The cells of one row."""
    network, domain = subject.network, subject.domain
    cells = str(sum(1 for _ in regions(network, domain)))
    start = (subject.name, subject.where, cells, also(form, network.inputs))
    sketch = subject.sketch if form == "two-hidden" else ("", "")
    return (*start, *outcome(form, network, domain, limit), *sketch)


def line(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def heading(names: Sequence[str] = HEAD) -> str:
    """The first two lines of a table."""
    return f"{line(names)}\n{'|---' * len(names)}|"


def written(text: str, table: str, begin: str = BEGIN) -> str:
    """The note with a new table between its marks."""
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(END)
    return f"{before}{begin}\n\n{table}\n\n{END}{after}"


def sizes(only: str, limit: float) -> Iterator[str]:
    """The lines of the table of sizes."""
    yield heading()
    for subject in chain(own_subjects(), public_subjects()):
        if f"{subject.name} {subject.where}".startswith(only):
            for form in subject.forms:
                yield line(row(subject, form, limit))


def against(folder: Path) -> Iterator[str]:
    """The lines of the table of times against the sketch."""
    yield heading(CONTEST)
    for contest in contests(folder):
        yield line(contest.cells)


def main() -> None:
    """Print a table, and put it into the note if wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=LIMIT, help="seconds of a row")
    parser.add_argument("--sketch", type=Path, help="compare with the sketch in this folder")
    parser.add_argument("--only", default="", help="rows that start so")
    parser.add_argument("--write", action="store_true", help="put the table into the note")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write puts the whole table into the note, so it takes no --only")
    begin, rows = BEGIN, sizes(options.only, options.timeout)
    if options.sketch is not None:
        begin, rows = SKETCH_BEGIN, against(options.sketch)
    lines = []
    for text in rows:
        lines.append(text)
        print(text, flush=True)
    if options.write:
        note = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(written(note, "\n".join(lines), begin), "utf-8")


if __name__ == "__main__":
    main()
