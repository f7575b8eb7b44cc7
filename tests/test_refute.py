"""Refutation finds what it should, and what it returns is a counterexample by exact evaluation."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import ShapeError
from theory.network import Affine, Network, Vector
from theory.symmetry import disguised
from verify.formats.network_file import read_network
from verify.prove.refutation.refute import counterexample, counterexample_near
from verify.testing.strategies import (
    NearPair,
    domains,
    equivalent_pairs,
    nearly_equivalent_pairs,
    networks,
    vectors,
)

FAMILIES = {"A": 2, "B": 3, "C": 5}


def read(data: Path, name: str) -> Network:
    return read_network(data / "pairs" / f"{name}.onnx").network


def difference(left: Network, right: Network, point: Vector) -> Fraction:
    return max(abs(one - other) for one, other in zip(left(point), right(point), strict=True))


def linear(*gradient: int) -> Network:
    return Network((Affine.dense([gradient], [0]),))


def needle(inputs: int, width: int, gradient: list[int], offset: Fraction) -> Network:
    """sum of x, plus width times relu(gradient . x - offset)."""
    one = [[int(row == column) for column in range(inputs)] for row in range(inputs)]
    negated = [[-entry for entry in row] for row in one]
    hidden = Affine.dense([*one, *negated, gradient], [0] * (2 * inputs) + [-offset])
    return Network((hidden, Affine.dense([[1] * inputs + [-1] * inputs + [width]], [0])))


def hat(centre: Vector, radius: Fraction) -> Network:
    """The map relu(radius - |x - centre|_1), zero but for one small cell."""
    size = len(centre)
    rows = [
        [sign * (row == column) for column in range(size)]
        for row in range(size)
        for sign in (1, -1)
    ]
    bias = [-sign * value for value in centre for sign in (1, -1)]
    return Network(
        (
            Affine.dense(rows, bias),
            Affine.dense([[-1] * (2 * size)], [radius]),
            Affine.dense([[1]], [0]),
        )
    )


@pytest.mark.parametrize("kind", ["pert", "needle", "f32resc"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_different_pair_is_refuted(data: Path, family: str, kind: str) -> None:
    left, right = read(data, f"{family}_base"), read(data, f"{family}_{kind}")
    box = Box.cube(FAMILIES[family], -1, 1)
    point = counterexample(left, right, box)
    assert point is not None
    assert point in box
    least = {"pert": Fraction(1, 10000), "needle": Fraction(3, 64), "f32resc": Fraction(1, 10**8)}
    assert difference(left, right, point) >= least[kind]
    assert all(Fraction(float(np.float32(float(value)))) == value for value in point)


@pytest.mark.parametrize("kind", ["perm", "bloat"])
@pytest.mark.parametrize("family", FAMILIES)
def test_no_equal_pair_is_refuted(data: Path, family: str, kind: str) -> None:
    left, right = read(data, f"{family}_base"), read(data, f"{family}_{kind}")
    assert counterexample(left, right, Box.cube(FAMILIES[family], -1, 1)) is None


@pytest.mark.parametrize("family", FAMILIES)
def test_onnxruntime_shows_the_difference(data: Path, family: str) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    names = (f"{family}_base", f"{family}_needle")
    left, right = (read(data, name) for name in names)
    point = counterexample(left, right, Box.cube(FAMILIES[family], -1, 1))
    assert point is not None
    outputs = []
    for name in names:
        session = onnxruntime.InferenceSession(data / "pairs" / f"{name}.onnx")
        (given_input,) = session.get_inputs()
        values = np.array([[float(value) for value in point]], dtype=np.float32)
        outputs.append(session.run(None, {given_input.name: values})[0])
    assert np.abs(outputs[0] - outputs[1]).max() > 0.04


@given(nearly_equivalent_pairs())
def test_a_difference_in_one_corner_is_found(pair: NearPair) -> None:
    point = counterexample(pair.left, pair.right, pair.domain)
    assert point is not None
    assert point in pair.domain
    assert pair.left(point) != pair.right(point)


@given(st.data())
def test_what_is_returned_is_a_counterexample(data: st.DataObject) -> None:
    domain: Domain = data.draw(domains())
    left, right = (data.draw(networks(inputs=domain.inputs, outputs=1)) for _ in range(2))
    tolerance = data.draw(st.sampled_from((Fraction(0), Fraction(1, 2))))
    point = counterexample(left, right, domain, tolerance)
    if point is not None:
        assert point in domain
        assert difference(left, right, point) > tolerance


@given(equivalent_pairs(), st.data())
def test_equal_networks_are_never_refuted(
    pair: tuple[Network, Network], data: st.DataObject
) -> None:
    domain: Domain = data.draw(domains(pair[0].inputs))
    assert counterexample(*pair, domain) is None


@pytest.mark.parametrize("inputs", [1, 2, 3, 4])
def test_a_small_cell_inside_is_found(inputs: int) -> None:
    centre = tuple(Fraction(3 * index - 5, 17) for index in range(inputs))
    bump = hat(centre, Fraction(1, 200))
    zero = Network((Affine.dense([[0] * inputs], [0]),))
    point = counterexample(zero, disguised(bump, 1), Box.cube(inputs, -1, 1))
    assert point is not None
    assert any(bump(point))


def test_fixed_inputs_stay_fixed() -> None:
    box = Box((Fraction(1, 3), Fraction(0)), (Fraction(1, 3), Fraction(1, 7)))
    point = counterexample(linear(1, 0), linear(1, 1), box)
    assert point is not None
    assert point in box
    assert counterexample(linear(3, 1), linear(6, 1), Box(box.lower, box.lower)) == box.lower


def test_a_difference_far_away_is_found_in_the_whole_space() -> None:
    left, right = needle(2, 1, [1, 1], Fraction(1500)), linear(1, 1)
    point = counterexample(left, right, Space(2))
    assert point is not None
    assert left(point) != right(point)


def test_a_difference_below_the_rounding_of_floats_is_found() -> None:
    tiny = Network((Affine.dense([[Fraction(1) + Fraction(1, 10**30)]], [0]),))
    point = counterexample(linear(1), tiny, Box.cube(1, -1, 1))
    assert point is not None
    assert any(point)


def test_weights_beyond_floats_do_not_disturb() -> None:
    huge = Network((Affine.dense([[10**400]], [0]),))
    point = counterexample(huge, linear(1), Box.cube(1, 0, 1))
    assert point is not None
    assert huge(point) != point


def simplex(inputs: int, *more: tuple[Vector, Fraction]) -> Polytope:
    axes = [tuple(Fraction(-(row == column)) for column in range(inputs)) for row in range(inputs)]
    total = (Fraction(1),) * inputs
    return Polytope(inputs, (*((axis, Fraction(0)) for axis in axes), (total, Fraction(1)), *more))


@pytest.mark.parametrize("inputs", [1, 2, 3, 5])
def test_a_difference_at_a_vertex_of_a_polytope_is_found(inputs: int) -> None:
    gradient = [2] + [1] * (inputs - 1)
    left = needle(inputs, 1, gradient, Fraction(127, 64))
    polytope = simplex(inputs)
    point = counterexample(left, linear(*[1] * inputs), polytope)
    assert point is not None
    assert point in polytope


def test_points_of_a_polytope_without_interior_are_exact() -> None:
    """x + y + z = 1 and 3 x = y: no rounded point satisfies these."""
    flat = simplex(
        3,
        ((Fraction(-1),) * 3, Fraction(-1)),
        ((Fraction(3), Fraction(-1), Fraction(0)), Fraction(0)),
        ((Fraction(-3), Fraction(1), Fraction(0)), Fraction(0)),
    )
    point = counterexample(linear(1, 1, 1), linear(1, 1, 2), flat)
    assert point is not None
    assert point in flat
    assert counterexample(linear(1, 1, 0), linear(4, 0, 0), flat) is None


def test_unbounded_and_empty_polytopes() -> None:
    halfplane = Polytope(2, (((Fraction(-1), Fraction(-1)), Fraction(-2000)),))
    left = needle(2, 1, [1, 1], Fraction(1500))
    point = counterexample(left, linear(1, 1), halfplane)
    assert point is not None
    assert point in halfplane
    nowhere = simplex(2, ((Fraction(-1), Fraction(-1)), Fraction(-2)))
    assert counterexample(linear(1, 1), linear(0, 0), nowhere) is None


def test_only_differences_above_the_tolerance_count() -> None:
    box = Box.cube(1, 0, 1)
    assert counterexample(linear(1), linear(2), box, Fraction(1)) is None
    assert counterexample(linear(1), linear(2), box, Fraction(99, 100)) is not None


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="networks"):
        counterexample(linear(1), linear(1, 1), Space(1))
    with pytest.raises(ShapeError, match="domain"):
        counterexample(linear(1), linear(2), Space(2))


@given(nearly_equivalent_pairs(), st.data())
def test_given_points_are_tried_exactly(pair: NearPair, data: st.DataObject) -> None:
    points: list[Vector] = data.draw(st.lists(vectors(pair.left.inputs), max_size=3))
    found = counterexample_near(pair.left, pair.right, pair.domain, [*points, pair.witness])
    assert found is not None
    assert found in pair.domain
    assert pair.left(found) != pair.right(found)
    assert counterexample_near(pair.left, pair.left, pair.domain, points) is None
