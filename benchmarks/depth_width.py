"""Depth against width, measured: `python -m benchmarks.depth_width --write`.

Every network and its shallow forms: what they store, multiply and wait for (`theory.cost`), the
certificate that they are the same function, made and checked in this run, and how long float32
programs take, as ratios to the network as it was. Programs of one network take turns. The tables
are those of notes/depth-against-width.md. Counts are the same in every run; times are not.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is imported

import numpy as np

from benchmarks.evaluators import (
    Evaluation,
    Points,
    balanced,
    by_numpy,
    by_onnxruntime,
    ratios,
)
from benchmarks.forms import OverTimeError, at_most, hidden, made
from benchmarks.note_table import replaced, table
from benchmarks.subjects import DATA
from theory.cost import cost
from theory.domain import Box, Domain
from theory.errors import TheoryError
from theory.network import Affine, Network
from verify.claim import Claim, NamedNetwork
from verify.formats.domain_file import read_domain
from verify.formats.network_file import read_network
from verify.prove.strategy import prove
from verify.verdict import Different, Equivalent, Unknown

ROOT = Path(__file__).resolve().parents[1]
NOTE = ROOT / "notes" / "depth-against-width.md"
COMMAND = "python -m benchmarks.depth_width --write"
FORMS = ("two-hidden", "log2-depth", "lattice")
SIZES = (
    "network",
    "domain",
    "form",
    "hidden widths",
    "numbers (stored)",
    "multiply-adds (dense)",
    "layers",
    "path",
    "equal",
)
TIMES = (
    "network",
    "form",
    "onnxruntime, 1",
    "onnxruntime, 4096",
    "numpy, 1",
    "numpy, 4096",
    "float32 error",
    "float32, integer units",
    "float64 error",
)
LIMIT = 45.0  # seconds of computing time to build a form, and as many to prove it
_BATCH, _EXACT, _ROUNDS = 4096, 200, 40
_SECONDS = {1: 0.002, _BATCH: 0.01}

# file below examples/ or the folder of public networks, domain
SUBJECTS = (
    *((f"diabetes_{widths}.onnx", "box:-1,1") for widths in ("2-8-8-1", "2-12-12-12-12-1")),
    ("cancer_2-16-16-16-1.onnx", "box:-1,1"),
    *((f"diabetes_{widths}.onnx", "box:-1,1") for widths in ("3-6-6-1", "3-16-16-1")),
    ("cancer_3-8-8-8-1.onnx", "box:-1,1"),
    *((f"iris_{widths}.onnx", "box:-1,1") for widths in ("4-5-5-3", "4-5-5-5-5-3")),
    ("diabetes_5-16-16-1.onnx", "box:-1,1"),
    ("arch-comp/single_pendulum.onnx", "box:-2,2"),
    ("arch-comp/double_pendulum_more_robust.onnx", "ball:0,0,0,0;1/5"),
    ("arch-comp/acc_5_20.onnx", "ball:30,7/5,30,80,2;2"),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A network, or something built from it.

    Attributes:
        form: What it is called.
        network: Itself, balanced.
        built: As it was built, before that.
        equal: What this run knows of its equality to the network.
    """

    form: str
    network: Network
    built: Network
    equal: str


def variants(network: Network, domain: Domain, limit: float) -> Iterator[Variant | tuple[str, str]]:
    """The network, then each different form with its proof, or its name and why there is none."""
    yield Variant("as it is", network, network, "itself")
    found: dict[Network, list[str]] = {}
    missing = []
    for form in FORMS:
        try:
            with at_most(limit):
                found.setdefault(made(form, network, domain)[0], []).append(form)
        except OverTimeError:
            missing.append((form, f"not built in {limit:g} s"))
        except TheoryError as error:
            missing.append((form, str(error).partition(": ")[2]))
    for new, names in found.items():
        even = balanced(new)
        yield Variant(", ".join(names), even, new, evidence(network, even, domain, limit))
    yield from missing


def evidence(network: Network, new: Network, domain: Domain, limit: float) -> str:
    """What the checker says of the claim that both are the same function on the domain."""
    claim = Claim(NamedNetwork.of("network", network), NamedNetwork.of("form", new), domain)
    try:
        with at_most(limit):
            verdict = prove(claim)
    except OverTimeError:
        return f"unknown after {limit:g} s"
    match verdict:
        case Equivalent(certificate=certificate, leaves=leaves):
            return f"accepted: {leaves} leaves, {len(certificate.data) / 1000:.0f} kB"
        case Different():
            return "different"
        case Unknown(reason=reason):
            return f"unknown: {reason}"


