"""One question put to the prover, its answer written to a folder and told to the user."""

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import TheoryError
from verify.claim import Claim
from verify.cli.resumption import decided
from verify.cli.terminal import Terminal, counted, sizes, vector
from verify.errors import InputError
from verify.formats.domain_file import domain_value
from verify.kink_certificate import KinkCertificate
from verify.relation import Epsilon, Exact, read_relation
from verify.result import (
    CERTIFICATE,
    CHECKPOINT,
    COUNTEREXAMPLE,
    Opinion,
    Run,
    counterexample,
    summary,
    write_result,
)
from verify.verdict import Different, Equivalent, Unknown, Verdict

if TYPE_CHECKING:
    from verify.cli.query import AskedQuery
    from verify.prove.signs.sign_tree import Tree
    from verify.prove.workers import Workers
    from verify.reduction import Reduction

ENGINES = ("auto", "merge", "stability", "canonical", "kinks", "cells", "bisection", "smt")
_MOST_BITS = 1000
_STATUS = {Equivalent: 0, Different: 1, Unknown: 2}
_ANSWERS = {Equivalent: "unsat", Different: "sat", Unknown: "unknown"}


@dataclass(frozen=True, slots=True)
class Question:
    """A claim, and how it is to be settled.

    Attributes:
        claim: The claim.
        engine: As `verify.prove.strategy.prove` takes it.
        timeout: Seconds of search at most, or None.
        opinion: Seconds for Z3's opinion, or None.
        out: The folder for claim and evidence, or None.
        workers: Who searches with this process, if anyone.
        reduction: What is asked, where the claim only answers it.
        float_cells: Into how many cells the box is cut to bound float32 evaluation; 0: it is not.
        known: The verdict, where the claim was already put to the prover.
        halves: Bisections with which the engine `stability` is likely to answer; it is asked first.
    """

    claim: Claim
    engine: str
    timeout: float | None
    opinion: float | None
    out: Path | None
    workers: "Workers | None" = None
    reduction: "Reduction | None" = None
    float_cells: int = 0
    known: Verdict | None = None
    halves: "Tree | None" = None


def checked_engine(name: str) -> str:
    """The name, if it is that of an engine.

    Raises:
        InputError: there is no such engine.
    """
    if name not in ENGINES:
        raise InputError("--engine", f"expected one of {', '.join(ENGINES)}, got {name!r}")
    return name


def checked_seconds(value: float | None, option: str) -> float | None:
    """The value, if it is a number of seconds.

    Raises:
        InputError: it is not positive and finite.
    """
    if value is not None and not (math.isfinite(value) and value > 0):
        raise InputError(option, f"expected a positive number of seconds, got {value}")
    return value


def settle(
    question: Question, run: Run, terminal: Terminal, query: "AskedQuery | None" = None
) -> int:
    """Prove or refute the claim, write OUT, tell the user; return the exit status.

    A query is answered in its own words first: unsat, sat (a model is a counterexample), unknown.
    """
    claim = question.claim
    _refuse_empty(claim.domain)
    started = time.monotonic()
    verdict = question.known or decided(question, terminal)
    verdict = _answered(question, verdict, terminal, started)
    run = replace(run, seconds=run.seconds | _seconds(verdict, time.monotonic() - started))
    if question.reduction is not None:
        run = replace(run, asked=question.reduction.asked, follows=question.reduction.follows)
    if question.opinion is not None:
        with terminal.progress("asking Z3"):
            run = replace(run, opinion=_second_opinion(claim, question.opinion))
    written = () if question.out is None else write_result(question.out, claim, verdict, run)
    files = [] if question.out is None else _files(question.out, written)
    facts = {"claim": _claim_facts(claim), "files": files, **_facts(verdict), **run.json(verdict)}
    lines = [*_claim_lines(claim), *_lines(claim, verdict, run)]
    lines += _what_follows(question, verdict)
    if question.float_cells and isinstance(verdict, Equivalent):
        told = _float_lines(question, terminal)
        facts, lines = facts | {"deployed": told}, [*lines, *told]
    lines += _where(question.out, verdict)
    if query is not None:
        answer = _ANSWERS[type(verdict)]
        more, told = query.told(verdict)
        facts, lines = facts | more | {"answer": answer}, [answer, *lines, *told]
    terminal.tell(facts, lines)
    return _STATUS[type(verdict)]


def _answered(question: Question, verdict: Verdict, terminal: Terminal, started: float) -> Verdict:
    """The verdict on what is asked, from the one on the claim."""
    if question.reduction is None:
        return verdict

    def search(claim: Claim) -> Verdict:
        from verify.prove.strategy import prove

        left = None
        if question.timeout is not None:
            left = max(question.timeout - (time.monotonic() - started), 0.01)
        with terminal.progress("looking for a point that answers the question"):
            return prove(claim, question.engine, left)

    return question.reduction.answered(verdict, search)


def _what_follows(question: Question, verdict: Verdict) -> list[str]:
    if question.reduction is None or not isinstance(verdict, Equivalent):
        return []
    return [f"it follows for {question.reduction.asked}: {question.reduction.follows}"]


