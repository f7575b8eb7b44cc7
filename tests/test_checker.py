"""The checker: what it accepts, and for each premise of each rule what it refuses."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proofs import PROVED, claim_of, proved, small_network, write_case
from theory.domain import Box, Domain, Polytope, Space
from theory.network import Affine, Network
from theory.symmetry import duplicated, permuted, rescaled
from verify import certificate, checker
from verify.certificate import Certificate, checked
from verify.checker import MalformedError, RejectedError, is_affine
from verify.claim import Claim
from verify.prove.strategy import proof_of
from verify.testing.strategies import networks

SCRIPT = Path(__file__).resolve().parents[1] / "verify" / "checker.py"
Step = list[object]


def run(arguments: list[str]) -> tuple[int, str]:
    """The checker as a user runs it: one file, no site packages, no project on the path."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def relu_of(row: list[int], bias: int) -> Network:
    """The network relu(row . x + bias)."""
    return Network((Affine.dense([row], [bias]), Affine.dense([[1]], [0])))


def affine(row: list[int], bias: int) -> Network:
    """The network row . x + bias."""
    return Network((Affine.dense([row], [bias]),))


def verdict_on(claim: Claim, steps: list[Step]) -> str:
    """`accepted`, `rejected` or `malformed`."""
    try:
        checked(claim, Certificate.of(claim, steps))
    except RejectedError:
        return "rejected"
    except MalformedError:
        return "malformed"
    return "accepted"


UNIT = Box.cube(1, -1, 1)
PLANE = Box.cube(2, -1, 1)


# -- as a user runs it


@pytest.mark.parametrize("index", range(len(PROVED)))
def test_proofs_are_accepted_by_the_bare_script(index: int, tmp_path: Path) -> None:
    status, output = run(write_case(tmp_path, *proved(index)))
    assert status == 0
    assert output.startswith("accepted")


def test_another_network_is_rejected(tmp_path: Path) -> None:
    claim, certificate = proved(1)
    paths = write_case(tmp_path, claim, certificate)
    other = claim_of(claim.left.network, small_network((2, 3, 1), 9), claim.domain)
    (tmp_path / "right.json").write_bytes(other.right.data)
    assert run(paths)[0] == 1


def test_a_certificate_of_another_claim_is_rejected(tmp_path: Path) -> None:
    paths = write_case(tmp_path, *proved(1))
    larger = Claim(proved(1)[0].left, proved(1)[0].right, Box.cube(2, -2, 2))
    (tmp_path / "claim.json").write_bytes(larger.data)
    status, output = run(paths)
    assert status == 1
    assert "another claim" in output


@pytest.mark.parametrize("name", ["claim.json", "left.json", "certificate.json"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"format":"relucert-claim","format":"relucert-claim"}',
        b"[" * 100_000,
        b"1e400",
        b"NaN",
        b"9" * 5000,
    ],
)
def test_what_is_no_such_file_is_malformed(name: str, content: bytes, tmp_path: Path) -> None:
    paths = write_case(tmp_path, *proved(0))
    (tmp_path / name).write_bytes(content)
    status, output = run(paths)
    assert status in ((1, 2) if name == "left.json" else (2,))
    assert output.count("\n") == 1


def test_missing_files_and_wrong_usage_are_malformed(tmp_path: Path) -> None:
    assert run([])[0] == 2
    assert run([str(tmp_path / "no.json"), str(tmp_path / "no.json")])[0] == 2


