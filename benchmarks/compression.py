"""Lossless compression of public networks on boxes: `python -m benchmarks.compression --write`.

Every row is one run of `relucert transform compress` in a process of its own, whose peak memory is
what the system says, and one of `relucert check --kernel native` on what it wrote. The table is
that of notes/compression.md. Counts and bytes are the same in every run; seconds are not.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.note_table import replaced, table
from benchmarks.subjects import DATA

NOTE = Path(__file__).resolve().parents[1] / "notes" / "compression.md"
COMMAND = "python -m benchmarks.compression --write"
HEAD = (
    "network",
    "domain",
    "hidden widths",
    "after",
    "units",
    "inactive",
    "active",
    "undecided (both signs seen)",
    "interval, zonotope, relaxation, linear program, bisection",
    "removed",
    "parameters",
    "leaves",
    "bytes",
    "signs, build s",
    "prove s",
    "check s",
    "native s",
    "peak MB",
)
_SECONDS = 900
Facts = dict[str, Any]  # what --json tells

_ACAS_WHOLE = "box:-0.3284,0.6799;-0.5,0.5;-0.5,0.5;-0.5,0.5;-0.5,0.5"
_ACAS_BOX = "box:0.6,0.679857769;-0.5,0.5;-0.5,0.5;0.45,0.5;-0.45,-0.45"
_ACAS_BALLS = ("ball:0.64,0,0,0.475,-0.45;1/20", "ball:0.64,0,0,0.475,-0.45;1/100")
_NNET_WHOLE = "box:0,60760;-3.141593,3.141593;-3.141593,3.141593;100,1200;0,1200"
_NNET_PART = "box:20000,22000;0.2,0.4;-0.4,-0.2;600,650;500,550"
_VCAS = ("box:-8000,8000;-100,100;0,40", "box:-133,-129;-22.5,-19.5;24,25")

# file or pattern, domains: all inputs that the benchmark speaks of, then smaller boxes
SUBJECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("arch-comp/single_pendulum.onnx", ("box:-2,2", "box:1,1.2;0,0.2")),
    ("arch-comp/double_pendulum_less_robust.onnx", ("box:-1,1.7", "box:1,1.3")),
    ("arch-comp/double_pendulum_more_robust.onnx", ("box:-0.5,1.5", "box:1,1.3")),
    (
        "arch-comp/acc_5_20.onnx",
        ("box:30,30;1.4,1.4;20,40;0,150;-10,10", "box:30,30;1.4,1.4;30,30.2;79,100;1.8,2.2"),
    ),
    ("arch-comp/tora.onnx", ("box:-2,2", "box:0.6,0.7;-0.7,-0.6;-0.4,-0.3;0.5,0.6")),
    ("arch-comp/unicycle.onnx", ("box:-10,10", "box:9.5,9.55;-4.5,-4.45;2.1,2.11;1.5,1.51")),
    ("arch-comp/vcas_0*.nnet", _VCAS),
    ("acasxu-isomorphic/onnx/nets/*.onnx", (_ACAS_WHOLE, _ACAS_BOX, *_ACAS_BALLS)),
    ("acasxu-16bit/acasxu_?_?.nnet", (_NNET_WHOLE, _NNET_PART)),
    (
        "mnist/mnist_relu_3_100*.onnx",
        ("mnist_0_local_15.vnnlib", "ball:CENTRE;1/200;0,1", "ball:CENTRE;1/50;0,1"),
    ),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One network on one domain.

    Attributes:
        network: The file.
        domain: As the command takes it.
        where: As the table names it.
    """

    network: Path
    domain: str
    where: str


def runs(folder: Path) -> Iterator[Run]:
    """Every row of the table, in order; `folder` is for files that domains need."""
    for pattern, domains in SUBJECTS:
        for path in sorted(DATA.glob(pattern)):
            for text in domains:
                yield Run(path, *_domain(text, path.parent, folder))


def _domain(text: str, beside: Path, folder: Path) -> tuple[str, str]:
    """A domain as the command takes it, and as the table names it."""
    if text.endswith(".vnnlib"):
        return str(beside / text), text
    if "CENTRE" in text:
        centre = folder / "centre.csv"
        if not centre.exists():
            centre.write_text(_centre_of(beside / "mnist_0_local_15.vnnlib"), encoding="ascii")
        return text.replace("CENTRE", str(centre)), text.replace("CENTRE", "the image")
    return text, text


