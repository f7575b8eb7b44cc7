"""Builds the proved checker in a cache folder, once for every state of its sources.

    python -m verify.kernel

The folder is $XDG_CACHE_HOME/relucert (or ~/.cache/relucert)/kernel-DIGEST. The build fails if the
soundness theorem rests on more than the two axioms of Coq's real numbers.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).resolve().parent
THEORY = (
    *("Expression", "Claim", "Semantics"),  # what the theorem speaks of
    *("Zonotope", "Calculus", "Ranges", "Script", "Check"),
    *("ExpressionFacts", "CalculusFacts", "ZonotopeFacts", "RangesFacts", "ScriptFacts"),
    *("NetworkFacts", "Soundness"),
    *("Extract", "Audit"),
)
PROGRAM = ("integer.ml", "kernel.mli", "kernel.ml", "reader.ml")
ALLOWED_AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
    }
)
MISSING = "install coq, ocaml-nox, ocaml-findlib and libzarith-ocaml-dev (Debian)"


class UnavailableError(Exception):
    """The proved checker cannot be built or run here; the message says what is missing."""


def axioms(printed: str) -> frozenset[str]:
    """The names in what `Print Assumptions` prints; none if it says that there are none."""
    if printed.strip() == "Closed under the global context":
        return frozenset()
    names = re.findall(r"^(\S+)", printed, re.MULTILINE)
    return frozenset(names) - {"Axioms:"}


def run(command: list[str], folder: Path) -> str:
    """What a command prints on its standard output.

    Raises:
        UnavailableError: there is no such program, or it fails.
    """
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UnavailableError(f"{command[0]} is not here: {MISSING}") from None
    if done.returncode:
        last = (done.stderr or done.stdout).strip()[-400:]
        raise UnavailableError(f"{' '.join(command)}: {last}")
    return done.stdout


def theory_folder() -> Path:
    """The folder with the compiled theory and the extracted kernel.ml, built if need be.

    Raises:
        UnavailableError: there is no Coq, or the theory does not compile or pass its audit.
    """
    return _built("theory", _compile_theory)


def program() -> Path:
    """The extracted checker as a program, built if need be.

    Raises:
        UnavailableError: there is no Coq, no OCaml or no zarith, or they fail.
    """
    return _built("program", _compile_program) / "kernel"


@cache
def _digest() -> str:
    found = hashlib.sha256(run(["coqc", "--print-version"], SOURCES).encode())
    for path in sorted([*SOURCES.glob("*.v"), *SOURCES.glob("*.ml")]):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def _built(part: str, make: Callable[[Path], None]) -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    cache = Path(home) / "relucert"
    goal = cache / f"kernel-{_digest()}" / part
    if goal.is_dir():
        return goal
    goal.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=goal.parent) as scratch:
        folder = Path(scratch) / part
        folder.mkdir()
        make(folder)
        try:
            folder.rename(goal)
        except OSError:  # another process was faster
            if not goal.is_dir():
                raise
    return goal


def _compile_theory(folder: Path) -> None:
    for name in THEORY:
        shutil.copy(SOURCES / f"{name}.v", folder)
        printed = run(["coqc", "-q", "-Q", ".", "Relucert", f"{name}.v"], folder)
    if not axioms(printed) <= ALLOWED_AXIOMS:
        raise UnavailableError(f"the theorem rests on more than it may: {printed.strip()[:400]}")


def _compile_program(folder: Path) -> None:
    theory = theory_folder()
    for name in PROGRAM:
        shutil.copy((theory if name.startswith("kernel") else SOURCES) / name, folder)
    command = "ocamlfind ocamlopt -package zarith -linkpkg -w -a -inline 100 -o kernel"
    run([*command.split(), *PROGRAM], folder)
