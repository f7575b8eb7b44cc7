"""The function that approximation.json states, on a line: in formulas, and as it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from theory.approximation.target import FUNCTIONS, Target, Term
from theory.network import Network
from verify.errors import FormatError
from verify.formats.network_file import read_bytes
from verify.formats.network_json import parse_network
from verify.formats.strict_json import Json, array_of, count_of, number_of, object_of
from verify.report.pages.page import EvidenceFile
from verify.report.pages.tree_view import (
    SERIES,
    has_operation,
    is_rounded,
    require_tree,
    tree_formula,
    tree_value,
)
from verify.report.typesetting import tex_form, tex_number, tex_polynomial

_MOST_TERMS = 40
_MOST_DEGREE = 200
_LONGEST = 24  # digits of a coefficient
_WHERE = "target"


@dataclass(frozen=True, slots=True)
class StatedFunction:
    """A function of one number.

    Attributes:
        formula: In math mode; empty if it is a network.
        value: Its value at a point, or one near to it.
        is_exact: Whether `value` is exact.
        has_series: Whether exp, sin, cos or log occur in it.
        file: If it is a network, the name of its file.
        network: If it is a network, that.
    """

    formula: str
    value: Callable[[Fraction], Fraction]
    is_exact: bool = True
    has_series: bool = False
    file: str = ""
    network: Network | None = None


def stated_function(file: EvidenceFile) -> StatedFunction:
    """The function: a quotient with exp, sin and cos, a tree of operations, or a network.

    Raises:
        InputError, TheoryError: it is written in another way.
    """
    value = file.top.get("target")
    if not isinstance(value, dict):
        raise FormatError(_WHERE, "expected an object")
    if "file" in value:
        return _network(file)
    if "function" in value:
        tree = object_of(value, ("function", "precision"), _WHERE)["function"]
        require_tree(tree)
        return StatedFunction(
            tree_formula(tree),
            lambda x: tree_value(tree, x),
            not is_rounded(tree),
            has_operation(tree, SERIES),
        )
    target = _quotient(value)
    return StatedFunction(_formula(target), target, not target.terms, bool(target.terms))


def _network(file: EvidenceFile) -> StatedFunction:
    name = file.file_of(_WHERE)
    network = parse_network(read_bytes(file.folder / name), name)
    if (network.inputs, network.outputs) != (1, 1):
        raise FormatError(name, "expected one input and one output")
    return StatedFunction("", lambda x: network((x,))[0], file=name, network=network)


def _quotient(value: Json) -> Target:
    """P / Q plus weighted exp, sin and cos."""
    parts = object_of(value, ("denominator", "numerator", "terms"), _WHERE)
    numerator, denominator = (
        tuple(number_of(entry, _WHERE) for entry in array_of(parts[key], _WHERE))
        for key in ("numerator", "denominator")
    )
    terms = tuple(_term(term) for term in array_of(parts["terms"], _WHERE))
    return Target(numerator, denominator, terms)


def _term(value: Json) -> Term:
    parts = array_of(value, _WHERE)
    if len(parts) != 5 or parts[0] not in FUNCTIONS:
        raise FormatError(_WHERE, f"expected terms of {', '.join(FUNCTIONS)}")
    weight, shift, slope = (number_of(entry, _WHERE) for entry in parts[1:4])
    degree = count_of(parts[4], _WHERE)
    if degree > _MOST_DEGREE:
        raise FormatError(_WHERE, f"expected a degree of at most {_MOST_DEGREE}")
    return Term(str(parts[0]), weight, shift, slope, degree)


def _formula(target: Target) -> str:
    """A quotient in math mode."""
    count = sum(map(bool, target.numerator)) + sum(map(bool, target.denominator))
    if count + len(target.terms) > _MOST_TERMS:
        return rf"\text{{a function of {count + len(target.terms)} terms, in the file}}"
    parts = []
    if any(target.numerator) or not target.terms:
        top, bottom = (
            tex_polynomial(one, _LONGEST) for one in (target.numerator, target.denominator)
        )
        is_plain = target.denominator == (Fraction(1),)
        parts.append(top if is_plain else rf"\frac{{{top}}}{{{bottom}}}")
    for term in target.terms:
        parts.append(_term_formula(term, is_first=not parts))
    return "".join(parts)


def _term_formula(term: Term, is_first: bool) -> str:
    row = ((0, term.slope),) if term.slope else ()
    argument = tex_form(term.shift, row, lambda _: "x", _LONGEST)
    sign = "-" if term.weight < 0 else "" if is_first else "+"
    size = abs(term.weight)
    factor = "" if size == 1 else tex_number(size, _LONGEST) + r"\,"
    return rf"{sign}{factor}\{term.function}({argument})"
