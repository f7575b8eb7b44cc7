"""The function that approximation.json states, in formulas and, of one number, as a function."""

from fractions import Fraction

from theory.approximation.target import FUNCTIONS, Target, Term
from theory.errors import TheoryError
from verify.formats.strict_json import Json, array_of, count_of, number_of, object_of
from verify.report.typesetting import tex_number, tex_polynomial, tex_sum

_MOST_TERMS = 40
_LONGEST = 24  # digits of a coefficient
_WHERE = "target"


def stated_target(value: Json) -> Target:
    """The function P / Q + weighted exp, sin and cos that a target states.

    Raises:
        FormatError, TheoryError: it is written in another way.
    """
    parts = object_of(value, ("denominator", "numerator", "terms"), _WHERE)
    numerator, denominator = (
        tuple(number_of(entry, _WHERE) for entry in array_of(parts[key], _WHERE))
        for key in ("numerator", "denominator")
    )
    return Target(
        numerator, denominator, tuple(_term(term) for term in array_of(parts["terms"], _WHERE))
    )


def _term(value: Json) -> Term:
    parts = array_of(value, _WHERE)
    if len(parts) != 5 or parts[0] not in FUNCTIONS:
        raise TheoryError(f"{_WHERE}: expected terms of {', '.join(FUNCTIONS)}")
    weight, shift, slope = (number_of(entry, _WHERE) for entry in parts[1:4])
    return Term(str(parts[0]), weight, shift, slope, count_of(parts[4], _WHERE))


def target_formula(target: Target) -> str:
    """The function in math mode."""
    count = sum(map(bool, target.numerator)) + sum(map(bool, target.denominator))
    if count + len(target.terms) > _MOST_TERMS:
        return rf"\text{{a function of {count + len(target.terms)} terms, in the file}}"
    parts = []
    if any(target.numerator) or not target.terms:
        top = tex_polynomial(target.numerator, _LONGEST)
        plain = target.denominator == (Fraction(1),)
        parts.append(top if plain else rf"\frac{{{top}}}{{{_polynomial(target.denominator)}}}")
    for term in target.terms:
        parts.append(_term_formula(term, is_first=not parts))
    return "".join(parts)


def _polynomial(coefficients: tuple[Fraction, ...]) -> str:
    return tex_polynomial(coefficients, _LONGEST)


def _term_formula(term: Term, is_first: bool) -> str:
    row = ((0, term.slope),) if term.slope else ()
    argument, _ = tex_sum(term.shift, row, name=lambda _: "x", longest=_LONGEST)
    sign = "-" if term.weight < 0 else "" if is_first else "+"
    size = abs(term.weight)
    factor = "" if size == 1 else tex_number(size, _LONGEST) + r"\,"
    return rf"{sign}{factor}\{term.function}({argument})"
