"""Checks attention.json: two attention layers are the same function (T48).

    python3 -I -S verify/attention_checker.py FOLDER/attention.json

The file groups the heads of both layers. Heads of a group have the same weights: their matrices
S agree up to the factors stated, all positive, which are 1 for softmax and linear; under softmax
and hardmax the last column of S, which token j does not enter, is not compared. Within each group
the matrices P, times those factors for relu, have the same sum on both sides; under softmax and
hardmax without the last rows, whose sums over all heads go with the output biases. Softmax is
uninterpreted: equal scores up to a term for each token i, equal weights. For linear attention
the tensors are compared instead and there are no groups. Standard library alone.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, fields, require, typed
from verify.recurrent_claims import Reader, beside, rationals, run

Matrix = list[list[Fraction]]
KINDS = ("hardmax", "linear", "relu", "softmax")
HEAD = "key key_bias output query query_bias value value_bias"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: d, m, and (S, P) for each head, the last row and column for the constant 1."""

    kind: str
    inputs: int
    heads: list[tuple[Matrix, Matrix]]
    bias: tuple[Fraction, ...]


def read_matrix(value: object, height: int, width: int, what: str) -> Matrix:
    """A matrix of this shape."""
    rows = [list(rationals(row, what)) for row in typed(value, list, what)]
    fits = len(rows) == height and all(len(row) == width for row in rows)
    expect(fits, f"{what}: expected {height} x {width} numbers")
    return rows


def read_head(value: object, inputs: int, width: int, what: str) -> tuple[Matrix, Matrix]:
    """S and P of a head."""
    key, key_bias, output, query, query_bias, values, value_bias = fields(value, HEAD, what)
    biases = [list(rationals(b, what)) for b in (query_bias, key_bias, value_bias)]
    inner, carried = len(biases[1]), len(biases[2])
    expect(len(biases[0]) == inner, f"{what}: expected as many query biases as key biases")
    expect(carried, f"{what}: expected a column of values")
    rows = [*read_matrix(query, inputs, inner, what), biases[0]]
    columns = [*read_matrix(key, inputs, inner, what), biases[1]]
    given = [*read_matrix(values, inputs, carried, what), biases[2]]
    told = read_matrix(output, carried, width, what)
    zero = Fraction(0)
    scores = [
        [sum((a * b for a, b in zip(r, c, strict=True)), zero) for c in columns] for r in rows
    ]
    paths = [
        [sum((row[k] * told[k][m] for k in range(carried)), zero) for m in range(width)]
        for row in given
    ]
    return scores, paths


def read_layer(data: bytes, what: str) -> Layer:
    """A layer from the bytes of its file."""
    heads, kind, output_bias = document(data, "attention-layer", "heads kind output_bias")
    expect(kind in KINDS, f"{what}: unknown kind")
    bias = rationals(output_bias, what)
    listed = typed(heads, list, what)
    expect(listed and bias, f"{what}: expected heads and outputs")
    query = dict(typed(listed[0], tuple, what)).get("query")
    inputs = len(typed(query, list, what))
    expect(inputs, f"{what}: expected inputs")
    found = [read_head(head, inputs, len(bias), f"{what}, head") for head in listed]
    return Layer(kind, inputs, found, bias)


def total(matrices: Sequence[tuple[Fraction, Matrix]], height: int, width: int) -> Matrix:
    """The sum of factor * matrix, the first `height` rows."""
    return [
        [sum((f * m[row][column] for f, m in matrices), Fraction(0)) for column in range(width)]
        for row in range(height)
    ]


def check_group(layers: tuple[Layer, Layer], group: object) -> tuple[list[int], list[int]]:
    """The heads of a group, left and right, if they have the same weights and sum of paths."""
    sides = [typed(side, list, "group") for side in fields(group, "left right", "group")]
    size, kind = layers[0].inputs, layers[0].kind
    shifts = kind in ("softmax", "hardmax")
    compared: list[Matrix] = []
    sums: list[Matrix] = []
    numbers: list[list[int]] = []
    for layer, side in zip(layers, sides, strict=True):
        terms: list[tuple[Fraction, Matrix]] = []
        numbers.append([])
        for entry in side:
            expect(len(typed(entry, list, "group")) == 2, "group: expected [head, factor]")
            number, (factor,) = typed(entry[0], int, "group"), rationals(entry[1:], "group")
            expect(0 <= number < len(layer.heads), "group: expected numbers of heads")
            one = kind == "softmax"
            require(factor == 1 if one else factor > 0, "group: the factor is not allowed")
            scores, paths = layer.heads[number]
            compared.append([[e / factor for e in row[: size + 1 - shifts]] for row in scores])
            terms.append((factor if kind == "relu" else Fraction(1), paths))
            numbers[-1].append(number)
        sums.append(total(terms, size + 1 - shifts, len(layer.bias)))
    require(all(one == compared[0] for one in compared), "group: the scores differ")
    require(sums[0] == sums[1], "group: the values differ")
    return numbers[0], numbers[1]


def without_effect(layer: Layer, number: int) -> bool:
    """Whether a relu head has no scores but 0."""
    return layer.kind == "relu" and not any(map(any, layer.heads[number][0]))


def constant(layer: Layer) -> list[Fraction]:
    """The output bias, and where weights sum to 1 the constant part of all values."""
    found = list(layer.bias)
    if layer.kind in ("softmax", "hardmax"):
        for _, paths in layer.heads:
            found = [a + b for a, b in zip(found, paths[layer.inputs], strict=True)]
    return found


def tensor(layer: Layer) -> list[Fraction]:
    """The coefficients of linear attention, symmetric in the two places of token j."""
    places = range(layer.inputs + 1)
    return [
        sum((s[a][b] * p[c][m] + s[a][c] * p[b][m] for s, p in layer.heads), Fraction(0))
        for a in places
        for b in places
        for c in places
        for m in range(len(layer.bias))
    ]


def check(beside_it: Reader, data: bytes) -> str:
    """What is proved, if both layers are the same function.

    Raises:
        MalformedError, RejectedError: that does not follow.
    """
    groups, left, right = document(data, "attention", "groups left right")
    layers = (
        read_layer(beside(beside_it, left, "left"), "left"),
        read_layer(beside(beside_it, right, "right"), "right"),
    )
    one, other = layers
    same = (one.inputs, len(one.bias)) == (other.inputs, len(other.bias))
    expect(same, "the layers have different numbers of inputs or outputs")
    require(one.kind == other.kind, "the layers are of different kinds")
    require(constant(one) == constant(other), "the constant parts differ")
    if one.kind == "linear":
        expect(groups == [], "groups: expected none for linear attention")
        require(tensor(one) == tensor(other), "the coefficients differ")
    else:
        used: list[set[int]] = [set(), set()]
        for group in typed(groups, list, "groups"):
            for seen, numbers in zip(used, check_group(layers, group), strict=True):
                require(len(set(numbers) | seen) == len(numbers) + len(seen), "a head twice")
                seen |= set(numbers)
        for layer, seen in zip(layers, used, strict=True):
            rest = set(range(len(layer.heads))) - seen
            require(all(without_effect(layer, head) for head in rest), "a head in no group")
    heads = f"{len(one.heads)} and {len(other.heads)} heads"
    return f"equal {one.kind} attention for every number of tokens, {heads}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
