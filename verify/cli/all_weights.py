"""relucert exhaust --weights=all: what Z3 says of a transform and every real weight of a shape."""

from collections.abc import Sequence

from theory.domain import Domain
from theory.errors import ShapeError
from verify.cli.terminal import Terminal
from verify.formats.network_json import network_text
from verify.prove.solver.smt import version
from verify.prove.solver.symbolic_weights import (
    ForAllWeights,
    GaveUp,
    WrongWeights,
    for_all_weights,
)
from verify.testing import failure
from verify.testing.transformation import Transformation
from verify.verdict import Different

SECONDS = 60.0


def settle_for_all(
    transform: Transformation,
    widths: Sequence[int],
    domain: Domain,
    timeout: float | None,
    terminal: Terminal,
) -> int:
    """Ask Z3 about every real weight, tell the user, and return the exit status.

    0: Z3 says that every network of the shape is preserved (there is no certificate); 1: weights
    and a point show, exactly, that one is not; 2: it is open, or some networks are refused.

    Raises:
        ShapeError: there are fewer than two widths, or one is not positive.
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ShapeError(f"widths: expected two or more positive numbers, got {list(widths)}")
    with terminal.progress("asking Z3 about all weights"):
        answer = for_all_weights(
            lambda network: transform(network, domain), widths, domain, timeout=timeout or SECONDS
        )
    match answer:
        case ForAllWeights(paths, refused, seconds):
            said = f"preserved for every real weight, as {version()} says (no certificate)"
            ways = f"{paths} ways through the transform, {seconds:.1f} s"
            lines = [f"{said}: {ways}"]
            if refused:
                lines.append(f"the transform refuses {refused} of {paths} ways")
            facts: dict[str, object] = {"answer": "preserved", "refused": refused}
            status = 2 if refused else 0
        case WrongWeights() as wrong:
            lines = _shown(transform, domain, wrong)
            facts = {"answer": "different", "network": network_text(wrong.network).strip()}
            paths, seconds, status = 0, wrong.seconds, 1
        case GaveUp(reason, paths, seconds):
            lines = [f"not settled after {seconds:.1f} s and {paths} ways: {reason}"]
            facts, status = {"answer": "unknown", "reason": reason}, 2
    terminal.tell({**facts, "paths": paths, "seconds": seconds, "solver": version()}, lines)
    return status


def _shown(transform: Transformation, domain: Domain, wrong: WrongWeights) -> list[str]:
    """The network, the point and both outputs, or how the transform fails."""
    case = failure.Case(transform, wrong.network, domain, "exact")
    if wrong.point is None:
        return failure.of_text(case, wrong.error).splitlines()
    made = transform(wrong.network, domain)
    values = wrong.network(wrong.point), made(wrong.point)
    return failure.of_transform(case, made, Different(wrong.point, *values, "smt")).splitlines()
