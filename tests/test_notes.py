"""Theorems: every ID has a note, code that exists, and a property test that carries its name."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTES = {path.name[:3]: path for path in sorted((ROOT / "notes").glob("T[0-9][0-9]-*.md"))}
SECTIONS = ("statement", "proof", "code", "test", "references")
HEADING = re.compile(r"^(?:## (.*)$|\*\*(.*?)\.\*\*)", re.M)  # `## Code, test` or `**Proof.** ...`
IDENTIFIER = re.compile(r"\bT[0-9]{2}\b")
DECLARATION = re.compile(r"`((?:theory|verify)(?:\.\w+)+)(?:\(\))?`")

Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def texts(folder: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module of a folder, parsed, with its path."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def cited() -> dict[str, str]:
    """Every ID that a docstring cites, with one file that does."""
    found: dict[str, str] = {}
    for package in ("theory", "verify"):
        for path, tree in texts(package):
            for node in ast.walk(tree):
                if isinstance(node, Definition):
                    for identifier in IDENTIFIER.findall(ast.get_docstring(node) or ""):
                        found.setdefault(identifier, path)
    return found


def ids_of_tests() -> set[str]:
    """Every ID that the name of a test carries."""
    names = (
        node.name
        for _, tree in texts("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    )
    heads = (match[0] for name in names if (match := re.match(r"test_(?:T[0-9]{2}_)+", name)))
    return {identifier for head in heads for identifier in re.findall(r"T[0-9]{2}", head)}


def resolved(dotted: str) -> object:
    """The module, class, function or attribute that a dotted path names."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        module_name = ".".join(parts[:count])
        try:
            found: object = import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is None or not module_name.startswith(error.name):
                raise
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(dotted)


CITED, TESTED = cited(), ids_of_tests()


@pytest.mark.parametrize("identifier", sorted(CITED))
def test_every_cited_theorem_has_a_note(identifier: str) -> None:
    assert identifier in NOTES, f"{CITED[identifier]} cites {identifier}"


@pytest.mark.parametrize("identifier", sorted(CITED))
def test_every_cited_theorem_has_a_property_test(identifier: str) -> None:
    assert identifier in TESTED, f"no test is called test_{identifier}_..."


@pytest.mark.parametrize("identifier", sorted(NOTES))
def test_every_note_is_cited_by_code(identifier: str) -> None:
    assert identifier in CITED


@pytest.mark.parametrize("identifier", sorted(NOTES))
def test_every_note_has_its_sections(identifier: str) -> None:
    found = HEADING.findall(NOTES[identifier].read_text(encoding="utf-8"))
    words = {word for pair in found for word in re.split(r"\W+", "".join(pair).lower())}
    assert [section for section in SECTIONS if section not in words] == []


@pytest.mark.parametrize("path", sorted((ROOT / "notes").glob("*.md")), ids=lambda path: path.name)
def test_every_declaration_that_a_note_names_exists(path: Path) -> None:
    for dotted in DECLARATION.findall(path.read_text(encoding="utf-8")):
        resolved(dotted)


def test_a_declaration_that_does_not_exist_would_be_seen() -> None:
    with pytest.raises(AttributeError):
        resolved("theory.network.Netwerk")
    with pytest.raises(AttributeError):
        resolved("verify.nothing.at_all")


def test_the_index_lists_every_note() -> None:
    index = (ROOT / "notes" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in NOTES.values() if path.name not in index] == []
