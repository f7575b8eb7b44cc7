"""Chamber tables: what they say is so, and the checker rejects every table that is not right."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.forms.max_blocks import (
    MAX_OF_FIVE,
    MAX_OF_SIX,
    SYMMETRIC_MAX_OF_FIVE,
    SYMMETRIC_MAX_OF_SIX,
    Block,
    BlockFormula,
    Orbit,
)
from theory.forms.max_chambers import chamber_table, restriction
from verify import chamber_table as checker

FORMULAS = {
    "max-of-five": MAX_OF_FIVE,
    "max-of-six": MAX_OF_SIX,
    "symmetric-max-of-five": SYMMETRIC_MAX_OF_FIVE,
    "symmetric-max-of-six": SYMMETRIC_MAX_OF_SIX,
}
CHAMBERS = {"max-of-five": 30, "max-of-six": 15}
GOLDEN = Path(__file__).parent / "chamber_tables"
SCRIPT = Path(checker.__file__)


def answer(table: object) -> str:
    """What the checker says: accepted, rejected or malformed."""
    data = table if isinstance(table, bytes) else json.dumps(table).encode()
    try:
        checker.Table(data).check()
    except checker.RejectedError:
        return "rejected"
    except checker.MalformedError:
        return "malformed"
    return "accepted"


@pytest.mark.parametrize("name", list(FORMULAS))
def test_T18_tables_are_accepted(name: str) -> None:
    table = chamber_table(FORMULAS[name])
    assert table.defects == ()
    assert len(table.chambers) == CHAMBERS.get(name, 1)
    assert answer(table.text().encode()) == "accepted"
    golden = GOLDEN / f"{name}.json"
    assert golden.read_text(encoding="ascii") == table.text()


def test_the_checker_stands_alone() -> None:
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(GOLDEN / "max-of-six.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("accepted: the maximum of 6 numbers is the sum of 66 blocks")


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.json"
    table = json.loads(chamber_table(MAX_OF_FIVE).text())
    table["orbits"][0]["coefficient"] = "1/3"
    path.write_text(json.dumps(table), encoding="ascii")
    assert checker.main([str(path)]) == 1
    assert checker.main([str(tmp_path / "missing.json")]) == 2
    assert checker.main([]) == 2
    path.write_text("{}", encoding="ascii")
    assert checker.main([str(path)]) == 2
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == ["rejected", "malformed", "malformed"]


def test_the_symmetric_table_is_that_of_the_note() -> None:
    (chamber,) = chamber_table(SYMMETRIC_MAX_OF_SIX).chambers
    assert [line.counts for line in chamber.linear] == [
        (20, 174, 96, 156),
        (8, 100, 60, 118),
        (2, 68, 24, 68),
        (0, 18, 0, 18),
        (0, 0, 0, 0),
        (0, 0, 0, 0),
    ]
    assert {line.function: line.counts for line in chamber.kinks} == {
        (1, -2, 0, 0, 1, 0): (0, 1, 2, 0),
        (1, -1, -1, 1, 0, 0): (0, 16, 8, 12),
        (1, 0, -1, -1, 1, 0): (0, 2, 0, 2),
        (1, -2, 0, 1, 0, 0): (0, 2, 4, 0),
        (1, -2, 1, 0, 0, 0): (0, 3, 6, 0),
        (1, -1, 0, -1, 1, 0): (0, 4, 0, 4),
        (1, -1, -1, 0, 1, 0): (0, 8, 4, 6),
    }


PAIRS = st.tuples(st.integers(0, 4), st.integers(0, 4))
SIDES = st.tuples(PAIRS, PAIRS)


def value_of(block: Block, point: list[Fraction]) -> Fraction:
    return max(sum((max(point[a], point[b]) for a, b in s), Fraction(0)) for s in block)


@given(st.tuples(SIDES, SIDES), st.permutations(range(5)), st.lists(st.integers(1, 9), min_size=5))
def test_T17_a_block_in_a_chamber(block: Block, order: list[int], steps: list[int]) -> None:
    """Linear part plus kink is the block at every point of the open chamber."""
    point = [Fraction(0)] * 5
    for place, index in enumerate(order):
        point[index] = Fraction(sum(steps[place:]))
    part, kink = restriction(block, {index: place for place, index in enumerate(order)})
    sorted_values = [point[index] for index in order]
    value = sum((a * x for a, x in zip(part, sorted_values, strict=True)), Fraction(0))
    if kink is not None:
        assert next(entry for entry in kink if entry) > 0
        rise = sum((a * x for a, x in zip(kink, sorted_values, strict=True)), Fraction(0))
        value += max(Fraction(0), rise)
    assert value == value_of(block, point)


def test_a_wrong_formula_has_defects() -> None:
    orbits = (*MAX_OF_FIVE.orbits[:-1], Orbit(Fraction(1, 3), MAX_OF_FIVE.orbits[-1].block))
    wrong = BlockFormula(5, MAX_OF_FIVE.symmetries, orbits, "T17")
    table = chamber_table(wrong)
    assert table.defects
    assert all(excess for _, _, excess in table.defects)
    none = BlockFormula(5, MAX_OF_FIVE.symmetries, tuple(
        Orbit(Fraction(0), orbit.block) for orbit in MAX_OF_FIVE.orbits
    ), "T17")  # fmt: skip
    leads = [(order, function) for order, function, _ in chamber_table(none).defects]
    assert [excess for _, _, excess in chamber_table(none).defects] == [-1] * len(leads)
    assert answer(table.text().encode()) == "rejected"


Path_ = tuple[int | str, ...]


def places(value: object, path: Path_ = ()) -> Iterator[tuple[Path_, object]]:
    """Every number and text of a table, with the way to it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from places(part, (*path, index))
    else:
        yield path, value


