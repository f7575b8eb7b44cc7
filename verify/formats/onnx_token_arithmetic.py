"""ONNX operators that compute on tensors on tokens number by number, and norms over features."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from onnx import TensorProto

from verify.formats.onnx_token_arrangement import square_root
from verify.formats.onnx_token_value import (
    OTHER,
    OWN,
    Call,
    Form,
    Operand,
    Root,
    Scores,
    TokenCount,
    Tokens,
    Triangle,
    entries_of,
)
from verify.formats.onnx_value import FLOATS, Array, Constant, exact_array

_PLACES = "treats tokens unlike: the constant depends on the place of a token, or is a mask"


def _aligned(call: Call, *values: Tokens) -> tuple[str, ...]:
    """The roles of the axes after broadcasting."""
    rank = max(len(value.roles) for value in values)
    padded = [("",) * (rank - len(value.roles)) + value.roles for value in values]
    for axis, roles in enumerate(zip(*padded, strict=True)):
        sizes = {
            value.entries.shape[axis - rank + len(value.roles)]
            for value, role in zip(values, roles, strict=True)
            if not role and axis >= rank - len(value.roles)
        }
        if len(set(roles) - {""}) > 1 or (any(roles) and sizes - {1}):
            raise call.refusal("combines values of different tokens otherwise than by attention")
    found = tuple(max(roles) for roles in zip(*padded, strict=True))
    kept = [role for role in found if role]
    if len(kept) > max(sum(map(bool, value.roles)) for value in values):
        raise call.refusal("combines values of different tokens otherwise than by attention")
    return found


def spread(call: Call, value: Tokens, constant: Array) -> tuple[tuple[str, ...], Array]:
    """Roles, and the constant as it is at any token, to be broadcast over the entries."""
    rank = max(len(value.roles), constant.ndim)
    roles = ("",) * (rank - len(value.roles)) + value.roles
    constant = constant.reshape((1,) * (rank - constant.ndim) + constant.shape)
    for axis, role in enumerate(roles):
        if role and constant.shape[axis] != 1:
            first = constant.take([0], axis=axis)
            if (constant != first).any():
                raise call.refusal(_PLACES)
            constant = first
    return roles, constant


def constants_combined(call: Call, compute: Callable[[Any, Any], Any]) -> Constant:
    """An operator on two constants, in exact numbers."""
    one, other = call.constant(0), call.constant(1)
    floats = one.kind in FLOATS
    sides = [value.exact if floats else value.values.astype(object) for value in (one, other)]
    try:
        found = compute(*sides)
    except (TypeError, ZeroDivisionError):
        what = "computes with the number of tokens, with irrational numbers, or divides by 0"
        raise call.refusal(what) from None
    return Constant(exact_array(found), one.kind, call.node.place)


def _whole(call: Call) -> Constant:
    """Division of integers, which ONNX rounds towards 0."""
    _refuse_negative(call)
    return constants_combined(call, operator.floordiv)


def _refuse_negative(call: Call) -> None:
    # Python rounds quotients down, and gives remainders the sign of the divisor
    for number in (0, 1):
        entries = call.constant(number).values.ravel().tolist()
        if any(isinstance(entry, int | float | Fraction) and entry < 0 for entry in entries):
            raise call.refusal("is read for constants that are not negative")


def addition(call: Call, sign: int = 1) -> Operand:
    """The sum, or the difference."""
    one, other = call.operand(0), call.operand(1)
    if isinstance(one, Constant) and isinstance(other, Constant):
        return constants_combined(call, operator.add if sign > 0 else operator.sub)
    factors = Fraction(1), Fraction(sign)
    first = one.kind if isinstance(one, Tokens) else Triangle
    if sign < 0 and first is Triangle and isinstance(other, Tokens) and other.kind is not Form:
        raise call.refusal("subtracts scores from a mask")
    if isinstance(one, Tokens) and isinstance(other, Tokens):
        if Triangle in (one.kind, other.kind):
            return _masked(call, *((one, other) if other.kind is Triangle else (other, one)), sign)
        call.tokens(0), call.tokens(1)
        total = one.entries * factors[0] + other.entries * factors[1]
        return Tokens(_aligned(call, one, other), total)
    number = 1 if isinstance(one, Tokens) else 0
    value = call.tokens(1 - number, Form, Scores)
    if value.kind is Scores:
        return _with_mask(call, value, call.constant(number), sign)
    roles, constant = spread(call, value, call.numbers(number))
    return Tokens(roles, value.entries * factors[1 - number] + constant * factors[number])


def _with_mask(call: Call, value: Tokens, constant: Constant, sign: int) -> Tokens:
    """Scores plus or minus a stored mask for a fixed number of tokens."""
    call.refuse_axes(value, constant.values.ndim)
    mask = constant.values.reshape(constant.shape[constant.values.ndim - 2 :])
    size = call.count
    if not mask.any():
        return value
    if mask.shape != (size, size) or isinstance(size, TokenCount):
        raise call.refusal("adds numbers to scores that are no causal mask")
    numbers = mask.tolist()
    seen = {numbers[i][j] for i in range(size) for j in range(i + 1)}
    unseen = {numbers[i][j] for i in range(size) for j in range(i + 1, size)}
    if len(seen) > 1 or len(unseen) > 1:
        raise call.refusal("adds numbers to scores that are no causal mask")
    triangle = Triangle(seen.pop(), unseen.pop())
    return _masked(call, value, Tokens((OWN, OTHER), entries_of([triangle], (1, 1))), sign)


def _masked(call: Call, value: Tokens, mask: Tokens, sign: int) -> Tokens:
    """Scores plus 0 for the tokens up to the own one, and another number for later ones."""
    call.refuse_axes(value, len(mask.roles))
    (triangle,) = mask.entries.ravel().tolist()
    seen, later = float(triangle.seen), sign * float(triangle.unseen)
    fits = value.kind is Scores and value.roles[-2:] == mask.roles[-2:] == (OWN, OTHER)
    if not fits or seen or not later < inf or any(one.later != 0 for one in value.entries.flat):
        raise call.refusal(
            "of masks is read the causal one, 0 up to the own token and one number after it"
        )
    number = Fraction(later) if later > -inf else None
    return call.mapped(value, lambda all_: [replace(one, later=number) for one in all_])


def subtraction(call: Call) -> Operand:
    """The difference."""
    return addition(call, -1)


def negation(call: Call) -> Operand:
    """The values with the other sign."""
    value = call.tokens(0, Form, Scores)
    return _scaled(call, value, exact_array([Fraction(-1)]))


def multiplication(call: Call) -> Operand:
    """The product, number by number."""
    one, other = call.operand(0), call.operand(1)
    if isinstance(one, Constant) and isinstance(other, Constant):
        return constants_combined(call, operator.mul)
    if isinstance(one, Tokens) and isinstance(other, Tokens):
        return _product(call, call.tokens(0), call.tokens(1))
    number = 1 if isinstance(one, Tokens) else 0
    value = call.tokens(1 - number, Form, Scores)
    return _scaled(call, value, call.numbers(number))


def _scaled(call: Call, value: Tokens, factors: Array) -> Tokens:
    roles, factors = spread(call, value, factors)
    what = "multiplies by an irrational number, or masked scores by one that is not positive"
    try:
        found = exact_array(value.entries * factors)
    except TypeError:
        raise call.refusal(what) from None
    if len(set(map(type, found.flat))) > 1:  # some of the factors are irrational
        raise call.refusal(what)
    return Tokens(roles, found)


def _product(call: Call, one: Tokens, other: Tokens) -> Tokens:
    roles = _aligned(call, one, other)
    left, right = np.broadcast_arrays(one.entries, other.entries)
    made = call.draft.products(left.ravel().tolist(), right.ravel().tolist())
    return Tokens(roles, entries_of(made, left.shape))


def division(call: Call) -> Operand:
    """The quotient by a constant or by a square root."""
    one, other = call.operand(0), call.operand(1)
    if isinstance(other, Tokens):
        roots = call.tokens(1, Root)
        if isinstance(one, Constant):
            inverse = reciprocal_of(call, roots)
            return _scaled(call, inverse, one.exact)
        return _product(call, call.tokens(0), reciprocal_of(call, roots))
    if isinstance(one, Constant):
        is_whole = one.kind not in FLOATS
        return _whole(call) if is_whole else constants_combined(call, operator.truediv)
    numbers = call.numbers(1)
    if not numbers.all():
        raise call.node.malformed("divides by 0")
    return _scaled(call, call.tokens(0, Form, Scores), exact_array(Fraction(1) / numbers))


def reciprocal_of(call: Call, roots: Tokens) -> Tokens:
    """1 / sqrt of the entries."""
    return call.mapped(roots, lambda all_: call.draft.inverse_roots([root.form for root in all_]))


def reciprocal(call: Call) -> Operand:
    """1 / sqrt(v), where the operand is such a root."""
    return reciprocal_of(call, call.tokens(0, Root))


def root(call: Call) -> Operand:
    """The square root, by which is divided later."""
    if isinstance(call.operand(0), Constant):
        return square_root(call)
    return _roots(call, call.tokens(0))


def _roots(call: Call, value: Tokens) -> Tokens:
    if not all(call.draft.is_positive(form) for form in value.entries.flat):
        raise call.refusal("takes the root of what is no sum of squares and a positive number")
    return call.mapped(value, lambda forms: [Root(form) for form in forms])


def power(call: Call) -> Operand:
    """The second or third power, the root, or the inverse root."""
    exponent = call.numbers(1)
    (wanted,) = exponent.ravel().tolist() if exponent.size == 1 else (None,)
    value = call.tokens(0)
    call.refuse_axes(value, exponent.ndim)
    if wanted in (2, 3):
        found = value
        for _ in range(int(wanted) - 1):
            found = _product(call, found, value)
        return found
    if wanted == Fraction(1, 2):
        return _roots(call, value)
    if wanted == Fraction(-1, 2):
        return reciprocal_of(call, _roots(call, value))
    raise call.refusal("of powers are read 2, 3, 1/2 and -1/2")


def modulus(call: Call) -> Operand:
    """The remainder of constants."""
    _refuse_negative(call)
    return constants_combined(call, operator.mod)


def _function(name: str) -> Callable[[Call], Operand]:
    def read(call: Call) -> Operand:
        return call.mapped(call.tokens(0), lambda forms: call.draft.function(name, forms))

    return read


def gaussian_unit(call: Call) -> Operand:
    """Gelu, exact or by tanh."""
    kind = call.node.word("approximate", "none")
    if kind not in ("none", "tanh"):
        raise call.refusal(f"the approximation {kind} is not known")
    return _function("gelu" if kind == "none" else "gelu_tanh")(call)


def mean(call: Call, is_sum: bool = False) -> Operand:
    """The mean over an axis that is not that of the tokens."""
    value = call.tokens(0)
    rank = len(value.roles)
    axes = call.node.integers("axes")
    if axes is None and call.optional(1) is not None:
        axes = call.constant(1).integers
    named = sorted({axis % rank for axis in axes}) if axes else list(range(rank))
    if any(value.roles[axis] for axis in named):
        raise call.refusal("a mean or sum over the tokens is not read")
    total = np.asarray(value.entries.sum(axis=tuple(named), keepdims=True), dtype=object)
    count = value.entries.size // total.size
    found = exact_array(total * Fraction(1, 1 if is_sum else count))
    if call.flag("keepdims", True):
        return Tokens(value.roles, found)
    kept = tuple(role for axis, role in enumerate(value.roles) if axis not in named)
    return Tokens(kept, found.squeeze(tuple(named)))


def total(call: Call) -> Operand:
    """The sum over an axis that is not that of the tokens."""
    return mean(call, is_sum=True)


def layer_normalisation(call: Call, is_centred: bool = True) -> Operand:
    """(v - mean) / sqrt(variance + epsilon) * gain + shift; without mean for RMS."""
    value, gain = call.tokens(0), call.numbers(1)
    rank, axis = len(value.roles), call.node.integer("axis", -1)
    if axis % rank != rank - 1 or value.roles[-1]:
        raise call.refusal("is read over the last axis alone, which is not that of the tokens")
    # the default is a float32 number, as attributes are
    epsilon = call.node.number("epsilon", float(np.float32(1e-5)))
    size = value.entries.shape[-1]
    if epsilon <= 0:
        raise call.refusal("epsilon is not positive")
    part = Fraction(1, size)
    entries = value.entries
    if is_centred:
        centre = np.asarray(entries.sum(axis=-1, keepdims=True), dtype=object)
        entries = exact_array(entries + centre * -part)
    centred = Tokens(value.roles, entries)
    squares = _product(call, centred, centred).entries.sum(axis=-1, keepdims=True)
    variance = np.asarray(squares, dtype=object) * part + epsilon
    roots = call.mapped(Tokens(value.roles, exact_array(variance)), lambda all_: [*map(Root, all_)])
    found = _scaled(call, _product(call, centred, reciprocal_of(call, roots)), gain)
    if call.optional(2) is None:
        return found
    roles, shift = spread(call, found, call.numbers(2))
    return Tokens(roles, found.entries + shift)


def rms_normalisation(call: Call) -> Operand:
    """V / sqrt(mean of squares + epsilon) * gain."""
    return layer_normalisation(call, is_centred=False)


def equality(call: Call) -> Operand:
    """Which entries are equal, of constants or of a mask and a number."""
    one = call.operand(0)
    if isinstance(one, Tokens):
        number = _number(call, 1)
        mask = call.tokens(0, Triangle)
        return call.mapped(
            mask, lambda all_: [Triangle(m.seen == number, m.unseen == number) for m in all_]
        )
    sides = (one.values.astype(object), call.constant(1).values.astype(object))
    found = np.asarray(sides[0] == sides[1], dtype=bool)
    return Constant(found, TensorProto.BOOL, call.node.place)


def choice(call: Call) -> Operand:
    """Entries of one constant or of another, by a constant or for pairs of tokens."""
    if isinstance(call.operand(0), Tokens):
        yes, no = _number(call, 1), _number(call, 2)
        return call.mapped(
            call.tokens(0, Triangle),
            lambda all_: [Triangle(yes if m.seen else no, yes if m.unseen else no) for m in all_],
        )
    where, one, other = (call.constant(n) for n in (0, 1, 2))
    picked = np.where(where.values.astype(bool), one.values.astype(object), other.values)
    return Constant(np.asarray(picked, dtype=object), one.kind, call.node.place)


def _number(call: Call, place: int) -> object:
    """The one number of a constant."""
    found = call.constant(place).values
    if found.size != 1 or found.ndim > 2:  # pairs of tokens have two axes at least
        raise call.refusal(f"expected one number as input {place}")
    return found.ravel().tolist()[0]


FUNCTIONS: Mapping[str, Callable[[Call], Operand]] = {
    "Erf": _function("erf"),
    "Sigmoid": _function("sigmoid"),
    "Tanh": _function("tanh"),
}
