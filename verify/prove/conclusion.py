"""Where search ends: steps count only if the checker accepts their bytes in this run."""

import time

from verify.certificate import Certificate, Step, checked
from verify.checker import MalformedError, RejectedError
from verify.claim import Claim
from verify.verdict import Equivalent


def certified(claim: Claim, steps: list[Step], engine: str, started: float) -> Equivalent | None:
    """The verdict that the steps prove, if the checker accepts their bytes."""
    certificate = Certificate.of(claim, steps)
    proved = time.monotonic()
    try:
        proof = checked(claim, certificate)
    except (RejectedError, MalformedError):
        return None
    seconds = time.monotonic() - proved
    return Equivalent(certificate, engine, proof.leaves, proof.lemmas, proved - started, seconds)