def edited_claim(claim: Claim, **changes: object) -> bytes:
    """The claim's bytes with some entries changed."""
    value = json.loads(claim.data)
    value.update(changes)
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"relation": "exakt"},
        {"relation": 0},
        {"version": True},
        {"version": 2},
        {"version": "1"},
        {"format": "relucert-network"},
        {"relation": "eps"},
        {"relation": "eps=-1"},
        {"relation": "topk=0"},
        {"relation": "topk=3/2"},
        {"relation": "exact=0"},
        {"relation": "top1=1"},
        {"domain": {}},
        {"domain": {"box": []}},
        {"domain": {"box": [["1", "-1"]], "halfspaces": []}},
        {"domain": {"box": [["-1", "1"], ["-1", "1"]], "halfspaces": []}},
        {"domain": {"box": [["-1"]], "halfspaces": []}},
        {"domain": {"box": [[-1, 1]], "halfspaces": []}},
        {"domain": {"box": [["-1", "+1"]], "halfspaces": []}},
        {"domain": {"box": [["-1", "1.0"]], "halfspaces": []}},
        {"domain": {"box": [["-1", "1e0"]], "halfspaces": []}},
        {"domain": {"box": [["-1", "01"]], "halfspaces": []}},
        {"domain": {"box": [["-1", "1/0"]], "halfspaces": []}},
        {"domain": {"box": [["-1", " 1"]], "halfspaces": []}},
        {"domain": {"box": [["-1", "\u0661"]], "halfspaces": []}},
        {"domain": {"box": [["-1", "1"]], "halfspaces": [], "space": 1}},
        {"domain": {"box": None, "halfspaces": []}},
        {"domain": {"box": [], "halfspaces": [["1"]]}},
        {"domain": {"box": [], "halfspaces": [[]]}},
        {"domain": {"box": [], "halfspaces": [["1", "1", "1"]]}},
        {"domain": {"box": [], "halfspaces": {}}},
        {"extra": 1},
        {"left": {"file": "../left.json", "name": "f", "sha256": "0"}},
        {"left": {"file": "", "name": "f", "sha256": "0"}},
    ],
)
def test_malformed_claims_are_refused(changes: dict[str, object], tmp_path: Path) -> None:
    claim, certificate = proved(0)
    paths = write_case(tmp_path, claim, certificate)
    (tmp_path / "claim.json").write_bytes(edited_claim(claim, **changes))
    status, output = run(paths)
    assert status == 2, output


@pytest.mark.parametrize(
    "layers",
    [
        [],
        {},
        [{"bias": ["0"], "rows": []}],
        [{"bias": [], "rows": []}],
        [{"bias": ["0"], "rows": [[0]]}],
        [{"bias": ["0"], "rows": [[1, "1"]]}],
        [{"bias": ["0"], "rows": [[-1, "1"]]}],
        [{"bias": ["0"], "rows": [[0, "1", 0, "1"]]}],
        [{"bias": ["0"], "rows": [[False, "1"]]}],
        [{"bias": ["0"], "rows": [[0, 1]]}],
        [{"bias": ["0"], "rows": [[0, "1/1/1"]]}],
        [{"bias": ["0"], "rows": [[0, "--1"]]}],
        [{"bias": ["0"], "rows": [[0, "1"]], "relu": "1"}],
        [{"bias": ["0"], "rows": [[0, "1"]]}, {"bias": ["0"], "rows": [[1, "1"]]}],
    ],
)
def test_malformed_networks_are_refused(layers: object) -> None:
    value = {"format": "relucert-network", "version": 1, "inputs": 1, "layers": layers}
    with pytest.raises(MalformedError):
        checker.Network(json.dumps(value).encode(), "network")


# -- equal arguments share a symbol


@given(networks(), st.randoms(use_true_random=False))
def test_T11_disguised_copies_need_no_proof(network: Network, random: Random) -> None:
    copy = network
    for layer in range(network.hidden_layers):
        if copy.layers[layer].outputs:
            copy = duplicated(copy, layer, random.randrange(copy.layers[layer].outputs))
        units = copy.layers[layer].outputs
        copy = rescaled(copy, layer, [Fraction(random.randint(1, 9), 4) for _ in range(units)])
        copy = permuted(copy, layer, random.sample(range(units), units))
    assert verdict_on(claim_of(network, copy, Space(network.inputs)), [["="]]) == "accepted"


def test_opposite_units_meet() -> None:
    left = Network((Affine.dense([[1], [-1]], [2, -2]), Affine.dense([[1, -1]], [0])))
    assert verdict_on(claim_of(left, affine([1], 2), Space(1)), [["="]]) == "accepted"
    assert verdict_on(claim_of(left, affine([1], 1), Space(1)), [["="]]) == "rejected"


def test_scales_of_the_networks_are_kept() -> None:
    left = relu_of([2], 1)
    half = Network((Affine.dense([[4]], [2]), Affine.dense([[Fraction(1, 2)]], [0])))
    third = Network((Affine.dense([[4]], [2]), Affine.dense([[Fraction(1, 3)]], [0])))
    assert verdict_on(claim_of(left, half, Space(1)), [["="]]) == "accepted"
    assert verdict_on(claim_of(left, third, Space(1)), [["="]]) == "rejected"


def test_interval_bounds_settle_only_what_they_bound() -> None:
    assert verdict_on(claim_of(relu_of([1], 1), affine([1], 1), UNIT), [["="]]) == "accepted"
    assert verdict_on(claim_of(relu_of([1], -1), affine([0], 0), UNIT), [["="]]) == "accepted"
    nearly = Box((Fraction(-1),), (Fraction(1025, 1024),))
    assert verdict_on(claim_of(relu_of([1], -1), affine([0], 0), nearly), [["="]]) == "rejected"
    assert verdict_on(claim_of(relu_of([1], 1), affine([1], 1), Space(1)), [["="]]) == "rejected"


