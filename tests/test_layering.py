"""T42: the layered network of a circuit computes the circuit."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proofs import claim_of
from theory.domain import Space
from theory.errors import ShapeError
from theory.graphs import gadget
from theory.graphs.circuit import Circuit, Node
from theory.graphs.layering import layered
from theory.graphs.spline import Spline
from theory.graphs.wiring import Bundle, Wiring
from theory.network import Affine, Network, Row, sparse_row
from verify.certificate import Certificate, checked
from verify.testing.strategies import affine_layers, networks, rationals, vectors

ONE, ZERO = Fraction(1), Fraction(0)
WEIGHTS = rationals(2, (1, 2))


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    """Nodes that read any nodes before them; affine ones in groups of up to two."""
    inputs = draw(st.integers(1, 3))
    levels = [0] * inputs
    nodes: list[Node] = []
    for number in range(draw(st.integers(0, 8))):
        row = draw(rows(len(levels)))
        before = max((levels[column] for column, _ in row), default=0)
        rectified = draw(st.booleans())
        level = before + rectified + draw(st.sampled_from((0, 0, 0, 1)))
        levels.append(level)
        nodes.append(Node(row, draw(WEIGHTS), level, rectified, None, number // 2))
    outputs = [draw(rows(len(levels))) for _ in range(draw(st.integers(1, 3)))]
    bias = draw(vectors(len(outputs)))
    depth = max(levels) + draw(st.sampled_from((0, 0, 1)))
    return Circuit(inputs, tuple(nodes), Affine(len(levels), tuple(outputs), bias), depth)


@st.composite
def rows(draw: st.DrawFn, count: int) -> Row:
    entries = draw(st.dictionaries(st.integers(0, count - 1), WEIGHTS, max_size=4))
    return sparse_row(entries.get(column, ZERO) for column in range(count))


@given(circuits(), st.data())
def test_T42_the_layered_network_is_the_circuit(circuit: Circuit, data: st.DataObject) -> None:
    network = layered(circuit)
    assert network.hidden_layers == circuit.depth
    for _ in range(4):
        point = data.draw(vectors(circuit.inputs))
        assert network(point) == circuit(point)


@given(circuits())
def test_T42_every_unit_is_in_its_layer(circuit: Circuit) -> None:
    """No unit of the circuit is left out; others carry values, at most two for each."""
    network = layered(circuit)
    for level in range(1, circuit.depth + 1):
        own = sum(node.rectified and node.level == level for node in circuit.nodes)
        earlier = circuit.inputs + sum(node.level <= level for node in circuit.nodes) - own
        assert own <= network.widths[level] <= own + 2 * earlier


@given(circuits(), st.data())
def test_T42_lower_bounds_save_units_and_change_nothing(
    circuit: Circuit, data: st.DataObject
) -> None:
    """Affine nodes that add up units with positive weights are marked as never negative."""

    def known(node: Node) -> Node:
        units = all(
            column >= circuit.inputs
            and circuit.nodes[column - circuit.inputs].rectified
            and weight > 0
            for column, weight in node.row
        )
        return replace(node, least=node.bias) if units and not node.rectified else node

    marked = replace(circuit, nodes=tuple(map(known, circuit.nodes)))
    point = data.draw(vectors(circuit.inputs))
    assert layered(marked)(point) == circuit(point)
    assert layered(marked).units <= layered(circuit).units


@given(circuits())
def test_T42_two_layerings_are_equal_by_one_step(circuit: Circuit) -> None:
    """Every affine node kept if it pays, or all written out: the calculus merges both at once."""
    plain = replace(circuit, nodes=tuple(replace(node, group=0) for node in circuit.nodes))
    claim = claim_of(layered(circuit), layered(plain), Space(circuit.inputs))
    checked(claim, Certificate.of(claim, [["="]]))


def test_malformed_circuits() -> None:
    forward = Node(((1, ONE),), ZERO, 1, rectified=True)
    with pytest.raises(ShapeError, match="value 1 reads value 1"):
        Circuit(1, (forward,), Affine(2, (), ()), 1)
    low = Node(((0, ONE),), ZERO, 0, rectified=True)
    with pytest.raises(ShapeError, match="cannot have level 0"):
        Circuit(1, (low,), Affine(2, (), ()), 1)
    unit = replace(low, level=1)
    with pytest.raises(ShapeError, match="reads a value above level 0"):
        Circuit(1, (unit,), Affine(2, (((1, ONE),),), (ZERO,)), 0)
    with pytest.raises(ShapeError, match="outputs read 3 of 1 values"):
        Circuit(1, (), Affine(3, (), ()), 0)
    with pytest.raises(ShapeError, match="expected 1 coordinates"):
        Circuit(1, (), Affine(1, (), ()), 0)([])


def stacked(wiring: Wiring, network: Network, argument: Bundle) -> Bundle:
    """A network after a bundle."""
    for number, layer in enumerate(network.layers):
        argument = argument.mapped(layer)
        if number < network.hidden_layers:
            argument = wiring.rectified(argument)
    return argument


@given(networks())
def test_T42_a_chain_is_read_as_it_is(network: Network) -> None:
    wiring = Wiring(network.inputs)
    found = wiring.network(stacked(wiring, network, wiring.entry))
    assert found == network


def added(wiring: Wiring, one: Bundle, other: Bundle) -> Bundle:
    """The sum of two bundles, named."""
    size = one.size
    rows = tuple(((index, ONE), (size + index, ONE)) for index in range(size))
    total = one.joined(other).mapped(Affine(2 * size, rows, (ZERO,) * size))
    return wiring.named(total)


@given(networks(inputs=2, outputs=2), networks(inputs=2, outputs=2), vectors(2))
def test_T42_residual_blocks(
    first: Network, second: Network, point: tuple[Fraction, Fraction]
) -> None:
    """y = x + f(x), z = y + g(y): two signed numbers are carried past every hidden layer."""
    wiring = Wiring(2)
    middle = added(wiring, wiring.entry, stacked(wiring, first, wiring.entry))
    outer = added(wiring, middle, stacked(wiring, second, middle))
    network = wiring.network(outer)
    between = [x + y for x, y in zip(point, first(point), strict=True)]
    assert network(point) == tuple(x + y for x, y in zip(between, second(between), strict=True))
    hidden = (*first.widths[1:-1], *second.widths[1:-1])
    assert network.hidden_layers == len(hidden)
    for width, own in zip(network.widths[1:-1], hidden, strict=True):
        assert own <= width <= own + 4


def test_T42_a_deep_residual_stream_stays_narrow() -> None:
    """Twenty blocks of five units on a stream of two numbers: nine units a layer, not more."""
    wiring = Wiring(2)
    stream = wiring.entry
    inner = Affine.dense([[1, 2], [3, -1], [-2, 1], [1, 1], [0, 1]], [0, 1, -1, 2, 0])
    outer = Affine.dense([[1, -1, 1, 0, 2], [0, 1, -1, 1, 1]], [0, 1])
    for _ in range(20):
        block = wiring.rectified(stream.mapped(inner)).mapped(outer)
        stream = added(wiring, stream, block)
    assert wiring.network(stream).widths == (2, *(9,) * 20, 2)


def test_T42_after_a_relu_one_unit_carries() -> None:
    wiring = Wiring(2)
    inner = Affine.dense([[1, 2], [3, -1]], [0, 1])
    first = wiring.rectified(wiring.entry.mapped(inner))
    block = wiring.rectified(first.mapped(inner)).mapped(inner)
    assert wiring.network(added(wiring, first, block)).widths == (2, 2, 4, 2)


def test_T42_a_sum_of_many_units_is_carried_as_one_number() -> None:
    """A dense network: the output reads all layers, and its share of each passes as a pair."""
    wiring = Wiring(1)
    first = wiring.rectified(wiring.entry.mapped(Affine.dense([[1]] * 9, list(range(9)))))
    second = wiring.rectified(first.mapped(Affine.dense([[1] * 9], [0])))
    weights = Affine.dense([[1, -1, 2, 3, -4, 1, 1, 1, 1, 5]], [0])
    assert wiring.network(first.joined(second).mapped(weights)).widths == (1, 9, 3, 1)


@st.composite
def small_splines(draw: st.DrawFn) -> Spline:
    knots = sorted(draw(st.sets(WEIGHTS, min_size=1, max_size=2)))
    return Spline(tuple(knots), draw(vectors(len(knots) + 1, WEIGHTS)), draw(WEIGHTS))


@given(affine_layers(2, 3), st.lists(small_splines(), min_size=3, max_size=3), st.data())
def test_T41_T42_splines_in_a_circuit(
    affine: Affine, splines: list[Spline], data: st.DataObject
) -> None:
    wiring = Wiring(2)
    once = wiring.splines(wiring.entry.mapped(affine), splines)
    twice = wiring.splines(once, splines)
    network = wiring.network(added(wiring, once, twice))
    point = data.draw(vectors(2))
    inner = [spline(value) for spline, value in zip(splines, affine(point), strict=True)]
    outer = [spline(value) for spline, value in zip(splines, inner, strict=True)]
    assert network(point) == tuple(x + y for x, y in zip(inner, outer, strict=True))


@given(affine_layers(2, 4), st.data())
def test_T42_maxima_of_windows(affine: Affine, data: st.DataObject) -> None:
    choices = data.draw(
        st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=1, max_size=3)
    )
    wiring = Wiring(2)
    best = wiring.maxima(wiring.entry.mapped(affine), [tuple(choice) for choice in choices])
    point = data.draw(vectors(2))
    values = affine(point)
    expected = tuple(max(values[index] for index in choice) for choice in choices)
    assert wiring.network(best)(point) == expected


def test_T42_max_pooling_after_relu() -> None:
    """Two units for the larger of two nonnegative numbers, none for a window of one."""
    wiring = Wiring(3)
    positive = wiring.rectified(wiring.entry)
    assert wiring.network(wiring.maxima(positive, [(0, 1)])).widths == (3, 3, 2, 1)
    assert wiring.network(wiring.maxima(positive, [(0,), (2,)])).widths == (3, 3, 2)
    with pytest.raises(ShapeError, match="one number or more"):
        wiring.maxima(positive, [()])
    with pytest.raises(ShapeError, match="expected 3 splines, got 1"):
        wiring.splines(positive, [gadget.identity()])
