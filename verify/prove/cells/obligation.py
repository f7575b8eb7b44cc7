"""Leaves of claims that allow a difference: every obligation is shown by a lemma of its own.

A target is an affine form plus symbols. A symbol Y counts at least 0 where its weight is
positive and at most its interval bound where it is negative; if that is not enough, the lines
that cross the cell and matter are split on. On a cell that no such line crosses the targets
are affine, so that a lemma exists or a corner of the cell violates the claim. An obligation
with hypotheses (a decision) is shown from one of them: goal - w * hypothesis >= 0.
"""

from collections.abc import Sequence

from theory.form import Form
from verify.checker import Expression
from verify.prove.cells.cell import Cell, LemmaError
from verify.prove.cells.lemma import SIDE, Lemma, LemmaWriter
from verify.prove.state import SearchState, symbols_in


def obligation_lemmas(proof: SearchState, writer: LemmaWriter, cell: Cell) -> list[Lemma] | None:
    """A lemma for every obligation on the cell; None where one is not shown so."""
    found: list[Lemma] = []
    for given, goal in proof.obligations:
        target = proof.combined(goal)
        lemma = expression_lemma(proof, writer, cell, target)
        for number, hypothesis in enumerate(map(proof.combined, given), len(proof.rows)):
            lemma = lemma or _multiple(target, hypothesis, number)
            if lemma is None and not symbols_in(target) and not symbols_in(hypothesis):
                forms = proof.parted(target)[0], proof.parted(hypothesis)[0]
                lemma = _from_row(writer.side_lemma(cell, *forms), number)
        if lemma is None:
            return None
        found.append(lemma)
    return found


def merged_lemmas(proof: SearchState) -> list[Lemma] | None:
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
    pairs = [(target.get(name, 0), hypothesis.get(name, 0)) for name in {**target, **hypothesis}]
    p, q = next(((abs(a), abs(b)) for a, b in pairs if a and b), (0, 0))
    return [q, number, p] if q and all(q * a == p * b for a, b in pairs) else None


def _from_row(lemma: Lemma | None, number: int) -> Lemma | None:
    """The lemma with a row of the proof in the place of the side."""
    if not lemma:
        return lemma
    return [lemma[0], *(number if index % 2 == 0 and entry == SIDE else entry
                        for index, entry in enumerate(lemma[1:]))]  # fmt: skip


def expression_lemma(
    proof: SearchState, writer: LemmaWriter, cell: Cell, expression: Expression
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


def affine_bound(proof: SearchState, expression: Expression) -> Form | None:
    """An affine form that is at most unit * expression; None where a symbol is unbounded."""
    form, terms = proof.parted(expression)
    unit = proof.claim.unit
    constant = unit * form[0]
    for symbol, weight in terms.items():
        high = proof.high(symbol)
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


def heaviest_line(proof: SearchState, names: Sequence[int]) -> int:
    """The line whose symbol can move the targets most: largest weight times bound."""
    return max(
        names, key=lambda name: max(map(abs, proof.coefficients[name])) * (proof.high(name) or 1)
    )
