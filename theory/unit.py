"""Sums of hidden units in canonical form, and the max and relu of such sums.

    s(x) = c + g . x + sum_j w_j u_j(x),     u(x) = relu(c' + g' . x + sum_i w'_i u'_i(x))

A unit is stored with coprime integers and one of its two signs, since relu(q z) = q relu(z)
for q > 0 and relu(z) = relu(-z) + z. Equal hidden units of a network, however scaled and
signed, become one unit, and opposite contributions cancel by themselves. A sum of units of
depth <= d is what a network with d hidden layers computes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

from theory.form import Form
from theory.network import Vector

Number = int | Fraction
_MOST_TURNED = 6


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """relu(form + sum weight * unit), Q^n -> Q, in canonical form (made by `relu_of` only).

    Attributes:
        depth: 1 for the relu of an affine form, else 1 more than the deepest inner unit.
        form: The affine part.
        inner: The inner units with nonzero weights, in increasing order.
    """

    depth: int
    form: Form
    inner: tuple[tuple["Unit", int], ...] = ()
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        # Units nest, and a hash taken anew at every look-up would walk the nest each time.
        object.__setattr__(self, "_hash", hash((self.depth, self.form, self.inner)))

    def __hash__(self) -> int:
        return self._hash

    def __call__(self, point: Sequence[Fraction]) -> Fraction:
        """The value of the unit at a point, exactly."""
        return max(Fraction(0), UnitSum(self.form, dict(self.inner))(point))


@dataclass(frozen=True, slots=True)
class UnitSum:
    """An affine form plus weighted units, Q^n -> Q.

    Attributes:
        form: (c, g_1, ..., g_n).
        units: Nonzero weights.
    """

    form: tuple[Number, ...]
    units: Mapping[Unit, Number]

    @property
    def depth(self) -> int:
        """The number of hidden layers that the sum needs as it stands."""
        return max((unit.depth for unit in self.units), default=0)

    def __call__(self, point: Sequence[Fraction]) -> Fraction:
        """The value of the sum at a point, exactly."""
        affine = sum(
            (entry * x for entry, x in zip(self.form[1:], point, strict=True)),
            Fraction(self.form[0]),
        )
        return sum((weight * unit(point) for unit, weight in self.units.items()), affine)


def affine_sum(form: Iterable[Number]) -> UnitSum:
    """The affine form as a sum without units."""
    return UnitSum(tuple(form), {})


def weighted_sum(terms: Iterable[tuple[UnitSum, Number]], size: int) -> UnitSum:
    """The sum of weight * sum over the terms; forms have `size` = n + 1 entries."""
    form: list[Number] = [0] * size
    units: dict[Unit, Number] = {}
    for term, weight in terms:
        if not weight:
            continue
        for index, entry in enumerate(term.form):
            form[index] += weight * entry
        for unit, inner in term.units.items():
            units[unit] = units.get(unit, 0) + weight * inner
    return UnitSum(tuple(form), {unit: weight for unit, weight in units.items() if weight})


def difference(left: UnitSum, right: UnitSum) -> UnitSum:
    """The sum left - right."""
    return weighted_sum(((left, 1), (right, -1)), len(left.form))


def maximum(left: UnitSum, right: UnitSum) -> UnitSum:
    """max(left, right) = right + relu(left - right): one hidden layer above the two.

    Theorem: T10 (max trees).
    """
    rise = relu_of(difference(left, right))
    return weighted_sum(((right, 1), (rise, 1)), len(left.form))


def relu_of(argument: UnitSum) -> UnitSum:
    """relu(argument) as a sum with at most one unit that the argument does not have.

    Arguments that cannot change sign because all their parts have the same one, and a unit
    that bends nowhere but where its inner unit does, need no new unit.
    """
    sign = _settled_sign(argument)
    if sign is not None:
        return argument if sign > 0 else affine_sum((0,) * len(argument.form))
    form, inner, factor = _primitive(argument)
    if len(inner) == 1 and inner[0][0].depth == 1:
        along = _multiple(form, inner[0][0].form)
        if along is not None:
            return _relu_along(along, *inner[0], factor)
    return _with_sign(form, inner, factor, argument)


def _settled_sign(argument: UnitSum) -> int | None:
    """The sign that the argument has everywhere, if its parts show it; None if they do not.

    They do if each of them has that sign once some lines w relu(h) are read as
    w h + w relu(-h): the sum may hold the opposite of the line that it was made of.
    """
    if not argument.units:
        constant, *gradient = argument.form
        if any(gradient):
            return None
        return 1 if constant > 0 else -1
    sign = 1 if all(weight > 0 for weight in argument.units.values()) else -1
    if not all(weight * sign > 0 for weight in argument.units.values()):
        return None
    affine = [argument.form]
    lines = [(unit.form, weight) for unit, weight in argument.units.items() if unit.depth == 1]
    for form, weight in lines[:_MOST_TURNED]:
        affine += [
            tuple(a + weight * b for a, b in zip(rest, form, strict=True)) for rest in affine
        ]
    constants = [rest[0] for rest in affine if not any(rest[1:])]
    return sign if any(constant * sign >= 0 for constant in constants) else None


def _primitive(argument: UnitSum) -> tuple[Form, tuple[tuple[Unit, int], ...], Number]:
    """Coprime integers (form, inner) and the factor q > 0 with argument = q * (form, inner)."""
    units = sorted(argument.units.items())
    numbers = (*argument.form, *(weight for _, weight in units))
    scale = lcm(*(number.denominator for number in numbers))
    whole = [int(number * scale) for number in numbers]
    divisor = gcd(*whole)
    whole = [number // divisor for number in whole]
    size = len(argument.form)
    inner = tuple((unit, weight) for (unit, _), weight in zip(units, whole[size:], strict=True))
    factor: Number = divisor if scale == 1 else Fraction(divisor, scale)
    return tuple(whole[:size]), inner, factor


def _multiple(form: Form, line: Form) -> Fraction | None:
    """The q with form = q * line, or None."""
    pivot = next(index for index, entry in enumerate(line) if entry)
    ours, theirs = form[pivot], line[pivot]
    if all(a * theirs == ours * b for a, b in zip(form, line, strict=True)):
        return Fraction(ours, theirs)
    return None


def _relu_along(along: Fraction, line: Unit, weight: int, factor: Number) -> UnitSum:
    """The sum factor * relu(along * h + weight * relu(h)), a function of the one form h."""
    right = max(Fraction(0), along + weight) * factor
    left = max(Fraction(0), -along) * factor
    size = len(line.form)
    below = weighted_sum(((affine_sum(line.form), -1), (UnitSum((0,) * size, {line: 1}), 1)), size)
    above = UnitSum((0,) * size, {line: 1})
    return weighted_sum(((above, right), (below, left)), size)


def _with_sign(
    form: Form, inner: tuple[tuple[Unit, int], ...], factor: Number, argument: UnitSum
) -> UnitSum:
    """relu(argument) where the argument is factor * (form, inner), by its canonical unit."""
    leading = inner[0][1] if inner else next(entry for entry in form[1:] if entry)
    depth = 1 + max((unit.depth for unit, _ in inner), default=0)
    size = len(form)
    if leading > 0:
        return UnitSum((0,) * size, {Unit(depth, form, inner): factor})
    opposite = Unit(
        depth,
        tuple(-entry for entry in form),
        tuple((unit, -weight) for unit, weight in inner),
    )
    return weighted_sum(((argument, 1), (UnitSum((0,) * size, {opposite: factor}), 1)), size)


def value_at(sums: Iterable[UnitSum], point: Sequence[Fraction]) -> Vector:
    """The values of several sums at a point, exactly."""
    return tuple(term(point) for term in sums)
