"""Confidence: where the left network is sure of a class, the right one decides for the same.

`confidence=9/10`: wherever the softmax of left's outputs gives a class at least 9/10, no output
of right exceeds right's output of that class. The softmax is no piecewise linear function; the
claim that is proved instead is `margin=m` with a rational m <= ln(delta / (1 - delta)), which
speaks about more points (theorem T39).

Source: Teuber, Kern, Janzen, Beckert, Revisiting Differential Verification (VeryDiff), TACAS 2025,
arXiv:2410.20207, for the notion.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from theory.errors import NumberError
from theory.logarithm import Enclosure, exponential, logarithm
from theory.network import Vector
from theory.rational import rational, text_of
from verify.claim import Claim
from verify.errors import InputError
from verify.reduction import Reduction
from verify.relation import Margin

PREFIX = "confidence="
_BITS = 40  # of the margin: its integers stand in the certificate
_FARTHEST = Fraction(1000)  # e^-1000 stands for everything smaller, from above


@dataclass(frozen=True, slots=True)
class Confidence:
    """Where left's softmax of output i is at least `delta`, no output of right exceeds output i."""

    delta: Fraction

    @property
    def text(self) -> str:
        """`confidence=9/10`."""
        return f"{PREFIX}{text_of(self.delta)}"

    @property
    def necessary_margin(self) -> Fraction:
        """A rational m >= 0: an output with softmax at least delta exceeds all others by m.

        Theorem: T39 (questions as ordinary claims).
        """
        odds = logarithm(self.delta / (1 - self.delta), _BITS).lower
        return max(Fraction(odds * 2**_BITS // 1, 2**_BITS), Fraction(0))

    def sufficient_margin(self, outputs: int) -> Fraction:
        """A rational m: an output of so many that exceeds all others by m has softmax >= delta.

        Theorem: T39 (questions as ordinary claims).
        """
        odds = max(outputs - 1, 1) * self.delta / (1 - self.delta)
        return logarithm(odds, _BITS).upper

    def fails_for(self, left: Vector, right: Vector) -> bool:
        """Whether some output of left has softmax at least delta, and right decides otherwise.

        False where rational bounds of the softmax do not show that it is at least delta.
        """
        return any(
            max(right) > right[index] and softmax(left, index).lower >= self.delta
            for index in range(len(left))
        )


def softmax(values: Sequence[Fraction], index: int) -> Enclosure:
    """Rational bounds of e^(values[index]) / sum_j e^(values[j]).

    Theorem: T39 (questions as ordinary claims).
    """
    gaps = [value - values[index] for value in values]
    if max(gaps) > _FARTHEST:
        return Enclosure(Fraction(0), Fraction(1, 2**1000))  # e^-1000 < 2^-1000
    found = [exponential(gap) for gap in gaps if gap >= -_FARTHEST]
    least, most = sum(one.lower for one in found), sum(one.upper for one in found)
    most += sum(gap < -_FARTHEST for gap in gaps) * Fraction(1, 2**1000)
    return Enclosure(1 / Fraction(most), 1 / Fraction(least))


def read_confidence(text: str) -> Confidence:
    """The confidence that a text `confidence=9/10` names.

    Raises:
        InputError: it names none, or its number is not in [1/2, 1).
    """
    where = f"relation {text[:60]!r}"
    try:
        delta = rational(text.strip().removeprefix(PREFIX))
    except NumberError as error:
        raise InputError(where, str(error)) from None
    if not Fraction(1, 2) <= delta < 1:
        raise InputError(where, f"expected a confidence of at least 1/2 and below 1, got {delta}")
    return Confidence(delta)


def confidence_reduction(confidence: Confidence, claim: Claim) -> Reduction:
    """The margin claim that answers a claim of confidence about the same networks and domain.

    Theorem: T39 (questions as ordinary claims).

    Args:
        confidence: What is asked.
        claim: Networks and domain; its relation does not matter.
    """
    sides = (claim.left.network, claim.right.network)
    margin = confidence.necessary_margin
    sufficient = confidence.sufficient_margin(claim.left.network.outputs)
    return Reduction(
        claim=replace(claim, relation=Margin(margin).text),
        asked=confidence.text,
        follows=f"where left's softmax of a class is at least {confidence.delta}, no output of "
        f"right exceeds that of the class (leads of {decimal_below(margin)} <= "
        f"ln({confidence.delta / (1 - confidence.delta)}), T39)",
        fails_at=lambda point: confidence.fails_for(sides[0](point), sides[1](point)),
        gap="the margin that the confidence implies is met there, the confidence itself is not",
        narrower=replace(claim, relation=Margin(sufficient).text),
    )


def decimal_below(value: Fraction, digits: int = 6) -> str:
    """Decimals of a nonnegative number, rounded down."""
    whole, rest = divmod(value.numerator * 10**digits // value.denominator, 10**digits)
    return f"{whole}.{rest:0{digits}d}"
