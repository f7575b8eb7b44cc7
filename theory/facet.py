"""Which inequalities a polyhedron needs: an exact answer with a witness for each.

{x : h_j(x) >= 0 for all j} with h_j(z) > 0 at an inner point z is, after dividing by h_j(z),
{z - y : a_j . y <= 1}. Inequality j is needed iff a_j . y > 1 at some y where a_i . y <= 1 for
all i != j. A ray from z that meets one hyperplane first shows that one to be needed; the rest is
decided by the simplex method with Bland's rule, in rationals (R. G. Bland 1977).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat, nmod_mat

from theory.errors import DomainError
from theory.form import Form
from theory.network import Vector
from theory.triangulation import pivots

MOST_ENTRIES = 2000  # of the simplex method's table
_PRIME = (1 << 61) - 1


@dataclass(frozen=True, slots=True)
class Facet:
    """An inequality form >= 0 that is needed.

    Attributes:
        form: The form.
        witness: A point where it is zero and every other one is positive.
    """

    form: Form
    witness: Vector


@dataclass(frozen=True, slots=True)
class FacetList:
    """The inequalities of a polyhedron, sorted.

    Attributes:
        needed: Those without which the set would be larger.
        redundant: Those that follow from the needed and the undecided ones.
        undecided: Those of which neither was found out, because there are too many.
    """

    needed: tuple[Facet, ...]
    redundant: tuple[Form, ...]
    undecided: tuple[Form, ...]


def facet_list(
    forms: Sequence[Form],
    inside: Vector,
    most: int = MOST_ENTRIES,
    spanning: Sequence[Form] = (),
) -> FacetList:
    """The inequalities form >= 0, each known to be needed or to be redundant.

    Args:
        forms: Distinct primitive forms that are not constant.
        inside: A point where all of them are positive.
        most: How many entries the table of the simplex method may have; where it would be
            larger, rays alone are tried.
        spanning: Forms whose gradients span those of all the others, if few such are known.

    Raises:
        DomainError: a form is not positive at the point.
    """
    if not forms:
        return FacetList((), (), ())
    polar = _Polar(forms, inside, spanning or forms)
    polar.shoot()
    answers = [polar.decided(index, most) for index in range(len(forms))]
    return FacetList(
        tuple(Facet(form, polar.found[i]) for i, form in enumerate(forms) if i in polar.found),
        tuple(form for form, answer in zip(forms, answers, strict=True) if answer is False),
        tuple(f for i, f in enumerate(forms) if answers[i] is None and i not in polar.found),
    )


def _separating(gradients: Sequence[tuple[int, ...]], inputs: int) -> tuple[int, ...]:
    """Columns in which combinations of the gradients differ wherever they differ at all.

    Columns that are independent modulo a prime are independent, and if there are as many as
    gradients, no further one is needed; that is quick. Else elimination over Q decides.
    """
    rows = [gradient for gradient in gradients if any(gradient)]
    echelon, rank = nmod_mat([[e % _PRIME for e in row] for row in rows], _PRIME).rref()
    if rank < min(len(rows), inputs):
        return pivots(rows, inputs)
    return tuple(next(c for c in range(inputs) if int(echelon[row, c])) for row in range(rank))


class _Polar:
    """The vectors a_j, in coordinates that tell them apart, and the facets found so far."""

    def __init__(self, forms: Sequence[Form], inside: Vector, spanning: Sequence[Form]) -> None:
        self.inside = inside
        self.columns = _separating([form[1:] for form in spanning], len(inside))
        self.rows: list[list[fmpq]] = []
        for form in forms:
            value = sum((g * x for g, x in zip(form[1:], inside, strict=True)), Fraction(form[0]))
            if value <= 0:
                raise DomainError("facets: expected a point at which every form is positive")
            scale = fmpq(value.denominator, value.numerator)
            self.rows.append([form[column + 1] * scale for column in self.columns])
        self.found: dict[int, Vector] = {}
        self._implied: set[int] = set()  # dropped among all: two of them could imply each other

    def shoot(self) -> None:
        """Rays towards every hyperplane, and along the coordinates."""
        size = len(self.columns)
        matrix = fmpq_mat(self.rows)
        products = (matrix * matrix.transpose()).tolist()
        for index, row in enumerate(self.rows):
            if index not in self.found:
                self._hit(row, products[index])
        for place in range(size):
            for sign in (1, -1):
                axis = [fmpq(sign * (place == column)) for column in range(size)]
                self._hit(axis, [sign * row[place] for row in self.rows])

    def _hit(self, ray: list[fmpq], products: list[fmpq]) -> None:
        """Note what z - t ray meets first, if that is one hyperplane alone."""
        most = max(products)
        if most > 0 and products.count(most) == 1:
            self._note(products.index(most), [entry / most for entry in ray])

    def _note(self, index: int, step: list[fmpq]) -> None:
        witness = list(self.inside)
        for column, entry in zip(self.columns, step, strict=True):
            witness[column] -= Fraction(int(entry.p), int(entry.q))
        self.found.setdefault(index, tuple(witness))

    def decided(self, index: int, most: int) -> bool | None:
        """Whether an inequality is needed; None where the table would be too large.

        Only facets found so far go into the table (K. L. Clarkson 1994): if they imply the
        inequality, it is redundant; if not, the ray to a point that shows this meets a facet
        that is new.
        """
        while index not in self.found:
            if len(self.found) * len(self.columns) > most:
                return None
            step = self._above(index, self.found)
            if step is None:
                return False
            known = len(self.found)
            self._hit(step, self._products(step))
            if len(self.found) == known:  # it meets several at once
                return self._decided_among_all(index, most)
        return True

    def _decided_among_all(self, index: int, most: int) -> bool | None:
        if len(self.rows) * len(self.columns) > most:
            return None
        step = self._above(index, set(range(len(self.rows))) - self._implied)
        if step is None:
            self._implied.add(index)
            return False
        height = self._products(step)[index]
        self._note(index, [entry / height for entry in step])
        return True

    def _above(self, index: int, others: Iterable[int]) -> list[fmpq] | None:
        """A point y with a_index . y > 1 and a_i . y <= 1 for the others, if there is one."""
        rows = [self.rows[other] for other in sorted(others) if other != index]
        return _Table(rows, self.rows[index]).climb()

    def _products(self, step: list[fmpq]) -> list[fmpq]:
        return [sum((a * b for a, b in zip(row, step, strict=True)), fmpq(0)) for row in self.rows]


class _Table:
    """Slacks 1 - a_i . y and the goal over the nonbasic variables, y free; y = 0 at first.

    Variables are numbered: the coordinates of y from 0, then the slacks. `rows[i]` says what the
    basic variable `basic[i]` is: a constant, then a coefficient for each of `nonbasic`.
    """

    def __init__(self, normals: Sequence[list[fmpq]], goal: list[fmpq]) -> None:
        self.size = len(goal)
        self.rows = [[fmpq(1), *(-entry for entry in normal)] for normal in normals]
        self.goal = [fmpq(0), *goal]
        self.basic = [self.size + index for index in range(len(normals))]
        self.nonbasic = list(range(self.size))

    def climb(self) -> list[fmpq] | None:
        """A point with goal > 1, or None if there is none."""
        while self.goal[0] <= 1:
            column = self._entering()
            if column is None:
                return None
            leaving = self._leaving(column)
            if leaving is None:
                return self._point(column, (2 - self.goal[0]) / self.goal[column])
            self._pivot(leaving, column)
        return self._point(1, fmpq(0))

    def _entering(self) -> int | None:
        """A free variable first, which is turned around if it has to fall; else Bland's choice."""
        best: int | None = None
        for column, name in enumerate(self.nonbasic, start=1):
            weight = self.goal[column]
            if name < self.size and weight != 0:
                if weight < 0:
                    self._turn(column)
                return column
            if weight > 0 and (best is None or name < self.nonbasic[best - 1]):
                best = column
        return best

    def _turn(self, column: int) -> None:
        """Replace a nonbasic free variable by its negative, named ~name."""
        for row in (*self.rows, self.goal):
            row[column] = -row[column]
        self.nonbasic[column - 1] = ~self.nonbasic[column - 1]

    def _leaving(self, column: int) -> int | None:
        """The slack that is first to be zero as the variable rises, least number first."""
        best: tuple[fmpq, int, int] | None = None
        for index, row in enumerate(self.rows):
            if self.basic[index] >= self.size and row[column] < 0:
                ratio = -row[0] / row[column]
                if best is None or (ratio, self.basic[index]) < best[:2]:
                    best = ratio, self.basic[index], index
        return None if best is None else best[2]

    def _pivot(self, leaving: int, column: int) -> None:
        row = self.rows[leaving]
        pivot = row[column]
        row = [-entry / pivot for entry in row]
        row[column] = 1 / pivot
        self.rows[leaving] = row
        names = self.nonbasic[column - 1], self.basic[leaving]
        self.basic[leaving], self.nonbasic[column - 1] = names
        for other in (*self.rows, self.goal):
            factor = other[column]
            if other is not row and factor != 0:
                for place, entry in enumerate(row):
                    old = fmpq(0) if place == column else other[place]
                    other[place] = old + factor * entry

    def _point(self, column: int, rise: fmpq) -> list[fmpq]:
        """The coordinates of y where one nonbasic variable has risen."""
        values = dict.fromkeys(range(-self.size, self.size), fmpq(0))
        values[self.nonbasic[column - 1]] = rise
        for name, row in zip(self.basic, self.rows, strict=True):
            values[name] = row[0] + row[column] * rise
        return [values[name] - values[~name] for name in range(self.size)]
