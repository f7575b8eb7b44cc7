"""A page on evidence that is no ordinary claim: what is claimed, found, quoted and not said.

A kind of evidence (a module `*_page` each) reads its folder and fills in a `Page`; what is common
to all of them, and which words may be used, is decided here and in `page.tex.jinja`.
"""

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verify.errors import FormatError
from verify.formats.network_file import read_bytes
from verify.formats.strict_json import Json, read_json
from verify.report.domain_view import DomainView
from verify.report.judgement import Judgement, Status
from verify.report.template import rendered
from verify.report.theorems import named_theorem
from verify.standalone import Check

REAL = (
    "It is about real arithmetic on the exact numbers in the files. Nothing is claimed about an "
    "evaluation in floating point, whose rounding may tell the two apart."
)


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One of the objects that a page speaks about.

    Attributes:
        symbol: In math mode.
        file: The name of its file, or an empty text if it is part of the evidence's own.
        facts: (what, value in TeX), a line of the table each.
    """

    symbol: str
    file: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of a kind of evidence; texts are TeX.

    Attributes:
        title: If it is established.
        question: The title otherwise.
        objects: What is spoken about.
        setting: "Let ...": sentences that introduce everything in `conclusion`.
        conclusion: A clause that "Then" and "It is asked whether" may precede; of a
            counterexample, what it shows.
        remarks: Sentences that explain it.
        domain: The conditions of a domain that belong to the setting, if there are any.
        body: The template of the section on the evidence.
        values: What that template is given.
        theorems: The IDs of those that are quoted: why the evidence is enough.
        limits: What is not said, a sentence or two each.
        has_kernel: Whether `relucert check --kernel` can ask the checker that is proved in Coq.
        seconds: What checkers say of further files that belong to it.
        beside: Other files that are to be identified by their digests.
        is_refutation: Whether the evidence, if the checker accepts it, tells the objects apart.
    """

    title: str
    question: str
    objects: tuple[ObjectView, ...]
    setting: str
    conclusion: str
    body: str
    values: Mapping[str, object]
    theorems: tuple[str, ...]
    limits: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    domain: DomainView | None = None
    has_kernel: bool = False
    is_refutation: bool = False
    seconds: tuple["SecondCheck", ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondCheck:
    """What a checker says of a file beside the evidence."""

    file: str
    check: Check


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A page on a counterexample, and whether exact evaluation confirms it."""

    page: Page
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """The file that makes a folder one of its kind.

    Attributes:
        folder: Where it lies.
        name: Its name.
        content: Its bytes.
    """

    folder: Path
    name: str
    content: bytes = field(repr=False)

    @staticmethod
    def read(folder: Path, name: str) -> "EvidenceFile":
        """The file in a folder.

        Raises:
            InputError: it cannot be read.
        """
        return EvidenceFile(folder, name, read_bytes(folder / name))

    @property
    def top(self) -> dict[str, Json]:
        """The object that it holds.

        Raises:
            FormatError: it holds none.
        """
        value = read_json(self.content, self.name)
        if not isinstance(value, dict):
            raise FormatError(self.name, "expected an object")
        return value

    @property
    def proof_steps(self) -> list[int]:
        """The number of steps for each claim that the checker derives from it."""
        proofs = self.top.get("proofs")
        listed = proofs if isinstance(proofs, list) else []
        return [len(steps) for steps in listed if isinstance(steps, list)]

    def file_of(self, key: str) -> str:
        """The name of the file that the object under a key names.

        Raises:
            FormatError: it names none.
        """
        value = self.top.get(key)
        name = value.get("file") if isinstance(value, dict) else None
        if not isinstance(name, str) or Path(name).name != name or name in {"", ".", ".."}:
            raise FormatError(f"{self.name}, {key}", "expected an object with a plain file name")
        return name


def page_source(
    file: EvidenceFile, page: Page | None, judgement: Judgement, problem: str = ""
) -> str:
    """The TeX source of a page; without one, of a report that says what the problem is.

    Args:
        file: The evidence.
        page: What is to be said of it, or None if it cannot be read.
        judgement: What it amounts to.
        problem: Why it cannot be read.
    """
    named = [one.file for one in page.objects if one.file] + [*page.beside] if page else []
    seconds = page.seconds if page else ()
    named += [one.file for one in seconds]
    quoted = [named_theorem(identifier) for identifier in page.theorems] if page else []
    return rendered(
        "page.tex.jinja",
        page=page,
        problem=problem,
        status=judgement.status.value,
        reasons=judgement.reasons,
        check=judgement.check,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        evidence_file=file.name,
        asked_file=next((one.file for one in seconds if one.check == judgement.check), file.name),
        seconds=seconds if judgement.status is not Status.OPEN else (),
        evidence_bytes=len(file.content),
        digests=tuple(_digest(file.folder, name) for name in (*named, file.name)),
        facts=_rows(page.objects) if page else (),
        quoted=tuple(one for one in quoted if one is not None),
        **(page.values if page else {}),
    )


def _digest(folder: Path, name: str) -> tuple[str, str]:
    return name, hashlib.sha256(read_bytes(folder / name)).hexdigest()


def _rows(objects: tuple[ObjectView, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The lines of the table of objects: what, and the value of each."""
    names = dict.fromkeys(name for one in objects for name, _ in one.facts)
    known = [dict(one.facts) for one in objects]
    return tuple((name, tuple(facts.get(name, "") for facts in known)) for name in names)
