"""The strategies draw what they promise, and degenerate shapes often enough to matter."""

from collections import Counter
from fractions import Fraction
from itertools import combinations

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from theory.domain import Domain, Polytope
from theory.form import is_constant, oriented
from theory.network import Affine, Network, Vector
from verify.testing.strategies import (
    NearPair,
    affine_layers,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    points_in,
    polytopes,
    rationals,
    vectors,
)

ONCE = settings(
    max_examples=300,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def unit_forms(layer: Affine) -> list[tuple[int, ...]]:
    scale = 6 * 6
    return [
        tuple(int(entry * scale) for entry in (bias, *row))
        for row, bias in zip(layer.weight, layer.bias, strict=True)
    ]


def oddities(network: Network) -> set[str]:
    """Which degenerate shapes a network has."""
    found = set()
    if not network.hidden_layers:
        found.add("no hidden layer")
    if 1 in network.widths[1:-1]:
        found.add("width 1")
    if any(not row for row in network.layers[-1].rows):
        found.add("constant output")
    for depth, layer in enumerate(network.layers[:-1]):
        forms = unit_forms(layer)
        if any(not row for row in layer.rows):
            found.add("zero row")
        if not all(layer.bias):
            found.add("zero bias")
        if any(
            bias <= 0 and all(weight < 0 for _, weight in row) and (depth or not row)
            for row, bias in zip(layer.rows, layer.bias, strict=True)
        ):
            found.add("dead unit")
        lines = [oriented(form) for form in forms if not is_constant(form)]
        sides = Counter((line, factor > 0) for line, factor in lines)
        if any(count > 1 for count in sides.values()):
            found.add("duplicated units")
        if any((line, not side) in sides for line, side in sides):
            found.add("opposite units")
    return found


def test_degenerate_networks_are_not_rare() -> None:
    counted: Counter[str] = Counter()

    @ONCE
    @given(networks())
    def count(network: Network) -> None:
        counted.update(oddities(network))

    count()
    least = {
        "no hidden layer": 6,
        "width 1": 30,
        "constant output": 15,
        "zero row": 30,
        "zero bias": 60,
        "dead unit": 30,
        "duplicated units": 30,
        "opposite units": 30,
    }
    assert {kind for kind, share in least.items() if counted[kind] < share} == set(), counted


def ties(network: Network) -> int:
    """How many units at most change sign at one point; units on one line count once a layer."""
    lines = {oriented(form)[0] for form in unit_forms(network.layers[0]) if any(form[1:])}
    most = 0
    for (c, a, b), (f, d, e) in combinations(lines, 2):
        if area := a * e - b * d:
            point = (Fraction(b * f - c * e, area), Fraction(c * d - a * f, area))
            values = (point, *network.activations(point)[1:])
            zeros = {0: sum(not c + a * point[0] + b * point[1] for c, a, b in lines)}
            for depth, layer in enumerate(network.layers[1:-1], start=1):
                inside = layer(values[depth])
                zeros[depth] = sum(
                    bool(row) and not value for row, value in zip(layer.rows, inside, strict=True)
                )
            most = max(most, sum(zeros.values()))
    return most


def test_ties_are_not_rare() -> None:
    """In the plane two lines cross at a point in general; three do so by a tie."""
    counted: Counter[bool] = Counter()

    @ONCE
    @given(networks(inputs=2, widths=st.lists(st.integers(2, 4), min_size=1, max_size=3)))
    def count(network: Network) -> None:
        counted[ties(network) > 2] += 1

    count()
    assert counted[True] >= 30, counted


@given(networks(inputs=2, widths=(3, 1), outputs=2))
def test_networks_have_the_shape_that_was_asked_for(network: Network) -> None:
    assert network.widths == (2, 3, 1, 2)


@given(rationals(2, (1, 4), positive=True))
def test_rationals_stay_in_their_bounds(value: Fraction) -> None:
    assert 0 < value <= 2
    assert value.denominator in (1, 2, 4)


@given(st.data())
def test_points_lie_in_their_domain(data: st.DataObject) -> None:
    domain: Domain = data.draw(domains())
    assert data.draw(points_in(domain)) in domain


@given(st.data())
def test_polytopes_reach_their_faces(data: st.DataObject) -> None:
    polytope: Polytope = data.draw(polytopes(2, bounded=True))
    assert data.draw(points_in(polytope)) in polytope


@given(equivalent_pairs(), st.data())
def test_equivalent_pairs_agree(pair: tuple[Network, Network], data: st.DataObject) -> None:
    left, right = pair
    point: Vector = data.draw(vectors(left.inputs, rationals(8)))
    assert left(point) == right(point)


@given(nearly_equivalent_pairs(), st.data())
def test_nearly_equivalent_pairs_differ_in_their_cell_only(
    pair: NearPair, data: st.DataObject
) -> None:
    assert pair.witness in pair.domain
    assert pair.left(pair.witness) != pair.right(pair.witness)
    point: Vector = data.draw(points_in(pair.domain))
    constant, *gradient = pair.cell
    if constant + sum(a * x for a, x in zip(gradient, point, strict=True)) <= 0:
        assert pair.left(point) == pair.right(point)


@given(affine_layers(2, 3))
def test_affine_layers_have_the_shape_that_was_asked_for(layer: Affine) -> None:
    assert (layer.inputs, layer.outputs) == (2, 3)


def test_affine_layers_have_related_rows_often() -> None:
    counted: Counter[str] = Counter()

    @ONCE
    @given(affine_layers(2, 3))
    def count(layer: Affine) -> None:
        counted.update(oddities(Network((layer, Affine.dense([[1, 1, 1]], [0])))))

    count()
    kinds = ("zero row", "zero bias", "dead unit", "duplicated units", "opposite units")
    assert all(counted[kind] >= 30 for kind in kinds), counted


def test_networks_shrink_to_few_whole_numbers() -> None:
    """The smallest network with a hidden unit that changes sign on the unit interval."""

    def bends(network: Network) -> bool:
        return (
            network.hidden_layers >= 1
            and len(
                {bool(unit > 0) for x in (0, 1) for unit in network.activations((Fraction(x),))[1]}
            )
            == 2
        )

    found = find(networks(inputs=1), bends, settings=settings(ONCE, phases=list(Phase)))
    assert found.widths == (1, 1, 1)
    assert found.layers[0] == Affine.dense([[1]], [0])
    assert found.layers[1] == Affine.dense([[0]], [0])
