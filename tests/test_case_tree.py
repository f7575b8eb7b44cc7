"""The case tree of a certificate as people read it, for random trees and broken scripts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.cli.transform import FORMS
from verify.errors import FormatError
from verify.report.case_tree import Cut, case_tree, tree_of_certificate
from verify.report.endings import endings_told
from verify.report.leaf_table import cut_rows, histogram, leaf_rows, split_forms
from verify.report.theorems import named_theorem, theorems_behind, theorems_of_the_calculus

Script = list[list[object]]

SCRIPT: Script = [
    ["S", 4],
    ["+", 5, [0, 0, 3]],
    ["S", [1, 0, -2]],
    ["D", 6, "P", [], "N", [0, 0, 1]],
    ["="],
    ["0", [0, 1, 2]],
    ["-", 7, []],
    ["="],
]

INNER: st.SearchStrategy[Script] = st.lists(
    st.sampled_from([["+", 1, []], ["-", 2, []], ["D", 3, "P", [], "N", []]]), max_size=3
)


@st.composite
def scripts(draw: st.DrawFn, depth: int = 4) -> tuple[Script, list[int]]:
    """A script and the depths of its leaves in order."""
    before: Script = draw(INNER)
    if depth == 0 or draw(st.booleans()):
        return [*before, ["="]], [0]
    first, first_depths = draw(scripts(depth - 1))
    second, second_depths = draw(scripts(depth - 1))
    script: Script = [*before, ["S", depth], *first, *second]
    return script, [found + 1 for found in (*first_depths, *second_depths)]


@given(scripts())
def test_every_script_of_a_tree_is_read_back(drawn: tuple[Script, list[int]]) -> None:
    script, depths = drawn
    tree = case_tree(script)
    assert tree.steps == len(script)
    assert [len(leaf.path) for leaf in tree.leaves] == depths
    assert sum(tree.depths) == len(tree.leaves)
    assert sum(leaf.lemmas for leaf in tree.leaves) <= tree.lemmas
    paths = [tuple(turn.positive for turn in leaf.path) for leaf in tree.leaves]
    assert paths == sorted(paths, reverse=True)
    assert len(set(paths)) == len(paths)


@given(scripts())
def test_a_script_cut_short_or_continued_is_no_tree(drawn: tuple[Script, list[int]]) -> None:
    script, _ = drawn
    with pytest.raises(FormatError):
        case_tree(script[:-1])
    with pytest.raises(FormatError, match="no step after the last leaf"):
        case_tree([*script, ["="]])


def test_the_tree_of_a_script() -> None:
    tree = case_tree(SCRIPT)
    counts = {kind: count for kind, count in tree.kinds if count}
    assert counts == {"S": 2, "+": 1, "-": 1, "D": 1, "=": 2, "0": 1}
    assert (tree.steps, tree.lemmas, tree.depth, tree.depths) == (8, 5, 2, (0, 1, 2))
    assert [(leaf.kind, leaf.steps, leaf.lemmas) for leaf in tree.leaves] == [
        ("=", 2, 2),
        ("0", 1, 1),
        ("=", 2, 1),
    ]


def test_leaves_are_printed_with_their_paths() -> None:
    tree = case_tree(SCRIPT)
    assert [row.path for row in leaf_rows(tree, 100)] == [
        r"4^{+}\;\allowbreak h_{1}^{+}",
        r"4^{+}\;\allowbreak h_{1}^{-}",
        "4^{-}",
    ]
    assert len(leaf_rows(tree, 2)) == 2
    assert split_forms(tree, 9) == [(1, r"-2\,x_{2}+\allowbreak 1", True)]
    assert [count for _, count, *_ in histogram(tree.depths)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ({}, "expected an array"),
        ([], "expected a leaf"),
        (["="], "expected an array"),
        ([["?"]], "expected one of"),
        ([[["="]]], "expected one of"),
        ([["S", True], ["="], ["="]], "expected a split"),
        ([["S", [1]], ["="], ["="]], "expected a split"),
        ([["S", [1, "2"]], ["="], ["="]], "expected a split"),
        ([["S", 1, 2], ["="], ["="]], "expected a split"),
    ],
)
def test_what_is_no_tree_is_named(script: object, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        case_tree(script)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"steps":[]}', b"[" * 99_999])
def test_a_broken_certificate_has_no_tree(content: bytes) -> None:
    tree, reason = tree_of_certificate(content)
    assert tree is None
    assert reason


def test_the_tree_of_the_bytes_of_a_certificate() -> None:
    tree, reason = tree_of_certificate(json.dumps({"steps": SCRIPT}).encode())
    assert tree is not None
    assert reason == ""
    assert tree_of_certificate(None) == (None, "")


LEMMAS: Script = [
    ["C", [1, -2], [0, 2]],
    ["C", [0, -1], []],
    ["S", 0],
    ["=", []],
    ["0", [1, 0, 1]],
    ["=", [1, 0, 2]],
    ["N", 3, 4],
    ["S", 0],
    ["=", [1, 1, 2], []],
    ["="],
]


def test_lemmas_have_trees_of_their_own_and_their_cell_goes_on() -> None:
    tree = case_tree(LEMMAS)
    assert tree.cuts == (Cut((1, -2), ((0, 2),)), Cut((0, -1), ()))
    paths = [row.path.replace(r"\;\allowbreak ", " ") for row in leaf_rows(tree, 9)]
    assert paths == ["L_{1} L_{2} 0^{+}", "L_{1} L_{2} 0^{-}", "L_{1}", "0^{+}", "0^{-}"]
    assert [(leaf.depth, leaf.steps, leaf.shown) for leaf in tree.leaves] == [
        (1, 1, 1),
        (1, 1, 0),
        (0, 1, 1),
        (1, 1, 2),
        (1, 1, 0),
    ]
    assert (tree.lemmas, tree.depth, tree.depths) == (5, 1, (1, 4))
    assert split_forms(tree, 9) == []
    assert cut_rows(tree, 9) == [
        (1, r"-2\,x_{1}+\allowbreak 1+\allowbreak 2\,Y_{0}", True),
        (2, "-x_{1}", True),
    ]
    assert len(cut_rows(tree, 1)) == 1


def test_endings_are_counted() -> None:
    told = endings_told(case_tree(LEMMAS))
    assert "its 5 leaves end: every target is zero as it stands (1);" in told
    assert "by Farkas multipliers (3); the cell is empty, by a lemma (1)." in told
    assert "3 leaves belong to the case trees of 2 lemmas" in told
    assert endings_told(case_tree([["="]])) == (
        "How its 1 leaf ends: every target is zero as it stands."
    )


@pytest.mark.parametrize(
    ("script", "is_empty"),
    [
        ([["0", []]], True),
        ([["S", 1], ["0", []], ["0", []]], True),
        ([["S", 1], ["0", []], ["="]], False),
        ([["C", [0, 1], []], ["=", []], ["0", []]], True),
        ([["C", [0, 1], []], ["0", []], ["="]], False),
    ],
)
def test_a_domain_is_empty_where_all_cells_outside_of_lemmas_are(
    script: object, is_empty: bool
) -> None:
    assert case_tree(script).is_empty == is_empty


@pytest.mark.parametrize(
    "step",
    [["C"], ["C", [1, 2]], ["C", [1], []], ["C", [1, 2], [0]], ["C", [1, "2"], []], ["C", 1, []],
     ["C", [1, 2], [], []], ["C", [1, 2], [0, True]]],
)  # fmt: skip
def test_what_is_no_lemma_is_named(step: object) -> None:
    with pytest.raises(FormatError, match="expected a lemma's form"):
        case_tree([step, ["="], ["="]])


def test_a_certificate_has_one_step_a_line_after_the_first() -> None:
    lines = [{"steps": LEMMAS[:3]}, *LEMMAS[3:]]
    for end in ("\n", "\r\n", " \r \n"):
        content = "".join(json.dumps(line) + end for line in lines).encode()
        assert tree_of_certificate(content) == (case_tree(LEMMAS), "")
    assert tree_of_certificate(json.dumps({"steps": []}).encode() + b"\n\n[]")[0] is None


@pytest.mark.parametrize(
    ("script", "used"),
    [
        ([["="]], ["T11"]),
        ([["=", []]], ["T11", "T12"]),
        ([["+", 0, []], ["="]], ["T11", "T12"]),
        ([["D", 1, "P", [], "N", []], ["="]], ["T11", "T12", "T13"]),
    ],
)
def test_T11_a_report_quotes_what_its_certificate_rests_on(script: object, used: list[str]) -> None:
    quoted = theorems_of_the_calculus(case_tree(script))
    assert [theorem.identifier for theorem in quoted] == used


def test_theorems_of_all_forms_are_quoted() -> None:
    for form in FORMS:
        assert named_theorem(form.theorem) is not None, form.name
        assert all(theorem.statement for theorem in theorems_behind(form.theorem))
