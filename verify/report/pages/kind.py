"""Which page a folder's evidence gets, and what it amounts to, decided anew for every report."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from theory.errors import TheoryError
from verify.approximation.evidence import checker_of as approximation_checker
from verify.checker import MalformedError, RejectedError
from verify.errors import InputError
from verify.recurrent_evidence import CHECKERS, checker_of
from verify.report.judgement import Judgement, Status
from verify.report.pages.agnostic import agnostic_page
from verify.report.pages.approximation import approximation_page, with_checkers_words
from verify.report.pages.attention import attention_page
from verify.report.pages.horizon import horizon_page
from verify.report.pages.invariant import invariant_page
from verify.report.pages.machine import simulation_page, tape_page
from verify.report.pages.page import (
    Counterexample,
    EvidenceFile,
    Page,
    SecondCheck,
    page_source,
)
from verify.report.pages.plain import plain_page
from verify.report.pages.program import tokens_page, transformer_page
from verify.report.pages.sequence import sequence_page
from verify.report.pages.unrolling import unrolling_page
from verify.report.typesetting import tex_text
from verify.result import (
    AGNOSTIC,
    APPROXIMATION,
    ATTENTION,
    HORIZON,
    INVARIANT,
    RECURRENT,
    SEQUENCE,
    SIMULATION,
    TAPE,
    TOKENS,
    TRANSFORMER,
    UNROLLING,
)
from verify.standalone import Check, asked

PAGES: Mapping[str, Callable[[EvidenceFile], Page]] = {
    INVARIANT: invariant_page,
    SIMULATION: simulation_page,
    UNROLLING: unrolling_page,
    HORIZON: horizon_page,
    AGNOSTIC: agnostic_page,
    ATTENTION: attention_page,
    TRANSFORMER: transformer_page,
    TOKENS: tokens_page,
    APPROXIMATION: approximation_page,
}
COUNTEREXAMPLES: Mapping[str, Callable[[EvidenceFile], Counterexample]] = {
    SEQUENCE: sequence_page,
    TAPE: tape_page,
}
_UNREADABLE = (  # the last ones: numbers and nestings that are too large to be shown
    InputError,
    TheoryError,
    MalformedError,
    RejectedError,
    OSError,
    MemoryError,
    OverflowError,
    RecursionError,
)


def page_evidence(folder: Path) -> str | None:
    """The name of the file in a folder that makes it one of these kinds, or None.

    A horizon comes before the invariant that stands beside it: it speaks of the target.
    """
    names = (HORIZON, *RECURRENT, APPROXIMATION)
    return next((name for name in names if (folder / name).is_file()), None)


def page_report(folder: Path, name: str, checker: Path | None = None) -> tuple[str, Status]:
    """The TeX source of the report on such a file, and what it says; the checker is run for it.

    Raises:
        InputError: the file cannot be read, or there is no checker.
    """
    file = EvidenceFile.read(folder, name)
    if name in COUNTEREXAMPLES:
        page, judgement, problem = _refuted(file)
    else:
        check = asked(checker or _checker(folder, name), folder / name)
        page, problem = _page(file)
        if page is not None:
            page = replace(page, seconds=(*page.seconds, *_others(folder, name)))
        judgement = _judged(check, page)
        if page is not None and name == APPROXIMATION and judgement.status is Status.PROVED:
            page = with_checkers_words(page, check.line)
    return page_source(file, page, judgement, problem), judgement.status


def _checker(folder: Path, name: str) -> Path:
    return approximation_checker(folder) if name == APPROXIMATION else checker_of(name)


def _others(folder: Path, name: str) -> Iterator[SecondCheck]:
    """What the checkers say of further files of such kinds in the folder."""
    for other in CHECKERS:
        if other not in (name, TOKENS) and (folder / other).is_file():
            yield SecondCheck(other, asked(checker_of(other), folder / other))


def _page(file: EvidenceFile) -> tuple[Page | None, str]:
    """The page, or None and why there is none."""
    try:
        return PAGES.get(file.name, plain_page)(file), ""
    except _UNREADABLE as error:
        return None, str(error)


def _judged(check: Check, page: Page | None) -> Judgement:
    if not check.is_accepted:
        reason = f"The checker did not accept the evidence ({check.answer})."
        return Judgement(Status.OPEN, (reason,), check)
    if page is None:
        reason = "What the checker says of the file, this report cannot say in words."
        return Judgement(Status.OPEN, (reason,), check)
    failed = next((one for one in page.seconds if not one.check.is_accepted), None)
    if failed is not None:
        where = f"\\texttt{{{tex_text(failed.file)}}}, which lies beside it"
        reason = f"The checker did not accept {where} ({failed.check.answer})."
        return Judgement(Status.OPEN, (reason,), failed.check)
    return Judgement(Status.REFUTED if page.is_refutation else Status.PROVED, (), check)


def _refuted(file: EvidenceFile) -> tuple[Page | None, Judgement, str]:
    """The page on a counterexample, what it amounts to, and why there is no page."""
    unconfirmed = ("Exact evaluation does not confirm the counterexample.",)
    try:
        found = COUNTEREXAMPLES[file.name](file)
    except _UNREADABLE as error:
        return None, Judgement(Status.OPEN, unconfirmed, None), str(error)
    if found.is_confirmed:
        return found.page, Judgement(Status.REFUTED, (), None), ""
    return found.page, Judgement(Status.OPEN, unconfirmed, None), ""
