"""Four pairs of units that together are a constant or a step, whatever the order of their weights.

A *pair* at b is p relu(x - b) + q relu(b - x). A *block* has pairs at b_1 <= b_2 <= b_3 <= b_4
with b_1 + b_4 = b_2 + b_3, and its eight weights are b_1, -b_1, ..., b_4, -b_4 in some order.
"""

from fractions import Fraction

from theory.errors import DomainError

Four = tuple[Fraction, Fraction, Fraction, Fraction]


def block_weights(points: Four, left: int, right: int) -> tuple[Four, Four]:
    """The weights p and q with which a block is left * h for x <= b_1, right * h for x >= b_4.

    Between them it is monotone; h = 2 (b_2 - b_1) (b_3 - b_1). left and right are 1 or -1. Every
    point, and its opposite, is a weight exactly once. Points may be symbols.

    Theorem: T61 (permuted weights with a scale), the block lemma. Found for this project, after
    the step approximators of Cai, Chen, Qiao 2024 (arXiv 2407.01033).

    Raises:
        DomainError: left or right is another number.
    """
    if not {left, right} <= {-1, 1}:
        raise DomainError(f"block: expected sides 1 or -1, got {left} and {right}")
    first, second, third, fourth = points
    forth = (-first, second, third, -fourth) if right > 0 else (-fourth, third, second, -first)
    back = (first, -second, -third, fourth) if left > 0 else (fourth, -third, -second, first)
    return forth, back


def block_height(points: Four) -> Fraction:
    """The number h = 2 (b_2 - b_1) (b_3 - b_1); T61."""
    first, second, third, _ = points
    return 2 * (second - first) * (third - first)
