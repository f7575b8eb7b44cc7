"""The tools: how each is started, how its answer is read, and what the answer is worth."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.answer import Answer, read_answer, read_relucert
from benchmarks.peers.environment import Environment
from benchmarks.peers.question import Question

SOLVERS = Path(__file__).resolve().parent / "solvers"
ROOT = Path(__file__).resolve().parents[2]
_RELUCERT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from verify.cli import main; "
_RELUCERT += "sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that answers questions.

    Attributes:
        name: As the table names it.
        worth: What its `holds` is worth, in a few words.
        command: From the question, the folder of its files and a scratch folder.
        read: The answer in its output.
        environment: Where it lives; None for what comes with the project.
        has_certificate: Whether `holds` is a certificate that the checker accepted.
    """

    name: str
    worth: str
    command: Callable[[Question, Path, Path], list[str]]
    read: Callable[[str], Answer] = read_answer
    environment: Environment | None = None
    has_certificate: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether its environment is there."""
        return self.environment is None or self.environment.is_made


def relucert(question: Question, folder: Path, scratch: Path, *options: str) -> list[str]:
    """The command line of `relucert prove`."""
    words = ["prove", str(folder / "left.json"), str(folder / "right.json"), *options, "--json"]
    words += ["--domain", question.domain, "--relation", question.relation]
    return [sys.executable, "-c", _RELUCERT, *words]


def _own(question: Question, folder: Path, scratch: Path) -> list[str]:
    return relucert(question, folder, scratch, "-o", str(scratch / "proof"))


def _z3(question: Question, folder: Path, scratch: Path) -> list[str]:
    return relucert(question, folder, scratch, "--engine", "smt")


def peer(name: str, worth: str, script: str, *requirements: str) -> Tool:
    """A tool that is a script of `solvers/`, in an environment of its own."""
    environment = Environment(script.removesuffix("_solver.py"), requirements)

    def command(question: Question, folder: Path, scratch: Path) -> list[str]:
        return [str(environment.python), str(SOLVERS / script), str(folder)]

    return Tool(name, worth, command, environment=environment)


TOOLS = (
    Tool(
        "relucert",
        "certificate, accepted by the checker in the same run",
        _own,
        read_relucert,
        has_certificate=True,
    ),
    Tool("Z3", "exact, no certificate that a checker has read", _z3, read_relucert),
    peer("cvc5", "exact, no certificate that a checker has read", "cvc5_solver.py", "cvc5>=1.2"),
    peer(
        "MILP, HiGHS",
        "no proof: big-M in floating point, tolerance 1e-6",
        "highs_solver.py",
        "highspy>=1.10",
        "numpy>=1.26",
    ),
    peer(
        "MILP, SCIP",
        "no proof: the same in floating point",
        "scip_solver.py",
        "pyscipopt>=5",
    ),
    peer("Marabou", "no proof: floating point", "marabou_solver.py", "maraboupy>=2.0"),
)
