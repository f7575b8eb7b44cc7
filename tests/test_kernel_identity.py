"""Which infinitely wide networks are the same: normal forms, and pairs of points that tell."""

from fractions import Fraction
from itertools import pairwise, permutations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from tests.test_infinite_width import ANGLED, ONE, pairs, positive, values, variance_lists
from theory.errors import ShapeError
from theory.kernels.expression import step
from theory.kernels.identity import (
    DifferentKernels,
    NormalForm,
    SameKernels,
    UndecidedKernels,
    compared_kernels,
    normal_form,
)
from theory.kernels.recursion import Variances, decimals, kernels, tangent_at
from theory.network import Vector

F = Fraction
COSINE = sympy.Symbol("c", real=True)
CORRELATION = 2 * step(sympy.Integer(1), sympy.Integer(1), COSINE)[0]


def moved(variances: Variances, layer: int, factor: Fraction) -> Variances:
    """The variances after a factor has gone from a layer to the next one."""
    weights, biases = list(variances.weights), list(variances.biases)
    weights[layer] /= factor
    weights[layer + 1] *= factor
    biases[layer] /= factor
    return Variances(tuple(weights), tuple(biases))


@given(pairs(), variance_lists(), positive, st.integers(0, 3))
def test_T70_moved_variances_leave_the_kernels_and_the_normal_form(
    pair: tuple[Vector, Vector], variances: Variances, factor: Fraction, layer: int
) -> None:
    if variances.depth == 0:
        return
    other = moved(variances, layer % variances.depth, factor)
    assert normal_form(other) == normal_form(variances)
    assert compared_kernels(variances, other, 2) == SameKernels(normal_form(variances))
    left, right = values(kernels(*pair, variances)), values(kernels(*pair, other))
    assert not any(one.is_apart(two) for one, two in zip(left, right, strict=True))


@given(pairs(), variance_lists())
def test_T70_the_normal_form_has_the_same_kernels_and_is_its_own(
    pair: tuple[Vector, Vector], variances: Variances
) -> None:
    form = normal_form(variances)
    assert normal_form(form.variances) == form
    assert set(form.variances.weights[1:]) <= {1}
    left, right = values(kernels(*pair, variances)), values(kernels(*pair, form.variances))
    assert not any(one.is_apart(two) for one, two in zip(left, right, strict=True))
    for point in pair:
        last, other = (kernels(point, point, one).layers[-1] for one in (variances, form.variances))
        assert (last.cross, last.tangent) == (other.cross, other.tangent)


def test_T70_without_biases_the_order_of_the_weight_variances_does_not_matter() -> None:
    found = {
        decimals(kernels(ONE, ANGLED, Variances(weights, (F(0),) * 3)), 40)
        for weights in permutations((F(1), F(2), F(3)))
    }
    assert len(found) == 1
    left, right = (Variances(w, (F(1),) * 2) for w in ((F(1), F(2)), (F(2), F(1))))
    assert isinstance(compared_kernels(left, right, 2), DifferentKernels)


@given(variance_lists(), variance_lists(), st.integers(1, 3))
def test_T70_different_normal_forms_are_told_apart(
    left: Variances, right: Variances, inputs: int
) -> None:
    found = compared_kernels(left, right, inputs)
    if normal_form(left) == normal_form(right):
        assert isinstance(found, SameKernels)
        return
    assert isinstance(found, DifferentKernels)
    assert found.kernel == "K"
    assert len(found.first) == len(found.second) == inputs
    pair = (found.first, found.second)
    texts = [decimals(kernels(*pair, side), 60)[0] for side in (left, right)]
    assert texts[0] != texts[1]
    assert found.left.is_apart(found.right)


def test_T70_the_curve_lies_above_the_diagonal_and_meets_it_in_one_point() -> None:
    """kappa(c) > c for -1 <= c < 1: kappa(1) = 1, kappa' < 1 on (-1, 1), kappa(-1) = 0."""
    slope = sympy.simplify(sympy.diff(CORRELATION, COSINE))
    assert sympy.simplify(slope - (1 - sympy.acos(COSINE) / sympy.pi)) == 0
    ends = [sympy.simplify(CORRELATION.subs(COSINE, end)) for end in (-1, 0, 1)]
    assert ends == [0, 1 / sympy.pi, 1]


