"""What zonotopes say of some boxes: which ones are settled, how, and where to bisect the others.

Nothing here is a proof: a box that is settled becomes a leaf, which the checker then tries.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from verify.prove.bisection.alignment import Alignment, Layer
from verify.prove.bisection.attribution import split_scores
from verify.prove.bisection.differential import enclosure
from verify.prove.bisection.targets import Attempt, Targets
from verify.prove.bisection.zonotope import INPUT, Zonotopes
from verify.prove.floats import Array, Indices

_FINEST = 1e-13  # relative width of an interval that floats can still bisect
_FAR = 1_000_000_000

Flags = NDArray[np.bool_]
Recipe = tuple[Attempt, ...]  # how each obligation is shown; empty where bounds alone do


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be shown on boxes.

    Attributes:
        pair: The networks.
        targets: The obligations.
        slack: How far above 0 a bound has to be in floats, a column over the targets' rows.
    """

    pair: Alignment
    targets: Targets
    slack: float


@dataclass(frozen=True, slots=True)
class Examination:
    """The findings for some boxes.

    Attributes:
        recipes: For a settled box how it is; None for an open one.
        lows: The least bound of any obligation on every box, the best attempt for each.
        inputs: Where to bisect an open box; -1 elsewhere, and where no input has a width.
        point: The point that comes nearest to a violation, among those tried in open boxes.
        violation: By how much it violates the claim, in floats; negative if it does not.
    """

    recipes: tuple[Recipe | None, ...]
    lows: Array
    inputs: Indices
    point: Array
    violation: float


def examined(question: Question, low: Array, high: Array) -> Examination:
    """Try all obligations on boxes, one a row."""
    with np.errstate(all="ignore"):
        return _Examiner(question, low, high).found()


class _Examiner:
    def __init__(self, question: Question, low: Array, high: Array) -> None:
        self._question, self._low, self._high = question, low, high
        targets = question.targets
        self._attempts = targets.attempts
        self._free = np.flatnonzero((high > low).any(axis=0))
        self._enclosure = enclosure(question.pair, low, high, self._free)
        values = self._enclosure.difference.image(targets.difference).moved(targets.constant)
        if targets.left.any():
            values = values.plus(self._enclosure.left.image(targets.left))
        self._given_high = values.range[1]
        self._tried = values.image(targets.matrix(self._attempts))
        self._tried_low = np.nan_to_num(self._tried.range[0], nan=-np.inf)

    def found(self) -> Examination:
        """The findings."""
        lows, holds = self._by_obligation()
        settled = np.asarray(holds.all(axis=0))
        boxes = np.flatnonzero(~settled)
        inputs = np.full(len(self._low), -1, dtype=np.intp)
        point, violation = self._low[0], -np.inf
        if len(boxes):
            focus = self._focus(lows, holds, boxes)
            inputs[boxes] = self._splits(focus, boxes)
            point, violation = self._worst_point(focus, boxes)
        done = settled.tolist()
        recipes = [self._recipe(box) if is_done else None for box, is_done in enumerate(done)]
        least = lows.min(axis=0, initial=np.inf)
        return Examination(tuple(recipes), least, inputs, point, violation)

    def _by_obligation(self) -> tuple[Array, Flags]:
        """The best bound of every obligation on every box, and whether it is settled there."""
        targets = self._question.targets
        lows = np.full((len(targets.goals), len(self._low)), -np.inf)
        for attempt, low in zip(self._attempts, self._tried_low, strict=True):
            lows[attempt.obligation] = np.maximum(lows[attempt.obligation], low)
        holds = lows >= self._question.slack
        for index, given in enumerate(targets.given):
            if given:
                holds[index] |= (self._given_high[list(given)] < -self._question.slack).any(axis=0)
        return lows, holds

    def _focus(self, lows: Array, holds: Flags, boxes: Indices) -> Zonotopes:
        """The targets that are to become narrower on open boxes; zero where they are settled."""
        last: dict[int, int] = {}
        for number, attempt in enumerate(self._attempts):
            if attempt.factor in (0, 1):
                last[attempt.obligation] = number
        rows = np.array([last[index] for index in range(len(lows))], dtype=np.intp)
        wanted = np.where(holds[:, boxes], 0.0, 1.0)
        return self._tried.rows(rows).at(boxes).scaled(wanted)

    def _splits(self, focus: Zonotopes, boxes: Indices) -> Indices:
        low, high = self._low[boxes][:, self._free], self._high[boxes][:, self._free]
        widths = np.where(high - low > _FINEST * (np.abs(low) + np.abs(high)), high - low, 0.0)
        if not widths.shape[1]:
            return np.full(len(boxes), -1, dtype=np.intp)
        scores = split_scores(self._enclosure.births, focus, boxes)
        scores = np.where(widths > 0, np.nan_to_num(scores), -1.0)
        scores = np.where((scores > 0).any(axis=1, keepdims=True), scores, widths)
        chosen = self._free[np.argmax(scores, axis=1)]
        return np.where(widths.max(axis=1) > 0, chosen, -1)

    def _worst_point(self, focus: Zonotopes, boxes: Indices) -> tuple[Array, float]:
        """Of the centres of open boxes, and the corners where their worst target is least."""
        low, high = self._low[boxes], self._high[boxes]
        worst = np.argmin(focus.range[0], axis=0)
        gradient = focus.noises[INPUT][worst, np.arange(len(boxes))]
        corner = (low + high) / 2
        middle = corner.copy()
        corner[:, self._free] = np.where(gradient > 0, low[:, self._free], high[:, self._free])
        points = np.vstack((middle, corner))
        sides = (self._question.pair.left, self._question.pair.right)
        values = self._question.targets.at_points(*(_outputs(side, points) for side in sides))
        fails = np.nan_to_num(self._question.targets.violations(values), nan=-np.inf)
        first = int(np.argmax(fails))
        return points[first], float(fails[first])

    def _recipe(self, box: int) -> Recipe:
        """How each obligation is shown; nothing is said where bounds of targets do for all."""
        slack, targets = self._question.slack, self._question.targets
        by_bounds = [
            bool(self._tried_low[index, box] >= slack)
            or any(self._given_high[number, box] < -slack for number in given)
            for index, given in enumerate(targets.given)
        ]
        if all(by_bounds):
            return ()
        found: dict[int, Attempt] = {}
        for attempt, low in zip(self._attempts, self._tried_low[:, box], strict=True):
            if low >= slack:
                found.setdefault(attempt.obligation, attempt)
        return tuple(
            found.get(index) or self._absurd(index, given, box)
            for index, given in enumerate(targets.given)
        )

    def _absurd(self, index: int, given: tuple[int, ...], box: int) -> Attempt:
        """The goal - factor * given for something given that is negative, the factor large."""
        highs = self._given_high[list(given), box]
        hypothesis = int(np.argmin(highs))
        goal = float(self._tried_low[index, box])
        factor = min(_FAR, ceil(2 * abs(goal) / -float(highs[hypothesis])) + 1)
        return Attempt(index, hypothesis, Fraction(factor))


def _outputs(layers: tuple[Layer, ...], points: Array) -> Array:
    """The outputs at points, (point, input) -> (output, point)."""
    values = points.T
    for index, layer in enumerate(layers):
        values = layer.matrix @ (np.maximum(values, 0.0) if index else values) + layer.bias
    return values
