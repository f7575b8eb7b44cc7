"""Transformer blocks written down by their matrices, for tests: programs, and other bases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as product_of

from hypothesis import strategies as st

from theory.architectures.attention import AttentionHead, Matrix, product
from theory.architectures.token_program import TokenProgram
from theory.network import ZERO, Vector
from verify.formats.onnx_token_value import ONE, Draft, Form, Scores, Weights

F = Fraction
EPSILON = F(1, 8)
ENTRY = st.integers(-2, 2).map(Fraction)
# integer matrices with integer inverses
BASES: tuple[tuple[Matrix, Matrix], ...] = (
    (((F(1), F(0)), (F(0), F(1))), ((F(1), F(0)), (F(0), F(1)))),
    (((F(2), F(1)), (F(1), F(1))), ((F(1), F(-1)), (F(-1), F(2)))),
    (((F(0), F(1)), (F(-1), F(3))), ((F(3), F(-1)), (F(1), F(0)))),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block: attention, feed-forward net, a norm before (`is_pre`) or after each."""

    is_pre: bool
    is_centred: bool
    weights: str
    unit: str
    heads: tuple[AttentionHead, ...]
    bias: Vector
    gains: Matrix
    shifts: Matrix
    first: Matrix
    first_bias: Vector
    second: Matrix
    second_bias: Vector
    epsilon: Fraction = EPSILON
    later: Fraction | None = ZERO


def linear(forms: Sequence[Form], matrix: Matrix, bias: Vector) -> list[Form]:
    """The row of forms times a matrix, plus a bias."""
    found = []
    for column, shift in zip(zip(*matrix, strict=True), bias, strict=True):
        total = Form({ONE: shift} if shift else {})
        for form, weight in zip(forms, column, strict=True):
            total = total + form * weight
        found.append(total)
    return found


def normal(draft: Draft, block: Block, forms: list[Form], number: int) -> list[Form]:
    """The norm of a row, with gain and shift."""
    part = F(1, len(forms))
    if block.is_centred:
        mean = sum((form * part for form in forms), Form({}))
        forms = [form + mean * F(-1) for form in forms]
    squares = draft.products(forms, forms)
    spread = sum((square * part for square in squares), Form({ONE: block.epsilon}))
    inverse = draft.inverse_roots([spread])
    found = draft.products(forms, inverse * len(forms))
    gain, shift = block.gains[number], block.shifts[number]
    return [
        form * g + Form({ONE: s} if s else {})
        for form, g, s in zip(found, gain, shift, strict=True)
    ]


def attended(draft: Draft, block: Block, forms: list[Form]) -> list[Form]:
    """The sum of all heads and the bias."""
    total = [Form({ONE: entry} if entry else {}) for entry in block.bias]
    for head in block.heads:
        query = linear(forms, head.query, head.query_bias)
        key = linear(forms, head.key, head.key_bias)
        value = linear(forms, head.value, head.value_bias)
        weights = Weights(block.weights, Scores(tuple(query), tuple(key), F(1, 2), block.later))
        given = draft.attention(weights, value)
        zeros = (F(0),) * len(total)
        new = linear(given, head.output, zeros)
        total = [a + b for a, b in zip(total, new, strict=True)]
    return total


def fed(draft: Draft, block: Block, forms: list[Form]) -> list[Form]:
    """The feed-forward net."""
    units = draft.function(block.unit, linear(forms, block.first, block.first_bias))
    return linear(units, block.second, block.second_bias)


def program(*stack: Block) -> TokenProgram:
    """Blocks one after the other as a program on tokens."""
    size = len(stack[0].bias)
    draft = Draft(size)
    forms = [Form({number: F(1)}) for number in range(size)]
    for block, (number, part) in product_of(stack, enumerate((attended, fed))):
        read = normal(draft, block, forms, number) if block.is_pre else forms
        forms = [a + b for a, b in zip(forms, part(draft, block, read), strict=True)]
        if not block.is_pre:
            forms = normal(draft, block, forms, number)
    return TokenProgram(size, tuple(draft.steps), draft.map_of(forms))


def matrices(height: int, width: int) -> st.SearchStrategy[Matrix]:
    """Matrices of small integers."""
    return st.tuples(*(st.tuples(*(ENTRY,) * width),) * height)


