"""Quadratic polynomials of several variables as squares, and their networks of sawtooths.

    p = affine + sum_k d_k l_k^2,     l_k = low + length z,  z in [0, 1] on the box

and every z^2 is replaced by f_m (`theory.approximation.square`). x y is the difference of two
squares, (x + y)^2 / 4 - (x - y)^2 / 4.
"""

from dataclasses import dataclass
from fractions import Fraction

from theory.approximation.multivariate import Polynomial
from theory.approximation.square import MOST_DEPTH
from theory.domain import Box
from theory.errors import ScopeError
from theory.network import ZERO, Affine, Network, Row

_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class Square:
    """The polynomial factor * form^2, where the form is affine and not constant."""

    factor: Fraction
    form: Polynomial

    @property
    def polynomial(self) -> Polynomial:
        """The product."""
        return self.form.times(self.form).scaled(self.factor)


def squares(polynomial: Polynomial) -> tuple[tuple[Square, ...], Polynomial]:
    """Squares whose sum, with the affine polynomial that is given too, is a quadratic polynomial.

    At most one for each variable (Lagrange).

    Theorem: T54 (depth against error), 5.

    Raises:
        ScopeError: the degree is above 2.
    """
    if polynomial.degree > 2:
        raise ScopeError("squares: expected a polynomial of degree at most 2")
    found: list[Square] = []
    while polynomial.degree == 2:
        parts = _split_off(polynomial)
        found += parts
        for part in parts:
            polynomial = polynomial.plus(part.polynomial.scaled(-1))
    return tuple(found), polynomial


def _split_off(polynomial: Polynomial) -> list[Square]:
    """One or two squares without which the polynomial does not have a variable, or two of them."""
    entries = [(powers, entry) for powers, entry in polynomial.entries if sum(powers) == 2]
    pure = [(powers, entry) for powers, entry in entries if 2 in powers]
    if pure:
        powers, entry = pure[0]
        slope = _derivative(polynomial, powers.index(2))
        return [Square(1 / (4 * entry), slope)]
    powers, entry = entries[0]
    first = powers.index(1)
    left, right = (_derivative(polynomial, axis) for axis in (first, powers.index(1, first + 1)))
    together, apart = left.plus(right), left.plus(right.scaled(-1))
    return [Square(1 / (4 * entry), together), Square(-1 / (4 * entry), apart)]


def _derivative(polynomial: Polynomial, axis: int) -> Polynomial:
    found = {}
    for powers, entry in polynomial.entries:
        if powers[axis]:
            key = (*powers[:axis], powers[axis] - 1, *powers[axis + 1 :])
            found[key] = powers[axis] * entry
    return Polynomial.of(polynomial.inputs, found)


@dataclass(frozen=True, slots=True)
class _Bent:
    """bend * z^2 with z in [0, 1] affine on the box; the rest of a square is affine."""

    bend: Fraction
    z: Polynomial


def _bent(polynomial: Polynomial, box: Box) -> tuple[tuple[_Bent, ...], Polynomial]:
    """What is bent, and the affine rest, whose sum is the polynomial on the box."""
    parts, rest = squares(polynomial)
    found = []
    for part in parts:
        low, high = part.form.bounds(box)
        length = high - low
        if length:
            shifted = part.form.plus(Polynomial.constant(polynomial.inputs, -low))
            z = shifted.scaled(1 / length)
            found.append(_Bent(part.factor * length * length, z))
            rest = rest.plus(z.scaled(2 * part.factor * low * length))
        rest = rest.plus(Polynomial.constant(polynomial.inputs, part.factor * low * low))
    return tuple(found), rest


def quadratic_error(polynomial: Polynomial, box: Box, depth: int) -> Fraction:
    """How far `quadratic_network` is from p at most: errors of one sign alone add up.

    Theorem: T54 (depth against error), 5.

    Raises:
        ScopeError: the degree is above 2.
    """
    bends = [part.bend for part in _bent(polynomial, box)[0]]
    up, down = (sum((abs(b) for b in bends if b * sign > 0), ZERO) for sign in (1, -1))
    return max(up, down) / Fraction(4) ** (depth + 1)


def quadratic_network(polynomial: Polynomial, box: Box, depth: int) -> Network:
    """A network Q^n -> Q of m hidden layers that is near a quadratic polynomial on a box.

    Two units in each layer for each of K squares and one for what is carried, K at most the
    number of variables.

    Theorem: T54 (depth against error), 5. Source: Yarotsky 2017, arXiv 1610.01145, for the square.

    Raises:
        ScopeError: the degree is above 2, or m is not between 0 and 1000.
    """
    if not 0 <= depth <= MOST_DEPTH:
        raise ScopeError(f"square: expected a depth from 0 to {MOST_DEPTH}, got {depth}")
    parts, rest = _bent(polynomial, box)
    for part in parts:
        rest = rest.plus(part.z.scaled(part.bend))  # z^2 = z - (z - z^2), and the latter is bent
    if not depth or not parts:
        return Network((_rows([rest]),))
    low = rest.bounds(box)[0]
    offset = sum((part.bend for part in parts if part.bend > 0), ZERO) * _QUARTER - low
    half = Polynomial.constant(polynomial.inputs, -_HALF)
    start = [one for part in parts for one in (part.z, part.z.plus(half))]
    up = Polynomial.constant(polynomial.inputs, offset)
    layers = [_rows([*start, rest.plus(up)])]
    for level in range(1, depth):
        layers.append(_next(parts, level))
    layers.append(_last(parts, depth, offset))
    return Network(tuple(layers))


def _rows(forms: list[Polynomial]) -> Affine:
    """The affine map whose outputs these polynomials of degree at most 1 are."""
    inputs = forms[0].inputs
    rows, bias = [], []
    for form in forms:
        entries = [(p.index(1), entry) for p, entry in form.entries if sum(p)]
        rows.append(tuple(sorted(entries)))
        bias.append(dict(form.entries).get((0,) * inputs, ZERO))
    return Affine(inputs, tuple(rows), tuple(bias))


def _tent(place: int, factor: Fraction) -> Row:
    """The row factor * t(z) of the units relu(z), relu(z - 1/2) of a square."""
    return ((2 * place, 2 * factor), (2 * place + 1, -4 * factor))


def _carried(parts: tuple[_Bent, ...], level: int) -> Row:
    """The row of what is carried, less what this level bends."""
    bent = [
        entry
        for place, part in enumerate(parts)
        for entry in _tent(place, -part.bend / Fraction(4) ** level)
    ]
    return (*bent, (2 * len(parts), Fraction(1)))


def _next(parts: tuple[_Bent, ...], level: int) -> Affine:
    """The layer t(z), t(z) - 1/2 for every square, and what is carried, with its offset."""
    rows = [_tent(place, Fraction(1)) for place in range(len(parts)) for _ in range(2)]
    bias = [*(ZERO, -_HALF) * len(parts), ZERO]
    return Affine(2 * len(parts) + 1, (*rows, _carried(parts, level)), tuple(bias))


def _last(parts: tuple[_Bent, ...], depth: int, offset: Fraction) -> Affine:
    return Affine(2 * len(parts) + 1, (_carried(parts, depth),), (-offset,))
