"""ONNX operators of attention and of linear maps: matrix products, softmax, relu."""

from fractions import Fraction
from typing import Any

import numpy as np

from verify.formats.onnx_token_arithmetic import constants_combined, spread
from verify.formats.onnx_token_value import (
    ENTRIES,
    OTHER,
    OWN,
    Call,
    Form,
    Multiple,
    Operand,
    Scores,
    Surd,
    Tokens,
    Weights,
    entries_of,
    root_of,
)
from verify.formats.onnx_value import Constant, exact_array


def product(call: Call) -> Operand:
    """The matrix product: a linear map of each token, scores, or weighted sums."""
    one, other = call.operand(0), call.operand(1)
    if isinstance(one, Constant) and isinstance(other, Constant):
        return constants_combined(call, np.matmul)
    if isinstance(one, Tokens) and isinstance(other, Tokens):
        return _paired(call, one, other)
    value = one if isinstance(one, Tokens) else other
    at = 0 if value is one else 1
    mapped, matrix = call.tokens(at), call.numbers(1 - at)
    if mapped.roles[-1 - at : len(mapped.roles) - at] != ("",) or matrix.ndim < 2:
        raise call.refusal("mixes tokens otherwise than by attention, or is no matrix product")
    call.refuse_axes(mapped, matrix.ndim)
    if any(size != 1 for size in matrix.shape[:-2]):
        raise call.refusal("a stack of constant matrices is not read")
    matrix = matrix.reshape(matrix.shape[-2:])
    sides = (mapped.entries, matrix) if at == 0 else (matrix, mapped.entries)
    if sides[0].shape[-1] != sides[1].shape[-2]:
        raise call.node.malformed(f"shapes {sides[0].shape} and {sides[1].shape} do not fit")
    return Tokens(mapped.roles, np.matmul(*sides))


def _paired(call: Call, one: Tokens, other: Tokens) -> Tokens:
    """Scores of queries and keys, or sums of values with weights."""
    ends = one.roles[-2:], other.roles[-2:]
    kinds = one.kind, other.kind
    is_score = set(kinds) <= {Form, Multiple} and ends == ((OWN, ""), ("", OWN))
    is_sum = kinds in ((Weights, Form), (Scores, Form)) and ends == ((OWN, OTHER), (OWN, ""))
    if not (is_score or is_sum) or any(one.roles[:-2] + other.roles[:-2]):
        raise call.refusal(
            f"multiplies {ENTRIES[one.kind]} and {ENTRIES[other.kind]} in another way than "
            "attention does"
        )
    fits = not is_score or one.entries.shape[-1] == other.entries.shape[-2]
    try:
        stack = np.broadcast_shapes(one.entries.shape[:-2], other.entries.shape[:-2])
    except ValueError:
        fits = False
    if not fits:
        shapes = [value.entries.shape for value in (one, other)]
        raise call.node.malformed(f"shapes {shapes[0]} and {shapes[1]} do not fit")
    left = np.broadcast_to(one.entries, (*stack, *one.entries.shape[-2:]))
    right = np.broadcast_to(other.entries, (*stack, *other.entries.shape[-2:]))
    found: list[Any] = []
    for place in np.ndindex(*stack):
        first, second = left[place].ravel().tolist(), right[place].ravel().tolist()
        if is_score:
            found.append(_scores(call, first, second))
        else:
            found += call.draft.attention(_weights(call, first[0]), second)
    size = 1 if is_score else other.entries.shape[-1]
    roles = (*one.roles[:-2], OWN, OTHER if is_score else "")
    return Tokens(
        ("",) * (len(stack) - len(one.roles) + 2) + roles, entries_of(found, (*stack, 1, size))
    )


def _weights(call: Call, entry: Weights | Scores) -> Weights:
    """The weights, which are the scores where nothing is taken of them."""
    if isinstance(entry, Weights):
        return entry
    if entry.later != 0:
        raise call.refusal("masked scores without softmax are not read")
    return Weights("linear", entry)


def _scores(call: Call, query: list[Any], key: list[Any]) -> Scores:
    """Scores of queries and keys, both of which may have an irrational factor."""
    sides = [[e if isinstance(e, Multiple) else Multiple(e) for e in side] for side in (query, key)]
    squares = {one.square * other.square for one, other in zip(*sides, strict=True)}
    scales = {root_of(square) for square in squares} or {Fraction(1)}
    scale = scales.pop()
    if scales or isinstance(scale, Surd):
        raise call.refusal("the factor on scores is irrational; export with constant folding")
    forms = [tuple(one.form for one in side) for side in sides]
    return Scores(forms[0], forms[1], scale)


