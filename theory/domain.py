"""Input domains: a box, a polytope {x : A x <= b}, or all of R^n.

A claim speaks about the points of its domain. Domains may have no interior (a fixed input,
an implicit equality); an empty one is refused where a claim is made, since everything is
true of the points of an empty set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from theory.errors import DomainError, ShapeError
from theory.form import Form, integer_form
from theory.network import ZERO, Vector


@dataclass(frozen=True, slots=True)
class Box:
    """{x : lower <= x <= upper}, coordinate by coordinate."""

    lower: Vector
    upper: Vector

    def __post_init__(self) -> None:
        if len(self.lower) != len(self.upper):
            raise ShapeError(f"box: expected {len(self.lower)} upper ends, got {len(self.upper)}")
        if not self.lower:
            raise DomainError("box: expected at least one input")
        for index, (low, high) in enumerate(zip(self.lower, self.upper, strict=True)):
            if low > high:
                raise DomainError(f"box: input {index} is empty, {low} > {high}")

    @staticmethod
    def cube(inputs: int, low: Fraction | int, high: Fraction | int) -> "Box":
        """[low, high]^inputs."""
        return Box((Fraction(low),) * inputs, (Fraction(high),) * inputs)

    @property
    def inputs(self) -> int:
        """The dimension of the space that the box lies in."""
        return len(self.lower)

    def __contains__(self, point: Sequence[Fraction]) -> bool:
        return len(point) == self.inputs and all(
            low <= value <= high
            for low, value, high in zip(self.lower, point, self.upper, strict=True)
        )

    @property
    def fixed(self) -> tuple[int, ...]:
        """The inputs whose interval is one point."""
        return tuple(
            index for index in range(self.inputs) if self.lower[index] == self.upper[index]
        )

    @property
    def halfspaces(self) -> "tuple[Halfspace, ...]":
        """The box as halfspaces: -x_i <= -l_i, x_i <= u_i."""
        found: list[Halfspace] = []
        for index in range(self.inputs):
            for sign, end in ((-1, self.lower[index]), (1, self.upper[index])):
                normal = [Fraction(0)] * self.inputs
                normal[index] = Fraction(sign)
                found.append((tuple(normal), sign * end))
        return tuple(found)

    @property
    def forms(self) -> tuple[Form, ...]:
        """Integer forms that are nonnegative exactly on the box: x_i - l_i, u_i - x_i."""
        return tuple(_form(halfspace) for halfspace in self.halfspaces)


@dataclass(frozen=True, slots=True)
class Polytope:
    """{x : normal . x <= offset for every halfspace}; it may be unbounded."""

    inputs: int
    halfspaces: "tuple[Halfspace, ...]"

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise DomainError("polytope: expected at least one input")
        for index, (normal, _) in enumerate(self.halfspaces):
            if len(normal) != self.inputs:
                raise ShapeError(
                    f"halfspace {index}: expected {self.inputs} coefficients, got {len(normal)}"
                )

    def __contains__(self, point: Sequence[Fraction]) -> bool:
        return len(point) == self.inputs and all(
            sum((a * x for a, x in zip(normal, point, strict=True)), Fraction(0)) <= offset
            for normal, offset in self.halfspaces
        )

    @property
    def forms(self) -> tuple[Form, ...]:
        """Integer forms that are nonnegative exactly on the polytope: b - a x."""
        return tuple(_form(halfspace) for halfspace in self.halfspaces)

    @property
    def without_bounds(self) -> "tuple[Halfspace, ...]":
        """The halfspaces that bound no single input."""
        return tuple(one for one in self.halfspaces if sum(map(bool, one[0])) != 1)

    @property
    def box(self) -> Box | None:
        """The box of the halfspaces that bound one input, if it is one: bounded, not empty."""
        lower: list[Fraction | None] = [None] * self.inputs
        upper: list[Fraction | None] = [None] * self.inputs
        for normal, offset in self.halfspaces:
            bounded = [index for index, entry in enumerate(normal) if entry]
            if len(bounded) == 1:
                index, end = bounded[0], offset / normal[bounded[0]]
                side, tighter = (upper, min) if normal[index] > 0 else (lower, max)
                old = side[index]
                side[index] = end if old is None else tighter(old, end)
        pairs = list(zip(lower, upper, strict=True))
        if any(low is None or high is None or low > high for low, high in pairs):
            return None
        return Box(tuple(low or ZERO for low in lower), tuple(high or ZERO for high in upper))


@dataclass(frozen=True, slots=True)
class Space:
    """All of R^inputs."""

    inputs: int

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise DomainError("space: expected at least one input")

    def __contains__(self, point: Sequence[Fraction]) -> bool:
        return len(point) == self.inputs

    @property
    def forms(self) -> tuple[Form, ...]:
        """No constraint."""
        return ()


Domain = Box | Polytope | Space
Halfspace = tuple[Vector, Fraction]  # normal . x <= offset


def _form(halfspace: Halfspace) -> Form:
    normal, offset = halfspace
    return integer_form(offset, [-entry for entry in normal])[0]


def box_scale(box: Box) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The least d with integral d * ends, and those integers: d l_i <= d x_i <= d u_i."""
    scale = lcm(*(end.denominator for end in (*box.lower, *box.upper)))
    return scale, tuple(
        (int(low * scale), int(high * scale))
        for low, high in zip(box.lower, box.upper, strict=True)
    )
