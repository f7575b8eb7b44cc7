"""T01: integer forms stand for the affine forms of a network, up to a positive factor."""

from fractions import Fraction
from math import gcd

from hypothesis import assume, given
from hypothesis import strategies as st

from theory.form import (
    Form,
    combination,
    content,
    coordinate_forms,
    integer_form,
    integer_network,
    is_constant,
    negated,
    oriented,
    primitive,
)
from theory.network import Network, Vector
from verify.testing.strategies import networks, rationals, vectors

FORMS = st.lists(st.integers(-9, 9), min_size=2, max_size=4).map(tuple)


def value(form: Form, point: Vector) -> Fraction:
    return sum((a * x for a, x in zip(form[1:], point, strict=True)), Fraction(form[0]))


@given(networks(), st.data())
def test_T01_an_integer_network_computes_the_same(network: Network, data: st.DataObject) -> None:
    point = data.draw(vectors(network.inputs, rationals(9, (1, 6, 7))))
    scaled = integer_network(network)
    assert scaled(point) == network(point)
    entries = [w for layer in scaled.layers for row in layer.rows for _, w in row]
    assert all(isinstance(entry, int) for entry in entries)
    assert all(scale > 0 for scale in scaled.scales)


@given(networks(), st.data())
def test_T01_forms_along_a_pattern_are_scaled_preactivations(
    network: Network, data: st.DataObject
) -> None:
    """At a point, the forms of the active pattern take scales[l] times the true values."""
    point = data.draw(vectors(network.inputs))
    scaled = integer_network(network)
    size = network.inputs + 1
    forms: tuple[Form, ...] = coordinate_forms(network.inputs)
    values = point
    for layer, affine, scale in zip(scaled.layers, network.layers, scaled.scales, strict=True):
        before = layer.forms(forms, size)
        exact = affine(values)
        assert tuple(value(form, point) for form in before) == tuple(scale * v for v in exact)
        forms = tuple(f if v > 0 else (0,) * size for f, v in zip(before, exact, strict=True))
        values = tuple(max(Fraction(0), v) for v in exact)


@given(FORMS)
def test_primitive_forms_have_content_one(form: Form) -> None:
    found = primitive(form)
    assert content(found) in (0, 1)
    assert tuple(content(form) * entry for entry in found) == form
    assert content(form) == gcd(*form)


@given(FORMS, st.integers(-5, 5))
def test_a_hyperplane_has_one_key(form: Form, factor: int) -> None:
    assume(factor and not is_constant(form))
    key, found = oriented(form)
    assert tuple(found * entry for entry in key) == form
    assert next(entry for entry in key[1:] if entry) > 0
    scaled, scaled_factor = oriented(tuple(factor * entry for entry in form))
    assert scaled == key
    assert scaled_factor == factor * found


@given(FORMS)
def test_negation_and_combination(form: Form) -> None:
    assert combination([(1, form), (1, negated(form))], len(form)) == (0,) * len(form)
    assert combination([(2, form), (-3, form)], len(form)) == negated(form)


@given(rationals(), vectors(3))
def test_integer_forms_are_the_least_multiples(constant: Fraction, gradient: Vector) -> None:
    form, scale = integer_form(constant, gradient)
    assert tuple(Fraction(entry, scale) for entry in form) == (constant, *gradient)
    assert gcd(scale, *form) == 1


@given(FORMS)
def test_constant_forms_have_no_gradient(form: Form) -> None:
    assert is_constant(form) == all(entry == 0 for entry in form[1:])
    assert is_constant((form[0], *(0,) * (len(form) - 1)))
    assert not is_constant((form[0], *(0,) * (len(form) - 2), 1))
