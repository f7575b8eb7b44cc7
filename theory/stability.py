"""Which units of a network keep one sign on a domain, by exact bounds that cost little.

A unit whose argument is >= 0 on the domain is *stably active* there, one whose argument is <= 0
*stably inactive*. Interval arithmetic is tried first, then zonotopes, each by itself, since so a
checker does it too; both are exact. What they leave undecided may still be stable:
`verify.prove.signs.stable_units` goes on from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from theory.domain import Box, Domain, Polytope
from theory.errors import ShapeError
from theory.form import integer_layer
from theory.network import ZERO, Affine, Network
from theory.zonotope import Range, Zonotopes

End = Fraction | None  # None: no bound on this side
Ends = tuple[End, End]


@dataclass(frozen=True, slots=True)
class Stability:
    """What is known of the argument of one hidden unit on a domain.

    Attributes:
        low: A lower bound, or None.
        high: An upper bound, or None.
        sign: 1 stably active, -1 stably inactive, 0 undecided.
        proof: What decided the sign: `interval`, `zonotope`, or what else the caller can prove.
    """

    low: End = None
    high: End = None
    sign: int = 0
    proof: str = ""

    @property
    def constant(self) -> Fraction | None:
        """The value of the unit on the domain where the bounds show that it has but one."""
        if self.sign < 0:
            return ZERO
        is_point = self.low is not None and self.low == self.high
        return max(self.low or ZERO, ZERO) if is_point else None

    @staticmethod
    def within(ends: Ends, proof: str, before: "Stability | None" = None) -> "Stability":
        """What the ends show, in addition to what was known before."""
        known = Stability() if before is None else before
        low, high = _intersection((known.low, known.high), ends)
        if known.sign:
            return replace(known, low=low, high=high)
        if high is not None and high <= 0:
            return Stability(low, high, -1, proof)
        if low is not None and low >= 0:
            return Stability(low, high, 1, proof)
        return Stability(low, high)


Layers = tuple[tuple[Stability, ...], ...]  # for every hidden layer, for every unit


def stability(network: Network, domain: Domain) -> Layers:
    """What intervals and zonotopes say of every hidden unit on a domain, exactly.

    A polytope counts as the box of its bounds on single inputs; zonotopes need a box.

    Theorem: T38 (lossless compression on a domain), the part on stability.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
    """
    if network.inputs != domain.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    box = box_of(domain)
    inputs: list[Ends] = [(None, None)] * domain.inputs
    if box is not None:
        inputs = list(zip(box.lower, box.upper, strict=True))
    found: list[tuple[Stability, ...]] = []
    for layer in network.layers[:-1]:
        found.append(tuple(Stability.within(ends, "interval") for ends in images(layer, inputs)))
        inputs = [activation(unit) for unit in found[-1]]
    return tuple(found) if box is None else tightened(network, box, tuple(found))


def tightened(network: Network, box: Box, known: Layers) -> Layers:
    """What is known, and what zonotopes say in addition where the known signs are believed.

    Theorem: T38 (lossless compression on a domain), the part on stability.
    """
    pairs = zip(known, zonotope_ranges(network, box, known), strict=True)
    return tuple(
        tuple(
            Stability.within(ends, "zonotope", unit)
            for unit, ends in zip(units, ranges, strict=True)
        )
        for units, ranges in pairs
    )


def zonotope_ranges(network: Network, box: Box, known: Layers) -> tuple[tuple[Range, ...], ...]:
    """Bounds of the arguments of all hidden units by zonotopes, the known signs being believed.

    Theorem: T38 (lossless compression on a domain), the part on stability.
    """
    shapes = Zonotopes.of_box(box)
    found: list[tuple[Range, ...]] = []
    for layer, units in zip(network.layers, known, strict=False):
        shapes = shapes.through(layer)
        found.append(shapes.ranges)
        shapes = shapes.relu([_settled(*pair) for pair in zip(units, found[-1], strict=True)])
    return tuple(found)


def _settled(unit: Stability, ends: Range) -> Range:
    """The bounds by zonotopes, or on one side of 0 where intervals have decided the sign."""
    if not unit.sign:
        return ends
    return (ZERO, max(ends[1], ZERO)) if unit.sign > 0 else (min(ends[0], ZERO), ZERO)


def box_of(domain: Domain) -> Box | None:
    """A box that the domain lies in, if its bounds on single inputs make one."""
    if isinstance(domain, Polytope):
        return domain.box
    return domain if isinstance(domain, Box) else None


def activation(unit: Stability) -> Ends:
    """Bounds of the unit itself, the relu of its argument."""
    if unit.sign < 0:
        return ZERO, ZERO
    low = ZERO if unit.low is None else max(unit.low, ZERO)
    return low, None if unit.high is None else max(unit.high, ZERO)


def images(layer: Affine, inputs: Sequence[Ends]) -> list[Ends]:
    """Bounds of every output of a layer whose inputs have these bounds: interval arithmetic."""
    integers, factor = integer_layer(layer)
    scale = lcm(*(end.denominator for ends in inputs for end in ends if end is not None))
    whole = [(_whole(low, scale), _whole(high, scale)) for low, high in inputs]
    below = [(high, low) for low, high in whole]
    rows = list(zip(integers.rows, integers.bias, strict=True))
    return [
        (
            _end(row, bias * scale, whole, scale * factor),
            _end(row, bias * scale, below, scale * factor),
        )
        for row, bias in rows
    ]


def _whole(end: End, scale: int) -> int | None:
    return None if end is None else int(end * scale)


def _end(
    row: Sequence[tuple[int, int]],
    total: int,
    ends: Sequence[tuple[int | None, int | None]],
    scale: int,
) -> End:
    """One end of a sum: every input at its first end where its weight is positive, else second."""
    for column, weight in row:
        end = ends[column][weight < 0]
        if end is None:
            return None
        total += weight * end
    return Fraction(total, scale)


def _intersection(one: Ends, other: Ends) -> Ends:
    """The bounds that are the closer ones on either side."""
    lows = [end for end in (one[0], other[0]) if end is not None]
    highs = [end for end in (one[1], other[1]) if end is not None]
    return max(lows, default=None), min(highs, default=None)
