"""The input domain that a VNN-LIB file states, exactly: numbers mean their decimal values.

Versions 1.0 and 2.0 are read. The inputs of several networks must be asserted equal, element
by element, since one point of the domain feeds them all. Assertions about outputs alone are
a property, not a domain, and are passed over; what would make the domain depend on outputs, or
not convex, or not closed, is refused.

Source: vnnlib.org (the VNN-LIB standard, versions 1.0 and 2.0).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box, Domain, Polytope
from theory.errors import DomainError, NumberError
from theory.network import Vector
from theory.rational import rational
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.s_expression import Atom, Expression, Group, parse_expressions
from verify.formats.vnnlib_names import Names, Variable, declared_names, place_of

_ZERO, _ONE = Fraction(0), Fraction(1)

Halfspace = tuple[Vector, Fraction]


def parse_vnnlib_domain(content: bytes, where: str, inputs: int) -> Domain:
    """The box or polytope of inputs in the bytes of a VNN-LIB file.

    It is a box where every constraint bounds one input and every input is bounded.

    Raises:
        InputError: the file is malformed, states no convex domain, or has other inputs.
    """
    try:
        commands = parse_expressions(content.decode("utf-8"), where)
    except UnicodeDecodeError as error:
        raise FormatError(where, f"expected UTF-8 text, byte {error.start} is not") from None
    names = declared_names(commands, where)
    for count in names.inputs:
        if count != inputs:
            raise InputError(where, f"the network has {inputs} inputs, the file {count}")
    claims = [claim for command in commands for claim in asserted(command, where)]
    _refuse_unlinked(names, claims, inputs)
    halfspaces = [
        halfspace
        for claim in claims
        for constraint in _constraints(names, claim)
        for halfspace in _halfspaces(constraint, inputs)
    ]
    try:
        return box_of(halfspaces, inputs) or Polytope(inputs, tuple(halfspaces))
    except DomainError as error:
        raise InputError(where, str(error)) from None


def box_of(halfspaces: Sequence[Halfspace], inputs: int) -> Box | None:
    """The box that the halfspaces are, or None where they are none.

    Raises:
        DomainError: the box is empty.
    """
    lower: list[Fraction | None] = [None] * inputs
    upper: list[Fraction | None] = [None] * inputs
    for normal, offset in halfspaces:
        axes = [axis for axis, weight in enumerate(normal) if weight]
        if len(axes) != 1:
            return None
        axis = axes[0]
        end, weight = offset / normal[axis], normal[axis]
        low, high = lower[axis], upper[axis]
        if weight > 0:
            upper[axis] = end if high is None else min(high, end)
        else:
            lower[axis] = end if low is None else max(low, end)
    lows = tuple(end for end in lower if end is not None)
    highs = tuple(end for end in upper if end is not None)
    return Box(lows, highs) if len(lows) == len(highs) == inputs else None


def asserted(command: Expression, where: str) -> Iterator[Expression]:
    """What a command asserts, conjunctions taken apart."""
    if isinstance(command, Group) and command.head == "assert":
        if len(command.items) != 2:
            raise FormatError(place_of(where, command), "expected one assertion")
        yield from _conjuncts(command.items[1])


def _conjuncts(claim: Expression) -> Iterator[Expression]:
    if isinstance(claim, Group) and claim.head == "and":
        for item in claim.items[1:]:
            yield from _conjuncts(item)
    else:
        yield claim


def _refuse_unlinked(names: Names, claims: Sequence[Expression], inputs: int) -> None:
    """Raise unless each network's inputs are asserted equal to those of one before it."""
    linked = set()
    for claim in claims:
        if isinstance(claim, Group) and claim.head in {"==", "="}:
            pair = [names.variable(item) for item in claim.items[1:] if isinstance(item, Atom)]
            ends = {(found.element, found.is_input) for found in pair if found}
            networks = {found.network for found in pair if found}
            if len(claim.items) == 3 and len(networks) == 2 and len(ends) == 1:
                linked.add((max(networks), *ends.pop()))
    for network in range(1, names.networks):
        for element in range(inputs):
            if (network, element, True) not in linked:
                message = f"input {element} of network {network} is not asserted equal to another's"
                raise UnsupportedError(names.where, message)


