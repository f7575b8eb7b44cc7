"""T64: the same function with no weight or bias above gamma."""

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Space
from theory.errors import ScopeError
from theory.forms.bounded import (
    bounded_form,
    enough_constants,
    enough_copies,
    largest_parameter,
)
from theory.network import Affine, Network, Vector
from verify.claim import Claim, NamedNetwork
from verify.cli import main
from verify.formats.network_json import network_text
from verify.prove.conclusion import certified
from verify.prove.strategy import prove
from verify.testing.strategies import networks, rationals, vectors
from verify.verdict import Equivalent

F = Fraction
GAMMAS = st.sampled_from([F(1, 3), F(1, 2), F(1), F(5, 2), F(50)])


def numbers(network: Network) -> Iterator[Fraction]:
    """Every weight and bias."""
    for layer in network.layers:
        yield from (weight for row in layer.rows for _, weight in row)
        yield from layer.bias


def claim_of(left: Network, right: Network) -> Claim:
    return Claim(NamedNetwork.of("l", left), NamedNetwork.of("r", right), Space(left.inputs))


@given(networks(), GAMMAS, st.data())
def test_T64_bounded_networks_are_equal_and_bounded(
    network: Network, gamma: Fraction, data: st.DataObject
) -> None:
    form = bounded_form(network, None, gamma)
    assert largest_parameter(network) == max(map(abs, numbers(network)))
    assert all(abs(value) <= gamma for value in numbers(form.network))
    for _ in range(3):
        point = data.draw(vectors(network.inputs))
        assert form.network(point) == network(point)
    assert form.trace.widths == form.network.widths
    if form.trace.largest <= gamma:
        assert form.network == network
    else:
        assert form.network.hidden_layers == max(1, network.hidden_layers)
    ratio = max(F(1), form.trace.largest / gamma)
    assert all(count <= ceil(ratio**2) for count in form.trace.copies)


@given(networks(widths=st.lists(st.integers(1, 4), max_size=2)), GAMMAS)
def test_T64_one_step_proves_it(network: Network, gamma: Fraction) -> None:
    found = prove(claim_of(network, bounded_form(network, None, gamma).network), "merge", 20)
    assert isinstance(found, Equivalent)


@given(networks(widths=st.lists(st.integers(0, 4), min_size=1, max_size=1)), GAMMAS)
def test_T64_the_width_of_one_hidden_layer(network: Network, gamma: Fraction) -> None:
    form = bounded_form(network, None, gamma)
    if form.trace.largest <= gamma:
        return
    hidden, last = network.layers
    width = enough_constants(last.bias, gamma)
    assert width == form.trace.constants
    for unit, (row, bias) in enumerate(zip(hidden.rows, hidden.bias, strict=True)):
        inner = max([abs(bias), *(abs(weight) for _, weight in row)])
        outer = max(abs(row[unit]) for row in last.weight)
        width += enough_copies(inner, outer, gamma) if row or bias > 0 else 0
    assert form.network.widths[1] == width


@given(rationals(9), rationals(9), rationals(9), GAMMAS)
def test_T64_fewer_copies_of_a_unit_are_not_enough(
    a: Fraction, w: Fraction, b: Fraction, gamma: Fraction
) -> None:
    """The two affine pieces differ by a (w x + b), of which a bounded unit gives gamma^2."""
    count = enough_copies(max(abs(w), abs(b)), abs(a), gamma)
    assert count * gamma * gamma >= abs(a) * max(abs(w), abs(b))
    assert not count or (count - 1) * gamma * gamma < abs(a) * max(abs(w), abs(b))


