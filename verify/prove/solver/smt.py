"""Z3 on the whole question: for small queries, and as a named second opinion.

Z3 reads the very script that `verify.prove.solver.smtlib` writes. What it says is taken on trust in
one direction only: `unsat` is Z3's word and no certificate; a model counts only if exact
evaluation confirms it at a point of the domain.

Source: de Moura, Bjorner, Z3: An Efficient SMT Solver, 2008.
"""

import time
from dataclasses import dataclass
from fractions import Fraction

import z3

from theory.domain import Domain
from theory.network import Network, Vector
from verify.prove.solver.smtlib import EXACT, domain_smtlib, smtlib
from verify.relation import Relation, is_related

_ALGEBRAIC_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Unsat:
    """Z3 says that the relation fails at no point of the domain, which is not empty."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point of the domain where exact evaluation shows that the relation fails."""

    point: Vector
    seconds: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """Z3 did not settle the question; the reason says why."""

    reason: str


Answer = Unsat | Counterexample | Unknown


def version() -> str:
    """The solver's name and version, for reports."""
    return f"Z3 {z3.get_version_string()}"


def smt_answer(
    left: Network,
    right: Network,
    domain: Domain,
    relation: Relation = EXACT,
    timeout: float | None = None,
) -> Answer:
    """Whether the relation holds at every point of the domain, as Z3 sees it.

    Args:
        left: f : Q^n -> Q^m.
        right: g : Q^n -> Q^m.
        domain: Where the question is asked; on an empty one the answer is Unknown.
        relation: Equality, if nothing else is said.
        timeout: Seconds that Z3 is given.

    Raises:
        DomainError: the difference that the relation allows is negative.
        NumberError: a number is too long for the script.
        ShapeError: the networks or the domain do not have the same numbers of inputs, outputs.
    """
    question = _Question(left, right, domain, relation)
    script = smtlib(left, right, domain, relation)
    try:
        return _answered(question, script, timeout)
    except z3.Z3Exception as error:
        return Unknown(f"{version()} failed: {error}")


def is_empty(domain: Domain) -> bool:
    """Whether Z3 says that no point lies in the domain, so that every claim about it holds."""
    return bool(_solver(domain_smtlib(domain), None).check() == z3.unsat)


@dataclass(frozen=True, slots=True)
class _Question:
    left: Network
    right: Network
    domain: Domain
    relation: Relation

    def is_settled_by(self, point: Vector) -> bool:
        """Whether the point is a counterexample, exactly."""
        outputs = (self.left(point), self.right(point))
        return point in self.domain and not is_related(self.relation, *outputs)


def _answered(question: _Question, script: str, timeout: float | None) -> Answer:
    started = time.monotonic()
    solver = _solver(script, timeout)
    outcome = solver.check()
    seconds = time.monotonic() - started
    if outcome == z3.unsat:
        if _solver(domain_smtlib(question.domain), timeout).check() != z3.sat:
            return Unknown("the domain is not seen to have a point, so the answer may be vacuous")
        return Unsat(seconds)
    if outcome != z3.sat:
        return Unknown(f"{version()} gave up after {seconds:.1f} s: {solver.reason_unknown()}")
    point = _point(solver, question.domain.inputs)
    if point is None or not question.is_settled_by(point):
        return Unknown(f"{version()} answered sat, but its model is no counterexample")
    return Counterexample(point, seconds)


def _solver(script: str, timeout: float | None) -> z3.Solver:
    solver = z3.Solver(ctx=z3.Context())
    if timeout is not None:
        solver.set("timeout", max(1, round(1000 * timeout)))
    solver.from_string(script)
    return solver


def _point(solver: z3.Solver, inputs: int) -> Vector | None:
    """The values of x0, x1, ... in the model; those it leaves open are 0."""
    context = solver.ctx
    model = solver.model()
    values = [
        rational_value(model.eval(z3.Real(f"x{index}", context), model_completion=True))
        for index in range(inputs)
    ]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == inputs else None


def rational_value(term: z3.ExprRef) -> Fraction | None:
    """A rational that a term of a model stands for, or is next to; None for anything else."""
    if z3.is_algebraic_value(term):
        term = term.approx(_ALGEBRAIC_DIGITS)
    if not z3.is_rational_value(term):
        return None
    try:
        return Fraction(term.numerator_as_long(), term.denominator_as_long())
    except ValueError:  # longer than Python converts
        return None
