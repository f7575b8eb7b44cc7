"""Copies with fewer bits or weights: what they keep, and certified distances to the original."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box
from theory.errors import NumberError, ScopeError
from theory.network import Affine, Network
from theory.rounding import float16_copy, int8_copy, nearest_float16, pruned_copy
from verify.claim import Claim, NamedNetwork
from verify.cli import main
from verify.prove.least_tolerance import least_tolerance
from verify.testing.strategies import networks

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "iris_4-5-5-3.onnx"


@given(
    st.one_of(
        st.floats(-65000, 65000),
        st.floats(-1e-3, 1e-3),
        st.floats(-1e-7, 1e-7),
        st.integers(-4096, 4096).map(lambda value: value / 2),
        st.sampled_from([0.0, 2.0**-24, 2.0**-25, 3 * 2.0**-25, 65519.0, 2.0**-14, 2049.0]),
    )
)
def test_float16_as_numpy_rounds(value: float) -> None:
    with np.errstate(over="ignore"):
        expected = np.float16(value)
    if np.isinf(expected):
        with pytest.raises(ScopeError, match="infinity"):
            nearest_float16(Fraction(value))
    else:
        assert nearest_float16(Fraction(value)) == Fraction(float(expected))


def test_numbers_beyond_float16() -> None:
    for value in (65520, -65520, 10**9):
        with pytest.raises(ScopeError, match="infinity"):
            nearest_float16(Fraction(value))


@given(networks())
def test_copies_keep_the_layers(network: Network) -> None:
    for copy in (float16_copy(network), int8_copy(network), pruned_copy(network, Fraction(1, 2))):
        assert copy.network.widths == network.widths
        assert 0 <= copy.trace.removed <= copy.trace.weights
        same = copy.network == network
        assert (copy.trace.changed == 0) is same


@given(networks(), st.sampled_from([2, 4, 8]))
def test_int8_weights_are_small_multiples_of_the_scale(network: Network, bits: int) -> None:
    most = 2 ** (bits - 1) - 1
    copy = int8_copy(network, bits).network
    for layer, other in zip(network.layers, copy.layers, strict=True):
        assert layer.bias == other.bias
        for row, rounded in zip(layer.weight, other.weight, strict=True):
            largest = max(map(abs, row), default=Fraction(0))
            for weight, value in zip(row, rounded, strict=True):
                if largest:
                    assert (value * most / largest).denominator == 1
                    assert abs(value) <= largest
                    assert abs(value - weight) <= largest / most / 2


@given(networks(), st.fractions(0, 1, max_denominator=8))
def test_pruning_removes_the_smallest(network: Network, share: Fraction) -> None:
    copy = pruned_copy(network, share).network
    for layer, other in zip(network.layers, copy.layers, strict=True):
        assert layer.bias == other.bias
        entries = {(i, c): w for i, row in enumerate(layer.rows) for c, w in row}
        kept = {(i, c): w for i, row in enumerate(other.rows) for c, w in row}
        assert kept.items() <= entries.items()
        assert len(entries) - len(kept) == int(share * len(entries))
        gone = [abs(weight) for place, weight in entries.items() if place not in kept]
        assert max(gone, default=Fraction(0)) <= min(map(abs, kept.values()), default=Fraction(99))


def test_what_is_no_copy() -> None:
    network = Network((Affine.dense([[1]], [0]),))
    for share in (Fraction(-1), Fraction(2)):
        with pytest.raises(NumberError, match="between 0 and 1"):
            pruned_copy(network, share)
    for bits in (1, 33):
        with pytest.raises(NumberError, match="between 2 and 32 bits"):
            int8_copy(network, bits)


def claim_of(left: Network, right: Network, box: Box) -> Claim:
    return Claim(NamedNetwork.of("f", left), NamedNetwork.of("g", right), box)


def test_the_least_tolerance_is_near_the_witness() -> None:
    left = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))
    right = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[Fraction(9, 10), 1]], [0])))
    claim = claim_of(left, right, Box.cube(1, -1, 1))
    found = least_tolerance(claim, None)
    assert found.proof is not None
    assert found.lower == Fraction(1, 10)
    assert found.point == (Fraction(1),)
    assert found.upper is not None
    assert found.lower <= found.upper <= found.lower * Fraction(201, 200)
    same = least_tolerance(claim_of(left, left, Box.cube(1, -1, 1)), None)
    assert (same.lower, same.upper) == (Fraction(0), Fraction(0))
    assert same.proof is not None


@pytest.mark.parametrize(
    ("form", "settings"),
    [("round16", ()), ("round8", ()), ("round8", ("bits=6",)), ("prune", ("share=1/5",))],
)
def test_copies_are_certified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, settings: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    words = ["transform", form, str(EXAMPLE), "--domain", "box:4,6", "-o", str(out), "--json"]
    for text in settings:
        words += ["--set", text]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "equivalent"
    assert told["claim"]["relation"].startswith("eps=")
    assert main(["check", str(out)]) == 0
    tolerance = Fraction(told["claim"]["relation"].removeprefix("eps="))
    witnessed = Fraction(told["construction"]["witnessed"])
    assert witnessed <= tolerance <= witnessed * Fraction(201, 200)


def test_a_given_tolerance_that_is_too_small(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["transform", "round8", str(EXAMPLE), "--domain", "box:4,6", "--set", "eps=1/100000"]
    assert main(words) == 1
    assert "different: exact evaluation shows it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("round16", "--domain", "all"), "--domain: expected a box, round16 changes the function"),
        (("round8", "--set", "bits=1"), "--set bits: int8: expected between 2 and 32 bits, got 1"),
        (("round8", "--set", "bits=1/2"), "--set bits: expected a whole number, got 1/2"),
        (("prune", "--set", "share=2"), "--set share: prune: expected a share between 0 and 1"),
        (("prune", "--set", "share=all"), "--set share: expected a number, got 'all'"),
        (("prune", "--set", "bits=8"), "expected NAME=VALUE with share or eps"),
    ],
)
def test_settings_that_are_refused(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    form, *rest = words
    domain = () if "--domain" in rest else ("--domain", "box:4,6")
    assert main(["transform", form, str(EXAMPLE), *domain, *rest]) == 3
    assert message in capsys.readouterr().err
