"""ONNX graphs of transformer blocks as programs on tokens: every node by its structure.

The one input is a sequence of tokens, [batch, tokens, d], [tokens, batch, d] or [tokens, d], with
a batch of one sequence or of free size, which is read as one; if both axes are free, the batch is
the first, or the second where attention is over the first. The number of tokens may be fixed in
the file or free; what is read treats all tokens alike, so that the program is for every number.
The first node that is not understood is named with the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

import onnx

from theory.architectures.token_program import Attention, TokenProgram
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats import onnx_arrangement
from verify.formats import onnx_token_arithmetic as arithmetic
from verify.formats import onnx_token_arrangement as arrangement
from verify.formats import onnx_token_product as matrices
from verify.formats.onnx_graph import check_rules, loaded_model, needed_nodes, operator_set
from verify.formats.onnx_node import Node, attributes_of, place_of
from verify.formats.onnx_token_value import (
    ENTRIES,
    OWN,
    Call,
    Draft,
    Form,
    Operand,
    TokenCount,
    Tokens,
    entries_of,
)
from verify.formats.onnx_value import FLOATS, kind_name, refuse_large

Read = Callable[[Call], Operand | tuple[Operand, ...]]
OPERATORS: Mapping[str, Read] = {
    **arithmetic.FUNCTIONS,
    "Add": arithmetic.addition,
    "Attention": matrices.attention,
    "Cast": arrangement.cast,
    "Concat": arrangement.concatenation,
    "Constant": arrangement.constant,
    "ConstantOfShape": arrangement.constant_of_shape,
    "Div": arithmetic.division,
    "Dropout": arrangement.dropout,
    "Equal": arithmetic.equality,
    "Expand": arrangement.expansion,
    "Flatten": arrangement.flatten,
    "Gather": arrangement.gather,
    "Gelu": arithmetic.gaussian_unit,
    "Gemm": matrices.general_product,
    "Identity": arrangement.identity,
    "LayerNormalization": arithmetic.layer_normalisation,
    "MatMul": matrices.product,
    "Mod": arithmetic.modulus,
    "Mul": arithmetic.multiplication,
    "Neg": arithmetic.negation,
    "Pow": arithmetic.power,
    "RMSNormalization": arithmetic.rms_normalisation,
    "Reciprocal": arithmetic.reciprocal,
    "ReduceMean": arithmetic.mean,
    "ReduceSum": arithmetic.total,
    "Relu": matrices.rectification,
    "Reshape": arrangement.reshape,
    "Shape": arrangement.shape_of,
    "Slice": arrangement.slicing,
    "Softmax": matrices.softmax,
    "Split": arrangement.split,
    "Sqrt": arithmetic.root,
    "Squeeze": arrangement.squeeze,
    "Sub": arithmetic.subtraction,
    "Transpose": arrangement.transpose,
    "Trilu": arrangement.triangle,
    "Unsqueeze": arrangement.unsqueeze,
    "Where": arithmetic.choice,
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """How the input is read: the axis of the tokens, and how many there are."""

    axis: int
    rank: int
    size: int
    count: int | TokenCount

    def tokens(self) -> Tokens:
        """The numbers of a token."""
        roles = tuple(OWN if axis == self.axis else "" for axis in range(self.rank))
        shape = (*(1,) * (self.rank - 1), self.size)
        forms = [Form({number: Fraction(1)}) for number in range(self.size)]
        return Tokens(roles, entries_of(forms, shape))


def parse_onnx_transformer(content: bytes, where: str) -> tuple[TokenProgram, int | None]:
    """The program in the bytes of an ONNX file, and the number of tokens if that is fixed.

    Theorem: T55 (transformer blocks after a gauge rewrite).

    Raises:
        InputError: the bytes are no ONNX model, or not one of this kind.
    """
    model = loaded_model(content, where)
    check_rules(model, where)
    graph, opset = model.graph, operator_set(model, where)
    stored = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in stored]
    if len(inputs) != 1:
        raise UnsupportedError(where, f"expected one input, got {[one.name for one in inputs]}")
    usual, other = _entries(inputs[0], where)
    entry = usual
    try:
        program = _program(graph, opset, inputs[0].name, usual, where)
    except InputError as error:
        found = None if other is None else _attending(graph, opset, inputs[0].name, other, where)
        if found is None or other is None:
            raise error from None
        program, entry = found, other
    return program, entry.count if isinstance(entry.count, int) else None


def _attending(
    graph: onnx.GraphProto, opset: int, name: str, entry: _Entry, where: str
) -> TokenProgram | None:
    """The program with tokens on the first axis, if its attention is over that axis."""
    try:
        program = _program(graph, opset, name, entry, where)
    except InputError:
        return None
    return program if any(isinstance(step, Attention) for step in program.steps) else None


def _entries(value: onnx.ValueInfoProto, where: str) -> tuple[_Entry, _Entry | None]:
    """How the input is read: the batch is an axis of size 1, or a free one.

    If both are free the batch is the first, or else, where that cannot be, the second.
    """
    place = f"{where}, input {value.name!r}"
    kind = value.type.tensor_type
    if kind.elem_type not in FLOATS:
        raise UnsupportedError(place, f"the element type {kind_name(kind.elem_type)} is not read")
    sizes = [axis.dim_value if axis.HasField("dim_value") else None for axis in kind.shape.dim]
    shown = ["?" if size is None else size for size in sizes]
    if len(sizes) not in (2, 3) or not sizes[-1]:
        raise UnsupportedError(place, f"expected [batch, tokens, d] or [tokens, d], got {shown}")
    axis, is_open = 0, False
    if len(sizes) == 3:
        batches = [number for number in (0, 1) if sizes[number] == 1]
        batches = batches or [number for number in (0, 1) if sizes[number] is None]
        if not batches:
            raise UnsupportedError(place, f"expected a batch of 1 or of free size, got {shown}")
        axis, is_open = 1 - batches[0], sizes[:2] == [None, None]
    count = sizes[axis]
    if count is not None and count < 2:
        raise UnsupportedError(place, f"expected two tokens or more, got {shown}")
    entry = _Entry(axis, len(sizes), sizes[-1], TokenCount() if count is None else count)
    return entry, replace(entry, axis=0) if is_open else None


def _program(
    graph: onnx.GraphProto, opset: int, name: str, entry: _Entry, where: str
) -> TokenProgram:
    draft = Draft(entry.size)
    output = str(graph.output[0].name)
    needed = needed_nodes(graph, output, where)
    values: dict[str, Operand] = {
        tensor.name: onnx_arrangement.stored_constant(tensor, f"{where}, {tensor.name!r}")
        for tensor in graph.initializer
    }
    values[name] = entry.tokens()
    for number, node in needed:
        place = place_of(node, number, where)
        if node.op_type not in OPERATORS or node.domain not in {"", "ai.onnx"}:
            raise UnsupportedError(
                place, f"this operator is no part of a block as read here; {_READ}"
            )
        missing = [one for one in node.input if one and one not in values]
        if missing:
            raise UnsupportedError(place, f"its input {missing[0]!r} is an output that is not read")
        operands = tuple(values[one] if one else None for one in node.input)
        asked = Node(place, opset, attributes_of(node), (), len(node.output))
        call = Call(asked, operands, draft, entry.count)
        try:
            found = OPERATORS[node.op_type](call)
        except InputError:
            raise
        except (ValueError, TypeError, IndexError, AttributeError, ArithmeticError):
            # of numpy, and of sizes or entries that are not what the operator is read for
            raise FormatError(place, "sizes or kinds of its inputs do not fit it") from None
        outputs = found if isinstance(found, tuple) else (found,)
        for one, value in zip(node.output, outputs, strict=False):
            if isinstance(value, Tokens) and not value.entries.size:
                raise FormatError(place, "its result has no numbers")
            refuse_large(prod(size for size in call.shape(value) if isinstance(size, int)), place)
            values[one] = value
    result = values.get(output)
    if not isinstance(result, Tokens) or OWN not in result.roles:
        raise UnsupportedError(where, "the output is not one row of numbers for each token")
    if result.kind is not Form:
        raise UnsupportedError(where, f"the output is {ENTRIES[result.kind]}, not rows of numbers")
    forms = result.entries.ravel().tolist()
    return TokenProgram(entry.size, tuple(draft.steps), draft.map_of(forms))


_READ = f"read are {', '.join(sorted(OPERATORS))}"
