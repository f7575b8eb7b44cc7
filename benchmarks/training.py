"""Approximation against training: `python -m benchmarks.training --train --write`.

Networks 1-N-1 for given functions on [-1, 1], built by a theorem and found by training, and how far
each is from the function: in the sup norm and in L2, proved (T68). `--train` trains them again and
replaces the committed ones; without it the tables are about examples/training/networks.json.
"""

import argparse
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, inf, isfinite, log, log10
from pathlib import Path
from statistics import fmean, median

import numpy as np

from benchmarks.descent import METHODS, Start, Trained, network_of, trained
from benchmarks.interpolants import (
    FOLDER,
    HIGH,
    LOW,
    TARGETS,
    adapted,
    even,
    measured,
    missed,
    values_of,
)
from benchmarks.line_chart import Line, Panel, chart, decades, height
from benchmarks.note_table import replaced, table
from theory.approximation.distance import Distance
from theory.approximation.interpolant import equidistant
from theory.network import Network

ROOT = Path(__file__).resolve().parents[1]
NETWORKS = FOLDER / "networks.json"
NOTE = ROOT / "notes" / "approximation-against-training.md"
PICTURE = ROOT / "notes" / "approximation-against-training.svg"
COMMAND = "python -m benchmarks.training --write"

RATES = {"gradient descent": (1.0, 0.3, 0.1, 0.03), "Adam": (0.1, 0.03, 0.01, 0.003)}
SEEDS = (1, 2, 3, 4, 5)
STEPS = 20_000
Key = tuple[str, str, int, str, str]  # target, regime, units, method, place
PLACES = ("best", "median")


@dataclass(frozen=True, slots=True)
class Regime:
    """How many samples, equidistant on the interval, and how many units."""

    name: str
    samples: int
    widths: tuple[int, ...]


