"""The kernels of infinitely wide ReLU networks as expressions, and where their formula comes from.

SymPy integrates the Gaussian moments that the recursion rests on; tests compare the results
with the formulas that `theory.kernels.recursion` evaluates.
"""

from collections.abc import Sequence

import sympy

from theory.errors import ScopeError
from theory.kernels.recursion import Kernels
from theory.symbolic import rational_constant

LONGEST_DEPTH = 50


def angular_moment(order: int, angle: sympy.Symbol) -> sympy.Expr:
    """E[relu(u)^n relu(v)^n] for Gaussian u, v of variance 1 at an angle, 0 <= angle <= pi.

    With u = r cos(phi), v = r cos(phi - angle) it is an integral over r times one over the
    phi at which both are positive; 0^0 is 1 for positive and 0 for other arguments of relu.

    Theorem: T69 (kernel recursion); arc-cosine kernels (Cho and Saul 2009).

    Raises:
        ScopeError: the order is negative.
    """
    if order < 0:
        raise ScopeError(f"moment: expected an order that is not negative, got {order}")
    radius, phi = sympy.Symbol("r", positive=True), sympy.Symbol("phi", real=True)
    density = radius ** (2 * order + 1) * sympy.exp(-(radius**2) / 2)
    radial = sympy.integrate(density, (radius, 0, sympy.oo))
    wave = sympy.expand(sympy.expand_trig(sympy.cos(phi) * sympy.cos(phi - angle)) ** order)
    around = sympy.integrate(wave, (phi, angle - sympy.pi / 2, sympy.pi / 2))
    return radial * around / (2 * sympy.pi)


def arc_cosine(order: int, angle: sympy.Symbol) -> sympy.Expr:
    """J_n(angle) = (-1)^n sin^(2n+1) (1/sin d/d angle)^n ((pi - angle) / sin).

    The moment of the same order is J_n / (2 pi).
    """
    found = (sympy.pi - angle) / sympy.sin(angle)
    for _ in range(order):
        found = sympy.diff(found, angle) / sympy.sin(angle)
    return (-1) ** order * sympy.sin(angle) ** (2 * order + 1) * found


def step(first: sympy.Expr, second: sympy.Expr, cross: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """E[relu(u) relu(v)] and E[relu'(u) relu'(v)] for variances and a covariance, not 0.

    Theorem: T69 (kernel recursion).
    """
    root = sympy.sqrt(first * second - cross**2)
    share = sympy.pi - sympy.acos(cross / sympy.sqrt(first * second))
    return (root + share * cross) / (2 * sympy.pi), share / (2 * sympy.pi)


def closed_forms(found: Kernels) -> tuple[sympy.Expr, sympy.Expr] | None:
    """K(x,y) and T(x,y) without names of other layers; None if angles are nested in angles."""
    lines = equations(found)
    return (lines[-2].rhs, lines[-1].rhs) if not lines[-1].rhs.free_symbols else None


def equations(found: Kernels) -> tuple[sympy.Eq, ...]:
    """K_l = ..., T_l = ... for every layer that needs the one before by name, and the last.

    Layers before are rational or have a closed form, which is put in.

    Raises:
        ScopeError: there are more than `LONGEST_DEPTH` hidden layers.
    """
    if found.variances.depth > LONGEST_DEPTH:
        raise ScopeError(f"expressions: expected at most {LONGEST_DEPTH} hidden layers")
    start = found.rational_depth
    values = (found.layers[start].cross, found.layers[start].tangent)
    known = tuple(rational_constant(value) for value in values if value is not None)
    lines = [_equation(*pair) for pair in zip(_names(start), known, strict=True)]
    for index in range(start + 1, found.variances.depth + 1):
        pair = _layer_equations(found, index, known)
        lines = [*pair] if index == start + 1 else [*lines, *pair]
        known = _names(index)
    return tuple(lines)


def _layer_equations(
    found: Kernels, index: int, known: Sequence[sympy.Expr]
) -> tuple[sympy.Eq, sympy.Eq]:
    before = found.layers[index - 1]
    weight, bias = (
        rational_constant(values[index])
        for values in (found.variances.weights, found.variances.biases)
    )
    moment, slope = step(
        rational_constant(before.first), rational_constant(before.second), known[0]
    )
    cross_name, tangent_name = _names(index)
    cross = weight * moment + bias
    rest = weight * slope * known[1]
    tangent = cross + rest if not known[0].free_symbols else cross_name + rest
    return _equation(cross_name, cross), _equation(tangent_name, tangent)


def _names(index: int) -> tuple[sympy.Symbol, sympy.Symbol]:
    return sympy.Symbol(f"K_{index}", real=True), sympy.Symbol(f"T_{index}", real=True)


def _equation(name: sympy.Symbol, value: sympy.Expr) -> sympy.Eq:
    tidy = sympy.factor_terms(sympy.together(sympy.expand(value)))
    return sympy.Eq(name, tidy, evaluate=False)
