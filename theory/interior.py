"""The interior of a domain: points on a wanted side of a hyperplane, and room to move.

Boxes and all of R^n are answered in closed form, for any number of inputs. A polytope is cut
into cones of integers first, so its number of inputs is small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.cone import Cone, polytope_cones
from theory.domain import Box, Domain, Polytope, Space
from theory.errors import DomainError
from theory.form import Form, negated
from theory.network import ZERO, Vector


def value_of(form: Sequence[int | Fraction], point: Sequence[Fraction]) -> Fraction:
    """The value c + g . point of a form (c, g_1, ..., g_n)."""
    return sum((g * x for g, x in zip(form[1:], point, strict=True) if g), Fraction(form[0]))


def slope_of(form: Sequence[int | Fraction], direction: Sequence[Fraction]) -> Fraction:
    """The rate g . direction of a form (c, g_1, ..., g_n)."""
    return sum((g * d for g, d in zip(form[1:], direction, strict=True) if g), ZERO)


def moved(point: Vector, step: Fraction, direction: Sequence[Fraction]) -> Vector:
    """The point moved by step * direction."""
    return tuple(x + step * d for x, d in zip(point, direction, strict=True))


@dataclass(frozen=True, slots=True)
class Interior:
    """The interior of a full-dimensional domain (made by `Interior.of`).

    Attributes:
        domain: The domain.
        point: One of its interior points, always the same for the same domain.
        cones: The domain as cones with disjoint interiors; for polytopes only.
    """

    domain: Domain
    point: Vector
    cones: tuple[Cone, ...] = ()

    @staticmethod
    def of(domain: Domain) -> "Interior":
        """The interior of a domain.

        Raises:
            DomainError: there is none: an input is fixed, or a polytope lies in a hyperplane.
            ScopeError: a polytope has too many inputs.
        """
        match domain:
            case Box(lower, upper):
                if domain.fixed:
                    raise DomainError(f"box: input {domain.fixed[0]} is fixed: no interior")
                middle = tuple((low + high) / 2 for low, high in zip(lower, upper, strict=True))
                return Interior(domain, middle)
            case Polytope():
                cones = polytope_cones(domain)
                return Interior(domain, cones[0].interior_point(), cones)
            case Space(inputs):
                return Interior(domain, (ZERO,) * inputs)

    def above(self, form: Form) -> Vector | None:
        """An interior point with form > 0, or None if form <= 0 on the domain."""
        if value_of(form, self.point) > 0:
            return self.point
        match self.domain:
            case Box() as box:
                return self._above_in_box(box, form)
            case Polytope():
                parts = (cone.split(form)[0] for cone in self.cones if any(form))
                return next((part.interior_point() for part in parts if part is not None), None)
            case Space():
                square = sum(entry * entry for entry in form[1:])
                step = Fraction(1 - form[0], square) if square else ZERO
                return tuple(step * entry for entry in form[1:]) if square else None

    def _above_in_box(self, box: Box, form: Form) -> Vector | None:
        """A point between the middle and the corner where the form is greatest."""
        corner = tuple(
            high if entry > 0 else low
            for entry, low, high in zip(form[1:], box.lower, box.upper, strict=True)
        )
        here, there = value_of(form, self.point), value_of(form, corner)
        if there <= 0:
            return None
        part = (1 - here / (there - here)) / 2  # half the way from the zero to the corner
        towards = tuple(c - p for c, p in zip(corner, self.point, strict=True))
        return moved(self.point, part, towards)

    def crosses(self, form: Form) -> bool:
        """Whether the form has both signs on the domain."""
        return self.above(form) is not None and self.above(negated(form)) is not None

    def on(self, form: Form) -> Vector | None:
        """An interior point with form = 0, or None if the form does not have both signs."""
        high, low = self.above(form), self.above(negated(form))
        if high is None or low is None:
            return None
        top, bottom = value_of(form, high), value_of(form, low)
        part = top / (top - bottom)
        return moved(high, part, tuple(b - a for a, b in zip(high, low, strict=True)))

    def room(self, point: Vector, direction: Sequence[Fraction], forms: Sequence[Form]) -> Fraction:
        """A step s > 0 so that no point + t direction, 0 < t <= s, leaves or meets a zero of forms.

        The point is an interior one, and the forms that vanish at it do not matter. The step is 1
        or 1/2, 1/4, ..., so that coordinates stay short.
        """
        step = Fraction(1)
        for form in (*self.domain.forms, *forms):
            value, rate = value_of(form, point), slope_of(form, direction)
            if value * rate < 0:
                while step * abs(rate) >= abs(value):
                    step /= 2
        return step
