"""The greatest difference of two networks on a box, enclosed: a witness below, a certificate above.

One tree of bisections is searched for a threshold slightly above the best witness. A box that
shows a greater difference gives a better witness, and the threshold rises; boxes that were settled
stay settled. When no box is open, the claim eps = threshold has a certificate. When the time is
used up before, the greatest bound of any box takes the threshold's place.

Theorem: T37 (matched units and the search by differences).
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from theory.domain import Box
from verify.claim import Claim
from verify.prove.bisection.box_search import Certify, Crew, Setting, concluded
from verify.prove.bisection.examination import Examination, Question
from verify.prove.bisection.tree import Bisection
from verify.prove.bisection.tree_script import RepairError
from verify.prove.clock import Clock, OutOfTimeError
from verify.prove.floats import nearest_float
from verify.prove.refutation.witness import Witness
from verify.prove.workers import Workers
from verify.relation import Epsilon
from verify.verdict import Equivalent

RATIO = Fraction(1, 200)
_SLACK = 1e-4
_LEAST = Fraction(1, 10**12)  # a threshold where no point shows a difference
_STEPS = 8  # of a bound that the checker did not accept


@dataclass(frozen=True, slots=True)
class Enclosed:
    """lower <= greatest |left - right| of any output on the domain <= upper.

    Attributes:
        lower: The best witness: a point, and the difference there by exact evaluation.
        claim: The claim eps = upper that it proves.
        proof: Its certificate, accepted by the checker.
    """

    lower: Witness
    claim: Claim | None = None
    proof: Equivalent | None = None

    @property
    def upper(self) -> Fraction | None:
        """The tolerance of the claim that is proved."""
        return None if self.claim is None else self.claim.tolerance


def enclosed(
    claim: Claim,
    certify: Callable[[Claim], Certify],
    clock: Clock,
    ratio: Fraction = RATIO,
    *,
    workers: Workers | None = None,
    most: int | None = None,
) -> Enclosed:
    """Bounds of the greatest difference of the networks of a claim, whatever its relation.

    Args:
        claim: Two networks and a box.
        certify: For a claim eps = upper, what the checker says of a certificate's steps.
        clock: May stop the search; what is known then is the answer.
        ratio: The search ends where upper <= (1 + ratio) * lower.
        workers: Who examines boxes with this process, if anyone.
        most: Boxes after which the search ends as if the time were used up.
    """
    if not isinstance(claim.domain, Box):
        raise ValueError("enclosed: expected a box")
    started = replace(claim, relation=Epsilon(Fraction(1)).text)
    search = _EpsilonSearch(Setting(started, claim.domain), clock, ratio)
    with ExitStack() as stack:
        search.run(Crew(workers, stack), most)
    return search.answer(certify)


class _EpsilonSearch:
    def __init__(self, setting: Setting, clock: Clock, ratio: Fraction) -> None:
        self._setting, self._clock, self._ratio = setting, clock, ratio
        self._witness = setting.witnesses.sampled()
        self._threshold = Fraction(0)
        pairing = setting.pairing
        self._first = [pairing.step] if pairing.has_matches else []
        self._question = setting.question(pairing.matching)
        self._search = Bisection(self._question, *setting.ends)
        self._bounds: dict[int, float] = {0: np.inf}
        self._raise()

    def run(self, crew: Crew, most: int | None = None) -> None:
        """Search until no box is open, or the time or the number of boxes is used up."""
        while not self._search.is_finished and self._search.examined < (most or np.inf):
            nodes, threshold = self._search.level.nodes, nearest_float(self._threshold)
            try:
                findings = self._search.advance(self._clock, crew.for_level(self._search))
            except (OutOfTimeError, KeyboardInterrupt):
                return
            lows = np.concatenate([finding.lows for finding in findings])
            for node, low in zip(nodes, lows.tolist(), strict=True):
                self._note(node, threshold - low)
            self._improve(findings, threshold)
            if self._search.is_stuck:
                return
            if self._clock.progress is not None:
                self._clock.progress(self._word())

    def _note(self, node: int, bound: float) -> None:
        tree = self._search.tree
        self._bounds[node] = min(self._bounds[node], bound)
        if tree.children[node] >= 0:
            for child in (tree.children[node], tree.children[node] + 1):
                self._bounds[child] = self._bounds[node]

    def _improve(self, findings: Sequence[Examination], threshold: float) -> None:
        """A better witness if some box shows one, and a threshold above it."""
        best = max(findings, key=lambda finding: finding.violation)
        if best.violation + threshold > nearest_float(self._witness.difference):
            found = self._setting.witnesses.climbed(best.point[None, :])
            self._witness = max(self._witness, found, key=lambda witness: witness.difference)
        if self._witness.difference * (1 + self._ratio / 8) > self._threshold:
            self._raise()

    def _raise(self) -> None:
        """Set the threshold between the witness and what the ratio allows."""
        least = self._witness.difference or _LEAST
        self._threshold = short_above(least * (1 + self._ratio / 2), least * (1 + self._ratio))
        self._search.question = self._at(self._threshold)

    def _at(self, threshold: Fraction) -> Question:
        value = nearest_float(threshold)
        targets = self._question.targets
        constant = np.full_like(targets.constant, value)
        return replace(
            self._question, targets=replace(targets, constant=constant), slack=_SLACK * value
        )

    def _word(self) -> str:
        lower = nearest_float(self._witness.difference)
        return f"{lower:.6g} <= greatest difference <= {self._reached():.6g}"

    def _reached(self) -> float:
        """The greatest bound of any leaf."""
        tree = self._search.tree
        leaves = (node for node, child in enumerate(tree.children) if child < 0)
        return max(self._bounds[node] for node in leaves)

    def answer(self, certify: Callable[[Claim], Certify]) -> Enclosed:
        """What is known, the upper bound proved."""
        upper = self._threshold
        if not self._search.is_finished:
            reached = self._reached()
            if not np.isfinite(reached):
                return Enclosed(self._witness)
            reached = max(reached, nearest_float(upper))
            upper = short_above(Fraction(reached) * (1 + Fraction(_SLACK)), 2 * Fraction(reached))
        claim = replace(self._setting.claim, relation=Epsilon(upper).text)
        setting = Setting(claim, self._setting.box)
        self._search.question = self._at(upper)
        try:
            proof = concluded(setting, self._search, self._first, certify(claim), Clock())
        except RepairError:
            proof = None
        return Enclosed(self._witness, claim, proof) if proof else Enclosed(self._witness)


def short_above(least: Fraction, most: Fraction) -> Fraction:
    """A decimal number with few digits in [least, most], 0 < least < most."""
    digits = len(str(most.denominator // most.numerator)) - len(str(int(most)))
    while True:
        grid = Fraction(10) ** digits
        found = -((-least * grid) // 1) / grid
        if found <= most:
            return found
        digits += 1
