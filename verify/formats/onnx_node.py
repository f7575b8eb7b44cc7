"""One node of an ONNX graph: its attributes, its operands, and what it says when refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from onnx import NodeProto
from onnx.helper import get_attribute_value

from theory.errors import NumberError
from theory.rational import rational_of_float
from verify.errors import FormatError, UnsupportedError
from verify.formats.onnx_value import Constant, Flow, Value


@dataclass(frozen=True, slots=True)
class Node:
    """A node and its operands; None stands for an optional operand that is left out.

    Attributes:
        place: File, name and operator, for messages.
        opset: The version of the operator set, which decides between meanings.
        attributes: The attributes that are given.
        operands: The values of the inputs.
        results: The number of outputs.
        views: How the reader was asked to read what is not read exactly (`onnx_reader`).
    """

    place: str
    opset: int
    attributes: Mapping[str, object]
    operands: tuple[Value | None, ...]
    results: int = 1
    views: frozenset[str] = frozenset()

    def malformed(self, what: str) -> FormatError:
        """The error that this node breaks the rules of ONNX."""
        return FormatError(self.place, what)

    def unsupported(self, what: str) -> UnsupportedError:
        """The error that this node is not read exactly."""
        return UnsupportedError(self.place, what)

    def operand(self, number: int) -> Value:
        """The value of an input that must be there."""
        found = self.optional(number)
        if found is None:
            raise self.malformed(f"expected an input number {number}")
        return found

    def optional(self, number: int) -> Value | None:
        """The value of an input that may be left out."""
        return self.operands[number] if number < len(self.operands) else None

    def flow(self, number: int) -> Flow:
        """The value of an input that must depend on the network's input."""
        found = self.operand(number)
        if isinstance(found, Constant):
            raise self.unsupported(f"expected input {number} to depend on the network's input")
        return found

    def constant(self, number: int) -> Constant:
        """The constant that this input must be."""
        found = self.operand(number)
        if isinstance(found, Flow):
            raise self.unsupported(f"expected input {number} to be a constant")
        return found

    def with_operands(self, *operands: Value) -> "Node":
        """A node of the present kind, without attributes, at the same place."""
        return Node(self.place, _PRESENT_OPSET, {}, operands)

    def integer(self, name: str, default: int) -> int:
        """An integer attribute."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise self.malformed(f"expected an integer as attribute {name!r}")
        return value

    def integers(self, name: str) -> tuple[int, ...] | None:
        """A list of integers, or None where the attribute is not given."""
        value = self.attributes.get(name)
        if value is None:
            return None
        if not isinstance(value, Sequence) or not all(isinstance(entry, int) for entry in value):
            raise self.malformed(f"expected integers as attribute {name!r}")
        return tuple(value)

    def number(self, name: str, default: float) -> Fraction:
        """A float attribute, as the rational that it is; ONNX stores float32 numbers."""
        value = self.attributes.get(name, default)
        if not isinstance(value, float):
            raise self.malformed(f"expected a float as attribute {name!r}")
        try:
            return rational_of_float(value)
        except NumberError:
            raise self.malformed(f"attribute {name!r} is {value}, not a number") from None

    def word(self, name: str, default: str) -> str:
        """A text attribute."""
        value = self.attributes.get(name, default)
        return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


_PRESENT_OPSET = 13


def product_error(node: Node) -> UnsupportedError:
    """The error that a node multiplies two computed values, as attention and gates do."""
    return node.unsupported(
        "multiplies two values that depend on the input, which is not piecewise linear"
    )


def place_of(node: NodeProto, number: int, where: str) -> str:
    """File, name and operator of a node; nodes without a name have a number and an output."""
    operator = node.op_type if node.domain in {"", "ai.onnx"} else f"{node.domain}.{node.op_type}"
    if node.name:
        return f"{where}, node {node.name!r} ({operator})"
    output = node.output[0] if node.output else ""
    return f"{where}, node {number} ({operator}, output {output!r})"


def attributes_of(node: NodeProto) -> dict[str, object]:
    """The attributes of a node by name."""
    return {entry.name: get_attribute_value(entry) for entry in node.attribute}
