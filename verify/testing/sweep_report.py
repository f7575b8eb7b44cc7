"""What a sweep found, as a JSON value, as lines for a reader, and as evidence in a folder."""

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path

from verify.claim import json_bytes
from verify.errors import InputError
from verify.formats.network_json import network_text
from verify.formats.strict_json import Json
from verify.result import Run, prepared_folder, write_result
from verify.testing import failure
from verify.testing.exhaustive import Outcome, Sweep, claim_about, verdict_on
from verify.testing.family import Family
from verify.testing.identification import identification
from verify.testing.tally import OUTCOMES, REFUSED, Finding
from verify.testing.transformation import Transformation

REPORT, RECORD = "report.json", "sweep.jsonl"


@dataclass(frozen=True, slots=True)
class SweepReport:
    """A sweep and what it found."""

    sweep: Sweep
    outcome: Outcome

    @property
    def expected(self) -> int | None:
        """How many networks there are by a closed formula; None if none is known."""
        family = self.sweep.family
        if not self.sweep.is_reduced:
            return family.size
        return None if family.is_rescalable else family.size_up_to_permutation

    @property
    def status(self) -> int:
        """0 if every network is proved to be preserved, 1 if one is not, 2 if one is unknown."""
        tally = self.outcome.tally
        if tally.is_clean and self.expected in (None, tally.networks):
            return 0
        return 1 if tally.has_failed else 2

    @property
    def json(self) -> dict[str, Json]:
        """Everything; only `run` differs from one run to the next."""
        sweep, tally = self.sweep, self.outcome.tally
        named = identification(sweep.family.widths, sweep.domain)
        return {
            "functions": {
                "complete": named.is_complete,
                "distinct": len(tally.functions),
                "theorem": named.theorem,
            },
            "networks": {
                "closed_formula": self.expected,
                "family": sweep.family.size,
                "tried": tally.networks,
            },
            "question": sweep.json,
            "run": {
                "networks": self.outcome.networks,
                "networks_per_second": round(self.outcome.rate),
                "seconds": f"{self.outcome.seconds:.1f}",
            },
            "smallest": {word: self._smallest(one) for word, one in sorted(tally.smallest.items())},
            "verdicts": {word: tally.verdicts[word] for word in OUTCOMES},
        }

    def _smallest(self, finding: Finding) -> Json:
        network = self.sweep.family.network(finding.index)
        return {
            "index": finding.index,
            "network": network_text(network).strip(),
            "reason": finding.reason,
        }

    # ------------------------------------------------------------------------------- lines

    @property
    def lines(self) -> list[str]:
        """The report for a reader."""
        sweep, outcome, tally = self.sweep, self.outcome, self.outcome.tally
        family = sweep.family
        named = identification(family.widths, sweep.domain)
        bound = "" if named.is_complete else "at most "
        counted = [f"{tally.verdicts[word]} {word}" for word in OUTCOMES if tally.verdicts[word]]
        found = [
            f"networks   {tally.networks}: shape {'-'.join(map(str, family.widths))}, "
            f"weights {_set(family.weights)}, biases {_set(family.biases)}",
            f"count      {_formula(family)}{self._classes()}",
            f"functions  {bound}{len(tally.functions)} distinct ({named.theorem})",
            f"transform  {sweep.transform}, relation {sweep.relation}",
            f"verdicts   {', '.join(counted)}",
        ]
        found += [line for word in tally.smallest for line in self._told(word)]
        if outcome.networks < tally.networks:
            found.append(f"{tally.networks - outcome.networks} networks were done before")
        rate = (
            f"{outcome.networks} networks in {outcome.seconds:.1f} s, {outcome.rate:.0f} a second"
        )
        return [*found, rate]

    def _classes(self) -> str:
        if not self.sweep.is_reduced:
            return ""
        if self.expected is None:
            return ", one for each class of permuted and rescaled networks"
        return f", {self.expected} up to permutation of units"

    def _told(self, word: str) -> list[str]:
        """The smallest network of an outcome, in words."""
        finding = self.outcome.tally.smallest[word]
        head = f"smallest {word}: network {finding.index}"
        if word == REFUSED:
            return [f"{head}: {finding.reason}"]
        network = self.sweep.family.network(finding.index)
        transform = Transformation.named(self.sweep.transform)
        case = failure.Case(transform, network, self.sweep.domain, self.sweep.relation)
        verdict = verdict_on(self.sweep, network)[2]
        if verdict is None:
            return [head, *failure.of_text(case, finding.reason).splitlines()]
        made = transform(network, self.sweep.domain)
        return [head, *failure.of_transform(case, made, verdict).splitlines()]

    # ------------------------------------------------------------------------------- files

    def write(self, folder: Path, command: tuple[str, ...]) -> tuple[str, ...]:
        """Write the report, and claim and evidence for the smallest network of every outcome.

        Raises:
            InputError: a file cannot be written.
        """
        files = [folder / REPORT]
        try:
            files[0].write_bytes(json_bytes(self.json))
        except OSError as error:
            raise InputError(str(files[0]), f"{error.strerror or error}") from None
        for word, finding in sorted(self.outcome.tally.smallest.items()):
            network = self.sweep.family.network(finding.index)
            verdict = verdict_on(self.sweep, network)[2]
            if verdict is not None:
                made = Transformation.named(self.sweep.transform)(network, self.sweep.domain)
                claim = claim_about(self.sweep, network, made)
                part = prepared_folder(folder / f"smallest-{word}")
                written = write_result(part, claim, verdict, Run(command))
                files += [part / name for name in written]
        return tuple(map(str, files))


def _set(values: tuple[Fraction, ...]) -> str:
    return "{" + ", ".join(map(str, values)) + "}"


def _formula(family: Family) -> str:
    """`3^6 * 3^3 = 19683`."""
    weights = sum(map(prod, zip(family.widths, family.widths[1:], strict=False)))
    biases = sum(family.widths[1:])
    powers = f"{len(family.weights)}^{weights} * {len(family.biases)}^{biases}"
    return f"{powers} = {family.size}"
