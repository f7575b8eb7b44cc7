"""Approximation against training: the table is proved again, and the trainer is what it says."""

import xml.etree.ElementTree as ET
from fractions import Fraction

import numpy as np
import pytest

from benchmarks.descent import METHODS, Start, network_of, trained
from benchmarks.interpolants import (
    FOLDER,
    HIGH,
    LOW,
    TARGETS,
    adapted,
    even,
    measured,
    missed,
    target,
    values_of,
)
from benchmarks.line_chart import decades, height
from benchmarks.note_table import content_of
from benchmarks.training import (
    COMMAND,
    FEW_UNITS,
    MANY_UNITS,
    NOTE,
    PICTURE,
    PLACES,
    REGIMES,
    SEEDS,
    Regime,
    Row,
    entries,
    found_by,
    picture,
    rows,
    slope,
    slopes,
)
from theory.approximation.target import Target
from verify.approximation.claim import Approximation
from verify.checker import RejectedError
from verify.formats.network_file import read_network

F = Fraction
CONTENT = content_of(NOTE.read_text(encoding="utf-8"), COMMAND)
CELLS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in CONTENT.splitlines()
    if line.startswith("|") and not line.startswith("|---")
]


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.name.replace(" ", "-"))
def test_T68_rows_of_the_note_are_proved_again(regime: Regime, name: str) -> None:
    row = Row.of(entries(), name, regime, regime.widths[0])
    assert row.cells(row.distances) in CELLS


@pytest.mark.slow
def test_T68_all_rows_rates_and_the_chart_are_those_of_the_note() -> None:
    for regime in REGIMES:
        found = [(row, row.distances) for row in rows(regime)]
        assert all(row.cells(distances) in CELLS for row, distances in found)
        if regime is FEW_UNITS:
            assert all(cells in CELLS for cells in slopes(found))
            drawn = picture(found)
            assert drawn == PICTURE.read_text(encoding="ascii")
            ET.fromstring(drawn)


@pytest.mark.parametrize("name", [name for name in TARGETS if isinstance(target(name), Target)])
def test_the_checker_accepts_the_bounds_of_trained_networks(name: str) -> None:
    network = entries()[name, FEW_UNITS.name, 8, "Adam", "best"].network
    found = measured(name, network)
    assert found.target is not None
    Approximation(network, found.target, LOW, HIGH, found.high).judged()
    with pytest.raises(RejectedError):
        Approximation(network, found.target, LOW, HIGH, found.low * F(99, 100)).judged()


def test_the_committed_networks_are_complete() -> None:
    known = entries()
    wanted = {
        (name, regime.name, units, method, place)
        for name in TARGETS
        for regime in REGIMES
        for units in regime.widths
        for method in METHODS
        for place in PLACES
    }
    assert set(known) == wanted
    for one in known.values():
        assert len(one.weights) == 3 * one.units + 1
        assert tuple(map(float, np.array(one.weights, np.float32))) == one.weights
        assert one.network.widths == (1, one.units, 1)
        assert one.seed in SEEDS


def test_best_networks_are_no_further_than_median_ones() -> None:
    known = entries()
    for regime in REGIMES:
        for method in METHODS:
            key = ("x**2", regime.name, regime.widths[0], method)
            best, middle = (measured("x**2", known[*key, place].network) for place in PLACES)
            assert best.high <= middle.high


def test_the_example_is_one_of_the_committed_networks() -> None:
    one = entries()["sin(3*x)", FEW_UNITS.name, 8, "Adam", "best"]
    assert read_network(FOLDER / "sine_1-8-1.onnx").network == one.network


def test_what_is_built_is_what_theorems_say() -> None:
    assert measured("x**2", even("x**2", 8)).high == F(4, 4 * 64)
    assert measured("x**2", adapted("x**2", 8)).high == F(4, 8 * 64)
    assert measured("x**5", even("x**5", 8)).high <= F(20, 8) * F(1, 16)
    for name in TARGETS:
        distances = [measured(name, build(name, 8)).high for build in (even, adapted)]
        assert distances[1] < distances[0]
        assert adapted(name, 8).units <= 8
        assert missed(name, even(name, 8), 9) == 0  # the samples are the knots
    assert measured("kinks.json", adapted("kinks.json", 8)).high == 0
    for level in (
        2,
        3,
    ):  # what the interpolant leaves out: (7/10)^k t^k, k > level, at 1/3 = t(1/3)
        left = sum((F(7, 10) ** k for k in range(level + 1, 8)), F(0))
        assert F(2, 3) * left <= measured("rough", even("rough", 2**level)).high <= left


