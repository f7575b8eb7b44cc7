"""NNet text: decimals mean decimals, and the normalisation is part of the network."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.network import Network, Vector
from verify.errors import FormatError, InputError
from verify.formats.network_file import read_network
from verify.formats.nnet import parse_nnet
from verify.testing.strategies import networks, vectors

SMALL = """// A comment
2,2,1,3,
2,3,1,
0,
-1.0,-2.0,
1.0,2.0,
0.5,-0.1,7.5,
2.0,4.0,10.0,
0.1,-0.2,
1e0,0,
-3,0.25
0.5,
-1.0e-1,
0,
1,2,3,
-0.7,
"""
POINT = (Fraction(1, 3), Fraction(-5, 7))


def by_hand(point: Vector) -> Fraction:
    """The physical network of SMALL, in one formula."""
    x = (point[0] - Fraction(1, 2)) / 2
    y = (point[1] + Fraction(1, 10)) / 4
    units = (x / 10 - y / 5 + Fraction(1, 2), x - Fraction(1, 10), -3 * x + y / 4)
    a, b, c = (max(unit, Fraction(0)) for unit in units)
    return 10 * (a + 2 * b + 3 * c - Fraction(7, 10)) + Fraction(15, 2)


@given(vectors(2))
def test_normalisation_is_composed_exactly(point: Vector) -> None:
    network, notes = parse_nnet(SMALL.encode(), "small.nnet")
    assert network(point) == (by_hand(point),)
    assert notes == ("inputs are not clipped to the minima and maxima of the file",)


def test_the_layers_alone() -> None:
    network, notes = parse_nnet(SMALL.encode(), "small.nnet", normalised=True)
    assert network.layers[0].weight[0] == (Fraction(1, 10), Fraction(-1, 5))
    assert network.layers[1].bias == (Fraction(-7, 10),)
    assert len(notes) == 1


def test_views_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.nnet"
    path.write_text(SMALL)
    physical, normalised = read_network(path), read_network(f"{path}#normalised")
    inside = ((POINT[0] - Fraction(1, 2)) / 2, (POINT[1] + Fraction(1, 10)) / 4)
    outside = 10 * normalised.network(inside)[0] + Fraction(15, 2)
    assert physical.network(POINT) == (outside,)
    assert (physical.name, normalised.name) == ("small.nnet", "small.nnet#normalised")
    assert physical.sha256 == normalised.sha256


def nnet_text(network: Network, means: Vector, ranges: Vector) -> str:
    """A network with decimal numbers as NNet text."""
    sizes = network.widths
    lines = [
        f"{len(sizes) - 1},{sizes[0]},{sizes[-1]},{max(sizes)},",
        ",".join(map(str, sizes)) + ",",
        "0,",
        "0,",
        "0,",
        _line(means),
        _line(ranges),
    ]
    for layer in network.layers:
        lines += [_line(row) for row in layer.weight]
        lines += [_line((bias,)) for bias in layer.bias]
    return "\n".join(lines) + "\n"


def _line(values: Vector) -> str:
    return ",".join(f"{float(value):.10f}" for value in values) + ","


quarters = st.integers(-40, 40).map(lambda n: Fraction(n, 4))


@given(networks(weights=quarters), st.data())
def test_random_networks_are_read(network: Network, data: st.DataObject) -> None:
    size = network.inputs + 1
    means = data.draw(vectors(size, quarters))
    ranges = data.draw(vectors(size, quarters.filter(bool)))
    point = data.draw(vectors(network.inputs))
    found, _ = parse_nnet(nnet_text(network, means, ranges).encode(), "a network")
    inside = [(p - m) / r for p, m, r in zip(point, means, ranges, strict=False)]
    assert found(point) == tuple(ranges[-1] * y + means[-1] for y in network(inside))


def changed(line: int, text: str) -> str:
    """SMALL with another text in a line, counted from 1."""
    lines = SMALL.splitlines()
    lines[line - 1] = text
    return "\n".join(lines)


BAD = {
    "": "expected layers, inputs, outputs and largest width, but the file ends",
    "// only a comment": "but the file ends",
    changed(2, "3,2,1,3"): "line 3: sizes [2, 3, 1] contradict the header",
    changed(2, "2,5,1,3"): "line 3: sizes [2, 3, 1] contradict the header",
    changed(2, "2,2"): "contradict the header",
    changed(2, "two,2,1,3"): "line 2: layers, inputs, outputs and largest width: expected positive",
    changed(2, "2,2,-1,3"): "line 2",
    changed(2, "2,2,1.0,3"): "line 2",
    changed(3, "2,0,1"): "line 3: sizes of the layers: expected positive integers",
    changed(3, "2,3,99999999"): "line 3: sizes of the layers: expected positive integers",
    changed(6, "1.0,x"): "line 6: maxima of the inputs: number: expected 3",
    changed(7, "0.5,-0.1"): "means: expected 3 numbers, got 2",
    changed(8, "2.0,4.0"): "line 8: ranges of inputs and outputs: expected 3 numbers, got 2",
    changed(8, "2.0,0.0,1.0"): "line 8: ranges: expected no zero",
    changed(9, "0.1,-0.2,3"): "line 9: layer 0, row 0: expected 2 numbers, got 3",
    changed(9, "0.1"): "line 9: layer 0, row 0: expected 2 numbers, got 1",
    changed(9, "0.1,nan"): "line 9: layer 0, row 0: number: expected 3, -1/2",
    changed(9, "0.1,inf"): "line 9: layer 0, row 0: number",
    changed(9, "0.1,,"): "line 9: layer 0, row 0: number",
    changed(9, "0.1,0x1p3"): "line 9: layer 0, row 0: number",
    changed(9, "0.1,1e99999"): "line 9: layer 0, row 0: number",
    changed(12, "1,2"): "line 12: layer 0, bias 0: expected 1 numbers, got 2",
    changed(16, ""): "layer 1, bias 0, but the file ends",
    SMALL + "1,2,\n": "line 17: expected the end of the file after 2 layers",
    SMALL.replace("// A comment", "A comment"): "line 1: layers, inputs",
    SMALL.replace("0.25", "0.2٣"): "is not ASCII",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_texts_are_refused_with_one_line(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_nnet(text.encode(), "net.nnet")
    assert str(caught.value).startswith("net.nnet")
    assert BAD[text] in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.integers(0, len(SMALL) - 20))
def test_truncated_texts_are_refused(length: int) -> None:
    with pytest.raises(FormatError):
        parse_nnet(SMALL[:length].encode(), "net.nnet")


@given(st.data())
def test_damaged_texts_are_refused_or_read(data: st.DataObject) -> None:
    content = bytearray(SMALL.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        parse_nnet(bytes(content), "net.nnet")


def test_further_means_are_told(data: Path) -> None:
    source = read_network(data / "acasxu-16bit" / "acasxu_1_1.nnet")
    assert source.network.widths == (5, 50, 50, 50, 50, 50, 50, 5)
    assert "of 8 means and ranges the first 5 and the last were used" in source.notes


def test_public_networks(data: Path) -> None:
    for name in ("vcas_01", "vcas_02", "vcas_03"):
        source = read_network(data / "arch-comp" / f"{name}.nnet")
        assert source.network.widths == (3, 20, 20, 20, 20, 20, 9)
