"""Sums of hidden units written out as one network with as few hidden layers as they need.

A unit of depth d sits in hidden layer d. What a later layer needs of an earlier one must
pass through the layers between as nonnegative signals: a unit passes as it is, since
relu(u) = u; an input x_i as relu(x_i) and relu(-x_i), on a box as relu(x_i - l_i); any other
remainder r of a sum as the pair relu(r), relu(-r). Every layer takes the cheaper way. The
remainder of an output, which may read all units, is collected in one pair per layer. The first
hidden layer, whose remainders are affine, does better still (`theory.first_layer`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from theory.domain import Box, Domain
from theory.errors import ShapeError
from theory.first_layer import FirstLayer, Wire, first_layer
from theory.network import ZERO, Affine, Network, Row
from theory.unit import Number, Unit, UnitSum, affine_sum, weighted_sum

_Direction = tuple[tuple[int, ...], tuple[tuple[Unit, int], ...]]


@dataclass(frozen=True, slots=True)
class _Target:
    """A sum that is read from a layer; `wide` if it is an output or a remainder of one."""

    argument: UnitSum
    wide: bool = False


@dataclass(frozen=True, slots=True)
class _Wire:
    """Where an input is read from a layer: x_i = sum weight * signal + shift."""

    row: Wire
    shift: Fraction


@dataclass(frozen=True, slots=True)
class _Layer:
    """The signals of a hidden layer, and how to read units, inputs and remainders from them."""

    depth: int
    signals: tuple[_Target, ...]
    units: dict[Unit, int]
    inputs: dict[int, _Wire]
    pairs: dict[_Direction, int]

    def read(self, target: UnitSum) -> tuple[Row, Fraction]:
        """The target as a row over the signals, and a bias."""
        row: dict[int, Number] = {}
        bias = Fraction(target.form[0])
        column = None
        if self.pairs:
            direction, factor = _direction(_remainder(target, self.depth))
            column = self.pairs.get(direction)
            if column is not None:
                row[column], row[column + 1] = factor, -factor
        for unit, weight in target.units.items():
            if column is None or unit.depth == self.depth:
                row[self.units[unit]] = weight
        for index, entry in enumerate(target.form[1:]):
            if column is None and entry:
                wire = self.inputs[index]
                if wire.shift:
                    bias += entry * wire.shift
                row.update((place, entry * weight) for place, weight in wire.row)
        return tuple((column, Fraction(row[column])) for column in sorted(row)), bias


def assembled(sums: Sequence[UnitSum], domain: Domain, scale: int = 1) -> Network:
    """The network x -> sums(x) / scale, equal on the domain, with the depth of the sums.

    Theorem: T09 (log-depth form), the part on padding and layers.

    Raises:
        ShapeError: the sums have another number of inputs than the domain.
    """
    if any(len(term.form) != domain.inputs + 1 for term in sums):
        raise ShapeError(f"assembly: expected sums over {domain.inputs} inputs")
    outputs = [weighted_sum(((term, Fraction(1, scale)),), len(term.form)) for term in sums]
    targets = tuple(_Target(term, wide=True) for term in outputs)
    layers: list[_Layer | FirstLayer] = []
    wanted = [outputs]
    deepest = max((term.depth for term in outputs), default=0)
    for depth in range(deepest, 1, -1):
        layer = _planned(targets, depth, domain)
        targets = layer.signals
        layers.append(layer)
        wanted.append([term.argument for term in targets])
    if deepest:
        lines = first_layer(wanted[-1], domain)
        layers.append(lines)
        wanted.append(list(lines.signals))
    layers.append(_inputs_alone(domain.inputs))
    return Network(tuple(_affine(*pair) for pair in zip(layers[::-1], wanted[::-1], strict=True)))


def _inputs_alone(inputs: int) -> _Layer:
    """What the first hidden layer reads: the inputs themselves."""
    wires = {index: _Wire(((index, 1),), ZERO) for index in range(inputs)}
    return _Layer(0, (_Target(affine_sum((0,) * (inputs + 1))),) * inputs, {}, wires, {})


def _affine(layer: _Layer | FirstLayer, wanted: Iterable[UnitSum]) -> Affine:
    read = [layer.read(target) for target in wanted]
    return Affine(
        len(layer.signals), tuple(row for row, _ in read), tuple(bias for _, bias in read)
    )


def _remainder(target: UnitSum, depth: int) -> UnitSum:
    """What is left of a sum without its constant and its units of the given depth."""
    units = {unit: weight for unit, weight in target.units.items() if unit.depth < depth}
    return UnitSum((0, *target.form[1:]), units)


def _direction(remainder: UnitSum) -> tuple[_Direction, Fraction]:
    """Coprime integers for the remainder up to a factor, and that factor; zero has factor 0."""
    units = sorted(remainder.units.items())
    numbers: list[Number] = [*remainder.form, *(weight for _, weight in units)]
    leading = next((number for number in numbers if number), 0)
    if not leading:
        return ((), ()), ZERO
    scale = lcm(*(number.denominator for number in numbers))
    whole = [int(number * scale) for number in numbers]
    divisor = gcd(*whole) if leading > 0 else -gcd(*whole)
    whole = [number // divisor for number in whole]
    size = len(remainder.form)
    inner = tuple((unit, weight) for (unit, _), weight in zip(units, whole[size:], strict=True))
    return (tuple(whole[:size]), inner), Fraction(divisor, scale)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Units and inputs that pass through a layer one by one."""

    units: frozenset[Unit] = frozenset()
    inputs: frozenset[int] = frozenset()

    def joined(self, remainders: Iterable[UnitSum]) -> "_Parts":
        """These parts and those of the remainders."""
        units, inputs = set(self.units), set(self.inputs)
        for remainder in remainders:
            units.update(remainder.units)
            inputs.update(index for index, entry in enumerate(remainder.form[1:]) if entry)
        return _Parts(frozenset(units), frozenset(inputs))

    def cost(self, domain: Domain) -> int:
        """The number of signals."""
        return len(self.units) + len(self.inputs) * (1 if isinstance(domain, Box) else 2)


