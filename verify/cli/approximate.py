"""relucert approximate METHOD TARGET: a network with a certified distance from a function."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, DomainText, Out, Quiet
from verify.cli.terminal import Terminal, counted, decimal, sizes

if TYPE_CHECKING:
    from fractions import Fraction

    from theory.approximation.target import Target
    from theory.network import Vector
    from verify.approximation import Approximation, Chords

Built = tuple["Approximation", list[str]]  # with lines about it

METHODS = ("interpolant", "sawtooth")
_MOST_DEPTH = 11  # of a sawtooth: it has some 2^depth pieces
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
        help="equidistant (the fewest such chords), greedy (as long as possible, from the left), "
        "best (degree 2: the fewest pieces of all), or numbers 0,1/4,1 that begin and end with "
        "the domain.",
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
    from theory.rational import rational
    from verify.errors import InputError

    terminal = Terminal(json, quiet)
    if method not in METHODS:
        raise InputError("METHOD", f"expected one of {', '.join(METHODS)}, got {method!r}")
    function, wanted = target_of(target), rational(epsilon)
    low, high = _interval(domain)
    started = time.monotonic()
    with terminal.progress("looking for a network"):
        build = _interpolant if method == "interpolant" else _sawtooth
        found, more = build(function, low, high, wanted, knots)
    network = found.network
    pieces = _judged(found)
    lines = [
        f"{method} of {target} on [{low}, {high}]: {sizes(network.widths)}, "
        f"{counted(pieces, 'piece', 'pieces')}, |network - f| <= {wanted} at every real x",
        *more,
        *_minimal(function, found),
    ]
    facts: dict[str, object] = {
        "epsilon": str(wanted),
        "hidden layers": network.hidden_layers,
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


def _interpolant(
    function: "Target", low: "Fraction", high: "Fraction", epsilon: "Fraction", knots: str
) -> Built:
    """The interpolant at the knots, and what is known about fewer."""
    from theory.approximation.interpolant import best_quadratic, interpolant
    from verify.approximation import Approximation, Chords
    from verify.errors import InputError

    if knots == "best":
        polynomial = function.polynomial
        if polynomial is None or len(polynomial) != 3:
            raise InputError("--knots", "best is for polynomials of degree 2")
        network = best_quadratic(polynomial, low, high, epsilon)
        return Approximation(network, function, low, high, epsilon), []
    chords = Chords(function, low, high, epsilon)
    chosen = _knots(knots, chords)
    network = interpolant(chords.value, chosen)
    lines, count = [], len(chosen) - 1
    if knots == "equidistant" and not function.terms and count > 1:
        lines.append(f"{count} equidistant chords; every smaller number has one that is too far")
    return Approximation(network, chords.target, low, high, epsilon), lines


def _sawtooth(
    function: "Target", low: "Fraction", high: "Fraction", epsilon: "Fraction", knots: str
) -> Built:
    """The composed sawtooths of least depth by the formula of T54."""
    from theory.approximation.horner import horner, horner_error
    from theory.approximation.square import enough_depth, quadratic, sawtooth_error
    from verify.approximation import Approximation
    from verify.errors import InputError

    polynomial = function.polynomial
    if polynomial is None:
        raise InputError("TARGET", "expected a polynomial, as sawtooth needs one")
    if knots != "equidistant":
        raise InputError("--knots", "sawtooth chooses its knots itself")
    build, error = (quadratic, sawtooth_error)
    if len(polynomial) > 3:
        build, error = (horner, horner_error)
    depth = enough_depth(lambda m: error(polynomial, low, high, m), epsilon)
    if depth > _MOST_DEPTH:
        raise InputError("--epsilon", f"depth {depth} has too many pieces to check one by one")
    network = build(polynomial, low, high, depth)
    told = decimal(error(polynomial, low, high, depth))
    lines = [
        f"T54: squares of depth {depth}, error at most {told}; a quarter for each depth more",
    ]
    return Approximation(network, function, low, high, epsilon), lines


def _judged(found: "Approximation") -> int:
    """The number of pieces, if the claim is true."""
    from verify.checker import RejectedError
    from verify.errors import InputError

    try:
        return found.judged()
    except RejectedError as error:
        raise InputError("--knots", f"not within {found.epsilon} of f, {error}") from None


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


def _minimal(function: "Target", found: "Approximation") -> list[str]:
    """What is proved about fewer pieces, if anything is (T53)."""
    from theory.approximation.interpolant import necessary_pieces

    polynomial = function.polynomial
    if polynomial is None or len(polynomial) != 3:
        return []
    least = necessary_pieces(found.low, found.high, 2 * abs(polynomial[2]), found.epsilon)
    pieces, units = counted(least, "piece", "pieces"), counted(least - 1, "unit", "units")
    return [
        f"T53: what is within this has at least {pieces}, with one hidden layer at least {units}; "
        f"this network has {found.network.units}"
    ]


def _write(out: str, found: "Approximation") -> None:
    from verify.result import clear_folder, prepared_folder, write_files

    folder = prepared_folder(out)
    clear_folder(folder)
    write_files(folder, found.files)
