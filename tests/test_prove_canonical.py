"""The engine of canonical forms: a certificate, a point, or a reason, and never a wrong one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proofs import TRIANGLE, claim_of, small_network
from theory.domain import Box, Domain, Polytope, Space
from theory.forms.two_hidden import two_hidden_form
from theory.network import Affine, Network
from theory.sawtooth import sawtooth
from verify.claim import Claim, NamedNetwork
from verify.prove import strategy
from verify.prove.canonical import Apart, Same, Undecided, compared
from verify.prove.strategy import prove
from verify.testing.strategies import (
    NearPair,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    rationals,
)
from verify.verdict import Different, Equivalent, Unknown


def verdict(left: Network, right: Network, domain: Domain) -> Equivalent | Different | Unknown:
    """What the engine says."""
    return prove(claim_of(left, right, domain), engine="canonical")


@given(st.data())
def test_T26_T27_T28_T34_the_engine_decides_what_the_theorems_cover(data: st.DataObject) -> None:
    inputs = data.draw(st.integers(1, 3))
    widths = st.lists(st.integers(1, 3), max_size=3 if inputs < 3 else 2)
    drawn = networks(inputs, widths, 1, rationals(1, (1,)))
    left, right = data.draw(drawn), data.draw(drawn)
    domain = data.draw(domains(inputs))
    found = verdict(left, right, domain)
    if isinstance(found, Unknown):
        assert "no interior" in found.reason or "not bounded" in found.reason
        assert "no interior" in found.reason or (inputs == 3 and not isinstance(domain, Box))
    elif isinstance(found, Different):
        assert found.point in domain
        assert found.left == left(found.point) != right(found.point) == found.right
    else:
        point = data.draw(points_in(domain))
        assert left(point) == right(point)


@given(st.data())
def test_T29_copies_are_proved_on_every_domain(data: st.DataObject) -> None:
    left, right = data.draw(equivalent_pairs())
    domain = data.draw(domains(left.inputs))
    found = verdict(left, right, domain)
    assert isinstance(found, Equivalent)
    assert found.engine == "canonical"


@given(nearly_equivalent_pairs(networks(inputs=2)))
def test_T28_a_needle_is_found_and_verified(pair: NearPair) -> None:
    found = verdict(pair.left, pair.right, pair.domain)
    assert isinstance(found, Different)
    assert pair.left(found.point) != pair.right(found.point)
    assert found.point in pair.domain


@pytest.mark.parametrize("domain", [Box.cube(2, -1, 1), TRIANGLE, Space(2)], ids=str)
def test_T28_deep_and_shallow_end_in_a_certificate(domain: Domain) -> None:
    network = small_network((2, 5, 4, 1), 2, 9)
    shallow = two_hidden_form(network, domain).network
    found = verdict(network, shallow, domain)
    assert isinstance(found, Equivalent)
    assert found.engine == "canonical"
    assert isinstance(compared(claim_of(network, shallow, domain), lambda: None), Same)


def test_T27_deep_and_shallow_sawtooths_end_in_a_certificate() -> None:
    bends = [Fraction(number, 8) for number in range(1, 8)]
    weights = [Fraction(16 * (-1) ** (number + 1)) for number in range(7)]
    first = Affine.dense([[1], *([1] for _ in bends)], [0, *(-bend for bend in bends)])
    shallow = Network((first, Affine.dense([[8, *weights]], [0])))
    assert isinstance(verdict(sawtooth(3), shallow, Box.cube(1, 0, 1)), Equivalent)
    assert isinstance(verdict(sawtooth(3), shallow, Space(1)), Different)


def test_T26_a_box_with_fixed_inputs_is_decided_over_the_free_ones() -> None:
    left = Network((Affine.dense([[1, 1, 0]], [0]), Affine.dense([[1]], [0])))
    right = Network((Affine.dense([[1, 1, 5]], [0]), Affine.dense([[1]], [0])))
    low = tuple(map(Fraction, (-1, -1, 0)))
    assert isinstance(verdict(left, right, Box(low, tuple(map(Fraction, (1, 1, 0))))), Equivalent)
    found = verdict(left, right, Box(low, tuple(map(Fraction, (1, -1, 1)))))
    assert isinstance(found, Different)
    assert found.point[1] == -1
    assert isinstance(verdict(left, right, Box(low, low)), Equivalent)
    other = tuple(map(Fraction, (2, 2, 2)))
    found = verdict(left, right, Box(other, other))
    assert isinstance(found, Different)
    assert found.point == other


def test_T26_half_spaces_of_a_polytope_settle_lines_that_miss_it() -> None:
    left = Network((Affine.dense([[1, 1]], [-5]), Affine.dense([[1]], [0])))
    right = Network((Affine.dense([[0, 0]], [0]),))
    assert isinstance(verdict(left, right, TRIANGLE), Equivalent)
    assert isinstance(verdict(left, right, Space(2)), Different)


@given(st.data())
def test_T26_auto_decides_one_hidden_layer_of_many_inputs(data: st.DataObject) -> None:
    """Over all of R^n no search by cells is possible there, and samples do not reach so far."""
    inputs = data.draw(st.integers(13, 30))
    far = data.draw(st.integers(10**6, 10**9))
    weights = rationals(2, (1,))
    first = [data.draw(st.tuples(*[weights] * inputs)) for _ in range(2)]
    left = Network((Affine.dense(first, [1, -1]), Affine.dense([[1, 2]], [0])))
    bent = Affine.dense([*first, [1] * inputs], [1, -1, -far])
    right = Network((bent, Affine.dense([[1, 2, 3]], [0])))
    found = prove(claim_of(left, right, Space(inputs)))
    assert isinstance(found, Different)
    assert left(found.point) != right(found.point)
    same = prove(claim_of(left, left, Space(inputs)))
    assert isinstance(same, Equivalent)


def test_deep_networks_with_four_inputs_are_not_covered() -> None:
    claim = claim_of(small_network((4, 3, 3, 1), 1), small_network((4, 3, 3, 1), 2), Space(4))
    assert isinstance(compared(claim, lambda: None), Undecided)
    found = prove(claim, engine="canonical")
    assert isinstance(found, Unknown)
    assert "T29" in found.reason
    assert "proves nothing" in found.reason


def test_deep_networks_with_three_inputs_are_covered_on_bounded_domains() -> None:
    network = small_network((3, 3, 3, 1), 6)
    box = Box.cube(3, -1, 1)
    shallow = two_hidden_form(network, box).network
    assert isinstance(verdict(network, shallow, box), Equivalent)
    assert isinstance(verdict(network, small_network((3, 3, 3, 1), 2), box), Different)
    found = verdict(network, shallow, Space(3))
    assert isinstance(found, Unknown)
    assert "not bounded" in found.reason


def test_a_polytope_without_interior_is_not_covered() -> None:
    edge = Polytope(2, (*TRIANGLE.halfspaces, ((Fraction(1), Fraction(0)), Fraction(-1))))
    found = verdict(small_network((2, 2, 1), 1), small_network((2, 2, 1), 2), edge)
    assert isinstance(found, Unknown)
    assert "no interior" in found.reason


def test_without_a_certificate_the_verdict_is_unknown_and_says_what_to_recompute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = small_network((2, 5, 4, 1), 2, 9)
    shallow = two_hidden_form(network, Space(2)).network
    monkeypatch.setattr(strategy, "_by_cells", lambda *_: Unknown("cells: no luck"))
    found = verdict(network, shallow, Space(2))
    assert isinstance(found, Unknown)
    assert "the canonical form (T28) says equal; its evidence is of another kind" in found.reason
    assert "theory.canonical.kinks.kink_form" in found.reason
    assert "SHA-256" in found.reason
    assert "may find one that verify/kink_checker.py accepts" in found.reason
    assert "cells: no luck" in found.reason


def test_the_time_is_respected() -> None:
    network = small_network((2, 12, 12, 12, 1), 2, 9)
    other = small_network((2, 12, 12, 12, 1), 3, 9)
    found = prove(claim_of(network, other, Space(2)), engine="canonical", timeout=1e-9)
    assert isinstance(found, Unknown)
    assert "time was used up" in found.reason


def test_other_relations_are_decided_only_where_the_forms_are_equal() -> None:
    left = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    near = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [Fraction(1, 100)])))
    far = Network((Affine.dense([[1]], [0]), Affine.dense([[1]], [3])))

    def asked(right: Network) -> object:
        sides = NamedNetwork.of("left", left), NamedNetwork.of("right", right)
        return prove(Claim(*sides, Space(1), "eps=1/10"), engine="canonical")

    assert isinstance(asked(left), Equivalent)
    assert isinstance(asked(far), Different)
    found = asked(near)
    assert isinstance(found, Unknown)
    assert "does not decide eps=1/10" in found.reason


def test_T26_points_come_back_to_all_inputs() -> None:
    left = Network((Affine.dense([[1, 1]], [0]), Affine.dense([[1]], [0])))
    right = Network((Affine.dense([[1, 1]], [0]), Affine.dense([[2]], [0])))
    box = Box((Fraction(1, 2), Fraction(-1)), (Fraction(1, 2), Fraction(1)))
    found = compared(claim_of(left, right, box), lambda: None)
    assert isinstance(found, Apart)
    assert all(point in box for point in found.points)


@pytest.mark.parametrize("halfspaces", [0, 1])
def test_T14_a_polytope_that_contains_lines_is_cut_into_pointed_cells(halfspaces: int) -> None:
    network = small_network((2, 3, 3, 1), 2, 9)
    shallow = two_hidden_form(network, Space(2)).network
    polytope = Polytope(2, TRIANGLE.halfspaces[:halfspaces])
    found = strategy.decided_by_cells(claim_of(network, shallow, polytope))
    assert isinstance(found, Equivalent)
    assert found.leaves > 1
