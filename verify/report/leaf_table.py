"""The leaves of a case tree as rows of a table, and a histogram of their depths."""

from dataclasses import dataclass
from fractions import Fraction

from verify.report.case_tree import CaseTree, Turn
from verify.report.typesetting import tex_sum

_WIDTH = 8.0  # of the histogram, in centimetres
_HEIGHT = 2.4
_WIDEST_BAR = 0.6


@dataclass(frozen=True, slots=True)
class LeafRow:
    """A leaf as it is printed: its number from 1, and its path in math mode."""

    number: int
    depth: int
    steps: int
    lemmas: int
    kind: str
    path: str


def histogram(depths: tuple[int, ...]) -> list[tuple[int, int, str, str, str]]:
    """(depth, leaves, left, right, height) of the bars of the histogram, in centimetres."""
    width = min(_WIDTH / len(depths), _WIDEST_BAR)
    tallest = max(depths)
    return [
        (depth, count, f"{depth * width:.4f}", f"{(depth + 0.82) * width:.4f}",
         f"{_HEIGHT * count / tallest:.4f}")
        for depth, count in enumerate(depths)
    ]  # fmt: skip


def _explicit_forms(tree: CaseTree) -> dict[tuple[int, ...], int]:
    """The explicit forms in the order in which leaves meet them, numbered from 1."""
    found: dict[tuple[int, ...], int] = {}
    for leaf in tree.leaves:
        for turn in leaf.path:
            if turn.form:
                found.setdefault(turn.form, len(found) + 1)
    return found


def leaf_rows(tree: CaseTree, most: int) -> list[LeafRow]:
    """The first leaves, at most so many."""
    forms = _explicit_forms(tree)
    return [
        LeafRow(
            number,
            len(leaf.path),
            leaf.steps,
            leaf.lemmas,
            leaf.kind,
            r"\;\allowbreak ".join(_turn(turn, forms) for turn in leaf.path),
        )
        for number, leaf in enumerate(tree.leaves[:most], start=1)
    ]


def _turn(turn: Turn, forms: dict[tuple[int, ...], int]) -> str:
    sign = "+" if turn.positive else "-"
    if turn.symbol is None:
        return f"h_{{{forms[turn.form]}}}^{{{sign}}}"
    return f"{turn.symbol}^{{{sign}}}"


def split_forms(tree: CaseTree, most: int) -> list[tuple[int, str, bool]]:
    """(number, expression, whether exact) of explicit forms on which the tree splits."""
    return [
        (number, *tex_sum(Fraction(form[0]), _form_row(form)))
        for form, number in list(_explicit_forms(tree).items())[:most]
    ]


def _form_row(form: tuple[int, ...]) -> tuple[tuple[int, Fraction], ...]:
    return tuple((index, Fraction(entry)) for index, entry in enumerate(form[1:]) if entry)
