"""What is known of the units of a network on a domain, by all means, and how it is to be proved.

Cheapest first: exact intervals and exact zonotopes (`theory.stability`), points that show units
with both signs, bisections for those that are left. What bisections add is proposed by floats; it
holds where the certificate of the compressed network is accepted.
"""

from dataclasses import dataclass, replace

from theory.domain import Box, Domain
from theory.network import Network
from theory.stability import Layers, Stability, stability
from verify.prove.crossing import Flags, crossing_units
from verify.prove.sign_tree import Signs, SignTree, Tree, sign_tree


@dataclass(frozen=True, slots=True)
class StableUnits:
    """Signs of units, with what proves and what refutes them.

    Attributes:
        known: What is known of every hidden unit.
        tree: Bisections that show the signs said to be decided by `bisection`.
        crossing: For every hidden layer how many units have both signs, shown by exact points.
    """

    known: Layers
    tree: Tree
    crossing: tuple[int, ...]


def stable_units(network: Network, domain: Domain, leaves: int = 1) -> StableUnits:
    """What is known of the hidden units, with a tree of at most so many parts of a box.

    A tree is taken only if it decides a unit for each of its leaves.

    Theorem: T38 (lossless compression on a domain), the part on stability.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
    """
    known = stability(network, domain)
    if not isinstance(domain, Box) or not any(known):
        return StableUnits(known, Tree(), tuple(0 for _ in known))
    crossing = crossing_units(network, domain, known)
    found = _worthwhile(network, domain, known, crossing, leaves)
    if found is not None:
        return StableUnits(_decided(known, found.signs), found.tree, _counts(known, crossing))
    return StableUnits(known, Tree(), _counts(known, crossing))


def _worthwhile(
    network: Network, box: Box, known: Layers, crossing: Flags, leaves: int
) -> SignTree | None:
    """The largest tree, of those half as large and so on, that decides a unit for each leaf."""
    while leaves > 1:
        found = sign_tree(network, box, known, crossing, leaves)
        if found.tree.halves and int((found.signs != 0).sum()) >= found.tree.leaves:
            return found
        leaves = min(leaves, found.tree.leaves + 1) // 2
    return None


def _decided(known: Layers, signs: Signs) -> Layers:
    """What is known, with signs that bisections have added."""
    more = iter(signs.tolist())
    return tuple(tuple(_with_sign(unit, next(more)) for unit in units) for units in known)


def _with_sign(unit: Stability, sign: int) -> Stability:
    return replace(unit, sign=sign, proof="bisection") if sign and not unit.sign else unit


def _counts(known: Layers, crossing: Flags) -> tuple[int, ...]:
    flags = iter(crossing.tolist())
    return tuple(sum(next(flags) for _ in units) for units in known)
