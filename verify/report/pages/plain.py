"""The page on evidence of a kind that reports know no formulas for: shown as it stands.

What is claimed is then what the checker's own line says; nothing is guessed.
"""

from json import dumps

from verify.errors import FormatError
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page

_LONGEST_FIELD = 300
_SYMBOLS = "fghuv"


def plain_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        FormatError: the evidence is no object.
    """
    return Page(
        title="A claim that a checker decides",
        question="A claim that a checker is asked about",
        objects=named_objects(file),
        setting=r"Let all objects be those that Section~\ref{evidence} shows as they stand in the "
        "file.",
        conclusion=PLAIN_CONCLUSION,
        body="plain.tex.jinja",
        values={"fields": plain_fields(file)},
        theorems=(),
        limits=(REAL,),
    )


PLAIN_CONCLUSION = r"what the checker's line in Section~\ref{trust} says of them holds"


def named_objects(file: EvidenceFile) -> tuple[ObjectView, ...]:
    """The files that the evidence names, as far as they are there."""
    found: list[ObjectView] = []
    for key in sorted(file.top):
        try:
            name = file.file_of(key)
        except FormatError:
            continue
        if (file.folder / name).is_file():
            symbol = _SYMBOLS[len(found) % len(_SYMBOLS)]
            size = str((file.folder / name).stat().st_size)
            found.append(ObjectView(symbol, name, (("Bytes", size),)))
    return tuple(found[: len(_SYMBOLS)])


def plain_fields(file: EvidenceFile, known: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """What the file states under keys that are not known, as it stands there."""
    shown = []
    for key, value in sorted(file.top.items()):
        if key not in known:
            text = value if isinstance(value, str) else dumps(value, sort_keys=True)
            cut = text if len(text) <= _LONGEST_FIELD else f"{text[:_LONGEST_FIELD]} ..."
            shown.append((key, cut))
    return shown
