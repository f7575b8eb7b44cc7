"""One table of times and sizes: `python -m benchmarks.run`, or `make benchmarks`.

Times are ratios within one run: 1 is the time that this machine takes, now, for 20 000 exact
additions of fractions. So tables from different machines, or from a busy one, can be compared.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from theory.domain import Domain
from theory.errors import TheoryError
from theory.forms.compress import compressed_form
from theory.forms.log_depth import log_depth_form
from theory.forms.two_hidden import two_hidden_form
from theory.network import Network
from theory.region import count_regions
from verify.claim import Claim, NamedNetwork
from verify.formats.domain_file import read_domain
from verify.formats.network_file import read_network
from verify.prove.strategy import prove
from verify.relation import read_relation
from verify.verdict import Different, Equivalent, Unknown

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
DATA = Path(os.environ.get("RELUCERT_DATA", Path(__file__).resolve().parents[2] / "shared/data"))
ACAS_BOX = "box:0.6,0.679857769;-0.5,0.5;-0.5,0.5;0.45,0.5;-0.45,-0.45"
HEAD = ("what", "domain", "cells", "left", "right", "build", "prove", "check", "leaves", "kB")
WIDTHS = (49, 9, 6, 16, 18, 7, 7, 7, 7, 8)


@dataclass(frozen=True, slots=True)
class Case:
    """A network, and what is made of it: a form, or the name of another network."""

    left: Path
    made: str
    domain: str = "box:-1,1"
    relation: str = "exact"

    @property
    def right(self) -> Path:
        """The other network's file, where it is one."""
        return self.left.parent / self.made

    @property
    def what(self) -> str:
        """The row's name."""
        made = Path(self.made).stem.removeprefix(f"{self.left.stem}_")
        return (
            f"{self.left.stem} -> {made}{'' if self.relation == 'exact' else ' ' + self.relation}"
        )

    @property
    def where(self) -> str:
        """The domain, in a few characters."""
        return self.domain if len(self.domain) < WIDTHS[1] else "box"


FORMS: dict[str, Callable[[Network, Domain], Network]] = {
    "two-hidden": lambda network, domain: two_hidden_form(network, domain).network,
    "log-depth": lambda network, domain: log_depth_form(network, domain).network,
    "compress": lambda network, domain: compressed_form(network, domain).network,
}


def cases() -> Iterator[Case]:
    """The examples, then public networks where they are at hand."""
    for name in ("diabetes_2-8-8-1", "cancer_2-16-16-16-1", "diabetes_2-12-12-12-12-1"):
        yield Case(EXAMPLES / f"{name}.onnx", "two-hidden")
        yield Case(EXAMPLES / f"{name}.onnx", "two-hidden", "all")
    for name in ("diabetes_3-6-6-1", "diabetes_3-16-16-1", "cancer_3-8-8-8-1"):
        yield Case(EXAMPLES / f"{name}.onnx", "two-hidden")
    for name in ("iris_4-5-5-3", "iris_4-5-5-5-5-3"):
        yield Case(EXAMPLES / f"{name}.onnx", "log-depth")
    for name in ("cancer_2-16-16-16-1", "diabetes_5-16-16-1"):
        yield Case(EXAMPLES / f"{name}.onnx", f"{name}_permuted.onnx")
    yield Case(EXAMPLES / "cancer_2-16-16-16-1.onnx", "cancer_2-16-16-16-1_changed.onnx")
    yield Case(DATA / "arch-comp" / "single_pendulum.onnx", "two-hidden")
    for family in "ABC":
        for copy in ("perm", "bloat", "pert", "needle", "f32resc"):
            yield Case(DATA / "pairs" / f"{family}_base.onnx", f"{family}_{copy}.onnx")
        tiny = (f"{family}_f32resc.onnx", "box:-1,1", "eps=1/10000000")
        yield Case(DATA / "pairs" / f"{family}_base.onnx", *tiny)
    for strength in ("0", "0.005"):
        digits = EXAMPLES / "digits" / f"digits_64-32-32-10_l1-{strength}_seed-1.onnx"
        yield Case(digits, "compress", "box:0,1")
        yield Case(digits, "compress", f"ball:{digits.with_name('test_3.csv')};1/16;0,1")
    for path in sorted((DATA / "acasxu-isomorphic" / "onnx" / "nets_pruned").glob("*.onnx")):
        left = path.parents[1] / "nets" / f"{path.stem.rpartition('_')[0]}.onnx"
        yield Case(left, f"../nets_pruned/{path.name}", ACAS_BOX, "eps=1/20")


def unit_of_time() -> float:
    """Seconds for 20 000 exact additions, the best of five."""
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        total = Fraction(0)
        for index in range(20_000):
            total += Fraction(index % 7, 8)
        best = min(best, time.perf_counter() - started)
    return best


def row(case: Case, unit: float, timeout: float) -> tuple[object, ...]:
    """One line of the table."""
    network = read_network(case.left).network
    domain = read_domain(case.domain, network.inputs)
    started = time.perf_counter()
    if case.made in FORMS:
        other = FORMS[case.made](network, domain)
        build = f"{(time.perf_counter() - started) / unit:.1f}"
    else:
        other = read_network(case.right).network
        build = "-"
    sides = (NamedNetwork.of("left", network), NamedNetwork.of("right", other))
    claim = Claim(*sides, domain, read_relation(case.relation).text)
    started = time.perf_counter()
    verdict = prove(claim, timeout=timeout)
    taken = (time.perf_counter() - started) / unit
    few = network.inputs < 5 and network.units < 65
    cells = count_regions(network, domain).cells if few else "-"
    ends = (case.what, case.where, cells, sizes(network), sizes(other), build)
    match verdict:
        case Equivalent(certificate=certificate, leaves=leaves, check_seconds=check):
            kilobytes = f"{len(certificate.data) / 1000:.1f}"
            times = (f"{verdict.prove_seconds / unit:.1f}", f"{check / unit:.1f}")
            return (*ends, *times, leaves, kilobytes)
        case Different():
            return (*ends, f"{taken:.1f}", "different")
        case Unknown():
            return (*ends, f"{taken:.1f}", "unknown")


def sizes(network: Network) -> str:
    """2-16-16-1."""
    return "-".join(map(str, network.widths))


def line(cells: tuple[object, ...]) -> str:
    """Cells in columns, the first two to the left."""
    texts = [str(cell) for cell in cells]
    left = [text.ljust(width) for text, width in zip(texts[:2], WIDTHS[:2], strict=False)]
    right = [text.rjust(width) for text, width in zip(texts[2:], WIDTHS[2:], strict=False)]
    return " ".join((*left, *right)).rstrip()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=60, help="seconds of search a row")
    parser.add_argument("--only", default="", help="rows whose name contains this text")
    options = parser.parse_args()
    unit = unit_of_time()
    print(f"1 = {unit:.4f} s\n{line(HEAD)}", flush=True)
    for case in cases():
        if options.only not in case.what:
            continue
        if not case.left.exists():
            print(f"{case.what}: left out, there is no {case.left.name}")
            continue
        try:
            print(line(row(case, unit, options.timeout)), flush=True)
        except TheoryError as error:
            print(f"{case.what}: {error}")


if __name__ == "__main__":
    main()
