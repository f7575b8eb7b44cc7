"""T40: bounds on float32 evaluation with a certificate, its checker, and what it rejects."""

import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_floating import evaluate, float32_networks, is_within, numbers
from theory.domain import Box, Polytope
from theory.errors import DomainError, ScopeError
from theory.network import Affine, Network
from verify import checker, float_checker
from verify.checker import RejectedError
from verify.claim import Claim, NamedNetwork
from verify.cli import main
from verify.competition import nearest_float32
from verify.float_bound import checked_float_bound, deployed, float_bound
from verify.floating import float32_bound_over, local_error
from verify.formats.network_file import read_network
from verify.formats.network_json import network_text
from verify.report.report import write_report
from verify.result import FLOAT_BOUND

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
CUT = [0, -1, 1, -1, 0, -1, -1]  # the left half, then the right one in three parts
NETWORK = Network(
    (Affine.dense([[1, -2], [Fraction(1, 2), 3]], [1, 0]), Affine.dense([[1, -1], [2, 1]], [0, 1]))
)


def bound_of(
    network: Network, box: Box, tree: list[int], error: Fraction = Fraction(0)
) -> tuple[Fraction, ...]:
    """What the checker computes."""
    read = checker.Network(network_text(network).encode(), "network")
    ends = [[low, high] for low, high in zip(box.lower, box.upper, strict=True)]
    return tuple(float_checker.network_bound(read, ends, [error] * box.inputs, tree))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    ends = [sorted((draw(numbers), draw(numbers))) for _ in range(2)]
    return Box(tuple(end[0] for end in ends), tuple(end[1] for end in ends))


@given(float32_networks(), boxes(), st.sampled_from([[-1], CUT]))
def test_T40_every_float32_evaluation_stays_within_the_bound(
    network: Network, box: Box, tree: list[int]
) -> None:
    bound = bound_of(network, box, tree)
    for seed in range(6):
        random = np.random.default_rng(seed)
        point = tuple(
            nearest_float32(Fraction(random.uniform(float(low), float(high))))
            for low, high in zip(box.lower, box.upper, strict=True)
        )
        for place in (point, box.lower, box.upper):
            if place in box:
                found = evaluate(network, place, random, flush=bool(seed % 2), dense=seed > 3)
                assert is_within(found, network(place), bound)


@given(float32_networks(), boxes(), st.fractions(0, Fraction(1, 100)))
def test_T40_inputs_that_are_rounded_themselves(
    network: Network, box: Box, error: Fraction
) -> None:
    bound = bound_of(network, box, [-1], error)
    for seed in range(4):
        random = np.random.default_rng(seed)
        near = tuple(
            nearest_float32(end + error * Fraction(random.uniform(-1, 1))) for end in box.lower
        )
        if all(abs(a - b) <= error for a, b in zip(near, box.lower, strict=True)):
            found = evaluate(network, near, random, flush=False, dense=False)
            assert is_within(found, network(box.lower), bound)


@given(float32_networks(), boxes())
def test_T40_the_bound_is_no_larger_than_that_of_intervals(network: Network, box: Box) -> None:
    for sharp, loose in zip(
        bound_of(network, box, [-1]), float32_bound_over(network, box), strict=True
    ):
        assert sharp <= loose * (1 + Fraction(1, 2**40)) + Fraction(1, 2**60)


def scaled(network: Network) -> list[tuple[list[list[tuple[int, int]]], list[int], int]]:
    """The layers as the checker reads them, with a shift in place of the scale."""
    read = checker.Network(network_text(network).encode(), "network")
    return [(rows, bias, scale.bit_length() - 1) for rows, bias, scale in read.layers]


