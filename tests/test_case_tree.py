"""The case tree of a certificate as people read it, for random trees and broken scripts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import FormatError
from verify.report.case_tree import case_tree, tree_of_certificate
from verify.report.leaf_table import histogram, leaf_rows, split_forms

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
