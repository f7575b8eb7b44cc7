"""The two-hidden-layer form and the theorems it rests on; exact evaluation is the oracle."""

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.form import Form
from theory.forms.two_hidden import TwoHiddenForm, two_hidden_form
from theory.germ_fan import fan_sums
from theory.germ_nested import Nest, nest_of, nested_sum
from theory.germ_sum import germ_sum
from theory.network import Affine, Network, Vector
from theory.region import regions
from theory.settling import settled
from theory.unit import UnitSum, affine_sum, relu_of, weighted_sum
from verify.formats.network_file import read_network
from verify.testing.strategies import boxes, networks, points_in, polytopes, vectors

SMALL = st.integers(-2, 2).map(Fraction)
DEEP = st.lists(st.integers(1, 4), min_size=2, max_size=4)


@st.composite
def small_networks(draw: st.DrawFn) -> Network:
    """Deep networks with at most three inputs, mostly with small integer weights."""
    weights = draw(st.sampled_from((SMALL, SMALL, None)))
    return draw(networks(draw(st.integers(1, 3)), DEEP, st.integers(1, 2), weights))


def require_equal(network: Network, form: TwoHiddenForm, points: list[Vector]) -> None:
    assert form.network.hidden_layers <= 2
    for point in points:
        assert form.network(point) == network(point)


def require_size(form: TwoHiddenForm, domain: Domain, outputs: int) -> None:
    """The size formula of T05."""
    trace = form.trace
    assert trace.widths == form.network.widths
    if form.network.hidden_layers == 2:
        _, first, second, _ = trace.widths
        assert trace.lines <= first <= trace.lines + 2 * domain.inputs
        units = trace.bends + trace.nested
        assert units <= second <= units + 2 * outputs


@given(small_networks(), st.data())
def test_T05_equal_on_a_box(network: Network, data: st.DataObject) -> None:
    box = data.draw(boxes(network.inputs))
    form = two_hidden_form(network, box)
    points = [data.draw(points_in(box)) for _ in range(3)]
    if not box.fixed:
        for region in regions(network, box):
            points += [region.cell.interior_point(), *region.cell.vertices]
    require_equal(network, form, points)
    require_size(form, box, network.outputs)


@given(small_networks(), st.integers(0, 6), st.data())
def test_T05_equal_on_all_of_space(network: Network, decade: int, data: st.DataObject) -> None:
    space = Space(network.inputs)
    form = two_hidden_form(network, space)
    points = [data.draw(vectors(network.inputs)) for _ in range(3)]
    points += [tuple(10**decade * entry for entry in point) for point in points]
    for region in regions(network, space):
        points += [region.cell.interior_point(), *region.cell.vertices]
    require_equal(network, form, points)
    require_size(form, space, network.outputs)


@given(small_networks(), st.data())
def test_T05_equal_on_a_polytope(network: Network, data: st.DataObject) -> None:
    polytope = data.draw(polytopes(network.inputs, 3))
    try:
        form = two_hidden_form(network, polytope)
    except DomainError:
        assume(False)
        return
    require_equal(network, form, [data.draw(points_in(polytope)) for _ in range(5)])
    require_size(form, polytope, network.outputs)


@given(small_networks(), st.data())
def test_T04_the_sum_of_germs_is_the_network(network: Network, data: st.DataObject) -> None:
    assume(network.hidden_layers)
    box = Box.cube(network.inputs, -1, 2)
    found = germ_sum(network, box)
    for _ in range(3):
        point = data.draw(points_in(box))
        assert tuple(term(point) / found.scale for term in found.sums) == network(point)


FORMS = st.tuples(*[st.integers(-3, 3)] * 4)
WEIGHTS = st.integers(-3, 3)


@given(
    st.tuples(FORMS, FORMS, FORMS),
    WEIGHTS,
    WEIGHTS.filter(bool),
    WEIGHTS.filter(bool),
    st.lists(vectors(3), min_size=4, max_size=4),
)
@example(((0, 0, 1, 0), (0, 0, 0, 1), (0, 1, 0, 0)), 1, -2, 3, [])
def test_T06_three_nested_units(
    drawn: tuple[Form, Form, Form], b: int, c: int, a: int, points: list[Vector]
) -> None:
    v, u, h = drawn
    assume(any(h[1:]))
    nest = Nest(v, b, c, u, a, h)
    found = nested_sum(nest)
    assert found.depth <= 2
    line = relu_of(affine_sum(h))
    middle = relu_of(weighted_sum(((affine_sum(u), 1), (line, a)), 4))
    unit = relu_of(weighted_sum(((affine_sum(v), 1), (line, b), (middle, c)), 4))
    for point in points:
        assert found(point) == unit(point)
    assert sum(len(inner.inner) > 1 for inner in found.units) <= 2


