"""Which edits of T02 Z3 proves for all real weights: `python -m benchmarks.all_weights`.

    python -m benchmarks.all_weights --seconds 60

Every number of seconds is one run on this machine. Where Z3 does not settle a question in the
time given, the table says after how long and on how many of the ways it had gone.
"""

import argparse
from collections.abc import Callable, Iterator

from theory.domain import Space
from theory.network import Network
from theory.symmetry import duplicated, padded, permuted, rescaled
from verify.prove.solver.smt import version
from verify.prove.solver.symbolic_weights import (
    ForAllWeights,
    GaveUp,
    Sign,
    WrongWeights,
    for_all_weights,
)

Edit = Callable[..., Network]
SHAPES = ((1, 1, 1), (1, 2, 1), (2, 2, 1), (2, 3, 1), (1, 2, 2, 1), (2, 2, 2, 1))


def edits(units: int) -> Iterator[tuple[str, Edit, tuple[Sign, ...]]]:
    """The edits of the first hidden layer, and what other numbers they take."""
    turned = [*reversed(range(units))]
    positive: Sign = "positive"
    yield "permuted", lambda network: permuted(network, 0, turned), ()
    yield "rescaled", lambda network, *by: rescaled(network, 0, by), (positive,) * units
    yield "duplicated", lambda network, share: duplicated(network, 0, 0, share), ("any",)
    yield "padded", _padded, ("any", "any")


def _padded(network: Network, weight: object, bias: object) -> Network:
    """With a unit of any weights that nothing reads."""
    row = ((0, weight),) if weight else ()
    outgoing = [0] * network.widths[2]
    return padded(network, 0, row, bias, outgoing)  # type: ignore[arg-type]


def told(answer: ForAllWeights | WrongWeights | GaveUp) -> str:
    """The answer in a few words."""
    match answer:
        case ForAllWeights(paths, _, seconds):
            return f"proved, {paths} ways, {seconds:.1f} s"
        case WrongWeights(network, _, point, error, seconds):
            return f"WRONG for {network} at {point} {error}, {seconds:.1f} s"
        case GaveUp(reason, paths, seconds):
            return f"open after {seconds:.1f} s, {paths} ways: {reason}"


def main() -> int:
    """Print the table; 1 if an edit is wrong, which would be a mistake in T02."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    print(version())
    status = 0
    for widths in SHAPES:
        for name, edit, parameters in edits(widths[1]):
            answer = for_all_weights(edit, widths, Space(widths[0]), parameters, options.seconds)
            status = max(status, int(isinstance(answer, WrongWeights)))
            print(f"{'-'.join(map(str, widths)):8} {name:11} {told(answer)}", flush=True)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
