"""relucert approximate METHOD TARGET: a network with a certified distance from a function."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, DomainText, Out, Quiet
from verify.cli.terminal import Terminal, counted, sizes

if TYPE_CHECKING:
    from fractions import Fraction

    from theory.network import Network, Vector
    from verify.approximation import Approximation, Chords

METHODS = ("interpolant",)
_GRID = 4096  # steps of greedy knots

Method = Annotated[str, typer.Argument(metavar="METHOD", help=f"{', '.join(METHODS)}.")]
TargetText = Annotated[
    str,
    typer.Argument(metavar="TARGET", help="x**3 - x/2, 1/(1 + x**2), exp(x/2) - 2*sin(3*x + 1)."),
]
Epsilon = Annotated[
    str, typer.Option("--epsilon", metavar="E", help="The largest error, a positive number.")
]
Knots = Annotated[
    str,
    typer.Option(
        "--knots",
        metavar="KNOTS",
        help="equidistant (the fewest pieces), greedy (as long as possible, from the left), or "
        "numbers 0,1/4,1 that begin and end with the domain.",
    ),
]


def approximate(
    method: Method,
    target: TargetText,
    *,
    domain: DomainText,
    epsilon: Epsilon,
    knots: Knots = "equidistant",
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Build a ReLU network within E of a function of x on an interval, and certify it.

    OUT gets network.json and approximation.json; relucert check OUT asks the checker.
    """
    from theory.approximation.expression import target_of
    from theory.approximation.interpolant import interpolant
    from theory.rational import rational
    from verify.approximation import Approximation, Chords
    from verify.checker import RejectedError
    from verify.errors import InputError

    terminal = Terminal(json, quiet)
    if method not in METHODS:
        raise InputError("METHOD", f"expected one of {', '.join(METHODS)}, got {method!r}")
    function, wanted = target_of(target), rational(epsilon)
    low, high = _interval(domain)
    started = time.monotonic()
    chords = Chords(function, low, high, wanted)
    with terminal.progress("looking for knots"):
        chosen = _knots(knots, chords)
    network = interpolant(chords.value, chosen)
    found = Approximation(network, chords.target, low, high, wanted)
    try:
        pieces = found.judged()
    except RejectedError as error:
        raise InputError("--knots", f"not within {wanted} of the function, {error}") from None
    lines = [
        f"{method} of {target} on [{low}, {high}]: {sizes(network.widths)}, "
        f"{counted(pieces, 'piece', 'pieces')}, |network - f| <= {wanted} at every real x",
        *_minimal(knots, chords, len(chosen) - 1, network),
    ]
    facts: dict[str, object] = {
        "epsilon": str(wanted),
        "pieces": pieces,
        "seconds": time.monotonic() - started,
        "units": network.units,
        "verdict": "proved",
    }
    if out is not None:
        _write(out, found)
        lines.append(f"written: {out}/{{{','.join(sorted(found.files))}}} (relucert check {out})")
    terminal.tell(facts, lines)
    return 0


def _interval(domain: str) -> "tuple[Fraction, Fraction]":
    """The ends of a box with one input."""
    from theory.domain import Box
    from verify.errors import InputError
    from verify.formats.domain_file import read_domain

    found = read_domain(domain, 1)
    box = found if isinstance(found, Box) else getattr(found, "box", None)
    if box is None:
        raise InputError("--domain", "expected a bounded interval, as box:0,1")
    return box.lower[0], box.upper[0]


def _knots(text: str, chords: "Chords") -> "Vector":
    """The knots that the option asks for."""
    from theory.rational import rational
    from verify.errors import InputError

    if text == "equidistant":
        return chords.fewest()
    if text == "greedy":
        return chords.greedy(_GRID)
    found = tuple(map(rational, text.split(",")))
    if found != tuple(sorted(set(found))) or (found[0], found[-1]) != (chords.low, chords.high):
        ends = f"{chords.low} to {chords.high}"
        raise InputError("--knots", f"expected increasing numbers from {ends}")
    return found


def _minimal(knots: str, chords: "Chords", pieces: int, network: "Network") -> list[str]:
    """What is proved about fewer pieces, if anything is (T53)."""
    from theory.approximation.interpolant import necessary_pieces

    lines = []
    if knots == "equidistant" and not chords.target.terms and pieces > 1:
        lines.append(f"{pieces} equidistant chords; every smaller number has one that is too far")
    polynomial = chords.target.polynomial
    if polynomial is not None and len(polynomial) == 3:
        curvature = 2 * abs(polynomial[2])
        least = necessary_pieces(chords.low, chords.high, curvature, chords.slack)
        lines.append(
            f"T53: every piecewise affine function within this has at least "
            f"{counted(least, 'piece', 'pieces')}; this network has {network.units} units"
        )
    return lines


def _write(out: str, found: "Approximation") -> None:
    from verify.errors import InputError
    from verify.result import clear_folder, prepared_folder

    folder = prepared_folder(out)
    clear_folder(folder)
    try:
        for name, content in found.files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        where = str(error.filename or folder)
        raise InputError(where, f"cannot be written, {error.strerror or error}") from None
