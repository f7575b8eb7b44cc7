"""What is known of the units of a network on a domain, by all means, and how it is to be proved.

Cheapest first: exact intervals and exact zonotopes (`theory.stability`), points that show units
with both signs, and for those that are left backward linear relaxation and then bisections. What
these two add is proposed by floats; it holds where the certificate of the compressed network is
accepted.
"""

from dataclasses import dataclass, replace

from theory.domain import Box, Domain
from theory.network import Network
from theory.stability import Layers, Stability, stability, tightened
from verify.prove.crossing import Flags, crossing_units
from verify.prove.sign_tree import Signs, SignTree, Tree, sign_tree
from verify.prove.slopes import Proposal, Relaxation

_RELAXATIONS = 16
_FEW_INPUTS, _MANY_INPUTS = 8, 64  # that are not fixed


@dataclass(frozen=True, slots=True)
class StableUnits:
    """Signs of units, with what proves and what refutes them.

    Attributes:
        known: What is known of every hidden unit.
        tree: Bisections that show the signs said to be decided by `bisection`, and before them the
            relaxations that show those said to be decided by `relaxation`.
        crossing: For every hidden layer how many units have both signs, shown by exact points.
    """

    known: Layers
    tree: Tree
    crossing: tuple[int, ...]


def stable_units(
    network: Network, domain: Domain, leaves: int = 1, relaxations: int = 0
) -> StableUnits:
    """What is known of the hidden units, with a tree of at most so many parts of a box.

    A tree is taken only if it decides a unit for each of its leaves. At most so many signs are
    shown by relaxation.

    Theorem: T38 (lossless compression on a domain), the part on stability.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
    """
    known = stability(network, domain)
    if not isinstance(domain, Box) or not any(known):
        return StableUnits(known, Tree(), tuple(0 for _ in known))
    crossing = crossing_units(network, domain, known)
    counts = _counts(known, crossing)
    known, relaxed = _relaxed(network, domain, known, crossing, relaxations)
    found = _worthwhile(network, domain, known, crossing, leaves)
    if found is None:
        return StableUnits(known, Tree(relaxed=relaxed), counts)
    tree = replace(found.tree, relaxed=relaxed)
    return StableUnits(_decided(known, found.signs), tree, counts)


def usual_relaxations(domain: Domain) -> int:
    """How many signs are worth being shown by relaxation.

    None where there are few inputs, since bisections do the same there for less, and none where
    there are many, since each costs its checker seconds.
    """
    free = domain.inputs - (len(domain.fixed) if isinstance(domain, Box) else 0)
    return _RELAXATIONS if _FEW_INPUTS < free <= _MANY_INPUTS else 0


def _relaxed(
    network: Network, box: Box, known: Layers, crossing: Flags, most: int
) -> tuple[Layers, tuple[Proposal, ...]]:
    """What is known with signs by backward relaxation, at most so many, and how these are shown."""
    proposals: list[Proposal] = []
    if not most:
        return known, ()
    relaxation = Relaxation(network, box)
    flags = iter(crossing.tolist())
    crosses = [[next(flags) for _ in units] for units in known]
    for layer in range(1, len(known)):
        pairs = enumerate(zip(known[layer], crosses[layer], strict=True))
        still = [index for index, (unit, both) in pairs if not unit.sign and not both]
        proposed = relaxation.proposals(known, layer, still)[: most - len(proposals)]
        found = {one.unit: one for one in proposed}
        if found:
            units = tuple(
                replace(unit, sign=found[index].sign, proof="relaxation")
                if index in found
                else unit
                for index, unit in enumerate(known[layer])
            )
            known = tightened(network, box, (*known[:layer], units, *known[layer + 1 :]))
            proposals += found.values()
    return known, tuple(proposals)


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
