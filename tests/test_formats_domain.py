"""Domains from texts, JSON and VNN-LIB: exact, or refused with one line."""

import json
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.network import Vector
from verify.errors import InputError
from verify.formats.domain_file import domain_of, domain_value, read_domain
from verify.formats.vnnlib import parse_vnnlib_domain
from verify.testing.strategies import vectors

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("box:-1,1", Box.cube(2, -1, 1)),
        (" box: -1 , 1 ", Box.cube(2, -1, 1)),
        ("box:0,1;-1/2,1/2", Box((Fraction(0), -HALF), (Fraction(1), HALF))),
        ("box:0.1,1e-1;-.5,.5", Box((Fraction(1, 10), -HALF), (Fraction(1, 10), HALF))),
        (
            "ball:0,1/2;0.1",
            Box((Fraction(-1, 10), Fraction(2, 5)), (Fraction(1, 10), Fraction(3, 5))),
        ),
        (
            "ball: 0 , 0.5 ; 1/10 ; 0,1",
            Box((Fraction(0), Fraction(2, 5)), (Fraction(1, 10), Fraction(3, 5))),
        ),
        ("ball:0;1", Box.cube(2, -1, 1)),
        ("ball:3,4;0", Box((Fraction(3), Fraction(4)), (Fraction(3), Fraction(4)))),
        ("all", Space(2)),
    ],
)
def test_texts(text: str, domain: Domain) -> None:
    assert read_domain(text, 2) == domain


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected box:-1,1 or box:0,1;-1/2,1/2 or ball:0,1;1/10 or all, or a file .vnnlib"),
        ("ball:0,1", "expected ball:CENTRE;RADIUS or ball:CENTRE;RADIUS;LOW,HIGH"),
        ("ball:0,1,2;1", "expected a centre of 2 numbers, got 3"),
        ("ball:;1", "expected a centre of 2 numbers, got 0"),
        ("ball:0,1;-1", "expected a radius of at least 0, got -1"),
        ("ball:0,x;1", "number: expected 3, -1/2, 0.25 or 1e-3, got 'x'"),
        ("ball:0,1;1;5,6", "box: input 0 is empty, 5 > 1"),
        ("ball:missing.csv;1", "missing.csv: cannot be read, No such file or directory"),
        ("cube:0,1", "expected box:-1,1"),
        ("All", "expected box:-1,1"),
        ("box:", "interval 0: expected two ends such as -1,1, got ''"),
        ("box:1", "interval 0: expected two ends such as -1,1, got '1'"),
        ("box:0,1,2", "interval 0: expected two ends"),
        ("box:0,1;", "interval 1: expected two ends"),
        ("box:0,1;0,1;0,1", "expected 1 or 2 intervals, got 3"),
        ("box:0,x", "interval 0: number: expected 3, -1/2, 0.25 or 1e-3, got 'x'"),
        ("box:0,1/0", "division by zero"),
        ("box:0,inf", "number: expected"),
        ("box:0,nan", "number: expected"),
        ("box:0,0x1", "number: expected"),
        ("box:0,1_0", "number: expected"),
        ("box:0,٣", "number: expected"),
        ("box:0,1e99999", "number: expected"),
        ("box:1,0", "box: input 0 is empty, 1 > 0"),
        ("box:0,1;1/2,1/3", "box: input 1 is empty, 1/2 > 1/3"),
        ("missing.json", "missing.json: cannot be read, No such file or directory"),
        ("missing.vnnlib", "missing.vnnlib: cannot be read, No such file or directory"),
        ("a\nb.json", "a\\nb.json: cannot be read"),
    ],
)
def test_malformed_texts(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_domain(text, 2)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@st.composite
def domains(draw: st.DrawFn) -> Domain:
    inputs = draw(st.integers(1, 3))
    ends = [sorted(draw(vectors(2))) for _ in range(inputs)]
    halfspaces = draw(st.lists(st.tuples(vectors(inputs), st.fractions()), max_size=3))
    box = Box(tuple(end[0] for end in ends), tuple(end[1] for end in ends))
    choices: list[Domain] = [Space(inputs), box, Polytope(inputs, tuple(halfspaces))]
    return draw(st.sampled_from(choices))


@given(domains(), st.data())
def test_json_round_trip(domain: Domain, data: st.DataObject) -> None:
    value = json.loads(json.dumps(domain_value(domain)))
    read = domain_of(value, domain.inputs, "claim.json")
    if not isinstance(domain, Polytope):
        assert read == domain
    point = data.draw(vectors(domain.inputs))
    assert (point in read) == (point in domain)


def test_the_bounds_of_a_polytope_are_written_as_its_box() -> None:
    square = Box.cube(2, -1, 2)
    corner = ((Fraction(1), Fraction(1)), Fraction(3))
    polytope = Polytope(2, (*square.halfspaces, corner))
    value = domain_value(polytope)
    assert value == {"box": [["-1", "2"], ["-1", "2"]], "halfspaces": [["1", "1", "3"]]}
    assert domain_of(value, 2, "claim.json") == polytope


def test_json_files(tmp_path: Path) -> None:
    path = tmp_path / "region.json"
    path.write_text('{"box":[],"halfspaces":[["1","0","3/2"]]}')
    halfspace = ((Fraction(1), Fraction(0)), Fraction(3, 2))
    assert read_domain(str(path), 2) == Polytope(2, (halfspace,))
    with pytest.raises(InputError, match=r"region\.json, halfspace 0: expected 4 numbers"):
        read_domain(str(path), 3)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "expected an object with the keys"),
        ({}, "expected an object with the keys"),
        ({"box": [], "space": 2}, "expected an object with the keys"),
        ({"box": []}, "expected an object with the keys"),
        ({"box": {}, "halfspaces": []}, "expected an array"),
        ({"box": [["0"]], "halfspaces": []}, "expected two ends of an interval, got 1"),
        ({"box": [[0, 1]], "halfspaces": []}, "expected a number as text"),
        ({"box": [["0", "1"]], "halfspaces": []}, "expected 2 intervals or none, got 1"),
        ({"box": [["1", "0"], ["0", "1"]], "halfspaces": []}, "box: input 0 is empty"),
        ({"box": [], "halfspaces": {}}, "expected an array"),
        ({"box": [], "halfspaces": [["1", "2"]]}, "halfspace 0: expected 3"),
        ({"box": [], "halfspaces": [["1", "0", 2]]}, "halfspace 0: expected a number"),
    ],
)
def test_malformed_json(tmp_path: Path, value: object, message: str) -> None:
    path = tmp_path / "region.json"
    path.write_text(json.dumps(value))
    with pytest.raises(InputError) as caught:
        read_domain(str(path), 2)
    assert str(caught.value).startswith("region.json")
    assert message in str(caught.value)


