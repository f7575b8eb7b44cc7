"""`write_report`: OUT/report.tex and, where TeX is there, OUT/report.pdf."""

from dataclasses import dataclass
from pathlib import Path

from verify.errors import InputError
from verify.extended_claim import CHECKER as EXTENDED_CHECKER
from verify.float_bound import checked_float_bound
from verify.report.atlas_sheet import atlas_sheet
from verify.report.document import Limits, report_source
from verify.report.evidence import read_evidence
from verify.report.extended_report import extended_report
from verify.report.judgement import Status, judge
from verify.report.pages.kind import page_report
from verify.report.pages.shared_weights import shared_weights, with_weights
from verify.report.pdf import typeset
from verify.result import FLOAT_BOUND

TEX, PDF = "report.tex", "report.pdf"
ATLAS = "atlas.tex", "atlas.pdf"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """What a report has become.

    Attributes:
        tex: The TeX source.
        pdf: The PDF, or None where it could not be made.
        message: Why there is no PDF, or an empty text.
        status: What the report says of the claim.
    """

    tex: Path
    pdf: Path | None
    message: str
    status: Status


def write_report(
    folder: Path,
    *,
    checker: Path | None = None,
    limits: Limits | None = None,
    pdflatex: str = "pdflatex",
) -> ReportFiles:
    """Write the report on the claim in a folder; the checker is run anew for it.

    Args:
        folder: Holds claim.json, the networks it names, certificate.json or
            counterexample.json, and perhaps run.json.
        checker: The standalone checker; by default the smallest one that knows all the rules.
        limits: How much of long lists is printed.
        pdflatex: The program that makes the PDF.

    Raises:
        InputError: a file is missing or malformed, or the claim is about extended-real weights,
            there is no checker, or the folder cannot be written. A PDF that cannot be made is no
            error.
    """
    evidence = read_evidence(folder)
    judgement = judge(evidence, folder, checker)
    has_floats = (folder / FLOAT_BOUND).exists()
    floats = checked_float_bound(folder, evidence.claim) if has_floats else None
    weights = shared_weights(folder)
    judgement = with_weights(judgement, weights)
    source = report_source(evidence, judgement, limits or Limits(), floats, weights)
    return _written(folder, source, judgement.status, pdflatex)


def write_extended_report(
    folder: Path, *, checker: Path = EXTENDED_CHECKER, pdflatex: str = "pdflatex"
) -> ReportFiles:
    """Write the report on a claim about extended-real weights; its own checker is run for it.

    Raises:
        InputError: as for `write_report`, also where the claim is an ordinary one.
    """
    return _written(folder, *extended_report(folder, checker), pdflatex)


def write_page_report(
    folder: Path, name: str, *, checker: Path | None = None, pdflatex: str = "pdflatex"
) -> ReportFiles:
    """Write the report on evidence of another kind: its file is invariant.json, for example.

    Raises:
        InputError: the file cannot be read, there is no checker, or the folder cannot be written.
            Evidence that is malformed gets a report that says so.
    """
    return _written(folder, *page_report(folder, name, checker), pdflatex)


def write_atlas(folder: Path, *, pdflatex: str = "pdflatex") -> ReportFiles:
    """Write the atlas: FOLDER/atlas.tex and, where TeX is there, FOLDER/atlas.pdf.

    Its status is open if a witness does not show what it is to show.

    Raises:
        InputError: the folder cannot be written.
    """
    source, holds = atlas_sheet()
    status = Status.PROVED if holds else Status.OPEN
    return _written(folder, source, status, pdflatex, ATLAS)


def _written(
    folder: Path,
    source: str,
    status: Status,
    pdflatex: str,
    names: tuple[str, str] = (TEX, PDF),
) -> ReportFiles:
    """The files of a report, once they are in the folder."""
    tex, pdf = (folder / name for name in names)
    try:
        # An older PDF must not stand beside a report that says something else.
        pdf.unlink(missing_ok=True)
        tex.write_text(source, encoding="ascii")
        made = typeset(source, pdflatex)
        if made.pdf is not None:
            pdf.write_bytes(made.pdf)
    except OSError as error:
        raise InputError(str(folder), f"cannot be written, {error.strerror}") from None
    return ReportFiles(tex, pdf if made.pdf is not None else None, made.message, status)
