"""S-expressions, the syntax of VNN-LIB and SMT-LIB: atoms and lists in parentheses."""

import re
from dataclasses import dataclass

from verify.errors import FormatError

_TOKEN = re.compile(r"[()]|[^\s();\[\]]*\[[^\[\]();]*\]|[^\s();\[\]]+|(?P<skip>;[^\n]*|\s+)")
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Atom:
    """A word: a name, a number, or a name with an index such as `X[0,3]`."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Group:
    """What stands between two parentheses."""

    items: tuple["Expression", ...]
    line: int

    @property
    def head(self) -> str:
        """The first word, or nothing."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Atom) else ""


Expression = Atom | Group


def parse_expressions(text: str, where: str) -> tuple[Expression, ...]:
    """The expressions of a file in order, without comments.

    Raises:
        FormatError: parentheses do not match, or a character has no meaning.
    """
    open_lines: list[int] = []
    levels: list[list[Expression]] = [[]]
    line, position = 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FormatError(f"{where}, line {line}", f"unexpected {text[position]!r}")
        token, position = match.group(), match.end()
        if token == "(":
            open_lines.append(line)
            levels.append([])
            if len(levels) > _DEEPEST:
                raise FormatError(f"{where}, line {line}", "parentheses are nested too deeply")
        elif token == ")":
            if not open_lines:
                raise FormatError(f"{where}, line {line}", "unexpected ')'")
            group = Group(tuple(levels.pop()), open_lines.pop())
            levels[-1].append(group)
        elif match.lastgroup != "skip":
            levels[-1].append(Atom(token, line))
        line += token.count("\n")
    if open_lines:
        raise FormatError(f"{where}, line {open_lines[-1]}", "expected ')' before the file ends")
    return tuple(levels[0])
