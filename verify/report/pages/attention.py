"""The page on attention.json: two attention layers that are the same function (T48)."""

from fractions import Fraction

from theory.architectures.attention import AttentionHead, AttentionLayer, Matrix
from verify.errors import FormatError
from verify.formats.attention_json import read_attention
from verify.formats.strict_json import Json, array_of, count_of, number_of, object_of
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.typesetting import (
    is_short,
    tex_matrix,
    tex_number,
    tex_point,
    tex_space,
)

_MOST_ROWS, _MOST_COLUMNS = 5, 5  # of a matrix that is printed
_LONGEST = 8  # digits of its entries
_MOST_HEADS = 6
_MOST_GROUPS = 24
_WEIGHTS = {
    "softmax": r"softmax, which is left uninterpreted",
    "hardmax": r"equal parts for the tokens with the largest score",
    "relu": r"$\relu$ of the scores",
    "linear": "the scores themselves",
}
_TOKENS = (
    r"Tokens are rows $x_1,\dots,x_t$; a head has scores "
    r"$s_{ij}=(x_iQ+b_Q)(x_jK+b_K)^{\mathsf T}$ and adds $\sum_j a_{ij}(x_jV+b_V)O$ to the output "
    r"of token $i$, with weights $a_i$ made of the scores $s_i$."
)


def attention_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError: the evidence or a layer cannot be read.
    """
    names = file.file_of("left"), file.file_of("right")
    left, right = (read_attention(file.folder / name) for name in names)
    if (left.kind, left.inputs, len(left.output_bias)) != (
        right.kind,
        right.inputs,
        len(right.output_bias),
    ):
        raise FormatError(file.name, "the layers are of different kinds or shapes")
    return Page(
        title="Two attention layers that are the same function",
        question="Two attention layers compared",
        objects=(
            ObjectView("f", names[0], _facts(left)),
            ObjectView("g", names[1], _facts(right)),
        ),
        setting=r"Let $f$ and $g$ be the attention layers of Section~\ref{objects}.",
        conclusion=r"$f(x_1,\dots,x_t)=g(x_1,\dots,x_t)$ for every number $t\ge 1$ of tokens and "
        rf"all $x_1,\dots,x_t\in{tex_space(left.inputs)}$",
        body="attention.tex.jinja",
        values={
            "kind": left.kind,
            "groups": _groups(file)[:_MOST_GROUPS],
            "groups_omitted": len(_groups(file)[_MOST_GROUPS:]),
            "matrices": [*_matrices("f", left), *_matrices("g", right)],
            "heads": len(left.heads) + len(right.heads),
        },
        theorems=("T48",),
        limits=(
            REAL,
            "There is no mask in these layers; with one that both share, and that leaves every "
            "token something to attend to, the identities of T48 hold too, but that is not what "
            "was checked.",
            *_incomplete(left.kind),
        ),
        remarks=(_TOKENS,),
    )


def _incomplete(kind: str) -> tuple[str, ...]:
    if kind == "linear":
        return ()
    return ("Layers for which no such groups exist may still be the same function.",)


def _facts(layer: AttentionLayer) -> tuple[tuple[str, str], ...]:
    head = layer.heads[0]
    outputs = len(layer.output_bias)
    keys = sorted({len(one.key_bias) for one in layer.heads})
    values = sorted({len(one.value_bias) for one in layer.heads})
    bias = f"${tex_point(layer.output_bias)}$" if _fits((layer.output_bias,)) else "in the file"
    return (
        ("Weights", _WEIGHTS[layer.kind]),
        ("Tokens", f"rows of ${tex_space(len(head.query))}$, any number of them"),
        ("Each token gives", f"${tex_space(outputs)}$"),
        ("Heads", str(len(layer.heads))),
        ("Keys, values of a head", f"{_listed(keys)}, {_listed(values)}"),
        ("Output bias", bias),
    )


def _listed(sizes: list[int]) -> str:
    return " or ".join(map(str, sizes))


def _groups(file: EvidenceFile) -> list[tuple[str, str]]:
    """The heads of each group, left and right, with the factors on their scores."""
    where = f"{file.name}, groups"
    found = []
    for group in array_of(file.top.get("groups"), where):
        sides = object_of(group, ("left", "right"), where)
        found.append((_heads(sides["left"], where), _heads(sides["right"], where)))
    return found


def _heads(value: Json, where: str) -> str:
    """Head 1, head 3 times a half."""
    shown = []
    for entry in array_of(value, where):
        parts = array_of(entry, where)
        if len(parts) != 2:
            raise FormatError(where, "expected [head, factor]")
        number, factor = count_of(parts[0], where) + 1, number_of(parts[1], where)
        times = "" if factor == 1 else rf" (scores ${tex_number(factor)}$ times)"
        shown.append(f"{number}{times}")
    return ", ".join(shown) or "none"


def _matrices(symbol: str, layer: AttentionLayer) -> list[str]:
    """The matrices S and P of the first heads, in math mode, if they are small."""
    found = []
    for number, head in enumerate(layer.heads[:_MOST_HEADS], start=1):
        if not (_fits(head.scores) and _fits(head.values)):
            return []
        found.append(_head(symbol, number, head))
    return found


def _head(symbol: str, number: int, head: AttentionHead) -> str:
    name = f"^{{{symbol}}}_{{{number}}}"
    return rf"S{name}={tex_matrix(head.scores)},\qquad P{name}={tex_matrix(head.values)}"


def _fits(matrix: Matrix) -> bool:
    entries: list[Fraction] = [entry for row in matrix for entry in row]
    wide = max(map(len, matrix), default=0) > _MOST_COLUMNS
    short = all(is_short(entry, _LONGEST) for entry in entries)
    return short and not wide and len(matrix) <= _MOST_ROWS
