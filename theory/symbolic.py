"""SymPy views of a network (those of infinitely wide ones: `theory.kernels.expression`).

A network is the expression  f(x) = b + sum_j w_j Max(0, ...)  in its inputs; a layer is a
sparse matrix over QQ. Everything is exact: weights become `sympy.Rational`, never floats.
Expressions share their common parts in memory, but substitution and printing walk the tree,
whose size is the product of the widths: larger networks are refused, and `as_equations` is the
view that stays small.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice

import sympy
from sympy.polys.matrices import DomainMatrix

from theory.domain import Box, Domain, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.form import Form
from theory.network import Affine, Network, Row
from theory.region import regions

Symbols = Sequence[sympy.Symbol]

LARGEST_TREE = 20_000
LARGEST_PIECEWISE = 2_000


def coordinates(inputs: int) -> tuple[sympy.Symbol, ...]:
    """The real symbols x_1, ..., x_n."""
    return tuple(sympy.Symbol(f"x_{index + 1}", real=True) for index in range(inputs))


def rational_constant(value: Fraction) -> sympy.Rational:
    """The value as a SymPy number, exactly."""
    return sympy.Rational(value.numerator, value.denominator)


def tree_size(network: Network) -> int:
    """The number of terms in all outputs of `as_expression`, counted without sharing."""
    sizes = [1] * network.inputs
    for layer in network.layers:
        sizes = [1 + sum(sizes[column] for column, _ in row) for row in layer.rows]
    return sum(sizes)


def as_expression(network: Network, symbols: Symbols) -> tuple[sympy.Expr, ...]:
    """One expression in the symbols per output, built from +, rational factors and Max(0, .).

    Raises:
        ShapeError: there is not one symbol per input.
        ScopeError: the expressions would have more than `LARGEST_TREE` terms.
    """
    _require_symbols(network, symbols)
    size = tree_size(network)
    if size > LARGEST_TREE:
        raise ScopeError(f"expression: expected at most {LARGEST_TREE} terms, got {size}")
    values: tuple[sympy.Expr, ...] = tuple(symbols)
    for layer in network.layers[:-1]:
        values = tuple(relu_expression(value) for value in affine_expressions(layer, values))
    return affine_expressions(network.layers[-1], values)


def as_equations(network: Network, symbols: Symbols) -> tuple[sympy.Eq, ...]:
    """u_(l,i) = Max(0, ...) for every hidden unit, then y_i = ... for every output, in order.

    Raises:
        ShapeError: there is not one symbol per input.
    """
    _require_symbols(network, symbols)
    values: tuple[sympy.Expr, ...] = tuple(symbols)
    equations: list[sympy.Eq] = []
    for index, layer in enumerate(network.layers, start=1):
        rows = affine_expressions(layer, values)
        if index < len(network.layers):
            rows = tuple(relu_expression(row) for row in rows)
        name = f"u_{{{index},%d}}" if index < len(network.layers) else "y_{%d}"
        values = tuple(sympy.Symbol(name % (row + 1), real=True) for row in range(len(rows)))
        equations += [
            sympy.Eq(value, row, evaluate=False) for value, row in zip(values, rows, strict=True)
        ]
    return tuple(equations)


def as_piecewise(
    network: Network, symbols: Symbols, domain: Domain
) -> tuple[sympy.Piecewise | sympy.Expr, ...]:
    """One Piecewise per output: an affine expression for each linear region over the domain.

    Every condition is the conjunction of the inequalities of a closed cell; on a wall the first
    of the cells that meet there speaks, and all of them agree. Outside a bounded domain there is
    no value. An output with the same map everywhere on the whole space is just that map.

    Raises:
        ShapeError: there is not one symbol per input, or the domain has another dimension.
        DomainError: the domain has no interior, or is a box with a fixed input.
        ScopeError: there are too many inputs, or more than `LARGEST_PIECEWISE` regions.
    """
    _require_symbols(network, symbols)
    if isinstance(domain, Box) and domain.fixed:
        raise DomainError(f"piecewise: input {domain.fixed[0]} of the box is fixed")
    found = tuple(islice(regions(network, domain), LARGEST_PIECEWISE + 1))
    if len(found) > LARGEST_PIECEWISE:
        raise ScopeError(f"piecewise: there are more than {LARGEST_PIECEWISE} regions")
    conditions = [_membership(region.cell.facets, symbols) for region in found]
    maps = [affine_expressions(region.affine, symbols) for region in found]
    return tuple(
        pieces[0]
        if isinstance(domain, Space) and len(set(pieces)) == 1
        else sympy.Piecewise(*zip(pieces, conditions, strict=True), evaluate=False)
        for pieces in zip(*maps, strict=True)
    )


def _membership(facets: Sequence[Form], symbols: Symbols) -> sympy.Basic:
    """The conjunction of form >= 0 over the facets; the plane at infinity says nothing.

    Nothing is evaluated: SymPy would try to simplify the inequalities, at great cost.
    """
    proper = [facet for facet in facets if any(facet[1:])]
    values = (
        sympy.Add(facet[0], *(g * x for g, x in zip(facet[1:], symbols, strict=True)))
        for facet in proper
    )
    conditions = [sympy.Ge(value, 0, evaluate=False) for value in values]
    return conditions[0] if len(conditions) == 1 else sympy.And(*conditions, evaluate=False)


def affine_expressions(layer: Affine, values: Sequence[sympy.Expr]) -> tuple[sympy.Expr, ...]:
    """The expressions W v + b of one layer over the values v before it."""
    return tuple(
        _affine_expression(row, bias, values)
        for row, bias in zip(layer.rows, layer.bias, strict=True)
    )


def _affine_expression(row: Row, bias: Fraction, values: Sequence[sympy.Expr]) -> sympy.Expr:
    terms = (rational_constant(weight) * values[column] for column, weight in row)
    return sympy.Add(*terms, rational_constant(bias))


def relu_expression(value: sympy.Expr) -> sympy.Expr:
    """Max(0, value), left as it is unless the value is a number.

    SymPy would compare the arguments of a nested maximum with each other, which costs more
    than it gains; substitution of numbers evaluates the maximum all the same.
    """
    return sympy.Max(0, value, evaluate=value.is_number)


def at_point(
    expressions: Sequence[sympy.Expr], symbols: Symbols, point: Sequence[Fraction]
) -> tuple[Fraction, ...]:
    """The values of expressions in the symbols at a rational point, exactly.

    Raises:
        ShapeError: there is not one symbol per coordinate.
        ScopeError: a value is no rational number there, for instance outside every piece.
    """
    if len(symbols) != len(point):
        raise ShapeError(f"point: expected {len(symbols)} coordinates, got {len(point)}")
    numbers = dict(zip(symbols, map(rational_constant, point), strict=True))
    return tuple(_rational(expression.xreplace(numbers)) for expression in expressions)


def _rational(value: sympy.Expr) -> Fraction:
    if not isinstance(value, sympy.Rational):
        raise ScopeError(f"expression: expected a rational value, got {str(value)[:60]}")
    return Fraction(int(value.p), int(value.q))


def latex_of(expression: sympy.Basic) -> str:
    r"""LaTeX of an expression, equation or condition, with \tfrac for its short fractions."""
    text: str = sympy.latex(expression, mul_symbol=r"\,", long_frac_ratio=1)
    return text.replace(r"\frac", r"\tfrac")


def weight_matrix(layer: Affine) -> DomainMatrix:
    """The matrix W of a layer over QQ, sparse: outputs x inputs."""
    return _matrix(layer.rows, layer.inputs)


def augmented_matrix(layer: Affine) -> DomainMatrix:
    """The matrix (W | b) of a layer over QQ, sparse: outputs x (inputs + 1)."""
    rows = tuple(
        (*row, (layer.inputs, bias)) if bias else row
        for row, bias in zip(layer.rows, layer.bias, strict=True)
    )
    return _matrix(rows, layer.inputs + 1)


def _matrix(rows: Sequence[Row], columns: int) -> DomainMatrix:
    entries = {
        index: {column: sympy.QQ(weight.numerator, weight.denominator) for column, weight in row}
        for index, row in enumerate(rows)
        if row
    }
    return DomainMatrix(entries, (len(rows), columns), sympy.QQ)


def _require_symbols(network: Network, symbols: Symbols) -> None:
    if len(symbols) != network.inputs:
        raise ShapeError(f"symbols: expected {network.inputs}, got {len(symbols)}")
