"""Assertions for tests of transforms: what passes, what fails, and what a failure says."""

import inspect
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import small_network
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import ScopeError, ShapeError
from theory.forms.two_hidden import two_hidden_form
from theory.network import ZERO, Affine, Network
from theory.symmetry import disguised
from verify.errors import InputError
from verify.formats.domain_file import read_domain
from verify.formats.onnx_writer import onnx_model
from verify.testing.assertions import (
    assert_equivalent,
    assert_preserved,
    assert_transform_preserves,
)
from verify.testing.failure import EquivalenceError
from verify.testing.strategies import (
    NearPair,
    boxes,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    polytopes,
    rationals,
)
from verify.testing.table import domain_expression, import_line, network_expression, network_table
from verify.testing.transformation import Transformation
from verify.verdict import Different, Equivalent, Unknown

ABSOLUTE = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))
IDENTITY = Network((Affine.dense([[1]], [0]),))


def without_last_unit(network: Network) -> Network:
    """A pruner that is wrong: it drops a unit that may be read."""
    if not network.hidden_layers or not network.layers[-2].outputs:
        return network
    *rest, before, after = network.layers
    kept = before.outputs - 1
    rows = tuple(tuple(entry for entry in row if entry[0] < kept) for row in after.rows)
    smaller = Affine(before.inputs, before.rows[:kept], before.bias[:kept])
    return Network((*rest, smaller, Affine(kept, rows, after.bias)))


def without_bias(network: Network) -> Network:
    """A folder that is wrong: it forgets the bias of the first layer."""
    first, *rest = network.layers
    return Network((Affine(first.inputs, first.rows, (ZERO,) * first.outputs), *rest))


def with_crash(network: Network) -> Network:
    """A transform that fails on a zero row."""
    for row in network.layers[0].rows:
        _ = Fraction(1) / sum((abs(weight) for _, weight in row), ZERO)
    return network


def with_refusal(network: Network) -> Network:
    if network.hidden_layers:
        raise ScopeError("only affine networks are covered")
    return network


def with_more_outputs(network: Network) -> Network:
    last = network.layers[-1]
    wider = Affine(last.inputs, (*last.rows, ()), (*last.bias, ZERO))
    return Network((*network.layers[:-1], wider))


def as_onnx(network: Network) -> object:
    return onnx_model(network)


def clipped(network: Network, domain: Domain) -> Network:
    """Right on the domain that it is told only: a unit that is dead there goes."""
    return two_hidden_form(network, domain).network


# ------------------------------------------------------------------------------------- pairs


@given(equivalent_pairs())
def test_equivalent_pairs_pass(pair: tuple[Network, Network]) -> None:
    left, right = pair
    assert isinstance(assert_equivalent(left, right, "box:-1,1"), Equivalent)


@given(nearly_equivalent_pairs())
def test_nearly_equivalent_pairs_fail_at_a_point(pair: NearPair) -> None:
    with pytest.raises(EquivalenceError) as caught:
        assert_equivalent(pair.left, pair.right, pair.domain)
    verdict = caught.value.verdict
    assert isinstance(verdict, Different)
    assert pair.left(verdict.point) != pair.right(verdict.point)
    assert verdict.point in pair.domain


def test_what_a_failure_of_a_pair_says() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_equivalent(ABSOLUTE, IDENTITY, "box:-1,1")
    head, left, right, point, line = str(caught.value).split("\n\n")
    assert head == "left and right are not equal on box:-1,1"
    assert left == f"left 1-2-1\n{network_table(ABSOLUTE)}"
    assert right == f"right 1-1\n{network_table(IDENTITY)}"
    assert point == "at x = (-1)\n  left   (1)\n  right  (-1)"
    assert line.startswith("reproduce it by\n  from ")
    assert repeated(str(caught.value)) == str(caught.value)


def test_an_unknown_verdict_fails_with_its_reason_unless_allowed() -> None:
    network = small_network((3, 6, 6, 1), 1)
    box = Box.cube(3, -2, 2)
    other = two_hidden_form(network, box).network
    with pytest.raises(EquivalenceError, match="unknown: ") as caught:
        assert_equivalent(network, other, box, timeout=0)
    assert isinstance(caught.value.verdict, Unknown)
    assert caught.value.verdict.reason in str(caught.value)
    allowed = assert_equivalent(network, other, box, allow_unknown=True, timeout=0)
    assert isinstance(allowed, Unknown)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ShapeError, match="inputs"):
        assert_equivalent(ABSOLUTE, Network((Affine.dense([[1, 1]], [0]),)), Space(1))
    with pytest.raises(InputError, match="expected box"):
        assert_equivalent(ABSOLUTE, ABSOLUTE, "box")
    with pytest.raises(InputError, match="expected a Network"):
        assert_equivalent(ABSOLUTE, 3, "all")
    with pytest.raises(InputError, match="relation"):
        assert_equivalent(ABSOLUTE, ABSOLUTE, "all", "equal")


# -------------------------------------------------------------------------------- transforms


