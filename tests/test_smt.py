"""Z3 agrees with exact evaluation, in both directions, and reads what is exported."""

from fractions import Fraction
from pathlib import Path

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, NumberError, ShapeError
from theory.network import Affine, Network
from verify.formats.network_file import read_network
from verify.prove.solver.smt import Counterexample, Unknown, Unsat, is_empty, smt_answer
from verify.prove.solver.smtlib import number, smtlib
from verify.relation import Epsilon
from verify.testing.strategies import (
    NearPair,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    rationals,
    vectors,
)

SMALL = networks(widths=st.lists(st.integers(1, 3), max_size=2))
SEVERAL = settings(max_examples=30)


def linear(*gradient: int) -> Network:
    return Network((Affine.dense([gradient], [0]),))


def outcome(script: str) -> z3.CheckSatResult:
    solver = z3.Solver(ctx=z3.Context())
    solver.from_string(script)
    return solver.check()


@SEVERAL
@given(equivalent_pairs(SMALL), st.data())
def test_equal_networks_are_unsat(pair: tuple[Network, Network], data: st.DataObject) -> None:
    assert isinstance(smt_answer(*pair, data.draw(domains(pair[0].inputs))), Unsat)


@SEVERAL
@given(nearly_equivalent_pairs(SMALL))
def test_networks_that_differ_in_one_corner_are_told_apart(pair: NearPair) -> None:
    answer = smt_answer(pair.left, pair.right, pair.domain)
    assert isinstance(answer, Counterexample)
    assert answer.point in pair.domain
    assert pair.left(answer.point) != pair.right(answer.point)


@SEVERAL
@given(st.data())
def test_answers_agree_with_exact_evaluation(data: st.DataObject) -> None:
    domain: Domain = data.draw(domains())
    shape = (domain.inputs, st.lists(st.integers(1, 3), max_size=2), 2)
    left, right = (data.draw(networks(*shape)) for _ in range(2))
    tolerance = data.draw(st.sampled_from((Fraction(0), Fraction(1, 3), Fraction(4))))
    answer = smt_answer(left, right, domain, Epsilon(tolerance))
    point = data.draw(points_in(domain))
    match answer:
        case Counterexample(found):
            assert found in domain
            point = found
        case Unknown(reason):
            pytest.fail(reason)
        case _:
            pass
    pairs = zip(left(point), right(point), strict=True)
    is_apart = any(abs(one - other) > tolerance for one, other in pairs)
    assert is_apart <= isinstance(answer, Counterexample)


@given(SMALL, st.data())
def test_the_script_says_what_the_network_computes(network: Network, data: st.DataObject) -> None:
    point = data.draw(vectors(network.inputs, rationals(5, (1, 3))))
    values = " ".join(
        f"(= l{network.hidden_layers}_{output} {number(value)})"
        for output, value in enumerate(network(point))
    )
    head = smtlib(network, network, Box(point, point)).rpartition("(assert ")[0]
    assert outcome(f"{head}(assert (and true {values}))(check-sat)") == z3.sat
    assert outcome(f"{head}(assert (not (and true {values})))(check-sat)") == z3.unsat


@SEVERAL
@given(st.data())
def test_cvc5_agrees_where_it_is_installed(data: st.DataObject) -> None:
    cvc5 = pytest.importorskip("cvc5")
    domain: Domain = data.draw(domains())
    left, right = (data.draw(networks(domain.inputs, [2], 1)) for _ in range(2))
    answer = smt_answer(left, right, domain)
    solver = cvc5.Solver()
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, smtlib(left, right, domain), "claim")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    assert said.strip() == ("unsat" if isinstance(answer, Unsat) else "sat")


def test_a_difference_in_one_of_several_outputs_counts() -> None:
    """Comparing the outputs as Python lists would be vacuous."""
    left = Network((Affine.dense([[1], [1]], [0, 0]),))
    right = Network((Affine.dense([[1], [1]], [0, 1]),))
    assert isinstance(smt_answer(left, left, Space(1)), Unsat)
    assert isinstance(smt_answer(left, right, Space(1)), Counterexample)
    assert isinstance(smt_answer(left, right, Space(1), Epsilon(Fraction(1))), Unsat)


def test_dyadic_weights_are_not_rounded_to_decimals() -> None:
    weight = Fraction(13421773, 1 << 27)  # the float32 next to 1/10
    left = Network((Affine.dense([[weight]], [0]),))
    right = Network((Affine.dense([[Fraction("0.1000000014901161")]], [0]),))
    assert isinstance(smt_answer(left, right, Box.cube(1, 0, 1)), Counterexample)


def test_an_empty_domain_is_not_called_a_proof() -> None:
    nowhere = Polytope(1, (((Fraction(1),), Fraction(-1)), ((Fraction(-1),), Fraction(0))))
    answer = smt_answer(linear(1), linear(2), nowhere)
    assert isinstance(answer, Unknown)
    assert "vacuous" in answer.reason
    assert is_empty(nowhere)


@given(domains())
def test_domains_that_have_points_are_not_empty(domain: Domain) -> None:
    assert not is_empty(domain)


def test_networks_without_outputs_are_equal() -> None:
    nothing = Network((Affine(1, (), ()),))
    assert isinstance(smt_answer(nothing, nothing, Space(1)), Unsat)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="networks"):
        smtlib(linear(1), linear(1, 1), Space(1))
    with pytest.raises(ShapeError, match="domain"):
        smtlib(linear(1), linear(1), Space(2))
    with pytest.raises(DomainError, match="tolerance"):
        smtlib(linear(1), linear(1), Space(1), Epsilon(Fraction(-1)))
    with pytest.raises(NumberError, match="digits"):
        smtlib(linear(1), linear(10**5000), Space(1))


@pytest.mark.parametrize("value", ["0", "-3", "1/2", "-22/7"])
def test_numbers_are_written_exactly(value: str) -> None:
    script = f"(assert (distinct (* {Fraction(value).denominator}.0 {number(Fraction(value))}) "
    assert outcome(f"{script}{number(Fraction(Fraction(value).numerator))}))") == z3.unsat


def test_running_out_of_time_is_unknown(data: Path) -> None:
    left, right = (
        read_network(data / "pairs" / f"C_{kind}.onnx").network for kind in ("base", "perm")
    )
    answer = smt_answer(left, right, Box.cube(5, -1, 1), timeout=0.1)
    assert isinstance(answer, Unknown)
    assert "gave up" in answer.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("perm", Unsat),
        ("bloat", Unsat),
        ("pert", Counterexample),
        ("needle", Counterexample),
        ("f32resc", Counterexample),
    ],
)
def test_the_smallest_family_is_settled(
    data: Path, kind: str, expected: type[Unsat] | type[Counterexample]
) -> None:
    left, right = (
        read_network(data / "pairs" / f"A_{kind}.onnx").network for kind in ("base", kind)
    )
    assert isinstance(smt_answer(left, right, Box.cube(2, -1, 1)), expected)
