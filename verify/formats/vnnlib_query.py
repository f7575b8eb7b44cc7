"""A VNN-LIB 2.0 query about two networks: the common input, and what is asked of the outputs.

    (assert (or (> Y_g[0] (+ Y_f[0] 0.05)) (< Y_g[0] (- Y_f[0] 0.05)) ...))

The assertions about outputs may be any conjunctions and disjunctions of linear comparisons
(<, <=, >, >=, =, !=) between outputs of both networks. A model (sat) is a point of the domain
whose outputs satisfy them; unsat means that there is none. Read literally: never repaired.

Source: vnnlib.org (version 2.0).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from theory.domain import Domain
from theory.network import Vector
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.s_expression import Expression, Group, parse_expressions
from verify.formats.vnnlib import asserted, linear_form, parse_vnnlib_domain
from verify.formats.vnnlib_names import Names, declared_names, place_of

_MOST_CASES = 10_000

Output = tuple[int, int]  # network 0 or 1, and the number of its output


@dataclass(frozen=True, slots=True)
class Comparison:
    """sum of coefficient * output, plus the constant, is > 0 (strict) or >= 0."""

    coefficients: Mapping[Output, Fraction]
    constant: Fraction
    strict: bool

    def value(self, outputs: tuple[Vector, Vector]) -> Fraction:
        """The left side of the comparison."""
        return sum(
            (weight * outputs[net][index] for (net, index), weight in self.coefficients.items()),
            self.constant,
        )

    def holds(self, outputs: tuple[Vector, Vector]) -> bool:
        """Whether the outputs of both networks satisfy it."""
        value = self.value(outputs)
        return value > 0 or (value == 0 and not self.strict)


Case = tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question about two networks.

    Attributes:
        name: The file's name.
        left: The name that the file gives the first network.
        right: The name of the second one.
        domain: Where the common input lies.
        outputs: How many outputs each network has.
        cases: A model satisfies all comparisons of one case.
        labels: The names of the elements of inputs and outputs, network by network, as the file
            writes them: X_f[0], ..., Y_f[0], ..., X_g[0], ...
    """

    name: str
    left: str
    right: str
    domain: Domain
    outputs: tuple[int, int]
    cases: tuple[Case, ...]
    labels: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    def is_model_for(self, left: Vector, right: Vector) -> bool:
        """Whether these outputs satisfy the query."""
        pair = (left, right)
        return any(all(one.holds(pair) for one in case) for case in self.cases)


def parse_vnnlib_query(content: bytes, where: str) -> Query:
    """The query in the bytes of a VNN-LIB 2.0 file.

    Raises:
        InputError: the file is malformed, or asks something else.
    """
    try:
        commands = parse_expressions(content.decode("utf-8"), where)
    except UnicodeDecodeError as error:
        raise FormatError(where, f"expected UTF-8 text, byte {error.start} is not") from None
    names = declared_names(commands, where)
    if len(names.labels) != 2 or len(set(names.inputs)) != 1:
        raise UnsupportedError(where, "expected two networks with the same number of inputs")
    claims = [claim for command in commands for claim in asserted(command, where)]
    about_outputs = [claim for claim in claims if names.sides(claim) == {False}]
    domain = parse_vnnlib_domain(content, where, names.inputs[0])
    if not about_outputs:
        raise UnsupportedError(where, "expected an assertion about outputs, there is none")
    outputs = names.outputs
    if outputs[0] != outputs[1]:
        raise InputError(where, f"the networks have {outputs[0]} and {outputs[1]} outputs")
    cases = _all_of([_cases(names, claim) for claim in about_outputs], where)
    left, right = names.labels
    return Query(where, left, right, domain, (outputs[0], outputs[1]), cases, names.elements)


def _cases(names: Names, claim: Expression) -> tuple[Case, ...]:
    """The cases of a formula: its disjunctive normal form."""
    place = place_of(names.where, claim)
    head = claim.head if isinstance(claim, Group) else ""
    if not isinstance(claim, Group) or head not in _FORMULAS:
        shown = repr(head) if head else "this"
        raise UnsupportedError(place, f"{shown} is no and, or, or comparison of outputs")
    items = claim.items[1:]
    if head == "or":
        found = tuple(case for item in items for case in _cases(names, item))
        return _few(found, place)
    if head == "and":
        return _all_of([_cases(names, item) for item in items], place)
    if len(items) != 2:
        raise FormatError(place, f"expected two terms after {head!r}")
    return _compared(names, head, items)


_FORMULAS = {"and", "or", "<", "<=", ">", ">=", "=", "==", "!="}


def _all_of(parts: Sequence[tuple[Case, ...]], place: str) -> tuple[Case, ...]:
    """The cases in which one case of every part holds."""
    found: tuple[Case, ...] = ((),)
    for part in parts:
        if len(found) * len(part) > _MOST_CASES:
            raise UnsupportedError(place, f"more than {_MOST_CASES} cases")
        found = tuple((*one, *other) for one, other in product(found, part))
    return found


def _few(found: tuple[Case, ...], place: str) -> tuple[Case, ...]:
    if len(found) > _MOST_CASES:
        raise UnsupportedError(place, f"more than {_MOST_CASES} cases")
    return found


def _compared(names: Names, head: str, items: Sequence[Expression]) -> tuple[Case, ...]:
    left, right = (linear_form(names, item) for item in items)
    form = left.plus(right, Fraction(-1))
    weights = {
        (name.network, name.element): weight
        for name, weight in form.coefficients.items()
        if weight and not name.is_input
    }
    strict = head in {"<", ">", "!="}
    above = Comparison(weights, form.constant, strict)
    below = Comparison({key: -w for key, w in weights.items()}, -form.constant, strict)
    if head in {"<", "<="}:
        return ((below,),)
    if head in {">", ">="}:
        return ((above,),)
    return ((above,), (below,)) if head == "!=" else ((above, below),)
