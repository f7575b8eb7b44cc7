"""`read_domain`: the set of inputs that a claim speaks about, from a text or a file.

    box:-1,1               every input between -1 and 1
    box:0,1;-1/2,1/2       one interval an input
    ball:0,1/2;1/10        every input at most 1/10 from that point, (0, 1/2): a ball of the
                           maximum norm
    ball:sample.csv;1/10;0,1    round the point in a file, and every input between 0 and 1
    all                    all of R^n
    box.vnnlib             the constraints on inputs in a VNN-LIB file (see `verify.formats.vnnlib`)
    region.json            {"box":[["-1","1"],["0","2"]],"halfspaces":[["1","1","3/2"],...]}

In JSON the box has one interval an input, or none at all (`[]`) where nothing is bounded; a
halfspace is written as its normal followed by its offset: normal . x <= offset. Numbers are
exact: 0.1 is 1/10.
"""

from fractions import Fraction
from pathlib import Path

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import NumberError, TheoryError
from theory.rational import rational, text_of
from verify.errors import FormatError, InputError
from verify.formats.network_file import read_bytes
from verify.formats.strict_json import Json, array_of, number_of, object_of, read_json
from verify.formats.vnnlib import Halfspace, parse_vnnlib_domain


def read_domain(text: str, inputs: int) -> Domain:
    """The domain of Q^inputs that a text names or a file holds.

    Raises:
        InputError: the text or file is malformed, has other inputs, or is an empty box.
    """
    stripped = text.strip()
    if stripped == "all":
        return Space(inputs)
    if stripped.startswith("box:"):
        return _box(stripped.removeprefix("box:"), inputs, f"domain {text[:60]!r}")
    if stripped.startswith("ball:"):
        return _ball(stripped.removeprefix("ball:"), inputs, f"domain {text[:60]!r}")
    path = Path(text)
    if path.suffix.lower() == ".vnnlib":
        return parse_vnnlib_domain(read_bytes(path), path.name, inputs)
    if path.suffix.lower() == ".json":
        return domain_of(read_json(read_bytes(path), path.name), inputs, path.name)
    raise InputError(
        f"domain {text[:60]!r}",
        "expected box:-1,1 or box:0,1;-1/2,1/2 or ball:0,1;1/10 or all, or a file .vnnlib or .json",
    )


def _box(text: str, inputs: int, where: str) -> Box:
    parts = text.split(";")
    intervals = [_interval(part, f"{where}, interval {i}") for i, part in enumerate(parts)]
    if len(intervals) == 1:
        intervals *= inputs
    if len(intervals) != inputs:
        wanted = "1 interval" if inputs == 1 else f"1 or {inputs} intervals"
        raise InputError(where, f"expected {wanted}, got {len(intervals)}")
    return _checked_box(intervals, where)