def test_fixed_inputs_are_constants() -> None:
    box = Box((Fraction(-1), Fraction(1, 3)), (Fraction(1), Fraction(1, 3)))
    left, right = relu_of([1, 3], 0), relu_of([1, 0], 1)
    assert verdict_on(claim_of(left, right, box), [["="]]) == "accepted"
    assert verdict_on(claim_of(left, right, PLANE), [["="]]) == "rejected"


# -- the rules, each with every premise removed

ABSOLUTE = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))
SHIFTED = Network((Affine.dense([[1], [-1]], [1, -1]), Affine.dense([[1, 1]], [0])))


def test_rule_S_needs_both_sides() -> None:
    # |x| = relu(2x) - x: the same symbol, so nothing is to be split; against x it is different.
    right = Network((Affine.dense([[2]], [0]), Affine.dense([[1]], [0])))
    claim = claim_of(ABSOLUTE, right, UNIT)
    assert verdict_on(claim, [["S", 0], ["="], ["="]]) == "rejected"
    same = claim_of(relu_of([1], 0), relu_of([1], 0), UNIT)
    assert verdict_on(same, [["S", 0], ["="], ["="]]) == "accepted"
    assert verdict_on(same, [["S", [0, 3]], ["="], ["="]]) == "accepted"
    assert verdict_on(same, [["S", [0, -3]], ["="], ["="]]) == "accepted"
    assert verdict_on(same, [["S", 0], ["="]]) == "rejected"
    assert verdict_on(same, [["S", 0], ["="], ["="], ["="]]) == "rejected"
    assert verdict_on(same, [["S", 0], ["S", 0], ["="], ["="], ["="]]) == "rejected"
    assert verdict_on(same, [["S", 1], ["="], ["="]]) == "rejected"
    assert verdict_on(same, [["S", -1], ["="], ["="]]) == "rejected"
    assert verdict_on(same, [["S", [1, 0]], ["="], ["="]]) == "rejected"
    assert verdict_on(same, [["S", [1]], ["="], ["="]]) == "malformed"
    assert verdict_on(same, [["S", [0, True]], ["="], ["="]]) == "malformed"
    assert verdict_on(same, [["S", True], ["="], ["="]]) == "malformed"
    assert verdict_on(same, []) == "rejected"
    assert verdict_on(same, [["="], ["="]]) == "rejected"


def test_rule_N_needs_an_argument_that_has_changed() -> None:
    inner = Network((Affine.dense([[1], [2]], [0, 1]), Affine.dense([[1, 1]], [-1]),
                     Affine.dense([[1]], [0])))  # fmt: skip
    claim = claim_of(inner, inner, UNIT)
    unit = bent_symbol(claim)
    assert verdict_on(claim, [["N", 0], ["="]]) == "rejected"
    assert verdict_on(claim, [["N", unit], ["="]]) == "rejected"
    settled: list[Step] = [["S", 0], ["S", 1], ["N", unit], ["="], ["N", unit], ["="]]
    assert verdict_on(claim, [*settled, ["S", 1], ["N", unit], ["="], ["="]]) == "accepted"
    assert verdict_on(claim, [*settled, ["S", 1], ["N", unit, unit], ["="], ["="]]) == "rejected"
    assert verdict_on(claim, [["S", 0], ["N", unit], ["="], ["N", unit], ["="]]) == "accepted"
    assert verdict_on(claim, [["S", 0], ["N", unit], ["N", unit], ["="], ["="]]) == "rejected"


def triangle() -> Domain:
    """{x >= 0, y >= 0, x + y <= 1}: rows 0, 1, 2, no bounds from a box."""
    sides = (((-1, 0), 0), ((0, -1), 0), ((1, 1), 1))
    return Polytope(2, tuple(((Fraction(a), Fraction(b)), Fraction(c)) for (a, b), c in sides))


def test_rules_plus_and_minus_need_their_lemma() -> None:
    active = claim_of(relu_of([1, 2], 0), affine([1, 2], 0), triangle())
    assert verdict_on(active, [["+", 0, [1, 0, 1, 1, 2]], ["="]]) == "accepted"
    assert verdict_on(active, [["+", 0, [0, 0, 1, 1, 2]], ["="]]) == "accepted"
    assert verdict_on(active, [["+", 0, []], ["="]]) == "rejected"
    assert verdict_on(active, [["+", 0, [0, 0, 1, 1, 1]], ["="]]) == "rejected"
    assert verdict_on(active, [["-", 0, [0, 0, 1, 1, 2]], ["="]]) == "rejected"
    assert verdict_on(active, [["+", 0, [0, 0, 1, 1, 2]], ["+", 0, []], ["="]]) == "rejected"
    inactive = claim_of(relu_of([-1, -1], 0), affine([0, 0], 0), triangle())
    assert verdict_on(inactive, [["-", 0, [0, 0, 1, 1, 1]], ["="]]) == "accepted"
    assert verdict_on(inactive, [["+", 0, [0, 0, 1, 1, 1]], ["="]]) == "rejected"