def test_values_that_are_not_rational_are_rounded() -> None:
    assert abs(float(values_of("sin(3*x)")(F(1, 3))) - np.sin(1)) < 1e-11
    assert values_of("1/(1 + 25*x**2)")(F(1, 5)) == F(1, 2)


def test_a_network_of_weights_is_the_function() -> None:
    weights = [0.5, -1.5, 0.25, 1.0, 2.0, -4.0, 0.125]
    network = network_of(weights)
    for x in (F(-2), F(0), F(1, 3), F(5)):
        units = [max(F(0), F(w) * x + F(b)) for w, b in ((0.5, 0.25), (-1.5, 1))]
        assert network((x,))[0] == 2 * units[0] - 4 * units[1] + F(1, 8)


def loss(weights: list[float], points: list[float], values: list[float]) -> float:
    """The mean square, by exact evaluation."""
    network = network_of(weights)
    misses = [network((F(x),))[0] - F(y) for x, y in zip(points, values, strict=True)]
    return float(sum((miss * miss for miss in misses), F(0)) / len(misses))


def test_a_step_goes_against_the_slope_of_the_loss() -> None:
    points, values, start, rate = (
        [-1.0, -0.25, 0.5, 1.0],
        [1.0, 0.0, 0.5, -1.0],
        Start(3, 1e-2),
        1e-2,
    )
    samples = np.array(points), np.array(values)
    drawn = np.random.default_rng(3).uniform(-1, 1, 10)
    before = [*drawn[:6], *(drawn[6:] / np.sqrt(3))]
    moved = {method: trained(method, 3, samples, [start], 1)[0].weights for method in METHODS}
    for k in range(10):
        sides = []
        for sign in (1, -1):
            other = list(before)
            other[k] += sign * 1e-6
            sides.append(loss(other, points, values))
        expected = (sides[0] - sides[1]) / 2e-6
        assert moved["gradient descent"][k] == pytest.approx(before[k] - rate * expected, abs=1e-6)
        assert moved["Adam"][k] == pytest.approx(before[k] - rate * np.sign(expected), abs=1e-5)


def test_training_lowers_the_loss_and_is_that_of_its_seed() -> None:
    points = np.linspace(-1, 1, 17)
    samples, starts = (points, points**2), [Start(1, 0.03), Start(2, 0.03), Start(1, 0.01)]
    for method in METHODS:
        once, again = (trained(method, 4, samples, starts, 300) for _ in range(2))
        assert [one.weights for one in once] == [one.weights for one in again]
        early = trained(method, 4, samples, starts, 1)
        assert all(late.loss < first.loss for late, first in zip(once, early, strict=True))
        for one in once:
            assert one.loss == pytest.approx(
                loss(list(one.weights), points.tolist(), (points**2).tolist())
            )


def test_a_rate_that_diverges_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.training.STEPS", 200)
    monkeypatch.setattr("benchmarks.training.RATES", {"gradient descent": (1e6, 0.05)})
    found = found_by("x**2", Regime("a few", 9, (3,)), 3, "gradient descent")
    assert [one.rate for one in found] == [0.05, 0.05]
    assert [one.place for one in found] == list(PLACES)


def test_slopes_are_those_of_powers() -> None:
    assert slope([(n, 5 * n**-2.0) for n in (4, 8, 16)]) == pytest.approx(2)


def test_logarithmic_axes() -> None:
    assert decades(-2, 0) == ((0, "1e-2"), (50, "1e-1"), (100, "1e0"))
    assert height(0.1, -2, 0) == pytest.approx(50)


def test_regimes_are_what_they_are_called() -> None:
    assert all(3 * units + 1 < FEW_UNITS.samples for units in FEW_UNITS.widths)
    assert all(3 * units + 1 > MANY_UNITS.samples for units in MANY_UNITS.widths)
