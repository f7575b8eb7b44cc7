"""Lossless compression against l1 regularisation: `python -m benchmarks.lossless --write`.

Compresses every classifier of examples/digits/ on the box of all images and on boxes about test
images, proves each result equal to its original and has the certificate checked. The table of
means, and the chart, are those of notes/lossless-compression-and-l1.md.
"""

import argparse
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean

from benchmarks.line_chart import Line, Panel, chart
from benchmarks.note_table import replaced, table
from theory.domain import Domain
from theory.forms.compress import CompressionTrace, compressed_form
from theory.network import Network
from verify.certificate import Certificate, checked
from verify.claim import Claim, NamedNetwork
from verify.formats.domain_file import read_domain
from verify.formats.network_file import read_network
from verify.prove.clock import Clock, OutOfTimeError
from verify.prove.signs.stability import UnsettledError, stability_script
from verify.prove.signs.stable_units import stable_units

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "digits"
NOTE = ROOT / "notes" / "lossless-compression-and-l1.md"
PICTURE = ROOT / "notes" / "lossless-compression-and-l1.svg"
COMMAND = "python -m benchmarks.lossless --write"
WHOLE = "[0, 1]^64"
LOCAL = "1/16 about a test image"
NAME = re.compile(r"digits_[0-9-]+_l1-([0-9.]+)_seed-([0-9]+)")
ACCURACY = re.compile(r"test accuracy ([0-9.]+)")
HEAD = (
    "domain",
    "l1 strength",
    "test accuracy",
    "stably inactive",
    "stably active",
    "both signs",
    "undecided",
    "units left",
    "parameters left",
    "hidden widths",
    "proved",
    "build s",
    "prove s",
    "check s",
    "bytes at most",
)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A committed network, and what its file says of its training."""

    strength: str
    seed: int
    accuracy: float
    network: Network


@dataclass(frozen=True, slots=True)
class Proof:
    """Seconds to find a certificate and to check it, and its bytes."""

    prove: float
    check: float
    size: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """One classifier compressed on one domain.

    Attributes:
        classifier: Which one.
        where: The domain as the table names it.
        trace: What the compression met and made.
        verdict: The proof of equality, or None where there is none within the seconds.
        build: Seconds of the compression.
    """

    classifier: Classifier
    where: str
    trace: CompressionTrace
    crossing: int
    proof: Proof | None
    build: float

    @property
    def units(self) -> int:
        """Hidden units of the original."""
        return sum(self.trace.widths_before[1:-1])

    def share(self, count: int) -> float:
        """A number of hidden units as a percentage."""
        return 100 * count / self.units

    @property
    def inactive(self) -> float:
        """Percentage of hidden units that are stably inactive."""
        return self.share(sum(layer.inactive for layer in self.trace.layers))

    @property
    def active(self) -> float:
        """Percentage of hidden units that are stably active."""
        return self.share(sum(layer.active for layer in self.trace.layers))

    @property
    def open(self) -> float:
        """Percentage of hidden units that are neither seen to be stable nor to have both signs."""
        return 100 - self.inactive - self.active - self.share(self.crossing)

    @property
    def left(self) -> float:
        """Percentage of hidden units that the compressed network has."""
        return self.share(sum(self.trace.widths[1:-1]))

    @property
    def parameters(self) -> float:
        """Percentage of nonzero weights and biases that the compressed network has."""
        return 100 * self.trace.parameters / self.trace.parameters_before


def classifiers(folder: Path = FOLDER) -> list[Classifier]:
    """The committed networks by strength, then seed."""
    found = []
    for path in folder.glob("*.onnx"):
        named = NAME.fullmatch(path.stem)
        learnt = ACCURACY.search(path.read_bytes().decode("latin-1"))
        if named is None or learnt is None:
            raise ValueError(f"{path.name}: expected a classifier of examples/digits.py")
        network = read_network(path).network
        found.append(Classifier(named[1], int(named[2]), float(learnt[1]), network))
    return sorted(found, key=lambda one: (float(one.strength), one.seed))


def centres(folder: Path = FOLDER) -> list[Path]:
    """The test images about which local domains lie."""
    return sorted(folder.glob("test_*.csv"))


def domains(classifier: Classifier) -> Iterator[tuple[str, Domain]]:
    """The box of all images; for the first seed also a box about each of ten test images."""
    inputs = classifier.network.inputs
    yield WHOLE, read_domain("box:0,1", inputs)
    if classifier.seed == 1:
        for path in centres():
            yield LOCAL, read_domain(f"ball:{path};1/16;0,1", inputs)


def measured(classifier: Classifier, where: str, domain: Domain, seconds: float) -> Measurement:
    """Compress, prove, check."""
    started = time.perf_counter()
    found = stable_units(classifier.network, domain)
    form = compressed_form(classifier.network, domain, found.known)
    build = time.perf_counter() - started
    sides = NamedNetwork.of("network", classifier.network), NamedNetwork.of("small", form.network)
    proof = proved(Claim(*sides, domain), seconds)
    return Measurement(classifier, where, form.trace, sum(found.crossing), proof, build)


def proved(claim: Claim, seconds: float) -> Proof | None:
    """A certificate that settles the units' signs, that the checker accepts; None in vain."""
    started = time.perf_counter()
    try:
        steps = stability_script(claim, Clock.of(seconds, None))
    except (UnsettledError, OutOfTimeError):
        return None
    certificate = Certificate.of(claim, steps)
    found = time.perf_counter()
    if not checked(claim, certificate).finished:
        return None
    ended = time.perf_counter()
    return Proof(found - started, ended - found, len(certificate.data))


