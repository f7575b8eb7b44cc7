"""The values of an ONNX graph on tokens: tensors of which some axes run over the tokens.

Such a tensor is known by its entries at one token, or at a pair of tokens: an array in which the
axes of tokens have size 1. Entries are affine functions of the values of a program
(`theory.architectures.token_program`), or what stands between them in a graph: scores, weights,
square roots. The number of tokens may be free; sizes computed from it are multiples of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt
from typing import Any, overload

import numpy as np

from theory.architectures.token_program import Attention, Elementwise, Product, Step
from theory.network import ZERO, Affine
from verify.errors import UnsupportedError
from verify.formats.onnx_node import Node
from verify.formats.onnx_value import Array, Constant

OWN, OTHER = "own", "other"  # the axis of token i, and of token j, which it looks at
ONE = -1  # the place of the constant among the values of a program


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A multiple of the number of tokens, where that is free."""

    factor: int = 1

    def __mul__(self, other: object) -> "TokenCount":
        return TokenCount(self.factor * other) if isinstance(other, int) else NotImplemented

    __rmul__ = __mul__

    def __floordiv__(self, other: object) -> "TokenCount | int":
        by = other.factor if isinstance(other, TokenCount) else other
        if not isinstance(by, int) or by <= 0 or self.factor % by:
            return NotImplemented
        found = self.factor // by
        return found if isinstance(other, TokenCount) else TokenCount(found)

    def __str__(self) -> str:
        """T for the number of tokens, 2 T, ..."""
        return "T" if self.factor == 1 else f"{self.factor} T"


@dataclass(frozen=True, slots=True)
class Surd:
    """The irrational number sqrt(square), as exporters multiply queries and keys by."""

    square: Fraction

    def __rtruediv__(self, other: object) -> "Surd":
        if not isinstance(other, Fraction) or other <= 0:
            return NotImplemented
        return Surd(other * other / self.square)


def root_of(square: Fraction) -> Fraction | Surd:
    """The square root of a positive number."""
    above, below = isqrt(square.numerator), isqrt(square.denominator)
    is_rational = (above * above, below * below) == (square.numerator, square.denominator)
    return Fraction(above, below) if is_rational else Surd(square)


@dataclass(frozen=True, slots=True)
class Form:
    """An affine function of the values at a token: {number of a value, or ONE: weight}."""

    terms: dict[int, Fraction]

    def __add__(self, other: object) -> "Form":
        if isinstance(other, Fraction):
            return self + Form({ONE: other})
        if not isinstance(other, Form):
            return NotImplemented
        found = dict(self.terms)
        for value, weight in other.terms.items():
            found[value] = found.get(value, ZERO) + weight
        return Form({value: weight for value, weight in found.items() if weight})

    __radd__ = __add__

    @overload
    def __mul__(self, factor: Fraction) -> "Form": ...

    @overload
    def __mul__(self, factor: Surd) -> "Multiple": ...

    def __mul__(self, factor: object) -> "Form | Multiple":
        if isinstance(factor, Surd):
            return Multiple(self, factor.square)
        if not isinstance(factor, Fraction):
            return NotImplemented
        if not factor:
            return Form({})
        return Form({value: weight * factor for value, weight in self.terms.items()})

    __rmul__ = __mul__

    @property
    def constant(self) -> Fraction | None:
        """The number that it is, if it is one."""
        return None if any(value != ONE for value in self.terms) else self.terms.get(ONE, ZERO)


@dataclass(frozen=True, slots=True)
class Multiple:
    """A form times sqrt(square)."""

    form: Form
    square: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Triangle:
    """A number for pairs of tokens: one for j <= i, another for j > i."""

    seen: object
    unseen: object


