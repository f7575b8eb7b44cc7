"""Rows of a matrix that span its other rows, exactly: M = K M_S, the rows of M_S independent."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq_mat, fmpz_mat, nmod_mat

from theory.network import Row
from theory.triangulation import pivots

IntegerRows = Sequence[Sequence[int]]

_PRIME = (1 << 61) - 1  # what is independent modulo a prime is independent


@dataclass(frozen=True, slots=True)
class RowBasis:
    """M = K M_S.

    Attributes:
        rows: The indices S, increasing; as many as the rank.
        coefficients: K: for every row of M its weights on the rows S, by their indices.
    """

    rows: tuple[int, ...]
    coefficients: tuple[Row, ...]


def rank_at_least(matrix: IntegerRows) -> int:
    """The rank modulo a large prime: at most the rank, and hardly ever less."""
    return int(_modular(matrix).rank()) if matrix and matrix[0] else 0


def row_basis(matrix: IntegerRows) -> RowBasis:
    """Independent rows of an integer matrix, and the coefficients of all its rows in them."""
    if not matrix or not matrix[0]:
        return RowBasis((), ((),) * len(matrix))
    columns = _transposed(matrix)
    basis, spans = _in_terms_of(matrix, _likely_pivots(columns))
    if spans:
        return basis
    return _in_terms_of(matrix, pivots(columns, len(matrix)))[0]  # the prime divides a minor


def _modular(matrix: IntegerRows) -> nmod_mat:
    return nmod_mat([[entry % _PRIME for entry in row] for row in matrix], _PRIME)


def _likely_pivots(matrix: IntegerRows) -> tuple[int, ...]:
    """Columns that are independent, and most likely as many as the rank."""
    echelon, rank = _modular(matrix).rref()
    return tuple(
        next(column for column in range(len(matrix[0])) if int(echelon[row, column]))
        for row in range(rank)
    )


def _transposed(matrix: IntegerRows) -> list[list[int]]:
    return [list(column) for column in zip(*matrix, strict=True)]


def _in_terms_of(matrix: IntegerRows, rows: Sequence[int]) -> tuple[RowBasis, bool]:
    """All rows as combinations of independent ones, and whether they are that."""
    if not rows:
        return RowBasis((), ((),) * len(matrix)), not any(map(any, matrix))
    if len(rows) == len(matrix):
        return RowBasis(tuple(rows), tuple(((row, Fraction(1)),) for row in rows)), True
    chosen = [list(matrix[row]) for row in rows]
    columns = _likely_pivots(chosen)
    if len(columns) < len(rows):
        columns = pivots(chosen, len(chosen[0]))
    square = fmpq_mat(fmpz_mat([[row[column] for column in columns] for row in chosen]))
    inverse, scale = square.inv().numer_denom()
    read = fmpz_mat([[row[column] for column in columns] for row in matrix]) * inverse
    spans = read * fmpz_mat(chosen) == fmpz_mat([list(row) for row in matrix]) * scale
    found = []
    for entries in read.tolist():
        pairs = zip(rows, (Fraction(int(entry), int(scale)) for entry in entries), strict=True)
        found.append(tuple((row, weight) for row, weight in pairs if weight))
    return RowBasis(tuple(rows), tuple(found)), bool(spans)
