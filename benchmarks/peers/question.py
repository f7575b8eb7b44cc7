"""Questions that every tool is asked, and the folder in which each finds its own form of them."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from theory.domain import Box
from theory.network import Network, Vector
from verify.formats.network_json import write_network_json
from verify.prove.solver.smtlib import smtlib
from verify.relation import Epsilon, is_related


@dataclass(frozen=True, slots=True)
class Question:
    """Do two networks differ by at most epsilon in every output, at every point of a box?

    Attributes:
        name: What the reader knows the pair by.
        left: f : Q^n -> Q^m.
        right: g : Q^n -> Q^m.
        box: Where the question is asked.
        epsilon: 0 asks whether they are equal.
    """

    name: str
    left: Network
    right: Network
    box: Box
    epsilon: Fraction = Fraction(0)

    @property
    def relation(self) -> str:
        """As `relucert prove --relation` takes it."""
        return f"eps={self.epsilon}" if self.epsilon else "exact"

    @property
    def domain(self) -> str:
        """As `relucert prove --domain` takes it."""
        ends = zip(self.box.lower, self.box.upper, strict=True)
        return "box:" + ";".join(f"{low},{high}" for low, high in ends)

    @property
    def key(self) -> str:
        """Name and relation: no two questions share it."""
        return f"{self.name}, {self.relation}"

    def fails_at(self, point: Vector) -> bool:
        """Whether the point is a counterexample, exactly."""
        if len(point) != self.box.inputs or point not in self.box:
            return False
        return not is_related(Epsilon(self.epsilon), self.left(point), self.right(point))


def write_question(question: Question, folder: Path) -> None:
    """Write left.json, right.json, question.json and claim.smt2: what solvers start from."""
    folder.mkdir(parents=True, exist_ok=True)
    write_network_json(question.left, folder / "left.json")
    write_network_json(question.right, folder / "right.json")
    ends = zip(question.box.lower, question.box.upper, strict=True)
    value = {
        "box": [[str(low), str(high)] for low, high in ends],
        "epsilon": str(question.epsilon),
    }
    (folder / "question.json").write_text(json.dumps(value), encoding="ascii")
    script = smtlib(question.left, question.right, question.box, Epsilon(question.epsilon))
    (folder / "claim.smt2").write_text(script, encoding="ascii")
