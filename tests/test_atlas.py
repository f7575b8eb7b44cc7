"""T51 and the atlas: every reduction's command runs and is checked, every witness separates."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.architectures import atlas, separation
from theory.architectures.atlas import ARCHITECTURES, REDUCTIONS, SEPARATIONS, Reduction, Separation
from theory.network import Affine, Network, Vector, relu
from verify.cli import main
from verify.formats.network_file import read_network
from verify.report import atlas_sheet
from verify.report.atlas_drawing import atlas_drawing
from verify.report.atlas_page import atlas_page, command_line
from verify.report.judgement import Status
from verify.report.report import write_atlas
from verify.report.typesetting import tex_text

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = [one for one in REDUCTIONS if one.command]


@pytest.mark.parametrize("one", SEPARATIONS, ids=lambda one: f"{one.larger}-{one.smaller}")
def test_T51_every_witness_separates(one: Separation) -> None:
    assert one.check()


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize(
    "check",
    [
        separation.deep_are_not_shallow,
        separation.recurrent_are_not_of_fixed_depth,
        separation.recurrent_are_no_windows,
        separation.recurrent_are_no_automata,
        separation.steps_are_not_continuous,
        separation.networks_are_no_steps,
    ],
)
def test_T51_witnesses_of_every_size(check: Callable[[int], bool], size: int) -> None:
    assert check(size)


@given(st.tuples(st.fractions(-5, 5), st.fractions(-5, 5)))
def test_T51_the_maximum_of_three_is_what_it_says(point: Vector) -> None:
    assert separation.maximum_of_three()(point) == (max(0, *point),)


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_T51_parity_is_what_it_says(bits: list[bool]) -> None:
    outputs = separation.parity()([(separation.ONE * bit,) for bit in bits])
    assert [y for (y,) in outputs] == [sum(bits[: t + 1]) % 2 for t in range(len(bits))]


@given(st.fractions(-5, 5))
def test_T51_the_square_is_what_it_says(x: Fraction) -> None:
    assert separation.square()(((x,),)) == ((x * x,),)


def test_T51_a_witness_that_does_not_separate_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def flat() -> Network:
        return Network((Affine.dense([[1]], [0]),))

    monkeypatch.setattr(separation, "_absolute", flat)
    assert not separation.relu_is_not_affine()
    assert not separation.relu_are_not_convex()
    monkeypatch.setattr(
        separation, "maximum_of_three", lambda: Network((Affine.dense([[1, 1]], [0]),))
    )
    assert not separation.two_hidden_are_not_one()
    monkeypatch.setattr(separation, "_step", relu)
    assert not separation.steps_are_not_continuous()


def keys() -> set[str]:
    return {one.key for one in ARCHITECTURES}


def test_edges_join_classes_and_no_two_classes_share_a_place() -> None:
    assert len(keys()) == len(ARCHITECTURES) == len({(a.column, a.row) for a in ARCHITECTURES})
    ends = {end for one in REDUCTIONS for end in (one.source, one.target)}
    ends |= {end for one in SEPARATIONS for end in (one.larger, one.smaller)}
    assert ends == keys()
    reduced = {(one.source, one.target) for one in REDUCTIONS}
    assert len(reduced) == len(REDUCTIONS)
    inclusions = {(one.source, one.target) for one in REDUCTIONS if not one.command}
    assert not inclusions & {(one.larger, one.smaller) for one in SEPARATIONS}


def test_every_theorem_has_a_note() -> None:
    names = {path.name[:3] for path in (ROOT / "notes").glob("T*.md")}
    cited = [one.theorem for one in (*REDUCTIONS, *SEPARATIONS)]
    assert {word for text in cited for word in re.findall(r"T\d\d", text)} <= names


def agrees_with_the_runtime(path: Path) -> bool:
    """Whether the network that is read is, up to float32, the graph as another program runs it."""
    import numpy as np
    import onnxruntime

    network, session = read_network(path).network, onnxruntime.InferenceSession(path)
    entry = session.get_inputs()[0]
    for point in np.random.default_rng(0).uniform(-1, 1, (30, network.inputs)).astype(np.float32):
        given = point.reshape([1, *entry.shape[1:]])
        told = session.run(None, {entry.name: given})[0].ravel().tolist()
        exact = network(tuple(map(Fraction, point.tolist())))
        if any(abs(a - Fraction(b)) > Fraction(1, 10**4) for a, b in zip(exact, told, strict=True)):
            return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: f"{one.source}-{one.target}")
def test_T51_every_reduction_is_proved_again(
    one: Reduction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    if one.command[0] == "show":  # reading is the rewriting
        assert main([*one.command, "-q"]) == 0
        assert agrees_with_the_runtime(ROOT / one.command[1])
        return
    out = str(tmp_path / "out")
    assert main([*one.command, "-o", out, "-q"]) == 0
    assert main(["check", out, "-q"]) == 0


def test_the_page_and_the_drawing_are_up_to_date() -> None:
    notes = ROOT / "notes"
    assert (notes / "atlas.md").read_text(encoding="utf-8") == atlas_page()
    assert (notes / "atlas.svg").read_text(encoding="utf-8") == atlas_drawing()


def test_the_drawing_is_well_formed_and_complete() -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(atlas_drawing())
    names = [node.text for node in root.iter() if node.get("font-weight") == "bold"]
    assert set(names) == keys()
    lines = [node for node in root.iter() if node.tag.endswith("line")]
    assert len(lines) == len(REDUCTIONS) + len(SEPARATIONS)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, svg = tmp_path / "atlas.md", tmp_path / "atlas.svg"
    assert main(["atlas", "--check", "--page", str(page), "--svg", str(svg)]) == 0
    told = capsys.readouterr().out
    assert "FAILED" not in told
    assert all(command_line(one) in told for one in REDUCTIONS)
    assert page.read_text(encoding="utf-8") == atlas_page()
    assert svg.read_text(encoding="utf-8") == atlas_drawing()
    assert main(["atlas", "--page", str(tmp_path / "none" / "atlas.md")]) == 3


def test_the_sheet_has_every_edge_and_every_witness(tmp_path: Path) -> None:
    files = write_atlas(tmp_path, pdflatex="no-such-pdflatex")
    tex = files.tex.read_text(encoding="ascii")
    plain = tex.replace(r"\allowbreak{}", "")
    assert files.status is Status.PROVED
    assert files.tex.name == "atlas.tex"
    assert "there is no no-such-pdflatex" in files.message
    assert tex.count(r"\draw[reduction") == len(REDUCTIONS)
    assert tex.count(r"\draw[separation") == tex.count("& holds ") == len(SEPARATIONS)
    assert all(tex_text(one.cost) in tex for one in REDUCTIONS)
    assert all(tex_text(command_line(one)) in tex for one in COMMANDS)
    assert all(tex_text(one.witness) in tex for one in SEPARATIONS)
    assert all(rf"\strut {tex_text(one.key)}" in tex for one in ARCHITECTURES)
    assert "(T46)" in plain.replace("{", "").replace("}", "")
    assert "](" not in plain


def test_a_sheet_with_a_witness_that_fails_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = replace(SEPARATIONS[0], check=lambda: False)
    monkeypatch.setattr(atlas_sheet, "SEPARATIONS", (failing, *SEPARATIONS[1:]))
    monkeypatch.setattr(atlas, "SEPARATIONS", (failing, *SEPARATIONS[1:]))
    monkeypatch.setenv("PATH", "")
    assert main(["atlas", "--report", str(tmp_path / "out")]) == 1
    tex = (tmp_path / "out" / "atlas.tex").read_text()
    assert "1 witness does not show" in tex.replace("{", "").replace("}", "")
    assert r"\textbf{fails}" in tex
    told = capsys.readouterr().out
    assert "FAILED" in told
    assert "no PDF: there is no pdflatex" in told


def test_numbers_stand_on_no_box_and_apart() -> None:
    tex, holds = atlas_sheet.atlas_sheet()
    found = re.findall(r"text=(?:reduction|separation)\] at \(([0-9.]+),([0-9.]+)\)", tex)
    places = [(Fraction(x), Fraction(y)) for x, y in found]
    assert holds
    assert len(places) == len(REDUCTIONS) + len(SEPARATIONS) == len(set(places))
