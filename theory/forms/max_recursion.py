"""The maximum of 2 * 3^(k-1) numbers in k hidden layers.

The formula for six numbers (T18) reads them by pair maxima only. With groups of numbers in place
of the numbers, a pair maximum is the maximum of two groups: if k - 1 layers suffice for N
numbers, k layers suffice for six groups of N/2 numbers. So N_k = 3 N_(k-1), and N_1 = 2. The
formula for five numbers (T17) does the same for five groups, with far fewer units.
"""

from collections.abc import Container, Sequence
from functools import cache
from itertools import permutations

from theory.assembly import assembled
from theory.domain import Space
from theory.errors import ScopeError
from theory.form import Form, coordinate_forms
from theory.forms.max_blocks import MAX_OF_FIVE, MAX_OF_SIX, BlockFormula, Pair, Permutation
from theory.forms.max_tree import bend_price, layers_of_maximum, max_tree
from theory.germ_chart import all_units
from theory.network import Network
from theory.unit import UnitSum

Group = tuple[Form, ...]
FORMULAS = (MAX_OF_FIVE, MAX_OF_SIX)


def most_of_blocks(layers: int) -> int:
    """2 * 3^(k-1): of how many numbers k hidden layers give the maximum; 1 for none."""
    return 2 * 3 ** (layers - 1) if layers else 1


def layers_of_blocks(count: int) -> int:
    """ceil(log3(count / 2)) + 1 hidden layers for `count` >= 2 numbers, 0 for one.

    Theorem: T19 (recursion).
    """
    layers = 0
    while most_of_blocks(layers) < count:
        layers += 1
    return layers


def block_maximum(functions: Sequence[Form], layers: int, walls: Container[Form] = ()) -> UnitSum:
    """max(functions), Q^n -> Q, as a sum of depth at most `layers`.

    Args:
        functions: At least one affine function.
        layers: How many hidden layers there may be; a tree is taken where it fits.
        walls: Keys of hyperplanes (`theory.form.oriented`) where the first units had best bend.

    Theorem: T19 (recursion), found for this project. With T17 alone it is the recursion of E.
    Bakaev, F. Brunck, C. Hertrich, J. Stade, A. Yehudayoff 2025, arXiv 2505.14338.

    Raises:
        TheoryError: there are no functions.
        ScopeError: there are more than 2 * 3^(layers - 1) functions.
    """
    distinct = tuple(sorted(set(functions)))
    if layers_of_maximum(len(distinct)) <= layers:
        return max_tree(distinct, walls)
    found = []
    for formula in FORMULAS:
        groups = _groups(formula, distinct, walls)
        largest = max(len(groups[i]) + len(groups[j]) for i, j in formula.pairs)
        if largest <= most_of_blocks(layers - 1):
            found.append(_by_groups(formula, groups, layers, walls))
    if not found:
        raise ScopeError(f"maximum: {layers} layers are too few for {len(distinct)} functions")
    return min(found, key=lambda term: len(all_units(term.units)))


def _by_groups(
    formula: BlockFormula, groups: Sequence[Group], layers: int, walls: Container[Form]
) -> UnitSum:
    """The formula with groups of functions in place of the numbers."""

    def pair_maximum(pair: Pair) -> UnitSum:
        members = {*groups[pair[0]], *groups[pair[1]]}
        return block_maximum(tuple(members), layers - 1, walls)

    return formula.sum(pair_maximum)


def _groups(formula: BlockFormula, functions: Group, walls: Container[Form]) -> tuple[Group, ...]:
    """The functions in as many groups as the formula has numbers.

    Sizes differ by one at most, and numbers that occur in most pairs get the smaller groups.
    """
    if len(functions) == formula.count:
        return tuple((function,) for function in _placed(formula, functions, walls))
    size, larger = divmod(len(functions), formula.count)
    uses = [sum(index in pair for pair in formula.pairs) for index in range(formula.count)]
    groups: list[Group] = [()] * formula.count
    start = 0
    for rank, index in enumerate(sorted(range(formula.count), key=lambda i: (uses[i], i))):
        end = start + size + (rank < larger)
        groups[index] = functions[start:end]
        start = end
    return tuple(groups)


def _placed(formula: BlockFormula, functions: Group, walls: Container[Form]) -> Group:
    """The functions in an order in which the pairs of the formula are cheapest."""
    count = formula.count
    prices = [[bend_price(f, g, walls) for g in functions] for f in functions]
    order = min(
        _placements(formula),
        key=lambda places: sum(prices[places[i]][places[j]] for i, j in formula.pairs),
    )
    return tuple(functions[order[index]] for index in range(count))


@cache
def _placements(formula: BlockFormula) -> tuple[Permutation, ...]:
    """One order of the numbers for every set of pairs that the formula may read."""
    found: dict[frozenset[frozenset[int]], Permutation] = {}
    for order in permutations(range(formula.count)):
        read = frozenset(frozenset((order[i], order[j])) for i, j in formula.pairs)
        found.setdefault(read, order)
    return tuple(found.values())


def maximum_network(count: int, hidden_layers: int) -> Network:
    """max(x_1, ..., x_k), Q^k -> Q, with at most so many hidden layers.

    Theorem: T19 (recursion).

    Raises:
        ScopeError: there are more than 2 * 3^(hidden_layers - 1) numbers.
    """
    return assembled([block_maximum(coordinate_forms(count), hidden_layers)], Space(count))


@cache
def units_of_blocks(count: int, layers: int) -> int:
    """How many units the maximum of so many numbers takes in so many layers."""
    return len(all_units(block_maximum(coordinate_forms(count), layers).units))
