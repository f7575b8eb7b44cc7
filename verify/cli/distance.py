"""relucert distance NETWORK TARGET: how far a network with one input is from a function, exactly.

The bound in the sup norm is put to the checker in the same run: that of approximations (T52), or
the prover's where the target is a network.
"""

import math
import time
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, DomainText, NetworkFile, Out, Quiet
from verify.cli.terminal import Terminal, counted, decimal, sizes

if TYPE_CHECKING:
    from theory.approximation.distance import Distance
    from verify.formats.network_file import Source

Files = dict[str, bytes]
Interval = tuple[Fraction, Fraction]

_SUFFIXES = (".onnx", ".nnet", ".json")
_LONGEST = 1000  # characters of an exact number

TargetText = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="x**3 - x/2, 1/(1 + x**2), exp(x/2) - 2*sin(3*x), sqrt(x), or a network.",
    ),
]
Width = Annotated[
    str,
    typer.Option("--width", metavar="W", help="Enclose to within W times the lower bound."),
]


def distance(
    network: NetworkFile,
    target: TargetText,
    *,
    domain: DomainText,
    width: Width = "1/1000",
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Measure how far a network is from a function of x, in the sup norm and in L2, with proof.

    OUT gets the network and the bound in the sup norm; relucert check OUT asks the checker.
    """
    from verify.cli.task import number
    from verify.errors import InputError
    from verify.formats.network_file import read_network
    from verify.result import clear_folder, prepared_folder, write_files

    terminal, wanted = Terminal(json, quiet), number(width, "--width")
    if wanted <= 0:
        raise InputError("--width", f"expected a positive number, got {wanted}")
    source = read_network(network)
    low, high = _interval(domain)
    folder = None if out is None else prepared_folder(out)
    started = time.monotonic()
    with terminal.progress("measuring"):
        found, files = _measured(source, target, (low, high), wanted)
    facts, lines = _told(found)
    where = f"{source.name}, {sizes(source.network.widths)}, against {target} on [{low}, {high}]"
    lines = [f"{where}: {counted(found.pieces, 'piece', 'pieces')}", *lines]
    facts |= {"seconds": time.monotonic() - started, "verdict": "proved"}
    if folder is not None:
        clear_folder(folder)
        names = ",".join(write_files(folder, files))
        lines.append(f"written: {out}/{{{names}}} (relucert check {out})")
    terminal.tell(facts, lines)
    return 0


def _interval(text: str) -> Interval:
    """The ends of the domain."""
    from theory.domain import Box
    from verify.errors import InputError
    from verify.formats.domain_file import read_domain

    found = read_domain(text, 1)
    box = found if isinstance(found, Box) else getattr(found, "box", None)
    if box is None:
        raise InputError("--domain", "expected a bounded interval, as box:0,1")
    return box.lower[0], box.upper[0]


def _measured(
    source: "Source", text: str, interval: Interval, width: Fraction
) -> "tuple[Distance, Files]":
    """The distance, and the files that say that its upper bound holds, once it was accepted."""
    from theory.approximation.distance import distance as measured
    from theory.approximation.expression import target_of
    from theory.approximation.tree import tree_of
    from theory.errors import ScopeError
    from verify.approximation.curve_distance import curve_distance
    from verify.formats.network_file import read_network

    if text.partition("#")[0].lower().endswith(_SUFFIXES):
        other = read_network(text)
        found = measured(source.network, other.network, *interval, width)
        return found, _proved(source, other, _bound(found), interval)
    try:
        target = target_of(text)
    except ScopeError:  # not of the kind that is integrated exactly: chords stand in for it
        curve = curve_distance(source.network, tree_of(text), *interval, width)
        return curve.distance, curve.claim.files
    found = measured(source.network, target, *interval, width)
    return found, _accepted(source, found, interval)


def _bound(found: "Distance") -> Fraction:
    """The upper bound, or a little more if it has too many digits."""
    return found.high if len(_text(found.high)) <= _LONGEST else _above(found.high)


def _accepted(source: "Source", found: "Distance", interval: Interval) -> Files:
    """The claim that the network is within the bound, which was accepted in this run.

    Raises:
        InputError: it was not.
    """
    from verify.approximation.claim import Approximation
    from verify.checker import RejectedError
    from verify.errors import InputError

    if found.target is None:
        raise InputError("TARGET", "expected a function")
    claim = Approximation(source.network, found.target, *interval, _bound(found))
    try:
        claim.judged()
    except RejectedError as error:
        raise InputError("TARGET", f"the upper bound was not accepted, {error}") from None
    return claim.files


def _proved(source: "Source", other: "Source", bound: Fraction, interval: Interval) -> Files:
    """The claim that two networks are within the bound, and its certificate.

    Raises:
        InputError: it was not proved, or the interval is one point.
    """
    from theory.domain import Box
    from verify.claim import Claim, NamedNetwork
    from verify.errors import InputError
    from verify.prove.strategy import prove
    from verify.relation import Epsilon, Exact
    from verify.result import CERTIFICATE, CLAIM
    from verify.verdict import Equivalent

    low, high = interval
    if low == high:
        raise InputError("--domain", "expected more than one point, as networks are compared")
    left, right = (NamedNetwork.of(one.name, one.network) for one in (source, other))
    relation = Epsilon(bound) if bound else Exact()
    claim = Claim(left, right, Box((low,), (high,)), relation.text)
    verdict = prove(claim)
    if not isinstance(verdict, Equivalent):
        raise InputError("TARGET", f"the upper bound {decimal(bound)} was not proved")
    return {CLAIM: claim.data, **claim.network_files, CERTIFICATE: verdict.certificate.data}


def _told(found: "Distance") -> tuple[dict[str, object], list[str]]:
    """What was measured, for programs and for people."""
    point = decimal(found.point)
    if found.low == found.high:
        sup = f"exactly {decimal(found.high)}, at x = {point}"
    else:
        sup = f"{decimal(found.low)} <= sup |network - f| <= {decimal(found.high)}, at x = {point}"
    least, largest = found.least_square, found.largest_square
    if least == largest:
        norm = f"the root of {decimal(largest)}, {_root(largest)}"
    else:
        norm = f"from {_root(least)} to {_root(largest)}"
    facts: dict[str, object] = {
        "pieces": found.pieces,
        "point": _text(found.point),
        "square": [_text(found.least_square), _text(found.largest_square)],
        "sup": [_text(found.low), _text(found.high)],
    }
    return facts, [f"sup norm: {sup}", f"L2 norm: {norm}"]


def _root(square: Fraction) -> str:
    """The root in decimals, also where the square is larger or smaller than any float."""
    bits = (square.numerator.bit_length() - square.denominator.bit_length()) // 2
    scaled = math.sqrt(square / Fraction(4) ** bits)
    try:
        return f"~{math.ldexp(scaled, bits):.9g}"
    except OverflowError:
        return f"~{scaled:.9g} * 2^{bits}"


def _text(value: Fraction) -> str:
    """The exact number, or its decimals behind ~ where it is longer than Python writes."""
    try:
        return str(value)
    except ValueError:
        return decimal(value)


def _above(value: Fraction) -> Fraction:
    """A shorter number a little above."""
    bits = 100 + value.denominator.bit_length() - value.numerator.bit_length()
    return Fraction(math.ceil(value * 2**bits), 2**bits) if bits > 0 else Fraction(math.ceil(value))
