"""Maxima of many affine functions as signed sums of maxima of at most n + 1 of them.

    max(f_1, ..., f_M) = sum_t c_t max(f_k : k in S_t),   |S_t| <= r + 1,

where r <= n is the dimension of the space that the gradients span affinely. Two formulas give
such sums. The Radon identity removes one affine dependence of gradients after another; the
valuation formula reads the sum off a regular triangulation of the gradients.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from flint import fmpz_mat

from theory.errors import ScopeError, TheoryError
from theory.form import Form
from theory.triangulation import regular_triangulation

Functions = tuple[Form, ...]
MaximumTerms = Mapping[Functions, int]
Price = Callable[[int], int]
Reduction = Literal["smaller", "radon", "triangulation"]
REDUCTIONS: tuple[Reduction, ...] = ("smaller", "radon", "triangulation")

_RADON_LARGEST = 12  # beyond, the Radon sum can be exponentially longer than the other one
_SEEDS = 4  # triangulations to choose from where a maximum is small
_MANY = 32


def units_of_tree(count: int) -> int:
    """The hidden units of a max tree of k functions (T10): k - 1."""
    return count - 1


@dataclass(frozen=True, slots=True)
class Circuit:
    """A minimal affine dependence of gradients: max(rising) >= min(falling) everywhere.

    The weights l of the dependence have sum l = 0 and sum l grad f = 0, they are positive on
    `rising` and negative on `falling`, and sum l f is a constant >= 0.
    """

    rising: Functions
    falling: Functions


def circuits(functions: Sequence[Form]) -> tuple[Circuit, ...]:
    """One circuit for every gradient that depends affinely on those before it."""
    if not functions:
        return ()
    columns = [
        [1] * len(functions),
        *([f[i] for f in functions] for i in range(1, len(functions[0]))),
    ]
    echelon, denominator, rank = fmpz_mat(columns).rref()
    places = [
        next(column for column in range(len(functions)) if echelon[row, column] != 0)
        for row in range(rank)
    ]
    found = []
    for free in range(len(functions)):
        if free in places:
            continue
        weights = {place: -int(echelon[row, free]) for row, place in enumerate(places)}
        weights[free] = int(denominator)
        found.append(_circuit(functions, weights))
    return tuple(found)


def _circuit(functions: Sequence[Form], weights: Mapping[int, int]) -> Circuit:
    constant = sum(weight * functions[index][0] for index, weight in weights.items())
    sign = 1 if constant >= 0 else -1
    rising = tuple(functions[index] for index, weight in weights.items() if sign * weight > 0)
    falling = tuple(functions[index] for index, weight in weights.items() if sign * weight < 0)
    if constant == 0 and len(falling) > len(rising):
        return Circuit(falling, rising)
    return Circuit(rising, falling)


def radon_terms(functions: Iterable[Form], enough: int = 1) -> MaximumTerms:
    """The sum of maxima that the Radon identity gives; it may be exponentially long.

    A maximum of at most `enough` functions is left as it is.

    For a circuit with rising I and falling J, and all other functions E,

        max(I u J u E) = sum over T strictly inside J of (-1)^(|J|-|T|+1) max(I u T u E).

    Theorem: T08 (arity reduction). The identity is the one of Wang and Sun 2005 in the form
    found for this project.
    """
    waiting: dict[frozenset[Form], int] = {frozenset(functions): 1}
    found: dict[Functions, int] = {}
    while waiting:
        largest = max(waiting, key=lambda subset: (len(subset), sorted(subset)))
        coefficient = waiting.pop(largest)
        if not coefficient:
            continue
        ordered = tuple(sorted(largest))
        known = () if len(ordered) <= enough else circuits(ordered)
        if not known:
            found[ordered] = coefficient
            continue
        shortest = min(known, key=lambda circuit: len(circuit.falling))
        kept = largest.difference(shortest.falling)
        for size in range(len(shortest.falling)):
            sign = (-1) ** (len(shortest.falling) - size + 1)
            for part in combinations(shortest.falling, size):
                subset = kept.union(part)
                waiting[subset] = waiting.get(subset, 0) + sign * coefficient
    return found


def triangulation_terms(functions: Iterable[Form], seed: int = 0) -> MaximumTerms:
    """The sum of maxima over the interior simplices of a triangulation of the gradients.

        max(f_1, ..., f_M) = sum over interior simplices F of (-1)^(r - dim F) max(f_k : k in F)

    Theorem: T08 (arity reduction, valuation formula).
    """
    ordered = tuple(sorted(set(functions)))
    found = regular_triangulation(
        [function[1:] for function in ordered], [function[0] for function in ordered], seed
    )
    return {
        tuple(ordered[index] for index in face): (-1) ** (found.dimension + 1 - len(face))
        for face in found.interior
    }


def reduced_terms(
    functions: Iterable[Form],
    enough: int = 1,
    price: Price = units_of_tree,
    reduction: Reduction = "smaller",
) -> MaximumTerms:
    """The cheapest of several sums; by default the one with the fewest units in max trees.

    Theorem: T08 (arity reduction).

    Args:
        functions: The arguments of the maximum.
        enough: Maxima of that many functions need no reduction, whatever their gradients.
        price: The price of a maximum of so many functions.
        reduction: Which of the two formulas may be used; the cheaper one if not told.

    Raises:
        TheoryError: there are no functions.
        ScopeError: the Radon identity is wanted for more than 12 functions.
    """
    distinct = frozenset(functions)
    if not distinct:
        raise TheoryError("maximum: expected at least one function")
    candidates: list[MaximumTerms] = []
    if len(distinct) <= enough:
        candidates.append({tuple(sorted(distinct)): 1})
        if price is units_of_tree:
            return candidates[0]
    if reduction != "radon":
        seeds = _SEEDS if len(distinct) < _MANY else 1
        candidates += [triangulation_terms(distinct, seed) for seed in range(seeds)]
    elif len(distinct) > _RADON_LARGEST:
        raise ScopeError(
            f"radon: a maximum of {len(distinct)} functions, at most {_RADON_LARGEST} are reduced "
            "by the Radon identity; take triangulation"
        )
    if reduction != "triangulation" and len(distinct) <= _RADON_LARGEST:
        candidates.append(radon_terms(distinct, enough))
        if price is not units_of_tree:
            candidates.append(radon_terms(distinct))
    return min(candidates, key=lambda terms: (units_of(terms, price), len(terms)))


def units_of(terms: MaximumTerms, price: Price = units_of_tree) -> int:
    """The number of hidden units of all maxima, not counting what they share."""
    return sum(price(len(functions)) for functions in terms)
