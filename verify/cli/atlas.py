"""relucert atlas: which architectures contain which, by which command; what keeps them apart."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, Quiet
from verify.cli.terminal import Terminal

if TYPE_CHECKING:
    from theory.architectures.atlas import Separation

Page = Annotated[
    str | None, typer.Option("--page", metavar="FILE", help="Write the page, Markdown.")
]
Svg = Annotated[str | None, typer.Option("--svg", metavar="FILE", help="Write the drawing, SVG.")]
Report = Annotated[
    str | None,
    typer.Option("--report", metavar="OUT", help="Write OUT/atlas.tex and OUT/atlas.pdf."),
]
Check = Annotated[bool, typer.Option("--check", help="Check every separation's witness again.")]


def atlas(
    *,
    page: Page = None,
    svg: Svg = None,
    report: Report = None,
    check: Check = False,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Tell which classes of networks can be rewritten as which, at what cost, and which cannot.

    Exit: 0; with --check or --report 1 if a witness does not show what it is to show.
    """
    from theory.architectures.atlas import SEPARATIONS
    from verify.report.atlas_drawing import atlas_drawing
    from verify.report.atlas_page import atlas_page

    terminal = Terminal(json, quiet)
    for path, text in ((page, atlas_page), (svg, atlas_drawing)):
        if path is not None:
            _write(path, text())
    is_checked = check or report is not None
    failed = [one for one in SEPARATIONS if is_checked and not one.check()]
    facts, lines = _told(failed, is_checked)
    if report is not None:
        written = _sheet(report, terminal)
        facts, lines = {**facts, **written[0]}, [*lines, "", *written[1]]
    terminal.tell(facts, lines)
    return 1 if failed else 0


def _told(failed: "list[Separation]", is_checked: bool) -> tuple[dict[str, object], list[str]]:
    """The atlas as facts and as lines."""
    from theory.architectures.atlas import ARCHITECTURES, REDUCTIONS, SEPARATIONS
    from verify.report.atlas_page import command_line

    facts: dict[str, object] = {
        "classes": {one.key: one.about for one in ARCHITECTURES},
        "reductions": [
            {
                "from": one.source,
                "to": one.target,
                "cost": one.cost,
                "theorem": one.theorem,
                "command": list(one.command),
            }
            for one in REDUCTIONS
        ],
        "separations": [
            {
                "in": one.larger,
                "not_in": one.smaller,
                "witness": one.witness,
                "theorem": one.theorem,
                "checked": (one not in failed) if is_checked else None,
            }
            for one in SEPARATIONS
        ],
    }
    lines = [f"{one.key:14} {one.about}" for one in ARCHITECTURES]
    lines += ["", "Reductions: every member of the first class, rewritten, is one of the second."]
    for reduction in REDUCTIONS:
        lines.append(
            f"{reduction.source} -> {reduction.target}  ({reduction.theorem}) {reduction.cost}"
        )
        lines += [f"    {command_line(reduction)}"] if reduction.command else []
    lines += ["", "Separations: a member of the first class that is none of the second."]
    for one in SEPARATIONS:
        said = "" if not is_checked else (" FAILED" if one in failed else " checked")
        lines.append(f"{one.larger} not in {one.smaller}  ({one.theorem}) {one.witness}{said}")
    return facts, lines


def _sheet(out: str, terminal: Terminal) -> tuple[dict[str, object], list[str]]:
    """Write the sheet of TeX; what was written, as facts and as lines."""
    from verify.report.report import write_atlas
    from verify.result import prepared_folder

    with terminal.progress("typesetting"):
        files = write_atlas(prepared_folder(out))
    pdf = None if files.pdf is None else str(files.pdf)
    lines = [f"written: {files.tex}", f"written: {pdf}" if pdf else f"no PDF: {files.message}"]
    return {"tex": str(files.tex), "pdf": pdf, "message": files.message}, lines


def _write(path: str, text: str) -> None:
    """Write a file.

    Raises:
        InputError: it cannot be written.
    """
    from verify.errors import InputError

    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(path, f"cannot be written, {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(path, f"is no file name, {error}") from None
