"""The log-depth form: exact evaluation of the network is the oracle."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.depth import DepthReduction, rank_of, shallow_unit, sufficient_depth
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.forms.log_depth import LogDepthForm, Route, log_depth_form
from theory.network import Affine, Network, Vector
from theory.region import regions
from theory.unit import Unit, UnitSum, affine_sum, relu_of, weighted_sum
from verify.testing.strategies import boxes, networks, points_in, polytopes, vectors

SMALL = st.integers(-2, 2).map(Fraction)
WIDTHS = st.lists(st.integers(1, 3), max_size=4)
NARROW = st.lists(st.integers(1, 3), max_size=2)


@st.composite
def small_networks(
    draw: st.DrawFn, most_inputs: int = 4, widths: st.SearchStrategy[list[int]] = WIDTHS
) -> Network:
    """Networks of any depth, mostly with small integer weights, many degenerate."""
    weights = draw(st.sampled_from((SMALL, SMALL, None)))
    inputs = draw(st.integers(1, most_inputs))
    return draw(networks(inputs, widths, st.integers(1, 2), weights))


def bound_of(inputs: int) -> int:
    """ceil(log2(n + 1))."""
    return next(layers for layers in range(9) if 2**layers >= inputs + 1)


def require_equal(network: Network, form: LogDepthForm, points: list[Vector]) -> None:
    assert form.network.hidden_layers <= form.trace.bound <= bound_of(network.inputs)
    assert form.trace.widths == form.network.widths
    assert (form.network.inputs, form.network.outputs) == (network.inputs, network.outputs)
    for point in points:
        assert form.network(point) == network(point)


def points_of(network: Network, domain: Domain, most: int = 25) -> list[Vector]:
    """Points inside cells and vertices, where the domain has an interior."""
    if isinstance(domain, Box) and domain.fixed:
        return [domain.lower, domain.upper]
    found: list[Vector] = []
    for region in regions(network, domain):
        found += [region.cell.interior_point(), *region.cell.vertices]
    return found[:: 1 + len(found) // most]


@given(small_networks(), st.data())
def test_T09_equal_on_a_box(network: Network, data: st.DataObject) -> None:
    box = data.draw(boxes(network.inputs))
    form = log_depth_form(network, box)
    points = [data.draw(points_in(box)) for _ in range(3)]
    require_equal(network, form, points + points_of(network, box))


@given(small_networks(), st.integers(0, 6), st.data())
def test_T09_equal_on_all_of_space(network: Network, decade: int, data: st.DataObject) -> None:
    space = Space(network.inputs)
    form = log_depth_form(network, space)
    points = [data.draw(vectors(network.inputs)) for _ in range(3)]
    points += [tuple(10**decade * entry for entry in point) for point in points]
    require_equal(network, form, points + points_of(network, space))


@given(small_networks(), st.data())
def test_T09_equal_on_a_polytope(network: Network, data: st.DataObject) -> None:
    polytope = data.draw(polytopes(network.inputs, 3))
    try:
        form = log_depth_form(network, polytope)
    except DomainError:
        assume(False)
        return
    require_equal(network, form, [data.draw(points_in(polytope)) for _ in range(5)])


@given(small_networks(3, NARROW), st.booleans(), st.data())
def test_T09_global_route(network: Network, boxed: bool, data: st.DataObject) -> None:
    domain = data.draw(boxes(network.inputs)) if boxed else Space(network.inputs)
    form = log_depth_form(network, domain, "global")
    points = [data.draw(points_in(domain)) for _ in range(3)]
    require_equal(network, form, points + points_of(network, domain))
    if any(form.trace.maxima):
        most = max(arity for arity, _ in form.trace.maxima)
        assert most <= 2**form.trace.bound


@pytest.mark.parametrize("weights", [(1, 2, -3, -5), (-1, -4, 2, 7)])
def test_T09_global_route_with_bends_of_both_signs_and_many_sizes(weights: tuple[int, ...]) -> None:
    """Hyperplanes are added with their weights, whichever of f and -f is made convex."""
    rows = [[1, 0], [1, -1], [0, 1], [1, 1]]
    network = Network((Affine.dense(rows, [0, 0, 1, -1]), Affine.dense([weights], [3])))
    form = log_depth_form(network, Space(2), "global")
    assert form.trace.hyperplanes == 2
    require_equal(network, form, random_points(2, 100))


def test_T09_global_route_keeps_maxima_that_fit() -> None:
    """|x| + |y|, the maximum of four functions: two layers give it as it is."""
    first = Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4)
    network = Network((first, Affine.dense([[1] * 4], [0])))
    form = log_depth_form(network, Space(2), "global")
    assert form.trace.maxima == ((4, 1),)
    require_equal(network, form, random_points(2, 20))


@st.composite
def deep_units(draw: st.DrawFn, inputs: int) -> Unit:
    """Units in which each new one reads some of those before it, all zero at the origin."""
    pool: list[UnitSum] = []
    for _ in range(draw(st.integers(2, 5))):
        form = affine_sum((0, *draw(st.tuples(*[st.integers(-2, 2)] * inputs))))
        terms: list[tuple[UnitSum, int]] = [(inner, draw(st.integers(-2, 2))) for inner in pool]
        pool.append(relu_of(weighted_sum([(form, 1), *terms], inputs + 1)))
    found = [unit for term in pool for unit in term.units]
    assume(found)
    return max(found)


@given(st.data(), st.integers(1, 5))
def test_T09_units_of_few_forms(data: st.DataObject, inputs: int) -> None:
    unit = data.draw(deep_units(inputs))
    enough = sufficient_depth(unit)
    assert 2 ** (enough - 1) < rank_of(unit) + 1 <= 2**enough
    assert rank_of(unit) <= inputs
    shallow = shallow_unit(unit, enough)
    assert shallow.depth <= enough
    for _ in range(4):
        point = data.draw(vectors(inputs))
        assert shallow(point) == unit(point)


def nest(weights: tuple[tuple[int, ...], ...], inputs: int) -> Unit:
    """Units x_k + sum of weights times the units before, each inside the next."""
    pool: list[UnitSum] = []
    for index, row in enumerate(weights):
        form = affine_sum(int(entry == index + 1) for entry in range(inputs + 1))
        inner = list(zip(pool, row, strict=False))
        pool.append(relu_of(weighted_sum([(form, 1), *inner], inputs + 1)))
    (unit,) = pool[-1].units
    return unit


@pytest.mark.parametrize(
    "weights",
    [
        ((), (1,), (1, 1), (1, 1, 1)),
        ((), (-1,), (2, -1), (1, -3, 1)),
        ((), (1,), (0, -1), (0, 0, 1), (0, 0, 0, -2)),
        ((), (1,), (1, 1), (1, 1, 1), (1, 1, 1, 1)),
    ],
)
def test_T09_nested_units(weights: tuple[tuple[int, ...], ...]) -> None:
    size = len(weights)
    unit = nest(weights, size)
    assert unit.depth == size
    reduction = DepthReduction()
    shallow = reduction.unit(unit, 3)
    assert shallow.depth == 3
    random = Random(2)
    for _ in range(40):
        point = tuple(Fraction(random.randint(-9, 9)) for _ in range(size))
        assert shallow(point) == unit(point)
    # Four nested units stand on the formula for three; five are made convex.
    assert reduction.theorems["T09"] == (size > 4)
    assert all(arity <= 8 for arity in reduction.arities)


def random_network(widths: tuple[int, ...], seed: int) -> Network:
    random = Random(seed)

    def entry() -> Fraction:
        return Fraction(random.randint(-8, 8), random.randint(1, 4))

    return Network(
        tuple(
            Affine.dense(
                [[entry() for _ in range(inputs)] for _ in range(outputs)],
                [entry() for _ in range(outputs)],
                inputs,
            )
            for inputs, outputs in pairwise(widths)
        )
    )


def random_points(inputs: int, largest: int) -> list[Vector]:
    random = Random(5)
    return [
        tuple(Fraction(random.randint(-60 * largest, 60 * largest), 60) for _ in range(inputs))
        for _ in range(10)
    ]


@pytest.mark.parametrize(
    "widths",
    [
        (1, 6, 6, 1),
        (2, 8, 8, 1),
        (2, 6, 6, 6, 2),
        (3, 5, 5, 5, 1),
        (4, 5, 5, 1),
        (4, 4, 3, 3, 3, 1),
    ],
)
def test_T09_generic_networks(widths: tuple[int, ...]) -> None:
    network = random_network(widths, 1)
    for domain, largest in ((Box.cube(widths[0], -1, 1), 1), (Space(widths[0]), 1000)):
        form = log_depth_form(network, domain)
        require_equal(network, form, random_points(widths[0], largest))


@pytest.mark.slow
def test_T09_four_hidden_layers_become_three() -> None:
    network = random_network((4, 5, 5, 5, 5, 1), 1)
    for domain, largest in ((Box.cube(4, -1, 1), 1), (Space(4), 1000)):
        form = log_depth_form(network, domain)
        assert form.network.hidden_layers == 3
        assert dict(form.trace.reductions)["T06"] > 0
        require_equal(network, form, random_points(4, largest))


@pytest.mark.slow
def test_T09_five_inputs() -> None:
    network = random_network((5, 4, 4, 4, 4, 4, 1), 3)
    form = log_depth_form(network, Box.cube(5, -1, 1))
    assert form.network.hidden_layers <= 3
    require_equal(network, form, random_points(5, 1))


def test_T09_worked_example() -> None:
    """max(0, x, y, z) = max(max(x, y, z), 0) in three hidden layers: the note's example."""
    network = Network(
        (
            Affine.dense([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]], [0] * 5),
            Affine.dense([[1, -1, 0, 0, 0], [-1, 1, 0, 0, 0], [0, 0, 1, -1, -1], [0, 0, 0, 0, 1]],
                         [0] * 4),
            Affine.dense([[1, -1, -1, -1], [0, 0, 1, 1]], [0] * 2),
            Affine.dense([[1, 1]], [0]),
        )
    )  # fmt: skip
    form = log_depth_form(network, Space(3))
    assert form.network.hidden_layers == 2
    for point in random_points(3, 9):
        assert network(point) == (max(Fraction(0), *point),)
        assert form.network(point) == network(point)