def _ball(text: str, inputs: int, where: str) -> Box:
    parts = text.split(";")
    if len(parts) not in (2, 3):
        raise InputError(where, "expected ball:CENTRE;RADIUS or ball:CENTRE;RADIUS;LOW,HIGH")
    centre = _centre(parts[0], where)
    if len(centre) not in (1, inputs):
        raise InputError(where, f"expected a centre of {inputs} numbers, got {len(centre)}")
    radius = _number(parts[1], where)
    if radius < 0:
        raise InputError(where, f"expected a radius of at least 0, got {radius}")
    ends = [(entry - radius, entry + radius) for entry in centre * (inputs // len(centre))]
    if len(parts) == 3:
        low, high = _interval(parts[2], where)
        ends = [(max(start, low), min(end, high)) for start, end in ends]
    return _checked_box(ends, where)


def read_local(text: str, within: Domain) -> Box:
    """The points of a box, or of all of Q^n, that a text CENTRE,RADIUS allows.

    CENTRE is a number for every input, one for all of them, a file .csv or .txt of such numbers,
    or FILE:3 for those in its third line.

    Raises:
        InputError: the text or file is malformed, has other inputs, or no point is left.
    """
    where = f"--local {text[:60]!r}"
    if isinstance(within, Polytope):
        raise InputError(where, "expected --domain to be a box or all, got a polytope")
    centre_text, comma, radius_text = text.rpartition(",")
    if not comma:
        raise InputError(where, "expected CENTRE,RADIUS such as 0,1/2,1/10 or sample.csv,1/10")
    centre, radius = _centre(centre_text, where), _number(radius_text, where)
    if len(centre) not in (1, within.inputs):
        raise InputError(where, f"expected a centre of {within.inputs} numbers, got {len(centre)}")
    if radius < 0:
        raise InputError(where, f"expected a radius of at least 0, got {radius}")
    full = centre * (within.inputs // len(centre))
    ends = [(entry - radius, entry + radius) for entry in full]
    if isinstance(within, Box):
        bounds = zip(within.lower, within.upper, strict=True)
        pairs = zip(ends, bounds, strict=True)
        ends = [(max(a, low), min(b, high)) for (a, b), (low, high) in pairs]
    return _checked_box(ends, where)


def _centre(text: str, where: str) -> list[Fraction]:
    """The numbers of a text, of the file that it names, or of a line of it (FILE:3).

    They are separated by commas or blanks.
    """
    name, colon, line = text.strip().rpartition(":")
    path = Path(name if colon else text.strip())
    if path.suffix.lower() in (".csv", ".txt"):
        where, text = path.name, read_bytes(path).decode("utf-8", "replace")
        if colon:
            text = _line(text.splitlines(), line, where)
    return [_number(entry, where) for entry in text.replace(",", " ").split()]


def _line(lines: list[str], number: str, where: str) -> str:
    if not number.isdecimal() or not 1 <= int(number) <= len(lines):
        raise InputError(where, f"expected a line from 1 to {len(lines)}, got {number[:20]!r}")
    return lines[int(number) - 1]


def _number(text: str, where: str) -> Fraction:
    try:
        return rational(text)
    except NumberError as error:
        raise InputError(where, str(error)) from None


def _interval(text: str, where: str) -> tuple[Fraction, Fraction]:
    ends = text.split(",")
    if len(ends) != 2:
        raise InputError(where, f"expected two ends such as -1,1, got {text[:40]!r}")
    return _number(ends[0], where), _number(ends[1], where)


def _checked_box(intervals: list[tuple[Fraction, Fraction]], where: str) -> Box:
    try:
        return Box(tuple(low for low, _ in intervals), tuple(high for _, high in intervals))
    except TheoryError as error:
        raise InputError(where, str(error)) from None


def domain_of(value: Json, inputs: int, where: str) -> Domain:
    """The domain of Q^inputs that a JSON value states, as in a claim.

    Raises:
        InputError: it is no domain of so many inputs, or an empty box.
    """
    fields = object_of(value, ("box", "halfspaces"), where)
    intervals = [_pair(entry, where) for entry in array_of(fields["box"], where)]
    if intervals and len(intervals) != inputs:
        raise FormatError(where, f"expected {inputs} intervals or none, got {len(intervals)}")
    halfspaces = _halfspaces(fields["halfspaces"], inputs, where)
    if not halfspaces:
        return _checked_box(intervals, where) if intervals else Space(inputs)
    bounds = _checked_box(intervals, where).halfspaces if intervals else ()
    return Polytope(inputs, (*bounds, *halfspaces))


def _pair(value: Json, where: str) -> tuple[Fraction, Fraction]:
    ends = array_of(value, where)
    if len(ends) != 2:
        raise FormatError(where, f"expected two ends of an interval, got {len(ends)}")
    return number_of(ends[0], where), number_of(ends[1], where)


def _halfspaces(value: Json, inputs: int, where: str) -> tuple[Halfspace, ...]:
    found: list[Halfspace] = []
    for index, entry in enumerate(array_of(value, where)):
        place = f"{where}, halfspace {index}"
        numbers = [number_of(number, place) for number in array_of(entry, place)]
        if len(numbers) != inputs + 1:
            raise FormatError(place, f"expected {inputs + 1} numbers, got {len(numbers)}")
        found.append((tuple(numbers[:-1]), numbers[-1]))
    return tuple(found)


def domain_value(domain: Domain) -> Json:
    """The JSON value that states a domain, as in a claim; `domain_of` reads it.

    The bounds of a polytope that has some on every side are written as its box: proofs over a
    box are shorter.
    """
    match domain:
        case Box() as box:
            return {"box": _intervals(box), "halfspaces": []}
        case Polytope(_, halfspaces) as polytope:
            bounds = polytope.box
            kept = halfspaces if bounds is None else polytope.without_bounds
            rows: list[Json] = [
                [text_of(entry) for entry in (*normal, offset)] for normal, offset in kept
            ]
            return {"box": [] if bounds is None else _intervals(bounds), "halfspaces": rows}
        case Space():
            return {"box": [], "halfspaces": []}


def _intervals(box: Box) -> list[Json]:
    ends = zip(box.lower, box.upper, strict=True)
    return [[text_of(low), text_of(high)] for low, high in ends]
