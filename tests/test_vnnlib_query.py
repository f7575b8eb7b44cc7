"""Two-network queries: read literally, or refused by the line."""

from fractions import Fraction
from pathlib import Path

import pytest

from theory.domain import Box, Polytope
from verify.errors import InputError
from verify.formats.vnnlib_query import Query, parse_vnnlib_query
from verify.prove.solver.vacuity import vacuity

HEAD = """
(vnnlib-version <2.0>)
(declare-network f (declare-input X_f real [2]) (declare-output Y_f real [1,2]))
(declare-network g (declare-input X_g real [2]) (declare-output Y_g real [1,2]))
(assert (and (<= X_f[0] 1) (>= X_f[0] -1) (<= X_f[1] 0.5) (>= X_f[1] 0)))
(assert (== X_f[0] X_g[0]))
(assert (== X_f[1] X_g[1]))
"""
ABOVE = "(> Y_g[0,{0}] (+ Y_f[0,{0}] 0.05))"
BELOW = "(< Y_g[0,{0}] (- Y_f[0,{0}] 0.05))"


def parsed(text: str) -> Query:
    """A query with these further commands."""
    return parse_vnnlib_query((HEAD + text).encode(), "q.vnnlib")


def outputs(*values: object) -> tuple[Fraction, ...]:
    return tuple(Fraction(str(value)) for value in values)


def test_what_a_query_declares() -> None:
    found = parsed(f"(assert (or {ABOVE.format(0)} {BELOW.format(1)}))")
    assert (found.left, found.right, found.outputs) == ("f", "g", (2, 2))
    lower, upper = (Fraction(-1), Fraction(0)), (Fraction(1), Fraction(1, 2))
    assert found.domain == Box(lower, upper)
    assert found.labels == (
        (("X_f[0]", "X_f[1]"), ("Y_f[0,0]", "Y_f[0,1]")),
        (("X_g[0]", "X_g[1]"), ("Y_g[0,0]", "Y_g[0,1]")),
    )


@pytest.mark.parametrize(
    ("body", "left", "right", "is_model"),
    [
        (f"(or {ABOVE.format(0)} {BELOW.format(1)})", (0, 0), (0.05, -0.05), False),
        (f"(or {ABOVE.format(0)} {BELOW.format(1)})", (0, 0), (0.051, 0), True),
        (f"(or {ABOVE.format(0)} {BELOW.format(1)})", (0, 0), (0, -0.051), True),
        (f"(and {ABOVE.format(0)} {BELOW.format(1)})", (0, 0), (0.051, 0), False),
        (f"(and {ABOVE.format(0)} {BELOW.format(1)})", (0, 0), (0.051, -0.051), True),
        ("(>= Y_g[0,0] Y_f[0,0])", (1, 0), (1, 0), True),
        ("(> Y_g[0,0] Y_f[0,0])", (1, 0), (1, 0), False),
        ("(== (* 2 Y_g[0,0]) Y_f[0,1])", (1, 2), (1, 0), True),
        ("(= Y_g[0,0] Y_f[0,1])", (1, 2), (1, 0), False),
        ("(!= Y_g[0,0] Y_f[0,1])", (1, 2), (1, 0), True),
        ("(!= Y_g[0,0] Y_f[0,1])", (1, 2), (2, 0), False),
        ("(and (or (< Y_f[0,0] 0) (> Y_f[0,0] 1)) (<= Y_g[0,1] 3))", (2, 0), (0, 3), True),
        ("(and (or (< Y_f[0,0] 0) (> Y_f[0,0] 1)) (<= Y_g[0,1] 3))", (0.5, 0), (0, 3), False),
        ("(and (or (< Y_f[0,0] 0) (> Y_f[0,0] 1)) (<= Y_g[0,1] 3))", (2, 0), (0, 4), False),
        ("(<= (/ (- Y_f[0,0] Y_g[0,1]) 2) (- 1))", (0, 0), (0, 2), True),
    ],
)
def test_models_are_what_the_text_says(
    body: str, left: tuple[object, ...], right: tuple[object, ...], is_model: bool
) -> None:
    assert parsed(f"(assert {body})").is_model_for(outputs(*left), outputs(*right)) is is_model


