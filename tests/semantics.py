"""What a relation means, written down once more and as plainly as possible.

The oracle of the tests: network(point) and these definitions; no scaling, no symbols.
"""

from fractions import Fraction

from theory.domain import Box, Domain, Polytope
from theory.network import Network, Vector
from verify.relation import Epsilon, Exact, Margin, TopK, TopOne, read_relation


def holds(relation: str, left: Vector, right: Vector) -> bool:
    """Whether two vectors of outputs stand in the relation."""
    match read_relation(relation):
        case Exact():
            return left == right
        case Epsilon(epsilon):
            return all(abs(a - b) <= epsilon for a, b in zip(left, right, strict=True))
        case TopOne():
            return all(right[i] == max(right) for i in range(len(left)) if left[i] == max(left))
        case TopK(k):
            return all(
                sum(other > right[i] for other in right) < k
                for i in range(len(left))
                if left[i] == max(left)
            )
        case Margin(margin):
            return all(
                right[i] == max(right)
                for i in range(len(left))
                if all(left[i] >= left[j] + margin for j in range(len(left)) if j != i)
            )


def holds_at(relation: str, left: Network, right: Network, point: Vector) -> bool:
    """Whether the relation holds between the networks at a point."""
    return holds(relation, left(point), right(point))


def grid(domain: Domain, steps: int = 8) -> list[Vector]:
    """The points of a grid that lie in the domain, the corners of a box among them."""
    box = domain if isinstance(domain, Box) else None
    if isinstance(domain, Polytope):
        box = domain.box
    box = box or Box.cube(domain.inputs, -2, 2)
    points: list[Vector] = [()]
    for low, high in zip(box.lower, box.upper, strict=True):
        values = sorted({low + Fraction(i, steps) * (high - low) for i in range(steps + 1)})
        points = [(*point, value) for point in points for value in values]
    return [point for point in points if point in domain]
