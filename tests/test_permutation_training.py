"""T63: rows in the order of others, training by permutation, and what is committed of it."""

import json
from collections import Counter
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import permutation as measured
from benchmarks import reconnection
from benchmarks.note_table import content_of
from benchmarks.permutation import EXCHANGED, FREE, PERMUTED, Entry, Task
from benchmarks.reconnection import Recipe
from theory.approximation.rank_order import in_rank_order
from theory.errors import ShapeError
from verify import weights_checker
from verify.approximation.weights import LayerRule, permuted_files
from verify.checker import RejectedError
from verify.cli import main

F = Fraction
NUMBERS = st.fractions(min_value=-2, max_value=2, max_denominator=3)
ROWS = st.lists(NUMBERS, max_size=6)
ENTRIES = measured.entries()


@st.composite
def pairs_of_rows(draw: st.DrawFn) -> tuple[list[Fraction], list[Fraction]]:
    """Two rows of one length; numbers often repeat."""
    first = draw(ROWS)
    return first, [draw(NUMBERS) for _ in first]


@given(pairs_of_rows())
def test_T63_replacement_is_a_permutation_in_the_same_order(
    rows: tuple[list[Fraction], list[Fraction]],
) -> None:
    initial, current = rows
    found = in_rank_order(initial, current)
    assert Counter(found) == Counter(initial)
    for i in range(len(found)):
        for j in range(len(found)):
            if current[i] < current[j] or (current[i] == current[j] and i < j):
                assert found[i] <= found[j]
    assert in_rank_order(found, current) == in_rank_order(initial, found) == found


@given(pairs_of_rows())
def test_T63_no_permutation_is_nearer(rows: tuple[list[Fraction], list[Fraction]]) -> None:
    initial, current = (row[:5] for row in rows)

    def square(row: tuple[Fraction, ...]) -> Fraction:
        return sum(((a - b) ** 2 for a, b in zip(row, current, strict=True)), F(0))

    nearest = min(map(square, permutations(initial)))
    assert square(in_rank_order(initial, current)) == nearest


def test_T63_the_worked_example() -> None:
    initial, current = [F(1, 2), F(-1), F(2), F(0)], [F(3, 10), F(1, 10), F(-2, 5), F(1, 10)]
    assert in_rank_order(initial, current) == (F(2), F(0), F(-1), F(1, 2))
    assert in_rank_order([], []) == ()
    for other in ([], [F(1)], [F(1)] * 5):
        with pytest.raises(ShapeError):
            in_rank_order(initial, other)


@given(st.lists(pairs_of_rows(), min_size=1, max_size=1))
def test_T63_training_replaces_as_the_exact_step_does(
    rows: list[tuple[list[Fraction], list[Fraction]]],
) -> None:
    ((initial, current),) = rows
    if not initial:
        return
    ordered, moved = (np.array([list(map(float, row))]) for row in (sorted(initial), current))
    found = reconnection.in_rank_order(ordered, moved)[0]
    assert found.tolist() == list(map(float, in_rank_order(initial, current)))


@pytest.mark.parametrize("family", ["pairs", "rows"])
def test_T63_trained_rows_are_permutations(family: str, tmp_path: Path) -> None:
    task = Task("x**2 - x/2 + 1/4", family, 4)
    run = task.run(Recipe(0.03, 70, 20), 1)
    entry = Entry(task.target, family, 4, PERMUTED, "best", 0.03, 1, run.content)
    files = permuted_files(entry.initial, entry.network, entry.rules)
    write(tmp_path, files | {"network.json": entry.approximation.files["network.json"]})
    told = weights_checker.check(str(tmp_path), files["weights.json"])
    assert told.count("permuted rows") == (1 if family == "pairs" else 3)
    free = task.run(Recipe(0.03, 70, 0), 1)
    assert free.content != run.content
    if family == "rows":
        assert free.content["initial"] == run.content["initial"]