FIRST = """; a property in version 1.0
(declare-const X_0 Real) (declare-const X_1 Real)
(declare-const Y_0 Real) (declare-const Y_1 Real)
"""
BOUNDS = "(assert (<= X_0 0.5)) (assert (>= X_0 -0.1)) (assert (and (<= X_1 1) (<= -1e-1 X_1)))"
BOUNDED = Box((Fraction(-1, 10), Fraction(-1, 10)), (HALF, Fraction(1)))


def first(text: str, inputs: int = 2) -> Domain:
    return parse_vnnlib_domain((FIRST + text).encode(), "p.vnnlib", inputs)


def test_a_box_of_version_1() -> None:
    assert first(BOUNDS) == BOUNDED
    assert first(BOUNDS + "(assert (<= Y_0 Y_1)) (assert (or (<= Y_0 1) (> Y_1 2)))") == BOUNDED
    assert first(BOUNDS + "(assert (<= X_0 0.7))") == BOUNDED
    assert first(BOUNDS + "(assert (<= (* 2 X_0) 1)) (assert (<= 0 1))") == BOUNDED


def test_a_fixed_input() -> None:
    box = first("(assert (= X_0 0.25)) (assert (<= X_1 0)) (assert (>= X_1 0))")
    assert box == Box((Fraction(1, 4), Fraction(0)), (Fraction(1, 4), Fraction(0)))