FEW_UNITS = Regime("few units, many samples", 256, (4, 8, 16, 32))
MANY_UNITS = Regime("many units, few samples", 9, (16, 64))
REGIMES = (FEW_UNITS, MANY_UNITS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A committed network: what it was trained for, how, and which one of the seeds it is."""

    target: str
    regime: str
    units: int
    method: str
    place: str
    rate: float
    seed: int
    weights: tuple[float, ...]

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.target, self.regime, self.units, self.method, self.place

    @property
    def network(self) -> Network:
        """The network, exactly."""
        return network_of(self.weights)

    @property
    def json(self) -> dict[str, object]:
        """What is written: the weights w, b, v, c as little-endian float32 in base64."""
        names = ("target", "regime", "units", "method", "place", "rate", "seed")
        text = b64encode(np.array(self.weights, "<f4").tobytes()).decode()
        return {name: getattr(self, name) for name in names} | {"weights": text}


def entries(path: Path = NETWORKS) -> dict[Key, Entry]:
    """The committed networks."""
    found = []
    for one in json.loads(path.read_text(encoding="ascii")):
        weights = np.frombuffer(b64decode(one.pop("weights")), "<f4").astype(np.float64)
        found.append(Entry(**one, weights=tuple(map(float, weights))))
    return {one.key: one for one in found}


def found_by(name: str, regime: Regime, units: int, method: str) -> list[Entry]:
    """The best and the median network of the seeds, at the rate with the least median loss."""
    points = equidistant(LOW, HIGH, regime.samples - 1)
    values = np.array(list(map(float, map(values_of(name), points))))
    starts = [Start(seed, rate) for rate in RATES[method] for seed in SEEDS]
    samples = np.array(list(map(float, points))), values
    runs = trained(method, units, samples, starts, STEPS)
    rate = min(RATES[method], key=lambda one: median(_losses(runs, one)))
    judged = sorted(
        (measured(name, network_of(run.weights)).high, run.start.seed, run)
        for run in runs
        if run.start.rate == rate and isfinite(run.loss)
    )
    chosen = zip(PLACES, (judged[0], judged[len(SEEDS) // 2]), strict=True)
    return [
        Entry(name, regime.name, units, method, place, rate, seed, run.weights)
        for place, (_, seed, run) in chosen
    ]


def _losses(runs: Sequence[Trained], rate: float) -> Iterator[float]:
    for run in runs:
        if run.start.rate == rate:
            yield run.loss if isfinite(run.loss) else inf


def train() -> None:
    """Train all networks, and replace the committed ones."""
    found = []
    for regime in REGIMES:
        for name in TARGETS:
            for units in regime.widths:
                for method in METHODS:
                    some = found_by(name, regime, units, method)
                    found += some
                    print(regime.name, name, units, method, some[0].rate, flush=True)
    lines = ",\n".join(json.dumps(one.json) for one in found)
    NETWORKS.write_text(f"[\n{lines}\n]\n", encoding="ascii")


@dataclass(frozen=True, slots=True)
class Row:
    """All that is said of a target with so many units in a regime."""

    target: str
    regime: Regime
    units: int
    built: tuple[Network, ...]
    networks: tuple[Network, ...]  # by method, best and median

    @staticmethod
    def of(known: Mapping[Key, Entry], name: str, regime: Regime, units: int) -> "Row":
        """The row of the committed networks; what is built may know the samples alone."""
        keys = [(name, regime.name, units, m, place) for m in METHODS for place in PLACES]
        built: tuple[Network, ...] = (even(name, regime.samples - 1),)
        if regime is FEW_UNITS:
            built = (even(name, units), adapted(name, units))
        return Row(name, regime, units, built, tuple(known[key].network for key in keys))

    @property
    def distances(self) -> tuple[Distance, ...]:
        """Of the built networks, and of the trained ones."""
        return tuple(measured(self.target, one) for one in (*self.built, *self.networks))

    def cells(self, found: Sequence[Distance]) -> tuple[str, ...]:
        """The cells of the table."""
        pairs = [f"{_above(one.high)}, {_above(one.largest_square, 2)}" for one in found]
        pieces = [str(one.pieces) for one in (found[-3], found[-1])]
        more = [_ratio(found[-1], found[k]) for k in range(len(self.built))]
        if self.regime is MANY_UNITS:
            worst = [missed(self.target, one, self.regime.samples) for one in self.networks[1::2]]
            more = [*(f"{float(one):.0e}" for one in worst), *more]
        return (self.target, str(self.units), *pairs, *pieces, *more)


def _above(number: Fraction, power: int = 1) -> str:
    """The least number of three digits whose power is at least the given number."""
    if not number:
        return "0"
    near = float(number) ** (1 / power)
    unit = Fraction(10) ** (floor(log10(near)) - 2)
    count = floor(near / float(unit)) - 1
    while (count * unit) ** power < number:
        count += 1
    return f"{float(count * unit):.3g}"


def _ratio(one: Distance, other: Distance) -> str:
    """How many times as far the one is as the other, in the sup norm."""
    return f"{float(one.high / other.high):.2g}" if other.high else ""


TRAINED = tuple(f"{method}, {place}" for method in METHODS for place in PLACES)
PIECES = tuple(f"pieces, {method}, median" for method in METHODS)
HEADS = {
    FEW_UNITS.name: (
        "target",
        "units",
        "equidistant knots",
        "adapted",
        *TRAINED,
        *PIECES,
        "Adam's median / equidistant",
        "Adam's median / adapted",
    ),
    MANY_UNITS.name: (
        "target",
        "units",
        "interpolant of the samples",
        *TRAINED,
        *PIECES,
        *(f"{method}, median, at the samples" for method in METHODS),
        "Adam's median / interpolant",
    ),
}


def rows(regime: Regime) -> list[Row]:
    """The rows of a regime."""
    known = entries()
    return [Row.of(known, name, regime, units) for name in TARGETS for units in regime.widths]


def slope(numbers: Sequence[tuple[int, float]]) -> float:
    """The p of the line of least squares through log(error) = constant - p log(units)."""
    across, up = ([log(pair[k]) for pair in numbers] for k in (0, 1))
    middle, mean = fmean(across), fmean(up)
    both = zip(across, up, strict=True)
    return -sum((x - middle) * (y - mean) for x, y in both) / sum((x - middle) ** 2 for x in across)


NAMES = ("equidistant", "adapted", "descent", "Adam")
_COLUMNS = (0, 1, 3, 5)  # of the distances of a row; of trained networks the medians


def errors(found: Sequence[tuple[Row, Sequence[Distance]]], name: str) -> list[list[float]]:
    """For the columns of NAMES the bounds in the sup norm of a target, by units."""
    some = [distances for row, distances in found if row.target == name]
    return [[float(one[column].high) for one in some] for column in _COLUMNS]


def slopes(found: Sequence[tuple[Row, Sequence[Distance]]]) -> list[tuple[str, ...]]:
    """The rows of the table of rates."""
    cells = []
    for name in TARGETS:
        pairs = [list(zip(FEW_UNITS.widths, one, strict=True)) for one in errors(found, name)]
        told = [f"{slope(one):.2f}" if all(e for _, e in one) else "" for one in pairs]
        cells.append((name, *told))
    return cells


def picture(found: Sequence[tuple[Row, Sequence[Distance]]]) -> str:
    """The chart: the sup norm against the width, a panel for each target."""
    places, ends = tuple(map(str, FEW_UNITS.widths)), (-4, 1)
    panels = []
    for name in TARGETS:
        lines = [
            Line(label, tuple(height(e, *ends) for e in one))
            for label, one in zip(NAMES, errors(found, name), strict=True)
            if all(one)
        ]
        panels.append(Panel(name, places, "units", tuple(lines), decades(*ends)))
    return chart(panels, columns=2)


def main() -> None:
    """Train if wanted; prove all distances; print the tables, and put them into the note."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true", help="train the networks again")
    parser.add_argument("--write", action="store_true", help="put tables and chart into the note")
    options = parser.parse_args()
    if options.train:
        train()
    parts = []
    for regime in REGIMES:
        found = [(row, row.distances) for row in rows(regime)]
        cells = [row.cells(distances) for row, distances in found]
        parts.append(f"{regime.name.capitalize()}:\n\n{table(HEADS[regime.name], cells)}")
        if regime is FEW_UNITS:
            rates = table(("target", *(f"{one}: p" for one in NAMES)), slopes(found))
            parts.append(f"Rates, error ~ units^-p:\n\n{rates}")
            drawn = picture(found)
    text = "\n\n".join(parts)
    print(text)
    if options.write:
        note = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(replaced(note, COMMAND, text), encoding="utf-8")
        PICTURE.write_text(drawn, encoding="ascii")


if __name__ == "__main__":
    main()
