"""Hypothesis strategies for exact networks, domains and pairs of networks.

    @given(networks(inputs=2))
    def test_my_transform_preserves_the_function(network): ...

Everything shrinks towards few small whole numbers. Degenerate shapes are drawn on purpose,
not by luck: zero rows, zero biases, units on the same hyperplane (duplicated, opposite,
parallel), many units that change sign at one point, dead units, constant outputs, width 1,
no hidden layer, boxes with fixed inputs, polytopes without interior.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError
from theory.form import Form, integer_form
from theory.network import ZERO, Affine, Network, Vector, relu, sparse_row
from theory.symmetry import duplicated, padded, permuted, rescaled
from verify.testing.projection import last_interval, shadows

Whole = int | st.SearchStrategy[int]
Widths = Sequence[int] | st.SearchStrategy[Sequence[int]]


def rationals(
    largest: int = 3, denominators: Sequence[int] = (1, 2, 3), *, positive: bool = False
) -> st.SearchStrategy[Fraction]:
    """Rationals p/q with |p/q| <= largest and q among the denominators, simplest first.

    Args:
        largest: The greatest absolute value.
        denominators: The denominators that may occur.
        positive: Draw positive numbers only.
    """
    found = {
        Fraction(numerator, denominator)
        for denominator in denominators
        for numerator in range(-largest * denominator, largest * denominator + 1)
    }
    kept = [value for value in found if value > 0 or not positive]
    return st.sampled_from(sorted(kept, key=_simplicity))


def _simplicity(value: Fraction) -> tuple[int, Fraction, bool]:
    return value.denominator, abs(value), value < 0


SIZES = st.integers(1, 3)
WIDTHS: st.SearchStrategy[Sequence[int]] = st.lists(st.integers(1, 4), max_size=3)
OUTPUTS = st.integers(1, 2)

_FREE = ("free", "free", "sparse", "zero bias", "tie", "tie", "zero row", "dead")
_FIRST_KINDS = st.sampled_from(_FREE)
_COPIES = ("duplicate", "opposite", "parallel")
_KINDS = st.sampled_from((*_FREE, *_COPIES, "duplicate", "opposite"))
_SELDOM = st.sampled_from((False,) * 7 + (True,))
_PARTS = st.sampled_from(tuple(Fraction(p, 8) for p in (0, 8, 4, 2, 6, 1, 7)))
_FACTORS = rationals(3, (1, 2), positive=True)


def _either(value: int | st.SearchStrategy[int]) -> st.SearchStrategy[int]:
    return st.just(value) if isinstance(value, int) else value


def _fixed_or(widths: Widths) -> st.SearchStrategy[Sequence[int]]:
    return widths if isinstance(widths, st.SearchStrategy) else st.just(tuple(widths))


def vectors(
    size: int, entries: st.SearchStrategy[Fraction] | None = None
) -> st.SearchStrategy[Vector]:
    """Vectors of Q^size."""
    return st.tuples(*[rationals() if entries is None else entries] * size)


def affine_layers(
    inputs: Whole = SIZES,
    outputs: Whole = SIZES,
    weights: st.SearchStrategy[Fraction] | None = None,
) -> st.SearchStrategy[Affine]:
    """Affine layers Q^inputs -> Q^outputs whose rows are often alike, as in `networks`.

    Args:
        inputs: The number of inputs, or a strategy for it.
        outputs: The number of outputs, or a strategy for it.
        weights: Weights and biases; small rationals by default.
    """
    drawn = rationals() if weights is None else weights
    return _affine_layers(_either(inputs), _either(outputs), drawn)


@st.composite
def _affine_layers(
    draw: st.DrawFn,
    inputs: st.SearchStrategy[int],
    outputs: st.SearchStrategy[int],
    weights: st.SearchStrategy[Fraction],
) -> Affine:
    tie = (ZERO,) * draw(inputs)
    return _hidden_layer(draw, tie, draw(outputs), weights, first=draw(st.booleans()))


def networks(
    inputs: Whole = SIZES,
    widths: Widths = WIDTHS,
    outputs: Whole = OUTPUTS,
    weights: st.SearchStrategy[Fraction] | None = None,
) -> st.SearchStrategy[Network]:
    """Small exact networks with many degenerate units.

    Args:
        inputs: The number of inputs, or a strategy for it.
        widths: The numbers of units of the hidden layers, or a strategy for them.
        outputs: The number of outputs, or a strategy for it.
        weights: Weights and biases; small rationals by default.
    """
    drawn = rationals() if weights is None else weights
    return _networks(_either(inputs), _fixed_or(widths), _either(outputs), drawn)


@st.composite
def _networks(
    draw: st.DrawFn,
    inputs: st.SearchStrategy[int],
    widths: st.SearchStrategy[Sequence[int]],
    outputs: st.SearchStrategy[int],
    weights: st.SearchStrategy[Fraction],
) -> Network:
    sizes = (draw(inputs), *draw(widths), draw(outputs))
    if len(sizes) == 2:
        return Network((_output_layer(draw, *sizes, weights),))
    layers: list[Affine] = []
    values = draw(vectors(sizes[0], rationals(2, (1,))))  # whole, so that biases stay floats
    for width in sizes[1:-1]:
        layers.append(_hidden_layer(draw, values, width, weights, first=not layers))
        values = tuple(relu(value) for value in layers[-1](values))
    return Network((*layers, _output_layer(draw, sizes[-2], sizes[-1], weights)))


def _hidden_layer(
    draw: st.DrawFn, tie: Vector, width: int, weights: st.SearchStrategy[Fraction], *, first: bool
) -> Affine:
    """A hidden layer; its units of the kind "tie" change sign at that vector of its inputs."""
    inputs = len(tie)
    rows: list[Vector] = []
    bias: list[Fraction] = []
    for _ in range(width):
        kind = draw(_KINDS if rows else _FIRST_KINDS)
        if kind in _COPIES:
            earlier = draw(st.integers(0, len(rows) - 1))
            factor = draw(_FACTORS) * (-1 if kind == "opposite" else 1)
            row = tuple(factor * weight for weight in rows[earlier])
            constant = draw(weights) if kind == "parallel" else factor * bias[earlier]
        elif kind == "dead":
            row = tuple(
                ZERO if first else -abs(weight) for weight in draw(vectors(inputs, weights))
            )
            constant = -abs(draw(weights))
        else:
            row = (ZERO,) * inputs if kind == "zero row" else draw(vectors(inputs, weights))
            if kind == "sparse":
                row = tuple(weight if draw(st.booleans()) else ZERO for weight in row)
            constant = ZERO if kind == "zero bias" else draw(weights)
            if kind == "tie":
                constant = -sum((a * x for a, x in zip(row, tie, strict=True)), ZERO)
        rows.append(row)
        bias.append(constant)
    return Affine.dense(rows, bias, inputs)


def _output_layer(
    draw: st.DrawFn, inputs: int, outputs: int, weights: st.SearchStrategy[Fraction]
) -> Affine:
    rows = [
        (ZERO,) * inputs if draw(_SELDOM) else draw(vectors(inputs, weights))
        for _ in range(outputs)
    ]
    return Affine.dense(rows, draw(vectors(outputs, weights)), inputs)


@st.composite
def boxes(
    draw: st.DrawFn,
    inputs: Whole = SIZES,
    ends: st.SearchStrategy[Fraction] | None = None,
) -> Box:
    """Boxes, now and then with fixed inputs.

    Args:
        draw: Given by Hypothesis.
        inputs: The dimension, or a strategy for it.
        ends: The ends of the intervals; small rationals by default.
    """
    values = rationals() if ends is None else ends
    pairs = []
    for _ in range(draw(_either(inputs))):
        low = draw(values)
        high = low if draw(_SELDOM) else draw(values)
        pairs.append((min(low, high), max(low, high)))
    return Box(tuple(low for low, _ in pairs), tuple(high for _, high in pairs))


@st.composite
def polytopes(
    draw: st.DrawFn,
    inputs: Whole = SIZES,
    halfspaces: int = 4,
    *,
    bounded: bool = False,
) -> Polytope:
    """Nonempty polytopes, now and then with implicit equalities, redundant or zero normals.

    Args:
        draw: Given by Hypothesis.
        inputs: The dimension, or a strategy for it.
        halfspaces: The greatest number of drawn halfspaces.
        bounded: Whether the halfspaces of a box are added.
    """
    size = draw(_either(inputs))
    inside = draw(vectors(size))
    found: list[tuple[Vector, Fraction]] = []
    for _ in range(draw(st.integers(0, halfspaces))):
        normal = draw(vectors(size))
        value = sum((a * x for a, x in zip(normal, inside, strict=True)), ZERO)
        if draw(_SELDOM):
            found.append((tuple(-entry for entry in normal), -value))
            found.append((normal, value))
        else:
            found.append((normal, value + abs(draw(rationals()))))
    if bounded:
        for index in range(size):
            for sign in (1, -1):
                normal = tuple(Fraction(sign * (column == index)) for column in range(size))
                found.append((normal, sign * inside[index] + draw(_FACTORS)))
    return Polytope(size, tuple(found))


def domains(inputs: Whole = SIZES) -> st.SearchStrategy[Domain]:
    """Boxes, polytopes and the whole space."""
    return st.one_of(boxes(inputs), polytopes(inputs), st.builds(Space, _either(inputs)))


def points_in(domain: Domain) -> st.SearchStrategy[Vector]:
    """Points of a nonempty domain, its corners, edges and other faces among them.

    Raises:
        DomainError: the polytope is empty.
    """
    projected = shadows(domain.forms, domain.inputs)
    if last_interval(projected[0], ()) is None:
        raise DomainError("polytope: expected a nonempty one")
    return _points_of(projected)


@st.composite
def _points_of(draw: st.DrawFn, projected: Sequence[Sequence[Form]]) -> Vector:
    point: Vector = ()
    for forms in projected:
        low, high = last_interval(forms, point) or (ZERO, ZERO)
        if low is not None and high is not None:
            value = low + draw(_PARTS) * (high - low)
        elif low is None and high is None:
            value = draw(rationals(8))
        else:
            distance = abs(draw(rationals(8)))
            value = (
                high - distance if low is None and high is not None else (low or ZERO) + distance
            )
        point = (*point, value)
    return point


@st.composite
def equivalent_pairs(
    draw: st.DrawFn, drawn: st.SearchStrategy[Network] | None = None, edits: int = 4
) -> tuple[Network, Network]:
    """A network f, and f after at most `edits` edits of T02: equal on all of Q^n."""
    left = draw(networks() if drawn is None else drawn)
    right = left
    if left.hidden_layers:
        for _ in range(draw(st.integers(0, edits))):
            right = draw(st.sampled_from(_EDITS))(draw, right)
    return left, right


def _permuted(draw: st.DrawFn, network: Network) -> Network:
    layer = draw(st.integers(0, network.hidden_layers - 1))
    return permuted(network, layer, draw(st.permutations(range(network.layers[layer].outputs))))


def _rescaled(draw: st.DrawFn, network: Network) -> Network:
    layer = draw(st.integers(0, network.hidden_layers - 1))
    return rescaled(network, layer, draw(vectors(network.layers[layer].outputs, _FACTORS)))


def _duplicated(draw: st.DrawFn, network: Network) -> Network:
    layer = draw(st.integers(0, network.hidden_layers - 1))
    if not network.layers[layer].outputs:
        return network
    unit = draw(st.integers(0, network.layers[layer].outputs - 1))
    return duplicated(network, layer, unit, draw(rationals()))


def _padded(draw: st.DrawFn, network: Network) -> Network:
    layer = draw(st.integers(0, network.hidden_layers - 1))
    before, after = network.layers[layer], network.layers[layer + 1]
    row = draw(vectors(before.inputs))
    bias = draw(rationals())
    if draw(st.booleans()):  # nothing reads it
        return padded(network, layer, sparse_row(row), bias, (ZERO,) * after.outputs)
    never_on = (-abs(weight) if layer else ZERO for weight in row)
    outgoing = draw(vectors(after.outputs))
    return padded(network, layer, sparse_row(never_on), -abs(bias), outgoing)


_EDITS = (_permuted, _rescaled, _duplicated, _padded)


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two networks that differ at `witness` and agree on most of `domain`.

    They agree at every point where `cell` (an integer form) is not positive.
    """

    left: Network
    right: Network
    domain: Box
    witness: Vector
    cell: Form


