"""The pairs of networks that tools are asked about."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from benchmarks.peers.question import Question
from benchmarks.subjects import DATA
from theory.domain import Box
from verify.formats.network_file import read_network

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ACAS = DATA / "acasxu-isomorphic" / "onnx"
TINY, SMALL = Fraction(1, 10**7), Fraction(1, 10**4)
ACAS_BOX = Box(
    tuple(map(Fraction, ("0.6", "-0.5", "-0.5", "0.45", "-0.45"))),
    tuple(map(Fraction, ("0.679857769", "0.5", "0.5", "0.5", "-0.45"))),
)
ACAS_PAIRS = (("1_4", 5), ("3_4", 5))


def equality() -> Iterator[Question]:
    """Equal or not: copies by symmetries, copies with one change, examples."""
    for family in "ABC":
        for copy in ("perm", "bloat", "pert", "needle"):
            yield from _pair(family, copy, Fraction(0))
    for copy in ("permuted", "changed"):
        yield _example("cancer_2-16-16-16-1", copy)
    yield _example("diabetes_5-16-16-1", "permuted")


def tolerance() -> Iterator[Question]:
    """Nearly equal: float32 rescalings at 1e-7, one change at its size, pruned ACAS Xu networks."""
    for family in "ABC":
        yield from _pair(family, "f32resc", TINY)
        yield from _pair(family, "perm", SMALL)
        yield from _pair(family, "pert", Fraction(1, 100))
    for name, percent in ACAS_PAIRS:
        stem = f"ACASXU_run2a_{name}_batch_2000"
        left = ACAS / "nets" / f"{stem}.onnx"
        right = ACAS / "nets_pruned" / f"{stem}_pruned{percent}.onnx"
        if left.exists():
            sides = read_network(left).network, read_network(right).network
            label = f"ACAS Xu {name}, {percent} % pruned"
            yield Question(label, *sides, ACAS_BOX, Fraction(1, 20))


PARTS = {"equality": equality, "tolerance": tolerance}


def _pair(family: str, copy: str, epsilon: Fraction) -> Iterator[Question]:
    left, right = (DATA / "pairs" / f"{family}_{name}.onnx" for name in ("base", copy))
    if left.exists() and right.exists():
        sides = read_network(left).network, read_network(right).network
        box = Box.cube(sides[0].inputs, -1, 1)
        label = f"{family} {'-'.join(map(str, sides[0].widths))}, {copy}"
        yield Question(label, *sides, box, epsilon)


def _example(stem: str, copy: str) -> Question:
    paths = (EXAMPLES / f"{stem}.onnx", EXAMPLES / f"{stem}_{copy}.onnx")
    left, right = (read_network(path).network for path in paths)
    return Question(f"{stem}, {copy}", left, right, Box.cube(left.inputs, -1, 1))
