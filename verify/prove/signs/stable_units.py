"""What is known of the units of a network on a domain, by all means, and how it is to be proved.

Cheapest first: exact intervals and exact zonotopes (`theory.stability`), points that show units
with both signs, and for those that are left backward linear relaxation, linear programs and then
bisections. What these three add is proposed by floats; it holds where the certificate of the
compressed network is accepted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from theory.domain import Box, Domain
from theory.network import Network
from theory.stability import Layers, Stability, stability, tightened
from verify.prove.refutation.crossing import Flags, crossing_units
from verify.prove.signs.sign_tree import Signs, SignTree, Tree, sign_tree
from verify.prove.signs.slopes import Proposal, Relaxation
from verify.prove.signs.stability import shown_signs
from verify.prove.signs.triangle_program import TrianglePrograms

_RELAXATIONS = 16
_PROGRAMS = 64
_FEW_OPEN = 96
_FEW_INPUTS, _MANY_INPUTS = 8, 64  # that are not fixed


@dataclass(frozen=True, slots=True)
class StableUnits:
    """Signs of units, with what proves and what refutes them.

    Attributes:
        known: What is known of every hidden unit.
        tree: Bisections that show the signs said to be decided by `bisection`, and before them the
            lemmas that show those said to be decided by `relaxation` and by `linear program`.
        crossing: For every hidden layer how many units have both signs, shown by exact points.
    """

    known: Layers
    tree: Tree
    crossing: tuple[int, ...]


def stable_units(
    network: Network,
    domain: Domain,
    leaves: int = 1,
    relaxations: int = 0,
    linear: int | None = 0,
) -> StableUnits:
    """What is known of the hidden units, with a tree of at most so many parts of a box.

    A tree is taken only if it decides a unit for each of its leaves. At most so many signs are
    shown by relaxation. Linear programs are tried on at most so many units (None: as many as is
    usual); what they show is taken only if it settles more units than bisections do without it,
    and a checker accepts it.

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
    halves = _bisected(network, domain, known, crossing, leaves)
    tree = replace(halves.tree, relaxed=relaxed)
    plain = StableUnits(_decided(known, halves.signs), tree, counts)
    most = usual_programs(domain, known) if linear is None else linear
    signs, shown = _programmed(network, domain, known, crossing, most)
    hoped = _believed(network, domain, known, signs, "linear program")
    if _settled(_decided(hoped, halves.signs)) == _settled(plain.known):
        return plain
    accepted = shown_signs(network, domain, (*relaxed, *shown))
    kept = [sign for sign in signs if (sign.layer, sign.unit) in accepted]
    known = _believed(network, domain, known, kept, "linear program")
    ways = [plain]
    for found in (_bisected(network, domain, known, crossing, leaves), halves):
        tree = replace(found.tree, relaxed=(*relaxed, *shown))
        ways.append(StableUnits(_decided(known, found.signs), tree, counts))
    return max(ways, key=lambda way: _settled(way.known))


def usual_relaxations(domain: Domain) -> int:
    """How many signs are worth being shown by relaxation.

    None where there are few inputs, since bisections do the same there for less, and none where
    there are many, since each costs its checker seconds.
    """
    return _RELAXATIONS if _FEW_INPUTS < _free(domain) <= _MANY_INPUTS else 0


def usual_programs(domain: Domain, known: Layers) -> int:
    """On how many units it is worthwhile to try linear programs.

    None where there are many inputs, and none where many units are open: there the bounds inside
    take a lemma for each, and a checker seconds to minutes.
    """
    few = sum(not unit.sign for units in known for unit in units) <= _FEW_OPEN
    return _PROGRAMS if few and _free(domain) <= _MANY_INPUTS else 0


def _free(domain: Domain) -> int:
    return domain.inputs - (len(domain.fixed) if isinstance(domain, Box) else 0)


def _relaxed(
    network: Network, box: Box, known: Layers, crossing: Flags, most: int
) -> tuple[Layers, tuple[Proposal, ...]]:
    """What is known with signs by backward relaxation, at most so many, and how these are shown."""
    proposals: list[Proposal] = []
    if not most:
        return known, ()
    relaxation = Relaxation(network, box)
    for layer in range(1, len(known)):
        still = _open_units(known, crossing, layer)
        proposed = relaxation.proposals(known, layer, still)[: most - len(proposals)]
        known = _believed(network, box, known, proposed, "relaxation")
        proposals += proposed
    return known, tuple(proposals)


def _programmed(
    network: Network, box: Box, known: Layers, crossing: Flags, most: int
) -> tuple[list[Proposal], tuple[Proposal, ...]]:
    """Signs by linear programs that are tried on at most so many units, and how they are shown."""
    if not most:
        return [], ()
    programs = TrianglePrograms(network, box)
    signs: list[Proposal] = []
    for layer in range(len(known)):
        if not most or not any(_open_units(known, crossing, k) for k in range(layer, len(known))):
            break
        tried = sorted(_open_units(known, crossing, layer), key=_distance(known[layer]))[:most]
        most -= len(tried)
        found = programs.enter(known, tried)
        known = _believed(network, box, known, found, "linear program")
        programs.leave(known)
        signs += found
    return signs, programs.with_bounds(signs)


def _open_units(known: Layers, crossing: Flags, layer: int) -> list[int]:
    """Units of a layer of which neither a sign is known nor that they have both."""
    first = sum(map(len, known[:layer]))
    return [
        index
        for index, unit in enumerate(known[layer])
        if not unit.sign and not crossing[first + index]
    ]


def _distance(units: Sequence[Stability]) -> Callable[[int], Fraction]:
    """How far a unit is from having a sign by its bounds, in parts of their distance."""

    def distance(index: int) -> Fraction:
        low, high = units[index].low, units[index].high
        if low is None or high is None or low == high:
            return Fraction(0)
        return min(-low, high) / (high - low)

    return distance


def _believed(
    network: Network, box: Box, known: Layers, signs: Sequence[Proposal], proof: str
) -> Layers:
    """What is known, with these signs and what zonotopes show after that."""
    if not signs:
        return known
    found = {(one.layer, one.unit): one.sign for one in signs}
    more = tuple(
        tuple(
            replace(unit, sign=found[layer, index], proof=proof)
            if not unit.sign and (layer, index) in found
            else unit
            for index, unit in enumerate(units)
        )
        for layer, units in enumerate(known)
    )
    return tightened(network, box, more)


def _bisected(network: Network, box: Box, known: Layers, crossing: Flags, leaves: int) -> SignTree:
    """The largest tree, of those half as large and so on, that decides a unit for each leaf."""
    while leaves > 1:
        found = sign_tree(network, box, known, crossing, leaves)
        if found.tree.halves and int((found.signs != 0).sum()) >= found.tree.leaves:
            return found
        leaves = min(leaves, found.tree.leaves + 1) // 2
    return SignTree(np.zeros(len(crossing), dtype=np.int8), Tree())


def _decided(known: Layers, signs: Signs) -> Layers:
    """What is known, with signs that bisections have added."""
    more = iter(signs.tolist())
    return tuple(tuple(_with_sign(unit, next(more)) for unit in units) for units in known)


def _settled(known: Layers) -> int:
    return sum(bool(unit.sign) for units in known for unit in units)


def _with_sign(unit: Stability, sign: int) -> Stability:
    return replace(unit, sign=sign, proof="bisection") if sign and not unit.sign else unit


def _counts(known: Layers, crossing: Flags) -> tuple[int, ...]:
    flags = iter(crossing.tolist())
    return tuple(sum(next(flags) for _ in units) for units in known)
