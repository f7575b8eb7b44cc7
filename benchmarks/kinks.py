"""Kink certificates of a public controller: `python -m benchmarks.kinks`, or `make kinks`.

The controller vcas_01 (3-20-20-20-20-20-9, normalised inputs) over boxes up to its whole input
box: its two-hidden-layer form is built, the cells are proposed, and the checker is run as anyone
may run it. Every row is a process of its own; times are seconds of its CPU, so that other work
on the machine does little to them; memory is the greatest that the process had.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from theory.domain import Box
from theory.forms.two_hidden import two_hidden_form
from verify.acyclic import acyclic
from verify.claim import Claim, NamedNetwork
from verify.formats.network_file import read_network
from verify.kink_certificate import CHECKER
from verify.prove.kinks import kink_certificate

DATA = Path(os.environ.get("RELUCERT_DATA", Path(__file__).resolve().parents[2] / "shared/data"))
NETWORK = DATA / "arch-comp" / "vcas_01.nnet"
ROWS = ("1/20", "1/10", "1/5", "1/2")
HEAD = (
    "box",
    "cells",
    "form",
    "build s",
    "propose s",
    "check s",
    "network MB",
    "evidence MB",
    "build GB",
    "check GB",
)


def row(half_width: Fraction) -> tuple[str, ...]:
    """One line of the table; raises if the checker does not accept."""
    source = read_network(f"{NETWORK}#normalised")
    box = Box.cube(3, -half_width, half_width)
    with acyclic(), tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        form = two_hidden_form(source.network, box).network
        built = time.process_time()
        sides = NamedNetwork.of("network", source.network), NamedNetwork.of("form", form)
        claim = Claim(*sides, box)
        certificate = kink_certificate(claim)
        proposed = time.process_time()
        files = {"claim.json": claim.data, "certificate.json": certificate.data}
        for name, content in {**files, **claim.network_files}.items():
            (Path(folder) / name).write_bytes(content)
        answer, seconds, memory = checked(Path(folder))
    cells = answer.partition("(")[2].partition(" ")[0]
    times = (built - started, proposed - built, seconds)
    sizes = (len(sides[1].data), len(certificate.data))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        f"[-{half_width}, {half_width}]^3",
        cells,
        "-".join(map(str, form.widths[1:-1])),
        *(f"{value:.1f}" for value in times),
        *(f"{size / 1e6:.1f}" for size in sizes),
        *(f"{size / 1e6:.2f}" for size in (peak, memory)),
    )


def checked(folder: Path) -> tuple[str, float, int]:
    """The checker's answer, its seconds of CPU and its greatest memory in kilobytes."""
    files = [str(folder / name) for name in ("claim.json", "certificate.json")]
    command = [sys.executable, "-I", "-S", str(CHECKER), *files]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found.stdout, seconds, after.ru_maxrss


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--row", help="this half-width alone, in this process")
    options = parser.parse_args()
    if options.row is not None:
        print("| " + " | ".join(row(Fraction(options.row))) + " |", flush=True)
        return
    if not NETWORK.exists():
        sys.exit(f"there is no {NETWORK.name}; set RELUCERT_DATA")
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|", flush=True)
    for text in ROWS:
        command = [sys.executable, "-m", "benchmarks.kinks", "--row", text]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
