"""T65: random networks in which biases silence every unit that is unlike the target's."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations, product
from math import ceil, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.biases import COMMAND, DELTA, MASKS
from benchmarks.note_table import content_of
from theory.approximation.masking import (
    TargetUnits,
    fits,
    masked,
    masking_error,
    masking_width,
    match_error,
    match_share,
    matching,
    widest_eta,
)
from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.network import Affine, Network
from theory.random_weights import (
    GRID,
    STEP,
    RandomUnit,
    enough_draws,
    initial_network,
    network_of,
    off_bias,
    on_bias,
    random_units,
)
from verify.testing.strategies import boxes, networks, points_in

F = Fraction
ONE_LAYER = st.lists(st.integers(1, 3), min_size=1, max_size=1)
TARGET = Network(
    (
        Affine.dense([[F(3, 4)], [1], [F(-1, 2)]], [0, F(-1, 3), F(1, 4)]),
        Affine.dense([[F(1, 2), F(-2, 3), F(1, 2)]], [F(1, 5)]),
    )
)
UNIT_BOX = Box.cube(1, 0, 1)


def moved(network: Network, eta: Fraction, data: st.DataObject) -> list[RandomUnit]:
    """The units of a network, each weight moved by eta at most; ends included."""
    steps = st.sampled_from([-eta, F(0), eta / 3, eta])
    return [
        RandomUnit(
            tuple(entry + data.draw(steps) for entry in unit.inner),
            tuple(entry + data.draw(steps) for entry in unit.outer),
        )
        for unit in TargetUnits.of(network).units
    ]


@given(
    networks(widths=ONE_LAYER), st.sampled_from([F(1, 8), F(1), F(3)]), st.integers(0, 9), st.data()
)
def test_T65_no_match_is_further_than_the_bound(
    network: Network, eta: Fraction, seed: int, data: st.DataObject
) -> None:
    target, box = TargetUnits.of(network), data.draw(boxes(network.inputs))
    near = moved(network, eta, data)
    others = random_units(seed, 4, network.inputs, network.outputs, F(2))
    draws = [*others[:2], *near, *others[2:]]
    places = tuple(range(2, 2 + len(near)))
    found = masked(target, draws, places, box)
    before = initial_network(draws, network.inputs, network.outputs)
    assert [one.rows for one in before.layers] == [one.rows for one in found.layers]
    one, all_ = match_error(target, draws, places, box), masking_error(target, box, eta)
    assert one <= all_
    for _ in range(3):
        point = data.draw(points_in(box))
        pairs = zip(found(point), network(point), strict=True)
        assert all(abs(a - b) <= one for a, b in pairs)
    corners = product(*zip(box.lower, box.upper, strict=True))
    for corner in corners:  # a linear function is largest at one of these
        values = found.layers[0](corner)
        assert all(values[k] <= 0 for k in range(len(draws)) if k not in places)


@given(st.lists(st.fractions(-3, 3, max_denominator=4), min_size=1, max_size=3), st.data())
def test_T65_off_and_on_biases_are_the_best(inner: list[Fraction], data: st.DataObject) -> None:
    box = data.draw(boxes(len(inner)))
    corners = list(product(*zip(box.lower, box.upper, strict=True)))
    values = [sum((w * x for w, x in zip(inner, one, strict=True)), F(0)) for one in corners]
    assert max(values) + off_bias(tuple(inner), box) == 0
    assert min(values) + on_bias(tuple(inner), box) == 0


@given(st.integers(1, 60), st.integers(1, 3), st.integers(1, 40))
def test_T65_a_draw_fits_with_at_least_the_probability(half: int, steps: int, place: int) -> None:
    """Counted over the whole grid of one coordinate: at least the share eta / R."""
    limit, eta = F(2 * half, GRID), F(steps, GRID)
    if eta > limit:
        return
    values = [F(2 * k + 1 - 2 * half, GRID) for k in range(2 * half)]
    centre = min(limit - eta, -(limit - eta) + F(place, 3 * GRID))
    inside = sum(abs(value - centre) <= eta for value in values)
    assert F(inside, len(values)) >= eta / limit


@given(st.integers(0, 9), st.fractions(F(1, 50), F(49, 50)), st.fractions(F(1, 40), 1))
def test_T65_the_formula_of_the_width(needs: int, delta: Fraction, chance: Fraction) -> None:
    found = enough_draws(needs, delta, chance)
    if not needs:
        assert found == 0
        return
    real = log(needs / delta) / chance
    assert found % needs == 0
    assert ceil(real - 2**-20) <= found // needs <= ceil(real + 2**-20)
    failing = needs * (1 - float(chance)) ** (found // needs)
    assert failing <= float(delta) * (1 + 2**-20)


def test_T65_the_worked_example() -> None:
    target = TargetUnits.of(TARGET)
    assert target.largest == 1
    assert target.coordinates == 2
    eta = F(1, 8)
    assert masking_error(target, UNIT_BOX, eta) == F(89, 192)
    width = masking_width(target, eta, F(9, 8), F(1, 100))
    assert width == enough_draws(3, F(1, 100), F(1, 81)) == 3 * 463
    assert widest_eta(target, UNIT_BOX, F(89, 192), F(9)) == eta
    assert widest_eta(target, UNIT_BOX, F(10**6), F(1, 4)) == F(1, 4)
    for seed in range(20):  # each is enough with probability 99/100
        draws = random_units(seed, width, 1, 1, F(9, 8))
        places = matching(target, draws, eta)
        assert places is not None
        assert match_error(target, draws, places, UNIT_BOX) <= F(89, 192)


@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(0, 6))
def test_T65_a_matching_is_found_where_there_is_one_and_with_the_fewest_draws(
    seed: int, needs: int, count: int
) -> None:
    target = TargetUnits(random_units(seed, needs, 1, 1, F(1)), (F(0),) * needs, (F(0),), 1)
    draws, eta = random_units(seed + 1, count, 1, 1, F(1)), F(3, 4)

    def possible(some: Sequence[RandomUnit]) -> bool:
        return any(
            all(fits(unit, some[place], eta) for unit, place in zip(target.units, one, strict=True))
            for one in permutations(range(len(some)), needs)
        )

    found = matching(target, draws, eta)
    assert (found is not None) == possible(draws)
    if found is not None:
        assert len(set(found)) == needs
        assert all(fits(u, draws[p], eta) for u, p in zip(target.units, found, strict=True))
        assert not possible(draws[: max(found)])


def test_T65_degenerate_targets() -> None:
    box = Box.cube(2, -1, 1)
    empty = TargetUnits.of(Network((Affine(2, (), ()), Affine(0, ((),), (F(3),)))))
    draws = random_units(1, 4, 2, 1, F(1))
    assert matching(empty, draws, F(1)) == ()
    assert masking_width(empty, F(1), F(1), F(1, 2)) == 0
    assert masking_error(empty, box, F(5)) == 0
    assert masked(empty, draws, (), box)((F(1, 3), F(-1))) == (F(3),)
    zero = TargetUnits.of(Network((Affine.dense([[0, 0]], [0]), Affine.dense([[0]], [0]))))
    assert match_share(zero, F(1), F(1)) == 1  # R = eta: every draw fits
    assert masking_width(zero, F(1), F(1), F(1, 2)) == 1
    assert matching(zero, draws, F(1)) == (0,)
    point = Box.cube(1, 2, 2)
    target = TargetUnits.of(TARGET)
    exact = masked(target, target.units, (0, 1, 2), point)
    assert exact((F(2),)) == TARGET((F(2),))
    assert match_error(target, target.units, (0, 1, 2), point) == 0


def test_T65_what_the_theorem_does_not_cover_is_refused() -> None:
    target, draws = TargetUnits.of(TARGET), random_units(1, 5, 1, 1, F(1))
    for places in ((0, 1), (0, 0, 1), (0, 1, 2, 3)):
        with pytest.raises(ShapeError, match="3 different places"):
            masked(target, draws, places, UNIT_BOX)
    with pytest.raises(ShapeError, match="biases"):
        network_of(draws, 1, (F(0),), (F(0),))
    for deep in (Network(TARGET.layers[:1]), Network((*TARGET.layers, Affine.dense([[1]], [0])))):
        with pytest.raises(ScopeError, match="one hidden layer"):
            TargetUnits.of(deep)
    for eta, limit, said in ((F(0), F(1), "eta"), (F(1, 3), F(2), "eta"), (STEP, F(1), "range"),
                             (STEP, F(1, 3), "range")):  # fmt: skip
        with pytest.raises(ScopeError, match=said):
            match_share(target, eta, limit)
    for delta in (F(0), F(1), F(-1)):
        with pytest.raises(ScopeError, match="delta"):
            enough_draws(1, delta, F(1))
    for chance in (F(0), F(2)):
        with pytest.raises(ScopeError, match="chance"):
            enough_draws(1, F(1, 2), chance)
    with pytest.raises(ScopeError, match="epsilon"):
        widest_eta(target, UNIT_BOX, F(1, 10**6), F(1))


def test_T65_the_note_has_the_formula_for_every_target() -> None:
    note = Path(__file__).resolve().parents[1] / "notes" / "random-weights.md"
    rows = content_of(note.read_text(encoding="utf-8"), f"{COMMAND}: masking").splitlines()[2:]
    assert len(rows) == len(MASKS)
    for row, (needs, inputs, outputs, eta) in zip(rows, MASKS, strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[:4] == [str(needs), str(inputs), str(outputs), str(eta)]
        assert int(cells[4]) == enough_draws(needs, DELTA, eta ** (inputs + outputs))