def test_T06_is_used_at_a_generic_vertex_of_space() -> None:
    """relu(x + relu(y + relu(z))) has one vertex, and its germ is three nested units."""
    layers = (
        Affine.dense([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]], [0] * 5),
        Affine.dense([[1, -1, 0, 0, 0], [-1, 1, 0, 0, 0], [0, 0, 1, -1, 1]], [0] * 3),
        Affine.dense([[1, -1, 1]], [0]),
        Affine.dense([[1]], [0]),
    )
    network = Network(layers)
    form = two_hidden_form(network, Space(3))
    assert form.trace.reductions == (("T06", 1),)
    random = Random(1)
    points = [tuple(Fraction(random.randint(-9, 9)) for _ in range(3)) for _ in range(50)]
    require_equal(network, form, points)


@st.composite
def planar_sums(draw: st.DrawFn) -> tuple[UnitSum, ...]:
    """Sums of nested units whose forms are combinations of two forms of three variables."""
    basis = draw(st.sampled_from((((1, 1, 0, 2), (0, 1, 1, 0)), ((0, 0, 3, 1), (2, 0, 1, 1)))))
    pool = [affine_sum((0,) * 4)]
    for _ in range(draw(st.integers(1, 4))):
        terms: list[tuple[UnitSum, int]] = [
            (affine_sum(form), draw(st.integers(-2, 2))) for form in basis
        ]
        terms += [(inner, draw(st.integers(-2, 2))) for inner in pool[1:]]
        pool.append(relu_of(weighted_sum(terms, 4)))
    count = draw(st.integers(1, 2))
    weights = st.lists(st.integers(-2, 2), min_size=len(pool), max_size=len(pool))
    return tuple(weighted_sum(zip(pool, draw(weights), strict=True), 4) for _ in range(count))


@given(planar_sums(), st.lists(vectors(3), min_size=4, max_size=4))
def test_T16_fans_in_the_plane(sums: tuple[UnitSum, ...], points: list[Vector]) -> None:
    assume(any(unit.depth > 1 for term in sums for unit in term.units))
    found = fan_sums([term.units for term in sums])
    for term, fan in zip(sums, found, strict=True):
        assert all(unit.depth == 1 or len(unit.inner) == 1 for unit in fan.units)
        assert fan.depth <= 2
        for point in points:
            assert fan(point) == UnitSum((0,) * 4, term.units)(point)


@given(small_networks(), st.data())
def test_settling_keeps_sums_on_the_box(network: Network, data: st.DataObject) -> None:
    box = data.draw(boxes(network.inputs))
    found = germ_sum(network, Space(network.inputs)) if network.hidden_layers else None
    assume(found is not None)
    before = found.sums if found is not None else ()
    after = settled(before, box)
    assert settled(after, box) == after
    for _ in range(3):
        point = data.draw(points_in(box))
        assert [term(point) for term in after] == [term(point) for term in before]


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_shallow_networks_keep_their_depth(inputs: int) -> None:
    gradient = [1] * inputs
    affine = Network((Affine.dense([gradient, [0] * inputs], [Fraction(1, 2), 3]),))
    line = Affine.dense([gradient, [2] * inputs], [Fraction(1, 2), 1])
    one = Network((line, Affine.dense([[1, 1]], [0])))
    for domain in (Box.cube(inputs, -1, 1), Space(inputs)):
        assert two_hidden_form(affine, domain).network == affine
        form = two_hidden_form(one, domain)
        assert form.network.widths == (inputs, 1, 1)
        assert form.trace.cells == 0  # its units are known without its regions


def test_constant_networks_become_constants() -> None:
    layers = (Affine.dense([[1, 1]], [0]), Affine.dense([[0]], [2]), Affine.dense([[3]], [1]))
    for domain in (Box.cube(2, 0, 1), Space(2)):
        form = two_hidden_form(Network(layers), domain)
        assert form.network.widths == (2, 1)
        assert form.network((Fraction(5), Fraction(1))) == (Fraction(7),)
    point = Box((Fraction(1),) * 2, (Fraction(1),) * 2)
    assert two_hidden_form(Network(layers), point).network.widths == (2, 1)


def test_fixed_inputs_are_ignored() -> None:
    network = Network(
        (
            Affine.dense([[1, 1, 1], [1, -1, 0]], [0, 1]),
            Affine.dense([[1, 1], [1, -1]], [-1, 0]),
            Affine.dense([[1, 1]], [0]),
        )
    )
    box = Box(
        (Fraction(-1), Fraction(1, 3), Fraction(-2)), (Fraction(1), Fraction(1, 3), Fraction(2))
    )
    form = two_hidden_form(network, box)
    assert all(column != 1 for row in form.network.layers[0].rows for column, _ in row)
    points: list[Vector]
    points = [(Fraction(x, 2), Fraction(1, 3), Fraction(z)) for x in (-2, 0, 1) for z in (-2, 0, 1)]
    require_equal(network, form, points)


