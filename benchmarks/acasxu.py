"""Epsilon queries about ACAS Xu networks and copies of them: `python -m benchmarks.acasxu --write`.

Three families, all on the box of the public two-network benchmark, with its tolerance 1/20:

    pruned    the ten pairs of that benchmark: an original and a pruned, retrained copy
    noise     an original and the same with Gaussian noise on every stored number (seeded), as
              another benchmark of the competition makes them
    float16   an original and its copy with float16 weights (normalised inputs and outputs)

Each family is a list of instances that `relucert instances` runs; the counterexamples are then
replayed in onnxruntime at the nearest float32 points. `--write` puts the tables in the note.
"""

import argparse
import csv
import json
import resource
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

from benchmarks.note_table import replaced, table
from benchmarks.subjects import DATA
from verify.cli import main as relucert
from verify.cli.instances import RESULTS, Row, read_rows
from verify.competition import nearest_float32
from verify.formats.instances_file import read_instances
from verify.report.judgement import run_checker

NOTE = Path(__file__).resolve().parents[1] / "notes" / "acasxu.md"
COMMAND = "python -m benchmarks.acasxu --write --family {}"
FAMILIES = ("pruned", "noise", "float16")
FOLDER = DATA / "acasxu-isomorphic"
QUERY = FOLDER / "vnnlib" / "epsilon_0.05.vnnlib"
DEVIATION = 0.001
SEED = 20261120
TOLERANCE = Fraction(1, 20)
HEAD = (
    "pair",
    "answer",
    "computing s",
    "check again, s",
    "leaves",
    "certificate bytes",
    "exact margin",
    "margin in any float32 evaluation",
    "margin in onnxruntime",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files of networks, and the name of their row."""

    name: str
    left: str
    right: str


def pairs(family: str, folder: Path, seed: int) -> list[Pair]:
    """The pairs of a family; noisy copies are made in the folder."""
    if family == "float16":
        place = DATA / "acasxu-16bit"
        files = sorted(place.glob("acasxu_?_?.nnet"))
        return [
            Pair(
                f"{file.stem[7:].replace('_', '-')} float16",
                f"{file}#normalised",
                f"{place / file.stem}_16bit.nnet#normalised",
            )
            for file in files
        ]
    listed = read_instances(FOLDER / "instances.csv")
    found = []
    for number, instance in enumerate(listed):
        left, right = (FOLDER / path for _, path in instance.networks)
        label = "-".join(left.stem.split("_")[2:4])
        kind = right.stem.rpartition("_")[2]
        if family == "noise":
            kind = "noise"
            right = folder / f"{left.stem}_noise.onnx"
            right.write_bytes(noisy(left.read_bytes(), seed + number))
        found.append(Pair(f"{label} {kind}", str(left), str(right)))
    return found


def noisy(model: bytes, seed: int, deviation: float = DEVIATION) -> bytes:
    """The model with N(0, deviation) added to every stored float32 number, in float32."""
    proto = onnx.load_model_from_string(model)
    random = np.random.default_rng(seed)
    for entry in proto.graph.initializer:
        values = numpy_helper.to_array(entry)
        if values.dtype == np.float32:
            noise = random.normal(0.0, deviation, values.shape).astype(np.float32)
            entry.CopyFrom(numpy_helper.from_array(values + noise, entry.name))
    return bytes(proto.SerializeToString())


def written_list(found: Sequence[Pair], file: Path, seconds: float) -> None:
    """A list of instances as the competition writes it."""
    with file.open("w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        for pair in found:
            writer.writerow([repr([("f", pair.left), ("g", pair.right)]), str(QUERY), seconds])


def rows_of(
    family: str, folder: Path, seed: int, seconds: float, first: int | None = None
) -> Iterator[tuple[str, ...]]:
    """The rows of the table; what an earlier run in the folder decided is taken from there."""
    folder.mkdir(parents=True, exist_ok=True)
    found = pairs(family, folder, seed)[:first]
    written_list(found, folder / "instances.csv", seconds)
    relucert(["instances", str(folder / "instances.csv"), "-o", str(folder)])
    results = {row.networks: row for row in read_rows(folder / RESULTS)}
    for number, pair in enumerate(found):
        row = results[f"{pair.left} {pair.right}"]
        yield _cells(pair, row, folder / f"{number:03d}")


def _cells(pair: Pair, row: Row, place: Path) -> tuple[str, ...]:
    check = f"{checking_seconds(place):.1f}" if row.result == "unsat" else ""
    head = (pair.name, row.result, row.cpu, check, row.leaves, row.bytes)
    if row.result != "sat":
        return (*head, "", "", "")
    replay = replayed(pair, place) if pair.left.endswith(".onnx") else ""
    return (*head, row.margin, row.float32, replay)


def checking_seconds(place: Path) -> float:
    """The computing time of the standalone checker, which is to accept the certificate again.

    Raises:
        ValueError: it does not accept it.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = run_checker(place)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if found.answer != "accepted":
        raise ValueError(f"{place}: {found.answer}, {found.line}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def replayed(pair: Pair, place: Path) -> str:
    """By how much the outputs differ beyond the tolerance in onnxruntime, at the nearest point."""
    value = json.loads((place / "counterexample.json").read_bytes())
    near = [float(nearest_float32(Fraction(entry))) for entry in value["point"]]
    outputs = []
    for file in (pair.left, pair.right):
        session = onnxruntime.InferenceSession(file)
        entry = session.get_inputs()[0]
        shape = [size if isinstance(size, int) else 1 for size in entry.shape]
        given = np.array(near, dtype=np.float32).reshape(shape)
        outputs.append(np.asarray(session.run(None, {entry.name: given})[0]).ravel())
    gaps = [
        abs(Fraction(float(one)) - Fraction(float(other)))
        for one, other in zip(*outputs, strict=True)
    ]
    return f"{float(max(gaps) - TOLERANCE):.9g}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the families and print, or write, their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--out", type=Path, default=Path("out") / "acasxu")
    parser.add_argument("--timeout", type=float, default=100.0)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--first", type=int, help="only so many pairs of every family")
    parser.add_argument("--write", action="store_true", help=f"put the tables in {NOTE.name}")
    options = parser.parse_args(arguments)
    for family in options.family or FAMILIES:
        folder = options.out.resolve() / family
        rows = sorted(rows_of(family, folder, options.seed, options.timeout, options.first))
        content = table(HEAD, rows)
        print(content)
        if options.write:
            text = NOTE.read_text(encoding="utf-8")
            NOTE.write_text(replaced(text, COMMAND.format(family), content), encoding="utf-8")


if __name__ == "__main__":
    main()