def _float_lines(question: Question, terminal: Terminal) -> list[str]:
    """What the proved claim says about float32 evaluation; the bounds are written to OUT."""
    from verify.float_bound import deployed, float_bound
    from verify.result import FLOAT_BOUND

    if question.reduction is not None and question.reduction.is_rewritten:
        return ["nothing is stated about float32 evaluation: the claim is about rewritten networks"]
    try:
        with terminal.progress("bounding float32 evaluation"):
            found = float_bound(question.claim, question.float_cells)
    except TheoryError as error:
        return [f"nothing is stated about float32 evaluation: {error}"]
    if question.out is not None:
        try:
            (question.out / FLOAT_BOUND).write_bytes(found.data)
        except OSError as error:
            raise InputError(str(question.out), f"cannot be written, {error.strerror}") from None
    return deployed(question.claim, found.left, found.right)


def _files(out: Path, written: tuple[str, ...]) -> list[str]:
    names = (*written, CHECKPOINT) if (out / CHECKPOINT).exists() else written
    return [str(out / name) for name in names]


def checked_size(domain: Domain) -> Domain:
    """The domain, if its numbers are near enough to what floats hold for a search to propose.

    Raises:
        InputError: a numerator or denominator has more than 1000 bits.
    """
    match domain:
        case Box(lower, upper):
            numbers = [*lower, *upper]
        case Polytope(_, halfspaces):
            numbers = [entry for normal, offset in halfspaces for entry in (*normal, offset)]
        case Space():
            numbers = []
    for number in numbers:
        if max(number.numerator.bit_length(), number.denominator.bit_length()) > _MOST_BITS:
            raise InputError("domain", f"expected numbers of at most {_MOST_BITS} bits")
    return domain


def _refuse_empty(domain: Domain) -> None:
    if isinstance(domain, Polytope):
        from verify.prove.solver.smt import is_empty

        if is_empty(domain):
            raise InputError("domain", "it is empty, so every claim about its points holds")


def _second_opinion(claim: Claim, seconds: float) -> Opinion:
    from verify.prove.solver import smt

    sides = claim.left.network, claim.right.network
    match smt.smt_answer(*sides, claim.domain, read_relation(claim.relation), seconds):
        case smt.Unsat(taken):
            return Opinion(smt.version(), "unsat", taken)
        case smt.Counterexample(_, taken):
            return Opinion(smt.version(), "sat", taken)
        case smt.Unknown():
            return Opinion(smt.version(), "unknown", seconds)


def _claim_facts(claim: Claim) -> dict[str, object]:
    sides = {"left": claim.left, "right": claim.right}
    return {"domain": domain_value(claim.domain), "relation": claim.relation} | {
        side: {"name": named.name, "sha256": named.sha256, "widths": named.network.widths}
        for side, named in sides.items()
    }


def _facts(verdict: Verdict) -> dict[str, object]:
    return {**counterexample(verdict)} if isinstance(verdict, Different) else {}


def _claim_lines(claim: Claim) -> list[str]:
    return [
        f"{side}  {sizes(named.network.widths)}  {named.name}  sha256 {named.sha256[:16]}"
        for side, named in (("left ", claim.left), ("right", claim.right))
    ]


def _lines(claim: Claim, verdict: Verdict, run: Run) -> list[str]:
    times = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in run.seconds.items())
    match verdict:
        case Equivalent(certificate=KinkCertificate(sizes=counts)):
            told = ", ".join(f"{number} {name}" for name, number in counts)
            size = f"{summary(verdict)['bytes'] / 1000:.1f} kB"
            answer = [
                f"{statement(claim.relation)} for every x of the domain, exact weights",
                f"kink certificate accepted ({told}, {size})",
                "accepted by: verify/kink_checker.py (T35), not verify/checker.py",
            ]
        case Equivalent(engine=engine, leaves=leaves, lemmas=lemmas):
            size = f"{summary(verdict)['bytes'] / 1000:.1f} kB"
            tree = f"{counted(leaves, 'leaf', 'leaves')}, {counted(lemmas, 'lemma', 'lemmas')}"
            answer = [
                f"{statement(claim.relation)} for every x of the domain, exact weights",
                f"certificate accepted ({engine}: {tree}, {size})",
            ]
        case Different(point, left, right, engine):
            answer = [
                f"different: exact evaluation shows it at a point of the domain ({engine})",
                f"point {vector(point)}",
                f"left  {vector(left)}",
                f"right {vector(right)}",
            ]
        case Unknown(reason):
            answer = [f"unknown: {reason}"]
    if run.opinion is not None:
        heard = run.opinion
        answer.append(f"second opinion: {heard.solver} says {heard.answer}, {heard.seconds:.2f} s")
    return [*answer, times]


def statement(relation: str) -> str:
    """What is proved of left and right, in words."""
    match read_relation(relation):
        case Exact():
            return "equivalent: left(x) = right(x)"
        case Epsilon(epsilon):
            return f"proved: |left(x) - right(x)| <= {epsilon} in every output"
        case other:
            return f"proved: {other.text} relates left(x) and right(x)"


def _seconds(verdict: Verdict, taken: float) -> dict[str, float]:
    if isinstance(verdict, Equivalent):
        return {"prove": verdict.prove_seconds, "check": verdict.check_seconds}
    return {"prove": taken}


def _where(out: Path | None, verdict: Verdict) -> list[str]:
    if out is None:
        return []
    match verdict:
        case Equivalent():
            return [f"written: {out / CERTIFICATE} (relucert check {out}; relucert report {out})"]
        case Different():
            return [f"written: {out / COUNTEREXAMPLE} (relucert report {out})"]
        case Unknown():
            checkpoint = out / CHECKPOINT
            if checkpoint.exists():
                return [f"written: {checkpoint} (the same command goes on from there)"]
            return [f"written: {out}"]
