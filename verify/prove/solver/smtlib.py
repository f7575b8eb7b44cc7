"""The whole question as one SMT-LIB 2 script in QF_LRA, with exact rationals.

A model is a point of the domain at which the relation fails: `sat` means that the claim is
false, `unsat` that it holds. Every hidden unit is one term `(ite (<= 0.0 h) h 0.0)`; that two
vectors of outputs differ is the disjunction, over the outputs, of the statements that one of
them differs; that a decision is lost is the disjunction over the outputs that left may choose.

Source: Barrett, Fontaine, Tinelli, The SMT-LIB Standard, version 2.6.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, NumberError, ShapeError
from theory.network import ZERO, Affine, Network
from verify.claim import Claim
from verify.errors import ExportError
from verify.relation import Epsilon, Exact, Margin, Relation, TopK, TopOne, read_relation

EXACT = Exact()


def smtlib(left: Network, right: Network, domain: Domain, relation: Relation = EXACT) -> str:
    """The script whose models are the points of the domain where the relation fails.

    Raises:
        DomainError: the difference that the relation allows is negative.
        NumberError: a number has more digits than Python writes.
        ShapeError: the networks or the domain do not have the same numbers of inputs, outputs.
    """
    if (left.inputs, left.outputs) != (right.inputs, right.outputs):
        raise ShapeError(f"networks: expected equal ends, got {left.widths} and {right.widths}")
    if isinstance(relation, Epsilon) and relation.epsilon < 0:
        raise DomainError(f"tolerance: expected at least 0, got {relation.epsilon}")
    if domain.inputs != left.inputs:
        raise ShapeError(f"domain: expected {left.inputs} inputs, got {domain.inputs}")
    lines = [*_domain_lines(domain), *_network_lines(left, "l"), *_network_lines(right, "r")]
    outputs = [
        [f"{side}{network.hidden_layers}_{output}" for output in range(network.outputs)]
        for side, network in (("l", left), ("r", right))
    ]
    fails = _apply("or", _violations(relation, *outputs), "false")
    return "\n".join((*lines, f"(assert {fails})", "(check-sat)", ""))


def write_smtlib(claim: Claim, path: Path | str) -> None:
    """Write the script of a claim: a solver that answers `unsat` says that the claim holds.

    Raises:
        ExportError: the file cannot be written.
        NumberError: a number has more digits than Python writes.
    """
    sides = (claim.left.network, claim.right.network)
    script = smtlib(*sides, claim.domain, read_relation(claim.relation))
    try:
        Path(path).write_text(script, encoding="ascii")
    except OSError as error:
        raise ExportError(str(path), f"cannot be written, {error.strerror or error}") from None


def domain_smtlib(domain: Domain) -> str:
    """The script whose models are the points of the domain."""
    return "\n".join((*_domain_lines(domain), "(check-sat)", ""))


def number(value: Fraction) -> str:
    """A rational as SMT-LIB writes it: 3.0, (/ 1.0 2.0), (- 3.0).

    Raises:
        NumberError: it has more digits than Python writes.
    """
    absolute = abs(value)
    try:
        text = f"{absolute.numerator}.0"
        if absolute.denominator != 1:
            text = f"(/ {text} {absolute.denominator}.0)"
    except ValueError:
        raise NumberError("number: too many digits for an SMT-LIB script") from None
    return text if value >= 0 else f"(- {text})"


def _apply(operator: str, arguments: Sequence[str], empty: str) -> str:
    """The operator applied to all arguments; one argument stands alone."""
    if len(arguments) > 1:
        return f"({operator} {' '.join(arguments)})"
    return arguments[0] if arguments else empty


def _sum(terms: Iterable[tuple[str, Fraction]], constant: Fraction) -> str:
    """The sum of weight * name over the terms, plus a constant."""
    products = [name if weight == 1 else f"(* {number(weight)} {name})" for name, weight in terms]
    if constant:
        products.append(number(constant))
    return _apply("+", products, "0.0")


def _domain_lines(domain: Domain) -> list[str]:
    names = [f"x{index}" for index in range(domain.inputs)]
    lines = ["(set-logic QF_LRA)", *(f"(declare-const {name} Real)" for name in names)]
    match domain:
        case Box(lower, upper):
            for name, low, high in zip(names, lower, upper, strict=True):
                lines.append(f"(assert (<= {number(low)} {name} {number(high)}))")
        case Polytope(_, halfspaces):
            for normal, offset in halfspaces:
                pairs = [(name, a) for name, a in zip(names, normal, strict=True) if a]
                lines.append(f"(assert (<= {_sum(pairs, ZERO)} {number(offset)}))")
        case Space():
            pass
    return lines


def _network_lines(network: Network, side: str) -> list[str]:
    """Unit `side`_layer_unit is the value before its ReLU; with an `a` in front, after it."""
    lines: list[str] = []
    names = [f"x{index}" for index in range(network.inputs)]
    for depth, layer in enumerate(network.layers):
        found = _layer_lines(layer, names, f"{side}{depth}")
        lines += found
        names = [f"{side}{depth}_{unit}" for unit in range(layer.outputs)]
        if depth < network.hidden_layers:
            lines += [
                f"(define-fun a{name} () Real (ite (<= 0.0 {name}) {name} 0.0))" for name in names
            ]
            names = [f"a{name}" for name in names]
    return lines


def _layer_lines(layer: Affine, names: Sequence[str], prefix: str) -> list[str]:
    return [
        f"(define-fun {prefix}_{unit} () Real "
        f"{_sum(((names[column], weight) for column, weight in row), bias)})"
        for unit, (row, bias) in enumerate(zip(layer.rows, layer.bias, strict=True))
    ]


def _violations(relation: Relation, left: Sequence[str], right: Sequence[str]) -> list[str]:
    """The ways in which outputs under these names fail the relation."""
    match relation:
        case Exact():
            return [f"(distinct {one} {other})" for one, other in zip(left, right, strict=True)]
        case Epsilon(epsilon):
            return [_apart(one, other, epsilon) for one, other in zip(left, right, strict=True)]
        case TopOne():
            return _lost_choices(left, right, ZERO, 1)
        case TopK(k):
            return _lost_choices(left, right, ZERO, k)
        case Margin(margin):
            return _lost_choices(left, right, margin, 1)


def _apart(one: str, other: str, tolerance: Fraction) -> str:
    """That two reals are further apart than the tolerance."""
    bound = number(tolerance)
    return f"(or (< {bound} (- {one} {other})) (< {bound} (- {other} {one})))"


def _lost_choices(left: Sequence[str], right: Sequence[str], margin: Fraction, k: int) -> list[str]:
    """For each output: it leads by the margin in left, and at least k exceed it in right."""
    found = []
    for index, value in enumerate(left):
        others = [other for place, other in enumerate(left) if place != index]
        leads = [f"(<= {_sum([(other, Fraction(1))], margin)} {value})" for other in others]
        exceed = [f"(< {right[index]} {other})" for other in right if other != right[index]]
        if k == 1:
            lost = _apply("or", exceed, "false")
        else:
            count = _apply("+", [f"(ite {one} 1.0 0.0)" for one in exceed], "0.0")
            lost = f"(<= {k}.0 {count})"
        found.append(_apply("and", [*leads, lost], "true"))
    return found
