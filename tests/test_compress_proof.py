"""Compressed networks are proved: signs, trees of bisections, certificates, the command."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.forms.compress import compressed_form
from theory.network import Affine, Network
from theory.stability import Layers, stability
from verify.certificate import Certificate, checked
from verify.claim import Claim, NamedNetwork
from verify.cli import main
from verify.formats.network_file import read_network
from verify.formats.network_json import network_text
from verify.prove.cells.tree_search import Means
from verify.prove.clock import Clock
from verify.prove.refutation.crossing import crossing_units
from verify.prove.signs.sign_tree import Tree, sign_tree
from verify.prove.signs.stability import UnsettledError, is_promising, stability_script
from verify.prove.signs.stable_units import stable_units, usual_relaxations
from verify.prove.strategy import prove
from verify.testing.strategies import boxes, networks, points_in
from verify.verdict import Equivalent

SMALL = st.lists(st.integers(1, 5), min_size=1, max_size=3)


def random_network(widths: list[int], seed: int) -> Network:
    random = Random(seed)
    layers = []
    for inputs, outputs in pairwise(widths):
        weight = [
            [Fraction(random.randint(-8, 8), 8) for _ in range(inputs)] for _ in range(outputs)
        ]
        layers.append(Affine.dense(weight, [Fraction(random.randint(-8, 8), 8) for _ in weight]))
    return Network(tuple(layers))


def claim_of(left: Network, right: Network, domain: Domain) -> Claim:
    return Claim(NamedNetwork.of("left", left), NamedNetwork.of("right", right), domain)


def flat(known: Layers) -> list[int]:
    return [unit.sign for units in known for unit in units]


@given(st.data())
def test_T38_small_networks_are_compressed_with_a_certificate(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    found = stable_units(network, box, leaves=8)
    form = compressed_form(network, box, found.known)
    verdict = prove(claim_of(network, form.network, box), means=Means(halves=found.tree))
    assert isinstance(verdict, Equivalent)


@given(st.data())
def test_T38_small_networks_are_compressed_with_a_certificate_over_all_of_space(
    data: st.DataObject,
) -> None:
    network = data.draw(networks(widths=SMALL))
    space = Space(network.inputs)
    found = stable_units(network, space)
    form = compressed_form(network, space, found.known)
    verdict = prove(claim_of(network, form.network, space), means=Means(halves=found.tree))
    assert isinstance(verdict, Equivalent)


@given(st.data())
def test_units_that_cross_are_undecided(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    known = stability(network, box)
    crossing = crossing_units(network, box, known)
    assert not (crossing & (np.array(flat(known)) != 0)).any()
    tree = sign_tree(network, box, known, crossing, 8)
    assert not (crossing & (tree.signs != 0)).any()


@given(st.data())
def test_signs_by_bisection_hold(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    found = stable_units(network, box, leaves=16)
    values = network.activations(data.draw(points_in(box)))
    for layer, before, units in zip(network.layers, values, found.known, strict=False):
        for value, unit in zip(layer(before), units, strict=True):
            assert value * unit.sign >= 0


WIDE = random_network([3, 12, 12, 12, 2], 5)
BOX = Box.cube(3, Fraction(-1, 2), Fraction(1, 2))


def test_bisections_decide_more_and_are_proved() -> None:
    plain, found = stable_units(WIDE, BOX), stable_units(WIDE, BOX, leaves=32)
    assert plain.tree == Tree()
    assert 1 < found.tree.leaves <= 32
    decided = sum(map(bool, flat(found.known))) - sum(map(bool, flat(plain.known)))
    assert decided >= found.tree.leaves
    form = compressed_form(WIDE, BOX, found.known)
    assert form.network.units < compressed_form(WIDE, BOX).network.units
    assert dict(form.trace.layers[-1].proofs)["bisection"]
    claim = claim_of(WIDE, form.network, BOX)
    proof = checked(claim, Certificate.of(claim, stability_script(claim, Clock(), found.tree)))
    assert proof.leaves >= found.tree.leaves


def test_T38_signs_by_relaxation_are_proved() -> None:
    plain = stable_units(WIDE, BOX)
    found = stable_units(WIDE, BOX, relaxations=8)
    assert found.tree.relaxed
    assert sum(map(bool, flat(found.known))) >= sum(map(bool, flat(plain.known))) + 2
    form = compressed_form(WIDE, BOX, found.known)
    assert sum(dict(layer.proofs).get("relaxation", 0) for layer in form.trace.layers) <= 8
    claim = claim_of(WIDE, form.network, BOX)
    steps = stability_script(claim, Clock(), found.tree)
    proof = checked(claim, Certificate.of(claim, steps))
    assert proof.lemmas
    assert not [step for step in steps if step[0] == "B"]


def test_relaxations_are_usual_for_some_inputs_neither_few_nor_many() -> None:
    free = [usual_relaxations(Box.cube(inputs, 0, 1)) for inputs in (8, 9, 64, 65)]
    assert [count > 0 for count in free] == [False, True, True, False]
    fixed = Box((Fraction(0),) * 10, (Fraction(0), *[Fraction(1)] * 8, Fraction(0)))
    assert usual_relaxations(fixed) == 0


@given(st.data())
def test_T38_signs_by_relaxation_hold(data: st.DataObject) -> None:
    network = data.draw(networks(widths=SMALL))
    box = data.draw(boxes(network.inputs))
    found = stable_units(network, box, relaxations=8)
    values = network.activations(data.draw(points_in(box)))
    for layer, before, units in zip(network.layers, values, found.known, strict=False):
        for value, unit in zip(layer(before), units, strict=True):
            assert value * unit.sign >= 0
    form = compressed_form(network, box, found.known)
    verdict = prove(claim_of(network, form.network, box), means=Means(halves=found.tree))
    assert isinstance(verdict, Equivalent)


def test_a_tree_that_is_too_small_is_made_deeper() -> None:
    found = stable_units(WIDE, BOX, leaves=32)
    form = compressed_form(WIDE, BOX, found.known)
    claim = claim_of(WIDE, form.network, BOX)
    with pytest.raises(UnsettledError):
        stability_script(claim, Clock())
    proof = checked(claim, Certificate.of(claim, stability_script(claim, Clock(), Tree())))
    assert proof.leaves > 1


def test_a_wrong_sign_is_not_proved() -> None:
    known = stability(WIDE, BOX)
    place = next(i for i, unit in enumerate(known[0]) if not unit.sign)
    first = tuple(
        replace(unit, sign=-1, proof="guess") if i == place else unit
        for i, unit in enumerate(known[0])
    )
    form = compressed_form(WIDE, BOX, (first, *known[1:]))
    claim = claim_of(WIDE, form.network, BOX)
    with pytest.raises(UnsettledError):
        stability_script(claim, Clock(), Tree())
    assert not isinstance(prove(claim, "stability"), Equivalent)


def test_networks_on_points_are_proved() -> None:
    point = (Fraction(1, 3), Fraction(-2, 5), Fraction(0))
    form = compressed_form(WIDE, Box(point, point))
    assert form.network.units == 0
    verdict = prove(claim_of(WIDE, form.network, Box(point, point)), "stability")
    assert isinstance(verdict, Equivalent)


@pytest.mark.parametrize("is_polytope", [False, True])
def test_domains_without_interval_bounds_are_proved(is_polytope: bool) -> None:
    weight = [[1, 2, 0], [2, 4, 0], [0, 0, 0], [0, -1, 1]]
    network = Network(
        (Affine.dense(weight, [1, 2, 3, 0]), Affine.dense([[1, 1, 1, 1], [1, 0, 2, -1]], [0, -9]))
    )
    domain: Domain = Space(3)
    if is_polytope:
        domain = Polytope(3, (((Fraction(1), Fraction(1), Fraction(0)), Fraction(2)),))
    found = stable_units(network, domain, leaves=8)
    form = compressed_form(network, domain, found.known)
    assert form.network.units == 2
    assert isinstance(prove(claim_of(network, form.network, domain), "stability"), Equivalent)


def test_large_networks_are_proved_without_being_told_the_way() -> None:
    network = random_network([6, 30, 30, 2], 3)
    box = Box.cube(6, Fraction(1, 4), Fraction(3, 8))
    verdict = prove(claim_of(network, compressed_form(network, box).network, box))
    assert isinstance(verdict, Equivalent)
    assert verdict.engine == "stability"


def test_signs_are_tried_unasked_for_networks_made_smaller() -> None:
    deep, wide = random_network([3, 9, 9, 2], 1), random_network([3, 20, 2], 1)
    small = random_network([3, 8, 9, 2], 2)
    assert is_promising(claim_of(deep, small, BOX))
    assert is_promising(claim_of(small, deep, BOX))
    assert not is_promising(claim_of(deep, wide, BOX))  # shallower and wider
    assert not is_promising(claim_of(deep, small, Space(3)))
    vast = random_network([60, 60, 60, 60, 2], 1)
    assert is_promising(claim_of(vast, vast, Box.cube(60, 0, 1)))
    assert not is_promising(claim_of(VAST, VAST, Box.cube(700, 0, 1)))


VAST = Network(
    (Affine.dense([[1] * 700] * 700, [0] * 700), Affine.dense([[1] * 700] * 700, [0] * 700))
)


# -- the command


@pytest.fixture
def network_file(tmp_path: Path) -> str:
    path = tmp_path / "wide.json"
    path.write_text(network_text(WIDE), encoding="ascii")
    return str(path)


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    assert main([*words, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_the_command_compresses_and_certifies(
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    words = ["transform", "compress", network_file, "--domain", "box:-1,1"]
    assert main([*words, "--local", "0,1/2", "--set", "leaves=32", "-o", out]) == 0
    said = capsys.readouterr().out
    assert "by bisection" in said
    assert "have both signs at points" in said
    assert "certificate accepted (stability" in said
    assert main(["check", out]) == 0
    right = read_network(str(Path(out) / "right.json")).network
    assert right.units < WIDE.units
    run = json.loads((Path(out) / "run.json").read_text())
    assert "--local" in run["command"]


def test_smaller_balls_leave_fewer_units(
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "samples.csv"
    sample.write_text("9,9,9\n1/8,0.25,-1/4\n", encoding="ascii")
    units = []
    for radius in ("1", "1/4", "1/64"):
        words = ["transform", "compress", network_file, "--local", f"{sample}:2,{radius}"]
        claim = told(words, capsys)["claim"]
        widths = claim["right"]
        assert isinstance(widths, dict)
        units.append(sum(widths["widths"][1:-1]))
    assert units == sorted(units, reverse=True)
    assert units[0] > units[-1]


@pytest.mark.parametrize(
    ("local", "message"),
    [
        ("1/3", "expected CENTRE,RADIUS"),
        ("1,2,1/3", "expected a centre of 3 numbers, got 2"),
        ("x,1", "expected 3, -1/2"),
        ("1,-1", "expected a radius of at least 0"),
        ("0,y", "expected 3, -1/2"),
        ("missing.csv,1", "cannot be read"),
        ("5,1", "empty"),
    ],
)
def test_bad_places_are_refused(
    local: str, message: str, network_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["transform", "compress", network_file, "--domain", "box:0,1", "--local", local]
    assert main(words) == 3
    assert message in capsys.readouterr().err


def test_lines_of_samples_are_counted_from_one(
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "samples.txt"
    sample.write_text("0 0 0\n", encoding="ascii")
    for line in ("0", "2", "x"):
        words = ["transform", "compress", network_file, "--local", f"{sample}:{line},1/2"]
        assert main(words) == 3
        assert "expected a line from 1 to 1" in capsys.readouterr().err


def test_places_within_polytopes_are_refused(
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region = tmp_path / "region.json"
    region.write_text('{"box":[],"halfspaces":[["1","1","0","1"]]}', encoding="ascii")
    words = ["transform", "compress", network_file, "--domain", str(region), "--local", "0,1"]
    assert main(words) == 3
    assert "got a polytope" in capsys.readouterr().err


@pytest.mark.parametrize("leaves", ["0", "1/2", "x", "5000"])
def test_numbers_of_leaves_are_whole(
    leaves: str, network_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["transform", "compress", network_file, "--domain", "box:-1,1"]
    assert main([*words, "--set", f"leaves={leaves}"]) == 3
    assert "--set leaves: expected a whole number from 1 to 4096" in capsys.readouterr().err


def test_a_public_network_is_compressed_about_a_point(data: Path) -> None:
    network = read_network(str(data / "arch-comp" / "tora.onnx")).network
    box = Box.cube(network.inputs, Fraction(-1, 10), Fraction(1, 10))
    found = stable_units(network, box)
    form = compressed_form(network, box, found.known)
    assert 20 * form.network.units < network.units
    assert form.network(box.upper) == network(box.upper)
    claim = claim_of(network, form.network, box)
    steps = stability_script(claim, Clock(), found.tree)
    assert checked(claim, Certificate.of(claim, steps)).leaves == 1