def _centre_of(path: Path) -> str:
    """The image about which the public box of the MNIST network lies: its fixed pixels, else 0."""
    from theory.domain import Box
    from verify.formats.domain_file import read_domain

    box = read_domain(str(path), 784)
    if not isinstance(box, Box):
        raise ValueError(f"{path.name}: expected a box")
    pairs = zip(box.lower, box.upper, strict=True)
    return ",".join(str(low if low == high else 0) for low, high in pairs)


def measured(run: Run, leaves: int, folder: Path) -> tuple[str, ...]:
    """The cells of a row."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    words = ["transform", "compress", str(run.network), "--domain", run.domain]
    words += ["--set", f"leaves={leaves}", "--timeout", str(_SECONDS), "--json", "-o", str(out)]
    told, peak = _ran(words)
    facts = json.loads(told)
    started = time.perf_counter()
    checking = _command(["check", str(out), "--kernel", "native", "--json"])
    answer = subprocess.run(checking, check=False, stdout=subprocess.DEVNULL)
    native = time.perf_counter() - started
    if facts["verdict"] != "equivalent" or answer.returncode:
        return (run.network.stem, run.where, "not proved", *[""] * (len(HEAD) - 3))
    return _cells(run, facts, native, peak)


def _command(words: list[str]) -> list[str]:
    return [sys.executable, "-c", "from verify.cli import main; raise SystemExit(main())", *words]


def _ran(words: list[str]) -> tuple[str, int]:
    """What a command writes, and its peak memory in kB."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(_command(words), stdout=output)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        output.seek(0)
        return output.read(), usage.ru_maxrss


def _cells(run: Run, facts: Facts, native: float, peak: int) -> tuple[str, ...]:
    """The cells of a network that was compressed and proved."""
    made, seconds, layers = facts["construction"], facts["seconds"], facts["construction"]["layers"]
    before, after = made["widths_before"][1:-1], made["widths"][1:-1]
    proofs, removed = _summed(layers, "proofs"), _summed(layers, "removed")
    undecided = sum(layer["undecided"] for layer in layers)
    return (
        run.network.stem,
        run.where,
        _widths(before),
        _widths(after),
        f"{sum(before)} to {sum(after)}",
        str(sum(layer["inactive"] for layer in layers)),
        str(sum(layer["active"] for layer in layers)),
        f"{undecided} ({sum(made['crossing'])})",
        ", ".join(str(proofs.get(name, 0)) for name in HEAD[8].split(", ")),
        ", ".join(f"{count} {reason}" for reason, count in sorted(removed.items())) or "none",
        f"{made['parameters_before']} to {made['parameters']}",
        str(facts["summary"]["leaves"]),
        str(facts["summary"]["bytes"]),
        f"{seconds['signs'] + seconds['build']:.1f}",
        f"{seconds['prove']:.1f}",
        f"{seconds['check']:.1f}",
        f"{native:.1f}",
        f"{peak / 1000:.0f}",
    )


def _widths(widths: list[int]) -> str:
    """50-50-50, 6 x 50, or none."""
    if len(widths) > 2 and len(set(widths)) == 1:
        return f"{len(widths)} x {widths[0]}"
    return "-".join(map(str, widths)) or "none"


def _summed(layers: list[dict[str, Any]], key: str) -> Counter[str]:
    """Counts of all layers together."""
    found: Counter[str] = Counter()
    for layer in layers:
        found.update(dict(layer[key]))
    return found


def main() -> None:
    """Run the rows, print them, and put them in the note if wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table in the note")
    parser.add_argument("--leaves", type=int, default=16, help="parts of a box at most")
    parser.add_argument("--only", default="", help="networks whose name begins so")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for run in runs(Path(name)):
            if run.network.stem.startswith(options.only):
                rows.append(measured(run, options.leaves, Path(name)))
                print(" | ".join(rows[-1]), flush=True)
    if options.write:
        text = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(replaced(text, COMMAND, table(HEAD, rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
