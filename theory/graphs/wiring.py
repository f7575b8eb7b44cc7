"""Building circuits: bundles of values, and the operations of networks on them.

A bundle is a tuple of affine functions of the values that a circuit has so far. Affine maps are
composed into bundles and cost nothing; relu, splines and maxima add units. What is joined from
several layers, and what a gadget gives, becomes a named affine value, so that it can be carried
through later layers as one value instead of all that it reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import ShapeError
from theory.graphs.circuit import Circuit, Node
from theory.graphs.layering import layered
from theory.graphs.spline import Spline
from theory.network import ZERO, Affine, Network, Row, Vector

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Affine functions of the values of a circuit.

    Attributes:
        rows: One tuple of (number of a value, nonzero weight) for each function.
        bias: What each adds.
        level: The number of ReLU layers before all of them are there.
        rectified: Whether all of them are units, just made by relu.
    """

    rows: tuple[Row, ...]
    bias: Vector
    level: int
    rectified: bool = False

    @property
    def size(self) -> int:
        """The number of functions."""
        return len(self.bias)

    def mapped(self, affine: Affine) -> "Bundle":
        """The bundle after an affine map, exactly."""
        plain = self._plain()
        if plain is None:
            return self._composed(affine)
        rows = tuple(
            tuple((plain[column], weight) for column, weight in row) for row in affine.rows
        )
        return Bundle(rows, affine.bias, self.level)

    def _plain(self) -> tuple[int, ...] | None:
        """The numbers of the values that the bundle is, if it is that and they increase."""
        if any(self.bias) or any(len(row) != 1 or row[0][1] != 1 for row in self.rows):
            return None
        numbers = tuple(row[0][0] for row in self.rows)
        return numbers if list(numbers) == sorted(set(numbers)) else None

    def _composed(self, affine: Affine) -> "Bundle":
        found = affine.after(Affine(1 + _greatest(self.rows), self.rows, self.bias))
        return Bundle(found.rows, found.bias, self.level)

    def picked(self, order: Sequence[int]) -> "Bundle":
        """The functions with these numbers, in this order."""
        rows = tuple(self.rows[index] for index in order)
        bias = tuple(self.bias[index] for index in order)
        return Bundle(rows, bias, self.level, self.rectified)

    def joined(self, other: "Bundle") -> "Bundle":
        """The functions of both, one after the other."""
        level = max(self.level, other.level)
        rectified = self.rectified and other.rectified
        return Bundle(self.rows + other.rows, self.bias + other.bias, level, rectified)


def _greatest(rows: Sequence[Row]) -> int:
    return max((row[-1][0] for row in rows if row), default=0)


