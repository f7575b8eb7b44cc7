"""A question is settled: put to the prover, its answer written to a folder and told to the user."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from theory.domain import Domain, Polytope
from theory.errors import TheoryError
from verify.claim import Claim
from verify.cli.answer import claim_facts, claim_lines, verdict_facts, verdict_lines, written_lines
from verify.cli.question import Question
from verify.cli.resumption import decided
from verify.cli.terminal import Terminal
from verify.errors import InputError
from verify.relation import read_relation
from verify.result import CHECKPOINT, Opinion, Run, write_result
from verify.verdict import Different, Equivalent, Unknown, Verdict

if TYPE_CHECKING:
    from verify.cli.query import AskedQuery

_STATUS = {Equivalent: 0, Different: 1, Unknown: 2}
_ANSWERS = {Equivalent: "unsat", Different: "sat", Unknown: "unknown"}


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
    facts = {
        "claim": claim_facts(claim),
        "files": files,
        **verdict_facts(verdict),
        **run.json(verdict),
    }
    lines = [*claim_lines(claim), *verdict_lines(claim, verdict, run)]
    lines += _what_follows(question, verdict)
    if question.float_cells and isinstance(verdict, Equivalent):
        told = _float_lines(question, terminal)
        facts, lines = facts | {"deployed": told}, [*lines, *told]
    lines += written_lines(question.out, verdict)
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


def _seconds(verdict: Verdict, taken: float) -> dict[str, float]:
    if isinstance(verdict, Equivalent):
        return {"prove": verdict.prove_seconds, "check": verdict.check_seconds}
    return {"prove": taken}


def _files(out: Path, written: tuple[str, ...]) -> list[str]:
    names = (*written, CHECKPOINT) if (out / CHECKPOINT).exists() else written
    return [str(out / name) for name in names]


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
