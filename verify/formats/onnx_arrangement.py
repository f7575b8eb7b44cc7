"""ONNX operators that move elements or stand for them: shapes, copies, casts and constants."""

from collections.abc import Callable
from math import prod

import numpy as np
from onnx import TensorProto, numpy_helper
from onnx.helper import tensor_dtype_to_np_dtype

from verify.formats.onnx_node import Node
from verify.formats.onnx_value import (
    KINDS,
    Array,
    Constant,
    Flow,
    Shape,
    Value,
    kind_name,
    refuse_large,
)

_WIDER: dict[int, tuple[int, ...]] = {
    TensorProto.FLOAT16: (TensorProto.FLOAT, TensorProto.DOUBLE),
    TensorProto.BFLOAT16: (TensorProto.FLOAT, TensorProto.DOUBLE),
    TensorProto.FLOAT: (TensorProto.DOUBLE,),
}


def stored_constant(tensor: TensorProto, place: str) -> Constant:
    """The constant in a tensor of the file; its numbers are looked at when they are used.

    Raises:
        InputError: it is malformed, too large, of another element type, or outside the file.
    """
    node = Node(place, 0, {}, ())
    if tensor.data_location == TensorProto.EXTERNAL:
        raise node.unsupported("its numbers are in another file; save the model in one file")
    if tensor.data_type not in KINDS:
        raise node.unsupported(f"the element type {kind_name(tensor.data_type)} is not read")
    if min(tensor.dims, default=0) < 0:
        raise node.malformed(f"negative size in {list(tensor.dims)}")
    refuse_large(prod(tensor.dims), place)
    try:
        values = numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise node.malformed(f"its numbers do not fit its shape, {reason}") from None
    return Constant(values, tensor.data_type, place)


def constant(node: Node) -> Value:
    """The tensor or number in the attribute of a Constant node."""
    value = node.attributes.get("value")
    if isinstance(value, TensorProto):
        return stored_constant(value, node.place)
    for name, kind in (("value_float", TensorProto.FLOAT), ("value_int", TensorProto.INT64)):
        for key in (name, f"{name}s"):
            if key in node.attributes:
                values = np.asarray(node.attributes[key], tensor_dtype_to_np_dtype(kind))
                return Constant(values, kind, node.place)
    raise node.unsupported(f"holds no tensor of numbers but {sorted(node.attributes)}")


def constant_of_shape(node: Node) -> Value:
    """One number repeated in a constant shape."""
    shape = node.constant(0).integers
    value = node.attributes.get("value")
    refuse_large(prod(shape), node.place)
    if value is None:
        return Constant(np.zeros(shape, np.float32), TensorProto.FLOAT, node.place)
    if not isinstance(value, TensorProto) or prod(value.dims) != 1 or min(shape, default=0) < 0:
        raise node.malformed("expected one number and sizes of at least 0")
    number = stored_constant(value, node.place)
    return Constant(np.full(shape, number.values.reshape(-1)[0]), number.kind, node.place)


def identity(node: Node) -> Value:
    """The operand."""
    return node.operand(0)


def dropout(node: Node) -> Value:
    """The operand, in inference mode."""
    if node.opset < 7 and not node.integer("is_test", 0):
        raise node.unsupported("is read in inference mode, with is_test = 1")
    if node.optional(2) is not None and any(node.constant(2).integers):
        raise node.unsupported("is read in inference mode, with training_mode = false")
    return node.operand(0)


def cast(node: Node) -> Value:
    """The operand, where its element type changes without changing any number."""
    value, kind = node.operand(0), node.integer("to", 0)
    names = f"{kind_name(value.kind)} to {kind_name(kind)}"
    if isinstance(value, Flow):
        if kind != value.kind and kind not in _WIDER.get(value.kind, ()):
            raise node.unsupported(f"a cast from {names} rounds")
        return Flow(value.shape, kind, value.wiring, value.bundle)
    if kind == value.kind:
        return value
    if kind not in KINDS:
        raise node.unsupported(f"the element type {kind_name(kind)} is not read")
    with np.errstate(all="ignore"):
        values = np.asarray(value.values.astype(tensor_dtype_to_np_dtype(kind)))
    found = Constant(values, kind, node.place)
    if value.values.dtype == object or (found.exact != value.exact).any():
        raise node.unsupported(f"a cast from {names} rounds a constant")
    return found


def reshape(node: Node) -> Value:
    """The same elements in another shape; 0 keeps a size and -1 is computed."""
    shape = node.integers("shape") if node.opset < 5 else node.constant(1).integers
    if shape is None:
        raise node.malformed("expected an attribute 'shape'")
    before = node.operand(0).shape
    if not node.integer("allowzero", 0):
        shape = tuple(
            before[axis] if size == 0 and axis < len(before) else size
            for axis, size in enumerate(shape)
        )
    return arranged(node, lambda index: index.reshape(shape))


def flatten(node: Node) -> Value:
    """A matrix: the axes before `axis` make its rows, the others its columns."""
    shape, axis = node.operand(0).shape, node.integer("axis", 1)
    if not -len(shape) <= axis <= len(shape):
        raise node.malformed(f"there is no axis {axis} in {list(shape)}")
    rows = prod(shape[:axis])
    return arranged(node, lambda index: index.reshape(rows, prod(shape[axis:])))


def transpose(node: Node) -> Value:
    """The axes in another order, reversed if none is given."""
    order = node.integers("perm")
    return arranged(node, lambda index: index.transpose(order))


def squeeze(node: Node) -> Value:
    """Without the axes of size 1 that are named, or all of them."""
    axes = _axes(node)
    return arranged(node, lambda index: index.squeeze(axes))


def unsqueeze(node: Node) -> Value:
    """With new axes of size 1."""
    axes = _axes(node)
    if axes is None:
        raise node.malformed("expected axes")
    return arranged(node, lambda index: np.expand_dims(index, axes))


def _axes(node: Node) -> Shape | None:
    if node.opset < 13:
        return node.integers("axes")
    return None if node.optional(1) is None else node.constant(1).integers


def arranged(node: Node, operation: Callable[[Array], Array]) -> Value:
    """Move the elements of the first operand as numpy moves those of an array."""
    value = node.operand(0)
    try:
        if isinstance(value, Constant):
            return Constant(operation(value.values), value.kind, value.place)
        return value.arranged(operation(value.index))
    except (ValueError, OverflowError) as error:
        raise node.malformed(f"{error} (from the shape {list(value.shape)})") from None
