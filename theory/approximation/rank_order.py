"""The replacement step of permutation training: old numbers in the order of new ones."""

from collections.abc import Sequence
from fractions import Fraction

from theory.errors import ShapeError
from theory.network import Vector


def in_rank_order(initial: Sequence[Fraction], current: Sequence[Fraction]) -> Vector:
    """The permutation of `initial` that is ordered as `current` is, Q^n x Q^n -> Q^n.

    Of all permutations of initial none is nearer to current in the Euclidean norm. Where entries
    of current are equal the first one gets the smaller number.

    Theorem: T63 (permutation training). Source: Qiu, Suda 2020 (arXiv 2003.02570), for the step.

    Raises:
        ShapeError: the vectors have different lengths.
    """
    if len(initial) != len(current):
        raise ShapeError(f"ranks: expected {len(initial)} numbers, got {len(current)}")
    found = list(initial)
    places = sorted(range(len(current)), key=lambda place: current[place])
    for place, number in zip(places, sorted(initial), strict=True):
        found[place] = number
    return tuple(found)
