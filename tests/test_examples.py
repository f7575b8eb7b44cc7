"""The example networks are what examples/README.md says, and its commands do what it says."""

import re
import shlex
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from theory.domain import Box
from theory.region import count_regions, regions
from verify.cli import main
from verify.floating import float32_bound_over
from verify.formats.network_file import read_network

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")
FILES = sorted(EXAMPLES.glob("*.onnx"))


def commands() -> Iterator[tuple[list[str], int]]:
    """Every relucert command of the README, with the exit status that is expected."""
    for block, after in re.findall(r"((?:^    .+\n)+)\n(.*)", README, re.M):
        found = re.search(r"exit ([0-9])", after)
        for line in block.splitlines():
            program, *words = shlex.split(line)
            if program == "relucert":
                is_judged = words[0] not in ("report", "check")
                yield words, int(found[1]) if found and is_judged else 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_example_is_in_the_readme_and_reads(path: Path) -> None:
    assert f"`{path.name}`" in README
    network = read_network(path).network
    sizes = re.search(r"_([0-9-]+)", path.stem)
    assert sizes is not None
    assert sizes[1] == "-".join(map(str, network.widths))
    generator = np.random.default_rng(0)
    points = generator.uniform(-1, 1, (50, network.inputs)).astype(np.float32)
    values = onnxruntime.InferenceSession(path).run(None, {"input": points})[0]
    bound = float32_bound_over(network, Box.cube(network.inputs, -1, 1))
    for point, value in zip(points.tolist(), values.tolist(), strict=True):
        exact = network(tuple(map(Fraction, point)))
        for left, right, most in zip(exact, map(Fraction, value), bound, strict=True):
            assert abs(left - right) <= most


def counted_in_the_readme() -> Iterator[tuple[str, int]]:
    """Every file of the README's table with the number of its linear regions."""
    for row in re.findall(r"^\| `.*$", README, re.M):
        files, _, counts = row.strip("| ").split("|")
        names = re.findall(r"`(.*?)`", files)
        numbers = [int(number.replace(" ", "")) for number in counts.split(",")]
        for index, name in enumerate(names):
            yield name, numbers[min(index, len(numbers) - 1)]


@pytest.mark.parametrize(
    ("name", "cells"), [row for row in counted_in_the_readme() if row[1] < 1000]
)
def test_regions_are_as_many_as_the_readme_says(name: str, cells: int) -> None:
    network = read_network(EXAMPLES / name).network
    assert count_regions(network, Box.cube(network.inputs, -1, 1)).cells == cells


def test_the_changed_copy_differs_on_one_small_cell() -> None:
    left, right = (
        read_network(EXAMPLES / f"cancer_2-16-16-16-1{kind}.onnx").network
        for kind in ("", "_changed")
    )
    weights = zip(left.layers[-1].rows[0], right.layers[-1].rows[0], strict=True)
    [(unit, _)] = [one for one, other in weights if one != other]
    assert left.layers[:-1] == right.layers[:-1]
    found = [
        region for region in regions(left, Box.cube(2, -1, 1)) if region.pattern.layers[-1][unit]
    ]
    assert len(found) == 1


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that sees the examples and takes what commands write to out/."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "examples").symlink_to(EXAMPLES)
    return folder


@pytest.mark.slow
def test_commands_do_what_the_readme_says(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(elsewhere)
    found = [(words, main(words)) for words, _ in commands()]
    assert found == list(commands())
    assert {status for _, status in found} == {0, 1, 3}
