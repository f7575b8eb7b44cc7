"""Queries that ask nothing of the networks: satisfiable or not whatever these are.

A query denies a relation between two networks. If no outputs at all satisfy its assertions, or
all do, or any outputs that are equal do, its answer says nothing about the relation: a file that
asserts the bounds themselves, and not that one is violated, is satisfied by every network and a
copy of it. Z3 decides that over free rational outputs; its word on that ends no proof.
"""

from collections.abc import Sequence
from fractions import Fraction

import z3

from theory.rational import text_of
from verify.formats.vnnlib_query import Case, Comparison, Query

_MILLISECONDS = 5000


def vacuity(query: Query) -> str | None:
    """Why the answer says nothing about the networks; None where that is not seen."""
    outputs = tuple(
        [z3.Real(f"y_{net}_{index}") for index in range(query.outputs[net])] for net in (0, 1)
    )
    formula = _formula(query.cases, outputs)
    if _is_unsatisfiable(formula):
        return "no outputs satisfy it, whatever the networks are"
    if _is_unsatisfiable(z3.Not(formula)):
        return "all outputs satisfy it, whatever the networks are"
    if _is_unsatisfiable(z3.Not(_formula(query.cases, (outputs[0], outputs[0])))):
        return (
            "two equal networks satisfy it at every point: it asserts bounds, not that one of them "
            "is violated"
        )
    return None


def _formula(cases: Sequence[Case], outputs: Sequence[Sequence[z3.ArithRef]]) -> z3.BoolRef:
    return z3.Or([z3.And([_comparison(one, outputs) for one in case]) for case in cases])


def _comparison(one: Comparison, outputs: Sequence[Sequence[z3.ArithRef]]) -> z3.BoolRef:
    terms = [_number(w) * outputs[net][index] for (net, index), w in one.coefficients.items()]
    value = z3.Sum([*terms, _number(one.constant)])
    return value > 0 if one.strict else value >= 0


def _number(value: Fraction) -> z3.RatNumRef:
    return z3.RealVal(text_of(value))


def _is_unsatisfiable(formula: z3.BoolRef) -> bool:
    solver = z3.SolverFor("QF_LRA")
    solver.set("timeout", _MILLISECONDS)
    solver.add(formula)
    return bool(solver.check() == z3.unsat)
