"""Two ways to write a maximum of k functions in few hidden layers: trees and blocks."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from theory.arity import MaximumTerms, Reduction, reduced_terms
from theory.form import Form
from theory.forms.max_recursion import (
    block_maximum,
    layers_of_blocks,
    most_of_blocks,
    units_of_blocks,
)
from theory.forms.max_tree import layers_of_maximum, max_tree
from theory.unit import UnitSum

Writing = Callable[[Sequence[Form], int, Container[Form]], UnitSum]


@dataclass(frozen=True, slots=True)
class Maxima:
    """A way to write maxima.

    Attributes:
        name: "trees" or "blocks".
        theorem: The theorem on the depth of networks that this way gives.
        layers: The hidden layers that the maximum of so many functions takes.
        most: Of how many functions so many hidden layers give the maximum.
        units: How many units the maximum of so many functions takes in so many layers.
        written: The maximum of functions in so many layers, best bending at given walls.
        reduction: How maxima of many functions are reduced to maxima of few (T08).
    """

    name: str
    theorem: str
    layers: Callable[[int], int]
    most: Callable[[int], int]
    units: Callable[[int, int], int]
    written: Writing
    reduction: Reduction = "smaller"

    def reduced(self, functions: Iterable[Form], layers: int) -> MaximumTerms:
        """The maximum as a sum of maxima that so many layers give, the cheapest found.

        Theorem: T08 (arity reduction).

        Raises:
            ScopeError: the Radon identity is wanted for more than 12 functions.
        """
        if self.name == "trees":
            return reduced_terms(functions, self.most(layers), reduction=self.reduction)
        return reduced_terms(
            functions, self.most(layers), lambda count: self.units(count, layers), self.reduction
        )


def _tree(functions: Sequence[Form], layers: int, walls: Container[Form]) -> UnitSum:
    del layers  # a tree is as shallow as it can be
    return max_tree(functions, walls)


TREES = Maxima(
    "trees",
    "T09",
    layers_of_maximum,
    lambda layers: 1 << layers,
    lambda count, layers: count - 1,
    _tree,
)
BLOCKS = Maxima("blocks", "T19", layers_of_blocks, most_of_blocks, units_of_blocks, block_maximum)
