"""T49: residual blocks one after the other and side by side."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proofs import claim_of
from theory.architectures.residual import (
    Cost,
    Crossing,
    ResidualBlocks,
    cost,
    first_crossing,
    parallel_network,
    serial_network,
)
from theory.domain import Space
from theory.errors import ShapeError
from theory.network import Affine, Network, Vector
from verify.cli import main
from verify.errors import FormatError
from verify.formats.residual_json import parse_residual, residual_bytes
from verify.prove.strategy import prove
from verify.verdict import Different, Equivalent

F = Fraction
SMALL = st.integers(-2, 2)
POINTS = st.tuples(*(st.fractions(-3, 3, max_denominator=3),) * 3)
EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "residual"


def layer(draw: st.DrawFn, inputs: int, outputs: int, reads: set[int], writes: set[int]) -> Affine:
    rows = [
        [draw(SMALL) if i in writes and j in reads else 0 for j in range(inputs)]
        for i in range(outputs)
    ]
    return Affine.dense(rows, [draw(SMALL) if i in writes else 0 for i in range(outputs)], inputs)


@st.composite
def blocks(draw: st.DrawFn, *, is_orthogonal: bool = False) -> ResidualBlocks:
    """Branches of 0 to 2 hidden layers with 0 to 2 units; orthogonal ones read 0 and write 1, 2."""
    everything = {0, 1, 2}
    reads, writes = ({0}, {1, 2}) if is_orthogonal else (everything, everything)
    branches = []
    for _ in range(draw(st.integers(1, 3))):
        sizes = [3, *draw(st.lists(st.integers(0, 2), max_size=2)), 3]
        last = len(sizes) - 2
        branches.append(
            Network(
                tuple(
                    layer(
                        draw,
                        sizes[i],
                        sizes[i + 1],
                        reads if i == 0 else everything,
                        writes if i == last else everything,
                    )
                    for i in range(last + 1)
                )
            )
        )
    return ResidualBlocks(tuple(branches))


@given(blocks(), POINTS)
def test_T49_both_networks_compute_the_blocks(found: ResidualBlocks, point: Vector) -> None:
    assert serial_network(found)(point) == found.serial(point)
    assert parallel_network(found)(point) == found.parallel(point)


@given(blocks(is_orthogonal=True), POINTS)
def test_T49_orthogonal_blocks_are_the_same_side_by_side(
    found: ResidualBlocks, point: Vector
) -> None:
    assert first_crossing(found) is None
    assert found.serial(point) == found.parallel(point)


@given(blocks(), POINTS)
def test_T49_blocks_that_differ_have_a_crossing(found: ResidualBlocks, point: Vector) -> None:
    if found.serial(point) != found.parallel(point):
        crossing = first_crossing(found)
        assert crossing is not None
        assert crossing.writer < crossing.reader
        assert crossing.product


@given(blocks())
def test_T49_widths_are_as_the_formula_says(found: ResidualBlocks) -> None:
    network, depths = parallel_network(found), [one.hidden_layers for one in found.branches]
    assert network.hidden_layers == max(depths) == cost(found).parallel_depth
    for level, width in enumerate(network.widths[1:-1], start=1):
        branches = [one for one in found.branches if one.hidden_layers]
        together = sum(one.widths[min(level, one.hidden_layers)] for one in branches)
        assert width == 6 + together <= 6 + cost(found).parallel_width


def dense(*layers: tuple[list[list[int]], list[int]]) -> Network:
    return Network(tuple(Affine.dense(weight, bias) for weight, bias in layers))


RELU = dense(([[1]], [0]), ([[1]], [0]))


def test_T49_relu_twice_differs_at_one() -> None:
    twice = ResidualBlocks((RELU, RELU))
    assert twice.serial((F(1),)) == (F(4),)
    assert twice.parallel((F(1),)) == (F(3),)
    crossing = first_crossing(twice)
    assert crossing is not None
    assert crossing == Crossing(0, 1, 0, 0, F(1))
    verdict = prove(claim_of(serial_network(twice), parallel_network(twice), Space(1)))
    assert isinstance(verdict, Different)
    assert verdict.left != verdict.right
    assert cost(twice) == Cost(2, 1, 1, 2, 2)


def test_T49_a_bias_that_is_read_is_a_crossing() -> None:
    writer = dense(([[1, 0]], [0]), ([[0], [0]], [0, 1]))
    reader = dense(([[0, 1]], [0]), ([[1], [0]], [0, 0]))
    found = ResidualBlocks((writer, reader))
    crossing = first_crossing(found)
    assert crossing is not None
    assert crossing.column is None
    assert found.serial((F(0), F(0))) != found.parallel((F(0), F(0)))
    assert first_crossing(ResidualBlocks((reader, writer))) is not None  # the unit is read
    still = dense(([[0, 1]], [0]), ([[0], [0]], [0, 0]))
    equal = ResidualBlocks((writer, still))  # reads, and makes nothing of it
    assert first_crossing(equal) is not None
    assert equal.serial((F(1), F(2))) == equal.parallel((F(1), F(2)))


def test_T49_orthogonal_blocks_are_proved_in_one_step() -> None:
    found = parse_residual((EXAMPLES / "orthogonal.json").read_bytes(), "orthogonal.json")
    claim = claim_of(serial_network(found), parallel_network(found), Space(found.size))
    verdict = prove(claim, engine="merge")
    assert isinstance(verdict, Equivalent)


def test_branches_of_other_shapes_are_refused() -> None:
    with pytest.raises(ShapeError):
        ResidualBlocks(())
    with pytest.raises(ShapeError, match="branch 1"):
        ResidualBlocks((RELU, dense(([[1, 0], [0, 1]], [0, 0]))))
    with pytest.raises(ShapeError, match="branch 0"):
        ResidualBlocks((dense(([[1, 0]], [0])),))


@given(blocks())
def test_files_are_read_as_written(found: ResidualBlocks) -> None:
    assert parse_residual(residual_bytes(found), "x") == found


@pytest.mark.parametrize(
    "change", [{"branches": []}, {"branches": [1]}, {"version": 2}, {"more": 1}, {"format": "x"}]
)
def test_malformed_files_are_refused(change: dict[str, object]) -> None:
    value = json.loads(residual_bytes(ResidualBlocks((RELU,))))
    with pytest.raises(FormatError):
        parse_residual(json.dumps({**value, **change}).encode(), "x")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    command = ["transform", "parallel"]
    assert main([*command, str(EXAMPLES / "orthogonal.json"), "-o", str(out)]) == 0
    assert "orthogonal: no branch reads" in capsys.readouterr().out
    assert main(["check", str(out)]) == 0
    twice = str(EXAMPLES / "relu_twice.json")
    assert main([*command, twice, "--domain", "box:-2,2", "-o", str(out)]) == 1
    assert "not orthogonal: branch 1, row 0, reads what branch 0" in capsys.readouterr().out
    assert main(["check", str(out)]) == 1
    assert main([*command, twice, "--domain", "box:-2,-1"]) == 0  # nothing is written there
    assert main([*command, twice, "--steps", "3"]) == 3
    assert main([*command, str(tmp_path / "none.json")]) == 3
