"""Makes the recurrent networks of this folder, and the network of a wrong machine.

python examples/recurrent/make.py
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from theory.network import Affine
from theory.recurrence.recurrent import RecurrentNetwork
from theory.recurrence.turing_network import turing_network
from verify.formats.machine_file import read_machine
from verify.formats.recurrent_json import write_recurrent

FOLDER = Path(__file__).resolve().parent
MACHINES = FOLDER.parent / "machines"
# h1 adds up the rises and h2 the falls of x, fading by a half at every step; h3 follows both
PLAIN = ["1/2 0 0 1", "0 1/2 0 -1", "1 -1 1/4 1/2"]
# the same in the units 3 h2, h3 / 3, 2 h3 / 3, h1
SPLIT = ["1/2 0 0 0 -3", "-1/9 1/12 1/12 1/3 1/6", "-2/9 1/6 1/6 2/3 1/3", "0 0 0 1/2 1"]
CHANGED = [SPLIT[0], "-1/9 1/11 1/12 1/3 1/6", *SPLIT[2:]]


def numbers(text: str) -> list[Fraction]:
    """The numbers of a text."""
    return [Fraction(word) for word in text.split()]


def recurrent(rows: list[str], bias: str, output: list[str]) -> RecurrentNetwork:
    """A network of relu units that begins at 0."""
    read = Affine.dense([numbers(row) for row in output], [Fraction(0)] * len(output))
    step = Affine.dense([numbers(row) for row in rows], numbers(bias))
    return RecurrentNetwork(step, read, (Fraction(0),) * len(rows))


def main() -> None:
    """Write the files."""
    plain = recurrent(PLAIN, "0 0 -1/4", ["1 -1 0", "0 0 1"])
    write_recurrent(plain, FOLDER / "delays.json")
    for name, rows in (("delays_split", SPLIT), ("delays_changed", CHANGED)):
        other = recurrent(rows, "0 -1/12 -1/6 0", ["-1/3 0 0 1", "0 1 1 0"])
        write_recurrent(other, FOLDER / f"{name}.json")
    machine, _ = read_machine(MACHINES / "busy_beaver_3.tm")
    rules = dict(machine.rules)
    rules[1, 0] = replace(rules[1, 0], write=1)  # B 0 -> C 0 R
    wrong = turing_network(replace(machine, rules=rules)).network
    write_recurrent(wrong, MACHINES / "wrong_busy_beaver_3.json")


if __name__ == "__main__":
    main()