@dataclass(frozen=True, slots=True)
class LinearForm:
    """The sum of coefficient * variable, plus a constant."""

    coefficients: Mapping[Variable, Fraction]
    constant: Fraction

    def plus(self, other: "LinearForm", factor: Fraction) -> "LinearForm":
        """This plus factor times the other."""
        found = dict(self.coefficients)
        for variable, weight in other.coefficients.items():
            found[variable] = found.get(variable, _ZERO) + factor * weight
        return LinearForm(found, self.constant + factor * other.constant)


_NOTHING = LinearForm({}, _ZERO)


def _constraints(names: Names, claim: Expression) -> Iterator[LinearForm]:
    """Linear forms that a claim makes at most 0; none where it is about outputs."""
    place = place_of(names.where, claim)
    sides = names.sides(claim)
    if sides == {False}:
        return
    if False in sides:
        raise UnsupportedError(place, "joins inputs and outputs, which states no domain")
    if not isinstance(claim, Group) or claim.head not in {"<=", ">=", "==", "="}:
        head = claim.head if isinstance(claim, Group) else claim.text
        raise UnsupportedError(place, f"{head!r} states no closed convex domain")
    if len(claim.items) != 3:
        raise FormatError(place, f"expected two terms after {claim.head!r}")
    difference = linear_form(names, claim.items[1]).plus(linear_form(names, claim.items[2]), -_ONE)
    if claim.head != ">=":
        yield difference
    if claim.head != "<=":
        yield _NOTHING.plus(difference, -_ONE)


def linear_form(names: Names, term: Expression) -> LinearForm:
    """The linear form that a term is."""
    place = place_of(names.where, term)
    if isinstance(term, Group):
        parts = [linear_form(names, item) for item in term.items[1:]]
        found = _combined(term.head, parts)
        if found is None:
            raise UnsupportedError(place, f"{term.head!r} of these terms is not linear")
        return found
    variable = names.variable(term)
    if variable is not None:
        return LinearForm({variable: _ONE}, _ZERO)
    try:
        return LinearForm({}, rational(term.text))
    except NumberError:
        message = f"expected a variable or a number, got {term.text[:60]!r}"
        raise FormatError(place, message) from None


def _combined(operator: str, parts: list[LinearForm]) -> LinearForm | None:
    """Sum, difference, negation, or product and quotient with constants; None otherwise."""
    if not parts or operator not in {"+", "-", "*", "/"}:
        return None
    found = parts[0]
    if operator == "-" and len(parts) == 1:
        return _NOTHING.plus(found, -_ONE)
    for part in parts[1:]:
        following = _pair(operator, found, part)
        if following is None:
            return None
        found = following
    return found


def _pair(operator: str, left: LinearForm, right: LinearForm) -> LinearForm | None:
    if operator == "+":
        return left.plus(right, _ONE)
    if operator == "-":
        return left.plus(right, -_ONE)
    if operator == "/":
        divides = not right.coefficients and right.constant
        return _NOTHING.plus(left, 1 / right.constant) if divides else None
    if left.coefficients and right.coefficients:
        return None
    factor, form = (right, left) if left.coefficients else (left, right)
    return _NOTHING.plus(form, factor.constant)


def _halfspaces(constraint: LinearForm, inputs: int) -> Iterator[Halfspace]:
    """The halfspace of the common input, unless the constraint always holds."""
    normal = [_ZERO] * inputs
    for variable, weight in constraint.coefficients.items():
        normal[variable.element] += weight
    if any(normal) or constraint.constant > 0:
        yield tuple(normal), -constraint.constant
