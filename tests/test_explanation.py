"""Explanations: regions, needed inequalities, maps and neighbours; evaluation is the oracle."""

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from theory.cone import polytope_cones
from theory.domain import Polytope, Space
from theory.errors import DomainError, ShapeError
from theory.explanation import Explanation, Flip, explanation
from theory.facet import facet_list
from theory.form import Form, primitive
from theory.network import Affine, Network, Vector
from theory.region import PieceFinder, pattern_at, region_of, regions
from verify.formats.network_file import read_network
from verify.testing.strategies import networks, vectors

PAIRS = Network(
    (
        Affine.dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4),
        Affine.dense([[1, -1, 1, 0], [0, 1, -2, 1], [1, 1, -1, -1]], [0, 1, 0]),
        Affine.dense([[1, -1, 2]], [0]),
    )
)


def value(form: Form, point: Vector) -> Fraction:
    return sum((g * x for g, x in zip(form[1:], point, strict=True)), Fraction(form[0]))


def moved(point: Vector, direction: tuple[int, ...], step: Fraction) -> Vector:
    return tuple(x + step * d for x, d in zip(point, direction, strict=True))


def require_attributions(found: Explanation, network: Network) -> None:
    assert found.affine(found.point) == network(found.point)
    for attribution, output in zip(found.attributions, network(found.point), strict=True):
        assert attribution.value == output
        assert attribution.constant + sum(attribution.terms) == output


def require_neighbours(found: Explanation, network: Network) -> None:
    """At each witness one inequality alone is tight, and just beyond it the network is as said."""
    inequalities = found.piece.inequalities
    for neighbour in found.neighbours:
        form, witness = neighbour.facet.form, neighbour.facet.witness
        assert [other for other in inequalities if value(other, witness) <= 0] == [form]
        step = Fraction(-1)
        for _ in range(200):  # until no unit but those at the facet is crossed
            beyond = moved(witness, form[1:], step)
            pattern = pattern_at(network, beyond)
            if all(
                pattern.layers[flip.layer][flip.unit] == flip.turns_on for flip in neighbour.flips
            ) and all(value(other, beyond) > 0 for other in inequalities if other != form):
                break
            step /= 2
        change = [
            here - there for here, there in zip(network(beyond), found.affine(beyond), strict=True)
        ]
        half = moved(witness, form[1:], step / 2)
        halved = [
            here - there for here, there in zip(network(half), found.affine(half), strict=True)
        ]
        if change == [2 * entry for entry in halved]:  # no other bend in between
            assert change == [jump * value(form, beyond) for jump in neighbour.jumps]


def require_region(found: Explanation) -> None:
    inequalities = found.piece.inequalities
    assert all(value(form, found.point) >= 0 for form in inequalities)
    assert set(found.tight) == {form for form in inequalities if not value(form, found.point)}
    needed = [neighbour.facet.form for neighbour in found.neighbours]
    assert len(needed) + found.redundant + len(found.undecided) == len(inequalities)
    assert set(needed) == exact_facets(inequalities)


def exact_facets(forms: tuple[Form, ...]) -> set[Form]:
    """The facets by double description."""
    if not forms:
        return set()
    size = len(forms[0]) - 1
    halfspaces = tuple((tuple(Fraction(-g) for g in f[1:]), Fraction(f[0])) for f in forms)
    cones = polytope_cones(Polytope(size, halfspaces))
    return {facet for cone in cones for facet in cone.facets} & set(forms)


@given(networks(), st.data())
def test_T24_the_region_of_a_point(network: Network, data: st.DataObject) -> None:
    point = data.draw(vectors(network.inputs))
    found = explanation(network, point)
    require_attributions(found, network)
    require_region(found)
    require_neighbours(found, network)


@given(networks(inputs=st.integers(1, 2), widths=st.lists(st.integers(1, 4), min_size=1)))
@example(PAIRS)
def test_T24_at_vertices_of_the_regions(network: Network) -> None:
    vertices = {
        vertex for cell in regions(network, Space(network.inputs)) for vertex in cell.cell.vertices
    }
    for point in sorted(vertices)[:8]:
        found = explanation(network, point)
        require_attributions(found, network)
        require_region(found)
        require_neighbours(found, network)


def test_T24_a_boundary_point_is_said_to_be_one() -> None:
    origin = (Fraction(0), Fraction(0))
    found = explanation(PAIRS, origin)
    assert not found.is_inside
    assert set(found.tight) == {(0, 1, 0), (0, 0, 1), (0, 1, 1), (0, 1, -1)}
    assert [one.facet.form for one in found.neighbours] == [(0, 0, 1), (1, 0, -2), (0, 1, -1)]
    assert explanation(PAIRS, (Fraction(1), Fraction(2))).is_inside