@given(vectors(2))
def test_a_polytope_of_version_1(point: Vector) -> None:
    domain = first(
        "(assert (<= (+ X_0 (* -2.5 X_1) 1) (- (/ X_1 4) (- X_0) 3)))"
        "(assert (>= (* (/ 1 3) (+ X_0 X_1)) (- X_0)))"
    )
    x, y = point
    inside = x - Fraction(5, 2) * y + 1 <= y / 4 + x - 3 and (x + y) / 3 >= -x
    assert isinstance(domain, Polytope)
    assert (point in domain) == inside


def test_no_constraint_at_all() -> None:
    assert first("") == Polytope(2, ())


SECOND = """(vnnlib-version <2.0>)
(declare-network f (declare-input X real [1, 2]) (declare-output Y real [2]))
(declare-network g (isomorphic-to f) (declare-input Z real [1,2]) (declare-output W real [2]))
"""
LINKS = "(assert (== X[0,0] Z[0,0])) (assert (== Z[0,1] X[0,1]))"
SECOND_BOUNDS = (
    "(assert (and (<= X[0,0] 0.5) (>= X[0,0] -0.1))) (assert (and (<= Z[0,1] 1) (<= -0.1 X[0,1])))"
)


def second(text: str, inputs: int = 2) -> Domain:
    return parse_vnnlib_domain((SECOND + text).encode(), "q.vnnlib", inputs)


def test_a_box_of_version_2() -> None:
    assert second(LINKS + SECOND_BOUNDS) == BOUNDED
    assert second(LINKS + SECOND_BOUNDS + "(assert (or (> W[0] (+ Y[0] 0.05))))") == BOUNDED


def test_public_files(data: Path) -> None:
    folder = data / "acasxu-isomorphic" / "vnnlib"
    domain = read_domain(str(folder / "epsilon_0.05.vnnlib"), 5)
    assert isinstance(domain, Box)
    assert domain.fixed == (4,)
    assert domain.upper[0] == Fraction(679857769, 10**9)
    assert read_domain(str(folder / "as_published.vnnlib"), 5) == domain
    box = read_domain(str(data / "mnist" / "mnist_0_local_15.vnnlib"), 784)
    assert isinstance(box, Box)
    with pytest.raises(InputError, match="the network has 5 inputs, the file 784"):
        read_domain(str(data / "mnist" / "mnist_0_local_15.vnnlib"), 5)


BAD_FIRST = {
    "(assert": "line 4: expected ')' before the file ends",
    ")": "line 4: unexpected ')'",
    "]": "line 4: unexpected ']'",
    "(" * 500: "nested too deeply",
    "(assert)": "line 4: expected one assertion",
    "(assert (<= X_0 1) (<= X_1 1))": "line 4: expected one assertion",
    "\n(check-sat)": "line 5: unknown command 'check-sat'",
    "word": "line 4: unknown command ''",
    "(declare-const Z_0 Real)": "line 4: expected a variable X_i or Y_i",
    "(declare-const X_3 Real)": "expected X_0, X_1, ... without a gap",
    "(assert (<= X_0))": "expected two terms after '<='",
    "(assert (<= X_0 1 2))": "expected two terms after '<='",
    "(assert X_0)": "'X_0' states no closed convex domain",
    "(assert true)": "'true' states no closed convex domain",
    "(assert (< X_0 1))": "'<' states no closed convex domain",
    "(assert (not (<= X_0 1)))": "'not' states no closed convex domain",
    "(assert (or (<= X_0 1) (>= X_0 2)))": "'or' states no closed convex domain",
    "(assert (or (<= X_0 1) (>= Y_0 2)))": "joins inputs and outputs",
    "(assert (<= Y_0 X_0))": "joins inputs and outputs",
    "(assert (<= X_0 x))": "expected a variable or a number, got 'x'",
    "(assert (<= X_0 0x10))": "expected a variable or a number",
    "(assert (<= X_0 X_7))": "expected a variable or a number, got 'X_7'",
    "(assert (<= X_0 inf))": "expected a variable or a number, got 'inf'",
    "(assert (<= (* X_0 X_1) 1))": "'*' of these terms is not linear",
    "(assert (<= (/ 1 X_0) 1))": "'/' of these terms is not linear",
    "(assert (<= (/ X_0 0) 1))": "'/' of these terms is not linear",
    "(assert (<= (sin X_0) 1))": "'sin' of these terms is not linear",
    "(assert (<= (+) X_0))": "'+' of these terms is not linear",
    "(assert (<= () X_0))": "'' of these terms is not linear",
    "(assert (and (<= X_0 0) (>= X_0 1) (<= X_1 0) (>= X_1 0)))": "box: input 0 is empty, 1 > 0",
    "(declare-network f (declare-input X real [2]))": "or else networks to be declared",
}


