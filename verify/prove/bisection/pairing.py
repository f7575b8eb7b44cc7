"""Matched units as pairs of the checker's symbols.

The checker evaluates both networks once and numbers their units; units that are the same
expression share a symbol, and some are settled at once. A match of two units whose symbols are
both open is a pair (k, j, p, q), rule P: p Y_k - q Y_j is bounded by itself. Where only one of
them is open nothing is gained, and the match is dropped.

Theorem: T37 (matched units), T36 (rule P).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeVar

from theory.network import Network
from verify.certificate import Step
from verify.checker import Claim, Expression
from verify.prove.bisection.matching import Match, Matching, matched
from verify.prove.state import SearchState

_Value = TypeVar("_Value")
Place = tuple[int, int]  # (symbol, positive factor)


class Traced(SearchState):
    """The checker's state at the root, with what every hidden unit of both networks became.

    Attributes:
        places: For every unit, layer by layer, left network first: the open symbol that it is a
            multiple of; None for a unit that is settled, or the opposite of another one.
        settled: For every unit whether its symbol is known at the root.
    """

    def __init__(self, claim: Claim) -> None:
        self.places: list[Place | None] = []
        self.settled: list[bool] = []
        super().__init__(claim)

    def relu(self, expression: Expression) -> Expression:
        """What the checker makes of a unit, noted down."""
        known = len(self.value)
        before = len(self.arguments)
        found = super().relu(expression)
        place = next(iter(found.items())) if len(found) == 1 and max(found) >= 0 else None
        self.places.append(place if place is not None and place[1] > 0 else None)
        is_new = len(self.arguments) > before
        self.settled.append(len(self.value) > known if is_new else place is None)
        return found


@dataclass(frozen=True, slots=True)
class Pairing:
    """Units that match and gain from it.

    Attributes:
        matching: Those of every hidden layer.
        step: The step that tells the checker; it has no pairs where there are none.
    """

    matching: Matching
    step: Step

    @property
    def has_matches(self) -> bool:
        """Whether there is anything to tell."""
        return len(self.step) > 1

    @staticmethod
    def of(left: Network, right: Network, root: Traced) -> "Pairing":
        """The units that match by direction, as far as the checker has a use for them."""
        matching = matched(left, right)
        places = _by_layer((left, right), root.places)
        settled = _by_layer((left, right), root.settled)
        scales = root.claim.left, root.claim.right
        kept: list[tuple[Match, ...]] = []
        pairs: dict[int, tuple[int, int, int]] = {}
        for layer, matches in enumerate(matching):
            before = [prod(part[2] for part in side.layers[: layer + 1]) for side in scales]
            ratio = Fraction(before[0], before[1])
            rows = places[0][layer], places[1][layer]
            calm = settled[0][layer], settled[1][layer]
            own: list[Match] = []
            for match in matches:
                ours, theirs = rows[0][match.left], rows[1][match.right]
                if ours is None or theirs is None:
                    if calm[0][match.left] and calm[1][match.right]:
                        own.append(match)
                    continue
                own.append(match)
                _add(pairs, ours, theirs, ratio / match.scale)
            kept.append(tuple(own))
        flat = [number for k, rest in sorted(pairs.items()) for number in (k, *rest)]
        return Pairing(tuple(kept), ["P", *flat])


def _add(
    pairs: dict[int, tuple[int, int, int]], ours: Place, theirs: Place, ratio: Fraction
) -> None:
    """The pair p Y_k - q Y_j for right - scale * left, if it is one."""
    (j, left), (k, right) = ours, theirs
    quotient = Fraction(right, left) * ratio
    p, q = quotient.numerator, quotient.denominator
    if j < k:
        pairs.setdefault(k, (j, p, q))
    elif k < j:
        pairs.setdefault(j, (k, q, p))


def _by_layer(
    networks: Sequence[Network], values: Sequence[_Value]
) -> list[list[Sequence[_Value]]]:
    """The values of all units, a list per layer per network."""
    found, start = [], 0
    for network in networks:
        rows = []
        for layer in network.layers[:-1]:
            rows.append(values[start : start + layer.outputs])
            start += layer.outputs
        found.append(rows)
    return found
