"""Training by permutation: `python -m benchmarks.permutation --train --write`.

Networks with one input for given functions on [0, 1], trained so that rows stay permutations of
their initial numbers (LaPerm), improved by exchanges, and trained freely in as many steps. How far
each is from the function is proved (T68), and so are the permutations (T63). `--train` trains them
again and replaces the committed ones; without it the tables are about
examples/permutation/networks.json.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor, log10
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.line_chart import Line, Panel, chart, decades, height
from benchmarks.note_table import replaced, table
from benchmarks.reconnection import (
    Array,
    Layers,
    Recipe,
    Weighed,
    exchanged,
    features,
    multiset,
    outputs,
    started,
    train_pairs,
    train_rows,
)
from theory.approximation.distance import distance
from theory.approximation.expression import target_of
from theory.approximation.permutation import Pairs, initial, scaled
from theory.network import Affine, Network
from verify.approximation.claim import Approximation
from verify.approximation.weights import LayerRule, permuted_files

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "permutation"
NETWORKS = FOLDER / "networks.json"
NOTE = ROOT / "notes" / "permutation-training.md"
PICTURE = ROOT / "notes" / "permutation-training.svg"
COMMAND = "python -m benchmarks.permutation --write"

LOW, HIGH = Fraction(0), Fraction(1)
TARGETS = {"x**2 - x/2 + 1/4": Fraction(3, 2), "sin(5*x)": Fraction(5)}  # Lipschitz constants
SIZES = {"pairs": (8, 16, 32, 64), "rows": (8, 16, 24)}
PERMUTED, EXCHANGED, ALONE, FREE = "LaPerm", "LaPerm, exchanges", "exchanges", "free"
METHODS = {"pairs": (PERMUTED, EXCHANGED, ALONE, FREE), "rows": (PERMUTED, FREE)}
DRAWN = {PERMUTED: "LaPerm", EXCHANGED: "exchanged", FREE: "free"}
RATES = {"pairs": (0.1, 0.03, 0.01), "rows": (0.03, 0.01, 0.003)}
FREE_RATES = (0.03, 0.01, 0.003)
SEEDS = (1, 2, 3, 4, 5)
STEPS, EVERY, SAMPLES = 5000, 20, 257
COARSE, FINE = 2**10, 2**20  # of initial rows, and of everything that is free
PLACES = ("best", "median")

SHOWN = {  # folders for relucert check
    "sine_pairs-32": ("sin(5*x)", "pairs", 32, EXCHANGED, "best"),
    "quadratic_1-16-16-1": ("x**2 - x/2 + 1/4", "rows", 16, PERMUTED, "best"),
}

Key = tuple[str, str, int, str, str]
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A committed network: what it was trained for, how, and which one of the seeds it is.

    Attributes:
        content: Integers: the numerators of its numbers.
        error: A bound of the distance from the function, proved when it was written.
    """

    target: str
    family: str
    size: int
    method: str
    place: str
    rate: float
    seed: int
    content: Content
    error: str = "0"

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.target, self.family, self.size, self.method, self.place

    @property
    def network(self) -> Network:
        """The trained network, exactly."""
        if self.family == "rows":
            return _network(self.content["layers"], FINE)
        return self.pairs.network

    @property
    def pairs(self) -> Pairs:
        """The same as pairs of units."""
        count = self.size
        weights = [Fraction(one, self.content["over"]) for one in self.content["weights"]]
        offset, scale = (Fraction(self.content[name], FINE) for name in ("offset", "scale"))
        forth, back = tuple(weights[:count]), tuple(weights[count:])
        return Pairs(LOW, HIGH, forth, back, offset, scale)

    @property
    def initial(self) -> Network:
        """The network whose rows are permuted."""
        if self.family == "rows":
            return _network(self.content["initial"], COARSE)
        return initial(LOW, HIGH, self.size).network

    @property
    def rules(self) -> tuple[LayerRule, ...]:
        """What may differ between the two."""
        if self.family == "rows":
            return (LayerRule(is_permuted=True, is_free=True),) * 3
        return LayerRule(), LayerRule(True, True, self.pairs.scale)

    @property
    def approximation(self) -> Approximation:
        """The claim that the network is within the error."""
        error = Fraction(self.error)
        target = target_of(self.target).within(LOW, HIGH, error / 2**16)
        return Approximation(self.network, target, LOW, HIGH, error)

    @property
    def files(self) -> dict[str, bytes]:
        """What is proved of it, as the checkers read it."""
        found = self.approximation.files
        if self.method == FREE:
            return found
        return found | permuted_files(self.initial, self.network, self.rules)


