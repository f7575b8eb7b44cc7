"""What a claim asks for, as affine combinations of outputs and differences in float64.

An obligation (given, goal) of the checker holds on a box if its goal is at least 0 there, or if
something given is negative there, or if goal - factor * given is at least 0. A target is a
constant + weights . left outputs + weights . (right - left) outputs.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from verify.checker import Claim, Combination
from verify.prove.floats import Array, Indices, nearest_float

FACTORS = (Fraction(1), Fraction(1, 2), Fraction(2), Fraction(1, 4), Fraction(3, 4))


@dataclass(frozen=True, slots=True)
class Attempt:
    """goal - factor * given >= 0 for the hypothesis with this number, or goal >= 0 (None)."""

    obligation: int
    hypothesis: int | None
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Targets:
    """The goals and what is given.

    Attributes:
        constant: One per target; a column.
        left: The weights of the left network's outputs, a row per target.
        difference: The weights of right - left.
        goals: For every obligation the target that is to be >= 0.
        given: For every obligation the targets that are >= 0 where it matters.
    """

    constant: Array
    left: Array
    difference: Array
    goals: Indices
    given: tuple[tuple[int, ...], ...]

    @staticmethod
    def of(claim: Claim) -> "Targets":
        """The targets of a claim as the checker reads it."""
        rows: dict[tuple[Fraction, ...], int] = {}
        goals, given = [], []
        for hypotheses, goal in claim.obligations:
            numbers = [rows.setdefault(_row(claim, h), len(rows)) for h in (*hypotheses, goal)]
            goals.append(numbers[-1])
            given.append(tuple(numbers[:-1]))
        table = np.array([[nearest_float(entry) for entry in row] for row in rows])
        table = table.reshape(len(rows), 1 + 2 * claim.outputs)
        middle = 1 + claim.outputs
        return Targets(
            table[:, :1],
            table[:, 1:middle],
            table[:, middle:],
            np.array(goals, dtype=np.intp),
            tuple(given),
        )

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The combinations to try: every goal alone, then with a hypothesis that resembles it."""
        found = [Attempt(index, None, Fraction(0)) for index in range(len(self.goals))]
        for index, (goal, given) in enumerate(zip(self.goals, self.given, strict=True)):
            sums = self.left + self.difference  # the weights if left and right are equal
            alike = [_cosine(sums[number], sums[goal]) for number in given]
            if max(alike, default=0.0) > 0:
                nearest = alike.index(max(alike))
                found += [Attempt(index, nearest, factor) for factor in FACTORS]
        return tuple(found)

    def matrix(self, attempts: tuple[Attempt, ...]) -> Array:
        """The attempts as combinations of targets, one per row."""
        found = np.zeros((len(attempts), len(self.constant)))
        for row, attempt in zip(found, attempts, strict=True):
            row[self.goals[attempt.obligation]] += 1.0
            if attempt.hypothesis is not None:
                number = self.given[attempt.obligation][attempt.hypothesis]
                row[number] -= nearest_float(attempt.factor)
        return found

    def at_points(self, left: Array, right: Array) -> Array:
        """The targets at points: outputs of shape (output, point) -> (target, point)."""
        return np.asarray(self.constant + self.left @ left + self.difference @ (right - left))

    def violations(self, values: Array) -> Array:
        """By how much some obligation fails at points, from the targets there; > 0 if it does."""
        worst = np.full(values.shape[1], -np.inf)
        for goal, given in zip(self.goals, self.given, strict=True):
            fails = np.minimum(-values[goal], values[list(given)].min(axis=0, initial=np.inf))
            worst = np.maximum(worst, fails)
        return worst


def _cosine(one: Array, other: Array) -> float:
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length else 0.0


def unit_of(claim: Claim, combination: Combination) -> Fraction:
    """What a combination of the checker's targets is, divided by the target in real units.

    Its greatest weight becomes 1.
    """
    _, weights = combination
    largest = max((abs(weight) for weight in weights.values()), default=1)
    if claim.is_difference:
        return Fraction(largest * claim.unit * claim.left.scale * claim.right.scale)
    of_left = all(target < claim.outputs for target in weights)
    return Fraction(largest * claim.unit * (claim.left if of_left else claim.right).scale)


def _row(claim: Claim, combination: Combination) -> tuple[Fraction, ...]:
    """Constant, weights of left outputs, weights of right - left; the greatest weight is 1."""
    constant, weights = combination
    count = claim.outputs
    largest = max((abs(weight) for weight in weights.values()), default=1)
    left, moved = [Fraction(0)] * count, [Fraction(0)] * count
    for target, weight in weights.items():
        share = Fraction(weight, largest)
        if claim.is_difference:
            moved[target] -= share
            continue
        left[target % count] += share
        if target >= count:
            moved[target - count] += share
    return (constant / unit_of(claim, combination), *left, *moved)
