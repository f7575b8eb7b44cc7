"""A PDF from a TeX source by pdflatex, where there is one.

TeX runs in a temporary folder, without shell escape, and may neither read nor write files
elsewhere by absolute path. It runs twice, and again while the tables still change their widths.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGES = "texlive-latex-base texlive-latex-recommended texlive-pictures"
_PASSES = (2, 5)
_RERUN = "Table widths have changed"
_SECONDS = 300
_OPTIONS = ("-interaction=nonstopmode", "-no-shell-escape", "-halt-on-error")
_SETTINGS = {"openin_any": "p", "openout_any": "p", "max_print_line": "1000"}


@dataclass(frozen=True, slots=True)
class Typeset:
    """What came of a TeX source: the bytes of a PDF, or None and the reason; and TeX's log."""

    pdf: bytes | None
    message: str
    log: str = ""


def typeset(source: str, program: str = "pdflatex") -> Typeset:
    """The PDF of a TeX source, or a line that says why there is none; never an error.

    An empty name of a program asks for none.
    """
    if not program:
        return Typeset(None, "none was asked for")
    found = shutil.which(program)
    if found is None:
        return Typeset(None, f"there is no {program}; Debian has it in {PACKAGES}")
    with TemporaryDirectory(prefix="relucert-") as folder:
        (Path(folder) / "report.tex").write_text(source, encoding="ascii")
        for number in range(1, _PASSES[1] + 1):
            try:
                run = subprocess.run(
                    [found, *_OPTIONS, "report.tex"],
                    cwd=folder,
                    env={**os.environ, **_SETTINGS},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Typeset(None, f"{program} did not finish in {_SECONDS} s")
            except OSError as error:
                return Typeset(None, f"{program} cannot be run, {error.strerror}")
            log = run.stdout.decode("utf-8", "replace")
            if run.returncode:
                return Typeset(None, f"{program} failed: {first_error(log)}", log)
            if number >= _PASSES[0] and _RERUN not in log:
                break
        pdf = Path(folder) / "report.pdf"
        if not pdf.exists():
            return Typeset(None, f"{program} wrote no file", log)
        return Typeset(pdf.read_bytes(), "", log)


def first_error(log: str) -> str:
    """The first error in a log of TeX, with the number of the line, as one line."""
    lines = log.splitlines()
    for index, line in enumerate(lines):
        if line.startswith("!"):
            place = next((more for more in lines[index:] if more.startswith("l.")), "")
            return f"{line[1:].strip()} {place}".strip()
    return "it gave no reason"