def _planned(targets: Sequence[_Target], depth: int, domain: Domain) -> _Layer:
    """The hidden layer from which all targets can be read."""
    native = sorted({u for term in targets for u in term.argument.units if u.depth == depth})
    narrow, wide = (
        {
            direction: remainder
            for term in targets
            if term.wide == wanted
            for remainder in (_remainder(term.argument, depth),)
            for direction in (_direction(remainder)[0],)
            if direction[0]
        }
        for wanted in (False, True)
    )
    parts = _Parts().joined(narrow.values())
    pairs: dict[_Direction, _Target] = {}
    if 2 * len(narrow) < parts.cost(domain):
        parts = _Parts()
        pairs = {direction: _Target(remainder) for direction, remainder in narrow.items()}
    wide = {
        direction: remainder
        for direction, remainder in wide.items()
        if direction not in pairs and parts.joined((remainder,)) != parts
    }
    extended = parts.joined(wide.values())
    if 2 * len(wide) < extended.cost(domain) - parts.cost(domain):
        pairs |= {direction: _Target(remainder, wide=True) for direction, remainder in wide.items()}
    else:
        parts = extended
    return _laid_out(native, parts, pairs, depth, domain)


def _laid_out(
    native: Sequence[Unit],
    parts: _Parts,
    pairs: dict[_Direction, _Target],
    depth: int,
    domain: Domain,
) -> _Layer:
    """The layer with its signals in order: units, units that pass, inputs, pairs."""
    size = domain.inputs + 1
    signals = [_Target(_argument(unit)) for unit in native]
    passing = sorted(parts.units)
    signals += [_Target(UnitSum((0,) * size, {unit: 1})) for unit in passing]
    units = {unit: column for column, unit in enumerate((*native, *passing))}
    wires = {}
    for index in sorted(parts.inputs):
        arguments, shift = _input_signals(index, domain)
        first = len(signals)
        weights = (1, -1)[: len(arguments)]
        wires[index] = _Wire(tuple(enumerate(weights, first)), shift)
        signals += [_Target(affine_sum(argument)) for argument in arguments]
    columns = {}
    for direction, target in pairs.items():
        columns[direction] = len(signals)
        for sign in (1, -1):
            argument = weighted_sum(((_along(direction), sign),), size)
            signals.append(_Target(argument, target.wide))
    return _Layer(depth, tuple(signals), units, wires, columns)


def _argument(unit: Unit) -> UnitSum:
    return UnitSum(unit.form, dict(unit.inner))


def _along(direction: _Direction) -> UnitSum:
    return UnitSum(direction[0], dict(direction[1]))


def _input_signals(index: int, domain: Domain) -> tuple[list[tuple[Number, ...]], Fraction]:
    """The arguments of the units that pass x_i on, and what to add to their sum."""
    unit = [Fraction(0)] * (domain.inputs + 1)
    unit[index + 1] = Fraction(1)
    if isinstance(domain, Box):
        unit[0] = -domain.lower[index]
        return [tuple(unit)], domain.lower[index]
    return [tuple(unit), tuple(-entry for entry in unit)], ZERO
