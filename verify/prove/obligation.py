"""Leaves of claims that allow a difference: every obligation is shown by a lemma of its own.

A target is an affine form plus symbols. A symbol Y counts at least 0 where its weight is
positive and at most its interval bound where it is negative; if that is not enough, the lines
that cross the cell and matter are split on. On a cell that no such line crosses the targets
are affine, so that a lemma exists or a corner of the cell violates the claim. An obligation
with hypotheses (a decision) is shown from one of them: goal - w * hypothesis >= 0.
"""

from collections.abc import Sequence

from theory.form import Form
from verify.checker import Expression, Proof
from verify.prove.cell import Cell, LemmaError
from verify.prove.lemma import SIDE, Lemma, LemmaWriter


def obligation_lemmas(proof: Proof, writer: LemmaWriter, cell: Cell) -> list[Lemma] | None:
    """A lemma for every obligation on the cell; None where one is not shown so."""
    found: list[Lemma] = []
    for given, goal in proof.obligations:
        target = proof.combined(goal)
        lemma = expression_lemma(proof, writer, cell, target)
        for number, hypothesis in enumerate(map(proof.combined, given), len(proof.rows)):
            lemma = lemma or _multiple(target, hypothesis, number)
            if lemma is None and not target[1] and not hypothesis[1]:
                lemma = _from_row(writer.side_lemma(cell, target[0], hypothesis[0]), number)
        if lemma is None:
            return None
        found.append(lemma)
    return found


def merged_lemmas(proof: Proof) -> list[Lemma] | None:
    """Lemmas at the root of a decision between networks that are one function symbolically."""
    found: list[Lemma] = []
    for given, goal in proof.obligations:
        rows = enumerate(map(proof.combined, given), len(proof.rows))
        lemmas = [_multiple(proof.combined(goal), row, number) for number, row in rows]
        known = [lemma for lemma in lemmas if lemma is not None]
        if not known:
            return None
        found.append(known[0])
    return found


def _multiple(target: Expression, hypothesis: Expression, number: int) -> Lemma | None:
    """The lemma for a target that is a nonnegative multiple of a hypothesis."""
    form, terms = target
    other, inner = hypothesis
    pairs = [*zip(form, other, strict=True)]
    pairs += [(terms.get(name, 0), inner.get(name, 0)) for name in {**terms, **inner}]
    p, q = next(((abs(a), abs(b)) for a, b in pairs if a and b), (0, 0))
    return [q, number, p] if q and all(q * a == p * b for a, b in pairs) else None


def _from_row(lemma: Lemma | None, number: int) -> Lemma | None:
    """The lemma with a row of the proof in the place of the side."""
    if not lemma:
        return lemma
    return [lemma[0], *(number if index % 2 == 0 and entry == SIDE else entry
                        for index, entry in enumerate(lemma[1:]))]  # fmt: skip


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