def test_two_hidden_layers_stay_two_in_any_dimension() -> None:
    random = Random(3)

    def layer(inputs: int, outputs: int) -> Affine:
        rows = [[random.randint(-9, 9) for _ in range(inputs)] for _ in range(outputs)]
        return Affine.dense(rows, [random.randint(-9, 9) for _ in range(outputs)])

    two = Network((layer(4, 4), layer(4, 3), layer(3, 1)))
    form = two_hidden_form(two, Box.cube(4, -1, 1))
    assert not form.trace.reductions
    points = [tuple(Fraction(random.randint(-8, 8), 8) for _ in range(4)) for _ in range(20)]
    require_equal(two, form, points)


def test_six_directions_are_too_many() -> None:
    """The one vertex of relu(x5 + relu(x6) + relu(x1 + relu(x2)) - relu(x3 + relu(x4)))."""
    sign = [[int(row == 2 * i) - int(row == 2 * i + 1) for i in range(6)] for row in range(12)]
    first = Affine.dense(sign, [0] * 12)

    def forms(*rows: dict[int, int]) -> Affine:
        return Affine.dense([[row.get(i, 0) for i in range(12)] for row in rows], [0] * len(rows))

    nested = ({0: 1, 1: -1, 2: 1}, {4: 1, 5: -1, 6: 1})
    second = forms(*nested, {8: 1}, {9: 1}, {10: 1})
    layers = (first, second, Affine.dense([[1, -1, 1, -1, 1]], [0]), Affine.dense([[1]], [0]))
    with pytest.raises(ScopeError, match="depend on 6 directions; the theorem covers five inputs"):
        two_hidden_form(Network(layers), Space(6))


def test_wrong_domains_are_refused() -> None:
    network = Network((Affine.dense([[1, 1]], [0]),) + (Affine.dense([[1]], [0]),) * 2)
    with pytest.raises(ShapeError, match="expected 2 inputs, got 3"):
        two_hidden_form(network, Space(3))
    flat = tuple(((Fraction(s), Fraction(0)), Fraction(0)) for s in (1, -1))
    with pytest.raises(DomainError, match="no interior"):
        two_hidden_form(network, Polytope(2, flat))


def random_points(box: Box, count: int) -> list[Vector]:
    random = Random(0)
    return [
        tuple(
            low + (high - low) * Fraction(random.randint(0, 997), 997)
            for low, high in zip(box.lower, box.upper, strict=True)
        )
        for _ in range(count)
    ]


def test_a_controller_with_two_inputs(data: Path) -> None:
    network = read_network(data / "arch-comp" / "single_pendulum.onnx").network
    box = Box.cube(2, -1, 1)
    form = two_hidden_form(network, box)
    assert form.network.widths == (2, 615, 615, 1)
    assert form.trace.faces == (1307, 2560, 1254)
    require_equal(network, form, random_points(box, 10))


@pytest.mark.slow
def test_a_deep_controller_with_three_inputs(data: Path) -> None:
    network = read_network(f"{data / 'arch-comp' / 'vcas_01.nnet'}#normalised").network
    box = Box.cube(3, Fraction(-1, 20), Fraction(1, 20))
    form = two_hidden_form(network, box)
    assert form.trace.cells == 336
    assert form.network.hidden_layers == 2
    require_equal(network, form, random_points(box, 10))


def test_a_nest_is_recognised() -> None:
    h, u, v = (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)
    line = relu_of(affine_sum(h))
    middle = relu_of(weighted_sum(((affine_sum(u), 1), (line, 2)), 4))
    sum_ = relu_of(weighted_sum(((affine_sum(v), 1), (line, 3), (middle, 5)), 4))
    (unit,) = sum_.units
    assert nest_of(unit) == Nest(v, 3, 5, u, 2, h)


def test_what_is_no_nest_is_not_taken_for_one() -> None:
    """Too shallow, two bent units inside, a bent unit with two lines, a line of its own."""
    h, u, v, w = ((0, *(int(i == j) for j in range(4))) for i in range(4))

    def over(form: Form, *terms: tuple[UnitSum, int]) -> UnitSum:
        return relu_of(weighted_sum(((affine_sum(form), 1), *terms), 5))

    line, other = over(h), over(w)
    middle, second = over(u, (line, 2)), over(w, (line, 3))
    for wrong in (
        middle,
        over(v, (middle, 1), (second, 1)),
        over(v, (over(u, (line, 2), (other, 1)), 1)),
        over(v, (other, 1), (middle, 1)),
        over(v, (over(u, (middle, 1)), 1)),
    ):
        (unit,) = wrong.units
        assert nest_of(unit) is None
