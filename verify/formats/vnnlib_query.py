"""A VNN-LIB 2.0 query about two networks, read as a claim: unsat means that the claim holds.

What is read: two networks f and g with equal inputs in a box or polytope, and one assertion
that some output of one lies strictly more than epsilon above or below the other's,

    (assert (or (> Y_g[0] (+ Y_f[0] 0.05)) (< Y_g[0] (- Y_f[0] 0.05)) ...))

for every output. A model of it violates |f_i - g_i| <= epsilon, or f_i = g_i where epsilon is
0. Every other assertion about outputs is refused by its line: a query is never repaired.

Source: vnnlib.org (version 2.0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Domain
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.s_expression import Expression, Group, parse_expressions
from verify.formats.vnnlib import asserted, linear_form, parse_vnnlib_domain
from verify.formats.vnnlib_names import Names, Variable, declared_names, place_of
from verify.relation import Epsilon, Exact, Relation

Violation = tuple[int, int, Fraction]  # output, sign s, epsilon: s (left - right) > epsilon


@dataclass(frozen=True, slots=True)
class Query:
    """A question about two networks; it is unsat exactly if the relation holds on the domain.

    Attributes:
        left: The name that the file gives the first network.
        right: The name of the second one.
        domain: Where the common input lies.
        relation: What holds if there is no model.
    """

    left: str
    right: str
    domain: Domain
    relation: Relation


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
    relation = _relation(names, about_outputs)
    return Query(*names.labels, domain, relation)


def _relation(names: Names, claims: Sequence[Expression]) -> Relation:
    if len(claims) != 1 or not isinstance(claims[0], Group) or claims[0].head != "or":
        place = place_of(names.where, claims[0]) if claims else names.where
        raise UnsupportedError(
            place,
            "expected one assertion about outputs, that some difference exceeds a bound "
            "(or ...); the bounds themselves would be satisfied at once",
        )
    violations = [_violation(names, item) for item in claims[0].items[1:]]
    bounds = {epsilon for _, _, epsilon in violations}
    asked = {(output, sign) for output, sign, _ in violations}
    outputs = _outputs(names)
    if asked != {(i, sign) for i in range(outputs) for sign in (1, -1)} or len(bounds) != 1:
        message = f"expected both sides of each of {outputs} outputs, with one bound"
        raise UnsupportedError(place_of(names.where, claims[0]), message)
    epsilon = bounds.pop()
    if epsilon < 0:
        raise UnsupportedError(
            place_of(names.where, claims[0]), "a negative bound always has models"
        )
    return Epsilon(epsilon) if epsilon else Exact()


def _violation(names: Names, item: Expression) -> Violation:
    """What one disjunct asserts: sign * (left - right) > epsilon in one output."""
    place = place_of(names.where, item)
    if not isinstance(item, Group) or item.head not in {">", "<"} or len(item.items) != 3:
        raise UnsupportedError(place, "expected a strict comparison of outputs, > or <")
    difference = linear_form(names, item.items[1]).plus(
        linear_form(names, item.items[2]), Fraction(-1)
    )
    if item.head == "<":
        difference = difference.plus(difference, Fraction(-2))
    weights = {name: weight for name, weight in difference.coefficients.items() if weight}
    output = min((name.element for name in weights), default=0)
    pair = [weights.get(Variable(network, output, False)) for network in (0, 1)]
    if (
        len(weights) != 2
        or None in pair
        or sum(weights.values(), Fraction(0))
        or abs(pair[0] or 0) != 1
    ):
        raise UnsupportedError(place, "expected the difference of one output of both networks")
    return output, 1 if pair[0] == 1 else -1, -difference.constant


def _outputs(names: Names) -> int:
    sizes = [0, 0]
    for tensor in names.tensors.values():
        count = 1
        for size in tensor.sizes:
            count *= size
        sizes[tensor.network] += count * (not tensor.is_input)
    if sizes[0] != sizes[1]:
        raise InputError(names.where, f"the networks have {sizes[0]} and {sizes[1]} outputs")
    return sizes[0]
