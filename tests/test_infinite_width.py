"""Kernels of infinitely wide networks: against integrals, known digits and finite networks."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import ScopeError, ShapeError
from theory.kernels.expression import angular_moment, arc_cosine, closed_forms, equations, step
from theory.kernels.recursion import (
    MOST_LAYERS,
    Interval,
    Kernels,
    Variances,
    certain_decimal,
    decimals,
    enclosures,
    kernels,
    tangent_at,
)
from theory.network import Vector

F = Fraction
ONE, ANGLED, ORTHOGONAL = (F(1), F(0)), (F(3, 5), F(4, 5)), (F(0), F(1))
ANGLE = sympy.Symbol("theta", real=True)

TWO, THREE_HALVES = (F(2), F(0)), (F(3, 2), F(1, 10))

# layers, y, variances of weights and biases; K(x,y) and T(x,y) at x = (1, 0) to 30 digits
GOLDEN = (
    (1, ANGLED, TWO, ".677547567766512608219732729926", "1.10044722658599267920925143846"),
    (2, ANGLED, TWO, ".733433785825562243180207753120", "1.54441630067721020701706738327"),
    (3, ANGLED, TWO, ".775312434844067925937011489010", "1.95228668518465243944030656836"),
    (1, ORTHOGONAL, TWO, ".318309886183790671537767526745", ".318309886183790671537767526745"),
    (2, ORTHOGONAL, TWO, ".493731090200371548498112000343", ".685708636282942491743266810324"),
    (3, ORTHOGONAL, TWO, ".604825720112944546699701580204", "1.06038810680258303826298760310"),
    (3, ANGLED, THREE_HALVES, ".513268889055305656570635928369", "1.13507155594843429233859089124"),
)

numbers = st.fractions(min_value=-3, max_value=3, max_denominator=6)
points = st.integers(1, 3).flatmap(lambda n: st.tuples(*[st.tuples(*[numbers] * n)] * 2))
positive = st.fractions(min_value=F(1, 6), max_value=3, max_denominator=6)
biases = st.one_of(st.just(F(0)), st.fractions(min_value=0, max_value=2, max_denominator=6))


@st.composite
def variance_lists(draw: st.DrawFn) -> Variances:
    """Depth 0 to 3; often without biases."""
    layers = draw(st.integers(1, 4))
    weights = draw(st.tuples(*[positive] * layers))
    return Variances(
        weights, draw(st.one_of(st.just((F(0),) * layers), st.tuples(*[biases] * layers)))
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Vector, Vector]:
    """Two points: any, equal, parallel, opposite, or one of them 0."""
    first, second = draw(points)
    factor = draw(st.sampled_from((None, F(1), F(2), F(-1), F(-1, 2), F(0))))
    return first, second if factor is None else tuple(factor * entry for entry in first)


def number(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def textbook(pair: tuple[Vector, Vector], variances: Variances) -> tuple[sympy.Float, sympy.Float]:
    """K(x,y) and T(x,y) by the formulas of the literature, in 60-digit numbers."""

    def product(first: Vector, second: Vector) -> sympy.Expr:
        total = sum((a * b for a, b in zip(first, second, strict=True)), F(0))
        return number(variances.weights[0] * total / len(first) + variances.biases[0]).evalf(60)

    first, second = pair
    xx, yy, xy = product(first, first), product(second, second), product(first, second)
    tangent = xy
    for weight, bias in zip(variances.weights[1:], variances.biases[1:], strict=True):
        root = sympy.sqrt(xx * yy)
        cosine = max(-1, min(1, xy / root)) if root else sympy.Integer(0)
        angle = sympy.acos(cosine)
        moment = root / (2 * sympy.pi) * (sympy.sqrt(1 - cosine**2) + (sympy.pi - angle) * cosine)
        slope = (sympy.pi - angle) / (2 * sympy.pi)
        xy = (number(weight) * moment + number(bias)).evalf(60)
        tangent = (xy + number(weight) * slope * tangent).evalf(60)
        xx, yy = (number(weight) * one / 2 + number(bias) for one in (xx, yy))
    return xy, tangent


def values(found: Kernels, bits: int = 400) -> tuple[Interval, Interval]:
    enclosed = enclosures(found, bits)
    assert enclosed is not None
    return enclosed


@pytest.mark.parametrize("order", [0, 1, 2])
def test_T69_arc_cosine_kernels_are_the_integrals(order: int) -> None:
    known = (
        sympy.pi - ANGLE,
        sympy.sin(ANGLE) + (sympy.pi - ANGLE) * sympy.cos(ANGLE),
        3 * sympy.sin(ANGLE) * sympy.cos(ANGLE)
        + (sympy.pi - ANGLE) * (1 + 2 * sympy.cos(ANGLE) ** 2),
    )[order]
    for formula in (2 * sympy.pi * angular_moment(order, ANGLE), arc_cosine(order, ANGLE)):
        assert sympy.simplify(sympy.expand_trig(formula) - known) == 0


def test_T69_a_layer_is_the_integral_of_order_one_and_its_slope_that_of_order_zero() -> None:
    one, two = sympy.symbols("a b", positive=True)
    moment, slope = step(one**2, two**2, one * two * sympy.cos(ANGLE))
    scaled = {ANGLE: sympy.Rational(7, 5), one: 3, two: sympy.Rational(1, 2)}
    expected = (one * two * angular_moment(1, ANGLE), angular_moment(0, ANGLE))
    for found, other in zip((moment, slope), expected, strict=True):
        assert abs((found - other).subs(scaled).evalf(50)) < sympy.Rational(1, 10**40)


@pytest.mark.parametrize(("depth", "second", "variances", "kernel", "tangent"), GOLDEN)
def test_T69_golden_digits(
    depth: int, second: Vector, variances: tuple[Fraction, Fraction], kernel: str, tangent: str
) -> None:
    found = decimals(kernels(ONE, second, Variances.uniform(depth, *variances)), 30)
    assert tuple(text.removeprefix("0") for text in found) == (kernel, tangent)


def test_T69_closed_forms_of_depth_one() -> None:
    one = Variances.uniform(1, F(2), F(0))
    angle, pi = sympy.acos(sympy.Rational(3, 5)), sympy.pi
    assert closed_forms(kernels(ONE, ORTHOGONAL, one)) == (1 / pi, 1 / pi)
    found = closed_forms(kernels(ONE, ANGLED, one))
    assert found is not None
    expected = (4 + 3 * pi - 3 * angle) / (5 * pi), 2 * (2 + 3 * pi - 3 * angle) / (5 * pi)
    assert [sympy.expand(a - b) for a, b in zip(found, expected, strict=True)] == [0, 0]
    assert closed_forms(kernels(ONE, ANGLED, Variances.uniform(2, F(2), F(0)))) is None


@given(pairs(), variance_lists())
def test_T69_enclosures_hold_the_textbook_values(
    pair: tuple[Vector, Vector], variances: Variances
) -> None:
    found = values(kernels(*pair, variances))
    for interval, value in zip(found, textbook(pair, variances), strict=True):
        low, high = number(interval.lower), number(interval.upper)
        assert low <= high
        assert abs(value - low) + abs(value - high) < sympy.Rational(1, 10**20)


@given(pairs(), variance_lists())
def test_T69_equations_have_the_enclosed_values(
    pair: tuple[Vector, Vector], variances: Variances
) -> None:
    found = kernels(*pair, variances)
    known: dict[sympy.Symbol, sympy.Expr] = {}
    for line in equations(found):
        known[line.lhs] = line.rhs.subs(known).evalf(60)
    depth = variances.depth
    for name, interval in zip("KT", values(found), strict=True):
        value = known[sympy.Symbol(f"{name}_{depth}", real=True)]
        assert abs(value - number(interval.lower)) < sympy.Rational(1, 10**20)


@given(pairs(), variance_lists(), st.integers(100, 200))
def test_T69_more_bits_give_smaller_intervals_that_meet(
    pair: tuple[Vector, Vector], variances: Variances, bits: int
) -> None:
    found = kernels(*pair, variances)
    for coarse, fine in zip(values(found, bits), values(found, bits + 100), strict=True):
        assert not coarse.is_apart(fine)
        assert fine.upper - fine.lower <= coarse.upper - coarse.lower


@pytest.mark.parametrize("second", [ANGLED, ORTHOGONAL, (F(1, 3), F(2, 7))])
@pytest.mark.parametrize("bits", [40, 60, 80])
def test_T69_errors_are_carried_through_many_layers(second: Vector, bits: int) -> None:
    """Rounding in 200 layers with few bits adds up to far more than that of the last one."""
    found = kernels(ONE, second, Variances.uniform(200, F(2), F(0)))
    coarse, fine = values(found, bits), values(found, 600)
    for rough, exact in zip(coarse, fine, strict=True):
        assert rough.lower <= exact.lower <= exact.upper <= rough.upper


@given(pairs(), variance_lists())
def test_T69_kernels_are_symmetric_and_rational_on_the_diagonal(
    pair: tuple[Vector, Vector], variances: Variances
) -> None:
    first, second = pair
    swapped = kernels(second, first, variances)
    assert values(swapped) == values(kernels(first, second, variances))
    last = kernels(first, first, variances).layers[-1]
    assert last.cross == last.first == last.second == swapped.layers[-1].second
    assert last.tangent == tangent_at(first, variances)


def test_T69_degenerate_pairs() -> None:
    plain, biased = Variances.uniform(2, F(2), F(0)), Variances.uniform(2, F(2), F(1))
    zero, opposite = (F(0), F(0)), (F(-1), F(0))

    def told(second: Vector, variances: Variances) -> tuple[str, str]:
        return decimals(kernels(ONE, second, variances), 6)

    assert told(zero, plain) == ("0", "0")  # at 0 a network without biases is 0
    assert told((F(3), F(0)), plain) == ("3", "9")
    assert told(opposite, Variances.uniform(1, F(2), F(0))) == ("0", "0")
    assert told(opposite, plain) == ("0.318310", "0.318310")  # 1 / pi: the hidden layer is at pi/2
    assert kernels(zero, zero, biased).layers[-1].cross == 3
    late = kernels(ONE, (F(3), F(0)), Variances((F(2),) * 3, (F(0), F(1), F(1)))).layers
    assert [layer.is_degenerate for layer in late] == [True, False, False]
    assert [layer.cross for layer in late] == [3, 4, None]  # a bias turns parallel points
    assert [layer.cross for layer in kernels(ONE, zero, biased).layers] == [1, None, None]
    assert kernels((F(1),), (F(-1),), Variances.uniform(0, F(1), F(1))).layers[-1].cross == 0


@given(variance_lists(), st.integers(20, 60))
def test_T69_points_that_nearly_agree(variances: Variances, places: int) -> None:
    near = (F(1), F(1, 10**places))
    found = decimals(kernels(ONE, near, variances), 12)
    exact = kernels(ONE, ONE, variances).layers[-1].cross
    assert exact is not None
    assert abs(Fraction(found[0]) - exact) < F(1, 10**9)


def test_T69_any_number_of_digits_and_many_layers() -> None:
    long = decimals(kernels(ONE, ORTHOGONAL, Variances.uniform(1, F(2), F(0))), 1000)[0]
    assert long == str(sympy.N(1 / sympy.pi, 1000))
    deep = kernels(ONE, ANGLED, Variances.uniform(1000, F(2), F(0)))
    assert decimals(deep, 10) == ("0.9999571201", "254.2817743")


@given(st.fractions(), st.integers(1, 20), st.integers(1, 30))
def test_decimals_are_certain(value: Fraction, digits: int, width: int) -> None:
    interval = Interval(value - F(1, 10**width), value + F(1, 10**width))
    text = certain_decimal(interval, digits)
    exact = certain_decimal(Interval(value, value), digits)
    assert exact is not None
    assert text is None or Fraction(text) == Fraction(exact)
    if value:
        size = abs(Fraction(exact) - value) * 2 * 10 ** (digits - 1)
        assert size <= abs(value) * 10


def test_an_interval_across_a_half_has_no_certain_decimal() -> None:
    assert certain_decimal(Interval(F(124, 1000), F(126, 1000)), 2) is None
    assert certain_decimal(Interval(F(126, 1000), F(127, 1000)), 2) == "0.13"


def test_what_is_no_network_or_pair_is_refused() -> None:
    with pytest.raises(ScopeError, match="positive"):
        Variances((F(0),), (F(0),))
    with pytest.raises(ScopeError, match="not negative"):
        Variances((F(1),), (F(-1),))
    with pytest.raises(ShapeError, match="biases"):
        Variances((F(1),), (F(1), F(1)))
    with pytest.raises(ScopeError, match="layers"):
        Variances.uniform(MOST_LAYERS, F(1), F(0))
    with pytest.raises(ScopeError, match="layers"):
        Variances((), ())
    with pytest.raises(ShapeError, match="dimension"):
        kernels((F(1),), (F(1), F(2)), Variances.uniform(1, F(1), F(0)))
    with pytest.raises(ShapeError, match="dimension"):
        kernels((), (), Variances.uniform(1, F(1), F(0)))
    with pytest.raises(ScopeError, match="digits"):
        decimals(kernels(ONE, ANGLED, Variances.uniform(1, F(1), F(0))), 0)
    with pytest.raises(ScopeError, match="order"):
        angular_moment(-1, ANGLE)


# ------------------------------------------------------------------------ networks of finite width


def number_of(found: tuple[Interval, Interval], index: int) -> float:
    return float(found[index].lower)


@pytest.mark.parametrize("second", [ANGLED, ORTHOGONAL, (F(-2), F(1, 2))])
def test_T69_one_hidden_layer_of_any_width_has_the_kernel_on_average(second: Vector) -> None:
    """Chebyshev: the mean is off by more than 100 deviations with probability under 1/10000.

    With one hidden layer E relu(u) relu(v) is K for every width, and the deviation is known: its
    second moment is the integral of order 2. 400 000 units, one draw, which the seed fixes.
    """
    variances, count = Variances.uniform(1, F(3, 2), F(1, 10)), 400_000
    found = kernels(ONE, second, variances)
    before = found.layers[0]
    assert before.cross is not None
    xx, yy, xy = float(before.first), float(before.second), float(before.cross)
    drawn = np.random.default_rng(7).standard_normal((2, count))
    u = sqrt(xx) * drawn[0]
    v = xy / sqrt(xx) * drawn[0] + sqrt(yy - xy**2 / xx) * drawn[1]
    weight, bias = 1.5, 0.1
    sample = weight * np.maximum(u, 0) * np.maximum(v, 0) + bias
    angle = np.arccos(xy / sqrt(xx * yy))
    fourth = weight**2 * (xx * yy) * float(angular_moment(2, ANGLE).subs(ANGLE, angle))
    mean = number_of(values(found), 0)
    deviation = sqrt((fourth - (mean - bias) ** 2) / count)
    assert abs(float(sample.mean()) - mean) < 5 * deviation  # chance under 1/25, and 6e-7 if normal
    assert 100 * deviation < 0.5 * mean


def tangents_of_a_network(
    points: np.ndarray, variances: Variances, width: int, seed: int
) -> tuple[float, float]:
    """f(x) f(y) averaged over the last layer, and the inner product of both gradients."""
    rng = np.random.default_rng(seed)
    weights = [float(value) for value in variances.weights]
    biases = [float(value) for value in variances.biases]
    sizes = [points.shape[1], *[width] * variances.depth]
    hidden, matrices, signs, covariances = points.T, [], [], []
    for index, inputs in enumerate(sizes):
        covariances.append(weights[index] * hidden[:, 0] @ hidden[:, 1] / inputs + biases[index])
        if index == variances.depth:
            break
        matrices.append(rng.standard_normal((width, inputs)))
        shift = sqrt(biases[index]) * rng.standard_normal((width, 1))
        before = sqrt(weights[index] / inputs) * matrices[index] @ hidden + shift
        signs.append(before > 0)
        hidden = np.maximum(before, 0)
    tangent = covariances[-1]
    last = sqrt(weights[-1] / width) * rng.standard_normal((width, 1))
    back = last * signs[-1]
    for index in reversed(range(variances.depth)):
        tangent += (back[:, 0] @ back[:, 1]) * covariances[index]
        if index:
            back = sqrt(weights[index] / sizes[index]) * matrices[index].T @ back * signs[index - 1]
    return float(covariances[-1]), float(tangent)


def test_T69_wide_networks_with_two_hidden_layers() -> None:
    """Five deviations of the mean of 240 networks of width 128, plus 1/width for the bias.

    If means of 240 are normal, chance fails this with probability 1.2e-6; the seeds fix the draw.
    Unlike with one hidden layer, the mean differs from the limit, by something of order 1/width.
    """
    variances = Variances((F(2), F(3, 2), F(1)), (F(1, 10), F(0), F(1, 5)))
    found = values(kernels(ONE, ANGLED, variances))
    points = np.array([[1.0, 0.0], [0.6, 0.8]])
    drawn = np.array([tangents_of_a_network(points, variances, 128, seed) for seed in range(240)])
    means, deviations = drawn.mean(axis=0), drawn.std(axis=0, ddof=1) / sqrt(len(drawn))
    for index in (0, 1):
        value = number_of(found, index)
        allowed = 5 * deviations[index] + 1 / 128
        assert allowed < 0.1 * value
        assert abs(means[index] - value) < allowed


def test_T69_the_gradient_of_the_sample_is_that_of_its_network() -> None:
    """Two layers by hand: sums over weights of products of derivatives."""
    variances = Variances((F(2), F(3)), (F(1, 4), F(1, 9)))
    rng = np.random.default_rng(3)
    first, shift = rng.standard_normal((4, 2)), rng.standard_normal((4, 1))
    last = rng.standard_normal((4, 1))
    points = np.array([[1.0, 0.0], [0.6, 0.8]])
    before = sqrt(2 / 2) * first @ points.T + 0.5 * shift
    gradients = []
    for column in (0, 1):
        hidden = np.maximum(before[:, column], 0)
        back = sqrt(3 / 4) * last[:, 0] * (before[:, column] > 0)
        parts = [sqrt(3 / 4) * hidden, [1 / 3], np.outer(back, points[column]).ravel(), 0.5 * back]
        gradients.append(np.concatenate(parts))
    expected = float(gradients[0] @ gradients[1])
    assert tangents_of_a_network(points, variances, 4, 3)[1] == pytest.approx(expected)


def test_T69_neural_tangents_agrees() -> None:
    """Where that package can be imported; the note names versions that fit together."""
    stax = pytest.importorskip("neural_tangents", reason="no neural-tangents here (optional)").stax
    for depth, weight, bias in ((1, F(2), F(0)), (3, F(2), F(0)), (3, F(3, 2), F(1, 10))):
        layer = {"W_std": sqrt(weight), "b_std": sqrt(bias)}
        parts = [stax.Dense(64, **layer)]
        for _ in range(depth):
            parts += [stax.Relu(), stax.Dense(64, **layer)]
        kernel = stax.serial(*parts)[2]
        points = [np.array([[float(entry) for entry in point]]) for point in (ONE, ANGLED)]
        theirs = kernel(*points, ("nngp", "ntk"))
        ours = values(kernels(ONE, ANGLED, Variances.uniform(depth, weight, bias)))
        for one, other in zip(ours, theirs, strict=True):
            assert abs(float(one.lower) - float(other[0, 0])) < 1e-5  # it computes in float32