@dataclass(frozen=True, slots=True)
class Scores:
    """The score of token i for token j: scale * (query(i) . key(j)), plus later for j > i."""

    query: tuple[Form, ...]
    key: tuple[Form, ...]
    scale: Fraction = Fraction(1)
    later: Fraction | None = ZERO

    def __mul__(self, factor: object) -> "Scores":
        if not isinstance(factor, Fraction) or (self.later is None and factor <= 0):
            return NotImplemented
        later = None if self.later is None else self.later * factor
        return Scores(self.query, self.key, self.scale * factor, later)

    __rmul__ = __mul__


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of token j for token i, from scores."""

    kind: str
    scores: Scores


@dataclass(frozen=True, slots=True)
class Root:
    """The square root of a form, by which is divided later."""

    form: Form


ENTRIES: dict[type, str] = {
    Form: "values of tokens",
    Multiple: "irrational multiples of values",
    Triangle: "a mask",
    Scores: "scores of pairs of tokens",
    Weights: "weights of pairs of tokens",
    Root: "square roots",
}


def entries_of(values: Sequence[Any], shape: tuple[int, ...]) -> Array:
    """An array of this shape with these entries."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found.reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A tensor with axes of tokens.

    Attributes:
        roles: For each axis OWN, OTHER, or "" for an axis of a known size.
        entries: The entries at one token or pair, with size 1 in the axes of tokens.
    """

    roles: tuple[str, ...]
    entries: Array

    @property
    def kind(self) -> type:
        """What the entries are; all are alike."""
        return type(self.entries.flat[0])


Operand = Constant | Tokens


@dataclass(slots=True)
class Draft:
    """A program in the making."""

    inputs: int
    steps: list[Step] = field(default_factory=list)
    size: int = 0
    roots: dict[frozenset[tuple[int, Fraction]], Form] = field(default_factory=dict)
    squares: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.size = self.inputs

    def map_of(self, forms: Sequence[Form]) -> Affine:
        """The forms as a map of the values that are there."""
        rows = tuple(
            tuple(sorted((value, w) for value, w in form.terms.items() if value != ONE))
            for form in forms
        )
        return Affine(self.size, rows, tuple(form.terms.get(ONE, ZERO) for form in forms))

    def appended(self, step: Step) -> list[Form]:
        """The values of a new step."""
        first, self.size = self.size, self.size + step.outputs
        self.steps.append(step)
        return [Form({value: Fraction(1)}) for value in range(first, self.size)]

    def function(self, name: str, forms: Sequence[Form]) -> list[Form]:
        """A function of each form."""
        return self.appended(Elementwise(name, self.map_of(forms)))

    def products(self, left: Sequence[Form], right: Sequence[Form]) -> list[Form]:
        """The products, which are a new step unless one of the factors is a number."""
        pairs = list(zip(left, right, strict=True))
        new = [k for k, (a, b) in enumerate(pairs) if a.constant is None and b.constant is None]
        made: dict[int, Form] = {}
        if new:
            sides = [self.map_of([pairs[k][side] for k in new]) for side in (0, 1)]
            found = self.appended(Product(sides[0], sides[1]))
            made = dict(zip(new, found, strict=True))
            self.squares |= {n for k in new if pairs[k][0] == pairs[k][1] for n in made[k].terms}
        return [made[k] if k in made else _multiple(a, b) for k, (a, b) in enumerate(pairs)]

    def is_positive(self, form: Form) -> bool:
        """Whether the form is evidently positive: squares and a positive number."""
        rest = [value for value in form.terms if value != ONE]
        is_sum = set(rest) <= self.squares and all(form.terms[value] > 0 for value in rest)
        return is_sum and form.terms.get(ONE, ZERO) > 0

    def inverse_roots(self, forms: Sequence[Form]) -> list[Form]:
        """1 / sqrt of each form, the same forms once."""
        keys = [frozenset(form.terms.items()) for form in forms]
        new = {k: f for k, f in zip(keys, forms, strict=True) if k not in self.roots}
        if new:
            made = self.function("inverse_root", list(new.values()))
            self.roots.update(zip(new, made, strict=True))
        return [self.roots[key] for key in keys]

    def attention(self, weights: Weights, values: Sequence[Form]) -> list[Form]:
        """The outputs of a head."""
        scores = weights.scores
        query, key, value = map(self.map_of, (scores.query, scores.key, values))
        step = Attention(query, key, value, scores.scale, weights.kind, scores.later)
        return self.appended(step)


def _multiple(one: Form, other: Form) -> Form:
    form, number = (one, other.constant) if other.constant is not None else (other, one.constant)
    return Form({value: w * number for value, w in form.terms.items()} if number else {})


@dataclass(frozen=True, slots=True)
class Call:
    """A node with the values that it reads.

    Attributes:
        node: Its place and attributes.
        operands: The values; None stands for an optional one that is left out.
        draft: The program that it is built into.
        count: The number of tokens, or `TokenCount()` where it is free.
    """

    node: Node
    operands: tuple[Operand | None, ...]
    draft: Draft
    count: int | TokenCount

    def operand(self, number: int) -> Operand:
        """A value that must be there."""
        found = self.optional(number)
        if found is None:
            raise self.node.malformed(f"expected an input number {number}")
        return found

    def optional(self, number: int) -> Operand | None:
        """A value that may be left out."""
        return self.operands[number] if number < len(self.operands) else None

    def constant(self, number: int) -> Constant:
        """The constant that this input must be."""
        found = self.operand(number)
        if not isinstance(found, Constant):
            raise self.node.unsupported(f"expected input {number} to be a constant")
        return found

    def numbers(self, number: int) -> Array:
        """The exact numbers of a constant."""
        return self.constant(number).exact

    def tokens(self, number: int, *kinds: type) -> Tokens:
        """The tensor on tokens that this input must be, with entries of one of these kinds."""
        found = self.operand(number)
        if isinstance(found, Constant):
            raise self.node.unsupported(f"expected input {number} to depend on the tokens")
        if found.kind not in (kinds or (Form,)):
            raise self.refusal(f"is not read for {ENTRIES[found.kind]}")
        return found

    def flag(self, name: str, default: bool) -> bool:
        """An attribute that is 0 or 1; what other numbers mean is not said by ONNX."""
        found = self.node.integer(name, int(default))
        if found not in (0, 1):
            raise self.node.malformed(f"expected 0 or 1 as attribute {name!r}")
        return bool(found)

    def refuse_axes(self, value: Tokens, rank: int) -> None:
        """Refuse a constant whose axes outnumber those of the tensor, which would get more."""
        if rank > len(value.roles):
            raise self.refusal("a constant with more axes than the tensor on tokens is not read")

    def refusal(self, what: str) -> UnsupportedError:
        """The error that this node is no part of a block as it is read here."""
        return self.node.unsupported(what)

    def mapped(self, value: Tokens, change: Callable[[list[Any]], list[Any]]) -> Tokens:
        """The tensor with changed entries."""
        changed = change(value.entries.ravel().tolist())
        return Tokens(value.roles, entries_of(changed, value.entries.shape))

    def shape(self, value: Operand) -> list[int | TokenCount]:
        """The sizes of the axes."""
        if isinstance(value, Constant):
            return list(value.shape)
        sizes = zip(value.roles, value.entries.shape, strict=True)
        return [self.count if role else size for role, size in sizes]
