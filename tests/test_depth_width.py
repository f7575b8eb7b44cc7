"""The tables of depth against width are what their command makes; times are not compared."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from benchmarks.depth_width import (
    COMMAND,
    NOTE,
    SIZES,
    SUBJECTS,
    TIMES,
    Variant,
    size_row,
    variants,
)
from benchmarks.evaluators import balanced, by_numpy, by_onnxruntime, ratios, rounded
from benchmarks.note_table import content_of, table
from benchmarks.run import EXAMPLES
from theory.cost import cost
from theory.domain import Box
from theory.network import Affine, Network
from verify.formats.network_file import read_network
from verify.testing.strategies import networks

TABLES = content_of(NOTE.read_text(encoding="utf-8"), COMMAND).split("\n\n")
SIZE_ROWS, TIME_ROWS = (
    [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in text.splitlines()[2:]]
    for text in TABLES
)


def test_the_note_has_the_headings_of_the_command() -> None:
    for text, head in zip(TABLES, (SIZES, TIMES), strict=True):
        assert text.splitlines()[:2] == table(head, []).splitlines()


def test_every_network_has_its_rows_and_no_form_differs() -> None:
    names = {file.rpartition("/")[2].removesuffix(".onnx") for file, _ in SUBJECTS}
    assert {row[0] for row in SIZE_ROWS} == {row[0] for row in TIME_ROWS} == names
    assert not [row for row in SIZE_ROWS if "different" in row]
    for row in SIZE_ROWS:
        known = ("itself", "accepted: ", "unknown after ", "")
        assert row[SIZES.index("equal")].startswith(known)


def test_the_network_itself_is_the_unit_of_time() -> None:
    own = [row for row in TIME_ROWS if row[TIMES.index("form")] == "as it is"]
    assert len(own) == len(SUBJECTS)
    assert {row[2:6] for row in own} == {("1",) * 4}


def test_rows_of_the_smallest_network_are_counted_again() -> None:
    name = "diabetes_2-8-8-1"
    network = read_network(EXAMPLES / f"{name}.onnx").network
    found = list(variants(network, Box.cube(2, -1, 1), 60))
    again = [size_row(name, "box:-1,1", one) for one in found if isinstance(one, Variant)]
    assert again == [row for row in SIZE_ROWS if row[0] == name]


@given(networks())
def test_balanced_networks_are_the_same_function(network: Network) -> None:
    even = balanced(network)
    for share in (Fraction(0), Fraction(1), Fraction(-2, 3)):
        point = [share * (index + 1) for index in range(network.inputs)]
        assert even(point) == network(point)
    for layer in even.layers[:-1]:
        for row, bias in zip(layer.rows, layer.bias, strict=True):
            largest = max([abs(bias), *(abs(weight) for _, weight in row)])
            assert largest == 0 or 1 <= largest < 2
    assert cost(even) == cost(network)


@given(networks())
def test_programs_compute_the_rounded_network(network: Network) -> None:
    points = np.linspace(-1, 1, 3 * network.inputs).reshape(3, network.inputs)
    single = rounded(network)
    exact = [network([Fraction(float(entry)) for entry in point]) for point in points]
    values = np.array([[float(value) for value in row] for row in exact])
    assert np.allclose(by_numpy(network, np.float64)(points), values)
    exact = [single([Fraction(float(np.float32(entry))) for entry in point]) for point in points]
    values = np.array([[float(value) for value in row] for row in exact])
    found = by_numpy(network, np.float32)(points.astype(np.float32))
    assert np.allclose(found, values, rtol=1e-3, atol=1e-3)


def test_onnxruntime_and_numpy_compute_the_same() -> None:
    network = read_network(EXAMPLES / "iris_4-5-5-3.onnx").network
    points = np.random.default_rng(2).random((5, 4)).astype(np.float32)
    left, right = by_onnxruntime(network)(points), by_numpy(network, np.float32)(points)
    assert np.allclose(left, right, rtol=1e-4, atol=1e-5)


def test_numbers_beyond_float32_are_refused() -> None:
    large = Network((Affine.dense([[2**128]], [0]),))
    with pytest.raises(OverflowError, match="beyond"):
        by_onnxruntime(large)
    small = rounded(Network((Affine.dense([[2**127]], [Fraction(1, 3)]),))).layers[0]
    assert small.bias == (Fraction(float(np.float32(1 / 3))),)


def test_ratios_are_to_the_first() -> None:
    points = np.ones((2, 2), np.float32)
    found = ratios([lambda value: value, lambda value: value + 1], points, 2, 1e-4)
    assert found[0] == 1
    assert found[1] > 0
