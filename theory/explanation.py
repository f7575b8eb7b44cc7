"""What a network does at a point, exactly: its region there, its affine map, its neighbours.

On the region of a point x the network is an affine map, y_o = c_o + sum of g_oi x_i, so that the
terms g_oi x_i and c_o are an exact account of every output: nothing is sampled or approximated.
The region is a polyhedron, given by the inequalities that it needs. Across each of its facets
h = 0 some units flip, and each output changes by a multiple of h.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from theory.cone import homogeneous
from theory.facet import Facet, facet_list
from theory.form import Form
from theory.network import ZERO, Affine, Network, Vector
from theory.region import LinearPiece, PieceFinder


@dataclass(frozen=True, slots=True)
class Attribution:
    """An output at a point as a sum: value = constant + sum of terms.

    Attributes:
        value: The output.
        constant: The constant of the region's affine map.
        terms: For each input its coefficient in that map, times the input.
    """

    value: Fraction
    constant: Fraction
    terms: Vector


@dataclass(frozen=True, slots=True)
class Flip:
    """A unit that changes sign: hidden layer and unit, from 0, and whether it becomes active."""

    layer: int
    unit: int
    turns_on: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What lies across a facet of a region.

    Attributes:
        facet: The inequality form >= 0 of the region, with a point of the facet alone.
        flips: The units that change sign there.
        jumps: For each output the factor q: beyond the facet it is larger by q * form.
    """

    facet: Facet
    flips: tuple[Flip, ...]
    jumps: Vector

    @property
    def has_same_map(self) -> bool:
        """Whether no output bends at the facet."""
        return not any(self.jumps)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A network at a point.

    Attributes:
        point: The point.
        piece: The region's activation pattern and affine map.
        neighbours: One for every inequality that the region needs.
        redundant: How many inequalities of the pattern follow from the others.
        undecided: Inequalities of which it was not found out whether they are needed.
        tight: The inequalities that are equalities at the point: none if it is inside. On a
            boundary other regions hold the point too, with other maps of the same values.
        attributions: One for each output.
    """

    point: Vector
    piece: LinearPiece
    neighbours: tuple[Neighbour, ...]
    redundant: int
    undecided: tuple[Form, ...]
    tight: tuple[Form, ...]
    attributions: tuple[Attribution, ...]

    @property
    def is_inside(self) -> bool:
        """Whether the point is in the interior of the region."""
        return not self.tight

    @property
    def affine(self) -> Affine:
        """The region's affine map."""
        return self.piece.affine


def explanation(network: Network, point: Vector) -> Explanation:
    """The region of a point, its affine map with exact attributions, and its neighbours.

    On a boundary the region is the one of the points p + (e, e^2, ..., e^n) for small e > 0.

    Theorem: T24 (explanation of a region). That a region is a polyhedron with an affine map is
    folklore; compare L. Chu et al. 2018, arXiv 1802.06259.

    Raises:
        ShapeError: the point has another dimension.
    """
    finder = PieceFinder(network)
    piece = finder.piece(point)
    inequalities = piece.inequalities
    tight = tuple(form for form in inequalities if not _value(form, point))
    first = piece.preactivations[0] if piece.preactivations else ()
    found = facet_list(inequalities, _inside(inequalities, point), spanning=first)
    return Explanation(
        point,
        piece,
        tuple(_neighbour(finder, piece, facet) for facet in found.needed),
        len(found.redundant),
        found.undecided,
        tight,
        _attributions(piece.affine, point),
    )


def _value(form: Form, point: Vector) -> Fraction:
    whole = homogeneous(point)
    return Fraction(sum(map(mul, form, whole)), whole[0])


def _inside(forms: Sequence[Form], point: Vector) -> Vector:
    """A point p + (e, e^2, ..., e^n) at which all forms are positive; p itself if they are."""
    moved, step = point, Fraction(1)
    while any(_value(form, moved) <= 0 for form in forms):
        step /= 2
        moved = tuple(entry + step ** (index + 1) for index, entry in enumerate(point))
    return moved


def _neighbour(finder: PieceFinder, piece: LinearPiece, facet: Facet) -> Neighbour:
    """The region beyond a facet, entered at the facet's witness against its gradient."""
    gradient = facet.form[1:]
    beyond = finder.piece(facet.witness, [-entry for entry in gradient], piece)
    flips = []
    both = zip(piece.pattern.layers, beyond.pattern.layers, strict=True)
    for layer, (old, new) in enumerate(both):
        pairs = enumerate(zip(old, new, strict=True))
        flips += [Flip(layer, unit, after) for unit, (before, after) in pairs if before != after]
    place = next(index for index, entry in enumerate(gradient) if entry) + 1
    jumps = tuple(
        Fraction(new[place] - old[place], piece.scale * facet.form[place])
        for old, new in zip(piece.outputs, beyond.outputs, strict=True)
    )
    return Neighbour(facet, tuple(flips), jumps)


def _attributions(affine: Affine, point: Vector) -> tuple[Attribution, ...]:
    found = []
    for row, constant in zip(affine.rows, affine.bias, strict=True):
        terms = [ZERO] * len(point)
        for column, weight in row:
            terms[column] = weight * point[column]
        found.append(Attribution(sum(terms, constant), constant, tuple(terms)))
    return tuple(found)
