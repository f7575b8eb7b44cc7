"""Leaves of claims that allow a difference: every obligation is shown by a lemma of its own.

A target is an affine form plus symbols. A symbol Y counts at least 0 where its weight is
positive and at most its interval bound where it is negative; if that is not enough, the lines
that cross the cell and matter are split on. On a cell that no such line crosses the targets
are affine, so that a lemma exists or a corner of the cell violates the claim.
"""

from collections.abc import Sequence

from theory.form import Form
from verify.checker import Expression, Proof
from verify.prove.cell import Cell, LemmaError
from verify.prove.lemma import Lemma, LemmaWriter


def obligation_lemmas(proof: Proof, writer: LemmaWriter, cell: Cell) -> list[Lemma] | None:
    """A lemma for every obligation on the cell; None where one is not shown so.

    Obligations with hypotheses (decisions) are not shown here.
    """
    found: list[Lemma] = []
    for given, goal in proof.obligations:
        lemma = None if given else expression_lemma(proof, writer, cell, proof.combined(goal))
        if lemma is None:
            return None
        found.append(lemma)
    return found


def expression_lemma(
    proof: Proof, writer: LemmaWriter, cell: Cell, expression: Expression
) -> Lemma | None:
    """The lemma for expression >= 0, its symbols replaced by their bounds; None if it fails."""
    bound = affine_bound(proof, expression)
    if bound is None:
        return None
    try:
        lemma = writer.lemma(cell, bound)
    except LemmaError:
        return None
    return _for_expression(lemma, proof.claim.unit)


def affine_bound(proof: Proof, expression: Expression) -> Form | None:
    """An affine form that is at most unit * expression; None where a symbol is unbounded."""
    form, terms = expression
    unit = proof.claim.unit
    constant = unit * form[0]
    for symbol, weight in terms.items():
        high = proof.highs[symbol]
        if weight < 0:
            if high is None:
                return None
            constant += weight * high
    return (constant, *(unit * entry for entry in form[1:]))


def _for_expression(lemma: Lemma, unit: int) -> Lemma:
    """The lemma for an expression, from the one for `unit` times it."""
    if not lemma or unit == 1:
        return lemma
    scaling, *rows = lemma
    if not isinstance(scaling, int):
        raise LemmaError
    if scaling > 0:
        return [scaling * unit, *rows]
    shifted = [entry << -scaling if index % 2 else entry for index, entry in _integers(rows)]
    return [unit, *shifted]


def _integers(rows: Sequence[object]) -> list[tuple[int, int]]:
    return [(index, entry) for index, entry in enumerate(rows) if isinstance(entry, int)]


def heaviest_line(proof: Proof, names: Sequence[int]) -> int:
    """The line whose symbol can move the targets most: largest weight times bound."""
    return max(
        names, key=lambda name: max(map(abs, proof.coefficients[name])) * (proof.highs[name] or 1)
    )
