"""The note on l1 regularisation is what its command makes; seconds are not compared."""

import xml.etree.ElementTree as ET
from random import Random

import pytest

from benchmarks.line_chart import Line, Panel, chart
from benchmarks.lossless import (
    COMMAND,
    HEAD,
    LOCAL,
    NOTE,
    PICTURE,
    WHOLE,
    Measurement,
    centres,
    classifiers,
    grouped,
    measured,
    measurements,
    picture,
    row,
)
from benchmarks.note_table import content_of, mark, replaced, table
from theory.domain import Box
from theory.forms.compress import compressed_form
from theory.rational import rational
from verify.formats.domain_file import read_domain

TEXT = NOTE.read_text(encoding="utf-8")
TABLE = content_of(TEXT, COMMAND).splitlines()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE[2:]]
EXACT = slice(0, HEAD.index("proved"))


def column(name: str, where: str) -> list[float]:
    cells = (cells[HEAD.index(name)] for cells in ROWS if cells[0] == where)
    return [float(cell.removesuffix("%")) for cell in cells]


@pytest.fixture(scope="module")
def whole() -> list[Measurement]:
    domain = read_domain("box:0,1", 64)
    return [measured(one, WHOLE, domain, 60) for one in classifiers()]


def test_the_rows_of_the_whole_box_are_those_of_the_note(whole: list[Measurement]) -> None:
    rows = [list(row(group)[EXACT]) for group in grouped(whole)]
    assert rows == [cells[EXACT] for cells in ROWS if cells[0] == WHOLE]
    assert all(one.proof is not None for one in whole)


def test_more_units_are_stable_and_go_as_the_strength_grows() -> None:
    for where in (WHOLE, LOCAL):
        assert sorted(column("l1 strength", where)) == column("l1 strength", where)
        assert column("both signs", where) == sorted(column("both signs", where), reverse=True)
        assert column("units left", where) == sorted(column("units left", where), reverse=True)


def test_every_result_is_proved() -> None:
    for cells in ROWS:
        proved, _, planned = cells[HEAD.index("proved")].partition(" of ")
        assert proved == planned


def test_without_regularisation_the_whole_box_has_no_stable_unit() -> None:
    assert column("stably inactive", WHOLE)[0] == column("stably active", WHOLE)[0] == 0
    assert column("units left", WHOLE)[0] == 100


def test_compressed_classifiers_are_the_originals_at_points() -> None:
    random = Random(1)
    one = classifiers()[-1]
    domain = Box.cube(64, 0, 1)
    small = compressed_form(one.network, domain).network
    for _ in range(20):
        point = tuple(rational(f"{random.randint(0, 16)}/16") for _ in range(64))
        assert small(point) == one.network(point)


def test_a_local_domain_is_measured_and_proved() -> None:
    one = next(one for one in classifiers() if (one.strength, one.seed) == ("0.002", 1))
    path = centres()[3]
    domain = read_domain(f"ball:{path};1/16;0,1", 64)
    found = measured(one, LOCAL, domain, 60)
    assert found.proof is not None
    assert found.left < 50
    assert found.parameters < 50


def test_centres_are_images_of_all_ten_digits() -> None:
    assert [path.stem for path in centres()] == [f"test_{digit}" for digit in range(10)]
    for path in centres():
        pixels = [rational(text) * 16 for text in path.read_text("ascii").split(",")]
        assert len(pixels) == 64
        assert all(pixel.denominator == 1 and 0 <= pixel <= 16 for pixel in pixels)


def test_the_chart_is_that_of_the_table(whole: list[Measurement]) -> None:
    drawn = PICTURE.read_text("ascii")
    left = drawn.partition('<g transform="translate(460 0)">')[0]
    assert picture(grouped(whole)).startswith(left)
    assert PICTURE.name in TEXT


def test_the_command_measures_every_classifier_and_domain() -> None:
    planned = {(one.strength, one.seed) for one in classifiers()}
    assert len(planned) == 18
    assert next(iter(measurements(60, seeds=(2,)))).classifier.seed == 2


def test_a_chart_is_well_formed_and_repeats() -> None:
    panel = Panel("a < b", ("0", "1"), "x", (Line("one", (0, 100)), Line("two", (50, 25.5))))
    text = chart((panel, panel))
    assert chart((panel, panel)) == text
    root = ET.fromstring(text)
    assert len(root.findall(".//{http://www.w3.org/2000/svg}circle")) == 2 * (4 + 2)
    assert "a &lt; b" in text


def test_a_chart_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(ValueError, match="expected 2 values"):
        Panel("a", ("0", "1"), "x", (Line("one", (1,)),))
    with pytest.raises(ValueError, match="percentages"):
        Panel("a", ("0",), "x", (Line("one", (101,)),))


def test_a_table_goes_between_its_marks() -> None:
    note = f"before\n{mark('this')}\nold\n<!-- end -->\n{mark('that')}\nkept\n<!-- end -->\nafter"
    content = table(("a", "b"), [("1", "2")])
    new = replaced(note, "this", content)
    assert content_of(new, "this") == content == "| a | b |\n|---|---|\n| 1 | 2 |"
    assert content_of(new, "that") == "kept"
    assert replaced(new, "this", "old") != new
    with pytest.raises(ValueError, match="expected"):
        replaced(note, "nothing", content)
    with pytest.raises(ValueError, match="cells"):
        table(("a", "b"), [("1",)])
