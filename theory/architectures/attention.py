"""Attention layers, and the form in which gauge-equivalent ones are the same.

Tokens are the rows x_1, ..., x_t of X. A head has scores s_ij = (x_i Q + b_Q)(x_j K + b_K)^T and
adds sum_j a_ij (x_j V + b_V) O to the output of token i, where the weights a_i are

    softmax   exp(s_ij) / sum_k exp(s_ik), left uninterpreted here
    hardmax   1 / (number of largest scores of token i) for those, 0 for the others
    relu      max(0, s_ij)
    linear    s_ij

With (x, 1) in the place of x a head is known by two matrices: S = (Q; b_Q)(K; b_K)^T for scores
and P = (V; b_V) O for values, whatever bases Q, K, V, O are written in. All is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Vector

Matrix = tuple[Vector, ...]
ONE = Fraction(1)
KINDS = ("softmax", "hardmax", "relu", "linear")


@dataclass(frozen=True, slots=True)
class AttentionHead:
    """A head: d x k matrices query and key, d x v value, v x m output; biases k, k, v.

    Attributes:
        query: Q, with the factor on scores (1 / sqrt k) left out or multiplied in.
        key: K.
        value: V.
        output: O.
        query_bias: b_Q.
        key_bias: b_K.
        value_bias: b_V.
    """

    query: Matrix
    key: Matrix
    value: Matrix
    output: Matrix
    query_bias: Vector
    key_bias: Vector
    value_bias: Vector

    @property
    def scores(self) -> Matrix:
        """S, (d + 1) x (d + 1): s_ij = (x_i, 1) S (x_j, 1)^T."""
        rows = (*self.query, self.query_bias)
        columns = (*self.key, self.key_bias)
        return tuple(tuple(_dot(row, column) for column in columns) for row in rows)

    @property
    def values(self) -> Matrix:
        """P, (d + 1) x m: token j gives (x_j, 1) P."""
        return product((*self.value, self.value_bias), self.output)


@dataclass(frozen=True, slots=True)
class AttentionLayer:
    """Heads side by side, their outputs summed: rows of d numbers to rows of m numbers.

    Attributes:
        kind: `softmax`, `hardmax`, `relu` or `linear`.
        heads: At least one.
        output_bias: m numbers.
    """

    kind: str
    heads: tuple[AttentionHead, ...]
    output_bias: Vector

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ScopeError(f"attention: {self.kind!r:.40} is none of {', '.join(KINDS)}")
        if not self.heads or not self.heads[0].query or not self.output_bias:
            raise ShapeError("attention: expected a head, inputs and outputs")
        for index, head in enumerate(self.heads):
            self._require(head, index)

    def _require(self, head: AttentionHead, index: int) -> None:
        size, keys, values = self.inputs, len(head.key_bias), len(head.value_bias)
        if not values:
            raise ShapeError(f"head {index}: expected at least one column of values")
        for name, matrix, height, width in (
            ("query", head.query, size, keys),
            ("key", head.key, size, keys),
            ("value", head.value, size, values),
            ("output", head.output, values, len(self.output_bias)),
            ("query bias", (head.query_bias,), 1, keys),
        ):
            if len(matrix) != height or any(len(row) != width for row in matrix):
                raise ShapeError(f"head {index}, {name}: expected {height} x {width} numbers")

    @property
    def inputs(self) -> int:
        """The d of a token."""
        return len(self.heads[0].query)

    def __call__(self, tokens: Sequence[Vector]) -> Matrix:
        """The outputs of all tokens, exactly.

        Raises:
            ShapeError: a token has not d numbers, or there is none.
            ScopeError: softmax of scores that are not all equal for some token: irrational.
        """
        if not tokens or any(len(token) != self.inputs for token in tokens):
            raise ShapeError(f"tokens: expected at least one, each of {self.inputs} numbers")
        return tuple(self._output(token, tokens) for token in tokens)

    def _output(self, token: Vector, tokens: Sequence[Vector]) -> Vector:
        found = list(self.output_bias)
        for head in self.heads:
            (row,) = product(((*token, ONE),), head.scores)
            scores = [_dot(row, (*other, ONE)) for other in tokens]
            for weight, other in zip(_weights(self.kind, scores), tokens, strict=True):
                (given,) = product(((*other, ONE),), head.values)
                found = [a + weight * b for a, b in zip(found, given, strict=True)]
        return tuple(found)


def _weights(kind: str, scores: Sequence[Fraction]) -> list[Fraction]:
    best = max(scores)
    match kind:
        case "relu":
            return [max(ZERO, score) for score in scores]
        case "linear":
            return list(scores)
        case "softmax" if min(scores) < best:
            raise ScopeError("softmax: of scores that differ it is irrational")
        case _:
            count = sum(1 for score in scores if score == best)
            return [Fraction(int(score == best), count) for score in scores]


def _dot(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True)), ZERO)


def product(left: Matrix, right: Matrix) -> Matrix:
    """The product of matrices; `right` has as many rows as `left` columns, at least one."""
    columns = tuple(zip(*right, strict=True))
    return tuple(tuple(_dot(row, column) for column in columns) for row in left)


def folded_gain(layer: AttentionLayer, gain: Vector, shift: Vector) -> AttentionLayer:
    """The layer that reads x where the old one reads gain * x + shift, coordinate by coordinate.

    So gain and shift of a normalisation before the layer become part of Q, K, V and their biases.

    Theorem: T48 (gauges of attention).

    Raises:
        ShapeError: gain or shift have another number of entries.
    """
    if len(gain) != layer.inputs or len(shift) != layer.inputs:
        raise ShapeError(f"gain: expected {layer.inputs} factors and shifts")

    def folded(matrix: Matrix, bias: Vector) -> tuple[Matrix, Vector]:
        scaled = tuple(
            tuple(factor * entry for entry in row) for factor, row in zip(gain, matrix, strict=True)
        )
        moved = tuple(
            b + sum((s * row[column] for s, row in zip(shift, matrix, strict=True)), ZERO)
            for column, b in enumerate(bias)
        )
        return scaled, moved

    heads = []
    for head in layer.heads:
        query, query_bias = folded(head.query, head.query_bias)
        key, key_bias = folded(head.key, head.key_bias)
        value, value_bias = folded(head.value, head.value_bias)
        heads.append(
            AttentionHead(query, key, value, head.output, query_bias, key_bias, value_bias)
        )
    return replace(layer, heads=tuple(heads))


@dataclass(frozen=True, slots=True)
class GaugeForm:
    """What a layer computes, without the bases that it is written in.

    Attributes:
        kind: That of the layer.
        heads: (S, P) in canonical form, sorted; heads with one S are one, those without effect
            are left out. For `linear` one pair, the symmetrised tensor as S and no P.
        bias: The output bias, value biases folded into it where weights sum to 1.
    """

    kind: str
    heads: tuple[tuple[Matrix, Matrix], ...]
    bias: Vector


def gauge_form(layer: AttentionLayer) -> GaugeForm:
    """The form of a layer: equal forms, equal functions, for every number of tokens.

    Under softmax and hardmax, scores may change by what token j does not enter: the last column
    of S is set to 0 (the key bias with it), and the last row of P goes to the output bias, since
    weights sum to 1. Under hardmax S, under relu (S, 1 / P), may be scaled by a positive number.
    Under linear attention the form is the polynomial itself; two layers that differ in it
    differ at some tokens, at most three of them.

    Theorem: T48 (gauges of attention).
    """
    size, bias = layer.inputs, layer.output_bias
    width = len(bias)
    if layer.kind == "linear":
        return GaugeForm(layer.kind, ((_tensor(layer), ()),), bias)
    sums: dict[Matrix, Matrix] = {}
    for head in layer.heads:
        scores = head.scores
        values = head.values
        if layer.kind != "relu":
            scores = tuple((*row[:size], ZERO) for row in scores)
            bias = tuple(a + b for a, b in zip(bias, values[size], strict=True))
            values = (*values[:size], (ZERO,) * width)
        unit = ONE if layer.kind == "softmax" else _unit(scores)
        if not unit:  # no scores but 0
            if layer.kind == "relu":
                continue
            unit = ONE
        scores = _scaled(scores, 1 / unit)
        values = _scaled(values, unit) if layer.kind == "relu" else values
        old = sums.get(scores)
        sums[scores] = values if old is None else _added(old, values)
    kept = sorted((s, p) for s, p in sums.items() if any(map(any, p)))
    return GaugeForm(layer.kind, tuple(kept), bias)


def _unit(matrix: Matrix) -> Fraction:
    """The absolute value of the first entry that is not 0; 0 if there is none."""
    return next((abs(entry) for row in matrix for entry in row if entry), ZERO)


def _scaled(matrix: Matrix, factor: Fraction) -> Matrix:
    return tuple(tuple(factor * entry for entry in row) for row in matrix)


def _added(one: Matrix, other: Matrix) -> Matrix:
    return tuple(
        tuple(a + b for a, b in zip(row, row_, strict=True))
        for row, row_ in zip(one, other, strict=True)
    )


def _tensor(layer: AttentionLayer) -> Matrix:
    """Rows (a; b <= c), columns m: the coefficient of (x_i)_a (x_j)_b (x_j)_c in output m."""
    size, width = layer.inputs + 1, len(layer.output_bias)
    pairs = [(head.scores, head.values) for head in layer.heads]
    rows = []
    for a in range(size):
        for b in range(size):
            for c in range(b, size):
                places = {(b, c), (c, b)}
                rows.append(
                    tuple(
                        sum((s[a][y] * p[z][m] for s, p in pairs for y, z in places), ZERO)
                        for m in range(width)
                    )
                )
    return tuple(rows)
