"""Identities that constructions rest on, proved for all real weights and points at once.

Weights are symbols here. Z3 reads every number as an unknown real, and `unsat` for the denial is
the proof; where a sign decides, SymPy proves the same by its assumptions on signs. Each identity
is also denied without one of its hypotheses, so that no proof is one from a contradiction.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
import sympy
import z3

from theory.form import coordinate_forms
from theory.forms.max_tree import max_tree
from theory.unit import Number, Unit, UnitSum

Real = Any  # z3 gives its expressions no types
Premises = Sequence[z3.BoolRef]

A, B, C, D = z3.Reals("a b c d")
H, U, V, W, K, Z = z3.Reals("h u v w k z")


def relu(value: Real) -> Real:
    return z3.If(value > 0, value, z3.RealVal(0))


def greatest(*values: Real) -> Real:
    """The maximum by its definition, value after value."""
    best = values[0]
    for value in values[1:]:
        best = z3.If(value > best, value, best)
    return best


def holds(premises: Premises, left: Real, right: Real) -> bool:
    """Whether left = right wherever the premises hold, for all values of all unknowns."""
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(*premises)
    assert solver.check() == z3.sat, "the premises contradict each other"
    solver.add(left != right)
    answer = solver.check()
    assert answer != z3.unknown, solver.reason_unknown()
    return bool(answer == z3.unsat)


def holds_for_each_sign(difference: Callable[[sympy.Expr], sympy.Expr]) -> bool:
    """Whether difference(z) = 0 for z > 0, z = 0 and z < 0, by SymPy."""
    positive = sympy.Symbol("t", positive=True)
    return all(
        sympy.expand(difference(value)) == 0 for value in (positive, sympy.Integer(0), -positive)
    )


def symbolic_relu(value: sympy.Expr) -> sympy.Expr:
    return sympy.Max(0, value)


def summed(terms: UnitSum, numbers: Sequence[Real]) -> Real:
    """A sum of units with the numbers in place of the inputs."""

    def affine(form: Sequence[Number]) -> Real:
        products = (
            z3.RealVal(str(entry)) * number for entry, number in zip(form[1:], numbers, strict=True)
        )
        return z3.Sum(z3.RealVal(str(form[0])), *products)

    def unit(one: Unit) -> Real:
        return relu(
            z3.Sum(affine(one.form), *(weight * unit(other) for other, weight in one.inner))
        )

    outer = (z3.RealVal(str(weight)) * unit(one) for one, weight in terms.units.items())
    return z3.Sum(affine(terms.form), *outer)


def test_T02_the_opposite_unit() -> None:
    assert holds((), relu(-Z), relu(Z) - Z)
    assert holds_for_each_sign(lambda z: symbolic_relu(-z) - (symbolic_relu(z) - z))
    assert not holds((), relu(-Z), relu(Z))
    assert not holds_for_each_sign(lambda z: symbolic_relu(-z) - symbolic_relu(z))


def test_T02_positive_rescaling() -> None:
    assert holds((D > 0,), W / D * relu(D * Z), W * relu(Z))
    assert not holds((D != 0,), W / D * relu(D * Z), W * relu(Z))
    weight, factor = sympy.Symbol("w"), sympy.Symbol("d", positive=True)
    assert holds_for_each_sign(
        lambda z: weight / factor * symbolic_relu(factor * z) - weight * symbolic_relu(z)
    )


def test_T02_rescaling_commutes_with_a_unit_of_two_inputs() -> None:
    """The row (a, b, c) of a unit times d, its column w divided by d."""
    row = A * U + B * V + C
    scaled = (D * A) * U + (D * B) * V + D * C
    assert holds((D > 0,), W / D * relu(scaled), W * relu(row))
    assert not holds((D != 0,), W / D * relu(scaled), W * relu(row))


def test_T02_proportional_units_merge() -> None:
    assert holds((D > 0,), A * relu(Z) + B * relu(D * Z), (A + B * D) * relu(Z))
    assert not holds((), A * relu(Z) + B * relu(D * Z), (A + B * D) * relu(Z))
    first, second = sympy.symbols("a b")
    factor = sympy.Symbol("d", positive=True)
    assert holds_for_each_sign(
        lambda z: sympy.expand(
            first * symbolic_relu(z)
            + second * symbolic_relu(factor * z)
            - (first + second * factor) * symbolic_relu(z)
        )
    )


def test_T02_opposite_units_merge() -> None:
    both = A * relu(Z) + B * relu(-D * Z)
    assert holds((D > 0,), both, (A + B * D) * relu(Z) - B * D * Z)
    assert not holds((), both, (A + B * D) * relu(Z) - B * D * Z)


def test_T02_a_unit_is_shared_by_two_copies() -> None:
    assert holds((), K * W * relu(Z) + (W - K * W) * relu(Z), W * relu(Z))


def test_T02_a_dead_unit_adds_nothing() -> None:
    """Nonpositive weights on what a layer before gives, and a nonpositive bias."""
    dead = A * relu(U) + B * relu(V) + C
    assert holds((A <= 0, B <= 0, C <= 0), W * relu(dead), z3.RealVal(0))
    assert not holds((A <= 0, B <= 0), W * relu(dead), z3.RealVal(0))


@pytest.mark.parametrize("count", range(2, 9))
def test_T10_a_tree_is_the_maximum(count: int) -> None:
    """The very sum that the construction writes, for all numbers in place of the functions."""
    numbers = z3.Reals(" ".join(f"x{index}" for index in range(count)))
    tree = max_tree(coordinate_forms(count))
    assert holds((), summed(tree, numbers), greatest(*numbers))
    assert not holds((), summed(tree, numbers), greatest(*numbers[1:]))


def test_T10_the_maximum_of_two() -> None:
    assert holds((), relu(A - B) + B, greatest(A, B))
    assert not holds((), relu(A - B) + A, greatest(A, B))


def test_T10_the_maximum_of_three() -> None:
    assert holds((), relu((B - C) + relu(A - B)) + C, greatest(A, B, C))


def test_T10_the_block_of_four() -> None:
    """max(a, b, c, d) = max(max(a, b), max(c, d)), one unit over the units of two pairs."""
    block = relu((B - D) + relu(A - B) - relu(C - D)) + D + relu(C - D)
    assert holds((), block, greatest(A, B, C, D))
    assert not holds((), block, greatest(A, B, C))


Mode = tuple[z3.BoolRef, Real, Real]
ZERO = z3.RealVal(0)


def mode(name: str, form: Real, own: z3.BoolRef, other: z3.BoolRef) -> Mode:
    """The condition at a point, the affine part p and the symbol: a row of the table of T13."""
    return {
        "P": (z3.Implies(own, form >= 0), form, ZERO),
        "N": (z3.Implies(own, form <= 0), ZERO, ZERO),
        "+": (z3.Implies(other, form <= 0), ZERO, relu(form)),
        "-": (z3.Implies(other, form >= 0), form, relu(-form)),
    }[name]


@pytest.mark.parametrize(("first", "second"), list(product("PN+-", repeat=2)))
def test_T13_a_bent_unit_in_each_pair_of_modes(first: str, second: str) -> None:
    """At any point, for any weight: what is asked of all points of a cell is asked of this one."""
    line = V + W * H
    condition, below, symbol = mode(first, V, H <= 0, H >= 0)
    other_condition, above, other_symbol = mode(second, line, H >= 0, H <= 0)
    unit, parts = relu(V + W * relu(H)), below + K * relu(H) + symbol + other_symbol
    steps = above - below == K * H
    assert holds((condition, other_condition, steps), unit, parts)
    assert not holds((condition, other_condition), unit, parts)
    assert not holds((condition, steps), unit, parts)
    assert not holds((other_condition, steps), unit, parts)


P, Q = V, V + C * U
SLOPE, STEEP = B, B + C * A  # r - p and s - q are these multiples of h
R, S = P + SLOPE * H, Q + STEEP * H
NEST = relu(V + B * relu(H) + C * relu(U + A * relu(H)))


def top(*values: Real) -> Real:
    return greatest(ZERO, *values)


T06 = {
    "both positive": ((SLOPE > 0, STEEP > 0), top(P, R, S) + top(P, Q, S) - top(P, S)),
    "both negative": (
        (SLOPE < 0, STEEP < 0),
        top(P, Q) + top(R, S) - top(P, R, S) - top(P, Q, S) + top(P, S),
    ),
    "then positive": ((SLOPE < 0, STEEP > 0), top(Q, R, S) - top(P, Q, R) + top(P, Q)),
    "then negative": ((SLOPE > 0, STEEP < 0), top(P, R, S) - top(P, Q, S) + top(P, Q)),
    "k zero, l at least": ((SLOPE == 0, STEEP >= 0), top(P, Q, S)),
    "k zero, l at most": ((SLOPE == 0, STEEP <= 0), top(P, Q) + top(R, S) - top(P, Q, S)),
    "l zero, k at least": ((SLOPE >= 0, STEEP == 0), top(P, Q, R)),
    "l zero, k at most": ((SLOPE <= 0, STEEP == 0), top(P, Q) + top(R, S) - top(P, Q, R)),
}


@pytest.mark.parametrize("case", T06)
def test_T06_three_nested_units_for_all_weights(case: str) -> None:
    signs, formula = T06[case]
    assert holds((C > 0, *signs), NEST, formula)
    assert not holds((C > 0,), NEST, formula)
    assert not holds((C < 0, *signs), NEST, formula)


def test_T06_a_negative_outer_weight_is_mirrored() -> None:
    inside = V + B * relu(H) + C * relu(U + A * relu(H))
    opposite = relu(-V - B * relu(H) - C * relu(U + A * relu(H)))
    assert holds((C < 0,), NEST, inside + opposite)


def test_T06_the_identity_that_leaves_out_two_numbers() -> None:
    """|l| r + |k| q = |l| p + |k| s where k and l have one sign, by SymPy as polynomials."""
    p, q, h = sympy.symbols("p q h")
    k, m = sympy.symbols("k l", positive=True)
    for sign in (1, -1):
        r, s = p + sign * k * h, q + sign * m * h
        assert sympy.expand(m * r + k * q - m * p - k * s) == 0
    r, s = p + k * h, q - m * h
    assert sympy.expand(m * r + k * q - m * p - k * s) != 0


def test_T08_the_smaller_of_two_is_left_out() -> None:
    """max(x, q, r) = max(x, q) + max(x, r) - x where min(q, r) <= x: the step that T06 uses."""
    x, q, r = z3.Reals("x q r")
    both = greatest(x, q) + greatest(x, r) - x
    assert holds((z3.Or(q <= x, r <= x),), greatest(x, q, r), both)
    assert not holds((), greatest(x, q, r), both)


def test_T09_signals_pass_through_a_layer() -> None:
    """A pair passes any number; one unit passes a number with a known lower bound."""
    assert holds((), relu(A) - relu(-A), A)
    assert holds((A >= B,), relu(A - B) + B, A)
    assert not holds((), relu(A - B) + B, A)
    assert holds((), relu(relu(A)), relu(A))


def test_T07_a_unit_inside_a_unit_is_made_convex() -> None:
    """e + a relu(z) = max(e, e + (a + d) z) - d relu(z) for d >= -a: the step of T07 (b)."""
    e, a, d, z = z3.Reals("e a d z")
    convex = greatest(e, e + (a + d) * z) - d * relu(z)
    assert holds((a + d >= 0,), e + a * relu(z), convex)
    assert not holds((), e + a * relu(z), convex)


def test_T07_maxima_and_sums() -> None:
    """max(f, g) + h = max(f + h, g + h), and the sum of two maxima is that of all sums."""
    f, g, h, k = z3.Reals("f g h k")
    assert holds((), greatest(f, g) + h, greatest(f + h, g + h))
    assert holds((), greatest(f, g) + greatest(h, k), greatest(f + h, f + k, g + h, g + k))


def test_T21_a_minimum_is_a_maximum_of_opposites() -> None:
    a, b, c = z3.Reals("a b c")
    least = z3.If(a <= b, z3.If(a <= c, a, c), z3.If(b <= c, b, c))
    assert holds((), -greatest(-a, -b, -c), least)


def test_T08_one_function_below_an_average_of_others_is_left_out() -> None:
    """Radon's identity with one falling function, for all weights of the average."""
    f, g, h, e, weight = z3.Reals("f g h e weight")
    below = (weight >= 0, weight <= 1, h <= weight * f + (1 - weight) * g)
    assert holds(below, greatest(f, g, h, e), greatest(f, g, e))
    assert not holds(below[:2], greatest(f, g, h, e), greatest(f, g, e))