def integer(value: Fraction) -> int:
    return int(value * float_checker.ONE // 1)


@given(float32_networks(), boxes(), st.lists(st.tuples(*[st.integers(0, 8)] * 2), min_size=5))
def test_T40_zonotopes_hold_the_values_of_every_layer(
    network: Network, box: Box, shares: list[tuple[int, int]]
) -> None:
    ends = list(zip(map(integer, box.lower), map(integer, box.upper), strict=True))
    values = [
        float_checker.Zonotope((low + high) >> 1, [0] * i + [high - ((low + high) >> 1)], 1)
        for i, (low, high) in enumerate(ends)
    ]
    points = [
        tuple(
            low + (high - low) * Fraction(share, 8)
            for low, high, share in zip(box.lower, box.upper, pair, strict=True)
        )
        for pair in shares
    ]
    for number, (rows, bias, shift) in enumerate(scaled(network)):
        values = float_checker.combined(rows, bias, shift, values)
        for point in points:
            exact = network.layers[number](network.activations(point)[number])
            for part, value in zip(values, exact, strict=True):
                assert part.range[0] <= value * float_checker.ONE <= part.range[1]
        values = float_checker.rectified(values, [part.range for part in values])


halves = st.integers(-4, 4).map(lambda value: Fraction(value, 2))


@given(st.data())
def test_T40_errors_are_held_through_layers(data: st.DataObject) -> None:
    """Move the inputs of x -> B relu(A x + a) + b: the sizes hold what its outputs do."""
    count = data.draw(st.integers(1, 3))
    first = Affine.dense([[data.draw(halves) for _ in range(2)] for _ in range(count)], [0] * count)
    second = Affine.dense([[data.draw(halves) for _ in range(count)] for _ in range(2)], [1, 0])
    value = (data.draw(halves), data.draw(halves))
    sizes = [abs(data.draw(halves)) for _ in range(2)]
    slack = data.draw(st.sampled_from([0, 1]))
    ranges = [(integer(v) - slack, integer(v) + slack) for v in first(value)]
    layers = scaled(Network((first, second)))
    errors = [
        float_checker.Zonotope(0, [0] * i + [integer(size)], 0) for i, size in enumerate(sizes)
    ]
    errors = float_checker.combined(layers[0][0], [0] * count, layers[0][2], errors)
    errors = float_checker.rectified_errors(errors, ranges)
    errors = float_checker.combined(layers[1][0], [0, 0], layers[1][2], errors)
    network = Network((first, second))
    pairs = ((1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (Fraction(1, 3), Fraction(-1, 2)))
    for signs in [tuple(map(Fraction, pair)) for pair in pairs]:
        moved = tuple(v + s * t for v, s, t in zip(value, sizes, signs, strict=True))
        for old, new, error in zip(network(value), network(moved), errors, strict=True):
            assert abs(new - old) * float_checker.ONE <= error.size


@given(st.lists(numbers, min_size=0, max_size=4), numbers, st.integers(0, 2**40))
def test_T40_the_cost_of_a_sum_is_that_of_T15(
    weights: list[Fraction], constant: Fraction, size: int
) -> None:
    network = Network((Affine.dense([weights], [constant], len(weights)),)) if weights else None
    if network is None:
        return
    ((rows, bias, shift),) = scaled(network)
    sizes = [Fraction(size, 2**20)] * len(weights)
    found = float_checker.rounding(rows[0], bias[0], shift, [integer(one) for one in sizes])
    exact = local_error(network.layers[0].rows[0], constant, sizes) * float_checker.ONE
    assert exact * (1 - Fraction(1, 2**40)) <= found <= exact + 4


def test_underflow_costs_something() -> None:
    assert float_checker.rounding([(0, 1)], 0, 0, [0]) >= 1
    assert float_checker.rounding([], 0, 0, []) == 0


def test_errors_that_cancel() -> None:
    """relu(y) - relu(y) of one unit: what the rounding of y costs cancels, as in T15."""
    unit = Affine.dense([[2**20, -(2**20)]], [7])
    copies = Network((unit, Affine.dense([[1], [1]], [0, 0]), Affine.dense([[1, -1]], [0])))
    single = Network((unit, Affine.dense([[1]], [0])))
    point = Box.cube(2, 1, 1)
    assert 1000 * bound_of(copies, point, [-1])[0] < bound_of(single, point, [-1])[0]


def test_wide_layers_do_not_share_unknowns(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box.cube(2, -1, 1)
    deep = Network((*NETWORK.layers, NETWORK.layers[0]))
    shared = bound_of(deep, box, [-1])
    monkeypatch.setattr(float_checker, "SHARED", 0)
    alone = bound_of(deep, box, [-1])
    assert all(a <= b for a, b in zip(shared, alone, strict=True))


def claim_of(network: Network = NETWORK, box: Box | Polytope | None = None) -> Claim:
    side = NamedNetwork.of("n", network)
    return Claim(side, side, box or Box.cube(network.inputs, -1, 1))


def written(folder: Path, claim: Claim, cells: int = 1) -> dict[str, object]:
    """The files of a claim with its bounds; the value in float-bound.json."""
    found = float_bound(claim, cells)
    (folder / "claim.json").write_bytes(claim.data)
    for name, content in claim.network_files.items():
        (folder / name).write_bytes(content)
    (folder / FLOAT_BOUND).write_bytes(found.data)
    value: dict[str, object] = json.loads(found.data)
    return value


def answer(folder: Path, value: object = None) -> str:
    """What the checker prints of the file, or of another value in its place."""
    if value is not None:
        text = value if isinstance(value, str) else json.dumps(value)
        (folder / FLOAT_BOUND).write_text(text)
    command = [sys.executable, "-I", "-S", str(Path(float_checker.__file__))]
    command.append(str(folder / FLOAT_BOUND))
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("cells", [1, 4])
def test_the_file_is_accepted(tmp_path: Path, cells: int) -> None:
    value = written(tmp_path, claim_of(), cells)
    assert answer(tmp_path).startswith("accepted: float32 evaluation on the box of 2 inputs: left")
    networks = value["networks"]
    assert isinstance(networks, list)
    assert [entry["tree"].count(-1) for entry in networks] == [cells, cells]


def test_more_cells_give_smaller_bounds() -> None:
    network = read_network(EXAMPLES / "cancer_2-16-16-16-1.onnx").network
    whole, cut = (float_bound(claim_of(network, Box.cube(2, 0, 1)), n).left for n in (1, 16))
    assert cut[0] < whole[0]


Change = Callable[[dict[str, object], dict[str, object]], object]


def _lowered(_: dict[str, object], entry: dict[str, object]) -> None:
    bound = entry["bound"]
    assert isinstance(bound, list)
    bound[1] = str(Fraction(bound[1]) * Fraction(9, 10))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_lowered, "rejected: left.json: a bound does not follow"),
        (lambda top, _: top.update(box=[["-1", "2"], ["-1", "1"]]), "rejected: left.json: a bound"),
        (lambda top, _: top.update(input_error=["1/10", "0"]), "rejected: left.json: a bound"),
        (lambda top, _: top.update(input_error=["-1/10", "0"]), "malformed: input_error"),
        (lambda top, _: top.update(input_error=["0"]), "malformed: input_error"),
        (lambda top, _: top.update(box=[["1", "-1"], ["0", "1"]]), "malformed: box: it is empty"),
        (lambda top, _: top.update(box=[["0", "1"]], input_error=["0"]), "malformed: left.json"),
        (lambda top, _: top.update(box=[], input_error=[]), "malformed: box: expected intervals"),
        (lambda top, _: top.update(networks=[]), "malformed: networks: expected some"),
        (lambda top, _: top.update(version=2), "malformed: float-bound: expected the format"),
        (lambda top, _: top.update(more=1), "malformed: float-bound: expected exactly the keys"),
        (lambda _, entry: entry.update(sha256="0" * 64), "rejected: left.json: it has another dig"),
        (lambda _, entry: entry.update(file="none.json"), "malformed: [Errno 2]"),
        (lambda _, entry: entry.update(file="../left.json"), "malformed: file: expected a name"),
        (lambda _, entry: entry.update(bound=["1"]), "malformed: left.json: expected a bound for"),
        (lambda _, entry: entry.update(bound=["1", 1]), "malformed: bound: expected str"),
        (lambda _, entry: entry.update(bound=["1", "1.0"]), "malformed: bound: expected an exact"),
        (lambda _, entry: entry.update(tree=[]), "rejected: tree: it ends too early"),
        (lambda _, entry: entry.update(tree=[0, -1]), "rejected: tree: it ends too early"),
        (lambda _, entry: entry.update(tree=[-1, -1]), "rejected: tree: it goes on after its end"),
        (lambda _, entry: entry.update(tree=[2, -1, -1]), "rejected: tree: there is no such input"),
        (lambda _, entry: entry.update(tree=[-2]), "rejected: tree: there is no such input"),
        (lambda _, entry: entry.update(tree=[True, -1, -1]), "malformed: tree: expected int"),
    ],
)
def test_what_is_rejected(tmp_path: Path, change: Change, told: str) -> None:
    value = written(tmp_path, claim_of())
    networks = value["networks"]
    assert isinstance(networks, list)
    change(value, networks[0])
    assert answer(tmp_path, value).startswith(told)