def general_product(call: Call) -> Operand:
    """Gemm: alpha A B + beta C, with B and C constant."""
    value, matrix = call.tokens(0), call.numbers(1)
    if call.flag("transA", False) or value.roles[-1:] != ("",):
        raise call.refusal("mixes tokens otherwise than by attention")
    if call.flag("transB", False):
        matrix = matrix.transpose()
    if matrix.ndim != 2 or matrix.shape[0] != value.entries.shape[-1]:
        raise call.node.malformed("shapes do not fit")
    factor = call.node.number("alpha", 1.0)
    found = Tokens(value.roles, np.matmul(value.entries, exact_array(matrix * factor)))
    if call.optional(2) is None:
        return found
    shift = exact_array(call.numbers(2) * call.node.number("beta", 1.0))
    roles, shift = spread(call, found, shift)
    return Tokens(roles, found.entries + shift)


def softmax(call: Call) -> Operand:
    """The softmax of scores over the tokens that are looked at."""
    value = call.tokens(0, Scores, Form)
    axis = call.node.integer("axis", -1 if call.node.opset >= 13 else 1)
    rank = len(value.roles)
    if call.node.opset < 13 and axis % rank != rank - 1:
        raise call.refusal("softmax over several axes is not read")
    if value.kind is not Scores or value.roles[axis] != OTHER:
        raise call.refusal("a softmax that is not over the keys of attention is not read")
    return call.mapped(value, lambda all_: [Weights("softmax", scores) for scores in all_])


def rectification(call: Call) -> Operand:
    """Relu of values, or of scores, which makes weights of them."""
    value = call.tokens(0, Form, Scores)
    if value.kind is Scores:
        if any(scores.later != 0 for scores in value.entries.flat):
            raise call.refusal("relu of masked scores is not read")
        return call.mapped(value, lambda all_: [Weights("relu", scores) for scores in all_])
    return call.mapped(value, lambda forms: call.draft.function("relu", forms))


def attention(call: Call) -> Operand:
    """The operator Attention: heads by softmax, with groups of queries that share keys."""
    if any(call.optional(number) is not None for number in range(3, 7)):
        raise call.refusal("masks and earlier keys are not read; is_causal is")
    if call.node.number("softcap", 0.0):
        raise call.refusal("a soft cap of scores is not read")
    is_flat = len(call.tokens(0).roles) == 3
    names = ("q_num_heads", "kv_num_heads", "kv_num_heads")
    query, key, value = (
        _heads(call, call.tokens(number), call.node.integer(name, 0))
        for number, name in enumerate(names)
    )
    times = query.entries.shape[1] // max(key.entries.shape[1], 1)
    key, value = (Tokens(one.roles, np.repeat(one.entries, times, axis=1)) for one in (key, value))
    backwards = Tokens((*key.roles[:2], "", OWN), key.entries.swapaxes(-1, -2))
    weights = call.mapped(_paired(call, query, backwards), lambda all_: _softmax(call, all_))
    found = _paired(call, weights, value)
    if not is_flat:
        return found
    together = found.entries.transpose(0, 2, 1, 3)
    return Tokens(("", OWN, ""), together.reshape(1, 1, -1))


def _heads(call: Call, value: Tokens, count: int) -> Tokens:
    """[batch, tokens, d] or [batch, heads, tokens, d] in the second of these shapes."""
    if value.roles == ("", "", OWN, ""):
        return value
    if value.roles != ("", OWN, "") or count < 1 or value.entries.shape[-1] % count:
        raise call.refusal("expected [batch, tokens, d] with heads, or [batch, heads, tokens, d]")
    split = value.entries.reshape(1, 1, count, -1)
    return Tokens(("", "", OWN, ""), split.transpose(0, 2, 1, 3))


def _softmax(call: Call, all_: list[Scores]) -> list[Weights]:
    """The weights of scores as the attributes have them."""
    scale = root_of(Fraction(1, max(len(all_[0].query), 1)))
    if call.node.attributes.get("scale"):
        scale = call.node.number("scale", 0.0)
    if isinstance(scale, Surd):
        raise call.refusal("the factor on scores is irrational; write it as attribute 'scale'")
    later = None if call.flag("is_causal", False) else Fraction(0)
    return [
        Weights("softmax", Scores(one.query, one.key, one.scale * scale, later)) for one in all_
    ]