@st.composite
def blocks(
    draw: st.DrawFn,
    weights: Sequence[str] = ("softmax", "relu", "linear"),
    units: Sequence[str] = ("relu", "gelu"),
    norms: Sequence[bool] = (True, False),
) -> Block:
    """Blocks on tokens of two numbers, with one or two heads and one to three hidden units."""
    pairs = st.tuples(ENTRY, ENTRY)
    heads = []
    for _ in range(draw(st.integers(1, 2))):
        query, key, value, output = (draw(matrices(2, 2)) for _ in range(4))
        biases = (draw(pairs), draw(pairs), draw(pairs))
        heads.append(AttentionHead(query, key, value, output, *biases))
    hidden = draw(st.integers(1, 3))
    kind = draw(st.sampled_from(weights))
    masks = (F(0), None, F(-3)) if kind == "softmax" else (F(0),)
    return Block(
        draw(st.sampled_from(norms)),
        draw(st.booleans()),
        kind,
        draw(st.sampled_from(units)),
        tuple(heads),
        draw(pairs),
        (draw(pairs), draw(pairs)),
        (draw(pairs), draw(pairs)),
        draw(matrices(2, hidden)),
        draw(st.tuples(*(ENTRY,) * hidden)),
        draw(matrices(hidden, 2)),
        draw(pairs),
        later=draw(st.sampled_from(masks)),
    )


def transposed(matrix: Matrix) -> Matrix:
    """Rows as columns."""
    return tuple(zip(*matrix, strict=True))


def in_bases(
    head: AttentionHead, one: tuple[Matrix, Matrix], other: tuple[Matrix, Matrix]
) -> AttentionHead:
    """Q A, K A^-T, V B, B^-1 O, biases likewise."""
    back = transposed(one[1])
    return AttentionHead(
        product(head.query, one[0]),
        product(head.key, back),
        product(head.value, other[0]),
        product(other[1], head.output),
        product((head.query_bias,), one[0])[0],
        product((head.key_bias,), back)[0],
        product((head.value_bias,), other[0])[0],
    )


def without_biases(block: Block) -> Block:
    """Key biases dropped, value biases in the bias of the output: right under softmax alone."""
    bias, zeros, heads = block.bias, (F(0), F(0)), []
    for head in block.heads:
        (more,) = product((head.value_bias,), head.output)
        bias = tuple(a + b for a, b in zip(bias, more, strict=True))
        heads.append(replace(head, key_bias=zeros, value_bias=zeros))
    return replace(block, heads=tuple(heads), bias=bias)


def without_gains(block: Block) -> Block:
    """Gains and shifts of the norms in the maps after them: right for a norm before alone."""

    def fold(matrix: Matrix, bias: Vector, number: int) -> tuple[Matrix, Vector]:
        gain, shift = block.gains[number], block.shifts[number]
        rows = tuple(tuple(g * e for e in row) for g, row in zip(gain, matrix, strict=True))
        more = product((shift,), matrix)[0]
        return rows, tuple(a + b for a, b in zip(bias, more, strict=True))

    heads = []
    for head in block.heads:
        query, query_bias = fold(head.query, head.query_bias, 0)
        key, key_bias = fold(head.key, head.key_bias, 0)
        value, value_bias = fold(head.value, head.value_bias, 0)
        heads.append(
            AttentionHead(query, key, value, head.output, query_bias, key_bias, value_bias)
        )
    first, first_bias = fold(block.first, block.first_bias, 1)
    ones, zeros = ((F(1), F(1)),) * 2, ((F(0), F(0)),) * 2
    return replace(
        block, heads=tuple(heads), first=first, first_bias=first_bias, gains=ones, shifts=zeros
    )


def other_units(block: Block, factor: Fraction) -> Block:
    """Hidden units in reverse; relu units times a factor, the last of them twice at half."""
    first = [row[::-1] for row in block.first]
    bias, second = list(block.first_bias[::-1]), list(block.second[::-1])
    if block.unit == "relu":
        first = [tuple(e * factor for e in (*row, row[-1])) for row in first]
        bias = [e * factor for e in (*bias, bias[-1])]
        half = tuple(e / 2 for e in second[-1])
        second = [tuple(e / factor for e in row) for row in (*second[:-1], half, half)]
    return replace(block, first=tuple(first), first_bias=tuple(bias), second=tuple(second))


GOOD = Block(
    is_pre=True,
    is_centred=False,
    weights="softmax",
    unit="relu",
    heads=(
        AttentionHead(
            ((F(1), F(2)), (F(0), F(1))),
            ((F(2), F(-1)), (F(1), F(1))),
            ((F(1), F(0)), (F(2), F(1))),
            ((F(1), F(-1)), (F(1), F(2))),
            (F(1), F(-1)),
            (F(2), F(1)),
            (F(1), F(3)),
        ),
    ),
    bias=(F(1), F(0)),
    gains=((F(2), F(3)), (F(1), F(-2))),
    shifts=((F(1), F(0)), (F(1, 2), F(1))),
    first=((F(1), F(-1), F(2)), (F(2), F(1), F(1))),
    first_bias=(F(1), F(0), F(-1)),
    second=((F(1), F(1)), (F(2), F(-1)), (F(-1), F(3))),
    second_bias=(F(0), F(1)),
)
