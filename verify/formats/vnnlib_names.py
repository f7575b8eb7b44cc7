"""What the names in a VNN-LIB file mean: elements of inputs and outputs of networks.

Version 1.0 declares X_0, X_1, ... and Y_0, ...; version 2.0 declares networks with tensors,
whose elements are X[0], X[0,3], ...
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from verify.errors import FormatError, UnsupportedError
from verify.formats.s_expression import Atom, Expression, Group

_WORD = re.compile(r"([XY])_([0-9]{1,7})", re.ASCII)
_ELEMENT = re.compile(r"([^\s\[\]]+)(?:\[([0-9, ]*)\])?", re.ASCII)
_SIZES = re.compile(r"\[([0-9, ]*)\]", re.ASCII)


def place_of(where: str, expression: Expression) -> str:
    """File and line of an expression, for messages."""
    return f"{where}, line {expression.line}"


@dataclass(frozen=True, slots=True)
class Variable:
    """An element of the input or the output of a network."""

    network: int
    element: int
    is_input: bool


@dataclass(frozen=True, slots=True)
class _Tensor:
    network: int
    sizes: tuple[int, ...]
    is_input: bool


@dataclass(frozen=True, slots=True)
class Names:
    """The declared names.

    Attributes:
        networks: How many networks there are.
        words: The variables of version 1.0.
        tensors: The tensors of version 2.0.
        labels: The names of the networks of version 2.0, in order.
    """

    where: str
    networks: int
    words: Mapping[str, Variable]
    tensors: Mapping[str, _Tensor]
    labels: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[int, ...]:
        """The number of inputs of every network.

        Raises:
            FormatError: the variables X_0, X_1, ... have a gap.
        """
        if not self.words:
            sizes = [0] * self.networks
            for tensor in self.tensors.values():
                sizes[tensor.network] += prod(tensor.sizes) * tensor.is_input
            return tuple(sizes)
        elements = {entry.element for entry in self.words.values() if entry.is_input}
        if elements != set(range(len(elements))):
            raise FormatError(self.where, "expected X_0, X_1, ... without a gap")
        return (len(elements),)

    @property
    def outputs(self) -> tuple[int, ...]:
        """The number of outputs of every network of version 2.0."""
        sizes = [0] * self.networks
        for tensor in self.tensors.values():
            sizes[tensor.network] += prod(tensor.sizes) * (not tensor.is_input)
        return tuple(sizes)

    @property
    def elements(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """For every network of version 2.0 the names of its input elements and output elements."""
        found: list[tuple[list[str], list[str]]] = [([], []) for _ in range(self.networks)]
        for name, tensor in self.tensors.items():
            indices = product(*(range(size) for size in tensor.sizes))
            texts = [f"{name}[{','.join(map(str, index))}]" for index in indices]
            found[tensor.network][0 if tensor.is_input else 1].extend(texts)
        return tuple((tuple(inputs), tuple(outputs)) for inputs, outputs in found)

    def variable(self, atom: Atom) -> Variable | None:
        """The variable that a word names, or None where it is no name.

        Raises:
            FormatError: the index is outside the tensor.
        """
        if self.words:
            return self.words.get(atom.text)
        match = _ELEMENT.fullmatch(atom.text)
        tensor = self.tensors.get(match[1]) if match else None
        if match is None or tensor is None:
            return None
        index = _integers(match[2] or "")
        if len(index) != len(tensor.sizes) or any(
            entry >= size for entry, size in zip(index, tensor.sizes, strict=True)
        ):
            place = place_of(self.where, atom)
            raise FormatError(place, f"{atom.text} is outside the sizes {list(tensor.sizes)}")
        element = 0
        for entry, size in zip(index, tensor.sizes, strict=True):
            element = element * size + entry
        return Variable(tensor.network, element, tensor.is_input)

    def sides(self, expression: Expression) -> set[bool]:
        """Holds True if inputs occur in an expression, and False if outputs do."""
        if isinstance(expression, Group):
            return {side for item in expression.items for side in self.sides(item)}
        found = self.variable(expression)
        return set() if found is None else {found.is_input}


def declared_names(commands: Sequence[Expression], where: str) -> Names:
    """The names that the commands of a file declare.

    Raises:
        InputError: a command is unknown, or a declaration is malformed.
    """
    labels: list[str] = []
    words: dict[str, Variable] = {}
    tensors: dict[str, _Tensor] = {}
    for command in commands:
        head = command.head if isinstance(command, Group) else ""
        if isinstance(command, Group) and head in {"declare-const", "declare-fun"}:
            _declare_word(command, words, where)
        elif isinstance(command, Group) and head == "declare-network":
            _declare_network(command, len(labels), tensors, where)
            labels.append(_label(command, where))
        elif head not in {"assert", "vnnlib-version"}:
            raise FormatError(place_of(where, command), f"unknown command {head!r}")
    if bool(words) == bool(labels):
        raise FormatError(where, "expected variables X_0, ... or else networks to be declared")
    return Names(where, max(len(labels), 1), words, tensors, tuple(labels))


def _label(command: Group, where: str) -> str:
    name = command.items[1] if len(command.items) > 1 else None
    if not isinstance(name, Atom):
        raise FormatError(place_of(where, command), "expected the name of a network")
    return name.text


def _declare_word(command: Group, words: dict[str, Variable], where: str) -> None:
    name = command.items[1] if len(command.items) > 1 else None
    match = _WORD.fullmatch(name.text) if isinstance(name, Atom) else None
    if match is None:
        raise FormatError(place_of(where, command), "expected a variable X_i or Y_i")
    words[match.group()] = Variable(0, int(match[2]), match[1] == "X")


def _declare_network(command: Group, network: int, tensors: dict[str, _Tensor], where: str) -> None:
    for item in command.items[2:]:
        kind = item.head if isinstance(item, Group) else ""
        if isinstance(item, Group) and kind in {"declare-input", "declare-output"}:
            words = [entry.text for entry in item.items if isinstance(entry, Atom)]
            sizes = _SIZES.fullmatch(words[3]) if len(words) == 4 else None
            if sizes is None or words[1] in tensors:
                message = "expected a new name, a type and sizes: X real [5]"
                raise FormatError(place_of(where, item), message)
            tensor = _Tensor(network, _integers(sizes[1]), kind == "declare-input")
            if any((network, tensor.is_input) == (t.network, t.is_input) for t in tensors.values()):
                what = f"a second {kind.removeprefix('declare-')} of one network is not read"
                raise UnsupportedError(place_of(where, item), what)
            tensors[words[1]] = tensor
        elif kind not in {"isomorphic-to", "equal-to"}:
            raise UnsupportedError(place_of(where, item), f"{kind!r} in a network is not read")


def _integers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.replace(",", " ").split())
