"""Checks approximation.json: a network or step function is within epsilon of a function (T58).

    python3 -I -S verify/target_checker.py OUT/approximation.json

Exit status: 0 accepted, 1 rejected, 2 malformed. Standard library only, with `verify.checker`
(reading), `verify.polynomial_checker` (polynomials, pieces of networks), `verify.radicals` and
`verify.target_models` beside it. Accepted means: |g(x) - f(x)| <= epsilon for every real x of the
interval, where g is a ReLU network or a step function (T57), and f what a tree of operations
says, or another ReLU network. Each witness proves one bend, or one step, of whatever is within
epsilon (T53, T57); witnesses lie side by side, so bends are counted once.
"""

import os
import sys
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import (
    Network,
    answered,
    document,
    expect,
    fields,
    parsed,
    require,
    typed,
)
from verify.polynomial_checker import pieces, rationals, trimmed
from verify.radicals import Radicals, Range, element, range_product, scaled, total
from verify.target_models import UNIT, ZERO, Interval, Model, tree_text

Line = tuple[Fraction, Fraction]  # constant, slope
Piece = tuple[Fraction, Fraction, Line]  # from, to
Part = tuple[Fraction, Fraction, Model]
Witness = Sequence[Fraction]  # points, increasing
MOST_PRECISION = 2000


class Steps:
    """The function base + sum of height H(x - place), H(t) = 1 where t >= 0 and 0 elsewhere."""

    def __init__(self, data: bytes) -> None:
        base, steps = document(data, "step-network", "base steps")
        (self.base,) = rationals([base], "base")
        pairs = [rationals(step, "step") for step in typed(steps, list, "steps")]
        expect(all(len(pair) == 2 for pair in pairs), "step: expected place, height")
        rising = all(one[0] < other[0] for one, other in pairwise(pairs))
        expect(rising, "steps: expected increasing places")
        self.steps = [(place, height) for place, height in pairs]

    def pieces(self, low: Fraction, high: Fraction) -> list[Piece]:
        """Where it is constant on [low, high]; the right ends belong to the next piece."""
        inside = [(place, height) for place, height in self.steps if low < place <= high]
        value = self.base + sum(height for place, height in self.steps if place <= low)
        ends, found = [low, *(place for place, _ in inside), high], []
        for (start, end), height in zip(
            pairwise(ends), [ZERO, *(h for _, h in inside)], strict=True
        ):
            value += height
            found.append((start, end, (value, ZERO)))
        return found


def lines(network: Network, low: Fraction, high: Fraction) -> list[Piece]:
    """The affine pieces of a network with one input and one output."""
    return [
        (start, end, (Fraction(constant, network.scale), Fraction(slope, network.scale)))
        for start, end, ((constant, slope),) in pieces(network, low, high)
    ]


def neighbours(found: Sequence[Piece]) -> int:
    """How many pieces there are where neighbours with one map count as one."""
    return 1 + sum(one[2] != other[2] for one, other in pairwise(found))


