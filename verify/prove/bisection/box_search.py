"""Claims about networks of real size on a box: bisection with zonotopes, refutation on the way.

First both networks are bounded by themselves over shared inputs; if that does not end soon,
differences of matched units are bounded by themselves, too. Each open box is also evaluated at its
centre and at the corner that its bounds point to, so that a claim that fails is refuted where the
search would not end. Floats propose; the checker and exact evaluation dispose.

Theorem: T37 (matched units and the search by differences).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

from theory.domain import Box
from theory.network import Network, Vector
from verify import checker
from verify.certificate import Step
from verify.claim import Claim
from verify.prove.bisection.alignment import aligned
from verify.prove.bisection.examination import Examination, Question
from verify.prove.bisection.matching import Matching, unmatched
from verify.prove.bisection.pairing import Pairing, Traced
from verify.prove.bisection.targets import Targets
from verify.prove.bisection.tree import Bisection
from verify.prove.bisection.tree_script import RepairError, repaired, script
from verify.prove.clock import Clock
from verify.prove.floats import Array, nearest_floats
from verify.prove.refutation.decision import lost_decision
from verify.prove.refutation.witness import WitnessSearch
from verify.prove.state import checker_claim
from verify.prove.workers import Workers
from verify.relation import Epsilon, Margin, read_relation
from verify.verdict import Different, Equivalent, Unknown, Verdict
from verify.zonotope_checker import ZonotopeProof

ENGINE = "bisection"
_FIRST_WORK = 6 * 10**9  # multiplications without matched units, before these are tried
_NOISES = 50  # of units on a box, about
_MANY = 512  # boxes of a level from which on workers are asked
_SLACK = 1e-4  # of the tolerance: floats stay so far away from what is to be shown
_LEAST_SLACK = 1e-6  # where no tolerance says how fine numbers are

Certify = Callable[[list[Step]], Equivalent | None]


@dataclass(frozen=True)
class Setting:
    """A claim on a box, and what its search begins with."""

    claim: Claim
    box: Box

    @cached_property
    def checked_claim(self) -> checker.Claim:
        """The claim as the checker reads it."""
        return checker_claim(self.claim.data, self.claim.left.data, self.claim.right.data)

    @cached_property
    def pairing(self) -> Pairing:
        """The units that match, as the search and as the checker name them."""
        return Pairing.of(*self.sides, Traced(self.checked_claim))

    @cached_property
    def targets(self) -> Targets:
        """The obligations in floats."""
        return Targets.of(self.checked_claim)

    @cached_property
    def witnesses(self) -> WitnessSearch:
        """Where points with large differences are looked for."""
        return WitnessSearch(*self.sides, self.box)

    @property
    def sides(self) -> tuple[Network, Network]:
        """Both networks."""
        return self.claim.left.network, self.claim.right.network

    @property
    def first(self) -> int:
        """How many boxes are examined without matched units, before these are tried."""
        parameters = sum(network.parameters for network in self.sides)
        free = self.box.inputs - len(self.box.fixed)
        return max(1, _FIRST_WORK // ((parameters + 1) * (free + _NOISES)))

    @property
    def ends(self) -> tuple[Array, Array]:
        """The lower and the upper ends of the box in floats."""
        return nearest_floats(self.box.lower), nearest_floats(self.box.upper)

    @property
    def slack(self) -> float:
        """How far bounds in floats have to be from what is to be shown."""
        relation = read_relation(self.claim.relation)
        match relation:
            case Epsilon(value) | Margin(value):
                return _SLACK * float(value)
            case _:
                return _LEAST_SLACK

    def question(self, matching: Matching) -> Question:
        """What is to be shown on boxes, with differences of the matched units."""
        return Question(aligned(*self.sides, matching), self.targets, self.slack)

    def counterexample(self, findings: Sequence[Examination]) -> Vector | None:
        """A point at which the claim fails exactly, if some finding leads to one."""
        best = max(findings, key=lambda finding: finding.violation)
        if not best.violation > 0:
            return None
        if not self.claim.is_about_differences:
            return lost_decision(self.claim, [self.witnesses.at(best.point).point])
        climbed = self.witnesses.climbed(best.point[None, :])
        return climbed.point if climbed.difference > self.claim.tolerance else None

    def proof(self) -> ZonotopeProof:
        """The checker's state at the root."""
        return ZonotopeProof(self.checked_claim)


