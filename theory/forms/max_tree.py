"""The maximum of k functions as a tree of pairwise maxima: k - 1 units, ceil(log2 k) layers.

    max(a, b) = b + relu(a - b)

Which functions are paired first is free. The first hidden layer then bends at the places
a = b of the pairs, so pairs whose place of equality is a given wall are preferred.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from functools import reduce

from theory.assembly import assembled
from theory.domain import Space
from theory.errors import TheoryError
from theory.form import Form, coordinate_forms, oriented
from theory.network import Network
from theory.unit import UnitSum, affine_sum, maximum

_FEW = 6


def layers_of_maximum(count: int) -> int:
    """ceil(log2 count): the hidden layers of a tree of `count` >= 1 functions."""
    return (count - 1).bit_length()


def max_tree(functions: Sequence[Form], walls: Container[Form] = ()) -> UnitSum:
    """max(functions), Q^n -> Q, as a sum of depth ceil(log2 k).

    Args:
        functions: At least one affine function.
        walls: Keys of hyperplanes (`theory.form.oriented`) where the first units had best bend.

    Theorem: T10 (max trees). Source: Arora, Basu, Mianjy, Mukherjee 2016, arXiv 1611.01491.

    Raises:
        TheoryError: there are no functions.
    """
    distinct = sorted(set(functions))
    if not distinct:
        raise TheoryError("maximum: expected at least one function")
    pairs = _paired(distinct, lambda left, right: bend_price(left, right, walls))
    level = [reduce(maximum, map(affine_sum, group)) for group in pairs]
    while len(level) > 1:
        groups = [level[start : start + 2] for start in range(0, len(level), 2)]
        level = [reduce(maximum, group) for group in groups]
    return level[0]


def maximum_network(count: int) -> Network:
    """max(x_1, ..., x_k), Q^k -> Q, with ceil(log2 k) hidden layers.

    Theorem: T10 (max trees).
    """
    return assembled([max_tree(coordinate_forms(count))], Space(count))


def bend_price(left: Form, right: Form, walls: Container[Form]) -> int:
    """0 for a pair that never bends, 1 if it bends at a wall, 2 if elsewhere."""
    rise = tuple(a - b for a, b in zip(left, right, strict=True))
    if not any(rise[1:]):
        return 0
    return 1 if oriented(rise)[0] in walls else 2


def _paired(functions: Sequence[Form], price: Callable[[Form, Form], int]) -> list[list[Form]]:
    """The functions in pairs of least total price, an odd one alone at the end."""
    if len(functions) <= _FEW:
        return min(
            _pairings(list(functions)),
            key=lambda pairs: sum(price(*pair) for pair in pairs if len(pair) == 2),
        )
    left = list(functions)
    pairs = []
    while len(left) > 1:
        first = left.pop(0)
        partner = min(left, key=lambda other: price(first, other))
        left.remove(partner)
        pairs.append([first, partner])
    return [*pairs, left] if left else pairs


def _pairings(functions: list[Form]) -> Iterator[list[list[Form]]]:
    """All ways to pair; of an odd number one is left alone, at the end."""
    if len(functions) < 2:
        yield [functions] if functions else []
        return
    if len(functions) % 2:
        for index, alone in enumerate(functions):
            for pairs in _pairings(functions[:index] + functions[index + 1 :]):
                yield [*pairs, [alone]]
        return
    first, *others = functions
    for index, partner in enumerate(others):
        for pairs in _pairings(others[:index] + others[index + 1 :]):
            yield [[first, partner], *pairs]