class Question:
    """What the file asks: a function, an interval, epsilon.

    Attributes:
        parts: The models of the function side by side; a tree has one.
        roots: The square roots in them.
    """

    def __init__(
        self, interval: Range, epsilon: Fraction, parts: list[Part], roots: Radicals
    ) -> None:
        self.low, self.high = interval
        self.epsilon, self.parts, self.roots = epsilon, parts, roots
        self.starts = [start for start, _, _ in parts]

    def is_within(self, piece: Piece) -> bool:
        """Whether the line is within epsilon of the function on its piece."""
        start, end, line = piece
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first + 1, bisect_right(self.starts, end))
        return all(
            self._is_within(model, line, max(start, low), min(end, high))
            for low, high, model in self.parts[first:last]
            if max(start, low) < min(end, high) or start == end
        )

    def _is_within(self, model: Model, line: Line, low: Fraction, high: Fraction) -> bool:
        """Slack D -+ (N - line D) >= 0."""
        slack = self.epsilon - model.error
        bottom = scaled(model.bottom, slack)
        chord = self.roots.times(model.bottom, element(trimmed(list(line))))
        error = total(model.top, scaled(chord, Fraction(-1)))
        both = (total(bottom, scaled(error, Fraction(sign))) for sign in (1, -1))
        return slack >= 0 and all(self.roots.is_nonnegative(one, low, high) for one in both)

    def enclosed(self, x: Fraction) -> Range:
        """Rational numbers that enclose f(x)."""
        model = self.parts[max(0, bisect_right(self.starts, x) - 1)][2]
        below, above = self.roots.enclosed(model.bottom, x)
        require(below > 0, "witness: a denominator is too near to 0")
        low, high = range_product(self.roots.enclosed(model.top, x), (1 / above, 1 / below))
        return low - model.error, high + model.error

    def require_within(self, found: Sequence[Piece]) -> None:
        """All pieces are within epsilon.

        Raises:
            RejectedError: one is not.
        """
        for number, piece in enumerate(found):
            fits = self.is_within(piece)
            require(fits, f"piece {number} of {len(found)}: it differs by more than epsilon")

    def require_side_by_side(self, witnesses: Sequence[Witness]) -> None:
        """The points increase, and witnesses inside the interval share ends at most.

        Raises:
            RejectedError: it is not so.
        """
        rising = all(one < other for witness in witnesses for one, other in pairwise(witness))
        places = [x for witness in witnesses for x in witness]
        inside = not places or (self.low <= places[0] and places[-1] <= self.high)
        side_by_side = all(one <= other for one, other in pairwise(places))
        require(rising and inside and side_by_side, "witnesses: expected points from left to right")

    def sign(self, witness: Witness) -> int:
        """1 or -1: whether f rises, or is above its chord, by more than 2 epsilon, or the opposite.

        Raises:
            RejectedError: neither is seen.
        """
        low, high = self.deviation(witness)
        size = 2 * self.epsilon
        require(low > size or high < -size, f"witness at {witness[0]}: it excludes nothing")
        return 1 if low > size else -1

    def deviation(self, witness: Witness) -> Range:
        """What encloses f(y) - f(x), or how far f(m) is above the chord over x and y."""
        x, *inner, y = witness
        share = (inner[0] - x) / (y - x) if inner else ZERO
        low, high = self.enclosed(inner[0] if inner else y)
        for weight, point in ((1 - share, x), (share, y)):
            below, above = self.enclosed(point) if weight else (ZERO, ZERO)
            low, high = low - weight * above, high - weight * below
        return low, high


def least_steps(question: Question, witnesses: Sequence[Witness]) -> int:
    """How many steps a step function within epsilon has at least: one for every pair of points.

    Raises:
        MalformedError, RejectedError: a witness is none.
    """
    expect(all(len(one) == 2 for one in witnesses), "witness: expected 2 points, as for steps")
    question.require_side_by_side(witnesses)
    return sum(abs(question.sign(one)) for one in witnesses)


def least_bends(question: Question, witnesses: Sequence[Witness]) -> tuple[int, int]:
    """How many bends, and units of one hidden layer, what is within epsilon has at least.

    A bend inside every triple of points. If units were no more, all would bend in the triples'
    direction, so the first slope, or the last one, could not be that of a pair of points.

    Raises:
        MalformedError, RejectedError: a witness is none.
    """
    expect(all(len(one) in {2, 3} for one in witnesses), "witness: expected 3 points, or 2")
    question.require_side_by_side(witnesses)
    sizes = [len(one) for one in witnesses]
    signs = [question.sign(one) for one in witnesses]
    bends = [sign for sign, size in zip(signs, sizes, strict=True) if size == 3]
    if 2 not in sizes:
        return len(bends), len(bends)
    if sizes == [2, 3, 2]:
        return 1, 2  # one unit would be constant on one side of its bend
    leads = sizes[0] == 2
    expect(sizes[leads : len(sizes) - (not leads)] == [3] * (len(sizes) - 1),
           "witness: expected one pair of points, the first or the last one")  # fmt: skip
    opposed = -signs[0] if leads else signs[-1]
    require(set(bends) <= {opposed}, "witness: the pair of points excludes nothing")
    return len(bends), len(bends) + 1