@pytest.mark.parametrize("inputs", range(1, 6))
def test_the_bound(inputs: int) -> None:
    network = random_network((inputs, 2, 1), 1)
    form = log_depth_form(network, Box.cube(inputs, 0, 1))
    assert form.trace.bound == (1, 2, 2, 3, 3)[inputs - 1]
    assert form.network.hidden_layers <= 1


def test_inputs_that_do_not_matter_do_not_count() -> None:
    network = random_network((4, 3, 3, 3, 1), 4)
    box = Box((Fraction(-1), *(Fraction(1, 3),) * 3), (Fraction(1), *(Fraction(1, 3),) * 3))
    form = log_depth_form(network, box)
    assert form.trace.bound == 1
    require_equal(network, form, [box.lower, box.upper])
    point = Box((Fraction(2),) * 4, (Fraction(2),) * 4)
    assert log_depth_form(network, point).network.widths == (4, 1)
    one, *rest = network.layers
    narrow = Network((Affine.dense([[1, 2, 0, -1]] * 3, one.bias), *rest))
    routes: tuple[Route, ...] = ("local", "global")
    for route in routes:
        form = log_depth_form(narrow, Space(4), route)
        assert form.trace.bound == 1
        require_equal(narrow, form, random_points(4, 100))
    blind = Network((Affine.dense([[0] * 4] * 3, one.bias), *rest))
    assert log_depth_form(blind, Space(4)).network.widths == (4, 1)


def test_a_shallow_network_can_stay_as_it_is() -> None:
    network = random_network((2, 3, 3, 1), 1)
    deep = random_network((2, 3, 3, 3, 1), 1)
    routes: tuple[Route, ...] = ("auto", "unchanged")
    for route in routes:
        form = log_depth_form(network, Space(2), route)
        assert form.network == network
        assert form.trace.route == "unchanged"
    assert log_depth_form(deep, Space(2), "auto").trace.route == "local"
    with pytest.raises(ScopeError, match="3 hidden layers are more than 2"):
        log_depth_form(deep, Space(2), "unchanged")


def test_what_is_out_of_scope_is_refused() -> None:
    network = random_network((2, 16, 16, 1), 1)
    with pytest.raises(ScopeError, match="take the local route"):
        log_depth_form(network, Box.cube(2, -1, 1), "global")
    with pytest.raises(ScopeError, match="expected local, global"):
        log_depth_form(network, Space(2), "nowhere")  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match="expected 2 inputs, got 3"):
        log_depth_form(network, Space(3))
    flat = tuple(((Fraction(s), Fraction(0)), Fraction(0)) for s in (1, -1))
    with pytest.raises(DomainError, match="no interior"):
        log_depth_form(network, Polytope(2, flat))