def test_other_files_are_rejected(tmp_path: Path) -> None:
    written(tmp_path, claim_of())
    (tmp_path / "left.json").write_text(network_text(NETWORK).replace('"3"', '"4"'))
    assert answer(tmp_path).startswith("rejected: left.json: it has another digest")
    assert answer(tmp_path, "{").startswith("malformed: ")
    assert answer(tmp_path, '{"box": 1.5}').startswith("malformed: ")
    assert answer(tmp_path / "nowhere").startswith("malformed: ")


@pytest.mark.parametrize(
    "weight",
    [
        Fraction(1, 3),
        Fraction(2**24 + 1),
        Fraction(1, 2**150),
        Fraction(3, 2**150),
        Fraction(2**128),
    ],
)
def test_numbers_that_are_no_float32(weight: Fraction) -> None:
    network = Network((Affine.dense([[weight]], [0]),))
    with pytest.raises(ScopeError, match="no float32"):
        float_bound(claim_of(network))


@pytest.mark.parametrize(
    "weight", [Fraction(2**24 - 1), Fraction(1, 2**149), Fraction(-(2**24 - 1), 2**149)]
)
def test_numbers_that_are_float32(weight: Fraction) -> None:
    read = checker.Network(network_text(Network((Affine.dense([[weight]], [0]),))).encode(), "n")
    float_checker.require_float32(read, "n")