class Crew:
    """Workers, asked for as soon as a level has many boxes."""

    def __init__(self, workers: Workers | None, stack: ExitStack) -> None:
        self._workers, self._stack = workers, stack
        self._executor: Executor | None = None

    def for_level(self, search: Bisection) -> Executor | None:
        """The executor for a level, or None where this process does it alone."""
        if self._workers is None or len(search.level.nodes) < _MANY:
            return None
        if self._executor is None:
            self._executor = self._stack.enter_context(self._workers.opened())
        return self._executor


def by_bisection(
    claim: Claim,
    certify: Certify,
    clock: Clock,
    workers: Workers | None = None,
    most: int | None = None,
) -> Verdict:
    """The verdict on a claim on a box.

    Args:
        claim: The claim.
        certify: What the checker says of a certificate's steps; None if it rejects them.
        clock: Counts boxes, and may stop the search.
        workers: Who examines boxes with this process, if anyone.
        most: Boxes after which the search gives up.
    """
    if not isinstance(claim.domain, Box):
        return Unknown(f"{ENGINE}: the domain is no box")
    search = _BoxSearch(Setting(claim, claim.domain), certify, clock, most)
    with ExitStack() as stack:
        return search.verdict(Crew(workers, stack))


class _BoxSearch:
    def __init__(self, setting: Setting, certify: Certify, clock: Clock, most: int | None) -> None:
        self._setting, self._certify, self._clock = setting, certify, clock
        self._most = most

    def verdict(self, crew: Crew) -> Verdict:
        """The verdict; bounds of each network alone are tried first."""
        setting = self._setting
        pairing, sides = setting.pairing, setting.sides
        plans: list[tuple[Matching, list[Step], int | None]] = [(unmatched(*sides), [], self._most)]
        if pairing.has_matches:
            plans = [
                (unmatched(*sides), [], min(setting.first, self._most or setting.first)),
                (pairing.matching, [pairing.step], self._most),
            ]
        reason = "no plan"
        for matching, first, most in plans:
            search = Bisection(self._setting.question(matching), *self._setting.ends)
            try:
                found = self._searched(search, crew, most)
                if isinstance(found, Different):
                    return found
                if found:
                    proof = concluded(self._setting, search, first, self._certify, self._clock)
                    return proof or Unknown(f"{ENGINE}: the checker rejected the certificate")
                level = search.level
                reason = f"{search.examined} boxes, {len(level.nodes)} of depth {level.depth} open"
            except RepairError:
                reason = "the checker does not settle what floats do"
        return Unknown(f"{ENGINE}: {reason}")

    def _searched(self, search: Bisection, crew: Crew, most: int | None) -> Different | bool:
        """A counterexample, or whether the tree is finished within so many boxes."""
        while not search.is_finished:
            if most is not None and search.examined > most:
                return False
            findings = search.advance(self._clock, crew.for_level(search))
            point = self._setting.counterexample(findings)
            if point is not None:
                sides = self._setting.sides
                return Different(point, sides[0](point), sides[1](point), ENGINE)
            if search.is_stuck:
                return False
        return True


def concluded(
    setting: Setting, search: Bisection, first: list[Step], certify: Certify, clock: Clock
) -> Equivalent | None:
    """The checker's verdict on a tree after some first steps, repaired if it rejects it.

    Raises:
        RepairError: a leaf cannot be repaired.
        OutOfTimeError: the time for repairs is used up.
    """
    verdict = certify(script(setting.checked_claim, search.tree, first))
    if verdict is not None:
        return verdict
    proof = setting.proof()
    for step in first:
        proof.step(step)
    steps = repaired(proof, search.tree, search.question, setting.ends, clock.refuse_if_late)
    return certify([*first, *steps])
