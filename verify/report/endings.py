"""How the leaves of a case tree end, in sentences."""

from verify.report.case_tree import CaseTree, Leaf
from verify.report.typesetting import counted, grouped

_ZERO = "every target is zero as it stands"
_SHOWN = "each obligation has a lemma of its own, by Farkas multipliers"
_EMPTY = "the cell is empty, by a lemma"


def endings_told(tree: CaseTree) -> str:
    """`How its 7 leaves end: the cell is empty, by a lemma (3); ... (4).` in TeX."""
    leaves = len(tree.leaves)
    numbers = [
        (words, sum(_ending(leaf) == words for leaf in tree.leaves))
        for words in (_ZERO, _SHOWN, _EMPTY)
    ]
    parts = [
        words if number == leaves else f"{words} ({grouped(number)})"
        for words, number in numbers
        if number
    ]
    told = f"How its {counted(leaves, 'leaf ends', 'leaves end')}: {'; '.join(parts)}."
    inner = sum(leaf.is_inner for leaf in tree.leaves)
    if not inner:
        return told
    trees = "tree of a lemma"
    if len(tree.cuts) > 1:
        trees = f"trees of {grouped(len(tree.cuts))} lemmas"
    return (
        f"{told} Of these {counted(inner, 'leaf belongs', 'leaves belong')} to the case {trees}, "
        "in which the only obligation is the inequality that the lemma adds to its cell."
    )


def _ending(leaf: Leaf) -> str:
    if leaf.kind == "0":
        return _EMPTY
    return _SHOWN if leaf.shown else _ZERO
