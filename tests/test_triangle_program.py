"""Signs of units by linear programs: they hold, they are proved, and wrong multipliers are not."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_compress_proof import claim_of, flat, random_network
from theory.domain import Box
from theory.forms.compress import compressed_form
from theory.network import Affine, Network
from theory.stability import Stability, stability
from verify.certificate import Certificate, Step, checked
from verify.checker import RejectedError
from verify.cli import main
from verify.formats.network_file import read_network
from verify.formats.network_json import network_text
from verify.prove.cells.tree_search import Means
from verify.prove.clock import Clock
from verify.prove.signs.slopes import Proposal
from verify.prove.signs.stability import shown_signs, stability_script
from verify.prove.signs.stable_units import StableUnits, stable_units, usual_programs
from verify.prove.signs.triangle_program import TrianglePrograms
from verify.prove.strategy import prove
from verify.testing.strategies import boxes, networks, points_in
from verify.verdict import Equivalent

NETWORK = random_network([3, 12, 12, 12, 2], 2)
BOX = Box.cube(3, Fraction(-1, 2), Fraction(1, 2))
SMALL = st.lists(st.integers(1, 5), min_size=1, max_size=3)


def settled(found: StableUnits) -> int:
    return sum(map(bool, flat(found.known)))


def count(found: StableUnits, proof: str) -> int:
    return sum(unit.proof == proof for units in found.known for unit in units)


@given(st.data())
def test_T38_signs_by_linear_programs_hold_and_are_proved(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    found = stable_units(network, box, linear=8)
    assert settled(found) >= settled(stable_units(network, box))
    values = network.activations(data.draw(points_in(box)))
    for layer, before, units in zip(network.layers, values, found.known, strict=False):
        for value, unit in zip(layer(before), units, strict=True):
            assert value * unit.sign >= 0
    form = compressed_form(network, box, found.known)
    verdict = prove(claim_of(network, form.network, box), means=Means(halves=found.tree))
    assert isinstance(verdict, Equivalent)


def test_T38_linear_programs_settle_more_than_slopes() -> None:
    slopes, found = (
        stable_units(NETWORK, BOX, relaxations=64),
        stable_units(NETWORK, BOX, linear=64),
    )
    assert settled(found) > settled(slopes) > settled(stable_units(NETWORK, BOX))
    shown = found.tree.relaxed
    assert any(one.is_bound for one in shown)
    assert any(chord for one in shown for *_, chord in one.multipliers)
    form = compressed_form(NETWORK, BOX, found.known)
    assert sum(dict(layer.proofs).get("linear program", 0) for layer in form.trace.layers)
    claim = claim_of(NETWORK, form.network, BOX)
    steps = stability_script(claim, Clock(), found.tree)
    assert checked(claim, Certificate.of(claim, steps)).lemmas
    assert not [step for step in steps if step[0] == "B"]


def test_multipliers_that_are_changed_are_rejected() -> None:
    found = stable_units(NETWORK, BOX, linear=64)
    claim = claim_of(NETWORK, compressed_form(NETWORK, BOX, found.known).network, BOX)
    steps = stability_script(claim, Clock(), found.tree)
    lemmas = {index: step[1] for index, step in enumerate(steps) if step[0] == "Z" and step[1:]}
    found_some = False
    for place, lemma in lemmas.items():
        if not isinstance(lemma, list) or len(lemma) < 2:
            continue
        found_some = True
        for changed in (
            [lemma[0]],
            [lemma[0], *(m * (1 + i % 2) for i, m in enumerate(lemma[1:]))],
        ):
            wrong: list[Step] = [*steps[:place], ["Z", changed], *steps[place + 1 :]]
            with pytest.raises(RejectedError):
                checked(claim, Certificate.of(claim, wrong))
    assert found_some


def test_wrong_proposals_are_not_believed() -> None:
    shown = stable_units(NETWORK, BOX, linear=64).tree.relaxed
    signs = {(one.layer, one.unit) for one in shown if not one.is_bound}
    plain = {
        (layer, index)
        for layer, units in enumerate(stability(NETWORK, BOX))
        for index, unit in enumerate(units)
        if unit.sign
    }
    assert signs <= shown_signs(NETWORK, BOX, shown)
    for wrong in (
        [replace(one, sign=-one.sign) for one in shown],
        [replace(one, multipliers=()) for one in shown],
    ):
        assert not signs & (shown_signs(NETWORK, BOX, wrong) - plain)


def test_no_more_units_are_tried_than_the_caller_says() -> None:
    counts = [
        count(stable_units(NETWORK, BOX, linear=most), "linear program") for most in (0, 1, 2)
    ]
    assert counts[0] == 0
    assert counts[1] <= 1
    assert counts[2] <= 2


def test_programs_are_left_out_where_bisections_settle_as_much() -> None:
    halves = stable_units(NETWORK, BOX, leaves=64)
    both = stable_units(NETWORK, BOX, leaves=64, linear=64)
    assert settled(both) >= settled(halves)
    if settled(both) == settled(halves):
        assert not both.tree.relaxed


def test_programs_are_usual_where_few_units_are_open_and_inputs_free() -> None:
    known = stability(NETWORK, BOX)
    assert usual_programs(BOX, known) > 0
    assert usual_programs(BOX, known * 8) == 0
    assert usual_programs(Box.cube(65, 0, 1), known) == 0
    usual = stable_units(NETWORK, BOX, linear=None)
    assert settled(usual) == settled(stable_units(NETWORK, BOX, linear=64))


THIN = Affine.dense([[1, 0], [-1, 0], [2, 0], [0, 0]], [0, 0, 0, 1])  # opposite, double, a constant


@pytest.mark.parametrize("last", [[[1, 1, -1, 0]], [[1, -1, 0, 0], [0, 0, 0, 0]], [[-1, -1, 1, 5]]])
def test_degenerate_units_make_no_wrong_signs(last: list[list[int]]) -> None:
    network = Network(
        (THIN, Affine.dense(last, [0] * len(last)), Affine.dense([[1] * len(last)], [0]))
    )
    for box in (
        Box.cube(2, -1, 1),
        Box.cube(2, 1, 1),
        Box((Fraction(-1), Fraction(2)), (Fraction(1), Fraction(2))),
    ):
        found = stable_units(network, box, linear=8)
        for point in (box.lower, box.upper, (Fraction(0), box.upper[1])):
            if not all(a <= x <= b for a, x, b in zip(box.lower, point, box.upper, strict=True)):
                continue
            values = network.activations(point)
            for layer, before, units in zip(network.layers, values, found.known, strict=False):
                for value, unit in zip(layer(before), units, strict=True):
                    assert value * unit.sign >= 0


def test_networks_without_hidden_layers_have_nothing_to_try() -> None:
    network = Network((Affine.dense([[1, 2]], [3]),))
    assert stable_units(network, Box.cube(2, 0, 1), linear=8).known == ()


def test_a_public_network_loses_units_that_bisections_leave(data: Path) -> None:
    network = read_network(str(data / "arch-comp" / "double_pendulum_more_robust.onnx")).network
    box = Box.cube(network.inputs, Fraction(-1, 2), Fraction(3, 2))
    found = stable_units(network, box, leaves=16, linear=16)
    assert count(found, "linear program") >= 3
    assert settled(found) >= settled(stable_units(network, box, leaves=16)) + 3
    form = compressed_form(network, box, found.known)
    claim = claim_of(network, form.network, box)
    steps = stability_script(claim, Clock(), found.tree)
    assert checked(claim, Certificate.of(claim, steps)).finished


def test_layers_that_are_settled_have_no_triangles() -> None:
    known = stability(NETWORK, BOX)
    sure = tuple(tuple(Stability(None, None, -1, "guess") for _ in units) for units in known)
    programs = TrianglePrograms(NETWORK, BOX)
    for _ in known:
        assert programs.enter(sure, [0, 1]) == []
        programs.leave(sure)
    assert programs.with_bounds([Proposal(1, 0, 1, ())]) == (Proposal(1, 0, 1, ()),)


# -- the command


@pytest.fixture
def network_file(tmp_path: Path) -> str:
    path = tmp_path / "network.json"
    path.write_text(network_text(NETWORK), encoding="ascii")
    return str(path)


def test_the_command_tries_linear_programs(
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    words = ["transform", "compress", network_file, "--domain", "box:-1/2,1/2", "--set", "leaves=1"]
    assert main([*words, "--set", "linear=64", "-o", out]) == 0
    said = capsys.readouterr().out
    assert "by linear program" in said
    assert "certificate accepted (stability" in said
    assert main(["check", out]) == 0
    capsys.readouterr()
    assert main([*words, "--set", "linear=0", "--json"]) == 0
    layers = json.loads(capsys.readouterr().out)["construction"]["layers"]
    assert not any("linear program" in dict(layer["proofs"]) for layer in layers)


@pytest.mark.parametrize("linear", ["-1", "1/2", "x", "5000"])
def test_numbers_of_units_to_try_are_whole(
    linear: str, network_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["transform", "compress", network_file, "--domain", "box:-1,1"]
    assert main([*words, "--set", f"linear={linear}"]) == 3
    assert "--set linear: expected a whole number from 0 to 4096" in capsys.readouterr().err