ONE_UNIT = Network((Affine.dense([[3]], [-1]), Affine.dense([[5]], [7])))
Matrix = list[list[Fraction]]
Parts = tuple[Matrix, list[Fraction], Matrix, list[Fraction]]
MUTATED: dict[str, Callable[[Matrix, list[Fraction], Matrix, list[Fraction]], Parts]] = {
    "a weight": lambda w, b, a, c: ([[-w[0][0]], *w[1:]], b, a, c),
    "a bias": lambda w, b, a, c: (w, [b[0] / 2, *b[1:]], a, c),
    "a weight of a constant unit": lambda w, b, a, c: ([*w[:-1], [F(1, 9)]], b, a, c),
    "a weight of the output": lambda w, b, a, c: (w, b, [[F(0), *a[0][1:]]], c),
    "the bias of the output": lambda w, b, a, c: (w, b, a, [F(0)]),
}


@pytest.mark.parametrize("what", MUTATED)
def test_T64_a_changed_number_is_not_accepted(what: str) -> None:
    form = bounded_form(ONE_UNIT, None, F(1)).network
    assert form.widths == (1, 21, 1)
    hidden, last = form.layers
    rows, outer = list(map(list, hidden.weight)), list(map(list, last.weight))
    w, b, a, c = MUTATED[what](rows, [*hidden.bias], outer, [*last.bias])
    changed = Network((Affine.dense(w, b), Affine.dense(a, c)))
    assert not isinstance(prove(claim_of(ONE_UNIT, changed)), Equivalent)
    assert certified(claim_of(ONE_UNIT, changed), [["="]], "merge", 0.0) is None


SHAPES: dict[str, tuple[Network, tuple[int, ...]]] = {
    "no hidden layer": (Network((Affine.dense([[3, 0]], [F(1, 2)]),)), (2, 6, 1)),
    "nothing but a bias": (Network((Affine.dense([[0]], [5]),)), (1, 4, 1)),
    "no unit": (Network((Affine(1, (), ()), Affine(0, ((),), (F(3),)))), (1, 2, 1)),
    "a unit that is read by nothing": (
        Network((Affine.dense([[9], [1]], [0, 0]), Affine.dense([[0, 2]], [0]))),
        (1, 2, 1),
    ),
    "zero units": (
        Network((Affine.dense([[0], [0]], [0, -3]), Affine.dense([[2, 2]], [0]))),
        (1, 0, 1),
    ),
    "a constant unit": (
        Network((Affine.dense([[0]], [4]), Affine.dense([[F(1, 2)]], [0]))),
        (1, 2, 1),
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_T64_degenerate_shapes(name: str) -> None:
    network, widths = SHAPES[name]
    form = bounded_form(network, None, F(1)).network
    assert form.widths == widths
    for value in (F(-2), F(0), F(1, 3), F(5)):
        point: Vector = (value,) * network.inputs
        assert form(point) == network(point)
    assert isinstance(prove(claim_of(network, form)), Equivalent)


def test_T64_what_cannot_be_had_is_refused() -> None:
    for gamma in (F(0), F(-1)):
        with pytest.raises(ScopeError, match="positive"):
            bounded_form(ONE_UNIT, None, gamma)
        with pytest.raises(ScopeError, match="positive"):
            enough_copies(F(1), F(1), gamma)
        with pytest.raises(ScopeError, match="positive"):
            enough_constants((F(1),), gamma)
    with pytest.raises(ScopeError, match="weights would be needed"):
        bounded_form(ONE_UNIT, None, F(1, 1000))


def test_transform_bounded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "network.json", tmp_path / "out"
    path.write_text(network_text(ONE_UNIT), encoding="ascii")
    assert main(["transform", "bounded", str(path), "--set", "gamma=1/2", "-o", str(out)]) == 0
    assert "up to 60 copies of a unit, 26 constant units" in capsys.readouterr().out
    assert json.loads((out / "run.json").read_text())["theorem"] == "T64"
    assert main(["check", str(out)]) == 0
    capsys.readouterr()
    for value, told in (("0", "a positive number"), ("x", "a positive number"),
                        ("1/1000", "weights would be needed")):  # fmt: skip
        words = ["transform", "bounded", str(path), "--set", f"gamma={value}"]
        assert main(words) == 3
        line = capsys.readouterr().err
        assert told in line
        assert line.count("\n") == 1
    assert main(["transform", "bounded", str(path), "--set", "gamma=9", "-q"]) == 0
