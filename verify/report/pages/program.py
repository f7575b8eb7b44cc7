"""The pages on transformer.json and tokens.json: programs on tokens, as blocks are (T55)."""

from collections import Counter

from theory.architectures.token_program import Attention, Elementwise, Step, TokenProgram
from theory.network import Vector
from verify.errors import FormatError
from verify.formats.network_file import read_bytes
from verify.formats.strict_json import Json, array_of, count_of, number_of
from verify.formats.token_json import parse_program
from verify.report.pages.page import REAL, EvidenceFile, ObjectView, Page
from verify.report.typesetting import counted, grouped, tex_number, tex_point, tex_space, tex_text

_MOST_STEPS = 24  # that are listed
_MOST_TOKENS = 12
_PROGRAM = (
    "A program has values at each token, its numbers first; each step appends what a head gives, "
    "what a function gives number by number, or products. Every token is treated alike, but that "
    "a head with a causal mask adds a number to the scores of later tokens, or does not see them."
)


def transformer_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError: the evidence or a program cannot be read.
    """
    names, programs = _sides(file)
    return Page(
        title="Two transformer blocks that are the same function",
        question="Two transformer blocks compared",
        objects=_objects(names, programs),
        setting=r"Let $f$ and $g$ be the programs on tokens of Section~\ref{objects}.",
        conclusion=r"$f(x_1,\dots,x_t)=g(x_1,\dots,x_t)$ for every number $t\ge 1$ of tokens and "
        rf"all $x_1,\dots,x_t\in{tex_space(programs[0].inputs)}$",
        body="program.tex.jinja",
        values={"programs": _listed(programs), "tokens": [], "place": (), "bits": 0},
        theorems=("T55",),
        limits=(
            REAL,
            r"Softmax, $\operatorname{erf}$, roots and the like are not interpreted: programs that "
            "are not the same combination of them may still be the same function.",
        ),
        remarks=(_PROGRAM,),
    )


def tokens_page(file: EvidenceFile) -> Page:
    """What the page says.

    Raises:
        InputError: the evidence or a program cannot be read.
    """
    names, programs = _sides(file)
    top = file.top
    tokens = [_numbers(one, file.name) for one in array_of(top.get("tokens"), file.name)]
    token, output = (count_of(top.get(key), f"{file.name}, {key}") for key in ("token", "output"))
    return Page(
        title="Two transformer blocks that differ",
        question="Two transformer blocks compared",
        objects=_objects(names, programs),
        setting=r"Let $f$ and $g$ be the programs on tokens of Section~\ref{objects}, and "
        r"$x_1,\dots,x_t$ the tokens of Section~\ref{evidence}.",
        conclusion=f"output {output + 1} at token {token + 1} of $f$ and of $g$ differ",
        body="program.tex.jinja",
        values={
            "programs": _listed(programs),
            "tokens": [tex_point(one) for one in tokens[:_MOST_TOKENS]],
            "place": (token + 1, output + 1, len(tokens)),
            "bits": count_of(top.get("bits"), f"{file.name}, bits"),
        },
        theorems=("T55",),
        limits=(REAL, "Nothing is said of other tokens."),
        remarks=(_PROGRAM,),
        is_refutation=True,
    )


def _sides(file: EvidenceFile) -> tuple[tuple[str, str], tuple[TokenProgram, TokenProgram]]:
    names = file.file_of("left"), file.file_of("right")
    left, right = (parse_program(read_bytes(file.folder / name), name) for name in names)
    if (left.inputs, left.output.outputs) != (right.inputs, right.output.outputs):
        raise FormatError(file.name, "the programs have different numbers of inputs or outputs")
    return names, (left, right)


def _numbers(value: Json, where: str) -> Vector:
    return tuple(number_of(entry, where) for entry in array_of(value, where))


def _objects(
    names: tuple[str, str], programs: tuple[TokenProgram, TokenProgram]
) -> tuple[ObjectView, ...]:
    sides = zip("fg", names, programs, strict=True)
    return tuple(ObjectView(symbol, name, _facts(one)) for symbol, name, one in sides)


def _facts(program: TokenProgram) -> tuple[tuple[str, str], ...]:
    maps = [program.output, *(one for step in program.steps for one in step.maps)]
    weights = sum(len(row) for one in maps for row in one.rows)
    biases = sum(bool(bias) for one in maps for bias in one.bias)
    kinds = Counter(_kind(step) for step in program.steps)
    return (
        ("Tokens", f"rows of ${tex_space(program.inputs)}$, any number of them"),
        ("Each token gives", f"${tex_space(program.output.outputs)}$"),
        ("Steps", ", ".join(f"{kind} ({count})" for kind, count in kinds.items()) or "none"),
        ("Nonzero weights and biases", grouped(weights + biases)),
    )


def _kind(step: Step) -> str:
    """The kind of a step, in TeX."""
    match step:
        case Attention(weights=weights, later=later):
            return f"{tex_text(weights)} head{'' if later == 0 else ' with a causal mask'}"
        case Elementwise(name=name):
            return tex_text(name)
        case _:
            return "product"


def _listed(programs: tuple[TokenProgram, TokenProgram]) -> list[tuple[str, list[str], int]]:
    """The first steps of each program: symbol, steps in TeX, their number."""
    return [
        (symbol, [_told(step) for step in program.steps[:_MOST_STEPS]], len(program.steps))
        for symbol, program in zip("fg", programs, strict=True)
    ]


def _told(step: Step) -> str:
    appended = counted(step.outputs, "value")
    if isinstance(step, Attention):
        keys = counted(step.key.outputs, "key")
        return f"{_kind(step)}, {keys}, scale ${tex_number(step.scale)}$, {appended}"
    return f"{_kind(step)}, {appended}"