def test_several_assertions_hold_together() -> None:
    found = parsed("(assert (> Y_g[0,0] 0)) (assert (or (> Y_f[0,0] 0) (> Y_f[0,1] 0)))")
    assert len(found.cases) == 2
    assert found.is_model_for(outputs(1, 0), outputs(1, 0))
    assert not found.is_model_for(outputs(1, 0), outputs(0, 0))


def test_input_constraints_may_be_a_polytope() -> None:
    body = "(assert (<= (+ X_f[0] X_f[1]) 1)) (assert (or (> Y_g[0,0] Y_f[0,0])))"
    assert isinstance(parsed(body).domain, Polytope)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "expected an assertion about outputs, there is none"),
        ("(assert (not (> Y_g[0,0] 0)))", "line 8: 'not' is no and, or, or comparison of outputs"),
        ("(assert Y_g[0,0])", "line 8: this is no and, or, or comparison"),
        ("(assert (> Y_g[0,0]))", "line 8: expected two terms after '>'"),
        ("(assert (> Y_g[0,0] 0 1))", "line 8: expected two terms after '>'"),
        ("(assert (> (* Y_g[0,0] Y_f[0,0]) 0))", "'*' of these terms is not linear"),
        ("(assert (> Y_g[0,2] 0))", "Y_g[0,2] is outside the sizes [1, 2]"),
        ("(assert (> Y_g[0] 0))", "Y_g[0] is outside the sizes [1, 2]"),
        ("(assert (<= Y_h[0] 0))", "expected a variable or a number, got 'Y_h[0]'"),
        ("(assert (> Y_g[0,0] X_f[0]))", "joins inputs and outputs"),
        ("(assert (or (> Y_g[0,0] 0) (> Y_f[0,0] 0))", "expected ')'"),
        (
            "(assert (and" + 14 * " (or (> Y_g[0,0] 0) (> Y_f[0,0] 0))" + "))",
            "q.vnnlib: more than 10000 cases",
        ),
    ],
)
def test_other_questions_are_refused(body: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parsed(body)
    assert message in str(caught.value)


def test_networks_of_other_shapes_are_refused() -> None:
    text = HEAD.replace("Y_g real [1,2]", "Y_g real [3]") + "(assert (> Y_g[0] 0))"
    with pytest.raises(InputError, match="the networks have 2 and 3 outputs"):
        parse_vnnlib_query(text.encode(), "q.vnnlib")
    twice = HEAD.replace("(declare-input X_g", "(declare-input Z_g real [2]) (declare-input X_g")
    with pytest.raises(InputError, match="a second input of one network is not read"):
        parse_vnnlib_query(twice.encode(), "q.vnnlib")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"(or {ABOVE.format(0)} {BELOW.format(0)})", None),
        (f"(and {ABOVE.format(0)} {BELOW.format(0)})", "no outputs satisfy it"),
        ("(> Y_g[0,0] Y_g[0,0])", "no outputs satisfy it"),
        ("(or (> Y_g[0,0] (- Y_f[0,0] 1)) (< Y_g[0,0] (+ Y_f[0,0] 1)))", "all outputs satisfy it"),
        ("(< (* 0 Y_g[0,0]) 1)", "all outputs satisfy it"),
        ("(<= Y_g[0,0] (+ Y_f[0,0] 0.05))", "two equal networks satisfy it"),
        ("(>= Y_g[0,0] Y_f[0,0])", "two equal networks satisfy it"),
        ("(> Y_g[0,0] Y_f[0,1])", None),
        ("(and (>= Y_f[0,0] Y_f[0,1]) (> Y_g[0,1] Y_g[0,0]))", None),
    ],
)
def test_vacuous_queries(body: str, reason: str | None) -> None:
    found = vacuity(parsed(f"(assert {body})"))
    assert (found is None) if reason is None else (found is not None and reason in found)


def test_public_queries(data: Path) -> None:
    folder = data / "acasxu-isomorphic" / "vnnlib"
    found = parse_vnnlib_query((folder / "epsilon_0.05.vnnlib").read_bytes(), "q.vnnlib")
    assert len(found.cases) == 10
    assert isinstance(found.domain, Box)
    assert found.domain.fixed == (4,)
    assert vacuity(found) is None
    literal = parse_vnnlib_query((folder / "as_published.vnnlib").read_bytes(), "q.vnnlib")
    assert "two equal networks satisfy it" in (vacuity(literal) or "")
