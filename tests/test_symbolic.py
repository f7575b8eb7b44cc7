"""The symbolic views say what the network says: substitution is the oracle's only rival."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy.polys.matrices import DomainMatrix

from theory.domain import Box, Domain, Space
from theory.errors import DomainError, ScopeError, ShapeError
from theory.network import Affine, Network
from theory.symbolic import (
    LARGEST_TREE,
    as_equations,
    as_expression,
    as_piecewise,
    at_point,
    augmented_matrix,
    coordinates,
    latex_of,
    tree_size,
    weight_matrix,
)
from verify.testing.strategies import networks, vectors

HALF = Fraction(1, 2)
TENT = Network((Affine.dense([[1], [2]], [0, -1]), Affine.dense([[2, -2]], [HALF])))


@given(st.data())
def test_an_expression_has_the_values_of_the_network(data: st.DataObject) -> None:
    network = data.draw(networks())
    point = data.draw(vectors(network.inputs))
    symbols = coordinates(network.inputs)
    assert at_point(as_expression(network, symbols), symbols, point) == network(point)


@given(st.data())
def test_a_piecewise_expression_has_the_values_of_the_network_on_the_domain(
    data: st.DataObject,
) -> None:
    network = data.draw(networks(inputs=st.integers(1, 2), widths=st.lists(st.integers(1, 3))))
    symbols = coordinates(network.inputs)
    domain: Domain = Space(network.inputs)
    if data.draw(st.booleans()):
        domain = Box.cube(network.inputs, -1, 2)
    point = data.draw(vectors(network.inputs))
    if point in domain:
        pieces = as_piecewise(network, symbols, domain)
        assert at_point(pieces, symbols, point) == network(point)


@given(st.data())
def test_the_equations_of_the_units_have_the_values_of_the_network(data: st.DataObject) -> None:
    network = data.draw(networks())
    point = data.draw(vectors(network.inputs))
    known = dict(zip(coordinates(network.inputs), map(sympy.Rational, point), strict=True))
    equations = as_equations(network, coordinates(network.inputs))
    for equation in equations:
        known[equation.lhs] = equation.rhs.xreplace(known)
    outputs = [known[equation.lhs] for equation in equations[-network.outputs :]]
    assert [Fraction(int(value.p), int(value.q)) for value in outputs] == list(network(point))


def image(matrix: DomainMatrix, point: Sequence[Fraction]) -> list[Fraction]:
    """matrix . point by the arithmetic of SymPy."""
    entries = [[sympy.QQ(x.numerator, x.denominator)] for x in point]
    product = matrix * DomainMatrix(entries, (len(entries), 1), sympy.QQ).to_sparse()
    return [Fraction(int(y.numerator), int(y.denominator)) for (y,) in product.to_list()]


@given(st.data())
def test_the_matrices_of_a_layer_act_as_the_layer(data: st.DataObject) -> None:
    layer = data.draw(st.sampled_from(data.draw(networks()).layers))
    point = data.draw(vectors(layer.inputs))
    assert image(augmented_matrix(layer), (*point, Fraction(1))) == list(layer(point))
    shifted = zip(image(weight_matrix(layer), point), layer.bias, strict=True)
    assert [y + b for y, b in shifted] == list(layer(point))


def test_floats_never_enter() -> None:
    network = Network((Affine.dense([[Fraction(0.1)]], [Fraction(1, 3)]),))
    (expression,) = as_expression(network, coordinates(1))
    assert not expression.atoms(sympy.Float)
    assert expression.coeff(coordinates(1)[0]) == sympy.Rational(3602879701896397, 2**55)


def test_latex_is_what_one_would_write() -> None:
    (expression,) = as_expression(TENT, coordinates(1))
    assert latex_of(expression) == (
        r"2\,\max\left(0, x_{1}\right) - 2\,\max\left(0, 2\,x_{1} - 1\right) + \tfrac{1}{2}"
    )
    assert [latex_of(equation) for equation in as_equations(TENT, coordinates(1))] == [
        r"u_{1,1} = \max\left(0, x_{1}\right)",
        r"u_{1,2} = \max\left(0, 2\,x_{1} - 1\right)",
        r"y_{1} = 2\,u_{1,1} - 2\,u_{1,2} + \tfrac{1}{2}",
    ]


def test_a_piecewise_expression_lists_the_regions() -> None:
    box = Box.cube(1, 0, 1)
    (expression,) = as_piecewise(TENT, coordinates(1), box)
    assert [latex_of(piece) for piece, _ in expression.args] == [
        r"\tfrac{5}{2} - 2\,x_{1}",
        r"2\,x_{1} + \tfrac{1}{2}",
    ]
    with pytest.raises(ScopeError, match="expected a rational value"):
        at_point((expression,), coordinates(1), (Fraction(-1),))
    with pytest.raises(DomainError, match="input 0 of the box is fixed"):
        as_piecewise(TENT, coordinates(1), Box.cube(1, 1, 1))


def test_an_affine_network_is_no_piecewise_expression() -> None:
    line = Network((Affine.dense([[2]], [1]),))
    (expression,) = as_piecewise(line, coordinates(1), Space(1))
    (x,) = coordinates(1)
    assert expression == 2 * x + 1


def test_the_rank_of_a_layer_is_exact() -> None:
    layer = Affine.dense([[HALF, 1], [1, 2], [0, 0]], [0, 1, 0])
    assert weight_matrix(layer).rank() == 1
    assert augmented_matrix(layer).rank() == 2


def test_a_large_expression_is_refused_and_its_equations_are_not() -> None:
    width, hidden = 12, 4
    layers = [Affine.dense([[1]] * width, [0] * width)]
    layers += [Affine.dense([[1] * width] * width, [0] * width)] * (hidden - 1)
    network = Network((*layers, Affine.dense([[1] * width], [0])))
    assert tree_size(network) > LARGEST_TREE
    with pytest.raises(ScopeError, match="expected at most 20000 terms"):
        as_expression(network, coordinates(1))
    assert len(as_equations(network, coordinates(1))) == width * hidden + 1


def test_one_symbol_per_input_is_required() -> None:
    with pytest.raises(ShapeError, match="expected 1, got 2"):
        as_expression(TENT, coordinates(2))
    with pytest.raises(ShapeError, match="expected 1, got 2"):
        as_equations(TENT, coordinates(2))
    with pytest.raises(ShapeError, match="expected 1 coordinates, got 2"):
        at_point((), coordinates(1), (HALF, HALF))
    with pytest.raises(ScopeError, match="expected a rational value"):
        at_point(as_expression(TENT, coordinates(1)), (), ())