def repeated(message: str) -> str:
    """What the line of Python at the end of a failure's message says when it is run."""
    line = message.rpartition("reproduce it by\n  ")[2]
    with pytest.raises(EquivalenceError) as caught:
        exec(line, {})
    return str(caught.value)


def failure_of(transform: object, **options: object) -> str:
    with pytest.raises(EquivalenceError) as caught:
        assert_transform_preserves(transform, **options)  # type: ignore[arg-type]
    assert not getattr(caught.value, "__notes__", [])
    return str(caught.value)


def test_right_transforms_pass() -> None:
    assert_transform_preserves(lambda network: disguised(network, 5))
    assert_transform_preserves(clipped, domain=lambda network: boxes(network.inputs))
    assert_transform_preserves(with_refusal)


@pytest.mark.parametrize("transform", [without_last_unit, without_bias, with_crash])
def test_wrong_transforms_fail_with_a_line_that_reproduces_it(
    transform: object,
) -> None:
    message = failure_of(transform)
    assert repeated(message) == message


def test_what_a_failure_of_a_transform_says() -> None:
    parts = failure_of(without_last_unit).split("\n\n")
    assert parts[0] == "without_last_unit does not preserve the network on box:-1,1"
    assert parts[1].startswith("network 1-1-1\n  hidden 1, relu of\n")
    assert parts[2].startswith("what without_last_unit made of it 1-0-1\n")
    assert parts[3].startswith("at x = (")
    crashed = failure_of(with_crash)
    assert crashed.startswith("with_crash failed: ZeroDivisionError: Fraction(1, 0)")
    assert failure_of(with_more_outputs).startswith("with_more_outputs failed: ShapeError: claim:")


def test_the_network_of_a_failure_is_small() -> None:
    """Hypothesis shrinks: a unit that is dropped is seen with one input, one unit, one output."""
    shown = failure_of(without_last_unit, networks=networks(inputs=2, widths=(2, 2), outputs=1))
    table = shown.split("\n\n")[1]
    numbers = [float(Fraction(word)) for word in table.split() if is_number(word)]
    assert "network 2-2-2-1" in table
    assert sum(map(bool, numbers)) <= 4
    assert all(abs(number) <= 1 and number == int(number) for number in numbers)


def is_number(word: str) -> bool:
    return word.lstrip("-").replace("/", "").isdigit()


def test_a_local_function_is_named_transform() -> None:
    message = failure_of(lambda network: without_bias(network), domain=Space(2))
    line = message.rpartition("\n")[2].strip()
    assert "assert_preserved(transform, " in line
    with pytest.raises(EquivalenceError):
        exec(line, {"transform": without_bias})


def test_results_of_other_kinds_are_read() -> None:
    halves = networks(weights=rationals(2, (1, 2)))
    assert_transform_preserves(as_onnx, networks=halves)
    with pytest.raises(EquivalenceError, match="expected a Network"):
        assert_transform_preserves(lambda network: network.widths)


def test_a_transform_that_refuses_everything_is_not_called_right() -> None:
    def refuse(network: Network) -> Network:
        raise ScopeError("never")

    with pytest.raises(Exception, match=r"satisf|filter"):
        assert_transform_preserves(refuse)


def test_transforms_need_one_argument_or_two() -> None:
    with pytest.raises(InputError, match="expected a function of a network"):
        Transformation.of(lambda: None)
    for wrong in ("theory.network", "theory.nothing:f", "theory.network:nothing", ":f", "a:"):
        with pytest.raises(InputError, match="transform"):
            Transformation.named(wrong)
    found = Transformation.named("theory.forms.two_hidden:two_hidden_form")
    assert found.takes_domain
    assert found(ABSOLUTE, Space(1)).hidden_layers == 1


def test_assert_preserved_speaks_about_one_network() -> None:
    assert isinstance(assert_preserved(clipped, ABSOLUTE, "box:-1,1"), Equivalent)
    with pytest.raises(EquivalenceError, match="does not preserve"):
        assert_preserved(without_last_unit, ABSOLUTE, "box:-1,1")


# -------------------------------------------------------------------------------- expressions


@given(networks(), st.one_of(boxes(), polytopes()))
@settings(max_examples=30)
def test_expressions_evaluate_to_what_they_stand_for(network: Network, domain: Domain) -> None:
    names: dict[str, object] = {}
    network_text, domain_text = network_expression(network), domain_expression(domain)
    exec(import_line(network_text + domain_text + "Fraction("), names)
    assert eval(network_text, names) == network
    if isinstance(domain, Polytope):
        assert eval(domain_text, names) == domain
    if isinstance(domain, Box):
        assert read_domain(eval(domain_text), domain.inputs) == domain


def test_tables_of_wide_networks_are_cut() -> None:
    wide = Network((Affine.dense([[Fraction(1, 3**40)] * 20] * 40, [0] * 40),))
    lines = network_table(wide).splitlines()
    assert len(lines) == 1 + 1 + 24 + 2
    assert lines[-2:] == ["    ... and 16 more rows", "    ... and 10 more columns"]
    assert max(map(len, lines)) < 160
    assert inspect.cleandoc(lines[2]).startswith("y0")