def test_what_is_out_of_scope() -> None:
    large = Network((Affine.dense([[2**100]], [0]),))
    with pytest.raises(ScopeError, match="overflow"):
        float_bound(claim_of(large, Box.cube(1, -(2**40), 2**40)))
    with pytest.raises(DomainError, match="expected a box"):
        float_bound(claim_of(NETWORK, Polytope(2, Box.cube(2, 0, 1).halfspaces)))
    with pytest.raises(RejectedError, match="too many terms"):
        float_checker.rounding([(0, 1)] * (2**24), 0, 0, [0])


def test_a_fixed_input_that_is_no_float_is_rounded(tmp_path: Path) -> None:
    tenth = Fraction(1, 10)
    box = Box((Fraction(-1), tenth), (Fraction(1), tenth))
    value = written(tmp_path, claim_of(NETWORK, box))
    assert value["input_error"] == ["0", str(abs(tenth - nearest_float32(tenth)))]
    assert answer(tmp_path).startswith("accepted")


@pytest.mark.parametrize(
    ("name", "high"),
    [
        ("iris_4-5-5-3.onnx", 8),
        ("cancer_2-16-16-16-1.onnx", 1),
        ("diabetes_5-16-16-1.onnx", 1),
        ("iris_4-5-5-5-5-3.onnx", 8),
    ],
)
def test_T40_onnxruntime_stays_within_the_bound(name: str, high: int) -> None:
    """A thousand float32 points of the box, each against the exact value."""
    network = read_network(EXAMPLES / name).network
    bound = float_bound(claim_of(network, Box.cube(network.inputs, 0, high))).left
    session = onnxruntime.InferenceSession(str(EXAMPLES / name))
    entry = session.get_inputs()[0].name
    random = np.random.default_rng(7)
    points = random.uniform(0, high, (1000, network.inputs)).astype(np.float32)
    for point in points:
        found = session.run(None, {entry: point.reshape(1, -1)})[0].ravel()
        exact = network([Fraction(float(value)) for value in point])
        assert is_within([Fraction(float(value)) for value in found], exact, bound)


