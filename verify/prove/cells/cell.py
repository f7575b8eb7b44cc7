"""A cell of the case tree, as the search sees it: which forms have one sign on it, and why.

Forms are in the coordinates of the cell. Two kinds of cells answer: exact vertices in low
dimension (`verify.prove.cells.vertex_cell`), linear programs above (`verify.prove.cells.lp_cell`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from theory.form import Form
from theory.network import Vector


@dataclass(frozen=True, slots=True)
class Weights:
    """Facets of a cell, each with a weight: the numerator here over the common denominator."""

    terms: list[tuple[Form, int]]
    denominator: int


Signs = tuple[int, int]  # the sign of a form, and the side of a line on which it has that sign


class LemmaError(Exception):
    """No multipliers were found: the form is negative somewhere on the cell."""


class Cell(Protocol):
    """A full-dimensional convex cell."""

    def enter(self) -> bool:
        """Whether the cell seems to have an interior; asked before any other question.

        What the cell answers afterwards depends on the cell alone, not on the way to it.
        """

    def signs(self, forms: Sequence[Form]) -> list[int]:
        """For each form 1 where it seems to be >= 0 on the cell, -1 where <= 0, else 0."""

    def parts(self, form: Form) -> "tuple[Cell | None, Cell | None]":
        """The parts where form >= 0 and where form <= 0; None where one is known to be flat."""

    def weights(self, form: Form) -> Weights:
        """Facets with weights: form - sum of weight * facet is a constant >= 0, up to the box.

        Raises:
            LemmaError: the form is negative somewhere on the cell.
        """

    def side_weights(self, form: Form, side: Form) -> Weights:
        """The same on the part of the cell where side >= 0, which counts as one more facet.

        Raises:
            LemmaError: the form is negative somewhere on that part.
        """

    def sided(self, forms: Sequence[Form], lines: Sequence[Form]) -> list[set[Signs]]:
        """For each form and its line the signs for which `side_weights` is worth asking."""

    def balance(self, form: Form, others: Sequence[Form]) -> tuple[int, int]:
        """How many of the others cross the worse part of the cell cut by a form, and both."""

    def corners(self) -> list[Vector]:
        """Some extreme points of the cell."""

    def points(self) -> list[Vector]:
        """Some points of the interior, in general position."""
