"""ONNX operators that move the entries of tensors on tokens, or compute with sizes.

What they do to the axes of tokens does not depend on how many tokens there are: such an axis may
go to another place, and may not be cut, joined or mixed with others.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from onnx import TensorProto
from onnx.helper import tensor_dtype_to_np_dtype

from verify.formats import onnx_arrangement
from verify.formats.onnx_token_value import (
    OTHER,
    OWN,
    Call,
    Operand,
    TokenCount,
    Tokens,
    Triangle,
    entries_of,
    root_of,
)
from verify.formats.onnx_value import FLOATS, KINDS, Array, Constant, fractions, kind_name

Size = int | TokenCount


def _parts(value: Operand) -> tuple[Array, tuple[str, ...]]:
    if isinstance(value, Tokens):
        return value.entries, value.roles
    return value.values, ("",) * value.values.ndim


def _like(value: Operand, array: Array, roles: Sequence[str]) -> Operand:
    if isinstance(value, Tokens):
        return Tokens(tuple(roles), array)
    return Constant(np.asarray(array), value.kind, value.place)


def _axis(call: Call, axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise call.node.malformed(f"there is no axis {axis} among {rank}")
    return axis % rank


def _integers(call: Call, number: int) -> tuple[Any, ...]:
    """A list of sizes or axes, multiples of the number of tokens among them."""
    found = call.constant(number)
    if found.kind in FLOATS or found.values.ndim > 1:
        raise call.node.malformed(f"expected input {number} to be a list of integers")
    entries = found.values.ravel().tolist()
    return tuple(entry if isinstance(entry, TokenCount) else int(entry) for entry in entries)


def _axes(call: Call) -> tuple[int, ...] | None:
    """The axes in an attribute, or in the second input."""
    if call.node.opset >= 13:
        return None if call.optional(1) is None else _integers(call, 1)
    return call.node.integers("axes")


def constant(call: Call) -> Operand:
    """The tensor or number in the attribute of a Constant node."""
    found = onnx_arrangement.constant(call.node)
    if not isinstance(found, Constant):
        raise call.node.malformed("expected a constant")
    return found


def constant_of_shape(call: Call) -> Operand:
    """One number repeated in a known shape."""
    shape = _integers(call, 0)
    if any(isinstance(size, TokenCount) for size in shape):
        raise call.refusal("a constant for each token is not read")
    listed = Constant(np.asarray(shape, np.int64), TensorProto.INT64, call.node.place)
    found = onnx_arrangement.constant_of_shape(call.node.with_operands(listed))
    if not isinstance(found, Constant):
        raise call.node.malformed("expected a constant")
    return found


def identity(call: Call) -> Operand:
    """The operand."""
    return call.operand(0)


def dropout(call: Call) -> Operand:
    """The operand, in inference mode."""
    if call.optional(2) is not None and bool(call.constant(2).values.any()):
        raise call.refusal("is read in inference mode, with training_mode = false")
    if call.optional(1) is not None and call.constant(1).values.size != 1:
        raise call.node.malformed("expected one number as input 1")
    return call.operand(0)


def cast(call: Call) -> Operand:
    """The operand; numbers are exact here, and none may change."""
    value, kind = call.operand(0), call.node.integer("to", 0)
    if isinstance(value, Tokens):
        return _cast_tokens(call, value, kind)
    if kind not in KINDS:
        raise call.refusal(f"the element type {kind_name(kind)} is not read")
    entries = value.values.ravel().tolist()
    if any(isinstance(entry, TokenCount) for entry in entries):
        if kind not in (TensorProto.INT64, TensorProto.INT32):
            raise call.refusal("computes with the number of tokens")
        return Constant(value.values, kind, value.place)
    if kind == TensorProto.BOOL:
        truths = np.asarray([bool(entry) for entry in entries], dtype=object)
        return Constant(truths.reshape(value.shape), kind, value.place)
    if kind == value.kind or (kind in _COMPUTED and value.kind in _COMPUTED and _is_made(value)):
        return Constant(value.values, kind, value.place)
    rounded = _rounded(value, kind)
    if value.kind in FLOATS and kind in FLOATS:  # stored numbers, as the graph rounds them
        return Constant(rounded, kind, value.place)
    if rounded.tolist() != value.values.tolist():
        raise call.refusal(f"a cast to {kind_name(kind)} rounds a constant")
    whole = [int(entry) for entry in entries]
    if kind in FLOATS:
        return Constant(fractions(map(Fraction, whole), value.shape), kind, value.place)
    return Constant(np.asarray(whole, dtype=object).reshape(value.shape), kind, value.place)


_COMPUTED = (TensorProto.FLOAT, TensorProto.DOUBLE)


def _is_made(value: Constant) -> bool:
    """Whether the numbers are computed: exact ones, which are read as if nothing rounded."""
    return value.values.dtype == object


def _rounded(value: Constant, kind: int) -> Array:
    """The numbers as that element type has them."""
    target = tensor_dtype_to_np_dtype(kind)
    with np.errstate(all="ignore"):
        if value.kind in FLOATS and not _is_made(value):
            return np.asarray(value.values.astype(target))
        doubles = value.values.astype(np.int64 if value.kind not in FLOATS else np.float64)
        return np.asarray(doubles.astype(target))


def _cast_tokens(call: Call, value: Tokens, kind: int) -> Tokens:
    """Values as they are, but only numbers that integers or truth values hold as such."""
    if kind in FLOATS:
        return value
    if value.kind is not Triangle:
        raise call.refusal(f"a cast to {kind_name(kind)} rounds")
    if kind == TensorProto.BOOL:
        return call.mapped(
            value, lambda all_: [Triangle(bool(m.seen), bool(m.unseen)) for m in all_]
        )
    if any(number not in (0, 1) for m in value.entries.flat for number in (m.seen, m.unseen)):
        raise call.refusal(f"a cast to {kind_name(kind)} may round a mask")
    return value


def shape_of(call: Call) -> Operand:
    """The sizes of the axes as a constant."""
    sizes = call.shape(call.operand(0))
    end = call.node.attributes.get("end")
    kept = sizes[call.node.integer("start", 0) : end if isinstance(end, int) else None]
    values = np.empty(len(kept), dtype=object)
    values[:] = kept
    return Constant(values, TensorProto.INT64, call.node.place)


def transpose(call: Call) -> Operand:
    """The axes in another order, reversed if none is given."""
    value = call.operand(0)
    array, roles = _parts(value)
    order = call.node.integers("perm") or tuple(reversed(range(array.ndim)))
    if sorted(order) != list(range(array.ndim)):
        raise call.node.malformed(f"{list(order)} is no order of {array.ndim} axes")
    return _like(value, array.transpose(order), [roles[axis] for axis in order])


def unsqueeze(call: Call) -> Operand:
    """With new axes of size 1."""
    value, axes = call.operand(0), _axes(call)
    if axes is None:
        raise call.node.malformed("expected axes")
    array, roles = _parts(value)
    rank = array.ndim + len(axes)
    new = {_axis(call, axis, rank) for axis in axes}
    if len(new) < len(axes):
        raise call.node.malformed("an axis is named twice")
    kept = iter(roles)
    return _like(
        value,
        np.expand_dims(array, sorted(new)),
        ["" if axis in new else next(kept) for axis in range(rank)],
    )


def squeeze(call: Call) -> Operand:
    """Without the axes of size 1 that are named, or all of them."""
    value, axes = call.operand(0), _axes(call)
    array, roles = _parts(value)
    gone = [axis for axis in range(array.ndim) if array.shape[axis] == 1 and not roles[axis]]
    if axes is not None:
        named = {_axis(call, axis, array.ndim) for axis in axes}
        if not named <= set(gone):
            raise call.refusal("removes an axis that has not size 1 for every number of tokens")
        gone = sorted(named)
    kept = [role for axis, role in enumerate(roles) if axis not in gone]
    return _like(value, array.squeeze(tuple(gone)), kept)


def flatten(call: Call) -> Operand:
    """A matrix: the axes before `axis` make its rows, the others its columns."""
    value = call.operand(0)
    sizes, axis = call.shape(value), call.node.integer("axis", 1)
    halves: list[Size] = []
    for part in (sizes[:axis], sizes[axis:]):
        size: Size = 1
        for factor in part:
            size = factor * size
        halves.append(size)
    return _reshaped(call, value, tuple(halves))


def reshape(call: Call) -> Operand:
    """The same entries in another shape; 0 keeps a size and -1 is computed."""
    value, target = call.operand(0), _integers(call, 1)
    if not call.flag("allowzero", False):
        before = call.shape(value)
        target = tuple(
            before[axis] if size == 0 and axis < len(before) else size
            for axis, size in enumerate(target)
        )
    return _reshaped(call, value, target)


def _reshaped(call: Call, value: Operand, target: tuple[Size, ...]) -> Operand:
    """The entries in the order that they have, each axis of tokens kept apart.

    It is in the right place where the sizes before it have the same product as they had.
    """
    array, roles = _parts(value)
    axes = [axis for axis, role in enumerate(roles) if role]
    before = [prod(array.shape[:axis]) for axis in axes]
    could_be = [axis for axis, size in enumerate(target) if size in (-1, call.count)]
    for chosen in combinations(could_be, len(axes)):
        sizes = [1 if axis in chosen else size for axis, size in enumerate(target)]
        if any(isinstance(size, TokenCount) for size in sizes):
            continue
        known: list[int] = [size for size in sizes if isinstance(size, int)]
        free = [axis for axis, size in enumerate(known) if size == -1]
        rest = -prod(known) if free else 1
        if len(free) > 1 or min(known, default=1) < -1 or not rest or array.size % rest:
            continue
        for axis in free:
            known[axis] = array.size // rest
        if prod(known) == array.size and [prod(known[:axis]) for axis in chosen] == before:
            places = dict(zip(chosen, axes, strict=True))
            found = [roles[places[a]] if a in places else "" for a in range(len(known))]
            return _like(value, array.reshape(known), found)
    shape = ", ".join(map(str, target))
    raise call.refusal(f"the shape [{shape}] mixes tokens with other axes, or does not fit")


def gather(call: Call) -> Operand:
    """The entries at constant places of an axis."""
    value, places = call.operand(0), call.constant(1).values
    array, roles = _parts(value)
    axis = _axis(call, call.node.integer("axis", 0), array.ndim)
    if roles[axis]:
        raise call.refusal("picks some of the tokens")
    try:
        found = np.take(array, places.astype(np.int64), axis=axis)
    except IndexError:
        raise call.node.malformed(f"there is no such place on axis {axis}") from None
    return _like(
        value, np.asarray(found), [*roles[:axis], *("",) * places.ndim, *roles[axis + 1 :]]
    )


def slicing(call: Call) -> Operand:
    """A range of some axes."""
    value = call.operand(0)
    array, roles = _parts(value)
    if call.node.opset < 10:
        raise call.refusal("is read from operator set 10 on")
    starts, ends = _integers(call, 1), _integers(call, 2)
    axes = _integers(call, 3) if call.optional(3) is not None else None
    steps = _integers(call, 4) if call.optional(4) is not None else (1,) * len(starts)
    ranges = [slice(None)] * array.ndim
    listed = axes if axes is not None else tuple(range(len(starts)))
    for start, end, axis, step in zip(starts, ends, listed, steps, strict=True):
        place = _axis(call, axis, array.ndim)
        if roles[place]:
            if (start, step) != (0, 1) or not (end == call.count or end == 2**63 - 1):
                raise call.refusal("picks some of the tokens")
            continue
        if isinstance(start, TokenCount) or isinstance(end, TokenCount):
            raise call.refusal("computes with the number of tokens")
        low = -(2**62)
        is_first = step < 0 and end < -array.shape[place]
        ranges[place] = slice(max(start, low), None if is_first else max(end, low), step)
    return _like(value, array[tuple(ranges)], roles)


def split(call: Call) -> tuple[Operand, ...]:
    """The parts of an axis."""
    value = call.operand(0)
    array, roles = _parts(value)
    axis = _axis(call, call.node.integer("axis", 0), array.ndim)
    if roles[axis]:
        raise call.refusal("picks some of the tokens")
    given = call.node.integers("split") if call.node.opset < 13 else None
    if call.node.opset >= 13 and call.optional(1) is not None:
        given = _integers(call, 1)
    each = -(-array.shape[axis] // call.node.results)
    sizes = given or (each,) * call.node.results
    cuts = np.cumsum(sizes)[:-1].tolist()
    return tuple(_like(value, part, roles) for part in np.split(array, cuts, axis=axis))


def concatenation(call: Call) -> Operand:
    """Tensors one after another along an axis."""
    values = [call.operand(number) for number in range(len(call.operands))]
    arrays, roles = zip(*map(_parts, values), strict=True)
    axis = _axis(call, call.node.integer("axis", 0), arrays[0].ndim)
    kinds = {value.kind for value in values}
    if len(kinds) > 1 or len(set(roles)) > 1 or roles[0][axis]:
        raise call.refusal("joins tokens with others, or with constants")
    objects = [array.astype(object) for array in arrays]
    return _like(values[0], np.concatenate(objects, axis=axis), roles[0])


def expansion(call: Call) -> Operand:
    """A constant repeated to a known shape, or one number for all pairs of tokens."""
    found, shape = call.constant(0), _integers(call, 1)
    if not any(isinstance(size, TokenCount) for size in shape):
        sizes = np.broadcast_shapes(found.shape, shape)
        return Constant(np.broadcast_to(found.values, sizes), found.kind, found.place)
    is_one = found.values.size == 1 and found.values.ndim <= len(shape)
    if shape[-2:] != (call.count,) * 2 or set(shape[:-2]) - {1} or not is_one:
        raise call.refusal("a constant for each token is not read")
    (number,) = found.values.ravel().tolist()
    entries = entries_of([Triangle(number, number)], (1,) * len(shape))
    return Tokens((*("",) * (len(shape) - 2), OWN, OTHER), entries)


def triangle(call: Call) -> Operand:
    """The lower or upper triangle of constants, or the lower one for pairs of tokens."""
    offset = 0
    if call.optional(1) is not None:
        (offset,) = call.constant(1).values.ravel().tolist()
    is_upper, value = call.flag("upper", True), call.operand(0)
    if isinstance(value, Constant):
        cut = np.triu if is_upper else np.tril
        return Constant(np.asarray(cut(value.values, offset)), value.kind, value.place)
    mask = call.tokens(0, Triangle)
    if is_upper or offset:
        raise call.refusal("of pairs of tokens the lower triangle alone is read")
    return call.mapped(mask, lambda all_: [Triangle(one.seen, 0) for one in all_])


def square_root(call: Call) -> Operand:
    """The root of constants, exactly."""
    found = call.constant(0)
    numbers = [
        Fraction(entry)
        for entry in found.exact.ravel().tolist()
        if isinstance(entry, int | Fraction)
    ]
    if len(numbers) < found.values.size or min(numbers) <= 0:
        raise call.refusal(
            "of constants, roots of positive rational numbers are read; export with constant "
            "folding, which stores the number that is used"
        )
    roots = entries_of([root_of(number) for number in numbers], found.shape)
    return Constant(roots, found.kind, found.place)