class Wiring:
    """A circuit that is being built. Operations take and give bundles of its values."""

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self._nodes: list[Node] = []
        self._groups = 0

    @property
    def entry(self) -> Bundle:
        """The inputs."""
        rows = tuple(((index, _ONE),) for index in range(self.inputs))
        return Bundle(rows, (ZERO,) * self.inputs, 0)

    def network(self, outputs: Bundle) -> Network:
        """The layered network that computes a bundle.

        Theorem: T42 (graphs as layered networks).
        """
        size = self.inputs + len(self._nodes)
        affine = Affine(size, outputs.rows, outputs.bias)
        return layered(Circuit(self.inputs, tuple(self._nodes), affine, outputs.level))

    def rectified(self, argument: Bundle) -> Bundle:
        """The relu of every function; directly after another relu it changes nothing."""
        if argument.rectified:
            return argument
        level = argument.level + 1
        rows = tuple(
            ((self._added(row, bias, level), _ONE),)
            for row, bias in zip(argument.rows, argument.bias, strict=True)
        )
        return Bundle(rows, (ZERO,) * argument.size, level, rectified=True)

    def _added(self, row: Row, bias: Fraction, level: int) -> int:
        """The number of a new unit."""
        self._nodes.append(Node(row, bias, level, rectified=True))
        return self.inputs + len(self._nodes) - 1

    def named(self, argument: Bundle, least: Sequence[Fraction | None] | None = None) -> Bundle:
        """The same functions as affine values of their own, with lower bounds where known."""
        self._groups += 1
        known = least or (None,) * argument.size
        rows = []
        for row, bias, bound in zip(argument.rows, argument.bias, known, strict=True):
            found = self._least(row, bias) if bound is None else bound
            node = Node(row, bias, argument.level, rectified=False, least=found, group=self._groups)
            self._nodes.append(node)
            rows.append(((self.inputs + len(self._nodes) - 1, _ONE),))
        return Bundle(tuple(rows), (ZERO,) * argument.size, argument.level)

    def _least(self, row: Row, bias: Fraction) -> Fraction | None:
        """A lower bound of a sum, if all of it has one and no weight is negative."""
        found = bias
        for column, weight in row:
            node = self._nodes[column - self.inputs] if column >= self.inputs else None
            least = None if node is None else (ZERO if node.rectified else node.least)
            if least is None or weight < 0:
                return None
            found += weight * least
        return found

    def splines(self, argument: Bundle, functions: Sequence[Spline]) -> Bundle:
        """One spline of each function.

        Theorem: T41 (activation gadgets).
        """
        if len(functions) != argument.size:
            raise ShapeError(f"expected {argument.size} splines, got {len(functions)}")
        level = argument.level + 1
        rows, constants = [], []
        for row, bias, function in zip(argument.rows, argument.bias, functions, strict=True):
            found = []
            for term in function.terms:
                turned = tuple((column, term.facing * weight) for column, weight in row)
                unit = self._added(turned, term.facing * bias + term.shift, level)
                found.append((unit, term.outer))
            rows.append(tuple(found))
            constants.append(function.value)
        bundle = Bundle(tuple(rows), tuple(constants), level)
        return self.named(bundle, [function.least for function in functions])

    def maxima(self, argument: Bundle, choices: Sequence[tuple[int, ...]]) -> Bundle:
        """The maxima of some of the functions, one for each tuple of their numbers.

        Binary trees over max(a, b) = b + relu(a - b), where equal pairs share a unit.

        Theorem: T10 (max trees), T41 (activation gadgets).
        """
        if not all(choices):
            raise ShapeError("maximum: expected one number or more")
        while any(len(choice) > 1 for choice in choices):
            argument, choices = self._round(argument, choices)
        return argument.picked([choice[0] for choice in choices])

    def _round(
        self, argument: Bundle, choices: Sequence[tuple[int, ...]]
    ) -> tuple[Bundle, list[tuple[int, ...]]]:
        """The maxima of neighbours, and the choices that are left."""
        numbers: dict[tuple[int, ...], int] = {}
        left = []
        for choice in choices:
            pairs = [choice[start : start + 2] for start in range(0, len(choice), 2)]
            left.append(tuple(numbers.setdefault(pair, len(numbers)) for pair in pairs))
        level = argument.level + 1
        parts = [self._greater(argument, pair, level) for pair in numbers]
        bundle = Bundle(tuple(row for row, _ in parts), tuple(bias for _, bias in parts), level)
        return self.named(bundle), left

    def _greater(self, argument: Bundle, pair: tuple[int, ...], level: int) -> tuple[Row, Fraction]:
        """The larger of two functions, or the only one."""
        functions = [(argument.rows[index], argument.bias[index]) for index in pair]
        if len(functions) == 1 or functions[0] == functions[1]:
            return functions[0]
        base, other = sorted(functions, key=self._cost)
        if not base[0] and not other[0]:
            return max(functions, key=lambda function: function[1])
        rise = self._added(_minus(other[0], base[0]), other[1] - base[1], level)
        return (*base[0], (rise, _ONE)), base[1]

    def _cost(self, function: tuple[Row, Fraction]) -> int:
        """What it costs to carry a function through a layer: a constant, nonnegative, signed."""
        if not function[0]:
            return 0
        return 1 if self._least(*function) is not None else 2


def _minus(row: Row, other: Row) -> Row:
    """The row of a difference."""
    found = dict(row)
    for column, weight in other:
        found[column] = found.get(column, ZERO) - weight
    return tuple((column, weight) for column, weight in sorted(found.items()) if weight)
