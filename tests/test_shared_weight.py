"""T50: networks whose edges share one weight, decided for every weight."""

import json
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.architectures.shared_weight import ACTIVATIONS, SharedNode, SharedWeightNetwork
from theory.architectures.weight_axis import Root, WeightInterval, weight_intervals
from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.network import Vector
from verify.agnostic_checker import check
from verify.checker import MalformedError, RejectedError
from verify.cli import main
from verify.errors import FormatError, InputError, UnsupportedError
from verify.formats.shared_json import parse_shared, shared_bytes
from verify.formats.wann import parse_wann
from verify.prove.architectures.shared_weight import (
    EveryWeight,
    Question,
    TellingWeight,
    for_every_weight,
)
from verify.result import AGNOSTIC

F = Fraction
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
XNOR = SharedWeightNetwork(
    2,
    (
        SharedNode("absolute", (1, 2)),
        SharedNode("absolute", (0,)),
        SharedNode("absolute", (3,)),
        SharedNode("absolute", (4,)),
    ),
    (6, 5),
)


@st.composite
def shared(draw: st.DrawFn, inputs: int = 2, most: int = 5) -> SharedWeightNetwork:
    """Any network: nodes that read nothing, paths of several lengths, outputs twice."""
    nodes: list[SharedNode] = []
    for number in range(inputs + 1, inputs + 1 + draw(st.integers(1, most))):
        sources = draw(st.sets(st.integers(0, number - 1), max_size=3))
        activation = draw(st.sampled_from(sorted(ACTIVATIONS)))
        nodes.append(SharedNode(activation, tuple(sorted(sources))))
    ends = st.integers(inputs + 1, inputs + len(nodes))
    return SharedWeightNetwork(
        inputs, tuple(nodes), tuple(draw(st.lists(ends, min_size=1, max_size=3)))
    )


@st.composite
def levelled(draw: st.DrawFn, inputs: int = 1) -> SharedWeightNetwork:
    """A network all of whose paths have one length."""
    before, first, nodes = list(range(inputs + 1)), inputs + 1, []
    for _ in range(draw(st.integers(1, 3))):
        width = draw(st.integers(1, 2))
        for _ in range(width):
            sources = draw(st.sets(st.sampled_from(before), max_size=2))
            activation = draw(st.sampled_from(sorted(ACTIVATIONS)))
            nodes.append(SharedNode(activation, tuple(sorted(sources))))
        before, first = list(range(first, first + width)), first + width
    return SharedWeightNetwork(inputs, tuple(nodes), (before[0], before[-1]))


def points(inputs: int) -> st.SearchStrategy[Vector]:
    return st.tuples(*(NUMBERS,) * inputs)


@given(levelled(), points(1), st.fractions(min_value=F(1, 9), max_value=9, max_denominator=9))
def test_T50_a_positive_factor_of_the_weight_is_a_factor_of_the_outputs(
    network: SharedWeightNetwork, point: Vector, weight: Fraction
) -> None:
    power = weight**network.path_length
    for sign in (1, -1):
        expected = tuple(power * value for value in network(F(sign), point))
        assert network(sign * weight, point) == expected


@given(shared(), points(2), NUMBERS)
def test_T50_the_network_at_a_weight_is_the_same_function(
    network: SharedWeightNetwork, point: Vector, weight: Fraction
) -> None:
    assert network.at(weight)(point) == network(weight, point)


def holds(interval: WeightInterval, weight: Fraction) -> bool | None:
    """Whether a weight lies in the interval; None if it is in the interval of an end."""
    found = True
    for end, is_start, belongs in (
        (interval.start, True, interval.has_start),
        (interval.end, False, interval.has_end),
    ):
        if end is None:
            continue
        if end.low == end.high == weight:
            found = found and belongs
        elif end.low <= weight <= end.high:
            return None
        else:
            found = found and (weight > end.high if is_start else weight < end.low)
    return found


@given(shared(1, 4), st.lists(points(1), min_size=1, max_size=2), st.lists(NUMBERS, max_size=5))
def test_T50_decisions_are_constant_on_the_intervals(
    network: SharedWeightNetwork, chosen: list[Vector], weights: list[Fraction]
) -> None:
    intervals = weight_intervals(network, chosen)
    assert all(a.decision != b.decision for a, b in pairwise(intervals))
    ends = [one.start.low for one in intervals if one.start is not None]
    for weight in (*weights, *ends, F(0), F(1000), F(-1000)):
        inside = [holds(one, weight) for one in intervals]
        assert inside.count(True) == 1 or None in inside
        for interval, is_in in zip(intervals, inside, strict=True):
            if is_in:
                for point, decision in zip(chosen, interval.decision, strict=True):
                    outputs = network(weight, point)
                    best = {i for i, value in enumerate(outputs) if value == max(outputs)}
                    assert best == set(decision)