def _network(layers: Sequence[Any], below: int) -> Network:
    """The network of matrices and biases of integers over a number."""
    found, width = [], 1
    for rows, bias in layers:
        matrix = [[Fraction(one, below) for one in row] for row in rows]
        found.append(Affine.dense(matrix, [Fraction(one, below) for one in bias], width))
        width = len(rows)
    return Network(tuple(found))


def entries(path: Path = NETWORKS) -> dict[Key, Entry]:
    """The committed networks."""
    found = [Entry(**one) for one in json.loads(path.read_text(encoding="ascii"))]
    return {one.key: one for one in found}


@cache
def samples(target: str) -> tuple[Array, Array]:
    """Equidistant points, and the values there."""
    exact = target_of(target).within(LOW, HIGH, Fraction(1, 2**40))
    points = [Fraction(k, SAMPLES - 1) for k in range(SAMPLES)]
    return np.array(list(map(float, points))), np.array([float(exact(one)) for one in points])


def integers(numbers: Array, below: int) -> list[Any]:
    """Numerators of the nearest fractions over a number."""
    found: list[Any] = np.rint(numbers * below).astype(int).tolist()
    return found


def pairs_content(size: int, found: Weighed, method: str) -> Content:
    """The numerators of pairs: over n - 1 where weights are grid points."""
    over = FINE if method == FREE else size - 1
    rest = {"offset": round(found.offset * FINE), "scale": round(found.scale * FINE)}
    return {"over": over, "weights": integers(found.weights, over), **rest}


def rows_content(first: Layers, found: Layers) -> Content:
    """The numerators of a deep network, and of the one that it came from."""
    before = [[integers(one, COARSE) for one in layer] for layer in first]
    return {"initial": before, "layers": [[integers(one, FINE) for one in two] for two in found]}


