"""Small mistakes as edits of one expression: signs, indices, dropped terms, swapped names.

A mutant is the source of a module with one expression replaced; the rest of the text stays as
it is. Texts, annotations, messages of errors and conditions that only lead to an error are left
alone: they have tests of their own.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

PAIRS = (
    ("before", "after"),
    ("left", "right"),
    ("low", "high"),
    ("lower", "upper"),
    ("first", "second"),
    ("above", "below"),
    ("inputs", "outputs"),
    ("row", "column"),
    ("inner", "outer"),
    ("min", "max"),
    ("any", "all"),
    ("one", "other"),
    ("here", "there"),
)
BUILT_IN = frozenset(("min", "max", "any", "all"))
SWAPPED = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}

Node = ast.expr
Edit = Callable[[Node, frozenset[str]], Node | None]
Comparison = type[ast.cmpop]

_NEIGHBOURS: dict[Comparison, Comparison] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake in one module.

    Attributes:
        function: The function or class that it is in, with dots.
        operator: The kind of mistake.
        before: The expression.
        after: What it becomes.
        number: Which of the equal edits in the function it is, from 1.
        line: Where it is.
        source: The text of the whole module with the mistake.
    """

    function: str
    operator: str
    before: str
    after: str
    number: int
    line: int
    source: str

    @property
    def key(self) -> str:
        """What it is known by as long as its function stays the same."""
        return f"{self.function} | {self.operator} | {self.before} -> {self.after} | {self.number}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, by place and operator."""
    lines = source.encode("utf-8").split(b"\n")
    seen: dict[tuple[str, str, str, str], int] = {}
    for function, node, names in _expressions(ast.parse(source), "", BUILT_IN):
        for operator, edit in OPERATORS.items():
            changed = edit(deepcopy(node), names)
            if changed is None:
                continue
            before, after = ast.unparse(node), ast.unparse(changed)
            if before == after:
                continue
            kind = (function, operator, before, after)
            seen[kind] = seen.get(kind, 0) + 1
            mutated = _replaced(lines, node, f"({after})")
            yield Mutant(function, operator, before, after, seen[kind], node.lineno, mutated)


def _replaced(lines: list[bytes], node: Node, text: str) -> str:
    """The module with the text of a node replaced; columns of nodes count bytes."""
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    head, tail = lines[node.lineno - 1][: node.col_offset], lines[end_line - 1][end:]
    middle = head + text.encode("utf-8") + tail
    return b"\n".join([*lines[: node.lineno - 1], middle, *lines[end_line:]]).decode("utf-8")


# ------------------------------------------------------------------------- where to look


Place = tuple[str, Node, frozenset[str]]


def _expressions(node: ast.AST, function: str, names: frozenset[str]) -> Iterator[Place]:
    """The expressions of functions, outermost first, with the function and the names in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            name = f"{function}.{child.name}".lstrip(".")
            known = names | _local_names(child) if isinstance(child, ast.FunctionDef) else names
            for statement in child.body:
                yield from _of_statement(statement, name, known)


def _local_names(node: ast.AST) -> frozenset[str]:
    """The arguments and variables of a function."""
    stored = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and _is_stored(one)}
    return frozenset(stored | {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)})


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _of_statement(node: ast.AST, function: str, names: frozenset[str]) -> Iterator[Place]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield from _expressions(ast.Module([node], []), function, names)
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield from _inside(node.value, function, names)
    elif isinstance(node, ast.If) and all(isinstance(one, ast.Raise) for one in node.body):
        for statement in node.orelse:
            yield from _of_statement(statement, function, names)
    elif not isinstance(node, ast.Raise | ast.Import | ast.ImportFrom):
        yield from _inside(node, function, names)


def _inside(node: ast.AST, function: str, names: frozenset[str]) -> Iterator[Place]:
    if isinstance(node, ast.JoinedStr | ast.arguments):
        return
    if isinstance(node, ast.expr):
        yield function, node, names
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield from _of_statement(child, function, names)
        else:
            yield from _inside(child, function, names)


# ------------------------------------------------------------------------------ operators


def _sign(node: Node, _: frozenset[str]) -> Node | None:
    """Sums as differences and back, -a as a."""
    match node:
        case ast.BinOp(op=ast.Add()):
            node.op = ast.Sub()
            return node
        case ast.BinOp(op=ast.Sub()):
            node.op = ast.Add()
            return node
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return operand
        case _:
            return None


def _dropped_term(node: Node, _: frozenset[str]) -> Node | None:
    """Of a + b and a - b the first; a sum without what it starts from."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub()):
            return left
        case ast.Call(func=ast.Name("sum"), args=[_, start]):
            if ast.unparse(start) in ("ZERO", "Fraction(0)", "Fraction(0, 1)"):
                return None  # what a sum starts from anyway
            del node.args[1]
            return node
        case _:
            return None