def test_T08_two_falling_functions() -> None:
    """max(I, j, k) = max(I, j) + max(I, k) - max(I) where max(I) >= min(j, k), for any weights."""
    f, g, j, k, s, t = z3.Reals("f g j k s t")
    known = (s >= 0, s <= 1, t >= 0, t <= 1, s * f + (1 - s) * g >= t * j + (1 - t) * k)
    both = greatest(f, g, j) + greatest(f, g, k) - greatest(f, g)
    assert holds(known, greatest(f, g, j, k), both)
    assert not holds(known[:4], greatest(f, g, j, k), both)


def test_T25_a_term_is_the_output_where_nothing_is_violated() -> None:
    """relu(f - M v) - relu(-f - M v) is f for v = 0, and 0 for M v >= |f|, for every slope."""
    f, m, v = z3.Reals("f m v")
    term = relu(f - m * v) - relu(-f - m * v)
    assert holds((v == 0,), term, f)
    assert holds((m * v >= f, m * v >= -f), term, ZERO)
    assert not holds((m * v >= f,), term, ZERO)


def test_T32_the_sawtooth_is_symmetric() -> None:
    """T(x) = relu(2 x) - relu(4 x - 2) has T(1 - x) = T(x) on [0, 1]: each fold doubles."""
    assert holds((A >= 0, A <= 1), *(relu(2 * x) - relu(4 * x - 2) for x in (A, 1 - A)))