@pytest.mark.parametrize("text", BAD_FIRST)
def test_malformed_version_1(text: str) -> None:
    with pytest.raises(InputError) as caught:
        first(text)
    assert str(caught.value).startswith("p.vnnlib")
    assert BAD_FIRST[text] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SECOND_BOUNDS, "input 0 of network 1 is not asserted equal to another's"),
        ("(assert (== X[0,0] Z[0,0]))", "input 1 of network 1 is not asserted equal"),
        (LINKS.replace("== X[0,0]", "<= X[0,0]"), "input 0 of network 1 is not asserted equal"),
        ("(assert (== X[0,0] Z[0,1])) (assert (== X[0,1] Z[0,0]))", "input 0 of network 1 is not"),
        (LINKS + "(assert (<= X[0,2] 1))", "X[0,2] is outside the sizes [1, 2]"),
        (LINKS + "(assert (<= X[0] 1))", "X[0] is outside the sizes [1, 2]"),
        (LINKS + "(assert (<= X 1))", "X is outside the sizes [1, 2]"),
        (LINKS + "(assert (!= X[0,0] 1))", "'!=' states no closed convex domain"),
        (LINKS + "(assert (<= V[0,0] 1))", "expected a variable or a number, got 'V[0,0]'"),
        ("(declare-network h (declare-input X real [2]))", "expected a new name"),
        ("(declare-network h (declare-input V real))", "expected a new name, a type and sizes"),
        ("(declare-network h (declare-hidden V real [2]))", "'declare-hidden' in a network is not"),
        ("(declare-network h (declare-input V real [3]))", "the network has 2 inputs, the file 3"),
    ],
)
def test_malformed_version_2(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        second(text)
    assert message in str(caught.value)


def test_files_that_are_no_text() -> None:
    with pytest.raises(InputError, match="byte 0 is not"):
        parse_vnnlib_domain(b"\xff\xfe", "p.vnnlib", 2)
    with pytest.raises(InputError, match="or else networks"):
        parse_vnnlib_domain(b"", "p.vnnlib", 2)


@given(st.data())
def test_damaged_files_are_refused_or_read(data: st.DataObject) -> None:
    content = bytearray((SECOND + LINKS + SECOND_BOUNDS).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        parse_vnnlib_domain(bytes(content), "q.vnnlib", 2)


def test_a_ball_round_the_point_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_text("0.25, 1\n")
    found = read_domain(f"ball:{file};1/4;0,1", 2)
    assert found == Box((Fraction(0), Fraction(3, 4)), (HALF, Fraction(1)))
    file.write_bytes(b"\xff 1\n")
    with pytest.raises(InputError, match=r"sample.csv: number: expected"):
        read_domain(f"ball:{file};1/4", 2)