@dataclass(frozen=True, slots=True)
class Run:
    """One training: the error at the samples, what is written, and the weights of pairs."""

    error: float
    seed: int
    content: Content
    weights: Array | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What is trained: a function, and the shape of networks."""

    target: str
    family: str
    size: int

    def run(self, recipe: Recipe, seed: int) -> Run:
        """One training."""
        points, values = samples(self.target)
        if self.family == "pairs":
            found = train_pairs(self.size, points, values, seed, recipe)
            return self._of(found, seed, PERMUTED if recipe.is_permuting else FREE)
        first = started((1, self.size, self.size, 1), seed, COARSE)
        layers = train_rows(first, points, values, recipe)
        error = float(abs(outputs(layers, points) - values).max())
        return Run(error, seed, rows_content(first, layers))

    def exchanged(self, weights: Array, seed: int) -> Run:
        """Exchanges from where permutation training ended."""
        points, values = samples(self.target)
        found = exchanged(self.size, points, values, weights)
        return self._of(found, seed, EXCHANGED)

    def from_random_orders(self) -> list[Run]:
        """Exchanges alone, from where training of the same seed starts."""
        orders = (np.random.default_rng(seed).permutation(multiset(self.size)) for seed in SEEDS)
        return [self.exchanged(one, seed) for one, seed in zip(orders, SEEDS, strict=True)]

    def _of(self, found: Weighed, seed: int, method: str) -> Run:
        points, values = samples(self.target)
        sums = features(self.size, points) @ found.weights
        error = float(abs(found.offset + found.scale * sums - values).max())
        return Run(error, seed, pairs_content(self.size, found, method), found.weights)

    def chosen(self, method: str, rate: float, runs: Sequence[Run]) -> list[Entry]:
        """The best and the median of the seeds, with their errors proved."""
        ordered = sorted(runs, key=lambda one: (one.error, one.seed))
        found = []
        for place, one in zip(PLACES, (ordered[0], ordered[len(ordered) // 2]), strict=True):
            key = self.target, self.family, self.size, method, place
            entry = Entry(*key, rate, one.seed, one.content)
            bound = above(distance(entry.network, target_of(self.target), LOW, HIGH).high)
            found.append(Entry(*key, rate, one.seed, one.content, str(bound)))
            found[-1].approximation.judged()
        return found

    def trained(self) -> list[Entry]:
        """The networks by all methods, each at the rate with the least median error."""
        found = []
        for every, rates in ((EVERY, RATES[self.family]), (0, FREE_RATES)):
            runs = {
                rate: [self.run(Recipe(rate, STEPS, every), seed) for seed in SEEDS]
                for rate in rates
            }
            rate = min(rates, key=lambda one: median(run.error for run in runs[one]))
            found += self.chosen(PERMUTED if every else FREE, rate, runs[rate])
            if every and self.family == "pairs":
                better = [self.exchanged(run.weights, run.seed) for run in runs[rate]
                          if run.weights is not None]  # fmt: skip
                found += self.chosen(EXCHANGED, rate, better)
                found += self.chosen(ALONE, 0.0, self.from_random_orders())
        return found


def above(number: Fraction) -> Fraction:
    """A decimal fraction of four digits that is a little greater, at most by 1/500 of it."""
    unit = Fraction(10) ** (floor(log10(number)) - 3)
    return (floor(number * (1 + Fraction(1, 2000)) / unit) + 1) * unit


def train() -> None:
    """Train all networks, and replace the committed ones."""
    found = []
    for family, sizes in SIZES.items():
        for target in TARGETS:
            for size in sizes:
                some = Task(target, family, size).trained()
                told = (f"{one.method} {one.error}" for one in some)
                print(family, target, size, *told, flush=True)
                found += some
    names = ("target", "family", "size", "method", "place", "rate", "seed", "content", "error")
    lines = (json.dumps({name: getattr(one, name) for name in names}) for one in found)
    FOLDER.mkdir(exist_ok=True)
    NETWORKS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="ascii")


def built(target: str, size: int) -> Fraction:
    """How far the network of T61 with so many pairs is from the function."""
    function = target_of(target).within(LOW, HIGH, Fraction(1, 2**40))
    pairs = scaled(function, TARGETS[target], LOW, HIGH, size)
    return distance(pairs.network, target_of(target), LOW, HIGH).high


HEADS = {
    "pairs": ("target", "pairs", "built (T61)",
              *(f"{method}, {place}" for method in METHODS["pairs"] for place in PLACES)),
    "rows": ("target", "widths",
             *(f"{method}, {place}" for method in METHODS["rows"] for place in PLACES)),
}  # fmt: skip


def cells(known: Mapping[Key, Entry], family: str) -> list[tuple[str, ...]]:
    """The rows of a table."""
    found = []
    for target in TARGETS:
        for size in SIZES[family]:
            first = (str(size), f"{float(built(target, size)):.3g}")
            errors = (
                f"{float(Fraction(known[target, family, size, method, place].error)):.3g}"
                for method in METHODS[family]
                for place in PLACES
            )
            head = first if family == "pairs" else (f"1-{size}-{size}-1",)
            found.append((target, *head, *errors))
    return found


def tables(known: Mapping[Key, Entry]) -> str:
    """What stands in the note."""
    return "\n\n".join(table(HEADS[family], cells(known, family)) for family in SIZES)


def picture(known: Mapping[Key, Entry]) -> str:
    """The chart: proved errors of the medians against the size, on a logarithmic axis."""
    ends, panels = (-3, 1), []
    for family, axis in (("pairs", "pairs of units"), ("rows", "units in each hidden layer")):
        for target in TARGETS:
            lines = []
            for method in (one for one in METHODS[family] if one in DRAWN):
                errors = (known[target, family, size, method, "median"].error
                          for size in SIZES[family])  # fmt: skip
                heights = tuple(height(float(Fraction(one)), *ends) for one in errors)
                lines.append(Line(DRAWN[method], heights))
            if family == "pairs":
                errors_built = (float(built(target, size)) for size in SIZES[family])
                lines.append(Line("built", tuple(height(one, *ends) for one in errors_built)))
            places = tuple(map(str, SIZES[family]))
            panels.append(Panel(target, places, axis, tuple(lines), decades(*ends)))
    return chart(panels, columns=2)


def write_folders(known: Mapping[Key, Entry]) -> None:
    """Two of the networks as relucert check reads them."""
    for name, key in SHOWN.items():
        (FOLDER / name).mkdir(exist_ok=True)
        for file, data in known[key].files.items():
            (FOLDER / name / file).write_bytes(data)


def main() -> None:
    """Train if wanted; print the tables, and put them into the note."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true", help="train the networks again")
    parser.add_argument(
        "--write",
        action="store_true",
        help="put tables and chart into the note, and two folders beside the networks",
    )
    options = parser.parse_args()
    if options.train:
        train()
    known = entries()
    text = tables(known)
    print(text)
    if options.write:
        note = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(replaced(note, COMMAND, text), encoding="utf-8")
        PICTURE.write_text(picture(known), encoding="ascii")
        write_folders(known)


if __name__ == "__main__":
    main()