@given(networks(), st.data())
def test_a_near_piece_saves_work_and_changes_nothing(network: Network, data: st.DataObject) -> None:
    point, other = data.draw(vectors(network.inputs)), data.draw(vectors(network.inputs))
    finder = PieceFinder(network)
    assert finder.piece(point, near=finder.piece(other)) == region_of(network, point)


def test_a_direction_chooses_the_region_at_a_boundary_point() -> None:
    bent = Network((Affine.dense([[1, 1]], [0]), Affine.dense([[1]], [0])))
    finder, origin = PieceFinder(bent), (Fraction(0), Fraction(0))
    for direction, active in (((1, 0), True), ((-1, 0), False), ((1, -1), True), ((), True)):
        assert finder.piece(origin, direction).pattern.layers == ((active,),)
    with pytest.raises(ShapeError):
        finder.piece(origin, (1,))


def test_a_worked_example() -> None:
    """relu(x) + relu(relu(x) - y) at (1, 1/2)."""
    network = Network(
        (
            Affine.dense([[1, 0], [0, 1], [0, -1]], [0, 0, 0]),
            Affine.dense([[1, 0, 0], [1, -1, 1]], [0, 0]),
            Affine.dense([[1, 1]], [0]),
        )
    )
    found = explanation(network, (Fraction(1), Fraction(1, 2)))
    assert found.affine == Affine.dense([[2, -1]], [0])
    assert found.attributions[0].terms == (Fraction(2), Fraction(-1, 2))
    told = {one.facet.form: (one.flips, one.jumps) for one in found.neighbours}
    assert told == {
        (0, 1, -1): ((Flip(1, 1, turns_on=False),), (Fraction(-1),)),
        (0, 0, 1): (
            (Flip(0, 1, turns_on=False), Flip(0, 2, turns_on=True)),
            (Fraction(0),),
        ),
    }
    assert [one.has_same_map for one in found.neighbours].count(True) == 1
    assert found.redundant == 1  # x >= 0 follows from x >= y >= 0


def test_affine_and_constant_networks() -> None:
    affine = Network((Affine.dense([[1, 2], [0, 0]], [3, 1]),))
    found = explanation(affine, (Fraction(1), Fraction(1)))
    assert (found.neighbours, found.tight, found.is_inside) == ((), (), True)
    assert [one.value for one in found.attributions] == [6, 1]
    dead = Network((Affine.dense([[0, 0]], [-1]), Affine.dense([[5]], [2])))
    assert explanation(dead, (Fraction(0), Fraction(7))).attributions[0].value == 2
    with pytest.raises(ShapeError):
        explanation(affine, (Fraction(1),))


@given(st.integers(1, 4), st.data())
def test_needed_inequalities_are_those_of_double_description(
    size: int, data: st.DataObject
) -> None:
    inside = data.draw(vectors(size))
    drawn = st.tuples(*[st.integers(-3, 3)] * (size + 1))
    forms: dict[Form, None] = {}
    for form in data.draw(st.lists(drawn, min_size=1, max_size=9)):
        if any(form[1:]) and value(form, inside):
            sign = 1 if value(form, inside) > 0 else -1
            forms[primitive(tuple(sign * entry for entry in form))] = None
    assume(forms)
    found = facet_list(tuple(forms), inside)
    assert {facet.form for facet in found.needed} == exact_facets(tuple(forms))
    assert found.undecided == ()
    assert len(found.needed) + len(found.redundant) == len(forms)
    for facet in found.needed:
        assert [form for form in forms if value(form, facet.witness) <= 0] == [facet.form]


def test_large_tables_leave_inequalities_undecided() -> None:
    forms = ((0, 1, 0), (0, 0, 1), (1, 1, 1))
    inside = (Fraction(1), Fraction(3))
    few = facet_list(forms, inside, most=0)
    assert few.undecided == ((1, 1, 1),)
    assert facet_list(forms, inside).redundant == ((1, 1, 1),)
    with pytest.raises(DomainError):
        facet_list(forms, (Fraction(-1), Fraction(0)))


def test_real_networks(data: Path) -> None:
    random = Random(1)
    folder = data / "arch-comp"
    for name, needed in (("vcas_01.nnet", 3), ("double_pendulum_less_robust.onnx", 4)):
        network = read_network(folder / name).network
        point = tuple(Fraction(random.randint(-90, 90), 100) for _ in range(network.inputs))
        found = explanation(network, point)
        require_attributions(found, network)
        assert found.is_inside
        assert found.undecided == ()
        assert len(found.neighbours) > needed
