"""Exhaustive sweeps of every form over small networks: `python -m benchmarks.sweeps`.

    python -m benchmarks.sweeps 2-2-1              the shapes to sweep; by default all below
    python -m benchmarks.sweeps --jobs 2 -o out/sweeps
    python -m benchmarks.sweeps --write            and put the table into the note

A sweep that was interrupted goes on where it was; one that is finished is not done again as long
as its folder is there.
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from theory.domain import Domain
from theory.forms.log_depth import LogDepthForm, log_depth_form
from theory.network import Network
from verify.cli.exhaust import exhaust
from verify.testing.sweep_report import REPORT
from verify.testing.tally import DIFFERENT, FAILED, OUTCOMES, UNKNOWN

NOTE = Path(__file__).resolve().parents[1] / "notes" / "exhaustive-sweeps.md"
BEGIN, END = "<!-- python -m benchmarks.sweeps --write -->", "<!-- end -->"
HEAD = (
    "shape",
    "biases",
    "networks",
    "tried",
    "domain",
    "form",
    "distinct functions",
    "verdicts",
    "networks a CPU second",
)
TIMES = "cpu_seconds.txt"  # a line for every run of a sweep


def global_log_depth(network: Network, domain: Domain) -> LogDepthForm:
    """The log-depth form by one maximum per output (T07, T08, T10)."""
    return log_depth_form(network, domain, "global")


WEIGHTS = "-1,0,1"
DOMAINS = ("all", "box:-1,1")
APPROXIMATION = "global-linear"
FORMS = (  # `maximum` is not here: it is a form of one function for every number of inputs
    "two-hidden",
    "log2-depth",
    "log3-depth",
    "log-depth",
    "lattice",
    "one-hidden",
    "three-hidden",
    APPROXIMATION,
)
TRANSFORMS = {form: form for form in FORMS}
TRANSFORMS["log2-depth, global"] = "benchmarks.sweeps:global_log_depth"
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A family that some forms are tried on.

    Attributes:
        shape: The widths.
        biases: The values of biases.
        is_reduced: Whether one network of every class of T02 is tried.
        forms: Which forms, by the names of the table.
        domains: On which domains.
    """

    shape: str
    biases: str
    is_reduced: bool
    forms: tuple[str, ...] = tuple(TRANSFORMS)
    domains: tuple[str, ...] = DOMAINS

    @property
    def sweeps(self) -> "tuple[Sweep, ...]":
        """The sweeps that this asks for."""
        return tuple(Sweep(self, form, domain) for domain in self.domains for form in self.forms)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A form, tried on the networks of a plan over a domain."""

    plan: Plan
    form: str
    domain: str

    @property
    def name(self) -> str:
        """The folder of its report."""
        words = [self.plan.shape, f"biases{self.plan.biases}", *["reduced"] * self.plan.is_reduced]
        return "_".join([*words, self.form.replace(", ", "-"), self.domain.partition(":")[0]])

    def report(self, out: Path, jobs: int) -> dict[str, Any]:
        """The report, from its file or by sweeping."""
        file = out / self.name / REPORT
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            before = cpu_seconds()
            try:
                self._swept(file.parent, jobs)
            finally:
                with (file.parent / TIMES).open("a", encoding="utf-8") as stream:
                    stream.write(f"{cpu_seconds() - before:.1f}\n")
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        spent = (file.parent / TIMES).read_text(encoding="utf-8").split()
        return found | {"cpu_seconds": sum(map(float, spent))}

    def _swept(self, folder: Path, jobs: int) -> None:
        exhaust(
            widths=self.plan.shape,
            weights=WEIGHTS,
            biases=self.plan.biases,
            transform=TRANSFORMS[self.form],
            domain=self.domain,
            reduced=self.plan.is_reduced,
            jobs=jobs,
            out=str(folder),
        )

    def row(self, report: dict[str, Any]) -> Row:
        """The row of the table."""
        plan, networks = self.plan, report["networks"]
        widths = [int(width) for width in plan.shape.split("-")]
        weights = sum(before * after for before, after in pairwise(widths))
        values = plan.biases.count(",") + 1
        formula = f"3^{weights} * {values}^{sum(widths[1:])} = {networks['family']}"
        counts = report["verdicts"]
        return (
            plan.shape,
            plan.biases,
            formula,
            f"{networks['tried']} classes" if plan.is_reduced else "all",
            self.domain,
            self.form,
            f"{report['functions']['distinct']} ({report['functions']['theorem']})",
            ", ".join(f"{counts[word]} {word}" for word in OUTCOMES if counts[word]),
            f"{networks['tried'] / max(report['cpu_seconds'], 0.1):.0f}",
        )

    def is_good(self, report: dict[str, Any]) -> bool:
        """Whether the count is that of the formula, and every network proved or refused."""
        networks, counts = report["networks"], report["verdicts"]
        if networks["tried"] != networks["closed_formula"] or counts[UNKNOWN] + counts[FAILED]:
            return False
        return self.form == APPROXIMATION or not counts[DIFFERENT]


EQUAL = tuple(form for form in TRANSFORMS if form != APPROXIMATION)
PLANS = (
    Plan("2-2-1", "-1,0,1", False, domains=DOMAINS[:1]),
    Plan("2-2-1", "-1,0,1", False, EQUAL, DOMAINS[1:]),
    Plan("1-3-1", "-1,0,1", True, domains=DOMAINS[:1]),
    Plan("1-3-1", "-1,0,1", True, ("two-hidden",), DOMAINS[1:]),
    Plan("1-2-2-1", "0", True, domains=DOMAINS[:1]),
    Plan("1-2-2-1", "1", True, EQUAL, DOMAINS[1:]),
)


def cpu_seconds() -> float:
    """What this process and the workers that it has waited for have used so far."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def rows(plans: tuple[Plan, ...], out: Path, jobs: int) -> Iterator[tuple[Row, bool]]:
    """The row of every sweep, and whether nothing is wrong with it."""
    for plan in plans:
        for sweep in plan.sweeps:
            print(f"\n{sweep.name}", flush=True)
            report = sweep.report(out, jobs)
            yield sweep.row(report), sweep.is_good(report)


def table(found: list[Row]) -> str:
    """The rows in Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *found]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write(found: list[Row], note: Path = NOTE) -> None:
    """Put the table into the note, between its marks."""
    text = note.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    note.write_text(f"{head}{BEGIN}\n\n{table(found)}\n{END}{tail}", encoding="utf-8")


def main() -> int:
    """Sweep, and say whether every network was proved to be preserved or refused with a reason."""
    shapes = [*dict.fromkeys(plan.shape for plan in PLANS)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shapes", nargs="*", help=f"some of {', '.join(shapes)}; all of them")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into the note")
    parser.add_argument("-o", dest="out", type=Path, default=Path("out/sweeps"))
    options = parser.parse_args()
    if not {*options.shapes} <= {*shapes}:
        parser.error(f"shapes: expected some of {', '.join(shapes)}")
    if options.write and options.shapes:
        parser.error("--write wants every shape")
    chosen = tuple(plan for plan in PLANS if plan.shape in (options.shapes or shapes))
    found, good = [], True
    for row, is_good in rows(chosen, options.out, options.jobs):
        found.append(row)
        good &= is_good
    print(f"\n{table(found)}")
    if options.write:
        write(found)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
