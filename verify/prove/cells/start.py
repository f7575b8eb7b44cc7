"""Where the case tree starts: the domain as one cell, or cut by walls into pointed cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from theory.cone import box_cone, independent, polytope_cones, start_cones
from theory.domain import Box, Domain, Polytope, Space
from theory.form import Form, coordinate_forms
from theory.network import Vector
from verify.prove.cells.cell import Cell
from verify.prove.cells.lp_cell import LpCell
from verify.prove.cells.vertex_cell import VertexCell
from verify.prove.state import SearchState

MOST_VERTEX_INPUTS = 4  # above, cells have too many vertices: linear programs


@dataclass(frozen=True, slots=True)
class Walled:
    """A part of the domain that is still to be cut into cells.

    Attributes:
        walls: Forms that cut it, one at least.
        cells: The cells, the side >= 0 of the first wall first.
    """

    walls: tuple[Form, ...]
    cells: tuple[Cell, ...]

    def parts(self) -> "tuple[Place, Place]":
        """The parts where the first wall is >= 0 and where it is <= 0."""
        half = len(self.cells) // 2
        walls = self.walls[1:]
        return _place(walls, self.cells[:half]), _place(walls, self.cells[half:])


Place = Walled | Cell


def _place(walls: tuple[Form, ...], cells: tuple[Cell, ...]) -> Place:
    return Walled(walls, cells) if walls else cells[0]


def free_inputs(domain: Domain) -> tuple[int, ...]:
    """The inputs that the domain does not fix: the coordinates of its cells."""
    fixed = domain.fixed if isinstance(domain, Box) else ()
    return tuple(index for index in range(domain.inputs) if index not in fixed)


def start_of(domain: Domain, proof: SearchState) -> Place:
    """The whole domain, in its free inputs.

    Raises:
        DomainError: it has no interior.
        ScopeError: it has too many inputs.
    """
    match domain:
        case Box() as box:
            free = free_inputs(domain)
            ends = (tuple(end[index] for index in free) for end in (box.lower, box.upper))
            part = Box(*ends)
            if part.inputs > MOST_VERTEX_INPUTS:
                return LpCell.of_box(part)
            return VertexCell(box_cone(part))
        case Polytope(inputs) as polytope:
            bounds = [form for form in polytope.forms if any(form[1:])]
            walls = _walls(bounds, proof, inputs)
            return _place(walls, tuple(map(VertexCell, polytope_cones(polytope, walls))))
        case Space(inputs):
            walls = _walls((), proof, inputs)
            return _place(walls, tuple(map(VertexCell, start_cones(walls, inputs))))


def _walls(bounds: Sequence[Form], proof: SearchState, inputs: int) -> tuple[Form, ...]:
    """Lines of the first layers, or coordinates, that cut what the bounds leave into pointed cells.

    A polytope without n independent half-spaces contains whole lines, as all of R^n does.
    """
    lines = [proof.line(k) for k in range(len(proof.arguments)) if proof.is_line(k)]
    walls = (*bounds, *lines, *coordinate_forms(inputs))
    chosen = independent(walls, inputs)
    return tuple(walls[index] for index in chosen if index >= len(bounds))


def lifted(domain: Domain, point: Vector) -> Vector:
    """A point of a cell's coordinates as a point of the domain."""
    free = free_inputs(domain)
    if not isinstance(domain, Box) or len(free) == domain.inputs:
        return point
    full = list(domain.lower)
    for index, value in zip(free, point, strict=True):
        full[index] = value
    return tuple(full)
