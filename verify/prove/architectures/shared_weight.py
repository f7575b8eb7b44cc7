"""Questions about every weight of networks whose edges share one.

By two ordinary claims, at w = 1 and w = -1, where all paths have one length; a certificate for
`verify.agnostic_checker` comes of it. Otherwise Z3 is asked about all (w, x) at once: `unsat` is
its word and no certificate; a model counts only if exact evaluation confirms it.
"""

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

import z3

from theory.architectures.shared_weight import SharedWeightNetwork
from theory.domain import Domain
from theory.errors import ScopeError, ShapeError
from theory.network import Vector
from verify.agnostic_checker import obligations, read
from verify.claim import VERSION, json_bytes
from verify.formats.domain_file import domain_value
from verify.formats.shared_json import shared_bytes
from verify.prove.architectures.derived import settled
from verify.prove.solver.smt import rational_value, version
from verify.result import AGNOSTIC
from verify.verdict import Different

LEFT, RIGHT = "left.json", "right.json"


@dataclass(frozen=True, slots=True)
class Question:
    """Are two networks equal for every weight, or is an output of one largest for every weight?

    Attributes:
        left: The first network.
        right: The second one, or None.
        largest: The number of an output of left if there is no right, else None.
        domain: Of the inputs.
    """

    left: SharedWeightNetwork
    right: SharedWeightNetwork | None
    largest: int | None
    domain: Domain

    def __post_init__(self) -> None:
        sides = [side for side in (self.left, self.right) if side is not None]
        if any(side.inputs != self.domain.inputs for side in sides):
            raise ShapeError(f"shared weight: the domain has {self.domain.inputs} inputs")
        if self.right is None:
            if self.largest is None or not 0 <= self.largest < len(self.left.outputs):
                raise ShapeError("largest: expected the number of an output, the first is 0")
        elif self.largest is not None or len(self.left.outputs) != len(self.right.outputs):
            raise ShapeError("shared weight: expected as many outputs on both sides")

    def fails_at(self, weight: Fraction, point: Vector) -> bool:
        """Whether exact evaluation at the weight and point denies it."""
        if point not in self.domain:
            return False
        outputs = self.left(weight, point)
        if self.right is not None:
            return outputs != self.right(weight, point)
        return self.largest is not None and outputs[self.largest] < max(outputs)


@dataclass(frozen=True, slots=True)
class EveryWeight:
    """It holds for every real weight and every point of the domain.

    Attributes:
        files: What `verify.agnostic_checker` accepts; empty where it is Z3's word alone.
        about: By what it is known.
    """

    files: dict[str, bytes]
    about: str


@dataclass(frozen=True, slots=True)
class TellingWeight:
    """A weight and a point of the domain at which it does not hold, by exact evaluation."""

    weight: Fraction
    point: Vector


@dataclass(frozen=True, slots=True)
class OpenWeights:
    """It was not settled; the reason says why."""

    reason: str


Answer = EveryWeight | TellingWeight | OpenWeights


def for_every_weight(question: Question, timeout: float = 60.0) -> Answer:
    """Whether the answer to the question is yes for every real weight.

    Theorem: T50 (one shared weight).
    """
    sides = [side for side in (question.left, question.right) if side is not None]
    try:
        lengths = {length for side in sides if (length := side.path_length)}
    except ScopeError:
        return _by_smt(question, timeout)
    return _by_claims(question, timeout) if len(lengths) <= 1 else _by_smt(question, timeout)


def _by_claims(question: Question, timeout: float) -> Answer:
    files = {LEFT: shared_bytes(question.left)}
    if question.right is not None:
        files[RIGHT] = shared_bytes(question.right)
    references = {
        name.removesuffix(".json"): {"file": name, "sha256": sha256(data).hexdigest()}
        for name, data in files.items()
    }
    value: dict[str, object] = {
        "domain": domain_value(question.domain),
        "format": "relucert-agnostic",
        "largest": question.largest,
        "proofs": [],
        "right": None,
        "version": VERSION,
        **references,
    }
    stated, _ = read(files.__getitem__, json_bytes(value))
    proofs: list[object] = []
    for weight, one in zip((1, -1), obligations(stated), strict=True):
        found = settled(one, timeout)
        if isinstance(found, Different) and question.fails_at(Fraction(weight), found.point):
            return TellingWeight(Fraction(weight), found.point)
        if not isinstance(found, list):
            return OpenWeights(f"at weight {weight}: {getattr(found, 'reason', 'no proof')}")
        proofs.append(found)
    files[AGNOSTIC] = json_bytes({**value, "proofs": proofs})
    return EveryWeight(files, "two claims, at w = 1 and w = -1, by homogeneity (T50)")


def _by_smt(question: Question, timeout: float) -> Answer:
    """Z3's answer with the weight as an unknown (nonlinear real arithmetic)."""
    context = z3.Context()
    weight = z3.Real("w", context)
    point = [z3.Real(f"x{index}", context) for index in range(question.domain.inputs)]
    solver = z3.Solver(ctx=context)
    solver.set("timeout", max(1, round(1000 * timeout)))
    for constant, *gradient in question.domain.forms:
        solver.add(z3.Sum(*(a * x for a, x in zip(gradient, point, strict=True))) >= -constant)
    outputs = _terms(question.left, weight, point)
    if question.right is not None:
        others = _terms(question.right, weight, point)
        solver.add(z3.Or(*(one != other for one, other in zip(outputs, others, strict=True))))
    elif question.largest is not None:
        solver.add(z3.Or(*(one > outputs[question.largest] for one in outputs)))
    outcome = solver.check()
    if outcome == z3.unsat:
        return EveryWeight({}, f"the word of {version()}, no certificate: paths differ in length")
    if outcome != z3.sat:
        return OpenWeights(f"{version()}: {solver.reason_unknown()}")
    model = solver.model()
    numbers = [rational_value(model.eval(x, model_completion=True)) for x in (weight, *point)]
    exact = [number for number in numbers if number is not None]
    if len(exact) == len(numbers) and question.fails_at(exact[0], tuple(exact[1:])):
        return TellingWeight(exact[0], tuple(exact[1:]))
    return OpenWeights(f"{version()} answered sat, but its model is no rational counterexample")


def _terms(
    network: SharedWeightNetwork, weight: z3.ArithRef, point: list[z3.ArithRef]
) -> list[z3.ArithRef]:
    zero = z3.RealVal(0, weight.ctx)
    values = [z3.RealVal(1, weight.ctx), *point]
    for node in network.nodes:
        total = weight * z3.Sum(zero, *(values[source] for source in node.sources))
        negative = {"absolute": -total, "relu": zero}.get(node.activation)
        if negative is not None:
            values.append(z3.If(total > 0, total, negative))
        else:
            values.append(total if node.activation == "identity" else -total)
    return [values[output] for output in network.outputs]