def _dropped_factor(node: Node, _: frozenset[str]) -> Node | None:
    """Of a * b and a / b the first."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() | ast.FloorDiv()):
            return left
        case _:
            return None


def _index(node: Node, _: frozenset[str]) -> Node | None:
    """The next place of a sequence; a slice that begins or ends one later."""
    match node:
        case ast.Subscript(slice=ast.Constant(int(value)) as place):
            place.value = 1 - value if value in (0, 1) else value + 1
            return node
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(int(value)))):
            node.slice = ast.Constant(0)
            return node
        case ast.Subscript(slice=ast.Slice() as part):
            return _slid(node, part)
        case _:
            return None


def _slid(node: Node, part: ast.Slice) -> Node | None:
    for end in (part.lower, part.upper):
        match end:
            case ast.Constant(int(value)) | ast.UnaryOp(operand=ast.Constant(int(value))):
                constant = end.operand if isinstance(end, ast.UnaryOp) else end
                constant.value = value + 1  # type: ignore[attr-defined]
                return node
            case _:
                continue
    return None


def _off_by_one(node: Node, _: frozenset[str]) -> Node | None:
    """A range one shorter, or one longer; a count that starts one later."""
    match node:
        case ast.Call(func=ast.Name("range"), args=[*_, last]) if len(node.args) <= 2:
            node.args[-1] = ast.BinOp(last, ast.Sub(), ast.Constant(1))
            return node
        case ast.Call(func=ast.Name("enumerate"), args=[_]):
            node.keywords = [ast.keyword("start", ast.Constant(1))]
            return node
        case _:
            return None


def _swapped_name(node: Node, names: frozenset[str]) -> Node | None:
    """The name's opposite: before for after, min for max."""
    match node:
        case ast.Name(name, ast.Load()) if SWAPPED.get(name) in names:
            node.id = SWAPPED[name]
            return node
        case ast.Attribute(_, name, ast.Load()) if name in SWAPPED:
            node.attr = SWAPPED[name]
            return node
        case _:
            return None


def _swapped_arguments(node: Node, names: frozenset[str]) -> Node | None:
    """The first two arguments of a call in the other order, where they are of one kind."""
    match node:
        case ast.Call(args=[ast.Name(one) as left, ast.Name(other) as right, *_]):
            if SWAPPED.get(one) != other or other not in names:
                return None
            node.args[:2] = [right, left]
            return node
        case _:
            return None


def _comparison(node: Node, _: frozenset[str]) -> Node | None:
    """< as <=, == as !=, and so on."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _NEIGHBOURS:
        node.ops[0] = _NEIGHBOURS[type(node.ops[0])]()
        return node
    return None


def _condition(node: Node, _: frozenset[str]) -> Node | None:
    """`a if c else b` with the branches exchanged; and for or."""
    match node:
        case ast.IfExp():
            node.body, node.orelse = node.orelse, node.body
            return node
        case ast.BoolOp(op=ast.And()):
            node.op = ast.Or()
            return node
        case ast.BoolOp(op=ast.Or()):
            node.op = ast.And()
            return node
        case _:
            return None


OPERATORS: dict[str, Edit] = {
    "sign": _sign,
    "dropped term": _dropped_term,
    "dropped factor": _dropped_factor,
    "index": _index,
    "off by one": _off_by_one,
    "swapped name": _swapped_name,
    "swapped arguments": _swapped_arguments,
    "comparison": _comparison,
    "condition": _condition,
}
