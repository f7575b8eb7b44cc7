"""The canonical form of a network with one hidden layer: complete, in near-linear time.

    f = A + sum over hyperplanes h of v_h relu(h),        A affine, v_h != 0

The hyperplanes are distinct and all cross the interior of the domain. Kinks on distinct
hyperplanes are independent, so f has one such form only, and two networks are equal on the
domain if and only if their forms are the same. Any number of inputs is covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.canonical.fingerprint import fingerprint
from theory.canonical.witness import across, affine_points, point_on
from theory.domain import Domain
from theory.errors import ScopeError, ShapeError
from theory.form import Form, coordinate_forms, integer_network, oriented
from theory.interior import Interior, value_of
from theory.network import ZERO, Network, Vector


@dataclass(frozen=True, slots=True)
class OneHiddenForm:
    """The map x -> affine(x) + sum column relu(hyperplane(x)), Q^n -> Q^m, in canonical form.

    Attributes:
        kinks: Pairs (hyperplane, column): an oriented primitive form and one rational per
            output, not all zero; sorted by hyperplane.
        affine: For every output the rationals (c, g_1, ..., g_n).
    """

    kinks: tuple[tuple[Form, Vector], ...]
    affine: tuple[Vector, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the form."""
        return fingerprint((self.kinks, self.affine))

    def __call__(self, point: Sequence[Fraction]) -> Vector:
        """The value at a point, exactly."""
        values = [value_of(form, point) for form in self.affine]
        for hyperplane, column in self.kinks:
            height = value_of(hyperplane, point)
            if height > 0:
                values = [a + v * height for a, v in zip(values, column, strict=True)]
        return tuple(values)


def one_hidden_form(network: Network, domain: Domain) -> OneHiddenForm:
    """The canonical form of a network with at most one hidden layer over a domain.

    Two such networks are equal on the domain if and only if their forms are equal.

    Theorem: T26 (canonical form of one hidden layer). That kinks on distinct hyperplanes are
    independent is folklore.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        ScopeError: there are two hidden layers or more, or a polytope has too many inputs.
        DomainError: the domain has no interior.
    """
    if domain.inputs != network.inputs:
        raise ShapeError(f"domain: expected {network.inputs} inputs, got {domain.inputs}")
    if network.hidden_layers > 1:
        raise ScopeError(f"one hidden layer: the network has {network.hidden_layers}")
    interior = Interior.of(domain)
    form = _Accumulated(network)
    for hyperplane in [key for key, column in form.columns.items() if any(column)]:
        if interior.above(hyperplane) is None:
            del form.columns[hyperplane]  # it is never positive
        elif interior.above(tuple(-entry for entry in hyperplane)) is None:
            form.add_affine(hyperplane, form.columns.pop(hyperplane))
    return form.finished()


class _Accumulated:
    """The running sum, all numbers times `scale`."""

    def __init__(self, network: Network) -> None:
        whole = integer_network(network)
        size = network.inputs + 1
        coordinates = coordinate_forms(network.inputs)
        self.scale = whole.scale
        self.columns: dict[Form, list[int]] = {}
        last = whole.layers[-1]
        if not network.hidden_layers:
            self.affine = [list(form) for form in last.forms(coordinates, size)]
            return
        self.affine = [[bias, *(0,) * network.inputs] for bias in last.bias]
        outgoing: list[list[int]] = [[0] * network.outputs for _ in whole.layers[0].bias]
        for output, row in enumerate(last.rows):
            for column, weight in row:
                outgoing[column][output] = weight
        for form, weights in zip(whole.layers[0].forms(coordinates, size), outgoing, strict=True):
            self._add_unit(form, weights)

    def _add_unit(self, form: Form, weights: list[int]) -> None:
        """Add weights * relu(form), by relu(q h) = q relu(h) and relu(-h) = relu(h) - h."""
        if not any(form[1:]):
            self.add_affine((max(form[0], 0), *form[1:]), weights)
            return
        hyperplane, factor = oriented(form)
        column = self.columns.setdefault(hyperplane, [0] * len(weights))
        for output, weight in enumerate(weights):
            column[output] += abs(factor) * weight
        if factor < 0:
            self.add_affine(form, weights)

    def add_affine(self, form: Form, weights: Sequence[int]) -> None:
        """Add weights * form."""
        for line, weight in zip(self.affine, weights, strict=True):
            if weight:
                for index, entry in enumerate(form):
                    line[index] += weight * entry

    def finished(self) -> OneHiddenForm:
        """The form with true numbers."""
        return OneHiddenForm(
            tuple(
                (hyperplane, self._true(column))
                for hyperplane, column in sorted(self.columns.items())
                if any(column)
            ),
            tuple(self._true(line) for line in self.affine),
        )

    def _true(self, numbers: Sequence[int]) -> Vector:
        return tuple(Fraction(number, self.scale) for number in numbers)


def points_apart(left: OneHiddenForm, right: OneHiddenForm, domain: Domain) -> tuple[Vector, ...]:
    """Points of the domain, at one of which at least the two functions differ.

    None if the forms, both over this domain, are equal: then so are the functions.

    Theorem: T26 (canonical form of one hidden layer).
    """
    if left == right:
        return ()
    interior = Interior.of(domain)
    kinks, others = dict(left.kinks), dict(right.kinks)
    nothing = (ZERO,) * len(left.affine)
    bends = {*kinks, *others}
    for hyperplane in sorted(bends):
        if kinks.get(hyperplane, nothing) != others.get(hyperplane, nothing):
            rest = sorted(bends - {hyperplane})
            point = point_on(interior, hyperplane, rest)
            return tuple(across(interior, hyperplane, point, rest))
    return tuple(affine_points(interior))
