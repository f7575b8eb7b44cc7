"""Turing machines and the networks that simulate them, as pages print them."""

from collections.abc import Mapping
from dataclasses import dataclass

from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.turing import Configuration, TuringMachine, encoded
from theory.recurrence.turing_network import turing_network
from verify.formats.machine_file import tape_text
from verify.report.typesetting import counted, tex_number, tex_text

_MOST_STATES, _MOST_SYMBOLS, _MOST_RULES = 16, 8, 40
_LONGEST_NAME = 16
_MOST_STEPS = 8  # of a run that is shown
_MOST_NAMES = 24  # of the units of a block
_BLOCKS: Mapping[str, str] = {  # first word of a unit's name -> its block
    "s": "decode",
    "l": "decode",
    "r": "decode",
    "top": "decode",
    "u": "select",
    "keep": "select",
    "rest": "select",
    "share": "select",
    "move": "move",
}


@dataclass(frozen=True, slots=True)
class MachineTable:
    """The rules of a machine: by state and symbol, or listed where that is too wide.

    Attributes:
        symbols: The heads of the columns; none where the rules are listed.
        rows: A state, and what it does on each symbol.
        listed: Rules, one text each.
        omitted: The number of rules that are not printed.
    """

    symbols: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    listed: tuple[str, ...] = ()
    omitted: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Units of a network as `transform turing` makes it: what they are called, and how many."""

    name: str
    units: tuple[str, ...]
    count: int


def machine_facts(machine: TuringMachine) -> tuple[tuple[str, str], ...]:
    """The sizes of a machine."""
    symbols = counted(len(machine.symbols), "symbol")
    return (
        ("States", f"{len(machine.states)}, first {_name(machine.states[0])}"),
        ("Tape", f"{symbols}, blank {_name(machine.symbols[0])}, infinite both ways"),
        ("Rules", str(len(machine.rules))),
    )


def machine_table(machine: TuringMachine) -> MachineTable:
    """The rules of a machine."""
    if len(machine.states) <= _MOST_STATES and len(machine.symbols) <= _MOST_SYMBOLS:
        symbols = range(len(machine.symbols))
        rows = tuple(
            (_name(name), tuple(_done(machine, state, symbol) for symbol in symbols))
            for state, name in enumerate(machine.states)
        )
        return MachineTable(tuple(map(_name, machine.symbols)), rows)
    listed = tuple(
        f"{_name(machine.states[state])} on {_name(machine.symbols[symbol])}: "
        f"{_done(machine, state, symbol)}"
        for state, symbol in sorted(machine.rules)
    )
    return MachineTable((), (), listed[:_MOST_RULES], len(listed[_MOST_RULES:]))


def _done(machine: TuringMachine, state: int, symbol: int) -> str:
    """What the machine does, `write move state`; a dash where it halts."""
    rule = machine.rules.get((state, symbol))
    if rule is None:
        return "--"
    written, after = machine.symbols[rule.write], machine.states[rule.state]
    return rf"{_name(written)}\,{rule.move}\,{_name(after)}"


def _name(name: str) -> str:
    return tex_text(name, _LONGEST_NAME)


def first_steps(machine: TuringMachine) -> list[tuple[int, str, str, str, str]]:
    """Time, state, tape and the two numbers of the first configurations on the blank tape."""
    found: list[tuple[int, str, str, str, str]] = []
    now, count = Configuration(0), len(machine.symbols)
    for time in range(_MOST_STEPS + 1):
        left, right = (tex_number(encoded(word, count)) for word in (now.left, now.right))
        tape = tex_text(tape_text(machine, now))
        found.append((time, _name(machine.states[now.state]), tape, left, right))
        if machine.halts(now):
            break
        now = machine.after(now)
    return found


def blocks(machine: TuringMachine, network: RecurrentNetwork) -> list[Block]:
    """The blocks of units, if the network is the one that `transform turing` makes."""
    if network.activation not in ("relu", "saturated"):
        return []
    plain = turing_network(machine, network.activation)
    if plain.network != network:
        return []
    share = network.units // len(plain.names)
    by_block: dict[str, list[str]] = {}
    for name in plain.names:
        by_block.setdefault(_BLOCKS[name.split()[0]], []).append(name)
    return [
        Block(name, tuple(tex_text(unit) for unit in units[:_MOST_NAMES]), share * len(units))
        for name, units in by_block.items()
    ]
