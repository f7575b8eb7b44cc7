"""Serial against parallel residual blocks: depth, width and the time of one evaluation.

    python -m benchmarks.residual

Branches of one hidden layer, float32, one thread; the parallel blocks are two products with
stacked matrices, which is the block-diagonal form without its zeros (T49). The figures stand for
this machine alone and decide nothing.
"""

import os
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

SHAPES = ((4, 64, 64), (16, 64, 64), (16, 256, 256), (64, 64, 64))  # blocks, n, width
_RUNS = 200


def evaluations(blocks: int, size: int, width: int) -> tuple[Callable[[], object], ...]:
    """The serial and the parallel evaluation of random blocks at one point."""
    random = np.random.default_rng(0)
    first = random.standard_normal((blocks, width, size)).astype(np.float32) / size
    last = random.standard_normal((blocks, size, width)).astype(np.float32) / width
    point = random.standard_normal(size).astype(np.float32)
    stacked = first.reshape(blocks * width, size)
    beside = np.ascontiguousarray(last.transpose(1, 0, 2).reshape(size, blocks * width))

    def serial() -> object:
        value = point
        for one, other in zip(first, last, strict=True):
            value = value + other @ np.maximum(one @ value, 0)
        return value

    def parallel() -> object:
        return point + beside @ np.maximum(stacked @ point, 0)

    return serial, parallel


def rows() -> Iterator[str]:
    """One line of the table for each shape."""
    for blocks, size, width in SHAPES:
        micro = []
        for evaluate in evaluations(blocks, size, width):
            best = float("inf")
            for _ in range(_RUNS):
                started = time.perf_counter()
                evaluate()
                best = min(best, time.perf_counter() - started)
            micro.append(best * 1e6)
        yield (
            f"| {blocks} | {size} | {width} | {blocks} | {1} | {blocks * width} | "
            f"{micro[0]:.0f} | {micro[1]:.0f} |"
        )


def main() -> None:
    """Print the table."""
    head = ("blocks", "n", "width", "serial depth", "parallel depth", "parallel width")
    print(f"| {' | '.join((*head, 'serial us', 'parallel us'))} |")
    print(f"|{'---|' * 8}")
    for row in rows():
        print(row)


if __name__ == "__main__":
    main()
