"""The leaves of a case tree as rows of a table, and a histogram of their depths."""

from dataclasses import dataclass
from fractions import Fraction

from verify.report.case_tree import CaseTree, Cut, Turn
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
            leaf.depth,
            leaf.steps,
            leaf.lemmas,
            leaf.kind,
            r"\;\allowbreak ".join(_turn(turn, forms) for turn in leaf.path),
        )
        for number, leaf in enumerate(tree.leaves[:most], start=1)
    ]


def _turn(turn: Turn, forms: dict[tuple[int, ...], int]) -> str:
    if turn.cut:
        return f"L_{{{turn.cut}}}"
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


def cut_rows(tree: CaseTree, most: int) -> list[tuple[int, str, bool]]:
    """(number, expression, whether exact) of the lemmas with case trees of their own."""
    return [(number, *_expression(cut)) for number, cut in enumerate(tree.cuts[:most], start=1)]


def _expression(cut: Cut) -> tuple[str, bool]:
    """The expression that a lemma says to be nonnegative, in math mode; and whether exactly."""
    row = tuple((symbol - 1, Fraction(weight)) for symbol, weight in cut.terms if weight)
    if not row:
        return tex_sum(Fraction(cut.form[0]), _form_row(cut.form))
    units, are_exact = tex_sum(Fraction(0), row, name="Y")
    if not any(cut.form):
        return units, are_exact
    affine, is_exact = tex_sum(Fraction(cut.form[0]), _form_row(cut.form))
    sign = "" if units.startswith("-") else "+"
    return rf"{affine}{sign}\allowbreak {units}", is_exact and are_exact


def _form_row(form: tuple[int, ...]) -> tuple[tuple[int, Fraction], ...]:
    return tuple((index, Fraction(entry)) for index, entry in enumerate(form[1:]) if entry)
