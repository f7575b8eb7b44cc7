"""Two-network queries: read as the claim that they deny, or refused by the line."""

from fractions import Fraction
from pathlib import Path

import pytest

from theory.domain import Box, Polytope
from verify.errors import InputError
from verify.formats.vnnlib_query import parse_vnnlib_query
from verify.relation import Epsilon, Exact

HEAD = """
(vnnlib-version <2.0>)
(declare-network f (declare-input X_f real [2]) (declare-output Y_f real [1]))
(declare-network g (declare-input X_g real [2]) (declare-output Y_g real [1]))
(assert (and (<= X_f[0] 1) (>= X_f[0] -1) (<= X_f[1] 0.5) (>= X_f[1] 0)))
(assert (== X_f[0] X_g[0]))
(assert (== X_f[1] X_g[1]))
"""


def query(text: str) -> bytes:
    """A query with these further commands."""
    return (HEAD + text).encode()


def test_a_strict_violation_denies_an_epsilon_claim() -> None:
    body = "(assert (or (> Y_g[0] (+ Y_f[0] 0.05)) (< Y_g[0] (- Y_f[0] 0.05))))"
    found = parse_vnnlib_query(query(body), "q.vnnlib")
    assert (found.left, found.right) == ("f", "g")
    assert found.relation == Epsilon(Fraction(1, 20))
    lower, upper = (Fraction(-1), Fraction(0)), (Fraction(1), Fraction(1, 2))
    assert found.domain == Box(lower, upper)


def test_no_tolerance_denies_equality() -> None:
    body = "(assert (or (> Y_g[0] Y_f[0]) (< (- Y_g[0] Y_f[0]) 0)))"
    assert parse_vnnlib_query(query(body), "q.vnnlib").relation == Exact()


def test_input_constraints_may_be_a_polytope() -> None:
    body = """(assert (<= (+ X_f[0] X_f[1]) 1))
    (assert (or (> Y_g[0] Y_f[0]) (< Y_g[0] Y_f[0])))"""
    assert isinstance(parse_vnnlib_query(query(body), "q.vnnlib").domain, Polytope)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "expected one assertion about outputs"),
        ("(assert (<= Y_g[0] (+ Y_f[0] 0.05)))", "expected one assertion about outputs"),
        ("(assert (or (> Y_g[0] (+ Y_f[0] 0.05))))", "expected both sides of each of 1 outputs"),
        ("(assert (or (>= Y_g[0] Y_f[0]) (< Y_g[0] Y_f[0])))", "strict comparison"),
        ("(assert (or (> Y_g[0] (* 2 Y_f[0])) (< Y_g[0] Y_f[0])))", "the difference of one"),
        ("(assert (or (> Y_g[0] (+ Y_f[0] 1)) (< Y_g[0] (- Y_f[0] 2))))", "with one bound"),
        ("(assert (or (> Y_g[0] (- Y_f[0] 1)) (< Y_g[0] (+ Y_f[0] 1))))", "negative bound"),
        ("(assert (or (> Y_g[0] 1) (< Y_g[0] 0)))", "the difference of one output"),
        ("(assert (or (> Y_g[0] Y_f[0]) (< Y_g[0] Y_f[0]))", "expected ')'"),
    ],
)
def test_other_questions_are_refused(body: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_vnnlib_query(query(body), "q.vnnlib")
    assert message in str(caught.value)


def test_public_queries(data: Path) -> None:
    folder = data / "acasxu-isomorphic" / "vnnlib"
    found = parse_vnnlib_query((folder / "epsilon_0.05.vnnlib").read_bytes(), "q.vnnlib")
    assert found.relation == Epsilon(Fraction(1, 20))
    assert isinstance(found.domain, Box)
    assert found.domain.fixed == (4,)
    with pytest.raises(InputError, match="satisfied at once"):
        parse_vnnlib_query((folder / "as_published.vnnlib").read_bytes(), "q.vnnlib")
