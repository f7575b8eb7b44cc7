"""relucert report OUT: the page that a person reads."""

from pathlib import Path
from typing import TYPE_CHECKING

from verify.cli.options import AsJson, Folder, Quiet
from verify.cli.terminal import Terminal

if TYPE_CHECKING:
    from verify.report.report import ReportFiles


def report(out: Folder, json: AsJson = False, quiet: Quiet = False) -> int:
    """Write OUT/report.tex and, where pdflatex is, OUT/report.pdf."""
    terminal = Terminal(json, quiet)
    with terminal.progress("typesetting"):
        files = written_report(Path(out))
    pdf = None if files.pdf is None else str(files.pdf)
    terminal.tell(
        {"tex": str(files.tex), "pdf": pdf, "message": files.message, "status": files.status.value},
        [
            f"claim: {files.status.value}",
            f"written: {files.tex}",
            f"written: {pdf}" if pdf else f"no PDF: {files.message}",
        ],
    )
    return 0


def written_report(folder: Path, pdflatex: str = "pdflatex") -> "ReportFiles":
    """Write the report that fits the evidence in a folder; without a program, the source alone."""
    from verify.extended_claim import is_extended_claim
    from verify.report.pages.kind import page_evidence
    from verify.report.report import write_extended_report, write_page_report, write_report
    from verify.result import CLAIM

    name = page_evidence(folder)
    if name is not None:
        return write_page_report(folder, name, pdflatex=pdflatex)
    claim = folder / CLAIM
    is_extended = claim.is_file() and is_extended_claim(claim.read_bytes())
    write = write_extended_report if is_extended else write_report
    return write(folder, pdflatex=pdflatex)