def measurements(seconds: float, seeds: Sequence[int] = (1, 2, 3)) -> Iterator[Measurement]:
    """Of every classifier with one of the seeds, on all of its domains."""
    for classifier in classifiers():
        if classifier.seed in seeds:
            for where, domain in domains(classifier):
                yield measured(classifier, where, domain, seconds)


def grouped(found: Sequence[Measurement]) -> list[list[Measurement]]:
    """Measurements of one kind of domain and one strength together, in the order of the table."""

    def kind(one: Measurement) -> tuple[bool, float]:
        return one.where != WHOLE, float(one.classifier.strength)

    return [list(some) for _, some in groupby(sorted(found, key=kind), kind)]


def row(group: Sequence[Measurement]) -> tuple[str, ...]:
    """The means of a group, as cells."""
    first = group[0]
    proofs = [one.proof for one in group if one.proof is not None]
    times = [""] * 3
    if proofs:
        size = f"{max(proof.size for proof in proofs)}"
        seconds = (fmean(proof.prove for proof in proofs), fmean(proof.check for proof in proofs))
        times = [*(f"{value:.2f}" for value in seconds), size]
    return (
        first.where,
        first.classifier.strength,
        f"{100 * fmean(one.classifier.accuracy for one in group):.1f} %",
        f"{fmean(one.inactive for one in group):.1f} %",
        f"{fmean(one.active for one in group):.1f} %",
        f"{fmean(one.share(one.crossing) for one in group):.1f} %",
        f"{fmean(one.open for one in group):.1f} %",
        f"{fmean(one.left for one in group):.1f} %",
        f"{fmean(one.parameters for one in group):.1f} %",
        widths(group),
        f"{len(proofs)} of {len(group)}",
        f"{fmean(one.build for one in group):.2f}",
        *times,
    )


def widths(group: Sequence[Measurement]) -> str:
    """The hidden widths of the group's smallest and largest networks: 20-14 to 27-22."""
    sizes = sorted({one.trace.widths[1:-1] for one in group}, key=lambda some: (sum(some), some))
    texts = ["-".join(map(str, some)) or "none" for some in (sizes[0], sizes[-1])]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} to {texts[1]}"


def picture(groups: Sequence[Sequence[Measurement]]) -> str:
    """The chart: a panel for every kind of domain."""
    panels = []
    for where in (WHOLE, LOCAL):
        some = [group for group in groups if group[0].where == where]
        places = tuple(group[0].classifier.strength for group in some)
        lines = (
            Line("stable units", means(some, lambda one: one.inactive + one.active)),
            Line("units removed", means(some, lambda one: 100 - one.left)),
            Line("test accuracy", means(some, lambda one: 100 * one.classifier.accuracy)),
        )
        panels.append(Panel(f"domain: {where}", places, "l1 strength", lines))
    return chart(panels)


def means(
    groups: Sequence[Sequence[Measurement]], value: Callable[[Measurement], float]
) -> tuple[float, ...]:
    """The mean of a value over every group."""
    return tuple(fmean(map(value, group)) for group in groups)


def main() -> None:
    """Print the table, and put it and the chart into the notes if wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=60, help="seconds of a proof")
    parser.add_argument("--write", action="store_true", help="put table and chart into the note")
    options = parser.parse_args()
    found = []
    for one in measurements(options.timeout):
        found.append(one)
        said = "proved" if one.proof else "not proved"
        sizes = "-".join(map(str, one.trace.widths))
        print(f"{one.classifier.strength} {one.classifier.seed} {one.where} {sizes} {said}")
    groups = grouped(found)
    text = table(HEAD, [row(group) for group in groups])
    print(text)
    if options.write:
        note = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(replaced(note, COMMAND, text), encoding="utf-8")
        PICTURE.write_text(picture(groups), encoding="ascii")


if __name__ == "__main__":
    main()
