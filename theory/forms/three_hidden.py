"""Any ReLU network with three hidden layers, weights in the extended reals.

    layer 1   u_k = relu(-k(x)) for the key k of every hyperplane; relu(x_i), relu(-x_i)
    layer 2   the same, and e_k = relu(1 - inf u_k), which is 1 where k(x) >= 0 and 0 elsewhere
    layer 3   relu(f_R(x) - inf v_R) and relu(-f_R(x) - inf v_R) for every region R, where
              v_R = sum of u_k over the upper sides of R + sum of e_k over its lower sides
    output    the sum of the former minus the sum of the latter

v_R is zero on the half-open region R and positive elsewhere, so at every point exactly one
region speaks, and it says f_R.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from theory.domain import Domain
from theory.extended import ExtendedAffine, ExtendedNetwork
from theory.form import Form, coordinate_forms, negated
from theory.half_open import HalfOpenRegion, half_open_regions
from theory.network import ZERO, Affine, Network, Row

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class ThreeHiddenTrace:
    """What the construction met and made.

    Attributes:
        regions: Half-open regions; each point of R^n lies in exactly one.
        hyperplanes: Distinct hyperplanes that bound them.
        conditions: Sides of all regions together.
        widths: Of the new network, inputs and outputs included.
        theorem: Always T22.
    """

    regions: int
    hyperplanes: int
    conditions: int
    widths: tuple[int, ...]
    theorem: str = "T22"


@dataclass(frozen=True, slots=True)
class ThreeHiddenForm:
    """The extended-real network, its regions and how it came about."""

    network: ExtendedNetwork
    regions: tuple[HalfOpenRegion, ...]
    trace: ThreeHiddenTrace


def three_hidden_form(network: Network, domain: Domain) -> ThreeHiddenForm:
    """A network with three hidden layers and extended-real weights, equal on the domain.

    Equal means at every point, those on the boundaries of regions and of the domain among them.

    Theorem: T22 (three hidden layers with extended-real weights). M. J. Villani, N. Schoots
    2023, arXiv 2306.11827; the half-open regions and the proof were found for this project.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        domain: A box, a polytope with interior, or all of R^n.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: there are too many inputs.
    """
    regions = tuple(half_open_regions(network, domain))
    keys = sorted({side.key for region in regions for side in region.sides})
    signals = _Signals(network.inputs, keys, _read_inputs(regions))
    third = _Third(signals)
    for region in regions:
        third.add(region)
    whole = ExtendedNetwork((signals.first, signals.second, *third.layers(network.outputs)))
    conditions = sum(len(region.sides) for region in regions)
    trace = ThreeHiddenTrace(len(regions), len(keys), conditions, whole.widths)
    return ThreeHiddenForm(whole, regions, trace)


def _read_inputs(regions: Iterable[HalfOpenRegion]) -> list[int]:
    """The inputs that the affine map of some region reads."""
    forms = (form for region in regions for form in region.outputs)
    return sorted({index for form in forms for index, entry in enumerate(form[1:]) if entry})


class _Signals:
    """The first two hidden layers: hyperplanes, indicators of lower sides, and inputs."""

    def __init__(self, inputs: int, keys: Sequence[Form], read: Sequence[int]) -> None:
        coordinates = coordinate_forms(inputs)
        pairs = [
            form for index in read for form in (coordinates[index], negated(coordinates[index]))
        ]
        units = list(dict.fromkeys([*map(negated, keys), *pairs]))
        place = {form: index for index, form in enumerate(units)}
        self.first = ExtendedAffine.of(
            Affine.dense([form[1:] for form in units], [form[0] for form in units], inputs)
        )
        self.second = _copies_and_indicators(len(units), [place[negated(key)] for key in keys])
        self.upper = {key: place[negated(key)] for key in keys}
        self.lower = {key: len(units) + index for index, key in enumerate(keys)}
        self.inputs = {
            index: (place[coordinates[index]], place[negated(coordinates[index])]) for index in read
        }

    def reading(self, form: Form, scale: int) -> tuple[Row, Fraction]:
        """The affine function form / scale as a row over the second layer, and a bias."""
        row = {}
        for index, entry in enumerate(form[1:]):
            if entry:
                positive, negative = self.inputs[index]
                row[positive], row[negative] = Fraction(entry, scale), Fraction(-entry, scale)
        return tuple(sorted(row.items())), Fraction(form[0], scale)

    def violation(self, region: HalfOpenRegion) -> Row:
        """The row -v_R, to be taken times infinity."""
        columns = ((self.upper if side.is_upper else self.lower)[side.key] for side in region.sides)
        return tuple((column, -ONE) for column in sorted(columns))


def _copies_and_indicators(width: int, watched: Sequence[int]) -> ExtendedAffine:
    """The map v -> (v, and for each watched unit j: 1 - inf v_j)."""
    copies = tuple(((index, ONE),) for index in range(width))
    bias = (ZERO,) * width + (ONE,) * len(watched)
    finite = Affine(width, copies + ((),) * len(watched), bias)
    return ExtendedAffine(finite, ((),) * width + tuple(((index, -ONE),) for index in watched))


@dataclass(slots=True)
class _Third:
    """The third hidden layer and the outputs, filled region by region."""

    signals: _Signals
    finite: list[Row] = field(default_factory=list)
    infinite: list[Row] = field(default_factory=list)
    bias: list[Fraction] = field(default_factory=list)
    outgoing: list[tuple[int, int, Fraction]] = field(default_factory=list)  # output, unit, weight

    def add(self, region: HalfOpenRegion) -> None:
        """The units of a region; one that nothing reads where all its outputs are zero."""
        violation = self.signals.violation(region)
        units: dict[Form, int] = {}
        for output, (form, sign) in enumerate(zip(region.outputs, region.signs, strict=True)):
            for factor in (1, -1):
                if any(form) and sign != -factor:
                    part = form if factor > 0 else negated(form)
                    if part not in units:
                        units[part] = self._unit(part, region.scale, violation)
                    self.outgoing.append((output, units[part], Fraction(factor)))
        if not units:
            self._unit((1, *(0,) * self.signals.first.inputs), 1, violation)

    def _unit(self, form: Form, scale: int, violation: Row) -> int:
        row, bias = self.signals.reading(form, scale)
        self.finite.append(row)
        self.bias.append(bias)
        self.infinite.append(violation)
        return len(self.bias) - 1

    def layers(self, outputs: int) -> tuple[ExtendedAffine, ExtendedAffine]:
        """The third hidden layer and the output layer."""
        width = self.signals.second.outputs
        finite = Affine(width, tuple(self.finite), tuple(self.bias))
        rows = tuple(
            tuple(
                sorted((unit, weight) for place, unit, weight in self.outgoing if place == output)
            )
            for output in range(outputs)
        )
        last = Affine(len(self.bias), rows, (ZERO,) * outputs)
        return ExtendedAffine(finite, tuple(self.infinite)), ExtendedAffine.of(last)