def read_network(folder: str, value: object) -> tuple[str, bytes]:
    """The name and bytes of a file that is named with its digest."""
    name, digest = (typed(text, str, "network") for text in fields(value, "file sha256", "network"))
    plain = name.isascii() and name.isprintable() and not set(name) & set("/\\")
    expect(name and plain, "file: expected a name beside this file")  # it is told in one line
    with open(os.path.join(folder, name), "rb") as source:
        content = source.read()
    require(sha256(content).hexdigest() == digest, f"{name}: it has another digest")
    return name, content


def relu_lines(name: str, content: bytes, interval: Range) -> list[Piece]:
    """The pieces of a ReLU network from R to R."""
    network = Network(content, name)
    expect(network.inputs == network.outputs == 1, f"{name}: expected one input and one output")
    return lines(network, *interval)


def is_step_network(content: bytes) -> bool:
    """Whether a file names that format."""
    found = parsed(content)
    return isinstance(found, tuple) and ("format", "relucert-step-network") in found


def read_target(folder: str, value: object, interval: Range) -> tuple[str, list[Part], Radicals]:
    """A tree with the precision of its series, or a network."""
    target = dict(typed(value, tuple, "target"))
    if "file" in target:
        name, content = read_network(folder, value)
        found = relu_lines(name, content, interval)
        return f"{name}(x)", [
            (start, end, Model(element(trimmed(list(line))), UNIT, ZERO, ZERO, ZERO))
            for start, end, line in found
        ], Radicals([])  # fmt: skip
    tree, precision = fields(value, "function precision", "target")
    known = 0 <= typed(precision, int, "precision") <= MOST_PRECISION
    expect(known, f"precision: expected an integer from 0 to {MOST_PRECISION}")
    reading = Interval(*interval, precision)
    model = reading.model(tree)  # first, since only then it is known to be a tree
    return tree_text(tree), [(*interval, model)], reading.roots


def counted(question: Question, witnesses: Sequence[Witness], is_step: bool) -> str:
    """What the witnesses prove, as a clause."""
    if is_step:
        steps = least_steps(question, witnesses)
        return f"; every step function within epsilon has at least {steps} steps" if steps else ""
    bends, units = least_bends(question, witnesses)
    if not units:
        return ""
    return (
        f"; every continuous piecewise affine function within epsilon has at least "
        f"{bends + 1} pieces, one hidden layer at least {units} units"
    )


def check(folder: str, data: bytes) -> str:
    """What is proved, if the file states what holds.

    Raises:
        MalformedError, RejectedError: it does not.
    """
    stated, ends, side, described, points = document(
        data, "target-approximation", "epsilon interval network target witnesses"
    )
    (epsilon,) = rationals([stated], "epsilon")
    expect(epsilon >= 0, "epsilon: expected no negative number")
    interval = rationals(ends, "interval")
    expect(len(interval) == 2 and interval[0] <= interval[1], "interval: expected [low, high]")
    low, high = interval
    name, content = read_network(folder, side)
    is_step = is_step_network(content)
    found = Steps(content).pieces(low, high) if is_step else relu_lines(name, content, (low, high))
    told, parts, roots = read_target(folder, described, (low, high))
    question = Question((low, high), epsilon, parts, roots)
    question.require_within(found)
    witnesses = [rationals(one, "witness") for one in typed(points, list, "witnesses")]
    least = counted(question, witnesses, is_step)
    return (
        f"|{name} - f| <= {epsilon} for every real x from {low} to {high}, f(x) = {told} "
        f"(pieces: {neighbours(found)}{least})"
    )


def main(arguments: list[str]) -> int:
    """Check one file and print one line."""

    def told() -> str:
        expect(len(arguments) == 1, "expected OUT/approximation.json")
        with open(arguments[0], "rb") as source:
            data = source.read()
        return check(os.path.dirname(arguments[0]), data)

    return answered(told, MemoryError, OverflowError, RecursionError)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