def test_T50_an_irrational_end_is_isolated_and_its_decision_is_exact() -> None:
    sources = ((1,), (2,), (3,), (0, 1))
    nodes = tuple(SharedNode("identity", one) for one in sources)
    network = SharedWeightNetwork(1, nodes, (4, 5))  # w^3 and 2 w at x = 1
    found = weight_intervals(network, [(F(1),)])
    roots = [one.end for one in found if one.end is not None and one.start is one.end]
    assert [root.polynomial for root in roots] == [(-2, 0, 1), (0, 1), (-2, 0, 1)]
    assert all(one.decision == (frozenset({0, 1}),) for one in found if one.start is one.end)
    low, high = roots[-1].low, roots[-1].high
    assert low < high
    assert low**2 < 2 < high**2


def test_T50_halving_keeps_the_root() -> None:
    root = Root((-2, 0, 1), F(1), F(2))
    for _ in range(20):
        root = root.halved()
    assert root.low**2 < 2 < root.high**2
    assert root.high - root.low == F(1, 2**20)


def read_from(files: dict[str, bytes]) -> str:
    return check(files.__getitem__, files[AGNOSTIC])


@given(levelled(), levelled())
def test_T50_every_weight_by_two_claims(
    left: SharedWeightNetwork, right: SharedWeightNetwork
) -> None:
    lengths = {one.path_length for one in (left, right)} - {0}
    assume(len(lengths) <= 1)
    question = Question(left, right, None, Box.cube(1, -2, 2))
    answer = for_every_weight(question)
    if isinstance(answer, EveryWeight):
        assert "equal outputs for every weight" in read_from(answer.files)
        for weight in (F(-2), F(-1, 3), F(0), F(5)):
            for x in (F(-2), F(1, 3), F(2)):
                assert left(weight, (x,)) == right(weight, (x,))
    else:
        assert isinstance(answer, TellingWeight)
        assert left(answer.weight, answer.point) != right(answer.weight, answer.point)


def test_T50_a_network_is_right_for_every_weight_on_one_box_and_not_on_another() -> None:
    inside = Box((F(1, 2), F(1, 2)), (F(3), F(3)))
    answer = for_every_weight(Question(XNOR, None, 1, inside))
    assert isinstance(answer, EveryWeight)
    assert "output 1 is largest" in read_from(answer.files)
    wider = Box((F(1, 4), F(1, 2)), (F(3), F(3)))
    found = for_every_weight(Question(XNOR, None, 1, wider))
    assert isinstance(found, TellingWeight)
    outputs = XNOR(found.weight, found.point)
    assert outputs[1] < outputs[0]


MIXED = SharedWeightNetwork(1, (SharedNode("relu", (0, 1)), SharedNode("absolute", (1, 2))), (3,))


def test_T50_paths_of_two_lengths_are_left_to_z3() -> None:
    with pytest.raises(ScopeError, match="paths of 1 and 2 edges"):
        _ = MIXED.path_length
    answer = for_every_weight(Question(MIXED, MIXED, None, Box.cube(1, -1, 1)))
    assert isinstance(answer, EveryWeight)
    assert not answer.files
    assert "Z3" in answer.about
    other = SharedWeightNetwork(1, (SharedNode("absolute", (1,)),), (2,))
    found = for_every_weight(Question(MIXED, other, None, Box.cube(1, -1, 1)))
    assert isinstance(found, TellingWeight)
    assert MIXED(found.weight, found.point) != other(found.weight, found.point)


def test_T50_the_checker_does_not_apply_the_theorem_to_paths_of_two_lengths() -> None:
    answer = for_every_weight(Question(XNOR, None, 1, Box.cube(2, 1, 2)))
    assert isinstance(answer, EveryWeight)
    files = dict(answer.files)
    mixed = SharedWeightNetwork(2, (SharedNode("relu", (0, 1)), SharedNode("relu", (1, 3))), (4, 4))
    files["left.json"] = shared_bytes(mixed)
    value = json.loads(files[AGNOSTIC])
    value["left"]["sha256"] = sha256(files["left.json"]).hexdigest()
    files[AGNOSTIC] = json.dumps(value).encode()
    with pytest.raises(RejectedError, match="two lengths"):
        read_from(files)