@pytest.mark.parametrize(
    ("lemma", "expected"),
    [
        ([8, 0, 8, 1, 16], "accepted"),
        ([-3, 0, 1, 1, 2], "rejected"),
        ([0, 0, -1, 1, 2], "rejected"),
        ([0, 0, 1, 1, 2, 3, 0], "rejected"),
        ([0, -1, 1], "rejected"),
        ([0, -2, 1], "rejected"),
        ([1], "rejected"),
        ([[1], 0, 1, 1, 2], "malformed"),
        ([True, 0, 1, 1, 2], "malformed"),
        ([0, 0, True, 1, 2], "malformed"),
        ([False, 0, 1, 1, 2], "malformed"),
        ([0, 0, "1", 1, 2], "malformed"),
        ([0, "0", 1], "malformed"),
        ([0, 0], "malformed"),
        (["0"], "malformed"),
        ([-100_000_000], "malformed"),
        ({}, "malformed"),
        (None, "malformed"),
    ],
)
def test_T12_lemmas(lemma: object, expected: str) -> None:
    claim = claim_of(relu_of([1, 2], 0), affine([1, 2], 0), triangle())
    assert verdict_on(claim, [["+", 0, lemma], ["="]]) == expected


def test_T12_the_box_absorbs_the_residual() -> None:
    # On x + y >= 0 (row 0), 3x + 3y + 1/8 >= 0 with the short multiplier 2.
    left = Network(
        (Affine.dense([[1, 1], [3, 3]], [0, Fraction(1, 8)]), Affine.dense([[1, 1]], [0]))
    )
    right = Network((Affine.dense([[1, 1]], [0]), Affine.dense([[1]], [0])))
    claim = claim_of(left, right, PLANE)
    # Different functions: the point of the test is which lemmas hold on the way.
    state = proof_of(claim)
    state.step(["S", 0])
    with pytest.raises(RejectedError, match="may be negative"):
        state.step(["+", 1, [0, 0, 2]])
    state.step(["+", 1, [0, 0, 24]])
    assert state.lemmas == 2


# relu(y - relu(x)) on a cell away from x = y = 0 is a sum of line symbols.
BENT = Network(
    (Affine.dense([[1, 0], [0, 1], [0, -1]], [0, 0, 0]), Affine.dense([[-1, 1, -1]], [0]),
     Affine.dense([[1]], [0]))
)  # fmt: skip


def above(low: Fraction) -> Box:
    """The box -1 <= x <= 1, low <= y <= 2."""
    return Box((Fraction(-1), low), (Fraction(1), Fraction(2)))


def test_T13_bent_units_are_decomposed_where_the_bend_is_outside() -> None:
    box = above(Fraction(1, 2))
    line = Network((Affine.dense([[-1, 1], [1, 0], [1, -1]], [0, 0, 0]),
                    Affine.dense([[0, -1, 1]], [0])))  # fmt: skip
    # relu(y - relu(x)) = y - relu(x) + relu(x - y) on this box.
    wide = Network((line.layers[0], Affine.dense([[0, -1, 1]], [0])))
    wide = with_linear(wide, [0, 1])
    claim = claim_of(BENT, wide, box)
    unit = bent_symbol(claim)
    good: Step = ["D", unit, "P", [], "-", [0, -1, 1]]
    assert verdict_on(claim, [good, ["="]]) == "accepted"
    for bad in (
        ["D", unit, "N", [], "-", [0, -1, 1]],
        ["D", unit, "+", [], "-", [0, -1, 1]],
        ["D", unit, "P", [], "P", []],
        ["D", unit, "P", [], "+", [0, -1, 1]],
        ["D", unit, "P", [], "N", [0, -1, 1]],
        ["D", unit, "P", [], "-", []],
        ["D", 0, "P", [], "-", [0, -1, 1]],
        ["D", unit + 9, "P", [], "-", [0, -1, 1]],
    ):
        assert verdict_on(claim, [bad, ["="]]) == "rejected"
    for bad in (
        ["D", unit, "", [], "-", [0, -1, 1]],
        ["D", unit, "P-", [], "-", [0, -1, 1]],
        ["D", unit, 1, [], "-", [0, -1, 1]],
        ["D", unit, "P", [], "-"],
        ["D", unit, "P", 0, "-", [0, -1, 1]],
    ):
        assert verdict_on(claim, [bad, ["="]]) == "malformed"
    across = claim_of(BENT, wide, above(Fraction(-1)))
    assert verdict_on(across, [good, ["="]]) == "rejected"