@given(st.fractions(min_value=-1, max_value=1, max_denominator=40))
def test_T70_without_biases_K_grows_with_depth_unless_points_are_parallel(cosine: Fraction) -> None:
    """Points (1, 0) and (t, 1) of any angle, with weight variance 2: K(x,y) / |y| grows."""
    other = (cosine * 5, F(1))
    found = [
        values(kernels(ONE, other, Variances.uniform(depth, F(2), F(0)))) for depth in range(6)
    ]
    for (before, _), (after, _) in pairwise(found):
        assert before.upper < after.lower
    assert all(kernel.upper**2 < 1 * (cosine**2 * 25 + 1) for kernel, _ in found)
    opposite = tuple(-entry for entry in other)
    shown = [
        values(kernels(other, opposite, Variances.uniform(n, F(2), F(0))))[0] for n in range(4)
    ]
    assert [one.upper < two.lower for one, two in pairwise(shown)] == [True] * 3


@given(
    st.tuples(st.fractions(max_denominator=9), st.fractions(max_denominator=9)), st.integers(0, 8)
)
def test_T70_with_weight_variance_two_the_diagonal_is_constant_and_the_tangent_counts_layers(
    point: Vector, depth: int
) -> None:
    variances = Variances.uniform(depth, F(2), F(0))
    last = kernels(point, point, variances).layers[-1]
    square = sum(entry**2 for entry in point)
    assert last.cross == square  # 2 |x|^2 / d with d = 2
    assert tangent_at(point, variances) == (depth + 1) * square


def test_T70_depths_that_a_coarser_invariant_confuses_are_told_apart() -> None:
    """Depth 2 and 4 with equal sums of inverse roots and equal diagonals of K."""
    two = NormalForm(F(4), (F(1), F(1), F(1))).variances
    four = NormalForm(F(16), (F(4), F(0), F(2), F(0), F(1))).variances
    last = [kernels(ONE, ONE, one).layers[-1].cross for one in (two, four)]
    assert last[0] == last[1]
    found = compared_kernels(two, four, 2)
    assert isinstance(found, DifferentKernels)
    assert found.first != found.second


def test_T70_a_difference_too_small_to_see_is_not_a_verdict() -> None:
    tiny = F(1, 10**3000)
    sums = ((F(1), F(2), F(3), F(4)), (1 - tiny, 2 + tiny, F(3), F(4)))
    sides = []
    for partial in sums:
        steps = (partial[0], *(after - before for before, after in pairwise(partial)))
        biases = tuple(step / 2**index for index, step in enumerate(steps))
        sides.append(NormalForm(F(1), biases).variances)
    assert isinstance(compared_kernels(sides[0], sides[1], 2), UndecidedKernels)


def test_T70_given_pairs_are_tried_first() -> None:
    two, three = (Variances.uniform(depth, F(2), F(0)) for depth in (2, 3))
    found = compared_kernels(two, three, 2, [(ONE, ANGLED)])
    assert isinstance(found, DifferentKernels)
    assert (found.kernel, found.first, found.second) == ("K", ONE, ANGLED)
    with pytest.raises(ShapeError, match="input"):
        compared_kernels(two, three, 0)


@given(variance_lists(), st.fractions(min_value=F(1, 3), max_value=3, max_denominator=3))
def test_T70_the_expansion_behind_completeness(variances: Variances, place: Fraction) -> None:
    """(K(r,r) + K(s,s)) / 2 - K(r,s) for s = r + h: the coefficient of h^3 is a sum of squares."""
    form, depth, step_size = normal_form(variances), variances.depth, F(1, 10**30)
    near = place + step_size
    found = kernels((place,), (near,), form.variances)
    kernel = values(found, 800)[0].lower
    half_distance = (found.layers[-1].first + found.layers[-1].second) / 2 - kernel
    coefficient = (half_distance - form.scale * step_size**2 / 2 ** (depth + 1)) / step_size**3
    total, partial = sympy.Float(0, 40), F(0)
    for layer in range(depth):
        partial += 2**layer * form.biases[layer]
        pole = form.scale * place**2 + partial
        weight = sympy.Rational(*(form.scale * partial).as_integer_ratio()).evalf(40)
        total += weight ** sympy.Rational(3, 2) / sympy.Rational(*(pole**2).as_integer_ratio())
    expected = -total / (3 * sympy.pi * 2**depth)
    difference = sympy.Rational(*coefficient.as_integer_ratio()) - expected
    assert abs(difference.evalf(30)) < sympy.Rational(1, 10**12)