def affine(network: Network) -> Network:
    """An affine map of the same inputs and outputs, whose time is that of a call."""
    weight = [[Fraction(1)] * network.inputs for _ in range(network.outputs)]
    return Network((Affine.dense(weight, [Fraction(1)] * network.outputs),))


def sampled(domain: Domain) -> Points:
    """Random points of a box, float32 numbers."""
    if not isinstance(domain, Box):
        raise ValueError(f"points are drawn from boxes, not from {domain}")
    lower, upper = (np.array([float(end) for end in ends]) for ends in (domain.lower, domain.upper))
    share = np.random.default_rng(1).random((_BATCH, len(lower)))
    points: Points = (lower + share * (upper - lower)).astype(np.float32)
    return points


def exact_values(network: Network, points: Points) -> Points:
    """The network's values at points, exact until they are rounded to float64."""
    rows = [network([Fraction(float(entry)) for entry in point]) for point in points]
    return np.array([[float(value) for value in row] for row in rows])


def error(
    program: Callable[[Network], Evaluation], network: Network, points: Points, exact: Points
) -> str:
    """The greatest difference from exact values, as a share of the greatest value."""
    try:
        found = program(network)(points[: len(exact)])
    except OverflowError:
        return "overflow"
    return f"{np.abs(found.astype(np.float64) - exact).max() / np.abs(exact).max():.1e}"


def measured(networks: Sequence[Network], points: Points) -> list[list[str]]:
    """For every program and batch the ratios of all networks to the first."""
    columns = []
    for program in (by_onnxruntime, partial(by_numpy, kind=np.float32)):
        evaluations = [program(network) for network in networks]
        for batch, seconds in _SECONDS.items():
            found = ratios(evaluations, points[:batch], _ROUNDS, seconds)
            columns.append([f"{ratio:.3g}" for ratio in found])
    return columns


def rows(
    name: str, network: Network, domain: Domain, where: str, limit: float
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The rows of a network in both tables."""
    found = list(variants(network, domain, limit))
    kept = [one for one in found if isinstance(one, Variant)]
    sizes = [size_row(name, where, one) for one in kept]
    blanks = ("",) * (len(SIZES) - 4)
    sizes += [
        (name, where, form, why, *blanks)
        for form, why in (one for one in found if not isinstance(one, Variant))
    ]
    points = sampled(domain)
    exact = exact_values(network, points[:_EXACT])
    programs = [*(one.network for one in kept), affine(network)]
    columns = measured(programs, points)
    times = []
    for index, one in enumerate(kept):
        errors = [
            error(by_onnxruntime, one.network, points, exact),
            error(by_onnxruntime, one.built, points, exact),
            error(partial(by_numpy, kind=np.float64), one.network, points, exact),
        ]
        times.append((name, one.form, *(column[index] for column in columns), *errors))
    times.append((name, "one affine layer", *(column[-1] for column in columns), "", "", ""))
    return sizes, times


def size_row(name: str, where: str, variant: Variant) -> tuple[str, ...]:
    """The row of the first table."""
    found = cost(variant.network)
    return (
        name,
        where,
        variant.form,
        hidden(variant.network.widths),
        f"{found.numbers} ({found.stored})",
        f"{found.products} ({found.dense_products})",
        str(found.layers),
        str(found.path),
        variant.equal,
    )


def tables(only: str, limit: float) -> str:
    """Both tables, for the networks whose files are there and begin so."""
    sizes: list[tuple[str, ...]] = []
    times: list[tuple[str, ...]] = []
    for file, where in SUBJECTS:
        path = (DATA if "/" in file else ROOT / "examples") / file
        if path.exists() and path.stem.startswith(only):
            network = read_network(path).network
            domain = read_domain(where, network.inputs)
            more = rows(path.stem, network, domain, where, limit)
            print(table(SIZES, more[0]), table(TIMES, more[1]), sep="\n\n", flush=True)
            sizes += more[0]
            times += more[1]
    return f"{table(SIZES, sizes)}\n\n{table(TIMES, times)}"


def main() -> None:
    """Print the tables network by network, and put them into the note if wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=LIMIT, help="seconds of a form")
    parser.add_argument("--only", default="", help="networks that begin so")
    parser.add_argument("--write", action="store_true", help="put the tables into the note")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write puts whole tables into the note, so it takes no --only")
    content = tables(options.only, options.timeout)
    if options.write:
        text = NOTE.read_text(encoding="utf-8")
        NOTE.write_text(replaced(text, COMMAND, content), encoding="utf-8")


if __name__ == "__main__":
    main()
