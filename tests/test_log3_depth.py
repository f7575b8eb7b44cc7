"""The log3-depth form and the smaller of both; exact evaluation of the network is the oracle."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.arity import Reduction
from theory.domain import Box, Domain, Space
from theory.errors import ScopeError, ShapeError
from theory.forms import log3_depth
from theory.forms.log3_depth import log3_depth_form, smaller_depth_form
from theory.forms.log_depth import LogDepthForm, Route, log_depth_form
from theory.forms.max_tree import maximum_network
from theory.maxima import BLOCKS, TREES, Maxima
from theory.network import Affine, Network, Vector
from verify.testing.strategies import boxes, networks, points_in, vectors

SMALL = st.integers(-2, 2).map(Fraction)
WIDTHS = st.lists(st.integers(1, 3), max_size=4)


@st.composite
def small_networks(draw: st.DrawFn, most_inputs: int = 5) -> Network:
    """Networks of any depth, mostly with small integer weights, many degenerate."""
    weights = draw(st.sampled_from((SMALL, SMALL, None)))
    inputs = draw(st.integers(1, most_inputs))
    return draw(networks(inputs, WIDTHS, st.integers(1, 2), weights))


def bound_of(inputs: int) -> int:
    """ceil(log3((n + 1) / 2)) + 1."""
    return next(layers for layers in range(1, 9) if 2 * 3 ** (layers - 1) >= inputs + 1)


def require_equal(network: Network, form: LogDepthForm, points: list[Vector]) -> None:
    assert form.network.hidden_layers <= form.trace.bound
    assert form.trace.widths == form.network.widths
    for point in points:
        assert form.network(point) == network(point)


@given(small_networks(), st.data())
def test_T19_equal_on_a_box(network: Network, data: st.DataObject) -> None:
    box = data.draw(boxes(network.inputs))
    form = log3_depth_form(network, box)
    assert form.trace.bound <= bound_of(network.inputs)
    assert form.trace.theorem == "T19"
    require_equal(network, form, [data.draw(points_in(box)) for _ in range(4)])


@settings(max_examples=30)
@given(small_networks(), st.data())
def test_T19_equal_on_all_of_space(network: Network, data: st.DataObject) -> None:
    space = Space(network.inputs)
    points = [data.draw(vectors(network.inputs)) for _ in range(3)]
    points += [tuple(1000 * entry for entry in point) for point in points]
    form = log3_depth_form(network, space)
    assert form.trace.bound <= bound_of(network.inputs)
    require_equal(network, form, points)
    smaller = smaller_depth_form(network, space)
    require_equal(network, smaller, points)
    assert smaller.network.units <= log_depth_form(network, space).network.units


@settings(max_examples=20)
@given(small_networks(3), st.data())
def test_T19_equal_by_the_global_route(network: Network, data: st.DataObject) -> None:
    box = Box.cube(network.inputs, -1, 1)
    form = log3_depth_form(network, box, "global")
    assert form.trace.bound <= bound_of(network.inputs)
    require_equal(network, form, [data.draw(points_in(box)) for _ in range(4)])


def random_points(inputs: int, count: int = 10) -> list[Vector]:
    random = Random(inputs)
    return [
        tuple(Fraction(random.randint(-16, 16), 8) for _ in range(inputs)) for _ in range(count)
    ]


@pytest.mark.parametrize("route", ["local", "global"])
@pytest.mark.parametrize("count", [5, 6])
def test_T19_a_tree_becomes_blocks(count: int, route: Route) -> None:
    """The maximum of n + 1 numbers over R^n, as max(0, x_1, ..., x_n)."""
    inputs = count - 1
    tree = maximum_network(count)
    first = Affine(
        inputs,
        tuple(tuple(e for e in row if e[0] < inputs) for row in tree.layers[0].rows),
        tree.layers[0].bias,
    )
    network = Network((first, *tree.layers[1:]))
    assert network.hidden_layers == 3
    form = log3_depth_form(network, Space(inputs), route)
    assert form.network.hidden_layers == 2
    assert form.trace.maxima in (((count, 1),), ())
    points = random_points(inputs)
    assert all(network(point) == (max(0, *point),) for point in points)
    require_equal(network, form, points)
    trees = log_depth_form(network, Space(inputs), route)
    fewer = min(trees.network.units, form.network.units)
    assert smaller_depth_form(network, Space(inputs), route).network.units == fewer


@pytest.mark.parametrize(("count", "tried"), [(6, [TREES, BLOCKS]), (7, [TREES]), (4, [TREES])])
def test_T19_blocks_are_tried_where_they_promise_fewer_layers(
    count: int, tried: list[Maxima], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six numbers take two layers instead of three, seven three as by a tree, and four two."""
    asked: list[Maxima] = []

    def recorded(
        network: Network,
        domain: Domain,
        route: Route = "local",
        maxima: Maxima = TREES,
        reduction: Reduction = "smaller",
    ) -> LogDepthForm:
        asked.append(maxima)
        return log_depth_form(network, domain, route, maxima, reduction)

    monkeypatch.setattr(log3_depth, "log_depth_form", recorded)
    network = maximum_network(count)
    rows = tuple(tuple(e for e in row if e[0] < count - 1) for row in network.layers[0].rows)
    first = Affine(count - 1, rows, network.layers[0].bias)
    smaller_depth_form(Network((first, *network.layers[1:])), Space(count - 1), "unchanged")
    assert asked == tried


def random_network(widths: tuple[int, ...], seed: int) -> Network:
    random = Random(seed)
    layers = []
    for inputs, outputs in pairwise(widths):
        rows = [[random.randint(-5, 5) for _ in range(inputs)] for _ in range(outputs)]
        layers.append(Affine.dense(rows, [random.randint(-5, 5) for _ in range(outputs)]))
    return Network(tuple(layers))


DOMAINS: list[tuple[tuple[int, ...], Domain]] = [
    ((4, 4, 3, 2, 1), Space(4)),
    ((6, 3, 3, 2, 2, 1), Box.cube(6, -1, 1)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("widths", "domain"), DOMAINS)
def test_T19_generic_networks(widths: tuple[int, ...], domain: Domain) -> None:
    network = random_network(widths, 3)
    points = [tuple(x / 2 for x in point) for point in random_points(widths[0])]
    form = log3_depth_form(network, domain)
    require_equal(network, form, points)
    smaller = smaller_depth_form(network, domain)
    require_equal(network, smaller, points)
    trees = log_depth_form(network, domain).network
    assert smaller.network.units == min(trees.units, form.network.units)


def test_wrong_arguments_are_refused() -> None:
    network = maximum_network(5)
    with pytest.raises(ShapeError, match="expected 5 inputs"):
        log3_depth_form(network, Space(4))
    with pytest.raises(ScopeError, match="3 hidden layers are more than 2"):
        log3_depth_form(network, Space(5), "unchanged")
    assert log3_depth_form(network, Space(5), "auto").network.hidden_layers == 2
