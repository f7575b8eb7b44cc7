"""Proof by stable units: signs are settled, and what is left of both networks is compared.

Rule R settles the symbols that zonotopes decide, rule N brings those that contain them to what
they are now, so that equal units of both networks meet in one symbol, and what is left of the
targets is nothing. Where that needs smaller boxes, rule B makes them: along a tree that the
caller proposes, or a few levels deeper. The state that the steps are tried on is the checker's.

Theorem: T38 (lossless compression on a domain), the part on certificates.
"""

from collections.abc import Iterable, Sequence
from math import gcd

from theory.domain import Box
from theory.network import Network
from verify.certificate import Step
from verify.checker import ONE, Argument, Expression, divided
from verify.claim import Claim, NamedNetwork
from verify.prove.clock import Clock
from verify.prove.signs.relaxation import Cuts, unit_symbols
from verify.prove.signs.sign_tree import Tree
from verify.prove.signs.slopes import Proposal
from verify.prove.state import checker_claim
from verify.zonotope_checker import ZonotopeProof

_MOST_PRODUCTS = 200_000_000  # some tens of seconds
_DEEPER = 6  # bisections that may be added below a leaf of the proposed tree
_LEAF = Tree()


class UnsettledError(Exception):
    """On some part of the domain the networks do not become the same by settled signs."""


def stability_script(claim: Claim, clock: Clock, tree: Tree | None = None) -> list[Step]:
    """The steps that prove two networks equal by the signs of their units.

    Args:
        claim: A claim of equality.
        clock: Counts cells, and may stop the search.
        tree: Bisections after which zonotopes are likely to suffice, or nearly; None: there are
            none, and it is not worthwhile to look for some.

    Raises:
        UnsettledError: they do not suffice.
        OutOfTimeError: the time is used up.
    """
    script = _Script(claim, clock)
    if tree is not None and tree.relaxed:
        script.relax(tree.relaxed)
    script.node(tree or _LEAF, 0 if tree is None else _DEEPER)
    return script.steps


def is_promising(claim: Claim) -> bool:
    """Whether signs are worth a try, unasked: one network may be the other made smaller.

    It must be no deeper and have no more units, and the zonotopes must not take long.
    """
    sides = claim.left.network, claim.right.network
    small, large = sorted(sides, key=lambda side: side.units)
    if small.hidden_layers > large.hidden_layers or not isinstance(claim.domain, Box):
        return False
    free = claim.domain.inputs - len(claim.domain.fixed)
    return sum(_cost(side, free) for side in sides) <= _MOST_PRODUCTS


def _cost(network: Network, free: int) -> int:
    """About how many multiplications the zonotopes of a network take."""
    noises, total = free, 0
    for layer in network.layers[1:]:
        noises += layer.inputs
        total += noises * sum(map(len, layer.rows))
    return total + free * sum(map(len, network.layers[0].rows))


def shown_signs(
    network: Network, box: Box, proposals: Sequence[Proposal]
) -> frozenset[tuple[int, int]]:
    """The units, layer and number, that a checker settles when it is shown the proposals."""
    side = NamedNetwork.of("network", network)
    script = _Script(Claim(side, side, box), Clock())
    units = unit_symbols(script.proof, script.proof.claim.left)
    script.relax(proposals)
    return frozenset(
        (layer, number)
        for layer, symbols in enumerate(units)
        for number, unit in enumerate(symbols)
        if unit is None or unit.symbol in script.proof.value
    )