def test_what_follows_for_deployed_networks() -> None:
    sides = NamedNetwork.of("n", NETWORK), NamedNetwork.of("n", NETWORK)
    box = Box.cube(2, -1, 1)
    left, right = (Fraction(1, 100), Fraction(2, 100)), (Fraction(3, 100), Fraction(4, 100))
    told = {
        relation: deployed(Claim(*sides, box, relation), left, right)[1:]
        for relation in ("exact", "eps=1/10", "top1", "margin=1/2", "topk=2")
    }
    assert told["exact"] == [
        "deployed: outputs of left and right in float32 differ by at most 0.04, 0.06",
        "deployed: where left's largest output leads by more than 0.1 in float32, right decides "
        "alike",
    ]
    assert "at most 0.14, 0.16" in told["eps=1/10"][0]
    assert "leads by 0.03 in float32, of right's outputs none exceeds" in told["top1"][0]
    assert told["top1"][0].endswith("by more than 0.07")
    assert "leads by 0.53 in float32" in told["margin=1/2"][0]
    assert "of right's outputs fewer than 2 exceed that" in told["topk=2"][0]


def test_prove_writes_the_bound_and_check_asks_its_checker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = str(EXAMPLES / "iris_4-5-5-3.onnx"), tmp_path / "out"
    words = ["prove", file, file, "--domain", "box:0,8", "-o", str(out)]
    assert main([*words, "--floats", "2"]) == 0
    assert "deployed: outputs of left and right in float32 differ by at most" in (
        capsys.readouterr().out
    )
    assert main(["check", str(out)]) == 0
    assert "accepted (verify/float_checker.py): float32 evaluation" in capsys.readouterr().out
    value = json.loads((out / FLOAT_BOUND).read_bytes())
    value["networks"][1]["bound"][0] = "1/1000000000"
    (out / FLOAT_BOUND).write_text(json.dumps(value))
    assert main(["check", str(out)]) == 1
    assert "right.json: a bound does not follow" in capsys.readouterr().out
    (out / FLOAT_BOUND).write_text("{}")
    assert main(["check", str(out)]) == 2
    capsys.readouterr()
    assert main(words) == 0  # a new result removes the old bound
    assert not (out / FLOAT_BOUND).exists()
    assert main([*words, "--floats", "1", "--domain", "all"]) == 0
    assert "nothing is stated about float32 evaluation: float32: expected a box" in (
        capsys.readouterr().out
    )


def test_the_report_says_what_follows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = str(EXAMPLES / "iris_4-5-5-3.onnx"), tmp_path / "out"
    words = ["prove", file, file, "--domain", "box:0,8", "--relation", "confidence=0.9"]
    assert main([*words, "--floats", "1", "-o", str(out)]) == 0
    assert "it follows for confidence=9/10: where left's softmax" in capsys.readouterr().out
    source = write_report(out, pdflatex="no-such-program").tex.read_text()
    assert "What was asked" in source
    assert "softmax of a class is at least 9/10" in source
    assert "was accepted by" in source
    assert "largest output leads by" in source
    value = json.loads((out / FLOAT_BOUND).read_bytes())
    value["networks"][0]["bound"][0] = "0"
    (out / FLOAT_BOUND).write_text(json.dumps(value))
    source = write_report(out, pdflatex="no-such-program").tex.read_text()
    assert "was not accepted, the checker says: rejected, " in source
    assert "largest output leads by" not in source


def test_bounds_about_another_box_say_nothing_of_the_claim(tmp_path: Path) -> None:
    written(tmp_path, claim_of())
    other = claim_of(NETWORK, Box.cube(2, -2, 2))
    assert (
        checked_float_bound(tmp_path, other).line == "it is not about the claim's networks and box"
    )
    assert checked_float_bound(tmp_path, claim_of()).answer == "accepted"


def test_the_checker_is_standard_library_and_short() -> None:
    text = Path(float_checker.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 350
    packages = {
        line.split()[1].split(".")[0]
        for line in text.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert packages - {"verify"} <= sys.stdlib_module_names