def changed(table: object, path: Path_, new: object) -> Any:
    copy: Any = deepcopy(table)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return copy


def other(value: object) -> list[object]:
    if isinstance(value, int):
        return [value + 1, value - 1, 0, True, float(value), str(value)]
    return ["1/7", "-1/7", "0", "1/0", "one", None]


def is_maximum(table: Any) -> bool:
    """Whether the formula of a table is the maximum at some points, by plain evaluation."""
    random = Random(5)
    for _ in range(20):
        point = [Fraction(random.randint(-9, 9)) for _ in range(table["count"])]
        total = Fraction(0)
        for orbit in table["orbits"]:
            values = (value_of(block, point) for block in orbit["blocks"])
            total += Fraction(orbit["coefficient"]) * sum(values, Fraction(0))
        if total != max(point):
            return False
    return True


@pytest.mark.parametrize(
    ("name", "most"),
    [("max-of-five", 250), ("symmetric-max-of-five", 250), ("symmetric-max-of-six", 12)],
)
def test_T17_what_is_accepted_is_the_maximum(name: str, most: int) -> None:
    """Only the choice of a symmetry or of how a block is written leaves a table right."""
    table = json.loads(chamber_table(FORMULAS[name]).text())
    found = list(places(table))
    for path, value in Random(1).sample(found, most):
        for new in other(value):
            if type(new) is type(value) and new == value:
                continue
            altered = changed(table, path, new)
            if answer(altered) == "accepted":
                assert path[0] == "symmetries" or "blocks" in path
                assert is_maximum(altered), (path, new)


Edit = Callable[[Any], object]
EDITS: dict[str, Edit] = {
    "a chamber is missing": lambda t: t["chambers"].pop(),
    "a chamber is listed twice": lambda t: t["chambers"].append(t["chambers"][0]),
    "an orbit is missing": lambda t: t["orbits"].pop(),
    "a block is missing": lambda t: t["orbits"][1]["blocks"].pop(),
    "a block is listed twice": lambda t: t["orbits"][1]["blocks"].append(
        t["orbits"][1]["blocks"][0]
    ),
    "a kink is missing": lambda t: t["chambers"][2]["kinks"].pop(),
    "a kink is listed twice": lambda t: t["chambers"][2]["kinks"].append(
        t["chambers"][2]["kinks"][0]
    ),
    "a linear part is missing": lambda t: t["chambers"][0]["linear"].pop(),
    "all orders are exchanged by a symmetry that is none": lambda t: t["symmetries"].append(
        [1, 2, 3, 4, 0]
    ),
    "no symmetry": lambda t: t["symmetries"].clear(),
    "unknown name": lambda t: t.update({"note": ""}),
    "no chambers": lambda t: t["chambers"].clear(),
    "other format": lambda t: t.update({"format": "relucert-certificate"}),
    "other version": lambda t: t.update({"version": 2}),
    "more numbers": lambda t: t.update({"count": 6}),
    "fewer numbers": lambda t: t.update({"count": 4}),
    "too many numbers": lambda t: t.update({"count": 11}),
    "orbits as object": lambda t: t.update({"orbits": {}}),
}


@pytest.mark.parametrize("name", list(EDITS))
def test_edited_tables_are_not_accepted(name: str) -> None:
    table = json.loads(chamber_table(MAX_OF_FIVE).text())
    EDITS[name](table)
    assert answer(table) != "accepted"


def test_one_chamber_is_not_enough_for_a_formula_that_is_wrong_elsewhere() -> None:
    """The formula x_0 is the maximum in a fifth of all chambers, and its table says so."""
    block: Block = (((0, 0), (0, 0)), ((0, 0), (0, 0)))
    formula = BlockFormula(5, (), (Orbit(Fraction(1, 2), block),), "T17")
    table = json.loads(chamber_table(formula).text())
    table["chambers"] = table["chambers"][:24]
    assert answer(table) == "rejected"
    table["symmetries"] = [[1, 2, 3, 4, 0], [1, 0, 2, 3, 4]]
    table["chambers"] = [{**table["chambers"][0], "size": 120}]
    assert answer(table) == "rejected"


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff", b'{"count":1.5}', b'{"a":1,"a":2}', b"[" * 100000, b'{"a":NaN}']
)
def test_other_files_are_malformed(data: bytes) -> None:
    assert answer(data) == "malformed"