class _Script:
    """Steps of a certificate, and the proof that they were taken in."""

    def __init__(self, claim: Claim, clock: Clock) -> None:
        self.proof = ZonotopeProof(checker_claim(claim.data, claim.left.data, claim.right.data))
        self.clock = clock
        self.steps: list[Step] = []

    def step(self, *step: object) -> None:
        self.proof.step(list(step))
        self.steps.append(list(step))

    def node(self, tree: Tree, deeper: int) -> None:
        """Prove the claim on the current cell."""
        self.clock.pulse()
        if tree.halves:
            if tree.settles:
                self.settle()
        elif self.is_closed():
            self.step("=")
            return
        elif not deeper:
            raise UnsettledError
        else:
            tree = Tree(self.widest(), (_LEAF, _LEAF))
            deeper -= 1
        self.step("B", tree.axis)
        for half in tree.halves:
            self.node(half, deeper)

    def relax(self, proposals: Sequence[Proposal]) -> None:
        """Settle what relaxation shows, layer by layer, and what zonotopes show after that."""
        units = unit_symbols(self.proof, self.proof.claim.left)
        self.settle()
        for _ in Cuts(self.proof, self.step, units).settle(proposals):
            self.settle()

    def settle(self) -> bool:
        """Rule R, if it settles anything."""
        known = len(self.proof.value)
        if not self.proof.claim.box:
            return False
        self.step("R")
        if len(self.proof.value) == known:
            self.steps.pop()
            return False
        return True

    def is_closed(self) -> bool:
        """Settle and merge symbols until the targets vanish or nothing changes."""
        while not self.vanishes():
            settled = self.settle()
            merged = self.merge()
            if not settled and not merged:
                return self.vanishes()
        return True

    def vanishes(self) -> bool:
        """Whether no difference is left on the cell."""
        self.proof.refresh()
        return not any(self.proof.targets)

    def merge(self) -> bool:
        """Rule N for symbols whose arguments have changed, inner ones first; whether any had."""
        has_changed = False
        while ready := self.ready():
            rows = self.lines()
            unknown = [symbol for symbol in ready if not self.is_settled_by_a_row(symbol, rows)]
            if unknown:
                self.step("N", *unknown)
            has_changed = True
        return has_changed

    def lines(self) -> dict[Argument, tuple[int, int]]:
        """The rows, each divided by a factor, with their numbers and these factors."""
        found: dict[Argument, tuple[int, int]] = {}
        for number, row in enumerate(map(self.proof.reduced, self.proof.rows)):
            if row:
                factor = gcd(*row.values())
                found.setdefault(divided(row, factor), (number, factor))
        return found

    def is_settled_by_a_row(self, symbol: int, rows: dict[Argument, tuple[int, int]]) -> bool:
        """Settle a symbol whose argument, or its opposite, is a multiple of a row; whether so."""
        argument = self.proof.reduced(self.proof.arguments[symbol])
        if not rows or argument.keys() <= {ONE}:
            return False
        q = gcd(*argument.values())
        for name, sign in (("+", 1), ("-", -1)):
            number, factor = rows.get(divided(argument, sign * q), (-1, 0))
            if factor:
                self.step(name, symbol, [factor, number, q])
                return True
        return False

    def ready(self) -> list[int]:
        """Open symbols of the targets with a changed argument, but none inside that has one."""
        reduced = {
            symbol: self.proof.reduced(self.proof.arguments[symbol]) for symbol in self.open()
        }
        changed = {k for k, argument in reduced.items() if argument != self.proof.arguments[k]}
        return sorted(k for k in changed if changed.isdisjoint(reduced[k]))

    def open(self) -> set[int]:
        """The open symbols that the targets depend on."""
        self.proof.refresh()
        found: set[int] = set()
        todo = list(_symbols(self.proof.targets))
        while todo:
            symbol = todo.pop()
            if symbol not in found:
                found.add(symbol)
                todo += _symbols([self.proof.reduced(self.proof.arguments[symbol])])
        return found

    def widest(self) -> int:
        """The input with the widest interval of those that are not fixed."""
        spans = {}
        for index in range(self.proof.claim.inputs):
            low, high = self.proof.bounds[ONE - 1 - index]
            if low is None or high is None:
                raise UnsettledError
            spans[index] = high - low
        axis = max(spans, key=lambda index: spans[index])
        if not spans[axis]:
            raise UnsettledError
        return axis


def _symbols(expressions: Iterable[Expression]) -> Iterable[int]:
    return (name for expression in expressions for name in expression if name >= 0)