def test_T63_exchanges_lower_the_error() -> None:
    points, values = measured.samples("sin(5*x)")
    known = reconnection.features(8, points)
    for seed in (1, 2, 3):
        weights = np.random.default_rng(seed).permutation(reconnection.multiset(8))
        found = reconnection.exchanged(8, points, values, weights)
        once = reconnection.exchanged(8, points, values, weights, most=1)
        assert sorted(found.weights) == sorted(once.weights) == sorted(weights)
        squares = []
        for one in (weights, once.weights, found.weights):
            columns = np.stack([np.ones(len(points)), known @ one], axis=1)
            squares.append(float(np.linalg.lstsq(columns, values, rcond=None)[1][0]))
        assert squares == sorted(squares, reverse=True)
        assert squares[0] > 2 * squares[2]
        again = reconnection.exchanged(8, points, values, found.weights)
        assert again.weights.tolist() == found.weights.tolist()


def test_T63_slopes_are_differences() -> None:
    points, values = np.arange(9) / 8, np.arange(9) ** 2 / 64
    layers = reconnection.started((1, 3, 2, 1), 5, 1024)

    def loss() -> float:
        return float(((reconnection.outputs(layers, points) - values) ** 2).mean())

    before = loss()
    trained = reconnection.train_rows(layers, points, values, Recipe(0.01, 300, 0))
    assert loss() == before  # the start is left alone
    layers[:] = trained
    assert loss() < before / 2


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_T63_committed_networks_are_proved_again(tmp_path: Path) -> None:
    families = [(family, size) for family, sizes in measured.SIZES.items() for size in sizes]
    methods = sum(len(measured.METHODS[family]) for family, _ in families)
    assert len(ENTRIES) == len(measured.TARGETS) * len(measured.PLACES) * methods
    for entry in ENTRIES.values():
        entry.approximation.judged()
        if entry.method != FREE:
            files = entry.files
            write(tmp_path, files)
            assert "permuted rows" in weights_checker.check(str(tmp_path), files["weights.json"])


@pytest.mark.parametrize("place", measured.PLACES)
def test_T63_smaller_errors_are_rejected(place: str) -> None:
    for entry in ENTRIES.values():
        if entry.place == place and entry.size <= 24:
            smaller = str(Fraction(entry.error) * Fraction(99, 100))
            with pytest.raises(RejectedError):
                Entry(*entry.key, entry.rate, entry.seed, entry.content, smaller).approximation.judged()  # noqa: E501  # fmt: skip


def test_T63_an_edited_weight_is_seen(tmp_path: Path) -> None:
    for entry in ENTRIES.values():
        if entry.method not in (PERMUTED, EXCHANGED) or entry.size > 16:
            continue
        content = json.loads(json.dumps(entry.content))
        row = content["weights"] if entry.family == "pairs" else content["layers"][1][0][0]
        row[0] += 1
        edited = Entry(*entry.key, entry.rate, entry.seed, content, entry.error)
        files = permuted_files(edited.initial, edited.network, edited.rules)
        write(tmp_path, files | {"network.json": edited.approximation.files["network.json"]})
        with pytest.raises(RejectedError, match="no permutation"):
            weights_checker.check(str(tmp_path), files["weights.json"])


def test_T63_free_training_leaves_the_permutations(tmp_path: Path) -> None:
    entry = ENTRIES["sin(5*x)", "rows", 8, FREE, "best"]
    files = permuted_files(entry.initial, entry.network, (LayerRule(True, True),) * 3)
    write(tmp_path, files | {"network.json": entry.approximation.files["network.json"]})
    with pytest.raises(RejectedError, match="layer 0, row 0"):
        weights_checker.check(str(tmp_path), files["weights.json"])


def test_the_note_is_about_the_committed_networks() -> None:
    note = measured.NOTE.read_text(encoding="utf-8")
    assert content_of(note, measured.COMMAND) == measured.tables(ENTRIES)
    assert measured.PICTURE.read_text(encoding="ascii") == measured.picture(ENTRIES)


@pytest.mark.parametrize("name", sorted(measured.SHOWN))
def test_the_folders_are_accepted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = measured.FOLDER / name
    files = ENTRIES[measured.SHOWN[name]].files
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.count("accepted") == 2
