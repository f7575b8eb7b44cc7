"""ONNX export: the same function without rounding, or a refusal that names the numbers."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto

from tests.onnx_models import Runtime
from theory.network import Affine, Network
from verify.errors import ExportError
from verify.formats.exactness import Exactness, exactness, inexact_entries, network_exactness
from verify.formats.network_file import read_network
from verify.formats.onnx_reader import parse_onnx
from verify.formats.onnx_writer import onnx_model, write_onnx
from verify.testing.strategies import networks


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exactness_of_floats(value: float) -> None:
    with np.errstate(over="ignore"):
        single = float(np.float32(value)) == value
    assert exactness(Fraction(value)) is (Exactness.FLOAT32 if single else Exactness.FLOAT64)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(0), "float32"),
        (Fraction(1, 3), "rational"),
        (Fraction(2**24 + 1), "float64"),
        (Fraction(2**53 + 1), "rational"),
        (Fraction(2**127), "float32"),
        (Fraction(-(2**128)), "float64"),
        (Fraction(2**1023), "float64"),
        (Fraction(2**1024), "rational"),
        (Fraction(2**5000), "rational"),
        (Fraction(1, 2**149), "float32"),
        (Fraction(1, 2**150), "float64"),
        (Fraction(1, 2**1074), "float64"),
        (Fraction(1, 2**1075), "rational"),
        (Fraction(3, 2**1075), "rational"),
    ],
)
def test_exactness_at_the_ends(value: Fraction, expected: str) -> None:
    assert exactness(value).text == expected


def rounded(network: Network, dtype: type[np.floating[Any]]) -> Network:
    """The network with every number rounded to a float."""

    def near(value: Fraction) -> Fraction:
        return Fraction(float(dtype(float(value))))

    return Network(
        tuple(
            Affine.dense(
                [[near(entry) for entry in row] for row in layer.weight],
                [near(entry) for entry in layer.bias],
                layer.inputs,
            )
            for layer in network.layers
        )
    )


@given(networks(), st.sampled_from([np.float32, np.float64]))
def test_round_trip(network: Network, dtype: type[np.floating[Any]]) -> None:
    stored = rounded(network, dtype)
    content = onnx_model(stored).SerializeToString()
    assert parse_onnx(content, "written.onnx")[0] == stored


@given(networks())
def test_float32_networks_are_written_as_float32(network: Network) -> None:
    model = onnx_model(rounded(network, np.float32))
    onnx.checker.check_model(model, full_check=True)
    assert {tensor.data_type for tensor in model.graph.initializer} == {TensorProto.FLOAT}


@pytest.mark.parametrize("size", [Fraction(1), 1 + Fraction(1, 2**40)])
def test_onnxruntime_runs_what_is_written(size: Fraction) -> None:
    network = Network((Affine.dense([[size, -1], [2, 0]], [0, 1]), Affine.dense([[1, -1]], [-3])))
    point = (Fraction(3), Fraction(1))
    assert Runtime(onnx_model(network))(point) == network(point)


def test_layers_without_units() -> None:
    network = Network((Affine(2, (), ()), Affine(0, ((),), (Fraction(1, 2),))))
    assert parse_onnx(onnx_model(network).SerializeToString(), "x")[0] == network


def test_numbers_that_are_no_floats_are_named(tmp_path: Path) -> None:
    third = Fraction(1, 3)
    network = Network(
        (Affine.dense([[1, third], [0, 2]], [0, 1]), Affine.dense([[1, third]], [third]))
    )
    with pytest.raises(ExportError) as caught:
        write_onnx(network, tmp_path / "net.onnx")
    assert str(caught.value) == (
        "ONNX export: 3 numbers are no float64: layer 0, row 0, column 1 is 1/3;"
        " layer 1, row 0, column 1 is 1/3; layer 1, row 0, bias is 1/3"
    )
    assert not (tmp_path / "net.onnx").exists()
    assert [entry.place for entry in inexact_entries(network, Exactness.FLOAT64)] == [
        "layer 0, row 0, column 1",
        "layer 1, row 0, column 1",
        "layer 1, row 0, bias",
    ]


def test_long_numbers_and_long_lists_are_cut() -> None:
    long = Fraction(1, 3**200)
    network = Network((Affine.dense([[long] * 5], [0]),))
    with pytest.raises(ExportError) as caught:
        onnx_model(network)
    assert str(caught.value).startswith("ONNX export: 5 numbers are no float64: layer 0, row 0")
    assert "is a fraction of 318 bits; " in str(caught.value)
    assert str(caught.value).endswith("; ...")
    single = Network((Affine.dense([[long]], [0]),))
    with pytest.raises(ExportError, match="1 number is no float64"):
        onnx_model(single)


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    network = Network((Affine.dense([[1]], [0]),))
    with pytest.raises(ExportError, match="cannot be written, No such file or directory"):
        write_onnx(network, tmp_path / "missing" / "net.onnx")


def test_too_many_dense_weights() -> None:
    rows: tuple[()] = ()
    network = Network((Affine(1, (rows,) * 20_000, (Fraction(0),) * 20_000),) * 1)
    wide = Network((*network.layers, Affine(20_000, (rows,) * 20_000, (Fraction(0),) * 20_000)))
    assert network_exactness(wide) is Exactness.FLOAT32
    with pytest.raises(ExportError, match="write the JSON form"):
        onnx_model(wide)


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    network = Network((Affine.dense([[1, Fraction(1, 2)]], [0]),))
    digest = write_onnx(network, tmp_path / "net.onnx")
    source = read_network(tmp_path / "net.onnx")
    assert (source.network, source.sha256) == (network, digest)
    assert source.notes == ("the batch axis of unknown size is read as 1",)
