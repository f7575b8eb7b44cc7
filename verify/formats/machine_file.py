"""The text format of Turing machines, `.tm`.

    # binary increment            from # to the end of the line is a comment
    states  right carry done      the first is where the machine starts
    symbols _ 0 1                 the first is the blank
    right 0 -> right 0 R          in state right on 0: go to right, write 0, move right
    right _ -> carry _ L          L, R or N (no move)

States without a rule for a symbol halt on it. Names are ASCII words without blanks and #.
"""

from pathlib import Path

from theory.recurrence.turing import MOVES, Configuration, Rule, TuringMachine
from verify.errors import FormatError
from verify.formats.network_file import read_bytes


def parse_machine(content: bytes, where: str) -> TuringMachine:
    """The machine in the bytes of a text file.

    Raises:
        FormatError: a line is not what the format says.
    """
    if not content.isascii():
        raise FormatError(where, "expected ASCII")
    lines = [
        (number, line.split("#")[0].split())
        for number, line in enumerate(content.decode("ascii").splitlines(), start=1)
    ]
    words = [(number, line) for number, line in lines if line]
    names = []
    for place, head in enumerate(("states", "symbols")):
        if len(words) <= place or words[place][1][0] != head:
            raise FormatError(where, f"expected the lines states and symbols first, no {head}")
        number, (_, *listed) = words[place]
        if not listed or len(set(listed)) != len(listed):
            raise FormatError(f"{where}, line {number}", f"expected different {head}, at least one")
        names.append(listed)
    rules: dict[tuple[int, int], Rule] = {}
    for number, line in words[2:]:
        place_of, rule = _rule(line, names[0], names[1], f"{where}, line {number}")
        if place_of in rules:
            raise FormatError(f"{where}, line {number}", f"a second rule for {line[0]} {line[1]}")
        rules[place_of] = rule
    return TuringMachine(tuple(names[0]), tuple(names[1]), rules)


def _rule(
    line: list[str], states: list[str], symbols: list[str], where: str
) -> tuple[tuple[int, int], Rule]:
    if len(line) != 6 or line[2] != "->" or line[5] not in MOVES:
        raise FormatError(where, "expected STATE SYMBOL -> STATE SYMBOL L, R or N")
    state, symbol, _, after, write, move = line
    for name, known in ((state, states), (symbol, symbols), (after, states), (write, symbols)):
        if name not in known:
            raise FormatError(where, f"{name[:40]!r} is not listed in the first two lines")
    place = states.index(state), symbols.index(symbol)
    return place, Rule(states.index(after), symbols.index(write), move)


def read_machine(path: Path | str) -> tuple[TuringMachine, bytes]:
    """The machine in a file, and the file's content.

    Raises:
        InputError: the file cannot be read or is malformed.
    """
    content = read_bytes(Path(path))
    return parse_machine(content, Path(path).name), content


def parse_tape(text: str, machine: TuringMachine, where: str) -> tuple[int, ...]:
    """The word that a text spells: symbols one after the other, or separated by blanks.

    Raises:
        FormatError: it has a symbol that the machine has not.
    """
    parts = text.split() if " " in text.strip() else list(text.strip())
    unknown = [part for part in parts if part not in machine.symbols]
    if unknown:
        raise FormatError(where, f"expected symbols of the machine, got {unknown[0][:40]!r}")
    return tuple(machine.symbols.index(part) for part in parts)


def tape_text(machine: TuringMachine, configuration: Configuration) -> str:
    """The tape as a person reads it, the head's cell in brackets."""
    left = [machine.symbols[symbol] for symbol in reversed(configuration.left)]
    head = f"[{machine.symbols[configuration.cell(0)]}]"
    right = [machine.symbols[symbol] for symbol in configuration.right[1:]]
    return " ".join((*left, head, *right))
