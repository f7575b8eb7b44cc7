"""The exact JSON form: what is written is read again, and nothing else is."""

import hashlib
import json
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.network import Affine, Network
from verify.errors import ExportError, FormatError, InputError
from verify.formats.network_file import read_network
from verify.formats.network_json import (
    network_digest,
    network_text,
    parse_network,
    write_network_json,
)
from verify.testing.strategies import networks

SMALL = Network(
    (
        Affine.dense([[0, Fraction(1, 2)], [3, -1]], [0, Fraction(1, 2)]),
        Affine.dense([[1, 1]], [-2]),
    )
)
SMALL_TEXT = (
    '{"format":"relucert-network","inputs":2,"layers":['
    '{"bias":["0","1/2"],"rows":[[1,"1/2"],[0,"3",1,"-1"]]},'
    '{"bias":["-2"],"rows":[[0,"1",1,"1"]]}],"version":1}\n'
)

wide_rationals = st.fractions() | st.floats(allow_nan=False, allow_infinity=False).map(Fraction)


@given(networks(weights=wide_rationals))
def test_round_trip(network: Network) -> None:
    assert parse_network(network_text(network).encode(), "a network") == network


def test_canonical_text() -> None:
    assert network_text(SMALL) == SMALL_TEXT
    assert parse_network(SMALL_TEXT.encode(), "small") == SMALL


def test_digest_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "small.json"
    digest = write_network_json(SMALL, path)
    source = read_network(path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == network_digest(SMALL) == source.sha256
    assert (source.network, source.name, source.format) == (SMALL, "small.json", "json")
    assert source.notes == ()


def test_other_texts_of_the_same_numbers() -> None:
    text = SMALL_TEXT.replace('"1/2"', '" 0.5 "').replace('"3"', '"6/2"').replace(",", " ,\n")
    assert parse_network(text.encode(), "small") == SMALL


def test_layers_without_units() -> None:
    network = Network((Affine(2, (), ()), Affine(0, ((), ()), (Fraction(1), Fraction(0)))))
    assert parse_network(network_text(network).encode(), "a network") == network


def edited(**changes: object) -> str:
    return json.dumps({**json.loads(SMALL_TEXT), **changes})


def with_row(row: str) -> str:
    return SMALL_TEXT.replace('[1,"1/2"]', row)


BAD = {
    "": "not JSON",
    "{": "line 1, column 2: not JSON",
    SMALL_TEXT[:60]: "not JSON",
    "[]": "expected an object with the keys",
    "null": "expected an object with the keys",
    edited(format="other"): 'expected "format":"relucert-network"',
    edited(version=2): '"version":1',
    edited(version=True): '"version":1',
    edited(extra=1): "expected an object with the keys",
    edited(inputs=0): "inputs: expected an integer of at least 1, got 0",
    edited(inputs="2"): "inputs: expected an integer of at least 1, got a text",
    edited(inputs=True): "inputs: expected an integer of at least 1, got true or false",
    edited(inputs=1): "layer 0: affine row 0: expected columns below 1",
    edited(layers=[]): "expected at least one layer",
    edited(layers={}): "layers: expected an array, got an object",
    edited(layers=[{"bias": [], "rows": []}]): "one output",
    edited(layers=[{"bias": ["0"]}]): "layer 0: expected an object with the keys",
    edited(layers=[{"bias": ["0"], "rows": []}]): "layer 0: affine: expected 0 biases, got 1",
    with_row('[1,"1/2",0]'): "layer 0, row 0: expected column and weight in turn",
    with_row('[1,"1/2",0,"1"]'): "layer 0: affine row 0: expected increasing columns",
    with_row('[1,"1/2",1,"1"]'): "layer 0: affine row 0: expected increasing columns",
    with_row('[1,"0"]'): "no zero weight",
    with_row('[7,"1"]'): "layer 0: affine row 0: expected columns below 2",
    with_row('[-1,"1"]'): "layer 0, row 0: expected an integer of at least 0, got -1",
    with_row('["1","1"]'): "layer 0, row 0: expected an integer of at least 0, got a text",
    with_row("[1,2]"): "layer 0, row 0: expected a number as text such as",
    with_row("[1,0.5]"): "got the float 0.5",
    with_row("[1,NaN]"): "got the float NaN",
    with_row("[1,-Infinity]"): "got the float -Infinity",
    with_row('[1,"nan"]'): "layer 0, row 0: number: expected 3, -1/2",
    with_row('[1,"1/0"]'): "division by zero",
    with_row('[1,"1//2"]'): "number: expected",
    with_row('[1,"1_000"]'): "number: expected",
    with_row('[1,"٣"]'): "number: expected",
    with_row('[1,""]'): "number: expected",
    with_row(f'[1,"{"1" * 5000}"]'): "number: expected",
    with_row(f"[{'1' * 5000},0]"): "expected integers of at most 4000 digits",
    SMALL_TEXT.replace('"inputs":2', '"inputs":2,"inputs":3'): "the key 'inputs' occurs twice",
    "[" * 100_000: "nested too deeply",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_texts_are_refused_with_one_line(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_network(text.encode(), "net.json")
    assert str(caught.value).startswith("net.json")
    assert BAD[text] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_encodings_are_refused() -> None:
    with pytest.raises(FormatError, match="byte 0 is not"):
        parse_network(SMALL_TEXT.encode("utf-16"), "net.json")


@given(st.data())
def test_damaged_texts_are_refused_or_read(data: st.DataObject) -> None:
    content = bytearray(SMALL_TEXT.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        parse_network(bytes(content[: data.draw(st.integers(0, len(content)))]), "net.json")


def test_numbers_too_long_to_be_read_are_not_written(tmp_path: Path) -> None:
    long = Network((Affine.dense([[1]], [Fraction(1, 3**9000)]),))
    with pytest.raises(ExportError, match="layer 0: a number is longer"):
        write_network_json(long, tmp_path / "long.json")


def test_folders_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written, No such file"):
        write_network_json(SMALL, tmp_path / "missing" / "net.json")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.json", "cannot be read, No such file or directory"),
        ("net.txt", "expected a file name that ends in .onnx, .nnet or .json"),
        ("net", "expected a file name that ends in .onnx, .nnet or .json"),
        ("a\nb.json", "a\\nb.json: cannot be read"),
        ("a\0b.json", "a\\x00b.json: is no file name"),
        ("net.json#normalised", "there is no view 'normalised'"),
    ],
)
def test_files_that_are_not_there(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_network(tmp_path / name)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_whose_name_has_the_mark_of_a_view(tmp_path: Path) -> None:
    path = tmp_path / "net.nnet#1.json"
    write_network_json(SMALL, path)
    assert read_network(path).name == "net.nnet#1.json"
