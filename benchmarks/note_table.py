"""Tables of Markdown, and their place in a note, between two marks that readers do not see."""

from collections.abc import Sequence

END = "<!-- end -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown.

    Raises:
        ValueError: a row has more or fewer cells than the head.
    """
    lines = [_line(head), "|---" * len(head) + "|"]
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"table: expected {len(head)} cells, got {row}")
        lines.append(_line(row))
    return "\n".join(lines)


def mark(command: str) -> str:
    """The comment behind which a command puts its table."""
    return f"<!-- {command} -->"


def replaced(text: str, command: str, content: str) -> str:
    """The note with new content after a command's mark, up to the next end mark.

    Raises:
        ValueError: the note lacks the mark, or the end mark after it.
    """
    before, begin, rest = text.partition(mark(command))
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"note: expected {mark(command)} and then {END}")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def content_of(text: str, command: str) -> str:
    """What stands between a command's mark and the end mark, without blank lines around it."""
    return text.partition(mark(command))[2].partition(END)[0].strip()


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
