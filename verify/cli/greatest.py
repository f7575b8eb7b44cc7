"""relucert prove LEFT RIGHT --domain DOMAIN --relation eps=?: the greatest difference, enclosed.

The answer has two halves: a point with the difference there by exact evaluation, and a claim
eps = upper with its certificate. OUT gets the claim, the certificate and witness.json.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from theory.domain import Box
from theory.errors import NumberError
from theory.rational import rational
from verify.claim import Claim, json_bytes
from verify.cli.resumption import interrupted_by_termination
from verify.cli.terminal import Terminal, counted, decimal, sizes, vector
from verify.errors import InputError
from verify.result import CERTIFICATE, WITNESS, Run, summary, write_result
from verify.verdict import Unknown

if TYPE_CHECKING:
    from verify.prove.bisection.box_search import Certify
    from verify.prove.bisection.epsilon import Enclosed
    from verify.prove.workers import Workers

ASKED = "eps=?"


def read_ratio(relation: str) -> Fraction | None:
    """The ratio in `eps=?` or `eps=?1/100`, by default 1/200; None if the text asks otherwise.

    Raises:
        InputError: the ratio is no positive number.
    """
    from verify.prove.bisection.epsilon import RATIO

    text = relation.strip()
    if not text.startswith(ASKED):
        return None
    rest = text.removeprefix(ASKED)
    try:
        ratio = rational(rest) if rest else RATIO
    except NumberError as error:
        raise InputError(f"relation {text[:60]!r}", str(error)) from None
    if ratio <= 0:
        raise InputError(f"relation {text[:60]!r}", f"expected a positive ratio, got {rest}")
    return ratio


def refuse_others(engine: str, options: Sequence[str]) -> None:
    """Refuse what makes no sense with `eps=?`.

    Raises:
        InputError: another engine or one of these options was asked for.
    """
    if engine not in ("auto", "bisection"):
        raise InputError("--engine", f"eps=? is answered by bisection, got {engine!r}")
    if options:
        raise InputError(options[0], "expected a claim that is true or false, which eps=? is not")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be enclosed, and how.

    Attributes:
        claim: Two networks and a box.
        ratio: The search ends where upper <= (1 + ratio) * lower.
        timeout: Seconds of search at most, or None.
        out: The folder for claim and evidence, or None.
        workers: Who searches with this process, if anyone.
    """

    claim: Claim
    ratio: Fraction
    timeout: float | None
    out: Path | None
    workers: "Workers | None"


def tell_greatest(asked: Asked, run: Run, terminal: Terminal) -> int:
    """Enclose the greatest difference, write OUT, tell the user; 0 if there is a certificate.

    Raises:
        InputError: the domain is no box, or OUT cannot be written.
    """
    from verify.prove.bisection.epsilon import enclosed
    from verify.prove.clock import Clock

    if not isinstance(asked.claim.domain, Box):
        raise InputError("domain", "expected a box, which eps=? is about")
    started = time.monotonic()
    with interrupted_by_termination(), terminal.progress("searching") as tell:
        clock, certify = Clock.of(asked.timeout, tell), _certifier(started)
        found = enclosed(asked.claim, certify, clock, asked.ratio, workers=asked.workers)
    run = replace(run, seconds=run.seconds | {"prove": time.monotonic() - started})
    files = [] if asked.out is None else _written(asked.out, asked.claim, found, run)
    terminal.tell(_facts(found, files), _lines(asked.claim, found, run, files))
    return 2 if found.proof is None else 0


def _certifier(started: float) -> "Callable[[Claim], Certify]":
    from verify.prove.bisection.box_search import ENGINE
    from verify.prove.conclusion import certified

    return lambda claim: partial(certified, claim, engine=ENGINE, started=started)


def _written(out: Path, claim: Claim, found: "Enclosed", run: Run) -> list[str]:
    """Write the claim that is proved, or the question without one, and the witness."""
    unproved = Unknown("no upper bound was proved")
    names = write_result(out, found.claim or claim, found.proof or unproved, run)
    witness = {
        "difference": str(found.lower.difference),
        "left": [str(value) for value in claim.left.network(found.lower.point)],
        "point": [str(value) for value in found.lower.point],
        "right": [str(value) for value in claim.right.network(found.lower.point)],
    }
    try:
        (out / WITNESS).write_bytes(json_bytes(witness))
    except OSError as error:
        raise InputError(str(out), f"cannot be written, {error.strerror or error}") from None
    return [str(out / name) for name in sorted((*names, WITNESS))]


def _facts(found: "Enclosed", files: list[str]) -> dict[str, object]:
    proof = found.proof
    return {
        "files": files,
        "lower": str(found.lower.difference),
        "point": [str(value) for value in found.lower.point],
        "summary": {} if proof is None else summary(proof),
        "upper": None if found.upper is None else str(found.upper),
    }


def _lines(claim: Claim, found: "Enclosed", run: Run, files: list[str]) -> list[str]:
    lines = [
        f"{side}  {sizes(named.network.widths)}  {named.name}  sha256 {named.sha256[:16]}"
        for side, named in (("left ", claim.left), ("right", claim.right))
    ]
    lower, proof = decimal(found.lower.difference), found.proof
    lines += [
        f"witness: |left(x) - right(x)| = {lower} in some output, exact evaluation",
        f"point {vector(found.lower.point)}",
    ]
    if proof is None or found.upper is None:
        lines.append("no upper bound was proved in the time given")
    else:
        size = f"{counted(proof.leaves, 'leaf', 'leaves')}, {summary(proof)['bytes'] / 1000:.1f} kB"
        lines += [
            f"proved: |left(x) - right(x)| <= {found.upper} in every output, for every x",
            f"certificate accepted ({proof.engine}: {size}, {proof.check_seconds:.2f} s)",
            f"{lower} <= greatest difference <= {float(found.upper):.9g}",
        ]
    lines.append(", ".join(f"{name} {seconds:.2f} s" for name, seconds in run.seconds.items()))
    return [
        *lines,
        *[f"written: {name}" for name in files if name.endswith((CERTIFICATE, WITNESS))],
    ]
