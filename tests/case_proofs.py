"""Proofs by brute force: split on every open symbol, find every multiplier by a linear program.

Nothing of the proof search is used, so what it finds is a second way to every relation. The
linear programs are solved by Z3, exactly. Only for claims with a handful of units.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import z3

from verify.certificate import Step
from verify.checker import ONE, Expression, Obligation, Proof, combined, is_affine
from verify.claim import Claim
from verify.prove.strategy import proof_of

MOST_SYMBOLS = 10


def case_proof(claim: Claim) -> list[Step] | None:
    """The steps of a proof; None where some leaf has an obligation without a lemma.

    On a box such an obligation fails at a point of the leaf, except that `topk` may hold though
    an obligation does not (outputs that are equal on a whole cell).
    """
    proof = proof_of(claim)
    if len(proof.arguments) > MOST_SYMBOLS:
        return None
    steps: list[Step] = []
    while not proof.finished:
        step = next_step(proof)
        if step is None:
            return None
        proof.step(step)
        steps.append(step)
    return steps


def next_step(proof: Proof) -> Step | None:
    """A leaf if the cell allows one, else a symbol settled or split."""
    empty = lemma_for(proof, {ONE: -1})
    if empty is not None:
        return ["0", empty]
    symbol = next((k for k in range(len(proof.arguments)) if k not in proof.value), None)
    if symbol is None:
        lemmas = [obligation_lemma(proof, one) for one in proof.obligations]
        return None if None in lemmas else ["=", *lemmas]
    argument = proof.reduced(proof.arguments[symbol])
    if not is_affine(argument):
        raise ValueError("expected symbols in the order of their arguments")
    for name, sign in (("+", 1), ("-", -1)):
        lemma = lemma_for(proof, combined((sign, argument)))
        if lemma is not None:
            return [name, symbol, lemma]
    return ["S", symbol]


def obligation_lemma(proof: Proof, obligation: Obligation) -> list[int] | None:
    """The lemma for the goal of an obligation, whose givens are rows as well."""
    given, goal = obligation
    return lemma_for(proof, proof.combined(goal), [proof.combined(one) for one in given])


def lemma_for(proof: Proof, goal: Expression, more: Sequence[Expression] = ()) -> list[int] | None:
    """Multipliers m >= 0 with goal - sum m_i row_i >= 0 on the box; None if there are none."""
    rows = [form_of(proof, proof.reduced(row)) for row in (*proof.rows, *more)]
    solver = z3.Solver()
    weights = z3.Reals(" ".join(f"m{i}" for i in range(len(rows)))) if rows else []
    rest = [
        entry - sum(m * row[i] for m, row in zip(weights, rows, strict=True))
        for i, entry in enumerate(form_of(proof, proof.reduced(goal)))
    ]
    solver.add(*(m >= 0 for m in weights))
    solver.add(least(proof, rest, solver) >= 0)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    values = [model.eval(m, model_completion=True) for m in weights]
    exact = [Fraction(v.numerator_as_long(), v.denominator_as_long()) for v in values]
    scale = lcm(*(value.denominator for value in exact))
    used = [(i, int(scale * value)) for i, value in enumerate(exact) if value]
    return [scale, *(entry for pair in used for entry in pair)]


def form_of(proof: Proof, expression: Expression) -> list[int]:
    """The constant and the gradient of an affine expression."""
    return [expression.get(ONE - i, 0) for i in range(proof.claim.inputs + 1)]


def least(proof: Proof, rest: list[z3.ArithRef], solver: z3.Solver) -> z3.ArithRef:
    """The minimum of u (rest_0 + rest_1 x_1 + ...) over the box, as a sum of new unknowns."""
    total = proof.claim.unit * rest[0]
    if not proof.claim.box:
        solver.add(*(entry == 0 for entry in rest[1:]))
        return total
    for i, (entry, (low, high)) in enumerate(zip(rest[1:], proof.claim.box, strict=True)):
        up, down = z3.Reals(f"up{i} down{i}")  # entry = up - down
        solver.add(up >= 0, down >= 0, up - down == entry)
        total = total + up * low - down * high
    return total