def with_linear(network: Network, row: list[int]) -> Network:
    """The network plus row . x, by a pair of units."""
    first, last = network.layers
    exact = [Fraction(entry) for entry in row]
    dense = [*map(list, first.weight), exact, [-entry for entry in exact]]
    output = [*last.weight[0], Fraction(1), Fraction(-1)]
    return Network((Affine.dense(dense, [*first.bias, 0, 0]), Affine.dense([output], last.bias)))


def bent_symbol(claim: Claim) -> int:
    """The first symbol with another one inside."""
    arguments = proof_of(claim).arguments
    return next(index for index, argument in enumerate(arguments) if not is_affine(argument))


def test_rule_0_needs_an_empty_cell() -> None:
    claim = claim_of(relu_of([1], 0), relu_of([1], 0), UNIT)
    assert verdict_on(claim, [["0", []]]) == "rejected"
    wedge = claim_of(relu_of([1, 0], 0), relu_of([1, 0], 0), triangle())
    # x + y - 2 >= 0 has no point in the triangle.
    steps: list[Step] = [["S", [-2, 1, 1]], ["0", [0, 2, 1, 3, 1]], ["="]]
    assert verdict_on(wedge, steps) == "accepted"
    assert verdict_on(wedge, [["S", [-1, 1, 1]], ["0", [0, 2, 1, 3, 1]], ["="]]) == "rejected"
    assert verdict_on(wedge, [["S", [-2, 1, 1]], ["="], ["0", [0, 2, 1, 3, 1]]]) == "rejected"


@pytest.mark.parametrize(
    "step",
    [[], None, 7, "=", ["?"], [7], [0, []], [["="]], ["=", 1, 2, 3], ["S"], ["S", 0, 0], {"=": 1}],
)
def test_unknown_steps_are_malformed(step: object) -> None:
    claim = claim_of(relu_of([1], 0), relu_of([1], 0), UNIT)
    assert verdict_on(claim, [step]) in ("malformed", "rejected")  # type: ignore[list-item]


def test_an_affine_difference_is_seen_in_every_output() -> None:
    two = Affine.dense([[1], [1]], [0, 0])
    for bias in ([1, 0], [0, 1]):
        other = Network((Affine(two.inputs, two.rows, tuple(map(Fraction, bias))),))
        assert verdict_on(claim_of(Network((two,)), other, UNIT), [["="]]) == "rejected"
    assert verdict_on(claim_of(Network((two,)), Network((two,)), UNIT), [["="]]) == "accepted"


def test_a_certificate_may_come_through_a_pipe(tmp_path: Path) -> None:
    paths = write_case(tmp_path, *proved(2))
    command = [sys.executable, "-I", "-S", str(SCRIPT), paths[0], "/dev/stdin"]
    for data, status in ((Path(paths[1]).read_bytes(), 0), (b"", 2)):
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        assert done.returncode == status, done.stdout


def test_long_proofs_are_read_line_by_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    claim, proof = proved(4)
    monkeypatch.setattr(certificate, "MOST_STEPS_IN_ONE_LINE", 3)
    paths = write_case(tmp_path, claim, proof)
    lines = (tmp_path / "certificate.json").read_bytes().splitlines(keepends=True)
    assert len(lines) == len(proof.steps) + 1
    assert run(paths)[0] == 0
    (tmp_path / "certificate.json").write_bytes(b"".join(lines[:-1]))
    assert run(paths)[0] == 1
    (tmp_path / "certificate.json").write_bytes(b"".join([*lines, lines[-1]]))
    assert run(paths)[0] == 1
    (tmp_path / "certificate.json").write_bytes(b"".join([*lines[:2], b"\n", *lines[2:]]))
    assert run(paths)[0] == 2


@pytest.mark.parametrize("relation", ["top1", "topk=2", "margin=1"])
def test_a_decision_between_too_few_outputs_needs_no_lemma(relation: str) -> None:
    claim = claim_of(relu_of([1], 0), relu_of([2], 1), UNIT)
    decision = Claim(claim.left, claim.right, claim.domain, relation)
    assert verdict_on(decision, [["="]]) == "accepted"
    assert verdict_on(decision, [["=", []]]) == "malformed"
