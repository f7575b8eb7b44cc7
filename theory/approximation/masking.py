"""Masking: a wide random network holds units close to those of a target, others are silenced.

    target  sum of a_i relu(w_i.x + b_i) + c, k units; weights drawn from [-R, R], biases free

A drawn unit fits unit i if all its weights are within eta of w_i and a_i. It gets the bias b_i; the
units that are not matched get biases with which they are 0 on the whole box.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.domain import Box
from theory.errors import ScopeError, ShapeError
from theory.network import ZERO, Network, Vector
from theory.random_weights import (
    STEP,
    RandomUnit,
    enough_draws,
    network_of,
    off_bias,
    require_limit,
)


@dataclass(frozen=True, slots=True)
class TargetUnits:
    """The parts of a network with one hidden layer, as masking looks at them.

    Attributes:
        units: Their weights.
        biases: Their biases.
        shift: The biases of the outputs.
        inputs: How many inputs there are.
    """

    units: tuple[RandomUnit, ...]
    biases: Vector
    shift: Vector
    inputs: int

    @staticmethod
    def of(network: Network) -> "TargetUnits":
        """The units of a network.

        Raises:
            ScopeError: it has not exactly one hidden layer.
        """
        if network.hidden_layers != 1:
            raise ScopeError(
                f"target: expected one hidden layer, got {network.hidden_layers}: masking matches "
                "units of one layer"
            )
        hidden, last = network.layers
        outer = last.weight
        units = tuple(
            RandomUnit(inner, tuple(row[index] for row in outer))
            for index, inner in enumerate(hidden.weight)
        )
        return TargetUnits(units, hidden.bias, last.bias, network.inputs)

    @property
    def largest(self) -> Fraction:
        """The largest weight, in size; biases do not count."""
        return max((abs(v) for one in self.units for v in (*one.inner, *one.outer)), default=ZERO)

    @property
    def coordinates(self) -> int:
        """The number d + l of weights of a unit."""
        return self.inputs + len(self.shift)


def highest(inner: Vector, bias: Fraction, box: Box) -> Fraction:
    """The maximum of relu(inner.x + bias) on the box."""
    return max(ZERO, bias - off_bias(inner, box))


def reach(box: Box) -> Vector:
    """The largest |x_j| on the box, for every input."""
    pairs = zip(box.lower, box.upper, strict=True)
    return tuple(max(abs(low), abs(high)) for low, high in pairs)


def masking_error(target: TargetUnits, box: Box, eta: Fraction) -> Fraction:
    """The worst output's sum of eta max relu(w_i.x + b_i) + (|a_i| + eta) eta max |x|_1.

    No match within eta is further from the target on the box, in any output.

    Theorem: T65 (masking), 2.
    """
    size = sum(reach(box), ZERO)
    pairs = zip(target.units, target.biases, strict=True)
    tops = [highest(unit.inner, bias, box) for unit, bias in pairs]
    errors = (
        sum(
            (
                eta * top + (abs(unit.outer[index]) + eta) * eta * size
                for unit, top in zip(target.units, tops, strict=True)
            ),
            ZERO,
        )
        for index in range(len(target.shift))
    )
    return max(errors, default=ZERO)


def match_error(
    target: TargetUnits, draws: Sequence[RandomUnit], places: Sequence[int], box: Box
) -> Fraction:
    """The same bound for the units that were drawn: sum of |A - a| max relu + |A| |W - w|.|x|.

    Theorem: T65 (masking), 2.
    """
    sizes, errors = reach(box), [ZERO] * len(target.shift)
    for unit, bias, place in zip(target.units, target.biases, places, strict=True):
        other, top = draws[place], highest(unit.inner, bias, box)
        triples = zip(unit.inner, other.inner, sizes, strict=True)
        moved = sum((abs(w - v) * size for w, v, size in triples), ZERO)
        for index, (a, b) in enumerate(zip(unit.outer, other.outer, strict=True)):
            errors[index] += abs(a - b) * top + abs(b) * moved
    return max(errors, default=ZERO)


def widest_eta(target: TargetUnits, box: Box, epsilon: Fraction, most: Fraction) -> Fraction:
    """The largest multiple of 2^-16 up to `most` for which `masking_error` is at most epsilon.

    Raises:
        ScopeError: there is none but 0.
    """
    low, high = 0, most // STEP + 1
    while high - low > 1:
        middle = (low + high) // 2
        fits = masking_error(target, box, middle * STEP) <= epsilon
        low, high = (middle, high) if fits else (low, middle)
    if not low:
        raise ScopeError(f"epsilon: {epsilon} asks for weights closer than {STEP}, the grid's step")
    return low * STEP


def match_share(target: TargetUnits, eta: Fraction, limit: Fraction) -> Fraction:
    """(eta / R)^(d + l): the least probability with which a drawn unit fits a unit of the target.

    Theorem: T65 (masking), 3.

    Raises:
        ScopeError: R is no multiple of 2^-15, eta none of 2^-16, or a weight is above R - eta.
    """
    require_limit(limit)
    if eta <= 0 or (eta / STEP).denominator != 1:
        raise ScopeError(f"eta: expected a positive multiple of {STEP}, got {eta}")
    if target.largest + eta > limit:
        raise ScopeError(
            f"range: expected at least {target.largest + eta}, the largest weight of the target "
            f"and eta, got {limit}"
        )
    return (eta / limit) ** target.coordinates


def masking_width(target: TargetUnits, eta: Fraction, limit: Fraction, delta: Fraction) -> int:
    """Enough draws to match all units, but for delta: k ceil(ln(k / delta) (R / eta)^(d + l)).

    Theorem: T65 (masking), 3.

    Raises:
        ScopeError: as `match_share` and `enough_draws` say.
    """
    return enough_draws(len(target.units), delta, match_share(target, eta, limit))


def fits(unit: RandomUnit, other: RandomUnit, eta: Fraction) -> bool:
    """Whether no two of their weights differ by more than eta."""
    pairs = zip((*unit.inner, *unit.outer), (*other.inner, *other.outer), strict=True)
    return all(-eta <= one - two <= eta for one, two in pairs)


def matching(
    target: TargetUnits, draws: Iterable[RandomUnit], eta: Fraction
) -> tuple[int, ...] | None:
    """The places of draws within eta of every unit of the target, no two the same.

    No draw is looked at that is not needed: the largest place is the least possible. None if there
    are not enough. Found by augmenting paths, so also wherever the batches of T65 have one.

    Theorem: T65 (masking), 3.
    """
    found = _Matching(target, eta)
    for place, draw in enumerate(draws):
        if found.is_complete or found.adds(place, draw):
            break
    return tuple(found.places) if found.is_complete else None


class _Matching:
    """Draws that units of the target have so far."""

    def __init__(self, target: TargetUnits, eta: Fraction) -> None:
        self.units, self.eta = target.units, eta
        self.fitting: list[list[int]] = [[] for _ in target.units]
        self.owner: dict[int, int] = {}  # of a place: the unit that has it

    @property
    def is_complete(self) -> bool:
        """Whether every unit has a draw."""
        return len(self.owner) == len(self.units)

    @property
    def places(self) -> list[int]:
        """The draw of every unit."""
        place_of = {unit: place for place, unit in self.owner.items()}
        return [place_of[unit] for unit in range(len(self.units))]

    def adds(self, place: int, draw: RandomUnit) -> bool:
        """Take one more draw into account; whether every unit then has one."""
        fitted = [k for k, unit in enumerate(self.units) if fits(unit, draw, self.eta)]
        for unit in fitted:
            self.fitting[unit].append(place)
        owned = set(self.owner.values())
        waiting = [unit for unit in range(len(self.units)) if unit not in owned]
        if fitted and any(self._placed(unit, set()) for unit in waiting):
            return self.is_complete
        return False

    def _placed(self, unit: int, seen: set[int]) -> bool:
        """Find a draw for a unit, if others move."""
        for place in self.fitting[unit]:
            if place not in seen:
                seen.add(place)
                if place not in self.owner or self._placed(self.owner[place], seen):
                    self.owner[place] = unit
                    return True
        return False


def masked(
    target: TargetUnits, draws: Sequence[RandomUnit], places: Sequence[int], box: Box
) -> Network:
    """The random network with the biases of its matched units, all others being off on the box.

    Theorem: T65 (masking).

    Raises:
        ShapeError: there is not one place for every unit of the target, or one is there twice.
    """
    if len(places) != len(target.units) or len(set(places)) != len(places):
        raise ShapeError(f"masking: expected {len(target.units)} different places")
    biases = [off_bias(unit.inner, box) for unit in draws]
    for bias, place in zip(target.biases, places, strict=True):
        biases[place] = bias
    return network_of(draws, target.inputs, tuple(biases), target.shift)
