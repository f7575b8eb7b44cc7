"""Quantised and pruned copies of the example networks: `python -m benchmarks.copies --write`.

Every network of examples/ that is listed here gets a float16 copy, an int8 copy and one without
a tenth of its weights; the tolerance that is proved, and the difference at a point that was met,
go into notes/copies.md. The certificates are checked.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from benchmarks.note_table import replaced, table
from theory.domain import Box
from theory.network import Network
from theory.rounding import float16_copy, int8_copy, pruned_copy
from verify.claim import Claim, NamedNetwork
from verify.formats.network_file import read_network
from verify.prove.least_tolerance import least_tolerance

ROOT = Path(__file__).resolve().parents[1]
NOTE = ROOT / "notes" / "copies.md"
COMMAND = "python -m benchmarks.copies --write"
SUBJECTS = (
    ("iris_4-5-5-3", "4", "6"),
    ("diabetes_2-8-8-1", "0", "1"),
    ("diabetes_3-16-16-1", "0", "1"),
    ("cancer_2-16-16-16-1", "0", "1"),
)
COPIES = ("float16", "int8", "int6", "pruned 1/10")
HEAD = (
    "network",
    "box",
    "copy",
    "numbers changed",
    "greatest difference met",
    "tolerance proved",
    "leaves",
    "certificate bytes",
    "computing s",
)


def copied(network: Network, kind: str) -> tuple[Network, int]:
    """A copy, and how many numbers are not as before."""
    match kind:
        case "float16":
            found = float16_copy(network)
        case "int8":
            found = int8_copy(network)
        case "int6":
            found = int8_copy(network, 6)
        case _:
            found = pruned_copy(network, Fraction(1, 10))
    return found.network, found.trace.changed


def rows(seconds: float) -> Iterator[tuple[str, ...]]:
    """A row for every network and copy."""
    for name, low, high in SUBJECTS:
        network = read_network(ROOT / "examples" / f"{name}.onnx").network
        for kind in COPIES:
            copy, changed = copied(network, kind)
            sides = NamedNetwork.of(name, network), NamedNetwork.of(kind, copy)
            claim = Claim(*sides, Box.cube(network.inputs, Fraction(low), Fraction(high)))
            started = time.process_time()
            found = least_tolerance(claim, seconds)
            taken = time.process_time() - started
            head = (name, f"[{low}, {high}]^{network.inputs}", kind, str(changed))
            met = f"{float(found.lower):.4g}"
            if found.proof is None:
                yield (*head, met, "none", "", "", f"{taken:.1f}")
                continue
            size = str(len(found.proof.certificate.data))
            proved = str(found.upper)
            yield (*head, met, proved, str(found.proof.leaves), size, f"{taken:.1f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or write it into the note."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds of every attempt")
    parser.add_argument("--write", action="store_true", help=f"put the table in {NOTE.name}")
    options = parser.parse_args(arguments)
    content = table(HEAD, list(rows(options.timeout)))
    print(content)
    if options.write:
        text = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(replaced(text, COMMAND, content), encoding="utf-8")


if __name__ == "__main__":
    main()
