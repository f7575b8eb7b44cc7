"""What the evidence in a folder amounts to, decided anew when a report is written.

    proved    the standalone checker, run in a process of its own, accepted the certificate
    refuted   exact evaluation of both networks at the point shows that the relation fails there
    open      neither

The notes of the run have no say in it.
"""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from verify.certificate import ZONOTOPE_RULES
from verify.kink_certificate import CHECKER as KINK_CHECKER
from verify.kink_certificate import is_kink_certificate
from verify.report.evidence import Evidence
from verify.result import CERTIFICATE, CLAIM
from verify.standalone import Check, asked

CHECKER = Path(__file__).resolve().parents[1] / "checker.py"
ZONOTOPE_CHECKER = CHECKER.with_name("zonotope_checker.py")
_ZONOTOPE_STEP = re.compile(rf'\[\s*"[{"".join(ZONOTOPE_RULES)}]"'.encode())


class Status(Enum):
    """What may be said about a claim."""

    PROVED = "proved"
    REFUTED = "refuted"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the evidence amounts to.

    Attributes:
        status: Proved, refuted or open.
        reasons: For an open claim, what stands in the way, a sentence each.
        check: What the checker said, if there is a certificate.
    """

    status: Status
    reasons: tuple[str, ...]
    check: Check | None


def checker_of(folder: Path) -> Path:
    """The checker of such certificates as there is in the folder, the smallest of its kind."""
    certificate = folder / CERTIFICATE
    if is_kink_certificate(certificate):
        return KINK_CHECKER
    if certificate.is_file() and _ZONOTOPE_STEP.search(certificate.read_bytes()):
        return ZONOTOPE_CHECKER
    return CHECKER


def judge(evidence: Evidence, folder: Path, checker: Path | None = None) -> Judgement:
    """Run the checker on the certificate, or evaluate at the counterexample, and say what holds.

    Raises:
        InputError: there is a certificate, but no checker at that path.
    """
    check = run_checker(folder, checker) if evidence.certificate is not None else None
    proved = check is not None and check.is_accepted and evidence.is_bound
    refuted = is_confirmed(evidence)
    if proved != refuted:
        return Judgement(Status.PROVED if proved else Status.REFUTED, (), check)
    if proved:
        reasons = ["The checker accepts the certificate, and yet the point is a counterexample."]
    else:
        reasons = list(_shortcomings(evidence, check))
    return Judgement(Status.OPEN, tuple(reasons), check)


def is_confirmed(evidence: Evidence) -> bool:
    """Whether both networks give at the point what the file says, and the claim fails there."""
    found, claim = evidence.counterexample, evidence.claim
    if found is None or not evidence.is_bound or found.point not in claim.domain:
        return False
    left, right = claim.left.network(found.point), claim.right.network(found.point)
    return (left, right) == (found.left, found.right) and claim.fails_at(found.point)


def _shortcomings(evidence: Evidence, check: Check | None) -> list[str]:
    reasons = []
    if not evidence.is_bound:
        reasons.append("A network file is not the one that the claim names by its sha256.")
    if check is not None and not check.is_accepted:
        reasons.append(f"The checker did not accept the certificate ({check.answer}).")
    if evidence.counterexample is not None and not is_confirmed(evidence):
        reasons.append("Exact evaluation does not confirm the counterexample.")
    if evidence.certificate is None and evidence.counterexample is None:
        reasons.append("The folder holds neither a certificate nor a counterexample.")
    return reasons


def run_checker(folder: Path, checker: Path | None = None) -> Check:
    """The answer of a standalone checker on the claim and its certificate.

    Raises:
        InputError: there is no checker at that path.
    """
    return asked(checker or checker_of(folder), folder / CLAIM, folder / CERTIFICATE)