def test_T50_changed_evidence_is_refused() -> None:
    answer = for_every_weight(Question(XNOR, None, 1, Box.cube(2, 1, 2)))
    assert isinstance(answer, EveryWeight)
    for change, error in (
        ({"largest": 0}, RejectedError),
        ({"largest": 7}, MalformedError),
        ({"largest": None}, MalformedError),
        ({"proofs": []}, MalformedError),
        ({"domain": {"box": [["-1", "1"], ["-1", "1"]], "halfspaces": []}}, RejectedError),
    ):
        value = {**json.loads(answer.files[AGNOSTIC]), **change}
        with pytest.raises(error):
            read_from({**answer.files, AGNOSTIC: json.dumps(value).encode()})
    with pytest.raises(RejectedError):
        read_from({**answer.files, "left.json": shared_bytes(MIXED)})


@given(shared())
def test_files_are_read_as_written(network: SharedWeightNetwork) -> None:
    assert parse_shared(shared_bytes(network), "x") == network


@pytest.mark.parametrize(
    "change",
    [
        {"nodes": [["tanh", [1]]]},
        {"nodes": [["step", [1]]]},
        {"nodes": [["relu", [2]]]},
        {"nodes": [["relu", [1, 1]]]},
        {"nodes": [["relu"]]},
        {"outputs": [1]},
        {"outputs": []},
        {"inputs": 0},
        {"version": 2},
    ],
)
def test_malformed_files_are_refused(change: dict[str, object]) -> None:
    value = {
        "format": "relucert-shared-weight",
        "inputs": 1,
        "nodes": [["relu", [0, 1]]],
        "outputs": [2],
        "version": 1,
    }
    assert parse_shared(json.dumps(value).encode(), "x").path_length == 1
    with pytest.raises(FormatError):
        parse_shared(json.dumps({**value, **change}).encode(), "x")


WANN = """0,0,0,1.00e+00,nan,1
0,0,0,1.00e+00,0,1
0,0,0,0,nan,1
0,0,0,0,-2.5e-01,8
0,0,0,0,0,1
"""


def test_the_published_format_is_read() -> None:
    expected = SharedWeightNetwork(
        2, (SharedNode("absolute", (0, 1)), SharedNode("identity", (3,))), (4,)
    )
    assert parse_wann(WANN.encode(), 2, 1, "x") == expected
    assert expected.path_length == 2


@pytest.mark.parametrize(
    ("old", "new", "error", "told"),
    [
        ("-2.5e-01,8", "-2.5e-01,5", UnsupportedError, "node 3: tanh"),
        ("-2.5e-01,8", "-2.5e-01,2", UnsupportedError, "node 3: step"),
        ("-2.5e-01,8", "-2.5e-01,11", FormatError, "no activation 11"),
        ("-2.5e-01,8", "-2.5e-01,8.5", FormatError, "number of an activation"),
        ("-2.5e-01,8", "x,8", FormatError, "row 4"),
        ("-2.5e-01,8", "8", FormatError, "n rows of n"),
        ("0,0,0,0,0,1", "0,0,0,1,0,1", FormatError, "node 3: expected edges from earlier"),
        ("0,0,0,0,0,1", "0,1,0,0,0,1", FormatError, "node 1: expected edges"),
    ],
)
def test_malformed_published_files_are_refused(
    old: str, new: str, error: type[InputError], told: str
) -> None:
    with pytest.raises(error, match=told):
        parse_wann(WANN.replace(old, new).encode(), 2, 1, "x")


def test_questions_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError):
        Question(XNOR, None, 2, Box.cube(2, 0, 1))
    with pytest.raises(ShapeError):
        Question(XNOR, None, 0, Box.cube(1, 0, 1))
    with pytest.raises(ShapeError):
        Question(XNOR, MIXED, None, Box.cube(2, 0, 1))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "xnor.json", tmp_path / "out"
    file.write_bytes(shared_bytes(XNOR))
    command = ["agnostic", str(file)]
    assert main([*command, "--largest", "1", "--domain", "box:1/2,3;1/2,3", "-o", str(out)]) == 0
    assert main(["check", str(out)]) == 0
    assert "output 1 is largest for every weight" in capsys.readouterr().out
    assert main([*command, "--largest", "1", "--domain", "box:-1,1;-1,1"]) == 1
    assert main([*command, "--points", "1,1;1,-1"]) == 0
    assert "w in (-infinity, 0): largest [1] [0]" in capsys.readouterr().out
    assert main(command) == 3
    assert main([*command, "--points", "1"]) == 3
    published = tmp_path / "net.out"
    published.write_text(WANN, encoding="ascii")
    assert main(["agnostic", f"{published}#2,1", "--points", "1,1"]) == 0
    assert main(["agnostic", f"{published}#2,1", f"{published}#2,1"]) == 0
    assert main(["agnostic", f"{published}#4,1", "--points", "1,1"]) == 3
    assert main(["agnostic", str(published), "--points", "1,1"]) == 3
    assert main([*command, "--points", "1,x"]) == 3
    assert main([*command, "--largest", "2", "--domain", "box:-1,1;-1,1"]) == 3
