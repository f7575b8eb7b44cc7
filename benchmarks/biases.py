"""How many random units it takes, against the formulas: `python -m benchmarks.biases --write`.

Masking (T65), slope switching (T66) and recurrent masking (T67) over 21 seeds each. All numbers
are exact counts; the tables and the chart are those of notes/random-weights.md.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.line_chart import Line, Panel, chart, decades, height
from benchmarks.note_table import replaced, table
from theory.approximation.interpolant import equidistant
from theory.approximation.masking import (
    TargetUnits,
    masking_error,
    masking_width,
    match_error,
    matching,
)
from theory.approximation.switching import ShortageError, Switched, suitable_share, switched
from theory.domain import Box
from theory.network import Vector
from theory.random_weights import enough_draws, random_units, unit_stream
from theory.recurrence.masking import Weights, random_weights, recurrent_width, submatrix_match

ROOT = Path(__file__).resolve().parents[1]
NOTE = ROOT / "notes" / "random-weights.md"
PICTURE = ROOT / "notes" / "random-weights.svg"
COMMAND = "python -m benchmarks.biases --write"
SEEDS = range(1, 22)
DELTA, LIMIT, THETA = Fraction(1, 100), Fraction(1), Fraction(1, 4)
TARGET_SEED, TARGET_LIMIT = 0, Fraction(1, 2)

MASKS = [
    (units, inputs, outputs, eta)
    for units, inputs, outputs, finest in ((1, 1, 1, 16), (3, 1, 1, 16), (10, 1, 1, 16),
                                           (3, 2, 1, 16), (3, 1, 2, 16), (3, 2, 2, 8))
    for eta in (Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 16))
    if eta >= Fraction(1, finest)
]  # fmt: skip
PIECES = (2, 4, 8, 16, 32, 64)
MOST_SWITCHED = 2048
LOOPS = [
    (1, 1, 1, Fraction(1, 2)), (1, 1, 1, Fraction(1, 4)), (1, 2, 1, Fraction(1, 2)),
    (2, 1, 1, Fraction(1, 2)), (2, 1, 1, Fraction(1, 4)), (3, 1, 1, Fraction(1, 2)),
]  # fmt: skip
MOST_LOOPED = 2048


@dataclass(frozen=True, slots=True)
class Count:
    """How many units a formula asks for, and how many each seed needed."""

    formula: int
    observed: tuple[int, ...]

    @property
    def cells(self) -> tuple[str, str, str]:
        """The formula, the median and the maximum."""
        return str(self.formula), str(median(self.observed)), str(max(self.observed))


def masks() -> Iterator[tuple[Sequence[str], Count]]:
    """A row for every target: drawn itself, with weights up to 1/2."""
    for needs, inputs, outputs, eta in MASKS:
        units = random_units(TARGET_SEED, needs, inputs, outputs, TARGET_LIMIT)
        biases = tuple(-sum(unit.inner, Fraction(0)) / 2 for unit in units)  # bent in the middle
        target = TargetUnits(units, biases, (Fraction(0),) * outputs, inputs)
        box = Box.cube(inputs, 0, 1)
        observed, errors = [], []
        for seed in SEEDS:
            places = matching(target, unit_stream(seed, inputs, outputs, LIMIT), eta) or ()
            observed.append(max(places) + 1)
            draws = random_units(seed, observed[-1], inputs, outputs, LIMIT)
            errors.append(match_error(target, draws, places, box))
        count = Count(masking_width(target, eta, LIMIT, DELTA), tuple(observed))
        names = (str(needs), str(inputs), str(outputs), str(eta))
        bounds = (masking_error(target, box, eta), max(errors))
        yield (*names, *count.cells, *(f"{float(bound):.3f}" for bound in bounds)), count


def function(x: Fraction) -> Fraction:
    """4 x^2 (1 - x) + 1/3, the example of T66."""
    return 4 * x * x * (1 - x) + Fraction(1, 3)


def with_units(seed: int, nodes: Vector, count: int) -> Switched | None:
    """The biases for the first units of a seed, if these are enough."""
    units = random_units(seed, count, 1, 1, LIMIT)
    try:
        return switched(units, nodes, tuple(map(function, nodes)), THETA * THETA)
    except ShortageError:
        return None


def are_enough(seed: int, nodes: Vector, count: int) -> bool:
    """Whether the first units of a seed are enough."""
    return with_units(seed, nodes, count) is not None


def switches() -> Iterator[tuple[Sequence[str], Count, Count]]:
    """A row for every number of pieces between nodes."""
    for pieces in PIECES:
        nodes = equidistant(Fraction(0), Fraction(1), pieces)
        drawn, made = [], []
        for seed in SEEDS:
            drawn.append(least(partial(are_enough, seed, nodes), MOST_SWITCHED))
            found = with_units(seed, nodes, drawn[-1])
            made += [found] if found is not None else []
        bound = max(one.bound for one in made)
        used = Count(bound, tuple(one.used for one in made))
        formula = enough_draws(bound, DELTA, suitable_share(THETA, LIMIT))
        draws = Count(formula, tuple(drawn))
        chords = max(abs(function((x + y) / 2) - (function(x) + function(y)) / 2)
                     for x, y in pairwise(nodes))  # fmt: skip
        worst = max(one.overshoot for one in made)
        errors = (f"{float(chords):.5f}", f"{float(worst):.5f}")
        yield (str(pieces), *used.cells, *draws.cells, *errors), used, draws


def loops() -> Iterator[tuple[Sequence[str], Count]]:
    """A row for every recurrent target."""
    for needs, inputs, outputs, eta in LOOPS:
        target = random_weights(TARGET_SEED, needs, inputs, outputs, TARGET_LIMIT)
        observed = tuple(fewest_units(seed, target, eta) for seed in SEEDS)
        count = Count(recurrent_width(target, eta, LIMIT, DELTA), observed)
        rule = (LIMIT / eta) ** (needs + inputs + outputs)
        names = (str(needs), str(inputs), str(outputs), str(eta))
        yield (*names, *count.cells, str(rule)), count


def fewest_units(seed: int, target: Weights, eta: Fraction) -> int:
    """The fewest first units of a seed that hold a match."""
    size = 4
    whole = random_weights(seed, size, target.width, len(target.outputs), LIMIT)
    while submatrix_match(whole, target, eta) is None and size < MOST_LOOPED:
        size *= 2
        whole = random_weights(seed, size, target.width, len(target.outputs), LIMIT)
    return least(partial(holds_match, whole, target, eta), size)


def holds_match(whole: Weights, target: Weights, eta: Fraction, count: int) -> bool:
    """Whether the first units hold a match."""
    some = whole.chosen(range(min(count, whole.units)))
    return submatrix_match(some, target, eta) is not None


def least(is_enough: Callable[[int], bool], most: int) -> int:
    """A number that is enough while the one before is not; up to `most`.

    Raises:
        ValueError: not even that is enough.
    """
    low, high = 0, 1
    while not is_enough(high):
        low, high = high, 2 * high
        if low >= most:
            raise ValueError(f"{most} are not enough")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


MASK_HEAD = ("k", "d", "l", "eta", "formula m", "median", "maximum", "bound on the error",
             "largest for a match")  # fmt: skip
SWITCH_HEAD = ("pieces N", "bound on units", "used, median", "maximum", "formula m",
               "drawn, median", "maximum", "error of chords", "largest overshoot")  # fmt: skip
LOOP_HEAD = ("k", "d", "l", "eta", "formula n", "median", "maximum", "(R / eta)^(k+d+l)")
OBSERVED = ("median of 21 seeds", "maximum")


def measured() -> tuple[dict[str, str], str]:
    """The tables by the names of their marks, and the chart."""
    masked, bent, looped = list(masks()), list(switches()), list(loops())
    tables = {
        f"{COMMAND}: masking": table(MASK_HEAD, [row for row, _ in masked]),
        f"{COMMAND}: slope switching": table(SWITCH_HEAD, [row for row, _, _ in bent]),
        f"{COMMAND}: recurrent masking": table(LOOP_HEAD, [row for row, _ in looped]),
    }
    three = [(row[3], count) for row, count in masked if tuple(row[:3]) == ("3", "1", "1")]
    panels = (
        _panel("masking, k = 3, d = l = 1: draws", "eta", three),
        _panel("slope switching: draws", "pieces between nodes", [(r[0], c) for r, _, c in bent]),
    )
    return tables, chart(panels)


def _panel(title: str, axis: str, counts: Sequence[tuple[str, Count]]) -> Panel:
    """The formula above what was observed, on a logarithmic axis."""
    place = partial(height, lowest=0, highest=6)
    lines = (
        Line("formula", tuple(place(one.formula) for _, one in counts)),
        Line(OBSERVED[0], tuple(place(median(one.observed)) for _, one in counts)),
        Line(OBSERVED[1], tuple(place(max(one.observed)) for _, one in counts)),
    )
    return Panel(title, tuple(name for name, _ in counts), axis, lines, decades(0, 6))


def main() -> None:
    """Print the tables, and put them and the chart into the notes if wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put tables and chart into the note")
    arguments = parser.parse_args()
    tables, picture = measured()
    for name, text in tables.items():
        print(f"{name}\n\n{text}\n")
    if arguments.write:
        note = NOTE.read_text(encoding="utf-8")
        for name, text in tables.items():
            note = replaced(note, name, text)
        NOTE.write_text(note, encoding="utf-8")
        PICTURE.write_text(picture, encoding="ascii")


if __name__ == "__main__":
    main()
