"""relucert report OUT: the page that a person reads."""

from pathlib import Path

from verify.cli.options import AsJson, Folder, Quiet
from verify.cli.terminal import Terminal
from verify.errors import InputError


def report(out: Folder, json: AsJson = False, quiet: Quiet = False) -> int:
    """Write OUT/report.tex and, where pdflatex is, OUT/report.pdf."""
    from verify.extended_claim import is_extended_claim
    from verify.report.report import write_extended_report, write_report
    from verify.result import CLAIM, RECURRENT

    if any((Path(out) / name).is_file() for name in RECURRENT):
        raise InputError(out, "has evidence of a kind without a report; relucert check tells of it")
    claim = Path(out) / CLAIM
    is_extended = claim.is_file() and is_extended_claim(claim.read_bytes())
    terminal = Terminal(json, quiet)
    with terminal.progress("typesetting"):
        files = (write_extended_report if is_extended else write_report)(Path(out))
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