@st.composite
def nearly_equivalent_pairs(
    draw: st.DrawFn, drawn: st.SearchStrategy[Network] | None = None, *, edits: int = 2
) -> NearPair:
    """A network over a cube, and the same edited, plus v relu(h), h > 0 at one corner only."""
    left = draw(networks() if drawn is None else drawn)
    size = left.inputs
    corner = tuple(Fraction(draw(st.sampled_from((1, -1)))) for _ in range(size))
    depth = draw(st.sampled_from((Fraction(1, 2), Fraction(1, 16), Fraction(1, 256))))
    height = draw(rationals().filter(bool))
    right = left if left.hidden_layers else _with_identity_layer(left)
    right = _with_needle(right, corner, depth - size, height)
    for _ in range(draw(st.integers(0, edits))):
        right = draw(st.sampled_from(_EDITS))(draw, right)
    cell = integer_form(depth - size, corner)[0]
    return NearPair(left, right, Box.cube(size, -1, 1), corner, cell)


def _with_identity_layer(network: Network) -> Network:
    """The affine network W x + b as W relu(x) - W relu(-x) + b."""
    size = network.inputs
    (layer,) = network.layers
    split = Affine(
        size,
        tuple(((index, Fraction(sign)),) for sign in (1, -1) for index in range(size)),
        (ZERO,) * (2 * size),
    )
    rows = tuple(
        (*row, *((column + size, -weight) for column, weight in row)) for row in layer.rows
    )
    return Network((split, Affine(2 * size, rows, layer.bias)))


def _with_needle(
    network: Network, gradient: Vector, constant: Fraction, height: Fraction
) -> Network:
    """The network f + (height, 0, ...) relu(gradient . x + constant), one unit a layer for it."""
    first, *middle, last = network.layers
    layers = [Affine(first.inputs, (*first.rows, sparse_row(gradient)), (*first.bias, constant))]
    for layer in middle:
        carried = ((layer.inputs, Fraction(1)),)
        layers.append(Affine(layer.inputs + 1, (*layer.rows, carried), (*layer.bias, ZERO)))
    top, *others = last.rows
    rows = ((*top, (last.inputs, height)), *others)
    return Network((*layers, Affine(last.inputs + 1, rows, last.bias)))
